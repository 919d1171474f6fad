//! The parts of a step that vary. Every step expression uses these, so that a name is written the same way everywhere.

use std::convert::Infallible;
use std::str::FromStr;
use std::time::Duration;

use cucumber::Parameter;

/// What a generated regular expression has in place of each parameter.
pub(crate) const PATTERNS: &[(&str, &str)] = &[
    (Name::REGEX, "{name}"),
    (Action::REGEX, "{action}"),
    (Resource::REGEX, "{resource}"),
    (Text::REGEX, "{text}"),
    (Count::REGEX, "{count}"),
    (Span::REGEX, "{span}"),
];

/// A name, bare or in double quotes: `main-user`, `"main-user"`. An ARN is one, too.
#[derive(Clone, Debug, PartialEq, Eq, Parameter)]
#[param(name = "name", regex = r#""[^"]+"|arn:[^\s"]+|[A-Za-z0-9][A-Za-z0-9_+=,.@/-]*"#)]
pub struct Name(pub String);

impl FromStr for Name {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.trim_matches('"').to_owned()))
    }
}

/// Any text in double quotes.
#[derive(Clone, Debug, PartialEq, Eq, Parameter)]
#[param(name = "text", regex = r#""[^"]*""#)]
pub struct Text(pub String);

impl FromStr for Text {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.trim_matches('"').to_owned()))
    }
}

/// An action of a service: `s3:GetObject`.
#[derive(Clone, Debug, PartialEq, Eq, Parameter)]
#[param(name = "action", regex = r"[a-z][a-z0-9-]*:[A-Za-z0-9]+")]
pub struct Action(pub String);

impl FromStr for Action {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

/// What an action is about: something of the scenario (`reports`, `reports/q1.txt`), an ARN, or `*`.
#[derive(Clone, Debug, PartialEq, Eq, Parameter)]
#[param(name = "resource", regex = r#""[^"]+"|arn:[^\s"]+|[A-Za-z0-9*][^\s"]*"#)]
pub struct Resource(pub String);

impl FromStr for Resource {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.trim_matches('"').to_owned()))
    }
}

/// A whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Parameter)]
#[param(name = "count", regex = r"-?\d{1,9}")]
pub struct Count(pub i32);

impl FromStr for Count {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// A span of time: `1 hour`, `90 minutes`, `3600 seconds`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Parameter)]
#[param(name = "span", regex = r"\d{1,9} (?:second|minute|hour|day)s?")]
pub struct Span(pub Duration);

impl Span {
    /// As AWS's parameters take it.
    pub fn seconds(self) -> i32 {
        i32::try_from(self.0.as_secs()).unwrap_or(i32::MAX)
    }
}

impl FromStr for Span {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (count, unit) = text.split_once(' ').unwrap_or((text, "seconds"));
        let seconds = match unit.trim_end_matches('s') {
            "day" => 86_400,
            "hour" => 3_600,
            "minute" => 60,
            _ => 1,
        };
        Ok(Self(Duration::from_secs(count.parse::<u64>()? * seconds)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans() {
        assert_eq!("1 hour".parse(), Ok(Span(Duration::from_secs(3600))));
        assert_eq!("90 minutes".parse(), Ok(Span(Duration::from_secs(5400))));
    }

    #[test]
    fn names_lose_their_quotes() {
        assert_eq!("\"main-user\"".parse(), Ok(Name("main-user".to_owned())));
        assert_eq!("main-user".parse(), Ok(Name("main-user".to_owned())));
    }
}
