//! What is asked for, as plain values, and as it is written in arguments.

use std::str::FromStr;
use std::time::Duration;

use crate::front::operation_names;
use crate::operation::Service;

use super::codes;
use super::failures::Effect;

/// What an emulator plays of AWS's own weaknesses; nothing by default.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faults {
    /// How late a change is seen at most, and a quarter of that at least: of IAM by IAM itself, by STS, by S3 and by all
    /// others, each at a time of its own; of S3 the policies of buckets and their public access blocks. `None`: at once.
    pub eventual_consistency: Option<Duration>,
    /// The calls that an account may make to a service in a second; `None`: any number.
    pub throttle: Option<Rate>,
    /// How long each answer that leaves by a socket is held back, exactly. `None`: not at all.
    pub latency: Option<Duration>,
    /// Calls that fail, in the order of the list.
    pub failures: Vec<Failure>,
    /// What is drawn follows from it.
    pub seed: u64,
}

/// Calls in a second, such as `5` or `0.5`: more than none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate(pub(super) f64);

/// The first calls of an operation that fail: `iam:CreateRole:ServiceFailure:2`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub(super) service: Service,
    pub(super) operation: &'static str,
    pub(super) effect: Effect,
    pub(super) count: u32,
}

/// An argument that can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadFault {
    /// Neither a number nor a unit that is known, or more than a day.
    #[error("`{0}` is not a duration of a day at most, such as `500ms`, `3s` or `2m`")]
    Duration(String),
    /// Not a positive number.
    #[error("`{0}` is not a rate: calls in a second, such as `5` or `0.5`")]
    Rate(String),
    /// Not four parts, or the last is not a positive number.
    #[error("`{0}` is not `SERVICE:OPERATION:CODE:N`, such as `iam:CreateRole:ServiceFailure:2`")]
    Failure(String),
    /// A service that is not there.
    #[error("no service `{0}` is emulated: {1}")]
    Service(String, String),
    /// An operation that the service does not have, or that is not emulated.
    #[error("no operation `{0}` of `{1}` is emulated{2}")]
    Operation(String, &'static str, String),
    /// A code that the service does not have.
    #[error("`{0}` is no failure of `{1}`: {2}")]
    Code(String, &'static str, String),
}

/// Reads `500ms`, `3s`, `2m` or `1h`.
///
/// # Errors
/// For all else, and for more than a day.
pub fn fault_duration(text: &str) -> Result<Duration, BadFault> {
    let bad = || BadFault::Duration(text.to_owned());
    let unit_at = text.find(|letter: char| letter.is_ascii_alphabetic()).ok_or_else(bad)?;
    let (number, unit) = text.split_at_checked(unit_at).ok_or_else(bad)?;
    let seconds = match unit {
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err(bad()),
    };
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number: f64 = number.parse().ok().filter(|_| is_number).ok_or_else(bad)?;
    let duration = Duration::try_from_secs_f64(number * seconds).map_err(|_| bad())?;
    if duration > Duration::from_hours(24) { Err(bad()) } else { Ok(duration) }
}

impl FromStr for Rate {
    type Err = BadFault;

    fn from_str(text: &str) -> Result<Self, BadFault> {
        let rate = text.parse().ok().filter(|rate: &f64| rate.is_finite() && *rate > 0.0);
        rate.map(Self).ok_or_else(|| BadFault::Rate(text.to_owned()))
    }
}

impl FromStr for Failure {
    type Err = BadFault;

    fn from_str(text: &str) -> Result<Self, BadFault> {
        let bad = || BadFault::Failure(text.to_owned());
        let parts: Vec<&str> = text.split(':').collect();
        let [service, operation, code, count] = parts.as_slice() else { return Err(bad()) };
        let count = count.parse().ok().filter(|count| *count > 0).ok_or_else(bad)?;
        let known = Service::named(service).ok_or_else(|| {
            let mut names: Vec<&str> = Service::ALL.iter().map(|service| service.name()).collect();
            names.dedup();
            BadFault::Service((*service).to_owned(), suggestion(service, names))
        })?;
        let names = operation_names(known);
        let found = names.iter().find(|name| *name == operation).copied();
        let operation = found.ok_or_else(|| {
            let near = policy::nearest(operation, names.iter().copied());
            let near = if near.is_empty() { String::new() } else { format!(": near is {}", near.join(", ")) };
            BadFault::Operation((*operation).to_owned(), known.name(), near)
        })?;
        let effect = codes::effect(known, code).ok_or_else(|| {
            BadFault::Code((*code).to_owned(), known.name(), suggestion(code, codes::names(known)))
        })?;
        Ok(Self { service: known, operation, effect, count })
    }
}

/// What may be meant, or else all that there is.
fn suggestion(name: &str, known: Vec<&str>) -> String {
    let near = policy::nearest(name, known.iter().copied());
    match near.as_slice() {
        [] => format!("there are {}", known.join(", ")),
        near => format!("near is {}", near.join(", ")),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        assert_eq!(fault_duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(fault_duration("1.5s"), Ok(Duration::from_millis(1500)));
        assert_eq!(fault_duration("2m"), Ok(Duration::from_mins(2)));
        assert_eq!(fault_duration("24h"), Ok(Duration::from_hours(24)));
        for text in ["", "3", "s", "3 s", "-3s", "3d", "25h", "1e9s", "..s"] {
            assert_eq!(fault_duration(text), Err(BadFault::Duration(text.to_owned())), "{text}");
        }
    }

    #[test]
    fn rates() {
        assert_eq!("0.5".parse(), Ok(Rate(0.5)));
        for text in ["0", "-1", "inf", "NaN", "x", ""] {
            assert_eq!(text.parse::<Rate>(), Err(BadFault::Rate(text.to_owned())), "{text}");
        }
    }

    #[track_caller]
    fn refused(text: &str, message: &str) {
        assert_eq!(text.parse::<Failure>().unwrap_err().to_string(), message);
    }

    #[test]
    fn failures() {
        let failure: Failure = "iam:CreateRole:ServiceFailure:2".parse().unwrap();
        assert_eq!((failure.service, failure.operation, failure.count), (Service::Iam, "CreateRole", 2));
        assert!("s3:PutObject:no-answer-but-done:1".parse::<Failure>().is_ok());
        let form = "is not `SERVICE:OPERATION:CODE:N`, such as `iam:CreateRole:ServiceFailure:2`";
        for text in ["iam:CreateRole:ServiceFailure", "iam:CreateRole:ServiceFailure:0", "iam:a:b:x", ""] {
            refused(text, &format!("`{text}` {form}"));
        }
        refused("iem:CreateRole:ServiceFailure:1", "no service `iem` is emulated: near is iam");
        refused(
            "iam:CreateRoll:ServiceFailure:1",
            "no operation `CreateRoll` of `iam` is emulated: near is CreateRole",
        );
        refused("iam:Walk:ServiceFailure:1", "no operation `Walk` of `iam` is emulated");
        refused("s3:PutObject:SlowDwn:1", "`SlowDwn` is no failure of `s3`: near is SlowDown");
        refused(
            "sts:AssumeRole:SlowDown:1",
            "`SlowDown` is no failure of `sts`: there are AccessDenied, ExpiredToken, InternalFailure, \
             ServiceUnavailable, Throttling, connection-reset, no-answer-but-done",
        );
    }
}
