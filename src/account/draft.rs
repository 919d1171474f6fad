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
use crate::pattern::ANY;

/// A drafted feature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Its text.
    pub feature: String,
    /// How many rows its tables have.
    pub rows: usize,
}

/// How an account comes into a feature.
#[derive(Clone, Debug)]
pub struct Given {
    /// The step that makes it, such as `the account described in "gaad.json"`.
    pub step: String,
    /// What it is, for people.
    pub title: String,
    /// What it is called where the file does not tell.
    pub id: AccountId,
}

/// Drafts a feature for an account.
pub fn draft(account: &Account, given: &Given, denials: Denials) -> Draft {
    let access = Access::of(account, &given.id);
    let mut rows = Rows::of(&access, account, denials);
    let mut scenarios = rows.sensitive();
    scenarios.extend(rows.others());
    let count = scenarios.iter().map(|scenario| scenario.rows.len()).sum();
    let mut feature = String::from("@needs:explanations\n");
    let _ = writeln!(feature, "Feature: Who may do what in {}", given.title);
    feature.push_str("  A draft of what the policies say now, as far as nothing else decides it. Read each row: where it should not be\n");
    feature
        .push_str("  so, change the row first, see it fail, and then change the policy.\n\n  Background:\n");
    let _ = writeln!(feature, "    Given {}", given.step);
    feature.push_str(&rows.in_s3().steps(account));
    gaps(account, &mut feature);
    for scenario in &scenarios {
        written(scenario, &mut feature);
    }
    Draft { feature, rows: count }
}

/// What of S3 rows speak of.
#[derive(Clone, Debug, Default)]
pub(crate) struct InS3 {
    buckets: BTreeSet<String>,
    /// Bucket and key of objects that are read by name, and so must be there.
    objects: BTreeSet<(String, String)>,
}

impl InS3 {
    /// A row about `action` on an ARN.
    pub(crate) fn add(&mut self, action: &str, arn: &str) {
        let Some(name) = arn.strip_prefix("arn:aws:s3:::") else { return };
        let (bucket, key) = name.split_once('/').unwrap_or((name, ""));
        self.buckets.insert(bucket.to_owned());
        let is_read = action == "s3:GetObject" && !key.is_empty() && !key.contains(ANY);
        self.objects.extend(is_read.then(|| (bucket.to_owned(), key.to_owned())));
    }

    /// Steps for what the account does not describe.
    pub(crate) fn steps(&self, account: &Account) -> String {
        let known = |name: &str| account.buckets.iter().any(|bucket| bucket.name == name);
        let missing: Vec<&String> = self.buckets.iter().filter(|name| !known(name)).collect();
        let mut steps = String::new();
        if !missing.is_empty() {
            steps.push_str(
                "    # Policies speak of these buckets. What their own policies say is not in the file: add it.\n",
            );
        }
        for name in missing {
            let _ = writeln!(steps, "    And a bucket {name}");
        }
        for (bucket, key) in &self.objects {
            let _ = writeln!(steps, "    And the bucket {bucket} holds \"{key}\"");
        }
        steps
    }
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
