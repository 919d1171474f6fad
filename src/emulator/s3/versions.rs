//! Versioning of buckets, and listing the versions of objects.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::checksums::{Algorithm, ChecksumType};
use super::errors;
use super::listing::{CommonPrefix, PAGE_LIMIT, Selection, is_passed, page};
use super::restore::RestoreStatus;
use super::store::{Bucket, Object, Owner, Version, Versioning, is_version_id};
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutInput {
    bucket: String,
    versioning_configuration: Configuration,
}

#[derive(Deserialize)]
struct Configuration {
    #[serde(rename = "Status")]
    status: Option<String>,
    #[serde(rename = "MFADelete")]
    mfa_delete: Option<String>,
}

pub(super) fn put(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: PutInput = call.parse()?;
    let versioning = match input.versioning_configuration.status.as_deref() {
        Some("Enabled") => Versioning::Enabled,
        Some("Suspended") => Versioning::Suspended,
        _ => {
            let message = "The Versioning element must be specified";
            return Err(ServiceError::new(400, "IllegalVersioningConfigurationException", message));
        }
    };
    if input.versioning_configuration.mfa_delete.as_deref() == Some("Enabled") {
        return Err(errors::not_implemented("MfaDelete"));
    }
    let bucket = partition.s3.bucket_mut(&input.bucket)?;
    if bucket.object_lock.is_some() && versioning != Versioning::Enabled {
        let message = "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.";
        return Err(ServiceError::new(409, "InvalidBucketState", message));
    }
    bucket.versioning = versioning;
    Ok(Reply::empty())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    bucket: String,
}

pub(super) fn show(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: Named = call.parse()?;
    let status = match partition.s3.bucket(&input.bucket)?.versioning {
        Versioning::Off => None,
        Versioning::Enabled => Some("Enabled"),
        Versioning::Suspended => Some("Suspended"),
    };
    Reply::of(&json!({ "Status": status }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListInput {
    #[serde(flatten)]
    selection: Selection,
    key_marker: Option<String>,
    version_id_marker: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ListedVersion {
    #[serde(rename = "ETag")]
    etag: String,
    checksum_algorithm: Option<Vec<Algorithm>>,
    checksum_type: Option<ChecksumType>,
    size: usize,
    storage_class: String,
    key: String,
    version_id: String,
    is_latest: bool,
    last_modified: DateTime<Utc>,
    owner: Owner,
    restore_status: Option<RestoreStatus>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ListedMarker {
    owner: Owner,
    key: String,
    version_id: String,
    is_latest: bool,
    last_modified: DateTime<Utc>,
}

/// A version with its key and whether it is the latest.
#[derive(Clone, Copy)]
struct Entry<'a> {
    key: &'a str,
    version: &'a Version,
    is_latest: bool,
}

pub(super) fn list(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: ListInput = call.parse()?;
    let selection = &input.selection;
    let bucket = partition.s3.bucket(&selection.bucket)?;
    input.check_markers()?;
    let prefix = selection.prefix.as_deref().unwrap_or_default();
    let delimiter = selection.delimiter.as_deref().filter(|delimiter| !delimiter.is_empty());
    let entries = input.entries(bucket, prefix, delimiter).into_iter();
    let entries = entries.filter(|entry| entry.key.starts_with(prefix)).map(|entry| (entry.key, entry));
    let page = page(entries, prefix, delimiter, selection.limit()?);
    let (mut versions, mut markers) = (Vec::new(), Vec::new());
    for entry in &page.items {
        match &entry.version.object {
            Some(object) => {
                let listed = listed_version(bucket, selection, *entry, object);
                versions.push(ListedVersion {
                    restore_status: selection.restore_status(object, call.now),
                    ..listed
                });
            }
            None => markers.push(listed_marker(bucket, selection, *entry)),
        }
    }
    // The page ends with a version where its last key is one, otherwise with a common prefix.
    let last = page.items.last().filter(|entry| page.next.as_deref() == Some(entry.key));
    Reply::of(&json!({
        "IsTruncated": page.next.is_some(),
        "KeyMarker": selection.encoded(input.key_marker.as_deref().unwrap_or_default()),
        "VersionIdMarker": input.version_id_marker.as_deref().unwrap_or_default(),
        "NextKeyMarker": page.next.as_deref().map(|next| selection.encoded(next)),
        "NextVersionIdMarker": last.map(|entry| &entry.version.id),
        "Versions": (!versions.is_empty()).then_some(versions),
        "DeleteMarkers": (!markers.is_empty()).then_some(markers),
        "Name": bucket.name,
        "Prefix": selection.encoded(prefix),
        "Delimiter": delimiter.map(|delimiter| selection.encoded(delimiter)),
        "MaxKeys": selection.max_keys.unwrap_or(PAGE_LIMIT).min(PAGE_LIMIT),
        "CommonPrefixes": CommonPrefix::all(&page.prefixes, selection.encoding_type.as_deref()),
        "EncodingType": selection.encoding_type,
    }))
}

impl ListInput {
    fn check_markers(&self) -> Result<(), ServiceError> {
        let Some(version) = self.version_id_marker.as_deref().filter(|marker| !marker.is_empty()) else {
            return Ok(());
        };
        if self.key_marker.as_deref().unwrap_or_default().is_empty() {
            let message = "A version-id marker cannot be specified without a key marker.";
            return Err(errors::invalid_argument(message, "version-id-marker", version));
        }
        if !is_version_id(version) {
            return Err(errors::invalid_argument(
                "Invalid version id specified",
                "version-id-marker",
                version,
            ));
        }
        Ok(())
    }

    /// All versions behind the markers: keys in order, of each the newest first.
    fn entries<'a>(&self, bucket: &'a Bucket, prefix: &str, delimiter: Option<&str>) -> Vec<Entry<'a>> {
        let key_marker = self.key_marker.as_deref().filter(|marker| !marker.is_empty());
        let version_marker = self.version_id_marker.as_deref().filter(|marker| !marker.is_empty());
        let mut all = Vec::new();
        for (key, versions) in &bucket.objects {
            let newest_first = versions.iter().rev().enumerate();
            let mut entries: Vec<_> =
                newest_first.map(|(age, version)| Entry { key, version, is_latest: age == 0 }).collect();
            if key_marker == Some(key.as_str()) && version_marker.is_some() {
                let place =
                    versions.iter().rev().position(|version| Some(version.id.as_str()) == version_marker);
                // The version may have been deleted since, as the page before it may have been.
                entries.drain(..place.map_or(0, |place| place + 1));
            } else if key_marker.is_some_and(|marker| is_passed(key, marker, prefix, delimiter)) {
                continue;
            }
            all.extend(entries);
        }
        all
    }
}

fn listed_version(
    bucket: &Bucket,
    selection: &Selection,
    entry: Entry<'_>,
    object: &Object,
) -> ListedVersion {
    ListedVersion {
        etag: object.etag.clone(),
        checksum_algorithm: object.checksum.as_ref().map(|checksum| vec![checksum.algorithm]),
        checksum_type: object.checksum.as_ref().map(|checksum| checksum.kind),
        size: object.body.len(),
        storage_class: object.storage_class.clone(),
        key: selection.encoded(entry.key),
        version_id: entry.version.id.clone(),
        is_latest: entry.is_latest,
        last_modified: entry.version.modified,
        owner: Owner::of_object(&bucket.owner_of(object)),
        restore_status: None,
    }
}

fn listed_marker(bucket: &Bucket, selection: &Selection, entry: Entry<'_>) -> ListedMarker {
    ListedMarker {
        owner: Owner::of(&bucket.owner),
        key: selection.encoded(entry.key),
        version_id: entry.version.id.clone(),
        is_latest: entry.is_latest,
        last_modified: entry.version.modified,
    }
}
