//! Files that describe an account, for the commands that read them.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use account::{Account, ReadError, Surroundings};
use policy::AccountId;

use crate::diagnostic::{Diagnostic, Place};
use crate::features;

/// An account, and the step that makes it.
pub(crate) struct Described {
    pub(crate) account: Account,
    /// The number that the account has in what is told of it.
    pub(crate) id: AccountId,
    kind: Kind,
    path: PathBuf,
    parameters: BTreeMap<String, String>,
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// What `aws iam get-account-authorization-details` writes.
    Details,
    /// A CloudFormation template.
    Template,
    /// A Terraform plan.
    Plan,
}

impl Described {
    /// # Errors
    /// Where the file can't be read, or is none of those that describe an account.
    pub(crate) fn read(path: &Path, parameters: &[(String, String)]) -> Result<Described, Diagnostic> {
        let text = features::text(path)?;
        let kind = Kind::of(&text);
        let parameters: BTreeMap<String, String> = parameters.iter().cloned().collect();
        let there = AccountId::new(EMBEDDED).ok_or_else(|| Diagnostic::new("there is no account"))?;
        let of_aws = emulator::aws_managed_policy;
        let account = match kind {
            Kind::Details => account::read_gaad(&text, &of_aws),
            Kind::Template => {
                let surroundings = Surroundings { account: there.clone(), region: REGION.to_owned() };
                account::read_template(&text, &parameters, &surroundings, &of_aws)
            }
            Kind::Plan => account::read_plan(&text, &there, &of_aws),
        };
        let account = account.map_err(|error| unreadable(path, &text, &error))?;
        let id = account.id.clone().unwrap_or(there);
        Ok(Described { account, id, kind, path: path.to_owned(), parameters })
    }

    /// Whether it is an account as a whole, and not what one file makes of it.
    pub(crate) fn is_whole(&self) -> bool {
        self.kind == Kind::Details
    }

    /// What it is about, for people.
    pub(crate) fn title(&self) -> String {
        match self.kind {
            Kind::Details => format!("account {}", self.id),
            Kind::Template | Kind::Plan => {
                self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
            }
        }
    }

    /// The step that makes the account in a feature of a folder, without its keyword.
    pub(crate) fn step(&self, folder: &Path) -> String {
        let path = from(folder, &self.path);
        let path = path.display();
        match self.kind {
            Kind::Details => format!("the account described in \"{path}\""),
            Kind::Plan => format!("the Terraform plan \"{path}\""),
            Kind::Template if self.parameters.is_empty() => format!("the CloudFormation template \"{path}\""),
            Kind::Template => {
                let rows =
                    self.parameters.iter().map(|(name, value)| format!("\n      | {name} | {value} |"));
                let rows: String = rows.collect();
                format!(
                    "the CloudFormation template \"{path}\" with the parameters:\n      | parameter | value |{rows}"
                )
            }
        }
    }
}

impl Kind {
    /// By what only one of them has.
    fn of(text: &str) -> Kind {
        let has = |word: &str| text.contains(word);
        let is_json = text.trim_start().starts_with('{');
        match () {
            () if !is_json => Kind::Template,
            () if has("\"resource_changes\"") || has("\"terraform_version\"") => Kind::Plan,
            () if has("\"RoleDetailList\"") || has("\"UserDetailList\"") => Kind::Details,
            () if has("\"Resources\"") => Kind::Template,
            () => Kind::Details,
        }
    }
}

/// Where a scenario's calls go that name no region.
const REGION: &str = "us-east-1";

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
