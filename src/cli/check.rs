//! `rolecall check`: what can be said of feature files without running them.

use std::collections::BTreeSet;
use std::io;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::thread;

use annotate_snippets::Level;
use evidence::{ControlRef, ControlText, File, FindingRule, FindingText, Findings};
use harness::check::{self, Beside, CODES, Code, Finding, Severity};
use serde_json::{Value, json};

use crate::args::{CheckArgs, CheckFormat};
use crate::diagnostic::{Diagnostic, Place};
use crate::manual::ended;
use crate::output::say;
use crate::status::Status;
use crate::terminal::Surroundings;
use crate::{controls, features};

/// A file that was looked at, and what was found in it.
struct Checked {
    file: File,
    findings: Vec<Finding>,
}

pub(crate) fn check(args: &CheckArgs, surroundings: &Surroundings) -> Status {
    let (files, mut troubles) = features::files(&args.paths);
    let mut controls = Vec::new();
    for path in controls::files(&args.paths) {
        match controls::read(&path) {
            Ok((_, known)) => controls.extend(known.into_iter().map(named)),
            Err(trouble) => troubles.push(trouble),
        }
    }
    let mut checked = Vec::new();
    for outcome in each(&files, &controls) {
        match outcome {
            Ok(one) => checked.push(one),
            Err(trouble) => troubles.push(trouble),
        }
    }
    each_once(&mut checked);
    troubles.iter().for_each(|trouble| trouble.print(surroundings));
    let text = match args.format {
        CheckFormat::Text => as_text(&checked, surroundings),
        CheckFormat::Json => format!("{:#}\n", as_json(&checked)),
        CheckFormat::Sarif => for_others(&checked, troubles.is_empty(), |all, out| all.sarif(out)),
        CheckFormat::Github => for_others(&checked, troubles.is_empty(), |all, out| all.github(out)),
    };
    let ended = ended(say(&text), surroundings);
    let counts = |severity| found(&checked).any(|(_, finding)| finding.code.severity == severity);
    match ended {
        Status::Passed if !troubles.is_empty() => Status::Usage,
        Status::Passed if files.is_empty() => Status::NothingSelected,
        Status::Passed if counts(Severity::Error) || args.strict && counts(Severity::Warning) => {
            Status::Failed
        }
        other => other,
    }
}

fn named(ControlText { framework, id, .. }: ControlText) -> ControlRef {
    ControlRef { framework, id }
}

/// What is found in each file, in their order. They are looked at side by side.
fn each(files: &[PathBuf], controls: &[ControlRef]) -> Vec<Result<Checked, Diagnostic>> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let one = |path: &PathBuf| {
        let text = features::text(path)?;
        let name = path.display().to_string();
        let findings = check::check(&name, &text, &Beside { controls, files: features::FILES });
        Ok(Checked { file: File::new(name, text.as_bytes()), findings })
    };
    thread::scope(|scope| {
        let parts = files.chunks(files.len().div_ceil(threads).max(1));
        let parts: Vec<_> =
            parts.map(|part| scope.spawn(move || part.iter().map(one).collect::<Vec<_>>())).collect();
        parts.into_iter().flat_map(|part| part.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    })
}

/// What is found in a file that several features name is told with the first of them.
fn each_once(checked: &mut [Checked]) {
    let mut seen = BTreeSet::new();
    for one in checked {
        one.findings.retain(|it| {
            let Some(path) = it.path.clone() else { return true };
            seen.insert((path, it.line, it.column, it.code.id, it.message.clone()))
        });
    }
}

/// All findings with their files.
fn found(checked: &[Checked]) -> impl Iterator<Item = (&str, &Finding)> {
    checked.iter().flat_map(|one| {
        one.findings.iter().map(|finding| (finding.path.as_deref().unwrap_or(&one.file.path), finding))
    })
}

/// In a format of others.
fn for_others(
    checked: &[Checked],
    complete: bool,
    write: impl Fn(&Findings<'_>, &mut dyn io::Write) -> io::Result<()>,
) -> String {
    let files = files(checked);
    let rule = |code: &&'static Code| FindingRule {
        id: code.id,
        level: match code.severity {
            Severity::Error => evidence::Level::Error,
            Severity::Warning => evidence::Level::Warning,
        },
        title: code.title,
        meaning: code.meaning,
        wrong: code.wrong,
        right: code.right,
    };
    let (rules, found): (Vec<_>, Vec<_>) =
        (CODES.iter().map(rule).collect(), found(checked).map(told).collect());
    let version = env!("CARGO_PKG_VERSION");
    let all = Findings { version, files: &files, rules: &rules, found: &found, complete };
    let mut out = Vec::new();
    // A vector takes all.
    let _ = write(&all, &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

/// The features, and the files that they name and in which something was found.
fn files(checked: &[Checked]) -> Vec<File> {
    let named: BTreeSet<&str> = found(checked).filter_map(|(_, finding)| finding.path.as_deref()).collect();
    let named = named.into_iter().filter_map(|path| {
        let text = features::text(Path::new(path)).ok()?;
        Some(File::new(path, text.as_bytes()))
    });
    checked.iter().map(|one| one.file.clone()).chain(named).collect()
}

fn told<'t>((path, finding): (&'t str, &'t Finding)) -> FindingText<'t> {
    FindingText {
        rule: CODES.iter().position(|code| *code == finding.code).unwrap_or_default(),
        path,
        line: finding.line,
        column: finding.column,
        length: finding.length,
        message: &finding.message,
        help: finding.help.as_deref(),
        source_line: &finding.source_line,
    }
}

fn as_text(checked: &[Checked], surroundings: &Surroundings) -> String {
    let shown = found(checked).map(|(path, finding)| {
        let diagnostic = Diagnostic {
            message: format!("{} [{}]", finding.message, finding.code.id),
            place: Some(Box::new(Place {
                path: path.to_owned(),
                line: finding.line,
                column: finding.column,
                length: finding.length,
                source_line: finding.source_line.clone(),
            })),
            help: finding.help.clone(),
        };
        let level = match finding.code.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        diagnostic.render_as(&level, surroundings.output, surroundings.width) + "\n\n"
    });
    let count = |severity| found(checked).filter(|(_, finding)| finding.code.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let text: String = shown.collect();
    let more = if text.is_empty() { "" } else { "; `rolecall explain CODE` tells more of each" };
    let some = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let (files, errors, warnings) =
        (some(checked.len(), "file"), some(errors, "error"), some(warnings, "warning"));
    format!("{text}{files}: {errors}, {warnings}{more}\n")
}

fn as_json(checked: &[Checked]) -> Value {
    let finding = |(path, finding): (&str, &Finding)| {
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
    Value::Array(found(checked).map(finding).collect())
}
