//! The first screen: the verdict, what kind of evidence it is, counts that add up, and what did not pass.

use crate::console::human;
use crate::event::{ScenarioResult, StepResult};
use crate::record::{Exit, Outcome, ScenarioRecord};
use crate::target::{EvidenceKind, TargetInfo, TargetKind};
use crate::words;

use super::context::{Context, name};
use super::look;
use super::markup::{Html, count, isolated, put, shortened_to, text};

/// How long a reason is in a list; below it stands whole.
const REASON: usize = 400;

pub(super) fn header(html: &mut Html, context: &Context<'_>) {
    let record = context.record;
    let (class, word) = verdict(context);
    put!(html, "<header class={class}><p class=brand>Rolecall · who may do what<h1>{word}</h1>");
    if !record.is_complete() {
        let last = record.last_event.map_or(String::new(), |at| at.format(" after %F %T UTC").to_string());
        put!(html, "<p class=warn><b>Interrupted{last}.</b> ");
        if let Some(reason) = &record.stopped {
            put!(html, "{}. ", text(reason));
        }
        put!(html, "What follows is all that is known.");
    }
    if record.stray_events > 0 {
        put!(
            html,
            "<p class=warn>{} events name unknown scenarios: this run can't be relied on.",
            record.stray_events
        );
    }
    kind(html, record.target.as_ref());
    put!(html, "<dl>");
    facts(html, context);
    put!(html, "</dl></header>");
}

fn verdict(context: &Context<'_>) -> (&'static str, &'static str) {
    match context.record.exit() {
        Exit::Failed => ("failed", "Failed"),
        _ if !context.record.is_complete() => ("inconclusive", "Interrupted"),
        Exit::NothingSelected => ("inconclusive", "Nothing was run"),
        _ if !context.proven => ("unproven", "Unproven"),
        Exit::Inconclusive => ("inconclusive", "Could not tell"),
        Exit::Passed => ("passed", "Passed"),
    }
}

fn kind(html: &mut Html, target: Option<&TargetInfo>) {
    let Some(target) = target else {
        put!(html, "<p class=kind><b>No evidence yet.</b> The target was not tested before the run stopped.");
        return;
    };
    let (title, meaning) = match (target.evidence(), target.kind) {
        (EvidenceKind::DesignIntent, _) => (
            "Design intent",
            "Rolecall's own engine modelled these decisions. It shows what the policies mean, not how an account runs.",
        ),
        (EvidenceKind::OperatingEffectiveness, _) => {
            ("Operating effectiveness", "An AWS account made these decisions, at the time given.")
        }
        (EvidenceKind::OtherServer, _) => {
            ("Another server", "Its self-test found that it enforces IAM. It is not AWS.")
        }
        (EvidenceKind::Unproven, TargetKind::LocalStack) => {
            ("Unproven", "LocalStack did not show that it enforces IAM. No verdict on access here is proven.")
        }
        (EvidenceKind::Unproven, _) => {
            ("Unproven", "The target did not show that it enforces IAM. No verdict on access here is proven.")
        }
    };
    put!(
        html,
        "<p class=kind><b>Evidence: {title}.</b> {meaning}<br><small>{}: {}</small>",
        text(&target.name),
        text(&target.verdicts)
    );
    if target.accepted_unproven {
        put!(html, "<p class=warn>Whoever ran it chose to accept unproven verdicts.");
    }
}

fn facts(html: &mut Html, context: &Context<'_>) {
    let record = context.record;
    let mut fact = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|it| !it.is_empty()) {
            put!(html, "<div><dt>{name}<dd>{}</div>", isolated(&value));
        }
    };
    fact("Run", Some(record.run.id.clone()));
    fact("Started", record.started.map(|at| at.format("%F %T UTC").to_string()));
    fact("Took", Some(record.duration.map_or_else(|| "did not end".to_owned(), human)));
    if let Some(target) = &record.target {
        let account = target.account.clone().unwrap_or_else(|| "one for each scenario".to_owned());
        fact("Account", Some(account));
        fact("Region", target.region.clone());
    }
    fact("Run by", Some(words::who(&record.run)));
    fact("Commit", Some(words::commit(record)));
    fact("Record, SHA-256", Some(context.digest.to_string()));
}

pub(super) fn counts(html: &mut Html, context: &Context<'_>) {
    let it = context.record.scenario_counts();
    let run = context.record.scenarios.iter().filter(|it| it.started.is_some()).count();
    put!(
        html,
        "<section class=counts aria-label=Counts><p class=sums><b>{}</b> found → <b>{}</b> selected → <b>{run}</b> run",
        it.found,
        it.selected
    );
    put!(html, "<ul>");
    let parts = [
        (Outcome::Passed, it.passed),
        (Outcome::Failed, it.failed),
        (Outcome::Inconclusive, it.inconclusive),
        (Outcome::Skipped, it.skipped),
        (Outcome::Unfinished, it.unfinished),
        (Outcome::NotBegun, it.not_begun),
    ];
    for (outcome, number) in parts {
        let look = look::outcome(outcome, context.proven);
        let none = if number == 0 { " none" } else { "" };
        let word = if outcome == Outcome::Passed && !context.proven { "held, unproven" } else { look.word };
        put!(html, "<li class=\"{}{none}\"><b>{number}</b> <span>{} {word}</span>", look.class, look.sign);
    }
    put!(html, "</ul>");
    bar(html, context, &parts, it.selected);
    put!(html, "</section>");
}

fn bar(html: &mut Html, context: &Context<'_>, parts: &[(Outcome, usize)], selected: usize) {
    put!(html, "<svg class=bar viewBox=\"0 0 1000 8\" preserveAspectRatio=none aria-hidden=true>");
    let mut from = 0;
    for (outcome, number) in parts.iter().filter(|(_, number)| *number > 0) {
        let width = number * 1000 / selected.max(1);
        let class = look::outcome(*outcome, context.proven).class;
        put!(html, "<rect class={class} x={from} width={} height=8 />", width.saturating_sub(3).max(2));
        from += width;
    }
    put!(html, "</svg>");
}

pub(super) fn troubles(html: &mut Html, context: &Context<'_>) {
    let troubled: Vec<_> = context
        .record
        .scenarios
        .iter()
        .enumerate()
        .filter(|(_, it)| !matches!(it.outcome(), Outcome::Passed | Outcome::Skipped | Outcome::NotBegun))
        .collect();
    let not_begun = context.record.scenario_counts().not_begun;
    if troubled.is_empty() && not_begun == 0 {
        return;
    }
    put!(html, "<section id=troubles><h2>What did not pass</h2><ul class=troubles>");
    for (index, scenario) in troubled.iter().take(200) {
        let look = context.look(scenario);
        put!(
            html,
            "<li class={}><a href=#{}><b>{} {}</b> {}</a><p>{}",
            look.class,
            context.id(*index),
            look.sign,
            look.word,
            isolated(name(scenario)),
            reason(scenario)
        );
    }
    put!(html, "</ul>");
    if troubled.len() > 200 {
        put!(html, "<p class=cut>{} more stand among the scenarios below.", troubled.len() - 200);
    }
    if not_begun > 0 {
        put!(html, "<p>The run ended before {} began.", count(not_begun, "scenario"));
    }
    put!(html, "</section>");
}

/// Why a scenario did not pass, in a line.
pub(super) fn reason(scenario: &ScenarioRecord) -> String {
    if let Some(ScenarioResult::Skipped { reason }) = &scenario.result {
        return isolated(reason);
    }
    let step = scenario.steps.iter().find(|it| !matches!(it.result, StepResult::Passed | StepResult::NotRun));
    let Some(step) = step else {
        return match scenario.outcome() {
            Outcome::Failed if scenario.steps.is_empty() => "it has no steps, so it shows nothing",
            Outcome::NotBegun => "the run ended before it began",
            Outcome::Unfinished => "the run ended before it did",
            _ => "outside its steps",
        }
        .to_owned();
    };
    let why = match &step.result {
        StepResult::Failed(it) | StepResult::Inconclusive(it) => {
            let explained = it.call.as_ref().and_then(|call| call.explanation.as_ref());
            let more = explained.map_or(it.message.as_str(), |it| it.why.as_str());
            if more.is_empty() { it.label.clone() } else { format!("{}: {more}", it.label) }
        }
        StepResult::Undefined { .. } => "no step matches".to_owned(),
        _ => "several steps match".to_owned(),
    };
    format!(
        "<q>{} {}</q> — {}",
        isolated(step.step.keyword.trim()),
        isolated(&step.step.text),
        shortened_to(&why, REASON)
    )
}
