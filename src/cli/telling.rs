//! Tells of a run in a thread of its own: no call waits until the one before is read, masked and written down.

use std::path::Path;
use std::sync::mpsc::{self, SyncSender};
use std::thread::{self, JoinHandle};

use evidence::{Event, EventKind};
use harness::{Note, Scribe};

use crate::diagnostic::Diagnostic;
use crate::evidence_folder::EvidenceFolder;
use crate::repository::Repository;
use crate::run::Display;

/// How many notes may wait; then the run waits for them, so that a run which is killed loses few.
const WAITING: usize = 64;

/// Writes the evidence and shows what happens.
pub(crate) struct Telling {
    notes: SyncSender<Note>,
    teller: JoinHandle<Told>,
}

/// What was written and shown.
pub(crate) struct Told {
    pub(crate) folder: Option<EvidenceFolder>,
    pub(crate) display: Display,
    repository: Option<Repository>,
}

impl Told {
    fn tell(&mut self, event: &mut Event) {
        if let (EventKind::FileRead { file }, Some(repository)) = (&mut event.kind, &self.repository) {
            file.differs = !repository.holds(&[Path::new(&file.path)]);
        }
        self.folder.iter_mut().for_each(|folder| folder.write(event));
        self.display.show(event);
    }
}

impl Telling {
    /// `repository`: the one from whose commit the run is.
    pub(crate) fn begin(
        mut scribe: Scribe,
        repository: Option<Repository>,
        folder: Option<EvidenceFolder>,
        display: Display,
    ) -> Telling {
        let (notes, noted) = mpsc::sync_channel(WAITING);
        let mut told = Told { folder, display, repository };
        let teller = thread::spawn(move || {
            for note in noted {
                scribe.tell(note, |mut event| told.tell(&mut event));
            }
            told
        });
        Telling { notes, teller }
    }

    /// Takes a note. Where nobody tells any more, `end` says so.
    pub(crate) fn take(&self, note: Note) {
        let _ = self.notes.send(note);
    }

    /// Ends when all was told.
    ///
    /// # Errors
    /// Where it was not: nobody knows then what happened.
    pub(crate) fn end(self) -> Result<Told, Diagnostic> {
        drop(self.notes);
        self.teller
            .join()
            .map_err(|_| Diagnostic::new("what happened could not be told: the teller panicked"))
    }
}
