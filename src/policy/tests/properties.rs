//! What holds for every request and every set of policies.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::sync::Arc;

use proptest::prelude::*;
use rolecall_policy::{
    AccountId, Context, Decision, Outcome, Policies, Policy, PolicyDocument, PolicyKind, Principal, Request,
    ResourcePolicy, decide, decide_fast,
};
use serde_json::{Value, json};

/// The outcome, or `None` where it is undecidable.
fn outcome(request: &Request, policies: &Policies) -> Option<Outcome> {
    let traced = decide(request, policies);
    let fast = decide_fast(request, policies);
    let brief = |decision: &Decision| (decision.outcome, decision.layer, decision.deciding.clone());
    assert_eq!(traced.as_ref().map(brief), fast.as_ref().map(brief));
    traced.ok().map(|decision| {
        let explanation = decision.explain();
        assert!(!explanation.why.is_empty());
        assert!(decision.denial_message().starts_with("User: "));
        decision.outcome
    })
}

fn is_allowed(request: &Request, policies: &Policies) -> bool {
    outcome(request, policies) == Some(Outcome::Allowed)
}

fn policy(name: &str, statements: &[Value], kind: PolicyKind) -> Policy {
    let text = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
    let document = PolicyDocument::parse(&text, kind).unwrap_or_else(|error| panic!("{error}: {text}"));
    Policy { name: name.to_owned(), document: Arc::new(document) }
}

fn account(id: &str) -> AccountId {
    AccountId::new(id).unwrap()
}

fn any_caller() -> impl Strategy<Value = Principal> {
    let user = |owner: &str| Principal::User {
        account: account(owner),
        path: "/".to_owned(),
        name: "u".to_owned(),
        id: "AIDAUUUUUUUUUUUUUUUU".to_owned(),
    };
    prop_oneof![
        Just(Principal::Anonymous),
        Just(Principal::Root { account: account("111122223333") }),
        Just(user("111122223333")),
        Just(user("444455556666")),
        Just(Principal::AssumedRole {
            account: account("111122223333"),
            path: "/".to_owned(),
            name: "r".to_owned(),
            id: "AROARRRRRRRRRRRRRRRR".to_owned(),
            session: "s".to_owned(),
        }),
        Just(Principal::FederatedUser {
            account: account("111122223333"),
            name: "f".to_owned(),
            user: Box::new(user("111122223333")),
        }),
        Just(Principal::Service { name: "ec2.amazonaws.com".to_owned() }),
    ]
}

fn any_condition() -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => Just(json!({})),
        1 => Just(json!({ "StringLike": { "s3:prefix": "a*" } })),
        1 => Just(json!({ "StringNotEquals": { "s3:prefix": ["a", "${aws:username}"] } })),
        1 => Just(json!({ "NumericLessThan": { "s3:max-keys": 5 } })),
        1 => Just(json!({ "ForAllValues:StringEquals": { "aws:TagKeys": ["x", "y"] } })),
        1 => Just(json!({ "ForAnyValue:StringEquals": { "aws:TagKeys": "x" } })),
        1 => Just(json!({ "Null": { "aws:TagKeys": "true" } })),
    ]
}

fn any_statement(effects: &'static [&'static str], principal: bool) -> impl Strategy<Value = Value> {
    let actions = prop::sample::select(vec!["*", "s3:*", "s3:Get*", "s3:GetObject", "iam:*"]);
    let resources = prop::sample::select(vec![
        "*",
        "arn:aws:s3:::b/*",
        "arn:aws:s3:::b/${aws:username}/*",
        "arn:aws:s3:::c",
    ]);
    let principals = prop::sample::select(vec![
        json!("*"),
        json!({ "AWS": "111122223333" }),
        json!({ "AWS": "arn:aws:iam::111122223333:user/u" }),
        json!({ "AWS": "arn:aws:iam::111122223333:role/r" }),
        json!({ "AWS": "arn:aws:sts::111122223333:assumed-role/r/s" }),
        json!({ "AWS": ["arn:aws:sts::111122223333:federated-user/f", "444455556666"], "Service": "ec2.amazonaws.com" }),
    ]);
    let names = (any::<bool>(), any::<bool>());
    (prop::sample::select(effects), actions, resources, principals, any_condition(), names).prop_map(
        move |(effect, action, resource, who, condition, (not_action, not_resource))| {
            let mut statement = json!({ "Effect": effect, "Condition": condition });
            statement[if not_action { "NotAction" } else { "Action" }] = json!(action);
            statement[if not_resource { "NotResource" } else { "Resource" }] = json!(resource);
            if principal {
                statement["Principal"] = who;
            }
            statement
        },
    )
}

fn statements(principal: bool) -> impl Strategy<Value = Vec<Value>> {
    prop::collection::vec(any_statement(&["Allow", "Allow", "Deny"], principal), 1..4)
}

fn any_request() -> impl Strategy<Value = Request> {
    let actions = prop::sample::select(vec!["s3:GetObject", "s3:ListBucket", "iam:GetUser"]);
    let resources = prop::sample::select(vec!["arn:aws:s3:::b/u/f", "arn:aws:s3:::c", "*"]);
    let owner = prop::option::of(Just(account("111122223333")));
    let prefix = prop::option::of(prop::sample::select(vec!["a", "ab", "u", ""]));
    let tags = prop::option::of(prop::sample::subsequence(vec!["x", "y", "z"], 0..3));
    (any_caller(), actions, resources, owner, prefix, tags).prop_map(
        |(principal, action, resource, resource_account, prefix, tags)| {
            let mut context = Context::default();
            context.set("aws:username", "u");
            if let Some(prefix) = prefix {
                context.set("s3:prefix", prefix);
            }
            if let Some(tags) = tags {
                context.set_all("aws:TagKeys", tags.into_iter().map(str::to_owned).collect());
            }
            Request {
                principal,
                action: action.to_owned(),
                resource: resource.to_owned(),
                resource_account,
                context,
                canonical_user: None,
            }
        },
    )
}

/// The statements of each kind of policy; `None`: there is no such policy.
#[derive(Clone, Debug)]
struct Statements {
    identity: Vec<Vec<Value>>,
    resource: Option<Vec<Value>>,
    /// The resource's policy is a key policy, which everybody has to pass.
    key: bool,
    boundary: Option<Vec<Value>>,
    session: Option<Vec<Value>>,
    service_control: Vec<Vec<Value>>,
    resource_control: Vec<Vec<Value>>,
}

impl Statements {
    fn policies(&self) -> Policies {
        let one = |statements: &Option<Vec<Value>>, kind| {
            statements.as_ref().map(|statements| policy("x", statements, kind))
        };
        let all = |policies: &[Vec<Value>], kind| -> Vec<Policy> {
            policies.iter().map(|statements| policy("p", statements, kind)).collect()
        };
        let levels = |levels: &[Vec<Value>], kind| -> Vec<Vec<Policy>> {
            levels.iter().map(|statements| vec![policy("x", statements, kind)]).collect()
        };
        let resource = one(&self.resource, PolicyKind::Resource);
        Policies {
            identity: all(&self.identity, PolicyKind::Identity),
            boundary: one(&self.boundary, PolicyKind::Identity),
            session: one(&self.session, PolicyKind::Identity).map(|policy| vec![policy]),
            resource: if self.key {
                ResourcePolicy::Key(resource)
            } else {
                resource.map_or(ResourcePolicy::None, ResourcePolicy::Grants)
            },
            service_control: levels(&self.service_control, PolicyKind::ServiceControl),
            resource_control: levels(&self.resource_control, PolicyKind::ResourceControl),
        }
    }
}

/// As statements of a resource control policy, which are about everybody and have no `NotAction`.
fn about_everybody(statements: Vec<Value>) -> Vec<Value> {
    let mut statements = statements;
    for statement in &mut statements {
        let members = statement.as_object_mut().unwrap();
        if let Some(action) = members.remove("NotAction") {
            members.insert("Action".to_owned(), action);
        }
        members.insert("Principal".to_owned(), json!("*"));
    }
    statements
}

fn any_statements() -> impl Strategy<Value = Statements> {
    let identity = prop::collection::vec(statements(false), 0..3);
    let optional = || prop::option::of(statements(false));
    let levels = || prop::collection::vec(statements(false), 0..3);
    let resource = (prop::option::of(statements(true)), prop::bool::weighted(0.2));
    (identity, resource, optional(), optional(), levels(), levels()).prop_map(
        |(identity, (resource, key), boundary, session, service_control, resource_control)| Statements {
            identity,
            resource,
            key,
            boundary,
            session,
            service_control,
            resource_control: resource_control.into_iter().map(about_everybody).collect(),
        },
    )
}

const OPERATORS: [&str; 27] = [
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
    "DateEquals",
    "DateNotEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
    "Bool",
    "BinaryEquals",
    "IpAddress",
    "NotIpAddress",
    "ArnEquals",
    "ArnLike",
    "ArnNotEquals",
    "ArnNotLike",
    "Null",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn a_deny_never_allows_more(
        request in any_request(),
        before in any_statements(),
        deny in any_statement(&["Deny"], false),
        deny_of_resource in any_statement(&["Deny"], true),
    ) {
        let allowed_before = is_allowed(&request, &before.policies());
        let with = |change: &dyn Fn(&mut Statements)| {
            let mut after = before.clone();
            change(&mut after);
            after
        };
        let add = |list: Option<&mut Vec<Value>>| list.into_iter().for_each(|list| list.push(deny.clone()));
        let after = [
            with(&|after| after.identity.push(vec![deny.clone()])),
            with(&|after| after.resource.iter_mut().for_each(|list| list.push(deny_of_resource.clone()))),
            with(&|after| add(after.session.as_mut())),
            with(&|after| add(after.boundary.as_mut())),
            with(&|after| add(after.service_control.first_mut())),
            with(&|after| {
                let deny = about_everybody(vec![deny.clone()]);
                after.resource_control.iter_mut().for_each(|list| list.extend(deny.clone()));
            }),
        ];
        for after in after {
            prop_assert!(allowed_before || !is_allowed(&request, &after.policies()));
        }
    }

    #[test]
    fn limits_never_allow_more(request in any_request(), before in any_statements(), limit in statements(false)) {
        let mut boundary = (before.clone(), before.clone());
        boundary.0.boundary = Some(limit.clone());
        boundary.1.boundary = None;
        let mut service_control = (before.clone(), before.clone());
        service_control.0.service_control.push(limit.clone());
        let mut resource_control = (before.clone(), before.clone());
        resource_control.0.resource_control.push(about_everybody(limit.clone()));
        let mut session = (before.clone(), before);
        session.0.session = Some(limit);
        session.1.session = None;
        let mut pairs = vec![boundary, service_control, resource_control];
        // A federated user has nothing without session policies, so they do give to it.
        if !matches!(request.principal, Principal::FederatedUser { .. }) {
            pairs.push(session);
        }
        for (with, without) in pairs {
            prop_assert!(is_allowed(&request, &without.policies()) || !is_allowed(&request, &with.policies()));
        }
    }

    #[test]
    fn order_never_matters(request in any_request(), mut statements in any_statements()) {
        let forwards = outcome(&request, &statements.policies());
        statements.identity.reverse();
        statements.service_control.reverse();
        statements.resource_control.reverse();
        let lists = [&mut statements.resource, &mut statements.boundary, &mut statements.session];
        let policies = statements.identity.iter_mut();
        let levels = statements.service_control.iter_mut().chain(&mut statements.resource_control);
        for list in lists.into_iter().flatten().chain(policies).chain(levels) {
            list.reverse();
        }
        prop_assert_eq!(forwards, outcome(&request, &statements.policies()));
    }

    #[test]
    fn parsing_what_is_printed_changes_nothing(statements in statements(true), request in any_request()) {
        let value = json!({ "Version": "2012-10-17", "Statement": statements });
        let parsed = PolicyDocument::parse(&value.to_string(), PolicyKind::Resource).unwrap();
        let again = PolicyDocument::parse(parsed.text(), PolicyKind::Resource).unwrap();
        prop_assert_eq!(format!("{parsed:?}"), format!("{again:?}"));
        // Neither do spaces and the order of elements.
        let pretty = serde_json::to_string_pretty(&value).unwrap();
        let spaced = PolicyDocument::parse(&pretty, PolicyKind::Resource).unwrap();
        let decide = |document: PolicyDocument| {
            let policy = Policy { name: "p".to_owned(), document: Arc::new(document) };
            outcome(&request, &Policies { resource: ResourcePolicy::Grants(policy), ..Policies::default() })
        };
        prop_assert_eq!(decide(parsed), decide(spaced));
    }

    #[test]
    fn no_condition_panics(
        operator in prop::sample::select(OPERATORS.as_slice()),
        set in prop::sample::select(vec!["", "ForAllValues:", "ForAnyValue:"]),
        wants in prop::collection::vec("[-+.0-9/:a-fA-FTZ${}*?=é ]{0,20}", 1..3),
        seen in prop::collection::vec("[-+.0-9/:a-fA-FTZ*?=é ]{0,20}", 0..3),
    ) {
        let name = format!("{set}{operator}");
        let statement = json!({
            "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": { name: { "aws:TagKeys": wants } },
        });
        let text = json!({ "Version": "2012-10-17", "Statement": statement }).to_string();
        if let Ok(document) = PolicyDocument::parse(&text, PolicyKind::Identity) {
            let policy = Policy { name: "p".to_owned(), document: Arc::new(document) };
            let mut context = Context::default();
            context.set_all("aws:TagKeys", seen);
            let request = Request {
                principal: Principal::Service { name: "x.amazonaws.com".to_owned() },
                action: "s3:GetObject".to_owned(),
                resource: "*".to_owned(),
                resource_account: None,
                context,
                canonical_user: None,
            };
            outcome(&request, &Policies { service_control: vec![vec![policy.clone()]], ..Policies::default() });
            let root = Request { principal: Principal::Root { account: account("111122223333") }, ..request };
            outcome(&root, &Policies { service_control: vec![vec![policy]], ..Policies::default() });
        }
    }

    #[test]
    fn no_arn_or_principal_panics(arn in "[*a-z:/0-9é-]{0,40}", kind in any_kind(), action in "\\PC{0,12}") {
        let principal = json!({ "AWS": arn, "Service": arn, "Federated": arn });
        for principal in [principal, json!({ "AWS": format!("arn:aws:{arn}") })] {
            let statement = json!({
                "Effect": "Deny", "Principal": principal, "Action": action, "Resource": format!("arn:{arn}"),
                "Condition": { "ArnLike": { "aws:SourceArn": format!("arn:{arn}") } },
            });
            let text = json!({ "Statement": statement }).to_string();
            let _ = PolicyDocument::parse(&text, kind);
        }
    }

    #[test]
    fn no_text_panics(text in "\\PC*", kind in any_kind()) {
        let _ = PolicyDocument::parse(&text, kind);
    }

    #[test]
    fn no_broken_document_panics(
        statements in statements(true),
        kind in any_kind(),
        at in any::<prop::sample::Index>(),
        replacement in "[\\[\\]{}\":,${}*?a\\\\]{0,3}",
    ) {
        let mut text: Vec<char> = json!({ "Statement": statements, "Version": "2012-10-17" }).to_string().chars().collect();
        let at = at.index(text.len());
        text.splice(at..=at, replacement.chars());
        let text: String = text.into_iter().collect();
        if let Err(error) = PolicyDocument::parse(&text, kind) {
            prop_assert!(error.line == 1 && error.column <= text.chars().count() + 1, "{error:?}");
        }
    }

    #[test]
    fn no_pattern_or_value_panics(resource in "[*?${}:a/é']{0,12}", asked in "\\PC{0,12}", prefix in "\\PC{0,12}") {
        let statement = json!({
            "Effect": "Allow", "Action": "*", "Resource": format!("arn:aws:s3:::{resource}"),
            "Condition": { "StringLike": { "s3:prefix": resource } },
        });
        let text = json!({ "Version": "2012-10-17", "Statement": statement }).to_string();
        if let Ok(document) = PolicyDocument::parse(&text, PolicyKind::Identity) {
            let policy = Policy { name: "p".to_owned(), document: Arc::new(document) };
            let mut context = Context::default();
            context.set("s3:prefix", prefix);
            let request = Request {
                principal: Principal::Root { account: account("111122223333") },
                action: "s3:GetObject".to_owned(),
                resource: format!("arn:aws:s3:::{asked}"),
                resource_account: None,
                context,
                canonical_user: None,
            };
            outcome(&request, &Policies { session: Some(vec![policy]), ..Policies::default() });
        }
    }

    #[test]
    fn mapping_principals_back_restores_the_text(statements in statements(true)) {
        let text = json!({ "Statement": statements, "Version": "2012-10-17" }).to_string();
        let document = PolicyDocument::parse(&text, PolicyKind::Resource).unwrap();
        let user = "arn:aws:iam::111122223333:user/u";
        let id = "AIDAUUUUUUUUUUUUUUUU";
        let stored = document.map_aws_principals(&|arn| (arn == user).then(|| id.to_owned()));
        prop_assert!(!stored.aws_principals().contains(&user));
        let shown = stored.map_aws_principals(&|stored| (stored == id).then(|| user.to_owned()));
        prop_assert_eq!(shown.text(), document.text());
    }
}

fn any_kind() -> impl Strategy<Value = PolicyKind> {
    prop::sample::select(vec![
        PolicyKind::Identity,
        PolicyKind::Resource,
        PolicyKind::Trust,
        PolicyKind::ServiceControl,
        PolicyKind::ResourceControl,
    ])
}
