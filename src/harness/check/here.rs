//! What is known at a place of a feature file while it is being written: the step, and the names that there are.
//!
//! A file that is being written is seldom whole. Lines that can't be read yet are passed over, as far as they can be.

use std::collections::BTreeMap;

use gherkin::Step;

use super::page::Page;
use super::{Beside, feature};
use crate::feature::FeatureFile;
use crate::parameters::Kind;
use crate::vocabulary::{self, Form, Keyword};

/// What is known at a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Here {
    /// What the step begins with, whatever it is written with.
    pub keyword: Keyword,
    /// What it is written with, in the file's language and with the space behind it; empty where no keyword stands there yet.
    pub written: String,
    /// The line on which the step begins, from 1.
    pub line: usize,
    /// Its text, behind the keyword.
    pub text: String,
    /// The step that says it, where exactly one does.
    pub form: Option<Form>,
    /// The doc string below it.
    pub doc_string: Option<String>,
    /// Who and what has a name before it, and by it.
    pub names: Vec<Given>,
}

/// Somebody or something that has a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// What it is.
    pub kind: Kind,
    /// The name.
    pub name: String,
    /// The line of the step that gave it first, from 1.
    pub line: usize,
}

/// What is known at a line (from 1) of `text`, which was read from `path`. Of lines without a step of their own, as those of
/// tables, the step above them is meant; on a line that a step may stand on, one is taken to be there.
pub fn here(path: &str, text: &str, line: usize) -> Option<Here> {
    let lines: Vec<&str> = text.lines().chain([""]).collect();
    let written = lines.get(line.checked_sub(1)?)?;
    let indent: String = written.chars().take_while(|letter| letter.is_whitespace()).collect();
    if belongs_to_step_above(&lines, line) {
        return at(path, &lines, line, |_| true);
    }
    // As it is; with a word behind its keyword; with a keyword before its word.
    let begun = format!("{} {WORD}", written.trim_end());
    let blank = format!("{indent}* {WORD}");
    [*written, &begun, &blank].into_iter().find_map(|tried| {
        let mut lines = lines.clone();
        *lines.get_mut(line - 1)? = tried;
        let here = at(path, &lines, line, |start| start == line)?;
        let written = if tried == blank { String::new() } else { here.written };
        Some(Here { written, ..here })
    })
}

/// What no step says.
const WORD: &str = "\u{2026}";

/// Whether a line is one of a table, a doc string, a comment or a tag.
fn belongs_to_step_above(lines: &[&str], line: usize) -> bool {
    let text = |line: &&str| line.trim_start().to_owned();
    let is_fence = |line: &&&str| ["\"\"\"", "```"].iter().any(|mark| line.trim_start().starts_with(mark));
    let fences = lines.iter().take(line).filter(is_fence).count();
    let closes = lines.get(line - 1).filter(|line| is_fence(line)).is_some();
    let stands_apart = |text: String| text.starts_with(['|', '#', '@']);
    fences % 2 == 1 || closes || lines.get(line - 1).map(text).is_some_and(stands_apart)
}

fn at(path: &str, lines: &[&str], line: usize, fits: impl Fn(usize) -> bool) -> Option<Here> {
    let (file, lines) = readable(path, lines)?;
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let steps = || all_steps(&file).map(|step| (start(step, &lines), step));
    let (from, step) = steps().filter(|(from, _)| *from <= line).max_by_key(|(from, _)| *from)?;
    // A matrix has a step for each of its rows.
    let row = steps().filter(|(of, step)| *of == from && step.position.line <= line).map(|(_, step)| step);
    let step = row.max_by_key(|step| step.position.line).unwrap_or(step);
    if !fits(from) {
        return None;
    }
    // What stands in other files gives no names that are not known by the step.
    let beside = Beside::default();
    let mut page = Page::of(path, &lines, &beside);
    page.asked = Some((step.position.line, Vec::new()));
    feature(&file, &mut page);
    let (_, rolls) = page.asked.take()?;
    let mut names: BTreeMap<(Kind, String), usize> = BTreeMap::new();
    for (kind, name, line) in rolls.iter().flat_map(|roll| roll.all()) {
        names.entry((kind, name.to_owned())).or_insert(line);
    }
    let names = names.into_iter().map(|((kind, name), line)| Given { kind, name, line });
    let keyword = Keyword::of(step.ty);
    let (text, doc_string, written) = (step.value.clone(), step.docstring.clone(), step.keyword.clone());
    let form = vocabulary::form_of(step);
    Some(Here { keyword, written, line: from, form, text, doc_string, names: names.collect() })
}

/// The file without the lines that can't be read.
fn readable(path: &str, lines: &[&str]) -> Option<(FeatureFile, Vec<String>)> {
    let mut lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
    for _ in 0..MOST_TRIED {
        match FeatureFile::parse(path, &(lines.join("\n") + "\n")) {
            Ok(file) => return Some((file, lines)),
            Err(error) => {
                let wrong = lines.get_mut(error.line.checked_sub(1)?)?;
                // An outline whose examples are still to come is taken for a scenario.
                let outline = wrong.trim_start().strip_prefix("Scenario Outline:");
                let left = outline.map(|name| format!("Scenario:{name}")).unwrap_or_default();
                if *wrong == left {
                    return None;
                }
                *wrong = left;
            }
        }
    }
    None
}

/// How many lines are passed over before the file is given up.
const MOST_TRIED: usize = 20;

fn all_steps(file: &FeatureFile) -> impl Iterator<Item = &Step> {
    let rules = file.feature.rules.iter().filter_map(|rule| rule.background.as_ref());
    let backgrounds = file.feature.background.iter().chain(rules).flat_map(|background| &background.steps);
    backgrounds.chain(file.scenarios().flat_map(|(_, scenario)| &scenario.steps))
}

/// The line on which a step begins; one that is the row of a matrix stands on that row.
fn start(step: &Step, lines: &[&str]) -> usize {
    let Some(table) = step.table.as_ref().filter(|table| table.position.line < step.position.line) else {
        return step.position.line;
    };
    let is_step = |line: &usize| {
        let text = lines.get(line - 1).map_or("", |text| text.trim_start());
        !text.is_empty() && !text.starts_with(['#', '|'])
    };
    (1..table.position.line).rev().find(is_step).unwrap_or(step.position.line)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    // No step is linked here, so what names steps give is tested with the language server.

    #[track_caller]
    fn check(text: &str, line: usize, expected: Option<(usize, Keyword, &str)>) {
        let found = here("a.feature", text, line);
        let found = found.as_ref().map(|here| (here.line, here.keyword, here.text.as_str()));
        assert_eq!(found, expected, "line {line} of\n{text}");
    }

    #[test]
    fn lines_that_are_being_written_are_steps() {
        let text = "Feature: f\n  Scenario: s\n    Given a\n    Then b\n    \n    And\n    Wh\n    But c d\n";
        check(text, 3, Some((3, Keyword::Given, "a")));
        check(text, 5, Some((5, Keyword::Then, WORD)));
        check(text, 6, Some((6, Keyword::Then, WORD)));
        check(text, 7, Some((7, Keyword::Then, WORD)));
        check(text, 8, Some((8, Keyword::Then, "c d")));
        check(text, 9, Some((9, Keyword::Then, WORD)));
        check("Feature: f\n  \n", 2, None);
        check("", 1, None);
    }

    #[test]
    fn tables_and_doc_strings_belong_to_the_step_above() {
        let text = "Feature: f\n  Scenario: s\n    Given a:\n      \"\"\"\n      {\n      \"\"\"\n    When b:\n      | x |\n      |\n    Then c\n";
        check(text, 4, Some((3, Keyword::Given, "a:")));
        check(text, 5, Some((3, Keyword::Given, "a:")));
        check(text, 6, Some((3, Keyword::Given, "a:")));
        check(text, 9, Some((7, Keyword::When, "b:")));
        check(text, 10, Some((10, Keyword::Then, "c")));
    }

    #[test]
    fn a_matrix_begins_with_its_step() {
        let rows = "      | who | action |\n      | a | b |\n      | c | d |\n";
        let text = format!("Feature: f\n  Scenario: s\n    Given x\n    Then access is:\n{rows}");
        for line in 4..=7 {
            check(&text, line, Some((4, Keyword::Then, "access is:")));
        }
    }

    #[test]
    fn an_outline_without_examples_is_read() {
        let text = "Feature: f\n  Scenario Outline: s\n    Given a\n    Then b\n";
        check(text, 4, Some((4, Keyword::Then, "b")));
    }
}
