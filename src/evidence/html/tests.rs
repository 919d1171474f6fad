//! The report of the fixed run, against its golden file, and what it must never say.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use crate::digest::Sha256;
use crate::event::{Event, StepResult};
use crate::files::{Content, Files};
use crate::golden;
use crate::record::Record;
use crate::sample;
use crate::text::Text;

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

/// So many scenarios that failed at length, each about its own users, with policies of their own.
fn failures(count: usize) -> Record {
    let mut record: Record = sample::everything().iter().collect();
    let failed = record.scenarios.get(1).unwrap().clone();
    let alike = |number: usize| {
        let own = serde_json::to_string(&failed.scenario.name).unwrap();
        let mut it = failed.clone();
        it.scenario.name = format!("user-{number:04} uploads after assuming role-{number:04}, and {own}");
        it.scenario.line = number;
        for step in &mut it.steps {
            let principal = Text::from(format!("arn:aws:iam::111122223333:user/user-{number:04}"));
            let calls = step.activity.calls.clone();
            step.activity.calls.extend(calls.iter().cycle().take(2 * calls.len()).cloned());
            step.activity.calls.iter_mut().for_each(|it| it.call.principal.clone_from(&principal));
            if let StepResult::Failed(failure) = &mut step.result {
                let call = failure.call.as_mut().unwrap();
                call.principal = principal;
                let near = call.explanation.as_ref().unwrap().near.first().unwrap().clone();
                let explanation = call.explanation.as_mut().unwrap();
                explanation.near = (0..8).map(|it| format!("{number}.{it} {near} {near}").into()).collect();
            }
        }
        it
    };
    record.scenarios = (0..count).map(alike).collect();
    record.found = count;
    for number in 0..count {
        let policy = sample::POLICY.replace("testing-s3", &format!("data-of-user-{number:04}"));
        record.policies.insert(Sha256::of(&policy), policy);
    }
    record
}

#[derive(Default)]
struct Kept(BTreeMap<String, String>);

impl Files for Kept {
    fn put(&mut self, name: &str, content: &mut Content<'_>) -> io::Result<()> {
        let mut bytes = Vec::new();
        content(&mut bytes)?;
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(self.0.insert(name.to_owned(), text), None, "{name}");
        Ok(())
    }
}

/// The files of a report, by their paths.
fn files(record: &Record) -> BTreeMap<String, String> {
    let mut files = Kept::default();
    super::write_files(record, &Sha256::of("the record"), "report.html", &mut files).unwrap();
    files.0
}

/// What a file tells of calls and policies, without links.
fn facts(html: &str) -> impl Iterator<Item = &str> {
    let facts = html.split("<dt>").chain(html.split("<pre>")).skip(1);
    facts
        .map(|it| it.split("</").next().unwrap())
        .filter(|it| !it.contains("href=") && !it.contains("<!doctype"))
}

/// What links in a file lead to: the file, and the place in it.
fn links(file: &str, html: &str) -> Vec<(String, String)> {
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let addresses = html.split("href=").skip(1).map(|it| it.trim_start_matches('"'));
    let addresses = addresses.map(|it| it.split(['"', '>', ' ']).next().unwrap());
    let resolved = |address: &str| {
        let (path, place) = address.split_once('#').unwrap_or((address, ""));
        let path = match (path, path.strip_prefix("../")) {
            ("", _) => file.to_owned(),
            (_, Some(above)) => above.to_owned(),
            _ if folder.is_empty() => path.to_owned(),
            _ => format!("{folder}/{path}"),
        };
        (path, place.to_owned())
    };
    addresses.map(resolved).collect()
}

#[test]
fn a_map_is_drawn_as_long_as_people_can_read_it_and_the_table_has_all() {
    let small = written(&failures(50));
    assert_eq!(small.matches("class=\"n caller\"").count(), 50);
    assert!(!small.contains("would be too large"));
    let large = written(&failures(70));
    assert!(large.contains("too large to read: 72 places") && !large.contains("class=\"n "));
    for (report, count) in [(small, 50), (large, 70)] {
        assert_eq!(report.matches("<tr id=r").count(), 2 * count);
    }
}

#[test]
fn of_a_large_map_what_is_not_as_expected_is_drawn() {
    let mut record = failures(70);
    for scenario in record.scenarios.iter_mut().skip(3) {
        scenario.steps.iter_mut().for_each(|it| it.result = StepResult::Passed);
    }
    let report = written(&record);
    assert!(report.contains("too large to read") && report.contains("otherwise than a scenario expects"));
    assert_eq!(report.matches("class=\"n caller\"").count(), 3);
}

#[test]
fn controls_stand_against_scenarios_then_against_features_then_alone() {
    let columns = |report: &str| report.matches("<th scope=col class=up").count();
    let mut record = failures(32);
    assert_eq!(columns(&written(&record)), 32);
    record = failures(33);
    let report = written(&record);
    assert_eq!((columns(&report), report.contains(">✕ 33</a>")), (1, true));
    for (number, scenario) in record.scenarios.iter_mut().enumerate() {
        scenario.scenario.path = format!("{number}.feature");
    }
    let report = written(&record);
    assert_eq!(columns(&report), 0);
    assert!(report.contains("Controls without a selected scenario: <span class=tag>NIST-800-53:AC-2</span>"));
}

#[test]
fn scenarios_without_a_control_are_all_there() {
    let mut record = failures(130);
    record.scenarios.iter_mut().for_each(|it| it.scenario.tags.clear());
    let report = written(&record);
    let controls = report.split("<section id=controls>").nth(1).unwrap().split("</section>").next().unwrap();
    let without = controls.split("Scenarios without a control").nth(1).unwrap();
    assert!(without.contains("<details><summary>and 30 more</summary>"), "{without}");
    assert_eq!(without.matches("<a class=\"chip failed\"").count(), 130);
}

#[test]
fn what_never_began_is_not_on_the_timeline_and_did_not_run() {
    let mut record = failures(2);
    record.scenarios.iter_mut().take(1).for_each(|it| it.started = None);
    let report = written(&record);
    assert!(report.contains("1 scenario of 2 over"));
    assert!(report.contains("<b>2</b> selected → <b>1</b> run"));
}

#[test]
fn names_that_are_read_from_the_right_are_isolated_wherever_they_stand() {
    let mut record = failures(1);
    record.scenarios.iter_mut().for_each(|it| it.scenario.name = "لا أحد يصل".into());
    let report = written(&record);
    let (bare, [isolated, marked]) = (
        "لا أحد يصل",
        [("<bdi>", "</bdi>"), ("\u{2068}", "\u{2069}")].map(|(open, end)| format!("{open}لا أحد يصل{end}")),
    );
    assert!(report.contains(&isolated) && report.contains(&marked));
    let around = report.matches(&isolated).count() + report.matches(&marked).count();
    assert_eq!(around, report.matches(bare).count());
}

#[test]
fn the_timeline_has_steps_then_scenarios_then_features() {
    let bars = |count| {
        let report = written(&failures(count));
        let timeline =
            report.split("<section id=timeline>").nth(1).unwrap().split("</section>").next().unwrap();
        timeline.matches("<rect ").count()
    };
    let steps = failures(1).scenarios.first().unwrap().steps.len();
    assert_eq!((bars(40), bars(41)), (40 * steps, 41));
}

#[test]
fn a_small_run_is_one_file_that_holds_all() {
    let record: Record = sample::everything().iter().collect();
    assert_eq!(files(&record), BTreeMap::from([("report.html".to_owned(), written(&record))]));
}

#[test]
fn five_hundred_large_failures_can_be_sent_around() {
    let record = failures(500);
    let files = files(&record);
    let report = files.get("report.html").unwrap();
    assert!(report.len() < 2_000_000, "{} bytes", report.len());
    assert!(written(&record).len() > 5_000_000, "they are not large");
    for scenario in &record.scenarios {
        assert!(report.contains(&format!("{}, and", scenario.scenario.name.split(',').next().unwrap())));
    }
    for (name, text) in &files {
        assert!(text.len() < 2_000_000, "{name}: {} bytes", text.len());
    }
}

#[test]
fn nothing_is_lost_between_a_report_and_its_pages() {
    for count in [1, 300] {
        let record = failures(count);
        let files = files(&record);
        let whole = written(&record);
        let told: BTreeSet<&str> = files.values().flat_map(|it| facts(it)).collect();
        for fact in facts(&whole) {
            assert!(told.contains(fact), "{count}: {fact}");
        }
        for (name, text) in &files {
            for (file, place) in links(name, text) {
                let target = files.get(&file).unwrap_or_else(|| panic!("{name} leads to {file}"));
                let is_there = [format!("id={place}>"), format!("id={place} "), format!("id=\"{place}\"")];
                assert!(
                    place.is_empty() || is_there.iter().any(|it| target.contains(it)),
                    "{name}: {file}#{place}"
                );
            }
        }
    }
}

#[test]
fn a_report_with_pages_says_where_no_search_looks() {
    let said = "A search looks only at what stands here";
    let large = files(&failures(300));
    assert!(large.get("report.html").unwrap().contains(said));
    assert!(!written(&failures(300)).contains(said), "all of it stands there");
}

#[test]
fn pages_say_of_which_run_they_are_and_ask_for_nothing() {
    let files = files(&failures(300));
    assert!(files.len() > 1, "{:?}", files.keys());
    for (name, text) in files {
        assert!(text.contains("default-src 'none'") && text.contains("@bottom-left"), "{name}");
        assert!(name == "report.html" || !text.contains("<script"), "{name}");
    }
}

#[test]
fn a_run_of_any_size_tells_why_it_failed_in_the_report_itself() {
    let mut record = failures(3_000);
    record.scenarios.iter_mut().flat_map(|it| &mut it.steps).for_each(|it| it.activity.calls.clear());
    let files = files(&record);
    let report = files.get("report.html").unwrap();
    assert!(report.matches("class=why").count() > 100);
    assert!(report.len() < 6_000_000, "{} bytes", report.len());
}
