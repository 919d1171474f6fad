//! What happens beside the scenarios of a run: reaching the target before it, and removing what is left after it.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use evidence::{EventKind, Purpose};
use secrecy::SecretString;
use target::{Bystander, Target, TargetError};

use crate::pace::Pace;
use crate::recorder::Recorder;
use crate::scribe::{Note, Scribe};
use crate::selected::Selected;
use crate::teller::Teller;
use crate::wiretap::{Listening, Wiretap};

/// Looks at what goes over the wire, where that is wanted; clones share what they saw. The usual one sees nothing.
#[derive(Clone, Default)]
pub struct Beside {
    pub(crate) recorder: Recorder,
    /// `None`: nobody looks.
    pub(crate) listens: Option<Listening>,
    /// What must not be written down, wherever it turns up.
    pub(crate) secrets: Vec<SecretString>,
}

impl Beside {
    /// One that looks, for evidence. `clock` gives the times; `in_process`: an emulator in this process answers;
    /// `secrets` are not written down, wherever they turn up.
    pub fn listening(
        clock: impl Fn() -> DateTime<Utc> + Send + Sync + 'static,
        in_process: bool,
        secrets: Vec<SecretString>,
    ) -> Self {
        let listening = Listening { clock: Arc::new(clock), in_process };
        let tap = Wiretap::new(listening.clone());
        Self { recorder: Recorder::new(Pace::default(), Some(tap)), listens: Some(listening), secrets }
    }

    /// Sees the calls that reach the target.
    pub fn reaching(&self) -> impl Bystander {
        self.recorder.overhearing(Purpose::Reach)
    }

    /// Makes events of the notes of a run.
    pub fn scribe(&self) -> Scribe {
        Scribe::new(self.secrets.clone())
    }

    /// Notes that a run is stopped and for which `reason`, and removes what it has left on `target`.
    ///
    /// # Errors
    /// What could not be removed.
    pub async fn stop(
        &self,
        target: &dyn Target,
        clock: impl Fn() -> DateTime<Utc>,
        sink: impl FnMut(Note),
        reason: String,
    ) -> Result<(), TargetError> {
        let mut teller = Teller::new(&Selected::default(), false, clock, sink);
        teller.stop(reason, &self.recorder);
        clean_up(target, self, &mut teller).await
    }
}

/// Removes what scenarios have left on `target`, and tells it.
pub(crate) async fn clean_up<Clock: Fn() -> DateTime<Utc>, Sink: FnMut(Note)>(
    target: &dyn Target,
    beside: &Beside,
    teller: &mut Teller<Clock, Sink>,
) -> Result<(), TargetError> {
    let began = teller.now();
    let cleaned = target.clean_up(&beside.recorder.overhearing(Purpose::CleanUp)).await;
    beside.recorder.others(|_| {});
    teller.tell_what_happened(None, &beside.recorder, false);
    let duration = (teller.now() - began).to_std().unwrap_or(Duration::ZERO);
    teller.tell(EventKind::CleanedUp { scenario: None, left: left(&cleaned), duration });
    cleaned
}

/// What could not be removed, each with the reason.
pub(crate) fn left(cleaned: &Result<(), TargetError>) -> Vec<String> {
    match cleaned {
        Ok(()) => Vec::new(),
        Err(TargetError::Left(left)) => left.clone(),
        Err(other) => vec![other.to_string()],
    }
}
