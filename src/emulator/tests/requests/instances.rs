//! What instances may do with the credentials of their roles.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ExamplePolicies_EC2.html#iam-example-instance-metadata>

use crate::place::{Place, element, form, start};
use crate::signer::{Key, Unsigned};

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow",
    "Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}"#;
const VERSION_2_ALONE: &str = r#"{"Version":"2012-10-17","Statement":[
    {"Effect":"Allow","Action":"*","Resource":"*"},
    {"Effect":"Deny","Action":"*","Resource":"*","Condition":{"NumericLessThan":{"ec2:RoleDelivery":"2.0"}}}]}"#;

impl Place {
    /// Launches an instance whose role has this policy; returns its id.
    pub(crate) fn instance(&self, policy: &str) -> String {
        let iam = |body: &str| {
            self.ok(&Unsigned::form("iam", format!("Version=2010-05-08&{body}"), start()));
        };
        iam(&format!("Action=CreateRole&RoleName=r&AssumeRolePolicyDocument={}", form(TRUST)));
        iam(&format!("Action=PutRolePolicy&RoleName=r&PolicyName=p&PolicyDocument={}", form(policy)));
        iam("Action=CreateInstanceProfile&InstanceProfileName=r");
        iam("Action=AddRoleToInstanceProfile&InstanceProfileName=r&RoleName=r");
        let ec2 = |body: &str| self.ok(&Unsigned::form("ec2", format!("Version=2016-11-15&{body}"), start()));
        let focal = "Action=DescribeImages&Filter.1.Name=name&Filter.1.Value.1=*20.04*";
        let image = element(&ec2(focal), "imageId");
        let run = "Action=RunInstances&InstanceType=t2.micro&MinCount=1&MaxCount=1&IamInstanceProfile.Name=r";
        element(&ec2(&format!("{run}&ImageId={image}")), "instanceId")
    }

    fn credentials(&self, instance: &str, headers: &[(String, String)]) -> Key {
        let path = "/latest/meta-data/iam/security-credentials/r";
        let (status, body) = self.emulator.metadata(instance, "GET", path, headers).unwrap();
        assert_eq!(status, 200);
        let document: serde_json::Value = serde_json::from_slice(&body).unwrap();
        let member = |name: &str| document[name].as_str().unwrap().to_owned();
        Key { id: member("AccessKeyId"), secret: member("SecretAccessKey"), token: Some(member("Token")) }
    }
}

#[test]
fn credentials_that_were_fetched_without_a_token_can_be_told() {
    let place = Place::new();
    let instance = place.instance(VERSION_2_ALONE);
    let ttl = [("x-aws-ec2-metadata-token-ttl-seconds".to_owned(), "60".to_owned())];
    let (_, token) = place.emulator.metadata(&instance, "PUT", "/latest/api/token", &ttl).unwrap();
    let token = [("x-aws-ec2-metadata-token".to_owned(), String::from_utf8(token).unwrap())];
    let users = Unsigned::form("iam", "Action=ListUsers&Version=2010-05-08", start());
    let of_version_1 = place.credentials(&instance, &[]);
    assert_eq!(place.code(users.signed(&of_version_1)), (403, "AccessDenied".to_owned()));
    let of_version_2 = place.credentials(&instance, &token);
    assert_eq!(place.code(users.signed(&of_version_2)), (200, String::new()));
}
