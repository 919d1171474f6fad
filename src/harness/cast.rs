//! Who and what has a name in a scenario.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use aws_types::SdkConfig;
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use target::AccessKey;

use crate::recorder::StepError;
use crate::similar::nearest;

/// Who makes calls.
#[derive(Clone)]
pub struct Actor {
    /// What people call it, such as `main-user` or `main-role1 as testSession`.
    pub name: String,
    /// Its ARN, or `anonymous`.
    pub principal: String,
    /// `None`: it has no credentials, and its calls are unsigned; or they don't leave the instance that it stands for.
    pub key: Option<AccessKey>,
    /// How to call as this actor.
    pub configuration: SdkConfig,
    /// Whether buckets stand in the path of S3's URLs, and not in the host name.
    pub buckets_in_path: bool,
    /// Where its calls come from; `None`: from where this process is.
    pub address: Option<IpAddr>,
}

/// A session that was obtained.
#[derive(Clone)]
pub struct Session {
    /// When it was asked for, by the place's clock.
    pub asked: DateTime<Utc>,
    /// When it ends, as the service said.
    pub expires: DateTime<Utc>,
}

/// Everybody and everything that has a name in the scenario.
#[derive(Default)]
pub struct Cast {
    /// Users with their ARNs and keys, oldest first.
    pub users: BTreeMap<String, User>,
    /// ARNs of roles.
    pub roles: BTreeMap<String, String>,
    /// ARNs of groups.
    pub groups: BTreeMap<String, String>,
    /// ARNs of the account's own managed policies.
    pub policies: BTreeMap<String, String>,
    /// The role of each instance that has one.
    pub instance_roles: BTreeMap<String, String>,
    /// Instances.
    pub instances: BTreeMap<String, CastInstance>,
    /// Buckets.
    pub buckets: Vec<String>,
    /// Those of them that are the other account's.
    pub foreign_buckets: BTreeSet<String>,
    /// The id of the organization that the account is in, where a step has put it there.
    pub organization: Option<String>,
    /// Ids of the organization's policies that the scenario made.
    pub control_policies: BTreeMap<String, String>,
    /// ARNs of the account's identity providers.
    pub identity_providers: BTreeMap<String, String>,
    /// Instance profiles with the role in them.
    pub instance_profiles: BTreeMap<String, String>,
    /// Sessions by the name that was given to them.
    pub sessions: BTreeMap<String, Actor>,
    /// From where those call who don't call from here.
    pub addresses: BTreeMap<String, IpAddr>,
    /// The MFA devices of users.
    pub mfa_devices: BTreeMap<String, MfaDevice>,
    /// What can't be told of what was described.
    pub doubts: Vec<Doubt>,
}

/// Something that a description does not tell, or that could not be made as it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// What nobody can tell for it.
    pub about: Doubtful,
    /// Why.
    pub reason: String,
}

/// What a doubt is about, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubtful {
    /// Whatever anybody may do.
    Everything,
    /// What a user or role may do.
    Identity(String),
    /// Who may use a bucket or take a role.
    Resource(String),
    /// Who may do what with the resources of a service, by the prefix of its actions.
    Service(String),
}

/// Names that mean somebody already.
const RESERVED: [&str; 4] = ["administrator", "anonymous", "nobody", "root"];

impl Cast {
    /// Whether a user, an instance or a session (`kind`) may be called `name`: two who act under one name
    /// would make it unclear whose permissions a step is about.
    ///
    /// # Errors
    /// Where somebody of another kind has the name already.
    pub fn free_for(&self, kind: &str, name: &str) -> Result<(), StepError> {
        let holders = [
            ("user", self.users.contains_key(name)),
            ("instance", self.instances.contains_key(name)),
            ("session", self.sessions.contains_key(name)),
        ];
        let holder = holders.iter().find(|(holder, has)| *has && *holder != kind).map(|(holder, _)| *holder);
        match holder.or(RESERVED.contains(&name).then_some("word with a meaning of its own")) {
            None => Ok(()),
            Some(holder) => Err(taken(kind, name, holder)),
        }
    }

    /// Whether a feature may call a user, a role, a group or an instance (`kind`) `name`: two that have policies under one
    /// name would make it unclear whose a step is about. Accounts that files describe may have them.
    ///
    /// # Errors
    /// Where one of another kind has the name already.
    pub fn tells_apart(&self, kind: &str, name: &str) -> Result<(), StepError> {
        match self.identities_called(name).into_iter().find(|holder| *holder != kind) {
            None => Ok(()),
            Some(holder) => Err(taken(kind, name, holder)),
        }
    }

    /// Of what kinds those are that have policies and this name.
    pub fn identities_called(&self, name: &str) -> Vec<&'static str> {
        let holders = [
            ("user", self.users.contains_key(name)),
            ("role", self.roles.contains_key(name)),
            ("group", self.groups.contains_key(name)),
            ("instance", self.instances.contains_key(name)),
        ];
        holders.into_iter().filter(|(_, has)| *has).map(|(holder, _)| holder).collect()
    }
}

fn taken(kind: &str, name: &str, holder: &str) -> StepError {
    let article = if holder.starts_with('i') { "an" } else { "a" };
    let message = format!("`{name}` is {article} {holder} here, so steps could not tell the {kind} from it");
    StepError::failed("has a name that is taken", message).help(format!("give the {kind} another name"))
}

/// A user's virtual MFA device.
#[derive(Clone)]
pub struct MfaDevice {
    /// Its serial number, which is an ARN.
    pub serial: String,
    /// What its codes follow from, in base32.
    pub seed: SecretString,
    /// The number of the 30 seconds of its last code that was used: no code is good twice.
    pub last_step: i64,
}

/// An instance of the cast.
pub struct CastInstance {
    /// Its id.
    pub id: String,
    /// The image that the feature launches it from, where the place was told to take another; else `None`.
    pub image: Option<String>,
    /// The type that the feature gives it, where the place was told to take another; else `None`.
    pub instance_type: Option<String>,
}

/// A user of the cast.
pub struct User {
    /// Its ARN.
    pub arn: String,
    /// Its access keys, oldest first.
    pub keys: Vec<AccessKey>,
}

/// What to say of a name that several of these kinds have.
pub fn means_several(name: &str, kinds: &[&str]) -> String {
    let kinds = kinds.iter().map(|kind| format!("{} {kind}", if kind.starts_with('i') { "an" } else { "a" }));
    let kinds = kinds.collect::<Vec<_>>().join(" and ");
    format!("`{name}` is {kinds} here, so the name does not tell which is meant")
}

/// A name that nobody in the cast has.
pub fn unknown<'a>(kind: &str, name: &str, known: impl Iterator<Item = &'a String> + Clone) -> StepError {
    let near = nearest(name, known.clone().map(String::as_str));
    let all: Vec<&str> = known.map(String::as_str).collect();
    let article = if kind.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
    let help = match (near.first(), all.is_empty()) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, true) if kind == "role" => {
            format!(
                "the scenario has no role yet; add a step such as `Given a role {name} trusted by ec2.amazonaws.com`"
            )
        }
        (None, true) if kind.contains(' ') => format!("the scenario has no {kind} yet"),
        (None, true) => {
            format!("the scenario has no {kind} yet; add a step such as `Given {article} {kind} {name}`")
        }
        (None, false) => format!("known here: {}", all.join(", ")),
    };
    StepError::failed(format!("there is no {kind} `{name}`"), "").help(help)
}
