//! Copying objects, and what copies share: the source, its permissions and its preconditions.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html>

use chrono::{DateTime, Utc};
use percent_encoding::percent_decode;
use serde::{Deserialize, Serialize};

use super::access::{
    Accesses, Asked, GET_OBJECT, GET_OBJECT_TAGGING, ObjectInput, missing, with_existing_tags, with_present,
};
use super::attributes::{Attributes, Creation, Custody};
use super::checksums::{Algorithm, Checksum, ChecksumMembers, ChecksumType, etag};
use super::conditions::{ReadConditions, Verdict, WriteConditions};
use super::encryption::{CustomerKey, DECRYPT, Encryption, SourceCustomerKey};
use super::errors;
use super::expiration::expiration;
use super::objects::add_conditions;
use super::settings::BucketEncryption;
use super::store::{Found, NULL_VERSION, Object, Version, new_version_id, whole_seconds};
use crate::operation::{Access, Call, Reply, ServiceError};
use crate::partition::Partition;

/// What a copy says of its source.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SourceInput {
    pub(super) copy_source: String,
    copy_source_if_match: Option<String>,
    copy_source_if_none_match: Option<String>,
    copy_source_if_modified_since: Option<DateTime<Utc>>,
    copy_source_if_unmodified_since: Option<DateTime<Utc>>,
    expected_source_bucket_owner: Option<String>,
    #[serde(flatten)]
    customer_key: SourceCustomerKey,
}

/// The accesses that reading a source needs.
pub(super) struct SourceAccess {
    /// `s3:GetObject`, and with a missing object the one that tells whether the caller may know.
    pub(super) accesses: Vec<Access>,
    pub(super) tags: Vec<super::store::Tag>,
}

impl SourceInput {
    /// Bucket, key and version of the header `/BUCKET/KEY?versionId=ID`, which is URL-encoded.
    pub(super) fn object(&self) -> Result<ObjectInput, ServiceError> {
        let malformed = || {
            let message = "Invalid copy source object key";
            errors::invalid_argument(message, "x-amz-copy-source", "x-amz-copy-source")
        };
        // Some clients write spaces as forms do.
        let decode = |text: &str| {
            let text = text.replace('+', " ");
            // What a client did not encode at all came as the bytes of a header.
            let bytes: Option<Vec<u8>> = text.chars().map(|letter| u8::try_from(letter).ok()).collect();
            let decoded = percent_decode(&bytes.unwrap_or_else(|| text.into_bytes())).collect();
            String::from_utf8(decoded).map_err(|_| malformed())
        };
        let (path, version) = match self.copy_source.rsplit_once("?versionId=") {
            Some((path, version)) => (path, Some(decode(version)?)),
            None => (self.copy_source.as_str(), None),
        };
        // The URL of an object will do, too.
        let url = path.strip_prefix("https://").or_else(|| path.strip_prefix("http://"));
        let path = url.map_or(Some(path), |url| url.split_once('/').map(|(_, path)| path));
        let path = path.ok_or_else(malformed)?;
        let path = decode(path)?;
        let (bucket, key) = path.trim_start_matches('/').split_once('/').ok_or_else(malformed)?;
        if bucket.is_empty() || key.is_empty() {
            return Err(malformed());
        }
        Ok(ObjectInput { bucket: bucket.to_owned(), key: key.to_owned(), version_id: version })
    }

    pub(super) fn accesses(
        &self,
        partition: &Partition,
        call: &Call,
        with_tags: bool,
    ) -> Result<SourceAccess, ServiceError> {
        let source = self.object()?;
        let owner = self.expected_source_bucket_owner.as_deref();
        let asked = Asked::named(partition, call, &source.bucket, owner)?;
        let version = source.version_id.as_deref();
        let access = asked.version(GET_OBJECT, &source.key, version);
        let Some(object) = asked.bucket.object(&source.key, version) else {
            return Ok(SourceAccess { accesses: vec![access, asked.listing_informs()], tags: Vec::new() });
        };
        let mut accesses = vec![with_existing_tags(access, object)];
        let tags = if with_tags { object.tags.clone() } else { Vec::new() };
        if !tags.is_empty() {
            accesses
                .push(with_existing_tags(asked.version(GET_OBJECT_TAGGING, &source.key, version), object));
        }
        accesses.extend(object.encryption.access(&asked, DECRYPT, &source.key));
        Ok(SourceAccess { accesses, tags })
    }

    /// The object to copy, if the preconditions hold. Its accesses come first in `Call::granted`.
    pub(super) fn read<'a>(
        &self,
        partition: &'a Partition,
        call: &Call,
    ) -> Result<(&'a Version, &'a Object), ServiceError> {
        let source = self.object()?;
        let bucket = partition.s3.bucket(&source.bucket)?;
        let (version, object) = match bucket.find(&source.key, source.version_id.as_deref()) {
            Found::Object(version, object) => (version, object),
            Found::DeleteMarker(_) if source.version_id.is_some() => {
                let message = "The source of a copy request may not specifically refer to a delete marker by version id.";
                return Err(errors::invalid_request(message));
            }
            other => return Err(missing(call, &source, &other, 1)),
        };
        CustomerKey::from(&self.customer_key).check_opens(&object.encryption)?;
        if object.is_out_of_reach(call.now) {
            let message = "The source object of the COPY action is not in the active tier and is only stored in Amazon \
                           S3 Glacier.";
            return Err(ServiceError::new(403, "ObjectNotInActiveTierError", message));
        }
        match self.conditions().judge(version, object, call.now) {
            Verdict::Go => Ok((version, object)),
            Verdict::NotModified if self.copy_source_if_none_match.is_some() => {
                Err(errors::precondition_failed("x-amz-copy-source-If-None-Match"))
            }
            Verdict::NotModified => Err(errors::precondition_failed("x-amz-copy-source-If-Modified-Since")),
            Verdict::Failed("If-Match") => Err(errors::precondition_failed("x-amz-copy-source-If-Match")),
            Verdict::Failed(_) => Err(errors::precondition_failed("x-amz-copy-source-If-Unmodified-Since")),
        }
    }

    fn conditions(&self) -> ReadConditions<'_> {
        ReadConditions {
            if_match: self.copy_source_if_match.as_deref(),
            if_none_match: self.copy_source_if_none_match.as_deref(),
            if_modified_since: self.copy_source_if_modified_since,
            if_unmodified_since: self.copy_source_if_unmodified_since,
        }
    }
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Directive {
    #[default]
    Copy,
    Replace,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CopyInput {
    bucket: String,
    key: String,
    metadata_directive: Option<Directive>,
    /// There are no annotations to copy.
    annotation_directive: Option<String>,
    tagging_directive: Option<Directive>,
    checksum_algorithm: Option<Algorithm>,
    #[serde(flatten)]
    source: SourceInput,
    #[serde(flatten)]
    conditions: WriteConditions,
    #[serde(flatten)]
    attributes: Attributes,
}

pub(super) fn access(partition: &Partition, call: &Call) -> Accesses {
    let input: CopyInput = call.parse()?;
    let copies_tags = input.tagging_directive.unwrap_or_default() == Directive::Copy;
    let source = input.source.accesses(partition, call, copies_tags)?;
    let asked = Asked::of(partition, call)?;
    let mut target = input.attributes.accesses(&asked, &input.key, Creation::Whole, &source.tags)?;
    add_conditions(&mut target, &input.conditions, &asked, &input.key);
    let directive = input.metadata_directive.map(|directive| match directive {
        Directive::Copy => "COPY",
        Directive::Replace => "REPLACE",
    });
    let copies = |access: Access| {
        let access = access.with("s3:x-amz-copy-source", &input.source.copy_source);
        let annotations = input.annotation_directive.as_deref();
        let access = with_present(access, "s3:x-amz-object-annotation-directive", annotations);
        with_present(access, "s3:x-amz-metadata-directive", directive)
    };
    let mut accesses = source.accesses;
    accesses.extend(target.into_iter().map(copies));
    Ok(accesses)
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct CopyOutput {
    copy_object_result: CopyResult,
    copy_source_version_id: Option<String>,
    expiration: Option<String>,
    version_id: Option<String>,
    #[serde(flatten)]
    encryption: Encryption,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct CopyResult {
    #[serde(rename = "ETag")]
    etag: String,
    last_modified: DateTime<Utc>,
    checksum_type: Option<ChecksumType>,
    #[serde(flatten)]
    checksum: ChecksumMembers,
}

pub(super) fn copy(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: CopyInput = call.parse()?;
    let (version, original) = input.source.read(partition, call)?;
    let source = input.source.object()?;
    let source_version = (version.id != NULL_VERSION).then(|| version.id.clone());
    let original = original.clone();
    let block = partition.s3.public_access_of(&input.bucket, call.now)?;
    let bucket = partition.s3.bucket_mut(&input.bucket)?;
    input.attributes.check(&input.key)?;
    input.conditions.check_write(bucket, &input.key)?;
    if source.bucket == input.bucket
        && source.key == input.key
        && source.version_id.is_none()
        && input.is_idle(&bucket.encryption, &original)
    {
        let message = "This copy request is illegal because it is trying to copy an object to itself without \
                       changing the object's metadata, storage class, website redirect location or encryption \
                       attributes.";
        return Err(errors::invalid_request(message));
    }
    let custody = input.attributes.custody((&partition.iam, &partition.kms), bucket, call, block)?;
    let object = input.object(custody, original)?;
    let output = CopyOutput {
        copy_object_result: CopyResult {
            etag: object.etag.clone(),
            last_modified: whole_seconds(call.now),
            checksum_type: object.checksum.as_ref().map(|checksum| checksum.kind),
            checksum: object.checksum.as_ref().map(Checksum::members).unwrap_or_default(),
        },
        copy_source_version_id: source_version,
        expiration: expiration(bucket, &input.key, &object, call.now),
        encryption: object.encryption.clone(),
        version_id: None,
    };
    let version_id =
        bucket.add_version(&input.key, Some(object), call.now, new_version_id(&mut partition.ids));
    output.encryption.note_key(&mut partition.kms, call.now);
    Reply::of(&CopyOutput { version_id, ..output })
}

impl CopyInput {
    /// Whether the copy onto itself would change nothing. It may be encrypted anew, where the bucket was told how, or
    /// where it had another key than S3's.
    fn is_idle(&self, bucket: &BucketEncryption, original: &Object) -> bool {
        self.metadata_directive.unwrap_or_default() == Directive::Copy
            && !self.attributes.changes_object()
            && !bucket.is_configured()
            && original.encryption.is_sse_s3()
    }

    fn object(
        &self,
        Custody { owner, acl, lock, encryption }: Custody,
        original: Object,
    ) -> Result<Object, ServiceError> {
        let mut object = Object {
            etag: etag(&original.body, &encryption),
            encryption,
            storage_class: self.attributes.storage_class(),
            parts: None,
            restoration: None,
            owner,
            acl,
            lock,
            ..original
        };
        // An object of parts becomes one of a single part, with a checksum of the whole.
        let known = object.checksum.take();
        let inherited = known.as_ref().map_or(Algorithm::Crc64Nvme, |checksum| checksum.algorithm);
        let algorithm = self.checksum_algorithm.unwrap_or(inherited);
        let kept = known
            .filter(|checksum| checksum.algorithm == algorithm && checksum.kind == ChecksumType::FullObject);
        object.checksum = kept.or_else(|| Some(Checksum::computed(&object.body, algorithm)));
        if self.metadata_directive == Some(Directive::Replace) {
            object.headers = self.attributes.headers.clone().kept();
            object.metadata = self.attributes.kept_metadata();
        }
        // A copy never takes the redirect of its source along.
        object.headers.website_redirect_location = self.attributes.headers.website_redirect_location.clone();
        if self.tagging_directive == Some(Directive::Replace) {
            object.tags = self.attributes.tags()?;
        }
        Ok(object)
    }
}
