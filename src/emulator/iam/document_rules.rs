//! The order in which IAM looks at a policy, which tells the flaw that it names: syntax, version, what the legacy parser
//! takes, statement ids, actions, the form of resources, vendors.
//!
//! What this lets pass, the policy engine reads, which has more to say of the rest.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_policies.html>

use std::collections::BTreeSet;

use policy::STATEMENT_ELEMENTS;
use serde_json::{Map, Value};

use super::resource_rules;

pub(super) const SYNTAX: &str = "Syntax errors in policy.";
pub(super) const LEGACY: &str = "The policy failed legacy parsing";
pub(super) const SIDS: &str = "Statement IDs (SID) in a single policy must be unique.";
pub(super) const PREFACE: &str = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
pub(super) const COLONS: &str = "Actions/Condition can contain only one colon.";
const VERSION: &str = "Policy document must be version 2012-10-17 or greater.";
const ACTIONS: &str = "Policy statement must contain actions.";

type Checked = Result<(), String>;
type Statement = Map<String, Value>;

/// Which versions of the policy language are taken.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Versions {
    /// Both.
    All,
    /// 2012-10-17 alone.
    Current,
}

/// The first flaw, as IAM says it. A text that is no JSON passes.
pub(super) fn check(text: &str, versions: Versions) -> Checked {
    let Ok(document) = serde_json::from_str::<Value>(text) else { return Ok(()) };
    let statements = syntax(&document).ok_or(SYNTAX)?;
    if versions == Versions::Current && document.get("Version") != Some(&Value::from("2012-10-17")) {
        return Err(VERSION.to_owned());
    }
    if !statements.iter().all(|statement| legacy_parser_takes(statement)) {
        return Err(LEGACY.to_owned());
    }
    let form = form_of_resources(&statements)?;
    sids_are_unique(&statements)?;
    for statement in &statements {
        if actions(statement).next().is_none() {
            return Err(ACTIONS.to_owned());
        }
    }
    form.map_or(Ok(()), Err)?;
    statements.iter().flat_map(|statement| actions(statement)).try_for_each(vendor)
}

/// The statements of a document whose elements are all known and of their types.
fn syntax(document: &Value) -> Option<Vec<&Statement>> {
    let document = document.as_object()?;
    let known = |key: &String| matches!(key.as_str(), "Version" | "Id" | "Statement");
    let version =
        document.get("Version").is_none_or(|version| version == "2012-10-17" || version == "2008-10-17");
    if !document.keys().all(known) || !version || !document.get("Id").is_none_or(Value::is_string) {
        return None;
    }
    let statements = match document.get("Statement")? {
        Value::Array(list) => list.iter().map(Value::as_object).collect::<Option<Vec<_>>>()?,
        one => vec![one.as_object()?],
    };
    let valid = !statements.is_empty() && statements.iter().all(|statement| statement_syntax(statement));
    valid.then_some(statements)
}

fn statement_syntax(statement: &Statement) -> bool {
    let both = |one: &str, other: &str| statement.contains_key(one) && statement.contains_key(other);
    let texts = |element: &str| statement.get(element).is_none_or(is_texts);
    let effect = statement.get("Effect").and_then(Value::as_str).unwrap_or_default();
    statement.keys().all(|key| STATEMENT_ELEMENTS.contains(&key.as_str()))
        && !both("Resource", "NotResource")
        && !both("Action", "NotAction")
        && (effect.eq_ignore_ascii_case("Allow") || effect.eq_ignore_ascii_case("Deny"))
        && ["Action", "NotAction", "Resource", "NotResource"].into_iter().all(texts)
        && statement.get("Condition").is_none_or(|condition| condition.as_object().is_some_and(conditions))
        && statement.get("Sid").is_none_or(Value::is_string)
}

fn is_texts(value: &Value) -> bool {
    value.is_string() || value.as_array().is_some_and(|list| list.iter().all(Value::is_string))
}

fn conditions(operators: &Map<String, Value>) -> bool {
    operators.values().all(|keys| {
        let values = keys.as_object().map(|keys| keys.values());
        values.is_some_and(|mut values| values.all(|value| !value.is_object() && !value.is_null()))
    })
}

/// The legacy parser minds the case of `Effect`, and reads dates.
fn legacy_parser_takes(statement: &Statement) -> bool {
    let operators = statement.get("Condition").and_then(Value::as_object);
    let dates = operators.into_iter().flatten().filter(|(operator, _)| {
        let name = operator.split_once(':').map_or(operator.as_str(), |(_, name)| name);
        name.starts_with("Date")
    });
    let mut values =
        dates.flat_map(|(_, keys)| keys.as_object().into_iter().flat_map(Map::values)).flat_map(each);
    matches!(statement.get("Effect").and_then(Value::as_str), Some("Allow" | "Deny"))
        && values.all(|value| value.as_str().is_none_or(resource_rules::is_date))
}

/// What is wrong with the form of a resource, which is told later than what the legacy parser does not take.
fn form_of_resources(statements: &[&Statement]) -> Result<Option<String>, String> {
    let mut flaw = None;
    for element in ["Resource", "NotResource"] {
        for resources in statements.iter().filter_map(|statement| statement.get(element)) {
            let texts: BTreeSet<&str> = each(resources).filter_map(Value::as_str).collect();
            flaw = flaw.or_else(|| texts.iter().find_map(|text| resource_rules::flaw(text)));
            if flaw.is_none() && !texts.iter().all(|text| resource_rules::legacy_parser_takes(text)) {
                return Err(LEGACY.to_owned());
            }
        }
    }
    Ok(flaw)
}

fn sids_are_unique(statements: &[&Statement]) -> Checked {
    let sids = statements.iter().filter_map(|statement| statement.get("Sid")?.as_str());
    let mut seen = BTreeSet::new();
    let mut twice = sids.filter(|sid| !sid.is_empty() && !seen.insert(*sid));
    twice.next().map_or(Ok(()), |_| Err(SIDS.to_owned()))
}

fn actions(statement: &Statement) -> impl Iterator<Item = &str> {
    let elements = ["Action", "NotAction"].into_iter().filter_map(|element| statement.get(element));
    elements.flat_map(each).filter_map(Value::as_str)
}

fn vendor(action: &str) -> Checked {
    let Some((vendor, name)) = action.split_once(':') else {
        return if action == "*" { Ok(()) } else { Err(PREFACE.to_owned()) };
    };
    if name.contains(':') {
        return Err(COLONS.to_owned());
    }
    let valid = vendor.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.'));
    if valid || vendor == "*" { Ok(()) } else { Err(format!("Vendor {vendor} is not valid")) }
}

/// The values of a list, or the one that stands without.
fn each(value: &Value) -> std::slice::Iter<'_, Value> {
    match value {
        Value::Array(list) => list.iter(),
        one => std::slice::from_ref(one).iter(),
    }
}
