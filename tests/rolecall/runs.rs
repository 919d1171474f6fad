//! Runs feature texts in this process, on the embedded target.

use std::rc::Rc;

use evidence::{Event, Record};
use harness::{FeatureFile, RunPlan};
use steps as _;
use target::{Embedded, Target, TargetError};

/// The record of a run of one feature text.
#[track_caller]
pub(crate) fn run(text: &str) -> Record {
    run_on(Rc::new(Embedded::new(chrono::Utc::now, "run")), text)
}

/// The same on a target of the test's own.
#[track_caller]
pub(crate) fn run_on(target: Rc<dyn Target>, text: &str) -> Record {
    let file = FeatureFile::parse("test.feature", text).expect("a feature");
    let (record, cleaned) =
        run_planned(target, RunPlan { features: vec![file], jobs: 4, ..RunPlan::default() });
    cleaned.expect("nothing is left");
    record
}

/// What becomes of a plan on a target of the test's own, and of its clean-up.
pub(crate) fn run_planned(target: Rc<dyn Target>, plan: RunPlan) -> (Record, Result<(), TargetError>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut events: Vec<Event> = Vec::new();
    let cleaned = runtime.block_on(harness::run(plan, target, chrono::Utc::now, |event| events.push(event)));
    (events.iter().collect(), cleaned)
}
