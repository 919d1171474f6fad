//! Security groups and their rules.

use serde_json::{Value, json};

use super::{ACCOUNT, Lab};

#[test]
fn security_groups_and_their_rules() {
    let mut lab = Lab::new();
    let web = json!({ "GroupName": "web", "Description": "web" });
    let group = lab.ok("CreateSecurityGroup", &web)["GroupId"].as_str().unwrap().to_owned();
    lab.refused("CreateSecurityGroup", &web, "InvalidGroup.Duplicate");
    lab.refused("CreateSecurityGroup", &json!({ "GroupName": "x" }), "MissingParameter");
    let ssh = json!({ "GroupId": group, "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "10.1.2.3/8" });
    let added = lab.ok("AuthorizeSecurityGroupIngress", &ssh);
    assert_eq!(added["SecurityGroupRules"][0]["CidrIpv4"], "10.0.0.0/8");
    let message = lab.refused("AuthorizeSecurityGroupIngress", &ssh, "InvalidPermission.Duplicate");
    assert_eq!(
        message,
        "the specified rule \"peer: 10.0.0.0/8, TCP, from port: 22, to port: 22, ALLOW\" already exists"
    );
    for (member, value) in
        [("CidrIp", json!("10.0.0/8")), ("IpProtocol", json!("carrier-pigeon")), ("ToPort", json!(21))]
    {
        let mut wrong = ssh.clone();
        wrong[member] = value;
        lab.refused("AuthorizeSecurityGroupIngress", &wrong, "InvalidParameterValue");
    }
    let described = lab.ok("DescribeSecurityGroups", &json!({ "GroupIds": [group] }));
    let described = &described["SecurityGroups"][0];
    assert_eq!(described["IpPermissions"][0]["IpRanges"][0]["CidrIp"], "10.0.0.0/8");
    assert_eq!(described["IpPermissionsEgress"][0]["IpProtocol"], "-1");
    let rules = json!({ "Filters": [{ "Name": "group-id", "Values": [group] }] });
    let rules = lab.ok("DescribeSecurityGroupRules", &rules);
    assert_eq!(rules["SecurityGroupRules"].as_array().unwrap().len(), 2);
    lab.ok("RevokeSecurityGroupIngress", &ssh);
    lab.refused("RevokeSecurityGroupIngress", &ssh, "InvalidPermission.NotFound");

    let none = json!({ "Filters": [{ "Name": "group-id", "Values": ["sg-005216b55886f0fdc"] }] });
    assert_eq!(lab.ok("DescribeSecurityGroupRules", &none)["SecurityGroupRules"], json!([]));
    let malformed = json!({ "Filters": [{ "Name": "group-id", "Values": ["foobar"] }] });
    let message = lab.refused("DescribeSecurityGroupRules", &malformed, "InvalidGroupId.Malformed");
    assert_eq!(message, "The security group ID 'foobar' is malformed");

    let id = lab.launch_id(&json!({ "SecurityGroupIds": [group] }));
    lab.refused("DeleteSecurityGroup", &json!({ "GroupId": group }), "DependencyViolation");
    lab.ok("TerminateInstances", &json!({ "InstanceIds": [id] }));
    lab.ok("DeleteSecurityGroup", &json!({ "GroupId": group }));
    lab.refused("DeleteSecurityGroup", &json!({ "GroupId": group }), "InvalidGroup.NotFound");
    lab.refused("DeleteSecurityGroup", &json!({ "GroupName": "default" }), "CannotDelete");
}

#[test]
fn rules_are_modified() {
    let mut lab = Lab::new();
    let groups = lab.ok("DescribeSecurityGroups", &json!({}));
    let group = groups["SecurityGroups"][0]["GroupId"].as_str().unwrap().to_owned();
    let arn = groups["SecurityGroups"][0]["SecurityGroupArn"].as_str().unwrap().to_owned();
    let ssh = json!({ "GroupId": group, "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "10.0.0.0/8" });
    let rule = lab.ok("AuthorizeSecurityGroupIngress", &ssh)["SecurityGroupRules"][0].clone();
    let rule = rule["SecurityGroupRuleId"].as_str().unwrap().to_owned();
    let modify = |rule: &str, wanted: Value| {
        let rules = json!([{ "SecurityGroupRuleId": rule, "SecurityGroupRule": wanted }]);
        json!({ "GroupId": group, "SecurityGroupRules": rules })
    };
    let whole = json!({ "IpProtocol": "udp", "FromPort": 53, "ToPort": 53, "CidrIpv4": "2.3.4.5/32" });
    let but = |name: &str, value: Value| {
        let mut changed = whole.clone();
        changed[name] = value;
        changed
    };
    let cases = [
        (but("IpProtocol", Value::Null), "InvalidParameterValue"),
        (but("ToPort", Value::Null), "InvalidParameterValue"),
        (but("CidrIpv4", Value::Null), "MissingParameter"),
        (but("CidrIpv6", json!("::/0")), "InvalidParameterCombination"),
    ];
    for (wanted, code) in cases {
        lab.refused("ModifySecurityGroupRules", &modify(&rule, wanted), code);
    }
    let unknown = modify("sgr-00000000", whole.clone());
    let message = lab.refused("ModifySecurityGroupRules", &unknown, "InvalidSecurityGroupRuleId.NotFound");
    assert_eq!(message, "The security group rule ID 'sgr-00000000' does not exist");
    let of_rule = format!("arn:aws:ec2:us-east-1:{ACCOUNT}:security-group-rule/{rule}");
    let needed = lab.access("ModifySecurityGroupRules", &modify(&rule, whole.clone()));
    let resources: Vec<_> = needed.iter().map(|access| access.resource.as_str()).collect();
    assert_eq!(resources, [arn.as_str(), &of_rule]);
    lab.ok("ModifySecurityGroupRules", &modify(&rule, whole));
    let found = lab.ok("DescribeSecurityGroupRules", &json!({ "SecurityGroupRuleIds": [rule] }));
    let found = &found["SecurityGroupRules"][0];
    let ports = (&found["IpProtocol"], &found["FromPort"], &found["CidrIpv4"]);
    assert_eq!(ports, (&json!("udp"), &json!(53), &json!("2.3.4.5/32")));
}
