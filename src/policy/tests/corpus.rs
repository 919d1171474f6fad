//! Runs the corpus: decisions that AWS's documentation determines, in files under `corpus/`.
//!
//! A file is a list of groups. A group names the AWS page, the caller and the policies, and asks; each ask has the
//! outcome and, where it matters, the layer (`by`), the words (`why`), AWS's message (`says`) and a near miss (`near`).
//! A statement is written `Allow s3:GetObject,s3:PutObject on ARN,ARN to PRINCIPAL`, with `!` for the `Not…` form, or as
//! an object with `do` and `if` (its `Condition`) or in full. `$b` is the bucket, `$u` the user, `$r` the role, `$s` its
//! session, `$f` the federated user, `$root` the account, `$canonical` its canonical user id, `$otherCanonical` that of
//! the other account; where an ask has `untold`, the request does not tell the caller's.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests"
)]

mod short_form;

use std::collections::BTreeSet;
use std::sync::Arc;

use rolecall_policy::{
    AccountId, Conformance, Context, Policies, Policy, PolicyDocument, PolicyKind, Principal, Request,
    ResourcePolicy, Score, conformance, decide, decide_fast,
};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use short_form::{ACCOUNT, CANONICAL, OTHER, OTHER_CANONICAL, document, expand, text};

#[test]
fn corpus() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let (mut asked, mut failures, mut hash) = (0, Vec::new(), Sha256::new());
    for file in files {
        let content = std::fs::read_to_string(&file).unwrap();
        hash.update(&content);
        let groups: Vec<Value> =
            serde_json::from_str(&content).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        for group in &groups {
            let about = format!("{}: {}", file.file_stem().unwrap().display(), text(&group["about"]));
            assert!(group["page"].is_string(), "{about}: no page");
            let mut outcomes = BTreeSet::new();
            for ask in group["asks"].as_array().unwrap() {
                asked += 1;
                outcomes.insert(ask["is"] == "allowed");
                if let Err(failure) = check(group, ask) {
                    failures.push(format!("{about}\n    {ask}\n    {failure}"));
                }
            }
            assert_eq!(outcomes.len(), 2, "{about}: needs an allowed ask and one that is not");
        }
    }
    assert!(failures.is_empty(), "{} of {asked} decisions:\n{}", failures.len(), failures.join("\n"));
    assert!(asked >= 950, "only {asked} decisions");
    let version = hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    check_conformance(Score { passed: asked, total: asked, version });
}

/// The score that is built in is this one; `UPDATE_CONFORMANCE=1` writes it.
fn check_conformance(corpus: Score) {
    if std::env::var_os("UPDATE_CONFORMANCE").is_some() {
        let score = Conformance { corpus, ..conformance() };
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/conformance.json");
        std::fs::write(
            path,
            format!(
                "{}
",
                serde_json::to_string_pretty(&score).unwrap()
            ),
        )
        .unwrap();
        return;
    }
    let told = "run it once more with UPDATE_CONFORMANCE=1, and commit src/policy/conformance.json";
    assert_eq!(conformance().corpus, corpus, "{told}");
}

fn check(group: &Value, ask: &Value) -> Result<(), String> {
    let request = request(group, ask);
    let policies = policies(group);
    let (outcome, decision) = match decide(&request, &policies) {
        Err(undecidable) => (format!("undecidable: {}", undecidable.unknown), None),
        Ok(decision) => (text(&serde_json::to_value(decision.outcome).unwrap()), Some(decision)),
    };
    expect("is", &expand(&text(&ask["is"])), &outcome)?;
    let fast = decide_fast(&request, &policies).ok();
    let brief =
        |decision: &rolecall_policy::Decision| (decision.outcome, decision.layer, decision.deciding.clone());
    if fast.as_ref().map(brief) != decision.as_ref().map(brief) {
        return Err("decide_fast decides otherwise".to_owned());
    }
    let Some(decision) = decision else { return Ok(()) };
    let explanation = decision.explain();
    let by = decision.layer.map_or("none".to_owned(), |layer| text(&serde_json::to_value(layer).unwrap()));
    for (field, found) in [("by", by), ("why", explanation.why), ("says", decision.denial_message())] {
        if !ask[field].is_null() {
            expect(field, &expand(&text(&ask[field])), &found)?;
        }
    }
    if !ask["near"].is_null() {
        expect("near", &expand(&text(&ask["near"])), &explanation.near.join(" | "))?;
    }
    Ok(())
}

fn expect(what: &str, expected: &str, found: &str) -> Result<(), String> {
    if expected == found { Ok(()) } else { Err(format!("{what}: expected `{expected}`, found `{found}`")) }
}

fn request(group: &Value, ask: &Value) -> Request {
    let mut context = Context::default();
    for source in [&group["context"], &ask["with"]] {
        for (key, value) in source.as_object().unwrap_or(&Map::new()) {
            match value {
                Value::Array(values) => {
                    context.set_all(key, values.iter().map(|v| expand(&text(v))).collect())
                }
                value => context.set(key, expand(&text(value))),
            }
        }
    }
    let caller = if ask["as"].is_null() { &group["as"] } else { &ask["as"] };
    let principal = principal(&text(caller));
    let canonical_user = match principal.account() {
        Some(account) if ask["untold"].is_null() => {
            Some(if account.as_str() == OTHER { OTHER_CANONICAL } else { CANONICAL }.to_owned())
        }
        _ => None,
    };
    Request {
        principal,
        action: text(&ask["do"]),
        resource: expand(&text(&ask["on"])),
        resource_account: group["owner"].as_str().and_then(AccountId::new),
        context,
        canonical_user,
    }
}

fn principal(who: &str) -> Principal {
    let account = AccountId::new(ACCOUNT).unwrap();
    let other = AccountId::new(OTHER).unwrap();
    let user = |account, path: &str, name: &str, id: &str| Principal::User {
        account,
        path: path.to_owned(),
        name: name.to_owned(),
        id: id.to_owned(),
    };
    let role = |account, path: &str, name: &str, session: &str| Principal::AssumedRole {
        account,
        path: path.to_owned(),
        name: name.to_owned(),
        id: "AROAMAINROLE10000001".to_owned(),
        session: session.to_owned(),
    };
    let main_user = user(account.clone(), "/", "main-user", "AIDAMAINUSER00000001");
    match who {
        "user" => main_user,
        "recreated user" => user(account, "/", "main-user", "AIDAMAINUSER00000002"),
        "other user" => user(account, "/", "other", "AIDAOTHERUSER0000001"),
        "user in path" => user(account, "/dev/team/", "bob", "AIDABOBBOBBOB0000001"),
        "outside user" => user(other, "/", "guest", "AIDAGUESTGUEST000001"),
        "role" => role(account, "/", "main-role1", "testSession"),
        "other session" => role(account, "/", "main-role1", "otherSession"),
        "outside role" => role(other, "/", "visitor", "visit"),
        "service-linked role" => {
            role(account, "/aws-service-role/x.amazonaws.com/", "AWSServiceRoleForX", "x")
        }
        "root" => Principal::Root { account },
        "outside root" => Principal::Root { account: other },
        "federated user" => {
            Principal::FederatedUser { account, name: "fed".to_owned(), user: Box::new(main_user) }
        }
        "anonymous" => Principal::Anonymous,
        _ => match who.split_once(' ') {
            Some(("service", name)) => Principal::Service { name: name.to_owned() },
            Some(("federated", provider)) => Principal::Federated { provider: provider.to_owned() },
            _ => panic!("no such caller: {who}"),
        },
    }
}

fn policies(group: &Value) -> Policies {
    let one = |field: &str, name: &str, kind| {
        let statements = &group[field];
        (!statements.is_null()).then(|| policy(group, name, statements, kind))
    };
    let levels = |field: &str, kind| {
        let levels = group[field].as_array().cloned().unwrap_or_default();
        let level = |(place, statements): (usize, &Value)| {
            let none = statements.as_array().is_some_and(Vec::is_empty);
            if none {
                Vec::new()
            } else {
                vec![policy(group, &format!("{field}{}", place + 1), statements, kind)]
            }
        };
        levels.iter().enumerate().map(level).collect()
    };
    let resource = if let Some(policy) = one("bucket", "bucket policy", PolicyKind::Resource) {
        ResourcePolicy::Grants(policy)
    } else if let Some(policy) = one("key", "key policy", PolicyKind::Resource) {
        ResourcePolicy::Key(Some(policy))
    } else if group["trust"] == "none" {
        ResourcePolicy::Trust(None)
    } else if let Some(policy) = one("trust", "trust policy of main-role1", PolicyKind::Trust) {
        ResourcePolicy::Trust(Some(policy))
    } else {
        ResourcePolicy::None
    };
    let no_session = group["session"].as_array().is_some_and(Vec::is_empty);
    Policies {
        identity: [one("identity", "p", PolicyKind::Identity), one("more", "q", PolicyKind::Identity)]
            .into_iter()
            .flatten()
            .collect(),
        boundary: one("boundary", "bp", PolicyKind::Identity),
        session: if no_session {
            Some(Vec::new())
        } else {
            one("session", "sp", PolicyKind::Identity).map(|p| vec![p])
        },
        resource,
        service_control: levels("scp", PolicyKind::ServiceControl),
        resource_control: levels("rcp", PolicyKind::ResourceControl),
    }
}

fn policy(group: &Value, name: &str, statements: &Value, kind: PolicyKind) -> Policy {
    let text = document(group, statements);
    let document =
        PolicyDocument::parse(&text, kind).unwrap_or_else(|error| panic!("{name}: {error}: {text}"));
    Policy { name: name.to_owned(), document: Arc::new(document) }
}
