//! What simulations are told beside policies: a scenario, context entries, and policies to leave out.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html>

use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::operation::ServiceError;

use super::errors::invalid_input;
use super::noun::Noun;
use super::{aws_managed, resource_rules};

/// The scenarios of `ResourceHandlingOption`, and the kinds of EC2's resources that each wants.
const SCENARIOS: [(&str, &[&str]); 4] = [
    ("EC2-VPC-InstanceStore", &["instance", "image", "security-group", "network-interface"]),
    ("EC2-VPC-InstanceStore-Subnet", &["instance", "image", "security-group", "network-interface", "subnet"]),
    ("EC2-VPC-EBS", &["instance", "image", "security-group", "network-interface", "volume"]),
    ("EC2-VPC-EBS-Subnet", &["instance", "image", "security-group", "network-interface", "subnet", "volume"]),
];

/// Refuses a scenario that is not known, and one of whose resources there are not all.
pub(super) fn check_scenario(scenario: Option<&str>, resources: &[String]) -> Result<(), ServiceError> {
    let Some(scenario) = scenario else { return Ok(()) };
    let known = SCENARIOS.iter().find(|(name, _)| *name == scenario);
    let Some((_, kinds)) = known else {
        return Err(invalid_input(format!("Invalid ResourceHandlingOption: {scenario}")));
    };
    let is_of = |resource: &String, kind: &str| {
        let mut segments = resource.splitn(6, ':').skip(2);
        let service = segments.next();
        let path = segments.nth(2).and_then(|path| path.split('/').next());
        service == Some("ec2") && path == Some(kind)
    };
    let missing = kinds.iter().find(|kind| !resources.iter().any(|resource| is_of(resource, kind)));
    missing.map_or(Ok(()), |kind| {
        Err(invalid_input(format!("The scenario {scenario} requires a resource of type {kind}.")))
    })
}

/// A condition key with the values that the simulated request has.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ContextEntry {
    pub(super) context_key_name: String,
    #[serde(default)]
    pub(super) context_key_values: Vec<String>,
    context_key_type: Option<String>,
}

impl ContextEntry {
    /// Refuses values that are not of the type that they are said to be.
    pub(super) fn check(&self) -> Result<(), ServiceError> {
        let kind = self.context_key_type.as_deref().unwrap_or("string");
        let is_of_kind = |value: &String| match kind.strip_suffix("List").unwrap_or(kind) {
            "numeric" => value.parse::<f64>().is_ok(),
            "boolean" => value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false"),
            "ip" => is_network(value),
            "binary" => STANDARD.decode(value).is_ok(),
            "date" => resource_rules::is_date(value),
            _ => true,
        };
        let wrong = self.context_key_values.iter().find(|value| !is_of_kind(value));
        wrong.map_or(Ok(()), |value| {
            let key = &self.context_key_name;
            Err(invalid_input(format!("The value {value} of context key {key} is not of type {kind}.")))
        })
    }
}

fn is_network(value: &str) -> bool {
    let (address, length) = value.split_once('/').map_or((value, None), |(one, two)| (one, Some(two)));
    let Ok(address) = address.parse::<IpAddr>() else { return false };
    let longest = if address.is_ipv4() { 32 } else { 128 };
    length.is_none_or(|length| length.parse::<u8>().is_ok_and(|length| length <= longest))
}

/// Policies that a simulation leaves out.
#[derive(Default)]
pub(super) struct Exclusions(Vec<Exclusion>);

enum Exclusion {
    /// Such as `inline`.
    Type(String),
    /// A pattern of managed policies' ARNs.
    Arn(String),
    Inline {
        policy: String,
        noun: Noun,
        /// A pattern of names.
        holder: String,
    },
}

/// A `PolicyIdentifier`, of which exactly one member is sent.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PolicyIdentifier {
    policy_type: Option<String>,
    policy_arn: Option<String>,
    inline_policy_identifier: Option<InlinePolicyIdentifier>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InlinePolicyIdentifier {
    policy_name: String,
    attachment_type: String,
    attachment_name: String,
}

impl Exclusions {
    pub(super) fn of(identifiers: Vec<PolicyIdentifier>) -> Result<Self, ServiceError> {
        identifiers.into_iter().map(PolicyIdentifier::exclusion).collect::<Result<_, _>>().map(Self)
    }

    pub(super) fn has_type(&self, wanted: &str) -> bool {
        self.0.iter().any(|exclusion| matches!(exclusion, Exclusion::Type(name) if name == wanted))
    }

    pub(super) fn has_inline(&self, of: Noun, holder_name: &str, name: &str) -> bool {
        let is_meant = |exclusion: &Exclusion| match exclusion {
            Exclusion::Inline { policy, noun, holder } => {
                *noun == of && policy == name && matches(holder, holder_name)
            }
            _ => false,
        };
        self.has_type("inline") || self.0.iter().any(is_meant)
    }

    pub(super) fn has_managed(&self, arn: &str) -> bool {
        let kind = if arn.starts_with(aws_managed::PREFIX) { "aws-managed" } else { "user-managed" };
        let is_meant =
            |exclusion: &Exclusion| matches!(exclusion, Exclusion::Arn(pattern) if matches(pattern, arn));
        self.has_type(kind) || self.0.iter().any(is_meant)
    }
}

impl PolicyIdentifier {
    fn exclusion(self) -> Result<Exclusion, ServiceError> {
        let invalid = |what: &str| invalid_input(format!("Invalid policy identifier: {what}"));
        match (self.policy_type, self.policy_arn, self.inline_policy_identifier) {
            (Some(name), None, None) => Ok(Exclusion::Type(name)),
            (None, Some(arn), None) => {
                let segments: Vec<&str> = arn.splitn(6, ':').collect();
                let wild = |segment: &&str| segment.contains(['*', '?']);
                match segments.as_slice() {
                    [head @ .., resource]
                        if head.len() == 5 && !head.iter().any(wild) && is_pattern(resource) =>
                    {
                        Ok(Exclusion::Arn(arn))
                    }
                    _ => Err(invalid(&arn)),
                }
            }
            (None, None, Some(inline)) => {
                let nouns = [Noun::User, Noun::Group, Noun::Role];
                let kind = inline.attachment_type.to_lowercase();
                let noun = nouns.into_iter().find(|noun| noun.arn_type() == kind);
                let noun = noun.filter(|_| is_pattern(&inline.attachment_name));
                let noun = noun.ok_or_else(|| invalid(&inline.attachment_name))?;
                Ok(Exclusion::Inline { policy: inline.policy_name, noun, holder: inline.attachment_name })
            }
            _ => Err(invalid("it must have exactly one member")),
        }
    }
}

/// At most one `*`, and any number of `?`.
fn is_pattern(text: &str) -> bool {
    text.matches('*').count() < 2
}

fn matches(pattern: &str, text: &str) -> bool {
    let same = |pattern: &str, text: &str| {
        let mut letters = pattern.chars().zip(text.chars());
        pattern.chars().count() == text.chars().count()
            && letters.all(|(wanted, letter)| wanted == '?' || wanted == letter)
    };
    let Some((start, end)) = pattern.split_once('*') else { return same(pattern, text) };
    let letters: Vec<char> = text.chars().collect();
    let (starting, ending) = (start.chars().count(), end.chars().count());
    let Some(after) = letters.len().checked_sub(ending).filter(|after| *after >= starting) else {
        return false;
    };
    let of = |letters: Option<&[char]>| letters.map(|letters| letters.iter().collect::<String>());
    of(letters.get(..starting)).is_some_and(|head| same(start, &head))
        && of(letters.get(after..)).is_some_and(|tail| same(end, &tail))
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_match_names() {
        for (pattern, text, expected) in [
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("a*", "a", true),
            ("a*c", "abbc", true),
            ("ab*bc", "abc", false),
            ("*", "", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
