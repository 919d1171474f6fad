//! `rolecall completions` and `rolecall man`, made from the arguments themselves.

use std::path::Path;

use clap::CommandFactory;
use clap_complete::{Shell, generate};

use crate::args::CliArgs;
use crate::diagnostic::Diagnostic;
use crate::output::say;
use crate::status::Status;
use crate::terminal::Surroundings;

pub(crate) fn completions(shell: Shell, surroundings: &Surroundings) -> Status {
    let mut script = Vec::new();
    generate(shell, &mut CliArgs::command(), "rolecall", &mut script);
    ended(say(&String::from_utf8_lossy(&script)), surroundings)
}

pub(crate) fn pages(folder: &Path, surroundings: &Surroundings) -> Status {
    let written = std::fs::create_dir_all(folder);
    let written = written.and_then(|()| clap_mangen::generate_to(CliArgs::command(), folder));
    let place = folder.display();
    ended(
        written.map_err(|error| Diagnostic::new(format!("the pages can't be written to `{place}`: {error}"))),
        surroundings,
    )
}

/// The exit code of what is over at once.
pub(crate) fn ended(result: Result<(), Diagnostic>, surroundings: &Surroundings) -> Status {
    match result {
        Ok(()) => Status::Passed,
        Err(error) => {
            error.print(surroundings);
            Status::Inconclusive
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// A page of all commands, with what `--help` tells of each.
    fn page() -> String {
        let mut text = HEAD.to_owned();
        let mut root = CliArgs::command().term_width(80);
        root.build();
        let names: Vec<String> =
            root.get_subcommands().map(|command| command.get_name().to_owned()).collect();
        for name in names.iter().filter(|name| *name != "help") {
            let command = root.find_subcommand_mut(name).unwrap();
            let help = command.clone().term_width(80).render_help().to_string();
            let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
            text.push_str(&format!(
                "\n## rolecall {name}\n\n```text\n{}\n```\n",
                lines.join("\n").trim_end()
            ));
        }
        text
    }

    const HEAD: &str = "# Commands

Without a command, `rolecall` runs the features below `features`. `rolecall COMMAND --help` tells the same as this page;
`rolecall man FOLDER` writes man pages, and `rolecall completions SHELL` what makes a shell complete arguments.
[Exit codes](exit-codes.md) are the same for all.
";

    /// `BLESS=1` writes the page anew.
    #[test]
    fn the_page_of_commands_is_what_help_tells() {
        let (page, path) = (page(), concat!(env!("CARGO_MANIFEST_DIR"), "/docs/commands.md"));
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(path, &page).unwrap();
        }
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            page == kept,
            "docs/commands.md is another: write it anew by `BLESS=1 cargo test page_of_commands`"
        );
    }
}
