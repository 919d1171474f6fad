//! All organizations, and what authorization asks of them.

use std::collections::BTreeMap;

use policy::{AccountId, Policy};

use crate::operation::{Call, ServiceError};

use super::errors::{not_in_use, not_yours};
use super::handshakes::Handshake;
use super::organization::Organization;
use super::policy_type::PolicyType;

/// The organizations by id, whose members the accounts are, and the invitations.
#[derive(Default)]
pub(crate) struct Store {
    pub(super) organizations: BTreeMap<String, Organization>,
    pub(super) memberships: BTreeMap<AccountId, String>,
    pub(super) handshakes: BTreeMap<String, Handshake>,
}

/// Where an account stands in its organization.
pub(crate) struct Membership {
    /// `o-…`.
    pub(crate) organization: String,
    /// `o-…/r-…/ou-…/`, down to what holds the account.
    pub(crate) path: String,
}

impl Store {
    /// The service control policies that limit an account's principals, level by level from the root down; empty
    /// where none do. The documents are shared, not copied.
    pub(crate) fn service_control(&self, account: &AccountId) -> Vec<Vec<Policy>> {
        self.levels(account, PolicyType::ServiceControl)
    }

    /// The resource control policies that limit access to an account's resources, likewise.
    pub(crate) fn resource_control(&self, account: &AccountId) -> Vec<Vec<Policy>> {
        self.levels(account, PolicyType::ResourceControl)
    }

    fn levels(&self, account: &AccountId, kind: PolicyType) -> Vec<Vec<Policy>> {
        self.organization_of(account)
            .map(|organization| organization.levels(account, kind))
            .unwrap_or_default()
    }

    /// `None`: the account is in no organization.
    pub(crate) fn membership(&self, account: &AccountId) -> Option<Membership> {
        let organization = self.organization_of(account)?;
        let path = organization.path_of_parent(account)?;
        Some(Membership { organization: organization.id.clone(), path })
    }

    pub(super) fn organization_of(&self, account: &AccountId) -> Option<&Organization> {
        self.organizations.get(self.memberships.get(account)?)
    }

    /// The organization of the caller, whichever its account.
    pub(super) fn own(&self, call: &Call) -> Result<&Organization, ServiceError> {
        self.organization_of(call.account()?).ok_or_else(not_in_use)
    }

    /// The organization, for the management account or a delegated administrator.
    pub(super) fn readable(&self, call: &Call) -> Result<&Organization, ServiceError> {
        let organization = self.own(call)?;
        let account = call.account()?;
        match organization.management == *account || organization.delegated.contains_key(account) {
            true => Ok(organization),
            false => Err(not_yours()),
        }
    }

    /// The organization, for the management account only.
    pub(super) fn managed(&self, call: &Call) -> Result<&Organization, ServiceError> {
        let organization = self.own(call)?;
        match organization.management == *call.account()? {
            true => Ok(organization),
            false => Err(not_yours()),
        }
    }

    /// The same, to be changed.
    pub(super) fn managed_mut(&mut self, call: &Call) -> Result<&mut Organization, ServiceError> {
        let id = self.managed(call)?.id.clone();
        self.organizations.get_mut(&id).ok_or_else(not_in_use)
    }

    /// Takes an account out of its organization.
    pub(super) fn part(&mut self, account: &AccountId) {
        let organization = self.memberships.remove(account).and_then(|id| self.organizations.get_mut(&id));
        if let Some(organization) = organization {
            organization.remove(account);
        }
    }
}
