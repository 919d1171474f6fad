//! The permissions that Organizations' operations need.
//!
//! Actions, resources and keys: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsorganizations.html>

use serde_json::Value;

use crate::operation::{Access, Call, ServiceError};
use crate::partition::Partition;

use super::organization::Organization;

/// A member of the request that validation has found to be there; empty where it is not.
pub(super) fn text<'call>(call: &'call Call, member: &str) -> &'call str {
    call.input.get(member).and_then(Value::as_str).unwrap_or_default()
}

/// For actions without resources.
pub(super) fn any(partition: &Partition, call: &Call) -> Result<Vec<Access>, ServiceError> {
    Ok(vec![keyed(partition, call, "*".to_owned(), None)])
}

/// For actions on what the members name: one decision for each.
pub(super) fn on(partition: &Partition, call: &Call, members: &[&str]) -> Result<Vec<Access>, ServiceError> {
    let Some(organization) = partition.organizations.organization_of(call.account()?) else {
        return any(partition, call);
    };
    let ids = members.iter().map(|member| text(call, member)).filter(|id| !id.is_empty());
    let access = |id: &str| keyed(partition, call, organization.arn_of(id), Some((organization, id)));
    Ok(ids.map(access).collect())
}

/// A policy that is not there yet: its id is not known.
pub(super) fn new_policy(partition: &Partition, call: &Call) -> Result<Vec<Access>, ServiceError> {
    let Some(organization) = partition.organizations.organization_of(call.account()?) else {
        return any(partition, call);
    };
    let kind = text(call, "Type").to_ascii_lowercase();
    Ok(vec![keyed(partition, call, organization.arn("policy", &format!("{kind}/*")), None)])
}

/// An invitation, which those that are invited see under the ARN of the inviting organization.
pub(super) fn handshake(partition: &Partition, call: &Call) -> Result<Vec<Access>, ServiceError> {
    let id = text(call, "HandshakeId");
    let handshake = partition.organizations.handshakes.get(id);
    let organization =
        handshake.and_then(|handshake| partition.organizations.organizations.get(&handshake.organization));
    match organization {
        Some(organization) => Ok(vec![keyed(partition, call, organization.arn_of(id), None)]),
        None => any(partition, call),
    }
}

/// The account that is invited.
pub(super) fn invited(partition: &Partition, call: &Call) -> Result<Vec<Access>, ServiceError> {
    let id = call.input.pointer("/Target/Id").and_then(Value::as_str).unwrap_or_default();
    match partition.organizations.organization_of(call.account()?) {
        Some(organization) if policy::AccountId::new(id).is_some() => {
            Ok(vec![keyed(partition, call, organization.arn("account", id), None)])
        }
        _ => any(partition, call),
    }
}

fn keyed(partition: &Partition, call: &Call, resource: String, of: Option<(&Organization, &str)>) -> Access {
    let mut access = Access::new(format!("organizations:{}", call.operation), resource);
    let kind = ["PolicyType", "Type", "Filter"].map(|member| text(call, member));
    let kind = kind.into_iter().find(|kind| !kind.is_empty()).or_else(|| {
        let organization = partition.organizations.organization_of(call.account().ok()?)?;
        let ids = ["PolicyId", "ResourceId"].map(|member| text(call, member));
        ids.into_iter().find_map(|id| organization.policy_type(id)).map(super::policy_type::PolicyType::name)
    });
    if let Some(kind) = kind {
        access.context.set("organizations:PolicyType", kind);
    }
    let service = text(call, "ServicePrincipal");
    if !service.is_empty() {
        access.context.set("organizations:ServicePrincipal", service);
    }
    request_tags(call, &mut access);
    let tags = of.and_then(|(organization, id)| organization.tags.get(id));
    for (key, value) in tags.into_iter().flatten() {
        access.context.set(&format!("aws:ResourceTag/{key}"), value);
    }
    access
}

fn request_tags(call: &Call, access: &mut Access) {
    let list = |member: &str| call.input.get(member).and_then(Value::as_array).into_iter().flatten();
    let mut keys: Vec<String> = list("TagKeys").filter_map(Value::as_str).map(str::to_owned).collect();
    for tag in list("Tags") {
        let member = |name: &str| tag.get(name).and_then(Value::as_str).unwrap_or_default();
        access.context.set(&format!("aws:RequestTag/{}", member("Key")), member("Value"));
        keys.push(member("Key").to_owned());
    }
    if !keys.is_empty() {
        access.context.set_all("aws:TagKeys", keys);
    }
}
