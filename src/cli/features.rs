//! Finds and reads feature files. All that is wrong with them is told at once, before anything is run.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use harness::{FeatureError, FeatureFile, Files};

use crate::diagnostic::{Diagnostic, Place};

/// How the files are read that steps name.
pub(crate) const FILES: Files = Files { read: Some(|path| fs::read_to_string(path)) };

/// The features of files and of folders, each file once, in the order of the arguments and of names below a folder.
///
/// # Errors
/// Everything that can't be found, read or understood.
pub(crate) fn read(paths: &[PathBuf]) -> Result<Vec<FeatureFile>, Vec<Diagnostic>> {
    let (found, mut troubles) = files(paths);
    let mut features = Vec::new();
    for path in &found {
        match read_one(path) {
            Ok(feature) => features.push(feature),
            Err(trouble) => troubles.push(trouble),
        }
    }
    if troubles.is_empty() { Ok(features) } else { Err(troubles) }
}

/// The feature files of files and of folders, and all that can't be found.
pub(crate) fn files(paths: &[PathBuf]) -> (Vec<PathBuf>, Vec<Diagnostic>) {
    let mut found = Vec::new();
    let troubles = paths.iter().filter_map(|path| find(path, &mut found).err()).collect();
    let mut seen = BTreeSet::new();
    found.retain(|path| seen.insert(fs::canonicalize(path).unwrap_or_else(|_| path.clone())));
    (found, troubles)
}

fn find(path: &Path, found: &mut Vec<PathBuf>) -> Result<(), Diagnostic> {
    let metadata = fs::metadata(path).map_err(|error| cannot_read(path, &error))?;
    if !metadata.is_dir() {
        found.push(path.to_owned());
        return Ok(());
    }
    let entries = fs::read_dir(path).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let mut entries = entries.map_err(|error| cannot_read(path, &error))?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        // Of links, only those to files are followed: a link to a folder may lead in a circle.
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder {
            find(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "feature") && !is_special(&path) {
            found.push(path);
        }
    }
    Ok(())
}

/// A pipe or a socket: reading it would wait for somebody.
fn is_special(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| !metadata.is_file())
}

fn read_one(path: &Path) -> Result<FeatureFile, Diagnostic> {
    let text = text(path)?;
    FeatureFile::parse(&path.display().to_string(), &text).map_err(Diagnostic::from)
}

/// What stands in a file.
pub(crate) fn text(path: &Path) -> Result<String, Diagnostic> {
    let bytes = fs::read(path).map_err(|error| cannot_read(path, &error))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = valid.iter().filter(|byte| **byte == b'\n').count() + 1;
        Diagnostic::new(format!("{}:{line}: this is not text in UTF-8", path.display()))
            .help("save the file as UTF-8")
    })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

fn cannot_read(path: &Path, error: &io::Error) -> Diagnostic {
    let name = path.display().to_string();
    match error.kind() {
        io::ErrorKind::NotFound => match name.rsplit_once(':') {
            Some((file, line)) if line.parse::<usize>().is_ok() && Path::new(file).exists() => {
                Diagnostic::new(format!("`{name}` does not exist"))
                    .help(format!("give `{file}`, and `--name REGEX` to select one of its scenarios"))
            }
            _ => Diagnostic::new(format!("`{name}` does not exist"))
                .help("give feature files or folders that hold them; without any, `features` is searched"),
        },
        _ => Diagnostic::new(format!("`{name}` can't be read: {error}")),
    }
}

impl From<FeatureError> for Diagnostic {
    fn from(error: FeatureError) -> Diagnostic {
        let place = Place {
            path: error.path,
            line: error.line,
            column: error.column,
            length: 0,
            source_line: error.source_line,
        };
        Diagnostic { message: error.message, place: Some(Box::new(place)), help: error.help }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    #[test]
    fn finds_features_in_order_and_each_once() {
        let folder = folder(&[("b.feature", ""), ("a/z.feature", ""), ("a/notes.md", ""), ("c.feature", "")]);
        let mut found = Vec::new();
        find(folder.path(), &mut found).unwrap();
        let names: Vec<_> =
            found.iter().map(|path| path.strip_prefix(folder.path()).unwrap().to_owned()).collect();
        assert_eq!(names, ["a/z.feature", "b.feature", "c.feature"].map(PathBuf::from));

        let folder = self::folder(&[("a.feature", "Feature: a\n")]);
        let paths =
            [folder.path().to_owned(), folder.path().join("a.feature"), folder.path().join("./a.feature")];
        assert_eq!(read(&paths).map_err(|troubles| troubles.len()).map(|features| features.len()), Ok(1));
    }

    #[track_caller]
    fn check(paths: &[PathBuf], expected: &[&str]) {
        let troubles = read(paths).err().unwrap_or_default();
        let messages: Vec<_> = troubles.iter().map(|it| it.message.as_str()).collect();
        assert_eq!(messages.len(), expected.len(), "{messages:?}");
        for (message, expected) in messages.iter().zip(expected) {
            assert!(message.contains(expected), "{message}");
        }
    }

    #[test]
    fn tells_all_troubles_at_once() {
        let folder = folder(&[("a.feature", "Feature: a\n")]);
        fs::write(folder.path().join("latin1.feature"), b"Feature: a\n  Scenario: Zo\xeb\n").unwrap();
        let line = PathBuf::from(format!("{}:1", folder.path().join("a.feature").display()));
        check(
            &[folder.path().to_owned(), "no/such/folder".into(), line],
            &[
                "`no/such/folder` does not exist",
                "a.feature:1` does not exist",
                "latin1.feature:2: this is not text",
            ],
        );
    }
}
