//! What permissions operations need, with which condition keys.

use serde_json::{Value, json};

use super::{ACCOUNT, Lab};
use crate::operation::Access;

/// What each call of these tests needs must be what AWS documents of its actions: a kind of resource that the action
/// has, all kinds that every request names, and no condition key but those of the action with it.
#[track_caller]
pub(super) fn check_against_reference(operation: &str, needed: &[Access]) {
    for access in needed.iter().filter(|access| access.action.starts_with("ec2:")) {
        let action = policy::reference::action(&access.action).unwrap();
        let of = format!("{} on {}", access.action, access.resource);
        assert!(action.fits(&access.resource), "{of}");
        let kinds = action.service().types_of(&access.resource);
        let mut known: Vec<&str> = vec!["ec2:Region", "ec2:CreateAction"];
        for own in action.resources.iter().filter(|own| kinds.iter().any(|kind| kind.name == own.kind.name)) {
            known.extend(own.condition_keys());
        }
        let keys = action.service().condition_keys.iter().map(|key| key.name.as_str());
        for key in keys.filter(|key| access.context.get(key).is_some()) {
            assert!(known.contains(&key), "{of}: {key}");
        }
    }
    let Some(action) = policy::reference::action(&format!("ec2:{operation}")) else { return };
    let names_kind = |name: &str| {
        let is_own = |access: &&Access| access.action == action.full_name();
        let mut own = needed.iter().filter(is_own);
        own.any(|access| action.service().types_of(&access.resource).iter().any(|kind| kind.name == name))
    };
    for required in action.resources.iter().filter(|resource| resource.required) {
        assert!(names_kind(required.kind.name), "{operation}: no {}", required.kind.name);
    }
}

#[track_caller]
fn check_access(lab: &Lab, operation: &str, input: &Value, expected: &[(&str, &str)]) {
    let needed = lab.access(operation, input);
    let needed: Vec<_> = needed.iter().map(|a| (a.action.as_str(), a.resource.as_str())).collect();
    assert_eq!(needed, expected, "{operation} {input}");
}

#[test]
fn permissions_of_a_launch() {
    let mut lab = Lab::new();
    lab.profile("one");
    let subnets = lab.ok("DescribeSubnets", &json!({}));
    let subnet = subnets["Subnets"][0]["SubnetArn"].as_str().unwrap().to_owned();
    let groups = lab.ok("DescribeSecurityGroups", &json!({}));
    let group = groups["SecurityGroups"][0]["SecurityGroupArn"].as_str().unwrap().to_owned();
    let of = |kind: &str| format!("arn:aws:ec2:us-east-1:{ACCOUNT}:{kind}/*");
    let key = format!("arn:aws:ec2:us-east-1:{ACCOUNT}:key-pair/mine");
    let input = lab.launch_input(&json!({
        "KeyName": "mine", "IamInstanceProfile": { "Name": "one" },
        "TagSpecifications": [{ "ResourceType": "instance", "Tags": [{ "Key": "env", "Value": "dev" }] }],
    }));
    let image = format!("arn:aws:ec2:us-east-1::image/{}", input["ImageId"].as_str().unwrap());
    let run = "ec2:RunInstances";
    let expected = [
        (run, image.as_str()),
        (run, &of("instance")),
        (run, &subnet),
        (run, &of("network-interface")),
        (run, &of("volume")),
        (run, &group),
        (run, &key),
        ("ec2:CreateTags", &of("instance")),
        ("iam:PassRole", &format!("arn:aws:iam::{ACCOUNT}:role/one")),
    ];
    check_access(&lab, "RunInstances", &input, &expected);
    let needed = lab.access("RunInstances", &input);
    let value = |at: usize, key: &str| needed[at].context.get(key).map(|values| values[0].clone());
    assert_eq!(value(1, "ec2:InstanceType").as_deref(), Some("t2.micro"));
    assert_eq!(value(1, "aws:RequestTag/env").as_deref(), Some("dev"));
    assert_eq!(value(7, "ec2:CreateAction").as_deref(), Some("RunInstances"));
    assert_eq!(value(8, "iam:PassedToService").as_deref(), Some("ec2.amazonaws.com"));
}

#[test]
fn permissions_on_instances() {
    let mut lab = Lab::new();
    lab.profile("one");
    let tags = json!([{ "ResourceType": "instance", "Tags": [{ "Key": "env", "Value": "dev" }] }]);
    let id = lab.launch_id(&json!({ "TagSpecifications": tags }));
    let arn = format!("arn:aws:ec2:us-east-1:{ACCOUNT}:instance/{id}");
    let one = json!({ "InstanceIds": [id] });
    check_access(&lab, "TerminateInstances", &one, &[("ec2:TerminateInstances", &arn)]);
    let needed = lab.access("TerminateInstances", &one);
    assert_eq!(needed[0].context.get("ec2:ResourceTag/env").unwrap(), ["dev"]);
    assert_eq!(needed[0].context.get("aws:ResourceTag/env").unwrap(), ["dev"]);
    let role = format!("arn:aws:iam::{ACCOUNT}:role/one");
    let associate = json!({ "InstanceId": id, "IamInstanceProfile": { "Name": "one" } });
    let both = [("ec2:AssociateIamInstanceProfile", arn.as_str()), ("iam:PassRole", &role)];
    check_access(&lab, "AssociateIamInstanceProfile", &associate, &both);
    check_access(&lab, "DescribeInstances", &json!({}), &[("ec2:DescribeInstances", "*")]);
    let tag = json!({ "Resources": [id], "Tags": [{ "Key": "k", "Value": "v" }] });
    check_access(&lab, "CreateTags", &tag, &[("ec2:CreateTags", &arn)]);
}

/// The condition keys of resources.
const KEYS: &[&str] = &[
    "ec2:AssociatePublicIpAddress",
    "ec2:AvailabilityZone",
    "ec2:AvailabilityZoneId",
    "ec2:EbsOptimized",
    "ec2:Encrypted",
    "ec2:ImageID",
    "ec2:ImageType",
    "ec2:InstanceID",
    "ec2:InstanceMarketType",
    "ec2:InstanceMetadataTags",
    "ec2:InstanceType",
    "ec2:MetadataHttpEndpoint",
    "ec2:MetadataHttpPutResponseHopLimit",
    "ec2:MetadataHttpTokens",
    "ec2:Owner",
    "ec2:ParentSnapshot",
    "ec2:Public",
    "ec2:Region",
    "ec2:RootDeviceType",
    "ec2:Subnet",
    "ec2:SubnetID",
    "ec2:Tenancy",
    "ec2:VolumeIops",
    "ec2:VolumeSize",
    "ec2:VolumeType",
    "ec2:Vpc",
];

/// All of a permission's keys among `KEYS`.
#[track_caller]
fn check_keys(lab: &Lab, operation: &str, input: &Value, resource: &str, expected: &[(&str, &str)]) {
    let needed = lab.access(operation, input);
    let found =
        needed.iter().find(|a| a.resource.contains(resource) && a.action.contains(operation)).unwrap();
    let found: Vec<(&str, &str)> =
        KEYS.iter().filter_map(|key| Some((*key, found.context.get(key)?[0].as_str()))).collect();
    assert_eq!(found, expected, "{operation} {resource}");
}

#[test]
fn keys_of_a_launch() {
    let mut lab = Lab::new();
    let subnets = lab.ok("DescribeSubnets", &json!({}));
    let subnet = subnets["Subnets"][0]["SubnetArn"].as_str().unwrap();
    let zone = ("ec2:AvailabilityZone", "us-east-1a");
    let zone_id = ("ec2:AvailabilityZoneId", subnets["Subnets"][0]["AvailabilityZoneId"].as_str().unwrap());
    let vpc = subnets["Subnets"][0]["VpcId"].as_str().unwrap();
    let vpc = format!("arn:aws:ec2:us-east-1:{ACCOUNT}:vpc/{vpc}");
    let region = ("ec2:Region", "us-east-1");
    let root_device = ("ec2:RootDeviceType", "ebs");
    let input = lab.launch_input(&json!({ "EbsOptimized": true, "BlockDeviceMappings": [
        { "DeviceName": "/dev/sda1", "Ebs": { "VolumeType": "gp3", "Iops": 4000 } },
    ] }));
    let image = input["ImageId"].as_str().unwrap();
    check_keys(
        &lab,
        "RunInstances",
        &input,
        ":image/",
        &[
            ("ec2:ImageID", image),
            ("ec2:ImageType", "machine"),
            ("ec2:Owner", "amazon"),
            ("ec2:Public", "true"),
            region,
            root_device,
        ],
    );
    check_keys(
        &lab,
        "RunInstances",
        &input,
        ":instance/*",
        &[
            zone,
            zone_id,
            ("ec2:EbsOptimized", "true"),
            ("ec2:InstanceMarketType", "on-demand"),
            ("ec2:InstanceMetadataTags", "disabled"),
            ("ec2:InstanceType", "t2.micro"),
            ("ec2:MetadataHttpEndpoint", "enabled"),
            ("ec2:MetadataHttpPutResponseHopLimit", "1"),
            ("ec2:MetadataHttpTokens", "optional"),
            region,
            root_device,
            ("ec2:Tenancy", "default"),
        ],
    );
    let of_image = lab.ok("DescribeImages", &json!({ "ImageIds": [image] }));
    let snapshot = &of_image["Images"][0]["BlockDeviceMappings"][0]["Ebs"]["SnapshotId"];
    let snapshot = format!("arn:aws:ec2:us-east-1::snapshot/{}", snapshot.as_str().unwrap());
    check_keys(
        &lab,
        "RunInstances",
        &input,
        ":volume/*",
        &[
            zone,
            zone_id,
            ("ec2:Encrypted", "false"),
            ("ec2:ParentSnapshot", &snapshot),
            region,
            ("ec2:VolumeIops", "4000"),
            ("ec2:VolumeSize", "8"),
            ("ec2:VolumeType", "gp3"),
        ],
    );
    check_keys(
        &lab,
        "RunInstances",
        &input,
        ":network-interface/*",
        &[("ec2:AssociatePublicIpAddress", "true"), zone, region, ("ec2:Subnet", subnet), ("ec2:Vpc", &vpc)],
    );
    let subnet_id = subnet.rsplit('/').next().unwrap();
    check_keys(
        &lab,
        "RunInstances",
        &input,
        ":subnet/",
        &[zone, zone_id, region, ("ec2:SubnetID", subnet_id), ("ec2:Vpc", &vpc)],
    );
}

#[test]
fn keys_of_what_is_changed() {
    let mut lab = Lab::new();
    let id = lab.launch_id(&json!({}));
    let options = json!({ "InstanceId": id, "HttpTokens": "optional", "HttpPutResponseHopLimit": 3 });
    let needed = lab.access("ModifyInstanceMetadataOptions", &options);
    let values = |key: &str| needed[0].context.get(key).map(<[String]>::to_vec);
    assert_eq!(values("ec2:Attribute/HttpTokens").unwrap(), ["optional"]);
    assert_eq!(values("ec2:Attribute/HttpPutResponseHopLimit").unwrap(), ["3"]);
    assert_eq!(values("ec2:Attribute").unwrap(), ["HttpTokens", "HttpPutResponseHopLimit"]);
    assert_eq!(values("ec2:InstanceMetadataTags").unwrap(), ["disabled"]);
    let groups = lab.ok("DescribeSecurityGroups", &json!({}));
    let group = &groups["SecurityGroups"][0];
    let arn = format!("arn:aws:ec2:us-east-1:{ACCOUNT}:instance/{id}");
    let modify = json!({ "InstanceId": id, "Groups": [group["GroupId"]] });
    let action = "ec2:ModifyInstanceAttribute";
    let both = [(action, arn.as_str()), (action, group["SecurityGroupArn"].as_str().unwrap())];
    check_access(&lab, "ModifyInstanceAttribute", &modify, &both);
    // Of the keys of an instance, some are not there when it is started or its tags are deleted.
    let start = lab.access("StartInstances", &json!({ "InstanceIds": [id] }));
    assert!(start[0].context.get("ec2:InstanceMetadataTags").is_none());
    assert!(start[0].context.get("ec2:InstanceType").is_some());
    let untag = lab.access("DeleteTags", &json!({ "Resources": [id], "Tags": [{ "Key": "k" }] }));
    assert!(untag[0].context.get("ec2:InstanceType").is_none());
}

#[test]
fn rules_with_tags_are_resources() {
    let mut lab = Lab::new();
    let groups = lab.ok("DescribeSecurityGroups", &json!({}));
    let group = &groups["SecurityGroups"][0];
    let arn = group["SecurityGroupArn"].as_str().unwrap();
    let of_rule = format!("arn:aws:ec2:us-east-1:{ACCOUNT}:security-group-rule/*");
    let mut input = json!({ "GroupId": group["GroupId"], "IpProtocol": "-1", "CidrIp": "0.0.0.0/0" });
    let action = "ec2:AuthorizeSecurityGroupIngress";
    check_access(&lab, "AuthorizeSecurityGroupIngress", &input, &[(action, arn)]);
    let tags = json!([{ "ResourceType": "security-group-rule", "Tags": [{ "Key": "k", "Value": "v" }] }]);
    input["TagSpecifications"] = tags;
    let all = [(action, arn), (action, &of_rule), ("ec2:CreateTags", &of_rule)];
    check_access(&lab, "AuthorizeSecurityGroupIngress", &input, &all);
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-resourceaccount>
#[test]
fn images_are_their_owners() {
    let mut lab = Lab::new();
    let input = lab.launch_input(&json!({}));
    let (operation, call) = lab.prepared("RunInstances", &input);
    let needed = (operation.access)(&lab.partition, &call).unwrap();
    assert_eq!(needed[0].context.get("aws:ResourceAccount").unwrap(), ["099720109477"]);
    assert!(needed.iter().skip(1).all(|access| access.context.get("aws:ResourceAccount").is_none()));
    assert!(crate::authorize::authorize(&lab.partition, &call, needed).refusal.is_none());
}
