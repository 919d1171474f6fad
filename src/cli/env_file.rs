//! A file of variables that appears whole or not at all, and that only its owner can read: it holds a secret.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Writes `text` to `path`, replacing a file that is there.
///
/// # Errors
/// Where the folder can't be written, or something other than a file is in the way. Nothing is left behind then.
pub(crate) fn write(path: &Path, text: &str) -> io::Result<()> {
    // Renaming onto a device or a pipe would replace it.
    if fs::metadata(path).is_ok_and(|it| !it.is_file()) {
        return Err(io::Error::other("there is something else of this name, not a file"));
    }
    let temporary = beside(path)?;
    let written = create(&temporary).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    let result = written.and_then(|()| fs::rename(&temporary, path));
    if result.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    result
}

/// Removes what an earlier server left at `path`: whoever waits for the file must not find the old one.
pub(crate) fn clear(path: &Path) {
    if fs::metadata(path).is_ok_and(|it| it.is_file()) {
        // Where it can't be removed, writing it will say why.
        let _ = fs::remove_file(path);
    }
}

/// A name of our own in the same folder, as renaming is atomic only within one file system.
fn beside(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or_else(|| io::Error::other("it names no file"))?;
    let mut temporary = std::ffi::OsString::from(".");
    temporary.push(name);
    temporary.push(format!(".{}.tmp", std::process::id()));
    Ok(path.with_file_name(temporary))
}

fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn replaces_the_file_whole_and_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("aws.env");
        fs::write(&path, "something longer than what is to come").unwrap();
        write(&path, "A=1\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "A=1\n");
        assert_eq!(names(folder.path()), ["aws.env"]);
        #[cfg(unix)]
        {
            let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions());
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn leaves_what_is_not_a_file_alone_and_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("aws.env")).unwrap();
        assert!(write(&folder.path().join("aws.env"), "A=1\n").is_err());
        assert_eq!(names(folder.path()), ["aws.env"]);
        assert!(write(&folder.path().join("no/such/folder/aws.env"), "A=1\n").is_err());
        assert!(write(Path::new("/"), "A=1\n").is_err());
    }
}
