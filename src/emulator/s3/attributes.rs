//! What a client may say of an object that it makes, the same for puts, copies and uploads in parts:
//! the permissions and condition keys that follow from it, its validation, and the object made of it.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::access::{Accesses, Asked, with_present, with_request_tags};
use super::acl::{Acl, Subject};
use super::acl_members::AclMembers;
use super::checksums::{Algorithm, Checksum, ChecksumMembers, etag};
use super::encoded_words::of_header;
use super::encryption::{Encryption, EncryptionMembers};
use super::object_lock::{Lock, LockMembers};
use super::ownership::{checked_acl, owner_of_new};
use super::public_access::PublicAccessBlock;
use super::store::{Bucket, Object, ObjectOwner, Tag};
use super::tagging;
use crate::operation::{Access, Call, ServiceError};
use crate::{iam, kms};

const STORAGE_CLASSES: [&str; 8] = [
    "STANDARD",
    "REDUCED_REDUNDANCY",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER",
    "DEEP_ARCHIVE",
    "GLACIER_IR",
];

const KEY_LIMIT: usize = 1024;
const METADATA_LIMIT: usize = 2048;

/// Headers that S3 keeps and sends back.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct ContentHeaders {
    pub(super) cache_control: Option<String>,
    pub(super) content_disposition: Option<String>,
    pub(super) content_encoding: Option<String>,
    pub(super) content_language: Option<String>,
    pub(super) content_type: Option<String>,
    pub(super) expires: Option<String>,
    pub(super) website_redirect_location: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Attributes {
    #[serde(flatten)]
    pub(super) headers: ContentHeaders,
    #[serde(flatten)]
    acl: AclMembers,
    #[serde(default)]
    metadata: BTreeMap<String, String>,
    storage_class: Option<String>,
    #[serde(flatten)]
    encryption: EncryptionMembers,
    tagging: Option<String>,
    #[serde(flatten)]
    lock: LockMembers,
}

/// In whose hands a new object is, and what guards it.
pub(super) struct Custody {
    pub(super) owner: ObjectOwner,
    pub(super) acl: Acl,
    pub(super) lock: Lock,
    pub(super) encryption: Encryption,
}

/// Which operation makes the object.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Creation {
    /// It is there when the operation is done.
    Whole,
    /// It is there once its parts are put together.
    InParts,
}

impl Attributes {
    /// What writing an object with these attributes needs: `s3:PutObject`, and more for tags, ACL and lock.
    /// `inherited`: tags that a copy takes from its source.
    pub(super) fn accesses(
        &self,
        asked: &Asked<'_>,
        key: &str,
        creation: Creation,
        inherited: &[Tag],
    ) -> Accesses {
        let tags = match &self.tagging {
            Some(_) => self.tags()?,
            None => inherited.to_vec(),
        };
        let mut actions = vec!["s3:PutObject"];
        if !tags.is_empty() {
            actions.push("s3:PutObjectTagging");
        }
        actions.extend(self.lock.actions());
        let dressed = |access: Access| {
            let access = self.with_headers(with_request_tags(access, &tags));
            with_creation(self.lock.with_keys(access, asked.call.now), creation)
        };
        let mut accesses: Vec<_> = actions.iter().map(|action| dressed(asked.object(action, key))).collect();
        if self.acl.is_sent() {
            let owner = owner_of_new(asked.bucket, asked.call, &self.acl);
            accesses.push(dressed(asked.new_object_acl(key, &owner)));
        }
        accesses.extend(self.encryption.access(asked, key));
        Ok(accesses)
    }

    fn with_headers(&self, access: Access) -> Access {
        let headers = [
            ("s3:x-amz-storage-class", &self.storage_class),
            ("s3:x-amz-website-redirect-location", &self.headers.website_redirect_location),
        ];
        let access = self.encryption.with_keys(self.acl.with_keys(access));
        headers.iter().fold(access, |access, (key, value)| with_present(access, key, value.as_deref()))
    }

    /// The tags that the request names.
    pub(super) fn tags(&self) -> Result<Vec<Tag>, ServiceError> {
        self.tagging.as_deref().map_or(Ok(Vec::new()), tagging::parse_header)
    }

    /// Refuses what S3 refuses, and what is not emulated.
    pub(super) fn check(&self, key: &str) -> Result<(), ServiceError> {
        check_key(key)?;
        tagging::check_object_tags(&self.tags()?)?;
        if let Some(class) = &self.storage_class
            && !STORAGE_CLASSES.contains(&class.as_str())
        {
            let message = "The storage class you specified is not valid";
            return Err(ServiceError::new(400, "InvalidStorageClass", message)
                .with("StorageClassRequested", class.as_str()));
        }
        check_metadata(&self.metadata)
    }

    /// Whether a copy onto itself with these attributes changes something.
    pub(super) fn changes_object(&self) -> bool {
        self.storage_class.is_some()
            || self.encryption.is_sent()
            || self.headers.website_redirect_location.is_some()
    }

    pub(super) fn storage_class(&self) -> String {
        self.storage_class.clone().unwrap_or_else(|| "STANDARD".to_owned())
    }

    /// Whose the object will be, what it grants, and what keeps it. `block` holds for the bucket.
    pub(super) fn custody(
        &self,
        (iam, kms): (&iam::Store, &kms::Store),
        bucket: &Bucket,
        call: &Call,
        block: PublicAccessBlock,
    ) -> Result<Custody, ServiceError> {
        let encryption = self.encryption.of_new_object(bucket, kms, call)?;
        let owner = owner_of_new(bucket, call, &self.acl);
        let acl = checked_acl(iam, bucket, &self.acl, Subject::Object, &owner, block)?;
        let lock = self.lock.lock(bucket, call.now)?;
        Ok(Custody { owner, acl, lock, encryption })
    }

    /// The metadata as S3 keeps it.
    pub(super) fn kept_metadata(&self) -> BTreeMap<String, String> {
        self.metadata.iter().map(|(name, value)| (name.clone(), of_header(value))).collect()
    }

    /// The object with these attributes and this body.
    pub(super) fn object(
        self,
        Custody { owner, acl, lock, encryption }: Custody,
        body: Bytes,
        sent: &ChecksumMembers,
        asked: Option<Algorithm>,
    ) -> Result<Object, ServiceError> {
        let tags = self.tags()?;
        let storage_class = self.storage_class();
        let metadata = self.kept_metadata();
        Ok(Object {
            etag: etag(&body, &encryption),
            checksum: Some(Checksum::of(&body, sent, asked)),
            headers: self.headers.kept(),
            metadata,
            storage_class,
            encryption,
            tags,
            owner,
            acl,
            lock,
            parts: None,
            restoration: None,
            body,
        })
    }
}

impl ContentHeaders {
    /// The headers as S3 keeps them: with a type, and without the encoding that only the transport had.
    pub(super) fn kept(mut self) -> Self {
        self.content_type.get_or_insert_with(|| "binary/octet-stream".to_owned());
        self.content_encoding = self.content_encoding.and_then(|encoding| {
            let kept: Vec<_> =
                encoding.split(',').map(str::trim).filter(|name| *name != "aws-chunked").collect();
            (!kept.is_empty() && encoding.trim() != "").then(|| kept.join(","))
        });
        self
    }
}

/// Tells apart the operations that make an object from those that only prepare it.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html>
pub(super) fn with_creation(access: Access, creation: Creation) -> Access {
    access.with("s3:ObjectCreationOperation", if creation == Creation::Whole { "true" } else { "false" })
}

/// Refuses a key that is longer than S3 allows.
pub(super) fn check_key(key: &str) -> Result<(), ServiceError> {
    if key.len() <= KEY_LIMIT {
        return Ok(());
    }
    Err(ServiceError::new(400, "KeyTooLongError", "Your key is too long")
        .with("Size", key.len().to_string())
        .with("MaxSizeAllowed", KEY_LIMIT.to_string()))
}

fn check_metadata(metadata: &BTreeMap<String, String>) -> Result<(), ServiceError> {
    let size: usize = metadata.iter().map(|(name, value)| name.len() + value.len()).sum();
    if size <= METADATA_LIMIT {
        return Ok(());
    }
    let message = "Your metadata headers exceed the maximum allowed metadata size";
    Err(ServiceError::new(400, "MetadataTooLarge", message)
        .with("Size", size.to_string())
        .with("MaxSizeAllowed", METADATA_LIMIT.to_string()))
}
