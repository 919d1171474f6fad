//! `controls.toml` beside the features: controls by framework and id, with their version and what they ask for in the
//! users' own words. Scenarios name them by tags, `@control:FRAMEWORK:ID`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use evidence::{ControlText, File};
use serde::Deserialize;

use crate::diagnostic::Diagnostic;

/// The file's name.
const NAME: &str = "controls.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Controls {
    #[serde(default)]
    control: Vec<ControlText>,
}

/// Those that stand in the folders of the features.
pub(crate) fn files(paths: &[PathBuf]) -> Vec<PathBuf> {
    places(paths).into_iter().filter(|path| path.is_file()).collect()
}

/// Where they may stand.
pub(crate) fn places(paths: &[PathBuf]) -> Vec<PathBuf> {
    let folders: BTreeSet<PathBuf> = paths
        .iter()
        .map(|path| match path.is_dir() {
            true => path.clone(),
            false => path.parent().map(Path::to_owned).unwrap_or_default(),
        })
        .collect();
    folders.into_iter().map(|folder| folder.join(NAME)).collect()
}

/// What such a file says.
///
/// # Errors
/// Where it can't be read or understood.
pub(crate) fn read(path: &Path) -> Result<(File, Vec<ControlText>), Diagnostic> {
    let wrong = |error: &dyn std::fmt::Display| {
        Diagnostic::new(format!("`{}` can't be read: {error}", path.display()))
            .help("each `[[control]]` has a `framework` and an `id`, and may have a `version` and a `text`")
    };
    let text = std::fs::read_to_string(path).map_err(|error| wrong(&error))?;
    let controls: Controls = toml::from_str(&text).map_err(|error| wrong(&error))?;
    Ok((File::new(path.display().to_string(), text.as_bytes()), controls.control))
}
