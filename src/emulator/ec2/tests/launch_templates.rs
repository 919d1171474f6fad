//! Launch templates, and launches from them.

use serde_json::{Value, json};

use super::{ACCOUNT, Lab};

/// Makes a template with these parameters; returns its id.
#[track_caller]
fn template(lab: &mut Lab, name: &str, data: &Value) -> String {
    let input = json!({ "LaunchTemplateName": name, "LaunchTemplateData": data });
    let made = lab.ok("CreateLaunchTemplate", &input);
    made["LaunchTemplate"]["LaunchTemplateId"].as_str().unwrap().to_owned()
}

fn version(lab: &mut Lab, id: &str, data: &Value) -> Value {
    let input = json!({ "LaunchTemplateId": id, "LaunchTemplateData": data });
    lab.ok("CreateLaunchTemplateVersion", &input)["LaunchTemplateVersion"].clone()
}

#[test]
fn versions() {
    let mut lab = Lab::new();
    let id = template(&mut lab, "web", &json!({ "InstanceType": "t2.micro" }));
    let second = version(&mut lab, &id, &json!({ "InstanceType": "t2.small" }));
    assert_eq!((&second["VersionNumber"], &second["DefaultVersion"]), (&json!(2), &json!(false)));
    let from =
        json!({ "LaunchTemplateId": id, "SourceVersion": "1", "LaunchTemplateData": { "KeyName": "k" } });
    let third = lab.ok("CreateLaunchTemplateVersion", &from)["LaunchTemplateVersion"].clone();
    assert_eq!(third["LaunchTemplateData"], json!({ "InstanceType": "t2.micro", "KeyName": "k" }));
    let numbers = |lab: &mut Lab, more: Value| -> Vec<u64> {
        let mut input = json!({ "LaunchTemplateName": "web" });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let found = lab.ok("DescribeLaunchTemplateVersions", &input);
        let found = found["LaunchTemplateVersions"].as_array().unwrap();
        found.iter().map(|version| version["VersionNumber"].as_u64().unwrap()).collect()
    };
    assert_eq!(numbers(&mut lab, json!({})), [3, 2, 1]);
    assert_eq!(numbers(&mut lab, json!({ "Versions": ["$Latest", "$Default"] })), [3, 1]);
    assert_eq!(numbers(&mut lab, json!({ "MinVersion": "2" })), [3, 2]);
    let is_default = json!({ "Filters": [{ "Name": "is-default-version", "Values": ["true"] }] });
    assert_eq!(numbers(&mut lab, is_default), [1]);
    let modify = json!({ "LaunchTemplateId": id, "DefaultVersion": "2" });
    let modified = lab.ok("ModifyLaunchTemplate", &modify)["LaunchTemplate"].clone();
    assert_eq!((&modified["DefaultVersionNumber"], &modified["LatestVersionNumber"]), (&json!(2), &json!(3)));
    assert_eq!(lab.ok("DescribeLaunchTemplates", &json!({}))["LaunchTemplates"][0], modified);
    lab.ok("DeleteLaunchTemplate", &json!({ "LaunchTemplateName": "web" }));
    assert_eq!(lab.ok("DescribeLaunchTemplates", &json!({}))["LaunchTemplates"], json!([]));
}

#[test]
fn what_is_refused() {
    let mut lab = Lab::new();
    let id = template(&mut lab, "web", &json!({ "InstanceType": "t2.micro" }));
    let data = json!({ "InstanceType": "t2.micro" });
    let missing = "lt-07ff4bb0369cd679c";
    let cases = [
        (
            "CreateLaunchTemplate",
            json!({ "LaunchTemplateName": "web", "LaunchTemplateData": data }),
            "InvalidLaunchTemplateName.AlreadyExistsException",
            "Launch template name already in use.".to_owned(),
        ),
        (
            "CreateLaunchTemplate",
            json!({ "LaunchTemplateName": "a b c", "LaunchTemplateData": data }),
            "InvalidLaunchTemplateName.MalformedException",
            "A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and the \
             following characters: - ( ) . / _."
                .to_owned(),
        ),
        (
            "CreateLaunchTemplate",
            json!({ "LaunchTemplateName": "other" }),
            "MissingParameter",
            "The request must contain the parameter LaunchTemplateData".to_owned(),
        ),
        (
            "ModifyLaunchTemplate",
            json!({ "LaunchTemplateId": id, "DefaultVersion": "2" }),
            "InvalidLaunchTemplateId.VersionNotFound",
            "The launch template version 2 is not found for the specified launch template.".to_owned(),
        ),
        (
            "ModifyLaunchTemplate",
            json!({ "LaunchTemplateId": id, "LaunchTemplateName": "web", "DefaultVersion": "1" }),
            "InvalidParameterCombination",
            "Either provide launch template ID or launch template name to modify the template.".to_owned(),
        ),
        (
            "DescribeLaunchTemplateVersions",
            json!({ "LaunchTemplateName": "none" }),
            "InvalidLaunchTemplateName.NotFoundException",
            "The specified launch template, with template name none, does not exist.".to_owned(),
        ),
        (
            "DescribeLaunchTemplateVersions",
            json!({ "LaunchTemplateId": missing }),
            "InvalidLaunchTemplateId.NotFound",
            format!("The specified launch template, with template ID {missing}, does not exist."),
        ),
        (
            "DescribeLaunchTemplateVersions",
            json!({ "LaunchTemplateName": "web", "Versions": ["3"] }),
            "InvalidLaunchTemplateId.VersionNotFound",
            format!("Could not find the specified version 3 for the launch template with ID {id}."),
        ),
        (
            "DescribeLaunchTemplates",
            json!({ "LaunchTemplateNames": ["none"] }),
            "InvalidLaunchTemplateName.NotFoundException",
            "At least one of the launch templates specified in the request does not exist.".to_owned(),
        ),
    ];
    for (operation, input, code, message) in cases {
        assert_eq!(lab.refused(operation, &input, code), message);
    }
}

#[test]
fn a_launch_takes_what_it_does_not_say_from_its_template() {
    let mut lab = Lab::new();
    lab.profile("one");
    let image = lab.image("*20.04*");
    let tags = json!([{ "ResourceType": "instance", "Tags": [{ "Key": "k", "Value": "v1" }] }]);
    let data = json!({
        "ImageId": image, "InstanceType": "t2.micro", "UserData": "aGVsbG8=", "TagSpecifications": tags,
        "IamInstanceProfile": { "Name": "one" }, "MetadataOptions": { "HttpTokens": "required" },
    });
    let id = template(&mut lab, "web", &data);
    let run = |more: Value| {
        let mut input = json!({ "MinCount": 1, "MaxCount": 1, "LaunchTemplate": { "LaunchTemplateId": id } });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    let launched = lab.ok("RunInstances", &run(json!({})))["Instances"][0].clone();
    assert_eq!(launched["InstanceType"], "t2.micro");
    assert_eq!(launched["MetadataOptions"]["HttpTokens"], "required");
    assert_eq!(
        launched["Tags"],
        json!([
            { "Key": "aws:ec2launchtemplate:id", "Value": id },
            { "Key": "aws:ec2launchtemplate:version", "Value": "1" },
            { "Key": "k", "Value": "v1" },
        ])
    );
    let small = lab.ok("RunInstances", &run(json!({ "InstanceType": "t2.small" })))["Instances"][0].clone();
    assert_eq!(small["InstanceType"], "t2.small");
    // What AWS has tagged stays.
    let instance = launched["InstanceId"].as_str().unwrap();
    lab.ok("DeleteTags", &json!({ "Resources": [instance] }));
    assert_eq!(lab.instance(instance)["Tags"].as_array().unwrap().len(), 2);

    version(&mut lab, &id, &json!({ "ImageId": image, "Placement": { "HostId": "h" } }));
    let latest = run(json!({ "LaunchTemplate": { "LaunchTemplateId": id, "Version": "$Latest" } }));
    let message = lab.refused("RunInstances", &latest, "UnsupportedOperation");
    assert_eq!(message, "The emulator does not know the parameter HostId of RunInstances");
}

#[test]
fn permissions_of_a_launch_from_a_template() {
    let mut lab = Lab::new();
    lab.profile("one");
    let image = lab.image("*20.04*");
    let data = json!({ "ImageId": image, "IamInstanceProfile": { "Name": "one" } });
    let id = template(&mut lab, "web", &data);
    let subnets = lab.ok("DescribeSubnets", &json!({}));
    let input = json!({
        "MinCount": 1, "MaxCount": 1, "LaunchTemplate": { "LaunchTemplateName": "web" },
        "SubnetId": subnets["Subnets"][0]["SubnetId"],
    });
    let arn = format!("arn:aws:ec2:us-east-1:{ACCOUNT}:launch-template/{id}");
    let needed = lab.access("RunInstances", &input);
    assert!(needed.iter().any(|access| access.action == "ec2:RunInstances" && access.resource == arn));
    assert!(needed.iter().any(|access| access.action == "iam:PassRole"));
    for access in needed.iter().filter(|access| access.action == "ec2:RunInstances") {
        let value = |key: &str| access.context.get(key).unwrap()[0].clone();
        assert_eq!(value("ec2:LaunchTemplate"), arn);
        // The request itself names the subnet.
        let by_template = !access.resource.contains(":subnet/");
        assert_eq!(value("ec2:IsLaunchTemplateResource"), by_template.to_string(), "{}", access.resource);
    }
    let on_template = [("DeleteLaunchTemplate", json!({ "LaunchTemplateName": "web" }))];
    for (operation, input) in on_template {
        assert_eq!(lab.access(operation, &input)[0].resource, arn);
    }
    let modify = json!({ "LaunchTemplateName": "web", "DefaultVersion": "1" });
    let needed = lab.access("ModifyLaunchTemplate", &modify);
    assert_eq!(needed[0].context.get("ec2:Attribute/DefaultVersion").unwrap(), ["1"]);
}

#[test]
fn versions_go_but_for_the_default_one() {
    let mut lab = Lab::new();
    let id = template(&mut lab, "web", &json!({ "InstanceType": "t2.micro" }));
    version(&mut lab, &id, &json!({ "InstanceType": "t2.small" }));
    let delete = json!({ "LaunchTemplateId": id, "Versions": ["1", "2", "7"] });
    let gone = lab.ok("DeleteLaunchTemplateVersions", &delete);
    let numbers = |member: &str| -> Vec<_> {
        gone[member].as_array().unwrap().iter().map(|item| item["VersionNumber"].clone()).collect()
    };
    assert_eq!(numbers("SuccessfullyDeletedLaunchTemplateVersions"), [2]);
    assert_eq!(numbers("UnsuccessfullyDeletedLaunchTemplateVersions"), [1, 7]);
    let none = json!({ "LaunchTemplateId": id, "Versions": [] });
    lab.refused("DeleteLaunchTemplateVersions", &none, "MissingParameter");
}
