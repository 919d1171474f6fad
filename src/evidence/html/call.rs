//! A call: who asked what, how it was answered, and the decision behind that.

use crate::call::{Call, Exchange, Origin, Parameter, Purpose, Value, Withheld};
use crate::console::human;
use crate::record::CallRecord;

use super::context::Context;
use super::look;
use super::markup::{Html, isolated, put, short, shortened, text};

pub(super) fn call(html: &mut Html, context: &Context<'_>, record: &CallRecord) {
    let call = &record.call;
    let look = look::verdict(call.verdict, context.proven);
    let other = || format!("{} {}", call.service, call.operation);
    let subject = call.action.as_ref().map_or_else(other, ToString::to_string);
    put!(
        html,
        "<details class=\"call {}\"><summary><b class=st>{} {}</b> {}",
        look.class,
        look.sign,
        look.word,
        text(&subject)
    );
    if let Some(resource) = &call.resource {
        put!(html, " on <code>{}</code>", isolated(short(resource)));
    }
    put!(
        html,
        " <small>by {} · {}</small></summary><dl>",
        isolated(short(&call.principal)),
        purpose(call.purpose)
    );
    row(html, "Caller", Some(&call.principal));
    row(html, "Operation", Some(&format!("{} {}", call.service, call.operation)));
    row(html, "Resource", call.resource.as_deref());
    row(html, "Answer", Some(&answer(call)));
    decision(html, call);
    row(html, "Request id", call.request_id.as_deref());
    row(html, "Answered at", Some(&record.at.format("%F %T%.3f UTC").to_string()));
    if let Some(exchange) = &call.exchange {
        sent(html, context, exchange);
    }
    put!(html, "</dl></details>");
}

fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::SetUp => "set-up",
        Purpose::Attempt => "attempt",
        Purpose::Control => "control: the same by somebody entitled",
        Purpose::Decision => "attempt: decided by the model, nothing was called",
        Purpose::Expectation => "expectation",
        Purpose::CleanUp => "clean-up",
        Purpose::SelfTest => "self-test",
        Purpose::Reach => "to reach the account or an instance",
    }
}

fn decision(html: &mut Html, call: &Call) {
    let origin = match call.decided_by {
        Origin::Observed => "the target's own words",
        Origin::Model => "by Rolecall's model",
        Origin::NotAvailable => "the target does not say why",
    };
    let why = call.explanation.as_ref().map_or("", |it| it.why.as_str());
    put!(html, "<dt>Decision<dd>{} <small>({origin})</small>", shortened(why));
    for near in call.explanation.iter().flat_map(|it| &it.near) {
        row(html, "Nearest miss", Some(near));
    }
}

fn answer(call: &Call) -> String {
    let status = call.status.map(|it| it.to_string());
    let parts = [status.as_deref(), call.code.as_deref(), call.message.as_deref()];
    let parts: Vec<&str> = parts.into_iter().flatten().collect();
    if parts.is_empty() { "no answer".to_owned() } else { parts.join(" · ") }
}

pub(super) fn row(html: &mut Html, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        put!(html, "<dt>{name}<dd>{}", shortened(value));
    }
}

fn sent(html: &mut Html, context: &Context<'_>, exchange: &Exchange) {
    row(html, "Sent to", Some(&exchange.endpoint));
    row(html, "Region", exchange.region.as_deref());
    row(html, "Access key", exchange.access_key_id.as_deref());
    parameters(html, context, "Asked", &exchange.parameters);
    parameters(html, context, "Answered", &exchange.response);
    for (number, attempt) in exchange.attempts.iter().enumerate() {
        let status = attempt.status.map(|it| it.to_string());
        let said = [&attempt.code, &attempt.request_id, &attempt.error].map(|it| it.as_deref());
        let parts: Vec<&str> = [status.as_deref()].into_iter().chain(said).flatten().collect();
        let when = attempt.started.format("%T%.3f");
        row(
            html,
            "Try",
            Some(&format!("{}: {when}, {}, {}", number + 1, human(attempt.duration), parts.join(" · "))),
        );
    }
}

fn parameters(html: &mut Html, context: &Context<'_>, name: &str, parameters: &[Parameter]) {
    if parameters.is_empty() {
        return;
    }
    put!(html, "<dt>{name}<dd><ul>");
    for parameter in parameters {
        put!(html, "<li><b>{}</b> ", text(&parameter.name));
        match &parameter.value {
            Value::Text(value) => put!(html, "{}", shortened(value)),
            Value::Policy(digest) => {
                put!(html, "<a href={}#p-{digest}>policy {digest}</a>", context.policies);
            }
            Value::Contents { sha256, length } => put!(html, "{length} bytes, SHA-256 {sha256}"),
            Value::Withheld(Withheld::Secret) => put!(html, "<em>withheld: a secret</em>"),
            Value::Withheld(Withheld::NotKnown) => put!(html, "<em>withheld: not known to be harmless</em>"),
            Value::Withheld(Withheld::TooLong) => put!(html, "<em>not kept: too long</em>"),
        }
    }
    put!(html, "</ul>");
}
