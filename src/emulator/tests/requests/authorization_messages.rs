//! Why EC2 denied a call, encoded for whoever may read it.

use serde_json::Value;

use crate::place::{Place, element, start};
use crate::signer::{Key, Unsigned};

const LAUNCH_DENIED: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},
    {"Sid":"NoLaunch","Effect":"Deny","Action":"ec2:CreateVpc","Resource":"*",
     "Condition":{"StringEquals":{"ec2:Region":["us-east-1","eu-west-1"]}}}]}"#;

fn sts(body: &str) -> Unsigned {
    Unsigned::form("sts", format!("Version=2011-06-15&{body}"), start())
}

fn ec2(body: &str) -> Unsigned {
    Unsigned::form("ec2", format!("Version=2016-11-15&{body}"), start())
}

/// What a user with this policy is told, and its key.
fn refused(place: &Place, policy: Option<&str>, request: &Unsigned) -> (String, Key) {
    let key = place.user_with("ann", policy);
    let (status, body) = place.answer(request.signed(&key));
    assert_eq!((status, element(&body, "Code").as_str()), (403, "UnauthorizedOperation"), "{body}");
    (element(&body, "Message"), key)
}

fn decoded(place: &Place, message: &str) -> Value {
    let encoded = message.split("Encoded authorization failure message: ").nth(1).unwrap();
    let body = place.ok(&sts(&format!("Action=DecodeAuthorizationMessage&EncodedMessage={encoded}")));
    serde_json::from_str(&element(&body, "DecodedMessage").replace("&quot;", "\"")).unwrap()
}

#[test]
fn an_explicit_denial_shows_its_statement() {
    let place = Place::new();
    let create = ec2("Action=CreateVpc&CidrBlock=10.0.0.0/16");
    let (message, key) = refused(&place, Some(LAUNCH_DENIED), &create);
    let begin = "You are not authorized to perform this operation. User: arn:aws:iam::111122223333:user/ann is not \
                 authorized to perform: ec2:CreateVpc on resource: arn:aws:ec2:us-east-1:111122223333:vpc/* with an \
                 explicit deny in an identity-based policy. Encoded authorization failure message: ";
    assert!(message.starts_with(begin), "{message}");
    let decoded = decoded(&place, &message);
    assert_eq!((&decoded["allowed"], &decoded["explicitDeny"]), (&false.into(), &true.into()));
    let statement = &decoded["matchedStatements"]["items"][0];
    assert_eq!((&statement["statementId"], &statement["effect"]), (&"NoLaunch".into(), &"DENY".into()));
    assert_eq!(statement["actions"]["items"][0]["value"], "ec2:CreateVpc");
    assert_eq!(statement["conditions"]["items"][0]["key"], "ec2:Region");
    assert_eq!(statement["conditions"]["items"][0]["values"]["items"][1]["value"], "eu-west-1");
    let principal = &decoded["context"]["principal"];
    assert_eq!(
        (&principal["name"], &principal["id"]),
        (&"ann".into(), &statement["principals"]["items"][0]["value"])
    );
    assert_eq!(decoded["context"]["action"], "ec2:CreateVpc");
    let conditions = decoded["context"]["conditions"]["items"].as_array().unwrap();
    let region = conditions.iter().find(|condition| condition["key"] == "ec2:Region").unwrap();
    assert_eq!(region["values"]["items"][0]["value"], "us-east-1");
    let shown = |key: &str| {
        let condition = conditions.iter().find(|condition| condition["key"] == key).unwrap();
        condition["values"]["items"][0]["value"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        (shown("aws:Service"), shown("aws:Type"), shown("aws:Resource")),
        ("ec2".into(), "vpc".into(), "vpc/*".into())
    );
    assert_eq!((shown("aws:Account"), shown("aws:Region")), ("111122223333".into(), "us-east-1".into()));
    assert_eq!(shown("aws:ARN"), "arn:aws:ec2:us-east-1:111122223333:vpc/*");
    let members: Vec<&String> = principal.as_object().unwrap().keys().collect();
    assert_eq!(members, ["id", "name", "arn"]);
    // Whoever was denied may read it only with a permission of its own, which this policy gives.
    let encoded = message.rsplit(' ').next().unwrap();
    let read = sts(&format!("Action=DecodeAuthorizationMessage&EncodedMessage={encoded}"));
    assert_eq!(place.code(read.signed(&key)).0, 200);
    let changed = sts(&format!("Action=DecodeAuthorizationMessage&EncodedMessage={}x", encoded));
    assert_eq!(place.code(changed.signed(&key)), (400, "InvalidAuthorizationMessageException".to_owned()));
}

#[test]
fn an_implicit_denial_has_no_statement_and_its_reader_needs_permission() {
    let place = Place::new();
    let (message, key) = refused(&place, None, &ec2("Action=CreateVpc&CidrBlock=10.0.0.0/16"));
    assert!(
        message.contains("because no identity-based policy allows the ec2:CreateVpc action. Encoded"),
        "{message}"
    );
    let decoded = decoded(&place, &message);
    assert_eq!(
        (&decoded["explicitDeny"], &decoded["matchedStatements"]["items"]),
        (&false.into(), &Value::Array(vec![]))
    );
    let encoded = message.rsplit(' ').next().unwrap();
    let read = sts(&format!("Action=DecodeAuthorizationMessage&EncodedMessage={encoded}"));
    assert_eq!(place.code(read.signed(&key)), (403, "AccessDenied".to_owned()));
}

#[test]
fn what_only_describes_is_denied_without_details() {
    let (message, _) = refused(&Place::new(), None, &ec2("Action=DescribeVpcs"));
    let expected = "You are not authorized to perform this operation. User: arn:aws:iam::111122223333:user/ann is not \
                    authorized to perform: ec2:DescribeVpcs because no identity-based policy allows the \
                    ec2:DescribeVpcs action";
    assert_eq!(message, expected);
}
