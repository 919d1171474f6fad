#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::event::Event;
use crate::{golden, sample};

fn rendered(events: &[Event]) -> String {
    let mut out = Vec::new();
    write(&events.iter().collect(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn of(events: &[Event]) -> Vec<Value> {
    rendered(events).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn everything_on_an_account_and_on_none() {
    golden::check("ocsf.jsonl", &rendered(&sample::on_aws(sample::everything())));
    golden::check("ocsf_embedded.jsonl", &rendered(&sample::everything()));
}

#[test]
fn each_scenario_has_a_line_however_early_the_run_ended() {
    let events = sample::on_aws(sample::everything());
    for end in 0..=events.len() {
        let record: Record = events[..end].iter().collect();
        let found = of(&events[..end]);
        assert_eq!(found.len(), record.scenarios.len(), "{end} events");
        let passes = found.iter().filter(|it| it["compliance"]["status_id"] == 1).count();
        assert_eq!(passes, if end == events.len() { 2 } else { 0 }, "{end} events");
    }
}

#[test]
fn only_an_account_of_aws_is_a_cloud() {
    for finding in of(&sample::everything()).iter().chain(&of(&sample::unproven())) {
        assert!(finding.get("cloud").is_none() && finding.get("resources").is_none(), "{finding}");
        assert_ne!(finding["compliance"]["status_id"], 1);
    }
    let finding = &of(&sample::on_aws(sample::passing()))[0];
    assert_eq!(finding["cloud"]["account"]["uid"], "111122223333");
    assert_eq!(finding["metadata"]["profiles"], json!(["cloud"]));
}

#[test]
fn the_scenario_is_the_same_in_each_run_and_the_event_is_not() {
    let ids = |run: &str| {
        let mut record: Record = sample::passing().iter().collect();
        record.run.id = run.into();
        let mut out = Vec::new();
        write(&record, &mut out).unwrap();
        let finding: Value = serde_json::from_slice(&out).unwrap();
        (finding["finding_info"]["uid"].clone(), finding["metadata"]["uid"].clone())
    };
    let (one, other) = (ids("a"), ids("b"));
    assert_eq!((&one.0, &one.1, &other.1), (&other.0, &json!("a/0"), &json!("b/0")));
}
