//! What authorization and the other services see of IAM's entities.

use chrono::{DateTime, Utc};
use policy::Policy;

use crate::rsa::RsaPublicKey;

/// The policies attached to a user or role, and its tags for `aws:PrincipalTag`.
#[derive(Default)]
pub(crate) struct Entity {
    pub(crate) identity: Vec<Policy>,
    pub(crate) boundary: Option<Policy>,
    pub(crate) tags: Vec<(String, String)>,
}

/// What the other services may ask of a role.
#[derive(Clone)]
pub(crate) struct RoleView {
    pub(crate) arn: String,
    pub(crate) path: String,
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) trust: Policy,
    /// Seconds.
    pub(crate) max_session_duration: i64,
}

/// What the other services may ask of an instance profile.
#[derive(Clone)]
pub(crate) struct InstanceProfileView {
    pub(crate) arn: String,
    pub(crate) id: String,
    pub(crate) name: String,
    /// The name of the role in it; `None`: empty.
    pub(crate) role: Option<String>,
}

/// What STS may ask of an OpenID Connect provider.
pub(crate) struct OidcProviderView {
    pub(crate) arn: String,
    /// Without `https://`.
    pub(crate) url: String,
    pub(crate) client_ids: Vec<String>,
}

/// What STS may ask of a SAML provider.
pub(crate) struct SamlProviderView {
    /// The `entityID` of its metadata.
    pub(crate) issuer: String,
    /// The keys that its signatures may be made with.
    pub(crate) keys: Vec<RsaPublicKey>,
    /// When its metadata expires.
    pub(crate) valid_until: DateTime<Utc>,
}
