//! What a run amounts to: a fold over its events, in the order of the feature files.
//!
//! Every report is made from a [`Record`] alone. It keeps all that the events say (calls with their step, times,
//! reasons) and judges nothing itself, except that it never takes a scenario for passed whose steps don't bear
//! that out, and never a run for passed of which something is missing.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::event::{
    Call, Event, EventKind, ScenarioId, ScenarioRef, ScenarioResult, Step, StepResult, TargetInfo,
};

/// A run, finished or not.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Record {
    /// When it began; `None` before the first event.
    pub started: Option<DateTime<Utc>>,
    /// How long it took; `None`: it has not ended, or was interrupted.
    pub duration: Option<Duration>,
    /// Where its calls went; `None` before the first event.
    pub target: Option<TargetInfo>,
    /// How many scenarios the feature files hold, selected or not.
    pub found: usize,
    /// The selected scenarios, in the order of paths and lines.
    pub scenarios: Vec<ScenarioRecord>,
    /// Events that name a scenario which was never announced: the run can't be relied on.
    pub stray_events: usize,
}

/// A selected scenario, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScenarioRecord {
    /// What it is and where it stands.
    pub scenario: ScenarioRef,
    /// When it began; `None`: it has not.
    pub started: Option<DateTime<Utc>>,
    /// Its steps as far as they were reported, in order.
    pub steps: Vec<StepRecord>,
    /// Calls after the last step, such as those of cleaning up.
    pub later_calls: Vec<CallRecord>,
    /// How it ended; `None`: it has not.
    pub result: Option<ScenarioResult>,
    /// How long it took; `None`: it has not ended.
    pub duration: Option<Duration>,
}

/// A step, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StepRecord {
    /// What it says and where.
    pub step: Step,
    /// How it ended.
    pub result: StepResult,
    /// How long it took.
    pub duration: Duration,
    /// When it ended.
    pub finished: DateTime<Utc>,
    /// The calls it made, in order.
    pub calls: Vec<CallRecord>,
}

/// A call, and when it was answered.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CallRecord {
    /// When.
    pub at: DateTime<Utc>,
    /// The call.
    pub call: Call,
}

/// What a scenario amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// All its steps held.
    Passed,
    /// A step did not hold, has no meaning, or there is none.
    Failed,
    /// A step could not tell.
    Inconclusive,
    /// It was not run, for a reason.
    Skipped,
    /// It did not end: not begun, or interrupted.
    Unfinished,
}

/// What a run amounts to; the command's exit code says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Exit {
    /// Something was run, and all of it passed.
    Passed,
    /// A scenario failed.
    Failed,
    /// None failed, but something could not tell, did not end, or nothing was run at all.
    Inconclusive,
    /// No scenario was selected.
    NothingSelected,
}

/// Scenarios by what became of them. The last five add up to `selected`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "named after the outcomes")]
pub struct ScenarioCounts {
    pub found: usize,
    pub selected: usize,
    pub passed: usize,
    pub failed: usize,
    pub inconclusive: usize,
    pub skipped: usize,
    pub unfinished: usize,
}

/// Reported steps by how they ended. The last six add up to `total`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "named after the results")]
pub struct StepCounts {
    pub total: usize,
    pub passed: usize,
    pub failed: usize,
    pub inconclusive: usize,
    pub undefined: usize,
    pub ambiguous: usize,
    pub not_run: usize,
}

impl Record {
    /// Takes in the next event.
    pub fn apply(&mut self, event: &Event) {
        match &event.kind {
            EventKind::RunStarted { target, scenarios, found } => {
                self.started = Some(event.at);
                self.target = Some(target.clone());
                self.found = *found;
                self.scenarios = scenarios.iter().cloned().map(ScenarioRecord::new).collect();
            }
            EventKind::RunFinished { duration } => self.duration = Some(*duration),
            EventKind::ScenarioStarted { scenario } => self.with(*scenario, |it| it.started = Some(event.at)),
            EventKind::Called { scenario, call } => self.with(*scenario, |it| {
                it.later_calls.push(CallRecord { at: event.at, call: call.clone() });
            }),
            EventKind::StepFinished { scenario, step, result, duration } => self.with(*scenario, |it| {
                let calls = std::mem::take(&mut it.later_calls);
                it.steps.push(StepRecord {
                    step: step.clone(),
                    result: result.clone(),
                    duration: *duration,
                    finished: event.at,
                    calls,
                });
            }),
            EventKind::ScenarioFinished { scenario, result, duration } => self.with(*scenario, |it| {
                it.result = Some(result.clone());
                it.duration = Some(*duration);
            }),
        }
    }

    fn with(&mut self, scenario: ScenarioId, change: impl FnOnce(&mut ScenarioRecord)) {
        match self.scenarios.get_mut(scenario.0) {
            Some(record) => change(record),
            None => self.stray_events += 1,
        }
    }

    /// What the run amounts to so far. A failure beats what could not tell.
    #[must_use]
    pub fn exit(&self) -> Exit {
        let counts = self.scenario_counts();
        if counts.failed > 0 {
            Exit::Failed
        } else if self.duration.is_none() || self.stray_events > 0 {
            Exit::Inconclusive
        } else if counts.selected == 0 {
            Exit::NothingSelected
        } else if counts.inconclusive > 0 || counts.unfinished > 0 || counts.passed == 0 {
            Exit::Inconclusive
        } else {
            Exit::Passed
        }
    }

    /// How many scenarios there are of each outcome.
    #[must_use]
    pub fn scenario_counts(&self) -> ScenarioCounts {
        let mut counts =
            ScenarioCounts { found: self.found, selected: self.scenarios.len(), ..Default::default() };
        for scenario in &self.scenarios {
            *match scenario.outcome() {
                Outcome::Passed => &mut counts.passed,
                Outcome::Failed => &mut counts.failed,
                Outcome::Inconclusive => &mut counts.inconclusive,
                Outcome::Skipped => &mut counts.skipped,
                Outcome::Unfinished => &mut counts.unfinished,
            } += 1;
        }
        counts
    }

    /// How many steps there are of each result.
    #[must_use]
    pub fn step_counts(&self) -> StepCounts {
        let mut counts = StepCounts::default();
        for step in self.scenarios.iter().flat_map(|scenario| &scenario.steps) {
            counts.total += 1;
            *match step.result {
                StepResult::Passed => &mut counts.passed,
                StepResult::Failed(_) => &mut counts.failed,
                StepResult::Inconclusive(_) => &mut counts.inconclusive,
                StepResult::Undefined { .. } => &mut counts.undefined,
                StepResult::Ambiguous { .. } => &mut counts.ambiguous,
                StepResult::NotRun => &mut counts.not_run,
            } += 1;
        }
        counts
    }
}

impl<'event> FromIterator<&'event Event> for Record {
    fn from_iter<Events: IntoIterator<Item = &'event Event>>(events: Events) -> Record {
        let mut record = Record::default();
        events.into_iter().for_each(|event| record.apply(event));
        record
    }
}

impl ScenarioRecord {
    fn new(scenario: ScenarioRef) -> ScenarioRecord {
        ScenarioRecord {
            scenario,
            started: None,
            steps: Vec::new(),
            later_calls: Vec::new(),
            result: None,
            duration: None,
        }
    }

    /// What it amounts to: the worse of what the harness said and what the steps say.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match &self.result {
            None => Outcome::Unfinished,
            Some(ScenarioResult::Skipped { .. }) => Outcome::Skipped,
            Some(ScenarioResult::Failed) => Outcome::Failed,
            Some(_) if self.steps.is_empty() && self.result == Some(ScenarioResult::Passed) => {
                Outcome::Failed
            }
            Some(_) if self.steps.iter().any(|step| step.result.fails()) => Outcome::Failed,
            Some(ScenarioResult::Inconclusive) => Outcome::Inconclusive,
            Some(ScenarioResult::Passed) => {
                if self.steps.iter().all(|step| step.result == StepResult::Passed) {
                    Outcome::Passed
                } else {
                    Outcome::Inconclusive
                }
            }
        }
    }
}

impl StepResult {
    /// Whether a step that ended so fails its scenario.
    #[must_use]
    pub fn fails(&self) -> bool {
        match self {
            StepResult::Failed(_) | StepResult::Undefined { .. } | StepResult::Ambiguous { .. } => true,
            StepResult::Passed | StepResult::Inconclusive(_) | StepResult::NotRun => false,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use crate::event::Failure;
    use crate::sample::{self, finished, run_finished, run_started, step, step_finished};

    /// A run whose scenarios end as given, each with one step that ends as given.
    #[track_caller]
    fn check(scenarios: &[(StepResult, ScenarioResult)], expected: Exit) {
        let mut events = vec![run_started(scenarios.len())];
        for (id, (step_result, result)) in scenarios.iter().enumerate() {
            events.push(step_finished(id, step(4, "Given", "main-user"), step_result.clone()));
            events.push(finished(id, result.clone()));
        }
        events.push(run_finished());
        assert_eq!(events.iter().collect::<Record>().exit(), expected);
    }

    fn passed() -> (StepResult, ScenarioResult) {
        (StepResult::Passed, ScenarioResult::Passed)
    }

    fn failed() -> (StepResult, ScenarioResult) {
        (StepResult::Failed(Failure::default()), ScenarioResult::Failed)
    }

    fn inconclusive() -> (StepResult, ScenarioResult) {
        (StepResult::Inconclusive(Failure::default()), ScenarioResult::Inconclusive)
    }

    fn skipped() -> (StepResult, ScenarioResult) {
        (StepResult::NotRun, ScenarioResult::Skipped { reason: "needs a clock".into() })
    }

    #[test]
    fn a_run_is_worth_its_worst_scenario() {
        check(&[passed(), passed()], Exit::Passed);
        check(&[passed(), inconclusive()], Exit::Inconclusive);
        check(&[inconclusive(), failed(), passed()], Exit::Failed);
        check(&[passed(), skipped()], Exit::Passed);
        check(&[skipped(), skipped()], Exit::Inconclusive);
        check(&[], Exit::NothingSelected);
    }

    #[test]
    fn a_scenario_does_not_pass_against_its_steps() {
        check(&[(StepResult::Failed(Failure::default()), ScenarioResult::Passed)], Exit::Failed);
        check(&[(StepResult::Undefined { similar: vec![] }, ScenarioResult::Passed)], Exit::Failed);
        check(&[(StepResult::Ambiguous { matching: vec![] }, ScenarioResult::Inconclusive)], Exit::Failed);
        check(&[(StepResult::Inconclusive(Failure::default()), ScenarioResult::Passed)], Exit::Inconclusive);
        check(&[(StepResult::NotRun, ScenarioResult::Passed)], Exit::Inconclusive);
        let stepless = [run_started(1), finished(0, ScenarioResult::Passed), run_finished()];
        assert_eq!(stepless.iter().collect::<Record>().exit(), Exit::Failed);
    }

    #[test]
    fn an_interrupted_run_does_not_pass() {
        let events = sample::passing();
        assert_eq!(events.iter().collect::<Record>().exit(), Exit::Passed);
        for end in 0..events.len() {
            assert_eq!(events[..end].iter().collect::<Record>().exit(), Exit::Inconclusive, "{end} events");
        }
    }

    #[test]
    fn a_run_with_events_of_unknown_scenarios_does_not_pass() {
        let mut events = sample::passing();
        events.insert(1, finished(99, ScenarioResult::Failed));
        assert_eq!(events.iter().collect::<Record>().exit(), Exit::Inconclusive);
    }

    #[test]
    fn calls_belong_to_the_step_that_ends_next_in_their_scenario() {
        let record: Record = sample::everything().iter().collect();
        let calls = |scenario: usize| -> Vec<Vec<&str>> {
            let steps = record.scenarios[scenario].steps.iter();
            steps.map(|step| step.calls.iter().map(|it| it.call.operation.as_str()).collect()).collect()
        };
        assert_eq!(calls(0), [vec![], vec!["PutObject"]]);
        assert_eq!(calls(1), [vec![], vec!["AssumeRole"], vec!["PutObject"], vec![]]);
    }

    #[test]
    fn counts_reconcile() {
        let record: Record = sample::everything().iter().collect();
        let it = record.scenario_counts();
        assert_eq!(it.selected, it.passed + it.failed + it.inconclusive + it.skipped + it.unfinished);
        assert!(it.passed * it.failed * it.inconclusive * it.skipped * it.unfinished > 0, "{it:?}");
        let it = record.step_counts();
        let sum = it.passed + it.failed + it.inconclusive + it.undefined + it.ambiguous + it.not_run;
        assert_eq!(it.total, sum);
        assert!(
            it.passed * it.failed * it.inconclusive * it.undefined * it.ambiguous * it.not_run > 0,
            "{it:?}"
        );
    }
}
