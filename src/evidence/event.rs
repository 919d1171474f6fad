//! The events of a run, in the order in which they happen. `harness` makes them; the outputs fold over them.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::digest::Sha256;
use crate::provenance::{File, RunInfo};
use crate::target::TargetInfo;
use crate::text::Text;

/// Something that happened, and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// UTC, by the run's clock.
    pub at: DateTime<Utc>,
    /// What happened.
    #[serde(rename = "event")]
    pub kind: EventKind,
}

/// Scenarios run side by side, so the events of different scenarios interleave; each names its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum EventKind {
    /// The first event.
    RunStarted {
        /// Who runs it, where and from what.
        run: Box<RunInfo>,
        /// Every scenario that was selected, in the order of paths and lines.
        scenarios: Vec<ScenarioRef>,
        /// The other scenarios of the feature files, in the same order: nothing is known of them but that they are there.
        left_out: Vec<ScenarioRef>,
    },
    /// The target has shown what its verdicts are worth; no scenario begins before.
    TargetTested {
        /// Where the calls go, and what its verdicts are worth.
        target: TargetInfo,
    },
    /// A scenario begins.
    ScenarioStarted {
        /// Which.
        scenario: ScenarioId,
    },
    /// A policy is in use whose text was not told before in this run.
    PolicySeen {
        /// Of the text.
        sha256: Sha256,
        /// As it was sent, letter by letter.
        text: String,
    },
    /// A step read a file that was not told before in this run as it is now, such as one that describes an account.
    FileRead {
        /// Which, and its digest.
        file: File,
    },
    /// A call was made and answered; it belongs to the step that finishes next in its scenario.
    Called {
        /// In which scenario; `None`: in none, as in the target's self-test.
        scenario: Option<ScenarioId>,
        /// The call.
        call: Call,
    },
    /// Nothing was done for a while, on purpose; it belongs to the step that finishes next in its scenario.
    Waited {
        /// In which scenario; `None`: in none.
        scenario: Option<ScenarioId>,
        /// For what.
        why: String,
        /// How long, by the run's clock.
        duration: Duration,
    },
    /// What was made was removed, or not.
    CleanedUp {
        /// What this scenario made; `None`: what was left of all of them.
        scenario: Option<ScenarioId>,
        /// What could not be removed, each with the reason.
        left: Vec<String>,
        /// How long it took.
        duration: Duration,
    },
    /// A step ended. Steps after one that did not pass are reported as `NotRun`.
    StepFinished {
        /// In which scenario.
        scenario: ScenarioId,
        /// The step.
        step: Step,
        /// How it ended.
        result: StepResult,
        /// How long it took.
        duration: Duration,
    },
    /// A scenario ended.
    ScenarioFinished {
        /// Which.
        scenario: ScenarioId,
        /// How it ended.
        result: ScenarioResult,
        /// How long it took.
        duration: Duration,
    },
    /// The run ends before all was done: its target could not be had, or somebody stopped it. What follows was removed or called
    /// then.
    RunStopped {
        /// Why.
        reason: String,
    },
    /// The last event of a run that did all it was to do.
    RunFinished {
        /// How long the run took.
        duration: Duration,
    },
}

/// A scenario's place in `RunStarted::scenarios`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ScenarioId(pub usize);

/// A scenario, as people find it. An example of an outline is a scenario of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScenarioRef {
    /// The feature file, as given on the command line or found below it.
    pub path: String,
    /// The feature's name.
    pub feature: String,
    /// The rule it stands in.
    pub rule: Option<String>,
    /// Its name; for an outline's example with the values filled in.
    pub name: String,
    /// The line of its keyword, or of the example's row, from 1.
    pub line: usize,
    /// Its tags without `@`, inherited ones included.
    pub tags: Vec<String>,
}

/// A step as it stands in the file, with outline values filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// `Given`, `When`, `Then`, `And`, `But` or `*`, as written.
    pub keyword: Text,
    /// The text after the keyword.
    pub text: Text,
    /// Where it stands.
    pub span: Span,
    /// The line of the file as it is written there.
    pub source_line: Text,
}

/// A place in a file of features.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// In characters.
    pub length: usize,
}

/// How a step ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "camelCase")]
pub enum StepResult {
    /// It held.
    Passed,
    /// What it expects does not hold, or what it says can't be done.
    Failed(Failure),
    /// It could not tell (timeout, throttling, a target that does not enforce): never a pass.
    Inconclusive(Failure),
    /// No step definition matches: the run fails.
    Undefined {
        /// Step definitions with similar words, best first.
        similar: Vec<String>,
    },
    /// Several step definitions match: the run fails.
    Ambiguous {
        /// The definitions that match.
        matching: Vec<String>,
    },
    /// A step before it did not pass.
    NotRun,
}

/// Why a step did not pass.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// A few words beside the caret, such as `denied by policy` or `was allowed`.
    pub label: String,
    /// One sentence more: what was expected and what happened. May be empty where `call` says it all.
    pub message: String,
    /// The call on which the verdict rests.
    pub call: Option<Box<Call>>,
    /// What to do about it, where we know.
    pub help: Option<String>,
}

/// How a scenario ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "camelCase")]
pub enum ScenarioResult {
    /// Every step passed, and there was at least one.
    Passed,
    /// A step failed, or is undefined or ambiguous, or there is none.
    Failed,
    /// A step could not tell.
    Inconclusive,
    /// It was not run, because it needs what is not there.
    Skipped {
        /// What is missing.
        reason: String,
    },
}
