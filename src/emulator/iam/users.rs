//! Users.

use serde_json::{Value, json};

use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

use super::access::named_or_caller;
use super::access_keys::AccessKey;
use super::errors::{delete_conflict, name_taken, quota};
use super::input::{has_prefix, optional, path, text};
use super::login_profiles::LoginProfile;
use super::noun::{Identity, Noun, folded, timestamp};
use super::pages::page;
use super::service_specific_credentials::ServiceSpecificCredential;
use super::signing_certificates::SigningCertificate;
use super::ssh_public_keys::SshPublicKey;
use super::store::Grants;
use super::tags::Tags;
use super::usage::Usage;
use super::{boundaries, quotas};

/// A user.
#[derive(Clone)]
pub(super) struct User {
    pub(super) identity: Identity,
    pub(super) access_keys: Vec<AccessKey>,
    pub(super) login_profile: Option<LoginProfile>,
    pub(super) signing_certificates: Vec<SigningCertificate>,
    pub(super) ssh_public_keys: Vec<SshPublicKey>,
    pub(super) service_specific_credentials: Vec<ServiceSpecificCredential>,
    pub(super) grants: Grants,
    /// Folded names.
    pub(super) groups: std::collections::BTreeSet<String>,
    /// The ARN of a managed policy.
    pub(super) boundary: Option<String>,
    pub(super) tags: Tags,
    pub(super) usage: Usage,
}

impl User {
    /// What lists show.
    pub(super) fn listed(&self) -> Value {
        let Identity { path, name, id, arn, created } = &self.identity;
        json!({ "Path": path, "UserName": name, "UserId": id, "Arn": arn, "CreateDate": timestamp(*created) })
    }

    fn shown(&self) -> Value {
        let mut view = self.listed();
        boundaries::show(&mut view, self.boundary.as_deref());
        if let (Some(view), Some(tags)) = (view.as_object_mut(), self.tags.view()) {
            view.insert("Tags".to_owned(), tags);
        }
        view
    }
}

pub(super) fn create(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let name = text(call, "UserName")?;
    let boundary = boundaries::sent(partition, call)?;
    let account = partition.iam.account_mut(call)?;
    if account.has(Noun::User, name) {
        return Err(name_taken(Noun::User, name));
    }
    if account.users.len() >= quotas::USERS {
        return Err(quota("UsersPerAccount", quotas::USERS));
    }
    let tags = Tags::of_new(Noun::User, call)?;
    let user = User {
        identity: Noun::User.named(&mut partition.ids, &account.id, path(call), name, call.now),
        access_keys: Vec::new(),
        login_profile: None,
        signing_certificates: Vec::new(),
        ssh_public_keys: Vec::new(),
        service_specific_credentials: Vec::new(),
        grants: Grants::default(),
        groups: std::collections::BTreeSet::new(),
        boundary,
        tags,
        usage: Usage::default(),
    };
    let reply = Reply::of(&json!({ "User": user.shown() }));
    account.users.insert(folded(name), user);
    reply
}

pub(super) fn get(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let account = partition.iam.account(call)?;
    match named_or_caller(&partition.iam, call)? {
        Some(name) => Reply::of(&json!({ "User": account.user(&name)?.shown() })),
        None => {
            let created = timestamp(account.created);
            let arn = format!("arn:aws:iam::{}:root", account.id);
            Reply::of(&json!({ "User": { "UserId": account.id, "Arn": arn, "CreateDate": created } }))
        }
    }
}

pub(super) fn list(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let users = partition.iam.account(call)?.users.iter();
    let matching = users.filter(|(_, user)| has_prefix(call, &user.identity.path));
    Ok(page(call, matching.map(|(name, user)| (name.clone(), user.listed())))?.reply("Users"))
}

pub(super) fn update(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let name = text(call, "UserName")?;
    let account = partition.iam.account_mut(call)?;
    account.user(name)?;
    let new_name = optional(call, "NewUserName");
    if let Some(new_name) = new_name.filter(|new_name| folded(new_name) != folded(name))
        && account.has(Noun::User, new_name)
    {
        return Err(name_taken(Noun::User, new_name));
    }
    let Some(mut user) = account.users.remove(&folded(name)) else { return Ok(Reply::empty()) };
    user.identity.path = optional(call, "NewPath").unwrap_or(&user.identity.path).to_owned();
    user.identity.name = new_name.unwrap_or(&user.identity.name).to_owned();
    user.identity.arn = Noun::User.arn(&account.id, &user.identity.path, &user.identity.name);
    let key = folded(&user.identity.name);
    let access_keys: Vec<String> = user.access_keys.iter().map(|key| key.id.clone()).collect();
    account.users.insert(key.clone(), user);
    for id in access_keys {
        if let Some(owner) = partition.iam.key_owners.get_mut(&id) {
            owner.user = Some(key.clone());
        }
    }
    Ok(Reply::empty())
}

pub(super) fn delete(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let name = text(call, "UserName")?;
    let account = partition.iam.account_mut(call)?;
    let user = account.user(name)?;
    if !user.access_keys.is_empty() {
        return Err(delete_conflict("Cannot delete entity, must delete access keys first."));
    }
    if !user.signing_certificates.is_empty() {
        return Err(delete_conflict("Cannot delete entity, must delete certificates first."));
    }
    if !user.ssh_public_keys.is_empty() || !user.service_specific_credentials.is_empty() {
        return Err(delete_conflict("Cannot delete entity, must remove referenced objects first."));
    }
    if user.login_profile.is_some() {
        return Err(delete_conflict("Cannot delete entity, must delete login profile first."));
    }
    if account.has_mfa(user) {
        return Err(delete_conflict("Cannot delete entity, must delete MFA device first."));
    }
    refuse_with_policies(&user.grants)?;
    if !user.groups.is_empty() {
        return Err(delete_conflict("Cannot delete entity, must remove users from group first."));
    }
    account.users.remove(&folded(name));
    Ok(Reply::empty())
}

/// Only what has no policies may be deleted.
pub(super) fn refuse_with_policies(grants: &Grants) -> Result<(), ServiceError> {
    if !grants.inline.is_empty() {
        return Err(delete_conflict("Cannot delete entity, must delete policies first."));
    }
    if !grants.is_empty() {
        return Err(delete_conflict("Cannot delete entity, must detach all policies first."));
    }
    Ok(())
}
