//! Attaching volumes to instances.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AttachVolume.html>

use serde::Deserialize;
use serde_json::Value;

use super::instances::State;
use super::request::{INSTANCE_IDS, VOLUME_IDS, error, invalid_value, read, required};
use super::store::{Place, Region};
use super::volumes::{Volume, VolumeAttachment};
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct AttachVolume {
    device: Option<String>,
    instance_id: Option<String>,
    volume_id: Option<String>,
}

impl Region {
    fn existing_volume(&self, id: &str) -> Result<&Volume, ServiceError> {
        VOLUME_IDS.check_form(id)?;
        let found = self.volumes.iter().find(|volume| volume.volume_id == id);
        found.ok_or_else(|| error(VOLUME_IDS.not_found, format!("The volume '{id}' does not exist.")))
    }

    fn volume_mut(&mut self, id: &str) -> Option<&mut Volume> {
        self.volumes.iter_mut().find(|volume| volume.volume_id == id)
    }
}

pub(super) fn attach_volume(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: AttachVolume = read(call)?;
    let volume_id = required(&input.volume_id, "volumeId")?;
    let instance_id = required(&input.instance_id, "instanceId")?;
    let device = required(&input.device, "device")?;
    let region = partition.ec2.region_mut(&Place::of(call)?);
    let volume = region.existing_volume(volume_id)?;
    INSTANCE_IDS.check_form(instance_id)?;
    let instance = region.instance(instance_id).ok_or_else(|| INSTANCE_IDS.not_found(&[instance_id]))?;
    if !volume.attachments.is_empty() {
        return Err(error("VolumeInUse", format!("{volume_id} is already attached to an instance")));
    }
    if instance.state == State::Terminated {
        return Err(error("IncorrectState", format!("Instance '{instance_id}' is not 'running'.")));
    }
    if volume.availability_zone != instance.availability_zone {
        let message = format!(
            "The volume '{volume_id}' is not in the same availability zone as instance '{instance_id}'"
        );
        return Err(error("InvalidVolume.ZoneMismatch", message));
    }
    let mut attached = region.volumes.iter().flat_map(|volume| &volume.attachments);
    if attached.any(|other| other.instance_id == instance_id && other.device == device) {
        return Err(invalid_value(format!(
            "Invalid value '{device}' for unixDevice. Attachment point {device} is already in use"
        )));
    }
    let attachment = VolumeAttachment {
        attach_time: call.now,
        delete_on_termination: false,
        device: device.to_owned(),
        instance_id: instance_id.to_owned(),
        state: "attached",
        volume_id: volume_id.to_owned(),
    };
    let reply = shown(&attachment, "attaching");
    if let Some(volume) = region.volume_mut(volume_id) {
        volume.state = "in-use";
        volume.attachments.push(attachment);
    }
    Ok(reply)
}

fn shown(attachment: &VolumeAttachment, state: &'static str) -> Reply {
    let attachment = VolumeAttachment { state, ..attachment.clone() };
    Reply { output: serde_json::to_value(attachment).unwrap_or(Value::Null), ..Reply::empty() }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct DetachVolume {
    device: Option<String>,
    pub(super) instance_id: Option<String>,
    pub(super) volume_id: Option<String>,
    #[serde(rename = "Force")]
    _force: Option<bool>,
}

pub(super) fn detach_volume(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: DetachVolume = read(call)?;
    let id = required(&input.volume_id, "volumeId")?;
    let region = partition.ec2.region_mut(&Place::of(call)?);
    let volume = region.existing_volume(id)?;
    let Some(attachment) = volume.attachments.first() else {
        return Err(error("IncorrectState", format!("Volume '{id}' is in the 'available' state.")));
    };
    let is_meant = |wanted: &Option<String>, own: &str| wanted.as_deref().is_none_or(|wanted| wanted == own);
    if !is_meant(&input.instance_id, &attachment.instance_id) || !is_meant(&input.device, &attachment.device)
    {
        let message = "The specified attachment does not exist.";
        return Err(error("InvalidAttachment.NotFound", message));
    }
    let instance = region.instance(&attachment.instance_id);
    if instance.is_some_and(|instance| instance.volume_id == id && instance.state != State::Stopped) {
        let message =
            format!("Unable to detach root volume '{id}' from instance '{}'", attachment.instance_id);
        return Err(error("OperationNotPermitted", message));
    }
    let reply = shown(attachment, "detaching");
    if let Some(volume) = region.volume_mut(id) {
        volume.attachments.clear();
        volume.state = "available";
    }
    Ok(reply)
}
