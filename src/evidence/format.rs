//! The outputs that are made from a [`Record`] alone, when a run is over or was interrupted.

use std::io::{self, Write};

use crate::console::{self, Page};
use crate::digest::{Hashed, Sha256};
use crate::files::Files;
use crate::integrity::PrivateKey;
use crate::record::Record;
use crate::{asff, github, html, in_toto, json, junit, messages, ocsf, oscal, sarif};

/// How to spell a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// For people at a terminal.
    Text,
    /// The record itself.
    Json,
    /// For a browser: one file, and where that would be too large a folder beside it.
    Html,
    /// JUnit XML.
    Junit,
    /// SARIF, for code scanning.
    Sarif,
    /// Cucumber Messages.
    Messages,
    /// Assessment Results of OSCAL.
    Oscal,
    /// An in-toto attestation, which needs a key.
    InToto,
    /// Annotations of GitHub Actions.
    Github,
    /// A job's summary in GitHub Actions.
    GithubSummary,
    /// Findings for AWS Security Hub, which need an account and a region.
    Asff,
    /// Compliance Findings of OCSF.
    Ocsf,
}

/// What renderings need to know beside the record.
#[derive(Clone, Copy, Debug)]
pub struct RenderOptions<'run> {
    /// How text is laid out.
    pub page: Page,
    /// The digest of the journal's file; `None`: nobody names it.
    pub journal: Option<&'run Sha256>,
    /// The digest of the record in JSON; `None`: it is made where it is needed.
    pub report: Option<&'run Sha256>,
    /// What attestations are signed with; `None`: there can be none.
    pub key: Option<&'run PrivateKey>,
    /// Whose Security Hub takes the findings.
    pub hub: Hub<'run>,
}

/// The Security Hub for which findings are made, as far as the user names it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hub<'run> {
    /// `None`: that of the account that was tested.
    pub account: Option<&'run str>,
    /// `None`: that of the calls on AWS.
    pub region: Option<&'run str>,
}

impl Hub<'_> {
    /// Nothing is named.
    const UNNAMED: Self = Hub { account: None, region: None };
}

impl RenderOptions<'_> {
    /// Nothing is known but the page.
    #[must_use]
    pub const fn on(page: Page) -> Self {
        RenderOptions { page, journal: None, report: None, key: None, hub: Hub::UNNAMED }
    }
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
    /// It would be signed.
    #[error("an attestation is signed, and there is no key")]
    NoKey,
    /// It would speak of an account.
    #[error("findings of Security Hub are about an account and a region of AWS, and the run was on none")]
    NoHub,
    /// It would speak of an account that was not tested.
    #[error("the run was on account `{tested}`, so its findings are not about `{named}`")]
    OtherAccount {
        /// That of the run.
        tested: String,
        /// That of the user.
        named: String,
    },
    /// It would speak of what is no account.
    #[error("`{0}` is no account id of twelve digits")]
    NoAccountId(String),
    /// It would speak of what is no region.
    #[error("`{0}` is no region of which the partition is known")]
    NoRegion(String),
}

/// The digests of the files that are the evidence, for formats that name them.
pub(crate) struct Digests<'run> {
    /// Of the record in JSON.
    pub(crate) report: &'run Sha256,
    /// Of the journal; `None`: it is not known.
    pub(crate) journal: Option<&'run Sha256>,
}

impl Format {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Format; 12] = [
        Format::Text,
        Format::Json,
        Format::Html,
        Format::Junit,
        Format::Sarif,
        Format::Messages,
        Format::Oscal,
        Format::InToto,
        Format::Github,
        Format::GithubSummary,
        Format::Asff,
        Format::Ocsf,
    ];

    /// Whether it can't be made without a key.
    #[must_use]
    pub fn needs_key(self) -> bool {
        self == Format::InToto
    }

    /// Whether it is made only for those who ask for it.
    #[must_use]
    pub fn is_on_request(self) -> bool {
        matches!(self, Format::Asff | Format::Ocsf)
    }

    /// As users name it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Json => "json",
            Format::Html => "html",
            Format::Junit => "junit",
            Format::Sarif => "sarif",
            Format::Messages => "messages",
            Format::Oscal => "oscal",
            Format::InToto => "in-toto",
            Format::Github => "github",
            Format::GithubSummary => "github-summary",
            Format::Asff => "asff",
            Format::Ocsf => "ocsf",
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
            Format::Messages => "messages.ndjson",
            Format::Oscal => "oscal.json",
            // https://github.com/in-toto/attestation/blob/main/spec/v1/bundle.md#file-naming-convention
            Format::InToto => "report.intoto.jsonl",
            Format::Github => "github.txt",
            Format::GithubSummary => "summary.md",
            Format::Asff => "asff.json",
            Format::Ocsf => "ocsf.jsonl",
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
    options: &RenderOptions<'_>,
    out: &mut dyn Write,
) -> Result<(), RenderError> {
    match format {
        Format::Html => html::write(record, &report_digest(record, options)?, &mut *out)?,
        Format::Text => console::write(record, options.page, &mut *out)?,
        Format::Json => json::write(record, &mut *out)?,
        Format::Junit if junit::write(record, out)? => {}
        Format::Junit => return Err(RenderError::TooLarge),
        Format::Sarif => sarif::write(record, out)?,
        Format::Messages => messages::write(record, out)?,
        Format::Oscal => {
            let report = report_digest(record, options)?;
            oscal::write(record, &Digests { report: &report, journal: options.journal }, out)?;
        }
        Format::InToto => {
            let key = options.key.ok_or(RenderError::NoKey)?;
            let report = report_digest(record, options)?;
            in_toto::write(record, &Digests { report: &report, journal: options.journal }, key, out)?;
        }
        Format::Github => github::annotations(record, out)?,
        Format::GithubSummary => github::summary(record, out)?,
        Format::Asff => asff::write(record, options.hub, out)?,
        Format::Ocsf => ocsf::write(record, out)?,
    }
    out.flush()?;
    Ok(())
}

/// Writes `record` as files that `files` takes: the file `name`, which comes last, and for [`Format::Html`] what would make
/// that one too large, in a folder beside it.
///
/// # Errors
/// Where they can't be written.
pub fn render_files(
    record: &Record,
    format: Format,
    options: &RenderOptions<'_>,
    name: &str,
    files: &mut dyn Files,
) -> Result<(), RenderError> {
    if format == Format::Html {
        return Ok(html::write_files(record, &report_digest(record, options)?, name, files)?);
    }
    let mut refused = None;
    let put = files.put(name, &mut |out| {
        render(record, format, options, out).map_err(|error| match error {
            RenderError::Output(error) => error,
            other => {
                let error = io::Error::other(other.to_string());
                refused = Some(other);
                error
            }
        })
    });
    match refused {
        Some(error) => Err(error),
        None => Ok(put?),
    }
}

fn report_digest(record: &Record, options: &RenderOptions<'_>) -> Result<Sha256, RenderError> {
    if let Some(digest) = options.report {
        return Ok(digest.clone());
    }
    let mut hashed = Hashed::default();
    render(record, Format::Json, options, &mut hashed)?;
    Ok(hashed.digest())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::console::{Color, Console, Detail};
    use crate::{EventKind, Exit, sample};

    const OPTIONS: RenderOptions<'_> =
        RenderOptions::on(Page { width: 80, color: Color::Plain, detail: Detail::Verbose });

    fn rendered(record: &Record, format: Format) -> String {
        let mut out = Vec::new();
        let key = PrivateKey::of_seed(&[1; 32]);
        let hub = Hub { account: Some("111122223333"), region: Some("us-east-1") };
        render(record, format, &RenderOptions { key: Some(&key), hub, ..OPTIONS }, &mut out).unwrap();
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
    fn without_a_key_nothing_is_attested_and_without_an_account_nothing_is_found_of_one() {
        let record: Record = sample::everything().iter().collect();
        for format in Format::ALL {
            let mut out = Vec::new();
            let made = render(&record, format, &OPTIONS, &mut out);
            let needs_more = format.needs_key() || format == Format::Asff;
            assert_eq!(made.is_err(), needs_more, "{format:?}");
            assert_eq!(out.is_empty(), needs_more, "{format:?}");
        }
    }

    #[test]
    fn the_same_run_gives_the_same_bytes() {
        let record: Record = sample::everything().iter().collect();
        let again: Record = sample::everything().iter().collect();
        for format in Format::ALL {
            assert_eq!(rendered(&record, format), rendered(&again, format), "{format:?}");
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
    fn a_run_that_was_stopped_says_why() {
        let mut events = sample::passing();
        events.truncate(2);
        events.last_mut().unwrap().kind = EventKind::RunStopped { reason: "no target".into() };
        let record: Record = events.into_iter().collect();
        assert!(!record.is_complete() && record.exit() == Exit::Inconclusive);
        for format in [
            Format::Text,
            Format::Html,
            Format::Messages,
            Format::Json,
            Format::Junit,
            Format::Oscal,
            Format::Sarif,
            Format::GithubSummary,
        ] {
            assert!(rendered(&record, format).contains("no target"), "{format:?}");
        }
    }

    #[test]
    fn all_formats_count_alike_however_early_a_run_ended() {
        let events = sample::everything();
        for end in 3..=events.len() {
            let record: Record = events.iter().take(end).collect();
            let it = record.scenario_counts();
            let clear = it.passed + it.failed + it.inconclusive + it.skipped;
            assert_eq!(it.selected, clear + it.unfinished + it.not_begun, "{it:?}");
            let told = |count: usize, words: &str| {
                if count == 0 { String::new() } else { format!(", {count} {words}") }
            };
            let [text, html, summary] =
                [Format::Text, Format::Html, Format::GithubSummary].map(|format| rendered(&record, format));
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            let parts = [
                told(it.failed, "failed"),
                told(it.inconclusive, "could not tell"),
                told(it.unfinished, "did not end"),
                told(it.not_begun, "not begun"),
            ];
            let expected = format!("12 of 15 scenarios: {} passed{}", it.passed, parts.concat());
            assert!(text.contains(&expected), "{expected} in {text}");
            let table = format!(
                "| 15 | 12 | {} | {} | {} | {} | {} | {} |",
                it.passed, it.failed, it.inconclusive, it.skipped, it.unfinished, it.not_begun
            );
            assert!(summary.contains(&table), "{table} in {summary}");
            for (count, words) in [(it.unfinished, "… did not end"), (it.not_begun, "· not begun")] {
                assert!(html.contains(&format!("<b>{count}</b> <span>{words}</span>")), "{count} {words}");
            }
            let junit = rendered(&record, Format::Junit);
            let errors = it.inconclusive + it.unfinished + it.not_begun;
            let suites = format!(
                "<testsuites name=\"rolecall\" tests=\"12\" failures=\"{}\" errors=\"{errors}\" skipped=\"{}\"",
                it.failed, it.skipped
            );
            assert!(junit.contains(&suites), "{suites} in {junit}");
            let oscal: serde_json::Value = serde_json::from_str(&rendered(&record, Format::Oscal)).unwrap();
            let props = oscal.pointer("/assessment-results/results/0/props").unwrap().as_array().unwrap();
            let prop = |name: &str| {
                props.iter().find(|prop| prop.get("name").unwrap() == name).unwrap().get("value")
            };
            for (name, count) in
                [("scenarios-unfinished", it.unfinished), ("scenarios-not-begun", it.not_begun)]
            {
                assert_eq!(prop(name).unwrap(), &count.to_string(), "{name}");
            }
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
