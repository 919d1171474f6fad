//! `rolecall run --watch`: runs, and runs again what a change is about, until it is told to stop.

mod seen;

use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::args::RunArgs;
use crate::chosen::NoTarget;
use crate::diagnostic::Diagnostic;
use crate::output::say;
use crate::run::run_on_target;
use crate::settings::settings_file;
use crate::status::Status;
use crate::stop::told_to_stop;
use crate::terminal::Surroundings;
use seen::{Affected, Seen};

/// How often the files are looked at. Asking the file system costs little, works on every kind of it, and needs no library:
/// `notify` would turn on a feature of `mio`, and with it build tokio and all SDKs anew.
const PAUSE: Duration = Duration::from_millis(40);

/// Of many files it is less often, so that no more than a tenth of a processor is spent.
const SHARE: u32 = 10;

/// For how long nothing may change before it is run: editors write a file in several steps.
const QUIET: Duration = Duration::from_millis(20);

/// Ends with how the last run ended.
pub(crate) async fn watch(args: &RunArgs, surroundings: &Surroundings) -> Result<Status, NoTarget> {
    let stop = told_to_stop().map_err(|error| Diagnostic::new(format!("signals can't be heard: {error}")))?;
    tokio::pin!(stop);
    let settings = settings_file(&args.target);
    // Looked at before the run, so that no change during it is missed.
    let mut seen = Seen::of(&args.paths, &settings);
    clear(surroundings)?;
    // There would be a folder for each change.
    let args = &RunArgs { no_evidence: true, ..args.clone() };
    let mut status = run(args, surroundings).await;
    loop {
        say(&format!("watching {}; Ctrl-C ends it\n", seen.counted()))?;
        let affected = tokio::select! {
            biased;
            () = &mut stop => return Ok(status),
            affected = changed(&mut seen, args, &settings) => affected,
        };
        let paths = match affected {
            Affected::Everything => args.paths.clone(),
            Affected::Features(features) => features,
        };
        clear(surroundings)?;
        say(&format!("changed: {}\n", seen.changed().join(", ")))?;
        if !paths.is_empty() {
            status = run(&RunArgs { paths, ..args.clone() }, surroundings).await;
        }
    }
}

/// A run of which all that is wrong is told, and no more: what is being written may be wrong for a while.
async fn run(args: &RunArgs, surroundings: &Surroundings) -> Status {
    run_on_target(args, surroundings).await.unwrap_or_else(|trouble| {
        trouble.diagnostic.print(surroundings);
        trouble.status
    })
}

/// Waits for a change, and until it is whole.
async fn changed(seen: &mut Seen, args: &RunArgs, settings: &Path) -> Affected {
    let mut took = Duration::ZERO;
    loop {
        tokio::time::sleep(PAUSE.max(took * SHARE)).await;
        let began = Instant::now();
        let mut now = Seen::of_again(seen, &args.paths, settings);
        took = began.elapsed();
        if now.is_as(seen) {
            continue;
        }
        loop {
            tokio::time::sleep(QUIET).await;
            let then = Seen::of_again(&now, &args.paths, settings);
            if then.is_as(&now) {
                break;
            }
            now = then;
        }
        let affected = now.compared(seen);
        *seen = now;
        return affected;
    }
}

/// An empty screen, where somebody looks at one.
fn clear(surroundings: &Surroundings) -> Result<(), Diagnostic> {
    if surroundings.output_on_terminal {
        let mut output = io::stdout();
        let cleared = output.write_all(b"\x1b[2J\x1b[H").and_then(|()| output.flush());
        cleared.map_err(|error| Diagnostic::new(format!("standard output can't be written: {error}")))?;
    }
    Ok(())
}
