#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use serde_json::{Value, json};

use super::*;
use crate::model::Subject::{Everything, Identity, Resource, Service};

const SAMPLE: &str = include_str!("../../../features/accounts/plan.json");

fn read_plan(text: &str) -> Result<Account, ReadError> {
    read(text, &AccountId::new("111122223333").unwrap(), &|_| None)
}

#[test]
fn a_plan_is_what_there_will_be() {
    let account = read_plan(SAMPLE).unwrap();
    assert_eq!(account.id.as_ref().map(AccountId::as_str), Some("123456789012"));
    let names: Vec<_> = account.entities().map(|(kind, entity)| format!("{kind} {}", entity.name)).collect();
    assert_eq!(names, ["user olga", "role writer", "role reader"]);
    assert_eq!(account.users[0].entity.tags, [("team".to_owned(), "blue".to_owned())]);
    let writer = &account.roles[0];
    // The ARN of a policy that is to be made follows from its name.
    assert_eq!(writer.entity.attached, ["arn:aws:iam::123456789012:policy/write-reports"]);
    assert_eq!(writer.max_session_duration, Some(7200));
    assert!(writer.trust.as_deref().unwrap().contains("user/staff/olga"));
    assert_eq!(account.buckets[0].name, "reports-prod");
    assert!(account.buckets[0].policy.as_deref().unwrap().contains("Keep"));
    let gaps: Vec<String> = account.gaps.iter().map(ToString::to_string).collect();
    assert_eq!(gaps, ["aws_iam_role_policy.read.policy: is known only once the plan is applied"]);
    assert_eq!(account.gaps[0].subject, Identity("reader".to_owned()));
}

#[test]
fn what_is_no_plan_is_refused() {
    let told = |text: &str| read_plan(text).unwrap_err().to_string();
    assert_eq!(told("{"), "is not JSON: EOF while parsing an object");
    let none = "is not what `terraform show -json PLAN` writes: it has no list `resource_changes`";
    assert_eq!(told("{}"), none);
    let broken = r#"{"resource_changes": [{"type": "aws_iam_user"}]}"#;
    assert_eq!(told(broken), "has an element of `resource_changes` without address, type or change");
}

/// The gaps of a plan with a role `r` and a resource of this kind.
#[track_caller]
fn check(kind: &str, after: &Value, unknown: &Value, expected: &[(&str, Subject)]) {
    let trust = json!({ "Statement": { "Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole" } });
    let change = |kind: &str, after: &Value, unknown: &Value| {
        json!({ "address": format!("{kind}.x"), "type": kind, "mode": "managed",
            "change": { "after": after, "after_unknown": unknown } })
    };
    let role = json!({ "name": "r", "assume_role_policy": trust.to_string() });
    let changes = [change("aws_iam_role", &role, &json!({})), change(kind, after, unknown)];
    let account = read_plan(&json!({ "resource_changes": changes }).to_string()).unwrap();
    let found: Vec<(String, Subject)> =
        account.gaps.iter().map(|gap| (gap.to_string(), gap.subject.clone())).collect();
    let expected: Vec<(String, Subject)> =
        expected.iter().map(|(words, subject)| ((*words).to_owned(), subject.clone())).collect();
    assert_eq!(found, expected);
}

#[test]
fn what_is_not_known_yet_is_a_gap_at_its_place() {
    let r = || Identity("r".to_owned());
    let later = "is known only once the plan is applied";
    let yes = json!(true);
    check(
        "aws_iam_role_policy",
        &json!({ "role": "r" }),
        &json!({ "policy": yes }),
        &[(&format!("aws_iam_role_policy.x.policy: {later}"), r())],
    );
    check(
        "aws_iam_role_policy",
        &json!({ "policy": "{}" }),
        &json!({ "role": yes }),
        &[(&format!("aws_iam_role_policy.x.role: {later}"), Everything)],
    );
    check(
        "aws_iam_role_policy_attachment",
        &json!({ "role": "r" }),
        &json!({ "policy_arn": yes }),
        &[(&format!("aws_iam_role_policy_attachment.x.policy_arn: {later}"), r())],
    );
    let attached = json!({ "role": "admin", "policy_arn": "arn:aws:iam::aws:policy/ReadOnlyAccess" });
    let missing = "aws_iam_role_policy_attachment.x.role: `admin` is not in the plan";
    check(
        "aws_iam_role_policy_attachment",
        &attached,
        &json!({}),
        &[(missing, Identity("admin".to_owned()))],
    );
    let wrong = json!({ "role": "r", "policy": "{\"Statement\": []}" });
    let reason = "aws_iam_role_policy.x.policy: is not a policy: Syntax errors in policy: Statement is empty";
    check("aws_iam_role_policy", &wrong, &json!({}), &[(reason, r())]);
    let name = format!("aws_iam_user.x.name: {later}");
    let both = [
        (name.as_str(), Resource("aws_iam_user.x".to_owned())),
        (name.as_str(), Identity("aws_iam_user.x".to_owned())),
    ];
    check("aws_iam_user", &json!({}), &json!({ "name": yes }), &both);
}

#[test]
fn other_resources_that_have_a_say_are_told() {
    let key = "aws_kms_key.x: aws_kms_key is not read, and says who may use what of kms";
    check("aws_kms_key", &json!({}), &json!({}), &[(key, Service("kms".to_owned()))]);
    check("aws_s3_bucket_acl", &json!({ "acl": "private" }), &json!({}), &[]);
    let acl = "aws_s3_bucket_acl.x: aws_s3_bucket_acl is not read, and says who may use what of s3";
    check(
        "aws_s3_bucket_acl",
        &json!({ "acl": "public-read" }),
        &json!({}),
        &[(acl, Service("s3".to_owned()))],
    );
    let policy = "aws_organizations_policy.x: policies of organizations are not read";
    check("aws_organizations_policy", &json!({}), &json!({}), &[(policy, Everything)]);
    check("aws_instance", &json!({}), &json!({ "id": true }), &[]);
}
