//! Features with their scenarios, steps and calls.

use std::collections::BTreeSet;

use crate::console::human;
use crate::event::{Failure, StepResult};
use crate::record::{Activity, Outcome, ScenarioRecord, StepRecord};

use super::call::call;
use super::context::{Context, name};
use super::detail::Detail;
use super::look;
use super::markup::{Html, count, isolated, put, shortened, text};
use super::top::reason;

pub(super) fn scenario(
    html: &mut Html,
    context: &Context<'_>,
    index: usize,
    it: &ScenarioRecord,
    detail: Detail,
) {
    let (look, id) = (context.look(it), context.id(index));
    let open = if matches!(it.outcome(), Outcome::Passed | Outcome::Skipped | Outcome::NotBegun) {
        ""
    } else {
        " open"
    };
    let tags = it.scenario.tags.iter().filter_map(|tag| context.tags.get(tag.as_str()));
    let principals: BTreeSet<_> =
        it.calls().filter_map(|call| context.principals.get(call.call.principal.as_str())).collect();
    put!(
        html,
        "<details class=\"sc {0}\" data-o=\"{0}\" data-t=\"{1}\" data-p=\"{2}\"{open}>",
        look.class,
        joined(tags),
        joined(principals.into_iter())
    );
    put!(
        html,
        "<summary><b class=st>{} {}</b> <span class=name>{}</span> <small>{} · {}</small></summary>",
        look.sign,
        look.word,
        isolated(name(it)),
        index + 1,
        match it.duration {
            Some(duration) => human(duration),
            None if it.outcome() == Outcome::NotBegun => "no time".to_owned(),
            None => "did not end".to_owned(),
        }
    );
    put!(
        html,
        "<p class=meta id={id}>{}:{} <a href=#{id}>link</a>",
        isolated(&it.scenario.path),
        it.scenario.line
    );
    for tag in &it.scenario.tags {
        put!(html, " <span class=tag>@{}</span>", isolated(tag));
    }
    if it.steps.is_empty() || detail == Detail::Line && it.outcome() != Outcome::Passed {
        put!(html, "<p>{}", reason(it));
    }
    if detail > Detail::Line {
        put!(html, "<ol>");
        for (number, it) in it.steps.iter().enumerate() {
            step(html, context, &format!("{id}.{}", number + 1), it, detail);
        }
        put!(html, "</ol>");
    }
    if detail == Detail::Whole {
        activity(html, context, &it.later);
    }
    for left in it.clean_up.iter().flat_map(|it| &it.left) {
        put!(html, "<p class=warn>Not removed: {}", shortened(left));
    }
    if let Some(page) = context.pages.get(&index).filter(|_| detail < Detail::Whole) {
        let what = if detail == Detail::Line { "Its steps and calls" } else { "Its calls" };
        put!(
            html,
            "<p>{what} are on <a href={page}#{id}>a page of their own</a>: {} and {}.",
            count(it.steps.len(), "step"),
            count(it.calls().count(), "call")
        );
    }
    put!(html, "</details>");
}

fn joined<'n>(numbers: impl Iterator<Item = &'n usize>) -> String {
    numbers.map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

fn step(html: &mut Html, context: &Context<'_>, id: &str, it: &StepRecord, detail: Detail) {
    let look = look::step(&it.result, context.proven);
    let open = if matches!(it.result, StepResult::Passed | StepResult::NotRun) { "" } else { " open" };
    put!(
        html,
        "<li id=\"{id}\" class={}><details{open}><summary><b class=st>{} {}</b> <b>{}</b> {} <small>{} · {}</small></summary>",
        look.class,
        look.sign,
        look.word,
        isolated(it.step.keyword.trim()),
        isolated(&it.step.text),
        human(it.duration),
        count(it.activity.calls.len(), "call")
    );
    match &it.result {
        StepResult::Failed(it) | StepResult::Inconclusive(it) => failure(html, it),
        StepResult::Undefined { similar: known } | StepResult::Ambiguous { matching: known } => {
            known.iter().for_each(|it| put!(html, "<p><code>{}</code>", text(it)));
        }
        StepResult::Passed | StepResult::NotRun => {}
    }
    if detail == Detail::Whole {
        activity(html, context, &it.activity);
    }
    put!(html, "</details>");
}

fn failure(html: &mut Html, it: &Failure) {
    put!(html, "<div class=why><p><b>{}</b> {}", isolated(&it.label), shortened(&it.message));
    if let Some(explanation) = it.call.as_ref().and_then(|call| call.explanation.as_ref()) {
        put!(html, "<p>Decision: {}", shortened(&explanation.why));
        explanation.near.iter().for_each(|near| put!(html, "<p>Nearest miss: {}", shortened(near)));
    }
    it.help.iter().for_each(|help| put!(html, "<p>Help: {}", shortened(help)));
    put!(html, "</div>");
}

pub(super) fn activity(html: &mut Html, context: &Context<'_>, it: &Activity) {
    it.calls.iter().for_each(|it| call(html, context, it));
    it.waits
        .iter()
        .for_each(|it| put!(html, "<p class=meta>Waited {}: {}", human(it.duration), shortened(&it.why)));
}
