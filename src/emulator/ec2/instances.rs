//! Instances: what they are, and describing them. They are launched in `launch`, and change state in `instance_states`.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html>

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use policy::AccountId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::filters::{self, Field, Filter, Page, matches};
use super::request::{INSTANCE_IDS, read};
use super::resource::{Tags, resource};
use super::security_groups::GroupIdentifier;
use super::store::{Place, Region};
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

/// What one `RunInstances` launched.
#[derive(Clone)]
pub(super) struct Reservation {
    pub(super) reservation_id: String,
    pub(super) owner_id: AccountId,
    pub(super) instances: Vec<Instance>,
    /// The request, to tell a repeated one from another with the same token.
    pub(super) request: Value,
}

/// A virtual machine, as far as its record goes.
#[derive(Clone)]
pub(crate) struct Instance {
    pub(crate) instance_id: String,
    pub(crate) reservation_id: String,
    /// That of its launch; empty: it had none.
    pub(super) client_token: String,
    pub(crate) image_id: String,
    pub(crate) instance_type: &'static str,
    pub(crate) architecture: &'static str,
    pub(super) root_device_name: &'static str,
    pub(super) volume_id: String,
    pub(crate) state: State,
    pub(crate) key_name: Option<String>,
    /// The public key of `key_name`, in OpenSSH's form.
    pub(crate) public_key: Option<String>,
    pub(super) launch_index: usize,
    pub(crate) launch_time: DateTime<Utc>,
    pub(crate) availability_zone: String,
    pub(crate) availability_zone_id: String,
    pub(super) tenancy: String,
    pub(crate) subnet_id: String,
    pub(crate) vpc_id: String,
    /// `None`: terminated.
    pub(crate) private_ip_address: Option<String>,
    pub(crate) private_dns_name: String,
    /// Whether it gets a public address when it starts.
    pub(super) wants_public_address: bool,
    pub(crate) public_ip_address: Option<String>,
    pub(crate) public_dns_name: String,
    pub(crate) mac_address: String,
    pub(crate) security_groups: Vec<GroupIdentifier>,
    pub(crate) profile: Option<InstanceProfile>,
    pub(crate) metadata_options: MetadataOptions,
    /// In base64, as in the request.
    pub(crate) user_data: Option<String>,
    pub(super) monitoring: bool,
    pub(super) ebs_optimized: bool,
    pub(super) disable_api_termination: bool,
    pub(super) disable_api_stop: bool,
    pub(super) source_dest_check: bool,
    pub(super) shutdown_behavior: String,
    pub(super) terminated_at: Option<DateTime<Utc>>,
    pub(super) transition_reason: String,
    pub(crate) tags: Tags,
}
resource!(Instance, "instance", instance_id);

/// The instance profile of an instance.
#[derive(Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct InstanceProfile {
    pub(crate) arn: String,
    pub(crate) id: String,
    #[serde(skip)]
    pub(crate) name: String,
}

/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceMetadataOptionsResponse.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct MetadataOptions {
    pub(crate) state: &'static str,
    pub(crate) http_tokens: String,
    pub(crate) http_put_response_hop_limit: i64,
    pub(crate) http_endpoint: String,
    pub(crate) http_protocol_ipv6: String,
    pub(crate) instance_metadata_tags: String,
}

/// The states that last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Running,
    Stopped,
    Terminated,
}

impl State {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Stopped => "stopped",
            Self::Terminated => "terminated",
        }
    }
}

/// A state as the API shows it, with its number.
pub(super) fn state(name: &str) -> Value {
    json!({ "Code": code(name), "Name": name })
}

fn code(state_name: &str) -> u8 {
    match state_name {
        "pending" => 0,
        "running" => 16,
        "shutting-down" => 32,
        "terminated" => 48,
        "stopping" => 64,
        _ => 80,
    }
}

impl Instance {
    /// Terminated instances can be seen for about an hour.
    pub(super) fn is_visible(&self, now: DateTime<Utc>) -> bool {
        self.terminated_at.is_none_or(|at| now < at + TimeDelta::hours(1))
    }

    /// As the API shows it, in the state named.
    pub(super) fn describe(&self, region: &Region, state_name: &str) -> Value {
        let interfaces = region.network_interfaces.iter().filter(|eni| eni.instance_id == self.instance_id);
        let devices: Vec<Value> = region
            .volumes
            .iter()
            .flat_map(|volume| &volume.attachments)
            .filter(|attachment| attachment.instance_id == self.instance_id)
            .map(|attachment| {
                json!({ "DeviceName": attachment.device, "Ebs": {
                    "AttachTime": attachment.attach_time, "DeleteOnTermination": attachment.delete_on_termination,
                    "Status": attachment.state, "VolumeId": attachment.volume_id,
                } })
            })
            .collect();
        let live = self.state != State::Terminated;
        let options = MetadataOptions {
            state: if state_name == "pending" { "pending" } else { self.metadata_options.state },
            ..self.metadata_options.clone()
        };
        let reason = (!self.transition_reason.is_empty()).then(|| {
            json!({ "Code": "Client.UserInitiatedShutdown",
                    "Message": "Client.UserInitiatedShutdown: User initiated shutdown" })
        });
        json!({
            "InstanceId": self.instance_id,
            "ImageId": self.image_id,
            "ClientToken": self.client_token,
            "InstanceType": self.instance_type,
            "Architecture": self.architecture,
            "State": state(state_name),
            "StateReason": reason,
            "StateTransitionReason": self.transition_reason,
            "KeyName": self.key_name,
            "AmiLaunchIndex": self.launch_index,
            "LaunchTime": self.launch_time,
            "Placement": {
                "AvailabilityZone": self.availability_zone, "GroupName": "", "Tenancy": self.tenancy,
            },
            "Monitoring": { "State": if self.monitoring { "enabled" } else { "disabled" } },
            "SubnetId": live.then_some(&self.subnet_id),
            "VpcId": live.then_some(&self.vpc_id),
            "PrivateIpAddress": self.private_ip_address,
            "PrivateDnsName": if live { self.private_dns_name.as_str() } else { "" },
            "PublicIpAddress": self.public_ip_address,
            "PublicDnsName": self.public_dns_name,
            "NetworkInterfaces": interfaces.map(|eni| eni.describe_in_instance()).collect::<Vec<_>>(),
            "SecurityGroups": if live { self.security_groups.as_slice() } else { &[] },
            "SourceDestCheck": live.then_some(self.source_dest_check),
            "BlockDeviceMappings": devices,
            "RootDeviceName": self.root_device_name,
            "RootDeviceType": "ebs",
            "IamInstanceProfile": self.profile,
            "MetadataOptions": options,
            "EbsOptimized": self.ebs_optimized,
            "EnaSupport": true,
            "Hypervisor": "xen",
            "VirtualizationType": "hvm",
            "ProductCodes": [],
            "PlatformDetails": "Linux/UNIX",
            "UsageOperation": "RunInstances",
            "Tags": (!self.tags.is_empty()).then_some(&self.tags),
        })
    }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct DescribeInstances {
    instance_ids: Vec<String>,
    filters: Vec<Filter>,
    max_results: Option<i64>,
    next_token: Option<String>,
    include_all_instances: bool,
    #[serde(rename = "IncludeManagedResources")]
    _include_managed_resources: Option<bool>,
}

const FIELDS: &[Field<Instance>] = &[
    ("instance-id", |i| vec![i.instance_id.clone()]),
    ("image-id", |i| vec![i.image_id.clone()]),
    ("client-token", |i| vec![i.client_token.clone()]),
    ("instance-type", |i| vec![i.instance_type.to_owned()]),
    ("instance-state-name", |i| vec![i.state.name().to_owned()]),
    ("instance-state-code", |i| vec![code(i.state.name()).to_string()]),
    ("architecture", |i| vec![i.architecture.to_owned()]),
    ("availability-zone", |i| vec![i.availability_zone.clone()]),
    ("availability-zone-id", |i| vec![i.availability_zone_id.clone()]),
    ("key-name", |i| i.key_name.iter().cloned().collect()),
    ("launch-time", |i| vec![i.launch_time.to_rfc3339_opts(SecondsFormat::Millis, true)]),
    ("launch-index", |i| vec![i.launch_index.to_string()]),
    ("subnet-id", |i| vec![i.subnet_id.clone()]),
    ("vpc-id", |i| vec![i.vpc_id.clone()]),
    ("private-ip-address", |i| i.private_ip_address.iter().cloned().collect()),
    ("private-dns-name", |i| vec![i.private_dns_name.clone()]),
    ("ip-address", |i| i.public_ip_address.iter().cloned().collect()),
    ("dns-name", |i| vec![i.public_dns_name.clone()]),
    ("group-id", |i| i.security_groups.iter().map(|group| group.group_id.clone()).collect()),
    ("group-name", |i| i.security_groups.iter().map(|group| group.group_name.clone()).collect()),
    ("instance.group-id", |i| i.security_groups.iter().map(|group| group.group_id.clone()).collect()),
    ("instance.group-name", |i| i.security_groups.iter().map(|group| group.group_name.clone()).collect()),
    ("iam-instance-profile.arn", |i| i.profile.iter().map(|profile| profile.arn.clone()).collect()),
    ("iam-instance-profile.id", |i| i.profile.iter().map(|profile| profile.id.clone()).collect()),
    ("iam-instance-profile.name", |i| i.profile.iter().map(|profile| profile.name.clone()).collect()),
    ("reservation-id", |i| vec![i.reservation_id.clone()]),
    ("root-device-type", |_| vec!["ebs".to_owned()]),
    ("root-device-name", |i| vec![i.root_device_name.to_owned()]),
    ("monitoring-state", |i| vec![if i.monitoring { "enabled" } else { "disabled" }.to_owned()]),
    ("metadata-options.http-tokens", |i| vec![i.metadata_options.http_tokens.clone()]),
    ("metadata-options.http-endpoint", |i| vec![i.metadata_options.http_endpoint.clone()]),
    ("metadata-options.instance-metadata-tags", |i| vec![i.metadata_options.instance_metadata_tags.clone()]),
    ("network-interface.subnet-id", |i| vec![i.subnet_id.clone()]),
    ("network-interface.vpc-id", |i| vec![i.vpc_id.clone()]),
    ("tenancy", |instance| vec![instance.tenancy.clone()]),
    ("virtualization-type", |_| vec!["hvm".to_owned()]),
    ("hypervisor", |_| vec!["xen".to_owned()]),
    // Only Windows instances have one.
    ("platform", |_| Vec::new()),
];

/// The instances that a request asks for, in the order of their launch.
fn selected<'a>(
    region: &'a Region,
    input: &DescribeInstances,
    fields: &[Field<Instance>],
    now: DateTime<Utc>,
) -> Result<Vec<&'a Instance>, ServiceError> {
    let ids = &input.instance_ids;
    let visible = |id: &str| region.instance(id).is_some_and(|instance| instance.is_visible(now));
    INSTANCE_IDS.check_all(ids, visible)?;
    filters::check(&input.filters, fields, true)?;
    let mut found = Vec::new();
    for instance in region.instances().filter(|instance| instance.is_visible(now)) {
        let named = ids.is_empty() || ids.contains(&instance.instance_id);
        if named && matches(instance, Some(&instance.tags), &input.filters, fields)? {
            found.push(instance);
        }
    }
    Ok(found)
}

pub(super) fn describe_instances(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: DescribeInstances = read(call)?;
    let page = Page { max_results: input.max_results, next_token: input.next_token.as_deref(), least: 5 };
    page.exclude_ids(&input.instance_ids, "instancesSet")?;
    let region = partition.ec2.region(&Place::of(call)?);
    let (found, next_token) = page.of(selected(&region, &input, FIELDS, call.now)?)?;
    let mut reservations: Vec<Value> = Vec::new();
    for reservation in &region.reservations {
        let instances: Vec<Value> = found
            .iter()
            .filter(|instance| instance.reservation_id == reservation.reservation_id)
            .map(|instance| instance.describe(&region, instance.state.name()))
            .collect();
        if !instances.is_empty() {
            reservations.push(reservation.describe(instances));
        }
    }
    let output = json!({ "Reservations": reservations, "NextToken": next_token });
    Ok(Reply { output, ..Reply::empty() })
}

impl Reservation {
    pub(super) fn describe(&self, instances: Vec<Value>) -> Value {
        json!({
            "ReservationId": self.reservation_id, "OwnerId": self.owner_id, "Groups": [],
            "Instances": instances,
        })
    }
}

const STATUS_FIELDS: &[Field<Instance>] = &[
    ("instance-state-name", |i| vec![i.state.name().to_owned()]),
    ("instance-state-code", |i| vec![code(i.state.name()).to_string()]),
    ("availability-zone", |i| vec![i.availability_zone.clone()]),
    ("availability-zone-id", |i| vec![i.availability_zone_id.clone()]),
    ("instance-status.status", |i| vec![status(i).to_owned()]),
    ("instance-status.reachability", |i| reachability(i)),
    ("system-status.status", |i| vec![status(i).to_owned()]),
    ("system-status.reachability", |i| reachability(i)),
];

fn status(instance: &Instance) -> &'static str {
    if instance.state == State::Running { "ok" } else { "not-applicable" }
}

fn reachability(instance: &Instance) -> Vec<String> {
    (instance.state == State::Running).then(|| "passed".to_owned()).into_iter().collect()
}

pub(super) fn describe_instance_status(
    partition: &mut Partition,
    call: &Call,
) -> Result<Reply, ServiceError> {
    let input: DescribeInstances = read(call)?;
    let page = Page { max_results: input.max_results, next_token: input.next_token.as_deref(), least: 5 };
    page.exclude_ids(&input.instance_ids, "instancesSet")?;
    let region = partition.ec2.region(&Place::of(call)?);
    let mut found = selected(&region, &input, STATUS_FIELDS, call.now)?;
    found.retain(|instance| input.include_all_instances || instance.state == State::Running);
    let (found, next_token) = page.of(found)?;
    let statuses: Vec<Value> = found.into_iter().map(describe_status).collect();
    Ok(Reply { output: json!({ "InstanceStatuses": statuses, "NextToken": next_token }), ..Reply::empty() })
}

fn describe_status(instance: &Instance) -> Value {
    let details: Vec<Value> = reachability(instance)
        .into_iter()
        .map(|passed| json!({ "Name": "reachability", "Status": passed }))
        .collect();
    let summary = json!({ "Status": status(instance), "Details": details });
    json!({
        "InstanceId": instance.instance_id,
        "AvailabilityZone": instance.availability_zone,
        "AvailabilityZoneId": instance.availability_zone_id,
        "InstanceState": state(instance.state.name()),
        "InstanceStatus": summary,
        "SystemStatus": summary,
    })
}
