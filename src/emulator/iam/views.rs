//! What authorization and the other services see of IAM's entities.

use policy::Policy;

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
