//! Root volumes of instances: what `RunInstances` makes besides the instance. They hold nothing.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::filters::{Field, Filter, Page, select};
use super::request::{VOLUME_IDS, read};
use super::resource::{Tags, resource};
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
