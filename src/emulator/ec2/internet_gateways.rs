//! Making internet gateways, and attaching them to VPCs.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AttachInternetGateway.html>

use serde::Deserialize;
use serde_json::json;

use super::networks::{InternetGateway, has_dependencies};
use super::request::{GATEWAY_IDS, VPC_IDS, done, error, read, required};
use super::resource::{TagSpecification, check_kinds, tags_for};
use super::store::{Place, Region};
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct CreateInternetGateway {
    #[serde(default)]
    pub(super) tag_specifications: Vec<TagSpecification>,
}

pub(super) fn create(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: CreateInternetGateway = read(call)?;
    let place = Place::of(call)?;
    check_kinds(&input.tag_specifications, &["internet-gateway"])?;
    let tags = tags_for(&input.tag_specifications, "internet-gateway")?;
    let gateway = InternetGateway {
        internet_gateway_id: partition.ids.resource_id("igw-"),
        owner_id: place.account.clone(),
        attachments: Vec::new(),
        tags,
    };
    let output = json!({ "InternetGateway": gateway });
    partition.ec2.region_mut(&place).internet_gateways.push(gateway);
    Ok(Reply { output, ..Reply::empty() })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct GatewayInput {
    internet_gateway_id: Option<String>,
    vpc_id: Option<String>,
}

impl Region {
    fn gateway_mut(&mut self, id: &str) -> Result<&mut InternetGateway, ServiceError> {
        GATEWAY_IDS.check_form(id)?;
        let found = self.internet_gateways.iter_mut().find(|gateway| gateway.internet_gateway_id == id);
        found.ok_or_else(|| GATEWAY_IDS.not_found(&[id]))
    }
}

pub(super) fn attach(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: GatewayInput = read(call)?;
    let id = required(&input.internet_gateway_id, "internetGatewayId")?;
    let vpc_id = required(&input.vpc_id, "vpcId")?;
    VPC_IDS.check_form(vpc_id)?;
    let region = partition.ec2.region_mut(&Place::of(call)?);
    let has_one = region.internet_gateways.iter().any(|gateway| gateway.is_attached_to(vpc_id));
    let exists = region.vpc(vpc_id).is_some();
    let gateway = region.gateway_mut(id)?;
    if !exists {
        return Err(VPC_IDS.not_found(&[vpc_id]));
    }
    if !gateway.attachments.is_empty() {
        let message = format!("resource {id} is already attached to network {vpc_id}");
        return Err(error("Resource.AlreadyAssociated", message));
    }
    if has_one {
        let message = format!("Network {vpc_id} already has an internet gateway attached");
        return Err(error("InvalidParameterValue", message));
    }
    gateway.attach(vpc_id);
    Ok(done())
}

/// Routes through it lead nowhere from then on.
pub(super) fn detach(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: GatewayInput = read(call)?;
    let id = required(&input.internet_gateway_id, "internetGatewayId")?;
    let vpc_id = required(&input.vpc_id, "vpcId")?;
    let region = partition.ec2.region_mut(&Place::of(call)?);
    let gateway = region.gateway_mut(id)?;
    if !gateway.is_attached_to(vpc_id) {
        let message = format!("resource {id} is not attached to network {vpc_id}");
        return Err(error("Gateway.NotAttached", message));
    }
    gateway.attachments.clear();
    for table in &mut region.route_tables {
        table.lose_gateway(id);
    }
    Ok(done())
}

pub(super) fn delete(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: GatewayInput = read(call)?;
    let id = required(&input.internet_gateway_id, "internetGatewayId")?;
    let region = partition.ec2.region_mut(&Place::of(call)?);
    if !region.gateway_mut(id)?.attachments.is_empty() {
        return Err(has_dependencies("internetGateway", id));
    }
    region.internet_gateways.retain(|gateway| gateway.internet_gateway_id != id);
    Ok(done())
}
