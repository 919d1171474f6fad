//! The parts of an upload: sent, copied from other objects, or listed.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html>

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::access::{Accesses, Asked};
use super::attributes::{Creation, with_creation};
use super::checksums::{Algorithm, Checksum, ChecksumMembers, etag};
use super::copy::SourceInput;
use super::encryption::{CustomerKey, DECRYPT, Encryption};
use super::errors;
use super::listing::{PAGE_LIMIT, page_limit};
use super::multipart::UploadInput;
use super::store::{NULL_VERSION, Owner, Part, Upload, whole_seconds};
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

const MOST_PARTS: i64 = 10_000;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PartInput {
    #[serde(flatten)]
    upload: UploadInput,
    part_number: i64,
    checksum_algorithm: Option<Algorithm>,
    #[serde(flatten)]
    checksum: ChecksumMembers,
    #[serde(flatten)]
    customer_key: CustomerKey,
}

/// `s3:PutObject`, and the key that the upload was begun with.
pub(super) fn access(partition: &Partition, call: &Call) -> Accesses {
    let input: UploadInput = call.parse()?;
    let asked = Asked::of(partition, call)?;
    let mut accesses = vec![with_creation(asked.object("s3:PutObject", &input.key), Creation::InParts)];
    if let Ok(upload) = asked.bucket.upload(&input.key, &input.upload_id) {
        accesses.extend(upload.template.encryption.access(&asked, DECRYPT, &input.key));
    }
    Ok(accesses)
}

#[derive(Serialize)]
struct PartOutput {
    #[serde(rename = "ETag")]
    etag: String,
    #[serde(flatten)]
    checksum: ChecksumMembers,
    #[serde(flatten)]
    encryption: Encryption,
}

pub(super) fn put(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: PartInput = call.parse()?;
    let number = part_number(input.part_number)?;
    let bucket = partition.s3.bucket_mut(&input.upload.bucket)?;
    let upload = bucket.upload_mut(&input.upload.key, &input.upload.upload_id)?;
    input.customer_key.check_continues(&upload.template.encryption)?;
    check_algorithm(upload, &input.checksum)?;
    let asked = upload.algorithm.or(input.checksum_algorithm);
    let part = Part {
        body: call.body.clone(),
        etag: etag(&call.body, &upload.template.encryption),
        modified: whole_seconds(call.now),
        checksum: Checksum::of(&call.body, &input.checksum, asked),
    };
    let output = PartOutput {
        etag: part.etag.clone(),
        checksum: part.checksum.members(),
        encryption: upload.template.encryption.clone(),
    };
    upload.parts.insert(number, part);
    Reply::of(&output)
}

/// A part's checksum must be of the algorithm that the upload was begun with.
fn check_algorithm(upload: &Upload, sent: &ChecksumMembers) -> Result<(), ServiceError> {
    match (upload.algorithm, sent.sent()) {
        (Some(expected), Some((actual, _))) if expected != actual => {
            let message = format!(
                "Checksum Type mismatch occurred, expected checksum Type: {}, actual checksum Type: {}",
                expected.as_str().to_lowercase(),
                actual.as_str().to_lowercase()
            );
            Err(errors::invalid_request(message))
        }
        _ => Ok(()),
    }
}

fn part_number(number: i64) -> Result<u32, ServiceError> {
    let valid = u32::try_from(number).ok().filter(|_| (1..=MOST_PARTS).contains(&number));
    let message = "Part number must be an integer between 1 and 10000, inclusive";
    valid.ok_or_else(|| errors::invalid_argument(message, "partNumber", number.to_string()))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CopyInput {
    #[serde(flatten)]
    upload: UploadInput,
    part_number: i64,
    #[serde(flatten)]
    source: SourceInput,
    copy_source_range: Option<String>,
    #[serde(flatten)]
    customer_key: CustomerKey,
}

pub(super) fn copy_access(partition: &Partition, call: &Call) -> Accesses {
    let input: CopyInput = call.parse()?;
    let mut accesses = input.source.accesses(partition, call, false)?.accesses;
    for access in access(partition, call)? {
        accesses.push(access.with("s3:x-amz-copy-source", &input.source.copy_source));
    }
    Ok(accesses)
}

pub(super) fn copy(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: CopyInput = call.parse()?;
    let number = part_number(input.part_number)?;
    let (version, object) = input.source.read(partition, call)?;
    let source_version = (version.id != NULL_VERSION).then(|| version.id.clone());
    let body = match &input.copy_source_range {
        None => object.body.clone(),
        Some(range) => object.body.slice(copied_range(range, object.body.len())?),
    };
    let bucket = partition.s3.bucket_mut(&input.upload.bucket)?;
    let upload = bucket.upload_mut(&input.upload.key, &input.upload.upload_id)?;
    input.customer_key.check_continues(&upload.template.encryption)?;
    let checksum = Checksum::of(&body, &ChecksumMembers::default(), upload.algorithm);
    let etag = etag(&body, &upload.template.encryption);
    let part = Part { etag, modified: whole_seconds(call.now), checksum, body };
    let mut result = json!(upload.algorithm.map(|_| part.checksum.members()).unwrap_or_default());
    if let Some(members) = result.as_object_mut() {
        members.insert("ETag".to_owned(), json!(part.etag));
        members.insert("LastModified".to_owned(), json!(part.modified));
    }
    upload.parts.insert(number, part);
    let mut output = json!(upload.template.encryption);
    if let Some(members) = output.as_object_mut() {
        members.insert("CopyPartResult".to_owned(), result);
        members.insert("CopySourceVersionId".to_owned(), json!(source_version));
    }
    Reply::of(&output)
}

/// A range to copy lies wholly in its object, unlike a range to read.
fn copied_range(range: &str, size: usize) -> Result<std::ops::Range<usize>, ServiceError> {
    let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?;
    let bounds = range.strip_prefix("bytes=").and_then(|bounds| bounds.split_once('-'));
    let bounds: Option<(usize, usize)> =
        bounds.and_then(|(first, last)| Some((number(first)?, number(last)?)));
    let Some((first, last)) = bounds.filter(|(first, last)| first <= last) else {
        let message = "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last \
                       are the zero-based offsets of the first and last bytes to copy";
        return Err(errors::invalid_argument(message, "x-amz-copy-source-range", range));
    };
    if first >= size {
        let message = "The specified copy range is invalid for the source object size";
        return Err(errors::invalid_request(message));
    }
    if last >= size {
        let message = format!("Range specified is not valid for source object of size: {size}");
        return Err(errors::invalid_argument(message, "x-amz-copy-source-range", range));
    }
    Ok(first..last + 1)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListInput {
    #[serde(flatten)]
    upload: UploadInput,
    max_parts: Option<i64>,
    part_number_marker: Option<u32>,
}

pub(super) fn list(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: ListInput = call.parse()?;
    let bucket = partition.s3.bucket(&input.upload.bucket)?;
    let upload = bucket.upload(&input.upload.key, &input.upload.upload_id)?;
    let limit = page_limit(input.max_parts, "max-parts")?;
    let marker = input.part_number_marker.unwrap_or(0);
    let behind: Vec<_> = upload.parts.range(marker.saturating_add(1)..).collect();
    let shown = behind.get(..limit).unwrap_or(&behind);
    let listed = |(number, part): &(&u32, &Part)| {
        let members =
            if upload.algorithm.is_some() { part.checksum.members() } else { ChecksumMembers::default() };
        let mut listed = json!(members);
        if let Some(entry) = listed.as_object_mut() {
            entry.insert("PartNumber".to_owned(), json!(number));
            entry.insert("LastModified".to_owned(), json!(part.modified));
            entry.insert("ETag".to_owned(), json!(part.etag));
            entry.insert("Size".to_owned(), json!(part.body.len()));
        }
        listed
    };
    Reply::of(&json!({
        "Bucket": bucket.name,
        "Key": upload.key,
        "UploadId": upload.id,
        "PartNumberMarker": marker,
        "NextPartNumberMarker": shown.last().map_or(0, |(number, _)| **number),
        "MaxParts": input.max_parts.unwrap_or(PAGE_LIMIT).min(PAGE_LIMIT),
        "IsTruncated": shown.len() < behind.len(),
        "Parts": (!shown.is_empty()).then(|| shown.iter().map(listed).collect::<Vec<_>>()),
        "Initiator": upload.initiator,
        "Owner": Owner::of(&bucket.owner),
        "StorageClass": upload.template.storage_class,
        "ChecksumAlgorithm": upload.algorithm,
        "ChecksumType": upload.algorithm.map(|_| upload.checksum_type),
    }))
}
