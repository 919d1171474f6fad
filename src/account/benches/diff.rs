//! How long it takes to compare accounts of 500 roles and 1,000 policies of which all changed.
//!
//! `docs/benchmarks.md` has the goal: ten seconds.
#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark")]

#[path = "../tests/large/mod.rs"]
mod large;

use std::hint::black_box;

use criterion::{Criterion, SamplingMode, criterion_group, criterion_main};
use large::{Change, account};
use policy::AccountId;
use rolecall_account::{diff, diff_markdown};

const CHANGES: [(&str, Change); 7] = [
    ("one statement of two policies", Change::OneStatementOfEvery(500)),
    ("one statement of every policy", Change::OneStatementOfEvery(1)),
    ("every statement of every policy", Change::Replaced),
    ("the trust policy of every role", Change::Trust),
    ("a policy that all roles have, by a service", Change::Shared("dynamodb:*")),
    ("a policy that all roles have, by everything", Change::Shared("*")),
    ("the policy of every bucket", Change::Buckets),
];

fn bench(criterion: &mut Criterion) {
    let id = AccountId::new("111122223333").unwrap();
    let old = account(Change::Nothing);
    let mut group = criterion.benchmark_group("diff");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    for (name, change) in CHANGES {
        let new = account(change);
        group.bench_function(name, |bencher| {
            bencher.iter(|| diff_markdown(&diff(black_box(&old), black_box(&new), &id), "old", "new"));
        });
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
