//! Calls with their decisions, and pauses, as texts that are attached to what they were made for.

use std::io;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::call::{Call, Exchange, Origin, Parameter, Purpose, Value as Kept, Verdict, Withheld};
use crate::console::{self, human};
use crate::record::Activity;

use super::{Messages, timestamp};

/// Attaches all that was done; `place` says to what.
pub(super) fn activity(messages: &mut Messages<'_>, place: &Value, activity: &Activity) -> io::Result<()> {
    for record in &activity.calls {
        let call = &record.call;
        let name = format!("{} {}.txt", call.service, call.operation);
        attach(messages, place, &text(call), "text/plain", Some(&name), record.at)?;
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
    let mut attachment = place.clone();
    if let Some(parts) = attachment.as_object_mut() {
        parts.insert("body".to_owned(), json!(body));
        parts.insert("contentEncoding".to_owned(), json!("IDENTITY"));
        parts.insert("mediaType".to_owned(), json!(media));
        parts.insert("timestamp".to_owned(), timestamp(at));
        parts.extend(name.map(|name| ("fileName".to_owned(), json!(name))));
    }
    messages.put("attachment", attachment)
}

/// A call in lines, each with what it says first.
fn text(call: &Call) -> String {
    let mut lines = Lines::default();
    lines.put("call", &format!("{} {}", call.service, call.operation));
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
        sent(&mut lines, exchange);
    }
    lines.0
}

fn sent(lines: &mut Lines, exchange: &Exchange) {
    lines.put("endpoint", &exchange.endpoint);
    lines.put_some("region", exchange.region.as_deref());
    lines.put_some("access key", exchange.access_key_id.as_deref());
    exchange.parameters.iter().for_each(|it| lines.put("asked", &parameter(it)));
    exchange.response.iter().for_each(|it| lines.put("answered", &parameter(it)));
    for attempt in &exchange.attempts {
        let status = attempt.status.map(|status| status.to_string());
        let parts = [&status, &attempt.code, &attempt.request_id, &attempt.error];
        let parts: Vec<&str> = parts.into_iter().filter_map(|part| part.as_deref()).collect();
        let (at, took) = (attempt.started.format("%FT%T%.3fZ"), human(attempt.duration));
        lines.put("try", &format!("{at}, {took}: {}", parts.join(", ")));
    }
}

fn parameter(parameter: &Parameter) -> String {
    let value = match &parameter.value {
        Kept::Text(text) => text.clone(),
        Kept::Policy(sha256) => format!("policy, SHA-256 {sha256}"),
        Kept::Contents { sha256, length } => format!("{length} bytes, SHA-256 {sha256}"),
        Kept::Withheld(Withheld::Secret) => "withheld: a secret".to_owned(),
        Kept::Withheld(Withheld::NotKnown) => "withheld: not known to be harmless".to_owned(),
        Kept::Withheld(Withheld::TooLong) => "not kept: too long".to_owned(),
    };
    format!("{} = {value}", parameter.name)
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

#[derive(Default)]
struct Lines(String);

impl Lines {
    fn put(&mut self, name: &str, value: &str) {
        self.0.push_str(&format!("{name:<10}  {}\n", console::harmless(value)));
    }

    fn put_some(&mut self, name: &str, value: Option<&str>) {
        value.into_iter().for_each(|value| self.put(name, value));
    }
}
