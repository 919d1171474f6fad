//! `GetContextKeysForCustomPolicy` and `GetContextKeysForPrincipalPolicy`: the condition keys that policies ask for.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetContextKeysForCustomPolicy.html>

use std::collections::BTreeMap;

use policy::Policy;
use serde_json::{Value, json};

use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

use super::documents;
use super::input::{text, texts};
use super::simulate::source;

pub(super) fn of_custom_policy(_: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    reply(call, Vec::new())
}

pub(super) fn of_principal_policy(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let source = source(&partition.iam, call.account()?, text(call, "PolicySourceArn")?)?;
    reply(call, source.policies.into_iter().chain(source.boundary).collect())
}

fn reply(call: &Call, policies: Vec<Policy>) -> Result<Reply, ServiceError> {
    let mut keys = BTreeMap::new();
    for text in texts(call, "PolicyInputList") {
        add_keys(documents::identity(&text)?.text(), &mut keys);
    }
    for policy in policies {
        add_keys(policy.document.text(), &mut keys);
    }
    Reply::of(&json!({ "ContextKeyNames": keys.into_values().collect::<Vec<_>>() }))
}

/// Adds the keys of a valid document, as first written, by their folded names.
fn add_keys(document: &str, keys: &mut BTreeMap<String, String>) {
    let Ok(document) = serde_json::from_str::<Value>(document) else { return };
    let statements = match document.get("Statement") {
        Some(Value::Array(statements)) => statements.iter().collect(),
        Some(statement) => vec![statement],
        None => Vec::new(),
    };
    let has_variables = document.get("Version").and_then(Value::as_str) == Some("2012-10-17");
    let mut add = |key: &str| {
        keys.entry(key.to_lowercase()).or_insert_with(|| key.to_owned());
    };
    for statement in statements {
        let operators = statement.get("Condition").and_then(Value::as_object).into_iter().flatten();
        let conditions = operators.filter_map(|(_, keys)| keys.as_object()).flatten();
        for (key, _) in conditions.clone() {
            add(key);
        }
        let values = conditions.map(|(_, values)| values);
        let resources = ["Resource", "NotResource"].into_iter().filter_map(|name| statement.get(name));
        for text in values.chain(resources).filter(|_| has_variables).flat_map(strings) {
            variables(text).iter().for_each(|key| add(key));
        }
    }
}

fn strings(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(values) => values.iter().filter_map(Value::as_str).collect(),
        value => value.as_str().into_iter().collect(),
    }
}

/// The keys of the policy variables in a text: `${aws:username}`, or with a default `${aws:username, 'nobody'}`.
pub(super) fn variables(text: &str) -> Vec<String> {
    let opened = text.split("${").skip(1).filter_map(|rest| rest.split_once('}'));
    let names = opened.map(|(inside, _)| inside.split(',').next().unwrap_or(inside).trim());
    names.filter(|name| name.contains(':')).map(str::to_owned).collect()
}
