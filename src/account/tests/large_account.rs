//! A large account is compared in a time in which one waits for it, also in a build that is not optimised; where all of it
//! changed, `benches/diff.rs` tells the time.
#![allow(clippy::unwrap_used, reason = "tests")]

mod large;

use std::time::{Duration, Instant};

use large::{Change, ROLES, account};
use policy::AccountId;
use rolecall_account::diff;

#[track_caller]
fn check(change: Change, identities: usize) {
    let began = Instant::now();
    let (old, new) = (account(Change::Nothing), account(change));
    let reading = began.elapsed();
    let found = diff(&old, &new, &AccountId::new("111122223333").unwrap());
    let took = began.elapsed();
    eprintln!(
        "{identities} changed: {} questions, {} changes in {took:?}, of which {reading:?} for reading",
        found.questions,
        found.changes.len()
    );
    assert_eq!((found.identities, found.changed_identities), (ROLES, identities));
    assert!(found.changes.is_empty() == (change == Change::Nothing), "{} changes", found.changes.len());
    assert!(took < Duration::from_secs(10), "{took:?}");
}

#[test]
fn few_changes() {
    check(Change::Nothing, 0);
    check(Change::OneStatementOfEvery(500), 6);
}

#[test]
fn many_changes() {
    check(Change::OneStatementOfEvery(100), 30);
}

#[test]
fn a_change_for_everybody() {
    check(Change::Shared("dynamodb:*"), ROLES);
}
