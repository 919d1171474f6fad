//! Instance profiles: what hands a role to an EC2 instance.

use serde_json::{Value, json};

use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

use super::account::Account;
use super::errors::{delete_conflict, name_taken, no_such_entity, quota};
use super::input::{has_prefix, path, text};
use super::noun::{Identity, Noun, folded, timestamp};
use super::pages::page;
use super::store::Store;
use super::tags::Tags;
use super::{quotas, service_linked_roles};

/// An instance profile.
#[derive(Clone)]
pub(super) struct InstanceProfile {
    pub(super) identity: Identity,
    /// The folded name; `None`: empty.
    pub(super) role: Option<String>,
    pub(super) tags: Tags,
}

impl InstanceProfile {
    pub(super) fn listed(&self, store: &Store, account: &Account) -> Value {
        let Identity { path, name, id, arn, created } = &self.identity;
        let role = self.role.as_ref().and_then(|role| account.roles.get(role));
        json!({
            "Path": path,
            "InstanceProfileName": name,
            "InstanceProfileId": id,
            "Arn": arn,
            "CreateDate": timestamp(*created),
            "Roles": role.map(|role| role.brief(store)).into_iter().collect::<Vec<_>>(),
        })
    }

    fn shown(&self, store: &Store, account: &Account) -> Value {
        let mut view = self.listed(store, account);
        if let (Some(view), Some(tags)) = (view.as_object_mut(), self.tags.view()) {
            view.insert("Tags".to_owned(), tags);
        }
        view
    }
}

pub(super) fn create(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let name = text(call, "InstanceProfileName")?;
    let account = partition.iam.account(call)?;
    if account.has(Noun::InstanceProfile, name) {
        return Err(name_taken(Noun::InstanceProfile, name));
    }
    if account.instance_profiles.len() >= quotas::INSTANCE_PROFILES {
        return Err(quota("InstanceProfilesPerAccount", quotas::INSTANCE_PROFILES));
    }
    let tags = Tags::of_new(Noun::InstanceProfile, call)?;
    let identity = Noun::InstanceProfile.named(&mut partition.ids, &account.id, path(call), name, call.now);
    let profile = InstanceProfile { identity, role: None, tags };
    let reply = Reply::of(&json!({ "InstanceProfile": profile.shown(&partition.iam, account) }));
    partition.iam.account_mut(call)?.instance_profiles.insert(folded(name), profile);
    reply
}

pub(super) fn get(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let account = partition.iam.account(call)?;
    let profile = account.instance_profile(text(call, "InstanceProfileName")?)?;
    Reply::of(&json!({ "InstanceProfile": profile.shown(&partition.iam, account) }))
}

pub(super) fn list(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let account = partition.iam.account(call)?;
    let profiles = account.instance_profiles.iter();
    let matching = profiles.filter(|(_, profile)| has_prefix(call, &profile.identity.path));
    let views = matching.map(|(name, profile)| (name.clone(), profile.listed(&partition.iam, account)));
    Ok(page(call, views)?.reply("InstanceProfiles"))
}

pub(super) fn list_for_role(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let account = partition.iam.account(call)?;
    let role = folded(&account.role(text(call, "RoleName")?)?.identity.name);
    let matching =
        account.instance_profiles.iter().filter(|(_, profile)| profile.role.as_ref() == Some(&role));
    let views = matching.map(|(name, profile)| (name.clone(), profile.listed(&partition.iam, account)));
    Ok(page(call, views)?.reply("InstanceProfiles"))
}

pub(super) fn add_role(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let account = partition.iam.account_mut(call)?;
    let name = text(call, "InstanceProfileName")?;
    account.instance_profile(name)?;
    let role = account.role(text(call, "RoleName")?)?;
    service_linked_roles::refuse_change(role)?;
    let role = folded(&role.identity.name);
    let profile = account.instance_profile_mut(name)?;
    if profile.role.is_some() {
        return Err(quota("InstanceSessionsPerInstanceProfile", 1));
    }
    profile.role = Some(role);
    Ok(Reply::empty())
}

pub(super) fn remove_role(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let account = partition.iam.account_mut(call)?;
    let name = text(call, "InstanceProfileName")?;
    let role = text(call, "RoleName")?;
    account.instance_profile(name)?;
    account.role(role)?;
    let profile = account.instance_profile_mut(name)?;
    if profile.role != Some(folded(role)) {
        return Err(no_such_entity(format!("The role with name {role} cannot be found.")));
    }
    profile.role = None;
    Ok(Reply::empty())
}

pub(super) fn delete(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let name = text(call, "InstanceProfileName")?;
    let account = partition.iam.account_mut(call)?;
    if account.instance_profile(name)?.role.is_some() {
        return Err(delete_conflict("Cannot delete entity, must remove roles from instance profile first."));
    }
    account.instance_profiles.remove(&folded(name));
    Ok(Reply::empty())
}
