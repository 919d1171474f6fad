//! Credentials in feature files, by their shapes.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::page::{Page, Place};
use super::{Finding, codes};

const SHAPES: [&str; 4] = [
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    r"\b(?:IQoJ|FwoG|FQoG)[A-Za-z0-9/+=]{40,}",
    r#"(?i:secret_?access_?key)"?\s*[:=]\s*"?[A-Za-z0-9/+]{40}\b"#,
];

static PATTERNS: LazyLock<Vec<Regex>> =
    LazyLock::new(|| SHAPES.iter().filter_map(|shape| Regex::new(shape).ok()).collect());

/// AWS's documented examples say that they are: `AKIAIOSFODNN7EXAMPLE`.
pub(super) fn check(page: &mut Page<'_>) {
    let is_secret = |found: &regex::Match<'_>| !found.as_str().contains("EXAMPLE");
    let mut told = false;
    for (text, line) in page.lines.iter().zip(1..) {
        for found in PATTERNS.iter().flat_map(|pattern| pattern.find_iter(text)).filter(is_secret) {
            told = true;
            let column = text.get(..found.start()).unwrap_or_default().chars().count() + 1;
            let length = found.as_str().chars().count();
            let message = "this looks like a credential".to_owned();
            let help = Some("revoke it, and let steps give credentials".to_owned());
            page.add(codes::SECRET, line, Place { line, column, length }, message, help);
        }
    }
    // What is found in other files shows their lines.
    page.findings.iter_mut().filter(|finding| told || finding.path.is_some()).for_each(hide);
}

/// A finding about a line that a secret is on must not show it.
fn hide(finding: &mut Finding) {
    let hidden =
        |found: &Captures<'_>| "*".repeat(found.get(0).map_or(0, |all| all.as_str().chars().count()));
    for pattern in PATTERNS.iter() {
        let text = |text: &str| pattern.replace_all(text, hidden).into_owned();
        finding.source_line = text(&finding.source_line);
        finding.message = text(&finding.message);
        finding.help = finding.help.as_deref().map(text);
    }
}
