//! One decision as JSON: the question with the policies that apply, and the answer.
//!
//! [`Case`] is what `rolecall decide` reads, [`Answer`] what it writes; both are documented in `docs/decide.md` and in
//! the JSON Schema beside it.

mod answer;
mod fields;
mod notes;
mod policies;
mod principal;
mod read;

pub use answer::{Answer, Because, Fails, Judged, Looked, Place};
pub use read::{Case, CaseError};
