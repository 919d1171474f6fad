//! The permissions of operations on networks and volumes.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html>

use super::access::{Answer, access, create_tags_on, on, on_vpc};
use super::networks::{CreateSubnet, CreateVpc};
use super::request::read;
use super::resource::requested;
use super::route_tables::{AssociateRouteTable, CreateRouteTable, DisassociateRouteTable};
use super::store::Place;
use crate::operation::Call;
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

pub(super) fn on_one_vpc(partition: &Partition, call: &Call) -> Answer {
    on_one(partition, call, "VpcId", "vpc")
}
