//! Putting the parts of an upload together.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html>

use bytes::{Bytes, BytesMut};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::access::{Accesses, Asked};
use super::attributes::{Creation, with_creation};
use super::checksums::{Algorithm, Checksum, ChecksumMembers, ChecksumType, multipart_etag};
use super::conditions::WriteConditions;
use super::encryption::{DECRYPT, Encryption};
use super::errors;
use super::expiration::expiration;
use super::listing::encoded;
use super::multipart::UploadInput;
use super::objects::add_conditions;
use super::store::{Completion, NULL_VERSION, ObjectPart, Part, Upload, new_version_id};
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

/// Every part but the last has at least this size.
const SMALLEST_PART: usize = 5 * 1024 * 1024;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CompleteInput {
    #[serde(flatten)]
    upload: UploadInput,
    #[serde(default)]
    multipart_upload: Option<Completed>,
    #[serde(flatten)]
    checksum: ChecksumMembers,
    checksum_type: Option<ChecksumType>,
    mpu_object_size: Option<usize>,
    #[serde(flatten)]
    conditions: WriteConditions,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Completed {
    parts: Vec<CompletedPart>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CompletedPart {
    part_number: u32,
    #[serde(rename = "ETag", default)]
    etag: String,
    #[serde(flatten)]
    checksum: ChecksumMembers,
}

pub(super) fn access(partition: &Partition, call: &Call) -> Accesses {
    let input: CompleteInput = call.parse()?;
    let asked = Asked::of(partition, call)?;
    let key = &input.upload.key;
    let mut accesses = vec![with_creation(asked.object("s3:PutObject", key), Creation::Whole)];
    // Checksums of the parts are read for that of the whole.
    if let Ok(upload) = asked.bucket.upload(key, &input.upload.upload_id)
        && upload.algorithm.is_some()
    {
        accesses.extend(upload.template.encryption.access(&asked, DECRYPT, key));
    }
    add_conditions(&mut accesses, &input.conditions, &asked, key);
    Ok(accesses)
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct CompleteOutput {
    location: String,
    bucket: String,
    key: String,
    #[serde(rename = "ETag")]
    etag: String,
    #[serde(flatten)]
    checksum: ChecksumMembers,
    checksum_type: Option<ChecksumType>,
    #[serde(flatten)]
    encryption: Encryption,
    expiration: Option<String>,
    version_id: Option<String>,
}

pub(super) fn complete(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: CompleteInput = call.parse()?;
    let UploadInput { bucket: name, key, upload_id } = &input.upload;
    let bucket = partition.s3.bucket_mut(name)?;
    let upload = match bucket.upload(key, upload_id) {
        Ok(upload) => upload,
        Err(error) => {
            let answer = answer_again(&bucket.completions, &input).ok_or(error)?;
            return Reply::of(answer);
        }
    };
    if let Some(kind) = input.checksum_type
        && upload.algorithm.map(|_| upload.checksum_type) != Some(kind)
    {
        let begun = upload.algorithm.map_or("null", |_| upload.checksum_type.as_str());
        let message = format!(
            "The upload was created using the {begun} checksum mode. The complete request must use the same checksum \
             mode."
        );
        return Err(errors::invalid_request(message));
    }
    let parts = chosen_parts(upload, &input)?;
    let body = joined(&parts);
    if let Some(size) = input.mpu_object_size.filter(|size| *size != body.len()) {
        let message = format!(
            "The provided 'x-amz-mp-object-size' header value {size} does not match what was computed: {}",
            body.len()
        );
        return Err(errors::invalid_request(message));
    }
    let mut object = upload.template.clone();
    object.etag = multipart_etag(parts.iter().map(|part| part.etag.as_str()));
    let kept = |part: &&Part| ObjectPart {
        size: part.body.len(),
        // Of a checksum of the whole, that of a part is no part.
        checksum: upload
            .algorithm
            .filter(|_| upload.checksum_type == ChecksumType::Composite)
            .map(|_| part.checksum.clone()),
    };
    object.parts = Some(parts.iter().map(kept).collect());
    object.checksum = combined(upload, &parts, &body, &input)?;
    object.body = body;
    input.conditions.check_write(bucket, key)?;
    if let Some(condition) = input.conditions.header().filter(|_| upload.overtaken) {
        return Err(errors::conditional_conflict(condition, key));
    }
    // What was not asked for is told where S3's own key encrypts.
    let told = object.checksum.as_ref();
    let told = told.filter(|_| upload.algorithm.is_some() || object.encryption.is_sse_s3());
    let mut output = CompleteOutput {
        location: format!("https://{name}.s3.{}.amazonaws.com/{}", bucket.region, encoded(key, Some("url"))),
        bucket: name.clone(),
        key: key.clone(),
        etag: object.etag.clone(),
        checksum: told.map(Checksum::members).unwrap_or_default(),
        checksum_type: told.map(|checksum| checksum.kind),
        // Whoever completes need not send the customer's key, and is not told of it.
        encryption: object.encryption.clone().without_customer_key(),
        expiration: expiration(bucket, key, &object, call.now),
        version_id: None,
    };
    bucket.uploads.retain(|upload| upload.id != *upload_id);
    let version_id = bucket.add_version(key, Some(object), call.now, new_version_id(&mut partition.ids));
    output.version_id = version_id.filter(|id| id != NULL_VERSION);
    let reply = Reply::of(&output)?;
    bucket.completions.push(Completion {
        upload_id: upload_id.clone(),
        key: key.clone(),
        parts: listed(&input),
        answer: reply.output.clone(),
    });
    Ok(reply)
}

/// A request that is repeated, because its answer was lost, is answered as before; its conditions do not count.
fn answer_again<'a>(completions: &'a [Completion], input: &CompleteInput) -> Option<&'a Value> {
    let UploadInput { key, upload_id, .. } = &input.upload;
    let same =
        |done: &&Completion| done.upload_id == *upload_id && done.key == *key && done.parts == listed(input);
    completions.iter().find(same).map(|done| &done.answer)
}

fn listed(input: &CompleteInput) -> Vec<(u32, String)> {
    let parts = input.multipart_upload.iter().flat_map(|completed| &completed.parts);
    parts.map(|part| (part.part_number, part.etag.trim_matches('"').to_owned())).collect()
}

/// The parts that the request lists, if they can be put together.
fn chosen_parts<'a>(upload: &'a Upload, input: &CompleteInput) -> Result<Vec<&'a Part>, ServiceError> {
    let Some(Completed { parts: listed }) = &input.multipart_upload else {
        return Err(errors::invalid_request("You must specify at least one part"));
    };
    if listed.is_empty() {
        return Err(errors::malformed_xml());
    }
    if !listed.is_sorted_by(|one, next| one.part_number < next.part_number) {
        let message = "The list of parts was not in ascending order. Parts must be ordered by part number.";
        return Err(ServiceError::new(400, "InvalidPartOrder", message).with("UploadId", &upload.id));
    }
    let mut parts = Vec::new();
    for (place, wanted) in listed.iter().enumerate() {
        let part = chosen_part(upload, wanted)?;
        if part.body.len() < SMALLEST_PART && place + 1 < listed.len() {
            let message = "Your proposed upload is smaller than the minimum allowed size";
            return Err(ServiceError::new(400, "EntityTooSmall", message)
                .with("ETag", part.etag.trim_matches('"'))
                .with("MinSizeAllowed", SMALLEST_PART.to_string())
                .with("ProposedSize", part.body.len().to_string())
                .with("PartNumber", wanted.part_number.to_string()));
        }
        parts.push(part);
    }
    Ok(parts)
}

fn chosen_part<'a>(upload: &'a Upload, wanted: &CompletedPart) -> Result<&'a Part, ServiceError> {
    let sent = wanted.checksum.sent();
    let part = upload.parts.get(&wanted.part_number).filter(|part| {
        let same_checksum = match (upload.algorithm, sent) {
            // An upload that was begun without a checksum has parts with S3's own alone.
            (None, Some((algorithm, value))) => {
                algorithm == Algorithm::Crc64Nvme && value == part.checksum.value
            }
            (Some(begun), Some((algorithm, value))) => algorithm != begun || value == part.checksum.value,
            (_, None) => true,
        };
        part.etag.trim_matches('"') == wanted.etag.trim_matches('"') && same_checksum
    });
    let Some(part) = part else {
        let message = "One or more of the specified parts could not be found.  The part may not have been uploaded, \
                       or the specified entity tag may not match the part's entity tag.";
        return Err(ServiceError::new(400, "InvalidPart", message)
            .with("UploadId", &upload.id)
            .with("PartNumber", wanted.part_number.to_string())
            .with("ETag", wanted.etag.trim_matches('"')));
    };
    if let Some((algorithm, _)) =
        sent.filter(|(sent, _)| upload.algorithm.is_some_and(|begun| begun != *sent))
    {
        let message = format!(
            "The {} you specified for part {} did not match what we received.",
            algorithm.as_str().to_lowercase(),
            wanted.part_number
        );
        return Err(ServiceError::new(400, "BadDigest", message));
    }
    if let (Some(algorithm), ChecksumType::Composite, None) = (upload.algorithm, upload.checksum_type, sent) {
        let message = format!(
            "The upload was created using a {} checksum. The complete request must include the checksum for each \
             part. It was missing for part {} in the request.",
            algorithm.as_str().to_lowercase(),
            wanted.part_number
        );
        return Err(errors::invalid_request(message));
    }
    Ok(part)
}

fn joined(parts: &[&Part]) -> Bytes {
    let mut body = BytesMut::with_capacity(parts.iter().map(|part| part.body.len()).sum());
    for part in parts {
        body.extend_from_slice(&part.body);
    }
    body.freeze()
}

fn combined(
    upload: &Upload,
    parts: &[&Part],
    body: &[u8],
    input: &CompleteInput,
) -> Result<Option<Checksum>, ServiceError> {
    // Without the customer's key S3 can't read the parts to compute what was not asked for before.
    if upload.algorithm.is_none() && upload.template.encryption.is_with_customer_key() {
        return Ok(None);
    }
    let algorithm = upload.algorithm.unwrap_or(Algorithm::Crc64Nvme);
    let checksum = match upload.checksum_type {
        ChecksumType::Composite => Checksum::composite(algorithm, parts.iter().map(|part| &part.checksum)),
        ChecksumType::FullObject => Checksum::computed(body, algorithm),
    };
    // Without a type a checksum is of the type that its algorithm has by default.
    let kind = input.checksum_type.unwrap_or(ChecksumType::default_of(algorithm));
    let same = match input.checksum.sent() {
        Some((sent, value)) if sent == algorithm => value == checksum.value && kind == checksum.kind,
        // What the upload was not begun with says nothing, unless it was begun with another.
        Some(_) => upload.algorithm.is_none(),
        None => true,
    };
    match same {
        false => {
            let message = format!(
                "The {} you specified did not match the calculated checksum.",
                algorithm.as_str().to_lowercase()
            );
            Err(ServiceError::new(400, "BadDigest", message))
        }
        true => Ok(Some(checksum)),
    }
}
