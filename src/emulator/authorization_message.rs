//! Encoded authorization messages: why a call was denied, to be read only by whom `sts:DecodeAuthorizationMessage` is
//! allowed to in the caller's account.
//!
//! AWS does not say how it encodes them. Ours is deterministic authenticated encryption after the pattern of SIV: the
//! HMAC of the text is both its tag and where its key stream begins.
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html>

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use policy::{
    AccountId, Decision, Layer, Outcome, Policies, Policy, Principal, Request, ResourcePolicy, StatementName,
};
use serde_json::{Value, json};

use crate::sigv4::hmac;

const TAG: usize = 32;
/// The longest text whose message `DecodeAuthorizationMessage` still takes: 10,240 characters in base64.
const LONGEST: usize = 10_240 / 4 * 3 - TAG;

/// Encodes and decodes the messages of one emulator.
pub(crate) struct AuthorizationMessages {
    key: [u8; TAG],
}

impl AuthorizationMessages {
    pub(crate) fn new(seed: &[u8]) -> Self {
        Self { key: hmac(seed, b"authorization messages") }
    }

    /// The message about a denial, for the account of the caller.
    pub(crate) fn encode(&self, account: &AccountId, text: &str) -> String {
        let keys = Keys::of(&self.key, account);
        let tag = hmac(&keys.tag, text.as_bytes());
        URL_SAFE_NO_PAD.encode([&tag[..], &keys.mask(&tag, text.as_bytes())].concat())
    }

    /// The text of a message; `None`: it was changed, or is not of this account.
    pub(crate) fn decode(&self, account: &AccountId, message: &str) -> Option<String> {
        let keys = Keys::of(&self.key, account);
        let bytes = URL_SAFE_NO_PAD.decode(message).ok()?;
        let (tag, hidden) = bytes.split_at_checked(TAG)?;
        let text = keys.mask(tag, hidden);
        (hmac(&keys.tag, &text) == tag).then(|| String::from_utf8(text).ok()).flatten()
    }
}

struct Keys {
    tag: [u8; TAG],
    stream: [u8; TAG],
}

impl Keys {
    fn of(key: &[u8], account: &AccountId) -> Self {
        let key = hmac(key, account.as_str().as_bytes());
        Self { tag: hmac(&key, b"tag"), stream: hmac(&key, b"stream") }
    }

    fn mask(&self, tag: &[u8], text: &[u8]) -> Vec<u8> {
        let blocks = text.chunks(TAG).zip(0_u64..);
        let masked = blocks.flat_map(|(block, number)| {
            let stream = hmac(&self.stream, &[tag, &number.to_be_bytes()].concat());
            block.iter().zip(stream).map(|(byte, mask)| byte ^ mask).collect::<Vec<_>>()
        });
        masked.collect()
    }
}

/// A decision as the decoded message shows it. Where that would be too long to be decoded, first the context's
/// condition keys are left out, then the statements.
pub(crate) fn described(request: &Request, policies: &Policies, decision: &Decision) -> String {
    let mut details = details(request, policies, decision);
    for lengthy in ["/context/conditions", "/matchedStatements"] {
        if details.to_string().len() > LONGEST
            && let Some(list) = details.pointer_mut(lengthy)
        {
            *list = items([]);
        }
    }
    details.to_string()
}

fn details(request: &Request, policies: &Policies, decision: &Decision) -> Value {
    let matched = decision.deciding.iter().map(|name| statement(request, policies, name));
    let condition = |key: &str, values: &[String]| json!({ "key": key, "values": items(values.iter().map(|value| json!({ "value": value }))) });
    let conditions = request.context.iter().map(|(key, values)| condition(key, values));
    let about = about_resource(request).into_iter().map(|(key, value)| condition(key, &[value]));
    let conditions = conditions.chain(about);
    json!({
        "allowed": decision.is_allowed(),
        "explicitDeny": decision.outcome == Outcome::ExplicitDeny,
        "matchedStatements": items(matched),
        "failures": items([]),
        "context": {
            "principal": principal(request),
            "action": request.action,
            "resource": request.resource,
            "conditions": items(conditions),
        },
    })
}

/// What AWS shows of the resource beside the condition keys.
/// <https://repost.aws/knowledge-center/ec2-not-auth-launch>
fn about_resource(request: &Request) -> Vec<(&'static str, String)> {
    let parts: Vec<&str> = request.resource.splitn(6, ':').collect();
    let ["arn", _, service, region, account, resource] = parts.as_slice() else { return Vec::new() };
    let of_request = |key: &str| request.context.get(key).and_then(<[String]>::first).cloned();
    let own = |part: &str| Some(part.to_owned()).filter(|part| !part.is_empty());
    let kind = resource.split(['/', ':']).next().filter(|kind| kind.len() < resource.len());
    [
        ("aws:Resource", own(resource)),
        ("aws:Account", own(account).or_else(|| request.resource_account.as_ref().map(ToString::to_string))),
        ("aws:Region", own(region).or_else(|| of_request("aws:RequestedRegion"))),
        ("aws:Service", own(service)),
        ("aws:Type", kind.and_then(own)),
        ("aws:ARN", own(&request.resource)),
    ]
    .into_iter()
    .filter_map(|(key, value)| Some((key, value?)))
    .collect()
}

fn items(items: impl IntoIterator<Item = Value>) -> Value {
    json!({ "items": items.into_iter().collect::<Vec<_>>() })
}

fn principal(request: &Request) -> Value {
    let id = request.context.get("aws:userid").and_then(<[String]>::first);
    let arn = request.principal.arn();
    match &request.principal {
        Principal::User { name, .. } => json!({ "id": id, "name": name, "arn": arn }),
        _ => json!({ "id": id, "arn": arn }),
    }
}

fn statement(request: &Request, policies: &Policies, name: &StatementName) -> Value {
    let text = policy_of(policies, name).map_or("", |policy| policy.document.text());
    let document: Value = serde_json::from_str(text).unwrap_or_default();
    let statements = values(document.get("Statement"));
    let Some(statement) = statements.get(name.index.saturating_sub(1)) else { return Value::Null };
    let principals = match statement.get("Principal").or_else(|| statement.get("NotPrincipal")) {
        Some(Value::Object(kinds)) => kinds.values().flat_map(|kind| texts(Some(kind))).collect(),
        Some(all) => texts(Some(all)),
        None => vec![entity_id(&request.principal)],
    };
    let named = |names: Vec<String>| items(names.into_iter().map(|name| json!({ "value": name })));
    let element = |element: &str, negated: &str| {
        named(texts(statement.get(element).or_else(|| statement.get(negated))))
    };
    let conditions = statement.get("Condition").and_then(Value::as_object);
    let keys = conditions.into_iter().flat_map(|operators| operators.values());
    let keys = keys.filter_map(Value::as_object).flatten();
    json!({
        "statementId": name.sid.as_deref().unwrap_or_default(),
        "effect": statement.get("Effect").and_then(Value::as_str).unwrap_or_default().to_uppercase(),
        "principals": named(principals),
        "principalGroups": items([]),
        "actions": element("Action", "NotAction"),
        "resources": element("Resource", "NotResource"),
        "conditions": items(keys.map(|(key, wanted)| json!({ "key": key, "values": named(texts(Some(wanted))) }))),
    })
}

fn policy_of<'p>(policies: &'p Policies, name: &StatementName) -> Option<&'p Policy> {
    let named = |policy: &&Policy| *policy.name == *name.policy;
    match name.layer {
        Layer::Identity => policies.identity.iter().find(named),
        Layer::Boundary => policies.boundary.as_ref(),
        Layer::Session => policies.session.iter().flatten().find(named),
        Layer::ServiceControl => policies.service_control.iter().flatten().find(named),
        Layer::ResourceControl => policies.resource_control.iter().flatten().find(named),
        Layer::Resource | Layer::Trust => match &policies.resource {
            ResourcePolicy::Grants(policy) => Some(policy),
            ResourcePolicy::AnyGrants(policies) | ResourcePolicy::KeyWithGrants(policies) => {
                policies.iter().find(named)
            }
            ResourcePolicy::Key(policy) | ResourcePolicy::Trust(policy) => policy.as_ref(),
            ResourcePolicy::None => None,
        },
    }
}

/// What the policy is attached to: the user or the role.
fn entity_id(principal: &Principal) -> String {
    match principal {
        Principal::User { id, .. } | Principal::AssumedRole { id, .. } => id.clone(),
        Principal::FederatedUser { user, .. } => entity_id(user),
        Principal::Root { account } => account.to_string(),
        other => other.arn(),
    }
}

/// A list, or a single value as a list of one.
fn values(value: Option<&Value>) -> Vec<Value> {
    match value {
        Some(Value::Array(values)) => values.clone(),
        Some(value) => vec![value.clone()],
        None => Vec::new(),
    }
}

fn texts(value: Option<&Value>) -> Vec<String> {
    let text = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    values(value).into_iter().map(text).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::sync::Arc;

    use policy::{Context, PolicyDocument, PolicyKind};

    use super::*;

    #[test]
    fn messages_are_opaque_and_open_only_whole_and_at_home() {
        let messages = AuthorizationMessages::new(b"seed");
        let [home, other] = ["111122223333", "444455556666"].map(|id| AccountId::new(id).unwrap());
        let text = "because of ünicode ".repeat(9);
        let message = messages.encode(&home, &text);
        assert!(!message.contains("because"));
        assert_eq!(messages.decode(&home, &message).as_deref(), Some(&*text));
        assert_eq!(messages.decode(&other, &message), None);
        assert_eq!(AuthorizationMessages::new(b"other").decode(&home, &message), None);
        for place in 0..message.len() {
            let mut changed = message.clone().into_bytes();
            let byte = changed.get_mut(place).unwrap();
            *byte = if *byte == b'A' { b'B' } else { b'A' };
            assert_eq!(messages.decode(&home, std::str::from_utf8(&changed).unwrap()), None, "{place}");
        }
        assert_eq!(messages.decode(&home, "short"), None);
    }

    #[test]
    fn a_message_is_never_too_long_to_be_decoded() {
        let document =
            r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}"#;
        let document = PolicyDocument::parse(document, PolicyKind::Identity).unwrap();
        let deny = Policy { name: "deny".to_owned(), document: Arc::new(document) };
        let policies = Policies { identity: vec![deny], ..Policies::default() };
        let account = AccountId::new("111122223333").unwrap();
        let of_values = |count: usize| {
            let mut context = Context::default();
            context.set_all("aws:TagKeys", (0..count).map(|number| format!("key-{number}")).collect());
            let principal = Principal::User {
                account: account.clone(),
                path: "/".to_owned(),
                name: "ann".to_owned(),
                id: "AIDA".to_owned(),
            };
            let (action, resource) = ("s3:GetObject".to_owned(), "*".to_owned());
            let (resource_account, canonical_user) = (None, None);
            let request = Request { principal, action, resource, resource_account, context, canonical_user };
            let decision = policy::decide(&request, &policies).unwrap();
            let text = described(&request, &policies, &decision);
            assert!(AuthorizationMessages::new(b"seed").encode(&account, &text).len() <= 10_240);
            let details: Value = serde_json::from_str(&text).unwrap();
            let list = |place: &str| details.pointer(place).and_then(Value::as_array).unwrap().len();
            [list("/matchedStatements/items"), list("/context/conditions/items")]
        };
        assert_eq!(of_values(10), [1, 1]);
        assert_eq!(of_values(1000), [1, 0]);
    }
}
