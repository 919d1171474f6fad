//! Takes secrets out of texts that others wrote, by their shapes: what a program prints may hold credentials that nobody
//! here has seen.

use std::sync::LazyLock;

use regex::{Captures, Regex};

/// What follows the names under which tools print secrets; session tokens by how they begin; and anything of
/// the length and letters of a secret access key.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>
const SHAPES: [&str; 3] = [
    r#"(?i)((?:secret_?access_?key|session_?token|security_?token|"token)"?\s*[:=]\s*"?)([A-Za-z0-9/+=]{16,})()"#,
    r"(^|[^A-Za-z0-9/+=])((?:IQoJ|FwoG|FQoG)[A-Za-z0-9/+=]{20,})()",
    r"(^|[^A-Za-z0-9/+=])([A-Za-z0-9/+]{40})($|[^A-Za-z0-9/+=])",
];

static PATTERNS: LazyLock<Vec<Regex>> =
    LazyLock::new(|| SHAPES.iter().filter_map(|shape| Regex::new(shape).ok()).collect());

/// `text` without what looks like a secret access key or a session token; `None`: there is no such thing in it.
pub(crate) fn found(text: &str) -> Option<String> {
    // Every shape has so many of these letters in a row, and most texts have not.
    let is_of_secrets = |letter: char| letter.is_ascii_alphanumeric() || "/+=".contains(letter);
    let longest = text.split(|letter| !is_of_secrets(letter)).map(str::len).max().unwrap_or_default();
    let masked = (longest >= SHORTEST).then(|| masked(text))?;
    (masked != text).then_some(masked)
}

/// The fewest letters in a row that a shape takes for a secret.
const SHORTEST: usize = 16;

/// `text` without what looks like a secret access key or a session token.
pub(crate) fn masked(text: &str) -> String {
    // Twice, as two secrets may share the one character between them.
    let twice = PATTERNS.iter().chain(PATTERNS.iter());
    twice.fold(text.to_owned(), |text, pattern| {
        pattern
            .replace_all(&text, |found: &Captures<'_>| {
                let part = |index| found.get(index).map_or("", |part| part.as_str());
                format!("{}[secret]{}", part(1), part(3))
            })
            .into_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    const TOKEN: &str = "IQoJb3JpZ2luX2VjEXAMPLETOKENEXAMPLETOKEN/+abc==";

    #[track_caller]
    fn check(text: &str) {
        let masked = masked(text);
        assert!(!masked.contains("K7MDENG") && !masked.contains("EXAMPLETOKEN"), "{masked}");
        assert!(masked.contains("[secret]"), "{masked}");
    }

    #[test]
    fn secrets_are_taken_out_however_they_are_printed() {
        assert_eq!(PATTERNS.len(), SHAPES.len());
        check(&format!("{{\"SecretAccessKey\": \"{KEY}\", \"SessionToken\": \"{TOKEN}\"}}"));
        check(&format!("ASIAEXAMPLE\t{KEY}\t{TOKEN}\n"));
        check(&format!("aws_secret_access_key = {KEY}"));
        check(&format!("export AWS_SESSION_TOKEN={TOKEN}"));
        check(&format!("{KEY} {KEY}"));
    }

    #[test]
    fn other_texts_stay_as_they_are() {
        for text in
            ["upload failed: An error occurred (AccessDenied)", "arn:aws:iam::111122223333:role/main-role1"]
        {
            assert_eq!(masked(text), text);
        }
    }
}
