//! How far a run is, for a line that a terminal shows while it lasts.

use std::collections::BTreeSet;

use crate::event::{Event, EventKind, ScenarioId, ScenarioResult};

/// A fold over the events of a run.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    /// Scenarios that ended, skipped ones included.
    pub done: usize,
    /// Scenarios that were selected.
    pub total: usize,
    /// Scenarios that failed.
    pub failed: usize,
    /// Scenarios that could not tell.
    pub inconclusive: usize,
    names: Vec<String>,
    running: BTreeSet<ScenarioId>,
}

impl Progress {
    /// Takes in the next event.
    pub fn apply(&mut self, event: &Event) {
        match &event.kind {
            EventKind::RunStarted { scenarios, .. } => {
                self.total = scenarios.len();
                self.names =
                    scenarios.iter().map(|it| super::text::harmless(&it.name).into_owned()).collect();
            }
            EventKind::ScenarioStarted { scenario } => {
                self.running.insert(*scenario);
            }
            EventKind::ScenarioFinished { scenario, result, .. } => {
                self.running.remove(scenario);
                self.done += 1;
                match result {
                    ScenarioResult::Failed => self.failed += 1,
                    ScenarioResult::Inconclusive => self.inconclusive += 1,
                    ScenarioResult::Passed | ScenarioResult::Skipped { .. } => {}
                }
            }
            EventKind::TargetTested { .. }
            | EventKind::PolicySeen { .. }
            | EventKind::FileRead { .. }
            | EventKind::Called { .. }
            | EventKind::Waited { .. }
            | EventKind::CleanedUp { .. }
            | EventKind::StepFinished { .. } => {}
            EventKind::RunStopped { .. } | EventKind::RunFinished { .. } => self.running.clear(),
        }
    }

    /// The first of the scenarios that run right now, on one line.
    #[must_use]
    pub fn current(&self) -> Option<&str> {
        let first = self.running.first()?;
        self.names.get(first.0).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{finished, run_finished, run_started, started};

    #[test]
    fn counts_what_is_done_and_names_what_runs() {
        let mut progress = Progress::default();
        let mut check = |event: Event, expected: (usize, usize, usize), current: Option<&str>| {
            progress.apply(&event);
            let counts = (progress.done, progress.failed, progress.inconclusive);
            assert_eq!((progress.total, counts, progress.current()), (3, expected, current), "{event:?}");
        };
        run_started(3).into_iter().for_each(|event| check(event, (0, 0, 0), None));
        check(started(1), (0, 0, 0), Some("scenario 1"));
        check(started(0), (0, 0, 0), Some("scenario 0"));
        check(finished(0, ScenarioResult::Failed), (1, 1, 0), Some("scenario 1"));
        check(finished(1, ScenarioResult::Inconclusive), (2, 1, 1), None);
        check(started(2), (2, 1, 1), Some("scenario 2"));
        check(finished(2, ScenarioResult::Passed), (3, 1, 1), None);
        check(run_finished(), (3, 1, 1), None);
    }
}
