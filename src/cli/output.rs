//! Standard output, which a reader may close early (`rolecall run | head`): that is no trouble, and no panic.

use std::io::{self, ErrorKind, Write};

use crate::diagnostic::Diagnostic;

/// Writes on until the reader is gone, and then to nowhere. Other errors are errors.
pub(crate) struct UntilClosed<Output> {
    output: Output,
    closed: bool,
}

impl<Output: Write> UntilClosed<Output> {
    pub(crate) fn new(output: Output) -> UntilClosed<Output> {
        UntilClosed { output, closed: false }
    }

    fn unless_closed<Value>(&mut self, result: io::Result<Value>, when_closed: Value) -> io::Result<Value> {
        match result {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(when_closed)
            }
            other => other,
        }
    }
}

impl<Output: Write> Write for UntilClosed<Output> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.closed {
            return Ok(bytes.len());
        }
        let result = self.output.write(bytes);
        self.unless_closed(result, bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.closed {
            return Ok(());
        }
        let result = self.output.flush();
        self.unless_closed(result, ())
    }
}

/// Prints a whole text on standard output.
///
/// # Errors
/// Where it can't be written.
pub(crate) fn say(text: &str) -> Result<(), Diagnostic> {
    let mut output = UntilClosed::new(io::stdout());
    let said = output.write_all(text.as_bytes()).and_then(|()| output.flush());
    said.map_err(|error| Diagnostic::new(format!("standard output can't be written: {error}")))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// Takes so many bytes, and then fails.
    struct Reader(usize, ErrorKind);

    impl Write for Reader {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.0 == 0 {
                return Err(self.1.into());
            }
            let taken = bytes.len().min(self.0);
            self.0 -= taken;
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_leaves_is_no_error_but_a_full_disk_is() {
        let mut output = UntilClosed::new(Reader(3, ErrorKind::BrokenPipe));
        output.write_all(b"abcdef").unwrap();
        output.write_all(b"more").unwrap();
        output.flush().unwrap();
        let mut output = UntilClosed::new(Reader(3, ErrorKind::StorageFull));
        assert_eq!(output.write_all(b"abcdef").unwrap_err().kind(), ErrorKind::StorageFull);
    }
}
