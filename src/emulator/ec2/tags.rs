//! Tags of all kinds of resources.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateTags.html>

use serde::Deserialize;
use serde_json::json;

use super::filters::{Field, Filter, Page, select};
use super::request::{done, error, invalid_value, missing, read};
use super::resource::{TagIn, refuse_reserved, set_tag};
use super::store::{Place, Region};
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct ChangeTags {
    #[serde(default)]
    pub(super) resources: Vec<String>,
    #[serde(default)]
    pub(super) tags: Vec<TagIn>,
}

pub(super) fn create_tags(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: ChangeTags = read(call)?;
    let place = Place::of(call)?;
    if input.tags.is_empty() {
        return Err(missing("tagSet"));
    }
    let region = partition.ec2.region(&place);
    check_resources(&region, &input)?;
    // On copies first, so that a refused tag leaves all resources as they were.
    let mut changed = Vec::new();
    for id in &input.resources {
        let Some(resource) = region.resource(id) else { continue };
        let mut tags = resource.tags().clone();
        for tag in &input.tags {
            set_tag(
                &mut tags,
                tag.key.as_deref().unwrap_or_default(),
                tag.value.as_deref().unwrap_or_default(),
            )?;
        }
        changed.push((id, tags));
    }
    let region = partition.ec2.region_mut(&place);
    for (id, changed) in changed {
        if let Some(tags) = region.tags_mut(id) {
            *tags = changed;
        }
    }
    Ok(done())
}

pub(super) fn delete_tags(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: ChangeTags = read(call)?;
    let place = Place::of(call)?;
    for tag in &input.tags {
        refuse_reserved(tag.key.as_deref().unwrap_or_default())?;
    }
    let region = partition.ec2.region_mut(&place);
    check_resources(region, &input)?;
    for id in &input.resources {
        let Some(tags) = region.tags_mut(id) else { continue };
        // No tags at all: all that the user made.
        let named = |key: &str, value: &str| {
            input.tags.is_empty()
                || input.tags.iter().any(|tag| {
                    tag.key.as_deref() == Some(key)
                        && tag.value.as_deref().is_none_or(|wanted| wanted == value)
                })
        };
        tags.0.retain(|key, value| refuse_reserved(key).is_err() || !named(key, value));
    }
    Ok(done())
}

fn check_resources(region: &Region, input: &ChangeTags) -> Result<(), ServiceError> {
    if input.resources.is_empty() {
        return Err(missing("resourceIdSet"));
    }
    for id in &input.resources {
        if region.resource(id).is_none() {
            return Err(unknown(id));
        }
    }
    Ok(())
}

/// The kinds of resources by the prefix of their ids, and the error for an unknown id.
const KINDS: &[(&str, &str, &str)] = &[
    ("i-", "instance", "InvalidInstanceID.NotFound"),
    ("vpc-", "vpc", "InvalidVpcID.NotFound"),
    ("subnet-", "subnet", "InvalidSubnetID.NotFound"),
    ("sg-", "security-group", "InvalidGroup.NotFound"),
    ("sgr-", "security-group-rule", "InvalidSecurityGroupRuleId.NotFound"),
    ("key-", "key-pair", "InvalidKeyPair.NotFound"),
    ("eni-", "network-interface", "InvalidNetworkInterfaceID.NotFound"),
    ("vol-", "volume", "InvalidVolume.NotFound"),
    ("snap-", "snapshot", "InvalidSnapshot.NotFound"),
    ("vpce-", "vpc-endpoint", "InvalidVpcEndpointId.NotFound"),
    ("igw-", "internet-gateway", "InvalidInternetGatewayID.NotFound"),
    ("rtb-", "route-table", "InvalidRouteTableID.NotFound"),
    ("ami-", "image", "InvalidAMIID.NotFound"),
    ("lt-", "launch-template", "InvalidLaunchTemplateId.NotFound"),
];

/// The kind of resource that an id is for.
pub(super) fn kind_of(id: &str) -> Option<&'static str> {
    KINDS.iter().find(|(prefix, _, _)| id.starts_with(prefix)).map(|(_, kind, _)| *kind)
}

fn unknown(id: &str) -> ServiceError {
    match KINDS.iter().find(|(prefix, _, _)| id.starts_with(prefix)) {
        Some((_, kind, code)) => {
            error(code, format!("The {} ID '{id}' does not exist", kind.replace('-', " ")))
        }
        None => error("InvalidID", format!("The ID '{id}' is not valid")),
    }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct DescribeTags {
    filters: Vec<Filter>,
    max_results: Option<i64>,
    next_token: Option<String>,
}

struct Described<'a> {
    id: &'a str,
    kind: &'static str,
    key: &'a str,
    value: &'a str,
}

pub(super) fn describe_tags(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let fields: &[Field<Described<'_>>] = &[
        ("resource-id", |tag| vec![tag.id.to_owned()]),
        ("resource-type", |tag| vec![tag.kind.to_owned()]),
        ("key", |tag| vec![tag.key.to_owned()]),
        ("value", |tag| vec![tag.value.to_owned()]),
    ];
    let input: DescribeTags = read(call)?;
    let page = Page { max_results: input.max_results, next_token: input.next_token.as_deref(), least: 5 };
    let region = partition.ec2.region(&Place::of(call)?);
    let mut all = Vec::new();
    for resource in region.resources() {
        let (id, kind) = (resource.id(), resource.kind());
        all.extend(resource.tags().0.iter().map(|(key, value)| Described { id, kind, key, value }));
    }
    // `tag:<key>` finds by key and value, `tag-key` is not a filter here.
    if input.filters.iter().any(|filter| filter.name.as_deref() == Some("tag-key")) {
        return Err(invalid_value("The filter 'tag-key' is invalid"));
    }
    let mut found: Vec<&Described<'_>> = all.iter().collect();
    for filter in &input.filters {
        match filter.name.as_deref().and_then(|name| name.strip_prefix("tag:")) {
            Some(key) => found.retain(|tag| {
                tag.key == key && filter.values.iter().any(|value| super::filters::like(value, tag.value))
            }),
            None => found = select(found, |_| None, std::slice::from_ref(filter), fields)?,
        }
    }
    let (items, next_token) = page.of(found)?;
    let items: Vec<_> = items
        .into_iter()
        .map(|tag| json!({ "ResourceId": tag.id, "ResourceType": tag.kind, "Key": tag.key, "Value": tag.value }))
        .collect();
    Ok(Reply { output: json!({ "Tags": items, "NextToken": next_token }), ..Reply::empty() })
}
