//! What IAM keeps, by account, and what the other services may ask of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::DateTime;
use policy::{AccountId, Policy, PolicyDocument, Principal};

use crate::operation::{Call, CredentialKind, ServiceError};
use crate::partition::Credential;

use super::access_keys::AccessKey;
use super::account::Account;
use super::managed_policies::ManagedPolicy;
use super::noun::{Noun, folded};
use super::password_policy::PasswordPolicy;
use super::roles::Role;
use super::users::User;
use super::{Entity, InstanceProfileView, RoleView, aws_managed, trust};

/// Users, roles, policies and instance profiles of all accounts.
#[derive(Clone, Default)]
pub(crate) struct Store {
    pub(super) accounts: BTreeMap<AccountId, Account>,
    pub(super) key_owners: BTreeMap<String, KeyOwner>,
}

/// Whose a long-term access key is.
#[derive(Clone)]
pub(super) struct KeyOwner {
    pub(super) account: AccountId,
    /// The folded name; `None`: the root user.
    pub(super) user: Option<String>,
}

/// The policies that a user, role or group has, but for a boundary.
#[derive(Clone, Default)]
pub(super) struct Grants {
    /// By name.
    pub(super) inline: BTreeMap<String, Arc<PolicyDocument>>,
    /// ARNs of managed policies.
    pub(super) attached: BTreeSet<String>,
}

impl Grants {
    pub(super) fn is_empty(&self) -> bool {
        self.inline.is_empty() && self.attached.is_empty()
    }
}

impl Store {
    /// Makes an account with its root user's access key.
    pub(crate) fn add_account(&mut self, account: AccountId, access_key_id: String, secret_key: String) {
        self.key_owners.insert(access_key_id.clone(), KeyOwner { account: account.clone(), user: None });
        let key = AccessKey::new(access_key_id, secret_key, DateTime::UNIX_EPOCH);
        let entry = self
            .accounts
            .entry(account.clone())
            .or_insert_with(|| Account::new(account, DateTime::UNIX_EPOCH));
        entry.root_keys.push(key);
    }

    pub(super) fn insert_account(&mut self, account: Account) {
        self.accounts.insert(account.id.clone(), account);
    }

    /// Whether there is such an account.
    pub(crate) fn has_account(&self, account: &AccountId) -> bool {
        self.accounts.contains_key(account)
    }

    /// All accounts, in order.
    pub(crate) fn account_ids(&self) -> impl Iterator<Item = &AccountId> {
        self.accounts.keys()
    }

    /// The id of an account that nobody has.
    #[expect(clippy::expect_used, reason = "there are more ids than accounts, and 12 digits are an id")]
    pub(crate) fn unused_account(&self) -> AccountId {
        let mut ids = (0..=999_999_999_999_u64).rev().filter_map(|id| AccountId::new(&format!("{id:012}")));
        ids.find(|account| !self.accounts.contains_key(account)).expect("an id that is free")
    }

    /// The long-term credential of an access key id.
    pub(crate) fn credential(&self, access_key_id: &str) -> Option<Credential> {
        let owner = self.key_owners.get(access_key_id)?;
        let account = self.accounts.get(&owner.account)?;
        let (keys, principal) = match &owner.user {
            None => (&account.root_keys, Principal::Root { account: account.id.clone() }),
            Some(name) => {
                let user = account.users.get(name)?;
                (&user.access_keys, user.principal(&account.id))
            }
        };
        let key = keys.iter().find(|key| key.id == access_key_id)?;
        Some(Credential {
            secret_key: key.secret.clone(),
            session_token: None,
            expires: None,
            active: key.active,
            account: account.id.clone(),
            principal,
            kind: CredentialKind::LongTerm,
        })
    }

    /// What is attached to a user or role (for a session: to its role); `None`: it is no more, or is not of that kind.
    pub(crate) fn entity(&self, principal: &Principal) -> Option<Entity> {
        match principal {
            Principal::User { account, name, id, .. } => {
                let account = self.accounts.get(account)?;
                let user = account.user_by_id(name, id)?;
                let groups = user.groups.iter().filter_map(|name| account.groups.get(name));
                let mut identity = self.policies(&user.grants)?;
                for group in groups {
                    identity.extend(self.policies(&group.grants)?);
                }
                if account.password_policy.as_ref().is_some_and(PasswordPolicy::lets_users_change_theirs) {
                    identity.push(self.own_password_policy()?);
                }
                let boundary = user.boundary.as_deref().map(|arn| self.managed_policy(arn));
                Some(Entity { identity, boundary: transposed(boundary)?, tags: user.tags.to_vec() })
            }
            Principal::AssumedRole { account, name, id, .. } => {
                let role = self.accounts.get(account)?.roles.get(&folded(name))?;
                if role.identity.id != *id {
                    return None;
                }
                let boundary = role.boundary.as_deref().map(|arn| self.managed_policy(arn));
                let identity = self.policies(&role.grants)?;
                Some(Entity { identity, boundary: transposed(boundary)?, tags: role.tags.to_vec() })
            }
            Principal::FederatedUser { user, .. } => self.entity(user),
            _ => None,
        }
    }

    /// A role by name (case-insensitive, as IAM compares names).
    pub(crate) fn role(&self, account: &AccountId, name: &str) -> Option<RoleView> {
        self.accounts.get(account)?.roles.get(&folded(name)).map(Role::view)
    }

    /// A role by its exact ARN.
    pub(crate) fn role_by_arn(&self, arn: &str) -> Option<RoleView> {
        let (account, name) = account_and_name(arn)?;
        self.role(&account, name).filter(|role| role.arn == arn)
    }

    /// The tags of a role by its exact ARN.
    pub(crate) fn role_tags(&self, arn: &str) -> Vec<(String, String)> {
        let role = account_and_name(arn).and_then(|(account, name)| {
            self.accounts.get(&account)?.roles.get(&folded(name)).filter(|role| role.identity.arn == arn)
        });
        role.map(|role| role.tags.to_vec()).unwrap_or_default()
    }

    /// An instance profile by name.
    pub(crate) fn instance_profile(&self, account: &AccountId, name: &str) -> Option<InstanceProfileView> {
        let account = self.accounts.get(account)?;
        let profile = account.instance_profiles.get(&folded(name))?;
        let role = profile.role.as_ref().and_then(|name| account.roles.get(name));
        Some(InstanceProfileView {
            arn: profile.identity.arn.clone(),
            id: profile.identity.id.clone(),
            name: profile.identity.name.clone(),
            role: role.map(|role| role.identity.name.clone()),
        })
    }

    /// A managed policy by ARN, in its default version.
    pub(crate) fn managed_policy(&self, arn: &str) -> Option<Policy> {
        self.managed(arn)?.policy()
    }

    /// What a policy stores for an `AWS` principal as written: the unique id of a user or role, accounts
    /// and sessions as they are. `None`: there is no such principal.
    pub(crate) fn principal_to_store(&self, principal: &str) -> Option<String> {
        trust::principal_to_store(self, principal)
    }

    /// What is shown for a stored `AWS` principal: the ARN while the entity exists, then the id.
    /// `None`: as it is stored.
    pub(crate) fn principal_to_show(&self, principal: &str) -> Option<String> {
        trust::principal_to_show(self, principal)
    }

    pub(super) fn managed(&self, arn: &str) -> Option<&ManagedPolicy> {
        if arn.starts_with(aws_managed::PREFIX) {
            return aws_managed::find(arn);
        }
        let (account, name) = account_and_name(arn)?;
        self.accounts.get(&account)?.policies.get(&folded(name)).filter(|policy| policy.identity.arn == arn)
    }

    pub(super) fn account(&self, call: &Call) -> Result<&Account, ServiceError> {
        self.accounts.get(call.account()?).ok_or_else(no_account)
    }

    pub(super) fn account_mut(&mut self, call: &Call) -> Result<&mut Account, ServiceError> {
        self.accounts.get_mut(call.account()?).ok_or_else(no_account)
    }

    pub(super) fn account_by_id(&self, account: &AccountId) -> Option<&Account> {
        self.accounts.get(account)
    }

    pub(super) fn accounts_mut(&mut self) -> impl Iterator<Item = &mut Account> {
        self.accounts.values_mut()
    }

    pub(super) fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.accounts.values()
    }

    /// What every user of an account may do whose password policy lets users change their own passwords.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_enable-user-change.html>
    fn own_password_policy(&self) -> Option<Policy> {
        let policy = self.managed_policy("arn:aws:iam::aws:policy/IAMUserChangePassword")?;
        Some(Policy { name: "the account's password policy".to_owned(), ..policy })
    }

    /// `None`: an attached policy is not known; nobody may act with only a part of what was attached.
    fn policies(&self, grants: &Grants) -> Option<Vec<Policy>> {
        let inline = grants
            .inline
            .iter()
            .map(|(name, document)| Some(Policy { name: name.clone(), document: Arc::clone(document) }));
        let attached = grants.attached.iter().map(|arn| self.managed_policy(arn));
        inline.chain(attached).collect()
    }
}

/// `None` only where a boundary is named and not known.
fn transposed(boundary: Option<Option<Policy>>) -> Option<Option<Policy>> {
    match boundary {
        Some(None) => None,
        Some(found) => Some(found),
        None => Some(None),
    }
}

/// The account and the name in the ARN of an entity of IAM.
pub(super) fn account_and_name(arn: &str) -> Option<(AccountId, &str)> {
    let rest = arn.strip_prefix("arn:aws:iam::")?;
    let (account, resource) = rest.split_once(':')?;
    let (_, name) = resource.rsplit_once('/')?;
    Some((AccountId::new(account)?, name))
}

fn no_account() -> ServiceError {
    ServiceError::new(403, "InvalidClientTokenId", "The security token included in the request is invalid.")
}

impl User {
    /// The user as a principal.
    pub(super) fn principal(&self, account: &AccountId) -> Principal {
        let identity = self.identity.clone();
        Principal::User {
            account: account.clone(),
            path: identity.path,
            name: identity.name,
            id: identity.id,
        }
    }
}

impl Role {
    fn view(&self) -> RoleView {
        RoleView {
            arn: self.identity.arn.clone(),
            path: self.identity.path.clone(),
            name: self.identity.name.clone(),
            id: self.identity.id.clone(),
            trust: Policy {
                name: format!("trust policy of {}", self.identity.name),
                document: Arc::clone(&self.trust),
            },
            max_session_duration: self.max_session_duration,
        }
    }
}

impl Account {
    /// What of `noun` a folded name is taken by.
    pub(super) fn has(&self, noun: Noun, name: &str) -> bool {
        let name = folded(name);
        match noun {
            Noun::User => self.users.contains_key(&name),
            Noun::Role => self.roles.contains_key(&name),
            Noun::Group => self.groups.contains_key(&name),
            Noun::Policy => self.policies.contains_key(&name),
            Noun::InstanceProfile => self.instance_profiles.contains_key(&name),
            Noun::ServerCertificate => self.server_certificates.contains_key(&name),
            Noun::MfaDevice => self.mfa_devices.values().any(|device| folded(&device.name) == name),
            Noun::OidcProvider => self.oidc_providers.keys().any(|arn| folded(arn) == name),
            Noun::SamlProvider => self.saml_providers.keys().any(|arn| folded(arn) == name),
        }
    }
}
