//! What a run, its scenarios and its steps amount to, and how many there are of each.

use serde::Serialize;

use super::{Record, ScenarioRecord};
use crate::event::{ScenarioResult, StepResult};

/// What a scenario amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
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
    /// It began and did not end.
    Unfinished,
    /// It did not begin before the run ended.
    NotBegun,
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

/// Scenarios by what became of them. The last six add up to `selected`.
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
    pub not_begun: usize,
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
        } else if counts.inconclusive + counts.unfinished + counts.not_begun > 0 || counts.passed == 0 {
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
                Outcome::NotBegun => &mut counts.not_begun,
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

impl ScenarioRecord {
    /// What it amounts to: the worse of what the harness said and what the steps say.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match &self.result {
            // Whatever was told of it, it began.
            None if self.started.is_none() && self.steps.is_empty() => Outcome::NotBegun,
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
