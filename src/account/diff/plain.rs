//! The plain way to compare, against which the fast one is held: everybody is asked for each action by itself, on every
//! resource that stands for any pattern anywhere.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

use super::*;
use crate::access::{Asker, Caller, Told};
use crate::model::{Bucket, Document, Entity, ManagedPolicy, Role, User};
use crate::pattern::{Filling, general, in_bucket, witnesses};
use crate::statements::Written;

const ID: &str = "111122223333";

/// Actions of few kinds, some with resources whose policies count.
const ACTIONS: [&str; 9] = [
    "s3:GetObject",
    "s3:PutObject",
    "s3:ListBucket",
    "s3:ListAllMyBuckets",
    "sts:AssumeRole",
    "sqs:SendMessage",
    "sqs:ReceiveMessage",
    "dynamodb:GetItem",
    "ec2:StartInstances",
];

const ACTION_PATTERNS: [&str; 8] =
    ["*", "s3:*", "s3:Get*", "S3:putobject", "sts:AssumeRole", "sqs:*", "dynamodb:GetItem", "ec2:Start*"];

const RESOURCES: [&str; 12] = [
    "*",
    "arn:aws:s3:::*",
    "arn:aws:s3:::logs",
    "arn:aws:s3:::logs/*",
    "arn:aws:s3:::*/secret/*",
    "arn:aws:s3:::elsewhere/${aws:username}/*",
    "arn:aws:s3:::logs/${aws:PrincipalTag/team}/*",
    "arn:aws:sqs:*:*:orders",
    "arn:aws:sqs:us-east-1:111122223333:o*",
    "arn:aws:dynamodb:*:*:table/orders",
    "arn:aws:iam::111122223333:role/*",
    "arn:aws:iam::*:role/b",
];

/// Who, which action, on what: whether it is allowed, where that differs and hangs on no condition on both sides.
type Verdicts = BTreeMap<(String, String, String), (&'static str, &'static str)>;

fn plainly(old: &Access<'_>, new: &Access<'_>) -> Verdicts {
    let accesses = || [old, new].into_iter();
    let mut verdicts = Verdicts::new();
    let callers: BTreeSet<Caller> = accesses().flat_map(Access::callers).collect();
    for caller in &callers {
        let (Caller::User(name) | Caller::Role(name)) = caller;
        let (before, after) = (old.asker(caller), new.asker(caller));
        let username = matches!(caller, Caller::User(_)).then_some(name.as_str());
        for action in ACTIONS {
            for resource in resources(action, username, accesses(), &[before.as_ref(), after.as_ref()]) {
                let (before, after) = asked([old, new], caller, action, &resource);
                if before != after {
                    verdicts.insert((name.clone(), action.to_owned(), resource), (before, after));
                }
            }
        }
    }
    verdicts
}

fn asked<'a>(
    sides: [&'a Access<'a>; 2],
    caller: &Caller,
    action: &str,
    resource: &str,
) -> (&'static str, &'static str) {
    let [before, after] = sides.map(|side| {
        let told = side.asker(caller).map(|mut asker| asker.decide(action, resource));
        kind(told.unwrap_or(Told::Denied))
    });
    (before, after)
}

fn kind(told: Told) -> &'static str {
    match told {
        Told::Allowed(_) => "allowed",
        Told::Denied | Told::DeniedExplicitly(_) => "denied",
        Told::Hangs(_) => "hangs",
        Told::Untold(reason) => unreachable!("{reason}"),
    }
}

/// One that nothing names, and what stands for each pattern of a statement about the action: of somebody (`sides`), and of
/// what is described.
fn resources<'a>(
    name: &str,
    username: Option<&str>,
    accesses: impl Iterator<Item = &'a Access<'a>> + Clone,
    sides: &[Option<&Asker<'_>>],
) -> BTreeSet<String> {
    let action = policy::reference::action(name).unwrap();
    let filling = Filling { account: ID, username };
    let own = sides.iter().flatten().flat_map(|side| side.policies().iter().chain(side.boundary()));
    let own: Vec<Written> = own.flat_map(|policy| Written::all_of(policy.document.text())).collect();
    let patterns = own.iter().filter(|statement| statement.is_about(name)).flat_map(Written::resources);
    let patterns: BTreeSet<String> = patterns.cloned().chain(["*".to_owned()]).collect();
    let mut found: BTreeSet<String> = general(&action, ID).into_iter().collect();
    found.extend(patterns.iter().flat_map(|pattern| witnesses(pattern, &action, filling)));
    for access in accesses {
        for bucket in &access.account().buckets {
            let of_bucket = access.bucket_policy(&bucket.name).map_or(Vec::new(), Written::all_of);
            let of_bucket: Vec<String> = of_bucket.iter().flat_map(Written::resources).cloned().collect();
            let all = patterns.iter().chain(&of_bucket);
            found.extend(all.flat_map(|pattern| in_bucket(pattern, &bucket.name, filling)));
        }
        found.extend(access.account().roles.iter().map(|role| access.account_arn("role", &role.entity)));
    }
    found.retain(|arn| action.fits(arn));
    found
}

/// The same of what the fast way found: one resource that stands for all stands for each.
fn quickly(diff: &Diff, old: &Access<'_>, new: &Access<'_>, plain: &Verdicts) -> Verdicts {
    let word = |verdict: &Verdict| match verdict {
        Verdict::Allowed(_) => "allowed",
        Verdict::Denied(_) => "denied",
        Verdict::Hangs(_) => "hangs",
    };
    let mut found = Verdicts::new();
    for change in diff.changes.iter().filter(|change| change.inside) {
        let words = (word(&change.before), word(&change.after));
        let caller = match change.who.as_str() {
            "alice" => Caller::User("alice".to_owned()),
            role => Caller::Role(role.to_owned()),
        };
        let others = change.actions.iter().filter(|action| !ACTIONS.contains(&action.as_str())).take(3);
        let known = change.actions.iter().filter(|action| ACTIONS.contains(&action.as_str()));
        for action in known.chain(others).filter(|_| words.0 != words.1) {
            let resource = match change.anywhere {
                true => general(&policy::reference::action(action).unwrap(), ID).remove(0),
                false => change.resource.clone(),
            };
            assert_eq!(asked([old, new], &caller, action, &resource), words, "{action} on {resource}");
            let meant = plain.keys().filter(|(who, what, resource)| {
                *who == change.who && what == action && (change.anywhere || *resource == change.resource)
            });
            found.extend(meant.cloned().map(|place| (place, words)));
        }
    }
    found
}

fn statement(
    actions: &'static [&'static str],
    resources: &'static [&'static str],
) -> impl Strategy<Value = Value> {
    let parts = (
        select(&["Allow", "Allow", "Deny"][..]),
        select(&["Action", "Action", "Action", "NotAction"][..]),
        subsequence(actions, 1..3),
        select(&["Resource", "Resource", "Resource", "NotResource"][..]),
        subsequence(resources, 1..3),
        select(&["{}", "{}", "{}", CONDITION_ON_ADDRESS, CONDITION_ON_TAG][..]),
    );
    parts.prop_map(|(effect, action, actions, resource, resources, condition)| {
        let condition: Value = serde_json::from_str(condition).unwrap();
        json!({ "Effect": effect, action: actions, resource: resources, "Condition": condition })
    })
}

const CONDITION_ON_ADDRESS: &str = r#"{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#;
const CONDITION_ON_TAG: &str = r#"{"StringEquals":{"aws:PrincipalTag/team":"red"}}"#;

fn document(statement: impl Strategy<Value = Value>) -> impl Strategy<Value = String> {
    prop::collection::vec(statement, 1..4)
        .prop_map(|statements| json!({ "Version": "2012-10-17", "Statement": statements }).to_string())
}

fn of_identity() -> impl Strategy<Value = String> {
    document(statement(&ACTION_PATTERNS, &RESOURCES))
}

fn with_principal(statement: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    let alice = format!("arn:aws:iam::{ID}:user/alice");
    let root = format!("arn:aws:iam::{ID}:root");
    let principals = vec![json!("*"), json!({ "AWS": [alice] }), json!({ "AWS": root })];
    (statement, select(principals)).prop_map(|(mut statement, principal)| {
        statement.as_object_mut().unwrap().insert("Principal".to_owned(), principal);
        statement
    })
}

fn of_bucket() -> impl Strategy<Value = String> {
    document(with_principal(statement(
        &["s3:*", "s3:GetObject", "s3:List*"],
        &["arn:aws:s3:::logs", "arn:aws:s3:::logs/*", "arn:aws:s3:::logs/secret/*"],
    )))
}

fn of_trust() -> impl Strategy<Value = String> {
    let trust = select(&["Allow", "Allow", "Deny"][..])
        .prop_map(|effect| json!({ "Effect": effect, "Action": "sts:AssumeRole" }));
    document(with_principal(trust))
}

/// A user with a group's worth of policies, two roles, and a bucket.
fn account() -> impl Strategy<Value = Account> {
    let tags = select(vec![vec![], vec![("team".to_owned(), "red".to_owned())]]);
    let user = (of_identity(), of_identity(), prop::option::of(of_identity()), tags);
    let roles = (of_identity(), of_trust(), of_trust());
    (user, roles, prop::option::of(of_bucket())).prop_map(
        |((own, managed, boundary, tags), roles, bucket)| {
            let arn = |name: &str| format!("arn:aws:iam::{ID}:policy/{name}");
            let policy = |name: &str, text| ManagedPolicy { arn: arn(name), text, tags: Vec::new() };
            let entity = |name: &str, text: &str| Entity {
                name: name.to_owned(),
                path: "/".to_owned(),
                inline: vec![Document { name: "own".to_owned(), text: text.to_owned() }],
                ..Entity::default()
            };
            let mut alice = Entity { attached: vec![arn("m")], tags, ..entity("alice", &own) };
            alice.boundary = boundary.is_some().then(|| arn("limit"));
            let role = |name: &str, own: &str, trust: &str| Role {
                entity: entity(name, own),
                trust: Some(trust.to_owned()),
                ..Role::default()
            };
            Account {
                users: vec![User { entity: alice, groups: Vec::new() }],
                roles: vec![role("a", &roles.0, &roles.1), role("b", NOTHING, &roles.2)],
                policies: boundary
                    .map(|text| policy("limit", text))
                    .into_iter()
                    .chain([policy("m", managed)])
                    .collect(),
                buckets: vec![Bucket { name: "logs".to_owned(), policy: bucket, ..Bucket::default() }],
                ..Account::default()
            }
        },
    )
}

const NOTHING: &str = r#"{"Statement":{"Effect":"Deny","Action":"sqs:*","Resource":"*"}}"#;

/// An account, and the same with some of another.
fn accounts() -> impl Strategy<Value = (Account, Account)> {
    (account(), account(), any::<[bool; 4]>()).prop_map(|(old, other, taken)| {
        let mut new = old.clone();
        let [users, roles, policies, buckets] = taken;
        if users {
            new.users = other.users;
        }
        if roles {
            new.roles = other.roles;
        }
        if policies || users {
            new.policies = other.policies;
        }
        if buckets {
            new.buckets = other.buckets;
        }
        (old, new)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn the_fast_way_finds_what_the_plain_one_does((old, new) in accounts()) {
        let id = AccountId::new(ID).unwrap();
        let diff = diff(&old, &new, &id);
        let (old, new) = (Access::of(&old, &id), Access::of(&new, &id));
        let plain = plainly(&old, &new);
        prop_assert_eq!(quickly(&diff, &old, &new, &plain), plain);
    }
}
