//! The operations over a partition, called directly.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used, reason = "tests")]

mod attributes;
mod condition_keys;
mod decisions;
mod launch_templates;
mod networks;
mod permissions;
mod security_groups;
mod volumes;
mod world;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use policy::{AccountId, Principal};
use serde_json::{Value, json};

use crate::operation::{Access, Call, Caller, CredentialKind, Operation, Service, ServiceError, Transport};
use crate::partition::Partition;

pub(crate) const ACCOUNT: &str = "111122223333";

pub(crate) struct Lab {
    pub(crate) partition: Partition,
    pub(crate) now: DateTime<Utc>,
    region: String,
}

impl Lab {
    pub(crate) fn new() -> Self {
        let mut partition = Partition::new(b"lab");
        let account = AccountId::new(ACCOUNT).unwrap();
        partition.iam.add_account(account, "AKIAROOTROOTROOTROOT".to_owned(), "secret".to_owned());
        let now = "2026-01-02T03:04:05Z".parse().unwrap();
        Self { partition, now, region: "us-east-1".to_owned() }
    }

    fn prepared(&self, name: &str, input: &Value) -> (&'static Operation, Call) {
        let find = |operations: &'static [Operation]| operations.iter().find(|row| row.name == name);
        let ec2 = find(super::OPERATIONS).map(|row| (Service::Ec2, row));
        let iam = find(crate::iam::OPERATIONS).map(|row| (Service::Iam, row));
        let (service, operation) = ec2.or(iam).unwrap_or_else(|| panic!("no operation {name}"));
        let account = AccountId::new(ACCOUNT).unwrap();
        let call = Call {
            service,
            operation: operation.name,
            caller: Caller {
                principal: Principal::Root { account: account.clone() },
                account: Some(account),
                access_key_id: Some("AKIAROOTROOTROOTROOT".to_owned()),
                credential: CredentialKind::LongTerm,
            },
            region: self.region.clone(),
            now: self.now,
            transport: Transport::of_tests(),
            input: input.clone(),
            body: Bytes::new(),
            granted: Vec::new(),
        };
        (operation, call)
    }

    pub(crate) fn call(&mut self, name: &str, input: &Value) -> Result<Value, ServiceError> {
        let (operation, call) = self.prepared(name, input);
        let needed = (operation.access)(&self.partition, &call)?;
        permissions::check_against_reference(name, &needed);
        Ok((operation.act)(&mut self.partition, &call)?.output)
    }

    fn access(&self, name: &str, input: &Value) -> Vec<Access> {
        let (operation, call) = self.prepared(name, input);
        (operation.access)(&self.partition, &call).unwrap()
    }

    #[track_caller]
    pub(crate) fn ok(&mut self, name: &str, input: &Value) -> Value {
        self.call(name, input).unwrap_or_else(|error| panic!("{name} {input}: {error:?}"))
    }

    /// Expects an error, and that it has changed no describable state.
    #[track_caller]
    fn refused(&mut self, name: &str, input: &Value, code: &str) -> String {
        let before = self.everything();
        let error = self.call(name, input).expect_err(name);
        assert_eq!((error.status, error.code), (400, code), "{name} {input}: {}", error.message);
        assert_eq!(self.everything(), before, "{name} {input} changed something");
        error.message
    }

    fn everything(&mut self) -> Vec<Value> {
        let describe =
            |row: &&Operation| row.name.starts_with("Describe") && !row.name.ends_with("Attribute");
        let input = |name: &str| match name {
            "DescribeLaunchTemplateVersions" => json!({ "Versions": ["$Latest"] }),
            _ => json!({}),
        };
        super::OPERATIONS.iter().filter(describe).map(|row| self.ok(row.name, &input(row.name))).collect()
    }

    pub(crate) fn image(&mut self, pattern: &str) -> String {
        let filter = json!([{ "Name": "name", "Values": [pattern] }]);
        let images = self.ok("DescribeImages", &json!({ "Filters": filter }));
        images["Images"][0]["ImageId"].as_str().unwrap().to_owned()
    }

    /// Launches one instance with more parameters; returns it as `RunInstances` shows it.
    #[track_caller]
    pub(crate) fn launch(&mut self, more: &Value) -> Value {
        let input = self.launch_input(more);
        self.ok("RunInstances", &input)["Instances"][0].clone()
    }

    fn launch_input(&mut self, more: &Value) -> Value {
        let image = self.image("*20.04*");
        let mut input = json!({ "ImageId": image, "InstanceType": "t2.micro", "MinCount": 1, "MaxCount": 1 });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    }

    pub(crate) fn launch_id(&mut self, more: &Value) -> String {
        self.launch(more)["InstanceId"].as_str().unwrap().to_owned()
    }

    fn instance(&mut self, id: &str) -> Value {
        self.ok("DescribeInstances", &json!({ "InstanceIds": [id] }))["Reservations"][0]["Instances"][0]
            .clone()
    }

    /// Makes a role that trusts EC2 and a profile of the same name with it; returns the profile's ARN.
    #[track_caller]
    pub(crate) fn profile(&mut self, name: &str) -> String {
        let trust = json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": { "Service": "ec2.amazonaws.com" }, "Action": "sts:AssumeRole",
        }] });
        self.ok("CreateRole", &json!({ "RoleName": name, "AssumeRolePolicyDocument": trust.to_string() }));
        let profile = self.ok("CreateInstanceProfile", &json!({ "InstanceProfileName": name }));
        self.ok("AddRoleToInstanceProfile", &json!({ "InstanceProfileName": name, "RoleName": name }));
        profile["InstanceProfile"]["Arn"].as_str().unwrap().to_owned()
    }
}

const MISSING_INSTANCE: &str = "i-0123456789abcdef0";

#[test]
fn the_walkthrough_launches_two_instances() {
    let mut lab = Lab::new();
    lab.ok("CreateKeyPair", &json!({ "KeyName": "testing", "KeyType": "ed25519" }));
    let group = lab.ok("CreateSecurityGroup", &json!({ "GroupName": "open", "Description": "all" }));
    let group = group["GroupId"].as_str().unwrap().to_owned();
    let everyone = json!([{ "IpProtocol": "-1", "IpRanges": [{ "CidrIp": "0.0.0.0/0" }] }]);
    lab.ok("AuthorizeSecurityGroupIngress", &json!({ "GroupId": group, "IpPermissions": everyone }));
    for name in ["Testing1", "Testing2"] {
        let tags = json!([{ "ResourceType": "instance", "Tags": [{ "Key": "Name", "Value": name }] }]);
        let launched = lab.launch(&json!({
            "KeyName": "testing", "SecurityGroupIds": [group], "TagSpecifications": tags,
        }));
        assert_eq!(launched["State"]["Name"], "pending");
        let id = launched["InstanceId"].as_str().unwrap();
        let found =
            lab.ok("DescribeInstances", &json!({ "Filters": [{ "Name": "tag:Name", "Values": [name] }] }));
        let found = &found["Reservations"][0]["Instances"][0];
        assert_eq!(found["InstanceId"], id);
        assert_eq!(found["State"], json!({ "Code": 16, "Name": "running" }));
        assert!(found["PublicIpAddress"].as_str().unwrap().starts_with("198.18."));
        assert!(found["PrivateIpAddress"].as_str().unwrap().starts_with("172.31."));
        assert_eq!(found["SecurityGroups"][0]["GroupName"], "open");
        assert_eq!(found["NetworkInterfaces"][0]["Groups"][0]["GroupId"], group.as_str());
    }
    let views = super::instances(&lab.partition);
    let names: Vec<_> = views.iter().map(|view| view.name.as_deref().unwrap()).collect();
    assert_eq!(names, ["Testing1", "Testing2"]);
}

#[test]
fn launches_that_are_refused() {
    let mut lab = Lab::new();
    let spare = lab.ok("CreateVpc", &json!({ "CidrBlock": "10.0.0.0/16" }));
    let spare = spare["Vpc"]["VpcId"].as_str().unwrap().to_owned();
    let cidr = json!({ "VpcId": spare, "CidrBlock": "10.0.0.0/28" });
    let small = lab.ok("CreateSubnet", &cidr)["Subnet"]["SubnetId"].as_str().unwrap().to_owned();
    let default_group = lab.ok("DescribeSecurityGroups", &json!({ "GroupNames": ["default"] }));
    let default_group = default_group["SecurityGroups"][0]["GroupId"].as_str().unwrap().to_owned();
    let tag = |key: &str| json!([{ "ResourceType": "instance", "Tags": [{ "Key": key, "Value": "x" }] }]);
    let cases = [
        (json!({ "ImageId": "ami-0123456789abcdef0" }), "InvalidAMIID.NotFound"),
        (json!({ "ImageId": "ubuntu" }), "InvalidAMIID.Malformed"),
        (json!({ "ImageId": null }), "MissingParameter"),
        (json!({ "InstanceType": "t9.huge" }), "InvalidParameterValue"),
        (json!({ "InstanceType": "t4g.micro" }), "InvalidParameterValue"),
        (json!({ "KeyName": "nope" }), "InvalidKeyPair.NotFound"),
        (json!({ "SecurityGroupIds": ["sg-0123456789abcdef0"] }), "InvalidGroup.NotFound"),
        (json!({ "SecurityGroupIds": ["open"] }), "InvalidGroupId.Malformed"),
        (json!({ "SecurityGroups": ["nope"] }), "InvalidGroup.NotFound"),
        (json!({ "SecurityGroupIds": [default_group], "SubnetId": small }), "InvalidParameter"),
        (json!({ "SubnetId": "subnet-0123456789abcdef0" }), "InvalidSubnetID.NotFound"),
        (json!({ "SubnetId": "mine" }), "InvalidSubnetID.Malformed"),
        (json!({ "SubnetId": small, "MinCount": 12, "MaxCount": 12 }), "InsufficientFreeAddressesInSubnet"),
        (json!({ "Placement": { "AvailabilityZone": "mars-1a" } }), "InvalidParameterValue"),
        (json!({ "MinCount": 0 }), "InvalidParameterValue"),
        (json!({ "MinCount": 2 }), "InvalidParameterValue"),
        (json!({ "MinCount": 1000, "MaxCount": 1000 }), "InstanceLimitExceeded"),
        (json!({ "IamInstanceProfile": { "Name": "nope" } }), "InvalidParameterValue"),
        (json!({ "IamInstanceProfile": { "Arn": "arn:aws:iam::1:x" } }), "InvalidParameterValue"),
        (json!({ "IamInstanceProfile": { "Name": "a", "Arn": "b" } }), "InvalidParameterCombination"),
        (json!({ "UserData": "!" }), "InvalidParameterValue"),
        (json!({ "MetadataOptions": { "HttpTokens": "maybe" } }), "InvalidParameterValue"),
        (json!({ "MetadataOptions": { "HttpPutResponseHopLimit": 65 } }), "InvalidParameterValue"),
        (json!({ "PrivateIpAddress": "10.0.0.9" }), "InvalidParameterValue"),
        (json!({ "PrivateIpAddress": "172.31.0.3" }), "InvalidParameterValue"),
        (json!({ "TagSpecifications": tag("aws:x") }), "InvalidParameterValue"),
        (json!({ "TagSpecifications": tag("") }), "InvalidParameterValue"),
        (json!({ "TagSpecifications": [{ "ResourceType": "vpc", "Tags": [] }] }), "InvalidParameterValue"),
        (
            json!({ "LaunchTemplate": { "LaunchTemplateName": "x" } }),
            "InvalidLaunchTemplateName.NotFoundException",
        ),
        (json!({ "BlockDeviceMappings": [{ "DeviceName": "/dev/sdz" }] }), "UnsupportedOperation"),
    ];
    for (more, code) in cases {
        let input = lab.launch_input(&more);
        lab.refused("RunInstances", &input, code);
    }
}

#[test]
fn a_client_token_launches_once() {
    let mut lab = Lab::new();
    let first = lab.launch_id(&json!({ "ClientToken": "once" }));
    assert_eq!(lab.launch_id(&json!({ "ClientToken": "once" })), first);
    let once = json!({ "Filters": [{ "Name": "client-token", "Values": ["once"] }] });
    let found = lab.ok("DescribeInstances", &once);
    assert_eq!(found.pointer("/Reservations/0/Instances/0/ClientToken"), Some(&json!("once")));
    let other = lab.launch_input(&json!({ "ClientToken": "once", "InstanceType": "t2.small" }));
    lab.refused("RunInstances", &other, "IdempotentParameterMismatch");
    assert_ne!(lab.launch_id(&json!({ "ClientToken": "twice" })), first);
}

#[test]
fn a_lifetime() {
    let mut lab = Lab::new();
    let id = lab.launch_id(&json!({}));
    let one = json!({ "InstanceIds": [id] });
    let steps = [
        ("StartInstances", "StartingInstances", "running", "running"),
        ("StopInstances", "StoppingInstances", "running", "stopping"),
        ("StopInstances", "StoppingInstances", "stopped", "stopped"),
        ("StartInstances", "StartingInstances", "stopped", "pending"),
        ("TerminateInstances", "TerminatingInstances", "running", "shutting-down"),
        ("TerminateInstances", "TerminatingInstances", "terminated", "terminated"),
    ];
    for (operation, list, before, after) in steps {
        let change = lab.ok(operation, &one)[list][0].clone();
        assert_eq!(change["PreviousState"]["Name"], before, "{operation}");
        assert_eq!(change["CurrentState"]["Name"], after, "{operation}");
        let has_address = lab.instance(&id)["PublicIpAddress"].is_string();
        assert_eq!(has_address, matches!(after, "running" | "pending"), "{operation} {after}");
    }
    for operation in ["StartInstances", "StopInstances"] {
        lab.refused(operation, &one, "IncorrectInstanceState");
    }
    assert_eq!(lab.instance(&id)["State"]["Code"], 48);
    assert_eq!(lab.ok("DescribeNetworkInterfaces", &json!({}))["NetworkInterfaces"], json!([]));
    assert_eq!(lab.ok("DescribeVolumes", &json!({}))["Volumes"], json!([]));
    lab.now += TimeDelta::hours(1);
    lab.refused("DescribeInstances", &one, "InvalidInstanceID.NotFound");
}

#[test]
fn what_a_launch_keeps_outlives_the_instance() {
    let mut lab = Lab::new();
    let id = lab.launch_id(&json!({
        "NetworkInterfaces": [{ "DeviceIndex": 0, "DeleteOnTermination": false }],
        "BlockDeviceMappings": [{ "DeviceName": "/dev/sda1", "Ebs": { "DeleteOnTermination": false } }],
    }));
    let shown =
        |lab: &mut Lab| lab.ok("DescribeNetworkInterfaces", &json!({}))["NetworkInterfaces"][0].clone();
    let interface = shown(&mut lab);
    assert_eq!(interface["Attachment"]["DeleteOnTermination"], false);
    let one = json!({ "NetworkInterfaceId": interface["NetworkInterfaceId"] });
    lab.refused("DeleteNetworkInterface", &one, "InvalidParameterValue");
    lab.ok("TerminateInstances", &json!({ "InstanceIds": [id] }));
    let interface = shown(&mut lab);
    assert_eq!((&interface["Status"], &interface["Attachment"]), (&json!("available"), &Value::Null));
    let volumes = lab.ok("DescribeVolumes", &json!({}))["Volumes"].clone();
    assert_eq!(volumes[0]["State"], "available");
    lab.ok("DeleteNetworkInterface", &one);
    lab.refused("DeleteNetworkInterface", &one, "InvalidNetworkInterfaceID.NotFound");
}

#[test]
fn unknown_instances() {
    let mut lab = Lab::new();
    let known = lab.launch_id(&json!({}));
    let operations =
        ["StartInstances", "StopInstances", "RebootInstances", "TerminateInstances", "DescribeInstances"];
    for operation in operations {
        let message = lab.refused(
            operation,
            &json!({ "InstanceIds": [known, MISSING_INSTANCE] }),
            "InvalidInstanceID.NotFound",
        );
        assert_eq!(message, format!("The instance ID '{MISSING_INSTANCE}' does not exist"));
        lab.refused(operation, &json!({ "InstanceIds": ["x"] }), "InvalidInstanceID.Malformed");
    }
    for operation in operations.iter().take(4) {
        lab.refused(operation, &json!({}), "MissingParameter");
    }
}

#[test]
fn termination_protection() {
    let mut lab = Lab::new();
    let id = lab.launch_id(&json!({ "DisableApiTermination": true }));
    let one = json!({ "InstanceIds": [id] });
    lab.refused("TerminateInstances", &one, "OperationNotPermitted");
    lab.ok(
        "ModifyInstanceAttribute",
        &json!({ "InstanceId": id, "DisableApiTermination": { "Value": false } }),
    );
    lab.ok("TerminateInstances", &one);
}

#[test]
fn metadata_options_follow_the_image() {
    let mut lab = Lab::new();
    for (image, tokens, hops) in [
        ("*20.04*", "optional", 1),
        ("*22.04*", "optional", 1),
        ("*24.04-amd*", "required", 2),
        ("al2023*x86*", "required", 2),
    ] {
        let image = lab.image(image);
        let options = lab.launch(&json!({ "ImageId": image }))["MetadataOptions"].clone();
        assert_eq!(
            (&options["HttpTokens"], &options["HttpPutResponseHopLimit"]),
            (&json!(tokens), &json!(hops))
        );
    }
    let id = lab.launch_id(&json!({ "MetadataOptions": { "HttpEndpoint": "disabled" } }));
    let changed =
        lab.ok("ModifyInstanceMetadataOptions", &json!({ "InstanceId": id, "HttpTokens": "required" }));
    assert_eq!(changed["InstanceMetadataOptions"]["HttpEndpoint"], "disabled");
    assert_eq!(lab.instance(&id)["MetadataOptions"]["HttpTokens"], "required");
}

#[test]
fn an_account_may_set_metadata_options_for_its_launches() {
    let mut lab = Lab::new();
    let wanted = json!({ "HttpTokens": "required", "HttpPutResponseHopLimit": 3 });
    let needed = lab.access("ModifyInstanceMetadataDefaults", &wanted);
    assert_eq!(needed[0].context.get("ec2:Attribute/HttpTokens").unwrap(), ["required"]);
    lab.ok("ModifyInstanceMetadataDefaults", &wanted);
    let level = lab.ok("GetInstanceMetadataDefaults", &json!({}))["AccountLevel"].clone();
    assert_eq!((&level["HttpTokens"], &level["HttpPutResponseHopLimit"]), (&json!("required"), &json!(3)));
    let launched = lab.launch(&json!({ "MetadataOptions": { "HttpPutResponseHopLimit": 1 } }));
    let options = &launched["MetadataOptions"];
    assert_eq!(
        (&options["HttpTokens"], &options["HttpPutResponseHopLimit"]),
        (&json!("required"), &json!(1))
    );
    let run = lab.launch_input(&json!({}));
    let needed = lab.access("RunInstances", &run);
    assert_eq!(needed[1].context.get("ec2:MetadataHttpTokens").unwrap(), ["required"]);
    lab.ok("ModifyInstanceMetadataDefaults", &json!({ "HttpTokens": "no-preference" }));
    assert_eq!(lab.launch(&json!({}))["MetadataOptions"]["HttpTokens"], "optional");
    for wrong in [json!({ "HttpTokens": "maybe" }), json!({ "HttpPutResponseHopLimit": 65 })] {
        lab.refused("ModifyInstanceMetadataDefaults", &wrong, "InvalidParameterValue");
    }
}

#[test]
fn filters_and_pages() {
    let mut lab = Lab::new();
    for number in 0..7 {
        let tags = json!([{ "ResourceType": "instance", "Tags": [{ "Key": "Name", "Value": format!("n{number}") }] }]);
        lab.launch(&json!({ "TagSpecifications": tags }));
    }
    let count = |output: &Value| {
        let reservations = output["Reservations"].as_array().unwrap();
        reservations.iter().map(|r| r["Instances"].as_array().unwrap().len()).sum::<usize>()
    };
    let cases = [
        ("tag:Name", json!(["n1", "n2"]), 2),
        ("tag:Name", json!(["n*"]), 7),
        ("tag:Name", json!(["N1"]), 0),
        ("tag-key", json!(["Name"]), 7),
        ("instance-state-name", json!(["pending", "running"]), 7),
        ("instance-state-name", json!(["stopped"]), 0),
        ("instance-type", json!(["t2.*"]), 7),
    ];
    for (name, values, expected) in cases {
        let filters = json!({ "Filters": [{ "Name": name, "Values": values }] });
        assert_eq!(count(&lab.ok("DescribeInstances", &filters)), expected, "{filters}");
    }
    let unknown = json!({ "Filters": [{ "Name": "colour", "Values": ["red"] }] });
    for operation in
        ["DescribeInstances", "DescribeVpcs", "DescribeImages", "DescribeKeyPairs", "DescribeTags"]
    {
        let message = lab.refused(operation, &unknown, "InvalidParameterValue");
        assert_eq!(message, "The filter 'colour' is invalid");
    }
    let first = lab.ok("DescribeInstances", &json!({ "MaxResults": 5 }));
    assert_eq!(count(&first), 5);
    let second = lab.ok("DescribeInstances", &json!({ "MaxResults": 5, "NextToken": first["NextToken"] }));
    assert_eq!((count(&second), &second["NextToken"]), (2, &Value::Null));
    lab.refused("DescribeInstances", &json!({ "NextToken": "x" }), "InvalidNextToken");
    lab.refused("DescribeInstances", &json!({ "MaxResults": 4 }), "InvalidParameterValue");
    let both = json!({ "MaxResults": 5, "InstanceIds": [MISSING_INSTANCE] });
    lab.refused("DescribeInstances", &both, "InvalidParameterCombination");
}

#[test]
fn the_default_network() {
    let mut lab = Lab::new();
    let default = json!({ "Filters": [{ "Name": "is-default", "Values": ["true"] }] });
    let vpcs = lab.ok("DescribeVpcs", &default);
    assert_eq!(vpcs["Vpcs"][0]["CidrBlock"], "172.31.0.0/16");
    let subnets = lab.ok("DescribeSubnets", &json!({}));
    let subnets = subnets["Subnets"].as_array().unwrap();
    assert_eq!(subnets.len(), 6);
    assert!(
        subnets
            .iter()
            .all(|subnet| subnet["MapPublicIpOnLaunch"] == true && subnet["AvailableIpAddressCount"] == 4091)
    );
    let routes = lab.ok("DescribeRouteTables", &json!({}));
    let gateways = lab.ok("DescribeInternetGateways", &json!({}));
    let gateway = &gateways["InternetGateways"][0];
    assert_eq!(gateway["Attachments"][0]["VpcId"], vpcs["Vpcs"][0]["VpcId"]);
    assert_eq!(routes["RouteTables"][0]["Routes"][1]["GatewayId"], gateway["InternetGatewayId"]);
    lab.launch(&json!({ "SubnetId": subnets[0]["SubnetId"] }));
    assert_eq!(lab.ok("DescribeSubnets", &json!({}))["Subnets"][0]["AvailableIpAddressCount"], 4090);
    assert_eq!(lab.ok("DescribeVpcs", &default), vpcs);
}

#[test]
fn key_pairs() {
    let mut lab = Lab::new();
    let first = lab.ok("CreateKeyPair", &json!({ "KeyName": "first" }));
    let second = lab.ok("CreateKeyPair", &json!({ "KeyName": "second" }));
    assert_ne!(first["KeyMaterial"], second["KeyMaterial"]);
    assert_ne!(first["KeyFingerprint"], second["KeyFingerprint"]);
    assert!(first["KeyMaterial"].as_str().unwrap().starts_with("-----BEGIN RSA PRIVATE KEY-----\n"));
    lab.refused("CreateKeyPair", &json!({ "KeyName": "first" }), "InvalidKeyPair.Duplicate");
    lab.refused("CreateKeyPair", &json!({ "KeyName": "x", "KeyType": "dsa" }), "InvalidParameterValue");
    lab.refused("DescribeKeyPairs", &json!({ "KeyNames": ["nope"] }), "InvalidKeyPair.NotFound");
    lab.refused(
        "ImportKeyPair",
        &json!({ "KeyName": "x", "PublicKeyMaterial": "eA==" }),
        "InvalidKey.Format",
    );
    lab.ok("DeleteKeyPair", &json!({ "KeyName": "first" }));
    lab.ok("DeleteKeyPair", &json!({ "KeyName": "first" }));
    let kept = lab.ok("DescribeKeyPairs", &json!({}));
    assert_eq!(kept["KeyPairs"].as_array().unwrap().len(), 1);
    assert_eq!(kept["KeyPairs"][0].get("KeyMaterial"), None);
}

#[test]
fn tags() {
    let mut lab = Lab::new();
    let id = lab.launch_id(&json!({}));
    let tag = |key: &str, value: &str| json!({ "Resources": [id], "Tags": [{ "Key": key, "Value": value }] });
    lab.ok("CreateTags", &tag("env", "dev"));
    lab.ok("CreateTags", &tag("env", "prod"));
    lab.refused("CreateTags", &tag("aws:env", "x"), "InvalidParameterValue");
    lab.refused("CreateTags", &tag(&"k".repeat(128), "x"), "InvalidParameterValue");
    lab.refused("CreateTags", &tag("k", &"v".repeat(256)), "InvalidParameterValue");
    lab.refused(
        "CreateTags",
        &json!({ "Resources": [MISSING_INSTANCE], "Tags": [{ "Key": "k" }] }),
        "InvalidInstanceID.NotFound",
    );
    let many: Vec<Value> = (0..50).map(|n| json!({ "Key": format!("k{n}"), "Value": "" })).collect();
    lab.refused("CreateTags", &json!({ "Resources": [id], "Tags": many }), "TagLimitExceeded");
    let found = lab.ok("DescribeTags", &json!({ "Filters": [{ "Name": "resource-id", "Values": [id] }] }));
    let expected = json!([{ "ResourceId": id, "ResourceType": "instance", "Key": "env", "Value": "prod" }]);
    assert_eq!(found["Tags"], expected);
    lab.ok("DeleteTags", &tag("env", "dev"));
    assert_eq!(lab.instance(&id)["Tags"][0]["Value"], "prod");
    lab.ok("DeleteTags", &json!({ "Resources": [id], "Tags": [{ "Key": "env" }] }));
    assert_eq!(lab.instance(&id)["Tags"], Value::Null);
}

#[test]
fn profile_associations() {
    let mut lab = Lab::new();
    let (one, two) = (lab.profile("one"), lab.profile("two"));
    let id = lab.launch_id(&json!({}));
    let associate = |name: &str| json!({ "InstanceId": id, "IamInstanceProfile": { "Name": name } });
    lab.refused("AssociateIamInstanceProfile", &associate("nope"), "InvalidParameterValue");
    let made = lab.ok("AssociateIamInstanceProfile", &associate("one"));
    let made = &made["IamInstanceProfileAssociation"];
    assert_eq!((&made["State"], &made["IamInstanceProfile"]["Arn"]), (&json!("associating"), &json!(one)));
    lab.refused("AssociateIamInstanceProfile", &associate("two"), "IncorrectState");
    let of_instance = json!({ "Filters": [{ "Name": "instance-id", "Values": [id] }] });
    let found = lab.ok("DescribeIamInstanceProfileAssociations", &of_instance);
    assert_eq!(found["IamInstanceProfileAssociations"][0]["State"], "associated");
    let replace = json!({ "AssociationId": made["AssociationId"], "IamInstanceProfile": { "Arn": two } });
    let replaced = lab.ok("ReplaceIamInstanceProfileAssociation", &replace);
    let replaced = &replaced["IamInstanceProfileAssociation"];
    assert_ne!(replaced["AssociationId"], made["AssociationId"]);
    assert_eq!(lab.instance(&id)["IamInstanceProfile"]["Arn"], json!(two));
    lab.refused("ReplaceIamInstanceProfileAssociation", &replace, "InvalidAssociationID.NotFound");
    let gone = json!({ "AssociationId": replaced["AssociationId"] });
    lab.ok("DisassociateIamInstanceProfile", &gone);
    lab.refused("DisassociateIamInstanceProfile", &gone, "InvalidAssociationID.NotFound");
    assert_eq!(lab.instance(&id)["IamInstanceProfile"], Value::Null);
    let launched = lab.launch(&json!({ "IamInstanceProfile": { "Name": "one" } }));
    assert_eq!(launched["IamInstanceProfile"]["Arn"], json!(one));
}

#[test]
fn every_operation_is_listed_once_and_in_order() {
    let names: Vec<&str> = super::OPERATIONS.iter().map(|row| row.name).collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(names, sorted);
}
