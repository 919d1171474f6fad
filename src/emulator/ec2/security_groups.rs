//! Security groups. Their rules are in `security_group_rules`.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html>

use policy::AccountId;
use serde::Deserialize;
use serde_json::{Value, json};

use super::filters::{Field, Filter, Page, select};
use super::request::{VPC_IDS, error, invalid_value, missing, read, required};
use super::resource::{TagSpecification, Tags, check_kinds, resource, tags_for};
use super::security_group_rules::{Peer, Ports, Rule, permissions};
use super::store::{Place, Region};
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

#[derive(Clone)]
pub(super) struct SecurityGroup {
    pub(super) group_id: String,
    pub(super) group_name: String,
    pub(super) description: String,
    pub(super) vpc_id: String,
    pub(super) owner_id: AccountId,
    pub(super) arn: String,
    pub(super) rules: Vec<Rule>,
    pub(super) tags: Tags,
}
resource!(SecurityGroup, "security-group", group_id);

impl SecurityGroup {
    fn new(
        place: &Place,
        (name, description): (&str, &str),
        vpc_id: &str,
        id: &mut dyn FnMut(&str, &str) -> String,
    ) -> Self {
        let group_id = id("sg-", name);
        let mut group = Self {
            arn: place.arn("security-group", &group_id),
            group_id,
            group_name: name.to_owned(),
            description: description.to_owned(),
            vpc_id: vpc_id.to_owned(),
            owner_id: place.account.clone(),
            rules: Vec::new(),
            tags: Tags::default(),
        };
        // Everything may go out by default.
        let anywhere = Peer::CidrIpv4("0.0.0.0/0".to_owned());
        group.rules.push(Rule::new(id("sgr-", "egress"), true, Ports::all(), anywhere));
        group
    }

    /// The group that each VPC has.
    pub(super) fn default_of(place: &Place, vpc_id: &str, id: &mut dyn FnMut(&str, &str) -> String) -> Self {
        let mut group = Self::new(place, ("default", "default VPC security group"), vpc_id, id);
        let itself = Peer::Group(group.group_id.clone());
        group.rules.insert(0, Rule::new(id("sgr-", "ingress"), false, Ports::all(), itself));
        group
    }

    /// How other resources refer to it.
    pub(super) fn identifier(&self) -> GroupIdentifier {
        GroupIdentifier { group_id: self.group_id.clone(), group_name: self.group_name.clone() }
    }

    fn describe(&self) -> Value {
        json!({
            "GroupId": self.group_id,
            "GroupName": self.group_name,
            "Description": self.description,
            "VpcId": self.vpc_id,
            "OwnerId": self.owner_id,
            "SecurityGroupArn": self.arn,
            "IpPermissions": permissions(self, false),
            "IpPermissionsEgress": permissions(self, true),
            "Tags": (!self.tags.is_empty()).then_some(&self.tags),
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GroupIdentifier {
    pub(crate) group_id: String,
    pub(crate) group_name: String,
}

impl Region {
    pub(super) fn security_group(&self, id: &str) -> Option<&SecurityGroup> {
        self.security_groups.iter().find(|group| group.group_id == id)
    }

    /// The group of those in a VPC that name none.
    pub(super) fn default_group(&self, vpc_id: &str) -> Option<&SecurityGroup> {
        self.security_groups.iter().find(|group| group.group_name == "default" && group.vpc_id == vpc_id)
    }

    /// A group of the default VPC, by name.
    pub(super) fn security_group_named(&self, name: &str) -> Option<&SecurityGroup> {
        let vpc = self.default_vpc()?;
        self.security_groups.iter().find(|group| group.group_name == name && group.vpc_id == vpc.vpc_id)
    }

    /// The group of a request that takes either an id or a name.
    pub(super) fn named_group(
        &self,
        id: &Option<String>,
        name: &Option<String>,
    ) -> Result<&SecurityGroup, ServiceError> {
        match (id.as_deref(), name.as_deref()) {
            (Some(id), _) => {
                check_id(id)?;
                self.security_group(id).ok_or_else(|| not_found(id))
            }
            (None, Some(name)) => self.security_group_named(name).ok_or_else(|| not_found(name)),
            (None, None) => Err(missing("groupName or groupId")),
        }
    }
}

pub(super) fn not_found(id: &str) -> ServiceError {
    error("InvalidGroup.NotFound", format!("The security group '{id}' does not exist"))
}

pub(super) fn check_id(id: &str) -> Result<(), ServiceError> {
    let digits = id.strip_prefix("sg-").unwrap_or_default();
    if matches!(digits.len(), 8 | 17) && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(());
    }
    Err(error("InvalidGroupId.Malformed", format!("Invalid id: \"{id}\" (expecting \"sg-...\")")))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct CreateSecurityGroup {
    group_name: Option<String>,
    #[serde(alias = "GroupDescription")]
    description: Option<String>,
    pub(super) vpc_id: Option<String>,
    #[serde(default)]
    pub(super) tag_specifications: Vec<TagSpecification>,
}

pub(super) fn create_security_group(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: CreateSecurityGroup = read(call)?;
    let place = Place::of(call)?;
    let name = required(&input.group_name, "groupName")?;
    let description = required(&input.description, "groupDescription")?;
    check_text("groupName", name)?;
    check_text("groupDescription", description)?;
    if name.starts_with("sg-") {
        return Err(invalid_value(format!(
            "Value ({name}) for parameter groupName is invalid. Group names may not be in the format sg-*"
        )));
    }
    if name.eq_ignore_ascii_case("default") {
        return Err(error("InvalidParameterValue", "Cannot use reserved security group name: default"));
    }
    check_kinds(&input.tag_specifications, &["security-group"])?;
    let tags = tags_for(&input.tag_specifications, "security-group")?;
    let Partition { ec2, ids, .. } = partition;
    let region = ec2.region(&place);
    let vpc_id = match &input.vpc_id {
        Some(id) => region.vpc(id).ok_or_else(|| VPC_IDS.not_found(&[id]))?.vpc_id.clone(),
        None => {
            let none = || error("VPCIdNotSpecified", "No default VPC for this user");
            region.default_vpc().ok_or_else(none)?.vpc_id.clone()
        }
    };
    if region.security_groups.iter().any(|group| group.vpc_id == vpc_id && group.group_name == name) {
        let message = format!("The security group '{name}' already exists for VPC '{vpc_id}'");
        return Err(error("InvalidGroup.Duplicate", message));
    }
    if region.security_groups.len() >= 2500 {
        return Err(error(
            "SecurityGroupLimitExceeded",
            "The maximum number of security groups has been reached.",
        ));
    }
    let mut id = |prefix: &str, _: &str| ids.resource_id(prefix);
    let mut group = SecurityGroup::new(&place, (name, description), &vpc_id, &mut id);
    group.tags = tags;
    let output = json!({
        "GroupId": group.group_id,
        "SecurityGroupArn": group.arn,
        "Tags": (!group.tags.is_empty()).then_some(&group.tags),
    });
    ec2.region_mut(&place).security_groups.push(group);
    Ok(Reply { output, ..Reply::empty() })
}

/// Names and descriptions in a VPC: up to 255 of `a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*`.
fn check_text(parameter: &str, text: &str) -> Result<(), ServiceError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._-:/()#,@[]+=&;{}!$* ".contains(c);
    if text.len() <= 255 && text.chars().all(allowed) {
        return Ok(());
    }
    let message =
        format!("Invalid value '{text}' for {parameter}. Character sets beyond ASCII are not supported.");
    Err(invalid_value(message))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct DeleteSecurityGroup {
    pub(super) group_id: Option<String>,
    pub(super) group_name: Option<String>,
}

pub(super) fn delete_security_group(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: DeleteSecurityGroup = read(call)?;
    let place = Place::of(call)?;
    let region = partition.ec2.region_mut(&place);
    let group = region.named_group(&input.group_id, &input.group_name)?;
    let (id, name) = (group.group_id.clone(), group.group_name.clone());
    if name == "default" {
        let message = format!("the specified group: \"{id}\" name: \"{name}\" cannot be deleted by a user");
        return Err(error("CannotDelete", message));
    }
    let attached = region.network_interfaces.iter().any(|eni| eni.groups.iter().any(|g| g.group_id == id));
    let referenced = region.security_groups.iter().any(|group| {
        group.group_id != id && group.rules.iter().any(|rule| rule.peer == Peer::Group(id.clone()))
    });
    if attached || referenced {
        return Err(error("DependencyViolation", format!("resource {id} has a dependent object")));
    }
    region.security_groups.retain(|group| group.group_id != id);
    Ok(Reply { output: json!({ "Return": true, "GroupId": id }), ..Reply::empty() })
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct DescribeSecurityGroups {
    group_ids: Vec<String>,
    group_names: Vec<String>,
    filters: Vec<Filter>,
    max_results: Option<i64>,
    next_token: Option<String>,
}

fn of_rules(group: &SecurityGroup, egress: bool, value: fn(&Rule) -> Option<String>) -> Vec<String> {
    group.rules.iter().filter(|rule| rule.is_egress == egress).filter_map(value).collect()
}

const FIELDS: &[Field<SecurityGroup>] = &[
    ("group-id", |group| vec![group.group_id.clone()]),
    ("group-name", |group| vec![group.group_name.clone()]),
    ("description", |group| vec![group.description.clone()]),
    ("vpc-id", |group| vec![group.vpc_id.clone()]),
    ("owner-id", |group| vec![group.owner_id.to_string()]),
    ("ip-permission.cidr", |group| of_rules(group, false, Rule::cidr_ipv4)),
    ("ip-permission.ipv6-cidr", |group| of_rules(group, false, Rule::cidr_ipv6)),
    ("ip-permission.from-port", |group| of_rules(group, false, Rule::first_port)),
    ("ip-permission.to-port", |group| of_rules(group, false, Rule::last_port)),
    ("ip-permission.protocol", |group| of_rules(group, false, Rule::protocol)),
    ("ip-permission.group-id", |group| of_rules(group, false, Rule::referenced_group)),
    ("egress.ip-permission.cidr", |group| of_rules(group, true, Rule::cidr_ipv4)),
    ("egress.ip-permission.ipv6-cidr", |group| of_rules(group, true, Rule::cidr_ipv6)),
    ("egress.ip-permission.from-port", |group| of_rules(group, true, Rule::first_port)),
    ("egress.ip-permission.to-port", |group| of_rules(group, true, Rule::last_port)),
    ("egress.ip-permission.protocol", |group| of_rules(group, true, Rule::protocol)),
    ("egress.ip-permission.group-id", |group| of_rules(group, true, Rule::referenced_group)),
];

pub(super) fn describe_security_groups(
    partition: &mut Partition,
    call: &Call,
) -> Result<Reply, ServiceError> {
    let input: DescribeSecurityGroups = read(call)?;
    let page = Page { max_results: input.max_results, next_token: input.next_token.as_deref(), least: 5 };
    page.exclude_ids(&input.group_ids, "groupIds")?;
    let region = partition.ec2.region(&Place::of(call)?);
    for id in &input.group_ids {
        check_id(id)?;
        region.security_group(id).ok_or_else(|| not_found(id))?;
    }
    for name in &input.group_names {
        region.security_group_named(name).ok_or_else(|| not_found(name))?;
    }
    let default_vpc = region.default_vpc().map(|vpc| vpc.vpc_id.as_str());
    let wanted = |group: &&SecurityGroup| {
        (input.group_ids.is_empty() || input.group_ids.contains(&group.group_id))
            && (input.group_names.is_empty()
                || (input.group_names.contains(&group.group_name) && default_vpc == Some(&group.vpc_id)))
    };
    let groups = region.security_groups.iter().filter(wanted);
    let (groups, next_token) = page.of(select(groups, |group| Some(&group.tags), &input.filters, FIELDS)?)?;
    let groups: Vec<Value> = groups.into_iter().map(SecurityGroup::describe).collect();
    Ok(Reply { output: json!({ "SecurityGroups": groups, "NextToken": next_token }), ..Reply::empty() })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct GetSecurityGroupsForVpc {
    vpc_id: Option<String>,
    #[serde(default)]
    filters: Vec<Filter>,
    max_results: Option<i64>,
    next_token: Option<String>,
}

const FIELDS_FOR_VPC: &[Field<SecurityGroup>] = &[
    ("group-id", |group| vec![group.group_id.clone()]),
    ("group-name", |group| vec![group.group_name.clone()]),
    ("description", |group| vec![group.description.clone()]),
    ("owner-id", |group| vec![group.owner_id.to_string()]),
    ("primary-vpc-id", |group| vec![group.vpc_id.clone()]),
];

/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetSecurityGroupsForVpc.html>
pub(super) fn get_security_groups_for_vpc(
    partition: &mut Partition,
    call: &Call,
) -> Result<Reply, ServiceError> {
    let input: GetSecurityGroupsForVpc = read(call)?;
    let id = required(&input.vpc_id, "VpcId")?;
    VPC_IDS.check_form(id)?;
    let page = Page { max_results: input.max_results, next_token: input.next_token.as_deref(), least: 5 };
    let region = partition.ec2.region(&Place::of(call)?);
    region.vpc(id).ok_or_else(|| VPC_IDS.not_found(&[id]))?;
    let groups = region.security_groups.iter().filter(|group| group.vpc_id == id);
    let (groups, next_token) =
        page.of(select(groups, |group| Some(&group.tags), &input.filters, FIELDS_FOR_VPC)?)?;
    let describe = |group: &SecurityGroup| {
        json!({
            "Description": group.description, "GroupId": group.group_id, "GroupName": group.group_name,
            "OwnerId": group.owner_id, "PrimaryVpcId": group.vpc_id, "Tags": group.tags,
        })
    };
    let groups: Vec<Value> = groups.into_iter().map(describe).collect();
    Ok(Reply { output: json!({ "SecurityGroupForVpcs": groups, "NextToken": next_token }), ..Reply::empty() })
}
