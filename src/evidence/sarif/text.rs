//! Texts of others in messages, where braces, links and Markdown would mean something.

use crate::{console, words};

/// A name, or another single line.
const LINE: usize = 1_000;

/// One line that means nothing but itself.
pub(super) fn line(text: &str) -> String {
    plain(&words::shortened(&console::harmless(text), LINE))
}

/// As a line, with an end.
pub(super) fn sentence(text: &str) -> String {
    let line = line(text);
    if line.ends_with(['.', '!', '?', '…']) { line } else { format!("{line}.") }
}

/// Braces would name an argument (§3.11.5), and `[text](place)` would be a link (§3.11.6).
pub(super) fn plain(text: &str) -> String {
    braced(&text.replace("](", "] ("))
}

/// Markdown that shows `text` as it is: the fence is longer than any in it.
pub(super) fn code_block(text: &str) -> String {
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{}\n{fence}", braced(text))
}

/// Markdown in which a line of text means nothing but itself.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for character in braced(text).chars() {
        // Neither Markdown nor HTML, nor a mention of somebody, nor an address that would become a link.
        if character.is_ascii_punctuation() && !matches!(character, '{' | '}' | ',' | '-' | '\'' | '/') {
            escaped.push_str(&format!("&#{};", u32::from(character)));
        } else {
            escaped.push(character);
        }
    }
    escaped
}

fn braced(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}
