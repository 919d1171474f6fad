//! Volumes: those that `RunInstances` makes besides the instance, and others, which can't be attached. They hold nothing.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::filters::{Field, Filter, Page, select};
use super::places::{Zone, zones};
use super::request::{VOLUME_IDS, done, error, invalid_value, missing, read, required};
use super::resource::{TagSpecification, Tags, check_kinds, resource, tags_for};
use super::store::Place;
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

#[derive(Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Volume {
    pub(super) volume_id: String,
    pub(super) availability_zone: String,
    pub(super) availability_zone_id: String,
    pub(super) create_time: DateTime<Utc>,
    pub(super) size: u32,
    pub(super) volume_type: String,
    pub(super) encrypted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) iops: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) throughput: Option<i64>,
    /// Empty: made of none.
    pub(super) snapshot_id: String,
    pub(super) state: &'static str,
    pub(super) attachments: Vec<VolumeAttachment>,
    #[serde(skip_serializing_if = "Tags::is_empty")]
    pub(super) tags: Tags,
}
resource!(Volume, "volume", volume_id);

#[derive(Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct VolumeAttachment {
    pub(super) attach_time: DateTime<Utc>,
    pub(super) delete_on_termination: bool,
    pub(super) device: String,
    pub(super) instance_id: String,
    pub(super) state: &'static str,
    pub(super) volume_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct CreateVolume {
    availability_zone: Option<String>,
    availability_zone_id: Option<String>,
    pub(super) size: Option<u32>,
    pub(super) snapshot_id: Option<String>,
    pub(super) volume_type: Option<String>,
    pub(super) encrypted: Option<bool>,
    pub(super) iops: Option<i64>,
    pub(super) throughput: Option<i64>,
    #[serde(default)]
    pub(super) tag_specifications: Vec<TagSpecification>,
    #[serde(rename = "ClientToken")]
    _client_token: Option<String>,
}

impl CreateVolume {
    pub(super) fn zone(&self, region: &str) -> Result<Zone, ServiceError> {
        let wanted = self.availability_zone.as_ref().or(self.availability_zone_id.as_ref());
        let wanted = wanted.ok_or_else(|| missing("availabilityZone"))?;
        let found = zones(region).into_iter().find(|zone| zone.name == *wanted || zone.id == *wanted);
        found.ok_or_else(|| error("InvalidZone.NotFound", format!("The zone '{wanted}' does not exist.")))
    }
}

/// What a volume is where nothing is said.
pub(super) const USUAL_TYPE: &str = "gp2";

/// The operations a second that a volume has: those wanted, or those of its type.
/// <https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html>
pub(super) fn iops(wanted: Option<i64>, volume_type: &str, size: u32) -> Option<i64> {
    wanted.or_else(|| match volume_type {
        "gp2" => Some((i64::from(size) * 3).clamp(100, 16_000)),
        "gp3" => Some(3000),
        _ => None,
    })
}

/// The MiB a second, of which `gp3` alone tells.
pub(super) fn throughput(wanted: Option<i64>, volume_type: &str) -> Option<i64> {
    wanted.or_else(|| (volume_type == "gp3").then_some(125))
}

pub(super) fn create_volume(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: CreateVolume = read(call)?;
    let place = Place::of(call)?;
    let snapshot = match &input.snapshot_id {
        Some(id) => Some(partition.ec2.open_snapshot(&place, id)?),
        None => None,
    };
    let least = snapshot.map(|snapshot| snapshot.volume_size);
    let size = input.size.or(least).ok_or_else(|| missing("size/snapshot"))?;
    if let Some(least) = least.filter(|least| size < *least) {
        let message = format!("Volume of {size}GiB is smaller than snapshot, expect size >= {least}GiB");
        return Err(invalid_value(message));
    }
    let encrypted = input.encrypted.unwrap_or(false) || snapshot.is_some_and(|snapshot| snapshot.encrypted);
    let zone = input.zone(&place.region)?;
    check_kinds(&input.tag_specifications, &["volume"])?;
    let volume_type = input.volume_type.unwrap_or_else(|| USUAL_TYPE.to_owned());
    let volume = Volume {
        volume_id: partition.ids.resource_id("vol-"),
        availability_zone: zone.name,
        availability_zone_id: zone.id,
        create_time: call.now,
        size,
        iops: iops(input.iops, &volume_type, size),
        throughput: throughput(input.throughput, &volume_type),
        volume_type,
        encrypted,
        snapshot_id: input.snapshot_id.unwrap_or_default(),
        state: "available",
        attachments: Vec::new(),
        tags: tags_for(&input.tag_specifications, "volume")?,
    };
    let mut output = serde_json::to_value(&volume).unwrap_or_default();
    if let Some(members) = output.as_object_mut() {
        members.insert("State".to_owned(), json!("creating"));
    }
    partition.ec2.region_mut(&place).volumes.push(volume);
    Ok(Reply { output, ..Reply::empty() })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct DeleteVolume {
    volume_id: Option<String>,
}

pub(super) fn delete_volume(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: DeleteVolume = read(call)?;
    let id = required(&input.volume_id, "volumeId")?;
    VOLUME_IDS.check_form(id)?;
    let region = partition.ec2.region_mut(&Place::of(call)?);
    let volume = region.volumes.iter().find(|volume| volume.volume_id == id);
    let volume = volume.ok_or_else(|| VOLUME_IDS.not_found(&[id]))?;
    if let Some(attachment) = volume.attachments.first() {
        let message = format!("Volume {id} is currently attached to {}", attachment.instance_id);
        return Err(error("VolumeInUse", message));
    }
    region.volumes.retain(|volume| volume.volume_id != id);
    Ok(done())
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct DescribeVolumes {
    volume_ids: Vec<String>,
    filters: Vec<Filter>,
    max_results: Option<i64>,
    next_token: Option<String>,
}

const FIELDS: &[Field<Volume>] = &[
    ("volume-id", |volume| vec![volume.volume_id.clone()]),
    ("availability-zone", |volume| vec![volume.availability_zone.clone()]),
    ("status", |volume| vec![volume.state.to_owned()]),
    ("size", |volume| vec![volume.size.to_string()]),
    ("volume-type", |volume| vec![volume.volume_type.clone()]),
    ("encrypted", |volume| vec![volume.encrypted.to_string()]),
    ("attachment.instance-id", |volume| volume.attachments.iter().map(|a| a.instance_id.clone()).collect()),
    ("attachment.device", |volume| volume.attachments.iter().map(|a| a.device.clone()).collect()),
    ("attachment.status", |volume| volume.attachments.iter().map(|a| a.state.to_owned()).collect()),
    ("attachment.delete-on-termination", |volume| {
        volume.attachments.iter().map(|a| a.delete_on_termination.to_string()).collect()
    }),
];

pub(super) fn describe_volumes(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: DescribeVolumes = read(call)?;
    let ids = input.volume_ids;
    let page = Page { max_results: input.max_results, next_token: input.next_token.as_deref(), least: 5 };
    page.exclude_ids(&ids, "volumeIds")?;
    let region = partition.ec2.region(&Place::of(call)?);
    VOLUME_IDS.check_all(&ids, |id| region.volumes.iter().any(|volume| volume.volume_id == id))?;
    let named = region.volumes.iter().filter(|volume| ids.is_empty() || ids.contains(&volume.volume_id));
    let (items, next_token) = page.of(select(named, |volume| Some(&volume.tags), &input.filters, FIELDS)?)?;
    Ok(Reply { output: json!({ "Volumes": items, "NextToken": next_token }), ..Reply::empty() })
}
