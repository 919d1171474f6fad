//! `controls.toml` beside the features: controls by framework and id, with their version and what they ask for in the
//! users' own words. Scenarios name them by tags, `@control:FRAMEWORK:ID`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use evidence::{ControlRef, ControlText, File};
use serde::Deserialize;
use toml::Spanned;

use crate::diagnostic::Diagnostic;

/// The file's name.
const NAME: &str = "controls.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Controls {
    #[serde(default)]
    control: Vec<Spanned<Control>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Control {
    framework: String,
    id: String,
    version: Option<String>,
    text: Option<String>,
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
    let mut seen: BTreeMap<[String; 2], usize> = BTreeMap::new();
    let mut known = Vec::new();
    for control in controls.control {
        let line = line_at(&text, control.span().start);
        let Control { framework, id, version, text } = control.into_inner();
        let named = ControlRef { framework, id };
        let name = path.display();
        if named.framework.is_empty() || named.id.is_empty() {
            return Err(wrong(&format!("the control in line {line} has an empty `framework` or `id`")));
        }
        if let Some(first) = seen.insert(named.folded(), line) {
            let message =
                format!("`{name}` has the control `{named}` twice: in line {first} and in line {line}");
            return Err(Diagnostic::new(message)
                .help("a control has one entry; names that differ only in case are the same control's"));
        }
        let ControlRef { framework, id } = named;
        known.push(ControlText { framework, id, version, text });
    }
    Ok((File::new(path.display().to_string(), text.as_bytes()), known))
}

/// The number of the line in which a byte stands.
fn line_at(text: &str, byte: usize) -> usize {
    text.get(..byte).unwrap_or_default().matches('\n').count() + 1
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        std::fs::write(&path, text).unwrap();
        let message = read(&path).map(|(_, known)| known.len()).unwrap_err().message;
        assert!(expected.iter().all(|it| message.contains(it)), "{message}");
    }

    #[test]
    fn slips_are_told_with_their_place() {
        let first = "[[control]]\nframework = \"SOC2\"\nid = \"CC6.1\"\n";
        check(&format!("{first}txt = \"a slip\"\n"), &["unknown field `txt`", "line 4"]);
        let twice = format!("{first}\n[[control]]\nframework = \"soc2\"\nid = \"cc6.1\"\n");
        check(&twice, &["has the control `soc2:cc6.1` twice: in line 1 and in line 5"]);
        check("[[control]]\nframework = \"SOC2\"\nid = \"\"\n", &["the control in line 1 has an empty"]);
    }
}
