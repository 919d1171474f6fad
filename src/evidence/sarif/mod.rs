//! SARIF 2.1.0, for code scanning: what did not pass, on the lines of the features that say it.
//!
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html>, within what
//! [GitHub takes](https://docs.github.com/en/code-security/code-scanning/troubleshooting-sarif-uploads/results-exceed-limit).
//!
//! A result is a scenario that failed (an error), could not tell or did not end (warnings). No result is no pass: what
//! else a reader must know (unproven verdicts, skips, an interruption) is a notification of the invocation, which
//! counts as successful only if the run ended and something was selected.

mod findings;
mod invocation;
mod place;
mod result;
mod rule;
#[cfg(test)]
mod tests;
mod text;

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::findings::Findings;
use crate::provenance::RunInfo;
use crate::record::{Record, ScenarioRecord};
use crate::target::TargetKind;
use crate::words;

pub(crate) use result::fingerprints;
use rule::Rule;

/// GitHub refuses files with more results in a run.
const RESULTS: usize = 25_000;
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Writes `record` as a SARIF log.
pub(crate) fn write(record: &Record, out: &mut dyn Write) -> io::Result<()> {
    write_log(run(record), out)
}

/// Writes what was found without a run as a SARIF log.
pub(crate) fn write_findings(found: &Findings<'_>, out: &mut dyn Write) -> io::Result<()> {
    write_log(findings::run(found), out)
}

fn write_log(run: Value, out: &mut dyn Write) -> io::Result<()> {
    let log = json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": [run] });
    serde_json::to_writer_pretty(&mut *out, &log)?;
    out.write_all(b"\n")
}

fn run(record: &Record) -> Value {
    let results = result::results(record, RESULTS);
    let mut run = json!({
        "tool": { "driver": driver(&record.run) },
        "automationDetails": {
            "id": text::line(&format!("rolecall/{}/{}", target(record), record.run.id)),
            "description": { "text": text::sentence(&words::standing(record)) },
        },
        "columnKind": "unicodeCodePoints",
        "defaultEncoding": "utf-8",
        "defaultSourceLanguage": "gherkin",
        "originalUriBaseIds": place::base_ids(),
        "artifacts": place::artifacts(record),
        "invocations": [invocation::invocation(record, results.left_out)],
        "results": results.shown,
        "properties": properties(record),
    });
    let commit = version_control(record);
    if let (Some(commit), Some(run)) = (commit, run.as_object_mut()) {
        run.insert("versionControlProvenance".to_owned(), json!([commit]));
    }
    run
}

fn driver(run: &RunInfo) -> Value {
    let tool = &run.tool;
    let data: Vec<Value> =
        tool.data.iter().map(|(name, version)| json!({ "name": name, "version": version })).collect();
    json!({
        "name": "Rolecall",
        "version": tool.version,
        "semanticVersion": tool.version,
        "shortDescription": { "text": "Executable specifications of who may do what in AWS." },
        "rules": Rule::ALL.map(Rule::descriptor),
        "notifications": invocation::Notice::ALL.map(invocation::Notice::descriptor),
        "properties": {
            "conformance": tool.conformance,
            "data": data,
            "binarySha256": tool.binary,
            "lockFileSha256": tool.lock_file,
        },
    })
}

fn properties(record: &Record) -> Value {
    let target = record.target.as_ref();
    json!({
        "run": record.run.id,
        "target": target.map(|it| &it.name),
        "account": target.and_then(|it| it.account.as_ref()),
        "region": target.and_then(|it| it.region.as_ref()),
        "evidence": words::standing(record),
        "complete": record.is_complete(),
        "scenarios": record.scenario_counts(),
    })
}

/// Uploads for targets of different kinds don't replace each other: GitHub takes what stands before the last `/` for
/// the category of an upload.
fn target(record: &Record) -> &'static str {
    match record.target.as_ref().map(|target| target.kind) {
        None => "none",
        Some(TargetKind::Embedded) => "embedded",
        Some(TargetKind::LocalStack) => "localstack",
        Some(TargetKind::Endpoint) => "endpoint",
        Some(TargetKind::Aws) => "aws",
    }
}

/// `None`: nothing says which repository it is.
fn version_control(record: &Record) -> Option<Value> {
    let commit = record.run.commit.as_ref()?;
    let mut details = json!({
        "repositoryUri": commit.repository.as_ref()?,
        "revisionId": commit.id,
        "mappedTo": { "uriBaseId": place::ROOT },
        "properties": { "clean": record.is_clean() },
    });
    if let (Some(branch), Some(details)) = (&commit.branch, details.as_object_mut()) {
        details.insert("branch".to_owned(), json!(branch));
    }
    Some(details)
}

/// What tells a scenario from all others of the run, whatever else is added to its file.
fn identity(scenario: &ScenarioRecord) -> [&str; 4] {
    let place = &scenario.scenario;
    [&place.path, &place.feature, place.rule.as_deref().unwrap_or_default(), &place.name]
}
