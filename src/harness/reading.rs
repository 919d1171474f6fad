//! Files that steps name, from the folder of their feature: the one place where a run and `check` read them.

use std::io;
use std::path::{Path, PathBuf};

use evidence::File;

use crate::plan::Files;
use crate::recorder::{Happened, StepError};
use crate::stage::Stage;

/// Where a feature's files are, and how they are read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reading {
    folder: PathBuf,
    files: Files,
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Read {
    /// Its path from where the feature's path is from.
    pub(crate) path: String,
    pub(crate) text: String,
    /// As it is on the disk.
    pub(crate) file: File,
}

impl Reading {
    /// Of a feature of this path.
    pub(crate) fn beside(feature: &Path, files: Files) -> Self {
        let folder = feature.parent().unwrap_or(Path::new(""));
        Self { folder: folder.to_owned(), files }
    }

    /// Where a file is that a step of the feature names.
    pub(crate) fn path(&self, named: &str) -> String {
        self.folder.join(named).display().to_string()
    }

    /// A file that a step of the feature names; `None`: nobody reads files here.
    pub(crate) fn read(&self, named: &str) -> Option<io::Result<Read>> {
        let text = self.files.read?(&self.folder.join(named));
        let without_mark = |text: String| text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        Some(text.map(|text| {
            let file = File::new(self.path(named), text.as_bytes());
            Read { path: self.path(named), text: without_mark(text), file }
        }))
    }
}

impl Stage {
    /// Where a file is that a step names, for people.
    pub fn file_path(&self, named: &str) -> String {
        self.reading.path(named)
    }

    /// The text of a file, whose path is one from the folder of the feature.
    ///
    /// # Errors
    /// Where it can't be read.
    pub fn file(&self, path: &str) -> Result<String, StepError> {
        let Some(read) = self.reading.read(path) else {
            return Err(StepError::inconclusive("can't be read", "this run reads no files"));
        };
        let read = read.map_err(|error| {
            let label =
                if error.kind() == io::ErrorKind::NotFound { "is not there" } else { "can't be read" };
            let told =
                StepError::failed(label, format!("`{}` can't be read: {error}", self.reading.path(path)));
            told.help("paths are relative to the folder of the feature file")
        })?;
        self.noted(Happened::FileRead(read.file));
        Ok(read.text)
    }
}
