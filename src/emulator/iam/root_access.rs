//! Centralized root access to the member accounts of an organization.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_EnableOrganizationsRootSessions.html>

use serde_json::json;

use crate::operation::{Call, Reply, ServiceError};
use crate::organizations::{NoRootAccess, RootFeature};
use crate::partition::Partition;

pub(super) fn enable(
    feature: RootFeature,
    partition: &mut Partition,
    call: &Call,
) -> Result<Reply, ServiceError> {
    set(feature, true, partition, call)
}

pub(super) fn disable(
    feature: RootFeature,
    partition: &mut Partition,
    call: &Call,
) -> Result<Reply, ServiceError> {
    set(feature, false, partition, call)
}

fn set(
    feature: RootFeature,
    enabled: bool,
    partition: &mut Partition,
    call: &Call,
) -> Result<Reply, ServiceError> {
    partition.organizations.set_root_feature(call.account()?, feature, enabled).map_err(refusal)?;
    list(partition, call)
}

pub(super) fn list(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let (organization, features) = partition.organizations.root_features(call.account()?).map_err(refusal)?;
    let features: Vec<&str> = features.into_iter().map(RootFeature::name).collect();
    Reply::of(&json!({ "OrganizationId": organization, "EnabledFeatures": features }))
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_EnableOrganizationsRootSessions.html#API_EnableOrganizationsRootSessions_Errors>
fn refusal(because: NoRootAccess) -> ServiceError {
    let (code, message) = match because {
        NoRootAccess::NoOrganization => (
            "OrganizationNotFoundException",
            "The request was rejected because no organization is associated with your account.",
        ),
        NoRootAccess::NotAllFeatures => (
            "OrganizationNotInAllFeaturesModeException",
            "The request was rejected because your organization does not have All features enabled.",
        ),
        NoRootAccess::NotTrusted => (
            "ServiceAccessNotEnabledException",
            "The request was rejected because trusted access is not enabled for IAM in AWS Organizations.",
        ),
        NoRootAccess::NotAdministrator => (
            "AccountNotManagementOrDelegatedAdministratorException",
            "The request was rejected because the account making the request is not the management account or \
             delegated administrator account for centralized root access.",
        ),
        NoRootAccess::NotManagement => (
            "CallerIsNotManagementAccountException",
            "The request was rejected because the account making the request is not the management account for the \
             organization.",
        ),
    };
    ServiceError::new(400, code, message)
}
