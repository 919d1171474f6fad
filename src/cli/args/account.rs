//! Arguments of the commands for accounts that files describe: `draft` and `diff`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// An account to draft a feature for.
#[derive(Debug, Args)]
pub(crate) struct DraftArgs {
    /// What `aws iam get-account-authorization-details` wrote, a CloudFormation template, or what `terraform show -json` wrote.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// A parameter of a template.
    #[arg(long = "parameter", short, value_name = "NAME=VALUE", value_parser = parameter)]
    pub(crate) parameters: Vec<(String, String)>,
    /// Rows also for everybody who may not do a sensitive action.
    #[arg(long)]
    pub(crate) denials: bool,
    /// Write the feature to this file, which must not be there yet [default: standard output, for a place beside FILE].
    #[arg(long, short, value_name = "FEATURE")]
    pub(crate) output: Option<PathBuf>,
}

/// Two descriptions of an account.
#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// The account before the change: what `aws iam get-account-authorization-details` wrote, a CloudFormation template, or what
    /// `terraform show -json` wrote.
    #[arg(value_name = "OLD")]
    pub(crate) old: PathBuf,
    /// The account after it; of an account and a template or plan only what that describes is compared.
    #[arg(value_name = "NEW")]
    pub(crate) new: PathBuf,
    /// A parameter of the templates.
    #[arg(long = "parameter", short, value_name = "NAME=VALUE", value_parser = parameter)]
    pub(crate) parameters: Vec<(String, String)>,
    /// Text for a pull request, or a feature of the account after the change.
    #[arg(long, value_name = "FORMAT", default_value = "markdown")]
    pub(crate) format: DiffFormat,
    /// Write it to this file, which must not be there yet [default: standard output].
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// End with exit code 1 where a verdict is another one, and with 3 where none is but not all can be told.
    #[arg(long)]
    pub(crate) exit_code: bool,
}

fn parameter(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("it is written NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// How a diff is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    /// Tables in Markdown.
    Markdown,
    /// A feature.
    Feature,
}
