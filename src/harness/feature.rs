//! A feature file: its text, what it says, and where.

use std::path::PathBuf;
use std::sync::LazyLock;

use gherkin::GherkinEnv;
use regex::Regex;

use crate::similar::nearest;
use crate::syntax::{Slip, first_slip, slip_in_prose};

/// A parsed feature file, its outlines expanded.
#[derive(Clone)]
pub struct FeatureFile {
    pub(crate) path: String,
    pub(crate) lines: Vec<String>,
    pub(crate) feature: gherkin::Feature,
}

/// Why a text is not a feature.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}:{line}:{column}: {message}")]
pub struct FeatureError {
    /// The file.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// The line as it stands in the file.
    pub source_line: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl FeatureFile {
    /// Parses `text`, which was read from `path`.
    ///
    /// # Errors
    /// Where it is not Gherkin, or an outline has no value for one of its placeholders.
    pub fn parse(path: &str, text: &str) -> Result<Self, FeatureError> {
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let mut feature = gherkin::Feature::parse(text, GherkinEnv::default())
            .map_err(|error| syntax_error(path, &lines, &error.to_string()))?;
        if let Some(slip) = first_slip(&lines).or_else(|| slip_in_prose(&lines, &feature)) {
            return Err(told(path, &lines, slip));
        }
        feature.path = Some(PathBuf::from(path));
        let scenarios =
            feature.scenarios.iter_mut().chain(feature.rules.iter_mut().flat_map(|rule| &mut rule.scenarios));
        scenarios.for_each(|scenario| as_meant(&mut scenario.steps));
        let rules = feature.rules.iter_mut().filter_map(|rule| rule.background.as_mut());
        feature.background.iter_mut().chain(rules).for_each(|background| as_meant(&mut background.steps));
        let file = Self { path: path.to_owned(), lines, feature };
        Ok(file.expanded()?.with_rows_apart())
    }

    /// The file, as it was given to `parse`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// All its scenarios, as people find them.
    pub fn scenario_refs(&self) -> Vec<evidence::ScenarioRef> {
        self.scenarios().map(|(rule, scenario)| crate::selected::reference(self, rule, scenario)).collect()
    }

    /// How many scenarios it holds, each example counted.
    pub(crate) fn scenario_count(&self) -> usize {
        self.scenarios().count()
    }

    /// All scenarios with the rule they stand in, in file order.
    pub(crate) fn scenarios(&self) -> impl Iterator<Item = (Option<&gherkin::Rule>, &gherkin::Scenario)> {
        let plain = self.feature.scenarios.iter().map(|scenario| (None, scenario));
        let ruled = self
            .feature
            .rules
            .iter()
            .flat_map(|rule| rule.scenarios.iter().map(move |scenario| (Some(rule), scenario)));
        plain.chain(ruled)
    }

    pub(crate) fn line(&self, line: usize) -> &str {
        line.checked_sub(1).and_then(|index| self.lines.get(index)).map_or("", String::as_str)
    }

    fn expanded(mut self) -> Result<Self, FeatureError> {
        let scenarios = std::mem::take(&mut self.feature.scenarios);
        self.feature.scenarios = self.expand_all(scenarios)?;
        let mut rules = std::mem::take(&mut self.feature.rules);
        for rule in &mut rules {
            rule.scenarios = self.expand_all(std::mem::take(&mut rule.scenarios))?;
        }
        self.feature.rules = rules;
        Ok(self)
    }

    fn expand_all(&self, scenarios: Vec<gherkin::Scenario>) -> Result<Vec<gherkin::Scenario>, FeatureError> {
        let mut expanded = Vec::new();
        for scenario in scenarios {
            if scenario.examples.is_empty() {
                if ["Scenario Outline", "Scenario Template"].contains(&scenario.keyword.as_str()) {
                    let help = "add `Examples:` with a table below its steps, or make it a `Scenario:`";
                    return Err(self.error_at(scenario.position.line, "the outline has no examples", help));
                }
                scenario.steps.iter().try_for_each(|step| self.check_placeholders(step, &[]))?;
                expanded.push(scenario);
            } else {
                self.expand(&scenario, &mut expanded)?;
            }
        }
        Ok(expanded)
    }

    /// Fills in one outline. A placeholder that no column names stays as it is, because `<YOUR_ACCOUNT_ID>`
    /// means the scenario's account; one that is nearly a column's name is a slip.
    fn expand(
        &self,
        outline: &gherkin::Scenario,
        expanded: &mut Vec<gherkin::Scenario>,
    ) -> Result<(), FeatureError> {
        for examples in &outline.examples {
            let help = "examples without rows would run nothing: add a row of values, or remove them";
            let line = examples.position.line;
            let Some((header, rows)) = examples.table.as_ref().and_then(|table| table.rows.split_first())
            else {
                return Err(self.error_at(line, "these examples have no table", help));
            };
            let Some(table) = examples.table.as_ref().filter(|_| !rows.is_empty()) else {
                return Err(self.error_at(line, "these examples have no rows", help));
            };
            for (index, row) in rows.iter().enumerate() {
                let mut scenario = outline.clone();
                scenario.examples = Vec::new();
                scenario.tags.extend(examples.tags.iter().cloned());
                scenario.position = self.row_position(table, index);
                let fill = |text: &mut String| {
                    for (name, value) in header.iter().zip(row) {
                        *text = text.replace(&format!("<{name}>"), value);
                    }
                };
                fill(&mut scenario.name);
                for step in &mut scenario.steps {
                    fill(&mut step.value);
                    step.docstring.iter_mut().for_each(fill);
                    step.table.iter_mut().flat_map(|table| table.rows.iter_mut().flatten()).for_each(fill);
                    self.check_placeholders(step, header)?;
                }
                expanded.push(scenario);
            }
        }
        Ok(())
    }

    /// The place of a table's data row, comments and blank lines between rows counted.
    pub(crate) fn row_position(&self, table: &gherkin::Table, index: usize) -> gherkin::LineCol {
        let rows = (table.position.line..=self.lines.len())
            .filter(|line| self.line(*line).trim_start().starts_with('|'));
        let line = rows.clone().nth(index + 1).unwrap_or(table.position.line);
        let text = self.line(line);
        gherkin::LineCol { line, col: text.chars().take_while(|letter| letter.is_whitespace()).count() + 1 }
    }

    fn error_at(&self, line: usize, message: &str, help: &str) -> FeatureError {
        told(&self.path, &self.lines, Slip { line, message: message.to_owned(), help: Some(help.to_owned()) })
    }

    /// A placeholder that nothing fills in would make a step say something else than it seems to.
    fn check_placeholders(&self, step: &gherkin::Step, header: &[String]) -> Result<(), FeatureError> {
        let Some(pattern) = PLACEHOLDER.as_ref() else { return Ok(()) };
        let names =
            pattern.captures_iter(&step.value).filter_map(|found| found.get(1)).map(|name| name.as_str());
        let Some(name) = names.into_iter().find(|name| !name.contains("ACCOUNT") && *name != ORGANIZATION)
        else {
            return Ok(());
        };
        let source_line = self.line(step.position.line).to_owned();
        let before = source_line.split(&format!("<{name}>")).next().unwrap_or_default();
        let near = nearest(name, header.iter().map(String::as_str))
            .first()
            .map(|near| format!("did you mean `<{near}>`?"));
        let (message, help) = if header.is_empty() {
            let message = format!("`<{name}>` stands for nothing: the scenario has no examples");
            (
                message,
                Some(
                    "make it a `Scenario Outline:` with `Examples:` below, or write the value itself"
                        .to_owned(),
                ),
            )
        } else {
            let columns = format!("the columns are: {}", header.join(", "));
            (format!("no column of the examples is called `{name}`"), near.or(Some(columns)))
        };
        let (path, line, column) = (self.path.clone(), step.position.line, before.chars().count() + 1);
        Err(FeatureError { path, line, column, message, source_line, help })
    }
}

const ORGANIZATION: &str = "YOUR_ORGANIZATION_ID";

static PLACEHOLDER: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new("<([^<> ](?:[^<>]*[^<> ])?)>").ok());

/// gherkin tells its place only as words, and not always the right one; what the lines show by themselves comes first.
fn syntax_error(path: &str, lines: &[String], words: &str) -> FeatureError {
    if let Some(slip) = first_slip(lines) {
        return told(path, lines, slip);
    }
    let line = Regex::new(r"at (\d+):\d+").ok().and_then(|pattern| {
        pattern.captures(words).and_then(|captures| captures.get(1)?.as_str().parse::<usize>().ok())
    });
    let line = line.unwrap_or(1).min(lines.len()).max(1);
    let text = lines.get(line.saturating_sub(1)).map_or("", |text| text.trim());
    let message = match text {
        "" => "the file ends or breaks off where a step, a scenario or a table was expected".to_owned(),
        text => format!("`{text}` can't stand here"),
    };
    let help = Some("is its keyword spelt right, and that of the part in which it stands?".to_owned());
    told(path, lines, Slip { line, message, help })
}

fn told(path: &str, lines: &[String], slip: Slip) -> FeatureError {
    let source_line = lines.get(slip.line.saturating_sub(1)).cloned().unwrap_or_default();
    let column = source_line.chars().take_while(|letter| letter.is_whitespace()).count() + 1;
    FeatureError {
        path: path.to_owned(),
        line: slip.line,
        column,
        message: slip.message,
        source_line,
        help: slip.help,
    }
}

/// Two things that gherkin takes otherwise: `*` stands for the keyword above it, as `And` does, and what stands behind
/// a doc string's opening quotes (`"""json`) names its kind and is no part of it.
fn as_meant(steps: &mut [gherkin::Step]) {
    let mut above = gherkin::StepType::Given;
    for step in steps {
        if step.keyword.trim() == "*" {
            step.ty = above;
        }
        above = step.ty;
        step.docstring = step.docstring.take().map(|text| match text.split_once('\n') {
            Some((kind, rest)) if !kind.trim().is_empty() => format!("\n{rest}"),
            _ => text,
        });
    }
}

#[cfg(test)]
#[allow(clippy::panic, reason = "tests")]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, line: usize, column: usize, message: &str) {
        match FeatureFile::parse("a.feature", text) {
            Ok(file) => panic!("{} scenarios were read from:\n{text}", file.scenario_count()),
            Err(error) => {
                assert_eq!((error.line, error.column, error.message.as_str()), (line, column, message))
            }
        }
    }

    #[test]
    fn outlines_lose_nothing() {
        let outline = "Feature: f\n  Scenario Outline: s\n    Given a user <who>\n";
        check(outline, 2, 3, "the outline has no examples");
        check(&format!("{outline}    Examples:\n"), 4, 5, "these examples have no table");
        check(&format!("{outline}    Examples:\n      | who |\n"), 4, 5, "these examples have no rows");
        check(
            &format!("{outline}    Examples:\n      | wo |\n      | x |\n"),
            3,
            18,
            "no column of the examples is called `who`",
        );
        check(
            "Feature: f\n  Scenario: s\n    Given a user <who>\n",
            3,
            18,
            "`<who>` stands for nothing: the scenario has no examples",
        );
    }

    #[test]
    fn cells_are_not_cut_off() {
        let text = "Feature: f\n  Scenario: s\n    Given x:\n      | a |\n      | 1 | 2 |\n";
        check(text, 5, 7, "this row has 2 cells, the table's first row has 1");
    }

    #[test]
    fn the_kind_of_a_doc_string_is_no_part_of_it() {
        let text = "Feature: f\n  Scenario: s\n    Given x:\n      \"\"\"json\n      {}\n      \"\"\"\n";
        let file = FeatureFile::parse("a.feature", text);
        let step = file.ok().and_then(|file| file.feature.scenarios.first()?.steps.first().cloned());
        assert_eq!(step.and_then(|step| step.docstring).as_deref().map(str::trim), Some("{}"));
    }
}
