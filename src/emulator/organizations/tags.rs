//! Tags of roots, units, accounts and policies.
//!
//! <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_tagging.html>

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::iam::Tag;
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

use super::access::text;
use super::errors::{constraint, invalid, no_target};
use super::organization::Organization;
use super::pages::page;

const LIMIT: usize = 50;

pub(super) type Tags = BTreeMap<String, String>;

/// The `Tags` of a request.
pub(super) fn sent(call: &Call) -> Result<Tags, ServiceError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Input {
        #[serde(default)]
        tags: Vec<Tag>,
    }
    let mut tags = Tags::new();
    for Tag { key, value } in call.parse::<Input>()?.tags {
        if key.to_ascii_lowercase().starts_with("aws:") {
            let message = "You specified a tag key that is a system tag.";
            return Err(invalid("INVALID_SYSTEM_TAGS_PARAMETER", message));
        }
        if tags.insert(key, value).is_some() {
            let message = "Tag keys must be unique among the tags attached to the same entity.";
            return Err(invalid("DUPLICATE_TAG_KEY", message));
        }
    }
    checked(tags)
}

fn checked(tags: Tags) -> Result<Tags, ServiceError> {
    if tags.len() > LIMIT {
        let message = "You have exceeded the maximum number of tags that you can attach to the entity.";
        return Err(constraint("MAX_TAG_LIMIT_EXCEEDED", message));
    }
    Ok(tags)
}

pub(super) fn tag(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let sent = sent(call)?;
    let organization = partition.organizations.managed_mut(call)?;
    let resource = tagged(organization, call)?;
    let mut tags = organization.tags.get(resource).cloned().unwrap_or_default();
    tags.extend(sent);
    organization.tags.insert(resource.to_owned(), checked(tags)?);
    Ok(Reply::empty())
}

pub(super) fn untag(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let organization = partition.organizations.managed_mut(call)?;
    let resource = tagged(organization, call)?;
    if let Some(tags) = organization.tags.get_mut(resource) {
        for key in call.input.get("TagKeys").and_then(Value::as_array).into_iter().flatten() {
            tags.remove(key.as_str().unwrap_or_default());
        }
    }
    Ok(Reply::empty())
}

pub(super) fn list(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let organization = partition.organizations.readable(call)?;
    let tags = organization.tags.get(tagged(organization, call)?).into_iter().flatten();
    page(call, "Tags", tags.map(|(key, value)| (key.clone(), json!({ "Key": key, "Value": value }))))
}

fn tagged<'a>(organization: &Organization, call: &'a Call) -> Result<&'a str, ServiceError> {
    let id = text(call, "ResourceId");
    let there = organization.has_target(id) || organization.policies.contains_key(id);
    if there { Ok(id) } else { Err(no_target()) }
}
