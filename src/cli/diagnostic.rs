//! What is wrong with what the user gave, where, and what to do about it; on standard error.

use std::io::{self, Write};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use evidence::console::Color;

use crate::terminal::Surroundings;

/// Narrower than this, nothing is legible any more.
const NARROWEST: usize = 40;

/// A message about the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Diagnostic {
    /// In lower case, without full stop.
    pub(crate) message: String,
    /// Where, if it is about a place in a file.
    pub(crate) place: Option<Box<Place>>,
    /// What to do about it.
    pub(crate) help: Option<String>,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) path: String,
    /// From 1.
    pub(crate) line: usize,
    /// In characters, from 1.
    pub(crate) column: usize,
    /// In characters; 0: to the end of the word.
    pub(crate) length: usize,
    /// The line as it stands there.
    pub(crate) source_line: String,
}

impl Diagnostic {
    pub(crate) fn new(message: impl Into<String>) -> Diagnostic {
        Diagnostic { message: message.into(), place: None, help: None }
    }

    #[must_use]
    pub(crate) fn help(self, help: impl Into<String>) -> Diagnostic {
        Diagnostic { help: Some(help.into()), ..self }
    }

    /// Prints it on standard error. A closed one is left alone: there is nobody to tell.
    pub(crate) fn print(&self, surroundings: &Surroundings) {
        let text = self.render(surroundings.errors, surroundings.width);
        let _ = writeln!(io::stderr(), "{text}");
    }

    fn render(&self, color: Color, width: usize) -> String {
        self.render_as(&Level::ERROR, color, width)
    }

    /// As it is printed, of less weight than an error.
    pub(crate) fn render_as(&self, level: &Level<'_>, color: Color, width: usize) -> String {
        let renderer = match color {
            Color::Plain => Renderer::plain(),
            Color::Ansi => Renderer::styled(),
        };
        let renderer = renderer.term_width(width.max(NARROWEST));
        let title = level.clone().primary_title(self.message.as_str());
        let help = self.help.as_deref();
        let Some(place) = &self.place else {
            let help = help.map(|help| Group::with_title(Level::HELP.primary_title(help)));
            let parts = [Some(Group::with_title(title)), help];
            let parts = parts.into_iter().flatten().map(|part| renderer.render(&[part]));
            return parts.collect::<Vec<_>>().join("\n");
        };
        let word = AnnotationKind::Primary.span(place.bytes());
        let snippet =
            Snippet::source(place.source_line.as_str()).line_start(place.line).path(place.path.as_str());
        let group = title.element(snippet.annotation(word));
        renderer.render(&[match help {
            Some(help) => group.element(Level::HELP.message(help)),
            None => group,
        }])
    }
}

impl Place {
    /// What it is about, in bytes of the line.
    fn bytes(&self) -> std::ops::Range<usize> {
        let line = self.source_line.as_str();
        let start =
            line.char_indices().nth(self.column.saturating_sub(1)).map_or(line.len(), |(byte, _)| byte);
        let rest = line.get(start..).unwrap_or_default();
        let word = || rest.find(char::is_whitespace).filter(|length| *length > 0).unwrap_or(rest.len());
        let part = || rest.char_indices().nth(self.length).map_or(rest.len(), |(byte, _)| byte);
        start..start + if self.length == 0 { word() } else { part() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(diagnostic: &Diagnostic, expected: &str) {
        assert_eq!(diagnostic.render(Color::Plain, 80), expected);
    }

    fn at(line: usize, column: usize, source_line: &str) -> Option<Box<Place>> {
        Some(Box::new(Place {
            path: "features/a.feature".into(),
            line,
            column,
            length: 0,
            source_line: source_line.into(),
        }))
    }

    #[test]
    fn shows_place_and_remedy() {
        let slip = Diagnostic {
            place: at(12, 5, "    Gven main-user"),
            ..Diagnostic::new("`Gven` can't stand here")
        };
        check(
            &slip.help("did you mean `Given`?"),
            "\
error: `Gven` can't stand here
  --> features/a.feature:12:5
   |
12 |     Gven main-user
   |     ^^^^
   |
   = help: did you mean `Given`?",
        );
    }

    #[test]
    fn shows_what_has_no_place() {
        check(&Diagnostic::new("`features` does not exist"), "error: `features` does not exist");
        check(
            &Diagnostic::new("port 4566 is in use").help("`--port 0` picks a free one"),
            "error: port 4566 is in use\nhelp: `--port 0` picks a free one",
        );
    }

    #[test]
    fn a_place_beyond_the_line_is_no_panic() {
        for (column, line) in [(1, ""), (99, "Zoë"), (0, "x"), (3, "用户")] {
            let text =
                Diagnostic { place: at(1, column, line), ..Diagnostic::new("odd") }.render(Color::Plain, 80);
            assert!(text.contains("features/a.feature:1:"), "{text}");
        }
    }
}
