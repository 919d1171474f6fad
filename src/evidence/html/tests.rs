//! The report of the fixed run, against its golden file, and what it must never say.

#![allow(clippy::unwrap_used, reason = "tests")]

use crate::digest::Sha256;
use crate::event::Event;
use crate::golden;
use crate::record::Record;
use crate::sample;

fn written(record: &Record) -> String {
    let mut out = Vec::new();
    super::write(record, &Sha256::of("the record"), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn rendered(events: &[Event]) -> String {
    written(&events.iter().collect())
}

#[test]
fn everything_is_as_expected_and_the_same_each_time() {
    let actual = rendered(&sample::everything());
    assert_eq!(actual, rendered(&sample::everything()));
    golden::check("report.html", &actual);
}

#[test]
fn the_kind_of_evidence_is_on_top() {
    assert!(
        rendered(&sample::passing()).contains("<h1>Passed</h1><p class=kind><b>Evidence: Design intent.")
    );
    assert!(rendered(&sample::unproven()).contains("<h1>Unproven</h1><p class=kind><b>Evidence: Unproven."));
    assert!(rendered(&sample::nothing()).contains("<h1>Nothing was run</h1>"));
}

#[test]
fn what_is_unproven_never_looks_like_a_pass() {
    let mut record: Record = sample::passing().iter().collect();
    record.target = Some(sample::target("unproven", false));
    let html = written(&record);
    assert!(html.contains("<h1>Unproven</h1>") && !html.contains("✓"), "{html}");
}

#[test]
fn an_interrupted_run_says_so() {
    let events = sample::everything();
    for end in 0..events.len() {
        assert!(rendered(events.get(..end).unwrap()).contains("<b>Interrupted"), "{end} events");
    }
}

#[test]
fn texts_stay_texts() {
    let mut record: Record = sample::passing().iter().collect();
    record.run.id = "\"}</style><script>x()</script>".into();
    for scenario in &mut record.scenarios {
        scenario.scenario.name = "<script>x()</script>\u{202e}".into();
        scenario.scenario.tags = vec!["\"onload=x".into()];
    }
    let html = written(&record);
    assert!(!html.contains("<script>x()") && !html.contains("\"onload") && !html.contains('\u{202e}'));
}

#[test]
fn a_large_run_is_cut_and_says_so() {
    let mut record: Record = sample::everything().iter().collect();
    let mut scenario = record.scenarios.get(1).unwrap().clone();
    let calls: Vec<_> = scenario.calls().cloned().collect();
    scenario.later.calls.extend(calls);
    record.scenarios = vec![scenario; 500];
    let html = written(&record);
    assert!(html.contains("Requests and answers are cut here"));
}
