//! A large account is compared to its end, whoever the changes touch; `benches/diff.rs` tells the time.
#![allow(clippy::unwrap_used, reason = "tests")]

mod large;

use large::{Change, ROLES, account};
use policy::AccountId;
use rolecall_account::diff;

#[track_caller]
fn check(change: Change, identities: usize) {
    let (old, new) = (account(Change::Nothing), account(change));
    let found = diff(&old, &new, &AccountId::new("111122223333").unwrap());
    assert_eq!((found.identities, found.changed_identities), (ROLES, identities));
    assert!(found.changes.is_empty() == (change == Change::Nothing), "{} changes", found.changes.len());
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
