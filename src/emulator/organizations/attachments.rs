//! What policies are attached to.
//!
//! <https://docs.aws.amazon.com/organizations/latest/APIReference/API_AttachPolicy.html>

use serde_json::{Value, json};

use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

use super::access::text;
use super::errors::{constraint, error, invalid, no_policy, no_target};
use super::organization::Organization;
use super::pages::page;
use super::policy_type::PolicyType;

/// The most policies of a type on one root, unit or account.
/// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html>
const MOST: usize = 5;

pub(super) fn attach(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let (policy, target) = (text(call, "PolicyId"), text(call, "TargetId"));
    let organization = partition.organizations.managed_mut(call)?;
    let kind = checked(organization, policy, target)?;
    if organization.attached_to(target, kind).any(|attached| attached == policy) {
        let message = "The selected policy is already attached to the specified target.";
        return Err(error("DuplicatePolicyAttachmentException", message));
    }
    if organization.attached_to(target, kind).count() >= MOST {
        let message = "You have attached the maximum number of policies to the specified target.";
        return Err(constraint("MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED", message));
    }
    organization.attach(policy, target);
    Ok(Reply::empty())
}

pub(super) fn detach(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let (policy, target) = (text(call, "PolicyId"), text(call, "TargetId"));
    let organization = partition.organizations.managed_mut(call)?;
    let kind = checked(organization, policy, target)?;
    if policy == PolicyType::ResourceControl.default_policy() {
        return Err(invalid("NON_DETACHABLE_POLICY", "You can't detach this AWS managed policy."));
    }
    if !organization.attached_to(target, kind).any(|attached| attached == policy) {
        let message = "The policy isn't attached to the specified target in the specified root.";
        return Err(error("PolicyNotAttachedException", message));
    }
    if organization.attached_to(target, kind).count() == 1 {
        let message = "You cannot remove the last policy attached to the specified target. You must have at least one \
                       attached at all times.";
        return Err(constraint("MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED", message));
    }
    organization.detach(policy, target);
    Ok(Reply::empty())
}

/// The type of the policy, if there are such a policy and such a target, and the type is enabled.
fn checked(organization: &Organization, policy: &str, target: &str) -> Result<PolicyType, ServiceError> {
    let kind = organization.policy_type(policy).ok_or_else(no_policy)?;
    if !organization.has_target(target) {
        return Err(no_target());
    }
    if !organization.enabled.contains(&kind) {
        let message = "This operation can be performed only for enabled policy types.";
        return Err(error("PolicyTypeNotEnabledException", message));
    }
    Ok(kind)
}

/// Only what is attached to the target itself.
pub(super) fn list_for_target(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let kind = PolicyType::named(text(call, "Filter"))?;
    let organization = partition.organizations.readable(call)?;
    let target = text(call, "TargetId");
    if !organization.has_target(target) {
        return Err(no_target());
    }
    let ids = organization.attached_to(target, kind);
    let summaries = ids.filter_map(|id| Some((id.clone(), organization.policy_summary(id)?)));
    page(call, "Policies", summaries)
}

pub(super) fn list_targets(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let organization = partition.organizations.readable(call)?;
    let policy = text(call, "PolicyId");
    if organization.policy_type(policy).is_none() {
        return Err(no_policy());
    }
    let targets = organization.targets_of(policy).map(|id| (id.clone(), target_view(organization, id)));
    page(call, "Targets", targets)
}

fn target_view(organization: &Organization, id: &str) -> Value {
    let unit = organization.units.get(id).map(|unit| (unit.name.as_str(), "ORGANIZATIONAL_UNIT"));
    let account = || organization.member(id).map(|member| (member.name.as_str(), "ACCOUNT"));
    let (name, kind) = unit.or_else(account).unwrap_or(("Root", "ROOT"));
    json!({ "TargetId": id, "Arn": organization.arn_of(id), "Name": name, "Type": kind })
}
