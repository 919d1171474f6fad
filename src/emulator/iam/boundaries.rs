//! Permissions boundaries of users and roles.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html>

use serde_json::{Value, json};

use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

use super::account::Account;
use super::errors::no_such_entity;
use super::input::{optional, text};
use super::noun::Noun;

/// The `PermissionsBoundary` of a request, which must exist.
pub(super) fn sent(partition: &Partition, call: &Call) -> Result<Option<String>, ServiceError> {
    let Some(arn) = optional(call, "PermissionsBoundary") else { return Ok(None) };
    if !super::managed_policies::is_reachable(call.account()?, arn) || partition.iam.managed(arn).is_none() {
        return Err(no_such_entity(format!("Scope ARN: {arn} does not exist or is not attachable.")));
    }
    Ok(Some(arn.to_owned()))
}

/// Adds the boundary to what is shown of a user or role.
pub(super) fn show(view: &mut Value, boundary: Option<&str>) {
    if let (Some(view), Some(arn)) = (view.as_object_mut(), boundary) {
        let boundary = json!({ "PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn });
        view.insert("PermissionsBoundary".to_owned(), boundary);
    }
}

fn boundary_mut<'account>(
    noun: Noun,
    account: &'account mut Account,
    call: &Call,
) -> Result<&'account mut Option<String>, ServiceError> {
    match noun {
        Noun::Role => Ok(&mut account.changeable_role(text(call, "RoleName")?)?.boundary),
        _ => Ok(&mut account.user_mut(text(call, "UserName")?)?.boundary),
    }
}

pub(super) fn put(noun: Noun, partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    boundary_mut(noun, partition.iam.account_mut(call)?, call)?;
    let boundary = sent(partition, call)?;
    *boundary_mut(noun, partition.iam.account_mut(call)?, call)? = boundary;
    Ok(Reply::empty())
}

pub(super) fn delete(noun: Noun, partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let name = text(call, noun.member())?;
    let boundary = boundary_mut(noun, partition.iam.account_mut(call)?, call)?;
    if boundary.take().is_none() {
        let noun = noun.arn_type();
        return Err(no_such_entity(format!(
            "The {noun} with name {name} does not have a permissions boundary."
        )));
    }
    Ok(Reply::empty())
}
