//! What can be said of a feature file without running it.

mod allow;
mod codes;
mod glob;
mod policies;
mod secrets;
mod statement;

pub use codes::{CODES, Code, Severity, code};

use gherkin::{Step, StepType};
use regex::Regex;

use crate::feature::FeatureFile;
use crate::vocabulary;

/// Something that is wrong with a feature file, or may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What kind of thing.
    pub code: &'static Code,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// In characters.
    pub length: usize,
    /// What it is about.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The line as it stands there, without secrets.
    pub source_line: String,
    /// The line that an `allow` must stand above: that of the step.
    anchor: usize,
}

/// Checks files one after the other; the steps are read once.
pub struct Checker {
    steps: Vec<(StepType, Regex)>,
    secrets: Vec<Regex>,
}

/// What `@needs:` may name on one target or another.
const NEEDS: [&str; 5] = ["aws-cli", "clock", "explanations", "instances", "other-account"];

impl Default for Checker {
    fn default() -> Self {
        Self { steps: vocabulary::patterns(), secrets: secrets::patterns() }
    }
}

impl Checker {
    /// All findings in `text`, which was read from `path`, in the order of their places.
    pub fn check(&self, path: &str, text: &str) -> Vec<Finding> {
        let lines: Vec<&str> = text.lines().collect();
        let mut page = Page { lines: &lines, findings: Vec::new() };
        secrets::check(&self.secrets, &mut page);
        match FeatureFile::parse(path, text) {
            Err(error) => {
                page.add(codes::SYNTAX, error.line, (error.line, error.column, 0), error.message, error.help);
            }
            Ok(file) => {
                self.feature(&file, &mut page);
                allow::apply(&mut page);
            }
        }
        let mut findings = page.findings;
        findings.sort_by_key(|finding| (finding.line, finding.column, finding.code.id));
        // An outline says the same in each of its scenarios.
        findings.dedup_by_key(|finding| (finding.line, finding.column, finding.code.id));
        findings
    }

    fn feature(&self, file: &FeatureFile, page: &mut Page<'_>) {
        let feature = &file.feature;
        let scenarios: Vec<_> = file.scenarios().collect();
        if scenarios.is_empty() {
            let message = "the feature has no scenario".to_owned();
            page.add_line(codes::EMPTY, feature.position.line, message, None);
        }
        needs(&feature.tags, feature.position.line, page);
        for rule in &feature.rules {
            needs(&rule.tags, rule.position.line, page);
        }
        let backgrounds = feature.background.iter();
        let backgrounds = backgrounds.chain(feature.rules.iter().filter_map(|rule| rule.background.as_ref()));
        for step in backgrounds.flat_map(|background| &background.steps) {
            self.step(step, page);
        }
        for (rule, scenario) in scenarios {
            needs(&scenario.tags, scenario.position.line, page);
            let ruled = rule.and_then(|rule| rule.background.as_ref());
            let before = feature.background.iter().chain(ruled).flat_map(|background| &background.steps);
            if !before.chain(&scenario.steps).any(|step| step.ty == StepType::Then) {
                let help =
                    Some("end it with what you expect, for instance `Then upload succeeds`".to_owned());
                let message = "the scenario checks nothing: it has no `Then`".to_owned();
                page.add_line(codes::NO_CHECK, scenario.position.line, message, help);
            }
            scenario.steps.iter().for_each(|step| self.step(step, page));
        }
    }

    fn step(&self, step: &Step, page: &mut Page<'_>) {
        let known = |(kind, pattern): &(StepType, Regex)| *kind == step.ty && pattern.is_match(&step.value);
        if !self.steps.iter().any(known) {
            let near = vocabulary::similar(step);
            let help = (!near.is_empty()).then(|| format!("did you mean `{}`?", near.join("` or `")));
            page.add_line(
                codes::UNDEFINED,
                step.position.line,
                format!("no step says `{}`", step.value),
                help,
            );
            return;
        }
        policies::check(step, page);
    }
}

fn needs(tags: &[String], line: usize, page: &mut Page<'_>) {
    for tag in tags {
        let Some(name) = tag.trim_start_matches('@').strip_prefix("needs:") else { continue };
        if NEEDS.contains(&name) {
            continue;
        }
        let written = format!("@needs:{name}");
        let above = (1..=line).rev().find(|line| page.line(*line).contains(&written)).unwrap_or(line);
        let column = page.column_of(above, &written);
        let near = policy::nearest(name, NEEDS.into_iter())
            .first()
            .map(|near| format!("did you mean `@needs:{near}`?"));
        let help = near.or_else(|| Some(format!("there are: {}", NEEDS.join(", "))));
        let length = written.chars().count();
        page.add(codes::NEEDS, above, (above, column, length), format!("no target has `{name}`"), help);
    }
}

/// A file and what was found in it.
struct Page<'a> {
    lines: &'a [&'a str],
    findings: Vec<Finding>,
}

impl Page<'_> {
    fn line(&self, line: usize) -> &str {
        line.checked_sub(1).and_then(|index| self.lines.get(index)).copied().unwrap_or_default()
    }

    /// Where `words` begin in a line; its first letter where they are not there.
    fn column_of(&self, line: usize, words: &str) -> usize {
        let text = self.line(line);
        let at = text.find(words).unwrap_or(text.len() - text.trim_start().len());
        text.get(..at).unwrap_or_default().chars().count() + 1
    }

    /// A finding about a whole line.
    fn add_line(&mut self, code: &'static Code, line: usize, message: String, help: Option<String>) {
        let text = self.line(line);
        let length = text.trim().chars().count();
        let place = (line, self.column_of(line, text.trim()), length);
        self.add(code, line, place, message, help);
    }

    /// A finding at line, column and length; without length it goes to the end of the word.
    fn add(
        &mut self,
        code: &'static Code,
        anchor: usize,
        (line, column, length): (usize, usize, usize),
        message: String,
        help: Option<String>,
    ) {
        let source_line = self.line(line).to_owned();
        let word = || {
            source_line.chars().skip(column.saturating_sub(1)).take_while(|it| !it.is_whitespace()).count()
        };
        let length = if length == 0 { word().max(1) } else { length };
        self.findings.push(Finding { code, line, column, length, message, help, source_line, anchor });
    }
}
