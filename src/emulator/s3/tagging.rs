//! Tags of objects and buckets.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html>

use std::collections::BTreeSet;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::Deserialize;
use serde_json::json;

use super::access::{Accesses, Asked, ObjectInput, PUT_OBJECT_TAGGING, on_existing, with_request_tags};
use super::reads::existing;
use super::store::Tag;
use super::{abac, errors};
use crate::model::s3_document;
use crate::operation::{Access, Call, Reply, ServiceError};
use crate::partition::Partition;

const OBJECT_LIMIT: usize = 10;
const BUCKET_LIMIT: usize = 50;

/// The tags of the header `x-amz-tagging`, which is written as the query of a URL.
pub(super) fn parse_header(header: &str) -> Result<Vec<Tag>, ServiceError> {
    let malformed = || {
        let message = "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters \
                       without tag name duplicates.";
        errors::invalid_argument(message, "x-amz-tagging", header)
    };
    let decode = |text: &str| {
        let text = text.replace('+', " ");
        percent_decode_str(&text).decode_utf8().map(String::from).map_err(|_| malformed())
    };
    let mut tags: Vec<Tag> = Vec::new();
    for pair in header.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let tag = Tag { key: decode(key)?, value: decode(value)? };
        if value.contains('=') {
            return Err(malformed());
        }
        if tags.iter().any(|known| known.key == tag.key) {
            return Err(malformed());
        }
        tags.push(tag);
    }
    Ok(tags)
}

/// The header that stands for the document of tags in a form.
pub(super) fn header_of_document(document: &str) -> Result<String, ServiceError> {
    let tags = s3_document(document.as_bytes(), "Tagging").ok_or_else(errors::malformed_xml)?;
    let tags = TagSet::deserialize(&tags).map_or_else(|_| Vec::new(), |tagging| tagging.tag_set);
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let pairs = tags.iter().map(|tag| format!("{}={}", encode(&tag.key), encode(&tag.value)));
    Ok(pairs.collect::<Vec<_>>().join("&"))
}

/// Refuses tags that an object must not have.
pub(super) fn check_object_tags(tags: &[Tag]) -> Result<(), ServiceError> {
    if tags.len() > OBJECT_LIMIT {
        return Err(ServiceError::new(400, "BadRequest", "Object tags cannot be greater than 10"));
    }
    check_tags(tags, "Your TagKey cannot be prefixed with aws:")
}

/// Refuses tags that a bucket must not have.
pub(super) fn check_bucket_tags(tags: &[Tag]) -> Result<(), ServiceError> {
    if tags.len() > BUCKET_LIMIT {
        return Err(ServiceError::new(400, "BadRequest", "Bucket tag count cannot be greater than 50"));
    }
    check_tags(tags, "System tags cannot be added/updated by requester")
}

/// Refuses tags that a bucket must not be made with; that they are AWS's own is told in other words there.
pub(super) fn check_new_bucket_tags(tags: &[Tag]) -> Result<(), ServiceError> {
    if tags.iter().any(|tag| tag.key.to_lowercase().starts_with("aws:")) {
        let message = "User-defined tag keys can't start with \"aws:\". This prefix is reserved for system tags. \
                       Remove \"aws:\" from your tag keys and try again.";
        return Err(ServiceError::new(400, "InvalidTag", message));
    }
    check_bucket_tags(tags)
}

fn check_tags(tags: &[Tag], reserved: &str) -> Result<(), ServiceError> {
    let refused = |message: &str, tag: &Tag| {
        Err(ServiceError::new(400, "InvalidTag", message).with("TagKey", tag.key.as_str()))
    };
    let mut seen = BTreeSet::new();
    for tag in tags {
        if tag.key.is_empty() || tag.key.chars().count() > 128 || !tag.key.chars().all(is_tag_character) {
            return refused("The TagKey you have provided is invalid", tag);
        }
        if tag.value.chars().count() > 256 || !tag.value.chars().all(is_tag_character) {
            return refused("The TagValue you have provided is invalid", tag)
                .map_err(|error| error.with("TagValue", tag.value.as_str()));
        }
        if tag.key.to_lowercase().starts_with("aws:") {
            return refused(reserved, tag);
        }
        if !seen.insert(&tag.key) {
            return refused("Cannot provide multiple Tags with the same key", tag);
        }
    }
    Ok(())
}

fn is_tag_character(character: char) -> bool {
    character.is_alphanumeric() || character == ' ' || "+-=._:/@".contains(character)
}

/// Adds `aws:RequestTag/…` and `aws:TagKeys`, by which tags of buckets are limited.
pub(super) fn with_bucket_tags(mut access: Access, tags: &[Tag]) -> Access {
    if tags.is_empty() {
        return access;
    }
    for tag in tags {
        access.context.set(&format!("aws:RequestTag/{}", tag.key), tag.value.clone());
    }
    access.context.set_all("aws:TagKeys", tags.iter().map(|tag| tag.key.clone()).collect());
    access
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutObjectInput {
    #[serde(flatten)]
    object: ObjectInput,
    tagging: TagSet,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TagSet {
    #[serde(default)]
    tag_set: Vec<Tag>,
}

pub(super) fn put_object_access(partition: &Partition, call: &Call) -> Accesses {
    let input: PutObjectInput = call.parse()?;
    let mut accesses = on_existing(partition, call, PUT_OBJECT_TAGGING)?.into_iter();
    let tagging = accesses.next().map(|access| with_request_tags(access, &input.tagging.tag_set));
    Ok(tagging.into_iter().chain(accesses).collect())
}

pub(super) fn put_object(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: PutObjectInput = call.parse()?;
    check_object_tags(&input.tagging.tag_set)?;
    replace(partition, call, &input.object, input.tagging.tag_set)
}

pub(super) fn delete_object(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: ObjectInput = call.parse()?;
    let reply = replace(partition, call, &input, Vec::new())?;
    Ok(Reply { status: Some(204), ..reply })
}

fn replace(
    partition: &mut Partition,
    call: &Call,
    input: &ObjectInput,
    tags: Vec<Tag>,
) -> Result<Reply, ServiceError> {
    let bucket = partition.s3.bucket_mut(&input.bucket)?;
    let (version, _) = existing(bucket, call, input)?;
    let version_id = bucket.shown_version(&version.id);
    if let Some(object) = bucket.object_mut(&input.key, input.version_id.as_deref()) {
        object.tags = tags;
    }
    Reply::of(&json!({ "VersionId": version_id }))
}

pub(super) fn show_object(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: ObjectInput = call.parse()?;
    let bucket = partition.s3.bucket(&input.bucket)?;
    let (version, object) = existing(bucket, call, &input)?;
    Reply::of(&json!({ "VersionId": bucket.shown_version(&version.id), "TagSet": object.tags }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutBucketInput {
    bucket: String,
    tagging: TagSet,
}

pub(super) fn put_bucket_access(partition: &Partition, call: &Call) -> Accesses {
    let input: PutBucketInput = call.parse()?;
    let access = Asked::of(partition, call)?.bucket("s3:PutBucketTagging");
    Ok(vec![with_bucket_tags(access, &input.tagging.tag_set)])
}

pub(super) fn put_bucket(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: PutBucketInput = call.parse()?;
    check_bucket_tags(&input.tagging.tag_set)?;
    let bucket = partition.s3.bucket_mut(&input.bucket)?;
    abac::check_old_way(bucket)?;
    bucket.tags = input.tagging.tag_set;
    Ok(Reply { status: Some(204), ..Reply::empty() })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    bucket: String,
}

pub(super) fn show_bucket(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: Named = call.parse()?;
    let bucket = partition.s3.bucket(&input.bucket)?;
    if bucket.tags.is_empty() {
        return Err(ServiceError::new(404, "NoSuchTagSet", "The TagSet does not exist")
            .with("BucketName", &bucket.name));
    }
    Reply::of(&json!({ "TagSet": bucket.tags }))
}

pub(super) fn delete_bucket(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: Named = call.parse()?;
    let bucket = partition.s3.bucket_mut(&input.bucket)?;
    abac::check_old_way(bucket)?;
    bucket.tags.clear();
    Ok(Reply { status: Some(204), ..Reply::empty() })
}
