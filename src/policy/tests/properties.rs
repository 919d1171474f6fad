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
            }
        },
    )
}

/// The statements of each kind of policy; `None`: there is no such policy.
#[derive(Clone, Debug)]
struct Statements {
    identity: Vec<Vec<Value>>,
    resource: Option<Vec<Value>>,
    boundary: Option<Vec<Value>>,
    session: Option<Vec<Value>>,
    service_control: Option<Vec<Value>>,
}

impl Statements {
    fn policies(&self) -> Policies {
        let one = |statements: &Option<Vec<Value>>, kind| {
            statements.as_ref().map(|statements| policy("x", statements, kind))
        };
        Policies {
            identity: self
                .identity
                .iter()
                .map(|statements| policy("p", statements, PolicyKind::Identity))
                .collect(),
            boundary: one(&self.boundary, PolicyKind::Identity),
            session: one(&self.session, PolicyKind::Identity).map(|policy| vec![policy]),
            resource: one(&self.resource, PolicyKind::Resource)
                .map_or(ResourcePolicy::None, ResourcePolicy::Grants),
            service_control: one(&self.service_control, PolicyKind::ServiceControl)
                .map_or_else(Vec::new, |policy| vec![vec![policy]]),
            resource_control: Vec::new(),
        }
    }
}

fn any_statements() -> impl Strategy<Value = Statements> {
    let identity = prop::collection::vec(statements(false), 0..3);
    let optional = || prop::option::of(statements(false));
    (identity, prop::option::of(statements(true)), optional(), optional(), optional()).prop_map(
        |(identity, resource, boundary, session, service_control)| Statements {
            identity,
            resource,
            boundary,
            session,
            service_control,
        },
    )
}

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
        let mut identity = before.clone();
        identity.identity.push(vec![deny.clone()]);
        let mut resource = before.clone();
        resource.resource.get_or_insert_default().push(deny_of_resource);
        let mut session = before.clone();
        if let Some(statements) = &mut session.session {
            statements.push(deny);
        }
        for after in [identity, resource, session] {
            prop_assert!(allowed_before || !is_allowed(&request, &after.policies()));
        }
    }

    #[test]
    fn limits_never_allow_more(request in any_request(), before in any_statements(), limit in statements(false)) {
        let without = |change: fn(&mut Statements, Option<Vec<Value>>)| {
            let (mut with, mut without) = (before.clone(), before.clone());
            change(&mut with, Some(limit.clone()));
            change(&mut without, None);
            (with, without)
        };
        let pairs = [
            without(|statements, limit| statements.boundary = limit),
            without(|statements, limit| statements.service_control = limit),
        ];
        for (with, without) in pairs {
            prop_assert!(is_allowed(&request, &without.policies()) || !is_allowed(&request, &with.policies()));
        }
        // A federated user has nothing without session policies, so they do give to it.
        if !matches!(request.principal, Principal::FederatedUser { .. }) {
            let (with, without) = without(|statements, limit| statements.session = limit);
            prop_assert!(is_allowed(&request, &without.policies()) || !is_allowed(&request, &with.policies()));
        }
    }

    #[test]
    fn order_never_matters(request in any_request(), mut statements in any_statements()) {
        let forwards = outcome(&request, &statements.policies());
        statements.identity.reverse();
        let lists = [&mut statements.resource, &mut statements.boundary, &mut statements.session];
        let identity = statements.identity.iter_mut();
        for list in lists.into_iter().flatten().chain(identity) {
            list.reverse();
        }
        prop_assert_eq!(forwards, outcome(&request, &statements.policies()));
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
