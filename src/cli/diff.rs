//! `rolecall diff`: which verdicts a change of policies alters.

use std::path::Path;

use account::{Diff, diff as compare, diff_feature, diff_markdown};

use crate::args::{DiffArgs, DiffFormat};
use crate::described::Described;
use crate::diagnostic::Diagnostic;
use crate::draft::write_new;
use crate::output::say;
use crate::status::Status;
use crate::terminal::Surroundings;

pub(crate) fn diff(args: &DiffArgs, surroundings: &Surroundings) -> Status {
    match compared(args) {
        Ok(diff) if args.exit_code => status(&diff),
        Ok(_) => Status::Passed,
        Err(error) => {
            error.print(surroundings);
            Status::Usage
        }
    }
}

fn status(diff: &Diff) -> Status {
    match (diff.changes.is_empty(), diff.untold.is_empty()) {
        (false, _) => Status::Failed,
        (true, false) => Status::Inconclusive,
        (true, true) => Status::Passed,
    }
}

fn compared(args: &DiffArgs) -> Result<Diff, Diagnostic> {
    let old = Described::read(&args.old, &args.parameters)?;
    let new = Described::read(&args.new, &args.parameters)?;
    let diff = match (old.is_whole(), new.is_whole()) {
        (true, false) => compare(&old.account, &old.account.with(&new.account), &old.id),
        (false, true) => compare(&old.account, &new.account.within(&old.account), &new.id),
        _ => compare(&old.account, &new.account, &new.id),
    };
    let text = match args.format {
        DiffFormat::Markdown => {
            let name = |path: &Path| format!("`{}`", path.display());
            diff_markdown(&diff, &name(&args.old), &name(&args.new))
        }
        DiffFormat::Feature => {
            let beside = args.output.as_deref().unwrap_or(&args.new);
            let folder = beside.parent().unwrap_or(Path::new(""));
            let id = if new.is_whole() { &new.id } else { &old.id };
            let feature = diff_feature(&diff, &new.account, &new.step(folder), id);
            let none = || Diagnostic::new("there is no other verdict of which a feature could speak");
            feature.ok_or_else(none)?
        }
    };
    match &args.output {
        None => say(&text)?,
        Some(path) => write_new(path, &text)?,
    }
    Ok(diff)
}
