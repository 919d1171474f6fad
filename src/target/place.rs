//! The two traits that every target implements, and what they speak of.

use std::time::Duration;

use aws_types::SdkConfig;
use chrono::{DateTime, Utc};
use futures::future::LocalBoxFuture;
use policy::{AccountId, Explanation};
use secrecy::SecretString;

/// A kind of place where scenarios run.
pub trait Target {
    /// Its name, and what its verdicts are worth.
    fn info(&self) -> Info;

    /// Whether it has what a tag `@needs:NAME` names. `Err`: why not.
    ///
    /// # Errors
    /// A few words for the summary, such as `the clock of a real account can't be moved`.
    fn capability(&self, name: &str) -> Result<(), String>;

    /// A place for one scenario, which shares nothing with those of other scenarios.
    fn place(&self) -> LocalBoxFuture<'_, Result<Box<dyn Place>, TargetError>>;
}

/// Where one scenario runs.
pub trait Place {
    /// The scenario's account.
    fn account(&self) -> &AccountId;

    /// A second account, which belongs to somebody else.
    fn other_account(&self) -> Option<&AccountId>;

    /// The region of calls that name none.
    fn region(&self) -> &str;

    /// The key that may do everything in the scenario's account.
    fn administrator(&self) -> &AccessKey;

    /// The key that may do everything in the other account.
    fn other_administrator(&self) -> Option<&AccessKey> {
        None
    }

    /// How to call as the holder of `key`; `None`: unsigned.
    fn configuration(&self, key: Option<&AccessKey>) -> SdkConfig;

    /// Now, as this place tells time.
    fn now(&self) -> DateTime<Utc>;

    /// Lets time pass.
    ///
    /// # Errors
    /// Where the clock can't be moved.
    fn pass_time(&self, by: Duration) -> Result<(), TargetError>;

    /// How the call that was answered with this request id was decided; of several permissions the one that
    /// `refused` it, where it was. `None`: this place can't tell.
    fn explained(&self, request_id: &str, refused: bool) -> Option<Explained>;

    /// What the instance metadata service gives programs on an instance to sign with.
    fn instance_role<'a>(
        &'a self,
        instance_id: &'a str,
    ) -> LocalBoxFuture<'a, Result<InstanceRole, TargetError>>;

    /// The environment that makes programs on an instance call this place, and nothing else: the endpoint
    /// of the services, and that of the instance's metadata.
    fn instance_environment<'a>(
        &'a self,
        instance_id: &'a str,
    ) -> LocalBoxFuture<'a, Result<Vec<(String, String)>, TargetError>>;
}

/// What a target is called, and what its verdicts are worth.
#[derive(Clone, Debug)]
pub struct Info {
    /// `embedded`, `localstack`, `aws`, or an endpoint's URL.
    pub name: String,
    /// One line for people: `modelled: …`, `proven: …`, `unproven: …`.
    pub verdicts: String,
}

/// An access key with what is needed to sign.
#[derive(Clone)]
pub struct AccessKey {
    /// `AKIA…` or `ASIA…`.
    pub id: String,
    /// The secret access key.
    pub secret: SecretString,
    /// `None`: a long-term key.
    pub session_token: Option<SecretString>,
}

/// The role credentials of an instance.
pub enum InstanceRole {
    /// It has an instance profile whose role EC2 may assume.
    Key(AccessKey),
    /// It has none, or the role's trust policy does not name EC2.
    None,
}

/// How a call was decided: the permission that decided it, and why.
#[derive(Clone, Debug)]
pub struct Explained {
    /// `s3:PutObject` and so on.
    pub action: String,
    /// The resource's ARN.
    pub resource: String,
    /// The caller's ARN.
    pub principal: String,
    /// Whether the permission was granted.
    pub allowed: bool,
    /// Why.
    pub explanation: Explanation,
}

/// Why a place could not be had, or can't do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// It has no such thing.
    #[error("target {target} can't {what}")]
    Unsupported {
        /// The target's name.
        target: String,
        /// What was asked, as a verb phrase.
        what: String,
    },
    /// An instance id that is unknown there.
    #[error("there is no running instance `{0}`")]
    NoSuchInstance(String),
    /// A loopback port could not be opened, or something of that kind.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// It answered something that can't be understood.
    #[error("{0}")]
    Unexpected(String),
}
