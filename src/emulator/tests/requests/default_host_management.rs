//! The role that Systems Manager manages instances with where their own does not let it.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/userguide/fleet-manager-default-host-management-configuration.html>

use serde_json::{Value, json};

use crate::place::{EVERYTHING, Place, form, start};
use crate::run_command::place;
use crate::signer::{Key, Unsigned};

const SETTING: &str = "/ssm/managed-instance/default-ec2-instance-management-role";
const ARN: &str = "arn:aws:ssm:us-east-1:111122223333:servicesetting\
                   /ssm/managed-instance/default-ec2-instance-management-role";
const ROLE: &str = "service-role/AWSSystemsManagerDefaultEC2InstanceManagementRole";
const NOTHING: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"ssm:*","Resource":"*"}}"#;

impl Place {
    fn iam(&self, body: &str) {
        self.ok(&Unsigned::form("iam", format!("Version=2010-05-08&{body}"), start()));
    }

    /// The role of the User Guide, trusted by this service and with its AWS managed policy.
    fn management_role(&self, service: &str) {
        let trust = json!({ "Version": "2012-10-17", "Statement": {
            "Effect": "Allow", "Principal": { "Service": service }, "Action": "sts:AssumeRole",
        }});
        let name = ROLE.trim_start_matches("service-role/");
        let trust = form(&trust.to_string());
        self.iam(&format!(
            "Action=CreateRole&Path=/service-role/&RoleName={name}&AssumeRolePolicyDocument={trust}"
        ));
        let policy = form("arn:aws:iam::aws:policy/AmazonSSMManagedEC2InstanceDefaultPolicy");
        self.iam(&format!("Action=AttachRolePolicy&RoleName={name}&PolicyArn={policy}"));
    }

    fn set_role(&self, key: &Key, role: &str) -> String {
        self.ssm(key, "UpdateServiceSetting", &json!({ "SettingId": ARN, "SettingValue": role })).0
    }

    fn managed(&self) -> Vec<Value> {
        let listed = self.ssm_ok("DescribeInstanceInformation", &json!({}));
        let listed = listed["InstanceInformationList"].as_array().unwrap();
        listed.iter().map(|node| node["InstanceId"].clone()).collect()
    }
}

#[test]
fn the_role_manages_instances_that_their_own_role_does_not() {
    let place = place();
    let instance = place.instance(NOTHING);
    place.management_role("ssm.amazonaws.com");
    assert_eq!(place.managed(), Vec::<Value>::new());
    assert_eq!(place.set_role(&place.admin, ROLE), "");
    assert_eq!(place.managed(), [json!(instance)]);
    place.ssm_ok("ResetServiceSetting", &json!({ "SettingId": SETTING }));
    assert_eq!(place.managed(), Vec::<Value>::new());
}

#[test]
fn a_role_that_does_not_trust_systems_manager_or_is_not_there_manages_nothing() {
    let place = place();
    place.instance(NOTHING);
    place.management_role("ec2.amazonaws.com");
    for role in [ROLE, "missing"] {
        assert_eq!(place.set_role(&place.admin, role), "");
        assert_eq!(place.managed(), Vec::<Value>::new(), "{role}");
    }
}

#[test]
fn an_instance_without_metadata_is_not_managed() {
    let place = place();
    let instance = place.instance(EVERYTHING);
    let turned = |endpoint: &str| {
        let body = "Action=ModifyInstanceMetadataOptions&Version=2016-11-15";
        let body = format!("{body}&InstanceId={instance}&HttpEndpoint={endpoint}");
        place.ok(&Unsigned::form("ec2", body, start()));
        place.managed()
    };
    assert_eq!(turned("disabled"), Vec::<Value>::new());
    assert_eq!(turned("enabled"), [json!(instance)]);
}

#[test]
fn setting_the_role_passes_it() {
    let place = place();
    let policy = |pass: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[
            {{"Effect":"Allow","Action":["ssm:GetServiceSetting","ssm:UpdateServiceSetting"],"Resource":"{ARN}"}},
            {{"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::111122223333:role/{ROLE}",
              "Condition":{{"StringEquals":{{"iam:PassedToService":"{pass}"}}}}}}]}}"#
        )
    };
    let ann = place.user_with("ann", Some(&policy("ssm.amazonaws.com")));
    let bob = place.user_with("bob", Some(&policy("ec2.amazonaws.com")));
    assert_eq!(place.set_role(&bob, ROLE), "AccessDeniedException");
    assert_eq!(place.set_role(&ann, "another"), "AccessDeniedException");
    assert_eq!(place.set_role(&ann, ROLE), "");
    let reset = json!({ "SettingId": ARN });
    assert_eq!(place.ssm(&ann, "ResetServiceSetting", &reset).0, "AccessDeniedException");
}

#[test]
fn a_setting_tells_who_set_it() {
    let place = place();
    let setting = |operation: &str| place.ssm_ok(operation, &json!({ "SettingId": SETTING }));
    let default = json!({ "ServiceSetting": {
        "SettingId": SETTING,
        "SettingValue": "$None",
        "LastModifiedDate": 1_669_652_463.576,
        "LastModifiedUser": "System",
        "ARN": ARN,
        "Status": "Default",
    }});
    assert_eq!(setting("GetServiceSetting"), default);
    assert_eq!(place.set_role(&place.admin, ROLE), "");
    let set = setting("GetServiceSetting");
    let set = &set["ServiceSetting"];
    assert_eq!((&set["SettingValue"], &set["Status"]), (&json!(ROLE), &json!("Customized")));
    assert_eq!(set["LastModifiedUser"], json!("arn:aws:iam::111122223333:root"));
    assert_eq!(set["LastModifiedDate"].as_f64(), Some(1_767_323_045.0));
    assert_eq!(setting("ResetServiceSetting"), default);
}

#[test]
fn other_settings_are_not_done_or_not_there() {
    let place = place();
    let elsewhere = ARN.replace("us-east-1", "eu-west-1");
    for (id, code) in [
        ("/ssm/parameter-store/high-throughput-enabled", "NotImplemented"),
        ("/ssm/managed-instance/default-instance-management-role", "ServiceSettingNotFound"),
        (elsewhere.as_str(), "ServiceSettingNotFound"),
    ] {
        let input = json!({ "SettingId": id });
        assert_eq!(place.ssm(&place.admin, "GetServiceSetting", &input).0, code, "{id}");
    }
}
