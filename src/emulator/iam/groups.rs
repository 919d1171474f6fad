//! Groups of users.

use serde_json::{Value, json};

use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

use super::errors::{delete_conflict, name_taken, no_such_entity, quota};
use super::input::{has_prefix, optional, path, text};
use super::noun::{Identity, Noun, folded, timestamp};
use super::pages::page;
use super::quotas;
use super::store::Grants;
use super::users::refuse_with_policies;

/// A group; its members know that they are in it.
#[derive(Clone)]
pub(super) struct Group {
    pub(super) identity: Identity,
    pub(super) grants: Grants,
}

impl Group {
    pub(super) fn view(&self) -> Value {
        let Identity { path, name, id, arn, created } = &self.identity;
        json!({ "Path": path, "GroupName": name, "GroupId": id, "Arn": arn, "CreateDate": timestamp(*created) })
    }
}

pub(super) fn create(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let name = text(call, "GroupName")?;
    let account = partition.iam.account_mut(call)?;
    if account.has(Noun::Group, name) {
        return Err(name_taken(Noun::Group, name));
    }
    if account.groups.len() >= quotas::GROUPS {
        return Err(quota("GroupsPerAccount", quotas::GROUPS));
    }
    let identity = Noun::Group.named(&mut partition.ids, &account.id, path(call), name, call.now);
    let group = Group { identity, grants: Grants::default() };
    let reply = Reply::of(&json!({ "Group": group.view() }));
    account.groups.insert(folded(name), group);
    reply
}

pub(super) fn get(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let account = partition.iam.account(call)?;
    let group = account.group(text(call, "GroupName")?)?;
    let key = folded(&group.identity.name);
    let members = account.users.iter().filter(|(_, user)| user.groups.contains(&key));
    let mut page = page(call, members.map(|(name, user)| (name.clone(), user.listed())))?;
    let users = Value::Array(std::mem::take(&mut page.items));
    Ok(page.reply_with([("Group".to_owned(), group.view()), ("Users".to_owned(), users)]))
}

pub(super) fn list(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let groups = partition.iam.account(call)?.groups.iter();
    let matching = groups.filter(|(_, group)| has_prefix(call, &group.identity.path));
    Ok(page(call, matching.map(|(name, group)| (name.clone(), group.view())))?.reply("Groups"))
}

pub(super) fn list_for_user(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let account = partition.iam.account(call)?;
    let user = account.user(text(call, "UserName")?)?;
    let groups = account.groups.iter().filter(|(name, _)| user.groups.contains(*name));
    Ok(page(call, groups.map(|(name, group)| (name.clone(), group.view())))?.reply("Groups"))
}

pub(super) fn update(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let name = text(call, "GroupName")?;
    let account = partition.iam.account_mut(call)?;
    account.group(name)?;
    let new_name = optional(call, "NewGroupName");
    if let Some(new_name) = new_name.filter(|new_name| folded(new_name) != folded(name))
        && account.has(Noun::Group, new_name)
    {
        return Err(name_taken(Noun::Group, new_name));
    }
    let old_key = folded(name);
    let Some(mut group) = account.groups.remove(&old_key) else { return Ok(Reply::empty()) };
    group.identity.path = optional(call, "NewPath").unwrap_or(&group.identity.path).to_owned();
    group.identity.name = new_name.unwrap_or(&group.identity.name).to_owned();
    group.identity.arn = Noun::Group.arn(&account.id, &group.identity.path, &group.identity.name);
    let key = folded(&group.identity.name);
    account.groups.insert(key.clone(), group);
    for user in account.users.values_mut() {
        if user.groups.remove(&old_key) {
            user.groups.insert(key.clone());
        }
    }
    Ok(Reply::empty())
}

pub(super) fn delete(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let name = text(call, "GroupName")?;
    let account = partition.iam.account_mut(call)?;
    let group = account.group(name)?;
    if account.users.values().any(|user| user.groups.contains(&folded(name))) {
        return Err(delete_conflict("Cannot delete entity, must remove users from group first."));
    }
    refuse_with_policies(&group.grants)?;
    account.groups.remove(&folded(name));
    Ok(Reply::empty())
}

pub(super) fn add_user(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let account = partition.iam.account_mut(call)?;
    let group = folded(&account.group(text(call, "GroupName")?)?.identity.name);
    let user = account.user_mut(text(call, "UserName")?)?;
    if !user.groups.contains(&group) && user.groups.len() >= quotas::GROUPS_PER_USER {
        return Err(quota("GroupsPerUser", quotas::GROUPS_PER_USER));
    }
    user.groups.insert(group);
    Ok(Reply::empty())
}

pub(super) fn remove_user(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let account = partition.iam.account_mut(call)?;
    let group = folded(&account.group(text(call, "GroupName")?)?.identity.name);
    let user = account.user_mut(text(call, "UserName")?)?;
    if !user.groups.remove(&group) {
        let message = format!("User {} is not in group {group}.", user.identity.name);
        return Err(no_such_entity(message));
    }
    Ok(Reply::empty())
}
