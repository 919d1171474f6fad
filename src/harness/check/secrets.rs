//! Credentials in feature files, by their shapes.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>

use regex::Regex;

use super::{Page, codes};

const SHAPES: [&str; 4] = [
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    r"\b(?:IQoJ|FwoG|FQoG)[A-Za-z0-9/+=]{40,}",
    r#"(?i:secret_?access_?key)"?\s*[:=]\s*"?[A-Za-z0-9/+]{40}\b"#,
];

pub(super) fn patterns() -> Vec<Regex> {
    SHAPES.iter().filter_map(|shape| Regex::new(shape).ok()).collect()
}

/// AWS's documented examples say that they are: `AKIAIOSFODNN7EXAMPLE`.
pub(super) fn check(patterns: &[Regex], page: &mut Page<'_>) {
    for (index, text) in page.lines.iter().enumerate() {
        for found in patterns.iter().flat_map(|pattern| pattern.find_iter(text)) {
            if found.as_str().contains("EXAMPLE") {
                continue;
            }
            let line = index + 1;
            let column = text.get(..found.start()).unwrap_or_default().chars().count() + 1;
            let length = found.as_str().chars().count();
            let message = "this looks like a credential".to_owned();
            let help = Some("revoke it, and let steps give credentials".to_owned());
            page.add(codes::SECRET, line, (line, column, length), message, help);
        }
    }
    for finding in &mut page.findings {
        for pattern in patterns {
            let hidden =
                |found: &regex::Captures<'_>| found.get(0).map_or(0, |all| all.as_str().chars().count());
            finding.source_line = pattern
                .replace_all(&finding.source_line, |found: &regex::Captures<'_>| "*".repeat(hidden(found)))
                .into_owned();
        }
    }
}
