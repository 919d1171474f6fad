//! Arguments of `serve`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::FalseyValueParser;
use emulator::{Failure, Rate, fault_duration};
use secrecy::SecretString;

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// The port on 127.0.0.1; 0 picks a free one.
    #[arg(long, value_name = "N", default_value_t = 4566)]
    pub(crate) port: u16,
    /// Also write the variables here, without `export`, when the server is ready. Only its owner can read it.
    #[arg(long, value_name = "F")]
    pub(crate) env_file: Option<PathBuf>,
    /// An account of twelve digits; repeat it for several. The printed credentials are those of the first.
    #[arg(long = "account", value_name = "ID")]
    pub(crate) accounts: Vec<String>,
    /// The access key id of the first account's root user, in place of a drawn one.
    #[arg(long, value_name = "ID", requires = "admin_secret")]
    pub(crate) admin_key: Option<String>,
    /// Its secret access key.
    #[arg(
        long,
        value_name = "SECRET",
        env = "ROLECALL_ADMIN_SECRET",
        hide_env_values = true,
        requires = "admin_key"
    )]
    pub(crate) admin_secret: Option<SecretString>,
    /// Let the control route make the emulator as new (`POST /_rolecall/reset`).
    #[arg(long)]
    pub(crate) allow_reset: bool,
    /// Let Systems Manager run commands "on" instances, as programs on this machine.
    #[arg(long, env = "ROLECALL_ALLOW_COMMANDS", value_parser = FalseyValueParser::new())]
    pub(crate) allow_commands: bool,
    #[command(flatten)]
    pub(crate) faults: FaultArgs,
}

/// What is played of AWS's own weaknesses.
#[derive(Debug, Args)]
#[command(next_help_heading = "AWS's weaknesses")]
pub(crate) struct FaultArgs {
    /// Changes of IAM, of bucket policies and of public access blocks are seen late: by this much at most, and a quarter of it at
    /// least, by IAM, STS, S3 and all others each at a time of its own. Such as `3s`.
    #[arg(long, value_name = "DURATION", value_parser = fault_duration)]
    pub(crate) eventual_consistency: Option<Duration>,
    /// How many calls an account may make to a service in a second.
    #[arg(long, value_name = "RATE")]
    pub(crate) throttle: Option<Rate>,
    /// How long each answer is held back, exactly. Such as `50ms`.
    #[arg(long, value_name = "DURATION", value_parser = fault_duration)]
    pub(crate) latency: Option<Duration>,
    /// Let the first N calls of an operation fail, such as `iam:CreateRole:ServiceFailure:2`; repeat it for several. Beside the
    /// service's codes there are `connection-reset` and `no-answer-but-done`.
    #[arg(long = "fail", value_name = "SERVICE:OPERATION:CODE:N")]
    pub(crate) failures: Vec<Failure>,
    /// What the delays follow from.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
}
