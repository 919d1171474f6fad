//! What a run is to do: the checked form of what was asked for.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use evidence::{RunInfo, ScenarioRef};

use crate::beside::Beside;
use crate::feature::FeatureFile;
use crate::select::Selection;
use crate::selected::Selected;

/// A run, ready to start.
#[derive(Default)]
pub struct RunPlan {
    /// Who asked for it, where and from what: it is told as it is.
    pub info: RunInfo,
    /// What looks at the wire, where that is wanted, and has looked on since the target was reached.
    pub beside: Beside,
    /// The feature files, in the order of their reports.
    pub features: Vec<FeatureFile>,
    /// Which of their scenarios.
    pub selection: Selection,
    /// How many scenarios run side by side; zero means one.
    pub jobs: usize,
    /// Whether no scenario is begun after one that failed.
    pub fail_fast: bool,
    /// Whether verdicts of a target that does not show that it enforces IAM are taken for what they are.
    pub accept_unproven: bool,
    /// Whether scenarios tagged `@slow` let time really pass, where the clock can't be moved.
    pub slow: bool,
    /// Whether and where steps may run programs.
    pub commands: Commands,
    /// How steps read the files that they name.
    pub files: Files,
    /// What `@needs:NAME` tags may name beside the target's capabilities. `Err`: why it is not there.
    pub surroundings: BTreeMap<String, Result<(), String>>,
}

impl RunPlan {
    /// The scenarios that would be run, in the order of the outputs.
    pub fn scenarios(&self) -> Vec<ScenarioRef> {
        Selected::of(self).scenarios.iter().map(|scenario| scenario.reference.clone()).collect()
    }
}

/// How the files are read that steps name.
#[derive(Clone, Copy, Debug, Default)]
pub struct Files {
    /// Reads the whole of a text; `None`: this run reads no files.
    pub read: Option<fn(&Path) -> io::Result<String>>,
}

/// What steps may run on an instance.
#[derive(Clone, Debug, Default)]
pub struct Commands {
    /// A feature that runs commands is code: off unless asked for.
    pub allowed: bool,
    /// The search path of programs.
    pub path: String,
}
