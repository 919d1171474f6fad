//! Amazon Elastic Compute Cloud: the part that access to AWS is about, without machines.
//!
//! Each noun has a file; `access` says what permissions the operations need; `store` holds the state. A new operation is
//! a row in `OPERATIONS` and its function. Instances have no machine behind them, but `imds` answers as theirs.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/>

mod access;
mod address_blocks;
mod filters;
mod images;
mod instance_attributes;
mod instance_states;
mod instance_types;
mod instances;
mod internet_gateways;
mod key_material;
mod key_pairs;
mod launch;
mod launch_access;
mod launch_request;
mod launch_templates;
mod metadata_defaults;
mod modify_rules;
mod network_access;
mod network_interfaces;
mod networks;
mod places;
mod profile_associations;
mod request;
mod resource;
mod resource_keys;
mod route_tables;
mod routes;
mod security_group_rules;
mod security_groups;
mod snapshots;
mod store;
mod tags;
#[cfg(test)]
pub(crate) mod tests;
mod volume_access;
mod volume_attachments;
mod volumes;
mod vpc_endpoints;

pub(crate) use images::PublicImage;
pub(crate) use instances::{Instance, InstanceProfile, State};
pub(crate) use security_groups::GroupIdentifier;
pub use store::InstanceView;
pub(crate) use store::{Place, Store, instances};

use crate::operation::{Call, Operation, Reply, ServiceError};
use crate::partition::Partition;

type Act = fn(&mut Partition, &Call) -> Result<Reply, ServiceError>;

/// An operation that is not limited to resources.
const fn on_everything(name: &'static str, act: Act) -> Operation {
    Operation { name, access: access::on_everything, act }
}

pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "AssociateIamInstanceProfile",
        access: access::associate_profile,
        act: profile_associations::associate,
    },
    Operation {
        name: "AssociateRouteTable",
        access: network_access::associate_route_table,
        act: route_tables::associate_route_table,
    },
    Operation {
        name: "AttachInternetGateway",
        access: network_access::on_gateway_and_vpc,
        act: internet_gateways::attach,
    },
    Operation {
        name: "AttachVolume",
        access: volume_access::attach_volume,
        act: volume_attachments::attach_volume,
    },
    Operation {
        name: "AuthorizeSecurityGroupEgress",
        access: access::change_rules,
        act: security_group_rules::authorize_egress,
    },
    Operation {
        name: "AuthorizeSecurityGroupIngress",
        access: access::change_rules,
        act: security_group_rules::authorize_ingress,
    },
    Operation {
        name: "CreateInternetGateway",
        access: network_access::create_internet_gateway,
        act: internet_gateways::create,
    },
    Operation { name: "CreateKeyPair", access: access::create_key_pair, act: key_pairs::create_key_pair },
    Operation {
        name: "CreateLaunchTemplate",
        access: access::create_launch_template,
        act: launch_templates::create_launch_template,
    },
    Operation {
        name: "CreateLaunchTemplateVersion",
        access: access::on_launch_template,
        act: launch_templates::create_launch_template_version,
    },
    Operation { name: "CreateRoute", access: network_access::on_one_route_table, act: routes::create_route },
    Operation {
        name: "CreateRouteTable",
        access: network_access::create_route_table,
        act: route_tables::create_route_table,
    },
    Operation {
        name: "CreateSecurityGroup",
        access: access::create_security_group,
        act: security_groups::create_security_group,
    },
    Operation {
        name: "CreateSnapshot",
        access: volume_access::create_snapshot,
        act: snapshots::create_snapshot,
    },
    Operation { name: "CreateSubnet", access: network_access::create_subnet, act: networks::create_subnet },
    Operation { name: "CreateTags", access: access::change_tags, act: tags::create_tags },
    Operation { name: "CreateVolume", access: access::create_volume, act: volumes::create_volume },
    Operation { name: "CreateVpc", access: network_access::create_vpc, act: networks::create_vpc },
    Operation {
        name: "CreateVpcEndpoint",
        access: network_access::create_vpc_endpoint,
        act: vpc_endpoints::create,
    },
    Operation {
        name: "DeleteInternetGateway",
        access: network_access::on_one_gateway,
        act: internet_gateways::delete,
    },
    Operation { name: "DeleteKeyPair", access: access::delete_key_pair, act: key_pairs::delete_key_pair },
    Operation {
        name: "DeleteLaunchTemplate",
        access: access::on_launch_template,
        act: launch_templates::delete_launch_template,
    },
    Operation {
        name: "DeleteLaunchTemplateVersions",
        access: access::on_launch_template,
        act: launch_templates::delete_launch_template_versions,
    },
    Operation {
        name: "DeleteNetworkInterface",
        access: network_access::on_one_interface,
        act: network_interfaces::delete_network_interface,
    },
    Operation { name: "DeleteRoute", access: network_access::on_one_route_table, act: routes::delete_route },
    Operation {
        name: "DeleteRouteTable",
        access: network_access::on_one_route_table,
        act: route_tables::delete_route_table,
    },
    Operation {
        name: "DeleteSecurityGroup",
        access: access::delete_security_group,
        act: security_groups::delete_security_group,
    },
    Operation {
        name: "DeleteSnapshot",
        access: volume_access::on_one_snapshot,
        act: snapshots::delete_snapshot,
    },
    Operation { name: "DeleteSubnet", access: network_access::on_one_subnet, act: networks::delete_subnet },
    Operation { name: "DeleteTags", access: access::change_tags, act: tags::delete_tags },
    Operation { name: "DeleteVolume", access: network_access::on_one_volume, act: volumes::delete_volume },
    Operation { name: "DeleteVpc", access: network_access::on_one_vpc, act: networks::delete_vpc },
    Operation {
        name: "DeleteVpcEndpoints",
        access: network_access::delete_vpc_endpoints,
        act: vpc_endpoints::delete,
    },
    on_everything("DescribeAccountAttributes", places::describe_account_attributes),
    on_everything("DescribeAvailabilityZones", places::describe_availability_zones),
    on_everything("DescribeIamInstanceProfileAssociations", profile_associations::describe),
    on_everything("DescribeImages", images::describe_images),
    Operation {
        name: "DescribeInstanceAttribute",
        access: access::on_one_instance,
        act: instance_attributes::describe_instance_attribute,
    },
    on_everything("DescribeInstanceStatus", instances::describe_instance_status),
    on_everything("DescribeInstanceTypes", instance_types::describe_instance_types),
    on_everything("DescribeInstances", instances::describe_instances),
    on_everything("DescribeInternetGateways", networks::describe_internet_gateways),
    on_everything("DescribeKeyPairs", key_pairs::describe_key_pairs),
    on_everything("DescribeLaunchTemplateVersions", launch_templates::describe_launch_template_versions),
    on_everything("DescribeLaunchTemplates", launch_templates::describe_launch_templates),
    on_everything("DescribeNetworkInterfaces", network_interfaces::describe_network_interfaces),
    on_everything("DescribeRegions", places::describe_regions),
    on_everything("DescribeRouteTables", route_tables::describe_route_tables),
    on_everything("DescribeSecurityGroupRules", security_group_rules::describe_security_group_rules),
    on_everything("DescribeSecurityGroups", security_groups::describe_security_groups),
    Operation {
        name: "DescribeSnapshotAttribute",
        access: volume_access::on_one_snapshot,
        act: snapshots::describe_attribute,
    },
    on_everything("DescribeSnapshots", snapshots::describe_snapshots),
    on_everything("DescribeSubnets", networks::describe_subnets),
    on_everything("DescribeTags", tags::describe_tags),
    on_everything("DescribeVolumes", volumes::describe_volumes),
    on_everything("DescribeVpcEndpoints", vpc_endpoints::describe),
    on_everything("DescribeVpcs", networks::describe_vpcs),
    Operation {
        name: "DetachInternetGateway",
        access: network_access::on_gateway_and_vpc,
        act: internet_gateways::detach,
    },
    Operation {
        name: "DetachVolume",
        access: volume_access::detach_volume,
        act: volume_attachments::detach_volume,
    },
    Operation {
        name: "DisassociateIamInstanceProfile",
        access: access::disassociate_profile,
        act: profile_associations::disassociate,
    },
    Operation {
        name: "DisassociateRouteTable",
        access: network_access::disassociate_route_table,
        act: route_tables::disassociate_route_table,
    },
    on_everything("GetInstanceMetadataDefaults", metadata_defaults::get_instance_metadata_defaults),
    Operation {
        name: "GetSecurityGroupsForVpc",
        access: network_access::on_one_vpc,
        act: security_groups::get_security_groups_for_vpc,
    },
    Operation { name: "ImportKeyPair", access: access::import_key_pair, act: key_pairs::import_key_pair },
    Operation {
        name: "ModifyInstanceAttribute",
        access: access::modify_instance_attribute,
        act: instance_attributes::modify_instance_attribute,
    },
    Operation {
        name: "ModifyInstanceMetadataDefaults",
        access: access::modify_metadata_defaults,
        act: metadata_defaults::modify_instance_metadata_defaults,
    },
    Operation {
        name: "ModifyInstanceMetadataOptions",
        access: access::modify_metadata_options,
        act: instance_attributes::modify_instance_metadata_options,
    },
    Operation {
        name: "ModifyLaunchTemplate",
        access: access::modify_launch_template,
        act: launch_templates::modify_launch_template,
    },
    Operation {
        name: "ModifySecurityGroupRules",
        access: access::modify_rules,
        act: modify_rules::modify_security_group_rules,
    },
    Operation {
        name: "ModifySnapshotAttribute",
        access: volume_access::modify_snapshot_attribute,
        act: snapshots::modify_attribute,
    },
    Operation {
        name: "ModifyVpcEndpoint",
        access: network_access::modify_vpc_endpoint,
        act: vpc_endpoints::modify,
    },
    Operation {
        name: "RebootInstances",
        access: access::on_named_instances,
        act: instance_states::reboot_instances,
    },
    Operation {
        name: "ReplaceIamInstanceProfileAssociation",
        access: access::replace_profile,
        act: profile_associations::replace,
    },
    Operation {
        name: "ReplaceRoute",
        access: network_access::on_one_route_table,
        act: routes::replace_route,
    },
    Operation {
        name: "ResetSnapshotAttribute",
        access: volume_access::on_one_snapshot,
        act: snapshots::reset_attribute,
    },
    Operation {
        name: "RevokeSecurityGroupEgress",
        access: access::change_rules,
        act: security_group_rules::revoke_egress,
    },
    Operation {
        name: "RevokeSecurityGroupIngress",
        access: access::change_rules,
        act: security_group_rules::revoke_ingress,
    },
    Operation { name: "RunInstances", access: launch_access::run_instances, act: launch::run_instances },
    Operation {
        name: "StartInstances",
        access: access::on_named_instances,
        act: instance_states::start_instances,
    },
    Operation {
        name: "StopInstances",
        access: access::on_named_instances,
        act: instance_states::stop_instances,
    },
    Operation {
        name: "TerminateInstances",
        access: access::on_named_instances,
        act: instance_states::terminate_instances,
    },
];
