//! Route tables, and the subnets that have one of their own. No packet is routed.
//!
//! <https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html>

use policy::AccountId;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::filters::Field;
use super::networks::{CidrState, describe, has_dependencies};
use super::request::{ROUTE_TABLE_IDS, SUBNET_IDS, VPC_IDS, done, error, invalid_value, read, required};
use super::resource::{TagSpecification, Tags, check_kinds, resource, tags_for};
use super::routes::{Route, Target};
use super::store::{Place, Region};
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

#[derive(Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RouteTable {
    pub(super) route_table_id: String,
    pub(super) vpc_id: String,
    owner_id: AccountId,
    associations: Vec<RouteTableAssociation>,
    /// None are modelled.
    propagating_vgws: [(); 0],
    routes: Vec<Route>,
    pub(super) tags: Tags,
}
resource!(RouteTable, "route-table", route_table_id);

#[derive(Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct RouteTableAssociation {
    main: bool,
    route_table_association_id: String,
    route_table_id: String,
    /// `None`: of all subnets of the VPC that have no other.
    #[serde(skip_serializing_if = "Option::is_none")]
    subnet_id: Option<String>,
    association_state: CidrState,
}

impl Route {
    fn to_gateway(destination: &str, gateway: &str, origin: &'static str) -> Self {
        let target = Target::gateway(gateway);
        Self { destination_cidr_block: destination.to_owned(), target, origin, state: "active" }
    }
}

impl RouteTableAssociation {
    fn new(id: String, route_table_id: &str, subnet_id: Option<String>) -> Self {
        Self {
            main: subnet_id.is_none(),
            route_table_association_id: id,
            route_table_id: route_table_id.to_owned(),
            subnet_id,
            association_state: CidrState { state: "associated" },
        }
    }
}

impl RouteTable {
    fn new(place: &Place, id: String, vpc_id: &str, cidr_block: &str) -> Self {
        Self {
            route_table_id: id,
            vpc_id: vpc_id.to_owned(),
            owner_id: place.account.clone(),
            associations: Vec::new(),
            propagating_vgws: [],
            routes: vec![Route::to_gateway(cidr_block, "local", "CreateRouteTable")],
            tags: Tags::default(),
        }
    }

    /// The main one, which each VPC has.
    pub(super) fn main_of(
        place: &Place,
        vpc_id: &str,
        cidr_block: &str,
        id: &mut dyn FnMut(&str, &str) -> String,
    ) -> Self {
        let mut table = Self::new(place, id("rtb-", "default"), vpc_id, cidr_block);
        let association = RouteTableAssociation::new(id("rtbassoc-", "default"), &table.route_table_id, None);
        table.associations.push(association);
        table
    }

    pub(super) fn is_main(&self) -> bool {
        self.associations.iter().any(|association| association.main)
    }

    pub(super) fn add_route(&mut self, destination: &str, gateway: &str) {
        self.routes.push(Route::to_gateway(destination, gateway, "CreateRoute"));
    }

    /// Routes through a gateway that is gone lead nowhere.
    pub(super) fn lose_gateway(&mut self, id: &str) {
        for route in self.routes.iter_mut().filter(|route| route.target.gateway_id.as_deref() == Some(id)) {
            route.state = "blackhole";
        }
    }

    pub(super) fn forget_subnet(&mut self, id: &str) {
        self.associations.retain(|association| association.subnet_id.as_deref() != Some(id));
    }
}

impl Region {
    pub(super) fn route_table(&self, id: &str) -> Result<&RouteTable, ServiceError> {
        ROUTE_TABLE_IDS.check_form(id)?;
        let table = self.route_tables.iter().find(|table| table.route_table_id == id);
        table.ok_or_else(|| ROUTE_TABLE_IDS.not_found(&[id]))
    }

    pub(super) fn routes_mut(&mut self, id: &str) -> Result<&mut Vec<Route>, ServiceError> {
        ROUTE_TABLE_IDS.check_form(id)?;
        let table = self.route_tables.iter_mut().find(|table| table.route_table_id == id);
        table.map(|table| &mut table.routes).ok_or_else(|| ROUTE_TABLE_IDS.not_found(&[id]))
    }

    /// The route table and the subnet of an association.
    pub(super) fn associated(&self, association_id: &str) -> Option<(String, Option<String>)> {
        let mut associations = self.route_tables.iter().flat_map(|table| &table.associations);
        let found = associations.find(|found| found.route_table_association_id == association_id)?;
        Some((found.route_table_id.clone(), found.subnet_id.clone()))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct CreateRouteTable {
    pub(super) vpc_id: Option<String>,
    #[serde(default)]
    pub(super) tag_specifications: Vec<TagSpecification>,
    #[serde(rename = "ClientToken")]
    _client_token: Option<String>,
}

pub(super) fn create_route_table(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: CreateRouteTable = read(call)?;
    let place = Place::of(call)?;
    let vpc_id = required(&input.vpc_id, "vpcId")?;
    VPC_IDS.check_form(vpc_id)?;
    let Partition { ec2, ids, .. } = partition;
    let region = ec2.region_mut(&place);
    let vpc = region.vpc(vpc_id).ok_or_else(|| VPC_IDS.not_found(&[vpc_id]))?;
    check_kinds(&input.tag_specifications, &["route-table"])?;
    let tags = tags_for(&input.tag_specifications, "route-table")?;
    let table = RouteTable::new(&place, ids.resource_id("rtb-"), vpc_id, &vpc.cidr_block);
    let table = RouteTable { tags, ..table };
    let output = json!({ "RouteTable": table });
    region.route_tables.push(table);
    Ok(Reply { output, ..Reply::empty() })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct DeleteRouteTable {
    route_table_id: Option<String>,
}

pub(super) fn delete_route_table(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: DeleteRouteTable = read(call)?;
    let id = required(&input.route_table_id, "routeTableId")?;
    let region = partition.ec2.region_mut(&Place::of(call)?);
    if !region.route_table(id)?.associations.is_empty() {
        return Err(has_dependencies("routeTable", id));
    }
    region.route_tables.retain(|table| table.route_table_id != id);
    Ok(done())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct AssociateRouteTable {
    pub(super) route_table_id: Option<String>,
    pub(super) subnet_id: Option<String>,
}

pub(super) fn associate_route_table(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: AssociateRouteTable = read(call)?;
    let id = required(&input.route_table_id, "routeTableId")?;
    let subnet_id = required(&input.subnet_id, "subnetId")?;
    SUBNET_IDS.check_form(subnet_id)?;
    let Partition { ec2, ids, .. } = partition;
    let region = ec2.region_mut(&Place::of(call)?);
    let vpc_id = region.route_table(id)?.vpc_id.clone();
    let subnet = region.subnet(subnet_id).ok_or_else(|| SUBNET_IDS.not_found(&[subnet_id]))?;
    if subnet.vpc_id != vpc_id {
        let message = format!("Route table {id} and subnet {subnet_id} belong to different networks");
        return Err(invalid_value(message));
    }
    let mut associations = region.route_tables.iter().flat_map(|table| &table.associations);
    if associations.any(|association| association.subnet_id.as_deref() == Some(subnet_id)) {
        let message =
            format!("the specified association for route table {id} conflicts with an existing association");
        return Err(error("Resource.AlreadyAssociated", message));
    }
    let association =
        RouteTableAssociation::new(ids.resource_id("rtbassoc-"), id, Some(subnet_id.to_owned()));
    let output = json!({
        "AssociationId": association.route_table_association_id,
        "AssociationState": association.association_state,
    });
    for table in region.route_tables.iter_mut().filter(|table| table.route_table_id == id) {
        table.associations.push(association.clone());
    }
    Ok(Reply { output, ..Reply::empty() })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct DisassociateRouteTable {
    pub(super) association_id: Option<String>,
}

pub(super) fn disassociate_route_table(
    partition: &mut Partition,
    call: &Call,
) -> Result<Reply, ServiceError> {
    let input: DisassociateRouteTable = read(call)?;
    let id = required(&input.association_id, "associationId")?;
    let region = partition.ec2.region_mut(&Place::of(call)?);
    match region.associated(id) {
        None => {
            let message = format!("The association ID '{id}' does not exist");
            Err(error("InvalidAssociationID.NotFound", message))
        }
        Some((_, None)) => {
            Err(invalid_value(format!("cannot disassociate the main route table association {id}")))
        }
        Some((_, Some(subnet_id))) => {
            for table in &mut region.route_tables {
                table.forget_subnet(&subnet_id);
            }
            Ok(done())
        }
    }
}

const FIELDS: &[Field<RouteTable>] = &[
    ("route-table-id", |table| vec![table.route_table_id.clone()]),
    ("vpc-id", |table| vec![table.vpc_id.clone()]),
    ("owner-id", |table| vec![table.owner_id.to_string()]),
    ("association.main", |table| table.associations.iter().map(|a| a.main.to_string()).collect()),
    ("association.route-table-id", |table| vec![table.route_table_id.clone()]),
    ("association.route-table-association-id", |table| {
        table.associations.iter().map(|a| a.route_table_association_id.clone()).collect()
    }),
    // Subnets that are associated with the main table implicitly do not match.
    ("association.subnet-id", |table| {
        table.associations.iter().filter_map(|a| a.subnet_id.clone()).collect()
    }),
    ("route.gateway-id", |table| {
        table.routes.iter().filter_map(|route| route.target.gateway_id.clone()).collect()
    }),
    ("route.instance-id", |table| {
        table.routes.iter().filter_map(|route| route.target.instance_id.clone()).collect()
    }),
    ("route.destination-cidr-block", |table| {
        table.routes.iter().map(|route| route.destination_cidr_block.clone()).collect()
    }),
];

pub(super) fn describe_route_tables(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    describe(partition, call, "RouteTables", &ROUTE_TABLE_IDS, FIELDS, |region| region.route_tables.clone())
}
