//! `rolecall run`: reads features, runs them on the embedded AWS, and shows what became of them.

use std::collections::BTreeMap;
use std::io::{self, Stdout};
use std::rc::Rc;

use chrono::Utc;
use evidence::console::{Console, Detail, Progress};
use evidence::{Event, EventKind, Record};
use harness::{Commands, RunPlan, Selection};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use target::Embedded;

use crate::args::RunArgs;
use crate::diagnostic::Diagnostic;
use crate::features;
use crate::output::UntilClosed;
use crate::programs;
use crate::status::Status;
use crate::terminal::Surroundings;

pub(crate) fn run(args: &RunArgs, surroundings: &Surroundings) -> Status {
    let plan = match plan(args) {
        Ok(plan) => plan,
        Err(troubles) => {
            troubles.iter().for_each(|trouble| trouble.print(surroundings));
            return Status::Usage;
        }
    };
    if plan.features.is_empty() {
        let paths = args.paths.iter().map(|path| format!("`{}`", path.display()));
        let message = format!("there is no `.feature` file below {}", paths.collect::<Vec<_>>().join(", "));
        Diagnostic::new(message).print(surroundings);
    }
    let mut display = Display::new(args, surroundings);
    if let Err(error) = block_on(harness::run(plan, Rc::new(Embedded::new(Utc::now)), Utc::now, |event| {
        display.show(&event);
    })) {
        Diagnostic::new(format!("the run can't begin: {error}")).print(surroundings);
        return Status::Inconclusive;
    }
    let (record, error) = display.finish();
    let status = record.exit().into();
    let Some(error) = error else { return status };
    Diagnostic::new(format!("standard output can't be written: {error}")).print(surroundings);
    if status == Status::Passed { Status::Inconclusive } else { status }
}

/// Scenarios are futures of one thread, as cucumber runs them.
fn block_on<Run: Future<Output = ()>>(run: Run) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    tokio::task::LocalSet::new().block_on(&runtime, run);
    Ok(())
}

fn plan(args: &RunArgs) -> Result<RunPlan, Vec<Diagnostic>> {
    let selection = Selection::new(args.tags.as_deref(), args.name.as_deref())
        .map_err(|error| Diagnostic::new(error.to_string()));
    let path = std::env::var("PATH").unwrap_or_default();
    match (features::read(&args.paths), selection) {
        (Ok(features), Ok(selection)) => Ok(RunPlan {
            features,
            selection,
            jobs: args.jobs(),
            fail_fast: args.fail_fast,
            surroundings: BTreeMap::from([("aws-cli".to_owned(), aws_cli(args, &path))]),
            commands: Commands { allowed: args.allow_commands, path },
        }),
        (features, selection) => {
            Err(selection.err().into_iter().chain(features.err().into_iter().flatten()).collect())
        }
    }
}

/// Whether features may run the AWS CLI, and can: one that runs commands is code, so the user has to want it.
fn aws_cli(args: &RunArgs, path: &str) -> Result<(), String> {
    if !args.allow_commands {
        return Err("needs aws-cli: features run no commands without `--allow-commands`".to_owned());
    }
    programs::on_path("aws", path).map_err(|reason| format!("needs aws-cli: {reason}"))
}

/// The lines on standard output, and on a terminal the progress on standard error.
struct Display {
    console: Console<UntilClosed<Stdout>>,
    error: Option<io::Error>,
    progress: Progress,
    bar: ProgressBar,
    /// Whether to show the bar, once it is known how long it is.
    watched: bool,
}

impl Display {
    fn new(args: &RunArgs, surroundings: &Surroundings) -> Display {
        let detail = match (args.quiet, args.verbose) {
            (true, _) => Detail::Quiet,
            (_, true) => Detail::Verbose,
            _ => Detail::Normal,
        };
        let bar = ProgressBar::hidden();
        if let Ok(style) = ProgressStyle::with_template("{bar:20} {pos}/{len} {wide_msg}") {
            bar.set_style(style);
        }
        Display {
            console: Console::new(UntilClosed::new(io::stdout()), surroundings.page(detail)),
            error: None,
            progress: Progress::default(),
            bar,
            watched: surroundings.errors_on_terminal,
        }
    }

    fn show(&mut self, event: &Event) {
        self.progress.apply(event);
        // Lines and bar share the terminal, so the bar steps aside for them; lines come at the ends of scenarios.
        let printed = match event.kind {
            EventKind::ScenarioStarted { .. } | EventKind::Called { .. } | EventKind::StepFinished { .. } => {
                self.console.event(event)
            }
            _ => self.bar.suspend(|| self.console.event(event)),
        };
        self.error = self.error.take().or(printed.err());
        self.bar.set_length(self.progress.total as u64);
        if self.watched && self.bar.is_hidden() {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.set_position(self.progress.done as u64);
        self.bar.set_message(message(&self.progress));
    }

    /// What the run amounts to, and the first error of standard output.
    fn finish(self) -> (Record, Option<io::Error>) {
        self.bar.finish_and_clear();
        (self.console.into_parts().0, self.error)
    }
}

fn message(progress: &Progress) -> String {
    let failed = (progress.failed > 0).then(|| format!("{} failed", progress.failed));
    let unknown = (progress.inconclusive > 0).then(|| format!("{} could not tell", progress.inconclusive));
    let current = progress.current().map(str::to_owned);
    [failed, unknown, current].into_iter().flatten().collect::<Vec<_>>().join("; ")
}
