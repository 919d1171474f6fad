//! Uploads in parts: beginning, aborting and listing them.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html>

use std::sync::Arc;

use bytes::Bytes;
use policy::{Policy, PolicyDocument, PolicyKind, ResourcePolicy};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::access::{Accesses, Asked};
use super::attributes::{Attributes, Creation};
use super::checksums::{Algorithm, ChecksumMembers, ChecksumType};
use super::encryption::{DECRYPT, Encryption};
use super::errors;
use super::listing::{CommonPrefix, PAGE_LIMIT, encoded, is_passed, page, page_limit};
use super::store::{Initiator, Owner, Upload, whole_seconds};
use crate::operation::{Access, Call, Reply, ServiceError};
use crate::partition::Partition;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CreateInput {
    bucket: String,
    key: String,
    checksum_algorithm: Option<Algorithm>,
    checksum_type: Option<ChecksumType>,
    #[serde(flatten)]
    attributes: Attributes,
}

pub(super) fn create_access(partition: &Partition, call: &Call) -> Accesses {
    let input: CreateInput = call.parse()?;
    let asked = Asked::of(partition, call)?;
    input.attributes.accesses(&asked, &input.key, Creation::InParts, &[])
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct CreateOutput {
    bucket: String,
    key: String,
    upload_id: String,
    checksum_algorithm: Option<Algorithm>,
    checksum_type: Option<ChecksumType>,
    #[serde(flatten)]
    encryption: Encryption,
}

pub(super) fn create(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: CreateInput = call.parse()?;
    let block = partition.s3.public_access_of(&input.bucket, call.now)?;
    let bucket = partition.s3.bucket_mut(&input.bucket)?;
    input.attributes.check(&input.key)?;
    let checksum_type = checksum_type(input.checksum_algorithm, input.checksum_type)?;
    let custody = input.attributes.custody((&partition.iam, &partition.kms), bucket, call, block)?;
    let template = input.attributes.object(custody, Bytes::new(), &ChecksumMembers::default(), None)?;
    let upload = Upload {
        id: partition.ids.hex(),
        key: input.key.clone(),
        initiated: whole_seconds(call.now),
        initiator: Initiator::of(call),
        template,
        algorithm: input.checksum_algorithm,
        checksum_type,
        parts: std::collections::BTreeMap::new(),
        overtaken: false,
    };
    let output = CreateOutput {
        bucket: input.bucket,
        key: input.key,
        upload_id: upload.id.clone(),
        checksum_algorithm: input.checksum_algorithm,
        checksum_type: input.checksum_algorithm.map(|_| checksum_type),
        encryption: upload.template.encryption.clone(),
    };
    bucket.uploads.push(upload);
    output.encryption.note_key(&mut partition.kms, call.now);
    Reply::of(&output)
}

/// The type of an upload's checksum, which not every algorithm can have.
fn checksum_type(
    algorithm: Option<Algorithm>,
    asked: Option<ChecksumType>,
) -> Result<ChecksumType, ServiceError> {
    let Some(algorithm) = algorithm else {
        return match asked {
            None => Ok(ChecksumType::FullObject),
            Some(_) => Err(errors::invalid_request(
                "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.",
            )),
        };
    };
    let kind = asked.unwrap_or(ChecksumType::default_of(algorithm));
    let name = kind.as_str();
    let impossible = match kind {
        ChecksumType::Composite => algorithm == Algorithm::Crc64Nvme,
        ChecksumType::FullObject => matches!(algorithm, Algorithm::Sha1 | Algorithm::Sha256),
    };
    if impossible {
        let message = format!(
            "The {name} checksum type cannot be used with the {} checksum algorithm.",
            algorithm.as_str().to_lowercase()
        );
        return Err(errors::invalid_request(message));
    }
    Ok(kind)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UploadInput {
    pub(super) bucket: String,
    pub(super) key: String,
    pub(super) upload_id: String,
}

/// A permission on an upload: what the bucket's owner grants, and of those who began it their own account.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions>
fn on_upload(asked: &Asked<'_>, input: &UploadInput, action: &str) -> Access {
    let mut access = asked.object(action, &input.key);
    let upload = asked.bucket.upload(&input.key, &input.upload_id).ok();
    let initiator = upload.and_then(|upload| upload.initiator.account.as_ref());
    let Some(initiator) = initiator.filter(|initiator| **initiator != asked.bucket.owner) else {
        return access;
    };
    let statement = json!({
        "Effect": "Allow",
        "Principal": { "AWS": initiator },
        "Action": action,
        "Resource": access.resource,
    });
    let document = json!({ "Version": "2012-10-17", "Statement": statement }).to_string();
    if let Ok(document) = PolicyDocument::parse(&document, PolicyKind::Resource) {
        let mut policies = match access.resource_policy {
            ResourcePolicy::AnyGrants(policies) => policies,
            _ => Vec::new(),
        };
        policies.push(Policy { name: "who began the upload".to_owned(), document: Arc::new(document) });
        access.resource_policy = ResourcePolicy::AnyGrants(policies);
    }
    access
}

pub(super) fn abort_access(partition: &Partition, call: &Call) -> Accesses {
    let input: UploadInput = call.parse()?;
    Ok(vec![on_upload(&Asked::of(partition, call)?, &input, "s3:AbortMultipartUpload")])
}

/// To list parts that are encrypted by a key of KMS is to use the key.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html>
pub(super) fn list_parts_access(partition: &Partition, call: &Call) -> Accesses {
    let input: UploadInput = call.parse()?;
    let asked = Asked::of(partition, call)?;
    let mut accesses = vec![on_upload(&asked, &input, "s3:ListMultipartUploadParts")];
    if let Ok(upload) = asked.bucket.upload(&input.key, &input.upload_id) {
        accesses.extend(upload.template.encryption.access(&asked, DECRYPT, &input.key));
    }
    Ok(accesses)
}

pub(super) fn abort(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: UploadInput = call.parse()?;
    let bucket = partition.s3.bucket_mut(&input.bucket)?;
    bucket.upload(&input.key, &input.upload_id)?;
    bucket.uploads.retain(|upload| upload.id != input.upload_id);
    Ok(Reply { status: Some(204), ..Reply::empty() })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListInput {
    bucket: String,
    prefix: Option<String>,
    delimiter: Option<String>,
    encoding_type: Option<String>,
    key_marker: Option<String>,
    upload_id_marker: Option<String>,
    max_uploads: Option<i64>,
}

/// Uploads in the order of their keys, those of one key in the order of their initiation.
pub(super) fn list(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: ListInput = call.parse()?;
    let bucket = partition.s3.bucket(&input.bucket)?;
    let prefix = input.prefix.as_deref().unwrap_or_default();
    let delimiter = input.delimiter.as_deref().filter(|delimiter| !delimiter.is_empty());
    let mut uploads: Vec<&Upload> = bucket.uploads.iter().collect();
    uploads.sort_by(|one, other| one.key.cmp(&other.key));
    let behind = input.behind_markers(&uploads, prefix, delimiter)?;
    let entries = behind.into_iter().filter(|upload| upload.key.starts_with(prefix));
    let page = page(
        entries.map(|upload| (upload.key.as_str(), upload)),
        prefix,
        delimiter,
        page_limit(input.max_uploads, "max-uploads")?,
    );
    let encoding = input.encoding_type.as_deref();
    // An upload is only gone on behind together with its key.
    let after_key = input.key_marker.as_deref().is_some_and(|marker| !marker.is_empty());
    // They tell the last upload shown, also where there is no more behind it.
    let last = page.items.last();
    let listed = |upload: &&Upload| {
        json!({
            "UploadId": upload.id,
            "Key": encoded(&upload.key, encoding),
            "Initiated": upload.initiated,
            "StorageClass": upload.template.storage_class,
            "Owner": Owner::of(&bucket.owner),
            "Initiator": upload.initiator,
            "ChecksumAlgorithm": upload.algorithm,
            "ChecksumType": upload.algorithm.map(|_| upload.checksum_type),
        })
    };
    Reply::of(&json!({
        "Bucket": bucket.name,
        "KeyMarker": encoded(input.key_marker.as_deref().unwrap_or_default(), encoding),
        "UploadIdMarker": input.upload_id_marker.as_deref().filter(|_| after_key).unwrap_or_default(),
        "NextKeyMarker": last.map_or_else(String::new, |upload| encoded(&upload.key, encoding)),
        "NextUploadIdMarker": last.map_or("", |upload| upload.id.as_str()),
        "Prefix": (!prefix.is_empty()).then(|| encoded(prefix, encoding)),
        "Delimiter": delimiter.map(|delimiter| encoded(delimiter, encoding)),
        "MaxUploads": input.max_uploads.unwrap_or(PAGE_LIMIT).min(PAGE_LIMIT),
        "IsTruncated": page.next.is_some(),
        "Uploads": (!page.items.is_empty()).then(|| page.items.iter().map(listed).collect::<Vec<_>>()),
        "CommonPrefixes": CommonPrefix::all(&page.prefixes, encoding),
        "EncodingType": input.encoding_type,
    }))
}

impl ListInput {
    /// The uploads behind the markers; the upload id counts only together with a key.
    fn behind_markers<'a>(
        &self,
        uploads: &[&'a Upload],
        prefix: &str,
        delimiter: Option<&str>,
    ) -> Result<Vec<&'a Upload>, ServiceError> {
        let Some(key) = self.key_marker.as_deref().filter(|marker| !marker.is_empty()) else {
            return Ok(uploads.to_vec());
        };
        let last = self.upload_id_marker.as_deref().filter(|marker| !marker.is_empty());
        let place = uploads.iter().position(|upload| upload.key == key && Some(upload.id.as_str()) == last);
        match (place, last) {
            (Some(place), _) => Ok(uploads.iter().skip(place + 1).copied().collect()),
            (None, Some(id)) if uploads.iter().any(|upload| upload.id == id) => {
                Err(errors::invalid_argument("Invalid uploadId marker", "upload-id-marker", id))
            }
            (None, _) => {
                let behind = uploads.iter().filter(|upload| !is_passed(&upload.key, key, prefix, delimiter));
                Ok(behind.copied().collect())
            }
        }
    }
}
