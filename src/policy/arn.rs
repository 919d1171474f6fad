//! ARNs and patterns of them.
//!
//! The first five segments are compared one by one, so that a wildcard cannot leave its segment; the last, the
//! resource part, is compared as one, whatever colons and slashes it has:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>.

use crate::Context;
use crate::variables::{Reading, Template, Truth};

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
        let (fifth, _) = text.match_indices(':').nth(4)?;
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
    /// No wildcard before the resource part.
    Plain { head: Box<str>, resource: Template },
    /// Partition, service, region and account as patterns.
    Segments { head: Vec<Template>, resource: Template },
    /// Not an ARN: matches nothing.
    Never,
}

impl ArnPattern {
    /// The pattern of a `Resource` or `NotResource`: missing segments count as `*`.
    pub(crate) fn of_resource(text: &str, variables: bool) -> Result<Self, String> {
        if text == "*" {
            return Ok(Self::Any);
        }
        let missing = 5usize.saturating_sub(text.matches(':').count());
        Self::parse(&format!("{text}{}", ":*".repeat(missing)), variables)
    }

    /// The pattern of an ARN condition operator.
    pub(crate) fn of_condition(text: &str, variables: bool) -> Result<Self, String> {
        if text == "*" {
            return Ok(Self::Any);
        }
        Self::parse(text, variables)
    }

    fn parse(text: &str, variables: bool) -> Result<Self, String> {
        let reading = Reading { wildcards: true, variables, fold: false };
        // A condition may hold a whole ARN in one variable, such as `${aws:PrincipalArn}`.
        if variables && text.starts_with("${") {
            let resource = Template::parse(text, reading)?;
            return Ok(Self::Segments { head: Vec::new(), resource });
        }
        let Some(parts) = ArnParts::of(text) else { return Ok(Self::Never) };
        let resource = Template::parse(parts.resource, reading)?;
        if !parts.head.contains(['*', '?']) {
            return Ok(Self::Plain { head: parts.head.into(), resource });
        }
        // Variables stand in the resource part only, so `${` before it is plain text.
        let plain = Reading { wildcards: true, variables: false, fold: false };
        let head =
            parts.segments().map(|segment| Template::parse(segment, plain)).collect::<Result<_, _>>()?;
        Ok(Self::Segments { head, resource })
    }

    /// `whole` is the value that `parts` was made of.
    pub(crate) fn matches<'a>(
        &'a self,
        whole: &str,
        parts: Option<ArnParts<'_>>,
        context: &Context,
    ) -> Truth<'a> {
        match self {
            Self::Any => Truth::Yes,
            Self::Never => Truth::No,
            Self::Segments { head, resource } if head.is_empty() => resource.matches(whole, context),
            Self::Plain { head, resource } => match parts {
                Some(parts) if *parts.head == **head => resource.matches(parts.resource, context),
                _ => Truth::No,
            },
            Self::Segments { head, resource } => match parts {
                Some(parts)
                    if head.iter().zip(parts.segments()).all(|(want, is)| want.matches_plainly(is)) =>
                {
                    resource.matches(parts.resource, context)
                }
                _ => Truth::No,
            },
        }
    }
}
