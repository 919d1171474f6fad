//! What is said of operations that are not there, and of requests that name none.

use crate::place::{Place, element, form as encoded, start};
use crate::signer::Unsigned;

#[track_caller]
fn check(request: &Unsigned, status: u16, code: &str, message: &str) {
    let place = Place::new();
    let (found, body) = place.answer(request.signed(&place.admin));
    assert_eq!((found, element(&body, "Code").as_str()), (status, code), "{body}");
    assert!(element(&body, "Message").contains(message), "{body}");
}

fn form(service: &'static str, body: &str) -> Unsigned {
    Unsigned::form(service, body, start())
}

#[test]
fn known_operations_that_are_not_emulated_say_so() {
    check(
        &form("iam", "Action=GetHumanReadableSummary&Version=2010-05-08"),
        501,
        "NotImplemented",
        "GetHumanReadableSummary",
    );
    check(
        &form("sts", "Action=GetDelegatedAccessToken&Version=2011-06-15"),
        501,
        "NotImplemented",
        "GetDelegatedAccessToken",
    );
    check(&form("ec2", "Action=CreateFleet&Version=2016-11-15"), 501, "NotImplemented", "CreateFleet");
    let torrent = Unsigned {
        query: vec![("torrent".to_owned(), String::new())],
        ..Unsigned::s3("GET", "/bucket/key", "", start())
    };
    check(&torrent, 501, "NotImplemented", "GetObjectTorrent");
}

#[test]
fn who_may_not_read_an_object_may_not_query_it() {
    let place = Place::new();
    place.ok(&Unsigned::s3("PUT", "/some-bucket", "", start()));
    place.ok(&Unsigned::s3("PUT", "/some-bucket/key", "a,b", start()));
    let body = "<SelectObjectContentRequest><Expression>select * from s3object</Expression>\
                <ExpressionType>SQL</ExpressionType><InputSerialization><CSV/></InputSerialization>\
                <OutputSerialization><CSV/></OutputSerialization></SelectObjectContentRequest>";
    let select = Unsigned {
        query: vec![("select".to_owned(), String::new()), ("select-type".to_owned(), "2".to_owned())],
        ..Unsigned::s3("POST", "/some-bucket/key", body, start())
    };
    let reader =
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}"#;
    let (reader, nobody) = (place.user_with("reader", Some(reader)), place.user_with("nobody", None));
    assert_eq!(place.code(select.signed(&reader)), (501, "NotImplemented".to_owned()));
    assert_eq!(place.code(select.signed(&nobody)), (403, "AccessDenied".to_owned()));
}

#[test]
fn operations_that_do_not_exist_are_invalid() {
    check(&form("iam", "Action=CreateRoll&Version=2010-05-08"), 400, "InvalidAction", "CreateRoll");
    check(&form("sts", "Action=AssumeRoll&Version=2011-06-15"), 400, "InvalidAction", "2011-06-15");
    check(&form("ec2", "Action=RunInstance&Version=2016-11-15"), 400, "InvalidAction", "RunInstance");
    check(&form("iam", "Version=2010-05-08"), 400, "MissingAction", "missing an action");
    check(&Unsigned::s3("PATCH", "/bucket/key", "", start()), 405, "MethodNotAllowed", "not allowed");
}

#[test]
fn other_services_are_not_emulated() {
    let place = Place::new();
    let (status, body) = place.answer(form("kinesis", "{}").signed(&place.admin));
    assert_eq!(status, 501);
    assert!(body.contains("the service `kinesis` is not emulated by rolecall"), "{body}");
}

#[test]
fn malformed_input_has_its_services_code() {
    let delete = |body: &str| Unsigned {
        query: vec![("delete".to_owned(), String::new())],
        ..Unsigned::s3("POST", "/bucket", body, start())
    };
    check(&delete("<Delete><Object>"), 400, "MalformedXML", "not well-formed");
    check(&Unsigned::s3("GET", "/bucket/%FF", "", start()), 400, "InvalidURI", "parse");
    check(&form("iam", "Action=ListUsers&Version=2010-05-08&MaxItems=x"), 400, "MalformedInput", "MaxItems");
    check(
        &form("ec2", "Action=DescribeVpcs&Version=2016-11-15&MaxResults=x"),
        400,
        "InvalidParameterValue",
        "MaxResults",
    );
    let deep = format!("{{\"a\":{}", "[".repeat(5000));
    let body =
        format!("Action=PutUserPolicy&Version=2010-05-08&UserName=u&PolicyName=p&PolicyDocument={deep}");
    let place = Place::new();
    place.ok(&form("iam", "Action=CreateUser&Version=2010-05-08&UserName=u"));
    let (status, body) = place.answer(form("iam", &body).signed(&place.admin));
    assert_eq!((status, element(&body, "Code").as_str()), (400, "MalformedPolicyDocument"));
}

#[test]
fn a_bucket_may_be_in_the_host() {
    let place = Place::new();
    place.ok(&Unsigned::s3("PUT", "/named-bucket", "", start()));
    place.ok(&Unsigned::s3("PUT", "/named-bucket/dir/key", "hello", start()));
    for host in ["named-bucket.localhost:4566", "named-bucket.s3.us-east-1.amazonaws.com"] {
        let read = Unsigned { host, ..Unsigned::s3("GET", "/dir/key", "", start()) };
        assert_eq!(place.ok(&read), "hello", "{host}");
    }
}

#[test]
fn heads_and_deletions_have_no_body() {
    let place = Place::new();
    place.ok(&Unsigned::s3("PUT", "/some-bucket", "", start()));
    place.ok(&Unsigned::s3("PUT", "/some-bucket/key", "hello", start()));
    let s3 = |method, path| place.answer(Unsigned::s3(method, path, "", start()).signed(&place.admin));
    assert_eq!(s3("HEAD", "/some-bucket/key"), (200, String::new()));
    assert_eq!(s3("HEAD", "/some-bucket/none"), (404, String::new()));
    assert_eq!(s3("DELETE", "/some-bucket/key"), (204, String::new()));
}

#[test]
fn a_password_policy_lets_users_change_their_own_passwords() {
    let place = Place::new();
    let iam = |body: &str| form("iam", &format!("Version=2010-05-08&{body}"));
    let user = place.user_with("u", None);
    place.ok(&iam("Action=CreateLoginProfile&UserName=u&Password=Aa345678"));
    place.ok(&iam("Action=UpdateAccountPasswordPolicy&MinimumPasswordLength=8"));
    let change = iam("Action=ChangePassword&OldPassword=Aa345678&NewPassword=Bb345678");
    let code = |request: &Unsigned| place.code(request.signed(&user));
    assert_eq!(code(&change), (403, "AccessDenied".to_owned()));
    place.ok(&iam("Action=UpdateAccountPasswordPolicy&AllowUsersToChangePassword=true"));
    assert_eq!(code(&change), (200, String::new()));
    assert_eq!(code(&iam("Action=GetAccountPasswordPolicy")), (200, String::new()));
    assert_eq!(code(&iam("Action=GetUser")), (403, "AccessDenied".to_owned()));
    let deny = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"iam:*","Resource":"*"}}"#;
    place.ok(&iam(&format!("Action=PutUserPolicy&UserName=u&PolicyName=p&PolicyDocument={}", encoded(deny))));
    let again = iam("Action=ChangePassword&OldPassword=Bb345678&NewPassword=Cc345678");
    assert_eq!(code(&again), (403, "AccessDenied".to_owned()));
}

#[test]
fn use_is_remembered_whatever_was_decided() {
    let place = Place::new();
    let iam = |body: &str| form("iam", &format!("Version=2010-05-08&{body}"));
    let user = place.user_with("u", None);
    let list = Unsigned::s3("GET", "/", "", start());
    assert_eq!(place.code(list.signed(&user)).0, 403);
    let used = place.ok(&iam(&format!("Action=GetAccessKeyLastUsed&AccessKeyId={}", user.id)));
    assert_eq!(
        (element(&used, "ServiceName").as_str(), element(&used, "Region").as_str()),
        ("s3", "us-east-1")
    );
    let session = place.session();
    let role = iam("Action=GetRole&RoleName=r");
    assert_eq!(element(&place.ok(&role), "LastUsedDate"), "");
    assert_eq!(place.code(iam("Action=ListRoles").signed(&session)).0, 200);
    assert_eq!(element(&place.ok(&role), "LastUsedDate"), "2026-01-02T03:04:05Z");
    let report = "Action=GenerateServiceLastAccessedDetails&Granularity=ACTION_LEVEL&Arn=arn:aws:iam::111122223333:role/r";
    let job = element(&place.ok(&iam(report)), "JobId");
    let details = place.ok(&iam(&format!("Action=GetServiceLastAccessedDetails&MaxItems=1000&JobId={job}")));
    assert_eq!(element(&details, "ActionName"), "ListRoles");
    assert_eq!(element(&details, "LastAccessedEntity"), "arn:aws:iam::111122223333:role/r");
}
