//! What can be said of a feature file without running it.

mod allow;
mod attempt;
mod codes;
mod glob;
mod here;
mod page;
mod policies;
mod rehearsal;
mod roll;
mod secrets;
mod statement;
mod tags;

pub use attempt::is_about;
pub use codes::{CODES, Code, Severity, code};
pub use here::{Given, Here, here};
pub use page::Word;
pub use policies::{PolicyUse, filled};
pub use rehearsal::{Rehearsal, Rehearsed, Row};
pub use roll::managed_policies_of_aws;
pub use tags::NEEDS;

use evidence::ControlRef;
use gherkin::{Background, Scenario, Step, StepType};

use crate::feature::FeatureFile;
use crate::language::Language;
use crate::plan::Files;
use crate::vocabulary::{self, Known};
use page::{Page, Place};
use roll::Roll;

/// Something that is wrong with a feature file, or may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What kind of thing.
    pub code: &'static Code,
    /// A file that the feature names; `None`: it is in the feature itself.
    pub path: Option<String>,
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

impl Finding {
    fn is_said_in(&mut self, language: &Language) {
        self.message = language.suggests(&self.message);
        self.help = self.help.take().map(|help| language.suggests(&help));
    }

    /// The line in the feature of the step that it belongs to, from 1, also where it is about a file that the step names.
    pub fn step_line(&self) -> usize {
        self.anchor
    }
}

/// What there is beside a feature file.
#[derive(Clone, Copy, Debug, Default)]
pub struct Beside<'a> {
    /// The controls that the users' own file has; none: there is no such file.
    pub controls: &'a [ControlRef],
    /// How the files are read that steps name.
    pub files: Files,
}

/// All findings in `text`, which was read from `path`, and in the files that it names, in the order of their places.
pub fn check(path: &str, text: &str, beside: &Beside<'_>) -> Vec<Finding> {
    let lines: Vec<&str> = text.lines().collect();
    let mut page = Page::of(path, &lines, beside);
    match FeatureFile::parse(path, text) {
        Err(error) => {
            let place = Place { line: error.line, column: error.column, length: 0 };
            page.add(codes::SYNTAX, error.line, place, error.message, error.help);
            secrets::check(&mut page);
        }
        Ok(file) => {
            feature(&file, &mut page);
            page.settle();
            secrets::check(&mut page);
            allow::apply(&mut page);
        }
    }
    let mut findings = page.in_order();
    if let Some(language) = Language::of(&lines) {
        findings.iter_mut().for_each(|finding| finding.is_said_in(&language));
    }
    findings
}

fn feature(file: &FeatureFile, page: &mut Page<'_>) {
    let feature = &file.feature;
    if file.scenario_count() == 0 {
        let message = "the feature has no scenario".to_owned();
        page.add_line(codes::EMPTY, feature.position.line, message, None);
    }
    tags::check(&feature.tags, feature.position.line, page);
    let mut roll = Roll::default();
    let expects = background(feature.background.as_ref(), &mut roll, page);
    scenarios(&feature.scenarios, expects, &roll, page);
    for rule in &feature.rules {
        tags::check(&rule.tags, rule.position.line, page);
        let mut roll = roll.clone();
        let expects = background(rule.background.as_ref(), &mut roll, page) || expects;
        scenarios(&rule.scenarios, expects, &roll, page);
    }
}

/// Whether its steps expect something.
fn background(background: Option<&Background>, roll: &mut Roll, page: &mut Page<'_>) -> bool {
    let steps = || background.iter().flat_map(|background| &background.steps);
    steps().for_each(|it| step(it, roll, page));
    steps().any(|step| step.ty == StepType::Then)
}

fn scenarios(scenarios: &[Scenario], expects: bool, roll: &Roll, page: &mut Page<'_>) {
    for scenario in scenarios {
        tags::check(&scenario.tags, scenario.position.line, page);
        if !expects && !scenario.steps.iter().any(|step| step.ty == StepType::Then) {
            let help = Some("end it with what you expect, for instance `Then upload succeeds`".to_owned());
            let message = "the scenario checks nothing: it has no `Then`".to_owned();
            page.add_line(codes::NO_CHECK, scenario.position.line, message, help);
        }
        let mut roll = roll.clone();
        scenario.steps.iter().for_each(|it| step(it, &mut roll, page));
    }
}

fn step(step: &Step, roll: &mut Roll, page: &mut Page<'_>) {
    let line = step.position.line;
    page.is_asked(line, roll);
    let saying = vocabulary::saying(&step.value);
    let known: Vec<&Known> = saying.into_iter().filter(|known| known.kind == step.ty).collect();
    match known.as_slice() {
        [known] => {
            let below =
                step.table.as_ref().map(|_| "table").or(step.docstring.as_ref().map(|_| "doc string"));
            if let Some(below) = below.filter(|_| known.reads_nothing()) {
                page.add_line(
                    codes::UNREAD,
                    line,
                    format!("nothing reads the {below} below this step"),
                    None,
                );
            }
            Rehearsal { step, known, roll, page }.go();
        }
        [] => {
            let near = vocabulary::similar(step);
            let quoted = ["{text}", "{path}", "{file}"].into_iter().find(|parameter| {
                !step.value.contains('"') && near.first().is_some_and(|near| near.contains(parameter))
            });
            let quoted = quoted.map(|parameter| format!("; {parameter} stands in double quotes"));
            let help = (!near.is_empty())
                .then(|| format!("did you mean `{}`?{}", near.join("` or `"), quoted.unwrap_or_default()));
            page.add_line(codes::UNDEFINED, line, format!("no step says `{}`", step.value), help);
            // Whatever it was meant to give would be missed below.
            roll.open = true;
            page.is_open = true;
        }
        several => {
            let told = several.iter().map(|known| format!("`{}` ({})", known.written(), known.place));
            let told: Vec<String> = told.collect();
            let message = format!("{} steps say `{}`", told.len(), step.value);
            let help = Some(format!("say it so that only one of them does: {}", told.join(" or ")));
            page.add_line(codes::AMBIGUOUS, line, message, help);
            roll.open = true;
            page.is_open = true;
        }
    }
}
