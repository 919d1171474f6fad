//! Parameters that name nobody: texts, files, actions, times and the like.

use std::convert::Infallible;
use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use target::Layer;

use crate::grounds::LAYERS;

/// Any text in double quotes.
#[derive(Clone, Debug, PartialEq, Eq, cucumber::Parameter)]
#[param(name = "text", regex = r#""[^"]*""#)]
pub struct Text(pub String);

impl FromStr for Text {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.trim_matches('"').to_owned()))
    }
}

/// A file, by its path from the folder of the feature. Written as [`Text`] is; the placeholder at the end tells them apart.
#[derive(Clone, Debug, PartialEq, Eq, cucumber::Parameter)]
#[param(name = "path", regex = r#""[^"]+"|<path>"#)]
pub struct Path(pub String);

impl FromStr for Path {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.trim_matches('"').to_owned()))
    }
}

/// An action of a service: `s3:GetObject`.
#[derive(Clone, Debug, PartialEq, Eq, cucumber::Parameter)]
#[param(name = "action", regex = r"[a-z][a-z0-9-]*:[A-Za-z0-9]+")]
pub struct Action(pub String);

impl FromStr for Action {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

/// What an action is about: something of the scenario (`reports`, `reports/q1.txt`), an ARN, or `*`.
#[derive(Clone, Debug, PartialEq, Eq, cucumber::Parameter)]
#[param(name = "resource", regex = r#""[^"]+"|arn:[^\s"]+|[A-Za-z0-9*][^\s"]*"#)]
pub struct Resource(pub String);

impl FromStr for Resource {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.trim_matches('"').to_owned()))
    }
}

/// A kind of policy, in the words of the services' refusals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, cucumber::Parameter)]
#[param(
    name = "kind-of-policy",
    regex = "an identity-based policy|a resource-based policy|the role trust policy|a permissions boundary|a session policy|a service control policy|a resource control policy"
)]
pub struct KindOfPolicy(pub Layer);

impl FromStr for KindOfPolicy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (_, name) = text.split_once(' ').unwrap_or_default();
        let known = LAYERS.into_iter().find(|(known, _)| *known == name);
        known.map(|(_, layer)| Self(layer)).ok_or_else(|| format!("`{text}` is no kind of policy"))
    }
}

/// An address of the network, as it is written.
#[derive(Clone, Debug, PartialEq, Eq, cucumber::Parameter)]
#[param(
    name = "address",
    regex = r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}"
)]
pub struct Address(pub String);

impl Address {
    /// It as an address; `None`: there is no such address.
    pub fn ip(&self) -> Option<IpAddr> {
        self.0.parse().ok()
    }
}

impl FromStr for Address {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

/// A time in UTC, as it is written.
#[derive(Clone, Debug, PartialEq, Eq, cucumber::Parameter)]
#[param(
    name = "time",
    regex = r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?(?: ?UTC|Z)?|[0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?: ?UTC|Z)?"
)]
pub struct Time(pub String);

/// What a [`Time`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Once.
    At(NaiveDateTime),
    /// On any day.
    Daily(NaiveTime),
}

impl Time {
    /// It as a time; `None`: no day or no clock has it.
    pub fn moment(&self) -> Option<Moment> {
        let text = self.0.trim_end_matches("UTC").trim_end_matches('Z').trim_end();
        let clock = |text: &str| {
            let to_the_second = NaiveTime::parse_from_str(text, "%H:%M:%S");
            to_the_second.or_else(|_| NaiveTime::parse_from_str(text, "%H:%M")).ok()
        };
        let day = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
        match text.split_once(['T', ' ']) {
            Some((date, time)) => Some(Moment::At(day(date)?.and_time(clock(time)?))),
            None if text.contains(':') => clock(text).map(Moment::Daily),
            None => Some(Moment::At(day(text)?.and_time(NaiveTime::MIN))),
        }
    }
}

impl Moment {
    /// The first such time that is not before `now`; `None`: it is over.
    pub fn next(self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let time = match self {
            Self::At(time) => time,
            Self::Daily(time) if now.time() <= time => now.date_naive().and_time(time),
            Self::Daily(time) => now.date_naive().succ_opt()?.and_time(time),
        };
        Some(time.and_utc()).filter(|time| now <= *time)
    }
}

impl FromStr for Time {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

/// A whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, cucumber::Parameter)]
#[param(name = "count", regex = r"-?[0-9]{1,9}")]
pub struct Count(pub i32);

impl FromStr for Count {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// A span of time: `1 hour`, `90 minutes`, `3600 seconds`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, cucumber::Parameter)]
#[param(name = "span", regex = r"[0-9]{1,9} (?:second|minute|hour|day)s?")]
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
    use cucumber::Parameter as _;

    use super::*;

    #[test]
    fn spans() {
        assert_eq!("1 hour".parse(), Ok(Span(Duration::from_secs(3600))));
        assert_eq!("90 minutes".parse(), Ok(Span(Duration::from_secs(5400))));
    }

    #[test]
    fn times_are_those_to_come() {
        let now = DateTime::from_timestamp(1_800_000_000, 0);
        let next = |text: &str| {
            let moment = Time(text.to_owned()).moment()?;
            Some(moment.next(now?).map_or("over".to_owned(), |time| time.to_rfc3339()))
        };
        // It is 2027-01-15T08:00:00.
        for (text, expected) in [
            ("2030-01-31", "2030-01-31T00:00:00+00:00"),
            ("2030-01-31 09:30 UTC", "2030-01-31T09:30:00+00:00"),
            ("2030-01-31T09:30:10Z", "2030-01-31T09:30:10+00:00"),
            ("2026-12-31", "over"),
            ("08:00", "2027-01-15T08:00:00+00:00"),
            ("07:59 UTC", "2027-01-16T07:59:00+00:00"),
        ] {
            assert_eq!(next(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["2030-02-30", "25:00", "2030-01-31 09:60"] {
            assert_eq!(next(text), None, "{text}");
        }
    }

    #[test]
    fn every_kind_of_policy_is_one() {
        for words in KindOfPolicy::REGEX.split('|') {
            assert!(words.parse::<KindOfPolicy>().is_ok(), "{words}");
        }
        assert_eq!(KindOfPolicy::REGEX.split('|').count(), LAYERS.len());
    }
}
