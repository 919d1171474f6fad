//! `--rerun FILE`: the scenarios that did not pass, run again until all do.
//!
//! A line is a scenario, as `features/a.feature:12`: where it stands in its file.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use evidence::{Outcome, Record};

use crate::diagnostic::Diagnostic;

/// The scenarios in the file; `None`: there is none, so all are to be run.
pub(crate) fn read(path: &Path) -> Result<Option<BTreeSet<(String, usize)>>, Diagnostic> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Diagnostic::new(format!("`{}` can't be read: {error}", path.display()))),
    };
    let place = |line: &str| {
        let (file, number) = line.rsplit_once(':')?;
        Some((file.to_owned(), number.parse().ok()?))
    };
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let places = lines.map(|line| {
        let wrong =
            || Diagnostic::new(format!("`{}` has a line that is no scenario: `{line}`", path.display()));
        place(line).ok_or_else(|| wrong().help("a line is for instance `features/a.feature:12`"))
    });
    places.collect::<Result<_, _>>().map(Some)
}

/// Keeps what did not pass; where all did, the file is removed, and the next run is of everything.
pub(crate) fn write(path: &Path, record: &Record) -> Result<(), Diagnostic> {
    let left =
        record.scenarios.iter().filter(|it| !matches!(it.outcome(), Outcome::Passed | Outcome::Skipped));
    let lines: String = left.map(|it| format!("{}:{}\n", it.scenario.path, it.scenario.line)).collect();
    let written = match lines.is_empty() {
        true => fs::remove_file(path).or_else(|error| match error.kind() {
            ErrorKind::NotFound => Ok(()),
            _ => Err(error),
        }),
        false => {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            folder.map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(path, lines))
        }
    };
    written.map_err(|error| Diagnostic::new(format!("`{}` can't be written: {error}", path.display())))
}
