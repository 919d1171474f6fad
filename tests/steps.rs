//! What people see where a step does not hold: each file in `tests/steps/` shows steps wrong, no scenario of it passes, and
//! the exact output is kept beside it. `BLESS=1` writes the outputs anew: read the difference.
#![allow(clippy::disallowed_methods, clippy::panic, clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use chrono::{DateTime, Utc};
use evidence::console::{Color, Console, Detail, Page};
use evidence::{Event, EventKind, Exit, Record, ScenarioResult, StepResult};
use harness::{FeatureFile, Files, Keyword, RunPlan, says_it};
use steps::{Entry, catalogue};
use target::Embedded;

/// Same run, same bytes: the times of the output are those of this clock.
fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn run(path: &Path) -> Vec<Event> {
    let text = fs::read_to_string(path).unwrap();
    let feature = FeatureFile::parse(&path.display().to_string(), &text);
    let plan = RunPlan {
        features: vec![feature.unwrap_or_else(|error| panic!("{error}"))],
        files: Files { read: Some(|path| fs::read_to_string(path)) },
        ..RunPlan::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut events = Vec::new();
    let target = Rc::new(Embedded::new(now, "run"));
    runtime.block_on(harness::run(plan, target, now, |event| events.push(event))).unwrap();
    events
}

fn shown(events: &[Event]) -> String {
    let mut text = Vec::new();
    let mut console =
        Console::new(&mut text, Page { width: 80, color: Color::Plain, detail: Detail::Normal });
    events.iter().for_each(|event| console.event(event).unwrap());
    String::from_utf8(text).unwrap()
}

fn kept() -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir("tests/steps").unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "feature"));
    paths.sort();
    paths
}

/// Every step of the vocabulary is itself what does not hold somewhere in these files.
fn assert_all_shown(wrong: &BTreeSet<String>) {
    let says = |(keyword, form): &(Keyword, String), text: &str| {
        // A row of such a table is a step of its own, whose text is the row.
        says_it(*keyword, form, text) || form == "access is:" && text.starts_with(form)
    };
    let is_shown = |entry: &Entry| entry.forms.iter().any(|form| wrong.iter().any(|text| says(form, text)));
    let entries = catalogue().into_iter().flat_map(|chapter| chapter.steps);
    let never: Vec<_> = entries.filter(|entry| !is_shown(entry)).map(|entry| entry.forms).collect();
    assert!(never.is_empty(), "never shown wrong: {never:#?}");
}

fn what_failed(kind: &EventKind) -> Option<&str> {
    match kind {
        EventKind::StepFinished {
            step, result: StepResult::Failed(_) | StepResult::Inconclusive(_), ..
        } => Some(&step.text),
        _ => None,
    }
}

#[test]
fn what_is_wrong_is_told_as_it_is_kept() {
    let paths = kept();
    let mut wrong = BTreeSet::new();
    for path in paths {
        let events = run(&path);
        wrong.extend(events.iter().filter_map(|event| what_failed(&event.kind)).map(str::to_owned));
        let (told, record) = (shown(&events), events.iter().collect::<Record>());
        assert!([Exit::Failed, Exit::Inconclusive].contains(&record.exit()), "{}: {told}", path.display());
        for scenario in &record.scenarios {
            let result = scenario.result.as_ref();
            let held = matches!(result, None | Some(ScenarioResult::Passed | ScenarioResult::Skipped { .. }));
            assert!(!held, "{}: `{}` holds", path.display(), scenario.scenario.name);
        }
        let kept = path.with_extension("err");
        if std::env::var_os("BLESS").is_some() {
            fs::write(&kept, &told).unwrap();
        }
        assert_eq!(told, fs::read_to_string(&kept).unwrap_or_default(), "{}", path.display());
    }
    assert_all_shown(&wrong);
}
