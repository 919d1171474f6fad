//! Service control policies and resource control policies.
//!
//! <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies.html>

use serde::Deserialize;
use serde_json::{Value, json};

use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

use super::access::text;
use super::errors::{constraint, error, invalid, no_policy};
use super::organization::{Organization, StoredPolicy, digits};
use super::pages::page;
use super::policy_type::PolicyType;
use super::tags;

impl Organization {
    /// A policy of the organization or of AWS; `None`: there is none of this id.
    pub(super) fn policy_summary(&self, id: &str) -> Option<Value> {
        let kind = self.policy_type(id)?;
        let stored = self.policies.get(id);
        // https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_examples.html
        let (name, description) = match (stored, kind) {
            (Some(policy), _) => (policy.name.as_str(), policy.description.as_str()),
            (None, PolicyType::ServiceControl) => ("FullAWSAccess", "Allows access to every operation"),
            (None, PolicyType::ResourceControl) => ("RCPFullAWSAccess", "Allows access to every resource"),
        };
        Some(json!({
            "Id": id,
            "Arn": self.policy_arn(id, kind),
            "Name": name,
            "Description": description,
            "Type": kind.name(),
            "AwsManaged": stored.is_none(),
        }))
    }

    fn reply_with_policy(&self, id: &str) -> Result<Reply, ServiceError> {
        let summary = self.policy_summary(id).ok_or_else(no_policy)?;
        let kind = self.policy_type(id).ok_or_else(no_policy)?;
        let document = self.policies.get(id).map(|policy| policy.document.clone());
        let document = document.unwrap_or_else(|| kind.default_document());
        Reply::of(&json!({ "Policy": { "PolicySummary": summary, "Content": document.text() } }))
    }

    fn refuse_taken_policy_name(&self, name: &str, kind: PolicyType, but: &str) -> Result<(), ServiceError> {
        let taken =
            self.policies.iter().any(|(id, policy)| policy.name == name && policy.kind == kind && id != but);
        let of_aws = self
            .policy_summary(kind.default_policy())
            .is_some_and(|summary| summary.get("Name").and_then(Value::as_str) == Some(name));
        if taken || of_aws {
            return Err(error("DuplicatePolicyException", "A policy with the same name already exists."));
        }
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NewPolicy {
    content: String,
    description: String,
    name: String,
    r#type: String,
}

pub(super) fn create(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: NewPolicy = call.parse()?;
    let kind = PolicyType::named(&input.r#type)?;
    let sent = tags::sent(call)?;
    let organization = partition.organizations.managed(call)?;
    if !organization.all_features {
        let message = "The specified policy type is not available for this organization.";
        return Err(error("PolicyTypeNotAvailableForOrganizationException", message));
    }
    organization.refuse_taken_policy_name(&input.name, kind, "")?;
    let document = kind.parse(&input.content)?;
    if organization.policies.values().filter(|policy| policy.kind == kind).count() >= most(kind) {
        let message = "You have exceeded the number of policies that you can have in an organization.";
        return Err(constraint("POLICY_NUMBER_LIMIT_EXCEEDED", message));
    }
    let id = format!("p-{}", digits(&mut partition.ids, 10));
    let organization = partition.organizations.managed_mut(call)?;
    let policy = StoredPolicy { kind, name: input.name, description: input.description, document };
    organization.policies.insert(id.clone(), policy);
    organization.tags.insert(id.clone(), sent);
    organization.reply_with_policy(&id)
}

/// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html>
fn most(kind: PolicyType) -> usize {
    match kind {
        PolicyType::ServiceControl => 10_000,
        PolicyType::ResourceControl => 1000,
    }
}

pub(super) fn describe(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    partition.organizations.readable(call)?.reply_with_policy(text(call, "PolicyId"))
}

pub(super) fn update(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let id = text(call, "PolicyId");
    let member = |name: &str| call.input.get(name).and_then(Value::as_str);
    let organization = partition.organizations.managed_mut(call)?;
    let kind = customers(organization, id)?;
    if let Some(name) = member("Name") {
        organization.refuse_taken_policy_name(name, kind, id)?;
    }
    let document = member("Content").map(|content| kind.parse(content)).transpose()?;
    let policy = organization.policies.get_mut(id).ok_or_else(no_policy)?;
    if let Some(name) = member("Name") {
        name.clone_into(&mut policy.name);
    }
    if let Some(description) = member("Description") {
        description.clone_into(&mut policy.description);
    }
    if let Some(document) = document {
        policy.document = document;
    }
    organization.reply_with_policy(id)
}

pub(super) fn delete(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let id = text(call, "PolicyId");
    let organization = partition.organizations.managed_mut(call)?;
    customers(organization, id)?;
    if organization.targets_of(id).next().is_some() {
        let message = "The policy is attached to one or more entities. You must detach it from all roots, OUs, and \
                       accounts before performing this operation.";
        return Err(error("PolicyInUseException", message));
    }
    organization.policies.remove(id);
    organization.forget(id);
    Ok(Reply::empty())
}

pub(super) fn list(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let kind = PolicyType::named(text(call, "Filter"))?;
    let organization = partition.organizations.readable(call)?;
    let stored =
        organization.policies.iter().filter(|(_, policy)| policy.kind == kind).map(|(id, _)| id.as_str());
    let of_aws = organization.all_features.then(|| kind.default_policy());
    let mut ids: Vec<&str> = of_aws.into_iter().chain(stored).collect();
    ids.sort_unstable();
    let summaries = ids.into_iter().filter_map(|id| Some((id.to_owned(), organization.policy_summary(id)?)));
    page(call, "Policies", summaries)
}

/// The type of a policy that can be changed.
fn customers(organization: &Organization, id: &str) -> Result<PolicyType, ServiceError> {
    if PolicyType::of_default_policy(id).is_some() {
        let message = "You specified a policy that is managed by AWS and can't be modified.";
        return Err(invalid("IMMUTABLE_POLICY", message));
    }
    organization.policy_type(id).ok_or_else(no_policy)
}
