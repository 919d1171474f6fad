//! Decisions that AWS documents, on whole requests: all that a request needs is allowed, or something of it is not.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ExamplePolicies_EC2.html>,
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html>

use serde_json::{Value, json};

use super::world::{World, allows};

fn arn(kind: &str) -> String {
    format!("arn:aws:ec2:us-east-1:*:{kind}/*")
}

/// All kinds that a launch uses, but `kind`.
fn all_but(kind: &str) -> Vec<String> {
    let kinds = ["image", "instance", "network-interface", "security-group", "subnet", "volume"];
    kinds.into_iter().filter(|other| *other != kind).map(arn).collect()
}

fn allow(action: &str, resource: impl Into<Value>) -> Value {
    json!({ "Effect": "Allow", "Action": action, "Resource": resource.into() })
}

fn allow_if(action: &str, resource: impl Into<Value>, condition: Value) -> Value {
    json!({ "Effect": "Allow", "Action": action, "Resource": resource.into(), "Condition": condition })
}

fn deny_if(action: &str, resource: impl Into<Value>, condition: Value) -> Value {
    json!({ "Effect": "Deny", "Action": action, "Resource": resource.into(), "Condition": condition })
}

fn launch(more: &Value) -> Value {
    let mut input = json!({
        "ImageId": "{image}", "InstanceType": "t2.micro", "MinCount": 1, "MaxCount": 1, "SubnetId": "{subnet}",
    });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

fn tagged(kind: &str, key: &str) -> Value {
    json!([{ "ResourceType": kind, "Tags": [{ "Key": key, "Value": "dev" }] }])
}

#[track_caller]
fn check(world: &World, statements: &[Value], operation: &str, input: Value, expected: bool) {
    let statements: Value = serde_json::from_str(&world.text(&json!(statements).to_string())).unwrap();
    let needed = world.asked(operation, input.clone());
    let allowed = needed.iter().all(|asked| allows(&statements, asked));
    assert_eq!(allowed, expected, "{operation} {input} by {statements}");
}

#[test]
fn a_launch_needs_each_kind() {
    let world = World::new();
    let run = "ec2:RunInstances";
    check(&world, &[allow(run, all_but(""))], "RunInstances", launch(&json!({})), true);
    for kind in all_but("") {
        let kind = kind.split([':', '/']).nth(5).unwrap();
        check(&world, &[allow(run, all_but(kind))], "RunInstances", launch(&json!({})), false);
    }
    let with_key = launch(&json!({ "KeyName": "mine" }));
    check(&world, &[allow(run, all_but(""))], "RunInstances", with_key.clone(), false);
    let own_key =
        allow_if(run, arn("key-pair"), json!({ "StringEquals": { "ec2:ResourceTag/team": "red" } }));
    check(&world, &[allow(run, all_but("")), own_key], "RunInstances", with_key, true);
}

#[test]
fn a_launch_needs_every_volume_and_interface() {
    let world = World::new();
    let run = "ec2:RunInstances";
    let but = |resource: String, condition: Value| [allow(run, "*"), deny_if(run, resource, condition)];
    let open = but(arn("volume"), json!({ "Bool": { "ec2:Encrypted": "false" } }));
    let large = but(arn("volume"), json!({ "NumericGreaterThan": { "ec2:VolumeSize": "100" } }));
    let check_volumes = |statements: &[Value], devices: &[(&str, bool, u32)], expected: bool| {
        let mapping = |(name, encrypted, size): &(&str, bool, u32)| json!({ "DeviceName": name, "Ebs": { "Encrypted": encrypted, "VolumeSize": size } });
        let mappings: Vec<Value> = devices.iter().map(mapping).collect();
        check(
            &world,
            statements,
            "RunInstances",
            launch(&json!({ "BlockDeviceMappings": mappings })),
            expected,
        );
    };
    let (root, other) = ("/dev/sda1", "/dev/sdb");
    check_volumes(&open, &[(root, true, 9)], true);
    check_volumes(&open, &[(other, true, 9), (root, true, 9)], true);
    check_volumes(&open, &[(root, true, 9), (other, false, 9)], false);
    check_volumes(&open, &[(other, true, 9)], false);
    check_volumes(&large, &[(root, true, 9), (other, true, 100)], true);
    check_volumes(&large, &[(root, true, 9), (other, true, 101)], false);

    let interfaces = |second: Value| {
        let mut input = launch(&json!({ "NetworkInterfaces": [{ "DeviceIndex": 0 }, second] }));
        input.as_object_mut().unwrap().remove("SubnetId");
        input
    };
    let of = |kind: &str, name: &str| format!("arn:aws:ec2:us-east-1:*:{kind}/{{{name}}}");
    let subnet = but(of("subnet", "subnet"), json!({}));
    let group = but(of("security-group", "group"), json!({}));
    for (statements, expected) in [(&subnet, [true, false, false]), (&group, [true, true, false])] {
        let seconds = [
            json!({ "DeviceIndex": 1 }),
            json!({ "DeviceIndex": 1, "SubnetId": "{subnet}" }),
            json!({ "DeviceIndex": 1, "SubnetId": "{subnet}", "Groups": ["{group}"] }),
        ];
        for (second, expected) in seconds.into_iter().zip(expected) {
            check(&world, statements, "RunInstances", interfaces(second), expected);
        }
    }
}

#[test]
fn a_launch_by_what_it_asks_for() {
    let world = World::new();
    let run = "ec2:RunInstances";
    let market = [
        allow(run, "*"),
        deny_if(run, arn("instance"), json!({ "StringEquals": { "ec2:InstanceMarketType": "spot" } })),
    ];
    let tenancy = |value: &str| {
        let condition = json!({ "StringEquals": { "ec2:Tenancy": value } });
        [allow(run, all_but("instance")), allow_if(run, arn("instance"), condition)]
    };
    let tokens = [
        allow(run, "*"),
        deny_if(run, arn("instance"), json!({ "StringNotEquals": { "ec2:MetadataHttpTokens": "required" } })),
    ];
    let size = [
        allow(run, "*"),
        deny_if(run, arn("volume"), json!({ "NumericGreaterThan": { "ec2:VolumeSize": "100" } })),
    ];
    let kind = |name: &str| json!({ "InstanceType": name });
    let kinds = json!({ "StringEquals": { "ec2:InstanceType": ["t2.micro", "t2.small"] } });
    let kinds = [allow(run, all_but("instance")), allow_if(run, arn("instance"), kinds)];
    let disks = |size: u32| json!({ "BlockDeviceMappings": [{ "DeviceName": "/dev/sda1", "Ebs": { "VolumeSize": size } }] });
    for (statements, more, expected) in [
        (&market, json!({}), true),
        (&market, json!({ "InstanceMarketOptions": { "MarketType": "spot" } }), false),
        (&tenancy("default"), json!({}), true),
        (&tenancy("default"), json!({ "Placement": { "Tenancy": "dedicated" } }), false),
        (&tenancy("dedicated"), json!({ "Placement": { "Tenancy": "dedicated" } }), true),
        (&tokens, json!({ "MetadataOptions": { "HttpTokens": "required" } }), true),
        (&tokens, json!({ "MetadataOptions": { "HttpTokens": "optional" } }), false),
        (&size, disks(100), true),
        (&size, disks(101), false),
        (&kinds, kind("t2.small"), true),
        (&kinds, kind("t3.micro"), false),
    ] {
        check(&world, statements, "RunInstances", launch(&more), expected);
    }
}

#[test]
fn tags_on_what_is_made() {
    let world = World::new();
    let by = |action: &str| {
        allow_if("ec2:CreateTags", "*", json!({ "StringEquals": { "ec2:CreateAction": action } }))
    };
    let run = allow("ec2:RunInstances", "*");
    let with_tags = launch(&json!({ "TagSpecifications": tagged("instance", "env") }));
    check(&world, std::slice::from_ref(&run), "RunInstances", with_tags.clone(), false);
    check(&world, &[run, by("RunInstances")], "RunInstances", with_tags, true);
    let volume = json!({
        "AvailabilityZone": "us-east-1a", "Size": 1, "TagSpecifications": tagged("volume", "env"),
    });
    let make = allow("ec2:CreateVolume", "*");
    check(&world, &[make.clone(), by("RunInstances")], "CreateVolume", volume.clone(), false);
    check(&world, &[make, by("CreateVolume")], "CreateVolume", volume, true);
    let later = json!({ "Resources": ["{instance}"], "Tags": [{ "Key": "env", "Value": "dev" }] });
    check(&world, &[by("RunInstances")], "CreateTags", later, false);
    let only = json!({ "ForAllValues:StringEquals": { "aws:TagKeys": ["env", "cost"] } });
    let only = [
        allow("ec2:RunInstances", all_but("instance")),
        allow_if("ec2:RunInstances", arn("instance"), only),
        by("RunInstances"),
    ];
    for (key, expected) in [("env", true), ("other", false)] {
        let input = launch(&json!({ "TagSpecifications": tagged("instance", key) }));
        check(&world, &only, "RunInstances", input, expected);
    }
}

#[test]
fn both_of_two_resources() {
    let world = World::new();
    let attach = json!({ "VolumeId": "{volume}", "InstanceId": "{instance}", "Device": "/dev/sdf" });
    let red = json!({ "StringEquals": { "aws:ResourceTag/team": "red" } });
    let gateway = json!({ "InternetGatewayId": "{gateway}", "VpcId": "{vpc}" });
    for (statement, operation, input, expected) in [
        (allow("ec2:AttachVolume", arn("volume")), "AttachVolume", &attach, false),
        (allow_if("ec2:AttachVolume", "*", red), "AttachVolume", &attach, true),
        (allow("ec2:AttachInternetGateway", arn("vpc")), "AttachInternetGateway", &gateway, false),
        (allow("ec2:AttachInternetGateway", "*"), "AttachInternetGateway", &gateway, true),
    ] {
        check(&world, &[statement], operation, input.clone(), expected);
    }
}

#[test]
fn a_change_by_the_attribute() {
    let world = World::new();
    let action = "ec2:ModifyInstanceAttribute";
    let only =
        [allow_if(action, "*", json!({ "StringEquals": { "ec2:Attribute": "DisableApiTermination" } }))];
    for (name, value, expected) in
        [("DisableApiTermination", json!(true), true), ("InstanceType", json!("t3.micro"), false)]
    {
        let input = json!({ "InstanceId": "{instance}", name: { "Value": value } });
        check(&world, &only, "ModifyInstanceAttribute", input, expected);
    }
}
