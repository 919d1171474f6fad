//! A scenario as it was run: the test case, its steps and hooks, and how each ended.

use std::io;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::event::StepResult;
use crate::record::{Activity, Record, ScenarioRecord};
use crate::words;

use super::outcome::{Hook, Status};
use super::{Messages, RUN, attachment, document, earlier, last, later, timestamp};

/// A step or a hook of a test case.
struct Part<'record> {
    id: String,
    /// What the test case says of it.
    declared: Value,
    activity: Option<&'record Activity>,
    status: Status,
    duration: Duration,
    finished: DateTime<Utc>,
}

pub(super) fn write(
    messages: &mut Messages<'_>,
    record: &Record,
    index: usize,
    scenario: &ScenarioRecord,
) -> io::Result<()> {
    let first = scenario.steps.first().map(|step| step.finished);
    let began = scenario.started.or(first).unwrap_or_else(|| last(record));
    let ended = scenario.duration.map_or_else(|| last(record), |duration| later(began, duration));
    let parts = parts(index, scenario, began, ended);
    let declared: Vec<&Value> = parts.iter().map(|part| &part.declared).collect();
    let (case, started) = (format!("case-{index}"), format!("case-{index}-started"));
    messages.put(
        "testCase",
        json!({ "id": case, "testRunStartedId": RUN, "pickleId": document::pickle_id(index), "testSteps": declared }),
    )?;
    messages.put(
        "testCaseStarted",
        json!({ "id": started, "testCaseId": case, "attempt": 0, "timestamp": timestamp(began) }),
    )?;
    for part in &parts {
        write_part(messages, &started, part)?;
    }
    messages.put(
        "testCaseFinished",
        json!({ "testCaseStartedId": started, "timestamp": timestamp(ended), "willBeRetried": false }),
    )
}

fn write_part(messages: &mut Messages<'_>, started: &str, part: &Part<'_>) -> io::Result<()> {
    let place = json!({ "testCaseStartedId": started, "testStepId": part.id });
    let at = |time| {
        let mut message = place.clone();
        message.as_object_mut().map(|parts| parts.insert("timestamp".to_owned(), timestamp(time)));
        message
    };
    messages.put("testStepStarted", at(earlier(part.finished, part.duration)))?;
    if let Some(activity) = part.activity {
        attachment::activity(messages, &place, activity)?;
    }
    let mut finished = at(part.finished);
    let result = part.status.result(part.duration);
    finished.as_object_mut().map(|parts| parts.insert("testStepResult".to_owned(), result));
    messages.put("testStepFinished", finished)
}

fn parts(
    index: usize,
    scenario: &ScenarioRecord,
    began: DateTime<Utc>,
    ended: DateTime<Utc>,
) -> Vec<Part<'_>> {
    let hook = |hook: Hook, status: Status, finished: DateTime<Utc>| {
        let id = format!("case-{index}-{}", hook.id());
        let declared = json!({ "id": id, "hookId": hook.id() });
        Part { id, declared, activity: None, status, duration: Duration::ZERO, finished }
    };
    let (mut before, mut after) = (Vec::new(), Vec::new());
    match Status::beside_steps(scenario) {
        Some((Hook::Needs, status)) => before.push(hook(Hook::Needs, status, began)),
        Some((kind, status)) => after.push(hook(kind, status, ended)),
        None => {}
    }
    let later = &scenario.later;
    if scenario.clean_up.is_some() || !later.calls.is_empty() || !later.waits.is_empty() {
        let clean_up = scenario.clean_up.as_ref();
        let status = Status::of_clean_up(clean_up);
        let mut part = hook(Hook::CleanUp, status, clean_up.map_or(ended, |it| it.at));
        part.activity = Some(later);
        part.duration = clean_up.map_or(Duration::ZERO, |it| it.duration);
        after.insert(0, part);
    }
    before.into_iter().chain(steps(index, scenario)).chain(after).collect()
}

fn steps(index: usize, scenario: &ScenarioRecord) -> impl Iterator<Item = Part<'_>> {
    let deciding = words::deciding_step(scenario);
    scenario.steps.iter().enumerate().map(move |(number, step)| {
        let id = format!("case-{index}-step-{number}");
        let pickle = document::pickle_step_id(index, number);
        let decides = deciding.is_some_and(|deciding| std::ptr::eq(deciding, step));
        let declared = match &step.result {
            // No definition matches. Which one matched is not in the record.
            StepResult::Undefined { .. } => {
                json!({ "id": id, "pickleStepId": pickle, "stepDefinitionIds": [] })
            }
            _ => json!({ "id": id, "pickleStepId": pickle }),
        };
        Part {
            declared,
            id,
            activity: Some(&step.activity),
            status: Status::of_step(scenario, &step.result, decides),
            duration: step.duration,
            finished: step.finished,
        }
    })
}
