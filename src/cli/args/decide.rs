//! Arguments of `decide`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
pub(crate) struct DecideArgs {
    /// A request in JSON, or one on each line; `-` is standard input. docs/decide.md has its fields.
    #[arg(value_name = "FILE", default_value = "-")]
    pub(crate) file: PathBuf,
    /// How to answer.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: AnswerFormat,
    /// Tell of each statement what became of it.
    #[arg(long)]
    pub(crate) trace: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AnswerFormat {
    /// For people, with the explanation.
    Text,
    /// For programs: an object on one line for each request.
    Json,
}
