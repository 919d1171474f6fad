//! From an operation on a bucket or object to the permission that it needs: action, resource, the bucket's
//! policy and the condition keys of S3. The operations' own rules stand beside the operations.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html> and
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html>

use std::sync::Arc;

use policy::{AccountId, Policy, Principal, ResourcePolicy};
use serde::Deserialize;

use super::acl::Acl;
use super::bucket_policy::BucketPolicy;
use super::public_access::PublicAccessBlock;
use super::store::{Bucket, Found, Object, ObjectOwner, Tag, is_version_id};
use super::{abac, errors};
use crate::kms;
use crate::model::Model;
use crate::operation::{Access, Call, Service, ServiceError};
use crate::partition::Partition;

pub(super) type Accesses = Result<Vec<Access>, ServiceError>;

/// What nearly every request names.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct BucketInput {
    bucket: String,
    expected_bucket_owner: Option<String>,
}

/// What requests to an object name.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ObjectInput {
    pub(super) bucket: String,
    pub(super) key: String,
    pub(super) version_id: Option<String>,
}

/// A bucket with who asks for it.
pub(super) struct Asked<'a> {
    partition: &'a Partition,
    pub(super) call: &'a Call,
    pub(super) bucket: &'a Bucket,
}

impl<'a> Asked<'a> {
    /// The bucket of the request.
    pub(super) fn of(partition: &'a Partition, call: &'a Call) -> Result<Self, ServiceError> {
        let input: BucketInput = call.parse()?;
        Self::named(partition, call, &input.bucket, input.expected_bucket_owner.as_deref())
    }

    /// Another bucket, such as the source of a copy.
    pub(super) fn named(
        partition: &'a Partition,
        call: &'a Call,
        name: &str,
        expected_owner: Option<&str>,
    ) -> Result<Self, ServiceError> {
        if let Some(owner) = expected_owner.filter(|owner| AccountId::new(owner).is_none()) {
            let message = format!(
                "The value of the expected bucket owner parameter must be an AWS Account ID... [{owner}]"
            );
            return Err(ServiceError::new(400, "InvalidBucketOwnerAWSAccountID", message));
        }
        let bucket = partition.s3.bucket(name)?;
        if expected_owner.is_some_and(|owner| owner != bucket.owner.as_str()) {
            return Err(errors::access_denied());
        }
        check_payer(call, bucket)?;
        Ok(Self { partition, call, bucket })
    }

    /// The keys that may encrypt objects.
    pub(super) fn kms(&self) -> &'a kms::Store {
        &self.partition.kms
    }

    /// A permission on the bucket.
    pub(super) fn bucket(&self, action: &str) -> Access {
        self.access(action, self.bucket.arn(), &self.bucket.owner, Some(&self.bucket.acl))
    }

    /// A permission on an object, which the bucket's owner gives: to write it, or to handle what is the bucket
    /// owner's, such as tags.
    pub(super) fn object(&self, action: &str, key: &str) -> Access {
        let acl = Some(&self.bucket.acl).filter(|_| self.may_write_by_acl(action, key));
        self.access(action, self.bucket.object_arn(key), &self.bucket.owner, acl)
    }

    /// A permission on an object, or on the version of it that is named.
    /// S3 has an action of its own for versions: `s3:GetObject` and `s3:GetObjectVersion`.
    /// Reading an object and its list is for the object's owner to grant, in the list; all else for the bucket's.
    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-auth-workflow-object-operation.html>
    pub(super) fn version(&self, actions: Versioned, key: &str, version: Option<&str>) -> Access {
        let action = if version.is_some() { actions.version } else { actions.latest };
        let access = match self.bucket.object(key, version) {
            Some(object) if actions.granted_by_object => {
                let owner = self.account_of(&self.bucket.owner_of(object));
                self.access(action, self.bucket.object_arn(key), &owner, Some(&object.acl))
            }
            // What is not there has no list: of whoever may list the bucket by its own, nothing needs to be hidden.
            None if actions.granted_by_object => {
                let acl = self.bucket.acl.of_missing(&self.bucket.owner);
                self.access(action, self.bucket.object_arn(key), &self.bucket.owner, Some(&acl))
            }
            _ => self.object(action, key),
        };
        match version {
            None => access,
            Some(id) => access.with("s3:VersionId", id),
        }
    }

    /// The permission to give an object that is being made an access control list.
    pub(super) fn new_object_acl(&self, key: &str, owner: &ObjectOwner) -> Access {
        let acl = Acl::private(owner);
        self.access("s3:PutObjectAcl", self.bucket.object_arn(key), &self.account_of(owner), Some(&acl))
    }

    /// The account that an owner is, or for the anonymous user one that nobody is: whoever has an account is a
    /// stranger to what is owned anonymously.
    fn account_of(&self, owner: &ObjectOwner) -> AccountId {
        match owner {
            ObjectOwner::Account(account) => account.clone(),
            ObjectOwner::Anonymous => self.partition.iam.unused_account(),
        }
    }

    /// What tells 404 from 403 where a key is missing: without `s3:ListBucket` nobody learns that it is.
    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html>
    pub(super) fn listing_informs(&self) -> Access {
        self.bucket("s3:ListBucket").informing()
    }

    fn access(&self, action: &str, resource: String, owner: &AccountId, acl: Option<&Acl>) -> Access {
        let mut access = Access::new(action, resource).with("s3:ResourceAccount", self.bucket.owner.as_str());
        access.resource_account = Some(owner.clone());
        access.resource_policy = self.policies(action, owner, acl);
        abac::with_bucket_tags(access, self.bucket)
    }

    /// The bucket policy, of which only the denials hold for what is not the bucket owner's, and what `acl` grants.
    fn policies(&self, action: &str, owner: &AccountId, acl: Option<&Acl>) -> ResourcePolicy {
        let caller = &self.call.caller;
        let restricted = self.is_restricted();
        let mut policies = Vec::new();
        let rescued = is_root_of(&caller.principal, &self.bucket.owner) && MANAGES_POLICY.contains(&action);
        if let Some(policy) = self.bucket.policy.seen(self.call.now).as_ref().filter(|_| !rescued) {
            let document = policy.document();
            let grants = *owner == self.bucket.owner && !restricted;
            let document = if grants { document } else { Arc::new(document.denials()) };
            policies.extend(
                document
                    .has_statements()
                    .then(|| Policy { name: format!("bucket policy of {}", self.bucket.name), document }),
            );
        }
        let document = acl
            .filter(|acl| !restricted && self.bucket.heeds(acl, self.public_access()))
            .and_then(Acl::document);
        if let Some(document) = document {
            policies.push(Policy { name: format!("access control list in {}", self.bucket.name), document });
        }
        if policies.is_empty() { ResourcePolicy::None } else { ResourcePolicy::AnyGrants(policies) }
    }

    /// Whether the bucket is public and serves nobody but its owner's account and AWS services for that.
    fn is_restricted(&self) -> bool {
        let caller = &self.call.caller;
        let foreign = caller.account.as_ref() != Some(&self.bucket.owner)
            && !matches!(caller.principal, Principal::Service { .. });
        foreign
            && self.bucket.policy.seen(self.call.now).as_ref().is_some_and(BucketPolicy::is_public)
            && self.public_access().restricts_buckets()
    }

    fn public_access(&self) -> PublicAccessBlock {
        self.partition.s3.public_access(self.bucket, self.call.now)
    }

    /// By the bucket's list others may make new objects, but overwrite and delete only their own.
    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#permissions>
    fn may_write_by_acl(&self, action: &str, key: &str) -> bool {
        let existing = self.bucket.object(key, None).map(|object| self.bucket.owner_of(object));
        match existing {
            Some(owner) => owner.is_of(self.call),
            None => action == "s3:PutObject",
        }
    }
}

/// Where those pay who ask, whoever is not of the owner's account must say in each request that he will.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/ObjectsinRequesterPaysBuckets.html>
fn check_payer(call: &Call, bucket: &Bucket) -> Result<(), ServiceError> {
    let charges = bucket.requester_pays() && call.caller.account.as_ref() != Some(&bucket.owner);
    let input = Model::of(Service::S3).input(call.operation);
    let is_charged =
        input.is_some_and(|shape| shape.members.0.iter().any(|(name, _)| name == "RequestPayer"));
    let pays = call.caller.account.is_some() && call.input.get("RequestPayer").is_some();
    if charges && is_charged && !pays { Err(errors::access_denied()) } else { Ok(()) }
}

/// The owner's root user may always do these, whatever the bucket policy says, so that nobody locks himself out.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html>
const MANAGES_POLICY: [&str; 3] = ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"];

fn is_root_of(principal: &Principal, owner: &AccountId) -> bool {
    matches!(principal, Principal::Root { account } if account == owner)
}

/// An action on objects and its twin on their versions.
#[derive(Clone, Copy)]
pub(super) struct Versioned {
    pub(super) latest: &'static str,
    pub(super) version: &'static str,
    /// Whether the object's own list grants it.
    pub(super) granted_by_object: bool,
}

impl Versioned {
    const fn of_bucket(latest: &'static str, version: &'static str) -> Self {
        Self { latest, version, granted_by_object: false }
    }

    const fn of_object(latest: &'static str, version: &'static str) -> Self {
        Self { latest, version, granted_by_object: true }
    }
}

pub(super) const GET_OBJECT: Versioned = Versioned::of_object("s3:GetObject", "s3:GetObjectVersion");
pub(super) const GET_OBJECT_ATTRIBUTES: Versioned =
    Versioned::of_object("s3:GetObjectAttributes", "s3:GetObjectVersionAttributes");
pub(super) const GET_OBJECT_ACL: Versioned =
    Versioned::of_object("s3:GetObjectAcl", "s3:GetObjectVersionAcl");
pub(super) const PUT_OBJECT_ACL: Versioned =
    Versioned::of_object("s3:PutObjectAcl", "s3:PutObjectVersionAcl");
pub(super) const GET_OBJECT_TAGGING: Versioned =
    Versioned::of_bucket("s3:GetObjectTagging", "s3:GetObjectVersionTagging");
pub(super) const PUT_OBJECT_TAGGING: Versioned =
    Versioned::of_bucket("s3:PutObjectTagging", "s3:PutObjectVersionTagging");
pub(super) const DELETE_OBJECT_TAGGING: Versioned =
    Versioned::of_bucket("s3:DeleteObjectTagging", "s3:DeleteObjectVersionTagging");
pub(super) const DELETE_OBJECT: Versioned = Versioned::of_bucket("s3:DeleteObject", "s3:DeleteObjectVersion");

/// A permission on a bucket or object by its ARN, asked without a request; `None`: there is no such bucket.
pub(crate) fn access_to(partition: &Partition, call: &Call, action: &str, arn: &str) -> Option<Access> {
    let name = arn.strip_prefix("arn:aws:s3:::")?;
    let (name, key) = name.split_once('/').map_or((name, None), |(name, key)| (name, Some(key)));
    let bucket = partition.s3.bucket(name).ok()?;
    let asked = Asked { partition, call, bucket };
    Some(match key {
        None => asked.bucket(action),
        Some(key) => asked.object(action, key),
    })
}

/// One permission on the bucket of the request.
pub(super) fn on_bucket(partition: &Partition, call: &Call, action: &str) -> Accesses {
    Ok(vec![Asked::of(partition, call)?.bucket(action)])
}

/// One permission on an existing object with its tags as condition keys; where it is missing, whether the caller may know.
pub(super) fn on_existing(partition: &Partition, call: &Call, actions: Versioned) -> Accesses {
    let input: ObjectInput = call.parse()?;
    let asked = Asked::of(partition, call)?;
    let version = input.version_id.as_deref();
    let access = asked.version(actions, &input.key, version);
    Ok(match asked.bucket.object(&input.key, version) {
        Some(object) => vec![with_existing_tags(access, object)],
        None => vec![access, asked.listing_informs()],
    })
}

/// One permission on an existing object that is the same for all its versions.
pub(super) fn on_object(partition: &Partition, call: &Call, action: &'static str) -> Accesses {
    on_existing(partition, call, Versioned::of_bucket(action, action))
}

/// Adds `s3:ExistingObjectTag/…` for each tag of the object.
pub(super) fn with_existing_tags(mut access: Access, object: &Object) -> Access {
    for tag in &object.tags {
        access.context.set(&format!("s3:ExistingObjectTag/{}", tag.key), tag.value.clone());
    }
    access
}

/// Adds `s3:RequestObjectTag/…` and `s3:RequestObjectTagKeys` for the tags in the request.
pub(super) fn with_request_tags(mut access: Access, tags: &[Tag]) -> Access {
    if tags.is_empty() {
        return access;
    }
    for tag in tags {
        access.context.set(&format!("s3:RequestObjectTag/{}", tag.key), tag.value.clone());
    }
    access.context.set_all("s3:RequestObjectTagKeys", tags.iter().map(|tag| tag.key.clone()).collect());
    access
}

/// Sets a condition key where the request has the member.
pub(super) fn with_present(access: Access, key: &str, value: Option<&str>) -> Access {
    match value {
        Some(value) => access.with(key, value),
        None => access,
    }
}

/// The error for what was not found, by whether the caller may list the bucket: `listing` is the place in
/// `Call::granted` of the access that informs.
pub(super) fn missing(call: &Call, input: &ObjectInput, found: &Found<'_>, listing: usize) -> ServiceError {
    if !call.granted.get(listing).copied().unwrap_or(false) {
        return errors::access_denied();
    }
    match (found, &input.version_id) {
        (Found::DeleteMarker(marker), Some(_)) => errors::method_not_allowed(method(call), "DeleteMarker")
            .with_header("x-amz-delete-marker", "true")
            .with_header("x-amz-version-id", marker.id.as_str())
            .with_header("allow", "DELETE"),
        (Found::DeleteMarker(_), None) if changes_in_place(call) => {
            errors::method_not_allowed(method(call), "DeleteMarker")
        }
        (Found::DeleteMarker(marker), None) => errors::no_such_key(&input.key)
            .with_header("x-amz-delete-marker", "true")
            .with_header("x-amz-version-id", marker.id.as_str()),
        (Found::NoVersion, Some(id)) if is_version_id(id) => errors::no_such_version(&input.key, id),
        (_, Some(id)) => errors::invalid_argument("Invalid version id specified", "versionId", id),
        // The one operation that names the bucket, too.
        (_, None) if call.operation == "GetObjectTagging" => {
            errors::no_such_key(&format!("{}/{}", input.bucket, input.key))
        }
        (_, None) => errors::no_such_key(&input.key),
    }
}

/// Whether an operation is about what an object has beside its content, and so refuses a delete marker on top.
fn changes_in_place(call: &Call) -> bool {
    method(call) == "PUT" || call.operation.ends_with("ObjectTagging")
}

/// The HTTP method of a call, which some errors tell.
fn method(call: &Call) -> &'static str {
    let operation = Model::of(Service::S3).operations.get(call.operation);
    operation.map_or("GET", |operation| operation.http.method.as_str())
}
