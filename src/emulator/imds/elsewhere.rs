//! The metadata service of an instance that lives on another AWS, which has none of its own.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};

use super::answer::{Answer, Request, Response, respond};
use super::facts::InstanceFacts;
use super::server::{ImdsGuard, Instance, listen};
use super::tokens::Tokens;
use super::{Version, credentials};
use crate::clock::Clock;
use crate::ids::Ids;

/// An instance that lives elsewhere. What it is and may is asked again for each request, but for credentials that
/// are handed out until they are near their end.
pub trait InstanceElsewhere: Send + Sync + 'static {
    /// What it can learn about itself. `None`: it does not run, and nobody listens.
    fn facts(&self) -> impl Future<Output = Option<InstanceFacts>> + Send;

    /// New credentials of the role of this name, for a session named after the instance. `Ok(None)`: EC2 may not
    /// assume it.
    ///
    /// # Errors
    /// Where that could not be found out: the request is answered with status 500.
    fn credentials(
        &self,
        role: &str,
    ) -> impl Future<Output = Result<Option<RoleCredentials>, CredentialsUnknown>> + Send;
}

/// Temporary credentials of a role.
#[derive(Clone)]
pub struct RoleCredentials {
    /// The access key id.
    pub access_key_id: String,
    /// The secret access key.
    pub secret: SecretString,
    /// The session token.
    pub session_token: SecretString,
    /// Their end.
    pub expires: DateTime<Utc>,
}

/// That the place where an instance lives gave no understandable answer.
#[derive(Debug, thiserror::Error)]
#[error("the credentials of the instance's role could not be asked for: {0}")]
pub struct CredentialsUnknown(pub String);

/// A metadata service on loopback, for as long as this is held.
pub struct MetadataServer {
    address: SocketAddr,
    _guard: ImdsGuard,
}

impl MetadataServer {
    /// Listens for `instance` on a free port of loopback. Session tokens follow from `seed`, which should be known to
    /// nobody.
    ///
    /// Must be called within a tokio runtime.
    ///
    /// # Errors
    /// If no port can be had.
    pub fn start(instance: impl InstanceElsewhere, clock: Clock, seed: &[u8]) -> io::Result<Self> {
        let remembered = Mutex::new(Remembered {
            ids: Ids::new(seed),
            tokens: Tokens::default(),
            credentials: BTreeMap::new(),
        });
        let (address, guard) = listen(Elsewhere { instance, clock, remembered })?;
        Ok(Self { address, _guard: guard })
    }

    /// Where it listens: what `AWS_EC2_METADATA_SERVICE_ENDPOINT` is to say, after `http://`.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

struct Elsewhere<I> {
    instance: I,
    clock: Clock,
    remembered: Mutex<Remembered>,
}

struct Remembered {
    ids: Ids,
    tokens: Tokens,
    /// Each version of the service has credentials of its own.
    credentials: BTreeMap<Version, Issued>,
}

#[derive(Clone)]
struct Issued {
    role: String,
    at: DateTime<Utc>,
    credentials: RoleCredentials,
}

impl<I: InstanceElsewhere> Instance for Elsewhere<I> {
    async fn runs(&self) -> bool {
        self.instance.facts().await.is_some()
    }

    async fn answer(&self, request: Request<'_>) -> Option<Response> {
        let facts = self.instance.facts().await?;
        let now = self.clock.now();
        let answer = {
            let Remembered { ids, tokens, .. } = &mut *self.remembered();
            respond(&facts, tokens, ids, &request, now)
        };
        Some(match answer {
            Answer::Whole(response) => response,
            Answer::Credentials(role, version) => self.document(&role, version, now).await,
        })
    }
}

impl<I: InstanceElsewhere> Elsewhere<I> {
    fn remembered(&self) -> MutexGuard<'_, Remembered> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn document(&self, role: &str, version: Version, now: DateTime<Utc>) -> Response {
        let issued = self.remembered().credentials.get(&version).cloned();
        let usable =
            |issued: &Issued| issued.role == role && credentials::are_fresh(issued.credentials.expires, now);
        let issued = match issued.filter(usable) {
            Some(issued) => issued,
            None => match self.instance.credentials(role).await {
                Ok(Some(credentials)) => Issued { role: role.to_owned(), at: now, credentials },
                Ok(None) => return Response::document(&credentials::unauthorized(role, now)),
                Err(error) => {
                    tracing::warn!(%error, role, "no credentials for an instance");
                    return Response::refusal(500, "Internal Server Error");
                }
            },
        };
        let RoleCredentials { access_key_id, secret, session_token, expires } = &issued.credentials;
        let (secret, session_token) = (secret.expose_secret(), session_token.expose_secret());
        let document = credentials::success(issued.at, access_key_id, secret, session_token, *expires);
        self.remembered().credentials.insert(version, issued);
        Response::document(&document)
    }
}
