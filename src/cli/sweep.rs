//! `rolecall sweep`: removes what runs that did not end left on a target, and nothing else.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chrono::Utc;
use target::{Leftovers, Sweep, Thing};

use crate::args::SweepArgs;
use crate::chosen::{Chosen, Far, NoTarget};
use crate::diagnostic::Diagnostic;
use crate::output::UntilClosed;
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
    let (mut things, read) = told_by_journals(args, &far)?;
    let sweep = Sweep::new(&far.connection, far.patience()).await?;
    things.retain(|thing, _| thing.account == sweep.account().as_str());
    if args.tagged {
        sweep.tagged(Utc::now()).await?.into_iter().for_each(|thing| {
            things.entry(thing).or_insert(true);
        });
    }
    say(&shown(&things, args.yes))?;
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
    // What they told of is gone, so they have nothing to tell any more.
    for path in read {
        std::fs::remove_file(&path)
            .map_err(|error| Diagnostic::new(format!("`{}` can't be removed: {error}", path.display())))?;
    }
    Ok(Status::Passed)
}

/// What the journals leave to be removed, and which were read.
fn told_by_journals(
    args: &SweepArgs,
    far: &Far,
) -> Result<(BTreeMap<Thing, bool>, Vec<PathBuf>), Diagnostic> {
    let unreadable =
        |path: &Path, error: &str| Diagnostic::new(format!("`{}` can't be read: {error}", path.display()));
    let journals = match args.journals.is_empty() {
        true => far
            .journals()
            .map_err(|error| Diagnostic::new(format!("the journals can't be found: {error}")))?,
        false => args.journals.clone(),
    };
    let mut things = BTreeMap::new();
    for path in &journals {
        let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, &error.to_string()))?;
        let left = Leftovers::of(&text)
            .map_err(|(line, error)| unreadable(path, &format!("line {line}: {error}")))?;
        things.extend(left.things);
    }
    Ok((things, journals))
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

fn say(text: &str) -> Result<(), Diagnostic> {
    let mut output = UntilClosed::new(io::stdout());
    let said = output.write_all(text.as_bytes()).and_then(|()| output.flush());
    said.map_err(|error| Diagnostic::new(format!("standard output can't be written: {error}")))
}
