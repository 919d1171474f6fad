//! Session tokens of IMDSv2. They belong to one instance and last as long as was asked for.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

/// The longest time to live: six hours.
const LONGEST: i64 = 21_600;

/// The tokens of an instance, with their expiry.
#[derive(Default)]
pub(super) struct Tokens(BTreeMap<String, DateTime<Utc>>);

/// The value of `X-aws-ec2-metadata-token-ttl-seconds`; `None` if it is not from 1 to 21600.
pub(super) fn time_to_live(text: &str) -> Option<i64> {
    text.trim().parse().ok().filter(|seconds| (1..=LONGEST).contains(seconds))
}

impl Tokens {
    pub(super) fn add(&mut self, token: String, seconds: i64, now: DateTime<Utc>) {
        self.0.retain(|_, expires| *expires > now);
        self.0.insert(token, now + TimeDelta::seconds(seconds));
    }

    /// Whether a token is of this instance and not expired.
    pub(super) fn are_valid(&self, token: &str, now: DateTime<Utc>) -> bool {
        self.0.get(token).is_some_and(|expires| *expires > now)
    }
}
