//! What a change of policies alters: which verdicts are others after it than before.
//!
//! Asked is what a changed statement may decide, of an identity or of a resource: all else is the same before and after. Every
//! action that a changed statement is about is looked at: actions that all statements treat alike are asked once, on a
//! resource for each pattern of the statements that are about them, and on one that nothing names.

mod actions;
mod changed;
mod compare;
mod described;
mod differences;
mod feature;
mod markdown;
mod outsiders;
mod questions;
mod witnesses;

use std::sync::Arc;

use policy::AccountId;

use crate::access::Access;
use crate::model::Account;

pub use feature::feature;
pub use markdown::markdown;

/// What differs between two accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// Sensitive actions first.
    pub changes: Vec<Change>,
    /// What can't be told, and why.
    pub untold: Vec<String>,
    /// Of how many identities the policies were compared.
    pub identities: usize,
    /// How many of them have other policies than before.
    pub changed_identities: usize,
    /// How many resources have other policies than before.
    pub changed_resources: usize,
    /// How many questions were asked of both sides.
    pub questions: usize,
}

/// A verdict that is another one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// Who: a name of the account, or words for somebody outside of it.
    pub who: String,
    /// Whether it is one of the account, of whom a step can ask.
    pub inside: bool,
    /// Actions that are decided alike, sensitive ones first.
    pub actions: Arc<[String]>,
    /// A pattern that they are all of that are many; `None`: they have none in common.
    pub pattern: Option<String>,
    /// On what, as an ARN, or `*` where the request names nothing.
    pub resource: String,
    /// Whether it is the same on any resource of these actions: then `resource` is `*`.
    pub anywhere: bool,
    /// What it was.
    pub before: Verdict,
    /// What it is.
    pub after: Verdict,
}

/// What is decided, as far as a difference counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// By these policies.
    Allowed(Vec<String>),
    /// By these policies; none: nothing allows it.
    Denied(Vec<String>),
    /// It hangs on this condition key.
    Hangs(String),
}

/// Compares two accounts, `old` and `new`. One that does not tell its number is called `id`.
#[must_use]
pub fn diff(old: &Account, new: &Account, id: &AccountId) -> Diff {
    let id = new.id.as_ref().or(old.id.as_ref()).unwrap_or(id);
    let (old, new) = (old.relocated(id), new.relocated(id));
    compare::compare(&Access::of(&old, id), &Access::of(&new, id))
}

#[cfg(test)]
mod plain;
#[cfg(test)]
mod tests;
