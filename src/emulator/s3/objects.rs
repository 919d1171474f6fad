//! Putting and deleting objects.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::access::{Accesses, Asked, DELETE_OBJECT, GET_OBJECT, ObjectInput, with_present};
use super::attributes::{Attributes, Creation, check_key};
use super::checksums::{Algorithm, Checksum, ChecksumMembers, ChecksumType};
use super::conditions::WriteConditions;
use super::encryption::Encryption;
use super::errors;
use super::expiration::expiration;
use super::object_lock::{bypassing, check_bypass};
use super::store::{Bucket, NULL_VERSION, Versioning, is_version_id, new_version_id};
use crate::operation::{Access, Call, Reply, ServiceError};
use crate::partition::Partition;

const DELETE_LIMIT: usize = 1000;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutInput {
    bucket: String,
    key: String,
    checksum_algorithm: Option<Algorithm>,
    #[serde(flatten)]
    checksum: ChecksumMembers,
    #[serde(flatten)]
    conditions: WriteConditions,
    #[serde(flatten)]
    attributes: Attributes,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PutOutput {
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

pub(super) fn put_access(partition: &Partition, call: &Call) -> Accesses {
    let input: PutInput = call.parse()?;
    let asked = Asked::of(partition, call)?;
    let mut accesses = input.attributes.accesses(&asked, &input.key, Creation::Whole, &[])?;
    add_conditions(&mut accesses, &input.conditions, &asked, &input.key);
    Ok(accesses)
}

/// Adds what the conditions of a write mean for its permissions.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html>
pub(super) fn add_conditions(
    accesses: &mut Vec<Access>,
    conditions: &WriteConditions,
    asked: &Asked<'_>,
    key: &str,
) {
    let present = |access: Access| {
        let access = with_present(access, "s3:if-match", conditions.if_match.as_deref());
        with_present(access, "s3:if-none-match", conditions.if_none_match.as_deref())
    };
    *accesses = std::mem::take(accesses).into_iter().map(present).collect();
    if conditions.reads() {
        accesses.push(asked.version(GET_OBJECT, key, None));
    }
}

pub(super) fn put(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: PutInput = call.parse()?;
    let block = partition.s3.public_access_of(&input.bucket, call.now)?;
    let bucket = partition.s3.bucket_mut(&input.bucket)?;
    input.attributes.check(&input.key)?;
    input.conditions.check_write(bucket, &input.key)?;
    let custody = input.attributes.custody((&partition.iam, &partition.kms), bucket, call, block)?;
    let body = call.body.clone();
    let object = input.attributes.object(custody, body, &input.checksum, input.checksum_algorithm)?;
    let mut output = PutOutput {
        etag: object.etag.clone(),
        checksum: object.checksum.as_ref().map(Checksum::members).unwrap_or_default(),
        checksum_type: object.checksum.as_ref().map(|checksum| checksum.kind),
        encryption: object.encryption.clone(),
        expiration: expiration(bucket, &input.key, &object, call.now),
        version_id: None,
    };
    let version_id =
        bucket.add_version(&input.key, Some(object), call.now, new_version_id(&mut partition.ids));
    output.version_id = version_id.filter(|id| id != NULL_VERSION);
    output.encryption.note_key(&mut partition.kms, call.now);
    Reply::of(&output)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DeleteInput {
    #[serde(flatten)]
    object: ObjectInput,
    #[serde(flatten)]
    conditions: WriteConditions,
    bypass_governance_retention: Option<bool>,
}

pub(super) fn delete_access(partition: &Partition, call: &Call) -> Accesses {
    let input: DeleteInput = call.parse()?;
    let asked = Asked::of(partition, call)?;
    let key = &input.object.key;
    let mut accesses = vec![deletion(&asked, key, input.object.version_id.as_deref())];
    add_conditions(&mut accesses, &input.conditions, &asked, key);
    accesses.extend(bypassing(&asked, key, input.bypass_governance_retention));
    Ok(accesses)
}

/// A bucket policy that denies the deletion of versions denies that of objects without versions too.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html>
fn deletion(asked: &Asked<'_>, key: &str, version: Option<&str>) -> Access {
    let mut access = asked.version(DELETE_OBJECT, key, version);
    if asked.bucket.versioning == Versioning::Off && version.is_none() {
        access.denied_with = Some("s3:DeleteObjectVersion");
    }
    access
}

pub(super) fn delete(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let DeleteInput { object: input, conditions, bypass_governance_retention: bypass } = call.parse()?;
    check_key(&input.key)?;
    let marker_id = new_version_id(&mut partition.ids);
    let bucket = partition.s3.bucket_mut(&input.bucket)?;
    check_bypass(bucket, bypass)?;
    conditions.check(bucket, &input.key)?;
    let bypass = bypass == Some(true) && call.granted.last() == Some(&true);
    let removal = Removal { marker_id, now: call.now, bypass };
    let gone = remove(bucket, &input.key, input.version_id.as_deref(), removal)?;
    Reply::of(&json!({ "DeleteMarker": gone.marker.then_some(true), "VersionId": gone.version }))
}

/// What a delete did.
struct Gone {
    /// Whether a delete marker was made, or was what was deleted.
    marker: bool,
    /// The id of the version deleted or of the marker made.
    version: Option<String>,
}

/// How to delete.
struct Removal {
    /// The id of the marker, should one be made.
    marker_id: String,
    now: DateTime<Utc>,
    /// Whether governance is passed over.
    bypass: bool,
}

fn remove(
    bucket: &mut Bucket,
    key: &str,
    version: Option<&str>,
    removal: Removal,
) -> Result<Gone, ServiceError> {
    if let Some(id) = version {
        if !is_version_id(id) {
            return Err(errors::invalid_argument("Invalid version id specified", "versionId", id));
        }
        if let Some(object) = bucket.object(key, version) {
            object.lock.check_deletion(removal.now, removal.bypass)?;
        }
        let marker = bucket.remove_version(key, Some(id));
        return Ok(Gone { marker, version: bucket.shown_version(id) });
    }
    if bucket.versioning == Versioning::Off {
        bucket.remove_version(key, None);
        return Ok(Gone { marker: false, version: None });
    }
    let version = bucket.add_version(key, None, removal.now, removal.marker_id);
    Ok(Gone { marker: true, version })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DeleteManyInput {
    bucket: String,
    delete: DeleteMany,
    bypass_governance_retention: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DeleteMany {
    #[serde(default)]
    objects: Vec<Identifier>,
    #[serde(default)]
    quiet: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Identifier {
    key: String,
    version_id: Option<String>,
    #[serde(rename = "ETag")]
    etag: Option<String>,
}

impl Identifier {
    fn conditions(&self) -> WriteConditions {
        WriteConditions { if_match: self.etag.clone(), if_none_match: None }
    }
}

/// Each key is decided for itself; a refusal of one is told in the answer and does not hold back the others.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html>
pub(super) fn delete_many_access(partition: &Partition, call: &Call) -> Accesses {
    let input: DeleteManyInput = call.parse()?;
    let asked = Asked::of(partition, call)?;
    let mut all = Vec::new();
    for object in &input.delete.objects {
        all.extend(delete_one_accesses(&asked, object));
        all.extend(bypassing(&asked, &object.key, input.bypass_governance_retention));
    }
    Ok(all.into_iter().map(Access::informing).collect())
}

fn delete_one_accesses(asked: &Asked<'_>, object: &Identifier) -> Vec<Access> {
    let mut accesses = vec![deletion(asked, &object.key, object.version_id.as_deref())];
    add_conditions(&mut accesses, &object.conditions(), asked, &object.key);
    accesses
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Deleted {
    key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delete_marker: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delete_marker_version_id: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Refused {
    key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_id: Option<String>,
    code: &'static str,
    message: String,
}

pub(super) fn delete_many(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: DeleteManyInput = call.parse()?;
    if input.delete.objects.is_empty() || input.delete.objects.len() > DELETE_LIMIT {
        return Err(errors::malformed_xml());
    }
    let wanted = input.bypass_governance_retention;
    check_bypass(partition.s3.bucket(&input.bucket)?, wanted)?;
    let mut granted = call.granted.iter().copied();
    let (mut deleted, mut refused) = (Vec::new(), Vec::new());
    let mut seen = BTreeSet::new();
    for object in input.delete.objects {
        let needed = if object.conditions().reads() { 2 } else { 1 };
        let decisions: Vec<bool> = granted.by_ref().take(needed).collect();
        let allowed = decisions.len() == needed && decisions.iter().all(|granted| *granted);
        let bypass = wanted == Some(true) && granted.next() == Some(true);
        // A key that is named twice is deleted once.
        if !seen.insert((object.key.clone(), object.version_id.clone())) {
            continue;
        }
        let marker_id = new_version_id(&mut partition.ids);
        let bucket = partition.s3.bucket_mut(&input.bucket)?;
        let removal = Removal { marker_id, now: call.now, bypass };
        match delete_one(bucket, &object, allowed, removal) {
            Ok(entry) => deleted.push(entry),
            Err(error) => refused.push(Refused {
                key: object.key,
                version_id: object.version_id,
                code: error.code,
                message: error.message,
            }),
        }
    }
    if input.delete.quiet {
        deleted.clear();
    }
    let some =
        |list: serde_json::Value| if list.as_array().is_some_and(Vec::is_empty) { None } else { Some(list) };
    Reply::of(&json!({ "Deleted": some(json!(deleted)), "Errors": some(json!(refused)) }))
}

fn delete_one(
    bucket: &mut Bucket,
    object: &Identifier,
    allowed: bool,
    removal: Removal,
) -> Result<Deleted, ServiceError> {
    if !allowed {
        return Err(errors::access_denied());
    }
    check_key(&object.key)?;
    if let Some(id) = object.version_id.as_deref().filter(|id| !is_version_id(id)) {
        return Err(errors::no_such_version(&object.key, id));
    }
    object.conditions().check(bucket, &object.key)?;
    let gone = remove(bucket, &object.key, object.version_id.as_deref(), removal)?;
    Ok(Deleted {
        key: object.key.clone(),
        version_id: object.version_id.clone(),
        delete_marker: gone.marker.then_some(true),
        delete_marker_version_id: if gone.marker { gone.version } else { None },
    })
}
