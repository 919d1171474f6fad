//! Texts of tests, with a mark where the cursor is.

use lsp_types::Position;

use crate::document::{Document, utf16};

/// The document without its mark `¦`, and the position of that.
pub(crate) fn marked(text: &str) -> (Document, Position) {
    let (before, after) = text.split_once('¦').unwrap_or((text, ""));
    let line = before.matches('\n').count();
    let column = utf16(before.rsplit('\n').next().unwrap_or_default());
    let document = Document::new("features/a.feature", format!("{before}{after}"));
    (document, Position::new(u32::try_from(line).unwrap_or(0), column))
}

/// A scenario in which there are a user, a role and two buckets, and then these lines.
pub(crate) fn scenario(lines: &str) -> String {
    format!(
        "Feature: f\n  Background:\n    Given a bucket reports\n    And a bucket archive\n  Scenario: s\n    Given a user alice\n    And a role auditor trusted by alice\n{lines}"
    )
}
