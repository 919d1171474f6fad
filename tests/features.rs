//! Every scenario of `features/` as a test of its own, on the embedded target. Works with `cargo nextest` too.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use evidence::console::{Color, Console, Detail, Page};
use evidence::{Exit, Record};
use harness::{Commands, FeatureFile, Files, RunPlan, Selection};
use libtest_mimic::{Arguments, Failed, Trial};
use steps as _;
use target::Embedded;

fn main() {
    let arguments = Arguments::from_args();
    let features: Vec<FeatureFile> =
        feature_paths(Path::new("features")).iter().map(|path| read(path)).collect();
    let commands = Commands { allowed: true, path: std::env::var("PATH").unwrap_or_default() };
    let surroundings = BTreeMap::from([("aws-cli".to_owned(), aws_cli(&commands.path))]);
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    let mut trials = Vec::new();
    for file in &features {
        for scenario in file.scenario_refs() {
            let name = format!("{}: {}", scenario.path, scenario.name);
            let count = names.entry(name.clone()).or_default();
            *count += 1;
            let name = if *count == 1 { name } else { format!("{name} #{count}") };
            let missing = scenario.tags.contains(&"needs:aws-cli".to_owned())
                && surroundings.values().any(Result::is_err);
            let plan = (file.clone(), scenario.line, commands.clone(), surroundings.clone());
            trials.push(
                Trial::test(name, move || run(plan.0, plan.1, plan.2, plan.3)).with_ignored_flag(missing),
            );
        }
    }
    assert!(!trials.is_empty(), "features/ holds no scenario");
    libtest_mimic::run(&arguments, trials).exit();
}

fn run(
    file: FeatureFile,
    line: usize,
    commands: Commands,
    surroundings: BTreeMap<String, Result<(), String>>,
) -> Result<(), Failed> {
    let selection = Selection::at(file.path(), line);
    let plan = RunPlan {
        features: vec![file],
        selection,
        jobs: 1,
        commands,
        files: Files { read: Some(|path| std::fs::read_to_string(path)) },
        surroundings,
        ..RunPlan::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut events = Vec::new();
    let target = Rc::new(Embedded::new(chrono::Utc::now, "run"));
    runtime.block_on(harness::run(plan, target, chrono::Utc::now, |event| events.push(event)))?;
    let record: Record = events.iter().collect();
    if record.exit() == Exit::Passed {
        return Ok(());
    }
    let mut text = Vec::new();
    let mut console =
        Console::new(&mut text, Page { width: 100, color: Color::Plain, detail: Detail::Normal });
    for event in &events {
        console.event(event)?;
    }
    Err(String::from_utf8_lossy(&text).into_owned().into())
}

fn feature_paths(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("features/ can be read");
    let entries = entries.map(|entry| entry.expect("an entry").path());
    let (folders, mut paths): (Vec<PathBuf>, Vec<PathBuf>) = entries.partition(|path| path.is_dir());
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "feature"));
    paths.extend(folders.iter().flat_map(|folder| feature_paths(folder)));
    paths.sort();
    paths
}

fn read(path: &Path) -> FeatureFile {
    let text = std::fs::read_to_string(path).expect("a feature file can be read");
    FeatureFile::parse(&path.display().to_string(), &text).unwrap_or_else(|error| panic!("{error}"))
}

fn aws_cli(path: &str) -> Result<(), String> {
    let found = std::env::split_paths(path).any(|folder| folder.join("aws").is_file());
    found.then_some(()).ok_or_else(|| "no `aws` on the PATH".to_owned())
}
