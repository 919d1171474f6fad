//! VPCs, subnets and internet gateways. A region has a default VPC with a public subnet a zone.
//!
//! <https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc.html>

use policy::AccountId;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::address_blocks::Block;
use super::filters::{Field, Filter, Page, select};
use super::places::zones;
use super::request::{
    GATEWAY_IDS, IdErrors, SUBNET_IDS, VPC_IDS, done, error, invalid_value, read, required,
};
use super::resource::{TagSpecification, Tags, check_kinds, resource, tags_for};
use super::route_tables::RouteTable;
use super::security_groups::SecurityGroup;
use super::store::{Place, Region};
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

#[derive(Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Vpc {
    pub(super) vpc_id: String,
    pub(super) cidr_block: String,
    pub(super) cidr_block_association_set: Vec<CidrAssociation>,
    /// None are modelled.
    ipv6_cidr_block_association_set: [(); 0],
    pub(super) owner_id: AccountId,
    pub(super) state: &'static str,
    pub(super) is_default: bool,
    pub(super) instance_tenancy: &'static str,
    pub(super) dhcp_options_id: String,
    #[serde(skip_serializing_if = "Tags::is_empty")]
    pub(super) tags: Tags,
}
resource!(Vpc, "vpc", vpc_id);

#[derive(Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CidrAssociation {
    association_id: String,
    cidr_block: String,
    cidr_block_state: CidrState,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CidrState {
    pub(super) state: &'static str,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Subnet {
    pub(super) subnet_id: String,
    pub(super) subnet_arn: String,
    pub(super) vpc_id: String,
    pub(super) cidr_block: String,
    pub(super) availability_zone: String,
    pub(super) availability_zone_id: String,
    pub(super) owner_id: AccountId,
    pub(super) state: &'static str,
    pub(super) default_for_az: bool,
    pub(super) map_public_ip_on_launch: bool,
    pub(super) assign_ipv6_address_on_creation: bool,
    map_customer_owned_ip_on_launch: bool,
    enable_dns64: bool,
    ipv6_native: bool,
    /// None are modelled.
    ipv6_cidr_block_association_set: [(); 0],
    private_dns_name_options_on_launch: PrivateDnsNameOptions,
    /// As of creation; `describe_subnets` counts what is taken since.
    pub(super) available_ip_address_count: usize,
    #[serde(skip_serializing_if = "Tags::is_empty")]
    pub(super) tags: Tags,
    #[serde(skip)]
    pub(super) block: Block,
}
resource!(Subnet, "subnet", subnet_id);

/// Of the instances in a subnet; the defaults.
#[derive(Clone, Serialize)]
struct PrivateDnsNameOptions {
    #[serde(rename = "HostnameType")]
    hostname_type: &'static str,
    #[serde(rename = "EnableResourceNameDnsARecord")]
    enable_resource_name_dns_a_record: bool,
    #[serde(rename = "EnableResourceNameDnsAAAARecord")]
    enable_resource_name_dns_aaaa_record: bool,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct InternetGateway {
    pub(super) internet_gateway_id: String,
    pub(super) owner_id: AccountId,
    pub(super) attachments: Vec<GatewayAttachment>,
    #[serde(skip_serializing_if = "Tags::is_empty")]
    pub(super) tags: Tags,
}
resource!(InternetGateway, "internet-gateway", internet_gateway_id);

#[derive(Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GatewayAttachment {
    vpc_id: String,
    state: &'static str,
}

impl InternetGateway {
    pub(super) fn is_attached_to(&self, vpc_id: &str) -> bool {
        self.attachments.iter().any(|attachment| attachment.vpc_id == vpc_id)
    }

    /// An attachment is `available`, not `attached`:
    /// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InternetGatewayAttachment.html>
    pub(super) fn attach(&mut self, vpc_id: &str) {
        self.attachments.push(GatewayAttachment { vpc_id: vpc_id.to_owned(), state: "available" });
    }
}

impl Region {
    /// What AWS makes in each region of a new account.
    pub(super) fn with_default_network(place: &Place) -> Self {
        let mut region = Self::default();
        let mut id = |prefix: &str, what: &str| place.stable_id(prefix, what);
        let block = Block::DEFAULT_VPC;
        let vpc = region.add_vpc(place, block, true, &mut id);
        for (number, zone) in (0_u32..).zip(zones(&place.region)) {
            let block = block.default_subnet(number);
            let mut subnet = Subnet::new(place, id("subnet-", &zone.name), &vpc, block, &zone.name, &zone.id);
            subnet.default_for_az = true;
            subnet.map_public_ip_on_launch = true;
            region.subnets.push(subnet);
        }
        let gateway = id("igw-", "default");
        for table in &mut region.route_tables {
            table.add_route("0.0.0.0/0", &gateway);
        }
        let mut gateway = InternetGateway {
            internet_gateway_id: gateway,
            owner_id: place.account.clone(),
            attachments: Vec::new(),
            tags: Tags::default(),
        };
        gateway.attach(&vpc);
        region.internet_gateways.push(gateway);
        region
    }

    pub(super) fn vpc(&self, id: &str) -> Option<&Vpc> {
        self.vpcs.iter().find(|vpc| vpc.vpc_id == id)
    }

    pub(super) fn default_vpc(&self) -> Option<&Vpc> {
        self.vpcs.iter().find(|vpc| vpc.is_default)
    }

    pub(super) fn subnet(&self, id: &str) -> Option<&Subnet> {
        self.subnets.iter().find(|subnet| subnet.subnet_id == id)
    }

    /// Adds a VPC with its main route table and default security group; returns its id.
    fn add_vpc(
        &mut self,
        place: &Place,
        block: Block,
        is_default: bool,
        id: &mut dyn FnMut(&str, &str) -> String,
    ) -> String {
        let vpc_id = id("vpc-", "default");
        let cidr_block = block.to_string();
        self.vpcs.push(Vpc {
            vpc_id: vpc_id.clone(),
            cidr_block: cidr_block.clone(),
            cidr_block_association_set: vec![CidrAssociation {
                association_id: id("vpc-cidr-assoc-", "default"),
                cidr_block: cidr_block.clone(),
                cidr_block_state: CidrState { state: "associated" },
            }],
            ipv6_cidr_block_association_set: [],
            owner_id: place.account.clone(),
            state: "available",
            is_default,
            instance_tenancy: "default",
            dhcp_options_id: place.stable_id("dopt-", "default"),
            tags: Tags::default(),
        });
        let main = RouteTable::main_of(place, &vpc_id, &cidr_block, id);
        self.route_tables.push(main);
        self.security_groups.push(SecurityGroup::default_of(place, &vpc_id, id));
        vpc_id
    }
}

impl Subnet {
    fn new(place: &Place, subnet_id: String, vpc_id: &str, block: Block, zone: &str, zone_id: &str) -> Self {
        Self {
            subnet_arn: place.arn("subnet", &subnet_id),
            subnet_id,
            vpc_id: vpc_id.to_owned(),
            cidr_block: block.to_string(),
            availability_zone: zone.to_owned(),
            availability_zone_id: zone_id.to_owned(),
            owner_id: place.account.clone(),
            state: "available",
            default_for_az: false,
            map_public_ip_on_launch: false,
            assign_ipv6_address_on_creation: false,
            map_customer_owned_ip_on_launch: false,
            enable_dns64: false,
            ipv6_native: false,
            ipv6_cidr_block_association_set: [],
            private_dns_name_options_on_launch: PrivateDnsNameOptions {
                hostname_type: "ip-name",
                enable_resource_name_dns_a_record: false,
                enable_resource_name_dns_aaaa_record: false,
            },
            available_ip_address_count: block.usable_count(),
            tags: Tags::default(),
            block,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct CreateVpc {
    cidr_block: Option<String>,
    instance_tenancy: Option<String>,
    #[serde(default)]
    pub(super) tag_specifications: Vec<TagSpecification>,
}

pub(super) fn create_vpc(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: CreateVpc = read(call)?;
    let place = Place::of(call)?;
    let cidr = required(&input.cidr_block, "cidrBlock")?;
    if input.instance_tenancy.as_deref().is_some_and(|tenancy| tenancy != "default") {
        return Err(error("UnsupportedOperation", "The emulator knows the instance tenancy 'default' only"));
    }
    let block = Block::parse(cidr)
        .ok_or_else(|| error("InvalidVpc.Range", format!("The CIDR '{cidr}' is invalid.")))?;
    check_kinds(&input.tag_specifications, &["vpc"])?;
    let tags = tags_for(&input.tag_specifications, "vpc")?;
    let Partition { ec2, ids, .. } = partition;
    let region = ec2.region_mut(&place);
    if region.vpcs.len() >= 5 {
        return Err(error("VpcLimitExceeded", "The maximum number of VPCs has been reached."));
    }
    let id = region.add_vpc(&place, block, false, &mut |prefix, _| ids.resource_id(prefix));
    if let Some(vpc) = region.vpcs.iter_mut().find(|vpc| vpc.vpc_id == id) {
        vpc.tags = tags;
    }
    let made = region.vpc(&id).map(|vpc| Vpc { state: "pending", ..vpc.clone() });
    Ok(Reply { output: json!({ "Vpc": made }), ..Reply::empty() })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct DeleteVpc {
    vpc_id: Option<String>,
}

/// Its default security group and main route table go with it, all else must be gone before.
pub(super) fn delete_vpc(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: DeleteVpc = read(call)?;
    let id = required(&input.vpc_id, "vpcId")?;
    VPC_IDS.check_form(id)?;
    let region = partition.ec2.region_mut(&Place::of(call)?);
    region.vpc(id).ok_or_else(|| VPC_IDS.not_found(&[id]))?;
    let has_subnet = region.subnets.iter().any(|subnet| subnet.vpc_id == id);
    let has_group =
        region.security_groups.iter().any(|group| group.vpc_id == id && group.group_name != "default");
    let has_table = region.route_tables.iter().any(|table| table.vpc_id == id && !table.is_main());
    let has_gateway = region.internet_gateways.iter().any(|gateway| gateway.is_attached_to(id));
    if has_subnet || has_group || has_table || has_gateway {
        return Err(has_dependencies("vpc", id));
    }
    region.vpcs.retain(|vpc| vpc.vpc_id != id);
    region.security_groups.retain(|group| group.vpc_id != id);
    region.route_tables.retain(|table| table.vpc_id != id);
    Ok(done())
}

pub(super) fn has_dependencies(noun: &str, id: &str) -> ServiceError {
    error("DependencyViolation", format!("The {noun} '{id}' has dependencies and cannot be deleted."))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct DeleteSubnet {
    subnet_id: Option<String>,
}

pub(super) fn delete_subnet(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: DeleteSubnet = read(call)?;
    let id = required(&input.subnet_id, "subnetId")?;
    SUBNET_IDS.check_form(id)?;
    let region = partition.ec2.region_mut(&Place::of(call)?);
    region.subnet(id).ok_or_else(|| SUBNET_IDS.not_found(&[id]))?;
    if region.network_interfaces.iter().any(|interface| interface.subnet_id == id) {
        return Err(has_dependencies("subnet", id));
    }
    region.subnets.retain(|subnet| subnet.subnet_id != id);
    for table in &mut region.route_tables {
        table.forget_subnet(id);
    }
    Ok(done())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct CreateSubnet {
    pub(super) vpc_id: Option<String>,
    cidr_block: Option<String>,
    availability_zone: Option<String>,
    availability_zone_id: Option<String>,
    #[serde(default)]
    pub(super) tag_specifications: Vec<TagSpecification>,
}

pub(super) fn create_subnet(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: CreateSubnet = read(call)?;
    let place = Place::of(call)?;
    let vpc_id = required(&input.vpc_id, "vpcId")?;
    let cidr = required(&input.cidr_block, "cidrBlock")?;
    let Partition { ec2, ids, .. } = partition;
    let region = ec2.region(&place);
    let vpc = region.vpc(vpc_id).ok_or_else(|| VPC_IDS.not_found(&[vpc_id]))?;
    let block = Block::parse(cidr)
        .ok_or_else(|| error("InvalidSubnet.Range", format!("The CIDR '{cidr}' is invalid.")))?;
    if !Block::parse(&vpc.cidr_block).is_some_and(|whole| whole.contains(block)) {
        return Err(error("InvalidSubnet.Range", format!("The CIDR '{cidr}' is invalid.")));
    }
    if region.subnets.iter().any(|subnet| subnet.vpc_id == vpc_id && subnet.block.overlaps(block)) {
        return Err(error(
            "InvalidSubnet.Conflict",
            format!("The CIDR '{cidr}' conflicts with another subnet"),
        ));
    }
    let zone = input.availability_zone.as_deref().or(input.availability_zone_id.as_deref());
    let zones = zones(&place.region);
    let zone = match zone {
        None => zones.first(),
        Some(wanted) => zones.iter().find(|zone| zone.name == wanted || zone.id == wanted),
    };
    let zone = zone.ok_or_else(|| {
        invalid_value("Value for parameter availabilityZone is invalid. Subnets can only be created in the region's availability zones.")
    })?;
    check_kinds(&input.tag_specifications, &["subnet"])?;
    let tags = tags_for(&input.tag_specifications, "subnet")?;
    let mut subnet = Subnet::new(&place, ids.resource_id("subnet-"), vpc_id, block, &zone.name, &zone.id);
    subnet.tags = tags;
    let reply = Reply { output: json!({ "Subnet": subnet }), ..Reply::empty() };
    ec2.region_mut(&place).subnets.push(subnet);
    Ok(reply)
}

const VPC_FIELDS: &[Field<Vpc>] = &[
    ("vpc-id", |vpc| vec![vpc.vpc_id.clone()]),
    ("cidr", |vpc| vec![vpc.cidr_block.clone()]),
    ("cidr-block-association.cidr-block", |vpc| vec![vpc.cidr_block.clone()]),
    ("is-default", |vpc| vec![vpc.is_default.to_string()]),
    ("isDefault", |vpc| vec![vpc.is_default.to_string()]),
    ("owner-id", |vpc| vec![vpc.owner_id.to_string()]),
    ("state", |vpc| vec![vpc.state.to_owned()]),
    ("dhcp-options-id", |vpc| vec![vpc.dhcp_options_id.clone()]),
];

const SUBNET_FIELDS: &[Field<Subnet>] = &[
    ("subnet-id", |subnet| vec![subnet.subnet_id.clone()]),
    ("subnet-arn", |subnet| vec![subnet.subnet_arn.clone()]),
    ("vpc-id", |subnet| vec![subnet.vpc_id.clone()]),
    ("availability-zone", |subnet| vec![subnet.availability_zone.clone()]),
    ("availabilityZone", |subnet| vec![subnet.availability_zone.clone()]),
    ("availability-zone-id", |subnet| vec![subnet.availability_zone_id.clone()]),
    ("cidr-block", |subnet| vec![subnet.cidr_block.clone()]),
    ("cidrBlock", |subnet| vec![subnet.cidr_block.clone()]),
    ("cidr", |subnet| vec![subnet.cidr_block.clone()]),
    ("default-for-az", |subnet| vec![subnet.default_for_az.to_string()]),
    ("defaultForAz", |subnet| vec![subnet.default_for_az.to_string()]),
    ("map-public-ip-on-launch", |subnet| vec![subnet.map_public_ip_on_launch.to_string()]),
    ("owner-id", |subnet| vec![subnet.owner_id.to_string()]),
    ("state", |subnet| vec![subnet.state.to_owned()]),
];

const GATEWAY_FIELDS: &[Field<InternetGateway>] = &[
    ("internet-gateway-id", |gateway| vec![gateway.internet_gateway_id.clone()]),
    ("attachment.vpc-id", |gateway| gateway.attachments.iter().map(|a| a.vpc_id.clone()).collect()),
    ("attachment.state", |gateway| gateway.attachments.iter().map(|a| a.state.to_owned()).collect()),
    ("owner-id", |gateway| vec![gateway.owner_id.to_string()]),
];

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct DescribeNetworks {
    #[serde(alias = "SubnetIds", alias = "InternetGatewayIds", alias = "RouteTableIds")]
    vpc_ids: Vec<String>,
    filters: Vec<Filter>,
    max_results: Option<i64>,
    next_token: Option<String>,
}

pub(super) fn describe_vpcs(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    describe(partition, call, "Vpcs", &VPC_IDS, VPC_FIELDS, |region| region.vpcs.clone())
}

pub(super) fn describe_subnets(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    describe(partition, call, "Subnets", &SUBNET_IDS, SUBNET_FIELDS, |region| {
        let taken = |id: &str| region.network_interfaces.iter().filter(|eni| eni.subnet_id == id).count();
        let counted = |subnet: &Subnet| Subnet {
            available_ip_address_count: subnet
                .available_ip_address_count
                .saturating_sub(taken(&subnet.subnet_id)),
            ..subnet.clone()
        };
        region.subnets.iter().map(counted).collect()
    })
}

pub(super) fn describe_internet_gateways(
    partition: &mut Partition,
    call: &Call,
) -> Result<Reply, ServiceError> {
    describe(partition, call, "InternetGateways", &GATEWAY_IDS, GATEWAY_FIELDS, |region| {
        region.internet_gateways.clone()
    })
}

pub(super) fn describe<T: super::resource::Resource + Serialize>(
    partition: &Partition,
    call: &Call,
    output: &str,
    errors: &IdErrors,
    fields: &[Field<T>],
    all: fn(&Region) -> Vec<T>,
) -> Result<Reply, ServiceError> {
    let input: DescribeNetworks = read(call)?;
    let ids = input.vpc_ids;
    let page = Page { max_results: input.max_results, next_token: input.next_token.as_deref(), least: 5 };
    let all = all(&partition.ec2.region(&Place::of(call)?));
    errors.check_all(&ids, |id| all.iter().any(|item| item.id() == id))?;
    let named = all.iter().filter(|item| ids.is_empty() || ids.iter().any(|id| id == item.id()));
    let (items, next_token) = page.of(select(named, |item| Some(item.tags()), &input.filters, fields)?)?;
    Ok(Reply { output: json!({ output: items, "NextToken": next_token }), ..Reply::empty() })
}
