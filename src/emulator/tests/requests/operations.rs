//! What is said of operations that are not there, and of requests that name none.

use crate::place::{Place, element, start};
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
