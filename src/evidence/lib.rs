//! What happened in a run, as events, and how each output spells it.
//!
//! The harness produces [`Event`]s as things happen; every output is a fold over them.

mod asff;
mod call;
mod compliance;
pub mod console;
mod controls;
mod digest;
mod event;
mod files;
mod findings;
mod format;
mod github;
#[cfg(test)]
mod golden;
mod grounds;
mod html;
mod in_toto;
pub mod integrity;
mod journal;
mod json;
mod junit;
mod messages;
mod ocsf;
mod oscal;
mod provenance;
mod record;
#[cfg(test)]
mod sample;
mod sarif;
mod target;
mod text;
mod texts;
mod words;

pub use call::{Attempt, Call, Exchange, Explanation, Origin, Parameter, Purpose, Value, Verdict, Withheld};
pub use controls::{ControlFinding, ControlRef, ControlRow, TAG_PREFIX};
pub use digest::{NoDigest, Sha256};
pub use event::{Event, EventKind, Failure, ScenarioId, ScenarioRef, ScenarioResult, Span, Step, StepResult};
pub use files::{Content, Files};
pub use findings::{FindingRule, FindingText, Findings, Level};
pub use format::{Format, Hub, RenderError, RenderOptions, render, render_files};
pub use journal::{BrokenJournal, Journal, JournalWriter};
pub use provenance::{Commit, Conformance, ControlText, File, Host, RunInfo, Setting, Tool, Who};
pub use record::{
    Activity, CallRecord, CleanUp, Exit, Outcome, Record, ScenarioCounts, ScenarioRecord, StepCounts,
    StepRecord, Wait,
};
pub use target::{EvidenceKind, SelfTest, TargetInfo, TargetKind, Tested};
pub use text::Text;
