//! What the world's resources and the requests make of condition keys.

use super::super::ACCOUNT;
use super::super::world::World;

/// By the key as the reference has it; `{vpc}` and the like stand for what the world has.
const VALUES: &[(&str, &[&str])] = &[
    ("aws:RequestTag/${TagKey}", &["red"]),
    ("aws:ResourceTag/${TagKey}", &["red"]),
    ("aws:TagKeys", &["team"]),
    ("ec2:Add/userId", &["444455556666"]),
    ("ec2:Add/group", &["all"]),
    ("ec2:AssociatePublicIpAddress", &["true", "false"]),
    ("ec2:Attribute", &["HttpTokens", "DisableApiTermination", "DefaultVersion", "GroupId"]),
    ("ec2:Attribute/${AttributeName}", &["1", "required", "true"]),
    ("ec2:AvailabilityZone", &["us-east-1a"]),
    ("ec2:AvailabilityZoneId", &["{zoneId}"]),
    ("ec2:EbsOptimized", &["true", "false"]),
    ("ec2:Encrypted", &["true", "false"]),
    ("ec2:ImageID", &["{image}"]),
    ("ec2:ImageType", &["machine"]),
    ("ec2:InstanceAutoRecovery", &["default"]),
    ("ec2:InstanceID", &["{instance}"]),
    ("ec2:InstanceMarketType", &["on-demand"]),
    ("ec2:InstanceMetadataTags", &["disabled"]),
    ("ec2:InstanceProfile", &["arn:aws:iam::{account}:instance-profile/one"]),
    ("ec2:InstanceType", &["t2.micro"]),
    ("ec2:InternetGatewayID", &["{gateway}"]),
    ("ec2:IsLaunchTemplateResource", &["true"]),
    ("ec2:KeyPairName", &["mine", "new"]),
    ("ec2:KeyPairType", &["ed25519"]),
    ("ec2:LaunchTemplate", &["arn:aws:ec2:us-east-1:{account}:launch-template/{template}"]),
    ("ec2:MetadataHttpEndpoint", &["enabled"]),
    ("ec2:MetadataHttpPutResponseHopLimit", &["1"]),
    ("ec2:MetadataHttpTokens", &["optional"]),
    ("ec2:NetworkInterfaceID", &["{interface}"]),
    ("ec2:NewInstanceProfile", &["arn:aws:iam::{account}:instance-profile/one"]),
    ("ec2:Owner", &["amazon", "{account}"]),
    (
        "ec2:ParentSnapshot",
        &["arn:aws:ec2:us-east-1::snapshot/{snapshot}", "arn:aws:ec2:us-east-1::snapshot/{imageSnapshot}"],
    ),
    (
        "ec2:ParentVolume",
        &[
            "arn:aws:ec2:us-east-1:{account}:volume/{first}",
            "arn:aws:ec2:us-east-1:{account}:volume/{volume}",
        ],
    ),
    ("ec2:Public", &["true"]),
    ("ec2:Region", &["us-east-1"]),
    ("ec2:Remove/userId", &["444455556666"]),
    ("ec2:Remove/group", &["all"]),
    ("ec2:ResourceTag/${TagKey}", &["red"]),
    ("ec2:RootDeviceType", &["ebs"]),
    ("ec2:RouteTableID", &["{table}"]),
    ("ec2:SecurityGroupID", &["{group}"]),
    ("ec2:SnapshotID", &["{snapshot}"]),
    ("ec2:SnapshotTime", &["2026-01-02T03:04:05Z"]),
    ("ec2:Subnet", &["arn:aws:ec2:us-east-1:{account}:subnet/{subnet}"]),
    ("ec2:SubnetID", &["{subnet}"]),
    ("ec2:Tenancy", &["default"]),
    ("ec2:VolumeID", &["{volume}", "{attached}"]),
    ("ec2:VolumeIops", &["100", "4000"]),
    ("ec2:VolumeSize", &["8", "9"]),
    ("ec2:VolumeThroughput", &["200"]),
    ("ec2:VolumeType", &["gp2", "gp3"]),
    ("ec2:Vpc", &["arn:aws:ec2:us-east-1:{account}:vpc/{vpc}"]),
    ("ec2:VpcID", &["{vpc}"]),
    ("ec2:VpceServiceName", &["com.amazonaws.us-east-1.s3"]),
    ("ec2:VpceServiceOwner", &["amazon"]),
    ("ec2:VpceServiceRegion", &["us-east-1"]),
];

/// The values that are right for a key; those of `ec2:CreateAction` are the operations that make something with tags.
pub(super) fn right_values(world: &World, key: &str) -> Vec<String> {
    if key == "ec2:CreateAction" {
        let making = ["Create", "Run", "Import", "Authorize"];
        let names = crate::ec2::OPERATIONS.iter().map(|row| row.name);
        return names
            .filter(|name| making.iter().any(|start| name.starts_with(start)))
            .map(str::to_owned)
            .collect();
    }
    let row = VALUES.iter().find(|(of, _)| *of == key);
    let values = row.map_or(&[][..], |(_, values)| values);
    values.iter().map(|value| world.text(&value.replace("{account}", ACCOUNT))).collect()
}
