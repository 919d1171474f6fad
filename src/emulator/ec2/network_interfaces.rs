//! Network interfaces: each instance has one, made with it, and deleted with it unless the launch said otherwise.

use chrono::{DateTime, Utc};
use policy::AccountId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::filters::{Field, Filter, Page, select};
use super::request::{INTERFACE_IDS, done, error, read, required};
use super::resource::{Tags, resource};
use super::security_groups::GroupIdentifier;
use super::store::Place;
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

#[derive(Clone)]
pub(super) struct NetworkInterface {
    pub(super) network_interface_id: String,
    pub(super) attachment_id: String,
    pub(super) attach_time: DateTime<Utc>,
    /// Empty: its instance was terminated.
    pub(super) instance_id: String,
    pub(super) delete_on_termination: bool,
    pub(super) owner_id: AccountId,
    pub(super) description: String,
    pub(super) availability_zone: String,
    pub(super) subnet_id: String,
    pub(super) vpc_id: String,
    pub(super) groups: Vec<GroupIdentifier>,
    pub(super) mac_address: String,
    pub(super) private_ip_address: String,
    pub(super) private_dns_name: String,
    /// Address and name.
    pub(super) public: Option<(String, String)>,
    pub(super) source_dest_check: bool,
    pub(super) tags: Tags,
}
resource!(NetworkInterface, "network-interface", network_interface_id);

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Association<'a> {
    ip_owner_id: &'static str,
    public_ip: &'a str,
    public_dns_name: &'a str,
}

impl NetworkInterface {
    fn is_attached(&self) -> bool {
        !self.instance_id.is_empty()
    }

    fn status(&self) -> &'static str {
        if self.is_attached() { "in-use" } else { "available" }
    }

    fn association(&self) -> Option<Association<'_>> {
        let (public_ip, public_dns_name) = self.public.as_ref()?;
        Some(Association { ip_owner_id: "amazon", public_ip, public_dns_name })
    }

    /// As `DescribeNetworkInterfaces` shows it.
    pub(super) fn describe(&self) -> Value {
        let mut described = self.describe_in_instance();
        let Some(members) = described.as_object_mut() else { return described };
        members.insert("AvailabilityZone".to_owned(), json!(self.availability_zone));
        members.insert("RequesterManaged".to_owned(), json!(false));
        members.insert("TagSet".to_owned(), json!(self.tags));
        if !self.is_attached() {
            members.remove("Attachment");
        }
        if let Some(attachment) = members.get_mut("Attachment").and_then(Value::as_object_mut) {
            attachment.insert("InstanceId".to_owned(), json!(self.instance_id));
            attachment.insert("InstanceOwnerId".to_owned(), json!(self.owner_id));
        }
        described
    }

    /// As `DescribeInstances` shows it.
    pub(super) fn describe_in_instance(&self) -> Value {
        json!({
            "NetworkInterfaceId": self.network_interface_id,
            "Association": self.association(),
            "Attachment": {
                "AttachmentId": self.attachment_id, "AttachTime": self.attach_time, "DeviceIndex": 0,
                "NetworkCardIndex": 0, "DeleteOnTermination": self.delete_on_termination, "Status": "attached",
            },
            "Description": self.description,
            "Groups": self.groups,
            "InterfaceType": "interface",
            "Ipv6Addresses": [],
            "MacAddress": self.mac_address,
            "OwnerId": self.owner_id,
            "PrivateDnsName": self.private_dns_name,
            "PrivateIpAddress": self.private_ip_address,
            "PrivateIpAddresses": [{
                "Primary": true, "PrivateIpAddress": self.private_ip_address,
                "PrivateDnsName": self.private_dns_name, "Association": self.association(),
            }],
            "SourceDestCheck": self.source_dest_check,
            "Status": self.status(),
            "SubnetId": self.subnet_id,
            "VpcId": self.vpc_id,
        })
    }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct DescribeNetworkInterfaces {
    network_interface_ids: Vec<String>,
    filters: Vec<Filter>,
    max_results: Option<i64>,
    next_token: Option<String>,
}

const FIELDS: &[Field<NetworkInterface>] = &[
    ("network-interface-id", |eni| vec![eni.network_interface_id.clone()]),
    ("attachment.instance-id", |eni| of_attached(eni, &eni.instance_id)),
    ("attachment.attachment-id", |eni| of_attached(eni, &eni.attachment_id)),
    ("attachment.delete-on-termination", |eni| of_attached(eni, &eni.delete_on_termination.to_string())),
    ("attachment.status", |eni| of_attached(eni, "attached")),
    ("association.public-ip", |eni| eni.public.iter().map(|(address, _)| address.clone()).collect()),
    ("addresses.private-ip-address", |eni| vec![eni.private_ip_address.clone()]),
    ("private-ip-address", |eni| vec![eni.private_ip_address.clone()]),
    ("availability-zone", |eni| vec![eni.availability_zone.clone()]),
    ("description", |eni| vec![eni.description.clone()]),
    ("group-id", |eni| eni.groups.iter().map(|group| group.group_id.clone()).collect()),
    ("group-name", |eni| eni.groups.iter().map(|group| group.group_name.clone()).collect()),
    ("mac-address", |eni| vec![eni.mac_address.clone()]),
    ("owner-id", |eni| vec![eni.owner_id.to_string()]),
    ("status", |eni| vec![eni.status().to_owned()]),
    ("subnet-id", |eni| vec![eni.subnet_id.clone()]),
    ("vpc-id", |eni| vec![eni.vpc_id.clone()]),
];

fn of_attached(eni: &NetworkInterface, value: &str) -> Vec<String> {
    eni.is_attached().then(|| value.to_owned()).into_iter().collect()
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct DeleteNetworkInterface {
    network_interface_id: Option<String>,
}

/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteNetworkInterface.html>
pub(super) fn delete_network_interface(
    partition: &mut Partition,
    call: &Call,
) -> Result<Reply, ServiceError> {
    let input: DeleteNetworkInterface = read(call)?;
    let id = required(&input.network_interface_id, "networkInterfaceId")?;
    INTERFACE_IDS.check_form(id)?;
    let interfaces = &mut partition.ec2.region_mut(&Place::of(call)?).network_interfaces;
    let interface = interfaces.iter().find(|eni| eni.network_interface_id == id);
    if interface.ok_or_else(|| INTERFACE_IDS.not_found(&[id]))?.is_attached() {
        return Err(error("InvalidParameterValue", format!("Network interface '{id}' is currently in use.")));
    }
    interfaces.retain(|eni| eni.network_interface_id != id);
    Ok(done())
}

pub(super) fn describe_network_interfaces(
    partition: &mut Partition,
    call: &Call,
) -> Result<Reply, ServiceError> {
    let input: DescribeNetworkInterfaces = read(call)?;
    let ids = input.network_interface_ids;
    let page = Page { max_results: input.max_results, next_token: input.next_token.as_deref(), least: 5 };
    page.exclude_ids(&ids, "networkInterfaceIds")?;
    let region = partition.ec2.region(&Place::of(call)?);
    let all = &region.network_interfaces;
    INTERFACE_IDS.check_all(&ids, |id| all.iter().any(|eni| eni.network_interface_id == id))?;
    let named = all.iter().filter(|eni| ids.is_empty() || ids.contains(&eni.network_interface_id));
    let (items, next_token) = page.of(select(named, |eni| Some(&eni.tags), &input.filters, FIELDS)?)?;
    let items: Vec<Value> = items.into_iter().map(NetworkInterface::describe).collect();
    Ok(Reply { output: json!({ "NetworkInterfaces": items, "NextToken": next_token }), ..Reply::empty() })
}
