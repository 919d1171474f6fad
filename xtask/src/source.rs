//! Where data come from: packages of npm and PyPI, or folders with what is in them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::Outcome;

/// A folder with the files of a package.
pub(crate) struct Source {
    root: PathBuf,
    /// Removes what was unpacked.
    _unpacked: Option<TempDir>,
}

impl Source {
    /// A package of npm such as `name@1.0`, its `.tgz`, or the folder it was unpacked to.
    pub(crate) fn npm(from: &str) -> Outcome<Self> {
        if Path::new(from).is_dir() {
            return Ok(Self { root: from.into(), _unpacked: None });
        }
        let folder = tempfile::tempdir()?;
        let archive = if Path::new(from).is_file() {
            fs::canonicalize(from)?
        } else {
            run(Command::new("npm").args(["pack", "--silent", from]).current_dir(&folder))?;
            only_file(folder.path())?
        };
        run(Command::new("tar").arg("-xzf").arg(archive).current_dir(&folder))?;
        Ok(Self { root: folder.path().join("package"), _unpacked: Some(folder) })
    }

    /// A package of PyPI such as `name==1.0`, its wheel, or the folder it was unpacked to.
    pub(crate) fn pypi(from: &str) -> Outcome<Self> {
        if Path::new(from).is_dir() {
            return Ok(Self { root: from.into(), _unpacked: None });
        }
        let folder = tempfile::tempdir()?;
        let wheel = if Path::new(from).is_file() {
            fs::canonicalize(from)?
        } else {
            let download =
                ["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", from];
            run(Command::new("python3").args(download).current_dir(&folder))?;
            only_file(folder.path())?
        };
        run(Command::new("python3").args(["-m", "zipfile", "-e"]).arg(wheel).arg(folder.path()))?;
        Ok(Self { root: folder.path().to_owned(), _unpacked: Some(folder) })
    }

    /// The text of a file.
    #[expect(clippy::disallowed_methods, reason = "a tool's own edge")]
    pub(crate) fn read(&self, path: &str) -> Outcome<String> {
        let path = self.root.join(path);
        Ok(fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?)
    }

    /// The version of a PyPI package, from the name of its `dist-info`.
    pub(crate) fn pypi_version(&self, package: &str) -> Outcome<String> {
        for entry in fs::read_dir(&self.root)? {
            let name = entry?.file_name();
            let version = name
                .to_str()
                .and_then(|name| name.strip_prefix(package)?.strip_prefix('-')?.strip_suffix(".dist-info"));
            if let Some(version) = version {
                return Ok(version.to_owned());
            }
        }
        Err(format!("{}: no {package}-VERSION.dist-info is there", self.root.display()).into())
    }
}

fn only_file(folder: &Path) -> Outcome<PathBuf> {
    let first = fs::read_dir(folder)?.next().ok_or("the package was not downloaded")?;
    Ok(first?.path())
}

fn run(command: &mut Command) -> Outcome<()> {
    let status = command
        .stdout(Stdio::null())
        .status()
        .map_err(|error| format!("{:?}: {error}", command.get_program()))?;
    if status.success() { Ok(()) } else { Err(format!("{command:?} failed: {status}").into()) }
}
