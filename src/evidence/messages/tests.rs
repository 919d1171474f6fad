#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::event::{Event, Failure, ScenarioResult, StepResult};
use crate::record::Outcome;
use crate::{golden, sample};

fn of(events: &[Event]) -> Record {
    events.iter().collect()
}

fn rendered(record: &Record) -> String {
    let mut out = Vec::new();
    write(record, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Each message with its kind.
fn messages(record: &Record) -> Vec<(String, Value)> {
    let parse = |line: &str| {
        let message: serde_json::Map<String, Value> = serde_json::from_str(line).unwrap();
        assert_eq!(message.len(), 1, "{line}");
        message.into_iter().next().unwrap()
    };
    rendered(record).lines().map(parse).collect()
}

fn all_of<'all>(messages: &'all [(String, Value)], kind: &str) -> Vec<&'all Value> {
    messages.iter().filter(|(it, _)| it == kind).map(|(_, message)| message).collect()
}

/// The worst status of each test case, as `@cucumber/messages` weighs them.
fn worst(record: &Record) -> Vec<String> {
    const WEIGHTS: [&str; 7] =
        ["UNKNOWN", "PASSED", "SKIPPED", "PENDING", "UNDEFINED", "AMBIGUOUS", "FAILED"];
    let messages = messages(record);
    let mut cases: BTreeMap<usize, usize> = BTreeMap::new();
    for step in all_of(&messages, "testStepFinished") {
        let case = step["testCaseStartedId"].as_str().unwrap().split('-').nth(1).unwrap().parse().unwrap();
        let status = &step["testStepResult"]["status"];
        let weight = WEIGHTS.iter().position(|it| status == it).unwrap();
        let worst = cases.entry(case).or_default();
        *worst = weight.max(*worst);
    }
    assert!(cases.keys().copied().eq(0..record.scenarios.len()), "a case without a status");
    cases.values().map(|weight| WEIGHTS[*weight].to_owned()).collect()
}

#[test]
fn everything() {
    golden::check("messages.ndjson", &rendered(&of(&sample::everything())));
    golden::check("messages_unproven.ndjson", &rendered(&of(&sample::unproven())));
}

#[track_caller]
fn check_statuses(record: &Record) {
    for (status, scenario) in worst(record).iter().zip(&record.scenarios) {
        let fits: &[&str] = match scenario.outcome() {
            Outcome::Passed => &["PASSED"],
            Outcome::Failed => &["FAILED", "UNDEFINED", "AMBIGUOUS"],
            Outcome::Inconclusive | Outcome::Unfinished | Outcome::NotBegun => &["FAILED"],
            Outcome::Skipped => &["SKIPPED"],
        };
        assert!(fits.contains(&status.as_str()), "{status} for {:?}", scenario.outcome());
    }
}

#[test]
fn only_what_passed_is_green() {
    check_statuses(&of(&sample::everything()));
    check_statuses(&of(&sample::unproven()));
    let events = sample::everything();
    for end in 0..events.len() {
        check_statuses(&of(&events[..end]));
    }
}

#[test]
fn no_scenario_is_green_against_its_result() {
    let step_results = [
        StepResult::Passed,
        StepResult::Failed(Failure::default()),
        StepResult::Inconclusive(Failure::default()),
        StepResult::Undefined { similar: vec![] },
        StepResult::Ambiguous { matching: vec![] },
        StepResult::NotRun,
    ];
    let results = [ScenarioResult::Passed, ScenarioResult::Failed, ScenarioResult::Inconclusive];
    for step in &step_results {
        for result in results.iter().cloned().map(Some).chain([None]) {
            let mut record = of(&sample::passing());
            record.scenarios[0].steps[0].result = step.clone();
            record.scenarios[0].result = result;
            check_statuses(&record);
        }
    }
}

#[test]
fn what_could_not_tell_is_told_apart_from_what_failed() {
    let messages = messages(&of(&sample::everything()));
    let steps = all_of(&messages, "testStepFinished");
    let kinds: Vec<&str> =
        steps.iter().filter_map(|it| it["testStepResult"]["exception"]["type"].as_str()).collect();
    for kind in ["AccessNotAsSpecified", "Inconclusive", "FailedOutsideSteps", "Unfinished"] {
        assert!(kinds.contains(&kind), "{kind} in {kinds:?}");
    }
}

#[test]
fn a_run_is_a_success_only_if_it_passed() {
    let success = |events: &[Event]| {
        let messages = messages(&of(events));
        all_of(&messages, "testRunFinished")[0]["success"].as_bool().unwrap()
    };
    assert!(success(&sample::passing()));
    for end in 0..sample::passing().len() {
        assert!(!success(&sample::passing()[..end]), "{end} events");
    }
    for events in [sample::everything(), sample::unproven(), sample::nothing()] {
        assert!(!success(&events));
    }
    let unproven = messages(&of(&sample::unproven()));
    assert_eq!(all_of(&unproven, "testRunHookFinished")[0]["result"]["exception"]["type"], "Unproven");
}

#[test]
fn nothing_is_named_that_is_not_there() {
    let messages = messages(&of(&sample::everything()));
    let mut ids = BTreeSet::new();
    let mut named = Vec::new();
    for (_, message) in &messages {
        walk(message, &mut ids, &mut named);
    }
    let missing: Vec<&String> = named.iter().filter(|id| !ids.contains(*id)).collect();
    assert_eq!(missing, Vec::<&String>::new());
}

/// The ids that a message gives, each once, and those that it names.
fn walk(message: &Value, ids: &mut BTreeSet<String>, named: &mut Vec<String>) {
    match message {
        Value::Object(parts) => {
            for (name, value) in parts {
                match value {
                    Value::String(id) if name == "id" => {
                        assert!(ids.insert(id.clone()), "{id} is given twice")
                    }
                    Value::String(id) if name.ends_with("Id") => named.push(id.clone()),
                    Value::Array(all) if name.ends_with("Ids") => {
                        named.extend(all.iter().filter_map(|id| id.as_str().map(str::to_owned)));
                    }
                    other => walk(other, ids, named),
                }
            }
        }
        Value::Array(all) => all.iter().for_each(|it| walk(it, ids, named)),
        _ => {}
    }
}

#[test]
fn every_call_and_pause_is_attached() {
    let record = of(&sample::everything());
    let messages = messages(&record);
    let attachments = all_of(&messages, "attachment");
    let of_media = |media: &str| attachments.iter().filter(|it| it["mediaType"] == media).count();
    assert_eq!(of_media("text/plain"), record.calls().count());
    let waits = record.scenarios.iter().flat_map(|it| &it.steps).map(|it| it.activity.waits.len());
    assert_eq!(
        of_media("text/x.cucumber.log+plain"),
        waits.sum::<usize>() + 1,
        "and what the verdicts are worth"
    );
    let bodies = attachments.iter().map(|it| it["body"].as_str().unwrap());
    assert!(bodies.clone().any(|it| it.contains("no statement allows it (implicit denial)")));
    assert!(bodies.clone().any(|it| it.contains("Credentials.SecretAccessKey = withheld: a secret")));
}

#[test]
fn a_file_s_text_is_its_source_where_it_was_kept() {
    let mut record = of(&sample::everything());
    assert!(all_of(&messages(&record), "source").is_empty());
    let path = record.scenarios[0].scenario.path.clone();
    record.run.features.clear();
    let text = "# language: en\n\nFeature: Part 2: a user takes the role\n";
    record.run.read_feature(path.as_str(), text);
    let messages = messages(&record);
    let sources = all_of(&messages, "source");
    assert_eq!((sources.len(), &sources[0]["data"], &sources[0]["uri"]), (1, &json!(text), &json!(path)));
    assert_eq!(all_of(&messages, "gherkinDocument")[0]["feature"]["location"]["line"], 3);
}

#[test]
fn nobody_s_text_begins_a_message_or_moves_a_cursor() {
    let mut record = of(&sample::everything());
    let text = "a\n{\"testRunFinished\":{\"success\":true}}\u{1b}[2J\u{202e}";
    for scenario in &mut record.scenarios {
        scenario.scenario.name = text.to_owned();
        scenario.scenario.feature = text.to_owned();
        scenario.steps.iter_mut().for_each(|step| step.step.text = text.into());
    }
    let messages = messages(&record);
    assert_eq!(all_of(&messages, "testRunFinished").len(), 1);
    let page = rendered(&record);
    assert!(!page.contains("\\u001b") && !page.contains('\u{202e}'));
}
