//! Listing the objects of a bucket, a page at a time, with keys of one branch rolled up into common prefixes.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-prefixes.html>

use std::ops::Bound;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use policy::Principal;
use serde::{Deserialize, Serialize};

use super::access::{Accesses, Asked, with_present};
use super::checksums::{Algorithm, ChecksumType};
use super::errors;
use super::restore::RestoreStatus;
use super::store::{Bucket, Object, Owner, Version};
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

/// No page holds more.
pub(super) const PAGE_LIMIT: i64 = 1000;

/// What `EncodingType=url` leaves as it is; spaces become plus signs, as in forms.
const URL_SAFE: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'*').remove(b'/').remove(b' ');

/// The members that all listings of keys have.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Selection {
    pub(super) bucket: String,
    pub(super) prefix: Option<String>,
    pub(super) delimiter: Option<String>,
    pub(super) encoding_type: Option<String>,
    pub(super) max_keys: Option<i64>,
    /// What the items are to tell beyond what they always do.
    #[serde(default)]
    optional_object_attributes: Vec<String>,
}

impl Selection {
    /// How an object is restored, if that is to be told.
    pub(super) fn restore_status(&self, object: &Object, now: DateTime<Utc>) -> Option<RestoreStatus> {
        let asked = self.optional_object_attributes.iter().any(|attribute| attribute == "RestoreStatus");
        object.restoration.filter(|_| asked).and_then(|restoration| restoration.status(now))
    }

    /// How many entries a page may have.
    pub(super) fn limit(&self) -> Result<usize, ServiceError> {
        page_limit(self.max_keys, "max-keys")
    }

    /// A text of the answer, encoded if the client asked for that.
    pub(super) fn encoded(&self, text: &str) -> String {
        encoded(text, self.encoding_type.as_deref())
    }

    fn delimiter(&self) -> Option<&str> {
        self.delimiter.as_deref().filter(|delimiter| !delimiter.is_empty())
    }
}

/// The size of a page: what is asked for, but at most 1000.
pub(super) fn page_limit(asked: Option<i64>, name: &str) -> Result<usize, ServiceError> {
    let asked = asked.unwrap_or(PAGE_LIMIT);
    if !(0..=i64::from(i32::MAX)).contains(&asked) {
        let message = format!("Argument {name} must be an integer between 0 and 2147483647");
        return Err(errors::invalid_argument(message, name, asked.to_string()));
    }
    Ok(usize::try_from(asked.min(PAGE_LIMIT)).unwrap_or_default())
}

/// A text of an answer, URL-encoded if the client asked for that.
pub(super) fn encoded(text: &str, encoding: Option<&str>) -> String {
    if encoding == Some("url") {
        utf8_percent_encode(text, URL_SAFE).to_string().replace(' ', "+")
    } else {
        text.to_owned()
    }
}

/// The part of a key that rolls it up: from its start to the first delimiter behind the prefix.
pub(super) fn common_prefix<'k>(key: &'k str, prefix: &str, delimiter: Option<&str>) -> Option<&'k str> {
    let delimiter = delimiter?;
    let rest = key.strip_prefix(prefix)?;
    let end = rest.find(delimiter)? + prefix.len() + delimiter.len();
    key.get(..end)
}

/// Whether a page that goes on behind `marker` has passed this key: also all that is rolled up together with the marker.
pub(super) fn is_passed(key: &str, marker: &str, prefix: &str, delimiter: Option<&str>) -> bool {
    key <= marker || common_prefix(marker, prefix, delimiter).is_some_and(|rolled| key.starts_with(rolled))
}

/// One page of a listing.
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    pub(super) prefixes: Vec<String>,
    /// The last key or common prefix, if there is more behind it.
    pub(super) next: Option<String>,
}

/// Collects a page from `entries`, keys in order with what they lead to.
pub(super) fn page<'k, T>(
    entries: impl Iterator<Item = (&'k str, T)>,
    prefix: &str,
    delimiter: Option<&str>,
    limit: usize,
) -> Page<T> {
    let mut page = Page { items: Vec::new(), prefixes: Vec::new(), next: None };
    let mut last = None;
    for (key, item) in entries {
        let rolled = common_prefix(key, prefix, delimiter);
        if rolled.is_some() && page.prefixes.last().map(String::as_str) == rolled {
            continue;
        }
        if page.items.len() + page.prefixes.len() >= limit {
            page.next = last;
            break;
        }
        match rolled {
            Some(rolled) => page.prefixes.push(rolled.to_owned()),
            None => page.items.push(item),
        }
        last = Some(rolled.unwrap_or(key).to_owned());
    }
    page
}

/// An opaque token that leads on from a key.
pub(super) fn make_token(key: &str) -> String {
    STANDARD.encode(format!("1:{key}"))
}

/// The key of a token.
pub(super) fn read_token(token: &str) -> Result<String, ServiceError> {
    let text = STANDARD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let key = text.and_then(|text| text.strip_prefix("1:").map(str::to_owned));
    let message = "The continuation token provided is incorrect";
    key.ok_or_else(|| {
        ServiceError::new(400, "InvalidArgument", message).with("ArgumentName", "continuation-token")
    })
}

/// `s3:ListBucket` (or its like) with the keys of what is asked for, each only where the request has it.
pub(super) fn list_access(partition: &Partition, call: &Call, action: &str) -> Accesses {
    let input: Selection = call.parse()?;
    let access = Asked::of(partition, call)?.bucket(action);
    let access = with_present(access, "s3:prefix", input.prefix.as_deref());
    let access = with_present(access, "s3:delimiter", input.delimiter.as_deref());
    let max_keys = input.max_keys.map(|number| number.to_string());
    Ok(vec![with_present(access, "s3:max-keys", max_keys.as_deref())])
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Content {
    key: String,
    last_modified: DateTime<Utc>,
    #[serde(rename = "ETag")]
    etag: String,
    checksum_algorithm: Option<Vec<Algorithm>>,
    checksum_type: Option<ChecksumType>,
    size: usize,
    storage_class: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<Owner>,
    restore_status: Option<RestoreStatus>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CommonPrefix {
    prefix: String,
}

impl CommonPrefix {
    /// The common prefixes of an answer; `None`: there are none.
    pub(super) fn all(prefixes: &[String], encoding: Option<&str>) -> Option<Vec<Self>> {
        let element = |prefix: &String| Self { prefix: encoded(prefix, encoding) };
        (!prefixes.is_empty()).then(|| prefixes.iter().map(element).collect())
    }
}

#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ListOutput {
    is_truncated: bool,
    contents: Option<Vec<Content>>,
    name: String,
    prefix: String,
    delimiter: Option<String>,
    max_keys: i64,
    common_prefixes: Option<Vec<CommonPrefix>>,
    encoding_type: Option<String>,
    // Version 1 only.
    marker: Option<String>,
    next_marker: Option<String>,
    // Version 2 only.
    key_count: Option<usize>,
    continuation_token: Option<String>,
    next_continuation_token: Option<String>,
    start_after: Option<String>,
}

type Listed<'a> = (&'a str, &'a Version, &'a Object);

fn objects_page<'a>(
    bucket: &'a Bucket,
    selection: &Selection,
    after: Option<&str>,
) -> Result<Page<Listed<'a>>, ServiceError> {
    let prefix = selection.prefix.as_deref().unwrap_or_default();
    let delimiter = selection.delimiter();
    let from = prefix.max(after.unwrap_or_default());
    let live = bucket
        .objects
        .range::<str, _>((Bound::Included(from), Bound::Unbounded))
        .take_while(|(key, _)| key.as_str() < prefix || key.starts_with(prefix))
        .filter(|(key, _)| {
            key.starts_with(prefix) && after.is_none_or(|after| !is_passed(key, after, prefix, delimiter))
        })
        .filter_map(|(key, versions)| {
            let version = versions.last()?;
            Some((key.as_str(), (key.as_str(), version, version.object.as_ref()?)))
        });
    Ok(page(live, prefix, delimiter, selection.limit()?))
}

/// Who is not known to AWS is told of no owners.
fn is_anonymous(call: &Call) -> bool {
    call.caller.principal == Principal::Anonymous
}

fn output(
    bucket: &Bucket,
    selection: &Selection,
    page: &Page<Listed<'_>>,
    with_owner: bool,
    now: DateTime<Utc>,
) -> ListOutput {
    let content = |(key, version, object): &Listed<'_>| Content {
        key: selection.encoded(key),
        last_modified: version.modified,
        etag: object.etag.clone(),
        checksum_algorithm: object.checksum.as_ref().map(|checksum| vec![checksum.algorithm]),
        checksum_type: object.checksum.as_ref().map(|checksum| checksum.kind),
        size: object.body.len(),
        storage_class: object.storage_class.clone(),
        owner: with_owner.then(|| Owner::of_object(&bucket.owner_of(object))),
        restore_status: selection.restore_status(object, now),
    };
    let encoding = selection.encoding_type.as_deref();
    ListOutput {
        is_truncated: page.next.is_some(),
        contents: (!page.items.is_empty()).then(|| page.items.iter().map(content).collect()),
        name: bucket.name.clone(),
        prefix: selection.encoded(selection.prefix.as_deref().unwrap_or_default()),
        delimiter: selection.delimiter().map(|delimiter| selection.encoded(delimiter)),
        max_keys: selection.max_keys.unwrap_or(PAGE_LIMIT).min(PAGE_LIMIT),
        common_prefixes: CommonPrefix::all(&page.prefixes, encoding),
        encoding_type: selection.encoding_type.clone(),
        ..ListOutput::default()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct VersionOneInput {
    #[serde(flatten)]
    selection: Selection,
    marker: Option<String>,
}

pub(super) fn list_v1(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let VersionOneInput { selection, marker } = call.parse()?;
    let bucket = partition.s3.bucket(&selection.bucket)?;
    let page = objects_page(bucket, &selection, marker.as_deref())?;
    let mut output = output(bucket, &selection, &page, !is_anonymous(call), call.now);
    // The next marker is told only where a delimiter is; otherwise it is the last key.
    output.next_marker =
        page.next.as_ref().filter(|_| selection.delimiter().is_some()).map(|next| selection.encoded(next));
    output.marker = Some(selection.encoded(marker.as_deref().unwrap_or_default()));
    Reply::of(&output).map(|reply| reply.with_header("x-amz-bucket-region", bucket.region.as_str()))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct VersionTwoInput {
    #[serde(flatten)]
    selection: Selection,
    continuation_token: Option<String>,
    #[serde(default)]
    fetch_owner: bool,
    start_after: Option<String>,
}

pub(super) fn list_v2(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: VersionTwoInput = call.parse()?;
    let selection = &input.selection;
    let after = match &input.continuation_token {
        Some(token) => Some(read_token(token)?),
        None => input.start_after.clone(),
    };
    let bucket = partition.s3.bucket(&selection.bucket)?;
    let page = objects_page(bucket, selection, after.as_deref())?;
    let mut output = output(bucket, selection, &page, input.fetch_owner && !is_anonymous(call), call.now);
    output.key_count = Some(page.items.len() + page.prefixes.len());
    output.next_continuation_token = page.next.as_deref().map(make_token);
    // Whoever goes on by a token has left behind where it began.
    output.start_after =
        input.start_after.filter(|_| input.continuation_token.is_none()).map(|key| selection.encoded(&key));
    output.continuation_token = input.continuation_token;
    Reply::of(&output).map(|reply| reply.with_header("x-amz-bucket-region", bucket.region.as_str()))
}
