#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};

use super::*;
use crate::model::{Bucket, Document, Entity, ManagedPolicy, Role, User};

fn policy(statements: &Value) -> String {
    json!({ "Version": "2012-10-17", "Statement": statements }).to_string()
}

fn entity(name: &str, statements: &Value) -> Entity {
    let inline = vec![Document { name: "own".to_owned(), text: policy(statements) }];
    Entity { name: name.to_owned(), path: "/".to_owned(), inline, ..Entity::default() }
}

fn user(name: &str, statements: &Value) -> User {
    User { entity: entity(name, statements), groups: Vec::new() }
}

fn role(name: &str, trust: &Value) -> Role {
    let nothing = json!({ "Effect": "Deny", "Action": "sqs:*", "Resource": "*" });
    Role { entity: entity(name, &nothing), trust: Some(policy(trust)), max_session_duration: None }
}

fn id() -> AccountId {
    AccountId::new("111122223333").unwrap()
}

fn with_user(statements: &Value) -> Account {
    Account { users: vec![user("alice", statements)], ..Account::default() }
}

/// Who, the first action with how many there are, on what, before and after.
#[track_caller]
fn check(old: &Account, new: &Account, expected: &[&str]) {
    let diff = diff(old, new, &id());
    let words = |verdict: &Verdict| match verdict {
        Verdict::Allowed(_) => "allowed".to_owned(),
        Verdict::Denied(_) => "denied".to_owned(),
        Verdict::Hangs(key) => key.clone(),
    };
    let found = diff.changes.iter().map(|change| {
        let (before, after) = (words(&change.before), words(&change.after));
        let (count, resource) = (change.actions.len(), crate::pattern::shown(&change.resource));
        format!("{} {} ×{count} {resource} {before}→{after}", change.who, change.example())
    });
    assert_eq!(found.collect::<Vec<_>>(), expected);
    // The other way round it is the opposite.
    assert_eq!(super::diff(new, old, &id()).changes.len(), expected.len());
}

fn allow(action: &Value, resource: &Value) -> Value {
    json!({ "Effect": "Allow", "Action": action, "Resource": resource })
}

#[test]
fn what_says_the_same_is_not_asked() {
    let one = with_user(&allow(&json!(["s3:GetObject", "sqs:*"]), &json!("*")));
    let mut other = allow(&json!(["sqs:*", "s3:GetObject"]), &json!(["*"]));
    other.as_object_mut().unwrap().insert("Sid".to_owned(), json!("new"));
    let other = with_user(&other);
    check(&one, &other, &[]);
    let diff = diff(&one, &other, &id());
    assert_eq!((diff.identities, diff.changed_identities, diff.questions), (1, 0, 0));
}

#[test]
fn all_actions_of_a_changed_statement_are_looked_at() {
    let old = with_user(&allow(&json!("sqs:Get*"), &json!("*")));
    let new = with_user(&allow(&json!(["sqs:Get*", "dynamodb:Describe*"]), &json!("*")));
    let diff = diff(&old, &new, &id());
    let change = diff.changes.first().unwrap();
    assert_eq!((diff.changes.len(), change.pattern.as_deref()), (1, Some("dynamodb:Describe*")));
    assert!(change.actions.len() > 10 && change.actions.contains(&"dynamodb:DescribeTable".to_owned()));
    let everything = with_user(&allow(&json!("*"), &json!("*")));
    let changes = super::diff(&old, &everything, &id()).changes;
    let gained: usize = changes.iter().map(|change| change.actions.len()).sum();
    assert!(gained > 10_000, "{gained}");
}

#[test]
fn resources_stand_for_the_patterns_of_all_statements() {
    let table = |name: &str| json!(format!("arn:aws:dynamodb:*:111122223333:table/{name}"));
    let deny = json!({ "Effect": "Deny", "Action": "dynamodb:*", "Resource": table("secret*") });
    let old = with_user(&json!([allow(&json!("dynamodb:GetItem"), &table("orders")), deny]));
    let new = with_user(&json!([allow(&json!("dynamodb:GetItem"), &table("*")), deny]));
    // `orders` was allowed already, and `secret*` is denied.
    check(
        &old,
        &new,
        &["alice dynamodb:GetItem ×1 arn:aws:dynamodb:us-east-1:111122223333:table/* denied→allowed"],
    );
}

#[test]
fn conditions_are_told_by_their_keys() {
    let mut on_condition = allow(&json!("sqs:SendMessage"), &json!("*"));
    let members = on_condition.as_object_mut().unwrap();
    members.insert("Condition".to_owned(), json!({ "IpAddress": { "aws:SourceIp": "10.0.0.0/8" } }));
    let free = with_user(&allow(&json!("sqs:SendMessage"), &json!("*")));
    let queue = "alice sqs:SendMessage ×1 *";
    check(&free, &with_user(&on_condition), &[&format!("{queue} allowed→aws:SourceIp")]);
    let mut wider = on_condition.clone();
    wider["Condition"]["IpAddress"]["aws:SourceIp"] = json!("0.0.0.0/0");
    check(&with_user(&on_condition), &with_user(&wider), &[&format!("{queue} aws:SourceIp→aws:SourceIp")]);
}

#[test]
fn whoever_comes_or_goes_gains_or_loses_all_they_have() {
    let empty = Account::default();
    let alice = with_user(&allow(&json!("sqs:SendMessage"), &json!("arn:aws:sqs:eu-west-1:111122223333:q")));
    check(&empty, &alice, &["alice sqs:SendMessage ×1 arn:aws:sqs:eu-west-1:111122223333:q denied→allowed"]);
}

#[test]
fn managed_policies_groups_and_boundaries_count() {
    let managed = |action: &str| ManagedPolicy {
        arn: "arn:aws:iam::111122223333:policy/m".to_owned(),
        text: policy(&allow(&json!(action), &json!("*"))),
        tags: Vec::new(),
    };
    let mut old = with_user(&allow(&json!("sqs:SendMessage"), &json!("*")));
    old.policies = vec![managed("sqs:ReceiveMessage")];
    let mut new = old.clone();
    let bounded = |account: &mut Account| {
        account.users.iter_mut().for_each(|user| user.entity.boundary = Some(managed("").arn));
    };
    bounded(&mut new);
    check(&old, &new, &["alice sqs:SendMessage ×1 * allowed→denied"]);
    bounded(&mut old);
    new.policies = vec![managed("sqs:*")];
    check(&old, &new, &["alice sqs:SendMessage ×1 * denied→allowed"]);
}

#[test]
fn policies_of_buckets_and_trust_count_also_for_outsiders() {
    let bucket = |principal: &Value| Bucket {
        name: "b".to_owned(),
        policy: Some(policy(&json!({
            "Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"
        }))),
        ..Bucket::default()
    };
    let nothing = json!({ "Effect": "Deny", "Action": "sqs:*", "Resource": "*" });
    let with_bucket = |bucket| Account { buckets: vec![bucket], ..with_user(&nothing) };
    let alice = with_bucket(bucket(&json!({ "AWS": "arn:aws:iam::111122223333:user/alice" })));
    let public = with_bucket(bucket(&json!("*")));
    let partner = with_bucket(bucket(&json!({ "AWS": "arn:aws:iam::999999999999:root" })));
    check(&alice, &public, &["anybody, unsigned s3:GetObject ×1 arn:aws:s3:::b/* denied→allowed"]);
    check(
        &alice,
        &partner,
        &[
            "account 999999999999, for those whom it lets s3:GetObject ×1 arn:aws:s3:::b/* denied→allowed",
            "alice s3:GetObject ×1 arn:aws:s3:::b/* allowed→denied",
        ],
    );
    let trusting = |principal: &Value| {
        let trust = json!({ "Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole" });
        Account { roles: vec![role("deploy", &trust)], ..with_user(&nothing) }
    };
    let deploy = "sts:AssumeRole ×1 arn:aws:iam::111122223333:role/deploy";
    check(
        &trusting(&json!({ "Service": "ec2.amazonaws.com" })),
        &trusting(&json!({ "AWS": "arn:aws:iam::111122223333:user/alice" })),
        &[
            &format!("alice {deploy} denied→allowed"),
            &format!("the service ec2.amazonaws.com {deploy} allowed→denied"),
        ],
    );
}

#[test]
fn what_can_not_be_told_is_told() {
    let old = with_user(&allow(&json!("sqs:SendMessage"), &json!("*")));
    let mut new = old.clone();
    let subject = crate::model::Subject::Identity("alice".to_owned());
    let gap = crate::model::Gap { place: "p".to_owned(), line: None, reason: "unread".to_owned(), subject };
    new.gaps.push(gap);
    let diff = diff(&old, &new, &id());
    assert_eq!((diff.changes.len(), diff.untold), (0, vec!["p: unread".to_owned()]));
}

#[test]
fn it_is_told_in_markdown_and_as_a_feature() {
    let old = with_user(&allow(&json!(["sqs:SendMessage"]), &json!("*")));
    let new = with_user(&allow(&json!(["dynamodb:Describe*", "s3:GetObject"]), &json!("*")));
    let diff = diff(&old, &new, &id());
    let text = markdown(&diff, "`old.json`", "`new.json`");
    let becomes = "### Becomes allowed\n\n| who | action | resource | before | after |\n|---|---|---|---|---|\n| alice |";
    assert!(text.contains(becomes), "{text}");
    assert!(text.contains("| alice | `sqs:SendMessage` | `*` | allowed by own | no policy |"), "{text}");
    assert!(text.contains(" actions of `dynamodb:Describe*`, such as `dynamodb:DescribeBackup` |"), "{text}");
    let feature = feature(&diff, &new, "the account described in \"new.json\"", &id()).unwrap();
    assert!(feature.contains("    And a bucket any-other-bucket\n"), "{feature}");
    assert!(feature.contains("| alice | s3:GetObject            | any-other-bucket/* "), "{feature}");
    assert!(feature.contains("  Scenario: Is allowed no longer\n"), "{feature}");
    let none = super::diff(&old, &old, &id());
    assert!(super::feature(&none, &old, "x", &id()).is_none());
    assert!(markdown(&none, "a", "b").contains("No verdict is another one.\n"));
}

fn with_bucket(statements: &Value, policy_of_bucket: &Value) -> Account {
    let policy = Some(policy(policy_of_bucket));
    let bucket = Bucket { name: "b".to_owned(), policy, ..Bucket::default() };
    Account { buckets: vec![bucket], ..with_user(statements) }
}

#[test]
fn policies_of_buckets_count_for_those_who_may_use_a_part() {
    let shared = allow(&json!("s3:GetObject"), &json!("arn:aws:s3:::b/shared/*"));
    let denying = |condition: Value| {
        json!({ "Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*",
            "Condition": condition })
    };
    let without_tls = with_bucket(&shared, &denying(json!({ "Bool": { "aws:SecureTransport": "false" } })));
    let all = with_bucket(&shared, &denying(json!({})));
    check(&without_tls, &all, &["alice s3:GetObject ×1 arn:aws:s3:::b/shared/* allowed→denied"]);
}

#[test]
fn tags_count_where_the_policy_of_a_resource_looks_at_them() {
    let of_red = json!({ "Effect": "Allow", "Principal": { "AWS": "111122223333" }, "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::b/*", "Condition": { "StringEquals": { "aws:PrincipalTag/team": "red" } } });
    let denied_to_others = json!([of_red, { "Effect": "Deny", "Principal": "*", "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::b/*", "Condition": { "StringNotEquals": { "aws:PrincipalTag/team": "red" } } }]);
    let everything = allow(&json!("s3:GetObject"), &json!("*"));
    let tagged = |team: &str| {
        let mut account = with_bucket(&everything, &denied_to_others);
        account.users[0].entity.tags = vec![("team".to_owned(), team.to_owned())];
        account
    };
    check(&tagged("blue"), &tagged("red"), &["alice s3:GetObject ×1 arn:aws:s3:::b/* denied→allowed"]);
    check(&tagged("red"), &tagged("red"), &[]);
}

#[test]
fn a_request_without_a_resource_is_not_any_request() {
    let table = json!("arn:aws:dynamodb:*:*:table/*");
    let deny = json!({ "Effect": "Deny", "Action": "ec2:*", "Resource": "arn:aws:ec2:*:*:instance/*" });
    let old = with_user(&json!([allow(&json!("dynamodb:GetItem"), &table), deny]));
    let new =
        with_user(&json!([allow(&json!(["dynamodb:GetItem", "ec2:DescribeInstances"]), &json!("*")), deny]));
    let changes = diff(&old, &new, &id()).changes;
    let whole: Vec<_> = changes.iter().filter(|change| change.resource == "*").collect();
    assert!(!whole.is_empty() && whole.iter().all(|change| !change.anywhere), "{changes:?}");
}
