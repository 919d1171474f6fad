//! The two traits that every target implements, and what they speak of.

use std::net::IpAddr;
use std::time::Duration;

use aws_types::SdkConfig;
use chrono::{DateTime, Utc};
use emulator::{NotDecided, Question, SamlStatement};
use futures::FutureExt;
use futures::future::LocalBoxFuture;
use policy::{AccountId, Decision, Explanation, Layer, Outcome};
use secrecy::SecretString;

use crate::bystander::Bystander;
use crate::journal::ThingKind;
use crate::names::Names;

/// A kind of place where scenarios run.
pub trait Target {
    /// Its name, and what its verdicts are worth.
    fn info(&self) -> Info;

    /// Whether it has what a tag `@needs:NAME` names. `Err`: why not.
    ///
    /// # Errors
    /// A few words for the summary, such as `the clock of a real account can't be moved`.
    fn capability(&self, name: &str) -> Result<(), String>;

    /// A place for one scenario, which shares nothing with those of other scenarios. `bystander` sees what it calls by itself.
    fn place<'a>(
        &'a self,
        bystander: &'a dyn Bystander,
    ) -> LocalBoxFuture<'a, Result<Box<dyn Place>, TargetError>>;

    /// The last lines that the target itself logged, where it is gone and kept a log: a run that did not pass needs them.
    fn log(&self) -> Vec<String> {
        Vec::new()
    }

    /// Removes what is left of all places. Those that scenarios have cleaned up hold nothing any more.
    ///
    /// # Errors
    /// What could not be removed.
    fn clean_up<'a>(&'a self, _bystander: &'a dyn Bystander) -> LocalBoxFuture<'a, Result<(), TargetError>> {
        async { Ok(()) }.boxed_local()
    }
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

    /// Whose key that is.
    fn administrator_arn(&self) -> String {
        format!("arn:aws:iam::{}:root", self.account())
    }

    /// The key that may do everything in the other account.
    fn other_administrator(&self) -> Option<&AccessKey> {
        None
    }

    /// How to call as the holder of `key`; `None`: unsigned.
    fn configuration(&self, key: Option<&AccessKey>) -> SdkConfig;

    /// The same, where calls are made again that may only have come too early.
    fn patient(&self, _key: Option<&AccessKey>, configuration: SdkConfig) -> SdkConfig {
        configuration
    }

    /// How to call as the holder of `key` from another address; `None`: calls come from where this process is.
    fn configuration_from(&self, _key: Option<&AccessKey>, _address: IpAddr) -> Option<SdkConfig> {
        None
    }

    /// Whether buckets stand in the path of S3's URLs, and not in the host name.
    fn has_buckets_in_path(&self) -> bool {
        false
    }

    /// How the names of features become names there.
    fn names(&self) -> &Names;

    /// What everything that is made there is tagged with.
    fn tags(&self) -> &[(String, String)] {
        &[]
    }

    /// The permissions boundary of every user and role that is made there.
    fn permissions_boundary(&self) -> Option<&str> {
        None
    }

    /// To be said before something is made that must be removed.
    ///
    /// # Errors
    /// Where it can't be written down: then it must not be made.
    fn creating(&self, _in_account: &AccountId, _kind: ThingKind, _name: &str) -> Result<(), TargetError> {
        Ok(())
    }

    /// To be said when it was made.
    fn created(&self, _in_account: &AccountId, _kind: ThingKind, _name: &str) {}

    /// To be said when it was not made, for certain.
    fn not_created(&self, _in_account: &AccountId, _kind: ThingKind, _name: &str) {}

    /// To be said after a call on which decisions may depend, such as one that changes a policy.
    fn changed(&self) {}

    /// Waits until what was changed has had time to arrive where calls are decided.
    fn settled(&self) -> LocalBoxFuture<'_, ()> {
        async {}.boxed_local()
    }

    /// How long an answer may be another one than what was changed last would make it; zero: it never is.
    fn patience(&self) -> Duration {
        Duration::ZERO
    }

    /// What would be decided, without a call.
    ///
    /// # Errors
    /// Where the place decides only what is called, or the question can't be answered.
    fn decide(&self, _question: &Question) -> Result<Explained, TargetError> {
        let (target, what) = (self.account().to_string(), "decide without a call".to_owned());
        Err(TargetError::Unsupported { target, what })
    }

    /// Whether both accounts are the scenario's alone, so that an organization's policies limit nobody else.
    fn may_be_organized(&self) -> bool {
        false
    }

    /// The token of an OpenID Connect issuer, by its URL, with these claims; `None`: nobody here can speak for issuers.
    fn web_identity_token(&self, _issuer: &str, _claims: &[(String, String)]) -> Option<String> {
        None
    }

    /// The metadata document of a SAML identity provider; `None`: as of tokens.
    fn saml_metadata(&self, _issuer: &str) -> Option<String> {
        None
    }

    /// The response of a SAML identity provider, in base64; `None`: as of tokens.
    fn saml_response(&self, _statement: &SamlStatement) -> Option<String> {
        None
    }

    /// Removes what the scenario made.
    ///
    /// # Errors
    /// What could not be removed.
    fn clean_up<'a>(&'a self, _bystander: &'a dyn Bystander) -> LocalBoxFuture<'a, Result<(), TargetError>> {
        async { Ok(()) }.boxed_local()
    }

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

    /// What the metadata service of an instance hands out now; `None`: nothing, as it has no instance profile, or EC2 may
    /// not assume the role in it.
    fn instance_credentials<'a>(
        &'a self,
        instance_id: &'a str,
    ) -> LocalBoxFuture<'a, Result<Option<InstanceCredentials>, TargetError>>;

    /// Runs a program on an instance, and waits for its end.
    fn run_program<'a>(
        &'a self,
        instance_id: &'a str,
        program: &'a Program,
    ) -> LocalBoxFuture<'a, Result<ProgramOutput, TargetError>>;

    /// What instances are launched with there, whatever the feature says.
    fn launch(&self) -> Launch {
        Launch::default()
    }
}

/// What a target is called, and what its verdicts are worth.
#[derive(Clone, Debug)]
pub struct Info {
    /// `embedded`, `localstack` with its version, `aws`, or an endpoint's URL.
    pub name: String,
    /// What it is.
    pub kind: TargetKind,
    /// One line for people: `modelled: …`, `proven: …`, `unproven: …`.
    pub verdicts: String,
    /// The account; `None`: every scenario has one of its own.
    pub account: Option<AccountId>,
    /// The region of calls that name none.
    pub region: String,
}

/// What a target is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetKind {
    /// The emulator in this process.
    Embedded,
    /// A LocalStack container.
    LocalStack,
    /// A server that speaks as AWS does, also one that stands for it.
    Endpoint,
    /// AWS itself.
    Aws,
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

/// What programs on an instance sign with.
pub struct InstanceCredentials {
    /// The name of the instance's role there.
    pub role: String,
    /// The access key id.
    pub key_id: String,
    /// The key; `None`: it does not leave the instance.
    pub key: Option<AccessKey>,
    /// How to call with it.
    pub configuration: SdkConfig,
}

impl InstanceCredentials {
    /// Those of a role with this key, for calls at a place.
    pub(crate) fn of(role: String, key: AccessKey, place: &dyn Place) -> Self {
        Self { role, key_id: key.id.clone(), configuration: place.configuration(Some(&key)), key: Some(key) }
    }
}

/// A shell script that is to run on an instance.
pub struct Program {
    /// For `/bin/sh`; it ends at the first command that fails.
    pub script: String,
    /// What it can read.
    pub input: String,
    /// Where programs are looked for, should it run on this machine.
    pub path: String,
}

/// What a program left behind.
pub struct ProgramOutput {
    /// Whether its exit code was zero.
    pub success: bool,
    /// What it printed; it may hold secrets.
    pub text: String,
    /// What it said to its error output; it may hold secrets.
    pub error: String,
}

/// What instances are launched with; `None`: what the feature says.
#[derive(Clone, Debug, Default)]
pub struct Launch {
    /// An AMI's id, or words of its description.
    pub image: Option<String>,
    /// `t3.micro` and so on.
    pub instance_type: Option<String>,
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
    /// What denied it; `None`: it is allowed.
    pub denied_by: Option<DeniedBy>,
}

/// What stands against a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeniedBy {
    /// The kind of policy that denies it, or that would have had to allow it.
    pub layer: Layer,
    /// Whether a Deny statement does; else nothing in the layer allows it.
    pub explicit: bool,
    /// The Sids of the statements that do. `None`: the place tells none.
    pub statements: Option<Vec<String>>,
}

impl DeniedBy {
    pub(crate) fn of(decision: &Decision) -> Option<Self> {
        let explicit = decision.outcome == Outcome::ExplicitDeny;
        let sids = decision.deciding.iter().filter_map(|name| name.sid.as_deref()).map(str::to_owned);
        let statements = Some(if explicit { sids.collect() } else { Vec::new() });
        let layer = decision.layer.unwrap_or(Layer::Identity);
        (!decision.is_allowed()).then_some(Self { layer, explicit, statements })
    }
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
    /// What a policy says depends on names that are others there.
    #[error("it says something else where names are others: {0} is then not what the feature calls it")]
    OtherNames(String),
    /// The journal can't be written, without which nothing is made.
    #[error("nothing is made, because the journal can't be written: {0}")]
    Journal(std::io::Error),
    /// What could not be removed, each with the reason.
    #[error("could not be removed: {}", few(.0))]
    Left(Vec<String>),
    /// A question that has no answer.
    #[error("{0}")]
    NotDecided(#[from] NotDecided),
    /// It can't be reached, or we are not who we should be there.
    #[error("{0}")]
    Unreachable(String),
    /// It answered something that can't be understood.
    #[error("{0}")]
    Unexpected(String),
}

/// Whether an answer to a call that makes a thing says that there is none. An attempt whose answer was lost may have
/// made it: the next one is then told that it exists, or comes too late.
#[must_use]
pub fn made_nothing(status: Option<u16>, code: Option<&str>) -> bool {
    let refused = status.is_some_and(|status| (400..500).contains(&status) && status != 429);
    let unsure = [
        "Exists",
        "AlreadyOwned",
        "Duplicate",
        "Conflict",
        "Aborted",
        "Idempotent",
        "Throttl",
        "Timeout",
        "Expired",
    ];
    refused && code.is_some_and(|code| !unsure.iter().any(|word| code.contains(word)))
}

/// The first of many, and how many more there are.
fn few(many: &[String]) -> String {
    let first = many.iter().take(5).cloned().collect::<Vec<_>>().join("; ");
    match many.len().saturating_sub(5) {
        0 => first,
        more => format!("{first}; and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_refusal_says_that_nothing_was_made() {
        let check =
            |status, code, expected| assert_eq!(made_nothing(status, code), expected, "{status:?} {code:?}");
        check(Some(403), Some("AccessDenied"), true);
        check(Some(400), Some("InvalidParameterValue"), true);
        check(Some(409), Some("LimitExceeded"), true);
        check(Some(409), Some("EntityAlreadyExists"), false);
        check(Some(409), Some("BucketAlreadyOwnedByYou"), false);
        check(Some(400), Some("InvalidKeyPair.Duplicate"), false);
        check(Some(400), Some("RequestTimeout"), false);
        check(Some(400), Some("Throttling"), false);
        check(Some(403), Some("ExpiredToken"), false);
        check(Some(503), Some("SlowDown"), false);
        check(Some(403), None, false);
        check(None, Some("AccessDenied"), false);
    }
}
