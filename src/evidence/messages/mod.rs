//! Cucumber Messages, a JSON object on each line, for the tools that read them, such as `@cucumber/html-formatter`.
//!
//! <https://github.com/cucumber/messages>. Everything comes from the record: a document holds the scenarios that were
//! selected, an example of an outline as a scenario of its own, and each scenario the steps that were reported, those
//! of backgrounds included. The messages of a scenario stand together, in the order of the record.
//!
//! No status says *could not tell*. Such a step is `FAILED` with an exception of type `Inconclusive`: readers take
//! `PENDING` for green where they are not strict, or count it with what was skipped, and `UNKNOWN` weighs less than
//! `PASSED`. What a scenario amounts to beside its steps (a skip, a failure outside them, an interruption) is told by a hook.

mod attachment;
mod document;
mod outcome;
mod steps;
#[cfg(test)]
mod tests;

use std::io::{self, Write};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Serialize, Serializer as _};
use serde_json::{Value, json};

use crate::console;
use crate::record::{Exit, Record};
use crate::words;

/// The version of the protocol that is spoken.
const PROTOCOL: &str = "34.2.1";
/// The only run.
const RUN: &str = "run";

/// Writes `record` as messages.
pub(crate) fn write(record: &Record, out: &mut dyn Write) -> io::Result<()> {
    let mut messages = Messages { out, body: String::new() };
    messages.put("meta", meta(record))?;
    let in_one_file =
        |one: &(usize, &_), other: &(usize, &_)| document::path(one.1) == document::path(other.1);
    let scenarios: Vec<_> = record.scenarios.iter().enumerate().collect();
    for scenarios in scenarios.chunk_by(in_one_file) {
        document::write(&mut messages, record, scenarios)?;
    }
    for hook in outcome::Hook::ALL {
        messages.put("hook", hook.message())?;
    }
    messages.put("testRunStarted", json!({ "id": RUN, "timestamp": timestamp(words::started(record)) }))?;
    outcome::self_test(&mut messages, record)?;
    for (index, scenario) in &scenarios {
        steps::write(&mut messages, record, *index, scenario)?;
    }
    outcome::last_clean_up(&mut messages, record)?;
    messages.put("testRunFinished", finished(record))
}

/// Where messages go, a line each.
struct Messages<'out> {
    out: &'out mut dyn Write,
    /// Room for what is attached: there are so many calls that each has no text of its own.
    body: String,
}

impl Messages<'_> {
    fn put(&mut self, kind: &str, message: impl Serialize) -> io::Result<()> {
        serde_json::Serializer::new(&mut *self.out).collect_map([(kind, message)])?;
        self.out.write_all(b"\n")
    }
}

fn meta(record: &Record) -> Value {
    let run = &record.run;
    let host = |part: Option<&String>| json!({ "name": part.map_or("unknown", String::as_str) });
    let target = record.target.as_ref().map_or("no target", |target| &target.name);
    let mut meta = json!({
        "protocolVersion": PROTOCOL,
        "implementation": { "name": "rolecall", "version": run.tool.version },
        "runtime": { "name": one_line(target) },
        "os": host(run.host.as_ref().map(|host| &host.system)),
        "cpu": host(run.host.as_ref().map(|host| &host.architecture)),
    });
    if let (Some(ci), Some(meta)) = (ci(record), meta.as_object_mut()) {
        meta.insert("ci".to_owned(), ci);
    }
    meta
}

/// `None`: it ran in no CI system.
fn ci(record: &Record) -> Option<Value> {
    let who = record.run.who.as_ref()?;
    let mut ci = json!({ "name": who.ci.as_ref()? });
    let parts = ci.as_object_mut()?;
    if let Some(job) = &who.job {
        parts.insert("url".to_owned(), json!(job));
    }
    if let Some((commit, remote)) =
        record.run.commit.as_ref().and_then(|it| Some((it, it.repository.as_ref()?)))
    {
        let mut git = json!({ "remote": remote, "revision": commit.id });
        if let (Some(branch), Some(git)) = (&commit.branch, git.as_object_mut()) {
            git.insert("branch".to_owned(), json!(branch));
        }
        parts.insert("git".to_owned(), git);
    }
    Some(ci)
}

/// A run that was interrupted ends with its last event, and is no success.
fn finished(record: &Record) -> Value {
    let end = match record.duration {
        Some(duration) => later(words::started(record), duration),
        None => last(record),
    };
    let success = record.exit() == Exit::Passed;
    let mut finished = json!({ "testRunStartedId": RUN, "success": success, "timestamp": timestamp(end) });
    let message = match record.exit() {
        Exit::Passed => return finished,
        Exit::Failed => "a scenario failed",
        Exit::Inconclusive => "could not tell",
        Exit::NothingSelected => "no scenario was selected: this run shows nothing",
    };
    let message = words::interrupted(record).unwrap_or_else(|| message.to_owned());
    if let Some(finished) = finished.as_object_mut() {
        finished.insert("message".to_owned(), json!(message));
    }
    finished
}

/// When the last event was told.
fn last(record: &Record) -> DateTime<Utc> {
    record.last_event.unwrap_or_else(|| words::started(record))
}

fn timestamp(at: DateTime<Utc>) -> Value {
    json!({ "seconds": at.timestamp(), "nanos": at.timestamp_subsec_nanos() })
}

fn duration(duration: Duration) -> Value {
    json!({ "seconds": duration.as_secs(), "nanos": duration.subsec_nanos() })
}

fn later(at: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    TimeDelta::from_std(by).ok().and_then(|by| at.checked_add_signed(by)).unwrap_or(at)
}

fn earlier(at: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    TimeDelta::from_std(by).ok().and_then(|by| at.checked_sub_signed(by)).unwrap_or(at)
}

/// A name, of a file or a server, as one line that moves no cursor.
fn one_line(text: &str) -> String {
    console::harmless(text).into_owned()
}
