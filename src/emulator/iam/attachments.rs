//! Managed policies attached to users, roles and groups.

use serde_json::{Value, json};

use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

use super::errors::{cannot_be_found, no_such_entity, quota};
use super::input::{has_prefix, optional, text};
use super::managed_policies::{is_reachable, sent_arn};
use super::noun::{Identity, Noun, folded};
use super::pages::page;
use super::quotas;
use super::store::{Grants, Store};

pub(super) fn attach(noun: Noun, partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let name = text(call, noun.member())?;
    let arn = sent_arn(call)?;
    partition.iam.account(call)?.grants(noun, name)?;
    if !is_reachable(call.account()?, arn) || partition.iam.managed(arn).is_none() {
        return Err(no_such_entity(format!("Policy {arn} does not exist or is not attachable.")));
    }
    let attached = &mut partition.iam.account_mut(call)?.grants_mut(noun, name)?.attached;
    if !attached.contains(arn) && attached.len() >= quotas::ATTACHED_POLICIES {
        return Err(quota(&format!("PoliciesPer{}", noun.title()), quotas::ATTACHED_POLICIES));
    }
    attached.insert(arn.to_owned());
    Ok(Reply::empty())
}

pub(super) fn detach(noun: Noun, partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let arn = sent_arn(call)?;
    let grants = partition.iam.account_mut(call)?.grants_mut(noun, text(call, noun.member())?)?;
    if !grants.attached.remove(arn) {
        return Err(cannot_be_found(Noun::Policy, arn));
    }
    Ok(Reply::empty())
}

pub(super) fn list(noun: Noun, partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let grants = partition.iam.account(call)?.grants(noun, text(call, noun.member())?)?;
    let views = views(&partition.iam, grants, |path| has_prefix(call, path));
    Ok(page(call, views)?.reply("AttachedPolicies"))
}

/// The attached policies of a matching path, each with its key, in name order.
pub(super) fn views(
    store: &Store,
    grants: &Grants,
    matches_path: impl Fn(&str) -> bool,
) -> Vec<(String, Value)> {
    let policies = grants.attached.iter().filter_map(|arn| store.managed(arn));
    let matching = policies.map(|policy| &policy.identity).filter(|identity| matches_path(&identity.path));
    let mut views: Vec<(String, Value)> = matching
        .map(|Identity { name, arn, .. }| {
            (format!("{} {arn}", folded(name)), json!({ "PolicyName": name, "PolicyArn": arn }))
        })
        .collect();
    views.sort_by(|one, other| one.0.cmp(&other.0));
    views
}

/// One row of `ListEntitiesForPolicy`: the list that it is shown in, and its view.
type Row = (&'static str, Value);

/// Pages run over groups, roles and users together.
pub(super) fn list_entities(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let arn = sent_arn(call)?;
    if !is_reachable(call.account()?, arn) || partition.iam.managed(arn).is_none() {
        return Err(cannot_be_found(Noun::Policy, arn));
    }
    let account = partition.iam.account(call)?;
    let entities = optional(call, "EntityFilter");
    let usage = optional(call, "PolicyUsageFilter");
    let wanted = |kind: &str| entities.is_none_or(|filter| filter == kind);
    let uses = |grants: &Grants, boundary: Option<&String>| {
        let attached = usage != Some("PermissionsBoundary") && grants.attached.contains(arn);
        attached || (usage != Some("PermissionsPolicy") && boundary.is_some_and(|boundary| boundary == arn))
    };
    let row = |list: &'static str, noun: Noun, identity: &Identity| -> (String, Row) {
        let title = noun.title();
        let mut view = serde_json::Map::new();
        view.insert(noun.name_member().to_owned(), json!(identity.name));
        view.insert(format!("{title}Id"), json!(identity.id));
        (format!("{list} {}", folded(&identity.name)), (list, Value::Object(view)))
    };
    let groups = account.groups.values().filter(|group| wanted("Group") && uses(&group.grants, None));
    let groups = groups.map(|group| row("PolicyGroups", Noun::Group, &group.identity));
    let roles = account.roles.values();
    let roles = roles.filter(|role| wanted("Role") && uses(&role.grants, role.boundary.as_ref()));
    let roles = roles.map(|role| row("PolicyRoles", Noun::Role, &role.identity));
    let users = account.users.values();
    let users = users.filter(|user| wanted("User") && uses(&user.grants, user.boundary.as_ref()));
    let users = users.map(|user| row("PolicyUsers", Noun::User, &user.identity));
    let mut page = page(call, groups.chain(roles).chain(users))?;
    let rows = std::mem::take(&mut page.items);
    let lists = ["PolicyGroups", "PolicyRoles", "PolicyUsers"].map(|list| {
        let views = rows.iter().filter(|(of, _)| *of == list).map(|(_, view)| view.clone());
        (list.to_owned(), Value::Array(views.collect()))
    });
    Ok(page.reply_with(lists))
}
