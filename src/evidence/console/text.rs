//! Text in the columns of a terminal: measured, made harmless, and wrapped without breaking ARNs.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How many columns a terminal gives to the text.
pub(crate) fn columns(text: &str) -> usize {
    text.width()
}

/// One line that can't move the cursor, change colours or turn the direction of what follows:
/// names and messages come from files and servers.
pub(crate) fn harmless(text: &str) -> Cow<'_, str> {
    // Most texts are plain, which is seen faster.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) || !text.chars().any(is_harmful) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().fold(String::with_capacity(text.len()), |mut line, character| {
        match character {
            '\t' => line.push_str("    "),
            '\n' | '\r' => line.push(' '),
            other if is_harmful(other) => line.push(char::REPLACEMENT_CHARACTER),
            other => line.push(other),
        }
        line
    }))
}

/// Control characters, and those that reorder bidirectional text (<https://trojansource.codes>).
fn is_harmful(character: char) -> bool {
    character.is_control() || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Lines of at most `width` columns. Breaks at spaces; breaks a word only where it can't fit on a line and is
/// neither an ARN nor another address, which people copy. Line breaks of the text are kept.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    text.lines().flat_map(|line| wrap_words(harmless(line).split(' '), width)).collect()
}

/// As [`wrap`], for words that may hold spaces of their own and are not broken there.
pub(crate) fn wrap_words<Word: AsRef<str>>(
    words: impl IntoIterator<Item = Word>,
    width: usize,
) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in words {
        let word = word.as_ref();
        if word.is_empty() {
            continue;
        }
        if !line.is_empty() {
            if columns(&line) + 1 + columns(word) <= width {
                line.push(' ');
                line.push_str(word);
                continue;
            }
            lines.push(std::mem::take(&mut line));
        }
        line = if is_address(word) { word.to_owned() } else { break_word(word, width, &mut lines) };
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

fn is_address(word: &str) -> bool {
    word.contains([':', '/'])
}

/// Puts all full lines of the word into `lines` and returns the rest.
fn break_word(word: &str, width: usize, lines: &mut Vec<String>) -> String {
    let mut line = String::new();
    for character in word.chars() {
        if !line.is_empty() && columns(&line) + character.width().unwrap_or(0) > width {
            lines.push(std::mem::take(&mut line));
        }
        line.push(character);
    }
    line
}

/// The text if it fits, or as much of it as does, and an ellipsis.
pub(crate) fn clip(text: &str, width: usize) -> Cow<'_, str> {
    if columns(text) <= width {
        return Cow::Borrowed(text);
    }
    let mut clipped = String::new();
    for character in text.chars() {
        if columns(&clipped) + character.width().unwrap_or(0) + 1 > width {
            break;
        }
        clipped.push(character);
    }
    clipped.push('…');
    Cow::Owned(clipped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, width: usize, expected: &[&str]) {
        assert_eq!(wrap(text, width), expected);
    }

    #[test]
    fn wraps_at_spaces() {
        check("", 10, &[]);
        check("the action matches", 18, &["the action matches"]);
        check("the action matches", 17, &["the action", "matches"]);
        check("a\nb c", 10, &["a", "b c"]);
        check("a  b", 10, &["a b"]);
    }

    #[test]
    fn breaks_words_but_never_addresses() {
        check("abcdefgh ij", 4, &["abcd", "efgh", "ij"]);
        check("on arn:aws:s3:::testing-s3/* would", 10, &["on", "arn:aws:s3:::testing-s3/*", "would"]);
        check("see http://127.0.0.1:4566", 10, &["see", "http://127.0.0.1:4566"]);
    }

    #[test]
    fn measures_columns_not_characters() {
        check("用户可以上传", 4, &["用户", "可以", "上传"]);
        check("Zoë lädt", 5, &["Zoë", "lädt"]);
    }

    #[test]
    fn takes_the_sting_out_of_control_characters() {
        assert_eq!(harmless("plain"), "plain");
        assert_eq!(harmless("a\u{1b}[31mred\u{7}"), "a\u{fffd}[31mred\u{fffd}");
        assert_eq!(harmless("\tGiven\r\n"), "    Given  ");
        assert_eq!(harmless("admin\u{202e}nimda"), "admin\u{fffd}nimda");
    }

    #[test]
    fn clips_with_an_ellipsis() {
        assert_eq!(clip("abcd", 4), "abcd");
        assert_eq!(clip("abcde", 4), "abc…");
        assert_eq!(clip("用户可以", 6), "用户…");
    }
}
