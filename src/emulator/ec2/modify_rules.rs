//! `ModifySecurityGroupRules`: other ports, peers and descriptions for rules that are there.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySecurityGroupRules.html>

use serde::Deserialize;

use super::request::{done, error, invalid_value, missing, read, required};
use super::security_group_rules::{Peer, Ports, Rule, rule_not_found};
use super::store::{Place, Region};
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct ModifySecurityGroupRules {
    pub(super) group_id: Option<String>,
    #[serde(default)]
    pub(super) security_group_rules: Vec<Update>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Update {
    pub(super) security_group_rule_id: Option<String>,
    security_group_rule: Option<Wanted>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct Wanted {
    ip_protocol: Option<String>,
    from_port: Option<i64>,
    to_port: Option<i64>,
    cidr_ipv4: Option<String>,
    cidr_ipv6: Option<String>,
    prefix_list_id: Option<String>,
    referenced_group_id: Option<String>,
    description: Option<String>,
}

impl Wanted {
    /// The rule as it is to be; its id, direction and tags stay.
    fn of(self, rule: &Rule, region: &Region) -> Result<Rule, ServiceError> {
        let protocol = self.ip_protocol.as_deref().ok_or_else(|| {
            let message =
                "Invalid value 'null' for protocol. VPC security group rules must specify protocols explicitly.";
            invalid_value(message)
        })?;
        let has_ports = self.from_port.is_some() && self.to_port.is_some();
        if matches!(protocol, "tcp" | "udp" | "6" | "17") && !has_ports {
            let message = "Invalid value for portRange. Must specify both from and to ports with TCP/UDP.";
            return Err(invalid_value(message));
        }
        let ports = Ports::parse(Some(protocol), self.from_port, self.to_port)?;
        let peer = self.peer(region)?;
        Ok(Rule { ports, peer, description: self.description, ..rule.clone() })
    }

    fn peer(&self, region: &Region) -> Result<Peer, ServiceError> {
        let peers = [&self.cidr_ipv4, &self.cidr_ipv6, &self.prefix_list_id, &self.referenced_group_id];
        match peers.iter().filter(|peer| peer.is_some()).count() {
            0 => {
                let message = "The request must contain exactly one of: cidrIp, cidrIpv6, prefixListId, or referencedGroupId";
                return Err(error("MissingParameter", message));
            }
            1 => {}
            _ => {
                let message =
                    "Only one of cidrIp, cidrIpv6, prefixListId, or referencedGroupId can be specified";
                return Err(error("InvalidParameterCombination", message));
            }
        }
        if let Some(cidr) = &self.cidr_ipv4 {
            return Peer::cidr_ipv4(cidr);
        }
        if let Some(cidr) = &self.cidr_ipv6 {
            return Peer::cidr_ipv6(cidr);
        }
        if self.prefix_list_id.is_some() {
            return Err(error("UnsupportedOperation", "The emulator does not know prefix lists"));
        }
        Ok(Peer::Group(region.named_group(&self.referenced_group_id, &None)?.group_id.clone()))
    }
}

pub(super) fn modify_security_group_rules(
    partition: &mut Partition,
    call: &Call,
) -> Result<Reply, ServiceError> {
    let input: ModifySecurityGroupRules = read(call)?;
    required(&input.group_id, "GroupId")?;
    let region = partition.ec2.region_mut(&Place::of(call)?);
    let group = region.named_group(&input.group_id, &None)?;
    let group_id = group.group_id.clone();
    // On a copy first, so that a refused rule leaves all as they were.
    let mut rules = group.rules.clone();
    for update in input.security_group_rules {
        let id = required(&update.security_group_rule_id, "SecurityGroupRuleId")?;
        let rule = rules.iter_mut().find(|rule| rule.security_group_rule_id == id);
        let rule = rule.ok_or_else(|| rule_not_found(id))?;
        let wanted = update.security_group_rule.ok_or_else(|| missing("SecurityGroupRule"))?;
        *rule = wanted.of(rule, region)?;
    }
    if let Some(group) = region.security_groups.iter_mut().find(|group| group.group_id == group_id) {
        group.rules = rules;
    }
    Ok(done())
}
