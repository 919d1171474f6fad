//! One account's entities, by folded name, and the operations on the account as a whole.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use policy::AccountId;
use serde_json::json;

use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

use super::access_keys::AccessKey;
use super::credential_report::CredentialReport;
use super::errors::{already_exists, cannot_be_found, no_such_entity, validation};
use super::groups::Group;
use super::input::text;
use super::instance_profiles::InstanceProfile;
use super::last_accessed::Reports;
use super::managed_policies::{self, ManagedPolicy};
use super::mfa_devices::MfaDevice;
use super::noun::{Noun, folded};
use super::oidc_providers::OidcProvider;
use super::outbound_federation::OutboundFederation;
use super::pages::page;
use super::password_policy::PasswordPolicy;
use super::roles::Role;
use super::saml_providers::SamlProvider;
use super::server_certificates::ServerCertificate;
use super::signing_certificates::SigningCertificate;
use super::store::Grants;
use super::tags::Tags;
use super::users::User;
use super::{inline_policies, quotas, service_linked_roles};

/// One account.
#[derive(Clone)]
pub(super) struct Account {
    pub(super) id: AccountId,
    pub(super) created: DateTime<Utc>,
    pub(super) alias: Option<String>,
    /// `None`: AWS's own is in force.
    pub(super) password_policy: Option<PasswordPolicy>,
    pub(super) outbound: OutboundFederation,
    /// The deletions of service-linked roles, all of them done.
    pub(super) deletion_tasks: BTreeSet<String>,
    pub(super) global_endpoint_token: TokenVersion,
    pub(super) reports: Reports,
    pub(super) root_keys: Vec<AccessKey>,
    pub(super) root_has_password: bool,
    pub(super) root_certificates: Vec<SigningCertificate>,
    pub(super) users: BTreeMap<String, User>,
    pub(super) roles: BTreeMap<String, Role>,
    pub(super) groups: BTreeMap<String, Group>,
    pub(super) policies: BTreeMap<String, ManagedPolicy>,
    pub(super) instance_profiles: BTreeMap<String, InstanceProfile>,
    pub(super) server_certificates: BTreeMap<String, ServerCertificate>,
    /// By serial number.
    pub(super) mfa_devices: BTreeMap<String, MfaDevice>,
    /// By ARN.
    pub(super) oidc_providers: BTreeMap<String, OidcProvider>,
    /// By ARN.
    pub(super) saml_providers: BTreeMap<String, SamlProvider>,
    /// `None`: there has been none.
    pub(super) credential_report: Option<CredentialReport>,
}

/// The version of the tokens that STS's global endpoint issues:
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_SetSecurityTokenServicePreferences.html>.
#[derive(Clone, Copy, Default)]
pub(super) enum TokenVersion {
    /// Valid in the regions that are on by default.
    #[default]
    V1 = 1,
    /// Valid in all regions.
    V2 = 2,
}

macro_rules! found_by_name {
    ($(#[$doc:meta])* $one:ident, $one_mut:ident, $map:ident, $kind:ty, $noun:expr) => {
        $(#[$doc])*
        pub(super) fn $one(&self, name: &str) -> Result<&$kind, ServiceError> {
            self.$map.get(&folded(name)).ok_or_else(|| cannot_be_found($noun, name))
        }

        /// The same, to be changed.
        pub(super) fn $one_mut(&mut self, name: &str) -> Result<&mut $kind, ServiceError> {
            self.$map.get_mut(&folded(name)).ok_or_else(|| cannot_be_found($noun, name))
        }
    };
}

impl Account {
    /// As somebody signs up for it.
    pub(super) fn new(id: AccountId, created: DateTime<Utc>) -> Self {
        Self {
            id,
            created,
            alias: None,
            password_policy: None,
            outbound: OutboundFederation::default(),
            deletion_tasks: BTreeSet::new(),
            global_endpoint_token: TokenVersion::default(),
            reports: Reports::default(),
            root_keys: Vec::new(),
            root_has_password: true,
            root_certificates: Vec::new(),
            users: BTreeMap::new(),
            roles: BTreeMap::new(),
            groups: BTreeMap::new(),
            policies: BTreeMap::new(),
            instance_profiles: BTreeMap::new(),
            server_certificates: BTreeMap::new(),
            mfa_devices: BTreeMap::new(),
            oidc_providers: BTreeMap::new(),
            saml_providers: BTreeMap::new(),
            credential_report: None,
        }
    }

    found_by_name!(/// A user by name.
        user, user_mut, users, User, Noun::User);
    found_by_name!(/// A role by name.
        role, role_mut, roles, Role, Noun::Role);
    found_by_name!(/// A group by name.
        group, group_mut, groups, Group, Noun::Group);
    found_by_name!(/// An instance profile by name.
        instance_profile, instance_profile_mut, instance_profiles, InstanceProfile, Noun::InstanceProfile);
    found_by_name!(/// A server certificate by name.
        server_certificate, server_certificate_mut, server_certificates, ServerCertificate, Noun::ServerCertificate);

    /// A role that others than its service may change.
    pub(super) fn changeable_role(&mut self, name: &str) -> Result<&mut Role, ServiceError> {
        let role = self.role_mut(name)?;
        service_linked_roles::refuse_change(role)?;
        Ok(role)
    }

    /// A policy of the account by ARN.
    pub(super) fn policy(&self, arn: &str) -> Result<&ManagedPolicy, ServiceError> {
        let found = self.policies.get(&folded(name_in(arn))).filter(|policy| policy.identity.arn == arn);
        found.ok_or_else(|| cannot_be_found(Noun::Policy, arn))
    }

    /// The same, to be changed.
    pub(super) fn policy_mut(&mut self, arn: &str) -> Result<&mut ManagedPolicy, ServiceError> {
        let found = self.policies.get_mut(&folded(name_in(arn))).filter(|policy| policy.identity.arn == arn);
        found.ok_or_else(|| cannot_be_found(Noun::Policy, arn))
    }

    /// A user that may have been renamed since its name was noted.
    pub(super) fn user_by_id(&self, name: &str, id: &str) -> Option<&User> {
        let same = |user: &&User| user.identity.id == id;
        self.users.get(&folded(name)).filter(same).or_else(|| self.users.values().find(same))
    }

    /// The access keys of a user by folded name, or of the root user.
    pub(super) fn keys_mut(&mut self, user: Option<&str>) -> Option<&mut Vec<AccessKey>> {
        match user {
            None => Some(&mut self.root_keys),
            Some(name) => self.users.get_mut(name).map(|user| &mut user.access_keys),
        }
    }

    /// The policies of a user, role or group.
    pub(super) fn grants(&self, noun: Noun, name: &str) -> Result<&Grants, ServiceError> {
        match noun {
            Noun::User => Ok(&self.user(name)?.grants),
            Noun::Role => Ok(&self.role(name)?.grants),
            _ => Ok(&self.group(name)?.grants),
        }
    }

    /// The same, to be changed.
    pub(super) fn grants_mut(&mut self, noun: Noun, name: &str) -> Result<&mut Grants, ServiceError> {
        match noun {
            Noun::User => Ok(&mut self.user_mut(name)?.grants),
            Noun::Role => Ok(&mut self.changeable_role(name)?.grants),
            _ => Ok(&mut self.group_mut(name)?.grants),
        }
    }

    /// The tags of an entity, by name or (of a policy) ARN.
    pub(super) fn tags(&self, noun: Noun, name: &str) -> Result<&Tags, ServiceError> {
        match noun {
            Noun::User => Ok(&self.user(name)?.tags),
            Noun::Role => Ok(&self.role(name)?.tags),
            Noun::Policy => Ok(&self.policy(name)?.tags),
            Noun::InstanceProfile => Ok(&self.instance_profile(name)?.tags),
            Noun::ServerCertificate => Ok(&self.server_certificate(name)?.tags),
            Noun::MfaDevice => Ok(&self.mfa_device(name)?.tags),
            Noun::OidcProvider => Ok(&self.oidc_provider(name)?.tags),
            Noun::SamlProvider => Ok(&self.saml_provider(name)?.tags),
            Noun::Group => Err(cannot_be_found(noun, name)),
        }
    }

    /// The same, to be changed.
    pub(super) fn tags_mut(&mut self, noun: Noun, name: &str) -> Result<&mut Tags, ServiceError> {
        match noun {
            Noun::User => Ok(&mut self.user_mut(name)?.tags),
            Noun::Role => Ok(&mut self.role_mut(name)?.tags),
            Noun::Policy => Ok(&mut self.policy_mut(name)?.tags),
            Noun::InstanceProfile => Ok(&mut self.instance_profile_mut(name)?.tags),
            Noun::ServerCertificate => Ok(&mut self.server_certificate_mut(name)?.tags),
            Noun::MfaDevice => Ok(&mut self.mfa_device_mut(name)?.tags),
            Noun::OidcProvider => Ok(&mut self.oidc_provider_mut(name)?.tags),
            Noun::SamlProvider => Ok(&mut self.saml_provider_mut(name)?.tags),
            Noun::Group => Err(cannot_be_found(noun, name)),
        }
    }

    /// The ARNs of the managed policies that are attached or are a boundary, AWS's own among them.
    pub(super) fn policies_in_use(&self) -> BTreeSet<&str> {
        let users = self.users.values().filter_map(|user| user.boundary.as_deref());
        let roles = self.roles.values().filter_map(|role| role.boundary.as_deref());
        let attached = self.all_grants().flat_map(|grants| &grants.attached).map(String::as_str);
        attached.chain(users).chain(roles).collect()
    }

    /// All users, roles and groups with what is attached to them, each noun in name order.
    pub(super) fn all_grants(&self) -> impl Iterator<Item = &Grants> {
        let users = self.users.values().map(|user| &user.grants);
        let roles = self.roles.values().map(|role| &role.grants);
        users.chain(roles).chain(self.groups.values().map(|group| &group.grants))
    }
}

fn name_in(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

/// An alias that could be taken for the id of an account is none:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-names>.
pub(super) fn create_alias(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let alias = text(call, "AccountAlias")?;
    if AccountId::new(alias).is_some() {
        return Err(validation(format!("The account alias {alias} must not be a 12-digit number.")));
    }
    if partition.iam.accounts().any(|account| account.alias.as_deref() == Some(alias)) {
        return Err(already_exists(format!("The account alias {alias} already exists.")));
    }
    partition.iam.account_mut(call)?.alias = Some(alias.to_owned());
    Ok(Reply::empty())
}

pub(super) fn delete_alias(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let alias = text(call, "AccountAlias")?;
    let account = partition.iam.account_mut(call)?;
    if account.alias.as_deref() != Some(alias) {
        return Err(no_such_entity(format!("The account alias {alias} cannot be found.")));
    }
    account.alias = None;
    Ok(Reply::empty())
}

pub(super) fn list_aliases(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let alias = partition.iam.account(call)?.alias.iter();
    let page = page(call, alias.map(|alias| (alias.clone(), json!(alias))))?;
    Ok(page.reply("AccountAliases"))
}

pub(super) fn summary(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let account = partition.iam.account(call)?;
    let attached = quotas::ATTACHED_POLICIES;
    Reply::of(&json!({ "SummaryMap": {
        "Users": account.users.len(),
        "UsersQuota": quotas::USERS,
        "Groups": account.groups.len(),
        "GroupsQuota": quotas::GROUPS,
        "GroupsPerUserQuota": quotas::GROUPS_PER_USER,
        "Roles": account.roles.len(),
        "RolesQuota": quotas::ROLES,
        "InstanceProfiles": account.instance_profiles.len(),
        "InstanceProfilesQuota": quotas::INSTANCE_PROFILES,
        "Policies": account.policies.len(),
        "PoliciesQuota": quotas::POLICIES,
        "PolicySizeQuota": managed_policies::SIZE,
        "PolicyVersionsInUse": account.policies_in_use().len(),
        "PolicyVersionsInUseQuota": quotas::POLICY_VERSIONS_IN_USE,
        "VersionsPerPolicyQuota": quotas::VERSIONS_PER_POLICY,
        "AttachedPoliciesPerUserQuota": attached,
        "AttachedPoliciesPerRoleQuota": attached,
        "AttachedPoliciesPerGroupQuota": attached,
        "UserPolicySizeQuota": inline_policies::size_limit(Noun::User),
        "RolePolicySizeQuota": inline_policies::size_limit(Noun::Role),
        "GroupPolicySizeQuota": inline_policies::size_limit(Noun::Group),
        "AssumeRolePolicySizeQuota": quotas::TRUST_POLICY_SIZE,
        "AccessKeysPerUserQuota": quotas::ACCESS_KEYS_PER_USER,
        "SigningCertificatesPerUserQuota": quotas::SIGNING_CERTIFICATES_PER_USER,
        "ServerCertificates": account.server_certificates.len(),
        "ServerCertificatesQuota": quotas::SERVER_CERTIFICATES,
        "MFADevices": account.mfa_devices.len(),
        "MFADevicesInUse": account.mfa_devices_in_use(),
        "AccountMFAEnabled": 0,
        "AccountAccessKeysPresent": i32::from(!account.root_keys.is_empty()),
        "AccountPasswordPresent": i32::from(account.root_has_password),
        "AccountSigningCertificatesPresent": i32::from(!account.root_certificates.is_empty()),
        "Providers": account.oidc_providers.len() + account.saml_providers.len(),
        "GlobalEndpointTokenVersion": account.global_endpoint_token as u8,
    }}))
}

/// Tokens are opaque here, and valid in all regions, so that only the account's summary tells the version.
pub(super) fn set_token_preferences(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let version = match text(call, "GlobalEndpointTokenVersion")? {
        "v2Token" => TokenVersion::V2,
        _ => TokenVersion::V1,
    };
    partition.iam.account_mut(call)?.global_endpoint_token = version;
    Ok(Reply::empty())
}
