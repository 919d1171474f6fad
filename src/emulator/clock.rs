//! The emulator's time: a base clock, moved forward on request.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

/// A clock that is shared by clones and can be moved forward.
#[derive(Clone)]
pub struct Clock {
    base: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
    moves: Arc<Mutex<Vec<Move>>>,
}

/// A move of virtual time.
#[derive(Clone, Copy)]
struct Move {
    /// When it was made, by the base clock.
    at: DateTime<Utc>,
    by: TimeDelta,
}

impl Clock {
    /// A clock over `base`, which tells real time (or a fixed one, for outputs that never differ).
    pub fn over(base: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        Self { base: Arc::new(base), moves: Arc::default() }
    }

    /// Now, in virtual time.
    pub fn now(&self) -> DateTime<Utc> {
        self.real_now() + self.moved_after(DateTime::<Utc>::MIN_UTC)
    }

    /// Now, by the base clock.
    pub fn real_now(&self) -> DateTime<Utc> {
        (self.base)()
    }

    /// Moves virtual time forward.
    pub fn advance(&self, by: std::time::Duration) {
        // A thousand years at most: beyond, dates can't be written any more.
        let by = TimeDelta::from_std(by).unwrap_or(TimeDelta::MAX).min(TimeDelta::days(365_000));
        let at = self.real_now();
        let mut moves = self.moves.lock().unwrap_or_else(PoisonError::into_inner);
        let moved = moves.iter().fold(TimeDelta::zero(), |sum, step| sum + step.by);
        moves.push(Move { at, by: by.min(TimeDelta::days(365_000) - moved) });
    }

    /// Takes all moves back.
    pub(crate) fn reset(&self) {
        self.moves.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// How much virtual time has passed since `time`, which is by the base clock.
    pub(crate) fn passed_since_real(&self, time: DateTime<Utc>) -> TimeDelta {
        self.real_now() - time + self.moved_after(time)
    }

    fn moved_after(&self, time: DateTime<Utc>) -> TimeDelta {
        let moves = self.moves.lock().unwrap_or_else(PoisonError::into_inner);
        moves.iter().filter(|step| step.at >= time).fold(TimeDelta::zero(), |sum, step| sum + step.by)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn moves_add_up_and_have_a_limit() {
        let start: DateTime<Utc> = "2026-01-02T03:04:05Z".parse().unwrap();
        let clock = Clock::over(move || start);
        clock.advance(Duration::from_hours(1));
        clock.clone().advance(Duration::from_mins(1));
        assert_eq!(clock.now() - start, TimeDelta::minutes(61));
        assert_eq!(clock.real_now(), start);
        assert_eq!(clock.passed_since_real(start), TimeDelta::minutes(61));
        assert_eq!(clock.passed_since_real(start + TimeDelta::seconds(1)), TimeDelta::seconds(-1));
        clock.advance(Duration::MAX);
        clock.advance(Duration::MAX);
        assert_eq!(clock.now() - start, TimeDelta::days(365_000));
        clock.reset();
        assert_eq!(clock.now(), start);
    }
}
