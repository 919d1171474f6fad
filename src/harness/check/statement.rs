//! One statement of a policy that AWS takes, and what is doubtful about it.

use policy::{condition_key_type, reference};
use serde_json::Value;

use super::codes::{self, Code};
use super::glob::{overlap, without_variables};
use crate::parameters::Kind;

pub(super) struct Doubt {
    pub(super) code: &'static Code,
    /// The string of the statement that it is about.
    pub(super) word: String,
    pub(super) message: String,
    pub(super) help: Option<String>,
    /// Where it counts.
    pub(super) only: Where,
}

/// Where a doubt counts, which is known when all steps of the feature are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Where {
    /// Everywhere.
    #[default]
    Always,
    /// Where the feature makes something of this kind and name.
    Made(Kind, String),
    /// Where it makes something of this kind whose name is almost this one, and nothing of this name.
    AlmostMade(Kind, String),
}

/// The values of a list, or the one that stands without.
pub(super) fn each(value: Option<&Value>) -> Vec<&Value> {
    match value {
        Some(Value::Array(values)) => values.iter().collect(),
        other => other.into_iter().collect(),
    }
}

fn doubt(code: &'static Code, word: &str, message: String, help: Option<String>) -> Doubt {
    Doubt { code, word: word.to_owned(), message, help, only: Where::Always }
}

fn texts<'a>(statement: &'a Value, name: &str) -> Vec<&'a str> {
    each(statement.get(name)).into_iter().filter_map(Value::as_str).collect()
}

fn allows(statement: &Value) -> bool {
    statement.get("Effect").and_then(Value::as_str) == Some("Allow")
}

/// Whether it allows without a condition.
fn allows_anyhow(statement: &Value) -> bool {
    allows(statement) && statement.get("Condition").is_none()
}

/// What has no effect as it is written.
pub(super) fn mistakes(statement: &Value) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    let actions = texts(statement, "Action");
    for action in actions.iter().copied().chain(texts(statement, "NotAction")) {
        if !reference::matches_any(action) {
            let help = did_you_mean(&reference::nearest_actions(action));
            doubts.push(doubt(
                codes::NO_ACTION,
                action,
                format!("no service has the action `{action}`"),
                help,
            ));
        }
    }
    let resources = texts(statement, "Resource");
    for action in actions {
        if let Some(help) = never_match(action, &resources) {
            let message = format!("`{action}` never matches a resource of this statement");
            doubts.push(doubt(codes::NEVER_MATCH, action, message, Some(help)));
        }
    }
    for key in condition_keys(statement).filter(|key| !is_known_key(key)) {
        let help = did_you_mean(&reference::nearest_condition_keys(key));
        doubts.push(doubt(codes::NO_KEY, key, format!("no request has the condition key `{key}`"), help));
    }
    for key in
        operators(statement).filter(|(name, _)| !name.eq_ignore_ascii_case("Null")).flat_map(|(_, keys)| keys)
    {
        doubts.extend(unheard(key, statement));
    }
    doubts
}

/// Buckets, roles and users that it is about and that the feature may not have.
pub(super) fn strangers(statement: &Value) -> impl Iterator<Item = Doubt> {
    texts(statement, "Resource").into_iter().filter_map(|resource| {
        let (kind, name) = made_by_steps(resource)?;
        let message = format!("no step of this feature makes a {} `{name}`", kind.words());
        let found = doubt(codes::ALMOST, resource, message, None);
        Some(Doubt { only: Where::AlmostMade(kind, name.to_owned()), ..found })
    })
}

/// What an ARN names of the kinds that steps make; `None`: it is a pattern, or of another kind.
fn made_by_steps(resource: &str) -> Option<(Kind, &str)> {
    let (kind, name) = match resource.strip_prefix("arn:aws:s3:::") {
        Some(rest) => (Kind::Bucket, rest.split('/').next()?),
        None => {
            let (_, rest) = resource.strip_prefix("arn:aws:iam::")?.split_once(':')?;
            let (kind, path) = rest.split_once('/')?;
            let kinds = [Kind::User, Kind::Role];
            (kinds.into_iter().find(|known| known.words() == kind)?, path.rsplit('/').next()?)
        }
    };
    (!name.contains(['*', '?', '$'])).then_some((kind, name))
}

/// Services of which the reference tells each action's condition keys as policies of AWS itself use them; what it tells
/// of others has gaps.
const WELL_KNOWN: [&str; 9] = ["dynamodb", "ec2", "iam", "kms", "lambda", "s3", "sns", "sqs", "sts"];

/// Keys that come with who makes the request, whatever is requested.
const OF_CALLER: [&str; 3] = ["ec2:roledelivery", "ec2:sourceinstancearn", "lambda:sourcefunctionarn"];

/// A condition key that is one of the actions' service, but of none of the actions.
fn unheard(key: &str, statement: &Value) -> Option<Doubt> {
    let lower = key.to_lowercase();
    let (prefix, _) = lower.split_once(':').filter(|(prefix, _)| WELL_KNOWN.contains(prefix))?;
    let actions = texts(statement, "Action");
    let matching = actions.iter().map(|action| reference::matching(action)).collect::<Vec<_>>();
    let is_other = |action: &reference::Action| action.service().prefix != prefix;
    let has = |action: &reference::Action| action.condition_keys().any(|known| is_key(known, &lower));
    // Of `*`, and of what no service has, nothing is known here.
    let unclear =
        matching.is_empty() || matching.iter().any(Vec::is_empty) || OF_CALLER.contains(&lower.as_str());
    if unclear || matching.iter().flatten().any(|action| is_other(action) || has(action)) {
        return None;
    }
    let those = reference::service(prefix)?.actions().filter(has).take(3);
    let those: Vec<String> = those.map(|action| action.full_name()).collect();
    let message = format!("no request of `{}` has the condition key `{key}`", actions.join("` or `"));
    let help = format!("those of `{}` have it", those.join("`, `"));
    (!those.is_empty()).then(|| doubt(codes::UNHEARD, key, message, Some(help)))
}

/// Whether requests have such a key.
pub(super) fn is_known_key(key: &str) -> bool {
    let lower = key.to_lowercase();
    let service = lower.split_once(':').and_then(|(prefix, _)| reference::service(prefix));
    let in_reference = || {
        service.is_some_and(|service| service.condition_keys.iter().any(|known| is_key(&known.name, &lower)))
    };
    condition_key_type(key).is_some() || in_reference()
}

/// Whether a key in lower case is one that the reference has. What stands behind a slash varies.
fn is_key(known: &str, key: &str) -> bool {
    let known = known.to_lowercase();
    match known.split_once('/') {
        Some((fixed, _)) => key.strip_prefix(fixed).is_some_and(|rest| rest.starts_with('/')),
        None => known == key,
    }
}

/// What it allows that may be more than was meant.
pub(super) fn grants(statement: &Value) -> Vec<Doubt> {
    if !allows(statement) {
        return Vec::new();
    }
    let (actions, resources) = (texts(statement, "Action"), texts(statement, "Resource"));
    let mut doubts = Vec::new();
    if allows_anyhow(statement) && resources.contains(&"*") {
        doubts.extend(actions.iter().filter_map(|action| everywhere(action)));
    }
    for (action, manages) in actions.iter().filter_map(|action| Some((action, manages(action, &resources)?)))
    {
        let message = format!("`{action}` allows to change permissions, too: `{}`", manages.join("`, `"));
        let help = Some("name the actions that are meant".to_owned());
        doubts.push(doubt(codes::MANAGES, action, message, help));
    }
    for (resource, bucket) in resources.iter().filter_map(|resource| Some((resource, begins(resource)?))) {
        let message = format!("`{resource}` is every bucket whose name begins with `{bucket}`");
        let help = format!(
            "name the bucket and what is in it: `arn:aws:s3:::{bucket}` and `arn:aws:s3:::{bucket}/*`"
        );
        let found = doubt(codes::BEGINNING, resource, message, Some(help));
        doubts.push(Doubt { only: Where::Made(Kind::Bucket, bucket.to_owned()), ..found });
    }
    if let Some(first) = texts(statement, "NotAction").first() {
        let message = "this statement allows all actions of all services but these".to_owned();
        let help = Some("name in `Action` what is allowed".to_owned());
        doubts.push(doubt(codes::NOT_ACTION, first, message, help));
    }
    doubts
}

/// An action that is allowed on `*`.
fn everywhere(action: &str) -> Option<Doubt> {
    if action == "*" {
        return Some(doubt(codes::EVERYTHING, "*", "this statement allows everything".to_owned(), None));
    }
    let escalates = ["iam:*", "iam:passrole", "sts:assumerole"].contains(&action.to_lowercase().as_str());
    let message = format!("`{action}` on `*` leads to the permissions of other roles");
    let help = Some("name the roles that are meant in `Resource`".to_owned());
    escalates.then(|| doubt(codes::ESCALATES, action, message, help))
}

/// A trust policy that lets anybody take the role.
pub(super) fn trusts_everybody(statement: &Value) -> Option<Doubt> {
    let message = "any principal of any account may take this role".to_owned();
    let help = Some("name the principals, or add a `Condition`".to_owned());
    lets_in_everybody(statement).then(|| doubt(codes::TRUSTS_ALL, "*", message, help))
}

/// A policy that lets anybody use the bucket.
pub(super) fn is_public(statement: &Value, bucket: &str) -> Option<Doubt> {
    let message =
        "anybody may do this, and the bucket's Block Public Access refuses such a policy".to_owned();
    let help = format!("name the principals, or add before it: `Given public access to {bucket} is allowed`");
    lets_in_everybody(statement).then(|| doubt(codes::PUBLIC, "*", message, Some(help)))
}

fn lets_in_everybody(statement: &Value) -> bool {
    let is_everybody = |principal: &Value| each(Some(principal)).into_iter().any(|one| one == "*");
    let principal = statement.get("Principal");
    let names = principal.is_some_and(|one| is_everybody(one) || one.get("AWS").is_some_and(is_everybody));
    names && allows_anyhow(statement)
}

/// What is said of names that are near to one that is not known.
pub(super) fn did_you_mean<Name: AsRef<str>>(near: &[Name]) -> Option<String> {
    let near: Vec<&str> = near.iter().map(AsRef::as_ref).collect();
    (!near.is_empty()).then(|| format!("did you mean `{}`?", near.join("` or `")))
}

/// The actions by which permissions are changed, of those that a pattern matches among others; `None`: there are none, or
/// it is only about such actions, or about all of a service.
fn manages(pattern: &str, resources: &[&str]) -> Option<Vec<String>> {
    let name = pattern.split_once(':').map(|(_, name)| name)?;
    if !name.contains(['*', '?']) || name.chars().all(|letter| letter == '*') {
        return None;
    }
    let matching = reference::matching(pattern);
    // Some that only tell are among them in AWS's lists.
    let tells =
        |name: &str| ["get", "list", "describe"].iter().any(|verb| name.to_lowercase().starts_with(verb));
    let is_of_them = |action: &&reference::Action| {
        action.level == reference::AccessLevel::PermissionsManagement && !tells(action.name)
    };
    let of_them = matching.iter().filter(is_of_them);
    if of_them.clone().count() == matching.len() {
        return None;
    }
    // What is about no resource is allowed on `*` only.
    let effective = of_them.filter(|action| match action.resources.is_empty() {
        true => resources.contains(&"*"),
        false => never_match(&action.full_name(), resources).is_none(),
    });
    let names: Vec<String> = effective.map(reference::Action::full_name).take(3).collect();
    (!names.is_empty()).then_some(names)
}

/// What the names of buckets begin with, where a pattern is one of buckets: `arn:aws:s3:::reports*`. Such a beginning may be
/// meant, but not where it is the name of a bucket.
fn begins(resource: &str) -> Option<&str> {
    let bucket = resource.strip_prefix("arn:aws:s3:::")?.strip_suffix('*')?;
    (!bucket.contains(['*', '?', '/', '$'])).then_some(bucket)
}

fn condition_keys(statement: &Value) -> impl Iterator<Item = &str> {
    operators(statement).flat_map(|(_, keys)| keys)
}

/// The condition's operators with their keys.
fn operators(statement: &Value) -> impl Iterator<Item = (&str, Vec<&str>)> {
    let operators = statement.get("Condition").and_then(Value::as_object).into_iter().flatten();
    operators.filter_map(|(name, tests)| {
        let keys = tests.as_object()?.keys().map(String::as_str).collect();
        Some((name.as_str(), keys))
    })
}

/// What the action is about, where that is none of `resources`; of a pattern, where it is so of all that it matches.
fn never_match(name: &str, resources: &[&str]) -> Option<String> {
    let all = reference::action(name).map_or_else(|| reference::matching(name), |action| vec![action]);
    let about: Option<Vec<String>> = all.iter().map(|action| misses(action, resources)).collect();
    about?.into_iter().next()
}

/// The same of one. Only of one that always is about some resource.
fn misses(action: &reference::Action, resources: &[&str]) -> Option<String> {
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
