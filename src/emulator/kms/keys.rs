//! Keys.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html>

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

use super::store::Key;
use super::{key_metadata, key_policies};

/// The most tags of a key.
const TAGS: usize = 50;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    policy: Option<String>,
    #[serde(default)]
    description: String,
    key_usage: Option<String>,
    key_spec: Option<String>,
    customer_master_key_spec: Option<String>,
    origin: Option<String>,
    #[serde(default)]
    multi_region: bool,
    #[serde(default)]
    bypass_policy_lockout_safety_check: bool,
    #[serde(default)]
    tags: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    tag_key: String,
    tag_value: String,
}

pub(super) fn create(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: Input = call.parse()?;
    check_tags(&input.tags)?;
    let account = call.account()?.clone();
    let spec = input.key_spec.or(input.customer_master_key_spec);
    let spec = spec.unwrap_or_else(|| "SYMMETRIC_DEFAULT".to_owned());
    let text = input.policy.unwrap_or_else(|| key_policies::default(&account));
    let id = partition.ids.uuid();
    let id = if input.multi_region { format!("mrk-{}", id.replace('-', "")) } else { id };
    let key = Key {
        id,
        region: call.region.clone(),
        created: call.now,
        description: input.description,
        usage: key_metadata::usage(&spec, input.key_usage)?,
        spec,
        origin: input.origin.unwrap_or_else(|| "AWS_KMS".to_owned()),
        multi_region: input.multi_region,
        policy: key_policies::parse(&partition.iam, &text)?,
        tags: input.tags.into_iter().map(|tag| (tag.tag_key, tag.tag_value)).collect(),
        aliases: Vec::new(),
        grants: BTreeMap::new(),
        is_of_aws: false,
        account,
    };
    if !input.bypass_policy_lockout_safety_check {
        key_policies::check_lockout(partition, call, &key, &key.policy)?;
    }
    let view = key.view();
    partition.kms.keys.insert(key.arn(), key);
    Reply::of(&json!({ "KeyMetadata": view }))
}

/// <https://docs.aws.amazon.com/kms/latest/developerguide/tagging-keys.html>
fn check_tags(tags: &[Tag]) -> Result<(), ServiceError> {
    let refused = |message: &str| Err(ServiceError::new(400, "TagException", message));
    let names: BTreeSet<&str> = tags.iter().map(|tag| tag.tag_key.as_str()).collect();
    if tags.len() > TAGS {
        return refused("Too many tags");
    }
    if names.len() < tags.len() {
        return refused("Duplicate tag keys");
    }
    let is_reserved = |name: &&str| name.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:"));
    if names.iter().any(is_reserved) {
        return refused("Tags beginning with aws: are reserved");
    }
    Ok(())
}

pub(super) fn describe(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    Reply::of(&json!({ "KeyMetadata": named(partition, call)?.view() }))
}

/// The key that `KeyId` names.
pub(super) fn named<'a>(partition: &'a Partition, call: &Call) -> Result<&'a Key, ServiceError> {
    let name = call.input.get("KeyId").and_then(Value::as_str).unwrap_or_default();
    partition.kms.key(call.account()?, &call.region, name)
}
