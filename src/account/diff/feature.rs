//! A diff as a feature of the account as it is afterwards: what it says fails on the account as it was.

use std::fmt::Write;

use policy::{AccountId, reference};

use super::{Change, Diff, Verdict};
use crate::draft::{InS3, OTHER_BUCKET, askable, resource_words, table};
use crate::model::Account;
use crate::pattern::{ANY, general, shown};

/// Of more actions that are decided alike, one stands for all.
const MANY: usize = 8;

/// A feature with a row for each verdict that is another one and of which a step can ask, over the account that its step
/// `given` makes; `None`: there is none.
#[must_use]
pub fn feature(diff: &Diff, new: &Account, given: &str, id: &AccountId) -> Option<String> {
    let id = new.id.as_ref().unwrap_or(id);
    let mut in_s3 = InS3::default();
    let is_there = |change: &&Change| {
        change.inside && new.entities().any(|(kind, entity)| kind != "group" && entity.name == change.who)
    };
    let mut left_out = Vec::new();
    let (mut allowed, mut denied) = (Vec::new(), Vec::new());
    for change in &diff.changes {
        let rows = match &change.after {
            Verdict::Allowed(_) => Some((&mut allowed, "allowed")),
            Verdict::Denied(_) => Some((&mut denied, "denied")),
            Verdict::Hangs(_) => None,
        };
        let asked = if is_there(&change) { asked(change, id.as_str()) } else { Vec::new() };
        let Some((rows, verdict)) = rows.filter(|_| !asked.is_empty()) else {
            let resource = shown(&change.resource);
            left_out.push(format!("{}: {} on {resource}", change.who, change.example()));
            continue;
        };
        for (action, resource) in asked {
            in_s3.add(action, &resource);
            let words = resource_words(action, &resource, id.as_str());
            rows.push([change.who.clone(), action.to_owned(), words, verdict.to_owned()]);
        }
    }
    if allowed.is_empty() && denied.is_empty() {
        return None;
    }
    let mut text = format!(
        "@needs:explanations\nFeature: What a change of policies alters\n\n  Background:\n    Given {given}\n"
    );
    text.push_str(&in_s3.steps(new));
    for (name, rows) in [("Becomes allowed", allowed), ("Is allowed no longer", denied)] {
        if !rows.is_empty() {
            let _ = writeln!(text, "\n  Scenario: {name}\n    Then access is:");
            text.push_str(&table(&["who", "action", "resource", "verdict"], &rows));
        }
    }
    if !left_out.is_empty() {
        text.push_str("\n  # Of these no row can ask: they hang on a condition, or are about somebody who is not in the account.\n");
        left_out.iter().for_each(|what| {
            let _ = writeln!(text, "  # - {what}");
        });
    }
    Some(text)
}

/// The actions of a change of which a step can ask, each with a resource.
fn asked<'a>(change: &'a Change, id: &str) -> Vec<(&'a str, String)> {
    let some = if change.actions.len() > MANY { 1 } else { MANY };
    let with_resource = |action: &'a String| {
        let resource = if change.anywhere { any_of(action, id)? } else { change.resource.clone() };
        let askable = askable(action, resource)?;
        // A bucket that stands for any other must be one that the pattern really means.
        (!askable.contains(OTHER_BUCKET) || change.is_general()).then_some((action.as_str(), askable))
    };
    change.actions.iter().filter_map(with_resource).take(some).collect()
}

/// A resource of an action that nothing names.
fn any_of(action: &str, id: &str) -> Option<String> {
    let all = general(&reference::action(action)?, id);
    let whole = all.iter().position(|arn| arn != "*").unwrap_or(0);
    all.into_iter().nth(whole)
}

impl Change {
    /// Whether it is about a resource that nothing names, whole.
    fn is_general(&self) -> bool {
        let bucket = self.resource.strip_prefix("arn:aws:s3:::").unwrap_or(&self.resource);
        bucket.split('/').next() == Some(ANY)
    }
}
