//! Access control by the tags of buckets, which each bucket must be given.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/buckets-tagging-enable-abac.html>

use serde::Deserialize;
use serde_json::json;

use super::errors;
use super::store::Bucket;
use crate::operation::{Access, Call, Reply, ServiceError};
use crate::partition::Partition;

/// Adds the keys of the bucket's tags, which also what is in the bucket has; without ABAC there are none.
pub(super) fn with_bucket_tags(mut access: Access, bucket: &Bucket) -> Access {
    for tag in bucket.tags.iter().filter(|_| bucket.abac) {
        access.context.set(&format!("s3:BucketTag/{}", tag.key), tag.value.clone());
        access.context.set(&format!("aws:ResourceTag/{}", tag.key), tag.value.clone());
    }
    access
}

/// Refuses to change the tags of a bucket as it was done before there was ABAC.
pub(super) fn check_old_way(bucket: &Bucket) -> Result<(), ServiceError> {
    if bucket.abac {
        let message = "ABAC is enabled on this bucket. Use TagResource and UntagResource to change its tags.";
        return Err(errors::invalid_request(message));
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutInput {
    bucket: String,
    abac_status: AbacStatus,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AbacStatus {
    status: Option<String>,
}

pub(super) fn put(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: PutInput = call.parse()?;
    let enabled = match input.abac_status.status.as_deref() {
        Some("Enabled") => true,
        Some("Disabled") => false,
        _ => return Err(errors::malformed_xml()),
    };
    partition.s3.bucket_mut(&input.bucket)?.abac = enabled;
    Ok(Reply::empty())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    bucket: String,
}

pub(super) fn show(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: Named = call.parse()?;
    let enabled = partition.s3.bucket(&input.bucket)?.abac;
    Reply::of(&json!({ "AbacStatus": { "Status": if enabled { "Enabled" } else { "Disabled" } } }))
}
