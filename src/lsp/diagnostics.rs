//! What `rolecall check` finds, as an editor shows it.

use harness::check::{Beside, Finding, Severity, check};
use lsp_types::{CodeDescription, Diagnostic, DiagnosticSeverity, NumberOrString, Uri};

use crate::document::Document;

/// All findings in a document and in the files that it names. `more` tells where a code is explained.
pub fn diagnostics(
    document: &Document,
    beside: &Beside<'_>,
    more: impl Fn(&str) -> Option<Uri>,
) -> Vec<Diagnostic> {
    let found = check(document.path(), document.text(), beside);
    found.iter().map(|finding| diagnostic(document, finding, more(finding.code.id))).collect()
}

fn diagnostic(document: &Document, finding: &Finding, more: Option<Uri>) -> Diagnostic {
    let help = finding.help.as_ref().map(|help| format!("\n{help}")).unwrap_or_default();
    let (range, at) = match &finding.path {
        None => (document.range_of(finding.line, finding.column, finding.length), String::new()),
        // The step names the file that it is about.
        Some(path) => {
            (document.whole(finding.step_line()), format!("{path}:{}:{}: ", finding.line, finding.column))
        }
    };
    Diagnostic {
        range,
        severity: Some(match finding.code.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
        }),
        code: Some(NumberOrString::String(finding.code.id.to_owned())),
        code_description: more.map(|href| CodeDescription { href }),
        source: Some("rolecall".to_owned()),
        message: format!("{at}{}{help}", finding.message),
        ..Diagnostic::default()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use lsp_types::{Position, Range};

    use super::*;

    #[test]
    fn findings_stand_where_they_are_with_their_codes() {
        let text = "Feature: \u{1f511}\n  Scenario: s\n    Given a user \"\u{1f511}\"\n    And a \u{1f511} usr bob\n    Then bob can't list b\n";
        let explained = |code: &str| format!("file:///check.md#{code}").parse().ok();
        let found = diagnostics(&Document::new("a.feature", text), &Beside::default(), explained);
        let first = found.first().unwrap();
        assert_eq!(first.range, Range::new(Position::new(3, 4), Position::new(3, 20)));
        assert_eq!(first.code, Some(NumberOrString::String("RC002".to_owned())));
        assert_eq!(first.severity, Some(DiagnosticSeverity::ERROR));
        assert_eq!(first.code_description.as_ref().unwrap().href.as_str(), "file:///check.md#RC002");
        assert!(
            first.message.starts_with("no step says `a \u{1f511} usr bob`\ndid you mean `"),
            "{}",
            first.message
        );
        let right = "Feature: f\n  Scenario: s\n    Given main-user\n    Then upload is denied\n";
        assert_eq!(diagnostics(&Document::new("a.feature", right), &Beside::default(), explained), []);
    }

    #[test]
    fn what_is_wrong_with_a_file_is_told_at_the_step_that_names_it() {
        let text = "Feature: f\n  Scenario: s\n    Given a user alice\n    And alice has the inline policy p in \"p.json\"\n    Then alice can't list b\n";
        let files = harness::Files { read: Some(|_| Ok("{\n  \"Statement\": 1}".to_owned())) };
        let beside = Beside { files, ..Beside::default() };
        let found = diagnostics(&Document::new("x/a.feature", text), &beside, |_| None);
        let first = found.iter().find(|one| one.message.starts_with("x/p.json:2:")).unwrap();
        assert_eq!(first.range, Range::new(Position::new(3, 4), Position::new(3, 49)));
    }
}
