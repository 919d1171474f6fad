//! Keys.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html>

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

use super::key_policies;
use super::store::Key;

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
    let account = call.account()?.clone();
    let text = input.policy.unwrap_or_else(|| key_policies::default(&account));
    let id = partition.ids.uuid();
    let id = if input.multi_region { format!("mrk-{}", id.replace('-', "")) } else { id };
    let key = Key {
        id,
        region: call.region.clone(),
        created: call.now,
        description: input.description,
        usage: input.key_usage.unwrap_or_else(|| "ENCRYPT_DECRYPT".to_owned()),
        spec: input
            .key_spec
            .or(input.customer_master_key_spec)
            .unwrap_or_else(|| "SYMMETRIC_DEFAULT".to_owned()),
        origin: input.origin.unwrap_or_else(|| "AWS_KMS".to_owned()),
        multi_region: input.multi_region,
        policy: key_policies::parse(&partition.iam, &text)?,
        tags: input.tags.into_iter().map(|tag| (tag.tag_key, tag.tag_value)).collect(),
        aliases: Vec::new(),
        grants: BTreeMap::new(),
        account,
    };
    if !input.bypass_policy_lockout_safety_check {
        key_policies::check_lockout(partition, call, &key, &key.policy)?;
    }
    let view = key.view();
    partition.kms.keys.insert(key.arn(), key);
    Reply::of(&json!({ "KeyMetadata": view }))
}

pub(super) fn describe(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    Reply::of(&json!({ "KeyMetadata": named(partition, call)?.view() }))
}

/// The key that `KeyId` names.
pub(super) fn named<'a>(partition: &'a Partition, call: &Call) -> Result<&'a Key, ServiceError> {
    let name = call.input.get("KeyId").and_then(Value::as_str).unwrap_or_default();
    partition.kms.key(call.account()?, &call.region, name)
}

impl Key {
    fn view(&self) -> Value {
        let mut view = json!({
            "AWSAccountId": self.account,
            "KeyId": self.id,
            "Arn": self.arn(),
            "CreationDate": self.created.timestamp_millis() as f64 / 1000.0,
            "Enabled": true,
            "Description": self.description,
            "KeyUsage": self.usage,
            "KeyState": "Enabled",
            "Origin": self.origin,
            "KeyManager": "CUSTOMER",
            "CustomerMasterKeySpec": self.spec,
            "KeySpec": self.spec,
            "MultiRegion": self.multi_region,
        });
        if let Some(view) = view.as_object_mut()
            && self.spec == "SYMMETRIC_DEFAULT"
        {
            view.insert("EncryptionAlgorithms".to_owned(), json!(["SYMMETRIC_DEFAULT"]));
        }
        view
    }
}
