//! Gateway endpoints of VPCs, with their policies. No traffic goes through them, so that what their policies say is kept
//! and shown, and not asked.
//!
//! <https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html>

use chrono::{DateTime, Utc};
use policy::{AccountId, PolicyDocument, PolicyKind};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::filters::{Field, Filter, Page, select};
use super::request::{ENDPOINT_IDS, ROUTE_TABLE_IDS, VPC_IDS, done, error, invalid_value, read, required};
use super::resource::{TagSpecification, Tags, check_kinds, resource, tags_for};
use super::store::{Place, Region};
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

/// What an endpoint has where no policy is given: full access.
const FULL_ACCESS: &str = r#"{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}"#;

/// The services that have gateway endpoints.
const GATEWAY_SERVICES: [&str; 2] = ["s3", "dynamodb"];

#[derive(Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct VpcEndpoint {
    pub(super) vpc_endpoint_id: String,
    vpc_endpoint_type: &'static str,
    vpc_id: String,
    pub(super) service_name: String,
    service_region: String,
    state: &'static str,
    policy_document: String,
    route_table_ids: Vec<String>,
    /// A gateway endpoint has none of these four.
    subnet_ids: [(); 0],
    groups: [(); 0],
    network_interface_ids: [(); 0],
    dns_entries: [(); 0],
    private_dns_enabled: bool,
    requester_managed: bool,
    creation_timestamp: DateTime<Utc>,
    pub(super) tags: Tags,
    owner_id: AccountId,
}
resource!(VpcEndpoint, "vpc-endpoint", vpc_endpoint_id);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct CreateVpcEndpoint {
    vpc_endpoint_type: Option<String>,
    pub(super) vpc_id: Option<String>,
    pub(super) service_name: Option<String>,
    policy_document: Option<String>,
    #[serde(default)]
    pub(super) route_table_ids: Vec<String>,
    #[serde(default)]
    pub(super) tag_specifications: Vec<TagSpecification>,
    client_token: Option<String>,
}

impl CreateVpcEndpoint {
    fn check(&self, region: &Region, place: &Place) -> Result<(), ServiceError> {
        if self.vpc_endpoint_type.as_deref().is_some_and(|kind| kind != "Gateway") {
            let message = "The emulator knows VPC endpoints of the type 'Gateway' only";
            return Err(error("UnsupportedOperation", message));
        }
        let vpc_id = required(&self.vpc_id, "vpcId")?;
        let service = required(&self.service_name, "serviceName")?;
        VPC_IDS.check_form(vpc_id)?;
        region
            .vpc(vpc_id)
            .ok_or_else(|| error("InvalidVpcId.NotFound", format!("The Vpc Id {vpc_id} does not exist")))?;
        let name = service.strip_prefix(&format!("com.amazonaws.{}.", place.region));
        if !name.is_some_and(|name| GATEWAY_SERVICES.contains(&name)) {
            let message = format!("The Vpc Endpoint Service '{service}' does not exist");
            return Err(error("InvalidServiceName", message));
        }
        check_tables(region, vpc_id, &self.route_table_ids)?;
        let same = |endpoint: &&VpcEndpoint| endpoint.service_name == service && endpoint.vpc_id == vpc_id;
        let taken = region.vpc_endpoints.iter().filter(same);
        let taken =
            taken.flat_map(|endpoint| &endpoint.route_table_ids).find(|id| self.route_table_ids.contains(id));
        match taken {
            Some(id) => {
                let message = format!(
                    "route table {id} already has a route with destination-prefix-list-id of {service}"
                );
                Err(error("RouteAlreadyExists", message))
            }
            None => Ok(()),
        }
    }
}

fn check_tables(region: &Region, vpc_id: &str, ids: &[String]) -> Result<(), ServiceError> {
    for id in ids {
        ROUTE_TABLE_IDS.check_form(id)?;
        let table = region.route_table(id).map_err(|_| {
            error("InvalidRouteTableId.NotFound", format!("The route table ID '{id}' does not exist"))
        })?;
        if table.vpc_id != vpc_id {
            return Err(invalid_value(format!(
                "Route table {id} and VPC {vpc_id} belong to different networks"
            )));
        }
    }
    Ok(())
}

fn checked_policy(text: Option<String>) -> Result<String, ServiceError> {
    let text = text.filter(|text| !text.is_empty()).unwrap_or_else(|| FULL_ACCESS.to_owned());
    match PolicyDocument::parse(&text, PolicyKind::Resource) {
        Ok(_) => Ok(text),
        Err(wrong) => Err(error(
            "InvalidPolicyDocument",
            format!("The policy document is not valid: {}", wrong.message),
        )),
    }
}

pub(super) fn create(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: CreateVpcEndpoint = read(call)?;
    let place = Place::of(call)?;
    input.check(&partition.ec2.region(&place), &place)?;
    check_kinds(&input.tag_specifications, &["vpc-endpoint"])?;
    let endpoint = VpcEndpoint {
        policy_document: checked_policy(input.policy_document)?,
        tags: tags_for(&input.tag_specifications, "vpc-endpoint")?,
        vpc_endpoint_id: partition.ids.resource_id("vpce-"),
        vpc_endpoint_type: "Gateway",
        vpc_id: input.vpc_id.unwrap_or_default(),
        service_name: input.service_name.unwrap_or_default(),
        service_region: place.region.clone(),
        state: "available",
        route_table_ids: input.route_table_ids,
        subnet_ids: [],
        groups: [],
        network_interface_ids: [],
        dns_entries: [],
        private_dns_enabled: false,
        requester_managed: false,
        creation_timestamp: call.now,
        owner_id: place.account.clone(),
    };
    let output = json!({ "VpcEndpoint": endpoint, "ClientToken": input.client_token });
    partition.ec2.region_mut(&place).vpc_endpoints.push(endpoint);
    Ok(Reply { output, ..Reply::empty() })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct ModifyVpcEndpoint {
    pub(super) vpc_endpoint_id: Option<String>,
    #[serde(default)]
    reset_policy: bool,
    policy_document: Option<String>,
    #[serde(default)]
    pub(super) add_route_table_ids: Vec<String>,
    #[serde(default)]
    pub(super) remove_route_table_ids: Vec<String>,
}

impl Region {
    fn endpoint(&self, id: &str) -> Result<&VpcEndpoint, ServiceError> {
        ENDPOINT_IDS.check_form(id)?;
        self.vpc_endpoints.iter().find(|endpoint| endpoint.vpc_endpoint_id == id).ok_or_else(|| no_such(id))
    }
}

fn no_such(id: &str) -> ServiceError {
    error(ENDPOINT_IDS.not_found, format!("The Vpc Endpoint Id '{id}' does not exist"))
}

pub(super) fn modify(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: ModifyVpcEndpoint = read(call)?;
    let id = required(&input.vpc_endpoint_id, "vpcEndpointId")?;
    let region = partition.ec2.region_mut(&Place::of(call)?);
    let mut endpoint = region.endpoint(id)?.clone();
    check_tables(region, &endpoint.vpc_id, &input.add_route_table_ids)?;
    if input.reset_policy || input.policy_document.is_some() {
        endpoint.policy_document = checked_policy(input.policy_document.filter(|_| !input.reset_policy))?;
    }
    endpoint.route_table_ids.retain(|table| !input.remove_route_table_ids.contains(table));
    for table in input.add_route_table_ids {
        if !endpoint.route_table_ids.contains(&table) {
            endpoint.route_table_ids.push(table);
        }
    }
    for kept in region.vpc_endpoints.iter_mut().filter(|kept| kept.vpc_endpoint_id == id) {
        *kept = endpoint.clone();
    }
    Ok(done())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct DeleteVpcEndpoints {
    #[serde(default)]
    pub(super) vpc_endpoint_ids: Vec<String>,
}

/// Each for itself: those that are not there are told in the answer.
pub(super) fn delete(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: DeleteVpcEndpoints = read(call)?;
    let region = partition.ec2.region_mut(&Place::of(call)?);
    let mut unsuccessful: Vec<Value> = Vec::new();
    for id in input.vpc_endpoint_ids {
        match region.endpoint(&id) {
            Ok(_) => region.vpc_endpoints.retain(|endpoint| endpoint.vpc_endpoint_id != id),
            Err(ServiceError { code, message, .. }) => {
                unsuccessful.push(json!({ "ResourceId": id, "Error": { "Code": code, "Message": message } }))
            }
        }
    }
    Ok(Reply { output: json!({ "Unsuccessful": unsuccessful }), ..Reply::empty() })
}

const FIELDS: &[Field<VpcEndpoint>] = &[
    ("vpc-endpoint-id", |endpoint| vec![endpoint.vpc_endpoint_id.clone()]),
    ("vpc-endpoint-type", |endpoint| vec![endpoint.vpc_endpoint_type.to_owned()]),
    ("vpc-endpoint-state", |endpoint| vec![endpoint.state.to_owned()]),
    ("vpc-id", |endpoint| vec![endpoint.vpc_id.clone()]),
    ("service-name", |endpoint| vec![endpoint.service_name.clone()]),
];

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct DescribeVpcEndpoints {
    vpc_endpoint_ids: Vec<String>,
    filters: Vec<Filter>,
    max_results: Option<i64>,
    next_token: Option<String>,
}

pub(super) fn describe(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: DescribeVpcEndpoints = read(call)?;
    let ids = &input.vpc_endpoint_ids;
    let page = Page { max_results: input.max_results, next_token: input.next_token.as_deref(), least: 1 };
    let region = partition.ec2.region(&Place::of(call)?);
    for id in ids {
        region.endpoint(id)?;
    }
    let named =
        region.vpc_endpoints.iter().filter(|one| ids.is_empty() || ids.contains(&one.vpc_endpoint_id));
    let (items, next_token) =
        page.of(select(named, |endpoint| Some(&endpoint.tags), &input.filters, FIELDS)?)?;
    Ok(Reply { output: json!({ "VpcEndpoints": items, "NextToken": next_token }), ..Reply::empty() })
}
