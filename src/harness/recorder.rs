//! How what happens inside a step gets out of it: calls through the [`Recorder`] that the World holds, and
//! a failure through the error's text.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use evidence::{Call, Failure, StepResult};
use serde::{Deserialize, Serialize};

use crate::pace::Pace;

/// Why a step does not pass.
///
/// cucumber turns a step's `Err` into the text of a panic, which is the only way out; so its `Display` is
/// JSON, which the run reads back.
#[derive(Debug, Serialize, Deserialize)]
pub struct StepError {
    pub(crate) kind: ErrorKind,
    pub(crate) failure: Failure,
    pub(crate) place: Option<InDocString>,
}

/// What a step that does not pass says of its scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ErrorKind {
    /// What the step expects does not hold, or what it says can't be done.
    Failed,
    /// It could not tell.
    Inconclusive,
}

/// A place in a step's doc string, as the step was given it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct InDocString {
    /// From 1: what stands behind the opening quotes is the first line.
    pub(crate) line: usize,
    /// In characters, from 1.
    pub(crate) column: usize,
}

impl StepError {
    /// A failure that no call explains.
    pub fn failed(label: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Failed, label.into(), message.into())
    }

    /// Whether it rests on a call that was refused for lack of permission.
    pub fn is_denial(&self) -> bool {
        self.failure.call.as_ref().is_some_and(|call| call.verdict == evidence::Verdict::Denied)
    }

    /// It could not tell, for the reason in `message`.
    pub fn inconclusive(label: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Inconclusive, label.into(), message.into())
    }

    fn new(kind: ErrorKind, label: String, message: String) -> Self {
        Self { kind, failure: Failure { label, message, ..Failure::default() }, place: None }
    }

    /// The same with advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.failure.help = Some(help.into());
        self
    }

    /// The same with the call on which it rests.
    #[must_use]
    pub fn on(mut self, call: &Call) -> Self {
        self.failure.call = Some(Box::new(call.clone()));
        self
    }

    /// The same about a place in the step's doc string: its line, where what stands behind the opening quotes is
    /// the first, and the column in characters, both from 1.
    #[must_use]
    pub fn in_doc_string(mut self, line: usize, column: usize) -> Self {
        self.place = Some(InDocString { line, column });
        self
    }

    /// The same with other words beside the caret.
    #[must_use]
    pub fn labelled(mut self, label: impl Into<String>) -> Self {
        self.failure.label = label.into();
        self
    }

    /// What the service said about the call on which it rests.
    pub fn service_message(&self) -> Option<&str> {
        self.failure.call.as_ref()?.message.as_deref()
    }

    /// The call of this error, which makes `label` and `message` impossible to tell.
    #[must_use]
    pub fn undermines(mut self, label: impl Into<String>, message: impl Into<String>) -> Self {
        self.kind = ErrorKind::Inconclusive;
        self.failure.label = label.into();
        self.failure.message = message.into();
        self
    }

    /// Reads an error back from the text of a panic; a text of another kind is a step that panicked.
    pub(crate) fn from_panic(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_else(|_| Self::failed("the step panicked", text))
    }

    /// What it makes of the step.
    pub(crate) fn into_result(self) -> StepResult {
        match self.kind {
            ErrorKind::Failed => StepResult::Failed(self.failure),
            ErrorKind::Inconclusive => StepResult::Inconclusive(self.failure),
        }
    }
}

impl fmt::Display for StepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl std::error::Error for StepError {}

impl From<target::TargetError> for StepError {
    fn from(error: target::TargetError) -> Self {
        Self::inconclusive("could not be tried", error.to_string())
    }
}

/// Collects the calls of one scenario between its steps.
#[derive(Clone, Default)]
pub(crate) struct Recorder {
    notes: Rc<RefCell<Notes>>,
    pace: Pace,
}

#[derive(Default)]
struct Notes {
    calls: Vec<Call>,
    unchecked: Option<Call>,
}

impl Recorder {
    pub(crate) fn new(pace: Pace) -> Self {
        Self { notes: Rc::default(), pace }
    }

    /// Returns when all that happened before was told.
    pub(crate) async fn caught_up(&self) {
        self.pace.caught_up().await;
    }

    pub(crate) fn called(&self, call: Call) {
        self.notes.borrow_mut().calls.push(call);
    }

    /// The calls since the last time.
    pub(crate) fn take_calls(&self) -> Vec<Call> {
        std::mem::take(&mut self.notes.borrow_mut().calls)
    }

    /// Remembers an attempt that was refused, until a step has said what it expects of it.
    pub(crate) fn set_unchecked(&self, call: Option<Call>) {
        self.notes.borrow_mut().unchecked = call;
    }

    /// The refused attempt that no step has looked at.
    pub(crate) fn unchecked(&self) -> Option<Call> {
        self.notes.borrow().unchecked.clone()
    }
}
