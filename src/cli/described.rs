//! Files that describe an account, for the commands that read them.

use std::path::{Component, Path, PathBuf};

use account::{Account, ReadError};
use policy::AccountId;

use crate::diagnostic::{Diagnostic, Place};
use crate::features;

/// An account, and the step that makes it.
pub(crate) struct Described {
    pub(crate) account: Account,
    /// The number that a scenario's account has on the embedded target.
    pub(crate) id: AccountId,
    kind: Kind,
    path: PathBuf,
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// What `aws iam get-account-authorization-details` writes.
    Details,
}

impl Described {
    /// # Errors
    /// Where the file can't be read, or is none of those that describe an account.
    pub(crate) fn read(path: &Path) -> Result<Described, Diagnostic> {
        let text = features::text(path)?;
        let account = account::read_gaad(&text, &emulator::aws_managed_policy);
        let account = account.map_err(|error| unreadable(path, &text, &error))?;
        let id = account.id.clone().or_else(|| AccountId::new(EMBEDDED));
        let Some(id) = id else { return Err(Diagnostic::new("there is no account")) };
        Ok(Described { account, id, kind: Kind::Details, path: path.to_owned() })
    }

    /// The step that makes the account in a feature of a folder, without its keyword.
    pub(crate) fn step(&self, folder: &Path) -> String {
        let path = from(folder, &self.path);
        match self.kind {
            Kind::Details => format!("the account described in \"{}\"", path.display()),
        }
    }
}

/// What a scenario's own account is called.
const EMBEDDED: &str = "111122223333";

fn unreadable(path: &Path, text: &str, error: &ReadError) -> Diagnostic {
    let name = path.display().to_string();
    let Some(line) = error.line else {
        return Diagnostic::new(format!("`{name}` {}", error.message));
    };
    let source_line = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    let place = Place {
        path: name,
        line,
        column: error.column.unwrap_or(1).max(1),
        length: 0,
        source_line: source_line.chars().take(200).collect(),
    };
    Diagnostic { place: Some(Box::new(place)), ..Diagnostic::new(error.message.clone()) }
}

/// The path of a file from a folder, where both are there; else the file's own.
fn from(folder: &Path, file: &Path) -> PathBuf {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let (Ok(folder), Ok(there)) = (std::fs::canonicalize(folder), std::fs::canonicalize(file)) else {
        return file.to_owned();
    };
    let shared = folder.components().zip(there.components()).take_while(|(one, other)| one == other).count();
    let up = folder.components().skip(shared).map(|_| Component::ParentDir);
    up.chain(there.components().skip(shared)).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn paths_from_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for made in ["features/iam", "accounts"] {
            std::fs::create_dir_all(root.join(made)).unwrap();
        }
        let file = root.join("accounts/gaad.json");
        std::fs::write(&file, "{}").unwrap();
        let check = |folder: &str, expected: &str| {
            assert_eq!(from(&root.join(folder), &file), Path::new(expected), "{folder}");
        };
        check("accounts", "gaad.json");
        check("", "accounts/gaad.json");
        check("features/iam", "../../accounts/gaad.json");
    }
}
