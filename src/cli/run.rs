//! `rolecall run`: reads features, runs them on a target, and shows what became of them.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::{self, Stdout};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use chrono::Utc;
use evidence::console::{Console, Detail, Progress};
use evidence::{Event, EventKind, Format, Record, RunInfo, ScenarioRef};
use harness::{Beside, Commands, RunPlan, Selection};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use target::Target;

use crate::args::RunArgs;
use crate::chosen::{Chosen, NoTarget};
use crate::controls;
use crate::diagnostic::Diagnostic;
use crate::dry_run;
use crate::evidence_folder::{self, EvidenceFolder};
use crate::features;
use crate::keys::signing_key;
use crate::output::{UntilClosed, say};
use crate::plan::{Rehearsal, plan_of};
use crate::programs;
use crate::provenance::{run_info, secrets_of_environment};
use crate::repository::Repository;
use crate::rerun;
use crate::settings::{Key, Settings};
use crate::status::Status;
use crate::stop::on_target;
use crate::telling::{Telling, Told};
use crate::terminal::Surroundings;
use crate::watch::watch;

pub(crate) fn run(args: &RunArgs, surroundings: &Surroundings) -> Status {
    match args.watch {
        true => told(block_on(watch(args, surroundings)), surroundings),
        false => told(block_on(run_on_target(args, surroundings)), surroundings),
    }
}

/// How a command ended, of which the user is told why it could not do its work.
pub(crate) fn told(ended: io::Result<Result<Status, NoTarget>>, surroundings: &Surroundings) -> Status {
    match ended {
        Ok(Ok(status)) => status,
        Ok(Err(trouble)) => {
            trouble.diagnostic.print(surroundings);
            trouble.status
        }
        Err(error) => {
            Diagnostic::new(format!("nothing can be begun: {error}")).print(surroundings);
            Status::Inconclusive
        }
    }
}

pub(crate) async fn run_on_target(args: &RunArgs, surroundings: &Surroundings) -> Result<Status, NoTarget> {
    let settings = Settings::of(&args.target)?;
    let chosen = Chosen::of(&settings).await?;
    let plan = match plan(args, chosen.is_far(), settings.is_on(Key::AcceptUnproven)?) {
        Ok(plan) => plan,
        Err(troubles) => {
            troubles.iter().for_each(|trouble| trouble.print(surroundings));
            return Ok(Status::Usage);
        }
    };
    if plan.features.is_empty() {
        let paths = args.paths.iter().map(|path| format!("`{}`", path.display()));
        let message = format!("there is no `.feature` file below {}", paths.collect::<Vec<_>>().join(", "));
        Diagnostic::new(message).print(surroundings);
    }
    if args.list {
        return listed(&plan);
    }
    if args.dry_run {
        let expected = plan.dry_run(|name| chosen.capability(name));
        let (text, status) = dry_run::told(chosen.name(), &expected, args.verbose, surroundings.width);
        say(&text)?;
        return Ok(status);
    }
    if args.plan {
        return rehearsed(plan, chosen).await;
    }
    if args.evidence_formats.contains(&Format::Asff) && !chosen.is_aws() {
        let none =
            Diagnostic::new("findings of Security Hub are about an account of AWS, and the target is none");
        let help = "`rolecall report DIR --format asff --account ID --region REGION` makes them of the run's journal, marked as what they are";
        return Err(none.help(help).into());
    }
    let mut plan = plan;
    let mut folder = None;
    let mut repository = None;
    if let Some(path) = evidence_folder::place(args, chosen.run()) {
        let first = plan.features.first().map(|feature| Path::new(feature.path()));
        repository = Repository::around(first.and_then(Path::parent).unwrap_or(Path::new("")));
        plan.info = run_info(chosen.run().to_owned(), args, &settings, &plan.features, repository.as_ref())?;
        plan.beside = Beside::listening(Utc::now, !chosen.is_far(), secrets_of_environment());
        let key = signing_key(args.evidence_key.as_deref())?;
        folder = Some(EvidenceFolder::begin(path, key, &args.evidence_formats)?);
    } else if !args.evidence_formats.is_empty() || args.evidence_key.is_some() {
        let what = match args.evidence_key {
            Some(_) => "no evidence is left, so none is signed by the key of `--evidence-key`",
            None => "no evidence is left, so none in the format of `--evidence-format`",
        };
        return Err(Diagnostic::new(what).help("add `--evidence DIR`").into());
    } else {
        // A slip is told here as well, not only where evidence is left.
        controls::files(&args.paths).iter().try_for_each(|path| controls::read(path).map(|_| ()))?;
    }
    let beside = plan.beside.clone();
    let leaves_evidence = folder.is_some();
    let telling = Telling::begin(beside.scribe(), repository, folder, Display::new(args, surroundings));
    let mut log = Vec::new();
    let tell = |note| telling.take(note);
    let plan = Cell::new(Some(plan));
    let run = async |target: Rc<dyn Target>| {
        let Some(plan) = plan.take() else { return Ok(()) };
        let cleaned = harness::note(plan, target.clone(), Utc::now, tell).await;
        log = target.log();
        cleaned
    };
    let cleaned = on_target(chosen, &beside, tell, run, surroundings).await;
    if let (Err(trouble), Some(plan)) = (&cleaned, plan.take().filter(|_| leaves_evidence)) {
        harness::note_none(plan, Utc::now, tell, trouble.diagnostic.message.clone());
    }
    let wrong = |diagnostic| NoTarget { diagnostic, status: Status::Inconclusive };
    let Told { folder, display, .. } = telling.end().map_err(wrong)?;
    let (record, error) = display.finish();
    let mut status = Status::from(record.exit());
    if let Some(folder) = folder {
        let signed = folder.signed();
        match folder.finish(&record) {
            Ok(path) => eprintln!("the evidence is in {}, {signed}", path.display()),
            Err(trouble) => {
                trouble.print(surroundings);
                // Whoever asked for evidence and has none can't tell.
                status = if status == Status::Passed { Status::Inconclusive } else { status };
            }
        }
    }
    let cleaned = cleaned?;
    if let Some(path) = &args.rerun {
        rerun::write(path, &record)?;
    }
    if status != Status::Passed && !log.is_empty() {
        keep(&log, &settings)?;
    }
    let at_least = |status| if status == Status::Passed { Status::Inconclusive } else { status };
    if let Err(left) = cleaned {
        let left = Diagnostic::new(left.to_string());
        left.help("`rolecall sweep` shows what is left, and `rolecall sweep --yes` removes it")
            .print(surroundings);
        return Ok(at_least(status));
    }
    let Some(error) = error else { return Ok(status) };
    Diagnostic::new(format!("standard output can't be written: {error}")).print(surroundings);
    Ok(at_least(status))
}

/// Keeps what the target itself said, beside the journals.
fn keep(log: &[String], settings: &Settings) -> Result<(), Diagnostic> {
    let folder = PathBuf::from(settings.text(Key::Journal).unwrap_or_default());
    let path = folder.join("target.log");
    let written =
        std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&path, log.join("\n") + "\n"));
    let place = path.display();
    written.map_err(|error| {
        Diagnostic::new(format!("the target's log can't be written to `{place}`: {error}"))
    })?;
    eprintln!("the target's own log is in {place}");
    Ok(())
}

/// The scenarios that would be run, a line each.
fn listed(plan: &RunPlan) -> Result<Status, NoTarget> {
    let scenarios = plan.scenarios();
    let line = |it: &ScenarioRef| format!("{}:{}  {}\n", it.path, it.line, it.name);
    say(&scenarios.iter().map(line).collect::<String>())?;
    Ok(if scenarios.is_empty() { Status::NothingSelected } else { Status::Passed })
}

async fn rehearsed(plan: RunPlan, chosen: Chosen) -> Result<Status, NoTarget> {
    let Chosen::Far(far) = chosen else {
        return Err(Diagnostic::new(
            "this target is gone after the run, with all that is made: there is nothing to plan",
        )
        .into());
    };
    let target = Rc::new(Rehearsal::of(far.connection.clone()));
    let mut record = Record::default();
    harness::run(plan, target, Utc::now, |event| record.apply(event)).await?;
    say(&plan_of(&record, &far.connection))?;
    Ok(if record.scenarios.is_empty() { Status::NothingSelected } else { Status::Passed })
}

/// Scenarios are futures of one thread, as cucumber runs them.
pub(crate) fn block_on<T>(run: impl Future<Output = T>) -> io::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(tokio::task::LocalSet::new().block_on(&runtime, run))
}

pub(crate) fn plan(args: &RunArgs, far: bool, accept_unproven: bool) -> Result<RunPlan, Vec<Diagnostic>> {
    let selection = Selection::new(args.tags.as_deref(), args.name.as_deref())
        .map_err(|error| Diagnostic::new(error.to_string()));
    let path = std::env::var("PATH").unwrap_or_default();
    let mut plan = match (features::read(&args.paths), selection.as_ref()) {
        (Ok(features), Ok(_)) => RunPlan {
            info: RunInfo::default(),
            beside: Beside::default(),
            features,
            selection: Selection::default(),
            jobs: args.jobs(far),
            fail_fast: args.fail_fast,
            accept_unproven,
            slow: args.slow,
            surroundings: BTreeMap::from([("aws-cli".to_owned(), aws_cli(args, &path))]),
            commands: Commands { allowed: args.allow_commands, path },
            files: features::FILES,
        },
        (features, _) => {
            return Err(selection.err().into_iter().chain(features.err().into_iter().flatten()).collect());
        }
    };
    let places = args.rerun.as_deref().map(|path| rerun::read(path, &plan.scenarios())).transpose();
    let places = places.map_err(|error| vec![error])?.flatten();
    plan.selection = selection.map_err(|error| vec![error])?;
    if let Some(places) = places {
        plan.selection = plan.selection.among(places);
    }
    Ok(plan)
}

/// Whether features may run the AWS CLI, and can: one that runs commands is code, so the user has to want it.
fn aws_cli(args: &RunArgs, path: &str) -> Result<(), String> {
    if !args.allow_commands {
        return Err("needs aws-cli: features run no commands without `--allow-commands`".to_owned());
    }
    programs::on_path("aws", path).map_err(|reason| format!("needs aws-cli: {reason}"))
}

/// The lines on standard output, and on a terminal the progress on standard error.
pub(crate) struct Display {
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

    pub(crate) fn show(&mut self, event: &Event) {
        self.progress.apply(event);
        // Lines and bar share the terminal, so the bar steps aside for them; lines come at the ends of scenarios.
        let printed = match event.kind {
            EventKind::TargetTested { .. }
            | EventKind::ScenarioFinished { .. }
            | EventKind::RunStopped { .. }
            | EventKind::RunFinished { .. } => self.bar.suspend(|| self.console.event(event)),
            _ => self.console.event(event),
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
