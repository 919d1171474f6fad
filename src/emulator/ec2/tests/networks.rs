//! Route tables, and taking networks away.

use serde_json::json;

use super::Lab;

#[test]
fn a_subnet_may_have_a_route_table_of_its_own() {
    let mut lab = Lab::new();
    let vpc = lab.ok("CreateVpc", &json!({ "CidrBlock": "10.0.0.0/16" }))["Vpc"].clone();
    assert_eq!((&vpc["State"], &vpc["Ipv6CidrBlockAssociationSet"]), (&json!("pending"), &json!([])));
    let vpc = vpc["VpcId"].as_str().unwrap().to_owned();
    let subnet = lab.ok("CreateSubnet", &json!({ "VpcId": vpc, "CidrBlock": "10.0.1.0/24" }));
    let subnet = subnet["Subnet"]["SubnetId"].as_str().unwrap().to_owned();
    let table = lab.ok("CreateRouteTable", &json!({ "VpcId": vpc }))["RouteTable"].clone();
    let table = table["RouteTableId"].as_str().unwrap().to_owned();
    let both = json!({ "RouteTableId": table, "SubnetId": subnet });
    let made = lab.ok("AssociateRouteTable", &both);
    assert_eq!(made["AssociationState"]["State"], "associated");
    lab.refused("AssociateRouteTable", &both, "Resource.AlreadyAssociated");
    let of_subnet = json!({ "Filters": [{ "Name": "association.subnet-id", "Values": [subnet] }] });
    let found = lab.ok("DescribeRouteTables", &of_subnet)["RouteTables"].clone();
    assert_eq!(
        found,
        json!([{
            "RouteTableId": table,
            "VpcId": vpc,
            "OwnerId": super::ACCOUNT,
            "Associations": [{
                "Main": false,
                "RouteTableAssociationId": made["AssociationId"],
                "RouteTableId": table,
                "SubnetId": subnet,
                "AssociationState": { "State": "associated" },
            }],
            "PropagatingVgws": [],
            "Routes": [{
                "DestinationCidrBlock": "10.0.0.0/16",
                "GatewayId": "local",
                "Origin": "CreateRouteTable",
                "State": "active",
            }],
            "Tags": [],
        }])
    );
    let one = json!({ "RouteTableId": table });
    let message = lab.refused("DeleteRouteTable", &one, "DependencyViolation");
    assert_eq!(message, format!("The routeTable '{table}' has dependencies and cannot be deleted."));
    let needed = lab.access("DisassociateRouteTable", &json!({ "AssociationId": made["AssociationId"] }));
    let resources: Vec<_> = needed.iter().map(|access| access.resource.rsplit('/').next().unwrap()).collect();
    assert_eq!(resources, [table.as_str(), subnet.as_str()]);
    lab.ok("DisassociateRouteTable", &json!({ "AssociationId": made["AssociationId"] }));
    lab.refused(
        "DisassociateRouteTable",
        &json!({ "AssociationId": made["AssociationId"] }),
        "InvalidAssociationID.NotFound",
    );
    lab.ok("DeleteRouteTable", &one);
    lab.refused("DeleteRouteTable", &one, "InvalidRouteTableID.NotFound");
}

#[test]
fn a_main_route_table_stays() {
    let mut lab = Lab::new();
    let table = lab.ok("DescribeRouteTables", &json!({}))["RouteTables"][0].clone();
    let association = json!({ "AssociationId": table["Associations"][0]["RouteTableAssociationId"] });
    lab.refused("DisassociateRouteTable", &association, "InvalidParameterValue");
    lab.refused("DeleteRouteTable", &json!({ "RouteTableId": table["RouteTableId"] }), "DependencyViolation");
}

#[test]
fn a_network_goes_when_nothing_is_in_it() {
    let mut lab = Lab::new();
    let vpc = lab.ok("CreateVpc", &json!({ "CidrBlock": "10.0.0.0/16" }))["Vpc"]["VpcId"].clone();
    let subnet = lab.ok("CreateSubnet", &json!({ "VpcId": vpc, "CidrBlock": "10.0.1.0/24" }));
    let one = json!({ "SubnetId": subnet["Subnet"]["SubnetId"] });
    let id = lab.launch_id(&one);
    let message = lab.refused("DeleteSubnet", &one, "DependencyViolation");
    assert!(message.starts_with("The subnet 'subnet-"), "{message}");
    lab.refused("DeleteVpc", &json!({ "VpcId": vpc }), "DependencyViolation");
    lab.ok("TerminateInstances", &json!({ "InstanceIds": [id] }));
    lab.ok("DeleteSubnet", &one);
    lab.refused("DeleteSubnet", &one, "InvalidSubnetID.NotFound");
    let groups = lab.ok("GetSecurityGroupsForVpc", &json!({ "VpcId": vpc }));
    let group = &groups["SecurityGroupForVpcs"][0];
    assert_eq!(
        (&group["GroupName"], &group["PrimaryVpcId"], &group["Tags"]),
        (&json!("default"), &vpc, &json!([]))
    );
    lab.ok("DeleteVpc", &json!({ "VpcId": vpc }));
    lab.refused("DeleteVpc", &json!({ "VpcId": vpc }), "InvalidVpcID.NotFound");
    lab.refused("GetSecurityGroupsForVpc", &json!({ "VpcId": vpc }), "InvalidVpcID.NotFound");
    lab.refused("DeleteVpc", &json!({ "VpcId": "mine" }), "InvalidVpcID.Malformed");
}

#[test]
fn routes_lead_to_gateways_that_are_attached() {
    let mut lab = Lab::new();
    let vpc = lab.ok("CreateVpc", &json!({ "CidrBlock": "10.0.0.0/16" }))["Vpc"]["VpcId"].clone();
    let table = lab.ok("CreateRouteTable", &json!({ "VpcId": vpc }))["RouteTable"]["RouteTableId"].clone();
    let gateway = lab.ok("CreateInternetGateway", &json!({}))["InternetGateway"]["InternetGatewayId"].clone();
    let route =
        |cidr: &str| json!({ "RouteTableId": table, "DestinationCidrBlock": cidr, "GatewayId": gateway });
    lab.refused("CreateRoute", &route("0.0.0.0/0"), "InvalidParameterValue");
    let both = json!({ "InternetGatewayId": gateway, "VpcId": vpc });
    lab.ok("AttachInternetGateway", &both);
    lab.refused("AttachInternetGateway", &both, "Resource.AlreadyAssociated");
    lab.refused("CreateRoute", &route("everywhere"), "InvalidParameterValue");
    lab.ok("CreateRoute", &route("100.68.0.18/18"));
    let message = lab.refused("CreateRoute", &route("100.68.0.0/18"), "RouteAlreadyExists");
    assert_eq!(message, "The route identified by 100.68.0.0/18 already exists.");
    lab.refused("ReplaceRoute", &route("0.0.0.0/0"), "InvalidParameterValue");
    lab.ok("ReplaceRoute", &route("100.68.0.0/18"));
    lab.ok("DetachInternetGateway", &both);
    lab.refused("DetachInternetGateway", &both, "Gateway.NotAttached");
    let shown = lab.ok("DescribeRouteTables", &json!({ "RouteTableIds": [table] }));
    assert_eq!(shown["RouteTables"][0]["Routes"][1]["State"], "blackhole");
    let without = |cidr: &str| json!({ "RouteTableId": table, "DestinationCidrBlock": cidr });
    lab.refused("DeleteRoute", &without("10.0.0.0/16"), "InvalidParameterValue");
    lab.ok("DeleteRoute", &without("100.68.0.0/18"));
    lab.refused("DeleteRoute", &without("100.68.0.0/18"), "InvalidRoute.NotFound");
    lab.ok("DeleteInternetGateway", &json!({ "InternetGatewayId": gateway }));
}

#[test]
fn endpoints_keep_their_policies() {
    let mut lab = Lab::new();
    let table = lab.ok("DescribeRouteTables", &json!({}))["RouteTables"][0].clone();
    let (vpc, table) = (table["VpcId"].clone(), table["RouteTableId"].clone());
    let create = |service: &str| json!({ "VpcId": vpc, "ServiceName": service, "RouteTableIds": [table] });
    lab.refused("CreateVpcEndpoint", &create("com.amazonaws.us-east-1.none"), "InvalidServiceName");
    let mut wrong = create("com.amazonaws.us-east-1.s3");
    wrong["PolicyDocument"] = json!("{}");
    lab.refused("CreateVpcEndpoint", &wrong, "InvalidPolicyDocument");
    let needed = lab.access("CreateVpcEndpoint", &create("com.amazonaws.us-east-1.s3"));
    let kinds: Vec<_> =
        needed.iter().map(|access| access.resource.split([':', '/']).nth(5).unwrap()).collect();
    assert_eq!(kinds, ["vpc-endpoint", "vpc", "route-table"]);
    assert_eq!(needed[0].context.get("ec2:VpceServiceName").unwrap(), ["com.amazonaws.us-east-1.s3"]);
    let made = lab.ok("CreateVpcEndpoint", &create("com.amazonaws.us-east-1.s3"))["VpcEndpoint"].clone();
    assert!(made["PolicyDocument"].as_str().unwrap().contains("2008-10-17"));
    lab.refused("CreateVpcEndpoint", &create("com.amazonaws.us-east-1.s3"), "RouteAlreadyExists");
    let policy = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}}"#;
    let id = &made["VpcEndpointId"];
    lab.ok(
        "ModifyVpcEndpoint",
        &json!({ "VpcEndpointId": id, "PolicyDocument": policy, "RemoveRouteTableIds": [table] }),
    );
    let shown = lab.ok("DescribeVpcEndpoints", &json!({ "VpcEndpointIds": [id] }))["VpcEndpoints"][0].clone();
    assert_eq!((&shown["PolicyDocument"], &shown["RouteTableIds"]), (&json!(policy), &json!([])));
    lab.ok("DeleteVpcEndpoints", &json!({ "VpcEndpointIds": [id] }));
    let again = lab.ok("DeleteVpcEndpoints", &json!({ "VpcEndpointIds": [id] }));
    assert_eq!(again["Unsuccessful"][0]["Error"]["Code"], "InvalidVpcEndpointId.NotFound");
}
