//! How what happens inside a step gets out of it: calls through the [`Recorder`] that the World holds, and
//! a failure through the error's text.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use aws_types::SdkConfig;
use chrono::{DateTime, Utc};
use evidence::{Call, Failure, File, Purpose, StepResult, Text};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use target::{AccessKey, Bystander, Ear, Place};

use crate::calls::explain;
use crate::pace::Pace;
use crate::scribe::Masks;
use crate::wire::Sent;
use crate::wiretap::{Caller, Wiretap};

/// Shorter pauses are none.
const WORTH_TELLING: Duration = Duration::from_millis(50);

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

    /// The same about a place in a file that the step names, line and column both from 1.
    #[must_use]
    pub fn in_file(mut self, path: &str, line: usize, column: usize) -> Self {
        let place = format!("{path}:{line}:{column}");
        let message = &self.failure.message;
        self.failure.message = if message.is_empty() { place } else { format!("{place}: {message}") };
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

/// Hears the calls that the run itself makes, and tells them.
pub(crate) struct Overhearing<'r> {
    recorder: &'r Recorder,
    purpose: Purpose,
}

impl Bystander for Overhearing<'_> {
    fn over(&self, configuration: SdkConfig, principal: &str) -> SdkConfig {
        match &self.recorder.tap {
            Some(tap) => tap.over_others(configuration, Caller::new(principal, self.purpose)),
            None => configuration,
        }
    }

    fn went_to(&self, place: &dyn Place) {
        self.recorder.others(|call| explain(call, place));
    }

    fn ear(&self, principal: &str) -> Option<Ear> {
        self.recorder.tap.as_ref().map(|tap| tap.ear(Caller::new(principal, Purpose::Attempt)))
    }
}

/// Collects what happens in one scenario between the ends of its steps.
#[derive(Clone, Default)]
pub(crate) struct Recorder {
    notes: Rc<RefCell<Notes>>,
    pace: Pace,
    /// `None`: nobody looks at the wire.
    tap: Option<Wiretap>,
}

#[derive(Default)]
struct Notes {
    happened: Vec<Happened>,
    /// What was sent for the calls so far, by their request ids.
    sent: Vec<(Text, Vec<Arc<Sent>>)>,
    unchecked: Option<Call>,
    /// Why the row of a table does not hold, whose other rows are looked at all the same.
    row: Option<StepError>,
    /// What calls are made for; `None`: what their kind says.
    purpose: Option<Purpose>,
}

/// What belongs to the step that ends next.
pub(crate) enum Happened {
    /// A call was answered; with what was sent for it.
    Called(Box<Call>, Vec<Arc<Sent>>),
    /// A file was read that a step names.
    FileRead(File),
    /// Time passed.
    Waited(String, Duration),
    /// What the scenario made was removed, but for these.
    CleanedUp(Vec<String>, Duration),
}

impl Recorder {
    pub(crate) fn new(pace: Pace, tap: Option<Wiretap>) -> Self {
        Self { notes: Rc::default(), pace, tap }
    }

    /// The same configuration, listened to where anybody looks.
    pub(crate) fn over(&self, configuration: SdkConfig) -> SdkConfig {
        match &self.tap {
            Some(tap) => tap.over(configuration),
            None => configuration,
        }
    }

    /// Hears what is done for `purpose` beside the steps.
    pub(crate) fn overhearing(&self, purpose: Purpose) -> Overhearing<'_> {
        Overhearing { recorder: self, purpose }
    }

    /// Remembers the secrets of a key.
    pub(crate) fn learn(&self, key: &AccessKey) {
        if let Some(tap) = &self.tap {
            tap.learn(&key.secret);
            key.session_token.iter().for_each(|token| tap.learn(token));
        }
    }

    /// Remembers another secret.
    pub(crate) fn learn_secret(&self, secret: &SecretString) {
        self.tap.iter().for_each(|tap| tap.learn(secret));
    }

    /// What takes secrets out of what was noted here.
    pub(crate) fn masks(&self) -> Masks {
        Masks(self.tap.clone())
    }

    /// What calls are made for from now on; the answer is what it was before.
    pub(crate) fn set_purpose(&self, purpose: Option<Purpose>) -> Option<Purpose> {
        std::mem::replace(&mut self.notes.borrow_mut().purpose, purpose)
    }

    /// What was sent before belongs to no call that is told.
    pub(crate) fn listen_anew(&self) {
        self.tap.iter().for_each(|tap| drop(tap.take()));
    }

    /// Now, where times are kept.
    pub(crate) fn now(&self) -> Option<DateTime<Utc>> {
        self.tap.as_ref().map(Wiretap::now)
    }

    /// Notes that nothing was done since then, where it was worth speaking of.
    pub(crate) fn waited_since(&self, began: Option<DateTime<Utc>>, why: &str) {
        if let (Some(began), Some(now)) = (began, self.now())
            && let Ok(duration) = (now - began).to_std()
            && duration >= WORTH_TELLING
        {
            self.happened(Happened::Waited(why.to_owned(), duration));
        }
    }

    pub(crate) fn happened(&self, what: Happened) {
        self.notes.borrow_mut().happened.push(what);
    }

    /// Returns when all that happened before was told.
    pub(crate) async fn caught_up(&self) {
        self.pace.caught_up().await;
    }

    /// The call with what was heard of it, which is told.
    pub(crate) fn called(&self, mut call: Call) -> Call {
        self.others(|_| {});
        let sent = self.tap.as_ref().map(Wiretap::take).unwrap_or_default();
        if let Some(purpose) = self.notes.borrow().purpose {
            call.purpose = purpose;
        }
        call.status = call.status.or(sent.last().and_then(|sent| sent.status));
        self.note_call(call.clone(), sent);
        self.pace.happened();
        call
    }

    fn note_call(&self, call: Call, sent: Vec<Arc<Sent>>) {
        let id = call.request_id.clone().filter(|_| !sent.is_empty());
        let mut notes = self.notes.borrow_mut();
        notes.sent.extend(id.map(|id| (id, sent.clone())));
        notes.happened.push(Happened::Called(Box::new(call), sent));
    }

    /// What was sent for a call that was told.
    pub(crate) fn sent_for(&self, call: &Call) -> Vec<Arc<Sent>> {
        let notes = self.notes.borrow();
        let mut all = notes.sent.iter().rev();
        let found = all.find(|(id, _)| Some(id) == call.request_id.as_ref());
        found.map(|(_, sent)| sent.clone()).unwrap_or_default()
    }

    /// Everything that was sent; no call is looked for any more.
    pub(crate) fn forget_sent(&self) -> Vec<Arc<Sent>> {
        let sent = std::mem::take(&mut self.notes.borrow_mut().sent);
        sent.into_iter().flat_map(|(_, sent)| sent).collect()
    }

    /// Notes the calls that no step made, but the run itself or a program; `explain` adds why they were answered so.
    pub(crate) fn others(&self, explain: impl Fn(&mut Call)) {
        for (mut call, sent) in self.tap.as_ref().map(Wiretap::take_others).unwrap_or_default() {
            explain(&mut call);
            self.note_call(call, sent);
        }
    }

    /// What happened since the last time.
    pub(crate) fn take(&self) -> Vec<Happened> {
        std::mem::take(&mut self.notes.borrow_mut().happened)
    }

    /// Remembers that the step that ends next does not hold, without ending its scenario.
    pub(crate) fn set_row(&self, error: StepError) {
        self.notes.borrow_mut().row = Some(error);
    }

    pub(crate) fn take_row(&self) -> Option<StepError> {
        self.notes.borrow_mut().row.take()
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
