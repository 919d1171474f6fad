//! What is decided: the principal, the action, the resource and the context of one call,
//! and the policies that apply to it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::PolicyDocument;

/// A 12-digit AWS account id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AccountId(String);

impl AccountId {
    /// `None` unless `text` is 12 digits.
    pub fn new(text: &str) -> Option<Self> {
        let valid = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
        valid.then(|| Self(text.to_owned()))
    }

    /// The 12 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// An unsigned request.
    Anonymous,
    /// The account's root user.
    Root {
        /// Its account.
        account: AccountId,
    },
    /// An IAM user, also through its `GetSessionToken` credentials.
    User {
        /// Its account.
        account: AccountId,
        /// With both slashes: `/` or `/dev/team/`.
        path: String,
        /// Its friendly name.
        name: String,
        /// Its unique id, `AIDA…`.
        id: String,
    },
    /// A session of a role.
    AssumedRole {
        /// The role's account.
        account: AccountId,
        /// The role's path, with both slashes.
        path: String,
        /// The role's name.
        name: String,
        /// The role's unique id, `AROA…`.
        id: String,
        /// The name of the session; empty: some session, and none that a policy names.
        session: String,
    },
    /// A `GetFederationToken` session.
    FederatedUser {
        /// The account of the user that made it.
        account: AccountId,
        /// The name given to the session.
        name: String,
        /// The user (or root user) that made it.
        user: Box<Principal>,
    },
    /// Whoever a token of an identity provider stands for, in `AssumeRoleWithWebIdentity` and `AssumeRoleWithSAML`.
    Federated {
        /// The provider's ARN, or a name such as `www.amazon.com`.
        provider: String,
    },
    /// An AWS service.
    Service {
        /// Its service principal, such as `ec2.amazonaws.com`.
        name: String,
    },
}

impl Principal {
    /// The ARN that AWS shows for it; for a role session that of the session. `anonymous`, or a service's or
    /// provider's name, where there is none.
    pub fn arn(&self) -> String {
        match self {
            Self::Anonymous => "anonymous".to_owned(),
            Self::Root { account } => format!("arn:aws:iam::{account}:root"),
            Self::User { account, path, name, .. } => format!("arn:aws:iam::{account}:user{path}{name}"),
            Self::AssumedRole { account, path, name, session, .. } if session.is_empty() => {
                format!("arn:aws:iam::{account}:role{path}{name}")
            }
            Self::AssumedRole { account, name, session, .. } => {
                format!("arn:aws:sts::{account}:assumed-role/{name}/{session}")
            }
            Self::FederatedUser { account, name, .. } => {
                format!("arn:aws:sts::{account}:federated-user/{name}")
            }
            Self::Federated { provider } => provider.clone(),
            Self::Service { name } => name.clone(),
        }
    }

    /// The account it belongs to; `None` for anonymous callers, services and identity providers.
    pub fn account(&self) -> Option<&AccountId> {
        match self {
            Self::Root { account }
            | Self::User { account, .. }
            | Self::AssumedRole { account, .. }
            | Self::FederatedUser { account, .. } => Some(account),
            Self::Anonymous | Self::Federated { .. } | Self::Service { .. } => None,
        }
    }
}

/// Condition keys (case-insensitive) with their values. A key may be present with no value at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// By the lower-cased key: the key as it was set, and its values.
    values: BTreeMap<String, (String, Vec<String>)>,
    hidden: Vec<String>,
    hides_rest: bool,
}

impl Context {
    /// Sets a single-valued key, replacing what was there.
    pub fn set(&mut self, key: &str, value: impl Into<String>) {
        self.set_all(key, vec![value.into()]);
    }

    /// Sets a multivalued key, replacing what was there.
    pub fn set_all(&mut self, key: &str, values: Vec<String>) {
        self.values.insert(key.to_lowercase(), (key.to_owned(), values));
    }

    /// Tells that the request may have a key whose value is not known, or with a `/` at the end all keys that begin
    /// so: what hangs on one that is not set is not decided.
    pub fn hide(&mut self, key: &str) {
        self.hidden.push(key.to_lowercase());
    }

    /// Tells that nothing is known of a request but what is set: what hangs on any other key is not decided.
    pub fn hide_rest(&mut self) {
        self.hides_rest = true;
    }

    /// Takes away the keys, lower-cased, that are not wanted.
    pub fn retain(&mut self, wanted: impl Fn(&str) -> bool) {
        self.values.retain(|key, _| wanted(key));
    }

    /// The values of a key; `None` where the request has no such key.
    pub fn get(&self, key: &str) -> Option<&[String]> {
        self.values_of(&key.to_lowercase())
    }

    /// All keys, as they were set, with their values, in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.values.values().map(|(key, values)| (key.as_str(), values.as_slice()))
    }

    /// As [`get`](Self::get), for a key that is lower-cased already.
    pub(crate) fn values_of(&self, lower_key: &str) -> Option<&[String]> {
        self.values.get(lower_key).map(|(_, values)| values.as_slice())
    }

    pub(crate) fn hides(&self, lower_key: &str) -> bool {
        let is_meant = |hidden: &String| match hidden.ends_with('/') {
            true => lower_key.starts_with(hidden.as_str()),
            false => lower_key == hidden,
        };
        self.hides_rest || self.hidden.iter().any(is_meant)
    }

    pub(crate) fn has(&self, lower_key: &str) -> bool {
        self.values.contains_key(lower_key)
    }
}

/// One question: may `principal` do `action` on `resource`?
#[derive(Clone, Debug)]
pub struct Request {
    /// Who calls.
    pub principal: Principal,
    /// `service:Operation`, for instance `s3:PutObject`.
    pub action: String,
    /// The resource's ARN, or `*` for an action that has no resource.
    pub resource: String,
    /// The account that owns the resource; `None` where it is the principal's own.
    pub resource_account: Option<AccountId>,
    /// The condition keys that the request carries; the caller has filled in all of them.
    pub context: Context,
    /// The canonical user id of the principal's account, by which a bucket policy may name that account; `None`: it is
    /// not told, and what hangs on it is not decided.
    pub canonical_user: Option<String>,
}

/// A policy by the name people know it by.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The name of an inline policy, the ARN of a managed one, or a phrase such as `trust policy of main-role1`.
    pub name: String,
    /// Its compiled document.
    pub document: Arc<PolicyDocument>,
}

/// The resource's own policy, by the rule it follows.
#[derive(Clone, Debug, Default)]
pub enum ResourcePolicy {
    /// The resource has none, and may be used without one.
    #[default]
    None,
    /// A bucket policy and its like: in the same account it grants by itself.
    Grants(Policy),
    /// Several that each grant by itself, such as a bucket policy and an access control list.
    AnyGrants(Vec<Policy>),
    /// A role's trust policy: nobody gets in without it. `None`: there is no such role.
    Trust(Option<Policy>),
    /// A KMS key policy: nobody gets in without it either. `None`: it is not told, and so lets nobody in.
    Key(Option<Policy>),
    /// The same with the grants of the key, each of which lets its grantee in: the key policy first.
    KeyWithGrants(Vec<Policy>),
}

/// All policies that apply to one request.
#[derive(Clone, Debug, Default)]
pub struct Policies {
    /// Identity-based policies of the user with its groups, or of the role.
    pub identity: Vec<Policy>,
    /// The permissions boundary of the user or role.
    pub boundary: Option<Policy>,
    /// Session policies; `None`: the session was made without any.
    pub session: Option<Vec<Policy>>,
    /// The resource's own policy.
    pub resource: ResourcePolicy,
    /// Service control policies, a list for each level from the organization's root down. Empty: no organization.
    pub service_control: Vec<Vec<Policy>>,
    /// Resource control policies, likewise.
    pub resource_control: Vec<Vec<Policy>>,
}
