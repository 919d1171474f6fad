//! Bucket policies: what S3 accepts as one, and how it is kept and shown.
//!
//! Principals are kept by their unique ids, so that a user made anew under an old name inherits nothing.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html>

use std::sync::Arc;

use policy::{PolicyDocument, PolicyKind};
use serde::Deserialize;
use serde_json::{Value, json};

use super::public_access::is_public;
use super::store::Bucket;
use super::{errors, policy_actions, policy_form};
use crate::iam;
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

const SIZE_LIMIT: usize = 20 * 1024;

/// A bucket policy as it is kept.
pub(super) struct BucketPolicy {
    document: Arc<PolicyDocument>,
    is_public: bool,
}

impl BucketPolicy {
    pub(super) fn document(&self) -> Arc<PolicyDocument> {
        Arc::clone(&self.document)
    }

    pub(super) fn is_public(&self) -> bool {
        self.is_public
    }

    fn parse(text: &str, bucket: &Bucket, iam: &iam::Store) -> Result<Self, ServiceError> {
        if !text.trim_start().starts_with('{') {
            return Err(malformed("Policies must be valid JSON and the first byte must be '{'"));
        }
        if text.len() > SIZE_LIMIT {
            let message = "Policy exceeds the maximum allowed document size.";
            return Err(ServiceError::new(400, "PolicyTooLarge", message));
        }
        let json: Value =
            serde_json::from_str(text).map_err(|_| malformed("This policy contains invalid Json"))?;
        let statements = statements(&json);
        policy_form::check_elements(&json, &statements)?;
        let document =
            PolicyDocument::parse(text, PolicyKind::Resource).map_err(|error| malformed(error.message))?;
        for statement in &statements {
            check_resources(statement, bucket)?;
            policy_actions::check(statement, bucket)?;
            policy_form::check_condition_keys(statement)?;
        }
        if document.aws_principals().iter().any(|principal| iam.principal_to_store(principal).is_none()) {
            return Err(malformed("Invalid principal in policy"));
        }
        let document = document.map_aws_principals(&|principal| iam.principal_to_store(principal));
        Ok(Self { document: Arc::new(document), is_public: is_public(&statements) })
    }
}

pub(super) fn malformed(message: impl Into<String>) -> ServiceError {
    ServiceError::new(400, "MalformedPolicy", message)
}

/// The statements of a policy: a list, or one alone.
fn statements(policy: &Value) -> Vec<&Value> {
    policy.get("Statement").map(one_or_more).unwrap_or_default()
}

/// The elements of a list, or a value alone.
pub(super) fn one_or_more(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(values) => values.iter().collect(),
        value => vec![value],
    }
}

/// The texts of an element of a statement, be it one or a list.
pub(super) fn texts<'a>(statement: &'a Value, element: &str) -> Vec<&'a str> {
    statement
        .get(element)
        .map(one_or_more)
        .unwrap_or_default()
        .into_iter()
        .filter_map(Value::as_str)
        .collect()
}

fn check_resources(statement: &Value, bucket: &Bucket) -> Result<(), ServiceError> {
    let mut resources = texts(statement, "Resource");
    resources.extend(texts(statement, "NotResource"));
    let objects = bucket.object_arn("");
    if resources.iter().all(|resource| *resource == bucket.arn() || resource.starts_with(&objects)) {
        return Ok(());
    }
    Err(malformed("Policy has invalid resource"))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutInput {
    bucket: String,
    policy: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    bucket: String,
}

pub(super) fn put(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: PutInput = call.parse()?;
    let seen_from = partition.lag.seen_from(call.now);
    let block = partition.s3.public_access_of(&input.bucket, call.now)?;
    let bucket = partition.s3.bucket_mut(&input.bucket)?;
    check_owner(bucket, call, "PUT")?;
    let policy = BucketPolicy::parse(&input.policy, bucket, &partition.iam)?;
    if policy.is_public && block.blocks_policies() {
        let message = format!(
            "User: {} is not authorized to perform: s3:PutBucketPolicy on resource: \"{}\" because public policies are \
             prevented by the BlockPublicPolicy setting in S3 Block Public Access.",
            call.caller.principal.arn(),
            bucket.arn()
        );
        return Err(ServiceError::new(403, "AccessDenied", message));
    }
    bucket.policy.set(Some(policy), call.now, seen_from);
    Ok(Reply { status: Some(204), ..Reply::empty() })
}

pub(super) fn show(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: Named = call.parse()?;
    let bucket = partition.s3.bucket(&input.bucket)?;
    check_owner(bucket, call, "GET")?;
    let policy = bucket.policy.seen(call.now).as_ref().ok_or_else(|| missing(bucket))?;
    let iam = &partition.iam;
    let shown = policy.document.map_aws_principals(&|principal| iam.principal_to_show(principal));
    Reply::of(&json!({ "Policy": shown.text() }))
}

pub(super) fn delete(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: Named = call.parse()?;
    let seen_from = partition.lag.seen_from(call.now);
    let bucket = partition.s3.bucket_mut(&input.bucket)?;
    check_owner(bucket, call, "DELETE")?;
    bucket.policy.set(None, call.now, seen_from);
    Ok(Reply { status: Some(204), ..Reply::empty() })
}

pub(super) fn status(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: Named = call.parse()?;
    let bucket = partition.s3.bucket(&input.bucket)?;
    let policy = bucket.policy.seen(call.now).as_ref().ok_or_else(|| missing(bucket))?;
    Reply::of(&json!({ "PolicyStatus": { "IsPublic": policy.is_public } }))
}

fn missing(bucket: &Bucket) -> ServiceError {
    ServiceError::new(404, "NoSuchBucketPolicy", "The bucket policy does not exist")
        .with("BucketName", &bucket.name)
}

/// Other accounts may not handle a bucket's policy, even with the permission.
fn check_owner(bucket: &Bucket, call: &Call, method: &str) -> Result<(), ServiceError> {
    if call.caller.account.as_ref() == Some(&bucket.owner) {
        return Ok(());
    }
    Err(errors::method_not_allowed(method, "BUCKETPOLICY"))
}
