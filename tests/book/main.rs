//! The documentation: every example in it is tried, and every link leads somewhere.
//!
//! A block ` ```gherkin file=NAME ` is a file of its page, as are `json` and `toml` ones; other features must have nothing that
//! `check` finds an error, and steps alone must be known. In ` ```console exit=N ` what follows `$` is run in the page's own
//! folder, and what comes out must be what stands below, where a line of `…` stands for any lines. Commands that need what is
//! not here have no output below them: of those the arguments must be right.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests"
)]

mod console;
mod links;
mod page;

use std::fs;
use std::path::{Path, PathBuf};

use ::steps as _;
use harness::check::Beside;
use page::{Block, Page};

fn pages() -> Vec<Page> {
    let folder = fs::read_dir("docs").unwrap().map(|entry| entry.unwrap().path());
    let pages = folder.filter(|path| path.extension().is_some_and(|it| it == "md"));
    let mut pages: Vec<PathBuf> = pages.chain([PathBuf::from("README.md")]).collect();
    pages.sort();
    pages.iter().map(|path| Page::read(path)).collect()
}

#[test]
fn every_example_is_as_it_says() {
    let mut tried = 0;
    for page in pages() {
        let folder = tempfile::tempdir().unwrap();
        // Some pages speak of our own features.
        std::os::unix::fs::symlink(fs::canonicalize("features").unwrap(), folder.path().join("features"))
            .unwrap();
        for block in &page.blocks {
            tried += usize::from(example(&page, block, folder.path()));
        }
    }
    assert!(tried > 100, "{tried}");
}

/// Whether the block is an example.
fn example(page: &Page, block: &Block, folder: &Path) -> bool {
    let place = format!("{}:{}", page.path.display(), block.line);
    if let Some(name) = block.value("file") {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &block.text).unwrap();
    }
    match block.language() {
        "gherkin" => feature(&block.text, &place),
        "json" => json(&block.text, &place),
        "toml" => drop(block.text.parse::<toml::Table>().unwrap_or_else(|error| panic!("{place}: {error}"))),
        "console" => console::session(block, folder, &place),
        _ => return false,
    }
    true
}

fn feature(text: &str, place: &str) {
    let is_whole = text.lines().any(|line| line.trim_start().starts_with("Feature:"));
    let text = match is_whole {
        true => text.to_owned(),
        false => format!("Feature: f\n  Scenario: s\n{text}\n"),
    };
    let found = harness::check::check("a.feature", &text, &Beside::default());
    // A part of a feature may name what stands elsewhere, and check nothing by itself.
    let counts = |code: &str| if is_whole { true } else { ["RC001", "RC002", "RC003"].contains(&code) };
    let is_comment =
        !is_whole && text.lines().skip(2).all(|line| line.trim().is_empty() || line.trim().starts_with('#'));
    let errors = found.iter().filter(|finding| finding.code.severity == harness::check::Severity::Error);
    let errors: Vec<_> = errors.filter(|finding| counts(finding.code.id) && !is_comment).collect();
    assert!(errors.is_empty(), "{place}: {errors:#?}");
}

/// One value, or one a line.
fn json(text: &str, place: &str) {
    let whole = serde_json::from_str::<serde_json::Value>(text);
    let lines = || text.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok());
    assert!(whole.is_ok() || lines(), "{place}: {whole:?}");
}

#[test]
fn every_link_leads_somewhere() {
    let pages = pages();
    let wrong: Vec<String> = pages.iter().flat_map(links::wrong).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(
        links::wrong(&Page::of(Path::new("docs/x.md"), "[a](check.md#nowhere) [b](nothing.md)")).len() == 2
    );
}

#[test]
fn every_page_is_in_the_book() {
    let summary = fs::read_to_string("docs/SUMMARY.md").unwrap();
    for page in pages().iter().filter(|page| page.path.starts_with("docs")) {
        let name = page.path.file_name().unwrap().to_str().unwrap();
        assert!(
            name == "SUMMARY.md" || summary.contains(&format!("]({name})")),
            "{name} is not in docs/SUMMARY.md"
        );
    }
}
