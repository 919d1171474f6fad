//! The calls that an account may make to a service: a bucket of tokens, which holds those of one second and fills again
//! at the rate.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/throttling.html>

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use policy::AccountId;

use crate::operation::Service;

use super::Rate;

/// The buckets of all accounts.
pub(super) struct Throttle {
    rate: f64,
    /// Those of unsigned calls are nobody's.
    buckets: BTreeMap<(Option<AccountId>, Service), Bucket>,
}

struct Bucket {
    tokens: f64,
    /// In virtual time.
    filled: DateTime<Utc>,
}

impl Throttle {
    pub(super) fn new(rate: Rate) -> Self {
        Self { rate: rate.0, buckets: BTreeMap::new() }
    }

    /// Whether one more call is taken.
    pub(super) fn takes(
        &mut self,
        account: Option<&AccountId>,
        service: Service,
        now: DateTime<Utc>,
    ) -> bool {
        let (rate, most) = (self.rate, self.rate.max(1.0));
        let bucket = self.buckets.entry((account.cloned(), service));
        let bucket = bucket.or_insert(Bucket { tokens: most, filled: now });
        let passed = (now - bucket.filled).as_seconds_f64().max(0.0);
        bucket.tokens = (bucket.tokens + passed * rate).min(most);
        bucket.filled = now;
        let takes = bucket.tokens >= 1.0;
        if takes {
            bucket.tokens -= 1.0;
        }
        takes
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn buckets_fill_again_at_the_rate() {
        let start: DateTime<Utc> = "2026-01-02T03:04:05Z".parse().unwrap();
        let account = AccountId::new("111122223333");
        let mut throttle = Throttle::new(Rate(2.0));
        let mut taken = |milliseconds, service| {
            let now = start + TimeDelta::milliseconds(milliseconds);
            (0..4).filter(|_| throttle.takes(account.as_ref(), service, now)).count()
        };
        assert_eq!(taken(0, Service::Iam), 2);
        assert_eq!(taken(0, Service::Sts), 2);
        assert_eq!(taken(499, Service::Iam), 0);
        assert_eq!(taken(500, Service::Iam), 1);
        assert_eq!(taken(60_000, Service::Iam), 2);
    }

    #[test]
    fn less_than_one_call_in_a_second() {
        let start: DateTime<Utc> = "2026-01-02T03:04:05Z".parse().unwrap();
        let mut throttle = Throttle::new(Rate(0.5));
        let mut takes = |seconds| throttle.takes(None, Service::S3, start + TimeDelta::seconds(seconds));
        assert_eq!([takes(0), takes(1), takes(2), takes(3), takes(4)], [true, false, true, false, true]);
    }
}
