//! `rolecall sweep`: removes what runs that did not end left on a target, and nothing else.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use chrono::Utc;
use target::{Leftovers, Sweep, Thing};

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
    let Chosen::Far(far) = Chosen::of(&settings).await? else {
        return Err(Diagnostic::new("only an endpoint and AWS can be swept").into());
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
    say(&(shown(&things, args.yes) + &told.elsewhere))?;
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

fn shown(things: &BTreeMap<Thing, bool>, removed: bool) -> String {
    if things.is_empty() {
        return "nothing is left\n".to_owned();
    }
    let line = |(thing, certain): (&Thing, &bool)| {
        let maybe = if *certain { "" } else { " (if it was made)" };
        format!("  {:16}  {}{maybe}\n", thing.kind.words(), thing.name)
    };
    let lines: String = things.iter().map(line).collect();
    match removed {
        true => format!("removing:\n{lines}"),
        false => format!("left behind:\n{lines}nothing was done; `--yes` removes it\n"),
    }
}
