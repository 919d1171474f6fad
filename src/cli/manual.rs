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
