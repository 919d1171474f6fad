//! What a folder of evidence holds, as far as its manifest and whoever checks it need to know: read once, file by file, so
//! that files of any size take no memory.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufReader, Read};

use crate::digest::{Hashed, Sha256};
use crate::event::{Event, EventKind};
use crate::journal::{BrokenJournal, Journal};
use crate::provenance::File;
use crate::record::Record;

use super::manifest::{JOURNAL, MANIFEST, SIGNATURE};

/// A folder of evidence.
#[derive(Clone, Debug)]
pub struct Folder {
    /// Its files but the manifest and its signature, by their names with `/` between folders.
    pub(super) files: BTreeMap<String, File>,
    /// What else is in it, such as links, and folders without files.
    pub(super) others: BTreeSet<String>,
    pub(super) manifest: Option<Vec<u8>>,
    pub(super) signature: Option<Vec<u8>>,
    pub(super) told: Result<Told, BrokenJournal>,
}

/// What the journal tells of the run as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) run: String,
    pub(super) tool: String,
    pub(super) complete: bool,
    pub(super) events: usize,
    /// `None`: there is no journal.
    pub(super) last: Option<Sha256>,
}

impl Default for Folder {
    /// One that is empty.
    fn default() -> Folder {
        Folder {
            files: BTreeMap::new(),
            others: BTreeSet::new(),
            manifest: None,
            signature: None,
            told: Ok(Told::default()),
        }
    }
}

impl Folder {
    /// Takes in the file `name`, a path with `/` between folders.
    ///
    /// # Errors
    /// Where it can't be read.
    pub fn add(&mut self, name: &str, mut bytes: impl Read) -> io::Result<()> {
        match name {
            MANIFEST | SIGNATURE => {
                let mut whole = Vec::new();
                bytes.read_to_end(&mut whole)?;
                *(if name == MANIFEST { &mut self.manifest } else { &mut self.signature }) = Some(whole);
            }
            _ => {
                let mut bytes = Digesting { bytes, hashed: Hashed::default(), length: 0 };
                if name == JOURNAL {
                    self.told = Told::by(BufReader::new(&mut bytes));
                }
                // Also what stands behind a line that can't be relied on: the file as it is has one digest.
                io::copy(&mut bytes, &mut io::sink())?;
                let file = File {
                    path: name.to_owned(),
                    sha256: bytes.hashed.digest(),
                    length: bytes.length,
                    differs: false,
                };
                self.files.insert(name.to_owned(), file);
            }
        }
        Ok(())
    }

    /// Takes in what another has read of the same folder.
    pub fn join(&mut self, part: Folder) {
        if part.files.contains_key(JOURNAL) {
            self.told = part.told;
        }
        self.files.extend(part.files);
        self.others.extend(part.others);
        self.manifest = self.manifest.take().or(part.manifest);
        self.signature = self.signature.take().or(part.signature);
    }

    /// Takes in what no run leaves: neither a file nor a folder of files.
    pub fn add_other(&mut self, name: &str) {
        self.others.insert(name.to_owned());
    }
}

impl Told {
    fn by(journal: impl io::BufRead) -> Result<Told, BrokenJournal> {
        let mut record = Record::default();
        let journal = Journal::read(journal, &mut |event: Event| {
            if matches!(event.kind, EventKind::RunStarted { .. } | EventKind::RunFinished { .. }) {
                record.apply(event);
            }
        })?;
        Ok(Told {
            complete: record.is_complete(),
            run: record.run.id,
            tool: record.run.tool.version,
            events: journal.events,
            last: Some(journal.last),
        })
    }
}

/// What is read, and its digest.
struct Digesting<Bytes> {
    bytes: Bytes,
    hashed: Hashed,
    length: u64,
}

impl<Bytes: Read> Read for Digesting<Bytes> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.bytes.read(buffer)?;
        io::Write::write_all(&mut self.hashed, buffer.get(..count).unwrap_or_default())?;
        self.length += count as u64;
        Ok(count)
    }
}
