//! The routes of route tables, to internet gateways, network interfaces and instances.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateRoute.html>

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use super::request::{
    GATEWAY_IDS, INSTANCE_IDS, INTERFACE_IDS, done, error, invalid_value, missing, read, required,
};
use super::store::{Place, Region};
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

#[derive(Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Route {
    pub(super) destination_cidr_block: String,
    #[serde(flatten)]
    pub(super) target: Target,
    pub(super) origin: &'static str,
    pub(super) state: &'static str,
}

/// Where a route leads; of the members there are those that the kind of target has.
#[derive(Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Target {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) gateway_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) instance_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance_owner_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) network_interface_id: Option<String>,
}

impl Target {
    pub(super) fn gateway(id: &str) -> Self {
        Self { gateway_id: Some(id.to_owned()), ..Self::default() }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct RouteInput {
    route_table_id: Option<String>,
    destination_cidr_block: Option<String>,
    gateway_id: Option<String>,
    instance_id: Option<String>,
    network_interface_id: Option<String>,
}

impl RouteInput {
    fn destination(&self) -> Result<String, ServiceError> {
        let text = required(&self.destination_cidr_block, "destinationCidrBlock")?;
        block(text).ok_or_else(|| {
            invalid_value(format!(
                "Value ({text}) for parameter destinationCidrBlock is invalid. This is not a valid CIDR block."
            ))
        })
    }

    fn target(&self, region: &Region, place: &Place, table: &str) -> Result<Target, ServiceError> {
        let vpc = &region.route_table(table)?.vpc_id;
        match (&self.gateway_id, &self.network_interface_id, &self.instance_id) {
            (Some(id), None, None) => {
                GATEWAY_IDS.check_form(id)?;
                let gateway =
                    region.internet_gateways.iter().find(|gateway| gateway.internet_gateway_id == *id);
                let gateway = gateway.ok_or_else(|| {
                    error("InvalidGatewayID.NotFound", format!("The gateway ID '{id}' does not exist"))
                })?;
                if !gateway.is_attached_to(vpc) {
                    let message =
                        format!("route table {table} and network gateway {id} belong to different networks");
                    return Err(invalid_value(message));
                }
                Ok(Target::gateway(id))
            }
            (None, Some(id), None) => {
                INTERFACE_IDS.check_form(id)?;
                interface(region, place, |eni| eni.network_interface_id == *id)
                    .ok_or_else(|| INTERFACE_IDS.not_found(&[id]))
            }
            (None, None, Some(id)) => {
                INSTANCE_IDS.check_form(id)?;
                interface(region, place, |eni| eni.instance_id == *id)
                    .ok_or_else(|| INSTANCE_IDS.not_found(&[id]))
            }
            (None, None, None) => Err(missing("gatewayId")),
            _ => {
                let message = "A route has one target.";
                Err(error("InvalidParameterCombination", message))
            }
        }
    }
}

/// The interface that is meant, with the instance that it is of.
fn interface(
    region: &Region,
    place: &Place,
    is_meant: impl Fn(&super::network_interfaces::NetworkInterface) -> bool,
) -> Option<Target> {
    let found = region.network_interfaces.iter().find(|eni| is_meant(eni))?;
    Some(Target {
        gateway_id: None,
        instance_id: Some(found.instance_id.clone()).filter(|id| !id.is_empty()),
        instance_owner_id: Some(place.account.to_string()),
        network_interface_id: Some(found.network_interface_id.clone()),
    })
}

/// A block as AWS keeps it: 100.68.0.18/18 is 100.68.0.0/18.
fn block(text: &str) -> Option<String> {
    let (address, length) = text.split_once('/')?;
    let address: Ipv4Addr = address.parse().ok()?;
    let length: u32 = length.parse().ok().filter(|length| *length <= 32)?;
    let mask = u32::MAX.checked_shl(32 - length).unwrap_or(0);
    Some(format!("{}/{length}", Ipv4Addr::from(u32::from(address) & mask)))
}

pub(super) fn create_route(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: RouteInput = read(call)?;
    let place = Place::of(call)?;
    let id = required(&input.route_table_id, "routeTableId")?;
    let destination = input.destination()?;
    let region = partition.ec2.region_mut(&place);
    let target = input.target(region, &place, id)?;
    let routes = region.routes_mut(id)?;
    if routes.iter().any(|route| route.destination_cidr_block == destination) {
        let message = format!("The route identified by {destination} already exists.");
        return Err(error("RouteAlreadyExists", message));
    }
    routes.push(Route {
        destination_cidr_block: destination,
        target,
        origin: "CreateRoute",
        state: "active",
    });
    Ok(done())
}

pub(super) fn replace_route(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: RouteInput = read(call)?;
    let place = Place::of(call)?;
    let id = required(&input.route_table_id, "routeTableId")?;
    let destination = input.destination()?;
    let region = partition.ec2.region_mut(&place);
    let target = input.target(region, &place, id)?;
    let routes = region.routes_mut(id)?;
    let route =
        routes.iter_mut().find(|route| route.destination_cidr_block == destination).ok_or_else(|| {
            invalid_value(format!(
                "There is no route defined for '{destination}' in the route table. Use CreateRoute instead."
            ))
        })?;
    route.target = target;
    Ok(done())
}

pub(super) fn delete_route(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: RouteInput = read(call)?;
    let id = required(&input.route_table_id, "routeTableId")?;
    let destination = input.destination()?;
    let routes = partition.ec2.region_mut(&Place::of(call)?).routes_mut(id)?;
    match routes.iter().find(|route| route.destination_cidr_block == destination) {
        None => {
            let message = format!("no route with destination-cidr-block {destination} in route table {id}");
            return Err(error("InvalidRoute.NotFound", message));
        }
        Some(route) if route.target.gateway_id.as_deref() == Some("local") => {
            return Err(invalid_value(format!(
                "cannot remove local route {destination} in route table {id}"
            )));
        }
        Some(_) => routes.retain(|route| route.destination_cidr_block != destination),
    }
    Ok(done())
}
