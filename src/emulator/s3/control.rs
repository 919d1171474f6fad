//! S3 Control: Block Public Access of whole accounts, and tags of buckets by their ARNs.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_AWS_S3_Control.html>

use policy::AccountId;
use serde::Deserialize;
use serde_json::{Value, json};

use super::access::{Accesses, Asked};
use super::public_access::PublicAccessBlock;
use super::store::Tag;
use super::{errors, tagging};
use crate::operation::{Access, Call, Reply, ServiceError};
use crate::partition::Partition;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AccountInput {
    account_id: String,
    public_access_block_configuration: Option<Value>,
}

impl AccountInput {
    fn account(&self) -> Result<AccountId, ServiceError> {
        AccountId::new(&self.account_id).ok_or_else(errors::access_denied)
    }
}

/// What is of an account is for that account alone: no policy can give it to another.
pub(super) fn on_account(call: &Call, action: &str) -> Accesses {
    let account = call.parse::<AccountInput>()?.account()?;
    let mut access = Access::new(action, "*").with("s3:ResourceAccount", account.as_str());
    access.resource_account = Some(account);
    Ok(vec![access])
}

pub(super) fn put_block(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: AccountInput = call.parse()?;
    let account = input.account()?;
    let settings = input.public_access_block_configuration.unwrap_or_default();
    if settings.as_object().is_none_or(serde_json::Map::is_empty) {
        return Err(errors::invalid_request("Must specify at least one configuration."));
    }
    let block = PublicAccessBlock::deserialize(&settings).map_err(|_| errors::malformed_xml())?;
    let seen_from = partition.lag.seen_from(call.now);
    partition.s3.account_blocks.entry(account).or_default().set(Some(block), call.now, seen_from);
    Ok(Reply::empty())
}

pub(super) fn show_block(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let account = call.parse::<AccountInput>()?.account()?;
    let block = partition.s3.account_blocks.get(&account).and_then(|block| *block.seen(call.now));
    let Some(block) = block else {
        let message = "The public access block configuration was not found";
        return Err(ServiceError::new(404, "NoSuchPublicAccessBlockConfiguration", message)
            .with("AccountId", account.as_str()));
    };
    Reply::of(&json!({ "PublicAccessBlockConfiguration": block }))
}

pub(super) fn delete_block(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let account = call.parse::<AccountInput>()?.account()?;
    let seen_from = partition.lag.seen_from(call.now);
    partition.s3.account_blocks.entry(account).or_default().set(None, call.now, seen_from);
    Ok(Reply { status: Some(204), ..Reply::empty() })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TagsInput {
    account_id: String,
    resource_arn: String,
    #[serde(default)]
    tags: Vec<Tag>,
    #[serde(default)]
    tag_keys: Vec<String>,
}

impl TagsInput {
    /// The bucket of the ARN; other resources with tags are not emulated.
    fn bucket(&self) -> Result<&str, ServiceError> {
        let bucket = self.resource_arn.strip_prefix("arn:aws:s3:::").filter(|name| !name.contains('/'));
        bucket.ok_or_else(|| {
            let message = format!("tags of {} are not emulated by rolecall", self.resource_arn);
            ServiceError::new(501, "NotImplemented", message)
        })
    }
}

/// With the tags that are set, or the keys that are taken away.
pub(super) fn on_tags(partition: &Partition, call: &Call, action: &str) -> Accesses {
    let input: TagsInput = call.parse()?;
    let access = Asked::named(partition, call, input.bucket()?, Some(&input.account_id))?.bucket(action);
    let mut access = tagging::with_bucket_tags(access, &input.tags);
    if !input.tag_keys.is_empty() {
        access.context.set_all("aws:TagKeys", input.tag_keys);
    }
    Ok(vec![access])
}

pub(super) fn tag(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: TagsInput = call.parse()?;
    tagging::check_bucket_tags(&input.tags)?;
    let bucket = partition.s3.bucket_mut(input.bucket()?)?;
    let mut tags = bucket.tags.clone();
    tags.retain(|old| !input.tags.iter().any(|new| new.key == old.key));
    tags.extend(input.tags);
    tagging::check_bucket_tags(&tags)?;
    bucket.tags = tags;
    Ok(Reply::empty())
}

pub(super) fn untag(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: TagsInput = call.parse()?;
    let bucket = partition.s3.bucket_mut(input.bucket()?)?;
    bucket.tags.retain(|tag| !input.tag_keys.contains(&tag.key));
    Ok(Reply::empty())
}

pub(super) fn show_tags(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: TagsInput = call.parse()?;
    Reply::of(&json!({ "Tags": partition.s3.bucket(input.bucket()?)?.tags }))
}
