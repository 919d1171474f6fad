//! What a step, a hook and a scenario amount to, as statuses that no reader takes for more.

use std::io;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::event::StepResult;
use crate::record::{CleanUp, Outcome, Record, ScenarioRecord};
use crate::target::EvidenceKind;
use crate::words;

use super::{Messages, RUN, attachment, duration, earlier, one_line, timestamp};

/// How something ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Status {
    name: &'static str,
    message: Option<String>,
    /// The kind of what went wrong.
    exception: Option<&'static str>,
}

impl Status {
    pub(super) const PASSED: Status = Status { name: "PASSED", message: None, exception: None };

    fn new(name: &'static str, message: String) -> Status {
        Status { name, message: Some(message).filter(|it| !it.is_empty()), exception: None }
    }

    fn failed(exception: &'static str, message: String) -> Status {
        Status { exception: Some(exception), ..Status::new("FAILED", message) }
    }

    /// Of a step; the one on which the outcome rests says all that is known of it.
    pub(super) fn of_step(scenario: &ScenarioRecord, result: &StepResult, decides: bool) -> Status {
        let told = || {
            let details = words::details(scenario);
            if decides { details } else { String::new() }
        };
        match result {
            StepResult::Passed => Status::PASSED,
            StepResult::Failed(_) => Status::failed("AccessNotAsSpecified", told()),
            StepResult::Inconclusive(_) => Status::failed("Inconclusive", told()),
            StepResult::Undefined { .. } => Status::new("UNDEFINED", told()),
            StepResult::Ambiguous { .. } => Status::new("AMBIGUOUS", told()),
            StepResult::NotRun => Status::new("SKIPPED", String::new()),
        }
    }

    /// What a scenario amounts to beside its steps; `None`: they say all.
    pub(super) fn beside_steps(scenario: &ScenarioRecord) -> Option<(Hook, Status)> {
        let why = || words::headline(scenario);
        let told = |is_it: fn(&StepResult) -> bool| scenario.steps.iter().any(|step| is_it(&step.result));
        let status = match scenario.outcome() {
            Outcome::Passed => return None,
            Outcome::Skipped => return Some((Hook::Needs, Status::new("SKIPPED", why()))),
            Outcome::Failed if told(StepResult::fails) => return None,
            Outcome::Failed => Status::failed("FailedOutsideSteps", why()),
            Outcome::Inconclusive if told(|it| matches!(it, StepResult::Inconclusive(_))) => return None,
            Outcome::Inconclusive => Status::failed("Inconclusive", why()),
            Outcome::Unfinished | Outcome::NotBegun => Status::failed("Unfinished", why()),
        };
        Some((Hook::Outcome, status))
    }

    /// Of cleaning up; what is left behind changes no verdict, and is no success either. `None`: it did not end.
    pub(super) fn of_clean_up(clean_up: Option<&CleanUp>) -> Status {
        match clean_up.map(|it| it.left.as_slice()) {
            None => Status::new("UNKNOWN", "it did not end".to_owned()),
            Some([]) => Status::PASSED,
            Some(left) => Status::new("UNKNOWN", format!("left behind: {}", one_line(&left.join("; ")))),
        }
    }

    pub(super) fn result(&self, took: Duration) -> Value {
        let mut result = json!({ "status": self.name, "duration": duration(took) });
        let Some(parts) = result.as_object_mut() else { return result };
        if let Some(message) = &self.message {
            parts.insert("message".to_owned(), json!(message));
        }
        // Who reads an exception reads no message beside it.
        if let Some(kind) = self.exception {
            let message = self.message.as_deref().unwrap_or_default();
            parts.insert(
                "exception".to_owned(),
                json!({ "type": kind, "message": message, "stackTrace": message }),
            );
        }
        result
    }
}

/// What is done beside the steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hook {
    /// The target shows what its verdicts are worth.
    SelfTest,
    /// A scenario finds what it needs, or is skipped.
    Needs,
    /// What a scenario made is removed.
    CleanUp,
    /// A scenario amounts to what its steps don't say.
    Outcome,
    /// What is left of all scenarios is removed.
    LastCleanUp,
}

impl Hook {
    pub(super) const ALL: [Hook; 5] =
        [Hook::SelfTest, Hook::Needs, Hook::CleanUp, Hook::Outcome, Hook::LastCleanUp];

    pub(super) fn id(self) -> &'static str {
        self.words().0
    }

    pub(super) fn message(self) -> Value {
        let (id, name, kind) = self.words();
        json!({ "id": id, "name": name, "type": kind, "sourceReference": { "uri": "rolecall" } })
    }

    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Hook::SelfTest => ("hook-self-test", "the target's self-test", "BEFORE_TEST_RUN"),
            Hook::Needs => ("hook-needs", "what the scenario needs", "BEFORE_TEST_CASE"),
            Hook::CleanUp => ("hook-clean-up", "clean-up", "AFTER_TEST_CASE"),
            Hook::Outcome => ("hook-outcome", "the outcome", "AFTER_TEST_CASE"),
            Hook::LastCleanUp => ("hook-last-clean-up", "clean-up after all scenarios", "AFTER_TEST_RUN"),
        }
    }
}

/// The self-test with what the verdicts are worth; nothing where it was not begun.
pub(super) fn self_test(messages: &mut Messages<'_>, record: &Record) -> io::Result<()> {
    let Some(target) = &record.target else { return Ok(()) };
    let standing = words::standing(record);
    let status = match target.evidence() {
        EvidenceKind::Unproven if target.accepted_unproven => Status::new("UNKNOWN", standing.clone()),
        EvidenceKind::Unproven => Status::failed("Unproven", standing.clone()),
        _ => Status::PASSED,
    };
    let at = words::started(record);
    let place = begin(messages, Hook::SelfTest, at)?;
    attachment::log(messages, &place, &format!("evidence: {standing}"), at)?;
    attachment::activity(messages, &place, &record.outside)?;
    end(messages, place, &status, Duration::ZERO, at)
}

/// The removal of what was left of all scenarios; nothing where it was not begun.
pub(super) fn last_clean_up(messages: &mut Messages<'_>, record: &Record) -> io::Result<()> {
    let Some(clean_up) = &record.clean_up else { return Ok(()) };
    let place = begin(messages, Hook::LastCleanUp, earlier(clean_up.at, clean_up.duration))?;
    let status = Status::of_clean_up(Some(clean_up));
    end(messages, place, &status, clean_up.duration, clean_up.at)
}

/// Begins a hook of the run; returns what its messages name it by.
fn begin(messages: &mut Messages<'_>, hook: Hook, at: DateTime<Utc>) -> io::Result<Value> {
    let id = format!("run-{}", hook.id());
    let began = json!({ "id": id, "testRunStartedId": RUN, "hookId": hook.id(), "timestamp": timestamp(at) });
    messages.put("testRunHookStarted", began)?;
    Ok(json!({ "testRunHookStartedId": id }))
}

fn end(
    messages: &mut Messages<'_>,
    mut place: Value,
    status: &Status,
    took: Duration,
    at: DateTime<Utc>,
) -> io::Result<()> {
    if let Some(parts) = place.as_object_mut() {
        parts.insert("result".to_owned(), status.result(took));
        parts.insert("timestamp".to_owned(), timestamp(at));
    }
    messages.put("testRunHookFinished", place)
}
