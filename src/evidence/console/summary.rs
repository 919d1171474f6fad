//! The last lines: counts, what the verdicts are worth, and where to look.

use std::collections::BTreeMap;

use crate::controls::ControlFinding;
use crate::grounds;
use crate::record::{Exit, Outcome, Record};
use crate::target::TargetInfo;
use crate::words;

use super::page::{Detail, Page, Prefix, seconds};
use super::paint::Ink;
use super::scenario::name_of;
use super::text::{columns, harmless};

/// The lines of the summary.
pub(crate) fn summary(page: &Page, record: &Record) -> Vec<String> {
    let mut lines = interrupted(page, record);
    if page.detail == Detail::Verbose {
        lines.extend(origin(page, record));
    }
    lines.extend(headline(page, record));
    lines.extend(steps(page, record));
    if let Some(target) = &record.target {
        let text = format!("target {}: {}", target.name, target.verdicts);
        lines.extend(page.paragraph(0, &text));
        lines.extend(unproven(page, target));
    }
    lines.extend(controls(page, record));
    lines.extend(list(page, record, Outcome::Failed, (Ink::Failed, "failed:")));
    lines.extend(list(page, record, Outcome::Inconclusive, (Ink::Inconclusive, "could not tell:")));
    lines
}

/// How many controls there are of each finding, and those of which scenarios were left out that could say otherwise.
fn controls(page: &Page, record: &Record) -> Vec<String> {
    let rows = record.controls();
    let mut counts: BTreeMap<ControlFinding, usize> = BTreeMap::new();
    rows.iter().for_each(|row| *counts.entry(row.finding).or_default() += 1);
    if counts.is_empty() {
        return Vec::new();
    }
    let counts = counts.into_iter().map(|(finding, count)| format!("{count} {}", grounds::word(finding)));
    let mut text = format!("controls: {}", counts.collect::<Vec<_>>().join(", "));
    if rows.iter().any(|row| row.finding == ControlFinding::Satisfied) {
        text.push_str(&format!("; evidence of this: {}", grounds::worth(record).1));
    }
    let mut lines = page.paragraph(0, &text);
    for row in rows.iter().filter(|row| !row.scenarios.is_empty()) {
        if let Some(left_out) = grounds::left_out(row) {
            let told = format!("{} is {}: {left_out}", row.control, grounds::word(row.finding));
            lines.extend(page.paragraph(2, &told));
        }
    }
    lines
}

/// What to know about a target that did not show that it enforces IAM; nothing for others.
pub(crate) fn unproven(page: &Page, target: &TargetInfo) -> Vec<String> {
    if target.enforces_iam {
        return Vec::new();
    }
    let text = format!(
        "target {} did not show that it enforces IAM: no verdict on access is proven here, and denials can't be told",
        target.name
    );
    let word = "UNPROVEN";
    let prefix =
        Prefix { painted: format!("{}  ", page.paint(Ink::Inconclusive, word)), columns: columns(word) + 2 };
    page.spread(&prefix, (Ink::Plain, &text), "")
}

/// Which run it was, by whom and from what: for the file that is kept.
fn origin(page: &Page, record: &Record) -> Vec<String> {
    let run = &record.run;
    let started = record.started.map_or("not begun".to_owned(), |at| at.format("%F %T UTC").to_string());
    let text =
        format!("run {} by {}; commit {}; started {started}", run.id, words::who(run), words::commit(record));
    page.paragraph(0, &text)
}

/// A warning before the counts of a run that did not end.
fn interrupted(page: &Page, record: &Record) -> Vec<String> {
    let Some(interrupted) = record.interruption() else { return Vec::new() };
    let last = record.last_event.map(|at| at.format(", after %F %T UTC").to_string());
    let text = format!("{interrupted}{}: what follows is all that is known", last.unwrap_or_default());
    paint_all(page, Ink::Inconclusive, page.paragraph(0, &text))
}

fn headline(page: &Page, record: &Record) -> Vec<String> {
    let counts = record.scenario_counts();
    if counts.selected == 0 {
        return paint_all(page, Ink::Inconclusive, page.paragraph(0, &words::nothing(record)));
    }
    let what = match (counts.selected, counts.found) {
        (1, found) if found <= 1 => "1 scenario: ".to_owned(),
        (selected, found) if found <= selected => format!("{selected} scenarios: "),
        (selected, found) => format!("{selected} of {found} scenarios: "),
    };
    let ink = match record.exit() {
        Exit::Passed => Ink::Passed,
        Exit::Failed => Ink::Failed,
        Exit::Inconclusive | Exit::NothingSelected => Ink::Inconclusive,
    };
    let parts = [
        (counts.failed, "failed"),
        (counts.inconclusive, "could not tell"),
        (counts.unfinished, "did not end"),
        (counts.not_begun, "not begun"),
    ];
    let skipped =
        (counts.skipped > 0).then(|| format!(", {} skipped ({})", counts.skipped, words::skips(record)));
    let text = format!("{} passed{}{}", counts.passed, others(&parts), skipped.unwrap_or_default());
    let prefix = Prefix { columns: columns(&what), painted: page.paint(ink, &what) };
    page.spread(&prefix, (Ink::Plain, &text), "")
}

fn paint_all(page: &Page, ink: Ink, lines: Vec<String>) -> Vec<String> {
    lines.into_iter().map(|line| page.paint(ink, &line)).collect()
}

fn others(counts: &[(usize, &str)]) -> String {
    counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!(", {count} {word}")).collect()
}

fn steps(page: &Page, record: &Record) -> Vec<String> {
    let counts = record.step_counts();
    let duration = record.duration.map(seconds).unwrap_or_else(|| "did not end".to_owned());
    if counts.total == 0 {
        let begun = record.scenario_counts().selected > 0;
        return if begun { page.paragraph(0, &duration) } else { Vec::new() };
    }
    let parts = [
        (counts.failed, "failed"),
        (counts.inconclusive, "could not tell"),
        (counts.undefined, "undefined"),
        (counts.ambiguous, "ambiguous"),
        (counts.not_run, "not run"),
    ];
    let noun = if counts.total == 1 { "step" } else { "steps" };
    let what = format!("{} {noun}: ", counts.total);
    let text = format!("{} passed{}; {duration}", counts.passed, others(&parts));
    page.spread(&Prefix { columns: columns(&what), painted: what }, (Ink::Plain, &text), "")
}

fn list(page: &Page, record: &Record, outcome: Outcome, heading: (Ink, &str)) -> Vec<String> {
    let mut lines = Vec::new();
    for scenario in record.scenarios.iter().filter(|it| it.outcome() == outcome) {
        if lines.is_empty() {
            lines.push(page.paint(heading.0, heading.1));
        }
        let location = format!("  {}:{}  ", harmless(&scenario.scenario.path), scenario.scenario.line);
        let width = columns(&location);
        if width * 2 <= page.columns() {
            let prefix = Prefix { painted: location, columns: width };
            lines.extend(page.spread(&prefix, (Ink::Plain, &name_of(&scenario.scenario)), ""));
        } else {
            lines.push(location.trim_end().to_owned());
            lines.extend(page.paragraph(6, &name_of(&scenario.scenario)));
        }
    }
    lines
}
