//! What an editor is told of a feature file while it is being written, in the terms of the Language Server Protocol:
//! <https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/>.
//!
//! Pure: takes texts, returns values of the protocol. Knows neither standard input nor the file system, and never runs a
//! step. Positions are in UTF-16, as all clients understand them.

mod action_words;
mod catalogue;
mod completion;
mod definition;
mod diagnostics;
mod document;
mod expression;
mod hover;
mod json_cursor;
#[cfg(test)]
mod marked;
mod policy_completion;
mod policy_words;
mod snippet;
mod table;

pub use completion::{Snippets, completion};
pub use definition::{Place, definition};
pub use diagnostics::diagnostics;
pub use document::Document;
pub use hover::hover;
