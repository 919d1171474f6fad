//! `--rerun FILE`: the scenarios that did not pass, run again until all do.
//!
//! A line is a scenario, as `features/a.feature:12`: where it stands in its file, and behind a tab its name, by which it is
//! found where the file was edited since.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use evidence::{Outcome, Record, ScenarioRef};

use crate::diagnostic::Diagnostic;

/// The scenarios in the file, where they stand now among `all`; `None`: there is no file, so all are to be run.
///
/// # Errors
/// Where it can't be read, or has one that is not there any more: what failed would not be run.
pub(crate) fn read(
    path: &Path,
    all: &[ScenarioRef],
) -> Result<Option<BTreeSet<(String, usize)>>, Diagnostic> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Diagnostic::new(format!("`{}` can't be read: {error}", path.display()))),
    };
    let mut places = BTreeSet::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let wrong = |what: &str| Diagnostic::new(format!("`{}` has a line {what}: `{line}`", path.display()));
        let kept = Kept::of(line).ok_or_else(|| {
            wrong("that is no scenario").help("a line is for instance `features/a.feature:12`")
        })?;
        let found = kept.among(all);
        if found.is_empty() {
            let gone = wrong("whose scenario is not among those of this run");
            let help = format!("take the line out; without `{}` everything is run", path.display());
            return Err(gone.help(help));
        }
        places.extend(found.iter().map(|it| (it.path.clone(), it.line)));
    }
    Ok(Some(places))
}

/// A line of the file.
struct Kept<'a> {
    file: &'a str,
    line: usize,
    /// `None`: whichever stands there.
    name: Option<&'a str>,
}

impl<'a> Kept<'a> {
    fn of(line: &'a str) -> Option<Self> {
        let (place, name) = line.split_once('\t').map_or((line, None), |(place, name)| (place, Some(name)));
        let (file, line) = place.rsplit_once(':')?;
        Some(Self { file, line: line.parse().ok()?, name })
    }

    /// It may have moved in its file since: then all of its name are meant.
    fn among<'s>(&self, all: &'s [ScenarioRef]) -> Vec<&'s ScenarioRef> {
        let named = |it: &&ScenarioRef| it.path == self.file && self.name.is_none_or(|name| name == it.name);
        let there = all.iter().filter(named).find(|it| it.line == self.line);
        match (there, self.name) {
            (Some(there), _) => vec![there],
            (None, Some(_)) => all.iter().filter(named).collect(),
            (None, None) => Vec::new(),
        }
    }
}

/// Keeps what did not pass; where all did, the file is removed, and the next run is of everything.
pub(crate) fn write(path: &Path, record: &Record) -> Result<(), Diagnostic> {
    let left =
        record.scenarios.iter().filter(|it| !matches!(it.outcome(), Outcome::Passed | Outcome::Skipped));
    let line = |it: &ScenarioRef| format!("{}:{}\t{}\n", it.path, it.line, it.name);
    let lines: String = left.map(|it| line(&it.scenario)).collect();
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
