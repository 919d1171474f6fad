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
