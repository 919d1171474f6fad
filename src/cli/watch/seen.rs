//! The files that a run rests on, as they were at a time: features, what they name, and settings.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

use crate::{controls, features};

/// When a file was written, and how long it is; `None`: it is not there.
type Stamp = Option<(SystemTime, u64)>;

/// All files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    features: BTreeMap<PathBuf, Feature>,
    /// Files that all runs rest on: settings, controls.
    common: BTreeMap<PathBuf, Stamp>,
    /// What was another before, in the words of a person.
    changed: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Feature {
    stamp: Stamp,
    /// The files that stand in quotes in it, by their paths from its folder.
    named: BTreeMap<PathBuf, Stamp>,
}

/// What is to be run again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Affected {
    Everything,
    Features(Vec<PathBuf>),
}

impl Seen {
    pub(super) fn of(paths: &[PathBuf], settings: &Path) -> Seen {
        Seen::of_again(&Seen::default(), paths, settings)
    }

    /// As the files are now; features that are as they were before are not read again.
    pub(super) fn of_again(before: &Seen, paths: &[PathBuf], settings: &Path) -> Seen {
        // What can't be found is told of by the run.
        let (found, _) = features::files(paths);
        let feature = |path: PathBuf| {
            let stamp = stamp(&path);
            let known = before.features.get(&path).filter(|known| known.stamp == stamp && stamp.is_some());
            let names = match known {
                Some(known) => known.named.keys().cloned().collect(),
                None => named(&path, &fs::read_to_string(&path).unwrap_or_default()),
            };
            let named = names.into_iter().map(|name| (name.clone(), self::stamp(&name))).collect();
            (path, Feature { stamp, named })
        };
        let common = controls::places(paths).into_iter().chain([settings.to_owned()]);
        let common = common.map(|path| (path.clone(), stamp(&path))).collect();
        Seen { features: found.into_iter().map(feature).collect(), common, changed: Vec::new() }
    }

    pub(super) fn is_as(&self, other: &Seen) -> bool {
        self.features == other.features && self.common == other.common
    }

    /// What is to be run for all that is another than `before`.
    pub(super) fn compared(&mut self, before: &Seen) -> Affected {
        let common: Vec<_> =
            self.common.iter().filter(|(path, stamp)| before.common.get(*path) != Some(stamp)).collect();
        let is_other = |path: &PathBuf, feature: &Feature| before.features.get(path) != Some(feature);
        let features: Vec<_> =
            self.features.iter().filter(|(path, feature)| is_other(path, feature)).collect();
        let of_feature = |(path, feature): &(&PathBuf, &Feature)| {
            let known = before.features.get(*path);
            let itself = (known.map(|known| known.stamp) != Some(feature.stamp)).then(|| (*path).clone());
            let named = feature.named.iter().filter(|(name, stamp)| {
                known.is_some_and(|known| known.named.get(*name).is_some_and(|was| was != *stamp))
            });
            itself.into_iter().chain(named.map(|(name, _)| name.clone())).collect::<Vec<_>>()
        };
        let gone = before.features.keys().filter(|path| !self.features.contains_key(*path)).cloned();
        let changed: BTreeSet<PathBuf> = common
            .iter()
            .map(|(path, _)| (*path).clone())
            .chain(features.iter().flat_map(of_feature))
            .chain(gone)
            .collect();
        let affected = match common.is_empty() {
            true => Affected::Features(features.iter().map(|(path, _)| (*path).clone()).collect()),
            false => Affected::Everything,
        };
        self.changed = changed.iter().map(|path| shortened(path).display().to_string()).collect();
        affected
    }

    /// What was another before.
    pub(super) fn changed(&self) -> &[String] {
        &self.changed
    }

    /// How many files there are, for people.
    pub(super) fn counted(&self) -> String {
        let named = self.features.values().flat_map(|feature| &feature.named);
        let named: BTreeSet<&PathBuf> =
            named.filter(|(_, stamp)| stamp.is_some()).map(|(name, _)| name).collect();
        let some = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
        match named.len() {
            0 => some(self.features.len(), "feature"),
            count => {
                format!("{} and {}", some(self.features.len(), "feature"), some(count, "file that they name"))
            }
        }
        .replace("file that they names", "files that they name")
    }
}

/// The path without its detours, for people.
fn shortened(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut short, part| {
        let is_folder = matches!(short.components().next_back(), Some(Component::Normal(_)));
        match part {
            Component::ParentDir if is_folder => {
                short.pop();
            }
            part => short.push(part),
        }
        short
    })
}

fn stamp(path: &Path) -> Stamp {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

/// What stands in quotes in a feature and may be a file beside it. One that is not there yet may come to be.
fn named(feature: &Path, text: &str) -> BTreeSet<PathBuf> {
    let folder = feature.parent().unwrap_or(Path::new(""));
    let in_line = |line: &str| line.split('"').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let steps = text.lines().filter(|line| !line.trim_start().starts_with(['{', '"', '#', '|']));
    let quoted = steps.flat_map(in_line).filter(|word| word.contains('.') && !word.contains([' ', ':', '*']));
    quoted.map(|word| folder.join(word)).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const NAMES: &str = "Feature: f\n  Scenario: s\n    Given the account described in \"../gaad.json\"\n    And it says \"a b.c\"\n";

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("features")).unwrap();
        fs::write(folder.path().join("features/a.feature"), NAMES).unwrap();
        fs::write(folder.path().join("features/b.feature"), "Feature: b\n").unwrap();
        fs::write(folder.path().join("gaad.json"), "{}").unwrap();
        folder
    }

    /// What is affected where a file of `folder` is written or removed.
    #[track_caller]
    fn check(name: &str, text: Option<&str>, expected: Option<&[&str]>, changed: &str) {
        let folder = folder();
        let root = folder.path();
        let (paths, settings) = ([root.join("features")], root.join("rolecall.toml"));
        let before = Seen::of(&paths, &settings);
        assert!(Seen::of_again(&before, &paths, &settings).is_as(&before));
        match text {
            Some(text) => fs::write(root.join(name), text).unwrap(),
            None => fs::remove_file(root.join(name)).unwrap(),
        }
        let mut now = Seen::of_again(&before, &paths, &settings);
        assert!(!now.is_as(&before), "{name}");
        let features = |names: &[&str]| names.iter().map(|name| root.join("features").join(name)).collect();
        let expected = expected.map_or(Affected::Everything, |names| Affected::Features(features(names)));
        assert_eq!(now.compared(&before), expected, "{name}");
        assert!(matches!(now.changed(), [one] if one.ends_with(changed)), "{:?}", now.changed());
    }

    #[test]
    fn what_a_change_is_about_is_run_again() {
        check("features/b.feature", Some("Feature: changed\n"), Some(&["b.feature"]), "b.feature");
        check("features/c.feature", Some("Feature: c\n"), Some(&["c.feature"]), "c.feature");
        check("features/b.feature", None, Some(&[]), "b.feature");
        check("gaad.json", Some("{\"a\": 1}"), Some(&["a.feature"]), "gaad.json");
        check("gaad.json", None, Some(&["a.feature"]), "gaad.json");
        check("rolecall.toml", Some(""), None, "rolecall.toml");
        check("features/controls.toml", Some(""), None, "controls.toml");
    }

    #[test]
    fn files_are_counted_for_people() {
        let folder = folder();
        let seen = Seen::of(&[folder.path().join("features")], Path::new("rolecall.toml"));
        assert_eq!(seen.counted(), "2 features and 1 file that they name");
    }
}
