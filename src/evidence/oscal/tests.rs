#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeSet;

use serde_json::Value;

use super::*;
use crate::event::{Event, EventKind, ScenarioResult};
use crate::{golden, sample};

fn rendered(events: &[Event]) -> String {
    let (report, journal) = (Sha256::of("report"), Sha256::of("journal"));
    let digests = Digests { report: &report, journal: Some(&journal) };
    let mut out = Vec::new();
    write(&events.iter().collect(), &digests, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn of(events: &[Event]) -> Value {
    let document: Value = serde_json::from_str(&rendered(events)).unwrap();
    document["assessment-results"].clone()
}

#[test]
fn everything() {
    golden::check("oscal.json", &rendered(&sample::everything()));
}

/// All members of all objects, each with the name of the object's own member.
fn walk(value: &Value, found: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(it) => it.iter().for_each(|(name, value)| {
            found.push((name.clone(), value.clone()));
            walk(value, found);
        }),
        Value::Array(it) => it.iter().for_each(|value| walk(value, found)),
        _ => {}
    }
}

#[test]
fn no_reference_dangles_and_no_id_is_given_twice_however_early_it_ended() {
    for events in [sample::everything(), sample::passing(), sample::unproven(), sample::nothing()] {
        for end in 0..=events.len() {
            let mut members = Vec::new();
            walk(&of(&events[..end]), &mut members);
            let own: Vec<&str> =
                members.iter().filter(|it| it.0 == "uuid").map(|it| it.1.as_str().unwrap()).collect();
            let known: BTreeSet<&str> = own.iter().copied().collect();
            assert_eq!(own.len(), known.len(), "an id is given twice");
            let mut references = 0;
            for (name, value) in &members {
                let reference = match value {
                    Value::String(text) if name == "href" => text.strip_prefix('#'),
                    Value::String(text) if name.ends_with("-uuid") => Some(text.as_str()),
                    Value::Array(it) if name.ends_with("-uuids") => it[0].as_str(),
                    _ => None,
                };
                references += usize::from(reference.is_some());
                assert!(reference.is_none_or(|it| known.contains(it)), "{name}: {value} ({end} events)");
            }
            assert!(references >= 2, "{references}");
            let empty = members.iter().find(|(_, value)| value.as_array().is_some_and(Vec::is_empty));
            assert_eq!(empty, None, "{end} events");
        }
    }
}

#[test]
fn findings_are_of_reviewed_controls() {
    let result = of(&sample::everything())["results"][0].clone();
    let mut reviewed = BTreeSet::new();
    for selection in result["reviewed-controls"]["control-selections"].as_array().unwrap() {
        let controls = selection["include-controls"].as_array().into_iter().flatten();
        reviewed.extend(controls.map(|it| format!("{}_obj", it["control-id"].as_str().unwrap())));
    }
    let findings = result["findings"].as_array().unwrap();
    let found: BTreeSet<String> =
        findings.iter().map(|it| it["target"]["target-id"].as_str().unwrap().to_owned()).collect();
    assert_eq!((found.len(), &found), (findings.len(), &reviewed));
    assert!(!found.contains("ac-2_obj"), "no scenario bears on it");
}

#[test]
fn without_controls_none_is_reviewed_and_nothing_is_found() {
    for events in [sample::passing(), sample::nothing(), Vec::new()] {
        let result = of(&events)["results"][0].clone();
        let selections = &result["reviewed-controls"]["control-selections"];
        assert_eq!(selections[0]["include-controls"], json!([{ "control-id": "_none" }]), "{selections}");
        assert_eq!(result.get("findings"), None);
    }
}

/// The states and reasons of the findings, in the order of the controls.
fn states(events: &[Event]) -> Vec<(String, String)> {
    let findings = of(events)["results"][0]["findings"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let status = findings.iter().map(|finding| &finding["target"]["status"]);
    status.map(|it| (text(&it["state"]), text(&it["reason"]))).collect()
}

#[test]
fn only_what_is_shown_is_satisfied() {
    let pair = |state: &str, reason: &str| (state.to_owned(), reason.to_owned());
    // NIST-800-53:AC-6 failed, PCI-DSS-4:7.2 was skipped, SOC2:CC6.1 passed.
    let expected = [pair("not-satisfied", "fail"), pair("not-satisfied", "other"), pair("satisfied", "pass")];
    let events = sample::everything();
    assert_eq!(states(&events), expected);
    let interrupted = states(&events[..events.len() - 1]);
    assert!(interrupted.iter().all(|(state, _)| state == "not-satisfied"), "{interrupted:?}");
    for (outcome, enforces_iam, expected) in [
        (ScenarioResult::Passed, true, pair("satisfied", "pass")),
        (ScenarioResult::Passed, false, pair("not-satisfied", "other")),
        (ScenarioResult::Inconclusive, true, pair("not-satisfied", "other")),
        (ScenarioResult::Skipped { reason: "no clock".into() }, true, pair("not-satisfied", "other")),
        (ScenarioResult::Failed, true, pair("not-satisfied", "fail")),
    ] {
        let mut events = sample::passing();
        for event in &mut events {
            match &mut event.kind {
                EventKind::RunStarted { scenarios, .. } => {
                    scenarios[0].tags.push("control:SOC2:CC6.1".into())
                }
                EventKind::TargetTested { target } => {
                    *target = sample::target("said by the test", enforces_iam)
                }
                EventKind::ScenarioFinished { result, .. } => *result = outcome.clone(),
                _ => {}
            }
        }
        assert_eq!(states(&events), [expected], "{outcome:?} {enforces_iam}");
    }
}

#[test]
fn a_finding_says_by_itself_what_it_is_evidence_of() {
    let satisfied = |events: &[Event]| {
        let finding = of(events)["results"][0]["findings"][2].clone();
        assert_eq!(finding["target"]["status"]["state"], "satisfied");
        let props = finding["props"].as_array().unwrap().clone();
        let kind = props.into_iter().find(|it| it["name"] == "evidence").unwrap()["value"].clone();
        (kind, finding["target"]["status"]["remarks"].clone())
    };
    let (kind, remarks) = satisfied(&sample::everything());
    assert_eq!(kind, "design-intent");
    assert_eq!(
        remarks,
        "Satisfied: its only scenario passed. Evidence of this: design intent, shown on Rolecall's emulator: not that an \
         account operates so."
    );
    let (kind, remarks) = satisfied(&sample::on_aws(sample::everything()));
    assert_eq!(kind, "operating-effectiveness");
    assert_eq!(
        remarks,
        "Satisfied: its only scenario passed. Evidence of this: operating effectiveness, shown by an account of AWS."
    );
}

#[test]
fn texts_are_lines_that_oscal_takes() {
    assert_eq!(line("  a\nb\t"), "a b");
    assert_eq!(line(" \n"), "without a name");
}
