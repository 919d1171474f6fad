//! Arguments of the commands for what a run left: `report`, `verify` and `keygen`.

use std::path::PathBuf;

use clap::Args;

/// What a run left.
#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// The journal, or the folder that holds it.
    #[arg(value_name = "JOURNAL")]
    pub(crate) journal: PathBuf,
    /// How to spell it: `text` or one of the other formats.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: String,
    /// Write it there instead of to standard output.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Sign an attestation with the private key in this file, else with that in ROLECALL_EVIDENCE_KEY.
    #[arg(long, value_name = "FILE")]
    pub(crate) evidence_key: Option<PathBuf>,
    /// For `asff`: the account whose Security Hub takes the findings, where the run was on none of AWS.
    #[arg(long, value_name = "ID")]
    pub(crate) account: Option<String>,
    /// For `asff`: the region of that Security Hub [default: that of the calls on AWS].
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<String>,
}

/// A folder of evidence.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// The folder.
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// The public key that it must be signed with.
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
}

/// A pair of keys.
#[derive(Debug, Args)]
pub(crate) struct KeygenArgs {
    /// The file for the private key; the public one stands beside it, as `….pub.pem`.
    #[arg(value_name = "FILE", default_value = "rolecall-evidence-key.pem")]
    pub(crate) file: PathBuf,
}
