//! `rolecall run --dry-run`: what a run would do. Nothing is called, so nothing is proven, and nothing is said to have passed.

use std::fmt::Write as _;

use evidence::console::wrap;
use harness::{Expected, ExpectedStep, Unresolved};

use crate::status::Status;

/// What is told of the scenarios, and what that makes of the command: as a run, it fails where a step means nothing.
pub(crate) fn told(target: &str, expected: &[Expected], verbose: bool, width: usize) -> (String, Status) {
    let mut text = format!("dry run on {target}: nothing is called, and nothing is proven\n\n");
    for (number, one) in expected.iter().enumerate() {
        let apart = if verbose && number > 0 { "\n" } else { "" };
        let _ = writeln!(text, "{apart}{}:{}  {}", one.scenario.path, one.scenario.line, one.scenario.name);
        if let Some(reason) = &one.skipped {
            indented(&mut text, &format!("would be skipped: {reason}"), width);
            continue;
        }
        if let Some(reason) = &one.vacuous {
            indented(&mut text, &format!("would fail: {reason}"), width);
        }
        for step in &one.steps {
            match (&step.form, verbose) {
                (Ok(form), true) => {
                    indented(&mut text, &step.text, width);
                    let _ = writeln!(text, "    means `{}`, of {}", form.expression, form.place);
                }
                (Ok(_), false) => {}
                (Err(why), _) => indented(&mut text, &unresolved(step, why), width),
            }
        }
    }
    let apart = if expected.is_empty() { "" } else { "\n" };
    let _ = writeln!(text, "{apart}{}", summary(expected));
    (text, status(expected))
}

fn indented(text: &mut String, words: &str, width: usize) {
    for line in wrap(words, width.saturating_sub(2)) {
        let _ = writeln!(text, "  {line}");
    }
}

fn unresolved(step: &ExpectedStep, why: &Unresolved) -> String {
    let (line, said) = (step.line, &step.text);
    match why {
        Unresolved::None(near) if near.is_empty() => format!("line {line}: no step says `{said}`"),
        Unresolved::None(near) => {
            format!("line {line}: no step says `{said}`; did you mean `{}`?", near.join("` or `"))
        }
        Unresolved::Several(several) => {
            format!("line {line}: {} steps say `{said}`: `{}`", several.len(), several.join("` and `"))
        }
    }
}

fn summary(expected: &[Expected]) -> String {
    let run = || expected.iter().filter(|one| one.skipped.is_none());
    let steps = || run().flat_map(|one| &one.steps);
    let (skipped, wrong) =
        (expected.len() - run().count(), steps().filter(|step| step.form.is_err()).count());
    let vacuous = run().filter(|one| one.vacuous.is_some()).count();
    if expected.is_empty() {
        return "no scenario was selected".to_owned();
    }
    let would_run =
        format!("would run {} of {}", some(run().count(), "scenario"), some(steps().count(), "step"));
    let more = [
        (skipped, "would be skipped"),
        (vacuous, "would fail, checking nothing"),
        (wrong, if wrong == 1 { "step has no one meaning" } else { "steps have no one meaning" }),
    ];
    let more =
        more.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
    [would_run].into_iter().chain(more).collect::<Vec<_>>().join("; ")
}

fn some(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn status(expected: &[Expected]) -> Status {
    let would_fail =
        |one: &Expected| one.vacuous.is_some() || one.steps.iter().any(|step| step.form.is_err());
    let mut run = expected.iter().filter(|one| one.skipped.is_none());
    match expected.is_empty() {
        true => Status::NothingSelected,
        false if run.clone().any(would_fail) => Status::Failed,
        // As of a run in which all is skipped, nothing can be told.
        false if run.next().is_none() => Status::Inconclusive,
        false => Status::Passed,
    }
}
