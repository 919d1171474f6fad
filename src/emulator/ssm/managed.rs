//! Managed nodes: running instances with an agent that may report to Systems Manager, by the role in their profile.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/userguide/setup-instance-permissions.html>

use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::authorize::authorize;
use crate::ec2::{Instance, Place, State};
use crate::operation::{Access, Call, Caller, CredentialKind, Reply, Service, ServiceError, Transport};
use crate::partition::Partition;
use crate::{ec2, imds, sts};

use super::error;

/// Whether commands can be sent to an instance.
pub(super) fn is_managed(
    partition: &Partition,
    place: &Place,
    instance: &Instance,
    now: DateTime<Utc>,
) -> bool {
    partition.ssm.has_agents
        && instance.state == State::Running
        && may_report(partition, place, instance, now)
}

/// Whether the role of an instance lets its agent register.
fn may_report(partition: &Partition, place: &Place, instance: &Instance, now: DateTime<Utc>) -> bool {
    let role = instance.profile.as_ref().and_then(|profile| imds::role(partition, &place.account, profile));
    let principal = role.and_then(|role| {
        sts::instance_principal(partition, &place.account, &role, &instance.instance_id, now)
    });
    let Some(principal) = principal else { return false };
    let caller = Caller {
        principal,
        account: Some(place.account.clone()),
        access_key_id: None,
        credential: CredentialKind::RoleSession,
    };
    let call = Call {
        service: Service::Ssm,
        operation: "UpdateInstanceInformation",
        caller,
        region: place.region.clone(),
        now,
        transport: Transport::inside(),
        input: Value::Null,
        body: Bytes::new(),
        granted: Vec::new(),
    };
    let arn = place.arn("instance", &instance.instance_id);
    let access = Access::new("ssm:UpdateInstanceInformation", &arn)
        .with("ec2:SourceInstanceARN", arn)
        .with("ec2:RoleDelivery", "2.0");
    authorize(partition, &call, vec![access]).refusal.is_none()
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    #[serde(default)]
    filters: Vec<Filter>,
    #[serde(default)]
    instance_information_filter_list: Vec<OldFilter>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Filter {
    key: String,
    values: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OldFilter {
    key: String,
    value_set: Vec<String>,
}

impl Filter {
    fn takes(&self, instance: &Instance) -> Result<bool, ServiceError> {
        let found = match self.key.as_str() {
            "InstanceIds" => Some(instance.instance_id.as_str()),
            "PingStatus" => Some("Online"),
            "PlatformTypes" => Some("Linux"),
            "ResourceType" => Some("EC2Instance"),
            key => match key.strip_prefix("tag:") {
                Some(tag) => instance.tags.0.get(tag).map(String::as_str),
                None => return Err(error("InvalidFilterKey", format!("The filter key {key} is not valid."))),
            },
        };
        Ok(found.is_some_and(|found| self.values.iter().any(|value| value == found)))
    }
}

pub(super) fn describe(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: Input = call.parse()?;
    if input.next_token.is_some() {
        return Err(error("InvalidNextToken", "The specified token isn't valid."));
    }
    let old = input.instance_information_filter_list.into_iter();
    let old = old.map(|filter| Filter { key: filter.key, values: filter.value_set });
    let filters: Vec<Filter> = input.filters.into_iter().chain(old).collect();
    let account = call.account()?;
    let now = call.now.to_rfc3339_opts(SecondsFormat::Millis, true);
    let mut list = Vec::new();
    for view in ec2::instances(partition) {
        let Some((place, instance)) = partition.ec2.find(&view.id) else { continue };
        let is_here = place.account == *account && place.region == call.region;
        if !is_here || !is_managed(partition, place, instance, call.now) {
            continue;
        }
        let mut taken = true;
        for filter in &filters {
            taken &= filter.takes(instance)?;
        }
        if taken {
            list.push(json!({
                "InstanceId": instance.instance_id,
                "PingStatus": "Online",
                "LastPingDateTime": now,
                "PlatformType": "Linux",
                "ResourceType": "EC2Instance",
                "IPAddress": instance.private_ip_address,
                "ComputerName": instance.private_dns_name,
                "SourceId": instance.instance_id,
                "SourceType": "AWS::EC2::Instance",
            }));
        }
    }
    Reply::of(&json!({ "InstanceInformationList": list }))
}
