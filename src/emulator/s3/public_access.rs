//! S3 Block Public Access: its settings, and which policies count as public.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::bucket_policy::one_or_more;
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

/// The settings of a bucket or an account. What is not said is off.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct PublicAccessBlock {
    block_public_acls: bool,
    ignore_public_acls: bool,
    block_public_policy: bool,
    restrict_public_buckets: bool,
}

impl PublicAccessBlock {
    /// What new buckets have.
    pub(super) fn all() -> Self {
        Self {
            block_public_acls: true,
            ignore_public_acls: true,
            block_public_policy: true,
            restrict_public_buckets: true,
        }
    }

    /// Where either says so.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            block_public_acls: self.block_public_acls || other.block_public_acls,
            ignore_public_acls: self.ignore_public_acls || other.ignore_public_acls,
            block_public_policy: self.block_public_policy || other.block_public_policy,
            restrict_public_buckets: self.restrict_public_buckets || other.restrict_public_buckets,
        }
    }

    pub(super) fn blocks_acls(self) -> bool {
        self.block_public_acls
    }

    pub(super) fn ignores_acls(self) -> bool {
        self.ignore_public_acls
    }

    pub(super) fn blocks_policies(self) -> bool {
        self.block_public_policy
    }

    pub(super) fn restricts_buckets(self) -> bool {
        self.restrict_public_buckets
    }
}

/// Condition keys that keep a statement for everyone from being public, if their values are fixed.
const LIMITING_KEYS: [&str; 11] = [
    "aws:sourcearn",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:sourceowner",
    "aws:sourceaccount",
    "aws:userid",
    "aws:principalorgid",
    "aws:sourceorgid",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
    "s3:dataaccesspointarn",
    "s3:dataaccesspointaccount",
];

/// Operators that hold only where the key is there and has one of the values.
const LIMITING_OPERATORS: [&str; 6] =
    ["stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike", "ipaddress"];

/// Whether some statement lets in everyone.
pub(super) fn is_public(statements: &[&Value]) -> bool {
    statements.iter().any(|statement| {
        statement.get("Effect").and_then(Value::as_str) == Some("Allow")
            && names_everyone(statement)
            && !is_limited(statement)
    })
}

fn names_everyone(statement: &Value) -> bool {
    let has_star = |value: &Value| {
        one_or_more(value).into_iter().filter_map(Value::as_str).any(|name| name.contains('*'))
    };
    match statement.get("Principal") {
        Some(Value::Object(kinds)) => kinds.values().any(has_star),
        Some(principal) => has_star(principal),
        None => true,
    }
}

fn is_limited(statement: &Value) -> bool {
    let Some(Value::Object(condition)) = statement.get("Condition") else { return false };
    condition.iter().any(|(operator, keys)| {
        let operator = operator.to_lowercase();
        let operator = operator.strip_prefix("foranyvalue:").unwrap_or(&operator);
        LIMITING_OPERATORS.contains(&operator)
            && keys.as_object().is_some_and(|keys| keys.iter().any(|(key, values)| limits(key, values)))
    })
}

fn limits(key: &str, values: &Value) -> bool {
    let key = key.to_lowercase();
    let values: Vec<&str> = one_or_more(values).into_iter().filter_map(Value::as_str).collect();
    if values.is_empty() {
        return false;
    }
    if key == "aws:sourceip" {
        return values.iter().all(|value| is_narrow(value));
    }
    let is_fixed = |value: &&str| !value.contains(['*', '?']) && !value.contains("${");
    LIMITING_KEYS.contains(&key.as_str()) && values.iter().all(is_fixed)
}

/// Whether a range of addresses is smaller than the largest that counts as limited.
fn is_narrow(range: &str) -> bool {
    let (address, length) = match range.split_once('/') {
        Some((address, length)) => (address, length.parse::<u8>().ok()),
        None => (range, Some(128)),
    };
    match (address.parse::<IpAddr>(), length) {
        (Ok(IpAddr::V4(_)), Some(length)) => length >= 8,
        (Ok(IpAddr::V6(_)), Some(length)) => length >= 32,
        _ => false,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutInput {
    bucket: String,
    public_access_block_configuration: PublicAccessBlock,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    bucket: String,
}

pub(super) fn put(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: PutInput = call.parse()?;
    let seen_from = partition.lag.seen_from(call.now);
    let bucket = partition.s3.bucket_mut(&input.bucket)?;
    bucket.public_access.set(Some(input.public_access_block_configuration), call.now, seen_from);
    Ok(Reply::empty())
}

pub(super) fn show(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: Named = call.parse()?;
    let bucket = partition.s3.bucket(&input.bucket)?;
    let Some(block) = bucket.public_access.seen(call.now) else {
        let message = "The public access block configuration was not found";
        return Err(ServiceError::new(404, "NoSuchPublicAccessBlockConfiguration", message)
            .with("BucketName", &bucket.name));
    };
    Reply::of(&json!({ "PublicAccessBlockConfiguration": block }))
}

pub(super) fn delete(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: Named = call.parse()?;
    let seen_from = partition.lag.seen_from(call.now);
    partition.s3.bucket_mut(&input.bucket)?.public_access.set(None, call.now, seen_from);
    Ok(Reply { status: Some(204), ..Reply::empty() })
}
