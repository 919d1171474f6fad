//! Where something stands: files by their addresses, and regions of them.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::event::{ScenarioRef, Step};
use crate::provenance::{File, RunInfo};
use crate::record::Record;
use crate::words;

/// What the addresses of files are relative to: GitHub takes it for the root of the repository.
pub(super) const ROOT: &str = "%SRCROOT%";

pub(super) fn base_ids() -> Value {
    json!({ ROOT: { "description": { "text": "The folder in which the run was started." } } })
}

/// The files that were read, with their digests.
pub(super) fn artifacts(record: &Record) -> Vec<Value> {
    // The features come first: results name them by their places.
    let role = |place| {
        if place < record.run.features.len() { "analysisTarget" } else { "userSpecifiedConfiguration" }
    };
    record.plan().enumerate().map(|(place, file)| artifact(file, role(place))).collect()
}

pub(super) fn artifact(file: &File, role: &str) -> Value {
    json!({
        "location": location(&file.path),
        "length": file.length,
        "roles": [role],
        "hashes": { "sha-256": file.sha256 },
    })
}

/// Finds the files of a run in the list of them.
pub(super) struct Places<'run>(HashMap<&'run str, usize>);

impl<'run> Places<'run> {
    pub(super) fn of(run: &'run RunInfo) -> Places<'run> {
        Places(run.features.iter().enumerate().map(|(index, file)| (file.path.as_str(), index)).collect())
    }

    /// A scenario's first line.
    pub(super) fn scenario(&self, scenario: &ScenarioRef) -> Value {
        json!({
            "artifactLocation": self.indexed(&scenario.path),
            "region": { "startLine": scenario.line.max(1) },
        })
    }

    /// A step, and the line on which it stands.
    pub(super) fn step(&self, scenario: &ScenarioRef, step: &Step) -> Value {
        let span = (step.span.line, step.span.column, step.span.length);
        json!({
            "artifactLocation": self.indexed(&scenario.path),
            "region": region(span, &step.source_line),
            "contextRegion": { "startLine": step.span.line.max(1), "snippet": { "text": step.source_line } },
        })
    }

    fn indexed(&self, path: &str) -> Value {
        let mut location = location(path);
        if let (Some(index), Some(location)) = (self.0.get(path), location.as_object_mut()) {
            location.insert("index".to_owned(), json!(index));
        }
        location
    }
}

/// Some letters of a line, by line, column and length.
pub(super) fn region((line, column, length): (usize, usize, usize), source_line: &str) -> Value {
    let (line, column) = (line.max(1), column.max(1));
    // Columns count characters, and the last one is that after the text.
    let end = (column + length).min(source_line.chars().count() + 1).max(column);
    let snippet: String = source_line.chars().skip(column - 1).take(end - column).collect();
    json!({
        "startLine": line,
        "startColumn": column,
        "endLine": line,
        "endColumn": end,
        "snippet": { "text": snippet },
    })
}

pub(super) fn location(path: &str) -> Value {
    let address = words::address(path);
    if path.starts_with('/') {
        return json!({ "uri": format!("file://{address}") });
    }
    json!({ "uri": address, "uriBaseId": ROOT })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absolute_path_is_relative_to_nothing() {
        assert_eq!(location("/a/b.feature"), json!({ "uri": "file:///a/b.feature" }));
        assert_eq!(location("./a/b.feature"), json!({ "uri": "a/b.feature", "uriBaseId": ROOT }));
    }
}
