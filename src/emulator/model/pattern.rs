//! The patterns that models have for texts, in the few ways that go beyond plain regular expressions.

use std::borrow::Cow;

use regex_lite::Regex;

/// Letters, separators and digits of any script, as the keys and values of tags have them.
const ANY_SCRIPT: &str = r"\p{L}\p{Z}\p{N}";
/// A hyphen that no other follows, as the aliases of accounts have it.
const LONE_HYPHEN: &str = "-(?!-)";

/// A compiled pattern.
pub(super) struct Pattern {
    regex: Regex,
    any_script: bool,
    lone_hyphens: bool,
}

impl Pattern {
    /// `None`: the pattern cannot be understood.
    pub(super) fn compile(pattern: &str) -> Option<Self> {
        let plain = pattern.replace(ANY_SCRIPT, "a").replace(LONE_HYPHEN, "-");
        Some(Self {
            regex: Regex::new(&format!("^(?:{plain})$")).ok()?,
            any_script: pattern.contains(ANY_SCRIPT),
            lone_hyphens: pattern.contains(LONE_HYPHEN),
        })
    }

    /// Whether the whole text matches.
    pub(super) fn matches(&self, text: &str) -> bool {
        let plain: Cow<'_, str> = match self.any_script {
            true => text.chars().map(|letter| if is_of_any_script(letter) { 'a' } else { letter }).collect(),
            false => text.into(),
        };
        self.regex.is_match(&plain) && !(self.lone_hyphens && text.contains("--"))
    }
}

fn is_of_any_script(letter: char) -> bool {
    let separates = letter.is_whitespace() && !letter.is_control();
    letter.is_alphabetic() || letter.is_numeric() || separates
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn letters_of_any_script_and_lone_hyphens_are_told() {
        let check = |pattern: &str, text: &str, expected: bool| {
            assert_eq!(Pattern::compile(pattern).unwrap().matches(text), expected, "{text}");
        };
        let key = r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+";
        for text in ["team", "Größe 2", "部門:/a=b+c-d@e", "a\u{a0}b"] {
            check(key, text, true);
        }
        for text in ["", "no!", "a\tb", "a\nb", "{x}"] {
            check(key, text, false);
        }
        let alias = "^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$";
        check(alias, "my-corp-1", true);
        for text in ["my--corp", "-corp", "corp-", "Corp", "ab"] {
            check(alias, text, false);
        }
        assert!(Pattern::compile("(?=a)").is_none());
    }
}
