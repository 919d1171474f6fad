//! What AWS does to its callers and an emulator need not: changes that are seen late, calls that are throttled, slow
//! answers, and calls that fail. All of it is off unless `Faults` says otherwise, and follows from its seed.
//!
//! `settings` reads what is asked for, `lag` is eventual consistency, `throttle` the limit of calls, and `failures` the
//! calls that fail, with the codes that each service documents in `codes`.

mod codes;
mod draw;
mod failures;
mod lag;
mod settings;
mod throttle;

use chrono::{DateTime, Utc};
use policy::AccountId;

use crate::operation::Service;

use codes::throttled;
use failures::Failures;
use throttle::Throttle;

pub(crate) use failures::{Broken, Fate};
pub(crate) use lag::{Lag, Lagging};
pub use settings::{BadFault, Failure, Faults, Rate, fault_duration};

/// What of the calls fails: state of a partition.
#[derive(Default)]
pub(crate) struct Refusals {
    throttle: Option<Throttle>,
    failures: Failures,
}

impl Refusals {
    pub(crate) fn of(faults: &Faults) -> Self {
        Self { throttle: faults.throttle.map(Throttle::new), failures: Failures::new(&faults.failures) }
    }

    /// What is to become of a call.
    pub(crate) fn fate(
        &mut self,
        service: Service,
        operation: &str,
        account: Option<&AccountId>,
        now: DateTime<Utc>,
    ) -> Fate {
        if self.throttle.as_mut().is_some_and(|throttle| !throttle.takes(account, service, now)) {
            return Fate::Refused(throttled(service));
        }
        self.failures.next(service, operation)
    }
}
