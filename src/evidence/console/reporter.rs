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
    printer: Printer<Output>,
    record: Record,
}

/// Prints a record, as far as it goes.
#[derive(Debug)]
struct Printer<Output> {
    output: Output,
    page: Page,
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
        Console { printer: Printer::new(output, page), record: Record::default() }
    }

    /// Takes in the next event, and prints what can be printed now.
    ///
    /// # Errors
    /// Those of the output. The record is complete even so.
    pub fn event(&mut self, event: &Event) -> io::Result<()> {
        self.record.apply(event.clone());
        let Console { printer, record } = self;
        match &event.kind {
            EventKind::TargetTested { .. } => printer.print_target(record),
            EventKind::ScenarioFinished { .. } => printer.print_scenarios(record, Upto::FirstUnfinished),
            EventKind::RunFinished { .. } | EventKind::RunStopped { .. } => {
                printer.print_scenarios(record, Upto::End)?;
                printer.print_summary(record)
            }
            EventKind::RunStarted { .. }
            | EventKind::PolicySeen { .. }
            | EventKind::FileRead { .. }
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
        (self.record, self.printer.output)
    }
}

impl<Output: Write> Printer<Output> {
    fn new(output: Output, page: Page) -> Printer<Output> {
        Printer { output, page, printed: 0, path: None, rule: None }
    }

    fn print_target(&mut self, record: &Record) -> io::Result<()> {
        let target = record.target.as_ref();
        let mut lines = target.map_or_else(Vec::new, |target| unproven(&self.page, target));
        if !lines.is_empty() {
            lines.push(String::new());
        }
        self.print(&lines)
    }

    fn print_scenarios(&mut self, all: &Record, upto: Upto) -> io::Result<()> {
        while let Some(record) = all.scenarios.get(self.printed) {
            if record.result.is_none() && upto == Upto::FirstUnfinished {
                break;
            }
            self.printed += 1;
            if record.result.is_some() {
                self.print_scenario(record)?;
            }
        }
        self.output.flush()
    }

    fn print_scenario(&mut self, record: &ScenarioRecord) -> io::Result<()> {
        let indent = if record.scenario.rule.is_some() { 4 } else { 2 };
        let scenario = scenario(&self.page, indent, record);
        if scenario.is_empty() {
            return Ok(());
        }
        let mut lines = headings(&self.page, record, (self.path.as_deref(), self.rule.as_deref()));
        self.path = Some(record.scenario.path.clone());
        self.rule = record.scenario.rule.clone();
        lines.extend(scenario);
        self.print(&lines)
    }

    fn print_summary(&mut self, record: &Record) -> io::Result<()> {
        let mut lines = summary(&self.page, record);
        if self.path.is_some() {
            lines.insert(0, String::new());
        }
        self.print(&lines)?;
        self.output.flush()
    }

    fn print(&mut self, lines: &[String]) -> io::Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        let mut text = lines.join("\n");
        text.push('\n');
        self.output.write_all(text.as_bytes())
    }
}

/// Prints a record, with what is there of scenarios that did not end.
///
/// # Errors
/// Those of the output.
pub fn write(record: &Record, page: Page, output: impl Write) -> io::Result<()> {
    let mut printer = Printer::new(output, page);
    printer.print_target(record)?;
    printer.print_scenarios(record, Upto::End)?;
    printer.print_summary(record)
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
