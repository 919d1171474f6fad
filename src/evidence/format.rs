//! The outputs that are made from a [`Record`] alone, when a run is over or was interrupted.

use std::io::{self, Write};

use crate::console::{self, Page};
use crate::digest::Hashed;
use crate::record::Record;
use crate::{github, html, json, junit, sarif};

/// How to spell a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// For people at a terminal.
    Text,
    /// The record itself.
    Json,
    /// One file for a browser.
    Html,
    /// JUnit XML.
    Junit,
    /// SARIF, for code scanning.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// A job's summary in GitHub Actions.
    GithubSummary,
}

/// What renderings need to know beside the record.
#[derive(Clone, Copy, Debug)]
pub struct RenderOptions {
    /// How text is laid out.
    pub page: Page,
}

/// Why a rendering could not be made.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The output does not take it.
    #[error("the output can't be written: {0}")]
    Output(#[from] io::Error),
    /// Those who read the format take no file of that size.
    #[error("the run is too large for one file of this format: run its features in parts")]
    TooLarge,
}

impl Format {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Format; 7] = [
        Format::Text,
        Format::Json,
        Format::Html,
        Format::Junit,
        Format::Sarif,
        Format::Github,
        Format::GithubSummary,
    ];

    /// As users name it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Json => "json",
            Format::Html => "html",
            Format::Junit => "junit",
            Format::Sarif => "sarif",
            Format::Github => "github",
            Format::GithubSummary => "github-summary",
        }
    }

    /// The file that holds it in a folder of evidence.
    #[must_use]
    pub fn file_name(self) -> &'static str {
        match self {
            Format::Text => "report.txt",
            Format::Json => "report.json",
            Format::Html => "report.html",
            Format::Junit => "junit.xml",
            Format::Sarif => "report.sarif",
            Format::Github => "github.txt",
            Format::GithubSummary => "summary.md",
        }
    }
}

/// Writes `record` as `format` spells it.
///
/// # Errors
/// Where it can't be written.
pub fn render(
    record: &Record,
    format: Format,
    options: &RenderOptions,
    out: &mut dyn Write,
) -> Result<(), RenderError> {
    match format {
        Format::Html => {
            let mut hashed = Hashed::default();
            render(record, Format::Json, options, &mut hashed)?;
            html::write(record, &hashed.digest(), &mut *out)?;
        }
        Format::Text => console::write(record, options.page, &mut *out)?,
        Format::Json => json::write(record, &mut *out)?,
        Format::Junit if junit::write(record, out)? => {}
        Format::Junit => return Err(RenderError::TooLarge),
        Format::Sarif => sarif::write(record, out)?,
        Format::Github => github::annotations(record, out)?,
        Format::GithubSummary => github::summary(record, out)?,
    }
    out.flush()?;
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::console::{Color, Console, Detail};
    use crate::sample;

    const OPTIONS: RenderOptions =
        RenderOptions { page: Page { width: 80, color: Color::Plain, detail: Detail::Verbose } };

    fn rendered(record: &Record, format: Format) -> String {
        let mut out = Vec::new();
        render(record, format, &OPTIONS, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_text_of_a_record_is_that_of_the_run() {
        for events in [sample::everything(), sample::passing(), sample::unproven(), sample::nothing()] {
            let mut console = Console::new(Vec::new(), OPTIONS.page);
            events.iter().for_each(|event| console.event(event).unwrap());
            let (record, printed) = console.into_parts();
            assert_eq!(rendered(&record, Format::Text), String::from_utf8(printed).unwrap());
        }
    }

    #[test]
    fn an_interrupted_run_says_so() {
        let events = sample::everything();
        for end in 0..events.len() {
            let record: Record = events.iter().take(end).collect();
            assert!(rendered(&record, Format::Text).contains("interrupted"), "{end} events");
        }
    }

    #[test]
    fn every_format_has_a_name_and_a_file_of_its_own() {
        for (index, format) in Format::ALL.iter().enumerate() {
            let alike =
                |other: &&Format| other.name() == format.name() || other.file_name() == format.file_name();
            assert_eq!(Format::ALL.iter().position(|other| alike(&other)), Some(index));
            let record: Record = sample::everything().iter().collect();
            assert!(!rendered(&record, *format).is_empty(), "{format:?}");
        }
    }
}
