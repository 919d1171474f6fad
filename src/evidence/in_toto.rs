//! An in-toto attestation: a Statement with the predicate test-result, in a DSSE envelope signed with Ed25519.
//!
//! <https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md>,
//! <https://github.com/secure-systems-lab/dsse/blob/master/protocol.md>. Nothing passes there that does not pass here:
//! what could not tell or did not end is among the failed tests, and a run that amounts to `could not tell` has failed.
//! Skipped scenarios, and those that passed on a target that did not show that it enforces IAM, are warnings; and so is it
//! that scenarios of the files were not selected, which the annotations of those files count.

use std::collections::HashMap;
use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::format::Digests;
use crate::integrity::PrivateKey;
use crate::provenance::File;
use crate::record::{Exit, Outcome, Record, ScenarioRecord};
use crate::target::{EvidenceKind, TargetInfo};
use crate::words;

const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// Writes what `record` attests, signed with `key`, in one line: a bundle of JSON lines holds one envelope each.
pub(crate) fn write(
    record: &Record,
    digests: &Digests<'_>,
    key: &PrivateKey,
    out: &mut dyn Write,
) -> io::Result<()> {
    let payload = serde_json::to_vec(&statement(record, digests))?;
    let signature = key.sign(&pre_authentication_encoding(PAYLOAD_TYPE, &payload));
    let envelope = json!({
        "payload": STANDARD.encode(&payload),
        "payloadType": PAYLOAD_TYPE,
        "signatures": [{ "keyid": key.public().id(), "sig": STANDARD.encode(signature) }],
    });
    serde_json::to_writer(&mut *out, &envelope)?;
    out.write_all(b"\n")
}

/// What is signed, by the protocol of DSSE.
fn pre_authentication_encoding(kind: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {kind} {} ", kind.len(), payload.len());
    [head.as_bytes(), payload].concat()
}

fn statement(record: &Record, digests: &Digests<'_>) -> Value {
    let mut subjects = vec![json!({ "name": "report.json", "digest": { "sha256": digests.report } })];
    subjects.extend(digests.journal.map(|it| json!({ "name": "journal.jsonl", "digest": { "sha256": it } })));
    // What differs from a commit is not that commit.
    let commit = record.run.commit.as_ref().filter(|_| record.is_clean() == Some(true));
    subjects.extend(commit.map(|commit| {
        let name = commit.repository.as_deref().unwrap_or("the repository");
        json!({ "name": name, "digest": { "gitCommit": commit.id } })
    }));
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": subjects,
        "predicateType": "https://in-toto.io/attestation/test-result/v0.1",
        "predicate": predicate(record),
    })
}

fn predicate(record: &Record) -> Value {
    let run = &record.run;
    let file = |file: &File| json!({ "name": file.path, "digest": { "sha256": file.sha256 } });
    let mut configuration: Vec<Value> = record.plan().map(file).collect();
    for (descriptor, file) in configuration.iter_mut().zip(record.plan()).take(run.features.len()) {
        if let Some(descriptor) = descriptor.as_object_mut() {
            descriptor.insert("annotations".to_owned(), selection(record, &file.path));
        }
    }
    let mut predicate = json!({ "result": result(record), "configuration": configuration });
    let [mut passed, mut warned, mut failed] = [const { Vec::new() }; 3];
    for (name, scenario) in names(&record.scenarios).into_iter().zip(&record.scenarios) {
        match scenario.outcome() {
            Outcome::Passed if is_proven(record) => passed.push(name),
            Outcome::Passed | Outcome::Skipped => warned.push(name),
            Outcome::Failed | Outcome::Inconclusive | Outcome::Unfinished | Outcome::NotBegun => {
                failed.push(name)
            }
        }
    }
    let lists = [("passedTests", passed), ("warnedTests", warned), ("failedTests", failed)];
    if let Some(predicate) = predicate.as_object_mut() {
        let job = run.who.as_ref().and_then(|who| who.job.clone());
        predicate.extend(job.map(|job| ("url".to_owned(), json!(job))));
        predicate.extend(lists.map(|(name, tests)| (name.to_owned(), json!(tests))));
    }
    predicate
}

/// How many scenarios of a feature file there are, and how many of them were not selected.
fn selection(record: &Record, path: &str) -> Value {
    let selected = record.scenarios.iter().filter(|it| it.scenario.path == path).count();
    let left_out = record.left_out.iter().filter(|it| it.path == path).count();
    json!({ "scenariosFound": selected + left_out, "scenariosNotSelected": left_out })
}

fn result(record: &Record) -> &'static str {
    let all_ran = record.scenario_counts().skipped == 0 && record.left_out.is_empty();
    match record.exit() {
        Exit::Passed if is_proven(record) && all_ran => "PASSED",
        Exit::Passed => "WARNED",
        Exit::Failed | Exit::Inconclusive | Exit::NothingSelected => "FAILED",
    }
}

fn is_proven(record: &Record) -> bool {
    record.target.as_ref().is_some_and(|target| TargetInfo::evidence(target) != EvidenceKind::Unproven)
}

/// Names by which scenarios are told apart, and which stay when lines move: only where two are called alike, the line
/// is told.
fn names(scenarios: &[ScenarioRecord]) -> Vec<String> {
    let name = |scenario: &ScenarioRecord| {
        let place = &scenario.scenario;
        let rule = place.rule.as_ref().map(|rule| format!("{rule}: ")).unwrap_or_default();
        format!("{}: {}: {rule}{}", place.path, place.feature, words::name(scenario))
    };
    let names: Vec<String> = scenarios.iter().map(name).collect();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    names.iter().for_each(|name| *counts.entry(name).or_default() += 1);
    let told = |(name, scenario): (&String, &ScenarioRecord)| match counts.get(name.as_str()) {
        Some(1) => name.clone(),
        _ => format!("{name} (line {})", scenario.scenario.line),
    };
    names.iter().zip(scenarios).map(told).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use crate::digest::Sha256;
    use crate::event::{Event, EventKind, ScenarioResult};
    use crate::{golden, sample};

    fn key() -> PrivateKey {
        PrivateKey::of_seed(&[7; 32])
    }

    fn rendered(events: &[Event]) -> String {
        let (report, journal) = (Sha256::of("report"), Sha256::of("journal"));
        let digests = Digests { report: &report, journal: Some(&journal) };
        let mut out = Vec::new();
        write(&events.iter().collect(), &digests, &key(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn payload(envelope: &str) -> Value {
        let envelope: Value = serde_json::from_str(envelope).unwrap();
        serde_json::from_slice(&STANDARD.decode(envelope["payload"].as_str().unwrap()).unwrap()).unwrap()
    }

    #[test]
    fn everything() {
        let envelope = rendered(&sample::everything());
        golden::check("in-toto.jsonl", &envelope);
        golden::check("in-toto_payload.json", &format!("{:#}\n", payload(&envelope)));
    }

    #[test]
    fn what_is_signed_is_as_the_protocol_has_it() {
        // The example of the protocol's page.
        let signed = pre_authentication_encoding("http://example.com/HelloWorld", b"hello world");
        assert_eq!(signed, b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    }

    #[test]
    fn one_changed_byte_is_found() {
        let envelope: Value = serde_json::from_str(&rendered(&sample::passing())).unwrap();
        let decoded = |value: &Value| STANDARD.decode(value.as_str().unwrap()).unwrap();
        let signature: [u8; 64] = decoded(&envelope["signatures"][0]["sig"]).try_into().unwrap();
        let mut payload = decoded(&envelope["payload"]);
        let holds = |payload: &[u8]| {
            key().public().verifies(&pre_authentication_encoding(PAYLOAD_TYPE, payload), &signature)
        };
        assert!(holds(&payload));
        for index in 0..payload.len() {
            payload[index] ^= 1;
            assert!(!holds(&payload), "byte {index}");
            payload[index] ^= 1;
        }
    }

    #[test]
    fn only_what_passes_has_passed() {
        let skipped = || ScenarioResult::Skipped { reason: "no clock".into() };
        for (result, enforces_iam, expected, list) in [
            (ScenarioResult::Passed, true, "PASSED", "passedTests"),
            (ScenarioResult::Passed, false, "WARNED", "warnedTests"),
            (ScenarioResult::Failed, true, "FAILED", "failedTests"),
            (ScenarioResult::Inconclusive, true, "FAILED", "failedTests"),
            (skipped(), true, "FAILED", "warnedTests"),
        ] {
            let mut events = sample::passing();
            for event in &mut events {
                match &mut event.kind {
                    EventKind::TargetTested { target } => *target = sample::target("said", enforces_iam),
                    EventKind::ScenarioFinished { result: told, .. } => *told = result.clone(),
                    _ => {}
                }
            }
            let predicate = payload(&rendered(&events))["predicate"].clone();
            let told = format!("{result:?} {enforces_iam}");
            assert_eq!(predicate["result"], expected, "{told}");
            let lists = ["passedTests", "warnedTests", "failedTests"];
            let filled = lists.map(|it| predicate[it].as_array().unwrap().len());
            assert_eq!(filled, lists.map(|it| usize::from(it == list)), "{told}");
            events.pop();
            assert_eq!(payload(&rendered(&events))["predicate"]["result"], "FAILED", "interrupted: {told}");
        }
    }

    #[test]
    fn who_leaves_out_scenarios_has_not_passed_and_says_how_many() {
        let mut events = sample::passing();
        assert_eq!(payload(&rendered(&events))["predicate"]["result"], "PASSED");
        if let EventKind::RunStarted { scenarios, left_out, .. } = &mut events[0].kind {
            left_out.extend([scenarios[0].clone(), scenarios[0].clone()]);
        }
        let predicate = payload(&rendered(&events))["predicate"].clone();
        let features = predicate["configuration"][0]["annotations"].clone();
        assert_eq!(features, json!({ "scenariosFound": 3, "scenariosNotSelected": 2 }));
        assert_eq!(
            (&predicate["result"], &predicate["passedTests"].as_array().unwrap().len()),
            (&json!("WARNED"), &1)
        );
    }

    #[test]
    fn what_differs_from_a_commit_does_not_vouch_for_it() {
        for (clean, expected) in [(Some(true), true), (Some(false), false), (None, false)] {
            let mut events = sample::passing();
            if let EventKind::RunStarted { run, .. } = &mut events[0].kind {
                run.commit.as_mut().unwrap().clean = clean;
            }
            let subjects = payload(&rendered(&events))["subject"].clone();
            let of_commit = |it: &Value| it["digest"].get("gitCommit").is_some();
            assert_eq!(subjects.as_array().unwrap().iter().any(of_commit), expected, "{clean:?}");
        }
    }

    #[test]
    fn names_are_told_apart() {
        let mut record: Record = sample::everything().iter().collect();
        for scenario in &mut record.scenarios {
            scenario.scenario.name = "the same".into();
        }
        let names = names(&record.scenarios);
        let unique: std::collections::BTreeSet<_> = names.iter().collect();
        assert_eq!(unique.len(), record.scenarios.len(), "{names:#?}");
    }
}
