//! Colours, where they are asked for. Without them not a single escape code is written.

/// Whether to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    /// Text alone.
    Plain,
    /// With ANSI escape codes.
    Ansi,
}

/// What a piece of text is, as far as its colour goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    Plain,
    Passed,
    Failed,
    Inconclusive,
    Skipped,
    Heading,
    Aside,
    Help,
}

impl Color {
    /// The text in the colour of what it is.
    pub(crate) fn paint(self, ink: Ink, text: &str) -> String {
        match self {
            Color::Plain => text.to_owned(),
            Color::Ansi if text.is_empty() || ink == Ink::Plain => text.to_owned(),
            Color::Ansi => format!("\u{1b}[{}m{text}\u{1b}[0m", ink.code()),
        }
    }
}

impl Ink {
    /// Select Graphic Rendition, ECMA-48 section 8.3.117; the eight basic colours follow the user's theme.
    fn code(self) -> &'static str {
        match self {
            Ink::Plain => "0",
            Ink::Passed => "32",
            Ink::Failed => "1;31",
            Ink::Inconclusive => "1;33",
            Ink::Skipped | Ink::Help => "36",
            Ink::Heading => "1",
            Ink::Aside => "2",
        }
    }
}
