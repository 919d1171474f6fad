//! Object ownership, and the ACLs that it switches off. Only ACLs that give nothing to others are emulated.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html>

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::access::{Accesses, Asked, ObjectInput, PUT_OBJECT_ACL, on_existing, with_present};
use super::errors;
use super::public_access::PublicAccessBlock;
use super::reads::existing;
use super::store::{Bucket, canonical_user_id};
use crate::operation::{Access, Call, Reply, ServiceError};
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

/// The members by which a request gives an ACL.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AclMembers {
    #[serde(rename = "ACL")]
    canned: Option<String>,
    grant_full_control: Option<String>,
    grant_read: Option<String>,
    #[serde(rename = "GrantReadACP")]
    grant_read_acp: Option<String>,
    grant_write: Option<String>,
    #[serde(rename = "GrantWriteACP")]
    grant_write_acp: Option<String>,
    access_control_policy: Option<Value>,
}

impl AclMembers {
    pub(super) fn is_sent(&self) -> bool {
        self.canned.is_some() || self.has_grants()
    }

    fn has_grants(&self) -> bool {
        self.grants().iter().any(|(_, grant)| grant.is_some())
    }

    fn grants(&self) -> [(&'static str, Option<&str>); 5] {
        [
            ("s3:x-amz-grant-full-control", self.grant_full_control.as_deref()),
            ("s3:x-amz-grant-read", self.grant_read.as_deref()),
            ("s3:x-amz-grant-read-acp", self.grant_read_acp.as_deref()),
            ("s3:x-amz-grant-write", self.grant_write.as_deref()),
            ("s3:x-amz-grant-write-acp", self.grant_write_acp.as_deref()),
        ]
    }

    /// Adds the condition keys of the ACL headers.
    pub(super) fn with_keys(&self, access: Access) -> Access {
        let access = with_present(access, "s3:x-amz-acl", self.canned.as_deref());
        self.grants().into_iter().fold(access, |access, (key, value)| with_present(access, key, value))
    }

    /// Whether the ACL gives nothing to anyone but the bucket's owner.
    fn is_owners(&self) -> bool {
        let canned = self.canned.as_deref();
        let plain = canned.is_none_or(|acl| matches!(acl, "private" | "bucket-owner-full-control"));
        plain && !self.has_grants() && self.access_control_policy.is_none()
    }

    fn is_public(&self) -> bool {
        let groups = ["global/AllUsers", "global/AuthenticatedUsers"];
        let grants_public = |grant: &str| groups.iter().any(|group| grant.contains(group));
        let canned = matches!(
            self.canned.as_deref(),
            Some("public-read" | "public-read-write" | "authenticated-read")
        );
        canned
            || self.grants().iter().any(|(_, grant)| grant.is_some_and(grants_public))
            || self.access_control_policy.as_ref().is_some_and(|policy| grants_public(&policy.to_string()))
    }
}

/// Refuses the ACL of a new object that the bucket does not take.
pub(super) fn check_object_acl(bucket: &Bucket, acl: &AclMembers) -> Result<(), ServiceError> {
    if acl.is_owners() {
        return Ok(());
    }
    if bucket.ownership == Some(ObjectOwnership::BucketOwnerEnforced) {
        return Err(ServiceError::new(
            400,
            "AccessControlListNotSupported",
            "The bucket does not allow ACLs",
        ));
    }
    if acl.is_public() && bucket.public_access.is_some_and(PublicAccessBlock::blocks_acls) {
        return Err(errors::access_denied());
    }
    Err(errors::not_implemented("x-amz-acl"))
}

/// Refuses the ACL of a new bucket, which has all of Block Public Access switched on.
pub(super) fn check_new_bucket_acl(
    ownership: Option<ObjectOwnership>,
    acl: &AclMembers,
) -> Result<(), ServiceError> {
    if acl.is_owners() {
        return Ok(());
    }
    if ownership.unwrap_or(ObjectOwnership::BucketOwnerEnforced) == ObjectOwnership::BucketOwnerEnforced {
        let message = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting";
        return Err(ServiceError::new(400, "InvalidBucketAclWithObjectOwnership", message));
    }
    if acl.is_public() {
        let message = "Bucket cannot have public ACLs set with BlockPublicAccess enabled";
        return Err(ServiceError::new(400, "InvalidBucketAclWithBlockPublicAccessError", message));
    }
    Err(errors::not_implemented("x-amz-acl"))
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
    partition.s3.bucket_mut(&input.bucket)?.ownership = Some(rule.object_ownership);
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

/// The one grant of every bucket and object: everything to the owner.
fn owners_acl(bucket: &Bucket) -> Value {
    let id = canonical_user_id(&bucket.owner);
    json!({
        "Owner": { "ID": id },
        "Grants": [{ "Grantee": { "ID": id, "Type": "CanonicalUser" }, "Permission": "FULL_CONTROL" }],
    })
}

pub(super) fn show_bucket_acl(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: Named = call.parse()?;
    Reply::of(&owners_acl(partition.s3.bucket(&input.bucket)?))
}

pub(super) fn show_object_acl(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: ObjectInput = call.parse()?;
    let bucket = partition.s3.bucket(&input.bucket)?;
    existing(bucket, call, &input)?;
    Reply::of(&owners_acl(bucket))
}

pub(super) fn put_bucket_acl_access(partition: &Partition, call: &Call) -> Accesses {
    let acl: AclMembers = call.parse()?;
    Ok(vec![acl.with_keys(Asked::of(partition, call)?.bucket("s3:PutBucketAcl"))])
}

pub(super) fn put_bucket_acl(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: Named = call.parse()?;
    let acl: AclMembers = call.parse()?;
    check_object_acl(partition.s3.bucket(&input.bucket)?, &acl)?;
    Ok(Reply::empty())
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
    let acl: AclMembers = call.parse()?;
    let bucket = partition.s3.bucket(&input.bucket)?;
    existing(bucket, call, &input)?;
    check_object_acl(bucket, &acl)?;
    Ok(Reply::empty())
}
