//! Volumes that are not an instance's.

use serde_json::json;

use super::Lab;

#[test]
fn volumes() {
    let mut lab = Lab::new();
    let message =
        lab.refused("CreateVolume", &json!({ "AvailabilityZone": "us-east-1a" }), "MissingParameter");
    assert_eq!(message, "The request must contain the parameter size/snapshot");
    let elsewhere = json!({ "AvailabilityZone": "eu-west-1a", "Size": 8 });
    lab.refused("CreateVolume", &elsewhere, "InvalidZone.NotFound");
    let wanted =
        json!({ "AvailabilityZone": "us-east-1b", "Size": 9, "Encrypted": true, "VolumeType": "gp3" });
    let needed = lab.access("CreateVolume", &wanted);
    let value = |key: &str| needed[0].context.get(key).unwrap()[0].clone();
    assert_eq!((value("ec2:Encrypted"), value("ec2:VolumeSize")), ("true".to_owned(), "9".to_owned()));
    let made = lab.ok("CreateVolume", &wanted);
    assert_eq!((&made["State"], &made["Encrypted"]), (&json!("creating"), &json!(true)));
    let one = json!({ "VolumeId": made["VolumeId"] });
    assert_eq!(lab.access("DeleteVolume", &one)[0].context.get("ec2:VolumeSize").unwrap(), ["9"]);
    lab.ok("DeleteVolume", &one);
    lab.refused("DeleteVolume", &one, "InvalidVolume.NotFound");
    let instance = lab.launch_id(&json!({}));
    let volumes = lab.ok("DescribeVolumes", &json!({}));
    let attached = volumes["Volumes"][0]["VolumeId"].as_str().unwrap();
    let message = lab.refused("DeleteVolume", &json!({ "VolumeId": attached }), "VolumeInUse");
    assert_eq!(message, format!("Volume {attached} is currently attached to {instance}"));
}

#[test]
fn are_attached_and_taken_off_again() {
    let mut lab = Lab::new();
    let instance = lab.launch(&json!({}));
    let zone = instance["Placement"]["AvailabilityZone"].clone();
    let made = |lab: &mut Lab, zone: &serde_json::Value| {
        lab.ok("CreateVolume", &json!({ "AvailabilityZone": zone, "Size": 8 }))["VolumeId"].clone()
    };
    let other_zone = if zone == json!("us-east-1a") { json!("us-east-1b") } else { json!("us-east-1a") };
    let (near, far) = (made(&mut lab, &zone), made(&mut lab, &other_zone));
    let attach = |volume: &serde_json::Value, device: &str| json!({ "VolumeId": volume, "InstanceId": instance["InstanceId"], "Device": device });
    lab.refused("AttachVolume", &attach(&far, "/dev/sdf"), "InvalidVolume.ZoneMismatch");
    let root = instance["RootDeviceName"].as_str().unwrap();
    lab.refused("AttachVolume", &attach(&near, root), "InvalidParameterValue");
    lab.refused("DetachVolume", &json!({ "VolumeId": near }), "IncorrectState");
    assert_eq!(lab.ok("AttachVolume", &attach(&near, "/dev/sdf"))["State"], "attaching");
    lab.refused("AttachVolume", &attach(&near, "/dev/sdg"), "VolumeInUse");
    let shown = lab.ok("DescribeInstances", &json!({}))["Reservations"][0]["Instances"][0].clone();
    let devices = shown["BlockDeviceMappings"].as_array().unwrap();
    assert!(
        devices.iter().any(|device| device["DeviceName"] == "/dev/sdf" && device["Ebs"]["VolumeId"] == near)
    );
    let kinds: Vec<_> = lab.access("DetachVolume", &json!({ "VolumeId": near }));
    let kinds: Vec<_> =
        kinds.iter().map(|access| access.resource.split([':', '/']).nth(5).unwrap()).collect();
    assert_eq!(kinds, ["volume", "instance"]);
    let of_root =
        devices.iter().find(|device| device["DeviceName"] == root).unwrap()["Ebs"]["VolumeId"].clone();
    lab.refused("DetachVolume", &json!({ "VolumeId": of_root }), "OperationNotPermitted");
    assert_eq!(lab.ok("DetachVolume", &json!({ "VolumeId": near }))["State"], "detaching");
    lab.ok("AttachVolume", &attach(&near, "/dev/sdf"));
    lab.ok("TerminateInstances", &json!({ "InstanceIds": [instance["InstanceId"]] }));
    let left = lab.ok("DescribeVolumes", &json!({ "VolumeIds": [near] }))["Volumes"][0].clone();
    assert_eq!((&left["State"], &left["Attachments"]), (&json!("available"), &json!([])));
    lab.refused("DetachVolume", &json!({ "VolumeId": of_root }), "InvalidVolume.NotFound");
}

/// <https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html>
#[test]
fn have_snapshots_that_are_shared() {
    let mut lab = Lab::new();
    let volume = |lab: &mut Lab, encrypted: bool| {
        let input = json!({ "AvailabilityZone": "us-east-1a", "Size": 8, "Encrypted": encrypted });
        lab.ok("CreateVolume", &input)["VolumeId"].clone()
    };
    let (plain, secret) = (volume(&mut lab, false), volume(&mut lab, true));
    let tags = json!([{ "ResourceType": "snapshot", "Tags": [{ "Key": "env", "Value": "dev" }] }]);
    let wanted = json!({ "VolumeId": plain, "Description": "d", "TagSpecifications": tags });
    let needed = lab.access("CreateSnapshot", &wanted);
    let asked: Vec<_> =
        needed.iter().map(|access| (access.action.as_str(), access.resource.as_str())).collect();
    let volume_arn = format!("arn:aws:ec2:us-east-1:{}:volume/{}", super::ACCOUNT, plain.as_str().unwrap());
    let snapshots = "arn:aws:ec2:us-east-1::snapshot/*";
    assert_eq!(
        asked,
        [
            ("ec2:CreateSnapshot", snapshots),
            ("ec2:CreateSnapshot", &volume_arn),
            ("ec2:CreateTags", snapshots)
        ]
    );
    assert_eq!(lab.ok("CreateSnapshot", &wanted)["State"], "pending");
    lab.refused("CreateSnapshot", &json!({ "VolumeId": "vol-12345678" }), "InvalidVolume.NotFound");
    let described = lab.ok("DescribeSnapshots", &json!({ "OwnerIds": ["self"] }))["Snapshots"][0].clone();
    assert_eq!((&described["State"], &described["VolumeSize"]), (&json!("completed"), &json!(8)));
    let id = described["SnapshotId"].clone();
    let share = |id: &serde_json::Value, grantee: serde_json::Value| json!({ "SnapshotId": id, "Attribute": "createVolumePermission", "CreateVolumePermission": { "Add": [grantee] } });
    let everyone = share(&id, json!({ "Group": "all" }));
    let keys = lab.access("ModifySnapshotAttribute", &everyone).remove(0).context;
    assert_eq!(keys.get("ec2:Add/group").unwrap(), ["all"]);
    assert_eq!(keys.get("ec2:ResourceTag/env").unwrap(), ["dev"]);
    lab.ok("ModifySnapshotAttribute", &everyone);
    lab.ok("ModifySnapshotAttribute", &share(&id, json!({ "UserId": "444455556666" })));
    lab.refused("ModifySnapshotAttribute", &share(&id, json!({ "UserId": "x" })), "InvalidUserID.Malformed");
    let one = json!({ "SnapshotId": id, "Attribute": "createVolumePermission" });
    let shown = lab.ok("DescribeSnapshotAttribute", &one)["CreateVolumePermissions"].clone();
    assert_eq!(shown, json!([{ "Group": "all" }, { "UserId": "444455556666" }]));
    lab.ok("ResetSnapshotAttribute", &one);
    assert_eq!(lab.ok("DescribeSnapshotAttribute", &one)["CreateVolumePermissions"], json!([]));
    let hidden = lab.ok("CreateSnapshot", &json!({ "VolumeId": secret }))["SnapshotId"].clone();
    lab.refused(
        "ModifySnapshotAttribute",
        &share(&hidden, json!({ "Group": "all" })),
        "OperationNotPermitted",
    );
    let of_it = json!({ "AvailabilityZone": "us-east-1a", "SnapshotId": hidden });
    let needed = lab.access("CreateVolume", &of_it);
    let told = ["ec2:Encrypted", "ec2:VolumeSize"].map(|key| needed[0].context.get(key).unwrap()[0].clone());
    assert_eq!(told, ["true", "8"]);
    assert!(needed[1].resource.ends_with(hidden.as_str().unwrap()));
    assert_eq!(lab.ok("CreateVolume", &of_it)["Encrypted"], true);
    lab.ok("DeleteSnapshot", &json!({ "SnapshotId": id }));
    lab.refused("DeleteSnapshot", &json!({ "SnapshotId": id }), "InvalidSnapshot.NotFound");
}
