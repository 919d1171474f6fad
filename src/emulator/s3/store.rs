//! Buckets, object versions and uploads as they are kept.

use std::collections::BTreeMap;

use bytes::Bytes;
use chrono::{DateTime, SubsecRound, Utc};
use policy::{AccountId, Principal};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::acl::Acl;
use super::attributes::ContentHeaders;
use super::bucket_policy::BucketPolicy;
use super::checksums::{Algorithm, Checksum, ChecksumType};
use super::configuration_rules as rules;
use super::encryption::Encryption;
use super::errors;
use super::object_lock::{Lock, ObjectLock};
use super::ownership::ObjectOwnership;
use super::public_access::PublicAccessBlock;
use super::restore::Restoration;
use super::settings::BucketEncryption;
use crate::faults::Lagging;
use crate::ids::Ids;
use crate::operation::{Call, ServiceError};

/// The id of a version that was made while versioning was off or suspended.
pub(super) const NULL_VERSION: &str = "null";

/// The canonical user id of whoever sends requests without a signature.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-overview.html>
pub(super) const ANONYMOUS: &str = "65a011a29cdf8ec533ec3d1ccaae921c";

/// The digits of a version id: of no meaning, and those that follow from them.
const VERSION_ID_START: usize = 24;
const VERSION_ID_END: usize = 8;

/// All buckets; their names are unique in the partition.
#[derive(Default)]
pub(crate) struct Store {
    pub(super) buckets: BTreeMap<String, Bucket>,
    /// Block Public Access of whole accounts; one that is not here has no settings.
    pub(super) account_blocks: BTreeMap<AccountId, Lagging<Option<PublicAccessBlock>>>,
}

pub(super) struct Bucket {
    pub(super) name: String,
    pub(super) owner: AccountId,
    pub(super) region: String,
    /// As it was asked for; `None`: in the home region.
    pub(super) location: Option<String>,
    pub(super) created: DateTime<Utc>,
    pub(super) versioning: Versioning,
    /// The versions of each key, the oldest first; never an empty list.
    pub(super) objects: BTreeMap<String, Vec<Version>>,
    /// In the order of their initiation.
    pub(super) uploads: Vec<Upload>,
    pub(super) completions: Vec<Completion>,
    pub(super) tags: Vec<Tag>,
    /// Whether its tags tell who may use it.
    pub(super) abac: bool,
    pub(super) policy: Lagging<Option<BucketPolicy>>,
    pub(super) public_access: Lagging<Option<PublicAccessBlock>>,
    pub(super) ownership: Option<ObjectOwnership>,
    pub(super) acl: Acl,
    pub(super) encryption: BucketEncryption,
    /// `None`: made without Object Lock, and never given it.
    pub(super) object_lock: Option<ObjectLock>,
    /// Those of which there is one, by the member that holds it in requests.
    pub(super) configurations: BTreeMap<&'static str, Value>,
    /// Those of which there may be several, by member and id.
    pub(super) numbered: BTreeMap<&'static str, BTreeMap<String, Value>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Versioning {
    /// Never enabled.
    Off,
    Enabled,
    Suspended,
}

/// A version of an object, or a delete marker.
pub(super) struct Version {
    pub(super) id: String,
    pub(super) modified: DateTime<Utc>,
    /// `None`: a delete marker.
    pub(super) object: Option<Object>,
}

#[derive(Clone)]
pub(super) struct Object {
    pub(super) body: Bytes,
    /// In quotes.
    pub(super) etag: String,
    pub(super) headers: ContentHeaders,
    pub(super) metadata: BTreeMap<String, String>,
    pub(super) storage_class: String,
    pub(super) encryption: Encryption,
    pub(super) tags: Vec<Tag>,
    /// Who made it, unless the bucket's owner has all objects.
    pub(super) owner: ObjectOwner,
    pub(super) acl: Acl,
    pub(super) lock: Lock,
    /// `None`: it was uploaded in parts with a customer's key, and without checksums.
    pub(super) checksum: Option<Checksum>,
    /// `None`: it was not uploaded in parts.
    pub(super) parts: Option<Vec<ObjectPart>>,
    /// `None`: it was never restored from an archive.
    pub(super) restoration: Option<Restoration>,
}

/// What is left of a part of an object.
#[derive(Clone)]
pub(super) struct ObjectPart {
    pub(super) size: usize,
    /// `None`: the upload was begun without an algorithm.
    pub(super) checksum: Option<Checksum>,
}

impl Object {
    pub(super) fn is_in_archive(&self) -> bool {
        matches!(self.storage_class.as_str(), "GLACIER" | "DEEP_ARCHIVE")
    }

    /// Whether it must be restored before it can be read.
    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects.html>
    pub(super) fn is_out_of_reach(&self, now: DateTime<Utc>) -> bool {
        self.is_in_archive() && !self.restoration.is_some_and(|restoration| restoration.is_there(now))
    }
}

/// A multipart upload in progress.
pub(super) struct Upload {
    pub(super) id: String,
    pub(super) key: String,
    pub(super) initiated: DateTime<Utc>,
    pub(super) initiator: Initiator,
    /// What the object will be, still without a body.
    pub(super) template: Object,
    /// `None`: the client asked for none.
    pub(super) algorithm: Option<Algorithm>,
    pub(super) checksum_type: ChecksumType,
    pub(super) parts: BTreeMap<u32, Part>,
    /// Whether the key was written or deleted since the upload was begun.
    pub(super) overtaken: bool,
}

/// A multipart upload that was completed, for those who ask again.
pub(super) struct Completion {
    pub(super) upload_id: String,
    pub(super) key: String,
    /// Numbers and entity tags, as the request listed them.
    pub(super) parts: Vec<(u32, String)>,
    pub(super) answer: Value,
}

pub(super) struct Part {
    pub(super) body: Bytes,
    /// In quotes.
    pub(super) etag: String,
    pub(super) modified: DateTime<Utc>,
    pub(super) checksum: Checksum,
}

/// A tag of a bucket or object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Tag {
    pub(super) key: String,
    pub(super) value: String,
}

/// Whose an object is, or whose ownership a list tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ObjectOwner {
    Account(AccountId),
    /// Whoever sends requests without a signature.
    Anonymous,
}

impl ObjectOwner {
    pub(super) fn canonical_id(&self) -> String {
        match self {
            Self::Account(account) => canonical_user_id(account),
            Self::Anonymous => ANONYMOUS.to_owned(),
        }
    }

    /// Whether the caller is the owner, or speaks for it.
    pub(super) fn is_of(&self, call: &Call) -> bool {
        match self {
            Self::Account(account) => call.caller.account.as_ref() == Some(account),
            Self::Anonymous => call.caller.principal == Principal::Anonymous,
        }
    }
}

impl From<&AccountId> for ObjectOwner {
    fn from(account: &AccountId) -> Self {
        Self::Account(account.clone())
    }
}

/// The owner of a bucket or object, as listings show it.
#[derive(Serialize)]
pub(super) struct Owner {
    #[serde(rename = "ID")]
    pub(super) id: String,
}

/// Who began an upload: an account by its canonical user id, a user or role by its ARN and name.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_Initiator.html>
#[derive(Serialize)]
pub(super) struct Initiator {
    #[serde(rename = "ID")]
    id: String,
    #[serde(rename = "DisplayName")]
    name: Option<String>,
    /// `None`: anonymous.
    #[serde(skip)]
    pub(super) account: Option<AccountId>,
}

impl Initiator {
    pub(super) fn of(call: &Call) -> Self {
        let principal = &call.caller.principal;
        let account = call.caller.account.clone();
        let name = match principal {
            Principal::User { name, .. } | Principal::FederatedUser { name, .. } => Some(name.clone()),
            Principal::AssumedRole { session, .. } => Some(session.clone()),
            _ => None,
        };
        let id = match name {
            Some(_) => principal.arn(),
            None => account.as_ref().map(canonical_user_id).unwrap_or_default(),
        };
        Self { id, name, account }
    }
}

impl Owner {
    pub(super) fn of(account: &AccountId) -> Self {
        Self { id: canonical_user_id(account) }
    }

    pub(super) fn of_object(owner: &ObjectOwner) -> Self {
        Self { id: owner.canonical_id() }
    }
}

/// The canonical user id of an account: 64 hexadecimal digits.
pub(crate) fn canonical_user_id(account: &AccountId) -> String {
    let digest = Sha256::new().chain_update("canonical user of ").chain_update(account.as_str()).finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Times of S3 have whole seconds.
pub(super) fn whole_seconds(time: DateTime<Utc>) -> DateTime<Utc> {
    time.trunc_subsecs(0)
}

/// A new version id, by whose end S3 knows it again.
pub(super) fn new_version_id(ids: &mut Ids) -> String {
    let start: String = ids.hex().chars().take(VERSION_ID_START).collect();
    let end = version_id_end(&start);
    start + &end
}

fn version_id_end(start: &str) -> String {
    let digest = Sha256::digest(format!("version {start}"));
    digest.iter().take(VERSION_ID_END / 2).map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a text is the id of a version that is or was.
pub(super) fn is_version_id(text: &str) -> bool {
    text == NULL_VERSION
        || text
            .split_at_checked(VERSION_ID_START)
            .is_some_and(|(start, end)| end.len() == VERSION_ID_END && end == version_id_end(start))
}

impl Store {
    /// What is told before anything of the request's document: of a bucket that is missing, and of one that can't have
    /// the configuration whatever it says.
    pub(crate) fn refuses_any_document(&self, operation: &str, name: &str) -> Option<ServiceError> {
        match self.bucket(name) {
            Ok(bucket) if operation == "PutBucketAccelerateConfiguration" => rules::accelerates(bucket).err(),
            found => found.err(),
        }
    }

    pub(super) fn bucket(&self, name: &str) -> Result<&Bucket, ServiceError> {
        self.buckets.get(name).ok_or_else(|| errors::no_such_bucket(name))
    }

    pub(super) fn bucket_mut(&mut self, name: &str) -> Result<&mut Bucket, ServiceError> {
        self.buckets.get_mut(name).ok_or_else(|| errors::no_such_bucket(name))
    }

    /// The settings that hold for a bucket: its own and those of its owner's account together.
    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>
    pub(super) fn public_access(&self, bucket: &Bucket, now: DateTime<Utc>) -> PublicAccessBlock {
        let of_account = self.account_blocks.get(&bucket.owner).and_then(|block| *block.seen(now));
        bucket.public_access.seen(now).unwrap_or_default().and(of_account.unwrap_or_default())
    }

    /// The same by the bucket's name.
    pub(super) fn public_access_of(
        &self,
        name: &str,
        now: DateTime<Utc>,
    ) -> Result<PublicAccessBlock, ServiceError> {
        Ok(self.public_access(self.bucket(name)?, now))
    }
}

/// What a key and perhaps a version id lead to.
pub(super) enum Found<'a> {
    Object(&'a Version, &'a Object),
    DeleteMarker(&'a Version),
    /// There is no such key.
    NoKey,
    /// There is no such version of the key.
    NoVersion,
}

impl Bucket {
    pub(super) fn arn(&self) -> String {
        format!("arn:aws:s3:::{}", self.name)
    }

    pub(super) fn object_arn(&self, key: &str) -> String {
        format!("arn:aws:s3:::{}/{key}", self.name)
    }

    /// Whose an object is: where ACLs are switched off, all are the bucket owner's.
    pub(super) fn owner_of(&self, object: &Object) -> ObjectOwner {
        match self.ownership {
            Some(ObjectOwnership::BucketOwnerEnforced) => ObjectOwner::from(&self.owner),
            _ => object.owner.clone(),
        }
    }

    /// Whether a list here grants anything: not where ACLs are switched off, or where public ones are ignored.
    /// `block`: what holds for the bucket.
    pub(super) fn heeds(&self, acl: &Acl, block: PublicAccessBlock) -> bool {
        self.ownership != Some(ObjectOwnership::BucketOwnerEnforced)
            && !(acl.is_public() && block.ignores_acls())
    }

    /// The latest version of a key, or the one that is named.
    pub(super) fn find(&self, key: &str, version: Option<&str>) -> Found<'_> {
        let versions = self.objects.get(key).map(Vec::as_slice).unwrap_or_default();
        let found = match version {
            None => versions.last(),
            Some(id) => versions.iter().find(|version| version.id == id),
        };
        match found {
            Some(version) => match &version.object {
                Some(object) => Found::Object(version, object),
                None => Found::DeleteMarker(version),
            },
            None if version.is_some() => Found::NoVersion,
            None => Found::NoKey,
        }
    }

    /// The object that a key leads to, if there is one.
    pub(super) fn object(&self, key: &str, version: Option<&str>) -> Option<&Object> {
        match self.find(key, version) {
            Found::Object(_, object) => Some(object),
            _ => None,
        }
    }

    /// The version to change, with its object.
    pub(super) fn object_mut(&mut self, key: &str, version: Option<&str>) -> Option<&mut Object> {
        let versions = self.objects.get_mut(key)?;
        let found = match version {
            None => versions.last_mut(),
            Some(id) => versions.iter_mut().find(|version| version.id == id),
        }?;
        found.object.as_mut()
    }

    /// Adds a version on top: a new one where versioning is on, otherwise in place of the null version.
    /// Answers its id where the bucket shows version ids.
    pub(super) fn add_version(
        &mut self,
        key: &str,
        object: Option<Object>,
        now: DateTime<Utc>,
        new_id: String,
    ) -> Option<String> {
        self.overtake_uploads(key);
        let versions = self.objects.entry(key.to_owned()).or_default();
        let id = if self.versioning == Versioning::Enabled {
            new_id
        } else {
            versions.retain(|version| version.id != NULL_VERSION);
            NULL_VERSION.to_owned()
        };
        versions.push(Version { id: id.clone(), modified: whole_seconds(now), object });
        self.shown_version(&id)
    }

    /// Removes versions of a key for good, and the key with the last of them. True: one was a delete marker.
    pub(super) fn remove_version(&mut self, key: &str, version: Option<&str>) -> bool {
        self.overtake_uploads(key);
        let Some(versions) = self.objects.get_mut(key) else { return false };
        let goes = |candidate: &Version| version.is_none_or(|id| candidate.id == id);
        let was_marker = versions.iter().any(|version| goes(version) && version.object.is_none());
        versions.retain(|version| !goes(version));
        if versions.is_empty() {
            self.objects.remove(key);
        }
        was_marker
    }

    fn overtake_uploads(&mut self, key: &str) {
        for upload in self.uploads.iter_mut().filter(|upload| upload.key == key) {
            upload.overtaken = true;
        }
    }

    /// A version id as answers show it: not at all where versioning was never enabled.
    pub(super) fn shown_version(&self, id: &str) -> Option<String> {
        (self.versioning != Versioning::Off).then(|| id.to_owned())
    }

    pub(super) fn upload(&self, key: &str, id: &str) -> Result<&Upload, ServiceError> {
        let found = self.uploads.iter().find(|upload| upload.id == id && upload.key == key);
        found.ok_or_else(|| errors::no_such_upload(id))
    }

    pub(super) fn upload_mut(&mut self, key: &str, id: &str) -> Result<&mut Upload, ServiceError> {
        let found = self.uploads.iter_mut().find(|upload| upload.id == id && upload.key == key);
        found.ok_or_else(|| errors::no_such_upload(id))
    }
}
