//! One request or more for each operation, that together name all that conditions can speak of. `{vpc}` and the like
//! stand for what the world has.

use serde_json::{Value, json};

fn tagged(kind: &str) -> Value {
    json!([{ "ResourceType": kind, "Tags": [{ "Key": "team", "Value": "red" }] }])
}

/// Requests with the members of `Operation` rows that are alike: by one id.
const BY_ID: &[(&str, &str, &str)] = &[
    ("DeleteInternetGateway", "InternetGatewayId", "{gateway}"),
    ("DeleteKeyPair", "KeyName", "mine"),
    ("DeleteLaunchTemplate", "LaunchTemplateId", "{template}"),
    ("DeleteNetworkInterface", "NetworkInterfaceId", "{interface}"),
    ("DeleteRouteTable", "RouteTableId", "{table}"),
    ("DeleteSecurityGroup", "GroupId", "{group}"),
    ("DeleteSnapshot", "SnapshotId", "{snapshot}"),
    ("DeleteSubnet", "SubnetId", "{subnet}"),
    ("DeleteVolume", "VolumeId", "{volume}"),
    ("DeleteVpc", "VpcId", "{vpc}"),
    ("DescribeInstanceAttribute", "InstanceId", "{instance}"),
    ("DescribeSnapshotAttribute", "SnapshotId", "{snapshot}"),
    ("DetachVolume", "VolumeId", "{attached}"),
    ("DetachVolume", "VolumeId", "{volume}"),
    ("DisassociateIamInstanceProfile", "AssociationId", "{profileAssociation}"),
    ("DisassociateRouteTable", "AssociationId", "{tableAssociation}"),
    ("GetSecurityGroupsForVpc", "VpcId", "{vpc}"),
    ("ResetSnapshotAttribute", "SnapshotId", "{snapshot}"),
];

const DESCRIBING: &str = "Describe";

fn launch() -> Value {
    json!({
        "ImageId": "{image}", "InstanceType": "t2.micro", "MinCount": 1, "MaxCount": 1, "KeyName": "mine",
        "EbsOptimized": true, "IamInstanceProfile": { "Name": "one" },
        "NetworkInterfaces": [{ "DeviceIndex": 0, "SubnetId": "{subnet}", "Groups": ["{group}"],
            "AssociatePublicIpAddress": true }],
        "BlockDeviceMappings": [{ "DeviceName": "/dev/sda1",
            "Ebs": { "VolumeType": "gp3", "Iops": 4000, "Throughput": 200, "VolumeSize": 9 } }],
    })
}

fn with(mut input: Value, more: Value) -> Value {
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

fn of_networks() -> Vec<(&'static str, Value)> {
    vec![
        ("AssociateRouteTable", json!({ "RouteTableId": "{table}", "SubnetId": "{subnet}" })),
        ("AttachInternetGateway", json!({ "InternetGatewayId": "{gateway}", "VpcId": "{vpc}" })),
        ("DetachInternetGateway", json!({ "InternetGatewayId": "{gateway}", "VpcId": "{vpc}" })),
        ("CreateInternetGateway", json!({ "TagSpecifications": tagged("internet-gateway") })),
        ("CreateRoute", json!({ "RouteTableId": "{table}", "DestinationCidrBlock": "0.0.0.0/0" })),
        ("DeleteRoute", json!({ "RouteTableId": "{table}", "DestinationCidrBlock": "0.0.0.0/0" })),
        ("ReplaceRoute", json!({ "RouteTableId": "{table}", "DestinationCidrBlock": "0.0.0.0/0" })),
        ("CreateRouteTable", json!({ "VpcId": "{vpc}", "TagSpecifications": tagged("route-table") })),
        (
            "CreateSubnet",
            json!({ "VpcId": "{vpc}", "CidrBlock": "10.0.9.0/24", "TagSpecifications": tagged("subnet") }),
        ),
        ("CreateVpc", json!({ "CidrBlock": "10.7.0.0/16", "TagSpecifications": tagged("vpc") })),
        (
            "CreateVpcEndpoint",
            json!({
                "VpcId": "{vpc}", "ServiceName": "com.amazonaws.us-east-1.s3", "RouteTableIds": ["{table}"],
                "TagSpecifications": tagged("vpc-endpoint"),
            }),
        ),
        ("ModifyVpcEndpoint", json!({ "VpcEndpointId": "{endpoint}", "AddRouteTableIds": ["{table}"] })),
        ("DeleteVpcEndpoints", json!({ "VpcEndpointIds": ["{endpoint}"] })),
    ]
}

fn of_groups() -> Vec<(&'static str, Value)> {
    let mut requests = vec![
        (
            "CreateSecurityGroup",
            json!({
                "GroupName": "new", "Description": "new", "VpcId": "{vpc}",
                "TagSpecifications": tagged("security-group"),
            }),
        ),
        (
            "ModifySecurityGroupRules",
            json!({ "GroupId": "{group}", "SecurityGroupRules": [
                { "SecurityGroupRuleId": "{rule}", "SecurityGroupRule": { "IpProtocol": "-1", "CidrIpv4": "10.0.0.0/8" } },
            ] }),
        ),
    ];
    for name in ["AuthorizeSecurityGroupEgress", "AuthorizeSecurityGroupIngress"] {
        let rule = json!([{ "IpProtocol": "-1", "IpRanges": [{ "CidrIp": "10.2.0.0/16" }] }]);
        let tags = tagged("security-group-rule");
        requests
            .push((name, json!({ "GroupId": "{group}", "IpPermissions": rule, "TagSpecifications": tags })));
    }
    for name in ["RevokeSecurityGroupEgress", "RevokeSecurityGroupIngress"] {
        requests.push((name, json!({ "GroupId": "{group}", "SecurityGroupRuleIds": ["{rule}"] })));
    }
    requests
}

fn of_instances() -> Vec<(&'static str, Value)> {
    let mut requests = vec![
        ("RunInstances", with(launch(), json!({ "TagSpecifications": tagged("instance") }))),
        ("RunInstances", with(launch(), json!({ "TagSpecifications": tagged("volume") }))),
        ("RunInstances", with(launch(), json!({ "TagSpecifications": tagged("network-interface") }))),
        (
            "RunInstances",
            json!({ "MinCount": 1, "MaxCount": 1, "LaunchTemplate": { "LaunchTemplateId": "{template}" } }),
        ),
        (
            "AssociateIamInstanceProfile",
            json!({ "InstanceId": "{instance}", "IamInstanceProfile": { "Name": "one" } }),
        ),
        (
            "ReplaceIamInstanceProfileAssociation",
            json!({ "AssociationId": "{profileAssociation}", "IamInstanceProfile": { "Name": "one" } }),
        ),
        (
            "ModifyInstanceAttribute",
            json!({ "InstanceId": "{instance}", "DisableApiTermination": { "Value": true } }),
        ),
        ("ModifyInstanceAttribute", json!({ "InstanceId": "{instance}", "Groups": ["{group}"] })),
        ("ModifyInstanceMetadataDefaults", json!({ "HttpTokens": "required" })),
        ("ModifyInstanceMetadataOptions", json!({ "InstanceId": "{instance}", "HttpTokens": "required" })),
        (
            "CreateLaunchTemplate",
            json!({
                "LaunchTemplateName": "new", "LaunchTemplateData": { "ImageId": "{image}" },
                "TagSpecifications": tagged("launch-template"),
            }),
        ),
        (
            "CreateLaunchTemplateVersion",
            json!({ "LaunchTemplateId": "{template}", "LaunchTemplateData": { "ImageId": "{image}" } }),
        ),
        ("DeleteLaunchTemplateVersions", json!({ "LaunchTemplateId": "{template}", "Versions": ["1"] })),
        ("ModifyLaunchTemplate", json!({ "LaunchTemplateId": "{template}", "DefaultVersion": "1" })),
        (
            "CreateKeyPair",
            json!({ "KeyName": "new", "KeyType": "ed25519", "TagSpecifications": tagged("key-pair") }),
        ),
        (
            "ImportKeyPair",
            json!({ "KeyName": "new", "PublicKeyMaterial": "eA==", "TagSpecifications": tagged("key-pair") }),
        ),
        ("GetInstanceMetadataDefaults", json!({})),
    ];
    for name in ["RebootInstances", "StartInstances", "StopInstances", "TerminateInstances"] {
        requests.push((name, json!({ "InstanceIds": ["{instance}"] })));
    }
    requests
}

fn of_volumes() -> Vec<(&'static str, Value)> {
    let all = [
        "{instance}",
        "{subnet}",
        "{vpc}",
        "{gateway}",
        "{table}",
        "{group}",
        "{rule}",
        "{pair}",
        "{interface}",
        "{template}",
        "{snapshot}",
        "{endpoint}",
        "{volume}",
        "{image}",
    ];
    let tags = json!([{ "Key": "team", "Value": "red" }]);
    vec![
        ("AttachVolume", json!({ "VolumeId": "{volume}", "InstanceId": "{instance}", "Device": "/dev/sdf" })),
        ("CreateSnapshot", json!({ "VolumeId": "{volume}", "TagSpecifications": tagged("snapshot") })),
        (
            "CreateVolume",
            json!({
                "AvailabilityZone": "us-east-1a", "SnapshotId": "{snapshot}", "VolumeType": "gp3", "Size": 9,
                "Iops": 4000, "Throughput": 200, "Encrypted": true, "TagSpecifications": tagged("volume"),
            }),
        ),
        (
            "ModifySnapshotAttribute",
            json!({
                "SnapshotId": "{snapshot}", "Attribute": "createVolumePermission",
                "CreateVolumePermission": {
                    "Add": [{ "UserId": "444455556666" }, { "Group": "all" }], "Remove": [{ "UserId": "444455556666" }, { "Group": "all" }],
                },
            }),
        ),
        ("CreateTags", json!({ "Resources": all, "Tags": tags })),
        ("DeleteTags", json!({ "Resources": all, "Tags": tags })),
    ]
}

/// All requests; those that only describe have no members.
pub(super) fn all(operations: impl Iterator<Item = &'static str>) -> Vec<(&'static str, Value)> {
    let mut requests = of_networks();
    requests.extend(of_groups());
    requests.extend(of_instances());
    requests.extend(of_volumes());
    requests.extend(BY_ID.iter().map(|(name, member, id)| (*name, json!({ *member: id }))));
    let describing: Vec<_> = operations
        .filter(|name| name.starts_with(DESCRIBING) && requests.iter().all(|(other, _)| other != name))
        .collect();
    requests.extend(describing.into_iter().map(|name| (name, json!({}))));
    requests
}
