//! The instance metadata service: for each instance an HTTP endpoint that knows who the instance is and hands out the
//! credentials of its role.
//!
//! `answer` is the whole behaviour, as a function of the state, the request and the time; `server` listens on
//! loopback. Times are virtual.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html>

mod answer;
mod credentials;
mod metadata;
mod server;
#[cfg(test)]
mod tests;
mod tokens;

use std::collections::BTreeMap;

pub(crate) use answer::{Request, answer};
pub(crate) use server::{ImdsGuard, ImdsServer};

/// What the metadata services remember, by instance.
#[derive(Default)]
pub(crate) struct State {
    services: BTreeMap<String, Service>,
}

#[derive(Default)]
struct Service {
    tokens: tokens::Tokens,
    credentials: Option<credentials::Cached>,
}

impl State {
    fn service(&mut self, instance_id: &str) -> &mut Service {
        self.services.entry(instance_id.to_owned()).or_default()
    }
}
