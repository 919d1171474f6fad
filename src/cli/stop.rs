//! How somebody tells a command to stop, and what is done then.

use std::io;
use std::rc::Rc;

use chrono::Utc;
use harness::{Beside, Note};
use target::{Target, TargetError};

use crate::chosen::{Chosen, NoTarget};
use crate::diagnostic::Diagnostic;
use crate::status::Status;
use crate::terminal::Surroundings;

/// Reaches the target and does `work` there, which removes what it makes; told to stop before, tells `sink` and removes it
/// here. `beside` looks on.
///
/// # Errors
/// Where the target can't be had, or is not waited for any more. Inside: what could not be removed.
pub(crate) async fn on_target(
    chosen: Chosen,
    beside: &Beside,
    sink: impl FnMut(Note),
    work: impl AsyncFnOnce(Rc<dyn Target>) -> Result<(), TargetError>,
    surroundings: &Surroundings,
) -> Result<Result<(), TargetError>, NoTarget> {
    let stop = told_to_stop().map_err(|error| Diagnostic::new(format!("signals can't be heard: {error}")))?;
    tokio::pin!(stop);
    let bystander = beside.reaching();
    let (target, journal) = tokio::select! {
        target = chosen.target(&bystander) => target?,
        () = &mut stop => {
            let diagnostic = Diagnostic::new("told to stop before the target was there");
            return Err(NoTarget { diagnostic, status: Status::Inconclusive });
        }
    };
    let worked = tokio::select! {
        cleaned = work(target.clone()) => Some(cleaned),
        () = &mut stop => None,
    };
    let cleaned = match worked {
        Some(cleaned) => cleaned,
        None => {
            Diagnostic::new("told to stop: removing what was made").print(surroundings);
            beside.stop(target.as_ref(), Utc::now, sink, "told to stop by a signal".to_owned()).await
        }
    };
    if let (Ok(()), Some(journal)) = (&cleaned, journal) {
        // It tells of nothing that is there any more; the sweep would remove it, too.
        let _ = std::fs::remove_file(journal);
    }
    Ok(cleaned)
}

/// Ends at Ctrl-C, or at what service managers and containers send. Listens from now on, not from the first poll.
#[cfg(unix)]
pub(crate) fn told_to_stop() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Ends at Ctrl-C.
#[cfg(not(unix))]
pub(crate) fn told_to_stop() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
