//! Service-linked roles: made for one service, which alone may change them.
//!
//! A role is deleted at once, as no resource of its service is emulated that could still need it.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html>

use std::collections::BTreeSet;

use policy::AccountId;
use serde_json::json;

use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

use super::errors::{cannot_be_found, invalid_input, no_such_entity, quota, unmodifiable};
use super::input::{optional, text};
use super::noun::{Noun, folded};
use super::roles::{DEFAULT_SESSION_DURATION, Role};
use super::service_linked_services::{LinkedService, linked_service};
use super::store::Grants;
use super::tags::Tags;
use super::usage::Usage;
use super::{quotas, trust};

/// What the paths of service-linked roles begin with, and no other's.
pub(super) const PATH: &str = "/aws-service-role/";

/// Only its service changes a service-linked role.
pub(super) fn refuse_change(role: &Role) -> Result<(), ServiceError> {
    if role.identity.path.starts_with(PATH) { Err(unmodifiable(&role.identity.name)) } else { Ok(()) }
}

/// No other role is made under the path of service-linked ones, as service control policies do not limit those.
pub(super) fn refuse_path(path: &str) -> Result<(), ServiceError> {
    if path.starts_with(PATH) {
        return Err(invalid_input(format!("The path {path} is reserved for service-linked roles.")));
    }
    Ok(())
}

/// The ARN of the role that a request would make, as far as it can be told.
pub(super) fn new_arn(account: &AccountId, call: &Call) -> Result<String, ServiceError> {
    let service = text(call, "AWSServiceName")?;
    let name = linked_service(service).map_or("AWSServiceRoleFor".to_owned(), |linked| name(call, linked));
    Ok(Noun::Role.arn(account, &path(service), &name))
}

fn path(service: &str) -> String {
    format!("{PATH}{service}/")
}

fn name(call: &Call, linked: &LinkedService) -> String {
    let suffix = optional(call, "CustomSuffix").map(|suffix| format!("_{suffix}")).unwrap_or_default();
    format!("AWSServiceRoleFor{}{suffix}", linked.role)
}

pub(super) fn create(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let service = text(call, "AWSServiceName")?;
    let unknown = || {
        let message = format!("the service-linked role of `{service}` is not known to rolecall");
        ServiceError::new(501, "NotImplemented", message)
    };
    let linked = linked_service(service).ok_or_else(unknown)?;
    if optional(call, "CustomSuffix").is_some() && !linked.has_suffix {
        return Err(invalid_input(format!("Custom suffix is not allowed for {service}")));
    }
    let policy = linked.policy.ok_or_else(unknown)?;
    let name = name(call, linked);
    let document = json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Principal": { "Service": service }, "Action": "sts:AssumeRole" }],
    });
    let trust = trust::parse(&partition.iam, &document.to_string())?;
    let account = partition.iam.account(call)?;
    if account.has(Noun::Role, &name) {
        return Err(invalid_input(format!(
            "Service role name {name} has been taken in this account, please try a different suffix."
        )));
    }
    if account.roles.len() >= quotas::ROLES {
        return Err(quota("RolesPerAccount", quotas::ROLES));
    }
    let policy = format!("arn:aws:iam::aws:policy{PATH}{policy}");
    let role = Role {
        identity: Noun::Role.named(&mut partition.ids, &account.id, &path(service), &name, call.now),
        trust,
        description: optional(call, "Description").map(str::to_owned),
        max_session_duration: DEFAULT_SESSION_DURATION,
        grants: Grants { attached: BTreeSet::from([policy]), ..Grants::default() },
        boundary: None,
        tags: Tags::default(),
        usage: Usage::default(),
    };
    let view = role.brief(&partition.iam);
    partition.iam.account_mut(call)?.roles.insert(folded(&name), role);
    Reply::of(&json!({ "Role": view }))
}

pub(super) fn delete(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let name = text(call, "RoleName")?;
    let identity = partition.iam.account(call)?.role(name)?.identity.clone();
    if !identity.path.starts_with(PATH) {
        return Err(cannot_be_found(Noun::Role, name));
    }
    let task = format!("task{}{}/{}", identity.path, identity.name, partition.ids.uuid());
    let account = partition.iam.account_mut(call)?;
    account.roles.remove(&folded(name));
    account.deletion_tasks.insert(task.clone());
    Reply::of(&json!({ "DeletionTaskId": task }))
}

pub(super) fn deletion_status(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let task = text(call, "DeletionTaskId")?;
    if !partition.iam.account(call)?.deletion_tasks.contains(task) {
        return Err(no_such_entity(format!("The deletion task with id {task} cannot be found.")));
    }
    Reply::of(&json!({ "Status": "SUCCEEDED" }))
}
