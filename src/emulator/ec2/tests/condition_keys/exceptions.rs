//! Condition keys that requests do not have here, with the reason.

/// The action, the kind of resource, the key and the reason; `*` at the end stands for anything.
#[rustfmt::skip]
const EXCEPTIONS: &[(&str, &str, &str, &str)] = &[
    ("ec2:CreateInternetGateway", "internet-gateway", "ec2:InternetGatewayID", NEW),
    ("ec2:CreateRouteTable", "route-table", "ec2:RouteTableID", NEW),
    ("ec2:CreateSecurityGroup", "security-group", "ec2:SecurityGroupID", NEW),
    ("ec2:CreateSnapshot", "snapshot", "ec2:SnapshotID", NEW),
    ("ec2:CreateSubnet", "subnet", "ec2:SubnetID", NEW),
    ("ec2:CreateVolume", "volume", "ec2:VolumeID", NEW),
    ("ec2:CreateVpc", "vpc", "ec2:VpcID", NEW),
    ("ec2:RunInstances", "instance", "ec2:InstanceID", NEW),
    ("ec2:RunInstances", "network-interface", "ec2:NetworkInterfaceID", NEW),
    ("ec2:RunInstances", "volume", "ec2:VolumeID", NEW),

    ("*", "image", "aws:ResourceTag*", FOREIGN_IMAGES),
    ("*", "image", "ec2:ResourceTag*", FOREIGN_IMAGES),
    ("ec2:AssociateRouteTable", "internet-gateway", "*", "tables are of subnets, not of gateways"),
    ("ec2:DisassociateRouteTable", "internet-gateway", "*", "tables are of subnets, not of gateways"),
    ("ec2:CreateVpcEndpoint", "security-group", "*", GATEWAY_ENDPOINTS),
    ("ec2:CreateVpcEndpoint", "subnet", "*", GATEWAY_ENDPOINTS),
    ("ec2:ModifyVpcEndpoint", "security-group", "*", GATEWAY_ENDPOINTS),
    ("ec2:ModifyVpcEndpoint", "subnet", "*", GATEWAY_ENDPOINTS),
    ("*", "vpc-endpoint", "ec2:VpceMultiRegion", GATEWAY_ENDPOINTS),
    ("*", "vpc-endpoint", "ec2:VpcePrivateDns*", GATEWAY_ENDPOINTS),
    ("ec2:ModifyInstanceAttribute", "volume", "*", NO_PARAMETER),
    ("ec2:RunInstances", "snapshot", "*", NO_PARAMETER),

    ("ec2:ModifySnapshotAttribute", "snapshot", "ec2:Attribute*", UNDOCUMENTED),
    ("ec2:ResetSnapshotAttribute", "snapshot", "ec2:Attribute*", UNDOCUMENTED),
    ("ec2:ModifyVpcEndpoint", "vpc-endpoint", "ec2:Attribute*", UNDOCUMENTED),

    ("*", "network-interface", "ec2:Authorized*", "nobody is let use another's interface"),
    ("*", "network-interface", "ec2:Permission", "nobody is let use another's interface"),
    ("*", "snapshot", "ec2:AvailabilityZone", NO_OUTPOSTS),
    ("*", "snapshot", "ec2:Location", NO_OUTPOSTS),
    ("*", "snapshot", "ec2:OutpostArn", NO_OUTPOSTS),
    ("*", "snapshot", "ec2:Source*", NO_OUTPOSTS),
    ("*", "*", "ec2:Ipv4IpamPoolId", NO_PARAMETER),
    ("*", "*", "ec2:Ipv6IpamPoolId", NO_PARAMETER),
    ("*", "*", "ec2:ManagedResourceOperator", "no service manages a resource for its users"),
    ("*", "instance", "ec2:CpuOptionsAmdSevSnp", NO_PARAMETER),
    ("*", "instance", "ec2:InstanceBandwidthWeighting", NO_PARAMETER),
    ("ec2:RunInstances", "instance", "ec2:InstanceAutoRecovery", NO_PARAMETER),
    ("*", "instance", "ec2:PlacementGroup", NO_PARAMETER),
    ("*", "instance", "ec2:ProductCode", "images from the marketplace are not emulated"),
    ("*", "volume", "ec2:KmsKeyId", NO_PARAMETER),
    ("*", "volume", "ec2:ParentVolume", "volumes are not copied"),
    ("*", "volume", "ec2:VolumeInitializationRate", NO_PARAMETER),
];

const NEW: &str = "what is made has no id yet";
const FOREIGN_IMAGES: &str = "all images are others', whose tags nobody else sees";
const GATEWAY_ENDPOINTS: &str = "gateway endpoints alone are emulated";
const NO_PARAMETER: &str = "the parameter is refused as unknown";
const NO_OUTPOSTS: &str = "there are no Outposts and local zones";
const UNDOCUMENTED: &str = "AWS does not document which values it takes";

/// The kinds of resource that there are; those of the others can't be named.
pub(super) const EMULATED: &[&str] = &[
    "image",
    "instance",
    "internet-gateway",
    "key-pair",
    "launch-template",
    "network-interface",
    "route-table",
    "security-group",
    "security-group-rule",
    "snapshot",
    "subnet",
    "volume",
    "vpc",
    "vpc-endpoint",
];

fn fits(pattern: &str, text: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => text.starts_with(start),
        None => pattern == text,
    }
}

pub(super) fn is_excepted(action: &str, kind: &str, key: &str) -> bool {
    let is_foreign = kind != "*" && !EMULATED.contains(&kind);
    is_foreign || EXCEPTIONS.iter().any(|row| fits(row.0, action) && fits(row.1, kind) && fits(row.2, key))
}

/// The rows that excuse none of what is lacking.
pub(super) fn idle(lacking: &[(String, &str, String)]) -> Vec<String> {
    let excuses = |row: &&(&str, &str, &str, &str)| {
        lacking.iter().any(|(action, kind, key)| fits(row.0, action) && fits(row.1, kind) && fits(row.2, key))
    };
    EXCEPTIONS.iter().filter(|row| !excuses(row)).map(|row| format!("{row:?}")).collect()
}
