//! ARNs and patterns of them.
//!
//! The first five segments are compared one by one; the last, the resource part, is compared as one, whatever colons and
//! slashes it has. In `Resource` and `NotResource` a `*` at the end of a segment "can expand to match beyond the colon
//! boundaries": <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>. The
//! operators on ARNs check each segment separately:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN>.

use crate::Context;
use crate::variables::{self, Reading, Template, Truth};

/// An ARN taken apart.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ArnParts<'a> {
    /// All up to and with the fifth colon.
    pub(crate) head: &'a str,
    /// What follows it.
    pub(crate) resource: &'a str,
}

impl<'a> ArnParts<'a> {
    /// `None` where `text` has not all six segments.
    pub(crate) fn of(text: &'a str) -> Option<Self> {
        if !text.starts_with("arn:") {
            return None;
        }
        let (fifth, _) = text.bytes().enumerate().filter(|(_, byte)| *byte == b':').nth(4)?;
        Some(Self { head: text.get(..=fifth)?, resource: text.get(fifth + 1..)? })
    }

    /// Partition, service, region and account.
    pub(crate) fn segments(&self) -> impl Iterator<Item = &'a str> {
        self.head.split(':').skip(1).take(4)
    }
}

/// A compiled ARN pattern.
#[derive(Clone, Debug)]
pub(crate) enum ArnPattern {
    /// `*`.
    Any,
    /// Neither wildcard nor variable before the resource part.
    Plain { head: Box<str>, resource: Template },
    /// Partition, service, region and account as patterns.
    Segments { head: Box<[Template]>, resource: Template },
    /// A pattern with a `*` that may take colons with it.
    Text(Template),
    /// Not an ARN: matches nothing.
    Never,
}

impl ArnPattern {
    /// The pattern of a `Resource` or `NotResource`: missing segments count as `*`.
    pub(crate) fn of_resource(text: &str, variables: bool) -> Result<Self, String> {
        if text == "*" {
            return Ok(Self::Any);
        }
        let head: Vec<&str> = text.split(':').take(5).collect();
        // Variables stand in the resource part only, so `${` before it is plain text.
        let plain = !head.iter().any(|segment| segment.contains("${"));
        if plain && head.iter().any(|segment| segment.ends_with('*')) {
            return Ok(Self::Text(Template::parse(text, reading(variables))?));
        }
        let missing = 5usize.saturating_sub(text.matches(':').count());
        let text = format!("{text}{}", ":*".repeat(missing));
        let Some(parts) = ArnParts::of(&text) else { return Ok(Self::Never) };
        let resource = Template::parse(parts.resource, reading(variables))?;
        Self::of_parts(parts.head, parts.segments(), resource, false)
    }

    /// The pattern of an ARN condition operator, which may have variables anywhere.
    pub(crate) fn of_condition(text: &str, variables: bool) -> Result<Self, String> {
        if text == "*" {
            return Ok(Self::Any);
        }
        // A whole ARN may be in one variable, such as `${aws:PrincipalArn}`.
        if variables && text.starts_with("${") {
            return Ok(Self::Text(Template::parse(text, reading(variables))?));
        }
        let colons = if variables {
            colons_outside_of_variables(text)
        } else {
            text.match_indices(':').map(|(at, _)| at).collect()
        };
        let Some(fifth) = colons.get(4).copied().filter(|_| text.starts_with("arn:")) else {
            return Ok(Self::Never);
        };
        let (head, resource) = (text.get(..=fifth).unwrap_or(""), text.get(fifth + 1..).unwrap_or(""));
        let segments = colons.windows(2).take(4).map(|ends| match ends {
            [start, end] => text.get(start + 1..*end).unwrap_or(""),
            _ => "",
        });
        Self::of_parts(head, segments, Template::parse(resource, reading(variables))?, variables)
    }

    fn of_parts<'a>(
        head: &str,
        segments: impl Iterator<Item = &'a str>,
        resource: Template,
        variables: bool,
    ) -> Result<Self, String> {
        let patterned = head.contains(['*', '?']) || variables && head.contains("${");
        if !patterned {
            return Ok(Self::Plain { head: head.into(), resource });
        }
        let head =
            segments.map(|segment| Template::parse(segment, reading(variables))).collect::<Result<_, _>>()?;
        Ok(Self::Segments { head, resource })
    }

    /// `whole` is the value that `parts` was made of.
    pub(crate) fn matches<'a>(
        &'a self,
        whole: &str,
        parts: Option<ArnParts<'_>>,
        context: &Context,
    ) -> Truth<'a> {
        match (self, parts) {
            (Self::Any, _) => Truth::Yes,
            (Self::Text(pattern), Some(_)) => pattern.matches(whole, context),
            (Self::Plain { head, resource }, Some(parts)) if *parts.head == **head => {
                resource.matches(parts.resource, context)
            }
            (Self::Segments { head, resource }, Some(parts)) => head
                .iter()
                .zip(parts.segments())
                .chain([(resource, parts.resource)])
                .fold(Truth::Yes, |all, (want, is)| all.and_then(|| want.matches(is, context))),
            _ => Truth::No,
        }
    }
}

/// A pattern of a `Resource` or `NotResource`, for those who look for what statements are about.
#[derive(Clone, Debug)]
pub struct ResourcePattern(ArnPattern);

impl ResourcePattern {
    /// Reads it as the engine does; `has_variables`: the document is of version 2012-10-17.
    ///
    /// # Errors
    /// Where it has a variable that is none.
    pub fn parse(text: &str, has_variables: bool) -> Result<Self, String> {
        ArnPattern::of_resource(text, has_variables).map(Self)
    }

    /// Whether it means a resource, given by its ARN or `*`; `None`: that hangs on the value of a variable.
    pub fn means(&self, resource: &str) -> Option<bool> {
        let mut nothing_known = Context::default();
        nothing_known.hide_rest();
        match self.0.matches(resource, ArnParts::of(resource), &nothing_known) {
            Truth::Yes => Some(true),
            Truth::No => Some(false),
            Truth::Unknown(_) => None,
        }
    }
}

fn reading(variables: bool) -> Reading {
    Reading { wildcards: true, variables, fold: false }
}

/// The places of the colons that separate segments: those of a variable's key do not.
fn colons_outside_of_variables(text: &str) -> Vec<usize> {
    let mut colons = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        at += match variables::length(rest) {
            Some(length) => length,
            None => {
                colons.extend(rest.starts_with(':').then_some(at));
                rest.chars().next().map_or(1, char::len_utf8)
            }
        };
    }
    colons
}
