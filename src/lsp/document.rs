//! A text as the editor has it, saved or not.

use lsp_types::{Position, Range};

/// A feature file that is open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    path: String,
    text: String,
}

impl Document {
    /// `path` is where it is, or will be, saved.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into() }
    }

    /// Where it is saved.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// All of it.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn lines(&self) -> Vec<&str> {
        self.text.lines().collect()
    }

    /// A line, from 0; empty where there is none.
    pub(crate) fn line(&self, line: u32) -> &str {
        self.text.lines().nth(line as usize).unwrap_or_default()
    }

    /// A line up to a position, and what follows there.
    pub(crate) fn split(&self, position: Position) -> (&str, &str) {
        let line = self.line(position.line);
        let byte = byte_of(line, position.character);
        (line.get(..byte).unwrap_or_default(), line.get(byte..).unwrap_or_default())
    }

    /// A part of a line, in bytes.
    pub(crate) fn range(&self, line: u32, bytes: std::ops::Range<usize>) -> Range {
        let text = self.line(line);
        let at = |byte| Position::new(line, utf16(text.get(..byte).unwrap_or(text)));
        Range::new(at(bytes.start), at(bytes.end))
    }

    /// A line, from 1, without the white space around it.
    pub(crate) fn whole(&self, line: usize) -> Range {
        let line = u32::try_from(line.saturating_sub(1)).unwrap_or(u32::MAX);
        let text = self.line(line);
        let start = text.len() - text.trim_start().len();
        self.range(line, start..text.trim_end().len().max(start))
    }

    /// A part of a line, of which line and column begin at 1, in characters.
    pub(crate) fn range_of(&self, line: usize, column: usize, length: usize) -> Range {
        let line = u32::try_from(line.saturating_sub(1)).unwrap_or(u32::MAX);
        let text = self.line(line);
        let byte = |count: usize| text.char_indices().nth(count).map_or(text.len(), |(byte, _)| byte);
        let start = column.saturating_sub(1);
        self.range(line, byte(start)..byte(start + length))
    }
}

impl Document {
    /// The word at a position: what stands in the quotes around it, else what is no white space and no punctuation of JSON
    /// or tables.
    pub(crate) fn word(&self, position: Position) -> String {
        let (before, after) = self.split(position);
        let start = before.rfind('"').filter(|_| before.matches('"').count() % 2 == 1);
        if let (Some(start), Some(end)) = (start, after.find('"')) {
            let inside = before.get(start + 1..).unwrap_or_default();
            return format!("{inside}{}", after.get(..end).unwrap_or_default());
        }
        let ends =
            |letter: char| letter.is_whitespace() || ['"', '|', ',', '{', '}', '[', ']'].contains(&letter);
        let begun = before.rsplit(ends).next().unwrap_or_default();
        let word = format!("{begun}{}", after.split(ends).next().unwrap_or_default());
        word.trim_end_matches(':').to_owned()
    }
}

/// A doc string, between its fences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DocString {
    /// Up to the position.
    pub(crate) before: String,
    /// All of it.
    pub(crate) whole: String,
}

impl Document {
    /// The doc string in which a position is.
    pub(crate) fn doc_string(&self, position: Position) -> Option<DocString> {
        let lines = self.lines();
        let line = position.line as usize;
        let is_fence = |line: &str| ["\"\"\"", "```"].iter().any(|mark| line.trim_start().starts_with(mark));
        let fences: Vec<usize> = lines
            .iter()
            .take(line)
            .enumerate()
            .filter(|(_, it)| is_fence(it))
            .map(|(place, _)| place)
            .collect();
        let first = fences.last().filter(|_| fences.len() % 2 == 1).copied()?;
        if is_fence(self.line(position.line)) {
            return None;
        }
        let inside = lines.iter().skip(first + 1).take_while(|line| !is_fence(line)).copied();
        let (typed, _) = self.split(position);
        let above: String = inside.clone().take(line - first - 1).map(|line| format!("{line}\n")).collect();
        Some(DocString { before: above + typed, whole: inside.collect::<Vec<_>>().join("\n") })
    }
}

/// How long a text is in UTF-16.
pub(crate) fn utf16(text: &str) -> u32 {
    u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX)
}

/// The byte of a line at so many code units of UTF-16; its end where it is shorter.
fn byte_of(line: &str, units: u32) -> usize {
    let mut passed = 0;
    for (byte, letter) in line.char_indices() {
        if passed >= units as usize {
            return byte;
        }
        passed += letter.len_utf16();
    }
    line.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_code_units_of_utf_16() {
        let document = Document::new("a.feature", "ü\u{1f511}x\r\nb");
        assert_eq!(document.split(Position::new(0, 3)), ("ü\u{1f511}", "x"));
        assert_eq!(document.split(Position::new(0, 99)), ("ü\u{1f511}x", ""));
        assert_eq!(document.split(Position::new(9, 0)), ("", ""));
        let at = |start, end| Range::new(Position::new(0, start), Position::new(0, end));
        assert_eq!(document.range_of(1, 3, 1), at(3, 4));
        assert_eq!(document.range_of(1, 2, 99), at(1, 4));
    }
}
