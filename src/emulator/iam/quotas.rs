//! The default quotas of an account.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>

pub(super) const USERS: usize = 5000;
pub(super) const ROLES: usize = 1000;
pub(super) const GROUPS: usize = 300;
pub(super) const POLICIES: usize = 1500;
pub(super) const INSTANCE_PROFILES: usize = 1000;
pub(super) const POLICY_VERSIONS_IN_USE: usize = 10_000;
pub(super) const VERSIONS_PER_POLICY: usize = 5;
pub(super) const GROUPS_PER_USER: usize = 10;
pub(super) const ACCESS_KEYS_PER_USER: usize = 2;
pub(super) const SSH_PUBLIC_KEYS_PER_USER: usize = 5;
pub(super) const SIGNING_CERTIFICATES_PER_USER: usize = 2;
/// Of one user for one service.
pub(super) const SERVICE_SPECIFIC_CREDENTIALS: usize = 2;
pub(super) const SERVER_CERTIFICATES: usize = 20;
pub(super) const ATTACHED_POLICIES: usize = 10;
pub(super) const TRUST_POLICY_SIZE: usize = 2048;
pub(super) const MFA_DEVICES_PER_USER: usize = 8;
pub(super) const OIDC_PROVIDERS: usize = 100;
pub(super) const SAML_PROVIDERS: usize = 100;
pub(super) const CLIENT_IDS: usize = 100;
pub(super) const THUMBPRINTS: usize = 5;
