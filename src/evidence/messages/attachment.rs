//! Calls with their decisions, and pauses, as texts that are attached to what they were made for.

use std::io;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::Value;

use crate::call::{Call, Exchange, Origin, Parameter, Purpose, Value as Kept, Verdict, Withheld};
use crate::console::{self, human};
use crate::record::Activity;

use super::{Messages, timestamp};

/// Attaches all that was done; `place` says to what.
pub(super) fn activity(messages: &mut Messages<'_>, place: &Value, activity: &Activity) -> io::Result<()> {
    for record in &activity.calls {
        let call = &record.call;
        let name = format!("{} {}.txt", call.service, call.operation);
        let mut lines = Lines(std::mem::take(&mut messages.body));
        lines.0.clear();
        text(&mut lines, call);
        attach(messages, place, &lines.0, "text/plain", Some(&name), record.at)?;
        messages.body = lines.0;
    }
    for wait in &activity.waits {
        log(messages, place, &format!("waited {}: {}", human(wait.duration), wait.why), wait.at)?;
    }
    Ok(())
}

/// Attaches a line.
pub(super) fn log(
    messages: &mut Messages<'_>,
    place: &Value,
    line: &str,
    at: DateTime<Utc>,
) -> io::Result<()> {
    attach(messages, place, &console::harmless(line), "text/x.cucumber.log+plain", None, at)
}

fn attach(
    messages: &mut Messages<'_>,
    place: &Value,
    body: &str,
    media: &str,
    name: Option<&str>,
    at: DateTime<Utc>,
) -> io::Result<()> {
    let timestamp = timestamp(at);
    let (content_encoding, media_type, file_name) = ("IDENTITY", media, name);
    let attachment = Attachment { place, body, content_encoding, media_type, timestamp, file_name };
    messages.put("attachment", attachment)
}

/// As the protocol spells it; there are so many that they are written without a detour.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Attachment<'a> {
    #[serde(flatten)]
    place: &'a Value,
    body: &'a str,
    content_encoding: &'static str,
    media_type: &'a str,
    timestamp: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_name: Option<&'a str>,
}

/// A call in lines, each with what it says first.
fn text(lines: &mut Lines, call: &Call) {
    lines.put_all("call", &[&call.service, " ", &call.operation]);
    lines.put("made for", purpose(call.purpose));
    lines.put("verdict", verdict(call.verdict));
    lines.put_some("action", call.action.as_deref());
    lines.put_some("on", call.resource.as_deref());
    lines.put("by", &call.principal);
    lines.put_some("status", call.status.map(|it| it.to_string()).as_deref());
    lines.put_some("code", call.code.as_deref());
    lines.put_some("message", call.message.as_deref());
    lines.put_some("request id", call.request_id.as_deref());
    lines.put("decided by", origin(call.decided_by));
    if let Some(explanation) = &call.explanation {
        lines.put("why", &explanation.why);
        explanation.near.iter().for_each(|near| lines.put("near", near));
    }
    if let Some(exchange) = &call.exchange {
        sent(lines, exchange);
    }
}

fn sent(lines: &mut Lines, exchange: &Exchange) {
    lines.put("endpoint", &exchange.endpoint);
    lines.put_some("region", exchange.region.as_deref());
    lines.put_some("access key", exchange.access_key_id.as_deref());
    exchange.parameters.iter().for_each(|it| parameter(lines, "asked", it));
    exchange.response.iter().for_each(|it| parameter(lines, "answered", it));
    for attempt in &exchange.attempts {
        let status = attempt.status.map(|status| status.to_string());
        let said = [&attempt.code, &attempt.request_id, &attempt.error].map(|it| it.as_deref());
        let parts: Vec<&str> = [status.as_deref()].into_iter().chain(said).flatten().collect();
        let at = attempt.started.to_rfc3339_opts(SecondsFormat::Millis, true);
        let took = human(attempt.duration);
        lines.put("try", &format!("{at}, {took}: {}", parts.join(", ")));
    }
}

fn parameter(lines: &mut Lines, what: &str, parameter: &Parameter) {
    let value = match &parameter.value {
        Kept::Text(text) => return lines.put_all(what, &[&parameter.name, " = ", text]),
        Kept::Policy(sha256) => format!("policy, SHA-256 {sha256}"),
        Kept::Contents { sha256, length } => format!("{length} bytes, SHA-256 {sha256}"),
        Kept::Withheld(Withheld::Secret) => "withheld: a secret".to_owned(),
        Kept::Withheld(Withheld::NotKnown) => "withheld: not known to be harmless".to_owned(),
        Kept::Withheld(Withheld::TooLong) => "not kept: too long".to_owned(),
    };
    lines.put_all(what, &[&parameter.name, " = ", &value]);
}

fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::SetUp => "set-up",
        Purpose::Attempt => "an attempt",
        Purpose::Decision => "an attempt, decided by the model: nothing was called",
        Purpose::Control => "a control: the same by somebody entitled",
        Purpose::Expectation => "an expectation",
        Purpose::CleanUp => "clean-up",
        Purpose::SelfTest => "the self-test",
        Purpose::Reach => "reaching the account or an instance",
    }
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allowed => "allowed",
        Verdict::Denied => "denied by policy",
        Verdict::Unauthenticated => "refused at authentication",
        Verdict::Unknown => "could not tell",
    }
}

fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Observed => "the target, in its own words",
        Origin::Model => "the target; the reasons are Rolecall's model of IAM",
        Origin::NotAvailable => "the target, which does not say why",
    }
}

/// How many columns the names of lines take.
const WIDEST: usize = 10;

struct Lines(String);

impl Lines {
    fn put(&mut self, name: &str, value: &str) {
        self.put_all(name, &[value]);
    }

    /// A line of a name and the parts of a value.
    fn put_all(&mut self, name: &str, parts: &[&str]) {
        self.0.push_str(name);
        (name.len()..WIDEST).for_each(|_| self.0.push(' '));
        self.0.push_str("  ");
        parts.iter().for_each(|part| self.0.push_str(&console::harmless(part)));
        self.0.push('\n');
    }

    fn put_some(&mut self, name: &str, value: Option<&str>) {
        value.into_iter().for_each(|value| self.put(name, value));
    }
}
