//! `ListPoliciesGrantingServiceAccess`: through which policies an identity may access a service.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPoliciesGrantingServiceAccess.html>

use policy::allows_service;
use serde_json::{Value, json};

use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

use super::errors::no_such_entity;
use super::input::{text, texts};
use super::noun::{Identity, Noun};
use super::pages::page;
use super::store::{Grants, Store, account_and_name};

/// An identity whose policies count, and they.
type Holder<'a> = (Noun, &'a Identity, &'a Grants);

/// Of a user its own policies and those of its groups count, of a group or role its own.
pub(super) fn list(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let store = &partition.iam;
    let holders = holders(store, call)?;
    let entries = texts(call, "ServiceNamespaces").into_iter().enumerate().map(|(place, service)| {
        let policies: Vec<Value> =
            holders.iter().flat_map(|holder| granting(store, holder, &service)).collect();
        (format!("{place:03}"), json!({ "ServiceNamespace": service, "Policies": policies }))
    });
    Ok(page(call, entries)?.reply("PoliciesGrantingServiceAccess"))
}

fn holders<'a>(store: &'a Store, call: &Call) -> Result<Vec<Holder<'a>>, ServiceError> {
    let arn = text(call, "Arn")?;
    let absent = || no_such_entity(format!("The entity {arn} cannot be found."));
    let account = store.account(call)?;
    let (_, name) = account_and_name(arn).ok_or_else(absent)?;
    if let Ok(user) = account.user(name)
        && user.identity.arn == arn
    {
        let groups = user.groups.iter().filter_map(|name| account.groups.get(name));
        let groups = groups.map(|group| (Noun::Group, &group.identity, &group.grants));
        return Ok(std::iter::once((Noun::User, &user.identity, &user.grants)).chain(groups).collect());
    }
    if let Ok(role) = account.role(name)
        && role.identity.arn == arn
    {
        return Ok(vec![(Noun::Role, &role.identity, &role.grants)]);
    }
    let group = account.group(name).ok().filter(|group| group.identity.arn == arn).ok_or_else(absent)?;
    Ok(vec![(Noun::Group, &group.identity, &group.grants)])
}

fn granting(store: &Store, (noun, identity, grants): &Holder<'_>, service: &str) -> Vec<Value> {
    let inline = grants.inline.iter().filter(|(_, document)| allows_service(&[document], service));
    let inline = inline.map(|(name, _)| {
        json!({
            "PolicyName": name,
            "PolicyType": "INLINE",
            "EntityType": noun.arn_type().to_uppercase(),
            "EntityName": identity.name,
        })
    });
    let attached = grants.attached.iter().filter_map(|arn| store.managed(arn));
    let attached = attached.filter(|managed| {
        managed.policy().is_some_and(|policy| allows_service(&[&policy.document], service))
    });
    let attached = attached.map(|managed| {
        let Identity { name, arn, .. } = &managed.identity;
        json!({ "PolicyName": name, "PolicyType": "MANAGED", "PolicyArn": arn })
    });
    inline.chain(attached).collect()
}
