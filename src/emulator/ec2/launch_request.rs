//! The parameters of `RunInstances`, and what follows from them and the network.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;

use super::instance_attributes::MetadataOptionsRequest;
use super::launch_templates::TemplateSpecification;
use super::networks::Subnet;
use super::profile_associations::ProfileSpecification;
use super::request::{SUBNET_IDS, error, invalid_value, parse, read};
use super::resource::{TagSpecification, check_kinds};
use super::security_groups::{self, GroupIdentifier};
use super::store::Region;
use crate::operation::{Call, ServiceError};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct RunInstances {
    pub(super) image_id: Option<String>,
    pub(super) instance_type: Option<String>,
    pub(super) min_count: Option<i64>,
    pub(super) max_count: Option<i64>,
    pub(super) key_name: Option<String>,
    #[serde(default)]
    pub(super) security_group_ids: Vec<String>,
    #[serde(default)]
    pub(super) security_groups: Vec<String>,
    pub(super) subnet_id: Option<String>,
    pub(super) private_ip_address: Option<String>,
    #[serde(default)]
    pub(super) network_interfaces: Vec<InterfaceSpecification>,
    pub(super) iam_instance_profile: Option<ProfileSpecification>,
    #[serde(default)]
    pub(super) tag_specifications: Vec<TagSpecification>,
    pub(super) user_data: Option<String>,
    #[serde(default)]
    pub(super) metadata_options: MetadataOptionsRequest,
    pub(super) client_token: Option<String>,
    pub(super) placement: Option<Placement>,
    instance_market_options: Option<MarketOptions>,
    #[serde(default)]
    pub(super) block_device_mappings: Vec<DeviceMapping>,
    pub(super) monitoring: Option<Monitoring>,
    pub(super) ebs_optimized: Option<bool>,
    pub(super) disable_api_termination: Option<bool>,
    pub(super) disable_api_stop: Option<bool>,
    pub(super) instance_initiated_shutdown_behavior: Option<String>,
    launch_template: Option<TemplateSpecification>,
    /// What `launch_template` names, whose data are among the parameters.
    #[serde(skip)]
    pub(super) template: Option<UsedTemplate>,
    // Of no consequence here.
    #[serde(rename = "CreditSpecification")]
    _credit_specification: Option<Value>,
}

/// The launch template of a launch.
pub(super) struct UsedTemplate {
    pub(super) id: String,
    pub(super) version: u64,
    /// The parameters that the request itself has.
    overriding: Vec<String>,
}

impl UsedTemplate {
    /// Whether the request has none of these parameters.
    pub(super) fn decides(&self, parameters: &[&str]) -> bool {
        !parameters.iter().any(|parameter| self.overriding.iter().any(|own| own == parameter))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct InterfaceSpecification {
    pub(super) device_index: Option<i64>,
    pub(super) associate_public_ip_address: Option<bool>,
    pub(super) subnet_id: Option<String>,
    #[serde(default)]
    pub(super) groups: Vec<String>,
    pub(super) private_ip_address: Option<String>,
    pub(super) description: Option<String>,
    pub(super) delete_on_termination: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Placement {
    pub(super) availability_zone: Option<String>,
    tenancy: Option<String>,
    group_name: Option<String>,
}

/// How a launch is paid for. Spot instances are not made, but who may ask for them is decided.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct MarketOptions {
    market_type: Option<String>,
    #[serde(rename = "SpotOptions")]
    _spot_options: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct DeviceMapping {
    pub(super) device_name: Option<String>,
    pub(super) ebs: Option<DeviceVolume>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct DeviceVolume {
    pub(super) volume_size: Option<u32>,
    pub(super) volume_type: Option<String>,
    pub(super) encrypted: Option<bool>,
    pub(super) delete_on_termination: Option<bool>,
    pub(super) iops: Option<i64>,
    pub(super) throughput: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Monitoring {
    pub(super) enabled: Option<bool>,
}

/// Whether an interface in a subnet has a public address: as it is asked for, else as the subnet has it.
pub(super) fn is_public(interface: Option<&InterfaceSpecification>, subnet: &Subnet) -> bool {
    let wish = interface.and_then(|interface| interface.associate_public_ip_address);
    wish.unwrap_or(subnet.map_public_ip_on_launch)
}

impl RunInstances {
    /// The request, over the data of the launch template that it names: a parameter of the request takes the place of
    /// the template's.
    ///
    /// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/launch-instances-from-launch-template.html>
    pub(super) fn of(call: &Call, region: &Region) -> Result<Self, ServiceError> {
        let input: Self = read(call)?;
        let Some(specification) = &input.launch_template else { return Ok(input) };
        let (template, version) = specification.find(region)?;
        let own = call.input.as_object().cloned().unwrap_or_default();
        let mut merged = version.data.as_object().cloned().unwrap_or_default();
        let own = own.into_iter().filter(|(name, _)| name != "DryRun" && name != "LaunchTemplate");
        let own: serde_json::Map<String, Value> = own.collect();
        let overriding = own.keys().cloned().collect();
        merged.extend(own);
        let used =
            UsedTemplate { id: template.launch_template_id.clone(), version: version.number, overriding };
        let merged: Self = parse(Value::Object(merged), call.operation)?;
        Ok(Self { template: Some(used), ..merged })
    }

    /// The request for finding out what it needs; of a template that is not there, it has no data.
    pub(super) fn for_access(call: &Call, region: &Region) -> Result<Self, ServiceError> {
        Self::of(call, region).or_else(|_| read(call))
    }

    /// The id of the launch template that is named, known or not; `None`: none is.
    pub(super) fn template_id(&self, region: &Region) -> Option<String> {
        match &self.template {
            Some(template) => Some(template.id.clone()),
            None => Some(self.launch_template.as_ref()?.id(region)),
        }
    }

    pub(super) fn interface(&self) -> Option<&InterfaceSpecification> {
        self.network_interfaces.first()
    }

    /// The subnet that is named, or the default one of the zone that is named, or the first default one.
    pub(super) fn subnet<'a>(&self, region: &'a Region) -> Result<&'a Subnet, ServiceError> {
        let named = self.subnet_id.as_ref().or_else(|| self.interface()?.subnet_id.as_ref());
        if let Some(id) = named {
            SUBNET_IDS.check_form(id)?;
            return region.subnet(id).ok_or_else(|| SUBNET_IDS.not_found(&[id]));
        }
        let zone = self.placement.as_ref().and_then(|placement| placement.availability_zone.as_deref());
        let mut defaults = region.subnets.iter().filter(|subnet| subnet.default_for_az);
        match zone {
            Some(zone) => defaults
                .find(|subnet| subnet.availability_zone == zone)
                .ok_or_else(|| invalid_value(format!("Invalid availability zone: [{zone}]"))),
            None => defaults.next().ok_or_else(|| {
                error("MissingInput", "No subnets found for the default VPC. Please specify a subnet.")
            }),
        }
    }

    /// The security groups that are named, or the default one of the subnet's VPC.
    pub(super) fn groups(&self, region: &Region, vpc_id: &str) -> Result<Vec<GroupIdentifier>, ServiceError> {
        let of_interface = self.interface().map_or(&[][..], |interface| interface.groups.as_slice());
        let mut groups: Vec<GroupIdentifier> = Vec::new();
        for id in self.security_group_ids.iter().chain(of_interface) {
            security_groups::check_id(id)?;
            let group = region.security_group(id).ok_or_else(|| security_groups::not_found(id))?;
            if group.vpc_id != vpc_id {
                let message = format!("Security group {id} and subnet belong to different networks.");
                return Err(error("InvalidParameter", message));
            }
            groups.push(group.identifier());
        }
        for name in &self.security_groups {
            let message = format!("The security group '{name}' does not exist in VPC '{vpc_id}'");
            let not_found = || error("InvalidGroup.NotFound", message);
            let of_vpc = region.security_groups.iter().find(|g| g.group_name == *name && g.vpc_id == vpc_id);
            groups.push(of_vpc.ok_or_else(not_found)?.identifier());
        }
        if groups.is_empty() {
            groups.extend(region.default_group(vpc_id).map(security_groups::SecurityGroup::identifier));
        }
        Ok(groups)
    }

    pub(super) fn tenancy(&self) -> &str {
        let wish = self.placement.as_ref().and_then(|placement| placement.tenancy.as_deref());
        wish.filter(|tenancy| !tenancy.is_empty()).unwrap_or("default")
    }

    /// As `ec2:InstanceMarketType` has it.
    pub(super) fn market_type(&self) -> &str {
        let options = self.instance_market_options.as_ref();
        options.and_then(|options| options.market_type.as_deref()).unwrap_or("on-demand")
    }

    pub(super) fn wants_public_address(&self, subnet: &Subnet) -> bool {
        is_public(self.interface(), subnet)
    }

    /// Refuses combinations that contradict each other, and what is not modelled.
    pub(super) fn check_combinations(&self) -> Result<(), ServiceError> {
        let combination = |message: &str| Err(error("InvalidParameterCombination", message));
        if self.network_interfaces.len() > 1
            || self.interface().is_some_and(|i| i.device_index.unwrap_or(0) != 0)
        {
            return Err(error(
                "UnsupportedOperation",
                "The emulator gives each instance one network interface",
            ));
        }
        let names_groups = !self.security_group_ids.is_empty() || !self.security_groups.is_empty();
        if self.interface().is_some() && names_groups {
            return combination(
                "Network interfaces and an instance-level security groups may not be specified on the same request",
            );
        }
        if self.interface().is_some() && self.subnet_id.is_some() {
            return combination(
                "Network interfaces and an instance-level subnet ID may not be specified on the same request",
            );
        }
        if !self.security_group_ids.is_empty() && !self.security_groups.is_empty() {
            return combination(
                "The parameter 'SecurityGroups' may not be used in combination with 'SecurityGroupIds'",
            );
        }
        if self.subnet_id.is_some() && !self.security_groups.is_empty() {
            return combination("The parameter groupName cannot be used with the parameter subnet");
        }
        let placement = self.placement.as_ref();
        let group = placement.and_then(|placement| placement.group_name.as_deref()).unwrap_or_default();
        if self.tenancy() == "host" || !group.is_empty() {
            return Err(error(
                "UnsupportedOperation",
                "The emulator does not know dedicated hosts and placement groups",
            ));
        }
        if self.market_type() != "on-demand" {
            return Err(error("UnsupportedOperation", "The emulator makes on-demand instances only"));
        }
        if let Some(data) = &self.user_data
            && STANDARD.decode(data).is_err()
        {
            return Err(invalid_value("Invalid BASE64 encoding of user data."));
        }
        check_kinds(&self.tag_specifications, &["instance", "volume", "network-interface"])
    }
}
