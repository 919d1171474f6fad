//! For GitHub Actions: annotations on the lines of features, and the summary of a job.
//!
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>

use std::io::{self, Write};

use crate::findings::Findings;
use crate::record::{Outcome, Record, ScenarioRecord};
use crate::{console, grounds, words};

/// GitHub shows no more annotations of a step.
const ANNOTATIONS: usize = 10;
/// GitHub takes no longer summary of a step, in bytes.
const SUMMARY: usize = 1024 * 1024;
/// What a summary keeps for its end, which says how many scenarios are not in it.
const END: usize = 200;
/// More controls than these find no room, however long their names.
const CONTROLS: usize = 200;
/// An annotation's message, and a cell.
const LINE: usize = 2_000;

/// Writes an annotation for each of the worst scenarios: failed ones first.
pub(crate) fn annotations(record: &Record, out: &mut dyn Write) -> io::Result<()> {
    let failed = of(record, |outcome| outcome == Outcome::Failed).map(|scenario| ("error", scenario));
    let unclear = of(record, is_unclear).map(|scenario| ("warning", scenario));
    let counts = record.scenario_counts();
    let most = ANNOTATIONS - usize::from(counts.not_begun > 0);
    for (level, scenario) in failed.chain(unclear).take(most) {
        let step = words::deciding_step(scenario);
        let line = step.map_or(scenario.scenario.line, |step| step.step.span.line);
        let path = property(&scenario.scenario.path);
        let (title, message) = (property(&words::name(scenario)), data(&message(scenario)));
        writeln!(out, "::{level} file={path},line={line},title={title}::{message}")?;
    }
    if counts.not_begun > 0 {
        let title = property(&format!("{} not begun", counts.not_begun));
        writeln!(out, "::warning title={title}::the run ended before these scenarios began")?;
    }
    if counts.skipped > 0 {
        let title = property(&format!("{} skipped", counts.skipped));
        let reasons = words::shortened(&console::harmless(&words::skips(record)), LINE);
        writeln!(out, "::notice title={title}::{}", data(&reasons))?;
    }
    Ok(())
}

/// Writes an annotation for each of what was found without a run. GitHub's log holds all, whatever it shows of them.
pub(crate) fn findings(found: &Findings<'_>, out: &mut dyn Write) -> io::Result<()> {
    for finding in found.found {
        let Some(rule) = found.rules.get(finding.rule) else { continue };
        let (level, line, column) = (rule.level.word(), finding.line, finding.column);
        let end = column + finding.length.max(1);
        let (path, title) = (property(finding.path), property(&format!("{} {}", rule.id, rule.title)));
        let message = data(&words::shortened(&finding.said(), LINE));
        writeln!(
            out,
            "::{level} file={path},line={line},col={column},endColumn={end},title={title}::{message}"
        )?;
    }
    Ok(())
}

/// Writes the summary, in Markdown; of many scenarios those that did not pass, as far as they find room.
pub(crate) fn summary(record: &Record, out: &mut dyn Write) -> io::Result<()> {
    let counts = record.scenario_counts();
    let mut text = format!(
        "### Rolecall: {} of {} scenarios passed\n\n{}\n\n| found | selected | passed | failed | could not tell | skipped | did not end | not begun |\n|---|---|---|---|---|---|---|---|\n| {} | {} | {} | {} | {} | {} | {} | {} |\n",
        counts.passed,
        counts.selected,
        cell(&words::standing(record)),
        counts.found,
        counts.selected,
        counts.passed,
        counts.failed,
        counts.inconclusive,
        counts.skipped,
        counts.unfinished,
        counts.not_begun,
    );
    if counts.skipped > 0 {
        text.push_str(&format!(
            "\n{}\n",
            cell(&format!("{} skipped: {}", counts.skipped, words::skips(record)))
        ));
    }
    if let Some(interrupted) = words::interrupted(record) {
        text.push_str(&format!("\n**{}**\n", cell(&interrupted)));
    }
    text.push_str(&controls(record));
    let mut rows = of(record, |outcome| outcome == Outcome::Failed || is_unclear(outcome)).peekable();
    if rows.peek().is_some() {
        text.push_str("\n| | scenario | why |\n|---|---|---|\n");
    }
    while let Some(scenario) = rows.next() {
        let place = format!("{}:{}", scenario.scenario.path, scenario.scenario.line);
        let word = match scenario.outcome() {
            Outcome::Failed => "failed",
            Outcome::Unfinished => "did not end",
            _ => "could not tell",
        };
        let why = cell(&words::headline(scenario));
        let row = format!("| {word} | {}<br>{} | {why} |\n", cell(&words::name(scenario)), cell(&place));
        if text.len() + row.len() + END > SUMMARY {
            text.push_str(&format!("\nand {} more, which found no room here\n", rows.count() + 1));
            break;
        }
        text.push_str(&row);
    }
    out.write_all(text.as_bytes())
}

/// What is shown of each control; empty where there is none.
fn controls(record: &Record) -> String {
    let rows = record.controls();
    let told = rows.iter().take(CONTROLS).map(|row| {
        let (control, why) = (cell(&row.control.to_string()), cell(&grounds::of(record, row)));
        format!("| {control} | {} | {why} |\n", grounds::word(row.finding))
    });
    let mut text: String = told.collect();
    if !text.is_empty() {
        let worth = cell(grounds::worth(record).1);
        text.insert_str(0, &format!("\nControls ({worth}):\n\n| control | | why |\n|---|---|---|\n"));
    }
    if let Some(more @ 1..) = rows.len().checked_sub(CONTROLS) {
        text.push_str(&format!("\nand {more} more controls\n"));
    }
    text
}

fn of(record: &Record, takes: impl Fn(Outcome) -> bool) -> impl Iterator<Item = &ScenarioRecord> {
    record.scenarios.iter().filter(move |scenario| takes(scenario.outcome()))
}

fn is_unclear(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Inconclusive | Outcome::Unfinished)
}

fn message(scenario: &ScenarioRecord) -> String {
    let headline = words::headline(scenario);
    if words::deciding_step(scenario).is_none() {
        return headline;
    }
    words::shortened(&format!("{headline}\n{}", words::details(scenario)), LINE)
}

/// The text of a command: a line break would end it, and what follows would be a command of whoever wrote it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Text in a cell of a table, of which Markdown and HTML take nothing for theirs.
fn cell(text: &str) -> String {
    let mut cell = String::new();
    for character in words::shortened(text, LINE).chars() {
        match character {
            '&' => cell.push_str("&amp;"),
            '<' => cell.push_str("&lt;"),
            '>' => cell.push_str("&gt;"),
            '\n' | '\r' => cell.push(' '),
            // Also what would be a mention of somebody or a link to an issue.
            '\\' | '`' | '*' | '_' | '[' | ']' | '(' | ')' | '#' | '|' | '!' | '~' | '@' | ':' => {
                cell.push_str(&format!("&#{};", u32::from(character)));
            }
            _ => cell.push(character),
        }
    }
    cell
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use crate::{golden, sample};

    fn rendered(record: &Record, write: fn(&Record, &mut dyn Write) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(record, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn everything() {
        let record: Record = sample::everything().iter().collect();
        golden::check("github.txt", &rendered(&record, annotations));
        golden::check("github.md", &rendered(&record, summary));
    }

    #[test]
    fn what_did_not_end_is_told_in_a_line_and_what_was_not_begun_is_counted() {
        let [first, tested] = sample::run_started(3);
        let record: Record = [first, tested, sample::started(1)].iter().collect();
        assert_eq!(
            rendered(&record, annotations),
            "::warning file=features/part_2_assume_role.feature,line=2,title=scenario 1::the run ended before it did\n\
             ::warning title=2 not begun::the run ended before these scenarios began\n"
        );
        let page = rendered(&record, summary);
        assert!(page.contains("| 3 | 3 | 0 | 0 | 0 | 0 | 1 | 2 |\n"), "{page}");
        assert!(page.contains("\n| did not end | scenario 1<br>"), "{page}");
    }

    #[test]
    fn nobody_s_text_becomes_a_command_or_markup() {
        let mut record: Record = sample::everything().iter().collect();
        let text = "a,b:c%d\n::add-mask::x\r::error::y <script>alert(1)</script> | [x](y) @team #1 `";
        for scenario in &mut record.scenarios {
            scenario.scenario.name = text.to_owned();
            scenario.scenario.path = text.to_owned();
        }
        let commands = rendered(&record, annotations);
        for line in commands.lines() {
            let in_file = line.starts_with("::error file=") || line.starts_with("::warning file=");
            assert!(
                in_file || line.starts_with("::warning title=") || line.starts_with("::notice title="),
                "{line}"
            );
            let (properties, _) = line.trim_start_matches("::").split_once("::").unwrap();
            let commas = if in_file { 2 } else { 0 };
            assert_eq!(
                (properties.matches(',').count(), properties.matches(':').count()),
                (commas, 0),
                "{line}"
            );
        }
        let page = rendered(&record, summary);
        for markup in ["<script", "[x]", "@team", " #1", "`"] {
            assert!(!page.contains(markup), "{markup} in {page}");
        }
    }

    #[test]
    fn no_more_is_told_than_github_takes() {
        let mut record: Record = sample::everything().iter().collect();
        let failed = record.scenarios[1].clone();
        record.scenarios = vec![failed; 20_000];
        assert_eq!(rendered(&record, annotations).lines().count(), ANNOTATIONS);
        let page = rendered(&record, summary);
        assert!(page.len() <= SUMMARY, "{}", page.len());
        assert!(page.ends_with(" more, which found no room here\n"));
    }
}
