//! Runs feature texts in this process, on the embedded target.

use std::collections::BTreeMap;
use std::rc::Rc;

use evidence::{Event, Record};
use harness::{Commands, FeatureFile, RunPlan, Selection};
use steps as _;
use target::{Embedded, Target};

/// The record of a run of one feature text.
#[track_caller]
pub(crate) fn run(text: &str) -> Record {
    run_on(Rc::new(Embedded::new(chrono::Utc::now)), text)
}

/// The same on a target of the test's own.
#[track_caller]
pub(crate) fn run_on(target: Rc<dyn Target>, text: &str) -> Record {
    let file = FeatureFile::parse("test.feature", text).expect("a feature");
    let plan = RunPlan {
        info: evidence::RunInfo::default(),
        features: vec![file],
        selection: Selection::default(),
        jobs: 4,
        fail_fast: false,
        accept_unproven: false,
        commands: Commands::default(),
        surroundings: BTreeMap::new(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut events: Vec<Event> = Vec::new();
    let cleaned = runtime.block_on(harness::run(plan, target, chrono::Utc::now, |event| events.push(event)));
    cleaned.expect("nothing is left");
    events.iter().collect::<Record>()
}
