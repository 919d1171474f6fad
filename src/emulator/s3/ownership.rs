//! Object ownership: whose a new object is, and whether access control lists count. And the operations on those lists.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html>

use policy::AccountId;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::access::{Accesses, Asked, ObjectInput, PUT_OBJECT_ACL, on_existing};
use super::acl::{Acl, Subject};
use super::acl_members::{AclMembers, Owners};
use super::errors;
use super::public_access::PublicAccessBlock;
use super::reads::existing;
use super::store::{Bucket, ObjectOwner};
use crate::iam;
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum ObjectOwnership {
    BucketOwnerEnforced,
    BucketOwnerPreferred,
    ObjectWriter,
}

impl ObjectOwnership {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::BucketOwnerEnforced => "BucketOwnerEnforced",
            Self::BucketOwnerPreferred => "BucketOwnerPreferred",
            Self::ObjectWriter => "ObjectWriter",
        }
    }
}

/// Who will own an object that the caller makes: what an unsigned request makes is nobody's but its like.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-overview.html>
pub(super) fn owner_of_new(bucket: &Bucket, call: &Call, acl: &AclMembers) -> ObjectOwner {
    let handed_over = match bucket.ownership {
        Some(ObjectOwnership::BucketOwnerEnforced) => true,
        Some(ObjectOwnership::BucketOwnerPreferred) => acl.gives_bucket_owner_control(),
        Some(ObjectOwnership::ObjectWriter) | None => false,
    };
    if handed_over {
        return ObjectOwner::from(&bucket.owner);
    }
    call.caller.account.as_ref().map_or(ObjectOwner::Anonymous, ObjectOwner::from)
}

/// The list that a request gives, or else the private one; refused where the bucket does not take it, for which
/// `block` holds.
pub(super) fn checked_acl(
    iam: &iam::Store,
    bucket: &Bucket,
    acl: &AclMembers,
    subject: Subject,
    owner: &ObjectOwner,
    block: PublicAccessBlock,
) -> Result<Acl, ServiceError> {
    let given = acl.acl(iam, subject, Owners { own: owner, bucket: &bucket.owner })?;
    let given = given.unwrap_or_else(|| Acl::private(owner));
    if bucket.ownership == Some(ObjectOwnership::BucketOwnerEnforced) && !acl.fits_no_acls(&given, owner) {
        let message = "The bucket does not allow ACLs";
        return Err(ServiceError::new(400, "AccessControlListNotSupported", message));
    }
    if given.is_public() && block.blocks_acls() {
        return Err(errors::access_denied());
    }
    Ok(given)
}

/// The list of a new bucket, which has all of Block Public Access switched on.
pub(super) fn new_bucket_acl(
    iam: &iam::Store,
    ownership: ObjectOwnership,
    acl: &AclMembers,
    owner: &AccountId,
) -> Result<Acl, ServiceError> {
    let own = ObjectOwner::from(owner);
    let given = acl.acl(iam, Subject::Bucket, Owners { own: &own, bucket: owner })?;
    let given = given.unwrap_or_else(|| Acl::private(&own));
    if ownership == ObjectOwnership::BucketOwnerEnforced && !given.is_private(&own) {
        return Err(no_acls_of_bucket());
    }
    if given.is_public() {
        let message = "Bucket cannot have public ACLs set with BlockPublicAccess enabled";
        return Err(ServiceError::new(400, "InvalidBucketAclWithBlockPublicAccessError", message));
    }
    Ok(given)
}

fn no_acls_of_bucket() -> ServiceError {
    let message = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting";
    ServiceError::new(400, "InvalidBucketAclWithObjectOwnership", message)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    bucket: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutControlsInput {
    bucket: String,
    ownership_controls: Controls,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Controls {
    #[serde(default)]
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Rule {
    object_ownership: ObjectOwnership,
}

pub(super) fn put_controls(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: PutControlsInput = call.parse()?;
    let [rule] = input.ownership_controls.rules.as_slice() else { return Err(errors::malformed_xml()) };
    let bucket = partition.s3.bucket_mut(&input.bucket)?;
    // A list that grants something to others must be taken back before ACLs are switched off.
    let enforced = rule.object_ownership == ObjectOwnership::BucketOwnerEnforced;
    if enforced && !bucket.acl.is_private(&ObjectOwner::from(&bucket.owner)) {
        return Err(no_acls_of_bucket());
    }
    bucket.ownership = Some(rule.object_ownership);
    Ok(Reply::empty())
}

pub(super) fn show_controls(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: Named = call.parse()?;
    let bucket = partition.s3.bucket(&input.bucket)?;
    let Some(ownership) = bucket.ownership else {
        let message = "The bucket ownership controls were not found";
        return Err(ServiceError::new(404, "OwnershipControlsNotFoundError", message)
            .with("BucketName", &bucket.name));
    };
    Reply::of(&json!({ "OwnershipControls": { "Rules": [{ "ObjectOwnership": ownership }] } }))
}

pub(super) fn delete_controls(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: Named = call.parse()?;
    partition.s3.bucket_mut(&input.bucket)?.ownership = None;
    Ok(Reply { status: Some(204), ..Reply::empty() })
}

pub(super) fn show_bucket_acl(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: Named = call.parse()?;
    let bucket = partition.s3.bucket(&input.bucket)?;
    Reply::of(&bucket.acl.shown(&ObjectOwner::from(&bucket.owner)))
}

pub(super) fn show_object_acl(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: ObjectInput = call.parse()?;
    let bucket = partition.s3.bucket(&input.bucket)?;
    let (_, object) = existing(bucket, call, &input)?;
    // Where ACLs are switched off, those that objects have from before are not shown.
    let reply = if bucket.ownership == Some(ObjectOwnership::BucketOwnerEnforced) {
        let owner = ObjectOwner::from(&bucket.owner);
        Acl::private(&owner).shown(&owner)
    } else {
        object.acl.shown(&object.owner)
    };
    Reply::of(&reply)
}

pub(super) fn put_bucket_acl_access(partition: &Partition, call: &Call) -> Accesses {
    let acl: AclMembers = call.parse()?;
    Ok(vec![acl.with_keys(Asked::of(partition, call)?.bucket("s3:PutBucketAcl"))])
}

pub(super) fn put_bucket_acl(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: Named = call.parse()?;
    let acl = sent_acl(call)?;
    let block = partition.s3.public_access_of(&input.bucket, call.now)?;
    let bucket = partition.s3.bucket_mut(&input.bucket)?;
    let owner = ObjectOwner::from(&bucket.owner);
    bucket.acl = checked_acl(&partition.iam, bucket, &acl, Subject::Bucket, &owner, block)?;
    Ok(Reply::empty())
}

fn sent_acl(call: &Call) -> Result<AclMembers, ServiceError> {
    let acl: AclMembers = call.parse()?;
    if acl.is_sent() {
        return Ok(acl);
    }
    let message = "Your request was missing a required header";
    Err(ServiceError::new(400, "MissingSecurityHeader", message).with("MissingHeaderName", "x-amz-acl"))
}

pub(super) fn put_object_acl_access(partition: &Partition, call: &Call) -> Accesses {
    let acl: AclMembers = call.parse()?;
    let accesses = on_existing(partition, call, PUT_OBJECT_ACL)?;
    Ok(accesses
        .into_iter()
        .map(|access| if access.required { acl.with_keys(access) } else { access })
        .collect())
}

pub(super) fn put_object_acl(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: ObjectInput = call.parse()?;
    let members = sent_acl(call)?;
    let block = partition.s3.public_access_of(&input.bucket, call.now)?;
    let bucket = partition.s3.bucket_mut(&input.bucket)?;
    let (_, object) = existing(bucket, call, &input)?;
    let acl = checked_acl(&partition.iam, bucket, &members, Subject::Object, &object.owner, block)?;
    if let Some(object) = bucket.object_mut(&input.key, input.version_id.as_deref()) {
        object.acl = acl;
    }
    Ok(Reply::empty())
}
