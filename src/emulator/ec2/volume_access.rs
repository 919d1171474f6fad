//! The permissions of operations on volumes that concern instances and snapshots.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html>

use super::access::{Answer, access, on_one_instance};
use super::network_access::on_one_volume;
use super::request::read;
use super::resource::requested;
use super::resource_keys::snapshot_arn;
use super::snapshots::{CreateSnapshot, ModifySnapshotAttribute};
use super::store::Place;
use super::volume_attachments::DetachVolume;
use crate::operation::Call;
use crate::partition::Partition;

pub(super) fn attach_volume(partition: &Partition, call: &Call) -> Answer {
    let mut needed = on_one_instance(partition, call)?;
    needed.extend(on_one_volume(partition, call)?);
    Ok(needed)
}

/// The instance, too, where the request or the volume names one.
pub(super) fn detach_volume(partition: &Partition, call: &Call) -> Answer {
    let input: DetachVolume = read(call)?;
    let place = Place::of(call)?;
    let region = partition.ec2.region(&place);
    let volume = region.volumes.iter().find(|volume| Some(&volume.volume_id) == input.volume_id.as_ref());
    let attached = volume.and_then(|volume| Some(volume.attachments.first()?.instance_id.clone()));
    let mut needed = on_one_volume(partition, call)?;
    if let Some(id) = input.instance_id.or(attached) {
        needed.push(access(call, place.arn("instance", &id)).of_resource(&region, &place, &id));
    }
    Ok(needed)
}

pub(super) fn create_snapshot(partition: &Partition, call: &Call) -> Answer {
    let input: CreateSnapshot = read(call)?;
    let place = Place::of(call)?;
    let region = partition.ec2.region(&place);
    let mut of_snapshot = access(call, snapshot_arn(&place, "*"))
        .request_tags(requested(&input.tag_specifications, "snapshot"));
    if let Some(volume) =
        region.volumes.iter().find(|volume| Some(&volume.volume_id) == input.volume_id.as_ref())
    {
        of_snapshot = of_snapshot
            .with("ec2:ParentVolume", place.arn("volume", &volume.volume_id))
            .with("ec2:VolumeSize", volume.size.to_string());
    }
    let mut needed = vec![of_snapshot];
    needed.extend(on_one_volume(partition, call)?);
    if requested(&input.tag_specifications, "snapshot").next().is_some() {
        let mut of_tags = access(call, snapshot_arn(&place, "*"))
            .with("ec2:CreateAction", call.operation)
            .request_tags(requested(&input.tag_specifications, "snapshot"));
        "ec2:CreateTags".clone_into(&mut of_tags.action);
        needed.push(of_tags);
    }
    Ok(needed)
}

pub(super) fn on_one_snapshot(partition: &Partition, call: &Call) -> Answer {
    let place = Place::of(call)?;
    let id = call.input.get("SnapshotId").and_then(|id| id.as_str()).unwrap_or("*");
    Ok(vec![access(call, snapshot_arn(&place, id)).of_resource(&partition.ec2.region(&place), &place, id)])
}

/// With whom it is shared, and whom no longer.
/// <https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html>
pub(super) fn modify_snapshot_attribute(partition: &Partition, call: &Call) -> Answer {
    let input: ModifySnapshotAttribute = read(call)?;
    let mut needed = on_one_snapshot(partition, call)?;
    for of_snapshot in &mut needed {
        for (key, values) in input.keys() {
            of_snapshot.context.set_all(key, values);
        }
    }
    Ok(needed)
}
