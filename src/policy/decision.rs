//! The decision as data.
//!
//! Everything a reader may ask of a decision is in it: the layer and the statements that decided, each
//! statement looked at with the elements that did not match, and each condition with the values seen.
//! The words are made in [`explain`](crate::Decision::explain).

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::explain::statement_words;

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// A statement allows it, and no layer stands against it.
    Allowed,
    /// A Deny statement matches.
    ExplicitDeny,
    /// Nothing allows it.
    ImplicitDeny,
}

/// The kind of policy that decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Layer {
    /// Resource control policies of the organization.
    ResourceControl,
    /// Service control policies of the organization.
    ServiceControl,
    /// The resource's own policy.
    Resource,
    /// The role's trust policy.
    Trust,
    /// Identity-based policies.
    Identity,
    /// The permissions boundary.
    Boundary,
    /// The session policies.
    Session,
}

/// What a statement does when it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effect {
    /// It permits.
    Allow,
    /// It forbids, whatever permits.
    Deny,
}

/// A decision with its trace.
#[derive(Clone, Debug)]
pub struct Decision {
    /// Allowed, or denied in which way.
    pub outcome: Outcome,
    /// The layer that decided; `None`: nothing had to allow it (a root user in its account).
    pub layer: Option<Layer>,
    /// The statements that decided: the matching Deny, or the Allow of the granting layer. Empty for an implicit denial.
    pub deciding: Vec<StatementName>,
    /// Each statement looked at, in the order of [`Layer`] and then as given; empty from [`decide_fast`](crate::decide_fast).
    pub trace: Vec<StatementTrace>,
    /// What was asked, for the words.
    pub(crate) question: Question,
    /// The policies of the deciding layer, none of which allows it, by name.
    pub(crate) silent: Vec<Arc<str>>,
}

/// The request as far as the words need it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Question {
    pub(crate) principal: String,
    pub(crate) action: String,
    pub(crate) resource: String,
}

/// Which statement of which policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementName {
    /// The kind of policy it is in.
    pub layer: Layer,
    /// The policy's name, as the caller gave it.
    pub policy: Arc<str>,
    /// Its place in the policy, from 1.
    pub index: usize,
    /// Its `Sid`, where it has one that is not empty.
    pub sid: Option<Arc<str>>,
}

/// One statement, looked at.
#[derive(Clone, Debug)]
pub struct StatementTrace {
    /// Which one.
    pub name: StatementName,
    /// Allow or Deny.
    pub effect: Effect,
    /// What did not match. Empty: the statement applies.
    pub mismatches: Vec<Mismatch>,
    /// The conditions judged; none where two other elements failed already.
    pub conditions: Vec<ConditionTrace>,
}

/// One element of a statement that did not match the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// The caller is none of these principals (with `not`: it is one of them).
    Principal {
        /// The statement's `Principal` or `NotPrincipal` values.
        wants: Arc<[String]>,
        /// Whether it is a `NotPrincipal`.
        not: bool,
    },
    /// The action is none of these (with `not`: it is one of them).
    Action {
        /// The statement's `Action` or `NotAction` values.
        wants: Arc<[String]>,
        /// Whether it is a `NotAction`.
        not: bool,
    },
    /// The resource is none of these (with `not`: it is one of them).
    Resource {
        /// The statement's `Resource` or `NotResource` values, variables as written.
        wants: Arc<[String]>,
        /// Whether it is a `NotResource`.
        not: bool,
    },
    /// The condition at this place of [`StatementTrace::conditions`] is not met.
    Condition(usize),
}

/// One operator and key of a `Condition` block, judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionTrace {
    /// The operator as AWS writes it, with prefix and suffix, for instance `ForAnyValue:StringLikeIfExists`.
    pub operator: Arc<str>,
    /// The condition key as the policy writes it.
    pub key: Arc<str>,
    /// The policy's values, variables as written.
    pub wants: Arc<[String]>,
    /// The request's values; `None`: the request has no such key.
    pub seen: Option<Vec<String>>,
    /// Whether it is met; `None`: the key is not known.
    pub met: Option<bool>,
}

/// A decision in words, each a line without a full stop.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// What decided: the statement by policy name and Sid, or what was missing.
    pub why: String,
    /// For a denial: the statements that failed in exactly one respect, and in which.
    pub near: Vec<String>,
}

/// Something that might decide is not known, so the request is not decided at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecidable {
    /// The statement that uses it; `None`: the request itself does.
    pub statement: Option<StatementName>,
    /// What is not known.
    pub unknown: Unknown,
}

impl std::error::Error for Undecidable {}

impl fmt::Display for Undecidable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(StatementName { policy, sid, index, .. }) = &self.statement {
            write!(f, "{policy}, {}: ", statement_words(sid.as_deref(), *index))?;
        }
        write!(f, "{} is not known, so it cannot be decided", self.unknown)
    }
}

/// Something in a request or a policy that the engine does not know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unknown {
    /// A request for an action that no service has.
    #[error("action `{action}`{}", hint(.nearest))]
    Action {
        /// As the request has it.
        action: String,
        /// The actions that may be meant, nearest first.
        nearest: Vec<String>,
    },
    /// A condition key that is neither in the request nor among the known keys.
    #[error("condition key `{0}`")]
    ConditionKey(String),
    /// A condition key with several values in the request under an operator without `ForAllValues` or `ForAnyValue`.
    #[error("how condition key `{0}` with several values compares without ForAllValues or ForAnyValue")]
    SeveralValues(String),
    /// A `CanonicalUser` principal: the request does not tell the canonical user id of the caller's account.
    #[error("whether CanonicalUser principal `{0}` is the caller's account")]
    CanonicalUser(String),
}

/// What may be meant, in words that go behind a name.
pub(crate) fn hint(nearest: &[String]) -> String {
    match nearest {
        [] => String::new(),
        some => format!(" (did you mean `{}`?)", some.join("` or `")),
    }
}

impl Decision {
    /// Whether the call may go on.
    pub fn is_allowed(&self) -> bool {
        self.outcome == Outcome::Allowed
    }
}
