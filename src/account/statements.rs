//! The statements of a policy as they are written, for those who look for what they are about.

use policy::{ResourcePattern, reference};
use serde_json::Value;

use crate::pattern::matches;

/// One statement.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) allows: bool,
    /// Of `Action` or `NotAction`.
    actions: Listed,
    /// Of `Resource` or `NotResource`; of a trust policy none.
    resources: Listed,
    /// The same patterns, compiled.
    compiled: Vec<ResourcePattern>,
    pub(crate) whole: Value,
    /// The same for all statements that say the same, whatever their Sids and however they are written.
    pub(crate) meaning: String,
}

/// Patterns, or all but some.
#[derive(Clone, Debug, Default)]
struct Listed {
    not: bool,
    patterns: Vec<String>,
}

impl Written {
    /// The statements of a document that parses.
    pub(crate) fn all_of(document: &str) -> Vec<Written> {
        let document: Value = serde_json::from_str(document).unwrap_or_default();
        let statements = match document.get("Statement") {
            Some(Value::Array(statements)) => statements.clone(),
            Some(statement) => vec![statement.clone()],
            None => Vec::new(),
        };
        let has_variables = document.get("Version").and_then(Value::as_str) == Some("2012-10-17");
        statements.into_iter().map(|statement| Written::of(statement, has_variables)).collect()
    }

    fn of(whole: Value, has_variables: bool) -> Written {
        let resources = Listed::of(&whole, "Resource", "NotResource");
        let compiled = resources.patterns.iter();
        Written {
            compiled: compiled
                .filter_map(|pattern| ResourcePattern::parse(pattern, has_variables).ok())
                .collect(),
            meaning: meaning(&whole, has_variables),
            allows: whole.get("Effect").and_then(Value::as_str) == Some("Allow"),
            actions: Listed::of(&whole, "Action", "NotAction"),
            resources,
            whole,
        }
    }

    /// The action patterns that are written out: none of a `NotAction`, which is about all others.
    pub(crate) fn actions(&self) -> &[String] {
        if self.actions.not { &[] } else { &self.actions.patterns }
    }

    /// All action patterns that are written, whether they are meant or left out.
    pub(crate) fn listed_actions(&self) -> &[String] {
        &self.actions.patterns
    }

    /// Whether it is about all actions but those that are listed.
    pub(crate) fn lists_all_others(&self) -> bool {
        self.actions.not
    }

    /// Whether it is about every resource there is.
    pub(crate) fn is_about_all_resources(&self) -> bool {
        !self.resources.not && self.resources.patterns.iter().any(|pattern| pattern == "*")
    }

    /// Whether it may be about a resource, given by its ARN or `*`: where that hangs on a variable, it may.
    pub(crate) fn may_be_about_resource(&self, resource: &str) -> bool {
        let mut meant = self.compiled.iter().map(|pattern| pattern.means(resource));
        match self.resources.not {
            _ if self.resources.patterns.is_empty() => true,
            false => meant.any(|means| means != Some(false)),
            true => !meant.any(|means| means == Some(true)),
        }
    }

    /// All resource patterns that are written, whether they are meant or left out.
    pub(crate) fn resources(&self) -> &[String] {
        &self.resources.patterns
    }

    /// Whether it is about an action, given as `service:Action`.
    pub(crate) fn is_about(&self, action: &str) -> bool {
        let action = action.to_ascii_lowercase();
        let listed = self.actions.patterns.iter();
        listed.map(|pattern| pattern.to_ascii_lowercase()).any(|pattern| matches(&pattern, &action))
            != self.actions.not
    }
}

impl Listed {
    fn of(statement: &Value, element: &str, other: &str) -> Listed {
        let (not, value) = match (statement.get(element), statement.get(other)) {
            (Some(value), _) => (false, value),
            (None, Some(value)) => (true, value),
            (None, None) => return Listed::default(),
        };
        let texts = match value {
            Value::Array(values) => values.iter().filter_map(Value::as_str).collect(),
            value => value.as_str().into_iter().collect::<Vec<_>>(),
        };
        Listed { not, patterns: texts.into_iter().map(str::to_owned).collect() }
    }
}

/// Without the Sid, and with members and lists in one order.
fn meaning(statement: &Value, has_variables: bool) -> String {
    let mut meaning = statement.clone();
    if let Some(members) = meaning.as_object_mut() {
        members.shift_remove("Sid");
        for name in ["Action", "NotAction", "Resource", "NotResource"] {
            if let Some(value) = members.get_mut(name) {
                *value = in_order(value.take());
            }
        }
    }
    meaning.sort_all_objects();
    let text = meaning.to_string();
    // The language's version says whether they are variables, or letters like others.
    if has_variables && text.contains("${") { format!("2012-10-17 {text}") } else { text }
}

fn in_order(value: Value) -> Value {
    let mut values = match value {
        Value::Array(values) => values,
        one => vec![one],
    };
    values.sort_by_cached_key(Value::to_string);
    values.dedup();
    Value::Array(values)
}

/// The actions of AWS that a pattern is about, in alphabetical order of services as the pattern has them.
pub(crate) fn actions_of(pattern: &str) -> Vec<reference::Action> {
    let Some((prefix, name)) = pattern.split_once(':') else { return Vec::new() };
    let services = reference::services().filter(|service| matches(&prefix.to_lowercase(), service));
    let services = services.filter_map(reference::service);
    let name = name.to_ascii_lowercase();
    services
        .flat_map(|service| service.actions())
        .filter(|action| matches(&name, &action.name.to_ascii_lowercase()))
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn statements_are_about_actions() {
        let text = r#"{"Statement":[{"Effect":"Allow","Action":["S3:Get*","iam:PassRole"],"Resource":"*"},
            {"Effect":"Deny","NotAction":"iam:*","NotResource":["a","b"],"Sid":"x"}]}"#;
        let found = Written::all_of(text);
        assert!(found[0].allows && found[0].is_about("s3:GetObject") && !found[0].is_about("s3:PutObject"));
        assert!(!found[1].allows && found[1].is_about("s3:GetObject") && !found[1].is_about("iam:GetUser"));
        assert_eq!(found[1].actions(), [""; 0]);
        assert_eq!(found[1].resources(), ["a", "b"]);
    }

    #[test]
    fn patterns_mean_actions() {
        let names = |pattern| actions_of(pattern).iter().map(|action| action.full_name()).collect::<Vec<_>>();
        assert_eq!(names("STS:assumerole"), ["sts:AssumeRole"]);
        assert_eq!(names("sts:AssumeRoleWith*"), ["sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"]);
        assert_eq!(names("nosuch:*"), [""; 0]);
    }
}
