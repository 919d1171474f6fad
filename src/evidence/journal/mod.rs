//! The journal: a line of JSON for each event, written as it happens. Every line holds the digest of the one before, so
//! that none can be changed, left out or moved without breaking the chain; the digest of the last stands in the manifest.
//!
//! It is written and read line by line, so that a run of any length takes no memory here.

mod reader;
#[cfg(test)]
pub(crate) mod tests;
mod writer;

pub use reader::{BrokenJournal, Journal};
pub use writer::JournalWriter;

use crate::digest::Sha256;

/// The version of the lines.
const VERSION: u32 = 4;

/// What the first line has in place of a digest: that of nothing.
fn beginning() -> Sha256 {
    Sha256::of("")
}
