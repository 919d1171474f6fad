//! The arguments as they are written; what they mean is checked by each command.

mod account;
mod check;
mod decide;
mod left;
mod run;
mod serve;
mod target;
mod writing;

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

pub(crate) use account::{DiffArgs, DiffFormat, DraftArgs};
pub(crate) use check::{CheckArgs, CheckFormat, ExplainArgs, ExplainFormat};
pub(crate) use decide::{AnswerFormat, DecideArgs};
pub(crate) use left::{KeygenArgs, ReportArgs, VerifyArgs};
pub(crate) use run::{CompareArgs, RunArgs};
pub(crate) use serve::ServeArgs;
pub(crate) use target::{ConfigArgs, ProbeArgs, SweepArgs, TargetArgs};
pub(crate) use writing::{InitArgs, StepsArgs, StepsFormat};

/// Executable specifications of who may do what in AWS.
///
/// Without a command, runs the features below `features`.
#[derive(Debug, Parser)]
#[command(name = "rolecall", after_help = EXIT_CODES)]
pub(crate) struct CliArgs {
    /// Print the version, and that of the service authorization reference; with `--verbose` all that decisions rest on.
    #[arg(long, short = 'V')]
    pub(crate) version: bool,
    #[arg(long, hide = true, requires = "version")]
    pub(crate) verbose: bool,
    /// When to colour the output.
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub(crate) color: ColorChoice,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

const EXIT_CODES: &str = "\
Exit codes: 0 all passed, 1 a scenario failed, 2 wrong usage or unreadable input,
3 could not tell (target or infrastructure), 4 no scenario was selected.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run feature files, and say which claims hold.
    Run(RunArgs),
    /// Write a small project to begin with: a feature, settings, and CI for GitHub and GitLab.
    Init(InitArgs),
    /// Find in feature files what can be told without running them.
    Check(CheckArgs),
    /// Tell what a code of `check` means; without one, list all.
    Explain(ExplainArgs),
    /// Serve an editor on standard input and output: findings, completion, documentation, definitions (Language Server Protocol).
    Lsp,
    /// Print what makes a shell complete this command's arguments.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Write man pages, one for each command.
    Man {
        /// The folder that they are written to; it is made where there is none.
        #[arg(value_name = "FOLDER")]
        folder: PathBuf,
    },
    /// Look up what a feature can say.
    Steps(StepsArgs),
    /// Serve the emulated AWS on loopback, for any client.
    Serve(ServeArgs),
    /// Decide requests offline, from the policies given with them.
    Decide(DecideArgs),
    /// Propose a feature for an account: who can do what, as tables to review, sensitive actions first.
    Draft(DraftArgs),
    /// Tell which verdicts a change of policies alters: what becomes allowed, and what stops.
    Diff(DiffArgs),
    /// Show the settings of the target, and where each came from.
    Config(ConfigArgs),
    /// Find out what a target's verdicts are worth.
    Probe(ProbeArgs),
    /// Run the same features on several targets, and show where their answers differ.
    Compare(CompareArgs),
    /// Remove what runs that were killed left on a target.
    Sweep(SweepArgs),
    /// Show what a run left, from its journal alone.
    Report(ReportArgs),
    /// Check that a folder of evidence is as it was left.
    Verify(VerifyArgs),
    /// Make a pair of keys for signing evidence.
    Keygen(KeygenArgs),
}

impl Default for Command {
    fn default() -> Command {
        Command::Run(RunArgs::default())
    }
}

const FEATURES: &str = "features";

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set or TERM is `dumb`.
    Auto,
    Always,
    Never,
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse(words: &[&str]) -> Result<Command, clap::Error> {
        let all = std::iter::once(&"rolecall").chain(words);
        CliArgs::try_parse_from(all).map(|args| args.command.unwrap_or_default())
    }

    #[track_caller]
    fn run(words: &[&str]) -> RunArgs {
        match parse(words) {
            Ok(Command::Run(args)) => args,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_definition_is_sound() {
        CliArgs::command().debug_assert();
    }

    #[test]
    fn no_command_is_run_with_its_defaults() {
        assert_eq!(format!("{:?}", run(&[])), format!("{:?}", run(&["run"])));
        assert_eq!(run(&["run"]).paths, [PathBuf::from("features")]);
    }

    #[test]
    fn colours_are_chosen_before_a_command_or_after_it() {
        for words in [&["--color", "never", "run", "-q"][..], &["run", "-q", "--color", "never"]] {
            assert!(run(words).quiet, "{words:?}");
        }
    }

    #[test]
    fn run_takes_paths_and_options_in_any_order() {
        let args = run(&["run", "a.feature", "--tags", "@x and not @y", "-j", "2", "b", "--fail-fast", "-v"]);
        assert_eq!(args.paths, [PathBuf::from("a.feature"), PathBuf::from("b")]);
        assert_eq!((args.tags.as_deref(), args.jobs(false)), (Some("@x and not @y"), 2));
        assert!(args.fail_fast && args.verbose && !args.quiet);
    }

    #[test]
    fn scenarios_take_turns_only_where_they_wait() {
        assert_eq!([run(&[]).jobs(false), run(&["run", "--allow-commands"]).jobs(false)], [1, 8]);
        assert_eq!(run(&["run", "--allow-commands", "-j", "3"]).jobs(false), 3);
    }

    #[test]
    fn wrong_usage_is_refused() {
        for words in [
            &["run", "--jobs", "0"][..],
            &["run", "-q", "-v"],
            &["run", "--color", "sometimes"],
            &["run", "--evidence-format", "junit"],
            &["serve", "--port", "70000"],
            &["serve", "--latency", "3"],
            &["serve", "--fail", "iam:CreateRoll:ServiceFailure:1"],
            &["walk"],
            // A plan calls nothing, so it must not be passed over.
            &["compare", "--targets", "embedded,aws", "--plan"],
            &["compare", "--targets", "embedded,aws", "--target", "aws"],
        ] {
            assert!(parse(words).unwrap_err().use_stderr(), "{words:?}");
        }
    }
}
