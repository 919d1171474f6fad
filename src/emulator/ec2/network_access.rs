//! The permissions of operations on networks and volumes.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html>

use super::access::{Answer, access, create_tags_on, on, on_vpc};
use super::internet_gateways::CreateInternetGateway;
use super::networks::{CreateSubnet, CreateVpc};
use super::request::read;
use super::resource::requested;
use super::route_tables::{AssociateRouteTable, CreateRouteTable, DisassociateRouteTable};
use super::store::{Place, Region};
use super::vpc_endpoints::{CreateVpcEndpoint, DeleteVpcEndpoints, ModifyVpcEndpoint};
use crate::operation::{Access, Call};
use crate::partition::Partition;

pub(super) fn create_vpc(_: &Partition, call: &Call) -> Answer {
    let input: CreateVpc = read(call)?;
    let place = Place::of(call)?;
    let on_vpc =
        access(call, place.arn("vpc", "*")).request_tags(requested(&input.tag_specifications, "vpc"));
    let mut needed = vec![on_vpc];
    needed.extend(create_tags_on(call, &place, &input.tag_specifications, &["vpc"]));
    Ok(needed)
}

pub(super) fn create_subnet(partition: &Partition, call: &Call) -> Answer {
    let input: CreateSubnet = read(call)?;
    let place = Place::of(call)?;
    let vpc_id = input.vpc_id.as_deref().unwrap_or("*");
    let mut needed = vec![
        access(call, place.arn("subnet", "*")).request_tags(requested(&input.tag_specifications, "subnet")),
        on_vpc(&partition.ec2.region(&place), call, &place, vpc_id),
    ];
    needed.extend(create_tags_on(call, &place, &input.tag_specifications, &["subnet"]));
    Ok(needed)
}

pub(super) fn create_route_table(partition: &Partition, call: &Call) -> Answer {
    let input: CreateRouteTable = read(call)?;
    let place = Place::of(call)?;
    let vpc_id = input.vpc_id.as_deref().unwrap_or("*");
    let mut needed = vec![
        access(call, place.arn("route-table", "*"))
            .request_tags(requested(&input.tag_specifications, "route-table")),
        on_vpc(&partition.ec2.region(&place), call, &place, vpc_id),
    ];
    needed.extend(create_tags_on(call, &place, &input.tag_specifications, &["route-table"]));
    Ok(needed)
}

pub(super) fn associate_route_table(partition: &Partition, call: &Call) -> Answer {
    let input: AssociateRouteTable = read(call)?;
    let place = Place::of(call)?;
    let region = partition.ec2.region(&place);
    let ids = [("route-table", input.route_table_id), ("subnet", input.subnet_id)];
    let on_each = |(kind, id): (&str, Option<String>)| {
        let id = id.as_deref().unwrap_or("*");
        access(call, place.arn(kind, id)).of_resource(&region, &place, id)
    };
    Ok(ids.into_iter().map(on_each).collect())
}

pub(super) fn disassociate_route_table(partition: &Partition, call: &Call) -> Answer {
    let input: DisassociateRouteTable = read(call)?;
    let place = Place::of(call)?;
    let region = partition.ec2.region(&place);
    let (table, subnet) = input
        .association_id
        .and_then(|id| region.associated(&id))
        .unwrap_or_else(|| ("rtb-*".to_owned(), Some("subnet-*".to_owned())));
    let ids = std::iter::once(table).chain(subnet);
    Ok(ids.map(|id| on(&region, call, &place, &id)).collect())
}

/// Operations on one resource, whose id is the parameter named.
fn on_one(partition: &Partition, call: &Call, parameter: &str, kind: &str) -> Answer {
    let place = Place::of(call)?;
    let id = call.input.get(parameter).and_then(|id| id.as_str()).unwrap_or("*");
    Ok(vec![access(call, place.arn(kind, id)).of_resource(&partition.ec2.region(&place), &place, id)])
}

pub(super) fn on_one_route_table(partition: &Partition, call: &Call) -> Answer {
    on_one(partition, call, "RouteTableId", "route-table")
}

pub(super) fn on_one_subnet(partition: &Partition, call: &Call) -> Answer {
    on_one(partition, call, "SubnetId", "subnet")
}

pub(super) fn on_one_volume(partition: &Partition, call: &Call) -> Answer {
    on_one(partition, call, "VolumeId", "volume")
}

pub(super) fn on_one_interface(partition: &Partition, call: &Call) -> Answer {
    on_one(partition, call, "NetworkInterfaceId", "network-interface")
}

pub(super) fn on_one_vpc(partition: &Partition, call: &Call) -> Answer {
    on_one(partition, call, "VpcId", "vpc")
}

pub(super) fn on_one_gateway(partition: &Partition, call: &Call) -> Answer {
    on_one(partition, call, "InternetGatewayId", "internet-gateway")
}

pub(super) fn create_internet_gateway(_: &Partition, call: &Call) -> Answer {
    let input: CreateInternetGateway = read(call)?;
    let place = Place::of(call)?;
    let kind = "internet-gateway";
    let tags = requested(&input.tag_specifications, kind);
    let mut needed = vec![access(call, place.arn(kind, "*")).request_tags(tags)];
    needed.extend(create_tags_on(call, &place, &input.tag_specifications, &[kind]));
    Ok(needed)
}

/// Attaching and detaching: the gateway and the VPC.
pub(super) fn on_gateway_and_vpc(partition: &Partition, call: &Call) -> Answer {
    let mut needed = on_one_gateway(partition, call)?;
    needed.extend(on_one_vpc(partition, call)?);
    Ok(needed)
}

fn on_each(region: &Region, call: &Call, place: &Place, kind: &str, ids: &[String]) -> Vec<Access> {
    ids.iter().map(|id| access(call, place.arn(kind, id)).of_resource(region, place, id)).collect()
}

pub(super) fn create_vpc_endpoint(partition: &Partition, call: &Call) -> Answer {
    let input: CreateVpcEndpoint = read(call)?;
    let place = Place::of(call)?;
    let region = partition.ec2.region(&place);
    let vpc_id = input.vpc_id.as_deref().unwrap_or("*");
    let kind = "vpc-endpoint";
    let mut of_endpoint =
        access(call, place.arn(kind, "*")).request_tags(requested(&input.tag_specifications, kind));
    if let Some(service) = &input.service_name {
        of_endpoint = of_endpoint.of_endpoint_service(&place, service);
    }
    let mut needed = vec![of_endpoint, on_vpc(&region, call, &place, vpc_id)];
    needed.extend(on_each(&region, call, &place, "route-table", &input.route_table_ids));
    needed.extend(create_tags_on(call, &place, &input.tag_specifications, &[kind]));
    Ok(needed)
}

pub(super) fn modify_vpc_endpoint(partition: &Partition, call: &Call) -> Answer {
    let input: ModifyVpcEndpoint = read(call)?;
    let place = Place::of(call)?;
    let region = partition.ec2.region(&place);
    let id = input.vpc_endpoint_id.unwrap_or_else(|| "*".to_owned());
    let mut needed = on_each(&region, call, &place, "vpc-endpoint", &[id]);
    for tables in [&input.add_route_table_ids, &input.remove_route_table_ids] {
        needed.extend(on_each(&region, call, &place, "route-table", tables));
    }
    Ok(needed)
}

pub(super) fn delete_vpc_endpoints(partition: &Partition, call: &Call) -> Answer {
    let input: DeleteVpcEndpoints = read(call)?;
    let place = Place::of(call)?;
    let needed =
        on_each(&partition.ec2.region(&place), call, &place, "vpc-endpoint", &input.vpc_endpoint_ids);
    Ok(if needed.is_empty() { vec![access(call, place.arn("vpc-endpoint", "*"))] } else { needed })
}
