#![allow(clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};

use super::*;

fn drafted(details: &Value) -> String {
    told(details, Denials::LeftOut)
}

fn told(details: &Value, denials: Denials) -> String {
    let account = crate::gaad::read(&details.to_string(), &|_| None).unwrap();
    let given = Given {
        step: "the account described in \"gaad.json\"".to_owned(),
        title: "it".to_owned(),
        id: account.id.clone().unwrap(),
    };
    draft(&account, &given, denials).feature
}

fn user(name: &str, statements: &Value) -> Value {
    json!({
        "Arn": format!("arn:aws:iam::123456789012:user/{name}"),
        "UserName": name,
        "UserPolicyList": [{
            "PolicyName": "own",
            "PolicyDocument": { "Version": "2012-10-17", "Statement": statements },
        }],
    })
}

#[test]
fn a_draft_is_what_the_policies_say() {
    let alice = user(
        "alice",
        &json!([
            { "Effect": "Allow", "Action": ["cloudtrail:StopLogging", "sqs:GetQueueUrl"], "Resource": "*" },
            { "Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::reports/*" },
            { "Effect": "Deny", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::reports/final/*" },
            { "Effect": "Allow", "Action": "dynamodb:DeleteTable", "Resource": "*",
              "Condition": { "IpAddress": { "aws:SourceIp": "10.0.0.0/8" } } },
        ]),
    );
    let details = json!({ "UserDetailList": [alice] });
    let text = told(&details, Denials::Told);
    let row = |cells: [&str; 5]| {
        text.lines().any(|line| {
            let found: Vec<&str> = line.split('|').map(str::trim).collect();
            found.get(1..6) == Some(&cells)
        })
    };
    let trail = "arn:aws:cloudtrail:us-east-1:<YOUR_ACCOUNT_ID>:trail/*";
    assert!(row(["alice", "cloudtrail:StopLogging", trail, "allowed", "own"]), "{text}");
    assert!(row(["alice", "s3:PutObject", "reports/*", "allowed", "own"]), "{text}");
    assert!(row(["alice", "s3:PutObject", "reports/final/*", "denied explicitly", "own"]), "{text}");
    let queue = "arn:aws:sqs:us-east-1:<YOUR_ACCOUNT_ID>:*";
    assert!(row(["alice", "sqs:ReceiveMessage", queue, "denied", ""]), "{text}");
    assert!(row(["alice", "sqs:GetQueueUrl", queue, "allowed", "own"]), "{text}");
    let hangs = "# alice: whether it may do dynamodb:DeleteTable on arn:aws:dynamodb:us-east-1:<YOUR_ACCOUNT_ID>:table/* hangs on aws:SourceIp";
    assert!(text.contains(hangs), "{text}");
    assert!(text.contains("    And a bucket reports\n"), "{text}");
    // What is gravest stands first, and nothing stands twice.
    let place = |words: &str| text.find(words).unwrap();
    assert!(place("s3:PutObject") < place("cloudtrail:StopLogging"));
    assert!(place("cloudtrail:StopLogging") < place("What else alice may do"));
    assert_eq!(text.matches("cloudtrail:StopLogging").count(), 1);
    let short = drafted(&details);
    assert!(!short.contains("| denied  |"), "{short}");
    assert!(
        short.contains("    # Nobody may do: cloudtrail:DeleteTrail, config:StopConfigurationRecorder,"),
        "{short}"
    );
}

#[test]
fn what_many_may_do_is_one_scenario() {
    let get = json!([{ "Effect": "Allow", "Action": "sqs:GetQueueUrl", "Resource": "*" }]);
    let users = |count: usize| -> Vec<Value> { (0..count).map(|it| user(&format!("u{it}"), &get)).collect() };
    let few = drafted(&json!({ "UserDetailList": users(3) }));
    assert_eq!(
        (few.matches("Scenario: ").count(), few.matches("| sqs:GetQueueUrl ").count()),
        (3, 3),
        "{few}"
    );
    let many = drafted(&json!({ "UserDetailList": users(30) }));
    assert_eq!((many.matches("Scenario: ").count(), many.matches("| sqs:GetQueueUrl ").count()), (1, 30));
}

#[test]
fn what_can_not_be_told_is_told_as_such() {
    let attached = json!([{ "PolicyName": "p", "PolicyArn": "arn:aws:iam::123456789012:policy/p" }]);
    let mut bob = user("bob", &json!({ "Effect": "Allow", "Action": "iam:*", "Resource": "*" }));
    if let Some(members) = bob.as_object_mut() {
        members.insert("AttachedManagedPolicies".to_owned(), attached);
    }
    let alice = user("alice", &json!({ "Effect": "Allow", "Action": "sqs:*", "Resource": "*" }));
    let text = drafted(&json!({ "UserDetailList": [bob, alice] }));
    let gap = "# - user bob: its policy `arn:aws:iam::123456789012:policy/p` is not in the file\n";
    assert!(text.contains(gap) && !text.contains("| bob"), "{text}");
}
