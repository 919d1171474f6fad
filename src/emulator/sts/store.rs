//! The sessions that were issued.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use policy::{AccountId, Policy, Principal};
use serde_json::{Value, json};

use crate::iam::timestamp;
use crate::ids::Ids;
use crate::operation::CredentialKind;
use crate::partition::Credential;

/// The sessions that were issued, by access key id.
#[derive(Default)]
pub(crate) struct Store {
    sessions: BTreeMap<String, Session>,
}

struct Session {
    credential: Credential,
    view: SessionView,
    transitive_tag_keys: Vec<String>,
}

/// What authorization needs of a session.
#[derive(Clone)]
pub(crate) struct SessionView {
    pub(crate) issued: DateTime<Utc>,
    /// `None`: made without session policies.
    pub(crate) policies: Option<Vec<Policy>>,
    pub(crate) tags: Vec<(String, String)>,
    /// Whether MFA was used; `None`: the key is not in the request context.
    pub(crate) mfa: Option<bool>,
    /// The `SourceIdentity`, if set.
    pub(crate) source_identity: Option<String>,
    /// The condition keys that an identity provider gave it.
    pub(crate) federated: Vec<(String, Vec<String>)>,
}

impl SessionView {
    /// A session with nothing but its time of issue.
    pub(super) fn new(issued: DateTime<Utc>) -> Self {
        Self {
            issued,
            policies: None,
            tags: Vec::new(),
            mfa: None,
            source_identity: None,
            federated: Vec::new(),
        }
    }
}

/// Temporary credentials as they are handed out.
pub(crate) struct Credentials {
    pub(crate) access_key_id: String,
    pub(crate) secret_key: String,
    pub(crate) session_token: String,
    pub(crate) expires: DateTime<Utc>,
}

impl Credentials {
    /// The `Credentials` of an answer.
    pub(super) fn view(&self) -> Value {
        json!({
            "AccessKeyId": self.access_key_id,
            "SecretAccessKey": self.secret_key,
            "SessionToken": self.session_token,
            "Expiration": timestamp(self.expires),
        })
    }
}

/// A session to be issued.
pub(super) struct NewSession {
    pub(super) account: AccountId,
    pub(super) principal: Principal,
    pub(super) kind: CredentialKind,
    pub(super) view: SessionView,
    pub(super) transitive_tag_keys: Vec<String>,
    /// Seconds.
    pub(super) duration: i64,
}

impl Store {
    /// The temporary credential of an access key id; an expired one is still known.
    pub(crate) fn credential(&self, access_key_id: &str) -> Option<Credential> {
        Some(self.sessions.get(access_key_id)?.credential.clone())
    }

    /// The session of an access key id.
    pub(crate) fn session(&self, access_key_id: &str) -> Option<&SessionView> {
        Some(&self.sessions.get(access_key_id)?.view)
    }

    /// The tags that a session passes on to the roles that are assumed from it.
    pub(super) fn transitive_tags(&self, access_key_id: &str) -> Vec<(String, String)> {
        let Some(session) = self.sessions.get(access_key_id) else { return Vec::new() };
        let is_transitive = |key: &str| {
            session.transitive_tag_keys.iter().any(|transitive| transitive.eq_ignore_ascii_case(key))
        };
        session.view.tags.iter().filter(|(key, _)| is_transitive(key)).cloned().collect()
    }

    pub(super) fn issue(&mut self, ids: &mut Ids, session: NewSession) -> Credentials {
        let credentials = Credentials {
            access_key_id: ids.access_key_id("ASIA"),
            secret_key: ids.secret_key(),
            session_token: ids.session_token(),
            expires: session.view.issued + TimeDelta::seconds(session.duration),
        };
        let credential = Credential {
            secret_key: credentials.secret_key.clone(),
            session_token: Some(credentials.session_token.clone()),
            expires: Some(credentials.expires),
            active: true,
            account: session.account,
            principal: session.principal,
            kind: session.kind,
        };
        let (view, transitive_tag_keys) = (session.view, session.transitive_tag_keys);
        let session = Session { credential, view, transitive_tag_keys };
        self.sessions.insert(credentials.access_key_id.clone(), session);
        credentials
    }
}
