//! Prints a run as it happens.

use std::io::{self, Write};

use crate::event::{Event, EventKind};
use crate::record::{Record, ScenarioRecord};

use super::page::{Page, Prefix};
use super::paint::Ink;
use super::scenario::scenario;
use super::summary::{summary, unproven};
use super::text::{columns, harmless};

/// Prints the scenarios of a run in the order of the files, each as soon as all before it are printed.
#[derive(Debug)]
pub struct Console<Output> {
    output: Output,
    page: Page,
    record: Record,
    /// How many scenarios, in order, were printed or passed over.
    printed: usize,
    /// The path whose feature was last printed as a heading.
    path: Option<String>,
    /// The rule last printed as a heading below it.
    rule: Option<String>,
}

impl<Output: Write> Console<Output> {
    /// Prints to `output`, laid out as `page` says.
    pub fn new(output: Output, page: Page) -> Console<Output> {
        Console { output, page, record: Record::default(), printed: 0, path: None, rule: None }
    }

    /// Takes in the next event, and prints what can be printed now.
    ///
    /// # Errors
    /// Those of the output. The record is complete even so.
    pub fn event(&mut self, event: &Event) -> io::Result<()> {
        self.record.apply(event.clone());
        match &event.kind {
            EventKind::TargetTested { target } => {
                let mut lines = unproven(&self.page, target);
                if !lines.is_empty() {
                    lines.push(String::new());
                }
                self.print(&lines)
            }
            EventKind::ScenarioFinished { .. } => self.print_scenarios(Upto::FirstUnfinished),
            EventKind::RunFinished { .. } => {
                self.print_scenarios(Upto::End)?;
                self.print_summary()
            }
            EventKind::RunStarted { .. }
            | EventKind::PolicySeen { .. }
            | EventKind::ScenarioStarted { .. }
            | EventKind::Called { .. }
            | EventKind::Waited { .. }
            | EventKind::CleanedUp { .. }
            | EventKind::StepFinished { .. } => Ok(()),
        }
    }

    /// What was taken in so far.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// What was taken in, and the output.
    pub fn into_parts(self) -> (Record, Output) {
        (self.record, self.output)
    }

    fn print_scenarios(&mut self, upto: Upto) -> io::Result<()> {
        let mut lines = Vec::new();
        while let Some(record) = self.record.scenarios.get(self.printed) {
            if record.result.is_none() {
                if upto == Upto::FirstUnfinished {
                    break;
                }
                self.printed += 1;
                continue;
            }
            let indent = if record.scenario.rule.is_some() { 4 } else { 2 };
            let scenario = scenario(&self.page, indent, record);
            if !scenario.is_empty() {
                lines.extend(headings(&self.page, record, (self.path.as_deref(), self.rule.as_deref())));
                self.path = Some(record.scenario.path.clone());
                self.rule = record.scenario.rule.clone();
                lines.extend(scenario);
            }
            self.printed += 1;
        }
        self.print(&lines)
    }

    fn print_summary(&mut self) -> io::Result<()> {
        let mut lines = summary(&self.page, &self.record);
        if self.path.is_some() {
            lines.insert(0, String::new());
        }
        self.print(&lines)
    }

    fn print(&mut self, lines: &[String]) -> io::Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        let mut text = lines.join("\n");
        text.push('\n');
        self.output.write_all(text.as_bytes())?;
        self.output.flush()
    }
}

/// Prints a record, with what is there of scenarios that did not end.
///
/// # Errors
/// Those of the output.
pub fn write(record: &Record, page: Page, output: impl Write) -> io::Result<()> {
    let mut console = Console { record: record.clone(), ..Console::new(output, page) };
    let mut lines = record.target.as_ref().map_or_else(Vec::new, |target| unproven(&page, target));
    if !lines.is_empty() {
        lines.push(String::new());
    }
    console.print(&lines)?;
    console.print_scenarios(Upto::End)?;
    console.print_summary()
}

/// How far to print.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Upto {
    FirstUnfinished,
    End,
}

/// The feature and the rule of a scenario, where they differ from those printed last.
fn headings(page: &Page, record: &ScenarioRecord, last: (Option<&str>, Option<&str>)) -> Vec<String> {
    let scenario = &record.scenario;
    let mut lines = Vec::new();
    let new_feature = last.0 != Some(scenario.path.as_str());
    if new_feature {
        if last.0.is_some() {
            lines.push(String::new());
        }
        lines.extend(feature(page, &scenario.feature, &scenario.path));
    }
    if let Some(rule) = &scenario.rule
        && (new_feature || last.1 != Some(rule))
    {
        lines.extend(page.spread(&Prefix::spaces(2), (Ink::Heading, rule), ""));
    }
    lines
}

/// The name, and the path at the end of the line, or on its own if both are too long for one.
fn feature(page: &Page, name: &str, path: &str) -> Vec<String> {
    let path = harmless(path);
    if columns(name) + 2 + columns(&path) <= page.columns() {
        return page.spread(&Prefix::spaces(0), (Ink::Heading, name), &path);
    }
    let mut lines = page.spread(&Prefix::spaces(0), (Ink::Heading, name), "");
    let gap = page.columns().saturating_sub(columns(&path));
    lines.push(format!("{:gap$}{}", "", page.paint(Ink::Aside, &path)));
    lines
}
