//! What was found in files without a run, as SARIF 2.1.0 and as annotations of GitHub Actions.

use std::io::{self, Write};

use crate::provenance::File;
use crate::{github, sarif};

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The file can't do what it is for.
    Error,
    /// It may do something else than what was meant.
    Warning,
}

impl Level {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// A kind of finding.
#[derive(Clone, Copy, Debug)]
pub struct FindingRule<'t> {
    /// Never given to another.
    pub id: &'t str,
    /// How much it weighs.
    pub level: Level,
    /// What it is, in a few words.
    pub title: &'t str,
    /// Why it matters.
    pub meaning: &'t str,
    /// What it finds.
    pub wrong: &'t str,
    /// What to write in its place.
    pub right: &'t str,
}

/// Something that was found.
#[derive(Clone, Copy, Debug)]
pub struct FindingText<'t> {
    /// The place of its rule among them.
    pub rule: usize,
    /// The file.
    pub path: &'t str,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// In characters.
    pub length: usize,
    /// What it is about.
    pub message: &'t str,
    /// What to do about it.
    pub help: Option<&'t str>,
    /// The line as it may be shown.
    pub source_line: &'t str,
}

/// All that was found in some files.
#[derive(Clone, Copy, Debug)]
pub struct Findings<'t> {
    /// The program's version.
    pub version: &'t str,
    /// The files that were looked at.
    pub files: &'t [File],
    /// All kinds there are.
    pub rules: &'t [FindingRule<'t>],
    /// In the order of their files and places.
    pub found: &'t [FindingText<'t>],
    /// Whether all files could be read.
    pub complete: bool,
}

impl Findings<'_> {
    /// Writes them as a SARIF log.
    ///
    /// # Errors
    /// Where `out` can't be written.
    pub fn sarif(&self, out: &mut dyn Write) -> io::Result<()> {
        sarif::write_findings(self, out)
    }

    /// Writes an annotation of GitHub Actions for each.
    ///
    /// # Errors
    /// Where `out` can't be written.
    pub fn github(&self, out: &mut dyn Write) -> io::Result<()> {
        github::findings(self, out)
    }
}

impl FindingText<'_> {
    /// What it is about, and what to do about it.
    pub(crate) fn said(&self) -> String {
        let help = self.help.map(|help| format!("; {help}")).unwrap_or_default();
        format!("{}{help}", self.message)
    }
}
