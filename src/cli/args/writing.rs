//! Arguments of the commands for those who write features: `init` and `steps`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// A project to begin with.
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// Where; files that are there stay as they are.
    #[arg(value_name = "FOLDER", default_value = ".")]
    pub(crate) folder: PathBuf,
}

/// The vocabulary.
#[derive(Debug, Args)]
pub(crate) struct StepsArgs {
    /// Only steps in which all these words stand.
    #[arg(value_name = "WORDS")]
    pub(crate) words: Vec<String>,
    /// How to write them.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: StepsFormat,
    /// Not the steps, but the actions for which `tries` and its like really make a call.
    #[arg(long)]
    pub(crate) called: bool,
}

/// How the vocabulary is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum StepsFormat {
    /// For a terminal.
    Text,
    /// A page in Markdown, with examples.
    Md,
    /// For programs, with examples.
    Json,
    /// For the Cucumber extension of editors: Rust that it reads, and nobody compiles.
    Glue,
}
