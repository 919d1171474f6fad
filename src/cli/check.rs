//! `rolecall check` and `rolecall explain`: what can be said of feature files without running them.

use annotate_snippets::Level;
use harness::check::{CODES, Checker, Code, Finding, Severity, code};
use serde_json::{Value, json};

use crate::args::{CheckArgs, CheckFormat};
use crate::diagnostic::{Diagnostic, Place};
use crate::features;
use crate::manual::ended;
use crate::output::say;
use crate::status::Status;
use crate::terminal::Surroundings;

pub(crate) fn check(args: &CheckArgs, surroundings: &Surroundings) -> Status {
    let (files, mut troubles) = features::files(&args.paths);
    let checker = Checker::default();
    let mut found: Vec<(String, Finding)> = Vec::new();
    for path in &files {
        match features::text(path) {
            Ok(text) => {
                let name = path.display().to_string();
                found.extend(checker.check(&name, &text).into_iter().map(|finding| (name.clone(), finding)));
            }
            Err(trouble) => troubles.push(trouble),
        }
    }
    troubles.iter().for_each(|trouble| trouble.print(surroundings));
    let text = match args.format {
        CheckFormat::Text => as_text(&found, files.len(), surroundings),
        CheckFormat::Json => format!("{:#}\n", as_json(&found)),
    };
    let told = ended(say(&text), surroundings);
    let counts = |severity| found.iter().any(|(_, finding)| finding.code.severity == severity);
    match told {
        Status::Passed if !troubles.is_empty() => Status::Usage,
        Status::Passed if files.is_empty() => Status::NothingSelected,
        Status::Passed if counts(Severity::Error) || args.strict && counts(Severity::Warning) => {
            Status::Failed
        }
        told => told,
    }
}

fn as_text(found: &[(String, Finding)], files: usize, surroundings: &Surroundings) -> String {
    let shown = found.iter().map(|(path, finding)| {
        let diagnostic = Diagnostic {
            message: format!("{} [{}]", finding.message, finding.code.id),
            place: Some(Place {
                path: path.clone(),
                line: finding.line,
                column: finding.column,
                source_line: finding.source_line.clone(),
            }),
            help: finding.help.clone(),
        };
        let level = match finding.code.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        diagnostic.render_as(&level, surroundings.output, surroundings.width) + "\n\n"
    });
    let count = |severity| found.iter().filter(|(_, finding)| finding.code.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let text: String = shown.collect();
    let more = if found.is_empty() { "" } else { "; `rolecall explain CODE` tells more of each" };
    let some = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let (files, errors, warnings) = (some(files, "file"), some(errors, "error"), some(warnings, "warning"));
    format!("{text}{files}: {errors}, {warnings}{more}\n")
}

fn as_json(found: &[(String, Finding)]) -> Value {
    let finding = |(path, finding): &(String, Finding)| {
        json!({
            "code": finding.code.id,
            "severity": finding.code.severity.word(),
            "file": path,
            "line": finding.line,
            "column": finding.column,
            "length": finding.length,
            "message": finding.message,
            "help": finding.help,
        })
    };
    Value::Array(found.iter().map(finding).collect())
}

/// What one code means, or all of them.
pub(crate) fn explain(id: Option<&str>, surroundings: &Surroundings) -> Status {
    let text = match id {
        None => CODES
            .iter()
            .map(|code| format!("{}  {:7}  {}\n", code.id, code.severity.word(), code.title))
            .collect(),
        Some(id) => match code(id) {
            Some(code) => explained(code),
            None => {
                let unknown = Diagnostic::new(format!("there is no code `{id}`"));
                unknown.help("`rolecall explain` shows all of them").print(surroundings);
                return Status::Usage;
            }
        },
    };
    ended(say(&text), surroundings)
}

fn explained(code: &Code) -> String {
    let indented = |text: &str| text.lines().map(|line| format!("    {line}\n")).collect::<String>();
    format!(
        "{} ({}): {}\n\n{}\n\nwrong:\n{}\nright:\n{}\nto allow it, above the step or at the head of the file:\n    # rolecall: allow({}) why it is meant\n",
        code.id,
        code.severity.word(),
        code.title,
        code.meaning,
        indented(code.wrong),
        indented(code.right),
        code.id,
    )
}
