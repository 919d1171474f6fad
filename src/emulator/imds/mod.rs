//! The instance metadata service: for each instance an HTTP endpoint that knows who the instance is and hands out the
//! credentials of its role.
//!
//! `answer` is the whole behaviour, as a function of the state, the request and the time; `server` listens on
//! loopback. Times are virtual. What `elsewhere` serves is of an instance that another AWS has.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html>

mod answer;
mod credentials;
mod elsewhere;
mod facts;
mod metadata;
mod server;
#[cfg(test)]
mod tests;
mod tokens;

use std::collections::BTreeMap;

pub(crate) use answer::{Request, answer};
pub(crate) use credentials::role;
pub use elsewhere::{CredentialsUnknown, InstanceElsewhere, MetadataServer, RoleCredentials};
pub use facts::{InstanceFacts, MetadataFacts, ProfileFacts, SecurityGroupFacts};
pub(crate) use server::{ImdsGuard, ImdsServer};

/// What the metadata services remember, by instance.
#[derive(Default)]
pub(crate) struct State {
    services: BTreeMap<String, Service>,
    /// By access key id.
    delivered: BTreeMap<String, Delivered>,
}

#[derive(Default)]
struct Service {
    tokens: tokens::Tokens,
    credentials: BTreeMap<Version, credentials::Cached>,
}

/// The versions of the metadata service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Version {
    One,
    Two,
}

impl Version {
    /// As `ec2:RoleDelivery` has it.
    pub(crate) fn number(self) -> &'static str {
        match self {
            Self::One => "1.0",
            Self::Two => "2.0",
        }
    }
}

/// Where an instance's credentials went.
pub(crate) struct Delivered {
    pub(crate) version: Version,
    pub(crate) instance_arn: String,
    pub(crate) vpc_id: String,
    pub(crate) private_ip_address: Option<String>,
}

impl State {
    /// `None`: not the key of an instance's credentials.
    pub(crate) fn delivered(&self, access_key_id: &str) -> Option<&Delivered> {
        self.delivered.get(access_key_id)
    }

    fn service(&mut self, instance_id: &str) -> &mut Service {
        self.services.entry(instance_id.to_owned()).or_default()
    }
}
