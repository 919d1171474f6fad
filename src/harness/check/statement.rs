//! One statement of a policy that AWS takes, and what is doubtful about it.

use policy::{PolicyKind, condition_key_type, reference};
use serde_json::Value;

use super::codes::{self, Code};
use super::glob::{overlap, without_variables};

pub(super) struct Doubt {
    pub(super) code: &'static Code,
    /// The string of the statement that it is about.
    pub(super) word: String,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

/// The values of a list, or the one that stands without.
pub(super) fn each(value: Option<&Value>) -> Vec<&Value> {
    match value {
        Some(Value::Array(values)) => values.iter().collect(),
        other => other.into_iter().collect(),
    }
}

pub(super) fn check(statement: &Value, kind: PolicyKind) -> Vec<Doubt> {
    let texts =
        |name: &str| each(statement.get(name)).into_iter().filter_map(Value::as_str).collect::<Vec<_>>();
    let (actions, not_actions, resources) = (texts("Action"), texts("NotAction"), texts("Resource"));
    let allows = statement.get("Effect").and_then(Value::as_str) == Some("Allow");
    let conditional = statement.get("Condition").is_some();
    let mut doubts = Vec::new();
    let mut add = |code, word: &str, message: String, help: Option<String>| {
        doubts.push(Doubt { code, word: word.to_owned(), message, help });
    };
    for action in actions.iter().chain(&not_actions).filter(|action| !reference::matches_any(action)) {
        let near = reference::nearest_actions(action);
        let help = (!near.is_empty()).then(|| format!("did you mean `{}`?", near.join("` or `")));
        add(codes::NO_ACTION, action, format!("no service has the action `{action}`"), help);
    }
    for action in &actions {
        if let Some(help) = never_match(action, &resources) {
            let message = format!("`{action}` never matches a resource of this statement");
            add(codes::NEVER_MATCH, action, message, Some(help));
        }
    }
    for key in condition_keys(statement).filter(|key| condition_key_type(key).is_none()) {
        let near = reference::nearest_condition_keys(key);
        let help = (!near.is_empty()).then(|| format!("did you mean `{}`?", near.join("` or `")));
        add(codes::NO_KEY, key, format!("no request has the condition key `{key}`"), help);
    }
    if !allows {
        return doubts;
    }
    let everywhere = resources.contains(&"*");
    if everywhere && !conditional && actions.contains(&"*") {
        add(codes::EVERYTHING, "*", "this statement allows everything".to_owned(), None);
    }
    let escalating = ["iam:*", "iam:passrole", "sts:assumerole"];
    for action in actions
        .iter()
        .filter(|action| everywhere && !conditional && escalating.contains(&action.to_lowercase().as_str()))
    {
        let help = Some("name the roles that are meant in `Resource`".to_owned());
        add(
            codes::ESCALATES,
            action,
            format!("`{action}` on `*` leads to the permissions of other roles"),
            help,
        );
    }
    if let Some(first) = not_actions.first() {
        let message = "this statement allows all actions of all services but these".to_owned();
        add(codes::NOT_ACTION, first, message, Some("name in `Action` what is allowed".to_owned()));
    }
    let everyone = |principal: &Value| each(Some(principal)).into_iter().any(|one| one == "*");
    let principal = statement.get("Principal");
    let trusted = principal.is_some_and(|one| everyone(one) || one.get("AWS").is_some_and(everyone));
    if kind == PolicyKind::Trust && trusted && !conditional {
        let help = Some("name the principals, or add a `Condition`".to_owned());
        add(codes::TRUSTS_ALL, "*", "any principal of any account may take this role".to_owned(), help);
    }
    doubts
}

fn condition_keys(statement: &Value) -> impl Iterator<Item = &str> {
    let operators =
        statement.get("Condition").and_then(Value::as_object).into_iter().flat_map(|all| all.values());
    operators.filter_map(Value::as_object).flat_map(|keys| keys.keys().map(String::as_str))
}

/// What the action is about, where that is none of `resources`. Only of one that always is about some resource.
fn never_match(name: &str, resources: &[&str]) -> Option<String> {
    let action = reference::action(name)?;
    // Each request of S3 names one of the kinds that its action lists, though none of them is required by itself.
    let is_about_one = action.resources.iter().any(|it| it.required) || action.service().prefix == "s3";
    if resources.is_empty() || action.resources.is_empty() || !is_about_one {
        return None;
    }
    let formats: Vec<&str> = action.resources.iter().flat_map(|resource| resource.kind.arns()).collect();
    let matches = |resource: &&str| {
        let pattern = without_variables(resource);
        // No bucket has a slash in its name, whatever its format says.
        let bucket = pattern.strip_prefix("arn:aws:s3:::").and_then(|rest| rest.split_once('/'));
        let of_object = bucket.is_some_and(|(bucket, _)| !bucket.contains(['*', '?']));
        let fits = || formats.iter().any(|format| overlap(&without_variables(format), &pattern));
        if of_object { action.fits(&pattern) } else { fits() }
    };
    (!resources.iter().any(matches)).then(|| format!("it is about `{}`", formats.join("` or `")))
}
