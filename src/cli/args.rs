//! The arguments as they are written; what they mean is checked by each command.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::FalseyValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use emulator::{Failure, Rate, fault_duration};
use evidence::Format;
use secrecy::SecretString;

use crate::settings::Key;

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

/// What a run left.
#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// The journal, or the folder that holds it.
    #[arg(value_name = "JOURNAL")]
    pub(crate) journal: PathBuf,
    /// How to spell it: `text` or one of the other formats.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: String,
    /// Write it there instead of to standard output.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Sign an attestation with the private key in this file, else with that in ROLECALL_EVIDENCE_KEY.
    #[arg(long, value_name = "FILE")]
    pub(crate) evidence_key: Option<PathBuf>,
    /// For `asff`: the account whose Security Hub takes the findings, where the run was on none of AWS.
    #[arg(long, value_name = "ID")]
    pub(crate) account: Option<String>,
    /// For `asff`: the region of that Security Hub [default: that of the calls on AWS].
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<String>,
}

/// # Errors
/// Where it is not one of those that are made only on request.
fn format_on_request(name: &str) -> Result<Format, String> {
    let mut known = Format::ALL.into_iter().filter(|format| format.is_on_request());
    known.find(|format| format.name() == name).ok_or_else(|| {
        "only `asff` and `ocsf` are made on request; `rolecall report` makes all others".to_owned()
    })
}

/// A folder of evidence.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// The folder.
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// The public key that it must be signed with.
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
}

/// A pair of keys.
#[derive(Debug, Args)]
pub(crate) struct KeygenArgs {
    /// The file for the private key; the public one stands beside it, as `….pub.pem`.
    #[arg(value_name = "FILE", default_value = "rolecall-evidence-key.pem")]
    pub(crate) file: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// Such as `RC007`.
    pub(crate) code: Option<String>,
    /// How to write it.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: ExplainFormat,
}

/// How `explain` tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExplainFormat {
    /// For people.
    Text,
    /// A page of the documentation.
    Md,
}

/// Checks without a run.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Feature files, and folders to search for them.
    #[arg(value_name = "PATHS", default_value = FEATURES)]
    pub(crate) paths: Vec<PathBuf>,
    /// Fail on warnings, too.
    #[arg(long)]
    pub(crate) strict: bool,
    /// How to write the findings.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: CheckFormat,
}

/// How findings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// For code scanning.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
}

/// An account to draft a feature for.
#[derive(Debug, Args)]
pub(crate) struct DraftArgs {
    /// What `aws iam get-account-authorization-details` wrote, a CloudFormation template, or what `terraform show -json` wrote.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// A parameter of a template.
    #[arg(long = "parameter", short, value_name = "NAME=VALUE", value_parser = parameter)]
    pub(crate) parameters: Vec<(String, String)>,
    /// Rows also for everybody who may not do a sensitive action.
    #[arg(long)]
    pub(crate) denials: bool,
    /// Write the feature to this file, which must not be there yet [default: standard output, for a place beside FILE].
    #[arg(long, short, value_name = "FEATURE")]
    pub(crate) output: Option<PathBuf>,
}

/// Two descriptions of an account.
#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// The account before the change: what `aws iam get-account-authorization-details` wrote, a CloudFormation template, or what
    /// `terraform show -json` wrote.
    #[arg(value_name = "OLD")]
    pub(crate) old: PathBuf,
    /// The account after it; of an account and a template or plan only what that describes is compared.
    #[arg(value_name = "NEW")]
    pub(crate) new: PathBuf,
    /// A parameter of the templates.
    #[arg(long = "parameter", short, value_name = "NAME=VALUE", value_parser = parameter)]
    pub(crate) parameters: Vec<(String, String)>,
    /// Text for a pull request, or a feature of the account after the change.
    #[arg(long, value_name = "FORMAT", default_value = "markdown")]
    pub(crate) format: DiffFormat,
    /// Write it to this file, which must not be there yet [default: standard output].
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// End with exit code 1 where a verdict is another one, and with 3 where none is but not all can be told.
    #[arg(long)]
    pub(crate) exit_code: bool,
}

fn parameter(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("it is written NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// How a diff is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    /// Tables in Markdown.
    Markdown,
    /// A feature.
    Feature,
}

/// A project to begin with.
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// Where; files that are there stay as they are.
    #[arg(value_name = "FOLDER", default_value = ".")]
    pub(crate) folder: PathBuf,
}

/// The vocabulary.
#[derive(Debug, Args)]
pub(crate) struct StepsArgs {
    /// Only steps in which all these words stand.
    #[arg(value_name = "WORDS")]
    pub(crate) words: Vec<String>,
    /// How to write them.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: StepsFormat,
}

/// How the vocabulary is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum StepsFormat {
    /// For a terminal.
    Text,
    /// A page in Markdown, with examples.
    Md,
    /// For programs, with examples.
    Json,
    /// For the Cucumber extension of editors: Rust that it reads, and nobody compiles.
    Glue,
}

/// Where calls go. What is not given comes from the environment (`ROLECALL_TARGET` and so on) or `rolecall.toml`.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Target")]
pub(crate) struct TargetArgs {
    /// `embedded`, `localstack`, `aws`, an endpoint's URL, or the name of a table `[targets.NAME]` in rolecall.toml [default: embedded].
    #[arg(long, value_name = "TARGET")]
    pub(crate) target: Option<String>,
    /// The account that it must be; `--target aws` does nothing without it.
    #[arg(long, value_name = "ID")]
    pub(crate) account: Option<String>,
    /// The region of the calls.
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<String>,
    /// The profile of AWS's configuration files whose credentials administer the account.
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// One of another account, for `<OTHER_ACCOUNT_ID>` and its users.
    #[arg(long, value_name = "NAME")]
    pub(crate) other_profile: Option<String>,
    /// Certificates in PEM to trust beside the system's.
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_bundle: Option<String>,
    /// Allow an endpoint without TLS; only on loopback.
    #[arg(long)]
    pub(crate) insecure_http: bool,
    /// Let it be the management account of an organization; otherwise nothing is done on one.
    #[arg(long)]
    pub(crate) management_account: bool,
    /// The permissions boundary of every user and role that is made.
    #[arg(long, value_name = "ARN")]
    pub(crate) permissions_boundary: Option<String>,
    /// What instances are launched from there, whatever the feature says: an AMI's id, or words of its description.
    #[arg(long, value_name = "AMI")]
    pub(crate) instance_image: Option<String>,
    /// The type of instances there, whatever the feature says.
    #[arg(long, value_name = "TYPE")]
    pub(crate) instance_type: Option<String>,
    /// How long changes are given to arrive before a verdict rests on them [default: 10s on aws, 0s elsewhere].
    #[arg(long, value_name = "TIME")]
    pub(crate) settle: Option<String>,
    /// How long after that an unexpected answer is asked for again [default: 60s on aws, 0s elsewhere].
    #[arg(long, value_name = "TIME")]
    pub(crate) patience: Option<String>,
    /// The folder of the journals of what was made [default: .rolecall].
    #[arg(long, value_name = "DIR")]
    pub(crate) journal: Option<String>,
    /// The image of the LocalStack container.
    #[arg(long, value_name = "NAME:TAG")]
    pub(crate) image: Option<String>,
    /// Take verdicts for what they are where the target does not show that it enforces IAM; all outputs say so.
    #[arg(long)]
    pub(crate) accept_unproven: bool,
    /// Read this file of settings instead of rolecall.toml.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

impl TargetArgs {
    /// The value that was given.
    pub(crate) fn get(&self, key: Key) -> Option<String> {
        let on = |switch: bool| switch.then(|| "true".to_owned());
        match key {
            Key::Target => self.target.clone(),
            Key::Account => self.account.clone(),
            Key::Region => self.region.clone(),
            Key::Profile => self.profile.clone(),
            Key::OtherProfile => self.other_profile.clone(),
            Key::CaBundle => self.ca_bundle.clone(),
            Key::InsecureHttp => on(self.insecure_http),
            Key::ManagementAccount => on(self.management_account),
            Key::PermissionsBoundary => self.permissions_boundary.clone(),
            Key::InstanceImage => self.instance_image.clone(),
            Key::InstanceType => self.instance_type.clone(),
            Key::Settle => self.settle.clone(),
            Key::Patience => self.patience.clone(),
            Key::Journal => self.journal.clone(),
            Key::Image => self.image.clone(),
            Key::AcceptUnproven => on(self.accept_unproven),
        }
    }
}

/// Settings alone, and where they came from.
#[derive(Debug, Args)]
pub(crate) struct ConfigArgs {
    #[command(flatten)]
    pub(crate) target: TargetArgs,
}

/// What a target shows of itself.
#[derive(Debug, Args)]
pub(crate) struct ProbeArgs {
    #[command(flatten)]
    pub(crate) target: TargetArgs,
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

/// What is left of runs that did not end.
#[derive(Debug, Args)]
pub(crate) struct SweepArgs {
    /// Journals of runs; without one, all in the folder of journals.
    #[arg(value_name = "JOURNALS")]
    pub(crate) journals: Vec<PathBuf>,
    /// Look at what is tagged there, too: that whose time is over, whichever run made it.
    #[arg(long)]
    pub(crate) tagged: bool,
    /// Remove it; without this, it is only shown.
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
}

const FEATURES: &str = "features";

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

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// The port on 127.0.0.1; 0 picks a free one.
    #[arg(long, value_name = "N", default_value_t = 4566)]
    pub(crate) port: u16,
    /// Also write the variables here, without `export`, when the server is ready. Only its owner can read it.
    #[arg(long, value_name = "F")]
    pub(crate) env_file: Option<PathBuf>,
    /// An account of twelve digits; repeat it for several. The printed credentials are those of the first.
    #[arg(long = "account", value_name = "ID")]
    pub(crate) accounts: Vec<String>,
    /// The access key id of the first account's root user, in place of a drawn one.
    #[arg(long, value_name = "ID", requires = "admin_secret")]
    pub(crate) admin_key: Option<String>,
    /// Its secret access key.
    #[arg(
        long,
        value_name = "SECRET",
        env = "ROLECALL_ADMIN_SECRET",
        hide_env_values = true,
        requires = "admin_key"
    )]
    pub(crate) admin_secret: Option<SecretString>,
    /// Let the control route make the emulator as new (`POST /_rolecall/reset`).
    #[arg(long)]
    pub(crate) allow_reset: bool,
    /// Let Systems Manager run commands "on" instances, as programs on this machine.
    #[arg(long, env = "ROLECALL_ALLOW_COMMANDS", value_parser = FalseyValueParser::new())]
    pub(crate) allow_commands: bool,
    #[command(flatten)]
    pub(crate) faults: FaultArgs,
}

/// What is played of AWS's own weaknesses.
#[derive(Debug, Args)]
#[command(next_help_heading = "AWS's weaknesses")]
pub(crate) struct FaultArgs {
    /// Changes of IAM, of bucket policies and of public access blocks are seen late: by this much at most, and a quarter of it at
    /// least, by IAM, STS, S3 and all others each at a time of its own. Such as `3s`.
    #[arg(long, value_name = "DURATION", value_parser = fault_duration)]
    pub(crate) eventual_consistency: Option<Duration>,
    /// How many calls an account may make to a service in a second.
    #[arg(long, value_name = "RATE")]
    pub(crate) throttle: Option<Rate>,
    /// How long each answer is held back, exactly. Such as `50ms`.
    #[arg(long, value_name = "DURATION", value_parser = fault_duration)]
    pub(crate) latency: Option<Duration>,
    /// Let the first N calls of an operation fail, such as `iam:CreateRole:ServiceFailure:2`; repeat it for several. Beside the
    /// service's codes there are `connection-reset` and `no-answer-but-done`.
    #[arg(long = "fail", value_name = "SERVICE:OPERATION:CODE:N")]
    pub(crate) failures: Vec<Failure>,
    /// What the delays follow from.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
}

#[derive(Debug, Args)]
pub(crate) struct DecideArgs {
    /// A request in JSON, or one on each line; `-` is standard input. docs/decide.md has its fields.
    #[arg(value_name = "FILE", default_value = "-")]
    pub(crate) file: PathBuf,
    /// How to answer.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: AnswerFormat,
    /// Tell of each statement what became of it.
    #[arg(long)]
    pub(crate) trace: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AnswerFormat {
    /// For people, with the explanation.
    Text,
    /// For programs: an object on one line for each request.
    Json,
}

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
