//! Organizations as a whole, with their root and its policy types.
//!
//! <https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html>

use serde_json::{Value, json};

use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

use super::access::text;
use super::errors::{error, no_root, not_in_use};
use super::organization::Organization;
use super::pages::page;
use super::policy_type::PolicyType;

impl Organization {
    fn view(&self) -> Value {
        let management = self.management.as_str();
        json!({
            "Id": self.id,
            "Arn": format!("arn:aws:organizations::{management}:organization/{}", self.id),
            "FeatureSet": if self.all_features { "ALL" } else { "CONSOLIDATED_BILLING" },
            "MasterAccountArn": self.arn("account", management),
            "MasterAccountId": management,
            "MasterAccountEmail": self.member(management).map(|member| &member.email),
            "AvailablePolicyTypes": self.available_types(),
        })
    }

    /// Deprecated, and no more than service control policies:
    /// <https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html>.
    fn available_types(&self) -> Value {
        match self.all_features {
            true => json!([{ "Type": PolicyType::ServiceControl.name(), "Status": "ENABLED" }]),
            false => json!([]),
        }
    }

    fn root_view(&self) -> Value {
        let types = self.enabled.iter().map(|kind| json!({ "Type": kind.name(), "Status": "ENABLED" }));
        json!({
            "Id": self.root,
            "Arn": self.arn_of(&self.root),
            "Name": "Root",
            "PolicyTypes": types.collect::<Vec<_>>(),
        })
    }
}

pub(super) fn create(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let account = call.account()?.clone();
    if partition.organizations.memberships.contains_key(&account) {
        let message = "The AWS account is already a member of an organization.";
        return Err(error("AlreadyInOrganizationException", message));
    }
    let all_features = call.input.get("FeatureSet").and_then(Value::as_str) != Some("CONSOLIDATED_BILLING");
    let organization = Organization::new(&mut partition.ids, account.clone(), all_features, call.now);
    let view = organization.view();
    partition.organizations.memberships.insert(account, organization.id.clone());
    partition.organizations.organizations.insert(organization.id.clone(), organization);
    Reply::of(&json!({ "Organization": view }))
}

/// Any member may.
pub(super) fn describe(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    Reply::of(&json!({ "Organization": partition.organizations.own(call)?.view() }))
}

pub(super) fn delete(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let organization = partition.organizations.managed(call)?;
    if organization.accounts.len() > 1 {
        let message =
            "To delete an organization you must first remove all member accounts (except the master).";
        return Err(error("OrganizationNotEmptyException", message));
    }
    let id = organization.id.clone();
    partition.organizations.handshakes.retain(|_, handshake| handshake.organization != id);
    partition.organizations.memberships.remove(call.account()?);
    partition.organizations.organizations.remove(&id).ok_or_else(not_in_use)?;
    Ok(Reply::empty())
}

pub(super) fn list(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let organization = partition.organizations.readable(call)?;
    page(call, "Roots", [(organization.root.clone(), organization.root_view())])
}

pub(super) fn enable_type(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let kind = PolicyType::named(text(call, "PolicyType"))?;
    let organization = partition.organizations.managed_mut(call)?;
    check_root(organization, call)?;
    if !organization.all_features {
        let message = "The specified policy type is not available for this organization.";
        return Err(error("PolicyTypeNotAvailableForOrganizationException", message));
    }
    if organization.enabled.contains(&kind) {
        let message = "The specified policy type is already enabled.";
        return Err(error("PolicyTypeAlreadyEnabledException", message));
    }
    organization.enable(kind);
    Reply::of(&json!({ "Root": organization.root_view() }))
}

pub(super) fn disable_type(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let kind = PolicyType::named(text(call, "PolicyType"))?;
    let organization = partition.organizations.managed_mut(call)?;
    check_root(organization, call)?;
    if !organization.enabled.contains(&kind) {
        let message = "This operation can be performed only for enabled policy types.";
        return Err(error("PolicyTypeNotEnabledException", message));
    }
    organization.disable(kind);
    Reply::of(&json!({ "Root": organization.root_view() }))
}

fn check_root(organization: &Organization, call: &Call) -> Result<(), ServiceError> {
    if organization.root == text(call, "RootId") { Ok(()) } else { Err(no_root()) }
}
