//! A scenario as it ended: one line if it passed, and why not otherwise.

use std::borrow::Cow;

use crate::call::{Call, Explanation, Purpose, Verdict};
use crate::event::{Failure, ScenarioRef, ScenarioResult, Step, StepResult};
use crate::record::{Outcome, ScenarioRecord, StepRecord};

use super::page::{Detail, Page, Prefix, human};
use super::paint::Ink;
use super::text::{clip, columns, harmless, wrap};

/// The columns of a status and the gap behind it.
const STATUS: usize = 6;

/// The lines of a scenario; none if it is not worth a mention.
pub(crate) fn scenario(page: &Page, indent: usize, record: &ScenarioRecord) -> Vec<String> {
    let outcome = record.outcome();
    if page.detail == Detail::Quiet && matches!(outcome, Outcome::Passed | Outcome::Skipped) {
        return Vec::new();
    }
    let (ink, word) = status(outcome);
    let name = name_of(&record.scenario);
    let duration = match outcome {
        Outcome::Skipped => String::new(),
        _ => record.duration.map(human).unwrap_or_default(),
    };
    let mut lines = page.spread(&status_prefix(page, indent, ink, word), (Ink::Plain, &name), &duration);
    lines.extend(body(page, indent + STATUS, record));
    lines
}

/// The name, or what stands for it where there is none.
pub(crate) fn name_of(scenario: &ScenarioRef) -> Cow<'_, str> {
    match scenario.name.trim() {
        "" => Cow::Owned(format!("(no name, line {})", scenario.line)),
        name => Cow::Borrowed(name),
    }
}

fn status(outcome: Outcome) -> (Ink, &'static str) {
    match outcome {
        Outcome::Passed => (Ink::Passed, "ok"),
        Outcome::Failed => (Ink::Failed, "FAIL"),
        Outcome::Inconclusive => (Ink::Inconclusive, "????"),
        Outcome::Skipped => (Ink::Skipped, "skip"),
        Outcome::Unfinished | Outcome::NotBegun => (Ink::Inconclusive, "----"),
    }
}

fn status_prefix(page: &Page, indent: usize, ink: Ink, word: &str) -> Prefix {
    let gap = STATUS.saturating_sub(columns(word));
    let painted = format!("{:indent$}{}{:gap$}", "", page.paint(ink, word), "");
    Prefix { painted, columns: indent + STATUS }
}

fn body(page: &Page, indent: usize, record: &ScenarioRecord) -> Vec<String> {
    if let Some(ScenarioResult::Skipped { reason }) = &record.result {
        return page.paragraph(indent, reason);
    }
    let mut lines = Vec::new();
    let mut explained = false;
    let verdicts = if page.detail == Detail::Verbose { indent + STATUS } else { indent };
    for step in &record.steps {
        if page.detail == Detail::Verbose {
            lines.extend(step_with_calls(page, indent, step));
        }
        let verdict = not_passed(page, verdicts, &record.scenario.path, step);
        explained |= !verdict.is_empty();
        lines.extend(verdict);
    }
    if !explained {
        lines.extend(unexplained(record).iter().flat_map(|reason| page.paragraph(indent, reason)));
    }
    lines
}

/// What to say where no step says it.
fn unexplained(record: &ScenarioRecord) -> Option<&'static str> {
    match record.outcome() {
        Outcome::Failed if record.steps.is_empty() => Some("it has no steps, so it shows nothing"),
        Outcome::Failed => Some("it failed outside its steps"),
        Outcome::Inconclusive => Some("it could not tell, outside its steps"),
        Outcome::Passed | Outcome::Skipped | Outcome::Unfinished | Outcome::NotBegun => None,
    }
}

fn step_with_calls(page: &Page, indent: usize, record: &StepRecord) -> Vec<String> {
    let (ink, word) = match &record.result {
        StepResult::Passed => (Ink::Passed, "ok"),
        StepResult::Inconclusive(_) => (Ink::Inconclusive, "????"),
        StepResult::NotRun => (Ink::Skipped, "----"),
        _ => (Ink::Failed, "FAIL"),
    };
    let duration = if record.result == StepResult::NotRun { String::new() } else { human(record.duration) };
    let words = words_of(&record.step);
    let mut lines = page.spread(&status_prefix(page, indent, ink, word), (Ink::Plain, &words), &duration);
    let explained = failure(&record.result).and_then(|it| it.call.as_deref());
    for call in record.activity.calls.iter().map(|it| &it.call).filter(|call| Some(*call) != explained) {
        lines.extend(page.phrase(indent + STATUS, &subject_words(&subject(call), call)));
        lines.extend(page.labelled(indent + STATUS, (Ink::Aside, "by"), &call.principal));
        lines.extend(page.labelled(indent + STATUS, (Ink::Aside, "got"), &answer(call)));
    }
    lines
}

fn words_of(step: &Step) -> String {
    format!("{} {}", step.keyword.trim(), step.text)
}

fn failure(result: &StepResult) -> Option<&Failure> {
    match result {
        StepResult::Failed(failure) | StepResult::Inconclusive(failure) => Some(failure),
        _ => None,
    }
}

/// Where a step stands and why it did not pass; nothing for one that did, or was not run.
fn not_passed(page: &Page, indent: usize, path: &str, record: &StepRecord) -> Vec<String> {
    let step = &record.step;
    match &record.result {
        StepResult::Passed | StepResult::NotRun => Vec::new(),
        StepResult::Failed(it) => {
            let mut lines = place(page, indent, path, step, (Ink::Failed, &it.label));
            lines.extend(reasons(page, indent, it));
            lines
        }
        StepResult::Inconclusive(it) => {
            let mut lines = place(page, indent, path, step, (Ink::Inconclusive, &it.label));
            lines.extend(reasons(page, indent, it));
            lines
        }
        StepResult::Undefined { similar } => {
            let mut lines = place(page, indent, path, step, (Ink::Failed, "no step matches"));
            let intro = if similar.is_empty() { "no known step comes near" } else { "the nearest are:" };
            lines.extend(definitions(page, indent, intro, similar));
            lines
        }
        StepResult::Ambiguous { matching } => {
            let label = format!("{} steps match", matching.len());
            let mut lines = place(page, indent, path, step, (Ink::Failed, &label));
            lines.extend(definitions(page, indent, "they are:", matching));
            lines
        }
    }
}

fn definitions(page: &Page, indent: usize, intro: &str, definitions: &[String]) -> Vec<String> {
    let mut lines = page.paragraph(indent, intro);
    lines.extend(definitions.iter().flat_map(|it| page.paragraph(indent + 2, it)));
    lines
}

/// The path, the line as it is written, and a caret below the step. What the line does not show (the values of an
/// outline, or what is beyond the page) follows.
fn place(page: &Page, indent: usize, path: &str, step: &Step, label: (Ink, &str)) -> Vec<String> {
    let room = page.columns().saturating_sub(indent + 4).max(1);
    let span = step.span;
    let whole = step.source_line.trim_end();
    let measure = |from: usize, count: usize| -> usize {
        let part: String = whole.chars().skip(from).take(count).collect();
        columns(&harmless(&part))
    };
    let column = span.column.saturating_sub(1);
    // Of a long line, the part that matters.
    let skipped = if measure(0, column + span.length.min(room / 2)) <= room {
        0
    } else {
        column.saturating_sub(room / 3)
    };
    let shown: String = whole.chars().skip(skipped).collect();
    let ellipsis = if skipped > 0 { "…" } else { "" };
    let source = format!("{ellipsis}{}", harmless(&shown));
    let before = (columns(ellipsis) + measure(skipped, column - skipped)).min(room - 1);
    let carets = measure(column, span.length).clamp(1, room - before);

    let gutter = page.paint(Ink::Aside, &format!("{:indent$}  |", ""));
    let number = page.paint(Ink::Aside, &format!("{:>width$} |", span.line, width = indent + 1));
    let underline = page.paint(label.0, &"^".repeat(carets));
    let beside = before + carets + 1 + columns(label.1) <= room;
    let location = format!("{path}:{}:{}", span.line, span.column);

    let mut lines = page.phrase(indent, &[&location]);
    lines.push(gutter.clone());
    lines.push(format!("{number} {}", clip(&source, room)));
    let mut marked = format!("{gutter} {:before$}{underline}", "");
    if beside && !label.1.is_empty() {
        marked.push(' ');
        marked.push_str(&page.paint(label.0, &harmless(label.1)));
    }
    lines.push(marked);
    if !beside {
        let labels = wrap(label.1, room.saturating_sub(before).max(10));
        lines.extend(labels.iter().map(|it| format!("{gutter} {:before$}{}", "", page.paint(label.0, it))));
    }
    lines.push(gutter);
    if columns(&source) > room || !step.source_line.contains(step.text.as_str()) {
        lines.extend(page.labelled(indent, (Ink::Aside, "step"), &words_of(step)));
    }
    lines
}

fn reasons(page: &Page, indent: usize, failure: &Failure) -> Vec<String> {
    let mut lines = page.paragraph(indent, &failure.message);
    if let Some(call) = &failure.call {
        // An explained denial says more than `AccessDenied` and its message, where it is called one.
        let code_is_told = failure.label == DENIED && call.explanation.is_some();
        lines.extend(call_in_full(page, indent, call, code_is_told));
    }
    if let Some(help) = &failure.help {
        lines.extend(page.labelled(indent, (Ink::Help, "help"), help));
    }
    lines
}

/// The label of a refusal that its explanation says all of.
const DENIED: &str = "denied by policy";

fn call_in_full(page: &Page, indent: usize, call: &Call, code_is_told: bool) -> Vec<String> {
    let aside = |label: &'static str| (Ink::Aside, label);
    let mut lines = page.phrase(indent, &subject_words(&subject(call), call));
    lines.extend(page.labelled(indent, aside("by"), &call.principal));
    if !code_is_told || page.detail == Detail::Verbose {
        lines.extend(page.labelled(indent, aside("got"), &answer(call)));
    }
    // Why a call was let through is beside the point where it then failed for another reason.
    let decided =
        matches!(call.verdict, Verdict::Allowed | Verdict::Denied) || page.detail == Detail::Verbose;
    if let Some(explanation) = call.explanation.as_ref().filter(|_| decided) {
        lines.extend(explained(page, indent, explanation));
    }
    if let (Detail::Verbose, Some(id)) = (page.detail, &call.request_id) {
        lines.extend(page.labelled(indent, aside("id"), id));
    }
    lines
}

/// What decided, and what came near.
pub(super) fn explained(page: &Page, indent: usize, explanation: &Explanation) -> Vec<String> {
    let mut lines = page.labelled(indent, (Ink::Aside, "why"), &explanation.why);
    for near in &explanation.near {
        lines.extend(page.labelled(indent, (Ink::Aside, "near"), near));
    }
    lines
}

/// The action, with the operation where its name is another; the operation where no action is known.
fn subject(call: &Call) -> String {
    match &call.action {
        Some(action) if action.ends_with(&format!(":{}", call.operation)) => action.to_string(),
        Some(action) => format!("{action} ({})", call.operation),
        None => format!("{} {}", call.service, call.operation),
    }
}

/// Words that a line break may part, which it may not do inside a resource's name.
fn subject_words<'text>(subject: &'text str, call: &'text Call) -> Vec<&'text str> {
    match &call.resource {
        Some(resource) => vec![subject, "on", resource],
        None => vec![subject],
    }
}

/// How the call was answered, in one line.
fn answer(call: &Call) -> String {
    if call.purpose == Purpose::Decision {
        let verdict = if call.verdict == Verdict::Allowed { "allowed" } else { DENIED };
        return format!("{verdict}, by the model: nothing was called");
    }
    let status = call.status.map(|status| status.to_string());
    let code_and_message = match (&call.code, &call.message) {
        (Some(code), Some(message)) => Some(format!("{code}: {message}")),
        (Some(either), None) | (None, Some(either)) => Some(either.to_string()),
        (None, None) => None,
    };
    let error = code_and_message.map(|text| match &status {
        Some(status) => format!("{status} {text}"),
        None => text,
    });
    match (call.verdict, error, status) {
        (Verdict::Allowed, None, None) => "allowed".to_owned(),
        (Verdict::Allowed, None, Some(status)) => format!("allowed ({status})"),
        (Verdict::Allowed, Some(error), _) if call.is_dry_run() => format!("allowed, and not done: {error}"),
        (Verdict::Allowed, Some(error), _) => format!("allowed, but {error}"),
        (Verdict::Denied, Some(error), _) => error,
        (Verdict::Denied, None, _) => DENIED.to_owned(),
        (Verdict::Unauthenticated, Some(error), _) => format!("refused at authentication: {error}"),
        (Verdict::Unauthenticated, None, _) => "refused at authentication".to_owned(),
        (Verdict::Unknown, Some(error), _) => error,
        (Verdict::Unknown, None, Some(status)) => format!("no verdict: {status}"),
        (Verdict::Unknown, None, None) => "no verdict: no answer".to_owned(),
    }
}
