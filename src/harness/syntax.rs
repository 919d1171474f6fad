//! What people get wrong in a feature file, found in its lines.
//!
//! gherkin's own parser tells little, and takes some slips for prose: `Gven main-user` above the first step, or a whole
//! scenario below `Scenaro:`. It also cuts rows to the length of the first. A slip must not make a claim vanish.

use gherkin::GherkinEnv;

use crate::similar::nearest;
use crate::vocabulary;

/// A mistake, where it is, and what to do about it.
#[derive(Debug)]
pub(crate) struct Slip {
    /// From 1.
    pub(crate) line: usize,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

const STEPS: [&str; 5] = ["Given", "When", "Then", "And", "But"];
const HEADERS: [&str; 11] = [
    "Feature",
    "Business Need",
    "Ability",
    "Background",
    "Rule",
    "Scenario",
    "Example",
    "Scenario Outline",
    "Scenario Template",
    "Examples",
    "Scenarios",
];
const FENCES: [&str; 2] = ["\"\"\"", "```"];

/// The first mistake in the lines, of those that lines show by themselves.
pub(crate) fn first_slip(lines: &[String]) -> Option<Slip> {
    let mut scan = Scan { english: language(lines).is_none(), ..Scan::default() };
    if let Some((line, name)) = language(lines).filter(|(_, name)| GherkinEnv::new(name).is_err()) {
        return slip(line, format!("there is no language `{name}`"), "for instance `# language: de`");
    }
    for (index, text) in lines.iter().enumerate() {
        let found = scan.line(index + 1, text.trim());
        if found.is_some() {
            return found;
        }
    }
    scan.end()
}

/// A line of a description that says a step, below a keyword in another language that is none: gherkin knows those
/// keywords and we don't, but prose does not say what a step says.
pub(crate) fn slip_in_prose(lines: &[String], feature: &gherkin::Feature) -> Option<Slip> {
    let (_, language) = language(lines)?;
    let scenarios = || feature.scenarios.iter().chain(feature.rules.iter().flat_map(|rule| &rule.scenarios));
    let ruled = feature.rules.iter().filter_map(|rule| rule.background.as_ref());
    let descriptions = std::iter::once(&feature.description)
        .chain(feature.rules.iter().map(|rule| &rule.description))
        .chain(feature.background.iter().chain(ruled).map(|background| &background.description))
        .chain(scenarios().map(|scenario| &scenario.description))
        .chain(scenarios().flat_map(|scenario| &scenario.examples).map(|examples| &examples.description));
    let mut prose = descriptions.flatten().flat_map(|text| text.lines()).map(str::trim);
    let text =
        prose.find(|text| text.split_once(' ').is_some_and(|(_, rest)| vocabulary::says(rest.trim())))?;
    let line = lines.iter().position(|line| line.trim() == text)? + 1;
    let help = format!("is its keyword one of `{language}`, and that of the scenario above it?");
    slip(line, format!("`{text}` is read as prose, not as a step"), &help)
}

/// The language that the file says it is in: its line and name.
pub(crate) fn language<Line: AsRef<str>>(lines: &[Line]) -> Option<(usize, String)> {
    let first = lines.iter().position(|line| !line.as_ref().trim().is_empty())?;
    let words = lines.get(first)?.as_ref().trim().strip_prefix('#')?.trim_start().strip_prefix("language")?;
    let name = words.trim_start().strip_prefix(':')?.trim();
    (name != "en").then(|| (first + 1, name.to_owned()))
}

fn slip(line: usize, message: impl Into<String>, help: &str) -> Option<Slip> {
    Some(Slip { line, message: message.into(), help: Some(help.to_owned()) })
}

#[derive(Default)]
struct Scan {
    english: bool,
    /// Where the doc string began that has no end yet, and by what it ends.
    doc_string: Option<(usize, &'static str)>,
    /// How many cells the table's first row has.
    table: Option<usize>,
    /// The line of tags that nothing follows yet.
    tags: Option<usize>,
    feature: Option<usize>,
    /// Whether a scenario or a background was there.
    part: bool,
    scenario: bool,
    /// Whether a step was there since the last header.
    step: bool,
}

impl Scan {
    fn line(&mut self, line: usize, text: &str) -> Option<Slip> {
        if let Some((_, fence)) = self.doc_string {
            if text.contains(fence) {
                self.doc_string = None;
            }
            return None;
        }
        if text.is_empty() || text.starts_with('#') {
            return None;
        }
        if let Some(fence) = FENCES.into_iter().find(|fence| text.starts_with(fence)) {
            let closed = text.get(fence.len()..).is_some_and(|rest| rest.contains(fence));
            self.doc_string = (!closed).then_some((line, fence));
            return None;
        }
        if text.starts_with('|') {
            return self.row(line, text);
        }
        let after_table = self.table.take().is_some();
        if text.starts_with('@') {
            self.tags = Some(line);
            return None;
        }
        if !self.english {
            (self.feature, self.tags) = (Some(line), None);
            return None;
        }
        self.words(line, text, after_table)
    }

    fn row(&mut self, line: usize, text: &str) -> Option<Slip> {
        // An escaped `\|` is part of its cell.
        let bars = text.replace("\\\\", "").replace("\\|", "");
        if !bars.ends_with('|') || bars.len() == 1 {
            return slip(
                line,
                "this row does not end with `|`",
                "a row is `| one | two |`; a `|` inside a cell is `\\|`",
            );
        }
        let escapes = text.replace("\\\\", "");
        let escaped = escapes.split('\\').skip(1).filter_map(|rest| rest.chars().next());
        if escaped.into_iter().any(|letter| !['n', '|'].contains(&letter)) {
            return slip(
                line,
                "a lone `\\` in a cell",
                "in a table, `\\` is written `\\\\`, `|` is `\\|` and a new line is `\\n`",
            );
        }
        let cells = bars.matches('|').count() - 1;
        let columns = *self.table.get_or_insert(cells);
        (cells != columns).then_some(())?;
        let message = format!("this row has {cells} cells, the table's first row has {columns}");
        slip(line, message, "give all rows the same number of cells; a `|` inside a cell is `\\|`")
    }

    fn words(&mut self, line: usize, text: &str, after_table: bool) -> Option<Slip> {
        if let Some(header) = text.split_once(':').map(|(word, _)| word).filter(|word| HEADERS.contains(word))
        {
            self.tags = None;
            return self.header(line, header);
        }
        let is_step = text.starts_with("* ") || STEPS.iter().any(|word| keyword_of(text) == *word);
        if self.feature.is_none() {
            return not_a_feature(line, text, is_step);
        }
        if self.part && (STEPS.contains(&text) || text == "*") {
            let help = "say behind it what is so, what happens or what is expected";
            return slip(line, format!("`{text}` stands alone"), help);
        }
        if is_step && self.part {
            self.step = true;
            return None;
        }
        let rest = text.split_once(' ').map_or("", |(_, rest)| rest);
        if is_step && vocabulary::says(rest) {
            return slip(line, "this step is in no scenario", "put a line `Scenario: NAME` above it");
        }
        let meant = meant_otherwise(line, text);
        if meant.is_some() || !self.step && !after_table {
            return meant;
        }
        let near = nearest(keyword_of(text), STEPS.into_iter()).into_iter().next();
        let help = near.map(|near| format!("did you mean `{near}`?"));
        let steps = "a step begins with Given, When, Then, And, But or `*`; a table's row with `|`";
        slip(line, format!("`{text}` can't stand here"), help.as_deref().unwrap_or(steps))
    }

    fn header(&mut self, line: usize, header: &str) -> Option<Slip> {
        let was_step = std::mem::replace(&mut self.step, false);
        match header {
            "Feature" | "Business Need" | "Ability" => match self.feature.replace(line) {
                Some(first) => slip(
                    line,
                    format!("a second feature; the first begins on line {first}"),
                    "a file holds one feature: move this one to a file of its own",
                ),
                None => None,
            },
            _ if self.feature.is_none() => not_a_feature(line, header, false),
            "Background" if self.scenario => slip(
                line,
                "a background below a scenario",
                "move it above the first scenario of its feature or rule",
            ),
            "Examples" | "Scenarios" if !was_step => slip(
                line,
                "these examples have no steps above them",
                "they go below the steps of a `Scenario Outline:`",
            ),
            "Examples" | "Scenarios" => {
                // Several may follow each other.
                self.step = true;
                None
            }
            "Rule" => {
                (self.scenario, self.part) = (false, false);
                None
            }
            _ => {
                (self.part, self.scenario) = (true, self.scenario || header != "Background");
                None
            }
        }
    }

    fn end(&self) -> Option<Slip> {
        if let Some((line, fence)) = self.doc_string {
            return slip(
                line,
                "the doc string that begins here has no end",
                &format!("end it with a line `{fence}`"),
            );
        }
        if let Some(line) = self.tags {
            return slip(
                line,
                "these tags belong to nothing",
                "tags go on the line above a feature, rule, scenario or examples",
            );
        }
        let empty = self.feature.is_none();
        empty.then(|| slip(1, "the file is empty", BEGINNING)).flatten()
    }
}

const BEGINNING: &str = "a feature file begins with `Feature: NAME`, then `Scenario: NAME`, then the steps";

fn not_a_feature(line: usize, text: &str, is_step: bool) -> Option<Slip> {
    let word = text.split(':').next().unwrap_or_default();
    if is_step {
        return slip(
            line,
            "this step is in no feature",
            "put the lines `Feature: NAME` and `Scenario: NAME` above it",
        );
    }
    if HEADERS.contains(&word) {
        return slip(
            line,
            format!("`{word}:` outside a feature"),
            "put the line `Feature: NAME` at the top of the file",
        );
    }
    let help = match nearest(word, HEADERS.into_iter()).first() {
        Some(near) => format!("did you mean `{near}:`?"),
        None => BEGINNING.to_owned(),
    };
    slip(line, "this is not a feature file", &help)
}

fn keyword_of(text: &str) -> &str {
    text.split_whitespace().next().unwrap_or_default()
}

/// What a line that begins with no keyword was meant to be, if it looks like a step or a header.
fn meant_otherwise(line: usize, text: &str) -> Option<Slip> {
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let (word, rest) = (word.trim_end_matches(':'), rest.trim());
    if let Some(near) = nearest(word, STEPS.into_iter()).first().filter(|_| !COMMON.contains(&word)) {
        // `Gven main-user`: what follows may be a name alone, which any word is.
        let name_alone = !rest.is_empty() && !rest.contains(' ') && word.chars().count() > 3;
        if vocabulary::says(rest) || name_alone {
            return slip(line, format!("`{word}` is not a keyword"), &format!("did you mean `{near}`?"));
        }
    }
    let header = text.split_once(':')?.0;
    let near = nearest(header, PARTS.into_iter()).into_iter().next().filter(|_| !COMMON.contains(&header))?;
    slip(line, format!("`{header}:` is not a keyword"), &format!("did you mean `{near}:`?"))
}

/// What a slip would make vanish.
const PARTS: [&str; 7] =
    ["Background", "Scenario", "Example", "Scenario Outline", "Scenario Template", "Examples", "Scenarios"];

/// Words with which sentences begin, however near they are to a keyword.
const COMMON: [&str; 12] =
    ["The", "They", "There", "Their", "These", "Them", "This", "That", "Than", "Here", "Sample", "Samples"];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<(usize, &str)>) {
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let found = first_slip(&lines);
        let found = found.as_ref().map(|slip| (slip.line, slip.message.as_str()));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn lines_that_are_right() {
        check(
            "Feature: f\n  Some prose.\n\n  Scenario: s\n    Given x\n      \"\"\"json\n      | {\n      \"\"\"\n    * y\n",
            None,
        );
        check(
            "# language: de\nFunktionalität: f\n  Szenario: s\n    Angenommen x\n      | a | b\\|c |\n      | 1 | 2 |\n",
            None,
        );
        check(
            "@a\nFeature: f\n  Scenario Outline: s\n    Given <x>\n    Examples: one\n      | x |\n    @b\n    Examples: two\n      | x |\n",
            None,
        );
        check("Feature: f\n  Scenario: s\n    Given x\n\n  Rule: r\n    Background:\n      Given y\n", None);
    }

    #[test]
    fn prose_is_no_slip() {
        for prose in [
            "The bucket",
            "Their uploads: none",
            "When somebody leaves",
            "Role: main-role1",
            "Given that, all",
        ] {
            check(&format!("Feature: f\n  {prose}\n\n  Scenario: s\n    {prose} x\n    Given y\n"), None);
        }
        check("Feature: f\n  Scenaro: s\n    Given x\n", Some((2, "`Scenaro:` is not a keyword")));
        check("Feature: f\n  Scenario: s\n    Gven main-user\n", Some((3, "`Gven` is not a keyword")));
    }

    #[test]
    fn slips_are_found_on_their_line() {
        check("", Some((1, "the file is empty")));
        check("# only a comment\n", Some((1, "the file is empty")));
        check("Given main-user\n", Some((1, "this step is in no feature")));
        check("Scenario: s\n  Given x\n", Some((1, "`Scenario:` outside a feature")));
        check("Featre: f\n", Some((1, "this is not a feature file")));
        check("# language: xx\nFeature: f\n", Some((1, "there is no language `xx`")));
        let head = "Feature: f\n  Scenario: s\n    Given x\n";
        for (text, message) in [
            ("      \"\"\"\n      {\n", "the doc string that begins here has no end"),
            ("      | a |\n      | 1 | 2 |\n", "this row has 2 cells, the table's first row has 1"),
            ("    And\n", "`And` stands alone"),
            ("    *\n", "`*` stands alone"),
            ("      | a\n", "this row does not end with `|`"),
            ("    Whn y\n", "`Whn y` can't stand here"),
            ("  @lonely\n", "these tags belong to nothing"),
            ("Feature: g\n", "a second feature; the first begins on line 1"),
            ("  Background:\n", "a background below a scenario"),
            ("  Exmples:\n", "`Exmples:` is not a keyword"),
            ("  Scenaro: t\n", "`Scenaro:` is not a keyword"),
        ] {
            let line = if message.contains("row has") { 5 } else { 4 };
            check(&format!("{head}{text}"), Some((line, message)));
        }
    }
}
