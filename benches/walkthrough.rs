//! The walkthrough in this process: some thirty AWS calls, from an empty account to an upload through the role.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "benchmarks"
)]

use std::hint::black_box;
use std::rc::Rc;

use criterion::{Criterion, criterion_group, criterion_main};
use evidence::{EventKind, ScenarioResult};
use harness::{FeatureFile, RunPlan};
use steps as _;
use target::Embedded;

const WALKTHROUGH: &str = "\
Feature: benchmark
  Scenario: the walkthrough
    Given the account of the walkthrough
    When Testing1 uploads testfile.txt to testing-s3
    Then it succeeds
    And the bucket testing-s3 holds testfile.txt
    And Testing2 has no credentials
    Given main-user
    Then the caller is \"arn:aws:iam::<YOUR_ACCOUNT_ID>:user/main-user\"
    And the maximum session duration of main-role1 is 3600 seconds
    When assuming main-role1
    Then the session lasts 3600 seconds
    And the caller is \"arn:aws:sts::<YOUR_ACCOUNT_ID>:assumed-role/main-role1/testSession\"
    And upload succeeds
    When main-user asks for a session token
    Then the session lasts 43200 seconds
    And main-user can't upload to testing-s3
";

/// Runs it, and tells how many calls were made; it must pass, or there is nothing to measure.
async fn walkthrough(file: FeatureFile) -> usize {
    let plan = RunPlan { features: vec![file], jobs: 1, ..RunPlan::default() };
    let (mut calls, mut passed) = (0, false);
    harness::run(
        plan,
        Rc::new(Embedded::new(chrono::Utc::now, "run")),
        chrono::Utc::now,
        |event| match event.kind {
            EventKind::Called { .. } => calls += 1,
            EventKind::ScenarioFinished { result, .. } => passed = result == ScenarioResult::Passed,
            _ => {}
        },
    )
    .await
    .expect("nothing is left");
    assert!(passed, "the walkthrough does not pass");
    calls
}

fn benchmark(criterion: &mut Criterion) {
    let file = FeatureFile::parse("benchmark.feature", WALKTHROUGH).expect("a feature");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let calls = runtime.block_on(walkthrough(file.clone()));
    criterion.bench_function(&format!("the walkthrough, {calls} calls"), |bencher| {
        bencher.iter(|| black_box(runtime.block_on(walkthrough(file.clone()))));
    });
}

criterion_group!(benches, benchmark);
criterion_main!(benches);
