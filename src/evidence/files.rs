//! Files of an output, which whoever knows where they lie takes in.

use std::io::{self, Write};

/// Writes all of a file.
pub type Content<'c> = dyn FnMut(&mut dyn Write) -> io::Result<()> + 'c;

/// Takes the files of an output.
pub trait Files {
    /// Takes the file `name`, a path with `/` between its parts, which `content` writes. It is there whole or not at all.
    ///
    /// # Errors
    /// Where it can't be written; also those of `content`.
    fn put(&mut self, name: &str, content: &mut Content<'_>) -> io::Result<()>;
}
