//! Start, stop, reboot, terminate.
//!
//! An instance has reached its next state as soon as it is asked for: the answer to `StartInstances` says `pending`,
//! and everything after it `running`.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html>

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::instances::{State, state};
use super::request::{INSTANCE_IDS, done, error, missing, read};
use super::store::{Place, Region, Store};
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct NamedInstances {
    #[serde(default)]
    pub(super) instance_ids: Vec<String>,
    #[serde(rename = "Force")]
    _force: Option<bool>,
    #[serde(rename = "SkipOsShutdown")]
    _skip_os_shutdown: Option<bool>,
    #[serde(rename = "AdditionalInfo")]
    _additional_info: Option<String>,
    #[serde(default)]
    hibernate: bool,
}

impl NamedInstances {
    /// The ids, each of an instance that can be seen.
    fn checked(self, region: &Region, now: DateTime<Utc>) -> Result<Vec<String>, ServiceError> {
        if self.instance_ids.is_empty() {
            return Err(missing("InstanceId"));
        }
        if self.hibernate {
            return Err(error(
                "UnsupportedHibernationConfiguration",
                "The instance is not enabled for hibernation",
            ));
        }
        let visible = |id: &str| region.instance(id).is_some_and(|instance| instance.is_visible(now));
        INSTANCE_IDS.check_all(&self.instance_ids, visible)?;
        let mut ids = self.instance_ids;
        let mut seen = std::collections::BTreeSet::new();
        ids.retain(|id| seen.insert(id.clone()));
        Ok(ids)
    }
}

pub(super) fn start_instances(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: NamedInstances = read(call)?;
    let store = &mut partition.ec2;
    let place = Place::of(call)?;
    let ids = input.checked(&store.region(&place), call.now)?;
    refuse_terminated(&store.region(&place), &ids, "started")?;
    let mut changes = Vec::new();
    for id in ids {
        let before = store.region(&place).instance(&id).map(|instance| instance.state);
        if before == Some(State::Stopped) {
            store.start(&place, &id, call.now);
        }
        changes.push(change(&id, before, if before == Some(State::Stopped) { "pending" } else { "running" }));
    }
    Ok(Reply { output: json!({ "StartingInstances": changes }), ..Reply::empty() })
}

pub(super) fn stop_instances(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: NamedInstances = read(call)?;
    let region = partition.ec2.region_mut(&Place::of(call)?);
    let ids = input.checked(region, call.now)?;
    refuse_terminated(region, &ids, "stopped")?;
    for id in &ids {
        if region.instance(id).is_some_and(|i| i.disable_api_stop && i.state == State::Running) {
            return Err(protected(id, "stopped", "disableApiStop"));
        }
    }
    let mut changes = Vec::new();
    for id in ids {
        let before = region.instance(&id).map(|instance| instance.state);
        if before == Some(State::Running) {
            region.stop(&id, call.now);
        }
        changes.push(change(
            &id,
            before,
            if before == Some(State::Running) { "stopping" } else { "stopped" },
        ));
    }
    Ok(Reply { output: json!({ "StoppingInstances": changes }), ..Reply::empty() })
}

pub(super) fn reboot_instances(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: NamedInstances = read(call)?;
    let region = partition.ec2.region(&Place::of(call)?);
    for id in input.checked(&region, call.now)? {
        if region.instance(&id).is_some_and(|instance| instance.state != State::Running) {
            let message = format!("The instance '{id}' is not in the 'running' state.");
            return Err(error("IncorrectState", message));
        }
    }
    Ok(done())
}

pub(super) fn terminate_instances(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: NamedInstances = read(call)?;
    let region = partition.ec2.region_mut(&Place::of(call)?);
    let ids = input.checked(region, call.now)?;
    for id in &ids {
        if region.instance(id).is_some_and(|i| i.disable_api_termination && i.state != State::Terminated) {
            return Err(protected(id, "terminated", "disableApiTermination"));
        }
    }
    let mut changes = Vec::new();
    for id in ids {
        let before = region.instance(&id).map(|instance| instance.state);
        let after = if before == Some(State::Terminated) { "terminated" } else { "shutting-down" };
        if before != Some(State::Terminated) {
            region.terminate(&id, call.now);
        }
        changes.push(change(&id, before, after));
    }
    Ok(Reply { output: json!({ "TerminatingInstances": changes }), ..Reply::empty() })
}

fn protected(id: &str, verb: &str, attribute: &str) -> ServiceError {
    let message = format!(
        "The instance '{id}' may not be {verb}. Modify its '{attribute}' instance attribute and try again."
    );
    error("OperationNotPermitted", message)
}

fn refuse_terminated(region: &Region, ids: &[String], verb: &str) -> Result<(), ServiceError> {
    let gone = |id: &&String| region.instance(id).is_some_and(|i| i.state == State::Terminated);
    match ids.iter().find(gone) {
        Some(id) => {
            let message = format!("The instance '{id}' is not in a state from which it can be {verb}.");
            Err(error("IncorrectInstanceState", message))
        }
        None => Ok(()),
    }
}

fn change(id: &str, before: Option<State>, after: &str) -> Value {
    let before = before.map_or("terminated", State::name);
    json!({ "InstanceId": id, "PreviousState": state(before), "CurrentState": state(after) })
}

impl Store {
    fn start(&mut self, place: &Place, id: &str, now: DateTime<Utc>) {
        let wants = self.region(place).instance(id).is_some_and(|instance| instance.wants_public_address);
        let public = wants.then(|| self.next_public_address(&place.region));
        let region = self.region_mut(place);
        if let Some(instance) = region.instance_mut(id) {
            instance.state = State::Running;
            instance.launch_time = now;
            instance.transition_reason.clear();
            instance.public_ip_address = public.as_ref().map(|(address, _)| address.clone());
            instance.public_dns_name = public.as_ref().map(|(_, name)| name.clone()).unwrap_or_default();
        }
        for interface in region.network_interfaces.iter_mut().filter(|eni| eni.instance_id == id) {
            interface.public.clone_from(&public);
        }
    }
}

impl Region {
    /// Stops an instance, which gives its public address back.
    fn stop(&mut self, id: &str, now: DateTime<Utc>) {
        if let Some(instance) = self.instance_mut(id) {
            instance.state = State::Stopped;
            instance.transition_reason = transition_reason(now);
            instance.public_ip_address = None;
            instance.public_dns_name.clear();
        }
        for interface in self.network_interfaces.iter_mut().filter(|eni| eni.instance_id == id) {
            interface.public = None;
        }
    }

    fn terminate(&mut self, id: &str, now: DateTime<Utc>) {
        if let Some(instance) = self.instance_mut(id) {
            instance.state = State::Terminated;
            instance.terminated_at = Some(now);
            instance.transition_reason = transition_reason(now);
            instance.private_ip_address = None;
            instance.public_ip_address = None;
            instance.public_dns_name.clear();
            instance.profile = None;
        }
        self.network_interfaces.retain(|eni| eni.instance_id != id || !eni.delete_on_termination);
        for interface in self.network_interfaces.iter_mut().filter(|eni| eni.instance_id == id) {
            interface.instance_id.clear();
            interface.public = None;
        }
        self.associations.retain(|association| association.instance_id != id);
        // Its own volume goes with it, others are free again.
        for volume in &mut self.volumes {
            volume
                .attachments
                .retain(|attached| attached.instance_id != id || attached.delete_on_termination);
            if volume.attachments.is_empty() {
                volume.state = "available";
            }
        }
        self.volumes.retain(|volume| !volume.attachments.iter().any(|attached| attached.instance_id == id));
    }
}

fn transition_reason(now: DateTime<Utc>) -> String {
    format!("User initiated ({})", now.format("%Y-%m-%d %H:%M:%S GMT"))
}
