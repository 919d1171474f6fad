//! Reading objects: whole, in ranges, by part, on conditions, or only what there is to know of them.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html>

use std::ops::Range;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::access::{
    Accesses, Asked, GET_OBJECT, GET_OBJECT_TAGGING, ObjectInput, missing, on_existing, with_existing_tags,
};
use super::attributes::ContentHeaders;
use super::checksums::{Checksum, ChecksumMembers, ChecksumType};
use super::conditions::{ReadConditions, Verdict};
use super::encryption::{CustomerKey, DECRYPT, Encryption};
use super::errors;
use super::expiration::expiration;
use super::object_lock::LockOutput;
use super::store::{Bucket, Found, Object, Version};
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ReadInput {
    #[serde(flatten)]
    object: ObjectInput,
    if_match: Option<String>,
    if_none_match: Option<String>,
    if_modified_since: Option<DateTime<Utc>>,
    if_unmodified_since: Option<DateTime<Utc>>,
    range: Option<String>,
    part_number: Option<i64>,
    checksum_mode: Option<String>,
    #[serde(flatten)]
    customer_key: CustomerKey,
    #[serde(flatten)]
    overrides: Overrides,
}

/// Headers of the answer that the request replaces.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Overrides {
    response_cache_control: Option<String>,
    response_content_disposition: Option<String>,
    response_content_encoding: Option<String>,
    response_content_language: Option<String>,
    response_content_type: Option<String>,
    response_expires: Option<DateTime<Utc>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ReadOutput<'a> {
    accept_ranges: &'static str,
    last_modified: DateTime<Utc>,
    content_length: usize,
    content_range: Option<String>,
    #[serde(rename = "ETag")]
    etag: &'a str,
    #[serde(flatten)]
    checksum: ChecksumMembers,
    checksum_type: Option<ChecksumType>,
    version_id: Option<String>,
    expiration: Option<String>,
    restore: Option<String>,
    #[serde(flatten)]
    headers: ContentHeaders,
    #[serde(flatten)]
    encryption: &'a Encryption,
    metadata: &'a std::collections::BTreeMap<String, String>,
    storage_class: Option<&'a str>,
    parts_count: Option<usize>,
    tag_count: Option<usize>,
    #[serde(flatten)]
    lock: LockOutput,
}

/// Who may read an object may query it, which is not done here.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_SelectObjectContent.html>
pub(super) fn select(_: &mut Partition, _: &Call) -> Result<Reply, ServiceError> {
    let message = "SelectObjectContent is not emulated by rolecall";
    Err(ServiceError::new(501, "NotImplemented", message))
}

/// `s3:GetObject`; how many tags there are is told to those who may read them.
pub(super) fn access(partition: &Partition, call: &Call) -> Accesses {
    let input: ReadInput = call.parse()?;
    let mut accesses = on_existing(partition, call, GET_OBJECT)?;
    let asked = Asked::of(partition, call)?;
    let version = input.object.version_id.as_deref();
    let Some(object) = asked.bucket.object(&input.object.key, version) else { return Ok(accesses) };
    if !object.tags.is_empty() {
        let reads_tags = asked.version(GET_OBJECT_TAGGING, &input.object.key, version).informing();
        accesses.push(with_existing_tags(reads_tags, object));
    }
    // Whoever asks for headers only needs the key for the checksum alone.
    // <https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html>
    if call.operation == "GetObject" || input.asks_checksum() {
        accesses.extend(object.encryption.access(&asked, DECRYPT, &input.object.key));
    }
    if asked.bucket.object_lock.is_some() {
        // Last, so that their places are known from the end.
        for action in ["s3:GetObjectRetention", "s3:GetObjectLegalHold"] {
            accesses.push(with_existing_tags(asked.object(action, &input.object.key).informing(), object));
        }
    }
    Ok(accesses)
}

pub(super) fn get(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let (mut reply, body) = read(partition, call)?;
    reply.body = body;
    Ok(reply)
}

pub(super) fn head(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    read(partition, call).map(|(reply, _)| reply)
}

fn read(partition: &Partition, call: &Call) -> Result<(Reply, Option<Bytes>), ServiceError> {
    let input: ReadInput = call.parse()?;
    let bucket = partition.s3.bucket(&input.object.bucket)?;
    let (version, object) = existing(bucket, call, &input.object)?;
    input.customer_key.check_opens(&object.encryption)?;
    match input.conditions().judge(version, object, call.now) {
        Verdict::Go => {}
        Verdict::Failed(condition) => return Err(errors::precondition_failed(condition)),
        Verdict::NotModified => {
            let output = json!({ "ETag": object.etag, "LastModified": version.modified });
            return Ok((Reply { output, status: Some(304), ..Reply::empty() }, None));
        }
    }
    if object.is_out_of_reach(call.now) && call.operation == "GetObject" {
        let message = "The operation is not valid for the object's storage class";
        return Err(ServiceError::new(403, "InvalidObjectState", message)
            .with("StorageClass", object.storage_class.as_str()));
    }
    let span = input.span(object)?;
    let bytes = span.clone().unwrap_or(0..object.body.len());
    let checksum = input.shown_checksum(object, &bytes);
    let output = ReadOutput {
        accept_ranges: "bytes",
        last_modified: version.modified,
        content_length: bytes.len(),
        content_range: span.as_ref().map(|span| content_range(span, object.body.len())),
        etag: &object.etag,
        checksum: checksum.map(Checksum::members).unwrap_or_default(),
        checksum_type: checksum.and(object.checksum.as_ref()).map(|checksum| checksum.kind),
        version_id: bucket.shown_version(&version.id),
        // Of older versions the current one's rules tell nothing.
        expiration: Some(version)
            .filter(|_| input.object.version_id.is_none())
            .and_then(|version| expiration(bucket, &input.object.key, object, version.modified)),
        restore: object.restoration.and_then(|restoration| restoration.header(call.now)),
        headers: input.overrides.over(object.headers.clone())?,
        encryption: &object.encryption,
        metadata: &object.metadata,
        storage_class: Some(object.storage_class.as_str()).filter(|class| *class != "STANDARD"),
        parts_count: input.part_number.and(object.parts.as_ref().map(Vec::len)),
        lock: shown_lock(bucket, call, object),
        tag_count: Some(object.tags.len()).filter(|count| *count > 0 && call.granted.get(1) == Some(&true)),
    };
    let mut reply = Reply::of(&output)?;
    reply.status = span.is_some().then_some(206);
    Ok((reply, Some(object.body.slice(bytes))))
}

/// Retention and hold are told to those who may read them.
fn shown_lock(bucket: &Bucket, call: &Call, object: &Object) -> LockOutput {
    match call.granted.as_slice() {
        [.., retention, hold] if bucket.object_lock.is_some() => object.lock.output(*retention, *hold),
        _ => LockOutput::default(),
    }
}

/// The object that the request names, or why it is not shown. The second access of such requests tells
/// whether the caller may list the bucket.
pub(super) fn existing<'a>(
    bucket: &'a Bucket,
    call: &Call,
    input: &ObjectInput,
) -> Result<(&'a Version, &'a Object), ServiceError> {
    match bucket.find(&input.key, input.version_id.as_deref()) {
        Found::Object(version, object) => Ok((version, object)),
        other => Err(missing(call, input, &other, 1)),
    }
}

impl ReadInput {
    fn asks_checksum(&self) -> bool {
        self.checksum_mode.as_deref().is_some_and(|mode| mode.eq_ignore_ascii_case("ENABLED"))
    }

    /// The checksum of what is read: of the whole object, or of one of its parts.
    fn shown_checksum<'a>(&self, object: &'a Object, bytes: &Range<usize>) -> Option<&'a Checksum> {
        if !self.asks_checksum() {
            return None;
        }
        if let (Some(number), Some(parts)) = (self.part_number, &object.parts) {
            let place = usize::try_from(number).ok()?.checked_sub(1)?;
            let part = parts.get(place)?;
            if part.checksum.is_some() {
                return part.checksum.as_ref();
            }
        }
        object.checksum.as_ref().filter(|_| bytes.len() == object.body.len())
    }

    fn conditions(&self) -> ReadConditions<'_> {
        ReadConditions {
            if_match: self.if_match.as_deref(),
            if_none_match: self.if_none_match.as_deref(),
            if_modified_since: self.if_modified_since,
            if_unmodified_since: self.if_unmodified_since,
        }
    }

    /// The bytes asked for; `None`: all of them, without a range.
    fn span(&self, object: &Object) -> Result<Option<Range<usize>>, ServiceError> {
        match (self.part_number, &self.range) {
            (Some(_), Some(_)) => Err(errors::invalid_request(
                "Cannot specify both Range header and partNumber query parameter",
            )),
            (Some(number), None) => part(object, number).map(Some),
            (None, Some(range)) => byte_range(range, object.body.len()),
            (None, None) => Ok(None),
        }
    }
}

fn part(object: &Object, number: i64) -> Result<Range<usize>, ServiceError> {
    let parts = object.parts.as_ref().map(|parts| parts.iter().map(|part| part.size).collect());
    let sizes: Vec<usize> = parts.unwrap_or_else(|| vec![object.body.len()]);
    let place = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
    let size = place.and_then(|place| sizes.get(place));
    let (Some(place), Some(size)) = (place, size) else {
        let message = "The requested partnumber is not satisfiable";
        return Err(ServiceError::new(416, "InvalidPartNumber", message)
            .with("PartNumberRequested", number.to_string())
            .with("ActualPartCount", sizes.len().to_string()));
    };
    let start: usize = sizes.iter().take(place).sum();
    Ok(start..start + size)
}

/// One range of bytes. Anything else in the header is ignored, as HTTP has it.
fn byte_range(header: &str, size: usize) -> Result<Option<Range<usize>>, ServiceError> {
    let parsed = header.strip_prefix("bytes=").and_then(|range| range.trim().split_once('-'));
    let Some((first, last)) = parsed else { return Ok(None) };
    let number = |text: &str| (!text.is_empty()).then(|| text.parse::<usize>()).transpose();
    let (Ok(first), Ok(last)) = (number(first), number(last)) else { return Ok(None) };
    let span = match (first, last) {
        (None, None) => return Ok(None),
        (Some(first), Some(last)) if last < first => return Ok(None),
        (Some(first), Some(last)) => first..size.min(last.saturating_add(1)),
        (Some(first), None) => first..size,
        (None, Some(0)) => size..size,
        (None, Some(count)) => size.saturating_sub(count)..size,
    };
    if span.start >= size {
        return Err(ServiceError::new(416, "InvalidRange", "The requested range is not satisfiable")
            .with("RangeRequested", header)
            .with("ActualObjectSize", size.to_string()));
    }
    Ok(Some(span))
}

fn content_range(span: &Range<usize>, size: usize) -> String {
    format!("bytes {}-{}/{size}", span.start, span.end.saturating_sub(1))
}

impl Overrides {
    fn over(self, headers: ContentHeaders) -> Result<ContentHeaders, ServiceError> {
        self.check()?;
        let date = |time: DateTime<Utc>| time.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        Ok(ContentHeaders {
            cache_control: self.response_cache_control.or(headers.cache_control),
            content_disposition: self.response_content_disposition.or(headers.content_disposition),
            content_encoding: self.response_content_encoding.or(headers.content_encoding),
            content_language: self.response_content_language.or(headers.content_language),
            content_type: self.response_content_type.or(headers.content_type),
            expires: self.response_expires.map(date).or(headers.expires),
            website_redirect_location: headers.website_redirect_location,
        })
    }

    fn check(&self) -> Result<(), ServiceError> {
        let sent = [
            ("response-cache-control", &self.response_cache_control),
            ("response-content-disposition", &self.response_content_disposition),
            ("response-content-encoding", &self.response_content_encoding),
            ("response-content-language", &self.response_content_language),
            ("response-content-type", &self.response_content_type),
        ];
        let sent = sent.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?)));
        let mut unfit = sent.filter(|(_, value)| value.chars().any(|letter| u32::from(letter) > 0xff));
        unfit.next().map_or(Ok(()), |(name, value)| {
            Err(errors::invalid_argument("Header value cannot be represented using ISO-8859-1.", name, value))
        })
    }
}
