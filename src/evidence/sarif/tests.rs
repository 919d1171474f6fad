#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeSet;

use super::*;
use crate::event::{Event, ScenarioResult};
use crate::record::{Outcome, ScenarioRecord};
use crate::{golden, sample};

fn of(events: &[Event]) -> Record {
    events.iter().collect()
}

fn rendered(record: &Record) -> String {
    let mut out = Vec::new();
    write(record, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The only run of the log.
fn run_of(record: &Record) -> Value {
    serde_json::from_str::<Value>(&rendered(record)).unwrap()["runs"][0].take()
}

fn results(run: &Value) -> &Vec<Value> {
    run["results"].as_array().unwrap()
}

/// The messages of notifications of a level.
fn notices(run: &Value, level: &str) -> Vec<String> {
    let all = run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    let of_level = all.iter().filter(|it| it["level"] == level);
    of_level.map(|it| it["message"]["text"].as_str().unwrap().to_owned()).collect()
}

fn fingerprint(result: &Value) -> String {
    result["partialFingerprints"]["primaryLocationLineHash"].as_str().unwrap().to_owned()
}

#[test]
fn everything() {
    golden::check("report.sarif", &rendered(&of(&sample::everything())));
    golden::check("unproven.sarif", &rendered(&of(&sample::unproven())));
}

#[test]
fn whatever_did_not_pass_is_a_result_and_nothing_else_is() {
    let record = of(&sample::everything());
    let run = run_of(&record);
    let level = |result: &Value, level| result["level"] == level;
    let counts = record.scenario_counts();
    assert_eq!(results(&run).iter().filter(|it| level(it, "error")).count(), counts.failed);
    let warnings = counts.inconclusive + counts.unfinished + counts.not_begun;
    assert_eq!(results(&run).iter().filter(|it| level(it, "warning")).count(), warnings);
    assert_eq!(notices(&run, "note").len(), counts.skipped + 1);
    for result in results(&run) {
        let rule = &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], result["ruleId"]);
    }
}

#[test]
fn no_results_are_not_taken_for_a_pass() {
    let passing = run_of(&of(&sample::passing()));
    assert_eq!(
        (results(&passing).len(), &passing["invocations"][0]["executionSuccessful"]),
        (0, &true.into())
    );
    let interrupted = run_of(&of(&sample::passing()[..1]));
    let nothing = run_of(&of(&sample::nothing()));
    for run in [&interrupted, &nothing] {
        assert_eq!(run["invocations"][0]["executionSuccessful"], false);
        assert_eq!(notices(run, "error").len(), 1);
    }
    assert_eq!(interrupted["invocations"][0].get("exitCode"), None);
    assert_eq!(nothing["invocations"][0]["exitCode"], 4);
    assert!(notices(&run_of(&of(&sample::unproven())), "warning")[0].starts_with("unproven: "));
}

#[test]
fn a_fingerprint_outlives_lines_and_the_other_scenarios() {
    let record = of(&sample::everything());
    let before: BTreeSet<String> = results(&run_of(&record)).iter().map(fingerprint).collect();
    assert_eq!(before.len(), results(&run_of(&record)).len());
    let mut moved = record.clone();
    let passes = moved.scenarios.iter().position(|it| it.outcome() == Outcome::Passed).unwrap();
    moved.scenarios[passes].result = Some(ScenarioResult::Failed);
    moved.scenarios.iter_mut().for_each(|it| it.scenario.line += 7);
    let after: BTreeSet<String> = results(&run_of(&moved)).iter().map(fingerprint).collect();
    assert!(after.is_superset(&before) && after.len() == before.len() + 1);
}

#[test]
fn examples_of_one_name_are_told_apart() {
    let mut record = of(&sample::everything());
    let example = record.scenarios[1].clone();
    let at = |line| {
        let mut example: ScenarioRecord = example.clone();
        example.scenario.line = line;
        example
    };
    record.scenarios = vec![at(30), at(31), at(32)];
    let all: Vec<String> = results(&run_of(&record)).iter().map(fingerprint).collect();
    let numbers: Vec<&str> = all.iter().map(|it| it.split_once(':').unwrap().1).collect();
    assert_eq!(numbers, ["1", "2", "3"]);
}

#[test]
fn nobody_s_text_is_an_argument_a_link_or_markup() {
    let mut record = of(&sample::everything());
    let name = "{0} [x](https://example.com) <img src=x> **b** @team ``` ]( \u{202e}";
    record.scenarios[1].scenario.name = name.to_owned();
    let run = run_of(&record);
    let message = &results(&run)[0]["message"];
    let text = message["text"].as_str().unwrap();
    assert!(text.starts_with("{{0}} [x] (https://example.com)"), "{text}");
    let (first, block) = message["markdown"].as_str().unwrap().split_once("\n\n").unwrap();
    for markup in ["[x]", "<img", "**", "@team", "`", "https:"] {
        assert!(!first.contains(markup), "{markup} in {first}");
    }
    assert!(block.starts_with("````text\n") && block.ends_with("\n````"), "{block}");
    assert!(!rendered(&record).contains('\u{202e}'));
}

#[test]
fn no_more_is_told_than_github_takes() {
    let mut record = of(&sample::everything());
    let mut many = vec![record.scenarios[4].clone(); 10];
    many.extend(vec![record.scenarios[1].clone(); 5]);
    record.scenarios = many;
    let some = result::results(&record, 7);
    let levels: Vec<&str> = some.shown.iter().map(|it| it["level"].as_str().unwrap()).collect();
    assert_eq!((levels.len(), some.left_out), (7, 8));
    assert!(levels[..5].iter().all(|it| *it == "error") && levels[5..].iter().all(|it| *it == "warning"));
    let told = invocation::invocation(&record, some.left_out);
    assert!(
        told["toolExecutionNotifications"][0]["message"]["text"].as_str().unwrap().starts_with("8 more ")
    );
}

#[test]
fn a_scenario_that_checks_nothing_is_not_about_access() {
    let mut record = of(&sample::everything());
    assert_eq!(results(&run_of(&record))[0]["ruleId"], "RC1001");
    record.scenarios[1].scenario.line = words::deciding_step(&record.scenarios[1]).unwrap().step.span.line;
    assert_eq!(results(&run_of(&record))[0]["ruleId"], "RC1004");
}

#[test]
fn a_region_lies_on_its_line() {
    let record = of(&sample::everything());
    for result in results(&run_of(&record)) {
        let place = &result["locations"][0]["physicalLocation"];
        let Some(line) = place["contextRegion"]["snippet"]["text"].as_str() else { continue };
        let column = |name: &str| place["region"][name].as_u64().unwrap() as usize;
        let (start, end) = (column("startColumn"), column("endColumn"));
        assert!(start >= 1 && start < end && end <= line.chars().count() + 1, "{start}..{end} of {line}");
    }
}
