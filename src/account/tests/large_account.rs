//! An account of 500 roles and 1,000 policies, made here, is compared in a time in which one waits for it.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::time::{Duration, Instant};

use policy::AccountId;
use rolecall_account::{Account, diff, read_gaad};
use serde_json::{Value, json};

const ROLES: usize = 500;
const POLICIES: usize = 1000;
/// How many roles have one of the policies that change where every hundredth does.
const MANY: usize = 30;
const SERVICES: [&str; 8] = ["s3", "dynamodb", "sqs", "sns", "lambda", "ec2", "iam", "kms"];

/// A policy of five statements, each of which differs from those of all others.
fn policy(number: usize, changed: bool) -> Value {
    let statement = |place: usize| {
        let service = SERVICES.get((number + place) % SERVICES.len()).unwrap();
        let verbs = if changed && place == 0 {
            json!([format!("{service}:*")])
        } else {
            json!([format!("{service}:Get*"), format!("{service}:List*"), format!("{service}:Describe*")])
        };
        let name = format!("team-{}/thing-{number}-{place}", number % 40);
        json!({ "Sid": format!("S{place}"), "Effect": "Allow", "Action": verbs,
            "Resource": [format!("arn:aws:s3:::{name}/*"), format!("arn:aws:{service}:*:*:{name}*")] })
    };
    json!({ "Version": "2012-10-17", "Statement": (0..5).map(statement).collect::<Vec<_>>() })
}

fn account(changed: impl Fn(usize) -> bool) -> String {
    let arn = |number: usize| format!("arn:aws:iam::123456789012:policy/p{number}");
    let policies = (0..POLICIES).map(|number| {
        json!({ "Arn": arn(number), "PolicyName": format!("p{number}"), "DefaultVersionId": "v1",
            "PolicyVersionList": [{ "VersionId": "v1", "IsDefaultVersion": true, "Document": policy(number, changed(number)) }] })
    });
    let roles = (0..ROLES).map(|number| {
        let trust = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": { "Service": "ec2.amazonaws.com" } }] });
        let attached: Vec<Value> =
            (0..6).map(|place| (number * 7 + place * 31) % POLICIES).map(|it| json!({ "PolicyArn": arn(it) })).collect();
        json!({ "Arn": format!("arn:aws:iam::123456789012:role/r{number}"), "RoleName": format!("r{number}"), "Path": "/",
            "AssumeRolePolicyDocument": trust, "AttachedManagedPolicies": attached,
            "RolePolicyList": [{ "PolicyName": "own", "PolicyDocument": policy(number + POLICIES, false) }] })
    });
    json!({ "Policies": policies.collect::<Vec<_>>(), "RoleDetailList": roles.collect::<Vec<_>>() })
        .to_string()
}

fn read(text: &str) -> Account {
    read_gaad(text, &|_| None).unwrap()
}

#[track_caller]
fn check(changed: impl Fn(usize) -> bool, identities: usize) {
    let (old, new) = (account(|_| false), account(changed));
    let began = Instant::now();
    let (old, new) = (read(&old), read(&new));
    let reading = began.elapsed();
    let found = diff(&old, &new, &AccountId::new("111122223333").unwrap());
    let took = began.elapsed();
    eprintln!(
        "{identities} changed: {} questions in {took:?}, of which {reading:?} for reading",
        found.questions
    );
    assert_eq!((found.identities, found.changed_identities), (ROLES, identities));
    assert!(found.changes.is_empty() == (identities == 0), "{} changes", found.changes.len());
    assert!(took < Duration::from_secs(10), "{took:?}");
}

#[test]
fn few_changes() {
    check(|_| false, 0);
    check(|number| number == 16, 3);
}

#[test]
fn many_changes() {
    check(|number| number % 100 == 0, MANY);
}
