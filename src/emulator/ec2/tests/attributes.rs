//! What of an instance can be changed, and how it may be launched.

use serde_json::json;

use super::Lab;

#[test]
fn are_changed_one_by_one() {
    let mut lab = Lab::new();
    let id = lab.launch_id(&json!({}));
    let change =
        |name: &str, value: &serde_json::Value| json!({ "InstanceId": id, name: { "Value": value } });
    for (name, value) in
        [("InstanceType", json!("t2.small")), ("UserData", json!("eA==")), ("EbsOptimized", json!(true))]
    {
        lab.refused("ModifyInstanceAttribute", &change(name, &value), "IncorrectInstanceState");
    }
    lab.ok("StopInstances", &json!({ "InstanceIds": [id] }));
    for (name, attribute, value) in [
        ("InstanceType", "instanceType", json!("t2.small")),
        ("UserData", "userData", json!("eA==")),
        ("EbsOptimized", "ebsOptimized", json!(true)),
        ("SourceDestCheck", "sourceDestCheck", json!(false)),
        ("DisableApiStop", "disableApiStop", json!(true)),
        ("InstanceInitiatedShutdownBehavior", "instanceInitiatedShutdownBehavior", json!("terminate")),
    ] {
        lab.ok("ModifyInstanceAttribute", &change(name, &value));
        let shown = lab.ok("DescribeInstanceAttribute", &json!({ "InstanceId": id, "Attribute": attribute }));
        assert_eq!(shown[name]["Value"], value, "{name}");
    }
    assert_eq!(lab.instance(&id)["NetworkInterfaces"][0]["SourceDestCheck"], false);
    let wrong = change("InstanceInitiatedShutdownBehavior", &json!("sleep"));
    lab.refused("ModifyInstanceAttribute", &wrong, "InvalidParameterValue");
    lab.refused(
        "ModifyInstanceAttribute",
        &change("InstanceType", &json!("x9.tiny")),
        "InvalidParameterValue",
    );
}

#[test]
fn unknown_parameters_are_not_passed_over() {
    let mut lab = Lab::new();
    let id = lab.launch_id(&json!({}));
    for (operation, parameter) in
        [("ModifyInstanceAttribute", "SriovNetSupport"), ("ModifyInstanceMetadataOptions", "NoSuchOption")]
    {
        let message =
            lab.refused(operation, &json!({ "InstanceId": id, parameter: "x" }), "UnsupportedOperation");
        assert!(message.contains(parameter), "{message}");
    }
}

#[test]
fn stop_protection() {
    let mut lab = Lab::new();
    let id = lab.launch_id(&json!({ "DisableApiStop": true }));
    lab.refused("StopInstances", &json!({ "InstanceIds": [id] }), "OperationNotPermitted");
    let off = json!({ "InstanceId": id, "DisableApiStop": { "Value": false } });
    lab.ok("ModifyInstanceAttribute", &off);
    lab.ok("StopInstances", &json!({ "InstanceIds": [id] }));
}

#[test]
fn tenancy_is_told_to_conditions_and_kept() {
    let mut lab = Lab::new();
    let dedicated = lab.launch(&json!({ "Placement": { "Tenancy": "dedicated" } }));
    assert_eq!(dedicated["Placement"]["Tenancy"], "dedicated");
    let one = json!({ "InstanceIds": [dedicated["InstanceId"]] });
    let needed = lab.access("StopInstances", &one);
    assert_eq!(needed[0].context.get("ec2:Tenancy").unwrap(), ["dedicated"]);
    let host = lab.launch_input(&json!({ "Placement": { "Tenancy": "host" } }));
    lab.refused("RunInstances", &host, "UnsupportedOperation");
}
