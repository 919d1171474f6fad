//! Decides IAM requests: the policy language, its evaluation and the explanation of each decision.
//!
//! Pure: time is in the request's context, and nothing here knows a network, a store or an SDK.

mod allowed;
mod arn;
mod case;
mod condition;
mod conformance;
mod decision;
mod document;
mod evaluate;
mod explain;
mod json;
mod known_keys;
mod layers;
mod nearest;
mod packed;
mod parse;
mod principals;
pub mod reference;
mod request;
mod statement;
mod unmatched;
mod variables;

pub use allowed::{allowed_services, allows_service};
pub use arn::ResourcePattern;
pub use case::{Answer, Because, Case, CaseError, Fails, Judged, Looked, Place};
pub use condition::condition_operators;
pub use conformance::{Conformance, Score, conformance};
pub use decision::{
    ConditionTrace, Decision, Effect, Explanation, Layer, Mismatch, Outcome, StatementName, StatementTrace,
    Undecidable, Unknown,
};
pub use document::{PolicyDocument, PolicyError, PolicyKind};
pub use evaluate::{decide, decide_fast};
pub use known_keys::{KeyType, condition_key_type, global_keys as global_condition_keys};
pub use nearest::{edit_distance, nearest};
pub use packed::{Packed, PackedText};
pub use parse::STATEMENT_ELEMENTS;
pub use request::{AccountId, Context, Policies, Policy, Principal, Request, ResourcePolicy};
pub use unmatched::UnmatchedAction;
