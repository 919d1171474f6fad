//! Files of an output below a folder that is there, each whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use evidence::{Content, Files};

/// Its folder.
pub(crate) struct FilesBelow<'p>(pub(crate) &'p Path);

impl Files for FilesBelow<'_> {
    fn put(&mut self, name: &str, content: &mut Content<'_>) -> io::Result<()> {
        if let Some((below, _)) = name.rsplit_once('/') {
            match fs::create_dir(self.0.join(below)) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                _ => {}
            }
        }
        let unfinished = self.0.join(format!("{name}.unfinished"));
        let written = write(&unfinished, content).and_then(|()| fs::rename(&unfinished, self.0.join(name)));
        if written.is_err() {
            // What could not be written is no reason to tell something else.
            let _ = fs::remove_file(&unfinished);
        }
        written
    }
}

fn write(path: &Path, content: &mut Content<'_>) -> io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    content(&mut file)?;
    file.flush()
}
