//! Random cases, biased so that every layer, element and operator really decides: small vocabularies, patterns that tend
//! to cover what is asked, and every kind of caller. The same seed makes the same cases.

use rolecall_policy::{AccountId, Context, Principal, Request};
use serde_json::{Map, Value, json};

use crate::flow::{Documents, Own};

const HERE: &str = "111122223333";
const THERE: &str = "444455556666";
const PROVIDER: &str = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";

/// SplitMix64, which needs no state but its counter.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn of(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, sides: usize) -> usize {
        (self.next() % sides as u64) as usize
    }

    /// True `percent` times in a hundred.
    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        choices[self.below(choices.len())]
    }

    /// One or a few of the choices, as JSON: a single value or a list.
    fn some(&mut self, choices: &[&str]) -> Value {
        match self.below(4) {
            0 => json!([self.pick(choices)]),
            1 => json!([self.pick(choices), self.pick(choices)]),
            _ => json!(self.pick(choices)),
        }
    }
}

/// What is asked about: it decides which actions, resources and documents there are.
struct Scene {
    actions: &'static [&'static str],
    patterns: &'static [&'static str],
    resources: &'static [&'static str],
    covers: &'static [&'static str],
}

const BUCKET: Scene = Scene {
    actions: &["s3:GetObject", "s3:PutObject", "s3:GetObject", "s3:ListBucket", "s3:DeleteBucketPolicy"],
    patterns: &[
        "*",
        "s3:*",
        "s3:Get*",
        "s3:getobject",
        "s3:PutObject",
        "S3:*Object",
        "s3:?etObject",
        "s3:*Bucket*",
        "ec2:*",
    ],
    resources: &[
        "arn:aws:s3:::b/ann/f",
        "arn:aws:s3:::b/red/f",
        "arn:aws:s3:::b",
        "arn:aws:s3:::b/*/f",
        "arn:aws:s3:::c/f",
    ],
    covers: &[
        "*",
        "arn:aws:s3:::*",
        "arn:aws:s3:::b*",
        "arn:aws:s3:::b/*",
        "arn:aws:s3:::b/ann/*",
        "arn:aws:s3:::b/${aws:username}/*",
        "arn:aws:s3:::b/${aws:PrincipalTag/team}/?",
        "arn:aws:s3:::b/${aws:PrincipalTag/team, 'red'}/f",
        "arn:aws:s3:::b/${*}/f",
        "arn:aws:s3:::?/*",
        "arn:*:s3:::b",
        "arn:aws:s3:::B/*",
    ],
};

const INSTANCES: Scene = Scene {
    actions: &["ec2:StartInstances", "ec2:DescribeInstances", "iam:ListUsers"],
    patterns: &["*", "*:*", "*:Start*", "ec2:*", "ec2:Start*", "EC2:*Instances", "iam:List?sers", "s3:*"],
    resources: &["arn:aws:ec2:us-east-1:111122223333:instance/i-1", "*"],
    covers: &[
        "*",
        "arn:aws:ec2:*:*:instance/*",
        "arn:aws:ec2:*:instance/i-1",
        "arn:aws:ec2:us-*:111122223333:*",
        "arn:aws:ec2:*",
        "arn:aws:ec2:eu-*:111122223333:instance/*",
        "arn:aws:ec2:us-east-1:111122223333:instance/${aws:ResourceTag/id}",
    ],
};

const ROLE: Scene = Scene {
    actions: &["sts:AssumeRole"],
    patterns: &["*", "sts:*", "sts:AssumeRole", "sts:Assume*", "sts:TagSession"],
    resources: &["arn:aws:iam::111122223333:role/r"],
    covers: &[
        "*",
        "arn:aws:iam::111122223333:role/r",
        "arn:aws:iam::*:role/*",
        "arn:aws:iam::111122223333:role/q",
    ],
};

const KEY: Scene = Scene {
    actions: &["kms:Decrypt", "kms:DescribeKey"],
    patterns: &["*", "kms:*", "kms:De*", "kms:Decrypt", "kms:Encrypt"],
    resources: &["arn:aws:kms:us-east-1:111122223333:key/k"],
    covers: &["*", "arn:aws:kms:*:111122223333:key/*", "arn:aws:kms:us-east-1:111122223333:key/q"],
};

const CANONICAL: &str = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be";
const OTHER_CANONICAL: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What kind of document a statement is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Identity,
    Resource,
    Trust,
    ServiceControl,
    ResourceControl,
}

pub(crate) fn case(dice: &mut Dice) -> (Request, Documents) {
    let place = dice.below(8);
    let scene = match place {
        0..=3 => &BUCKET,
        4 => &INSTANCES,
        5 | 6 => &ROLE,
        _ => &KEY,
    };
    let principal = caller(dice, place);
    let resource = dice.pick(scene.resources).to_owned();
    let mut request = Request {
        action: dice.pick(scene.actions).to_owned(),
        resource,
        resource_account: dice.chance(60).then(|| account(if dice.chance(70) { HERE } else { THERE })),
        context: context(dice, &principal),
        principal,
        canonical_user: None,
    };
    let documents = documents(dice, &request, scene, place);
    request.canonical_user = dice.chance(70).then(|| dice.pick(&[CANONICAL, OTHER_CANONICAL]).to_owned());
    (request, documents)
}

fn account(id: &str) -> AccountId {
    AccountId::new(id).unwrap()
}

fn caller(dice: &mut Dice, place: usize) -> Principal {
    let user = |owner, path: &str| Principal::User {
        account: account(owner),
        path: path.to_owned(),
        name: "ann".to_owned(),
        id: "AIDAANNANNANNANNANNA".to_owned(),
    };
    let role = |path: &str| Principal::AssumedRole {
        account: account(HERE),
        path: path.to_owned(),
        name: "r".to_owned(),
        id: "AROARRRRRRRRRRRRRRRR".to_owned(),
        session: "s".to_owned(),
    };
    let root = Principal::Root { account: account(HERE) };
    match dice.below(16) {
        0..=4 => user(HERE, "/"),
        5 => user(HERE, "/dev/"),
        6 => user(THERE, "/"),
        7..=9 => role("/"),
        10 => role("/aws-service-role/x.amazonaws.com/"),
        11 | 12 => {
            let maker = if dice.chance(75) { user(HERE, "/") } else { root };
            Principal::FederatedUser { account: account(HERE), name: "f".to_owned(), user: Box::new(maker) }
        }
        13 => root,
        14 if place >= 5 => Principal::Federated { provider: PROVIDER.to_owned() },
        14 => Principal::Anonymous,
        _ => Principal::Service { name: "ec2.amazonaws.com".to_owned() },
    }
}

fn context(dice: &mut Dice, principal: &Principal) -> Context {
    let mut context = Context::default();
    let singles: [(&str, &[&str]); 15] = [
        ("aws:username", &["ann", "bob"]),
        ("aws:PrincipalTag/team", &["red", "blue", "*"]),
        ("aws:ResourceTag/id", &["i-1", "i-2"]),
        ("s3:prefix", &["red", "Red", "ann/f", "", "a*"]),
        ("s3:max-keys", &["5", "10", "10.0", "-1", "ten"]),
        ("aws:CurrentTime", &["2026-01-02T03:04:05Z", "2026-01-02T04:04:05+01:00", "2026-06-01T00:00:00Z"]),
        ("aws:EpochTime", &["1767323045", "1780272000"]),
        ("aws:SecureTransport", &["true", "false"]),
        ("aws:SourceIp", &["198.51.100.7", "203.0.113.9", "2001:db8::7", "2001:db8:1::7"]),
        ("aws:PrincipalArn", &["arn:aws:iam::111122223333:role/r", "arn:aws:iam::111122223333:user/dev/ann"]),
        ("aws:SourceArn", &["arn:aws:s3:::b", "arn:aws:sns:us-east-1:111122223333:t:u", "not-an-arn"]),
        ("aws:PrincipalAccount", &["111122223333", "444455556666"]),
        ("aws:Referer", &["QUJD", "eHl6"]),
        ("sts:ExternalId", &["12345", "red"]),
        ("aws:SourceIdentity", &["s3.us-east-1.amazonaws.com", "ec2.us-east-1.amazonaws.com"]),
    ];
    for (key, values) in singles {
        if dice.chance(65) {
            context.set(key, dice.pick(values));
        }
    }
    for (key, values) in [
        ("aws:TagKeys", ["red", "blue", "Red"]),
        ("aws:PrincipalOrgPaths", ["o-1/r-1/ou-1/", "o-1/r-1/", "o-2/r-1/"]),
        (
            "ec2:FISTargetArns",
            ["arn:aws:ec2:us-east-1:111122223333:instance/i-1", "arn:aws:s3:::b", "arn:aws:s3:::c"],
        ),
    ] {
        if dice.chance(70) {
            let chosen = values.iter().filter(|_| dice.chance(50)).map(|value| (*value).to_owned()).collect();
            context.set_all(key, chosen);
        }
    }
    if dice.chance(50) {
        context.set("aws:PrincipalArn", principal.arn().replace("assumed-role/r/s", "role/r"));
    }
    context
}

fn documents(dice: &mut Dice, request: &Request, scene: &Scene, place: usize) -> Documents {
    let mut documents = Documents::default();
    let document = |dice: &mut Dice, kind| document(dice, request, scene, kind);
    // Only users and roles have documents of their own, and only roles and federated users session policies.
    let (entity, federated, session) = match &request.principal {
        Principal::User { .. } => (true, false, false),
        Principal::AssumedRole { .. } => (true, false, true),
        Principal::FederatedUser { user, .. } => (matches!(**user, Principal::User { .. }), true, true),
        _ => (false, false, false),
    };
    if entity {
        documents.identity = (0..dice.below(3)).map(|_| document(dice, Kind::Identity)).collect();
        documents.boundary = dice.chance(25).then(|| document(dice, Kind::Identity));
    }
    if session && dice.chance(if federated { 80 } else { 30 }) {
        let fewest = usize::from(!federated);
        let count = fewest + dice.below(2);
        documents.session = Some((0..count).map(|_| document(dice, Kind::Identity)).collect());
    }
    documents.resource = match place {
        0..=3 if dice.chance(75) => Own::Grants(document(dice, Kind::Resource)),
        5 | 6 => Own::Trust(dice.chance(95).then(|| document(dice, Kind::Trust))),
        7 => Own::Key(document(dice, Kind::Resource)),
        _ => Own::None,
    };
    let levels = |dice: &mut Dice, kind| -> Vec<Vec<Value>> {
        let deep = if dice.chance(25) { 1 + dice.below(3) } else { 0 };
        let level = |dice: &mut Dice| {
            let mut policies = Vec::new();
            if dice.chance(80) {
                let mut all = json!({ "Effect": "Allow", "Action": "*", "Resource": "*" });
                if kind == Kind::ResourceControl {
                    all["Principal"] = json!("*");
                }
                policies.push(json!({ "Version": "2012-10-17", "Statement": [all] }));
            }
            if dice.chance(40) {
                policies.push(document(dice, kind));
            }
            policies
        };
        (0..deep).map(|_| level(dice)).collect()
    };
    documents.service_control = levels(dice, Kind::ServiceControl);
    documents.resource_control = levels(dice, Kind::ResourceControl);
    documents
}

fn document(dice: &mut Dice, request: &Request, scene: &Scene, kind: Kind) -> Value {
    let count = 1 + dice.below(3);
    let statements: Vec<Value> = (0..count).map(|_| statement(dice, request, scene, kind)).collect();
    match dice.below(10) {
        0 => json!({ "Statement": statements }),
        1 => json!({ "Version": "2008-10-17", "Statement": statements }),
        _ => json!({ "Version": "2012-10-17", "Statement": statements }),
    }
}

fn statement(dice: &mut Dice, request: &Request, scene: &Scene, kind: Kind) -> Value {
    let deny = dice.chance(if kind == Kind::ServiceControl { 30 } else { 12 });
    let mut statement = json!({ "Effect": if deny { "Deny" } else { "Allow" } });
    let actions = if kind == Kind::Trust { &scene.patterns[1..] } else { scene.patterns };
    let not_action = dice.chance(8) && kind != Kind::ResourceControl;
    let action = if not_action || dice.chance(40) { dice.some(actions) } else { json!(request.action) };
    statement[if not_action { "NotAction" } else { "Action" }] = action;
    if kind != Kind::Trust {
        let element = if dice.chance(8) { "NotResource" } else { "Resource" };
        statement[element] = dice.some(scene.covers);
    }
    match kind {
        Kind::ResourceControl => statement["Principal"] = json!("*"),
        Kind::Resource if deny && dice.chance(50) => statement["NotPrincipal"] = all_of_the_caller(dice),
        Kind::Resource | Kind::Trust => statement["Principal"] = principal(dice, kind),
        Kind::Identity | Kind::ServiceControl => {}
    }
    if dice.chance(55) {
        let mut block = Map::new();
        for _ in 0..=dice.below(2) {
            let (operator, key, values) = condition(dice);
            block.insert(operator, json!({ key: values }));
        }
        statement["Condition"] = Value::Object(block);
    }
    statement
}

/// Values of `AWS` for every way to name a caller.
const NAMES: &[&str] = &[
    "111122223333",
    "arn:aws:iam::111122223333:root",
    "444455556666",
    "arn:aws:iam::111122223333:user/ann",
    "arn:aws:iam::111122223333:user/dev/ann",
    "arn:aws:iam::444455556666:user/ann",
    "AIDAANNANNANNANNANNA",
    "arn:aws:iam::111122223333:role/r",
    "AROARRRRRRRRRRRRRRRR",
    "arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/r",
    "arn:aws:sts::111122223333:assumed-role/r/s",
    "arn:aws:sts::111122223333:assumed-role/r/t",
    "arn:aws:sts::111122223333:federated-user/f",
];

fn principal(dice: &mut Dice, kind: Kind) -> Value {
    match dice.below(10) {
        0 => json!("*"),
        1 => json!({ "AWS": "*" }),
        2 => json!({ "Service": dice.some(&["ec2.amazonaws.com", "s3.amazonaws.com"]) }),
        3 if kind == Kind::Trust => json!({ "Federated": PROVIDER }),
        3 if dice.chance(10) => json!({ "CanonicalUser": CANONICAL }),
        4 => json!({ "AWS": dice.some(NAMES), "Service": "ec2.amazonaws.com" }),
        _ => json!({ "AWS": dice.some(NAMES) }),
    }
}

/// A `NotPrincipal` that lists some of the callers with their accounts, or not quite.
fn all_of_the_caller(dice: &mut Dice) -> Value {
    let mut names = match dice.below(4) {
        0 => vec!["arn:aws:iam::111122223333:user/ann"],
        1 => vec!["arn:aws:sts::111122223333:assumed-role/r/s", "arn:aws:iam::111122223333:role/r"],
        2 => vec!["arn:aws:sts::111122223333:federated-user/f"],
        _ => vec!["arn:aws:iam::444455556666:user/ann", "444455556666"],
    };
    if dice.chance(75) {
        names.push("arn:aws:iam::111122223333:root");
    }
    if dice.chance(15) {
        names.remove(0);
    }
    if names.is_empty() { json!({ "Service": "ec2.amazonaws.com" }) } else { json!({ "AWS": names }) }
}

/// An operator with its modifiers, a key and values.
fn condition(dice: &mut Dice) -> (String, String, Value) {
    if dice.chance(6) {
        let key = dice.pick(&["aws:TagKeys", "s3:prefix", "aws:username", "aws:MultiFactorAuthAge"]);
        return ("Null".to_owned(), key.to_owned(), json!(dice.pick(&["true", "false"])));
    }
    if dice.chance(1) {
        return ("StringEquals".to_owned(), "s3:no-such-key".to_owned(), json!("red"));
    }
    let (operators, single, multi, values) = family(dice);
    let operator = dice.pick(operators);
    let set = dice.chance(50);
    let key = if set && !multi.is_empty() { dice.pick(multi) } else { dice.pick(single) };
    let set = if set { dice.pick(&["ForAllValues:", "ForAnyValue:"]) } else { "" };
    let if_exists = if dice.chance(30) { "IfExists" } else { "" };
    let mut values = dice.some(values);
    // Numbers and Booleans need no quotation marks.
    if dice.chance(50)
        && let Some(bare) = values.as_str().and_then(|text| serde_json::from_str(text).ok())
    {
        let bare: Value = bare;
        if (bare.is_boolean() && operator == "Bool") || (bare.is_i64() && operator.starts_with("Numeric")) {
            values = bare;
        }
    }
    (format!("{set}{operator}{if_exists}"), key.to_owned(), values)
}

type Family =
    (&'static [&'static str], &'static [&'static str], &'static [&'static str], &'static [&'static str]);

/// Operators that go together, with keys of one value, keys of several, and values.
fn family(dice: &mut Dice) -> Family {
    const TEXTS: &[&str] = &["s3:prefix", "aws:PrincipalTag/team", "sts:ExternalId", "aws:SourceIdentity"];
    const LISTS: &[&str] = &["aws:TagKeys", "aws:PrincipalOrgPaths"];
    let families: [Family; 8] = [
        (
            &["StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"],
            TEXTS,
            LISTS,
            &[
                "red",
                "blue",
                "RED",
                "${aws:PrincipalTag/team}",
                "${aws:PrincipalTag/team, 'red'}",
                "a${*}",
                "o-1/r-1/",
                "",
            ],
        ),
        (
            &["StringLike", "StringNotLike"],
            TEXTS,
            LISTS,
            &[
                "*",
                "r*",
                "?ed",
                "${aws:username}/*",
                "${aws:TagKeys}",
                "a${*}",
                "o-1/*",
                "s3.*.amazonaws.com",
                "*5",
            ],
        ),
        (
            &[
                "NumericEquals",
                "NumericNotEquals",
                "NumericLessThan",
                "NumericLessThanEquals",
                "NumericGreaterThan",
                "NumericGreaterThanEquals",
            ],
            &["s3:max-keys"],
            &[],
            &["5", "10", "10.00", "7", "-2"],
        ),
        (
            &[
                "DateEquals",
                "DateNotEquals",
                "DateLessThan",
                "DateLessThanEquals",
                "DateGreaterThan",
                "DateGreaterThanEquals",
            ],
            &["aws:CurrentTime", "aws:EpochTime"],
            &[],
            &[
                "2026-01-02T03:04:05Z",
                "1767323045",
                "2026-06-01",
                "2026-01-02T03:04Z",
                "2026-01-02T03:04:05.5Z",
            ],
        ),
        (&["Bool"], &["aws:SecureTransport"], &[], &["true", "false"]),
        (&["BinaryEquals"], &["aws:Referer"], &[], &["QUJD", "eHl6"]),
        (
            &["IpAddress", "NotIpAddress"],
            &["aws:SourceIp"],
            &[],
            &["198.51.100.0/24", "203.0.113.9", "2001:db8::/48", "0.0.0.0/0", "::/0", "198.51.100.8/29"],
        ),
        (
            &["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"],
            &["aws:PrincipalArn", "aws:SourceArn"],
            &["ec2:FISTargetArns"],
            &[
                "arn:aws:iam::111122223333:role/r",
                "arn:aws:iam::*:user/*/${aws:username}",
                "arn:aws:s3:::?",
                "arn:aws:*:*:*:*",
                "arn:*:*:*:*:*",
                "arn:aws:sns:*:t:*",
                "arn:aws:ec2:us-*-1:111122223333:instance/*",
                "arn:aws:iam::111122223333:root",
                "arn:aws:iam::${aws:PrincipalAccount}:role/*",
                "arn:aws:iam::${aws:ResourceAccount, '111122223333'}:user/dev/${aws:username}",
                "${aws:SourceArn}",
            ],
        ),
    ];
    // Those of numbers and dates have the most operators.
    families[dice.pick(&[&0, &0, &1, &2, &2, &3, &3, &4, &5, &6, &7]).to_owned()]
}
