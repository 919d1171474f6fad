//! `rolecall draft`: proposes a feature for an account.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

use account::{Denials, Given};

use crate::args::DraftArgs;
use crate::described::Described;
use crate::diagnostic::Diagnostic;
use crate::output::say;
use crate::status::Status;
use crate::terminal::Surroundings;

pub(crate) fn draft(args: &DraftArgs, surroundings: &Surroundings) -> Status {
    match drafted(args) {
        Ok(()) => Status::Passed,
        Err(error) => {
            error.print(surroundings);
            Status::Usage
        }
    }
}

fn drafted(args: &DraftArgs) -> Result<(), Diagnostic> {
    let described = Described::read(&args.file, &args.parameters)?;
    let beside = args.output.as_deref().unwrap_or(&args.file);
    let folder = beside.parent().unwrap_or(Path::new(""));
    let denials = if args.denials { Denials::Told } else { Denials::LeftOut };
    let given = Given { step: described.step(folder), title: described.title(), id: described.id.clone() };
    let draft = account::draft(&described.account, &given, denials);
    if draft.rows == 0 {
        let message = format!("`{}` lets nobody do anything of which a step can ask", args.file.display());
        return Err(Diagnostic::new(message));
    }
    match &args.output {
        None => say(&draft.feature),
        Some(path) => write_new(path, &draft.feature),
    }
}

/// Never over a file that is there: somebody may have reviewed it.
pub(crate) fn write_new(path: &Path, text: &str) -> Result<(), Diagnostic> {
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    let name = path.display();
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Diagnostic::new(format!("`{name}` is there already"))
            .help("give another name: a draft is not written over what may have been reviewed"),
        _ => Diagnostic::new(format!("`{name}` can't be written: {error}")),
    })
}
