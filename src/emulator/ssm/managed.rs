//! Managed nodes: running instances with an agent that may report to Systems Manager, by the role in their profile or
//! by the one that their account has for all.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/userguide/setup-instance-permissions.html>

use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use policy::Principal;
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

/// Whether a role lets the agent of an instance register: the one of its profile, which the agent tries first, or the
/// one of the Default Host Management Configuration.
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/fleet-manager-default-host-management-configuration.html>
fn may_report(partition: &Partition, place: &Place, instance: &Instance, now: DateTime<Utc>) -> bool {
    // Either way the agent learns from the metadata service who it is.
    if instance.metadata_options.http_endpoint == "disabled" {
        return false;
    }
    let arn = place.arn("instance", &instance.instance_id);
    let access = || Access::new("ssm:UpdateInstanceInformation", &arn);
    let agent = Agent { partition, place, now };
    let of_profile = agent.of_profile(instance).is_some_and(|principal| {
        agent.may(principal, access().with("ec2:SourceInstanceARN", &arn).with("ec2:RoleDelivery", "2.0"))
    });
    // https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html:
    // `ssm:SourceInstanceARN` isn't there where the role is of an instance profile.
    of_profile
        || agent
            .of_management_role(instance)
            .is_some_and(|principal| agent.may(principal, access().with("ssm:SourceInstanceARN", &arn)))
}

/// What an agent has to be somebody.
struct Agent<'a> {
    partition: &'a Partition,
    place: &'a Place,
    now: DateTime<Utc>,
}

impl Agent<'_> {
    fn of_profile(&self, instance: &Instance) -> Option<Principal> {
        let account = &self.place.account;
        let role = imds::role(self.partition, account, instance.profile.as_ref()?)?;
        sts::instance_principal(self.partition, account, &role, &instance.instance_id, self.now)
    }

    /// A session named after the instance, if the role trusts Systems Manager.
    fn of_management_role(&self, instance: &Instance) -> Option<Principal> {
        let role = self.partition.ssm.management_roles.get(self.place)?;
        let role = self.partition.iam.role_by_arn(&role.arn(self.place))?;
        sts::service_principal(self.partition, "ssm.amazonaws.com", &role, &instance.instance_id, self.now)
    }

    fn may(&self, principal: Principal, access: Access) -> bool {
        let caller = Caller {
            principal,
            account: Some(self.place.account.clone()),
            access_key_id: None,
            credential: CredentialKind::RoleSession,
        };
        let call = Call {
            service: Service::Ssm,
            operation: "UpdateInstanceInformation",
            caller,
            region: self.place.region.clone(),
            now: self.now,
            transport: Transport::inside(),
            input: Value::Null,
            body: Bytes::new(),
            granted: Vec::new(),
        };
        authorize(self.partition, &call, vec![access]).refusal.is_none()
    }
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
