//! Writes a journal.

use std::io::{self, Write};

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::digest::Sha256;
use crate::event::{Event, EventKind};

use super::{VERSION, beginning};

#[derive(Serialize)]
struct Line<'a> {
    version: u32,
    previous: &'a Sha256,
    at: DateTime<Utc>,
    event: &'a EventKind,
}

/// Writes a journal.
#[derive(Debug)]
pub struct JournalWriter<Output> {
    output: Output,
    last: Sha256,
    /// The line in the making, kept for its room.
    line: Vec<u8>,
}

impl<Output: Write> JournalWriter<Output> {
    /// Begins one on `output`, which must be empty.
    pub fn new(output: Output) -> JournalWriter<Output> {
        JournalWriter { output, last: beginning(), line: Vec::new() }
    }

    /// Writes the next event, in one piece, and flushes it.
    ///
    /// # Errors
    /// Those of the output.
    pub fn write(&mut self, event: &Event) -> io::Result<()> {
        self.line.clear();
        let Event { at, kind } = event;
        let line = Line { version: VERSION, previous: &self.last, at: *at, event: kind };
        serde_json::to_writer(&mut self.line, &line)?;
        let digest = Sha256::of(&self.line);
        self.line.push(b'\n');
        self.output.write_all(&self.line)?;
        self.output.flush()?;
        self.last = digest;
        Ok(())
    }

    /// The output, with all that was written.
    pub fn into_output(self) -> Output {
        self.output
    }
}
