//! Arguments of `run`, and of `compare`, which runs on several targets.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;
use clap::builder::FalseyValueParser;
use evidence::Format;

use super::{FEATURES, TargetArgs};

#[derive(Clone, Debug, Args)]
pub(crate) struct RunArgs {
    /// Feature files, and folders to search for them.
    #[arg(value_name = "PATHS", default_value = FEATURES)]
    pub(crate) paths: Vec<PathBuf>,
    /// Only scenarios whose tags match, such as `@smoke and not (@slow or @wip)`.
    #[arg(long, value_name = "EXPR")]
    pub(crate) tags: Option<String>,
    /// Only scenarios in whose name this regular expression is found.
    #[arg(long, value_name = "REGEX")]
    pub(crate) name: Option<String>,
    /// Begin no scenario after one that failed.
    #[arg(long)]
    pub(crate) fail_fast: bool,
    /// How many scenarios run side by side, on one thread [default: 1; 8 with `--allow-commands`, or where the target is not embedded].
    #[arg(long, short, value_name = "N")]
    pub(crate) jobs: Option<NonZeroUsize>,
    /// Let time really pass in scenarios tagged `@slow`, where the clock can't be moved.
    #[arg(long)]
    pub(crate) slow: bool,
    /// Let features run programs on this machine, as those tagged `@needs:aws-cli` do.
    #[arg(long, env = "ROLECALL_ALLOW_COMMANDS", value_parser = FalseyValueParser::new())]
    pub(crate) allow_commands: bool,
    /// Only the scenarios in this file, which did not pass before; those that still don't are written to it, and where all do
    /// it is removed. Where there is none, all are run.
    #[arg(long, value_name = "FILE")]
    pub(crate) rerun: Option<PathBuf>,
    /// Show the scenarios that would be run, and run none.
    #[arg(long)]
    pub(crate) list: bool,
    /// Show which scenarios would be run or skipped, and which of their steps mean nothing; with `--verbose` what each means. Calls nothing.
    #[arg(long, conflicts_with_all = ["list", "plan"])]
    pub(crate) dry_run: bool,
    /// Show what would be made and called on the target, and call nothing there.
    #[arg(long)]
    pub(crate) plan: bool,
    /// Run again what a change is about, until Ctrl-C: a feature's scenarios, those of the features that name a file, and all
    /// for settings and controls.
    #[arg(long, conflicts_with_all = ["list", "plan", "dry_run", "rerun", "evidence", "evidence_key", "evidence_formats"])]
    pub(crate) watch: bool,
    /// Print only what did not pass, and the summary.
    #[arg(long, short, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Print each step, and each call with its answer.
    #[arg(long, short)]
    pub(crate) verbose: bool,
    /// Leave evidence in this folder, which must be empty [default: in CI, a folder of its own below `rolecall-evidence`].
    #[arg(long, value_name = "DIR", env = "ROLECALL_EVIDENCE")]
    pub(crate) evidence: Option<PathBuf>,
    /// Leave no evidence.
    #[arg(long)]
    pub(crate) no_evidence: bool,
    /// Sign the evidence with the private key in this file, else with that in ROLECALL_EVIDENCE_KEY.
    #[arg(long, value_name = "FILE")]
    pub(crate) evidence_key: Option<PathBuf>,
    /// Leave evidence in this format, too: `asff` or `ocsf`; repeat it for both.
    #[arg(long = "evidence-format", value_name = "FORMAT", value_parser = format_on_request)]
    pub(crate) evidence_formats: Vec<Format>,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
}

/// # Errors
/// Where it is not one of those that are made only on request.
fn format_on_request(name: &str) -> Result<Format, String> {
    let mut known = Format::ALL.into_iter().filter(|format| format.is_on_request());
    known.find(|format| format.name() == name).ok_or_else(|| {
        "only `asff` and `ocsf` are made on request; `rolecall report` makes all others".to_owned()
    })
}

/// The same features on several targets.
#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// The targets, as `--target` takes them.
    #[arg(
        long,
        value_name = "TARGET,TARGET",
        value_delimiter = ',',
        required = true,
        conflicts_with_all = ["target", "plan", "quiet", "verbose"]
    )]
    pub(crate) targets: Vec<String>,
    #[command(flatten)]
    pub(crate) run: RunArgs,
}

impl RunArgs {
    /// Side by side only what waits, for programs or for a target that is `far`: calls of the embedded AWS wait for
    /// nothing, and taking turns would make every scenario's duration that of all.
    pub(crate) fn jobs(&self, far: bool) -> usize {
        let usual = if self.allow_commands || far { 8 } else { 1 };
        self.jobs.map_or(usual, NonZeroUsize::get)
    }
}

impl Default for RunArgs {
    fn default() -> RunArgs {
        RunArgs {
            paths: vec![FEATURES.into()],
            tags: None,
            name: None,
            fail_fast: false,
            slow: false,
            rerun: None,
            list: false,
            jobs: None,
            allow_commands: false,
            plan: false,
            dry_run: false,
            watch: false,
            quiet: false,
            verbose: false,
            evidence: None,
            no_evidence: false,
            evidence_key: None,
            evidence_formats: Vec::new(),
            target: TargetArgs::default(),
        }
    }
}
