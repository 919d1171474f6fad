//! What is told of what is pointed at: a step, a policy, a statement, an action, a condition key, a name.

use harness::check::{Given, here};
use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind, Position};

use crate::document::Document;
use crate::{action_words, catalogue, policy_words};

/// What is told at a position.
pub fn hover(document: &Document, position: Position) -> Option<Hover> {
    let value = told(document, position)?;
    let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value });
    Some(Hover { contents, range: None })
}

fn told(document: &Document, position: Position) -> Option<String> {
    let word = document.word(position);
    if let Some(text) = document.doc_string(position) {
        return of_word(&word).or_else(|| in_words(&text.whole)).or_else(|| step(document, position, &word));
    }
    let line = document.line(position.line).trim_start();
    match line.starts_with('|') {
        true => of_word(&word).or_else(|| step(document, position, &word)),
        false => step(document, position, &word),
    }
}

/// An action or a condition key.
fn of_word(word: &str) -> Option<String> {
    action_words::action(word).or_else(|| action_words::condition_key(word))
}

fn in_words(policy: &str) -> Option<String> {
    policy_words::policy(policy).map(|sentences| format!("This policy:\n\n{sentences}"))
}

fn step(document: &Document, position: Position, word: &str) -> Option<String> {
    let here = here(document.path(), document.text(), position.line as usize + 1)?;
    let is_name = |given: &&Given| given.name == word;
    let name = here
        .names
        .iter()
        .find(is_name)
        .map(|given| format!("The {} `{}`, from line {}", given.kind.words(), given.name, given.line));
    let action = action_words::action(word).filter(|_| word.contains(':'));
    let form = here.form.as_ref().map(catalogue::told);
    let policy = here.doc_string.as_deref().and_then(in_words);
    let parts: Vec<String> = [name, action, policy, form].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join("\n\n---\n\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marked::{marked, scenario};

    #[track_caller]
    fn check(lines: &str, expected: &[&str]) {
        let (document, position) = marked(&scenario(lines));
        let text = told(&document, position).unwrap_or_default();
        for expected in expected {
            assert!(text.contains(expected), "`{expected}` is not in:\n{text}");
        }
    }

    const POLICY: &str = "    And alice has the inline policy p:\n      \"\"\"\n      {\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\",\n        \"Action\": \"s3:PutObject\", \"Resource\": \"arn:aws:s3:::reports/*\",\n        \"Condition\": {\"Bool\": {\"aws:SecureTransport\": \"true\"}}}]}\n      \"\"\"\n";

    #[test]
    fn steps_are_told_as_their_documentation_does() {
        check("    Then alice can't li¦st reports\n", &["**Then** `{who} can't/cannot list {bucket}`"]);
        check(
            "    Then al¦ice can't list reports\n",
            &["The user `alice`, from line 6", "**Then** `{who} can't"],
        );
        check(
            "    Then access is:\n      | who | action |\n      | ali¦ce | s3:GetObject |\n",
            &["The user `alice`"],
        );
    }

    #[test]
    fn policies_are_told_in_words() {
        let words =
            "- **Allows** `s3:PutObject` on `arn:aws:s3:::reports/*`, if `aws:SecureTransport` is `true`";
        check(&POLICY.replace("\"Effect\"", "\"Eff¦ect\""), &["This policy:", words]);
        check(&POLICY.replace("the inline", "the in¦line"), &[words, "`{identity} has the inline policy"]);
        check(&POLICY.replace("s3:PutObject", "s3:Put¦Object"), &["`s3:PutObject`: write, of Amazon S3"]);
        check(
            &POLICY.replace("aws:Secure", "aws:Se¦cure"),
            &["Condition key `aws:SecureTransport`: true or false"],
        );
    }

    #[test]
    fn of_nothing_nothing_is_told() {
        let (document, position) = marked("Feature: f¦\n\n");
        assert_eq!(hover(&document, position), None);
        let (document, position) = marked(&scenario("    Then ali¦ can't\n"));
        assert_eq!(hover(&document, position), None);
    }
}
