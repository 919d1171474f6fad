//! Roles.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use policy::PolicyDocument;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

use super::errors::{delete_conflict, name_taken, quota};
use super::input::{has_prefix, path, text};
use super::noun::{Identity, Noun, folded, timestamp};
use super::pages::page;
use super::store::{Grants, Store};
use super::tags::Tags;
use super::usage::Usage;
use super::users::refuse_with_policies;
use super::{boundaries, quotas, service_linked_roles, trust};

pub(super) const DEFAULT_SESSION_DURATION: i64 = 3600;

/// A role.
#[derive(Clone)]
pub(super) struct Role {
    pub(super) identity: Identity,
    /// Principals by unique id.
    pub(super) trust: Arc<PolicyDocument>,
    pub(super) description: Option<String>,
    /// Seconds.
    pub(super) max_session_duration: i64,
    pub(super) grants: Grants,
    /// The ARN of a managed policy.
    pub(super) boundary: Option<String>,
    pub(super) tags: Tags,
    pub(super) usage: Usage,
}

impl Role {
    /// What every answer shows.
    pub(super) fn brief(&self, store: &Store) -> Value {
        let Identity { path, name, id, arn, created } = &self.identity;
        json!({
            "Path": path,
            "RoleName": name,
            "RoleId": id,
            "Arn": arn,
            "CreateDate": timestamp(*created),
            "AssumeRolePolicyDocument": trust::shown(store, &self.trust),
        })
    }

    fn listed(&self, store: &Store) -> Value {
        let mut view = self.brief(store);
        if let Some(view) = view.as_object_mut() {
            if let Some(description) = &self.description {
                view.insert("Description".to_owned(), json!(description));
            }
            view.insert("MaxSessionDuration".to_owned(), json!(self.max_session_duration));
        }
        view
    }

    /// `GetRole` always has `RoleLastUsed`, empty where the role was not used.
    fn shown(&self, store: &Store, now: DateTime<Utc>) -> Value {
        let mut view = self.listed(store);
        self.show_extras(&mut view);
        if let Some(view) = view.as_object_mut() {
            view.insert("RoleLastUsed".to_owned(), self.usage.role_last_used(now));
        }
        view
    }

    fn show_extras(&self, view: &mut Value) {
        boundaries::show(view, self.boundary.as_deref());
        if let (Some(view), Some(tags)) = (view.as_object_mut(), self.tags.view()) {
            view.insert("Tags".to_owned(), tags);
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Settings {
    description: Option<String>,
    max_session_duration: Option<i64>,
}

pub(super) fn create(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let name = text(call, "RoleName")?;
    let settings: Settings = call.parse()?;
    service_linked_roles::refuse_path(path(call))?;
    let trust = trust::parse(&partition.iam, text(call, "AssumeRolePolicyDocument")?)?;
    let boundary = boundaries::sent(partition, call)?;
    let account = partition.iam.account(call)?;
    if account.has(Noun::Role, name) {
        return Err(name_taken(Noun::Role, name));
    }
    if account.roles.len() >= quotas::ROLES {
        return Err(quota("RolesPerAccount", quotas::ROLES));
    }
    let tags = Tags::of_new(Noun::Role, call)?;
    let role = Role {
        identity: Noun::Role.named(&mut partition.ids, &account.id, path(call), name, call.now),
        trust,
        description: settings.description,
        max_session_duration: settings.max_session_duration.unwrap_or(DEFAULT_SESSION_DURATION),
        grants: Grants::default(),
        boundary,
        tags,
        usage: Usage::default(),
    };
    let mut view = role.brief(&partition.iam);
    role.show_extras(&mut view);
    partition.iam.account_mut(call)?.roles.insert(folded(name), role);
    Reply::of(&json!({ "Role": view }))
}

pub(super) fn get(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let role = partition.iam.account(call)?.role(text(call, "RoleName")?)?;
    Reply::of(&json!({ "Role": role.shown(&partition.iam, call.now) }))
}

pub(super) fn list(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let roles = partition.iam.account(call)?.roles.iter();
    let matching = roles.filter(|(_, role)| has_prefix(call, &role.identity.path));
    Ok(page(call, matching.map(|(name, role)| (name.clone(), role.listed(&partition.iam))))?.reply("Roles"))
}

/// Without a `MaxSessionDuration` the default is applied, as documented.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRole.html>
pub(super) fn update(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let settings: Settings = call.parse()?;
    let role = partition.iam.account_mut(call)?.role_mut(text(call, "RoleName")?)?;
    // Of a service-linked role the description may be changed, and nothing else.
    if settings.max_session_duration.is_some() {
        service_linked_roles::refuse_change(role)?;
    }
    role.max_session_duration = settings.max_session_duration.unwrap_or(DEFAULT_SESSION_DURATION);
    if settings.description.is_some() {
        role.description = settings.description;
    }
    Ok(Reply::empty())
}

pub(super) fn update_description(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let description = text(call, "Description")?.to_owned();
    let name = text(call, "RoleName")?;
    partition.iam.account_mut(call)?.role_mut(name)?.description = Some(description);
    let mut view = partition.iam.account(call)?.role(name)?.listed(&partition.iam);
    partition.iam.account(call)?.role(name)?.show_extras(&mut view);
    Reply::of(&json!({ "Role": view }))
}

pub(super) fn update_trust(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let name = text(call, "RoleName")?;
    partition.iam.account(call)?.role(name)?;
    let trust = trust::parse(&partition.iam, text(call, "PolicyDocument")?)?;
    partition.iam.account_mut(call)?.changeable_role(name)?.trust = trust;
    Ok(Reply::empty())
}

pub(super) fn delete(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let name = text(call, "RoleName")?;
    let account = partition.iam.account_mut(call)?;
    let role = account.role(name)?;
    service_linked_roles::refuse_change(role)?;
    if account.instance_profiles.values().any(|profile| profile.role.as_ref() == Some(&folded(name))) {
        return Err(delete_conflict("Cannot delete entity, must remove roles from instance profile first."));
    }
    refuse_with_policies(&role.grants)?;
    account.roles.remove(&folded(name));
    Ok(Reply::empty())
}
