//! A feature that says what an account's policies let everybody do now: a matrix to review, sensitive actions first.
//!
//! A row is written only where nothing but the policies decides it, so that the feature runs green at once.

mod rows;

use std::collections::BTreeSet;
use std::fmt::Write;

use policy::AccountId;

use crate::access::Access;
pub use crate::draft::rows::Denials;
pub(crate) use crate::draft::rows::{OTHER_BUCKET, askable, resource_words};
use crate::draft::rows::{Rows, Scenario};
use crate::model::{Account, Gap, Subject};

/// A drafted feature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Its text.
    pub feature: String,
    /// How many rows its tables have.
    pub rows: usize,
}

/// Drafts a feature for an account that its step `given` makes, such as `the account described in "gaad.json"`.
pub fn draft(account: &Account, given: &str, id: &AccountId, denials: Denials) -> Draft {
    let access = Access::of(account, id);
    let mut rows = Rows::of(&access, account, denials);
    let mut scenarios = rows.sensitive();
    scenarios.extend(rows.others());
    let count = scenarios.iter().map(|scenario| scenario.rows.len()).sum();
    let mut feature = String::from("@needs:explanations\n");
    let name = account.id.as_ref().map_or("the account".to_owned(), |id| format!("account {id}"));
    let _ = writeln!(feature, "Feature: Who may do what in {name}");
    feature.push_str("  A draft of what the policies say now, as far as nothing else decides it. Read each row: where it should not be\n");
    feature
        .push_str("  so, change the row first, see it fail, and then change the policy.\n\n  Background:\n");
    let _ = writeln!(feature, "    Given {given}");
    feature.push_str(&missing_buckets(account, rows.buckets()));
    gaps(account, &mut feature);
    for scenario in &scenarios {
        written(scenario, &mut feature);
    }
    Draft { feature, rows: count }
}

/// Steps for the buckets that rows speak of and the account does not describe.
pub(crate) fn missing_buckets(account: &Account, named: &BTreeSet<String>) -> String {
    let known = |name: &str| account.buckets.iter().any(|bucket| bucket.name == name);
    let missing: Vec<&String> = named.iter().filter(|name| !known(name)).collect();
    if missing.is_empty() {
        return String::new();
    }
    let mut steps =
        "    # Policies speak of these buckets. What their own policies say is not in the file: add it.\n"
            .to_owned();
    for name in missing {
        let _ = writeln!(steps, "    And a bucket {name}");
    }
    steps
}

/// What can't be told, and so is in no row.
fn gaps(account: &Account, feature: &mut String) {
    let told: Vec<&Gap> = account.gaps.iter().filter(|gap| gap.subject != Subject::Nothing).collect();
    if told.is_empty() {
        return;
    }
    feature.push_str("\n  # Not told by the file, so that nothing below is about it:\n");
    for gap in told {
        let _ = writeln!(feature, "  # - {gap}");
    }
}

fn written(scenario: &Scenario, feature: &mut String) {
    let _ = writeln!(feature, "\n  Scenario: {}", scenario.name);
    if !scenario.rows.is_empty() {
        feature.push_str("    Then access is:\n");
        feature.push_str(&table(&["who", "action", "resource", "verdict", "because"], &scenario.rows));
    }
    for note in &scenario.notes {
        let _ = writeln!(feature, "    # {note}");
    }
}

/// A table below a step, its columns aligned.
pub(crate) fn table<const COLUMNS: usize>(header: &[&str; COLUMNS], rows: &[[String; COLUMNS]]) -> String {
    let header = header.map(str::to_owned);
    let all = || [&header].into_iter().chain(rows);
    let width = |column: usize| {
        all().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..COLUMNS).map(width).collect();
    let mut text = String::new();
    for row in all() {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!(" {cell:<width$} |"));
        let _ = writeln!(text, "      |{}", cells.collect::<String>());
    }
    text
}

#[cfg(test)]
mod tests;
