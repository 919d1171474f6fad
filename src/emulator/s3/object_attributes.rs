//! What there is to know of an object: its size, class, checksum and parts.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html>

use serde::Deserialize;
use serde_json::{Value, json};

use super::access::{Accesses, Asked, GET_OBJECT, GET_OBJECT_ATTRIBUTES, ObjectInput, with_existing_tags};
use super::checksums::Checksum;
use super::encryption::CustomerKey;
use super::listing::{PAGE_LIMIT, page_limit};
use super::reads::existing;
use super::store::{Object, ObjectPart};
use crate::operation::{Access, Call, Reply, ServiceError};
use crate::partition::Partition;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    #[serde(flatten)]
    object: ObjectInput,
    #[serde(default)]
    object_attributes: Vec<String>,
    max_parts: Option<i64>,
    part_number_marker: Option<usize>,
    #[serde(flatten)]
    customer_key: CustomerKey,
}

pub(super) fn access(partition: &Partition, call: &Call) -> Accesses {
    let input: ObjectInput = call.parse()?;
    let asked = Asked::of(partition, call)?;
    let version = input.version_id.as_deref();
    let object = asked.bucket.object(&input.key, version);
    let mut accesses = vec![asked.version(GET_OBJECT, &input.key, version)];
    if object.is_none() {
        accesses.push(asked.listing_informs());
    }
    accesses.push(asked.version(GET_OBJECT_ATTRIBUTES, &input.key, version));
    let tagged = |access: Access| match object {
        Some(object) => with_existing_tags(access, object),
        None => access,
    };
    Ok(accesses.into_iter().map(tagged).collect())
}

pub(super) fn show(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: Input = call.parse()?;
    let bucket = partition.s3.bucket(&input.object.bucket)?;
    let (version, object) = existing(bucket, call, &input.object)?;
    input.customer_key.check_opens(&object.encryption)?;
    let asks = |name: &str| input.object_attributes.iter().any(|attribute| attribute == name);
    let mut checksum = json!(object.checksum.as_ref().map(Checksum::members_without_count));
    if let (Some(members), Some(checksum)) = (checksum.as_object_mut(), &object.checksum) {
        members.insert("ChecksumType".to_owned(), json!(checksum.kind));
    }
    let parts = if asks("ObjectParts") { input.parts(object)? } else { None };
    Reply::of(&json!({
        "LastModified": version.modified,
        "VersionId": bucket.shown_version(&version.id),
        "ETag": asks("ETag").then(|| object.etag.trim_matches('"')),
        "Checksum": asks("Checksum").then_some(checksum),
        "ObjectParts": parts,
        "StorageClass": asks("StorageClass").then_some(&object.storage_class),
        "ObjectSize": asks("ObjectSize").then_some(object.body.len()),
    }))
}

impl Input {
    /// A page of the parts; those without checksums of their own are only counted.
    fn parts(&self, object: &Object) -> Result<Option<Value>, ServiceError> {
        let Some(parts) = &object.parts else { return Ok(None) };
        if parts.iter().any(|part| part.checksum.is_none()) {
            return Ok(Some(json!({ "TotalPartsCount": parts.len() })));
        }
        let limit = page_limit(self.max_parts, "max-parts")?;
        let marker = self.part_number_marker.unwrap_or(0);
        let behind = parts.iter().enumerate().skip(marker);
        let listed: Vec<Value> = behind.take(limit).map(|(place, part)| listed(place + 1, part)).collect();
        let last = if listed.is_empty() { 0 } else { marker + listed.len() };
        Ok(Some(json!({
            "TotalPartsCount": parts.len(),
            "PartNumberMarker": marker,
            "NextPartNumberMarker": last,
            "MaxParts": self.max_parts.unwrap_or(PAGE_LIMIT).min(PAGE_LIMIT),
            "IsTruncated": last != 0 && last < parts.len(),
            "Parts": (!listed.is_empty()).then_some(listed),
        })))
    }
}

fn listed(number: usize, part: &ObjectPart) -> Value {
    let mut listed = json!(part.checksum.as_ref().map(Checksum::members).unwrap_or_default());
    if let Some(members) = listed.as_object_mut() {
        members.insert("PartNumber".to_owned(), json!(number));
        members.insert("Size".to_owned(), json!(part.size));
    }
    listed
}
