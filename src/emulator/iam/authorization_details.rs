//! `GetAccountAuthorizationDetails`: all of an account's entities with their policies.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html>

use serde_json::{Value, json};

use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

use super::account::Account;
use super::aws_managed;
use super::errors::validation;
use super::input::optional;
use super::managed_policies::ManagedPolicy;
use super::noun::{Noun, folded};
use super::pages::{decoded, page};
use super::store::{Grants, Store};
use super::tags::Tags;
use super::{attachments, boundaries, inline_policies};

const LISTS: [&str; 4] = ["UserDetailList", "RoleDetailList", "GroupDetailList", "Policies"];
const KINDS: [&str; 5] = ["User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"];

/// The list that an entity is shown in, and its view.
type Row = (&'static str, Value);

/// Pages run over all lists together. Of AWS's own policies those that are in use are shown.
pub(super) fn get(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let store = &partition.iam;
    let account = store.account(call)?;
    let filters = call.input.get("Filter").and_then(Value::as_array).filter(|filters| !filters.is_empty());
    let wanted = |kind: &str| filters.is_none_or(|filters| filters.iter().any(|filter| filter == kind));
    // A marker is good for the filter that it was made with.
    let filter: String = KINDS.iter().map(|kind| if wanted(kind) { '1' } else { '0' }).collect();
    if let Some(marker) = optional(call, "Marker")
        && !decoded(marker).is_ok_and(|key| key.starts_with(&filter))
    {
        return Err(validation("Marker and Filter do not match"));
    }
    let mut rows: Vec<(String, Row)> = Vec::new();
    let mut add = |order: usize, name: &str, view: Value| {
        if let Some(list) = LISTS.get(order) {
            rows.push((format!("{filter} {order} {}", folded(name)), (*list, view)));
        }
    };
    for user in account.users.values().filter(|_| wanted("User")) {
        let groups: Vec<_> = user.groups.iter().filter_map(|name| account.groups.get(name)).collect();
        let groups: Vec<_> = groups.iter().map(|group| &group.identity.name).collect();
        let mut view = user.listed();
        set(&mut view, "GroupList", json!(groups));
        complete(&mut view, store, Noun::User, &user.grants, Some((user.boundary.as_deref(), &user.tags)));
        add(0, &user.identity.name, view);
    }
    for group in account.groups.values().filter(|_| wanted("Group")) {
        let mut view = group.view();
        complete(&mut view, store, Noun::Group, &group.grants, None);
        add(2, &group.identity.name, view);
    }
    for (key, role) in account.roles.iter().filter(|_| wanted("Role")) {
        let profiles = account.instance_profiles.values();
        let profiles = profiles.filter(|profile| profile.role.as_ref() == Some(key));
        let profiles: Vec<_> = profiles.map(|profile| profile.listed(store, account)).collect();
        let mut view = role.brief(store);
        set(&mut view, "InstanceProfileList", json!(profiles));
        set(&mut view, "RoleLastUsed", role.usage.role_last_used(call.now));
        complete(&mut view, store, Noun::Role, &role.grants, Some((role.boundary.as_deref(), &role.tags)));
        add(1, &role.identity.name, view);
    }
    let local = account.policies.values().filter(|_| wanted("LocalManagedPolicy"));
    let in_use = account.policies_in_use().into_iter().filter(|_| wanted("AWSManagedPolicy"));
    let of_aws: Vec<&ManagedPolicy> = in_use.filter_map(aws_managed::find).collect();
    for policy in local.chain(of_aws) {
        add(3, &policy.identity.name, policy_view(policy, account));
    }
    rows.sort_by(|one, other| one.0.cmp(&other.0));
    let mut page = page(call, rows)?;
    let rows = std::mem::take(&mut page.items);
    Ok(page.reply_with(LISTS.map(|list| {
        let views = rows.iter().filter(|(of, _)| *of == list).map(|(_, view)| view.clone());
        (list.to_owned(), Value::Array(views.collect()))
    })))
}

fn set(view: &mut Value, member: &str, value: Value) {
    if let Some(view) = view.as_object_mut() {
        view.insert(member.to_owned(), value);
    }
}

/// Adds the policies, and what only users and roles have: a boundary and tags.
fn complete(
    view: &mut Value,
    store: &Store,
    noun: Noun,
    grants: &Grants,
    extras: Option<(Option<&str>, &Tags)>,
) {
    // AWS leaves out an empty list of a user, but not of a role or group.
    if noun != Noun::User || !grants.inline.is_empty() {
        set(view, &format!("{}PolicyList", noun.title()), inline_policies::views(grants));
    }
    let attached: Vec<_> =
        attachments::views(store, grants, |_| true).into_iter().map(|(_, view)| view).collect();
    set(view, "AttachedManagedPolicies", Value::Array(attached));
    if let Some((boundary, tags)) = extras {
        boundaries::show(view, boundary);
        set(view, "Tags", tags.view().unwrap_or_else(|| json!([])));
    }
}

/// Without the description, which only `GetPolicy` tells.
fn policy_view(policy: &ManagedPolicy, account: &Account) -> Value {
    let versions = policy.versions.iter().rev().map(|(number, version)| {
        let mut view = policy.version_view(*number, version);
        set(&mut view, "Document", json!(version.document.text()));
        view
    });
    let mut view = policy.listed(account);
    set(&mut view, "PolicyVersionList", Value::Array(versions.collect()));
    view
}
