//! The journal: a line of JSON for each event, written as it happens. Every line holds the digest of the one before, so
//! that none can be changed, left out or moved without breaking the chain; the digest of the last stands in the manifest.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use crate::digest::Sha256;
use crate::event::Event;

/// The version of the lines.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Line<'a> {
    version: u32,
    previous: &'a Sha256,
    #[serde(flatten)]
    event: &'a Event,
}

#[derive(Deserialize)]
struct OwnedLine {
    version: u32,
    previous: Sha256,
    #[serde(flatten)]
    event: Event,
}

/// Writes a journal.
#[derive(Debug)]
pub struct JournalWriter<Output> {
    output: Output,
    last: Sha256,
}

impl<Output: Write> JournalWriter<Output> {
    /// Begins one on `output`, which must be empty.
    pub fn new(output: Output) -> JournalWriter<Output> {
        JournalWriter { output, last: beginning() }
    }

    /// Writes the next event, in one piece, and flushes it.
    ///
    /// # Errors
    /// Those of the output.
    pub fn write(&mut self, event: &Event) -> io::Result<()> {
        let line = Line { version: VERSION, previous: &self.last, event };
        let mut text = serde_json::to_string(&line).map_err(io::Error::from)?;
        let digest = Sha256::of(&text);
        text.push('\n');
        self.output.write_all(text.as_bytes())?;
        self.output.flush()?;
        self.last = digest;
        Ok(())
    }
}

/// What the first line has in place of a digest: that of nothing.
fn beginning() -> Sha256 {
    Sha256::of("")
}

/// A journal that was read.
#[derive(Debug)]
pub struct Journal {
    /// In their order.
    pub events: Vec<Event>,
    /// The digest of the last whole line, without its end.
    pub last: Sha256,
    /// How many bytes at the end are no whole line: the writer was interrupted.
    pub cut: usize,
}

/// Why a journal can't be relied on.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BrokenJournal {
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
    /// A line of a later version.
    #[error("line {line} is of version {version}, which a later rolecall wrote")]
    Version {
        /// From 1.
        line: usize,
        /// Its version.
        version: u32,
    },
}

impl Journal {
    /// Reads a journal. An end that was cut off is no error: what happened before it happened.
    ///
    /// # Errors
    /// Where a whole line is not what was written.
    pub fn read(bytes: &[u8]) -> Result<Journal, BrokenJournal> {
        let mut journal = Journal { events: Vec::new(), last: beginning(), cut: 0 };
        for (index, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
            let Some(text) = line.strip_suffix(b"\n") else {
                journal.cut = line.len();
                break;
            };
            journal.take_in(index + 1, text)?;
        }
        Ok(journal)
    }

    fn take_in(&mut self, line: usize, text: &[u8]) -> Result<(), BrokenJournal> {
        let read: OwnedLine = serde_json::from_slice(text)
            .map_err(|error| BrokenJournal::Line { line, reason: error.to_string() })?;
        if read.version != VERSION {
            return Err(BrokenJournal::Version { line, version: read.version });
        }
        if read.previous != self.last {
            return Err(BrokenJournal::Chain { line });
        }
        self.last = Sha256::of(text);
        self.events.push(read.event);
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use crate::record::{Exit, Record};
    use crate::sample;

    pub(crate) fn journal(events: &[Event]) -> Vec<u8> {
        let mut writer = JournalWriter::new(Vec::new());
        events.iter().for_each(|event| writer.write(event).unwrap());
        writer.output
    }

    #[test]
    fn what_was_written_is_read() {
        let events = sample::everything();
        let read = Journal::read(&journal(&events)).unwrap();
        assert_eq!((read.events, read.cut), (events, 0));
    }

    #[test]
    fn a_journal_that_was_cut_anywhere_tells_what_happened_before() {
        let events = sample::everything();
        let whole = journal(&events);
        for end in whole.len().saturating_sub(1024)..whole.len() {
            let read = Journal::read(&whole[..end]).unwrap();
            let record: Record = read.events.iter().collect();
            assert_eq!(read.events, events[..read.events.len()], "{end}");
            assert!(!record.is_complete() && record.exit() != Exit::Passed, "{end}");
            assert_eq!(read.cut == 0, whole[..end].ends_with(b"\n"), "{end}");
        }
    }

    #[test]
    fn a_line_that_was_changed_left_out_or_moved_is_found() {
        let whole = journal(&sample::everything());
        let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
        let broken = |lines: &[&[u8]]| Journal::read(&lines.concat()).unwrap_err();
        let mut changed = lines.clone();
        let text = String::from_utf8(lines[3].to_vec()).unwrap().replacen("2026", "2025", 1);
        changed[3] = text.as_bytes();
        assert_eq!(broken(&changed), BrokenJournal::Chain { line: 5 });
        let left_out = [&lines[..3], &lines[4..]].concat();
        assert_eq!(broken(&left_out), BrokenJournal::Chain { line: 4 });
        let mut moved = lines.clone();
        moved.swap(3, 4);
        assert_eq!(broken(&moved), BrokenJournal::Chain { line: 4 });
        assert_eq!(broken(&lines[1..]), BrokenJournal::Chain { line: 1 });
        assert!(matches!(broken(&[b"{}\n"]), BrokenJournal::Line { line: 1, .. }));
    }
}
