//! `rolecall init`: a small project to begin with, that runs green at once.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

use crate::args::InitArgs;
use crate::diagnostic::Diagnostic;
use crate::manual::ended;
use crate::output::say;
use crate::status::Status;
use crate::steps;
use crate::terminal::Surroundings;

/// What is written, and where; the same files are templates for people who set up their CI by hand.
const FILES: [(&str, &str); 7] = [
    ("features/reports.feature", include_str!("../../ci/templates/reports.feature")),
    ("rolecall.toml", include_str!("../../ci/templates/rolecall.toml")),
    (".gitignore", include_str!("../../ci/templates/gitignore")),
    (".github/workflows/rolecall.yml", include_str!("../../ci/templates/github.yml")),
    (".vscode/settings.json", include_str!("../../ci/templates/vscode-settings.json")),
    (".vscode/extensions.json", include_str!("../../ci/templates/vscode-extensions.json")),
    (".gitlab-ci.yml", include_str!("../../ci/templates/gitlab.yml")),
];

/// The vocabulary, for editors; the settings name it.
const GLUE: &str = ".vscode/rolecall_steps.rs";

pub(crate) fn init(args: &InitArgs, surroundings: &Surroundings) -> Status {
    match written(&args.folder) {
        Ok(told) => ended(say(&told), surroundings),
        Err(error) => {
            error.print(surroundings);
            Status::Usage
        }
    }
}

fn written(folder: &Path) -> Result<String, Diagnostic> {
    let mut told = String::new();
    let glue = steps::glue();
    for (name, content) in FILES.into_iter().chain([(GLUE, glue.as_str())]) {
        let path = folder.join(name);
        let what = match write_new(&path, content) {
            Ok(()) => "wrote",
            Err(error) if error.kind() == ErrorKind::AlreadyExists => "is there already, left as it is:",
            Err(error) => {
                return Err(Diagnostic::new(format!("`{}` can't be written: {error}", path.display())));
            }
        };
        told.push_str(&format!("{what} {}\n", path.display()));
    }
    told.push_str("\nnow: rolecall run        runs the features\n");
    told.push_str("     rolecall steps      shows what a feature can say\n");
    Ok(told)
}

/// Never over a file that is there.
fn write_new(path: &Path, content: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(content.as_bytes())
}
