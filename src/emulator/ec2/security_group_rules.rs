//! Rules of security groups: authorize, revoke, describe. One rule is one protocol, port range and peer.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AuthorizeSecurityGroupIngress.html>

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::Deserialize;
use serde_json::{Value, json};

use super::filters::{Field, Filter, Page, select};
use super::request::{done, error, invalid_value, missing, read};
use super::resource::{TagSpecification, Tags, check_kinds, resource, tags_for};
use super::security_groups::{SecurityGroup, check_id};
use super::store::{Place, Region};
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) security_group_rule_id: String,
    pub(super) is_egress: bool,
    pub(super) ports: Ports,
    pub(super) peer: Peer,
    pub(super) description: Option<String>,
    pub(super) tags: Tags,
}
resource!(Rule, "security-group-rule", security_group_rule_id);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ports {
    /// `tcp`, `udp`, `icmp`, `icmpv6`, a number, or `-1` for all.
    protocol: String,
    /// `None`: all.
    range: Option<(i64, i64)>,
}

/// Whom a rule lets through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Peer {
    CidrIpv4(String),
    CidrIpv6(String),
    /// The id of a security group of the account.
    Group(String),
}

impl Ports {
    pub(super) fn all() -> Self {
        Self { protocol: "-1".to_owned(), range: None }
    }

    pub(super) fn parse(
        protocol: Option<&str>,
        from: Option<i64>,
        to: Option<i64>,
    ) -> Result<Self, ServiceError> {
        let protocol = protocol.ok_or_else(|| missing("ipProtocol"))?.to_lowercase();
        let protocol = match protocol.as_str() {
            "6" => "tcp",
            "17" => "udp",
            "1" => "icmp",
            "58" => "icmpv6",
            "all" => "-1",
            other => other,
        };
        let number = protocol.parse::<i64>().ok();
        if !matches!(protocol, "tcp" | "udp" | "icmp" | "icmpv6")
            && !number.is_some_and(|n| (-1..256).contains(&n))
        {
            let message = format!("Invalid value '{protocol}' for IP protocol. Unknown protocol.");
            return Err(invalid_value(message));
        }
        let range = match (protocol, from, to) {
            ("tcp" | "udp", Some(from), Some(to)) => {
                if !(0..=65535).contains(&from) || !(0..=65535).contains(&to) || from > to {
                    return Err(invalid_value(format!("Invalid TCP/UDP port range ({from}:{to})")));
                }
                Some((from, to))
            }
            ("tcp" | "udp", _, _) => {
                return Err(invalid_value(
                    "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.",
                ));
            }
            ("icmp" | "icmpv6", from, to) => Some((from.unwrap_or(-1), to.unwrap_or(-1))),
            _ => None,
        };
        Ok(Self { protocol: protocol.to_owned(), range })
    }
}

impl Peer {
    pub(super) fn cidr_ipv4(text: &str) -> Result<Self, ServiceError> {
        let (address, length) = split_cidr(text)?;
        let IpAddr::V4(address) = address else { return Err(malformed(text)) };
        if length > 32 {
            return Err(malformed(text));
        }
        let mask = u32::MAX.checked_shl(32 - length).unwrap_or(0);
        Ok(Self::CidrIpv4(format!("{}/{length}", Ipv4Addr::from(u32::from(address) & mask))))
    }

    pub(super) fn cidr_ipv6(text: &str) -> Result<Self, ServiceError> {
        let (address, length) = split_cidr(text)?;
        let IpAddr::V6(address) = address else { return Err(malformed(text)) };
        if length > 128 {
            return Err(malformed(text));
        }
        let mask = u128::MAX.checked_shl(128 - length).unwrap_or(0);
        Ok(Self::CidrIpv6(format!("{}/{length}", Ipv6Addr::from(u128::from(address) & mask))))
    }
}

fn split_cidr(text: &str) -> Result<(IpAddr, u32), ServiceError> {
    text.split_once('/')
        .and_then(|(address, length)| Some((address.parse().ok()?, length.parse().ok()?)))
        .ok_or_else(|| malformed(text))
}

fn malformed(cidr: &str) -> ServiceError {
    invalid_value(format!("CIDR block {cidr} is malformed"))
}

impl Rule {
    pub(super) fn new(id: String, is_egress: bool, ports: Ports, peer: Peer) -> Self {
        Self { security_group_rule_id: id, is_egress, ports, peer, description: None, tags: Tags::default() }
    }

    fn same_as(&self, is_egress: bool, wanted: &WantedRule) -> bool {
        self.is_egress == is_egress && self.ports == wanted.ports && self.peer == wanted.peer
    }

    pub(super) fn cidr_ipv4(&self) -> Option<String> {
        if let Peer::CidrIpv4(cidr) = &self.peer { Some(cidr.clone()) } else { None }
    }

    pub(super) fn cidr_ipv6(&self) -> Option<String> {
        if let Peer::CidrIpv6(cidr) = &self.peer { Some(cidr.clone()) } else { None }
    }

    pub(super) fn referenced_group(&self) -> Option<String> {
        if let Peer::Group(id) = &self.peer { Some(id.clone()) } else { None }
    }

    pub(super) fn first_port(&self) -> Option<String> {
        self.ports.range.map(|(from, _)| from.to_string())
    }

    pub(super) fn last_port(&self) -> Option<String> {
        self.ports.range.map(|(_, to)| to.to_string())
    }

    pub(super) fn protocol(&self) -> Option<String> {
        Some(self.ports.protocol.clone())
    }

    fn describe(&self, group: &SecurityGroup, place: &Place) -> Value {
        let reference = self
            .referenced_group()
            .map(|id| json!({ "GroupId": id, "UserId": group.owner_id, "VpcId": group.vpc_id }));
        json!({
            "SecurityGroupRuleId": self.security_group_rule_id,
            "SecurityGroupRuleArn": place.arn("security-group-rule", &self.security_group_rule_id),
            "GroupId": group.group_id,
            "GroupOwnerId": group.owner_id,
            "IsEgress": self.is_egress,
            "IpProtocol": self.ports.protocol,
            // AWS shows all ports of a rule as -1 here, and leaves them out of `IpPermissions`.
            "FromPort": self.ports.range.map_or(-1, |(from, _)| from),
            "ToPort": self.ports.range.map_or(-1, |(_, to)| to),
            "CidrIpv4": self.cidr_ipv4(),
            "CidrIpv6": self.cidr_ipv6(),
            "ReferencedGroupInfo": reference,
            "Description": self.description,
            "Tags": (!self.tags.is_empty()).then_some(&self.tags),
        })
    }
}

/// A group's rules of one direction as `IpPermissions`: those of the same ports together.
pub(super) fn permissions(group: &SecurityGroup, egress: bool) -> Vec<Value> {
    let rules: Vec<&Rule> = group.rules.iter().filter(|rule| rule.is_egress == egress).collect();
    let mut ports: Vec<&Ports> = Vec::new();
    for rule in &rules {
        if !ports.contains(&&rule.ports) {
            ports.push(&rule.ports);
        }
    }
    let permission = |ports: &Ports| {
        let of_ports = || rules.iter().filter(|rule| rule.ports == *ports);
        let with = |name: &str, value: fn(&Rule) -> Option<String>| -> Vec<Value> {
            of_ports()
                .filter_map(|rule| Some(json!({ name: value(rule)?, "Description": rule.description })))
                .collect()
        };
        let mut groups = with("GroupId", Rule::referenced_group);
        for pair in groups.iter_mut().filter_map(Value::as_object_mut) {
            pair.insert("UserId".to_owned(), json!(group.owner_id));
        }
        json!({
            "IpProtocol": ports.protocol,
            "FromPort": ports.range.map(|(from, _)| from),
            "ToPort": ports.range.map(|(_, to)| to),
            "IpRanges": with("CidrIp", Rule::cidr_ipv4),
            "Ipv6Ranges": with("CidrIpv6", Rule::cidr_ipv6),
            "UserIdGroupPairs": groups,
            "PrefixListIds": [],
        })
    };
    ports.into_iter().map(permission).collect()
}

/// The input of the four operations that authorize and revoke.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct ChangeRules {
    pub(super) group_id: Option<String>,
    pub(super) group_name: Option<String>,
    #[serde(default)]
    ip_permissions: Vec<IpPermission>,
    #[serde(default)]
    security_group_rule_ids: Vec<String>,
    ip_protocol: Option<String>,
    from_port: Option<i64>,
    to_port: Option<i64>,
    cidr_ip: Option<String>,
    source_security_group_name: Option<String>,
    #[serde(rename = "SourceSecurityGroupOwnerId")]
    source_security_group_owner_id: Option<String>,
    #[serde(default)]
    pub(super) tag_specifications: Vec<TagSpecification>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct IpPermission {
    ip_protocol: Option<String>,
    from_port: Option<i64>,
    to_port: Option<i64>,
    #[serde(default)]
    ip_ranges: Vec<IpRange>,
    #[serde(default)]
    ipv6_ranges: Vec<IpRange>,
    #[serde(default)]
    user_id_group_pairs: Vec<GroupPair>,
    #[serde(default)]
    prefix_list_ids: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct IpRange {
    #[serde(alias = "CidrIpv6")]
    cidr_ip: Option<String>,
    description: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct GroupPair {
    group_id: Option<String>,
    group_name: Option<String>,
    user_id: Option<String>,
    description: Option<String>,
    #[serde(rename = "VpcId")]
    _vpc_id: Option<String>,
}

struct WantedRule {
    ports: Ports,
    peer: Peer,
    description: Option<String>,
}

impl ChangeRules {
    /// The rules that the request names.
    fn wanted(&self, region: &Region, place: &Place) -> Result<Vec<WantedRule>, ServiceError> {
        let mut wanted = Vec::new();
        for permission in &self.ip_permissions {
            permission.rules(region, place, &mut wanted)?;
        }
        let source = self.source_security_group_name.as_deref();
        if self.cidr_ip.is_some() || source.is_some() {
            // Of a named source group all protocols pass, unless the request says otherwise.
            let ports = match (&self.ip_protocol, source) {
                (None, Some(_)) => Ports::all(),
                (protocol, _) => Ports::parse(protocol.as_deref(), self.from_port, self.to_port)?,
            };
            let peer = match (&self.cidr_ip, source) {
                (Some(cidr), _) => Peer::cidr_ipv4(cidr)?,
                (None, name) => {
                    let owner = self.source_security_group_owner_id.as_deref();
                    group_peer(region, place, None, name, owner)?
                }
            };
            wanted.push(WantedRule { ports, peer, description: None });
        }
        if wanted.is_empty() { Err(missing("ipPermissions")) } else { Ok(wanted) }
    }
}

impl IpPermission {
    fn rules(
        &self,
        region: &Region,
        place: &Place,
        wanted: &mut Vec<WantedRule>,
    ) -> Result<(), ServiceError> {
        if !self.prefix_list_ids.is_empty() {
            return Err(error("UnsupportedOperation", "The emulator does not know prefix lists"));
        }
        let ports = Ports::parse(self.ip_protocol.as_deref(), self.from_port, self.to_port)?;
        let mut add = |peer, description: &Option<String>| {
            wanted.push(WantedRule { ports: ports.clone(), peer, description: description.clone() });
        };
        for range in &self.ip_ranges {
            add(Peer::cidr_ipv4(range.cidr_ip.as_deref().unwrap_or_default())?, &range.description);
        }
        for range in &self.ipv6_ranges {
            add(Peer::cidr_ipv6(range.cidr_ip.as_deref().unwrap_or_default())?, &range.description);
        }
        for pair in &self.user_id_group_pairs {
            let (id, name) = (pair.group_id.as_deref(), pair.group_name.as_deref());
            add(group_peer(region, place, id, name, pair.user_id.as_deref())?, &pair.description);
        }
        Ok(())
    }
}

fn group_peer(
    region: &Region,
    place: &Place,
    id: Option<&str>,
    name: Option<&str>,
    owner: Option<&str>,
) -> Result<Peer, ServiceError> {
    if owner.is_some_and(|owner| owner != place.account.as_str()) {
        let message = "The emulator does not know security groups of other accounts";
        return Err(error("UnsupportedOperation", message));
    }
    let group = region.named_group(&id.map(str::to_owned), &name.map(str::to_owned))?;
    Ok(Peer::Group(group.group_id.clone()))
}

pub(super) fn authorize_ingress(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    authorize(partition, call, false)
}

pub(super) fn authorize_egress(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    authorize(partition, call, true)
}

fn authorize(partition: &mut Partition, call: &Call, is_egress: bool) -> Result<Reply, ServiceError> {
    let input: ChangeRules = read(call)?;
    let place = Place::of(call)?;
    check_kinds(&input.tag_specifications, &["security-group-rule"])?;
    let tags = tags_for(&input.tag_specifications, "security-group-rule")?;
    let Partition { ec2, ids, .. } = partition;
    let region = ec2.region_mut(&place);
    let group = region.named_group(&input.group_id, &input.group_name)?;
    let group_id = group.group_id.clone();
    let mut added: Vec<Rule> = Vec::new();
    for wanted in input.wanted(region, &place)? {
        if group.rules.iter().chain(&added).any(|rule| rule.same_as(is_egress, &wanted)) {
            return Err(duplicate(&wanted));
        }
        let mut rule = Rule::new(ids.resource_id("sgr-"), is_egress, wanted.ports, wanted.peer);
        rule.description = wanted.description;
        rule.tags = tags.clone();
        added.push(rule);
    }
    let count = group.rules.iter().filter(|rule| rule.is_egress == is_egress).count();
    if count + added.len() > 60 {
        let message = "The maximum number of rules per security group has been reached.";
        return Err(error("RulesPerSecurityGroupLimitExceeded", message));
    }
    let described: Vec<Value> = added.iter().map(|rule| rule.describe(group, &place)).collect();
    if let Some(group) = region.security_groups.iter_mut().find(|group| group.group_id == group_id) {
        group.rules.extend(added);
    }
    Ok(Reply { output: json!({ "Return": true, "SecurityGroupRules": described }), ..Reply::empty() })
}

fn duplicate(wanted: &WantedRule) -> ServiceError {
    let peer = match &wanted.peer {
        Peer::CidrIpv4(text) | Peer::CidrIpv6(text) | Peer::Group(text) => text,
    };
    let protocol = match wanted.ports.protocol.as_str() {
        "-1" => "ALL".to_owned(),
        other => other.to_uppercase(),
    };
    let ports =
        wanted.ports.range.map_or(String::new(), |(from, to)| format!("from port: {from}, to port: {to}, "));
    let message = format!("the specified rule \"peer: {peer}, {protocol}, {ports}ALLOW\" already exists");
    error("InvalidPermission.Duplicate", message)
}

pub(super) fn revoke_ingress(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    revoke(partition, call, false)
}

pub(super) fn revoke_egress(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    revoke(partition, call, true)
}

fn revoke(partition: &mut Partition, call: &Call, is_egress: bool) -> Result<Reply, ServiceError> {
    let input: ChangeRules = read(call)?;
    let place = Place::of(call)?;
    let region = partition.ec2.region_mut(&place);
    let group = region.named_group(&input.group_id, &input.group_name)?;
    let group_id = group.group_id.clone();
    let mut gone: Vec<String> = Vec::new();
    for id in &input.security_group_rule_ids {
        let known = |rule: &&Rule| rule.is_egress == is_egress && rule.security_group_rule_id == *id;
        let rule = group.rules.iter().find(known).ok_or_else(|| rule_not_found(id))?;
        gone.push(rule.security_group_rule_id.clone());
    }
    if gone.is_empty() {
        for wanted in input.wanted(region, &place)? {
            let rule = group.rules.iter().find(|rule| rule.same_as(is_egress, &wanted)).ok_or_else(|| {
                let message = "The specified rule does not exist in this security group.";
                error("InvalidPermission.NotFound", message)
            })?;
            gone.push(rule.security_group_rule_id.clone());
        }
    }
    if let Some(group) = region.security_groups.iter_mut().find(|group| group.group_id == group_id) {
        group.rules.retain(|rule| !gone.contains(&rule.security_group_rule_id));
    }
    Ok(done())
}

pub(super) fn rule_not_found(id: &str) -> ServiceError {
    let message = format!("The security group rule ID '{id}' does not exist");
    error("InvalidSecurityGroupRuleId.NotFound", message)
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct DescribeSecurityGroupRules {
    security_group_rule_ids: Vec<String>,
    filters: Vec<Filter>,
    max_results: Option<i64>,
    next_token: Option<String>,
}

struct RuleOfGroup<'a> {
    rule: &'a Rule,
    group: &'a SecurityGroup,
}

pub(super) fn describe_security_group_rules(
    partition: &mut Partition,
    call: &Call,
) -> Result<Reply, ServiceError> {
    let fields: &[Field<RuleOfGroup<'_>>] = &[
        ("group-id", |found| vec![found.group.group_id.clone()]),
        ("security-group-rule-id", |found| vec![found.rule.security_group_rule_id.clone()]),
    ];
    let input: DescribeSecurityGroupRules = read(call)?;
    let place = Place::of(call)?;
    let page = Page { max_results: input.max_results, next_token: input.next_token.as_deref(), least: 5 };
    let region = partition.ec2.region(&place);
    for filter in input.filters.iter().filter(|filter| filter.name.as_deref() == Some("group-id")) {
        let malformed = |id: &&String| !id.contains(['*', '?']) && check_id(id).is_err();
        if let Some(id) = filter.values.iter().find(malformed) {
            let message = format!("The security group ID '{id}' is malformed");
            return Err(error("InvalidGroupId.Malformed", message));
        }
    }
    let groups = region.security_groups.iter();
    let all: Vec<RuleOfGroup<'_>> =
        groups.flat_map(|group| group.rules.iter().map(move |rule| RuleOfGroup { rule, group })).collect();
    let ids = &input.security_group_rule_ids;
    if let Some(id) = ids.iter().find(|id| !all.iter().any(|found| found.rule.security_group_rule_id == **id))
    {
        return Err(rule_not_found(id));
    }
    let named = all.iter().filter(|found| ids.is_empty() || ids.contains(&found.rule.security_group_rule_id));
    let (found, next_token) =
        page.of(select(named, |found| Some(&found.rule.tags), &input.filters, fields)?)?;
    let rules: Vec<Value> = found.iter().map(|found| found.rule.describe(found.group, &place)).collect();
    Ok(Reply { output: json!({ "SecurityGroupRules": rules, "NextToken": next_token }), ..Reply::empty() })
}
