//! The layout that all parts of the output share: width, columns, durations.

use std::time::Duration;

use super::paint::{Color, Ink};
use super::text::{columns, harmless, wrap, wrap_words};

/// Narrower than this, nothing is legible any more, and the terminal may wrap as it likes.
const NARROWEST: usize = 40;

/// How the output is laid out.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// In columns; 80 is usual where there is no terminal.
    pub width: usize,
    /// Whether to colour.
    pub color: Color,
    /// How much to say.
    pub detail: Detail,
}

/// How much to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// What did not pass, and the summary.
    Quiet,
    /// Each scenario, and the summary.
    Normal,
    /// Each scenario with its steps and calls.
    Verbose,
}

impl Page {
    /// The columns there are.
    pub(crate) fn columns(&self) -> usize {
        self.width.max(NARROWEST)
    }

    pub(crate) fn paint(&self, ink: Ink, text: &str) -> String {
        self.color.paint(ink, text)
    }

    /// `left` wrapped before the column where `right` begins, which stands at the end of the first line.
    pub(crate) fn spread(&self, prefix: &Prefix, left: (Ink, &str), right: &str) -> Vec<String> {
        let taken = if right.is_empty() { prefix.columns } else { prefix.columns + columns(right) + 2 };
        let room = self.columns().saturating_sub(taken);
        let mut lines = Vec::new();
        for part in wrap(left.1, room.max(10)) {
            let painted = self.paint(left.0, &part);
            if lines.is_empty() {
                let gap =
                    self.columns().saturating_sub(prefix.columns + columns(&part) + columns(right)).max(2);
                let end = match right {
                    "" => String::new(),
                    right => format!("{:gap$}{}", "", self.paint(Ink::Aside, right)),
                };
                lines.push(format!("{}{painted}{end}", prefix.painted));
            } else {
                lines.push(format!("{:indent$}{painted}", "", indent = prefix.columns));
            }
        }
        lines
    }

    /// Text wrapped behind an indent.
    pub(crate) fn paragraph(&self, indent: usize, text: &str) -> Vec<String> {
        let lines = wrap(text, self.columns().saturating_sub(indent));
        lines.into_iter().map(|line| format!("{:indent$}{line}", "")).collect()
    }

    /// Words that stay whole even if they hold spaces, wrapped behind an indent.
    pub(crate) fn phrase(&self, indent: usize, words: &[&str]) -> Vec<String> {
        let words = words.iter().map(|word| harmless(word));
        let lines = wrap_words(words, self.columns().saturating_sub(indent));
        lines.into_iter().map(|line| format!("{:indent$}{line}", "")).collect()
    }

    /// A label of up to four letters, and text behind it that wraps in its own column.
    pub(crate) fn labelled(&self, indent: usize, label: (Ink, &str), text: &str) -> Vec<String> {
        let column = indent + 5;
        let lines = wrap(text, self.columns().saturating_sub(column));
        let with_label = |(index, line): (usize, String)| {
            if index > 0 {
                return format!("{:column$}{line}", "");
            }
            let gap = column.saturating_sub(indent + columns(label.1)).max(1);
            format!("{:indent$}{}{:gap$}{line}", "", self.paint(label.0, label.1), "")
        };
        lines.into_iter().enumerate().map(with_label).collect()
    }
}

/// What stands before wrapped text on its first line: painted, and how wide it is unpainted.
pub(crate) struct Prefix {
    pub(crate) painted: String,
    pub(crate) columns: usize,
}

impl Prefix {
    pub(crate) fn spaces(columns: usize) -> Prefix {
        Prefix { painted: " ".repeat(columns), columns }
    }
}

/// A duration as people read it: `4 ms`, `1.25 s`, `2 min 05 s`.
pub(crate) fn human(duration: Duration) -> String {
    let milliseconds = duration.as_millis();
    if duration < Duration::from_millis(1) {
        "<1 ms".to_owned()
    } else if duration < Duration::from_secs(1) {
        format!("{milliseconds} ms")
    } else {
        seconds(duration)
    }
}

/// As [`human`], but never in milliseconds.
pub(crate) fn seconds(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds < 60 {
        format!("{seconds}.{:02} s", duration.subsec_millis() / 10)
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(duration: Duration, expected: &str) {
        assert_eq!(human(duration), expected);
    }

    #[test]
    fn durations_are_short() {
        check(Duration::ZERO, "<1 ms");
        check(Duration::from_micros(1_999), "1 ms");
        check(Duration::from_millis(999), "999 ms");
        check(Duration::from_millis(1_259), "1.25 s");
        check(Duration::from_millis(59_999), "59.99 s");
        check(Duration::from_secs(125), "2 min 05 s");
        assert_eq!(seconds(Duration::from_millis(4)), "0.00 s");
    }
}
