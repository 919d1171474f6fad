//! Who ran it, where and from what.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::digest::Sha256;

/// What a run is and what it was made from. What could not be found out is absent, never guessed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunInfo {
    /// No other run has it.
    pub id: String,
    /// What ran.
    pub tool: Tool,
    /// The command and its arguments, without secrets.
    pub command_line: Vec<String>,
    /// Who ran it; `None`: the surroundings name nobody.
    pub who: Option<Who>,
    /// On what kind of machine.
    pub host: Option<Host>,
    /// The state of the folder's repository; `None`: it is in none, or git is not there to ask.
    pub commit: Option<Commit>,
    /// The settings that hold, as `rolecall config` shows them.
    pub settings: Vec<Setting>,
    /// The file of settings; `None`: there is none.
    pub configuration: Option<File>,
    /// The feature files that were read, selected or not, in the order of the run.
    pub features: Vec<File>,
    /// The texts of those files, by their digests: outputs show more of them than what ran.
    pub feature_texts: BTreeMap<Sha256, String>,
    /// The files that describe controls.
    pub control_files: Vec<File>,
    /// What they say, in the order of frameworks and ids.
    pub controls: Vec<ControlText>,
    /// Where times come from, such as `system clock`; `None`: nobody said.
    pub clock: Option<String>,
}

/// The program that ran.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tool {
    /// `rolecall`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// How many documented decisions it decides as documented.
    pub conformance: Vec<Conformance>,
    /// What its knowledge of AWS rests on, each as name and version.
    pub data: Vec<(String, String)>,
    /// Of the program's file; `None`: it can't be read.
    pub binary: Option<Sha256>,
    /// Of the list of the libraries that it is built from (`Cargo.lock`).
    pub lock_file: Option<Sha256>,
}

/// How well something does what is documented.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conformance {
    /// What was asked, in a few words.
    pub of: String,
    /// Cases that were answered as documented.
    pub passed: usize,
    /// All cases.
    pub total: usize,
    /// The version of the cases.
    pub version: String,
}

/// Who started a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    /// A user's name, or whoever the CI system says it ran for.
    pub name: String,
    /// The CI system, such as `GitHub Actions`; `None`: a person at a machine.
    pub ci: Option<String>,
    /// Where the CI system shows the job.
    pub job: Option<String>,
}

/// The machine, as far as it matters: never its name or address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Host {
    /// `CI`, `container` or `machine`.
    pub kind: String,
    /// `linux` and so on.
    pub system: String,
    /// `x86_64` and so on.
    pub architecture: String,
}

/// A git commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commit {
    /// Its full id.
    pub id: String,
    /// The address of the repository, without credentials; `None`: it has none that others could reach.
    #[serde(default)]
    pub repository: Option<String>,
    /// The branch; `None`: none is checked out.
    pub branch: Option<String>,
    /// Whether nothing differs from it; `None`: git could not tell.
    pub clean: Option<bool>,
}

/// A setting, and where it came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// As it stands in the file of settings.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Where it came from, such as `argument`.
    pub source: String,
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct File {
    /// As it was named.
    pub path: String,
    /// Of its bytes.
    pub sha256: Sha256,
    /// In bytes.
    pub length: u64,
    /// Whether it differs from what the run's commit has.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub differs: bool,
}

impl File {
    /// The file at `path` that holds `bytes`.
    #[must_use]
    pub fn new(path: impl Into<String>, bytes: &[u8]) -> File {
        let length = bytes.len() as u64;
        File { path: path.into(), sha256: Sha256::of(bytes), length, differs: false }
    }
}

impl RunInfo {
    /// Remembers that a feature file was read, and what it says.
    pub fn read_feature(&mut self, path: impl Into<String>, text: &str) {
        let file = File::new(path, text.as_bytes());
        self.feature_texts.insert(file.sha256.clone(), text.to_owned());
        self.features.push(file);
    }

    /// What the feature file at `path` says; `None`: it was not kept.
    #[must_use]
    pub fn feature_text(&self, path: &str) -> Option<&str> {
        let file = self.features.iter().find(|file| file.path == path)?;
        self.feature_texts.get(&file.sha256).map(String::as_str)
    }
}

/// A control as the users' own file describes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ControlText {
    /// `NIST-800-53`.
    pub framework: String,
    /// `AC-6`.
    pub id: String,
    /// The version of the framework, such as `5.1.1`.
    pub version: Option<String>,
    /// What it asks for, in the users' own words.
    pub text: Option<String>,
}
