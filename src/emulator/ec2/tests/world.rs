//! A world in which everything is there once, with a tag.

use std::sync::Arc;

use policy::{AccountId, Context, Policies, Policy, PolicyDocument, PolicyKind, Principal, Request};
use serde_json::{Value, json};

use super::{ACCOUNT, Lab};
use crate::authorize;
use crate::operation::{Call, Operation};

pub(super) struct World {
    pub(super) lab: Lab,
    /// By the name that requests have for them.
    pub(super) ids: Vec<(&'static str, String)>,
}

fn tags(kind: &str) -> Value {
    json!([{ "ResourceType": kind, "Tags": [{ "Key": "team", "Value": "red" }] }])
}

impl World {
    pub(super) fn new() -> Self {
        let mut lab = Lab::new();
        lab.profile("one");
        let image = lab.image("*20.04*");
        let mut world = Self { lab, ids: vec![("image", image)] };
        world.networks();
        world.instances();
        world
    }

    /// Makes one, and keeps the id of it that is at `pointer` in the answer.
    fn make(&mut self, name: &'static str, operation: &str, input: Value, pointer: &str) {
        let made = self.lab.ok(operation, &self.filled(input));
        let id =
            made.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{operation}: {made}"));
        self.ids.push((name, id.to_owned()));
    }

    fn networks(&mut self) {
        let vpc = json!({ "CidrBlock": "10.0.0.0/16", "TagSpecifications": tags("vpc") });
        self.make("vpc", "CreateVpc", vpc, "/Vpc/VpcId");
        let subnet = json!({
            "VpcId": "{vpc}", "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "us-east-1a",
            "TagSpecifications": tags("subnet"),
        });
        self.make("subnet", "CreateSubnet", subnet, "/Subnet/SubnetId");
        let subnets = self.lab.ok("DescribeSubnets", &json!({}));
        let mut zone = subnets["Subnets"].as_array().unwrap().iter();
        let zone = zone.find(|subnet| subnet["AvailabilityZone"] == "us-east-1a").unwrap();
        self.ids.push(("zoneId", zone["AvailabilityZoneId"].as_str().unwrap().to_owned()));
        let gateway = json!({ "TagSpecifications": tags("internet-gateway") });
        self.make("gateway", "CreateInternetGateway", gateway, "/InternetGateway/InternetGatewayId");
        let table = json!({ "VpcId": "{vpc}", "TagSpecifications": tags("route-table") });
        self.make("table", "CreateRouteTable", table, "/RouteTable/RouteTableId");
        let association = json!({ "RouteTableId": "{table}", "SubnetId": "{subnet}" });
        self.make("tableAssociation", "AssociateRouteTable", association, "/AssociationId");
        let group = json!({
            "GroupName": "mine", "Description": "mine", "VpcId": "{vpc}",
            "TagSpecifications": tags("security-group"),
        });
        self.make("group", "CreateSecurityGroup", group, "/GroupId");
        let rule = json!({
            "GroupId": "{group}", "TagSpecifications": tags("security-group-rule"),
            "IpPermissions": [{ "IpProtocol": "-1", "IpRanges": [{ "CidrIp": "10.1.0.0/16" }] }],
        });
        let id = "/SecurityGroupRules/0/SecurityGroupRuleId";
        self.make("rule", "AuthorizeSecurityGroupIngress", rule, id);
        let endpoint = json!({
            "VpcId": "{vpc}", "ServiceName": "com.amazonaws.us-east-1.s3", "TagSpecifications": tags("vpc-endpoint"),
        });
        self.make("endpoint", "CreateVpcEndpoint", endpoint, "/VpcEndpoint/VpcEndpointId");
    }

    fn instances(&mut self) {
        let pair = json!({ "KeyName": "mine", "KeyType": "ed25519", "TagSpecifications": tags("key-pair") });
        self.make("pair", "CreateKeyPair", pair, "/KeyPairId");
        let template = json!({
            "LaunchTemplateName": "mine", "TagSpecifications": tags("launch-template"),
            "LaunchTemplateData": {
                "ImageId": "{image}", "InstanceType": "t2.micro", "KeyName": "mine", "SubnetId": "{subnet}",
                "SecurityGroupIds": ["{group}"],
            },
        });
        self.make("template", "CreateLaunchTemplate", template, "/LaunchTemplate/LaunchTemplateId");
        let volume = json!({
            "AvailabilityZone": "us-east-1a", "Size": 9, "VolumeType": "gp3", "Iops": 4000, "Throughput": 200,
            "Encrypted": true,
        });
        self.make("first", "CreateVolume", volume.clone(), "/VolumeId");
        let snapshot = json!({ "VolumeId": "{first}", "TagSpecifications": tags("snapshot") });
        self.make("snapshot", "CreateSnapshot", snapshot, "/SnapshotId");
        let mut volume = volume;
        volume["SnapshotId"] = json!("{snapshot}");
        volume["TagSpecifications"] = tags("volume");
        self.make("volume", "CreateVolume", volume, "/VolumeId");
        let instance = json!({
            "ImageId": "{image}", "InstanceType": "t2.micro", "MinCount": 1, "MaxCount": 1,
            "SubnetId": "{subnet}", "SecurityGroupIds": ["{group}"], "TagSpecifications": [
                tags("instance")[0], tags("volume")[0], tags("network-interface")[0],
            ],
        });
        self.make("instance", "RunInstances", instance, "/Instances/0/InstanceId");
        let shown = self.lab.ok("DescribeInstances", &json!({}));
        let shown = &shown["Reservations"][0]["Instances"][0];
        let images = self.lab.ok("DescribeImages", &self.filled(json!({ "ImageIds": ["{image}"] })));
        let snapshot = &images["Images"][0]["BlockDeviceMappings"][0]["Ebs"]["SnapshotId"];
        self.ids.push(("imageSnapshot", snapshot.as_str().unwrap().to_owned()));
        for (name, pointer) in [
            ("interface", "/NetworkInterfaces/0/NetworkInterfaceId"),
            ("attached", "/BlockDeviceMappings/0/Ebs/VolumeId"),
        ] {
            self.ids.push((name, shown.pointer(pointer).unwrap().as_str().unwrap().to_owned()));
        }
        let profile = json!({ "InstanceId": "{instance}", "IamInstanceProfile": { "Name": "one" } });
        let id = "/IamInstanceProfileAssociation/AssociationId";
        self.make("profileAssociation", "AssociateIamInstanceProfile", profile, id);
    }

    /// A text with its names filled in.
    pub(super) fn text(&self, text: &str) -> String {
        self.ids.iter().fold(text.to_owned(), |text, (name, id)| text.replace(&format!("{{{name}}}"), id))
    }

    pub(super) fn filled(&self, input: Value) -> Value {
        serde_json::from_str(&self.text(&input.to_string())).unwrap()
    }

    pub(super) fn prepared(&self, name: &str, input: Value) -> (&'static Operation, Call) {
        self.lab.prepared(name, &self.filled(input))
    }
}

/// A permission that a request needs, as the engine sees it.
#[derive(Clone)]
pub(super) struct Asked {
    pub(super) action: String,
    pub(super) resource: String,
    pub(super) context: Context,
}

impl World {
    /// What a request needs, with the keys that all requests have.
    #[track_caller]
    pub(super) fn asked(&self, operation: &str, input: Value) -> Vec<Asked> {
        let (row, call) = self.prepared(operation, input);
        let needed =
            (row.access)(&self.lab.partition, &call).unwrap_or_else(|e| panic!("{operation}: {e:?}"));
        let complete = |mut access| {
            authorize::complete(&self.lab.partition, &call, &mut access);
            Asked { action: access.action, resource: access.resource, context: access.context }
        };
        needed.into_iter().map(complete).collect()
    }
}

/// Whether a user with a policy of these statements, and no other, has a permission.
#[track_caller]
pub(super) fn allows(statements: &Value, asked: &Asked) -> bool {
    let text = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
    let document = PolicyDocument::parse(&text, PolicyKind::Identity);
    let document = Arc::new(document.unwrap_or_else(|error| panic!("{text}: {error:?}")));
    let account = AccountId::new(ACCOUNT).unwrap();
    let request = Request {
        principal: Principal::User {
            account,
            name: "u".to_owned(),
            path: "/".to_owned(),
            id: "AIDAU".to_owned(),
        },
        action: asked.action.clone(),
        resource: asked.resource.clone(),
        resource_account: None,
        context: asked.context.clone(),
        canonical_user: None,
    };
    let identity = vec![Policy { name: "p".to_owned(), document }];
    policy::decide(&request, &Policies { identity, ..Policies::default() }).unwrap().is_allowed()
}
