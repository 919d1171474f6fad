//! The command `rolecall`: arguments, environment, files, the terminal and exit codes, which no other crate touches.
//!
//! One file a command; what they need of the outside stands beside them. Exit codes are those of `status::Status`.
//!
//! A program with steps of its own calls [`main`], and makes its steps of what else is here: `examples/own-steps` is one.

#![allow(clippy::disallowed_methods, reason = "here, and only here, the outside is read and written")]

mod args;
mod check;
mod chosen;
mod compare;
mod config;
mod controls;
mod decide;
mod described;
mod diagnostic;
mod diff;
mod draft;
mod dry_run;
mod env_file;
mod evidence_folder;
mod explain;
mod features;
mod files_below;
mod init;
mod keys;
mod lsp;
mod manual;
mod output;
mod plan;
mod probe;
mod programs;
mod provenance;
mod report;
mod repository;
mod rerun;
mod run;
mod serve;
mod settings;
mod status;
mod steps;
mod stop;
mod sweep;
mod telling;
mod terminal;
mod version;
mod watch;

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::{self, Write};
use std::panic::{self, PanicHookInfo};
use std::process::ExitCode;

use clap::Parser;
// Without this line the linker leaves the steps out, and every step is undefined.
use ::steps as _;
/// What steps are made of.
pub use harness;
/// What has a name of its own on a target that others use.
pub use target::Named;

use crate::args::{CliArgs, Command};
use crate::status::Status;
use crate::terminal::Surroundings;

/// The whole command: reads the arguments of the process, and tells what it ends with.
#[must_use]
pub fn main() -> ExitCode {
    panic::set_hook(Box::new(report_defect));
    match panic::catch_unwind(command) {
        Ok(code) => code,
        Err(_) => Status::Inconclusive.into(),
    }
}

fn command() -> ExitCode {
    let args = match CliArgs::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Help and version are "errors" with exit code 0. A closed pipe is nobody's trouble.
            let _ = error.print();
            return if error.use_stderr() { Status::Usage.into() } else { ExitCode::SUCCESS };
        }
    };
    let surroundings = Surroundings::of_this_process(args.color);
    if args.version {
        return version::print(args.verbose, &surroundings).into();
    }
    match args.command.unwrap_or_default() {
        Command::Run(run_args) => run::run(&run_args, &surroundings).into(),
        Command::Serve(serve_args) => serve::serve(&serve_args, &surroundings).into(),
        Command::Decide(decide_args) => decide::decide(&decide_args, &surroundings).into(),
        Command::Draft(draft_args) => draft::draft(&draft_args, &surroundings).into(),
        Command::Diff(diff_args) => diff::diff(&diff_args, &surroundings).into(),
        Command::Config(config_args) => config::config(&config_args, &surroundings).into(),
        Command::Probe(probe_args) => probe::probe(&probe_args, &surroundings).into(),
        Command::Compare(compare_args) => compare::compare(&compare_args, &surroundings).into(),
        Command::Init(init_args) => init::init(&init_args, &surroundings).into(),
        Command::Check(check_args) => check::check(&check_args, &surroundings).into(),
        Command::Explain(explain_args) => explain::explain(&explain_args, &surroundings).into(),
        Command::Lsp => lsp::lsp(&surroundings).into(),
        Command::Completions { shell } => manual::completions(shell, &surroundings).into(),
        Command::Man { folder } => manual::pages(&folder, &surroundings).into(),
        Command::Steps(steps_args) => steps::steps(&steps_args, &surroundings).into(),
        Command::Report(report_args) => report::report(&report_args, &surroundings).into(),
        Command::Verify(verify_args) => report::verify(&verify_args, &surroundings).into(),
        Command::Keygen(keygen_args) => keys::keygen(&keygen_args, &surroundings).into(),
        Command::Sweep(sweep_args) => sweep::sweep(&sweep_args, &surroundings).into(),
    }
}

/// Says where a panic began, and not what it says: that may hold what a server or a feature said.
fn report_defect(info: &PanicHookInfo<'_>) {
    let place = info.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    let backtrace = Backtrace::capture();
    let mut text = format!("rolecall: a defect of rolecall itself, at {place}; please report this line\n");
    if backtrace.status() == BacktraceStatus::Captured {
        text.push_str(&backtrace.to_string());
    }
    let _ = io::stderr().write_all(text.as_bytes());
}
