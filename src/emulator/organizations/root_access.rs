//! Root access to member accounts, which the organization's management account and the delegated administrator for
//! IAM may have.
//!
//! The operations that enable it are IAM's, and the sessions are STS's.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html#id_root-user-access-management>

use policy::AccountId;

use super::organization::Organization;
use super::store::Store;

const IAM: &str = "iam.amazonaws.com";

/// A feature of centralized root access.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RootFeature {
    CredentialsManagement,
    Sessions,
}

/// Why the features are not for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoRootAccess {
    NoOrganization,
    /// The organization has consolidated billing only.
    NotAllFeatures,
    /// Trusted access for IAM is not enabled.
    NotTrusted,
    /// The caller's account neither manages the organization nor administers IAM for it.
    NotAdministrator,
    /// It administers IAM, but only the management account may.
    NotManagement,
}

impl RootFeature {
    /// As IAM names it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::CredentialsManagement => "RootCredentialsManagement",
            Self::Sessions => "RootSessions",
        }
    }
}

impl Store {
    /// The id of the account's organization, and the features that are enabled in it.
    pub(crate) fn root_features(
        &self,
        account: &AccountId,
    ) -> Result<(String, Vec<RootFeature>), NoRootAccess> {
        let organization = self.organization_of(account).ok_or(NoRootAccess::NoOrganization)?;
        check(organization, account)?;
        Ok((organization.id.clone(), organization.root_features.iter().copied().collect()))
    }

    /// Enables or disables a feature; only the management account may enable one.
    pub(crate) fn set_root_feature(
        &mut self,
        account: &AccountId,
        feature: RootFeature,
        enabled: bool,
    ) -> Result<(), NoRootAccess> {
        let id = self.memberships.get(account).cloned().unwrap_or_default();
        let organization = self.organizations.get_mut(&id).ok_or(NoRootAccess::NoOrganization)?;
        check(organization, account)?;
        if enabled && organization.management != *account {
            return Err(NoRootAccess::NotManagement);
        }
        match enabled {
            true => organization.root_features.insert(feature),
            false => organization.root_features.remove(&feature),
        };
        Ok(())
    }

    /// Whether an account may have root sessions in a member account.
    pub(crate) fn may_assume_root(&self, account: &AccountId, member: &AccountId) -> bool {
        self.organization_of(account).is_some_and(|organization| {
            check(organization, account).is_ok()
                && organization.root_features.contains(&RootFeature::Sessions)
                && organization.management != *member
                && organization.accounts.contains_key(member)
        })
    }
}

fn check(organization: &Organization, account: &AccountId) -> Result<(), NoRootAccess> {
    let delegated = organization.delegated.get(account).is_some_and(|services| services.contains_key(IAM));
    if organization.management != *account && !delegated {
        return Err(NoRootAccess::NotAdministrator);
    }
    match (organization.all_features, organization.trusted.contains_key(IAM)) {
        (false, _) => Err(NoRootAccess::NotAllFeatures),
        (true, false) => Err(NoRootAccess::NotTrusted),
        (true, true) => Ok(()),
    }
}
