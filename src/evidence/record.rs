//! What a run amounts to: a fold over its events, in the order of the feature files.
//!
//! Every report is made from a [`Record`] alone. It keeps all that the events say (calls with their step, times,
//! reasons) and judges nothing itself, except that it never takes a scenario for passed whose steps don't bear
//! that out, and never a run for passed of which something is missing.

mod judged;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::call::Call;
use crate::digest::Sha256;
use crate::event::{Event, EventKind, ScenarioId, ScenarioRef, ScenarioResult, Step, StepResult};
use crate::provenance::{File, RunInfo};
use crate::target::TargetInfo;
use crate::text::Known;

pub use judged::{Exit, Outcome, ScenarioCounts, StepCounts};

/// A run, finished or not.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Record {
    /// When it began; `None` before the first event.
    pub started: Option<DateTime<Utc>>,
    /// How long it took; `None`: it has not ended, or was interrupted.
    pub duration: Option<Duration>,
    /// Why it ended before all was done, as far as it could tell; `None`: it did all, or nobody knows.
    pub stopped: Option<String>,
    /// When the last event that there is was told; `None` before the first.
    pub last_event: Option<DateTime<Utc>>,
    /// Who ran it, where and from what.
    pub run: RunInfo,
    /// Where its calls went; `None`: the target was not tested yet.
    pub target: Option<TargetInfo>,
    /// How many scenarios the feature files hold, selected or not.
    pub found: usize,
    /// The selected scenarios, in the order of paths and lines.
    pub scenarios: Vec<ScenarioRecord>,
    /// The scenarios of the feature files that were not selected, in the order of paths and lines.
    pub left_out: Vec<ScenarioRef>,
    /// Calls and pauses that belong to no scenario, such as those of the target's self-test.
    pub outside: Activity,
    /// How the removal of what was left at the end went; `None`: it was not begun.
    pub clean_up: Option<CleanUp>,
    /// The texts of policies that were sent, each as it was sent.
    pub policies: BTreeMap<Sha256, String>,
    /// The files that steps read, such as those that describe an account, in the order of their paths.
    pub files: BTreeSet<File>,
    /// Events that name a scenario which was never announced: the run can't be relied on.
    pub stray_events: usize,
    /// The texts of calls and steps.
    #[serde(skip)]
    texts: Known,
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
    /// What happened after the last step, such as calls of cleaning up.
    pub later: Activity,
    /// How the removal of what it made went; `None`: it was not begun.
    pub clean_up: Option<CleanUp>,
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
    /// What it did.
    pub activity: Activity,
}

/// What was done, each in order.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Activity {
    /// Calls.
    pub calls: Vec<CallRecord>,
    /// Pauses on purpose.
    pub waits: Vec<Wait>,
}

/// A pause on purpose.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Wait {
    /// When it ended.
    pub at: DateTime<Utc>,
    /// For what.
    pub why: String,
    /// How long.
    pub duration: Duration,
}

/// How the removal of what was made went.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CleanUp {
    /// When it ended.
    pub at: DateTime<Utc>,
    /// What could not be removed, each with the reason.
    pub left: Vec<String>,
    /// How long it took.
    pub duration: Duration,
}

/// A call, and when it was answered.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CallRecord {
    /// When.
    pub at: DateTime<Utc>,
    /// The call.
    pub call: Call,
}

impl Record {
    /// Takes in the next event.
    pub fn apply(&mut self, mut event: Event) {
        let at = event.at;
        event.kind.share(&mut self.texts);
        self.last_event = Some(at);
        match event.kind {
            EventKind::RunStarted { run, scenarios, left_out } => {
                self.started = Some(at);
                self.run = *run;
                self.found = scenarios.len() + left_out.len();
                self.left_out = left_out;
                self.scenarios = scenarios.into_iter().map(ScenarioRecord::new).collect();
            }
            EventKind::TargetTested { target } => self.target = Some(target),
            EventKind::RunFinished { duration } => self.duration = Some(duration),
            EventKind::RunStopped { reason } => self.stopped = Some(reason),
            EventKind::PolicySeen { sha256, text } => {
                self.policies.insert(sha256, text);
            }
            EventKind::FileRead { file } => {
                self.files.insert(file);
            }
            EventKind::Called { scenario, call } => {
                self.activity(scenario, |it| it.calls.push(CallRecord { at, call }));
            }
            EventKind::Waited { scenario, why, duration } => {
                self.activity(scenario, |it| it.waits.push(Wait { at, why, duration }));
            }
            EventKind::CleanedUp { scenario, left, duration } => {
                let clean_up = Some(CleanUp { at, left, duration });
                match scenario {
                    Some(scenario) => self.with(scenario, |it| it.clean_up = clean_up),
                    None => self.clean_up = clean_up,
                }
            }
            EventKind::ScenarioStarted { scenario } => self.with(scenario, |it| it.started = Some(at)),
            EventKind::StepFinished { scenario, step, result, duration } => self.with(scenario, |it| {
                let activity = std::mem::take(&mut it.later);
                it.steps.push(StepRecord { step, result, duration, finished: at, activity });
            }),
            EventKind::ScenarioFinished { scenario, result, duration } => self.with(scenario, |it| {
                it.result = Some(result);
                it.duration = Some(duration);
            }),
        }
    }

    fn activity(&mut self, scenario: Option<ScenarioId>, change: impl FnOnce(&mut Activity)) {
        match scenario {
            Some(scenario) => self.with(scenario, |it| change(&mut it.later)),
            None => change(&mut self.outside),
        }
    }

    fn with(&mut self, scenario: ScenarioId, change: impl FnOnce(&mut ScenarioRecord)) {
        match self.scenarios.get_mut(scenario.0) {
            Some(record) => change(record),
            None => self.stray_events += 1,
        }
    }

    /// All calls, those of no scenario first.
    pub fn calls(&self) -> impl Iterator<Item = &CallRecord> {
        self.outside.calls.iter().chain(self.scenarios.iter().flat_map(ScenarioRecord::calls))
    }

    /// The files from which it follows what is done and expected: features, settings, controls, and what steps read.
    pub fn plan(&self) -> impl Iterator<Item = &File> {
        let run = &self.run;
        run.features.iter().chain(&run.configuration).chain(&run.control_files).chain(&self.files)
    }

    /// Whether nothing differed from the run's commit, files that steps read included; `None`: nobody knows.
    pub(crate) fn is_clean(&self) -> Option<bool> {
        let clean = self.run.commit.as_ref()?.clean?;
        Some(clean && !self.plan().any(|file| file.differs))
    }

    /// Whether it ended; one that did not was interrupted, or goes on.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.duration.is_some()
    }

    /// That it was interrupted, and why as far as it is known; `None`: it ended.
    pub(crate) fn interruption(&self) -> Option<String> {
        let known = self.stopped.as_ref().map(|reason| format!(" ({reason})"));
        (!self.is_complete()).then(|| format!("interrupted{}", known.unwrap_or_default()))
    }
}

impl FromIterator<Event> for Record {
    fn from_iter<Events: IntoIterator<Item = Event>>(events: Events) -> Record {
        let mut record = Record::default();
        events.into_iter().for_each(|event| record.apply(event));
        record
    }
}

impl<'event> FromIterator<&'event Event> for Record {
    fn from_iter<Events: IntoIterator<Item = &'event Event>>(events: Events) -> Record {
        events.into_iter().cloned().collect()
    }
}

impl ScenarioRecord {
    fn new(scenario: ScenarioRef) -> ScenarioRecord {
        ScenarioRecord {
            scenario,
            started: None,
            steps: Vec::new(),
            later: Activity::default(),
            clean_up: None,
            result: None,
            duration: None,
        }
    }

    /// All its calls, in order.
    pub fn calls(&self) -> impl Iterator<Item = &CallRecord> {
        let activities = self.steps.iter().map(|step| &step.activity).chain([&self.later]);
        activities.flat_map(|activity| &activity.calls)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use crate::call::Value;
    use crate::event::Failure;
    use crate::sample::{self, finished, run_finished, run_started, step, step_finished};

    /// A run whose scenarios end as given, each with one step that ends as given.
    #[track_caller]
    fn check(scenarios: &[(StepResult, ScenarioResult)], expected: Exit) {
        let mut events = run_started(scenarios.len()).to_vec();
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
        let [first, second] = run_started(1);
        let stepless = [first, second, finished(0, ScenarioResult::Passed), run_finished()];
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
            steps
                .map(|step| step.activity.calls.iter().map(|it| it.call.operation.as_str()).collect())
                .collect()
        };
        assert_eq!(calls(0), [vec![], vec!["PutObject", "PutObject"]]);
        assert_eq!(calls(1), [vec!["PutRolePolicy"], vec!["AssumeRole"], vec!["PutObject"], vec![]]);
    }

    #[test]
    fn what_belongs_to_no_step_or_scenario_is_kept_beside_them() {
        let record: Record = sample::everything().iter().collect();
        assert_eq!(record.outside.calls.len(), 1);
        assert_eq!(record.scenarios[1].later.calls[0].call.operation, "DeleteRolePolicy");
        assert_eq!(record.scenarios[1].clean_up.as_ref().map(|it| it.left.len()), Some(1));
        assert_eq!(record.scenarios[0].steps[1].activity.waits.len(), 1);
        assert_eq!(record.clean_up.as_ref().map(|it| it.left.len()), Some(0));
        assert_eq!(record.calls().count(), 7);
    }

    #[test]
    fn a_policy_is_found_by_the_digest_in_its_call() {
        let record: Record = sample::everything().iter().collect();
        let sent = record.calls().filter_map(|it| it.call.exchange.as_ref()).flat_map(|it| &it.parameters);
        let digests =
            sent.filter_map(|it| if let Value::Policy(digest) = &it.value { Some(digest) } else { None });
        let texts: Vec<_> = digests.map(|digest| (digest, &record.policies[digest])).collect();
        assert!(!texts.is_empty() && texts.iter().all(|(digest, text)| **digest == Sha256::of(text)));
    }

    #[test]
    fn events_survive_being_written_down() {
        for event in sample::everything() {
            let line = serde_json::to_string(&event).unwrap();
            assert_eq!(serde_json::from_str::<Event>(&line).unwrap(), event, "{line}");
        }
    }

    #[test]
    fn counts_reconcile() {
        let record: Record = sample::everything().iter().collect();
        let it = record.scenario_counts();
        let ended = it.passed + it.failed + it.inconclusive + it.skipped;
        assert_eq!(it.selected, ended + it.unfinished + it.not_begun);
        assert!(it.passed * it.failed * it.inconclusive * it.skipped * it.not_begun > 0, "{it:?}");
        let it = record.step_counts();
        let sum = it.passed + it.failed + it.inconclusive + it.undefined + it.ambiguous + it.not_run;
        assert_eq!(it.total, sum);
        assert!(
            it.passed * it.failed * it.inconclusive * it.undefined * it.ambiguous * it.not_run > 0,
            "{it:?}"
        );
    }
}
