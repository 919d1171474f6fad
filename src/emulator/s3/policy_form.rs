//! The form of a bucket policy: what S3 misses, what it does not know, and what can't be met together.
//!
//! AWS documents the rules, and of their breach the code alone; the sentences are those that clients of S3 report.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>,
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html>

use policy::reference::{Action, service};
use policy::{STATEMENT_ELEMENTS, condition_key_type};
use serde_json::{Map, Value};

use super::bucket_policy::{malformed, texts};
use super::policy_actions::is_match;
use crate::operation::ServiceError;

const POLICY_ELEMENTS: [&str; 3] = ["Version", "Id", "Statement"];
/// Each of which a statement has in one of two forms.
const REQUIRED: [(&str, &str); 4] = [
    ("Effect", "Effect"),
    ("Principal", "NotPrincipal"),
    ("Action", "NotAction"),
    ("Resource", "NotResource"),
];

pub(super) fn check_elements(policy: &Value, statements: &[&Value]) -> Result<(), ServiceError> {
    refuse_unknown(policy, &POLICY_ELEMENTS)?;
    if policy.get("Statement").is_none() {
        return Err(malformed("Missing required field Statement"));
    }
    for statement in statements.iter().filter(|statement| statement.is_object()) {
        refuse_unknown(statement, &STATEMENT_ELEMENTS)?;
        let missing = REQUIRED
            .iter()
            .find(|(one, other)| statement.get(one).is_none() && statement.get(other).is_none());
        if let Some((missing, _)) = missing {
            return Err(malformed(format!("Missing required field {missing}")));
        }
        if let Some(effect) = statement.get("Effect").and_then(Value::as_str)
            && !matches!(effect, "Allow" | "Deny")
        {
            return Err(malformed(format!("Invalid effect: {effect}")));
        }
    }
    Ok(())
}

fn refuse_unknown(object: &Value, known: &[&str]) -> Result<(), ServiceError> {
    let unknown =
        object.as_object().into_iter().flat_map(Map::keys).find(|name| !known.contains(&name.as_str()));
    unknown.map_or(Ok(()), |name| Err(malformed(format!("Unknown field {name}"))))
}

/// Refuses condition keys that nothing has, and those of S3 that no action of their statement has.
pub(super) fn check_condition_keys(statement: &Value) -> Result<(), ServiceError> {
    let operators = statement.get("Condition").and_then(Value::as_object).into_iter().flat_map(Map::values);
    let keys = operators.filter_map(Value::as_object).flat_map(Map::keys);
    for key in keys {
        if condition_key_type(key).is_none() {
            return Err(malformed("Policy has an invalid condition key"));
        }
        let key = key.to_lowercase();
        if key.starts_with("s3:") && !actions(statement).any(|action| has_key(&action, &key)) {
            return Err(malformed(
                "Conditions do not apply to combination of actions and resources in statement",
            ));
        }
    }
    Ok(())
}

/// The actions of S3 that a statement is about.
fn actions(statement: &Value) -> impl Iterator<Item = Action> {
    let (not, element) =
        if statement.get("NotAction").is_some() { (true, "NotAction") } else { (false, "Action") };
    let patterns: Vec<String> = texts(statement, element).into_iter().map(str::to_lowercase).collect();
    let actions = service("s3").into_iter().flat_map(|service| service.actions());
    actions.filter(move |action| {
        let name = action.full_name().to_lowercase();
        patterns.iter().any(|pattern| is_match(pattern.as_bytes(), name.as_bytes())) != not
    })
}

/// A key of a varying name, such as `s3:ExistingObjectTag/<key>`, is known by its beginning.
fn has_key(action: &Action, key: &str) -> bool {
    action.condition_keys().any(|known| {
        let known = known.to_lowercase();
        match known.split_once(['<', '$']) {
            Some((beginning, _)) => key.starts_with(beginning),
            None => known == key,
        }
    })
}
