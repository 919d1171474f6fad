//! Eventual consistency: what was changed is seen late, and until then what was before.
//!
//! Each service learns of a change to IAM at a time of its own, and of changes in their order. Changes are made to
//! what is, and refused by it; everything else, authentication and authorization among it, sees what is not yet late.
//! Time is the emulator's: real time, and what virtual time was moved by. Of S3 the policy of a bucket and its public
//! access block are late, as bucket configurations are; buckets and objects are there at once. So are accounts, and the
//! sessions that STS issues.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency>,
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html#ConsistencyModel>

use std::collections::VecDeque;
use std::mem;

use chrono::{DateTime, TimeDelta, Utc};

use crate::iam;
use crate::operation::{Call, Reply, Service, ServiceError};
use crate::partition::Partition;

use super::Faults;
use super::draw::Draw;

/// The part of the longest delay that the shortest is.
const SHORTEST: f64 = 0.25;
const VIEWERS: usize = 4;

/// What of IAM is not yet seen by all.
#[derive(Default)]
pub(crate) struct Lag {
    /// `None`: all is seen at once.
    longest: Option<TimeDelta>,
    draw: Draw,
    /// Earlier states, the oldest first.
    earlier: VecDeque<Earlier>,
    /// The place of the earlier state that `Partition::iam` holds, while what is stands in that place.
    shown: Option<usize>,
}

/// IAM before a change.
struct Earlier {
    iam: iam::Store,
    /// When each viewer sees the change.
    until: [DateTime<Utc>; VIEWERS],
}

/// Who learns of changes at the same time: IAM itself, STS, S3, and all others.
fn viewer(service: Service) -> usize {
    match service {
        Service::Iam => 0,
        Service::Sts => 1,
        Service::S3 | Service::S3Control => 2,
        _ => 3,
    }
}

impl Lag {
    pub(crate) fn of(faults: &Faults) -> Self {
        let longest = faults.eventual_consistency.and_then(|longest| TimeDelta::from_std(longest).ok());
        Self { longest, draw: Draw::new(faults.seed), ..Self::default() }
    }

    /// When a change that is made now will be seen.
    pub(crate) fn seen_from(&mut self, now: DateTime<Utc>) -> DateTime<Utc> {
        let Some(longest) = self.longest else { return now };
        let part = SHORTEST + (1.0 - SHORTEST) * self.draw.next();
        now + TimeDelta::milliseconds((longest.num_milliseconds() as f64 * part) as i64)
    }

    /// Keeps what was before a change.
    fn keep(&mut self, iam: iam::Store, now: DateTime<Utc>) {
        while self.earlier.front().is_some_and(|earlier| earlier.until.iter().all(|until| *until <= now)) {
            self.earlier.pop_front();
        }
        let mut until = [now; VIEWERS];
        for (viewer, until) in until.iter_mut().enumerate() {
            let last = self.earlier.back().and_then(|last| last.until.get(viewer)).copied();
            *until = self.seen_from(now).max(last.unwrap_or(now));
        }
        self.earlier.push_back(Earlier { iam, until });
    }

    fn place(&self, service: Service, now: DateTime<Utc>) -> Option<usize> {
        let viewer = viewer(service);
        self.earlier.iter().position(|earlier| earlier.until.get(viewer).is_some_and(|until| now < *until))
    }

    /// IAM as it is, where something earlier is shown.
    fn truth(&self) -> Option<&iam::Store> {
        Some(&self.earlier.get(self.shown?)?.iam)
    }
}

impl Partition {
    /// Shows what a service sees of IAM at this time, until `look_at_truth`.
    pub(crate) fn look_as(&mut self, service: Service, now: DateTime<Utc>) {
        self.look_at_truth();
        self.lag.shown = self.lag.place(service, now);
        self.swap();
    }

    /// Shows IAM as it is.
    pub(crate) fn look_at_truth(&mut self) {
        self.swap();
        self.lag.shown = None;
    }

    fn swap(&mut self) {
        if let Some(earlier) = self.lag.shown.and_then(|place| self.lag.earlier.get_mut(place)) {
            mem::swap(&mut self.iam, &mut earlier.iam);
        }
    }

    /// Makes a change to IAM, from which on IAM is shown as it is.
    pub(crate) fn change_iam(
        &mut self,
        call: &Call,
        act: fn(&mut Self, &Call) -> Result<Reply, ServiceError>,
    ) -> Result<Reply, ServiceError> {
        if let Some(truth) = self.lag.truth() {
            iam::refuse_unseen(&self.iam, truth, call)?;
        }
        self.look_at_truth();
        let before = self.lag.longest.map(|_| self.iam.clone());
        let reply = act(self, call)?;
        if let Some(before) = before {
            self.lag.keep(before, call.now);
        }
        Ok(reply)
    }

    /// Notes a use of something in IAM: that is no change, and seen at once.
    pub(crate) fn note_use(&mut self, note: impl Fn(&mut iam::Store)) {
        note(&mut self.iam);
        self.lag.earlier.iter_mut().for_each(|earlier| note(&mut earlier.iam));
    }
}

/// A value whose changes are seen late.
#[derive(Default)]
pub(crate) struct Lagging<T> {
    value: T,
    /// Earlier values, the oldest first, and until when they are seen.
    earlier: Vec<(DateTime<Utc>, T)>,
}

impl<T> Lagging<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { value, earlier: Vec::new() }
    }

    /// What is seen at this time.
    pub(crate) fn seen(&self, now: DateTime<Utc>) -> &T {
        self.earlier.iter().find(|(until, _)| now < *until).map_or(&self.value, |(_, value)| value)
    }

    /// Changes it: until then, what was before is seen.
    pub(crate) fn set(&mut self, value: T, now: DateTime<Utc>, seen_from: DateTime<Utc>) {
        self.earlier.retain(|(until, _)| now < *until);
        let before = mem::replace(&mut self.value, value);
        let until = self.earlier.last().map_or(seen_from, |(last, _)| seen_from.max(*last));
        if now < until {
            self.earlier.push((until, before));
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn changes_are_seen_in_their_order() {
        let start: DateTime<Utc> = "2026-01-02T03:04:05Z".parse().unwrap();
        let after = |seconds| start + TimeDelta::seconds(seconds);
        let mut value = Lagging::new(0);
        value.set(1, start, after(5));
        value.set(2, after(1), after(3));
        assert_eq!([0, 4, 5].map(|seconds| *value.seen(after(seconds))), [0, 0, 2]);
        value.set(3, after(6), after(6));
        assert_eq!(*value.seen(after(6)), 3);
    }

    #[test]
    fn delays_are_from_a_quarter_to_the_whole_and_follow_from_the_seed() {
        let start: DateTime<Utc> = "2026-01-02T03:04:05Z".parse().unwrap();
        let delays = |seed| {
            let eventual_consistency = Some(Duration::from_secs(4));
            let mut lag = Lag::of(&Faults { eventual_consistency, seed, ..Faults::default() });
            (0..100).map(|_| (lag.seen_from(start) - start).num_milliseconds()).collect::<Vec<_>>()
        };
        assert!(delays(1).iter().all(|delay| (1000..=4000).contains(delay)));
        assert_eq!(delays(1), delays(1));
        assert_ne!(delays(1), delays(2));
        assert_eq!(Lag::default().seen_from(start), start);
    }
}
