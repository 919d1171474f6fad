//! Files that steps name, from the folder of their feature.

use std::path::{Path, PathBuf};

use crate::plan::Files;
use crate::recorder::StepError;
use crate::stage::Stage;

/// Where a scenario's files are, and how they are read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reading {
    folder: PathBuf,
    files: Files,
}

impl Reading {
    pub(crate) fn of(feature: &gherkin::Feature, files: Files) -> Self {
        let folder = feature.path.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
        Self { folder: folder.to_owned(), files }
    }
}

impl Stage {
    /// The text of a file, whose path is one from the folder of the feature.
    ///
    /// # Errors
    /// Where it can't be read.
    pub fn file(&self, path: &str) -> Result<String, StepError> {
        let Some(read) = self.reading.files.read else {
            return Err(StepError::inconclusive("can't be read", "this run reads no files"));
        };
        let there = self.reading.folder.join(path);
        read(&there).map_err(|error| {
            let missing = error.kind() == std::io::ErrorKind::NotFound;
            let label = if missing { "is not there" } else { "can't be read" };
            let told = StepError::failed(label, format!("`{}` can't be read: {error}", there.display()));
            told.help("paths are relative to the folder of the feature file")
        })
    }
}
