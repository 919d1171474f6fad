//! OSCAL Assessment Results 1.2.1: an observation for each scenario, and a finding for each control that it bears on.
//!
//! <https://pages.nist.gov/OSCAL/learn/concepts/layer/assessment/assessment-results/>. The plan that is imported are the
//! feature files with their settings, as a resource of the back matter; the evidence are the files beside this one. A
//! control is satisfied only as [`crate::ControlFinding::Satisfied`] has it, and is not even reviewed where no selected
//! scenario bears on it.

mod assessed;
mod controls;
mod ids;
mod observations;
#[cfg(test)]
mod tests;

use std::io::{self, Write};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::{Value, json};

use crate::controls::Spelling;
use crate::digest::Sha256;
use crate::format::Digests;
use crate::record::Record;
use crate::{console, words};

use ids::Ids;
use observations::Observations;

/// The newest version that compliance-trestle reads.
const VERSION: &str = "1.2.1";
/// Names of ours are told apart by it from those of NIST.
const NAMESPACE: &str = "urn:rolecall:oscal";
/// A name, or another single line.
const LINE: usize = 1_000;

/// Writes `record` as Assessment Results.
pub(crate) fn write(record: &Record, digests: &Digests<'_>, out: &mut dyn Write) -> io::Result<()> {
    let ids = &Ids::of(&record.run.id);
    let mut head = json!({
        "uuid": ids.document(),
        "metadata": metadata(record, ids),
        "import-ap": {
            "href": format!("#{}", ids.plan()),
            "remarks": "The feature files are the plan: each scenario says what is done and what is expected.",
        },
    });
    let activities = assessed::activities(record, ids);
    if !activities.is_empty() {
        put(&mut head, "local-definitions", json!({ "activities": activities }));
    }
    let back_matter = json!({ "resources": resources(record, digests, ids) });
    let results = [result(record, ids)];
    let document = Document { assessment_results: AssessmentResults { head, results, back_matter } };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Document<'run> {
    assessment_results: AssessmentResults<'run>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct AssessmentResults<'run> {
    #[serde(flatten)]
    head: Value,
    results: [RunResult<'run>; 1],
    back_matter: Value,
}

/// Its observations are many, and made one by one as they are written.
#[derive(Serialize)]
struct RunResult<'run> {
    #[serde(flatten)]
    head: Value,
    #[serde(skip_serializing_if = "Observations::is_empty")]
    observations: Observations<'run>,
    #[serde(flatten)]
    tail: Value,
}

fn metadata(record: &Record, ids: &Ids) -> Value {
    let mut metadata = json!({
        "title": line(&format!("Rolecall, run {}", record.run.id)),
        "last-modified": time(record.last_event.unwrap_or_default()),
        "version": line(&record.run.id),
        "oscal-version": VERSION,
    });
    if record.run.who.is_none() {
        put(&mut metadata, "remarks", json!("Who ran the scenarios is not known."));
    }
    if let Some(who) = &record.run.who {
        put(&mut metadata, "roles", json!([{ "id": "assessor", "title": "Who ran the scenarios" }]));
        let person = json!({ "uuid": ids.assessor(), "type": "person", "name": line(&who.name) });
        put(&mut metadata, "parties", json!([person]));
        let responsible = json!({ "role-id": "assessor", "party-uuids": [ids.assessor()] });
        put(&mut metadata, "responsible-parties", json!([responsible]));
    }
    metadata
}

fn result<'run>(record: &'run Record, ids: &'run Ids<'run>) -> RunResult<'run> {
    let started = words::started(record);
    let mut head = json!({
        "uuid": ids.result(),
        "title": line(&format!("Run {}", record.run.id)),
        "description": words::standing(record),
        "start": time(started),
    });
    if let Some(duration) = record.duration {
        put(&mut head, "end", json!(time(started + duration)));
    }
    let counts = record.scenario_counts();
    let counts = [
        ("scenarios-found", counts.found),
        ("scenarios-selected", counts.selected),
        ("scenarios-passed", counts.passed),
        ("scenarios-failed", counts.failed),
        ("scenarios-inconclusive", counts.inconclusive),
        ("scenarios-skipped", counts.skipped),
        ("scenarios-unfinished", counts.unfinished),
        ("scenarios-not-begun", counts.not_begun),
    ];
    let props = counts.iter().map(|(name, count)| prop(name, &count.to_string()));
    put(&mut head, "props", props.chain([prop("complete", &record.is_complete().to_string())]).collect());
    put(&mut head, "local-definitions", assessed::definitions(record, ids));
    put(&mut head, "reviewed-controls", controls::reviewed(record));
    let mut tail = json!({});
    put_list(&mut tail, "findings", controls::findings(record, ids));
    if let Some(interrupted) = words::interrupted(record) {
        put(&mut tail, "remarks", json!(interrupted));
    }
    RunResult { head, observations: Observations { record, spelling: Spelling::of(record), ids }, tail }
}

fn resources(record: &Record, digests: &Digests<'_>, ids: &Ids) -> Vec<Value> {
    let run = &record.run;
    let mut plan = json!({
        "uuid": ids.plan(),
        "title": "The plan: feature files, settings and controls",
        "description": match &run.commit {
            Some(commit) => match record.is_clean() {
                Some(true) => format!("As they stood in commit {}.", commit.id),
                Some(false) => format!("As they stood in a folder that differed from commit {}.", commit.id),
                None => format!("As they stood in a folder with commit {}; whether anything differed from it is not known.", commit.id),
            },
            None => "As they stood in a folder of which no commit is known.".to_owned(),
        },
    });
    put_list(
        &mut plan,
        "rlinks",
        record.plan().map(|file| link(&words::address(&file.path), &file.sha256)).collect(),
    );
    let mut journal = json!({ "href": "journal.jsonl", "media-type": "application/jsonl" });
    if let Some(digest) = digests.journal {
        put(&mut journal, "hashes", hashes(digest));
    }
    let mut report = link("report.json", digests.report);
    put(&mut report, "media-type", json!("application/json"));
    vec![
        plan,
        json!({ "uuid": ids.journal(), "title": "What happened, event by event", "rlinks": [journal] }),
        json!({ "uuid": ids.report(), "title": "The record of the run", "rlinks": [report] }),
    ]
}

fn link(href: &str, digest: &Sha256) -> Value {
    json!({ "href": href, "hashes": hashes(digest) })
}

fn hashes(digest: &Sha256) -> Value {
    json!([{ "algorithm": "SHA-256", "value": digest }])
}

fn prop(name: &str, value: &str) -> Value {
    json!({ "name": name, "ns": NAMESPACE, "value": line(value) })
}

fn put(object: &mut Value, name: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(name.to_owned(), value);
    }
}

/// Lists in OSCAL are absent, not empty.
fn put_list(object: &mut Value, name: &str, list: Vec<Value>) {
    if !list.is_empty() {
        put(object, name, Value::Array(list));
    }
}

/// One line that begins and ends with something.
fn line(text: &str) -> String {
    match words::shortened(console::harmless(text).trim(), LINE) {
        empty if empty.is_empty() => "without a name".to_owned(),
        line => line,
    }
}

/// With a capital and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
