//! Arguments that say where calls go, and of the commands that are about a target: `config`, `probe` and `sweep`.

use std::path::PathBuf;

use clap::Args;

use crate::settings::Key;

/// Where calls go. What is not given comes from the environment (`ROLECALL_TARGET` and so on) or `rolecall.toml`.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Target")]
pub(crate) struct TargetArgs {
    /// `embedded`, `localstack`, `aws`, an endpoint's URL, or the name of a table `[targets.NAME]` in rolecall.toml [default: embedded].
    #[arg(long, value_name = "TARGET")]
    pub(crate) target: Option<String>,
    /// The account that it must be; `--target aws` does nothing without it.
    #[arg(long, value_name = "ID")]
    pub(crate) account: Option<String>,
    /// The region of the calls.
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<String>,
    /// The profile of AWS's configuration files whose credentials administer the account.
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// One of another account, for `<OTHER_ACCOUNT_ID>` and its users.
    #[arg(long, value_name = "NAME")]
    pub(crate) other_profile: Option<String>,
    /// Certificates in PEM to trust beside the system's.
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_bundle: Option<String>,
    /// Allow an endpoint without TLS; only on loopback.
    #[arg(long)]
    pub(crate) insecure_http: bool,
    /// Let it be the management account of an organization; otherwise nothing is done on one.
    #[arg(long)]
    pub(crate) management_account: bool,
    /// The permissions boundary of every user and role that is made.
    #[arg(long, value_name = "ARN")]
    pub(crate) permissions_boundary: Option<String>,
    /// What instances are launched from there, whatever the feature says: an AMI's id, or words of its description.
    #[arg(long, value_name = "AMI")]
    pub(crate) instance_image: Option<String>,
    /// The type of instances there, whatever the feature says.
    #[arg(long, value_name = "TYPE")]
    pub(crate) instance_type: Option<String>,
    /// How long changes are given to arrive before a verdict rests on them [default: 10s on aws, 0s elsewhere].
    #[arg(long, value_name = "TIME")]
    pub(crate) settle: Option<String>,
    /// How long after that an unexpected answer is asked for again [default: 60s on aws, 0s elsewhere].
    #[arg(long, value_name = "TIME")]
    pub(crate) patience: Option<String>,
    /// The folder of the journals of what was made [default: .rolecall].
    #[arg(long, value_name = "DIR")]
    pub(crate) journal: Option<String>,
    /// The image of the LocalStack container.
    #[arg(long, value_name = "NAME:TAG")]
    pub(crate) image: Option<String>,
    /// Take verdicts for what they are where the target does not show that it enforces IAM; all outputs say so.
    #[arg(long)]
    pub(crate) accept_unproven: bool,
    /// Read this file of settings instead of rolecall.toml.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

impl TargetArgs {
    /// The value that was given.
    pub(crate) fn get(&self, key: Key) -> Option<String> {
        let on = |switch: bool| switch.then(|| "true".to_owned());
        match key {
            Key::Target => self.target.clone(),
            Key::Account => self.account.clone(),
            Key::Region => self.region.clone(),
            Key::Profile => self.profile.clone(),
            Key::OtherProfile => self.other_profile.clone(),
            Key::CaBundle => self.ca_bundle.clone(),
            Key::InsecureHttp => on(self.insecure_http),
            Key::ManagementAccount => on(self.management_account),
            Key::PermissionsBoundary => self.permissions_boundary.clone(),
            Key::InstanceImage => self.instance_image.clone(),
            Key::InstanceType => self.instance_type.clone(),
            Key::Settle => self.settle.clone(),
            Key::Patience => self.patience.clone(),
            Key::Journal => self.journal.clone(),
            Key::Image => self.image.clone(),
            Key::AcceptUnproven => on(self.accept_unproven),
        }
    }
}

/// Settings alone, and where they came from.
#[derive(Debug, Args)]
pub(crate) struct ConfigArgs {
    #[command(flatten)]
    pub(crate) target: TargetArgs,
}

/// What a target shows of itself.
#[derive(Debug, Args)]
pub(crate) struct ProbeArgs {
    #[command(flatten)]
    pub(crate) target: TargetArgs,
}

/// What is left of runs that did not end.
#[derive(Debug, Args)]
pub(crate) struct SweepArgs {
    /// Journals of runs; without one, all in the folder of journals.
    #[arg(value_name = "JOURNALS")]
    pub(crate) journals: Vec<PathBuf>,
    /// Look at what is tagged there, too: that whose time is over, whichever run made it.
    #[arg(long)]
    pub(crate) tagged: bool,
    /// Remove it; without this, it is only shown.
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
}
