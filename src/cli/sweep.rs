//! `rolecall sweep`: removes what runs that did not end left on a target, and nothing else.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use chrono::Utc;
use target::{LeftOver, Leftovers, LocalStackError, Sweep, TargetError, Thing};

use crate::args::SweepArgs;
use crate::chosen::{Chosen, Far, NoTarget};
use crate::diagnostic::Diagnostic;
use crate::output::say;
use crate::run::{block_on, told};
use crate::settings::Settings;
use crate::status::Status;
use crate::terminal::Surroundings;

pub(crate) fn sweep(args: &SweepArgs, surroundings: &Surroundings) -> Status {
    told(block_on(swept(args)), surroundings)
}

async fn swept(args: &SweepArgs) -> Result<Status, NoTarget> {
    let settings = Settings::of(&args.target)?;
    let far = match Chosen::of(&settings).await? {
        Chosen::Far(far) => far,
        Chosen::LocalStack(..) => return containers(args).await,
        Chosen::Embedded { .. } => {
            return Err(
                Diagnostic::new("the embedded target is gone after the run, with all that was made").into()
            );
        }
    };
    let sweep = Sweep::new(&far.connection, far.patience()).await?;
    let is_here =
        |thing: &Thing| thing.account == sweep.account().as_str() && thing.region == far.connection.region;
    let told = Told::of(args, &far, is_here)?;
    let mut things = told.things;
    if args.tagged {
        sweep.tagged(Utc::now()).await?.into_iter().for_each(|thing| {
            things.entry(thing).or_insert(true);
        });
    }
    say(&(shown(things.iter().map(line).collect(), args.yes) + &told.elsewhere))?;
    if things.is_empty() || !args.yes {
        return Ok(Status::Passed);
    }
    let mut left = Vec::new();
    for (thing, certain) in &things {
        if let Err(reason) = sweep.remove(thing, *certain).await {
            left.push(format!("{} {}: {reason}", thing.kind.words(), thing.name));
        }
    }
    if !left.is_empty() {
        let message = format!("could not be removed: {}", left.join("; "));
        return Err(NoTarget { diagnostic: Diagnostic::new(message), status: Status::Inconclusive });
    }
    for path in told.done {
        std::fs::remove_file(&path)
            .map_err(|error| Diagnostic::new(format!("`{}` can't be removed: {error}", path.display())))?;
    }
    Ok(Status::Passed)
}

/// Containers whose runs were killed.
async fn containers(args: &SweepArgs) -> Result<Status, NoTarget> {
    let trouble = |error: LocalStackError| TargetError::Unreachable(error.to_string());
    let mut dead = LeftOver::all().await.map_err(trouble)?;
    dead.retain(|container| !container.process.is_some_and(lives));
    let lines = dead.iter().map(|container| format!("  {:16}  of run {}\n", "container", container.run));
    say(&shown(lines.collect(), args.yes))?;
    for container in dead.iter().filter(|_| args.yes) {
        container.remove().await.map_err(trouble)?;
    }
    Ok(Status::Passed)
}

/// Whether a process is there, as far as this machine can tell; one that it can't tell of is left alone.
fn lives(process: u32) -> bool {
    let folder = Path::new("/proc").join(process.to_string());
    match Path::new("/proc/self").exists() {
        true => folder.exists(),
        false => match Command::new("ps").args(["-p", &process.to_string()]).output() {
            Ok(output) => output.status.success(),
            Err(_) => true,
        },
    }
}

/// What the journals leave to be removed.
#[derive(Default)]
struct Told {
    things: BTreeMap<Thing, bool>,
    /// Journals that have nothing to tell any more when those things are gone.
    done: Vec<PathBuf>,
    /// What is left alone, in lines.
    elsewhere: String,
}

impl Told {
    /// Of runs on this target that have ended; of what they made, that which `is_here`.
    fn of(args: &SweepArgs, far: &Far, is_here: impl Fn(&Thing) -> bool) -> Result<Told, Diagnostic> {
        let journals = match args.journals.is_empty() {
            true => far
                .journals()
                .map_err(|error| Diagnostic::new(format!("the journals can't be found: {error}")))?,
            false => args.journals.clone(),
        };
        let mut told = Told::default();
        for path in journals {
            let Some(left) = read(&path)? else {
                told.elsewhere.push_str(&format!("left alone: {}, whose run goes on\n", path.display()));
                continue;
            };
            let target = left.target.unwrap_or_else(|| far.connection.name.clone());
            if target != far.connection.name {
                let line = format!("left alone: {}, of the target {target}\n", path.display());
                told.elsewhere.push_str(&line);
                continue;
            }
            let (here, elsewhere): (BTreeMap<Thing, bool>, BTreeMap<Thing, bool>) =
                left.things.into_iter().partition(|(thing, _)| is_here(thing));
            told.things.extend(here);
            if elsewhere.is_empty() {
                told.done.push(path);
                continue;
            }
            let mut places: Vec<String> = elsewhere
                .keys()
                .map(|thing| format!("account {} in {}", thing.account, thing.region))
                .collect();
            places.dedup();
            let line = format!(
                "left alone: {} in {}, told by {}\n",
                elsewhere.len(),
                places.join(", "),
                path.display()
            );
            told.elsewhere.push_str(&line);
        }
        Ok(told)
    }
}

/// A journal; `None`: the run that writes it goes on, and holds its lock.
fn read(path: &Path) -> Result<Option<Leftovers>, Diagnostic> {
    let unreadable = |error: &dyn std::fmt::Display| {
        Diagnostic::new(format!("`{}` can't be read: {error}", path.display()))
    };
    let mut file = File::open(path).map_err(|error| unreadable(&error))?;
    match file.try_lock_shared() {
        Ok(()) => {}
        Err(std::fs::TryLockError::WouldBlock) => return Ok(None),
        Err(std::fs::TryLockError::Error(error)) => return Err(unreadable(&error)),
    }
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(|error| unreadable(&error))?;
    let left = Leftovers::of(&text);
    left.map(Some).map_err(|(line, error)| unreadable(&format!("line {line}: {error}")))
}

fn line((thing, certain): (&Thing, &bool)) -> String {
    let maybe = if *certain { "" } else { " (if it was made)" };
    format!("  {:16}  {}{maybe}\n", thing.kind.words(), thing.name)
}

fn shown(lines: String, removed: bool) -> String {
    match (lines.is_empty(), removed) {
        (true, _) => "nothing is left\n".to_owned(),
        (false, true) => format!("removing:\n{lines}"),
        (false, false) => format!("left behind:\n{lines}nothing was done; `--yes` removes it\n"),
    }
}
