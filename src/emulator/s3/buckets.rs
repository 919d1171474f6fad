//! Making, finding and deleting buckets.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::access::{Accesses, with_present};
use super::acl_members::AclMembers;
use super::object_lock::ObjectLock;
use super::ownership::{self, ObjectOwnership};
use super::public_access::PublicAccessBlock;
use super::regions::{HOME_REGION, LOCATIONS, incompatible_location, is_region};
use super::settings::BucketEncryption;
use super::store::{Bucket, Owner, Tag, Versioning, whole_seconds};
use super::{errors, tagging};
use crate::faults::Lagging;
use crate::operation::{Access, Call, Reply, ServiceError};
use crate::partition::Partition;

const LIST_LIMIT: i64 = 10_000;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CreateInput {
    bucket: String,
    #[serde(default)]
    create_bucket_configuration: Configuration,
    object_ownership: Option<ObjectOwnership>,
    bucket_namespace: Option<String>,
    #[serde(default)]
    object_lock_enabled_for_bucket: bool,
    #[serde(flatten)]
    acl: AclMembers,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Configuration {
    location_constraint: Option<String>,
    tags: Vec<Tag>,
}

pub(super) fn create_access(_partition: &Partition, call: &Call) -> Accesses {
    let input: CreateInput = call.parse()?;
    let mut actions = vec!["s3:CreateBucket"];
    if input.acl.is_more_than_private() {
        actions.push("s3:PutBucketAcl");
    }
    if input.object_ownership.is_some() {
        actions.push("s3:PutBucketOwnershipControls");
    }
    if input.object_lock_enabled_for_bucket {
        actions.extend(["s3:PutBucketObjectLockConfiguration", "s3:PutBucketVersioning"]);
    }
    let tags = &input.create_bucket_configuration.tags;
    if !tags.is_empty() {
        actions.push("s3:TagResource");
    }
    // The bucket will be the caller's.
    let owner = call.caller.account.as_ref().map(policy::AccountId::as_str);
    let access = |action: &str| {
        let access = Access::new(action, format!("arn:aws:s3:::{}", input.bucket));
        let access = with_present(access, "s3:ResourceAccount", owner);
        let access = with_present(access, "s3:x-amz-bucket-namespace", input.bucket_namespace.as_deref());
        let location = input.create_bucket_configuration.location_constraint.as_deref();
        let access = with_present(access, "s3:LocationConstraint", location);
        let ownership = input.object_ownership.map(ObjectOwnership::as_str);
        let access = with_present(access, "s3:x-amz-object-ownership", ownership);
        tagging::with_bucket_tags(input.acl.with_keys(access), tags)
    };
    Ok(actions.into_iter().map(access).collect())
}

pub(super) fn create(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: CreateInput = call.parse()?;
    let name = input.bucket;
    if !is_bucket_name(&name) {
        let message = "The specified bucket is not valid.";
        return Err(ServiceError::new(400, "InvalidBucketName", message).with("BucketName", name));
    }
    let region = location(&input.create_bucket_configuration, &call.region)?;
    let owner = call.account()?.clone();
    tagging::check_new_bucket_tags(&input.create_bucket_configuration.tags)?;
    let ownership = input.object_ownership.unwrap_or(ObjectOwnership::BucketOwnerEnforced);
    let acl = ownership::new_bucket_acl(&partition.iam, ownership, &input.acl, &owner)?;
    let place = match region.as_str() {
        HOME_REGION => format!("/{name}"),
        _ => format!("http://{name}.s3.amazonaws.com/"),
    };
    let reply = Reply::of(&json!({ "Location": place, "BucketArn": format!("arn:aws:s3:::{name}") }))?;
    let tags = input.create_bucket_configuration.tags;
    if let Some(existing) = partition.s3.buckets.get(&name) {
        return refuse_existing(existing, call, !tags.is_empty(), reply);
    }
    let bucket = Bucket {
        name: name.clone(),
        owner,
        region,
        created: whole_seconds(call.now),
        // Object Lock works on versions only.
        versioning: if input.object_lock_enabled_for_bucket { Versioning::Enabled } else { Versioning::Off },
        objects: BTreeMap::new(),
        uploads: Vec::new(),
        completions: Vec::new(),
        location: input.create_bucket_configuration.location_constraint,
        tags,
        abac: false,
        policy: Lagging::default(),
        public_access: Lagging::new(Some(PublicAccessBlock::all())),
        ownership: Some(ownership),
        acl,
        encryption: BucketEncryption::default(),
        object_lock: input.object_lock_enabled_for_bucket.then(ObjectLock::default),
        configurations: BTreeMap::new(),
        numbered: BTreeMap::new(),
    };
    partition.s3.buckets.insert(name, bucket);
    Ok(reply)
}

/// In the home region, and only there, making one's own bucket again succeeds, unless it is to be tagged.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html>
fn refuse_existing(
    existing: &Bucket,
    call: &Call,
    tagged: bool,
    reply: Reply,
) -> Result<Reply, ServiceError> {
    if Some(&existing.owner) != call.caller.account.as_ref() {
        let message = "The requested bucket name is not available. The bucket namespace is shared by all users of \
                       the system. Please select a different name and try again.";
        return Err(ServiceError::new(409, "BucketAlreadyExists", message).with("BucketName", &existing.name));
    }
    if call.region == HOME_REGION && existing.region == HOME_REGION && !tagged {
        return Ok(reply);
    }
    let message = "Your previous request to create the named bucket succeeded and you already own it.";
    Err(ServiceError::new(409, "BucketAlreadyOwnedByYou", message).with("BucketName", &existing.name))
}

/// The region of a new bucket. The home region's endpoint makes buckets anywhere, the others at their own place.
fn location(configuration: &Configuration, endpoint: &str) -> Result<String, ServiceError> {
    let asked = configuration.location_constraint.as_deref();
    let region = match asked {
        Some("EU") => "eu-west-1",
        Some(location) => location,
        None => HOME_REGION,
    };
    if endpoint != HOME_REGION && (region != endpoint || asked.is_none()) {
        return Err(incompatible_location(asked));
    }
    if let Some(location) = asked
        && !LOCATIONS.contains(&location)
    {
        let message = "The specified location-constraint is not valid";
        return Err(
            ServiceError::new(400, "InvalidLocationConstraint", message).with("LocationConstraint", location)
        );
    }
    Ok(region.to_owned())
}

fn is_bucket_name(name: &str) -> bool {
    let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let ends = name.bytes().next().is_some_and(letters) && name.bytes().last().is_some_and(letters);
    let reserved_start = ["xn--", "sthree-", "amzn-s3-demo-"].iter().any(|prefix| name.starts_with(prefix));
    let reserved_end = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];
    (3..=63).contains(&name.len())
        && name.bytes().all(|byte| letters(byte) || byte == b'-' || byte == b'.')
        && ends
        && !name.contains("..")
        && name.parse::<std::net::Ipv4Addr>().is_err()
        && !reserved_start
        && !reserved_end.iter().any(|suffix| name.ends_with(suffix))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    bucket: String,
}

pub(super) fn head(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: Named = call.parse()?;
    let bucket = partition.s3.bucket(&input.bucket)?;
    Reply::of(&json!({
        "BucketArn": bucket.arn(),
        "BucketRegion": bucket.region,
        "AccessPointAlias": false,
    }))
    .map(|reply| reply.with_header("content-type", "application/xml"))
}

/// A bucket in the home region has no location constraint.
pub(super) fn show_location(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: Named = call.parse()?;
    let location = &partition.s3.bucket(&input.bucket)?.location;
    Reply::of(&json!({ "LocationConstraint": location }))
}

pub(super) fn delete(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: Named = call.parse()?;
    let bucket = partition.s3.bucket(&input.bucket)?;
    if !bucket.objects.is_empty() {
        let versioned = bucket.versioning != Versioning::Off;
        let message = if versioned {
            "The bucket you tried to delete is not empty. You must delete all versions in the bucket."
        } else {
            "The bucket you tried to delete is not empty"
        };
        return Err(ServiceError::new(409, "BucketNotEmpty", message).with("BucketName", &bucket.name));
    }
    partition.s3.buckets.remove(&input.bucket);
    Ok(Reply { status: Some(204), ..Reply::empty() })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListInput {
    max_buckets: Option<i64>,
    continuation_token: Option<String>,
    prefix: Option<String>,
    bucket_region: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Listed<'a> {
    name: &'a str,
    creation_date: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bucket_region: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bucket_arn: Option<String>,
}

/// The action has no resource type of its own; AWS's examples grant it on `*` and on `arn:aws:s3:::*`.
pub(super) fn list_access(_partition: &Partition, call: &Call) -> Accesses {
    let account = call.caller.account.as_ref().map(policy::AccountId::as_str);
    let access = Access::new("s3:ListAllMyBuckets", "arn:aws:s3:::*");
    Ok(vec![with_present(access, "s3:ResourceAccount", account)])
}

pub(super) fn list(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: ListInput = call.parse()?;
    let account = call.account()?;
    let limit = input.max_buckets.unwrap_or(LIST_LIMIT);
    if !(1..=LIST_LIMIT).contains(&limit) {
        let message = "Argument max-buckets must be an integer between 1 and 10000";
        return Err(errors::invalid_argument(message, "max-buckets", limit.to_string()));
    }
    if let Some(region) = input.bucket_region.as_deref().filter(|region| !is_region(region)) {
        let message = format!("Argument value {region} is not a valid AWS Region");
        return Err(ServiceError::new(400, "InvalidArgument", message).with("ArgumentName", "bucket-region"));
    }
    let after = input.continuation_token.as_deref().filter(|token| !token.is_empty());
    let after = after.map(super::listing::read_token).transpose()?;
    let prefix = input.prefix.as_deref().unwrap_or_default();
    let mut buckets = partition.s3.buckets.values().filter(|bucket| {
        &bucket.owner == account
            && bucket.name.starts_with(prefix)
            && after.as_ref().is_none_or(|after| bucket.name > *after)
            && input.bucket_region.as_ref().is_none_or(|region| bucket.region == *region)
    });
    // Requests that page or filter see more of each bucket than the plain one of old.
    let detailed = input.max_buckets.is_some() || input.prefix.is_some() || input.bucket_region.is_some();
    let page: Vec<_> = buckets.by_ref().take(usize::try_from(limit).unwrap_or_default()).collect();
    let next = buckets.next().and(page.last()).map(|last| super::listing::make_token(&last.name));
    let listed = page.iter().map(|bucket| Listed {
        name: &bucket.name,
        creation_date: bucket.created,
        bucket_region: detailed.then_some(bucket.region.as_str()),
        bucket_arn: detailed.then(|| bucket.arn()),
    });
    Reply::of(&json!({
        "Buckets": listed.collect::<Vec<_>>(),
        "Owner": Owner::of(account),
        "ContinuationToken": next,
        "Prefix": input.prefix,
    }))
}
