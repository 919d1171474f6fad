//! Arguments of `check`, and of `explain`, which tells what it finds.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::FEATURES;

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// Such as `RC007`.
    pub(crate) code: Option<String>,
    /// How to write it.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: ExplainFormat,
}

/// How `explain` tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExplainFormat {
    /// For people.
    Text,
    /// A page of the documentation.
    Md,
}

/// Checks without a run.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Feature files, and folders to search for them.
    #[arg(value_name = "PATHS", default_value = FEATURES)]
    pub(crate) paths: Vec<PathBuf>,
    /// Fail on warnings, too.
    #[arg(long)]
    pub(crate) strict: bool,
    /// How to write the findings.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: CheckFormat,
}

/// How findings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// For code scanning.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
}
