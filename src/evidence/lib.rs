//! What happened in a run, as events, and how each output spells it.
//!
//! The harness produces [`Event`]s as things happen; every output is a fold over them.

pub mod console;
mod event;
mod record;
#[cfg(test)]
mod sample;

pub use event::{
    Call, Event, EventKind, Explanation, Failure, ScenarioId, ScenarioRef, ScenarioResult, Span, Step,
    StepResult, TargetInfo, Verdict,
};
pub use record::{CallRecord, Exit, Outcome, Record, ScenarioCounts, ScenarioRecord, StepCounts, StepRecord};
