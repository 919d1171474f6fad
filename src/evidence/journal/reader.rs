//! Reads a journal, as far as it was written.

use std::io::{BufRead, Write as _};

use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::digest::{Hashed, Sha256};
use crate::event::{Event, EventKind};
use crate::record::Record;

use super::{VERSION, beginning};

#[derive(Deserialize)]
struct Line<'a> {
    version: u32,
    #[serde(borrow)]
    previous: &'a str,
    at: DateTime<Utc>,
    event: EventKind,
}

/// What every line says that any version wrote.
#[derive(Deserialize)]
struct AnyLine {
    version: u32,
}

/// A journal that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journal {
    /// The number of its whole lines.
    pub events: usize,
    /// The digest of the last whole line, without its end.
    pub last: Sha256,
    /// How many bytes at the end are no whole line: the writer was interrupted.
    pub cut: usize,
    /// Of all its bytes.
    pub sha256: Sha256,
}

/// Why a journal can't be relied on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BrokenJournal {
    /// It can't be read at all.
    #[error("it can't be read: {0}")]
    Input(String),
    /// A line that does not hold the digest of the line before.
    #[error("line {line} does not follow from the line before: something was changed, left out or put in")]
    Chain {
        /// From 1.
        line: usize,
    },
    /// A line that is not an event.
    #[error("line {line} can't be read: {reason}")]
    Line {
        /// From 1.
        line: usize,
        /// Why.
        reason: String,
    },
    /// A line of another version.
    #[error(
        "line {line} is of version {version}, which another rolecall wrote: this one reads version {VERSION}"
    )]
    Version {
        /// From 1.
        line: usize,
        /// Its version.
        version: u32,
    },
}

impl Journal {
    /// Reads a journal, and gives its events in their order to `take`. An end that was cut off is no error: what happened
    /// before it happened.
    ///
    /// # Errors
    /// Where it can't be read, or a whole line is not what was written.
    pub fn read(mut input: impl BufRead, take: &mut dyn FnMut(Event)) -> Result<Journal, BrokenJournal> {
        let (mut events, mut last, mut cut) = (0, beginning(), 0);
        let (mut whole, mut line) = (Hashed::default(), Vec::new());
        let broken = |error: std::io::Error| BrokenJournal::Input(error.to_string());
        while input.read_until(b'\n', &mut line).map_err(broken)? > 0 {
            whole.write_all(&line).map_err(broken)?;
            let Some(text) = line.strip_suffix(b"\n") else {
                cut = line.len();
                break;
            };
            take(event(events + 1, text, &last)?);
            events += 1;
            last = Sha256::of(text);
            line.clear();
        }
        Ok(Journal { events, last, cut, sha256: whole.digest() })
    }

    /// Reads a journal, and what the run amounts to.
    ///
    /// # Errors
    /// Those of [`Journal::read`].
    pub fn record(input: impl BufRead) -> Result<(Record, Journal), BrokenJournal> {
        let mut record = Record::default();
        let journal = Journal::read(input, &mut |event| record.apply(event))?;
        Ok((record, journal))
    }
}

/// The event of a whole line, which is the one behind the line with the digest `last`.
fn event(line: usize, text: &[u8], last: &Sha256) -> Result<Event, BrokenJournal> {
    let read: Line<'_> =
        serde_json::from_slice(text).map_err(|error| match serde_json::from_slice::<AnyLine>(text) {
            Ok(AnyLine { version }) if version != VERSION => BrokenJournal::Version { line, version },
            _ => BrokenJournal::Line { line, reason: error.to_string() },
        })?;
    if read.version != VERSION {
        return Err(BrokenJournal::Version { line, version: read.version });
    }
    if read.previous != last.as_str() {
        return Err(BrokenJournal::Chain { line });
    }
    Ok(Event { at: read.at, kind: read.event })
}
