//! What is known about the terminal: how wide it is, and whether to colour.

use std::io::{self, IsTerminal};

use evidence::console::{Color, Detail, Page};

use crate::args::ColorChoice;

/// Where there is no terminal, as tools and logs have it.
const USUAL_WIDTH: usize = 80;

/// What the process was started in, as far as it shows in the output.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Surroundings {
    /// Whether to colour what goes to standard output.
    pub(crate) output: Color,
    /// Whether to colour what goes to standard error.
    pub(crate) errors: Color,
    /// In columns.
    pub(crate) width: usize,
    /// Whether somebody may be watching standard output.
    pub(crate) output_on_terminal: bool,
    /// Whether somebody may be watching standard error.
    pub(crate) errors_on_terminal: bool,
}

impl Surroundings {
    pub(crate) fn of_this_process(choice: ColorChoice) -> Surroundings {
        let variables = Variables::read(|name| std::env::var(name).ok());
        let size = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        let errors_on_terminal = io::stderr().is_terminal();
        let output_on_terminal = io::stdout().is_terminal();
        Surroundings {
            output: variables.color(choice, output_on_terminal),
            errors: variables.color(choice, errors_on_terminal),
            width: size.or(variables.columns).unwrap_or(USUAL_WIDTH),
            output_on_terminal: output_on_terminal && !variables.dumb,
            errors_on_terminal: errors_on_terminal && !variables.dumb,
        }
    }

    /// How the output of a run is laid out.
    pub(crate) fn page(&self, detail: Detail) -> Page {
        Page { width: self.width, color: self.output, detail }
    }
}

/// The variables that tell of terminals.
#[derive(Debug, Default)]
struct Variables {
    /// <https://no-color.org>: present and not empty.
    no_color: bool,
    /// <https://bixense.com/clicolors/>: set and not `0`.
    clicolor_force: bool,
    /// The same page: `CLICOLOR=0`.
    clicolor_off: bool,
    dumb: bool,
    columns: Option<usize>,
}

impl Variables {
    fn read(variable: impl Fn(&str) -> Option<String>) -> Variables {
        let columns = variable("COLUMNS").and_then(|text| text.parse().ok());
        Variables {
            no_color: variable("NO_COLOR").is_some_and(|text| !text.is_empty()),
            clicolor_force: variable("CLICOLOR_FORCE").is_some_and(|text| !text.is_empty() && text != "0"),
            clicolor_off: variable("CLICOLOR").is_some_and(|text| text == "0"),
            dumb: variable("TERM").is_some_and(|text| text == "dumb"),
            columns: columns.filter(|columns| *columns > 0),
        }
    }

    fn color(&self, choice: ColorChoice, on_terminal: bool) -> Color {
        let colored = match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto if self.no_color => false,
            ColorChoice::Auto if self.clicolor_force => true,
            ColorChoice::Auto => on_terminal && !self.dumb && !self.clicolor_off,
        };
        if colored { Color::Ansi } else { Color::Plain }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(variables: &[(&str, &str)], choice: ColorChoice, on_terminal: bool, expected: Color) {
        let find = |name: &str| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        assert_eq!(Variables::read(find).color(choice, on_terminal), expected, "{variables:?}");
    }

    #[test]
    fn colours_on_terminals_unless_told_otherwise() {
        use ColorChoice::{Always, Auto, Never};
        check(&[], Auto, true, Color::Ansi);
        check(&[], Auto, false, Color::Plain);
        check(&[("TERM", "dumb")], Auto, true, Color::Plain);
        check(&[("CLICOLOR", "0")], Auto, true, Color::Plain);
        check(&[("NO_COLOR", "1")], Auto, true, Color::Plain);
        check(&[("NO_COLOR", "")], Auto, true, Color::Ansi);
        check(&[("CLICOLOR_FORCE", "1")], Auto, false, Color::Ansi);
        check(&[("CLICOLOR_FORCE", "0")], Auto, false, Color::Plain);
        check(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], Auto, true, Color::Plain);
        check(&[("NO_COLOR", "1")], Always, false, Color::Ansi);
        check(&[("CLICOLOR_FORCE", "1")], Never, true, Color::Plain);
    }

    #[test]
    fn columns_must_be_a_number() {
        let columns =
            |text: &str| Variables::read(|name| (name == "COLUMNS").then(|| text.to_owned())).columns;
        assert_eq!([columns("120"), columns("0"), columns("wide")], [Some(120), None, None]);
    }
}
