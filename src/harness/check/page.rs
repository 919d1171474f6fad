//! A file and what was found in it.

use std::collections::BTreeSet;
use std::path::Path;

use policy::edit_distance;

use crate::parameters::Kind;
use crate::reading::Reading;
use crate::similar::nearest;

use super::codes::Code;
use super::roll::Roll;
use super::statement::{Doubt, Where};
use super::{Beside, Finding, codes};

/// More letters make it another name, which the account may have beside the feature's.
const FARTHEST_SLIP: usize = 2;

/// A file beside the feature, with the line of it that a finding is about.
pub(super) struct Elsewhere {
    pub(super) path: String,
    pub(super) source_line: String,
}

/// Words in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// What they say; in an outline, with the values of one example.
    pub text: String,
    pub(super) place: Place,
}

/// Where words stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// From 1.
    pub(super) line: usize,
    /// In characters, from 1.
    pub(super) column: usize,
    /// In characters; 0: to the end of the word.
    pub(super) length: usize,
}

pub(super) struct Page<'a> {
    pub(super) lines: &'a [&'a str],
    pub(super) beside: &'a Beside<'a>,
    /// Where the files are that its steps name.
    pub(super) reading: Reading,
    pub(super) findings: Vec<Finding>,
    /// All that steps of the feature have given names to.
    pub(super) made: BTreeSet<(Kind, String)>,
    /// Whether there may be others, of whom only a run can tell.
    pub(super) is_open: bool,
    /// What does not count everywhere.
    unsettled: Vec<(Where, Finding)>,
    /// The line of a step, and the names before it, once the step's turn comes.
    pub(super) asked: Option<(usize, Vec<Roll>)>,
}

impl<'a> Page<'a> {
    pub(super) fn of(path: &str, lines: &'a [&'a str], beside: &'a Beside<'a>) -> Self {
        let (findings, made, is_open, unsettled, asked) = Default::default();
        let reading = Reading::beside(Path::new(path), beside.files);
        Self { lines, beside, reading, findings, made, is_open, unsettled, asked }
    }
}

impl Page<'_> {
    /// Keeps the names before a step, where they are asked for; an outline has the step several times.
    pub(super) fn is_asked(&mut self, line: usize, roll: &Roll) {
        if let Some((_, found)) = self.asked.as_mut().filter(|(asked, _)| *asked == line) {
            found.push(roll.clone());
        }
    }

    pub(super) fn line(&self, line: usize) -> &str {
        line.checked_sub(1).and_then(|index| self.lines.get(index)).copied().unwrap_or_default()
    }

    /// Where `words` begin in a line; its first letter where they are not there.
    pub(super) fn column_of(&self, line: usize, words: &str) -> usize {
        let text = self.line(line);
        let at = text.find(words).unwrap_or(text.len() - text.trim_start().len());
        text.get(..at).unwrap_or_default().chars().count() + 1
    }

    /// A line without the white space around it.
    pub(super) fn whole(&self, line: usize) -> Place {
        let text = self.line(line).trim();
        Place { line, column: self.column_of(line, text), length: text.chars().count() }
    }

    /// A part of a step's text, from a byte to another.
    pub(super) fn in_step(&self, step: &gherkin::Step, part: std::ops::Range<usize>) -> Place {
        let line = step.position.line;
        let Some(start) = self.line(line).find(&step.value) else { return self.whole(line) };
        let count = |text: Option<&str>| text.map_or(0, |text| text.chars().count());
        let column = count(self.line(line).get(..start)) + count(step.value.get(..part.start)) + 1;
        Place { line, column, length: count(step.value.get(part)) }
    }

    /// The lines of a table, that of its header first.
    pub(super) fn table_lines(&self, table: &gherkin::Table) -> Vec<usize> {
        let is_row = |line: &usize| self.line(*line).trim_start().starts_with('|');
        (table.position.line..=self.lines.len()).filter(is_row).take(table.rows.len()).collect()
    }

    /// Where the text of a cell stands in a row; the whole row where it has no such cell.
    pub(super) fn cell(&self, line: usize, cell: usize) -> Place {
        let mut cells: Vec<Vec<(usize, char)>> = Vec::new();
        let mut letters = self.line(line).chars().zip(1..);
        while let Some((letter, column)) = letters.next() {
            if letter == '|' {
                cells.push(Vec::new());
                continue;
            }
            let escaped = (letter == '\\').then(|| letters.next()).flatten();
            let letters = [Some((letter, column)), escaped].into_iter().flatten();
            cells
                .last_mut()
                .into_iter()
                .for_each(|cell| cell.extend(letters.clone().map(|(letter, column)| (column, letter))));
        }
        let is_ink = |(_, letter): &&(usize, char)| !letter.is_whitespace();
        let found = cells.get(cell).and_then(|cell| {
            let (first, _) = cell.iter().find(is_ink)?;
            let (last, _) = cell.iter().rev().find(is_ink)?;
            Some(Place { line, column: *first, length: last - first + 1 })
        });
        let empty = || cells.get(cell)?.first().map(|(column, _)| Place { line, column: *column, length: 1 });
        found.or_else(empty).unwrap_or_else(|| self.whole(line))
    }

    /// A tag of the part of the feature that begins on a line.
    pub(super) fn tag(&self, line: usize, tag: &str) -> Place {
        let has = |line: &usize| {
            let text = self.line(*line).trim();
            text.starts_with('@') && text.split_whitespace().any(|word| word == tag)
        };
        let line = (1..=line).rev().find(has).unwrap_or(line);
        Place { line, column: self.column_of(line, tag), length: tag.chars().count() }
    }

    /// A finding about a whole line.
    pub(super) fn add_line(
        &mut self,
        code: &'static Code,
        line: usize,
        message: String,
        help: Option<String>,
    ) {
        self.add(code, line, self.whole(line), message, help);
    }

    /// A finding somewhere, which an `allow` above the line `anchor` silences.
    pub(super) fn add(
        &mut self,
        code: &'static Code,
        anchor: usize,
        place: Place,
        message: String,
        help: Option<String>,
    ) {
        self.add_where(code, (anchor, place), None, message, help);
    }

    /// The same, where the place may be one in a file that the step on the line names.
    pub(super) fn add_where(
        &mut self,
        code: &'static Code,
        (anchor, place): (usize, Place),
        elsewhere: Option<Elsewhere>,
        message: String,
        help: Option<String>,
    ) {
        let Place { line, column, length } = place;
        let (path, source_line) = match elsewhere {
            Some(Elsewhere { path, source_line }) => (Some(path), source_line),
            None => (None, self.line(line).to_owned()),
        };
        let word = || {
            source_line.chars().skip(column.saturating_sub(1)).take_while(|it| !it.is_whitespace()).count()
        };
        let length = if length == 0 { word().max(1) } else { length };
        self.findings.push(Finding { code, path, line, column, length, message, help, source_line, anchor });
    }

    /// A finding about a policy.
    pub(super) fn doubt(&mut self, doubt: Doubt, at: (usize, Place), elsewhere: Option<Elsewhere>) {
        self.add_where(doubt.code, at, elsewhere, doubt.message, doubt.help);
        if doubt.only != Where::Always {
            self.unsettled.extend(self.findings.pop().map(|finding| (doubt.only, finding)));
        }
    }

    /// All steps are read: what there is in the feature is known.
    pub(super) fn settle(&mut self) {
        for (only, mut finding) in std::mem::take(&mut self.unsettled) {
            let counts = match &only {
                Where::Always => true,
                Where::Made(kind, name) => self.made.contains(&(*kind, name.clone())),
                Where::AlmostMade(kind, name) => {
                    let near = self.slip_of(*kind, name);
                    finding.help = near.map(|near| format!("did you mean `{near}`?"));
                    near.is_some()
                }
            };
            self.findings.extend(counts.then_some(finding));
        }
    }

    /// Of what the feature makes, that of which a name is a slip; `None`: there is none, or there may be others.
    fn slip_of(&self, kind: Kind, name: &str) -> Option<&str> {
        let of_kind = || self.made.iter().filter(|(it, _)| *it == kind).map(|(_, name)| name.as_str());
        if self.is_open || of_kind().any(|known| known == name) {
            return None;
        }
        nearest(name, of_kind()).into_iter().find(|known| edit_distance(known, name) <= FARTHEST_SLIP)
    }

    /// All findings in the order of their places, each once: an outline says the same in each of its scenarios.
    pub(super) fn in_order(self) -> Vec<Finding> {
        let mut findings = self.findings;
        findings.sort_by(|one, other| one.order().cmp(&other.order()));
        // Of an outline's undefined step there would be one for each example.
        findings.dedup_by(|one, other| match one.code == codes::UNDEFINED {
            true => (one.code.id, one.line) == (other.code.id, other.line),
            false => one.order() == other.order(),
        });
        findings
    }
}

impl Finding {
    /// What is found in other files comes last.
    fn order(&self) -> (Option<&str>, usize, usize, &str, &str) {
        (self.path.as_deref(), self.line, self.column, self.code.id, &self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_stand_where_their_text_does() {
        let lines = ["  | who  | a\\|b |   | ü |"];
        let beside = Beside::default();
        let page = Page::of("a.feature", &lines, &beside);
        let place = |cell| page.cell(1, cell);
        let at = |column, length| Place { line: 1, column, length };
        assert_eq!([place(0), place(1), place(3)], [at(5, 3), at(12, 4), at(23, 1)]);
        assert_eq!(place(2), at(18, 1));
        assert_eq!(place(9), page.whole(1));
    }

    #[test]
    fn tags_are_found_above_what_they_belong_to() {
        let lines = ["@slow-x", "  @slow @b", "  # @slow", "  Scenario: s"];
        let beside = Beside::default();
        let page = Page::of("a.feature", &lines, &beside);
        assert_eq!(page.tag(4, "@slow"), Place { line: 2, column: 3, length: 5 });
    }
}
