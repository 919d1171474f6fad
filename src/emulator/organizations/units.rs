//! Organizational units, and who is whose parent.
//!
//! <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_ous.html>

use serde_json::{Value, json};

use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

use super::access::text;
use super::errors::{constraint, error, no_child, no_parent, no_unit};
use super::organization::{Organization, Unit, digits};
use super::pages::page;
use super::tags;

/// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html>
const UNITS: usize = 2000;
/// Levels of units under the root.
const DEPTH: usize = 5;

impl Organization {
    fn unit_view(&self, id: &str, unit: &Unit) -> Value {
        json!({ "Id": id, "Arn": self.arn_of(id), "Name": unit.name, "Path": self.path(id) })
    }

    fn reply_with_unit(&self, id: &str) -> Result<Reply, ServiceError> {
        let unit = self.units.get(id).ok_or_else(no_unit)?;
        Reply::of(&json!({ "OrganizationalUnit": self.unit_view(id, unit) }))
    }

    fn units_in<'a>(&'a self, parent: &'a str) -> impl Iterator<Item = (&'a String, &'a Unit)> {
        self.units.iter().filter(move |(_, unit)| unit.parent == parent)
    }

    fn refuse_taken_name(&self, parent: &str, name: &str, but: Option<&str>) -> Result<(), ServiceError> {
        let taken = |(id, unit): (&String, &Unit)| unit.name == name && Some(id.as_str()) != but;
        if self.units_in(parent).any(taken) {
            let message = "An OU with the same name already exists.";
            return Err(error("DuplicateOrganizationalUnitException", message));
        }
        Ok(())
    }
}

pub(super) fn create(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let (parent, name) = (text(call, "ParentId").to_owned(), text(call, "Name").to_owned());
    let sent = tags::sent(call)?;
    let organization = partition.organizations.managed(call)?;
    if !organization.is_parent(&parent) {
        return Err(no_parent());
    }
    // The root itself is no level of units.
    if organization.lineage(&parent).len() > DEPTH {
        let message = "You exceeded the maximum depth of the organizational unit tree.";
        return Err(constraint("OU_DEPTH_LIMIT_EXCEEDED", message));
    }
    if organization.units.len() >= UNITS {
        let message = "You have exceeded the number of organizational units that you can have.";
        return Err(constraint("OU_NUMBER_LIMIT_EXCEEDED", message));
    }
    organization.refuse_taken_name(&parent, &name, None)?;
    let root = organization.root.trim_start_matches("r-").to_owned();
    let id = format!("ou-{root}-{}", digits(&mut partition.ids, 8));
    let organization = partition.organizations.managed_mut(call)?;
    organization.units.insert(id.clone(), Unit { name, parent });
    organization.attach_defaults(id.clone());
    organization.tags.insert(id.clone(), sent);
    organization.reply_with_unit(&id)
}

pub(super) fn describe(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    partition.organizations.readable(call)?.reply_with_unit(text(call, "OrganizationalUnitId"))
}

pub(super) fn update(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let id = text(call, "OrganizationalUnitId");
    let organization = partition.organizations.managed_mut(call)?;
    let parent = organization.units.get(id).ok_or_else(no_unit)?.parent.clone();
    if let Some(name) = call.input.get("Name").and_then(Value::as_str) {
        organization.refuse_taken_name(&parent, name, Some(id))?;
        name.clone_into(&mut organization.units.get_mut(id).ok_or_else(no_unit)?.name);
    }
    organization.reply_with_unit(id)
}

pub(super) fn delete(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let id = text(call, "OrganizationalUnitId");
    let organization = partition.organizations.managed_mut(call)?;
    if !organization.units.contains_key(id) {
        return Err(no_unit());
    }
    let is_parent = organization.accounts.values().any(|member| member.parent == id);
    if is_parent || organization.units_in(id).next().is_some() {
        let message = "The specified OU is not empty.";
        return Err(error("OrganizationalUnitNotEmptyException", message));
    }
    organization.units.remove(id);
    organization.forget(id);
    Ok(Reply::empty())
}

pub(super) fn list(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let organization = partition.organizations.readable(call)?;
    let parent = text(call, "ParentId");
    if !organization.is_parent(parent) {
        return Err(no_parent());
    }
    let units =
        organization.units_in(parent).map(|(id, unit)| (id.clone(), organization.unit_view(id, unit)));
    page(call, "OrganizationalUnits", units)
}

pub(super) fn list_parents(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let organization = partition.organizations.readable(call)?;
    let parent = organization.parent(text(call, "ChildId")).ok_or_else(no_child)?;
    let kind = if parent == organization.root { "ROOT" } else { "ORGANIZATIONAL_UNIT" };
    page(call, "Parents", [(parent.to_owned(), json!({ "Id": parent, "Type": kind }))])
}

pub(super) fn list_children(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let organization = partition.organizations.readable(call)?;
    let (parent, kind) = (text(call, "ParentId"), text(call, "ChildType"));
    if !organization.is_parent(parent) {
        return Err(no_parent());
    }
    let view = |id: &str| (id.to_owned(), json!({ "Id": id, "Type": kind }));
    if kind == "ACCOUNT" {
        let members = organization.accounts.iter().filter(|(_, member)| member.parent == parent);
        return page(call, "Children", members.map(|(account, _)| view(account.as_str())));
    }
    page(call, "Children", organization.units_in(parent).map(|(id, _)| view(id)))
}
