//! Policy documents are refused in the words of IAM, in the order in which it looks at them.

use serde_json::{Value, json};

use crate::iam::document_rules::{Versions, check as check_rules};
use crate::iam::lab::Lab;
use crate::iam::{aws_managed_policy, documents};

const SYNTAX: &str = "Syntax errors in policy.";
const LEGACY: &str = "The policy failed legacy parsing";
const VERSION: &str = "Policy document must be version 2012-10-17 or greater.";
const ACTIONS: &str = "Policy statement must contain actions.";
const RESOURCES: &str = "Policy statement must contain resources.";
const SIDS: &str = "Statement IDs (SID) in a single policy must be unique.";
const PREFACE: &str = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
const VENDOR: &str = "Resource vendor must be fully qualified and cannot contain regexes.";

/// Checks the document of a managed policy.
#[track_caller]
fn check(document: &str, expected: &str) {
    let mut lab = Lab::new();
    let input = json!({ "PolicyName": "p", "PolicyDocument": document });
    assert_eq!(lab.refused("CreatePolicy", &input, 400, "MalformedPolicyDocument"), expected, "{document}");
}

fn of(statement: &str) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#)
}

/// A statement of an Allow of `sqs:*` with `rest`.
#[track_caller]
fn check_rest(rest: &str, expected: &str) {
    check(&of(&format!(r#"{{"Effect":"Allow","Action":"sqs:*",{rest}}}"#)), expected);
}

#[track_caller]
fn check_resource(resource: &str, expected: &str) {
    check_rest(&format!(r#""Resource":"{resource}""#), expected);
}

#[track_caller]
fn takes(statement: &str) {
    let mut lab = Lab::new();
    lab.ok("CreatePolicy", &json!({ "PolicyName": "p", "PolicyDocument": of(statement) }));
}

#[test]
fn syntax() {
    check("{,}", "This policy contains invalid Json");
    for document in ["[]", "{}", r#"{"Version":"2012-10-17"}"#, r#"{"Version":"2011-01-01","Statement":[]}"#]
    {
        check(document, SYNTAX);
    }
    for statement in [
        "[]",
        "[7]",
        r#"{"Effect":"Maybe","Action":"sqs:*","Resource":"*"}"#,
        r#"{"Action":"sqs:*","Resource":"*"}"#,
        r#"{"Effect":"Allow","Action":{"a":1},"Resource":"*"}"#,
        r#"{"Effect":"Allow","Action":"sqs:*","NotAction":"sns:*","Resource":"*"}"#,
        r#"{"Effect":"Allow","Action":"sqs:*","Resource":"*","Sid":7}"#,
        r#"{"Effect":"Allow","Action":"sqs:*","Resource":"*","Actions":"sns:*"}"#,
        r#"{"Effect":"Allow","Action":"sqs:*","Resource":"*","Condition":["StringEquals"]}"#,
        r#"{"Effect":"Allow","Action":"sqs:*","Resource":"*","Condition":{"StringEquals":{"aws:username":{}}}}"#,
        r#"{"Effect":"Allow","Action":"sqs:*","Resource":"*","Condition":{"StringIs":{"aws:username":"u"}}}"#,
    ] {
        check(&of(statement), SYNTAX);
    }
}

#[test]
fn the_first_flaw_in_the_order_of_iam_is_named() {
    let old = |statement: &str| format!(r#"{{"Statement":{statement}}}"#);
    check(&old(r#"{"Effect":"Allow","Action":"sqs:*","Resource":"*"}"#), VERSION);
    check(&old(r#"{"Effect":"allow","Action":"sqs:*","Resource":"*"}"#), VERSION);
    check(&old(r#"{"Effect":"Permit","Action":"sqs:*","Resource":"*"}"#), SYNTAX);
    check(&of(r#"{"Effect":"ALLOW","Resource":"queue"}"#), LEGACY);
    check(&of(r#"[{"Sid":"a","Effect":"Allow"},{"Sid":"a","Effect":"Deny"}]"#), SIDS);
    check(&of(r#"{"Effect":"Allow","Resource":"queue"}"#), ACTIONS);
    check(&of(r#"{"Effect":"Allow","Action":[],"Resource":"*"}"#), ACTIONS);
    check(
        &of(r#"{"Effect":"Allow","Action":"everything","Resource":"queue"}"#),
        "Resource queue must be in ARN format or \"*\".",
    );
    check(&of(r#"{"Effect":"Allow","Action":"everything"}"#), PREFACE);
    check(&of(r#"{"Effect":"Allow","Action":"sqs:*"}"#), RESOURCES);
}

#[test]
fn actions() {
    let action = |action: &str| of(&format!(r#"{{"Effect":"Allow","Action":{action},"Resource":"*"}}"#));
    check(&action(r#""s3:a:b""#), "Actions/Condition can contain only one colon.");
    check(&action(r#""a a:b""#), "Vendor a a is not valid");
    check(&action(r#"["sqs:*","get"]"#), PREFACE);
    check(&of(r#"{"Effect":"Allow","NotAction":"s?s:*","Resource":"*"}"#), "Vendor s?s is not valid");
    takes(r#"{"Effect":"Allow","Action":"no.such-vendor:no such action","Resource":"*"}"#);
}

#[test]
fn resources() {
    check_resource("queue", "Resource queue must be in ARN format or \"*\".");
    check_resource("arn:sqs", "Partition \"sqs\" is not valid for resource \"arn:sqs:*:*:*:*\".");
    check_resource("sqs:eu:r:1:q:x", "Partition \"eu\" is not valid for resource \"arn:eu:r:1:q:x\".");
    check_resource("arn:aws", VENDOR);
    check_resource("arn:aws:s*s:::q", VENDOR);
    check_resource("arn:aws:sqs::q", LEGACY);
    check_resource("arn:aws:::::q", LEGACY);
    check_rest(r#""NotResource":["*","arn:aws:sqs::q"]"#, LEGACY);
    check_resource(
        "arn:aws:s3:eu-west-1::bucket",
        "Resource arn:aws:s3:eu-west-1::bucket can not contain region information.",
    );
    check_resource(
        "arn:aws:iam:eu-west-1:111122223333:user/u",
        "IAM resource arn:aws:iam:eu-west-1:111122223333:user/u cannot contain region information.",
    );
    let paths = "user/, federated-user/, role/, group/, instance-profile/, mfa/, server-certificate/, policy/, \
                 sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/";
    let path = format!("IAM resource path must either be \"*\" or start with {paths}.");
    check_resource("arn:aws:iam::111122223333:u", &path);
    for resource in [
        "arn:aws:iam::111122223333:*",
        "arn:aws:iam::*:role/a/*",
        "arn:aws:iam::111122223333:root",
        "arn:aws:s3:eu-west-1:111122223333:accesspoint/a",
        "arn:aws:s3:*:111122223333:job/*",
        "arn:*:sqs:eu-west-1:111122223333:q",
        "arn:aws-cn:sqs:cn-north-1:111122223333:q",
        "arn:aws:sqs:*",
    ] {
        takes(&format!(r#"{{"Effect":"Allow","Action":"sqs:*","Resource":["{resource}"]}}"#));
    }
}

#[test]
fn dates() {
    let date = |value: &str| {
        format!(r#""Resource":"*","Condition":{{"DateLessThan":{{"aws:CurrentTime":{value}}}}}"#)
    };
    for value in [r#""soon""#, r#"["2026-01-01","2026-13-01"]"#, r#""2026-01-01T24:00:00Z""#, r#""x-5""#] {
        check_rest(&date(value), LEGACY);
    }
    for value in [r#""2026-01-01""#, r#""2026-01-01T23:59:59.5+02:00""#, r#""1767225600""#] {
        takes(&format!(r#"{{"Effect":"Deny","Action":"sqs:*",{}}}"#, date(value)));
    }
}

#[test]
fn inline_and_trust_policies_may_be_of_the_older_version() {
    let mut lab = Lab::new();
    lab.ok("CreateUser", &json!({ "UserName": "u" }));
    let put = |resource: &str| {
        let document = json!({ "Statement": { "Effect": "Allow", "Action": "sqs:*", "Resource": resource } });
        json!({ "UserName": "u", "PolicyName": "p", "PolicyDocument": document.to_string() })
    };
    lab.ok("PutUserPolicy", &put("*"));
    let message = lab.refused("PutUserPolicy", &put("arn:aws:sqs::q"), 400, "MalformedPolicyDocument");
    assert_eq!(message, LEGACY);
    let role = |effect: &str, action: &str, rest: &Value| {
        let mut statement = json!({ "Effect": effect, "Principal": "*", "Action": action });
        statement.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        json!({ "RoleName": "r", "AssumeRolePolicyDocument": json!({ "Statement": statement }).to_string() })
    };
    let mut refused = |input: &Value| lab.refused("CreateRole", input, 400, "MalformedPolicyDocument");
    assert_eq!(refused(&role("deny", "sts:AssumeRole", &json!({}))), LEGACY);
    assert_eq!(refused(&role("Allow", "assume", &json!({}))), PREFACE);
    let resource = json!({ "Resource": "*" });
    assert_eq!(refused(&role("Allow", "sts:AssumeRole", &resource)), "Has prohibited field Resource.");
}

#[test]
fn the_policies_of_aws_are_well_formed() {
    let mut checked = 0;
    for policy in crate::iam::aws_managed::all() {
        let text = aws_managed_policy(&policy.identity.arn).unwrap();
        assert_eq!(check_rules(&text, Versions::All), Ok(()), "{}", policy.identity.arn);
        assert!(documents::identity(&text).is_ok(), "{}", policy.identity.arn);
        checked += 1;
    }
    assert!(checked > 1000, "{checked}");
}
