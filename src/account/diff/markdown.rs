//! A diff as text for a pull request.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{Change, Diff, Verdict};
use crate::pattern::shown;

/// More names than these are counted.
const FEW: usize = 4;

/// A diff in Markdown; `old` and `new` are what was compared, for people.
#[must_use]
pub fn markdown(diff: &Diff, old: &str, new: &str) -> String {
    let mut text = format!("## What changes from {old} to {new}\n");
    let gains = of(diff, |change| is_allowed(&change.after) && !is_allowed(&change.before));
    let losses = of(diff, |change| is_allowed(&change.before) && !is_allowed(&change.after));
    let others = of(diff, |change| !is_allowed(&change.before) && !is_allowed(&change.after));
    if diff.changes.is_empty() {
        text.push_str("\nNo verdict is another one.\n");
    }
    section(&mut text, "Becomes allowed", &gains);
    section(&mut text, "Is allowed no longer, or only under a condition", &losses);
    section(&mut text, "Changes within what hangs on a condition", &others);
    if !diff.untold.is_empty() {
        text.push_str("\n### Can't be told\n\n");
        diff.untold.iter().for_each(|reason| {
            let _ = writeln!(text, "- {reason}");
        });
    }
    let _ = write!(
        text,
        "\n### What was compared\n\nIdentities: {}, with other policies than before: {}. Resources with another policy: {}. \
         Questions, each asked of both sides: {}. Actions that all statements treat alike are asked once, on a resource for each \
         pattern of a statement and on one that nothing names (`*`).\n\nNot covered: service control and session policies, \
         policies of resources other than buckets and roles, names in which two patterns overlap, and how far what hangs on a \
         condition reaches.\n",
        diff.identities, diff.changed_identities, diff.changed_resources, diff.questions
    );
    text
}

fn of(diff: &Diff, wanted: impl Fn(&Change) -> bool) -> Vec<&Change> {
    diff.changes.iter().filter(|change| wanted(change)).collect()
}

fn is_allowed(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Allowed(_))
}

/// A table in which those stand together of whom the same is said.
fn section(text: &mut String, title: &str, changes: &[&Change]) {
    if changes.is_empty() {
        return;
    }
    let mut rows: Vec<([String; 4], Vec<&str>)> = Vec::new();
    let mut places: BTreeMap<[String; 4], usize> = BTreeMap::new();
    for change in changes {
        let row = [actions(change), shown(&change.resource), words(&change.before), words(&change.after)];
        let place = *places.entry(row.clone()).or_insert(rows.len());
        match rows.get_mut(place) {
            Some((_, who)) => who.push(&change.who),
            None => rows.push((row, vec![&change.who])),
        }
    }
    let _ = write!(
        text,
        "\n### {title}\n\n| who | action | resource | before | after |\n|---|---|---|---|---|\n"
    );
    for ([actions, resource, before, after], who) in rows {
        let who = few(&who.iter().map(|name| cell(name)).collect::<Vec<_>>());
        let _ =
            writeln!(text, "| {who} | {} | `{resource}` | {} | {} |", actions, cell(&before), cell(&after));
    }
}

/// `s3:GetObject`, or many of one pattern.
fn actions(change: &Change) -> String {
    let code = |name: &String| format!("`{name}`");
    match (&change.pattern, &*change.actions) {
        (Some(pattern), [_, _, ..]) if change.actions.len() > FEW => {
            format!("{} actions of `{pattern}`, such as `{}`", change.actions.len(), change.example())
        }
        (_, actions) => few(&actions.iter().map(code).collect::<Vec<_>>()),
    }
}

impl Change {
    /// The action that stands for all.
    pub(super) fn example(&self) -> &str {
        self.actions.first().map_or("", String::as_str)
    }
}

fn few(names: &[String]) -> String {
    let first = names.iter().take(FEW).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(FEW) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

fn words(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Allowed(by) => format!("allowed by {}", few(by)),
        Verdict::Denied(by) if by.is_empty() => "no policy".to_owned(),
        Verdict::Denied(by) => format!("denied by {}", few(by)),
        Verdict::Hangs(key) => format!("hangs on {key}"),
    }
}

/// What may stand in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
