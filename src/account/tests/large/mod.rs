//! An account of 500 roles, 1,000 policies and 100 buckets, and the same after changes that touch few or all of them.

use rolecall_account::{Account, Bucket, read_gaad};
use serde_json::{Value, json};

pub(crate) const ROLES: usize = 500;
pub(crate) const POLICIES: usize = 1000;
pub(crate) const BUCKETS: usize = 100;

/// Services with the verbs of their actions and their resources, in which `NAME` stands for one.
const SERVICES: [(&str, &[&str], &[&str]); 10] = [
    ("s3", &["Get*", "List*", "PutObject"], &["arn:aws:s3:::NAME", "arn:aws:s3:::NAME/*"]),
    ("dynamodb", &["GetItem", "Query", "Describe*"], &["arn:aws:dynamodb:*:*:table/NAME*"]),
    ("sqs", &["SendMessage", "ReceiveMessage", "Get*"], &["arn:aws:sqs:*:123456789012:NAME"]),
    ("sns", &["Publish", "Get*", "List*"], &["arn:aws:sns:eu-west-1:123456789012:NAME*"]),
    ("lambda", &["InvokeFunction", "Get*", "List*"], &["arn:aws:lambda:*:*:function:NAME*"]),
    ("ec2", &["StartInstances", "StopInstances", "Describe*"], &["arn:aws:ec2:*:*:instance/*", "*"]),
    ("iam", &["PassRole", "Get*"], &["arn:aws:iam::123456789012:role/NAME"]),
    ("kms", &["Decrypt", "GenerateDataKey*"], &["arn:aws:kms:*:*:key/NAME"]),
    ("logs", &["CreateLogStream", "PutLogEvents", "Describe*"], &["arn:aws:logs:*:*:log-group:/app/NAME*"]),
    ("secretsmanager", &["GetSecretValue", "Describe*"], &["arn:aws:secretsmanager:*:*:secret:NAME-*"]),
];

/// What is another than in the account as it was.
#[derive(Clone, Copy, PartialEq, Eq)]
#[allow(dead_code, reason = "the benchmark has changes that take too long for a test")]
pub(crate) enum Change {
    Nothing,
    /// A statement of each policy whose number can be divided by this allows all that its service has.
    OneStatementOfEvery(usize),
    /// No policy has a statement that it had.
    Replaced,
    /// Every role trusts somebody else.
    Trust,
    /// The policy that all roles have allows this action on everything.
    Shared(&'static str),
    /// Every bucket lets in another account.
    Buckets,
}

pub(crate) fn account(change: Change) -> Account {
    let shared = match change {
        Change::Shared(action) => action,
        _ => "cloudwatch:PutMetricData",
    };
    let shared = json!({ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": shared, "Resource": "*" } });
    let policies = (0..POLICIES).map(|number| managed(&format!("p{number}"), &policy(number, change)));
    let policies: Vec<Value> = policies.chain([managed("shared", &shared)]).collect();
    let roles: Vec<Value> = (0..ROLES).map(|number| role(number, change)).collect();
    let mut account =
        read_gaad(&json!({ "Policies": policies, "RoleDetailList": roles }).to_string(), &|_| None).unwrap();
    account.buckets = (0..BUCKETS).map(|number| bucket(number, change)).collect();
    account
}

fn arn(policy: &str) -> String {
    format!("arn:aws:iam::123456789012:policy/{policy}")
}

fn managed(name: &str, document: &Value) -> Value {
    json!({ "Arn": arn(name), "PolicyName": name, "DefaultVersionId": "v1",
        "PolicyVersionList": [{ "VersionId": "v1", "IsDefaultVersion": true, "Document": document }] })
}

/// A policy of five statements, each of which differs from those of all others.
fn policy(number: usize, change: Change) -> Value {
    let statement = |place: usize| {
        let (service, verbs, resources) = SERVICES.get((number * 3 + place) % SERVICES.len()).unwrap();
        let widened =
            matches!(change, Change::OneStatementOfEvery(nth) if number.is_multiple_of(nth)) && place == 0;
        let verbs = if widened { &["*"] } else { *verbs };
        let actions: Vec<String> = verbs.iter().map(|verb| format!("{service}:{verb}")).collect();
        let replaced = if change == Change::Replaced { "new-" } else { "" };
        let name = format!("{replaced}team-{}-{number}-{place}", number % 40);
        let resources: Vec<String> = resources.iter().map(|arn| arn.replace("NAME", &name)).collect();
        json!({ "Sid": format!("S{place}"), "Effect": "Allow", "Action": actions, "Resource": resources })
    };
    json!({ "Version": "2012-10-17", "Statement": (0..5).map(statement).collect::<Vec<_>>() })
}

/// A role with the policy that all have, six that few have, one of its own, and two denials.
fn role(number: usize, change: Change) -> Value {
    let trusted = match change {
        Change::Trust if number.is_multiple_of(2) => json!({ "AWS": "arn:aws:iam::123456789012:root" }),
        Change::Trust => json!({ "AWS": "arn:aws:iam::999999999999:root" }),
        _ => json!({ "Service": "ec2.amazonaws.com" }),
    };
    let trust = json!({ "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": trusted }] });
    let attached = (0..6).map(|place| format!("p{}", (number * 7 + place * 31) % POLICIES));
    let attached: Vec<Value> =
        attached.chain(["shared".to_owned()]).map(|name| json!({ "PolicyArn": arn(&name) })).collect();
    let mut own = vec![
        json!({ "Sid": "NoSecrets", "Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::*/secret/*" }),
        json!({ "Sid": "Tls", "Effect": "Deny", "Action": "*", "Resource": "*",
            "Condition": { "Bool": { "aws:SecureTransport": "false" } } }),
    ];
    if number.is_multiple_of(10) {
        own.push(json!({ "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*" }));
    }
    let guard = json!({ "Version": "2012-10-17", "Statement": own });
    let own = policy(number + POLICIES, if change == Change::Replaced { change } else { Change::Nothing });
    json!({ "Arn": format!("arn:aws:iam::123456789012:role/r{number}"), "RoleName": format!("r{number}"), "Path": "/",
        "AssumeRolePolicyDocument": trust, "AttachedManagedPolicies": attached,
        "RolePolicyList": [{ "PolicyName": "guard", "PolicyDocument": guard }, { "PolicyName": "own", "PolicyDocument": own }] })
}

fn bucket(number: usize, change: Change) -> Bucket {
    let name = format!("team-{}-{}-0", number % 40, number * 10);
    let arn = format!("arn:aws:s3:::{name}");
    let mut statements = vec![json!({ "Sid": "Tls", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
        "Resource": [arn, format!("{arn}/*")], "Condition": { "Bool": { "aws:SecureTransport": "false" } } })];
    if change == Change::Buckets {
        statements.push(json!({ "Sid": "Partner", "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::999999999999:root" },
            "Action": ["s3:GetObject", "s3:List*"], "Resource": [arn, format!("{arn}/shared/*")] }));
    }
    let policy = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
    Bucket { name, policy: Some(policy), ..Bucket::default() }
}
