//! The configurations of a bucket that are kept and shown: CORS, which `cors.rs` acts on, and lifecycle, website,
//! logging, notifications, transfer acceleration, replication, who pays, and the four kinds of which a bucket may have
//! several, by id.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html>

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::access::{Accesses, Asked};
use super::configuration_rules as rules;
use super::store::Bucket;
use super::{errors, notifications};
use crate::operation::{Access, Call, Reply, ServiceError};
use crate::partition::Partition;

/// A kind of configuration.
pub(super) struct Configuration {
    /// The member of the request that holds it.
    pub(super) member: &'static str,
    /// Whether the answer holds it in a member of that name, and not its members themselves.
    wrapped: bool,
    /// Code and message where there is none; `None`: an empty answer.
    absent: Option<(&'static str, &'static str)>,
    /// Refuses what S3 refuses beyond the model, and fills in what S3 fills in.
    check: fn(&Partition, &Bucket, &mut Value) -> Result<(), ServiceError>,
}

const fn shown(
    member: &'static str,
    check: fn(&Partition, &Bucket, &mut Value) -> Result<(), ServiceError>,
) -> Configuration {
    Configuration { member, wrapped: false, absent: None, check }
}

pub(super) static CORS: Configuration = Configuration {
    absent: Some(("NoSuchCORSConfiguration", "The CORS configuration does not exist")),
    ..shown("CORSConfiguration", rules::cors)
};
pub(super) static LIFECYCLE: Configuration = Configuration {
    absent: Some(("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist")),
    ..shown("LifecycleConfiguration", rules::lifecycle)
};
pub(super) static WEBSITE: Configuration = Configuration {
    absent: Some((
        "NoSuchWebsiteConfiguration",
        "The specified bucket does not have a website configuration",
    )),
    ..shown("WebsiteConfiguration", rules::website)
};
pub(super) static REPLICATION: Configuration = Configuration {
    wrapped: true,
    absent: Some(("ReplicationConfigurationNotFoundError", "The replication configuration was not found")),
    ..shown("ReplicationConfiguration", rules::replication)
};
pub(super) static LOGGING: Configuration = shown("BucketLoggingStatus", rules::logging);
pub(super) static NOTIFICATION: Configuration = shown("NotificationConfiguration", |_, _, value| {
    notifications::with_ids(value);
    Ok(())
});
pub(super) static ACCELERATE: Configuration = shown("AccelerateConfiguration", rules::accelerate);
pub(super) static REQUEST_PAYMENT: Configuration = shown("RequestPaymentConfiguration", |_, _, _| Ok(()));

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    bucket: String,
}

pub(super) fn put(
    partition: &mut Partition,
    call: &Call,
    kind: &'static Configuration,
) -> Result<Reply, ServiceError> {
    let input: Named = call.parse()?;
    let mut value = call.input.get(kind.member).cloned().ok_or_else(errors::malformed_xml)?;
    (kind.check)(partition, partition.s3.bucket(&input.bucket)?, &mut value)?;
    partition.s3.bucket_mut(&input.bucket)?.configurations.insert(kind.member, value);
    Ok(Reply::empty())
}

/// From which size on objects change their class is a member beside the rules.
pub(super) fn put_lifecycle(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    const SIZE: &str = "TransitionDefaultMinimumObjectSize";
    let size = call.input.get(SIZE).and_then(Value::as_str).unwrap_or(rules::SMALLEST_TRANSITION);
    if !rules::SMALLEST_TRANSITIONS.contains(&size) {
        return Err(errors::invalid_request(format!("Invalid {SIZE} found: {size}")));
    }
    put(partition, call, &LIFECYCLE)?;
    let input: Named = call.parse()?;
    let kept = partition.s3.bucket_mut(&input.bucket)?.configurations.get_mut(LIFECYCLE.member);
    if let Some(members) = kept.and_then(Value::as_object_mut) {
        members.insert(SIZE.to_owned(), json!(size));
    }
    Reply::of(&json!({ SIZE: size }))
}

pub(super) fn show(
    partition: &mut Partition,
    call: &Call,
    kind: &'static Configuration,
) -> Result<Reply, ServiceError> {
    let input: Named = call.parse()?;
    let bucket = partition.s3.bucket(&input.bucket)?;
    match (bucket.configurations.get(kind.member), kind.absent) {
        (Some(value), _) if kind.wrapped => Reply::of(&json!({ kind.member: value })),
        (Some(value), _) => Reply::of(value),
        (None, Some((code, message))) => {
            Err(ServiceError::new(404, code, message).with("BucketName", &bucket.name))
        }
        (None, None) => Ok(Reply::empty()),
    }
}

pub(super) fn delete(
    partition: &mut Partition,
    call: &Call,
    kind: &'static Configuration,
) -> Result<Reply, ServiceError> {
    let input: Named = call.parse()?;
    partition.s3.bucket_mut(&input.bucket)?.configurations.remove(kind.member);
    Ok(Reply { status: Some(204), ..Reply::empty() })
}

impl Bucket {
    /// Whether those pay for requests who make them.
    pub(super) fn requester_pays(&self) -> bool {
        let configuration = self.configurations.get(REQUEST_PAYMENT.member);
        configuration.and_then(|configuration| configuration.get("Payer")?.as_str()) == Some("Requester")
    }
}

/// The owner pays unless it is said otherwise.
pub(super) fn show_payer(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let reply = show(partition, call, &REQUEST_PAYMENT)?;
    if reply.output.get("Payer").is_some() {
        Ok(reply)
    } else {
        Reply::of(&json!({ "Payer": "BucketOwner" }))
    }
}

/// Whoever sets up replication hands S3 a role.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketReplication.html>
pub(super) fn put_replication_access(partition: &Partition, call: &Call) -> Accesses {
    let mut accesses = vec![Asked::of(partition, call)?.bucket("s3:PutReplicationConfiguration")];
    let role = call.input.get(REPLICATION.member).and_then(|replication| replication.get("Role")?.as_str());
    if let Some(role) = role.filter(|role| role.starts_with("arn:")) {
        accesses.push(Access::new("iam:PassRole", role).with("iam:PassedToService", "s3.amazonaws.com"));
    }
    Ok(accesses)
}

/// Which fields of objects the inventory will tell is a condition key of its own.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html>
pub(super) fn put_inventory_access(partition: &Partition, call: &Call) -> Accesses {
    let mut access = Asked::of(partition, call)?.bucket("s3:PutInventoryConfiguration");
    let fields =
        call.input.get(INVENTORY.member).and_then(|inventory| inventory.get("OptionalFields")?.as_array());
    let fields: Vec<_> = fields.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    if !fields.is_empty() {
        access.context.set_all("s3:InventoryAccessibleOptionalFields", fields);
    }
    Ok(vec![access])
}

/// A kind of configuration of which a bucket may have several.
pub(super) struct Numbered {
    member: &'static str,
    list: &'static str,
    check: fn(&mut Value) -> Result<(), ServiceError>,
    /// The error where the request's id is not the document's.
    mismatch: fn() -> ServiceError,
}

const fn numbered(member: &'static str, list: &'static str) -> Numbered {
    Numbered { member, list, check: |_| Ok(()), mismatch: errors::malformed_xml }
}

fn id_mismatch() -> ServiceError {
    let message = "Document ID does not match the specified configuration ID.";
    ServiceError::new(400, "IdMismatch", message)
}

pub(super) static METRICS: Numbered = numbered("MetricsConfiguration", "MetricsConfigurationList");
pub(super) static ANALYTICS: Numbered = numbered("AnalyticsConfiguration", "AnalyticsConfigurationList");
pub(super) static INVENTORY: Numbered = Numbered {
    check: rules::inventory,
    mismatch: id_mismatch,
    ..numbered("InventoryConfiguration", "InventoryConfigurationList")
};
pub(super) static INTELLIGENT_TIERING: Numbered =
    numbered("IntelligentTieringConfiguration", "IntelligentTieringConfigurationList");

/// How many a page of a listing holds.
const PAGE: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WithId {
    bucket: String,
    id: String,
}

pub(super) fn put_one(
    partition: &mut Partition,
    call: &Call,
    kind: &'static Numbered,
) -> Result<Reply, ServiceError> {
    let input: WithId = call.parse()?;
    let mut value = call.input.get(kind.member).cloned().ok_or_else(errors::malformed_xml)?;
    if value.get("Id").and_then(Value::as_str) != Some(&input.id) {
        return Err((kind.mismatch)());
    }
    (kind.check)(&mut value)?;
    let bucket = partition.s3.bucket_mut(&input.bucket)?;
    bucket.numbered.entry(kind.member).or_default().insert(input.id, value);
    Ok(Reply { status: Some(204), ..Reply::empty() })
}

fn no_such_configuration() -> ServiceError {
    ServiceError::new(404, "NoSuchConfiguration", "The specified configuration does not exist.")
}

pub(super) fn show_one(
    partition: &mut Partition,
    call: &Call,
    kind: &'static Numbered,
) -> Result<Reply, ServiceError> {
    let input: WithId = call.parse()?;
    let bucket = partition.s3.bucket(&input.bucket)?;
    let value = bucket.numbered.get(kind.member).and_then(|all| all.get(&input.id));
    Reply::of(&json!({ kind.member: value.ok_or_else(no_such_configuration)? }))
}

pub(super) fn delete_one(
    partition: &mut Partition,
    call: &Call,
    kind: &'static Numbered,
) -> Result<Reply, ServiceError> {
    let input: WithId = call.parse()?;
    let bucket = partition.s3.bucket_mut(&input.bucket)?;
    let removed = bucket.numbered.get_mut(kind.member).and_then(|all| all.remove(&input.id));
    removed.map(|_| Reply { status: Some(204), ..Reply::empty() }).ok_or_else(no_such_configuration)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListInput {
    bucket: String,
    continuation_token: Option<String>,
}

pub(super) fn list(
    partition: &mut Partition,
    call: &Call,
    kind: &'static Numbered,
) -> Result<Reply, ServiceError> {
    let input: ListInput = call.parse()?;
    let bucket = partition.s3.bucket(&input.bucket)?;
    let after = input.continuation_token.as_deref().map(super::listing::read_token).transpose()?;
    let mut all = bucket
        .numbered
        .get(kind.member)
        .into_iter()
        .flatten()
        .filter(|(id, _)| after.as_ref().is_none_or(|after| *id > after));
    let page: Vec<_> = all.by_ref().take(PAGE).collect();
    let next = all.next().and(page.last()).map(|(id, _)| super::listing::make_token(id));
    let mut output = Map::new();
    output.insert("IsTruncated".to_owned(), json!(next.is_some()));
    output.insert("ContinuationToken".to_owned(), json!(input.continuation_token));
    output.insert("NextContinuationToken".to_owned(), json!(next));
    if !page.is_empty() {
        output.insert(kind.list.to_owned(), page.into_iter().map(|(_, value)| value.clone()).collect());
    }
    Reply::of(&output)
}
