//! What a scenario pays for an emulator of its own, and for one call without the network.

#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark")]

#[allow(dead_code, reason = "shared with the tests")]
#[path = "../tests/requests/place.rs"]
mod place;
#[allow(dead_code, reason = "shared with the tests")]
#[path = "../tests/requests/signer.rs"]
mod signer;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use rolecall_emulator::{Clock, Emulator, Peer, Settings};

use place::{Place, start};
use signer::Unsigned;

fn emulator(criterion: &mut Criterion) {
    criterion.bench_function("a fresh emulator with two accounts", |bencher| {
        bencher.iter(|| Emulator::new(black_box(Settings::new(Clock::over(start)))));
    });
    let place = Place::new();
    let identity = Unsigned::form("sts", "Action=GetCallerIdentity&Version=2011-06-15", start());
    let request = identity.signed(&place.admin);
    criterion.bench_function("a signed GetCallerIdentity", |bencher| {
        bencher.iter(|| place.emulator.handle(black_box(request.clone()), Peer::in_process()));
    });
}

criterion_group!(benches, emulator);
criterion_main!(benches);
