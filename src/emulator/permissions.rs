//! What operations ask of the policy engine, compared with the service authorization reference: every action is one that
//! there is, on a kind of resource that it has, and every condition key that it has is filled in some request.
//!
//! The requests are made of the API models: with the required members alone, with each of the others, and with all.
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used, reason = "tests")]

mod exceptions;
mod sample;

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use policy::AccountId;
use serde_json::{Value, json};

use crate::authorize;
use crate::certificate::self_signed;
use crate::model::Model;
use crate::operation::{Call, Caller, Operation, Service, ServiceError, Transport};
use crate::partition::Partition;
use crate::pem;
use crate::rsa::RsaKey;
use crate::{ec2, iam, s3, sts};
use exceptions::{NOT_SAMPLED, RESOURCES, idle_keys, is_excepted};
use sample::{ACCOUNT, Samples};

struct Place {
    partition: Partition,
    key: String,
    samples: Samples,
}

/// What a service's operations asked for, by action.
#[derive(Default)]
struct Asked {
    resources: BTreeMap<String, BTreeSet<String>>,
    /// Lower-cased.
    keys: BTreeMap<String, BTreeSet<String>>,
    /// Operations of which no request got so far.
    failed: Vec<(&'static str, String)>,
}

fn table(service: Service) -> &'static [Operation] {
    match service {
        Service::Iam => iam::OPERATIONS,
        Service::Sts => sts::OPERATIONS,
        Service::S3 => s3::OPERATIONS,
        _ => ec2::OPERATIONS,
    }
}

impl Place {
    fn new() -> Self {
        let mut partition = Partition::new(b"place");
        let root = "AKIAROOTROOTROOTROOT".to_owned();
        partition.iam.add_account(AccountId::new(ACCOUNT).unwrap(), root.clone(), "secret".to_owned());
        let mut place = Self { partition, key: root, samples: Samples::default() };
        place.fill_iam();
        place.ok(Service::S3, "CreateBucket", json!({ "Bucket": "example-bucket" }));
        let object = json!({ "Bucket": "example-bucket", "Key": "key", "Tagging": "team=red" });
        place.ok(Service::S3, "PutObject", object);
        place.fill_ec2();
        place
    }

    fn fill_iam(&mut self) {
        let tags = json!([{ "Key": "team", "Value": "red" }]);
        let everything = json!({ "Effect": "Allow", "Action": "*", "Resource": "*" });
        let everything = json!({ "Version": "2012-10-17", "Statement": everything }).to_string();
        let trust = json!({ "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*" });
        let trust = json!({ "Version": "2012-10-17", "Statement": trust }).to_string();
        let boundary = format!("arn:aws:iam::{ACCOUNT}:policy/p");
        for (name, input) in [
            ("CreatePolicy", json!({ "PolicyName": "p", "PolicyDocument": everything, "Tags": tags })),
            ("CreateUser", json!({ "UserName": "u", "PermissionsBoundary": boundary, "Tags": tags })),
            (
                "CreateRole",
                json!({
                    "RoleName": "r",
                    "AssumeRolePolicyDocument": trust,
                    "PermissionsBoundary": boundary,
                    "Tags": tags,
                }),
            ),
            ("CreateGroup", json!({ "GroupName": "g" })),
            ("CreateInstanceProfile", json!({ "InstanceProfileName": "i", "Tags": tags })),
            ("AddRoleToInstanceProfile", json!({ "InstanceProfileName": "i", "RoleName": "r" })),
            ("CreateVirtualMFADevice", json!({ "VirtualMFADeviceName": "m", "Tags": tags })),
            ("CreateOpenIDConnectProvider", json!({ "Url": "https://idp.example.com", "Tags": tags })),
            (
                "CreateSAMLProvider",
                json!({
                    "Name": "s",
                    "SAMLMetadataDocument": sts::saml_metadata("https://idp.example.com"),
                    "Tags": tags,
                }),
            ),
        ] {
            self.ok(Service::Iam, name, input);
        }
        let rsa = RsaKey::numbered("place", 0);
        let certificate = json!({
            "ServerCertificateName": "c",
            "CertificateBody": pem::encode("CERTIFICATE", &self_signed("c", &rsa)),
            "PrivateKey": pem::encode("RSA PRIVATE KEY", &rsa.pkcs1()),
            "Tags": tags,
        });
        self.ok(Service::Iam, "UploadServerCertificate", certificate);
        let credential = json!({ "UserName": "u", "ServiceName": "codecommit.amazonaws.com" });
        let credential = self.ok(Service::Iam, "CreateServiceSpecificCredential", credential);
        let id = &credential["ServiceSpecificCredential"]["ServiceSpecificCredentialId"];
        self.samples.set("ServiceSpecificCredentialId", id.as_str().unwrap());
        let key = self.ok(Service::Iam, "CreateAccessKey", json!({ "UserName": "u" }));
        key["AccessKey"]["AccessKeyId"].as_str().unwrap().clone_into(&mut self.key);
        let key = self.key.clone();
        self.samples.set("AccessKeyId", &key);
    }

    fn fill_ec2(&mut self) {
        let tags =
            |kind: &str| json!([{ "ResourceType": kind, "Tags": [{ "Key": "team", "Value": "red" }] }]);
        let images = self.ok(Service::Ec2, "DescribeImages", json!({}));
        let image = images["Images"][0]["ImageId"].as_str().unwrap().to_owned();
        let instance =
            json!({ "ImageId": image, "MinCount": 1, "MaxCount": 1, "TagSpecifications": tags("instance") });
        let run = self.ok(Service::Ec2, "RunInstances", instance);
        let volume =
            json!({ "AvailabilityZone": "us-east-1a", "Size": 1, "TagSpecifications": tags("volume") });
        let volume = self.ok(Service::Ec2, "CreateVolume", volume);
        let instance = &run["Instances"][0];
        for (member, id) in [
            ("ImageId", &instance["ImageId"]),
            ("InstanceId", &instance["InstanceId"]),
            ("VpcId", &instance["VpcId"]),
            ("SubnetId", &instance["SubnetId"]),
            ("GroupId", &instance["NetworkInterfaces"][0]["Groups"][0]["GroupId"]),
            ("NetworkInterfaceId", &instance["NetworkInterfaces"][0]["NetworkInterfaceId"]),
            ("VolumeId", &volume["VolumeId"]),
        ] {
            self.samples.set(member, id.as_str().unwrap_or_else(|| panic!("{member}: {instance}")));
        }
    }

    fn prepared(&self, service: Service, name: &str, input: Value) -> (&'static Operation, Call) {
        let row = table(service).iter().find(|row| row.name == name).unwrap();
        let credential = self.partition.credential(&self.key).unwrap();
        let caller = Caller {
            principal: credential.principal,
            account: Some(credential.account),
            access_key_id: Some(self.key.clone()),
            credential: credential.kind,
        };
        let transport =
            Transport { content_sha256: Some("UNSIGNED-PAYLOAD".to_owned()), ..Transport::of_tests() };
        let call = Call {
            service,
            operation: row.name,
            caller,
            region: "us-east-1".to_owned(),
            now: "2026-01-02T03:04:05Z".parse().unwrap(),
            transport,
            input,
            body: Bytes::new(),
            granted: Vec::new(),
        };
        (row, call)
    }

    #[track_caller]
    fn ok(&mut self, service: Service, name: &str, input: Value) -> Value {
        let (row, mut call) = self.prepared(service, name, input);
        let needed = (row.access)(&self.partition, &call).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        call.granted = needed.iter().map(|_| true).collect();
        let reply = (row.act)(&mut self.partition, &call);
        reply.unwrap_or_else(|error| panic!("{name} {}: {error:?}", call.input)).output
    }

    fn ask(&self, service: Service) -> Asked {
        let mut asked = Asked::default();
        for row in table(service) {
            let shape = Model::of(service).input(row.name);
            let inputs = self.samples.inputs(service, row.name, shape);
            let tried: Vec<_> =
                inputs.into_iter().map(|input| self.ask_once(&mut asked, service, row.name, input)).collect();
            if let Some(Err(error)) = tried.iter().find(|_| tried.iter().all(Result::is_err)) {
                asked.failed.push((row.name, format!("{}: {}", error.code, error.message)));
            }
        }
        asked
    }

    fn ask_once(
        &self,
        asked: &mut Asked,
        service: Service,
        name: &'static str,
        input: Value,
    ) -> Result<(), ServiceError> {
        let (row, call) = self.prepared(service, name, input);
        for mut access in (row.access)(&self.partition, &call)? {
            authorize::complete(&self.partition, &call, &mut access);
            let keys = asked.keys.entry(access.action.clone()).or_default();
            keys.extend(access.context.iter().map(|(key, _)| key.to_lowercase()));
            asked.resources.entry(access.action).or_default().insert(access.resource);
        }
        Ok(())
    }
}

/// The key as our requests have it, lower-cased: what varies in it is the tag `team`.
fn of_request(key: &str) -> String {
    let varying = key.find("${").or_else(|| key.find('<'));
    varying.map_or(key.to_owned(), |at| format!("{}team", &key[..at])).to_lowercase()
}

/// Whether a key of a request is one that the reference has.
fn is_one_of(key: &str, known: &str) -> bool {
    match known.find("${").or_else(|| known.find('<')) {
        Some(at) => key.starts_with(&known[..at].to_lowercase()),
        None => key == known.to_lowercase(),
    }
}

fn problems(service: Service) -> Vec<String> {
    let place = Place::new();
    let asked = place.ask(service);
    let mut problems = Vec::new();
    for (operation, error) in &asked.failed {
        if !NOT_SAMPLED.iter().any(|(excepted, _)| excepted == operation) {
            problems.push(format!("{operation} was not asked for: {error}"));
        }
    }
    for (name, resources) in &asked.resources {
        let Some(action) = policy::reference::action(name) else {
            problems.push(format!("{name} is no action"));
            continue;
        };
        for resource in resources.iter().filter(|resource| !action.fits(resource)) {
            if !RESOURCES.iter().any(|(excepted, _)| excepted == name) {
                problems.push(format!("{name} on {resource}"));
            }
        }
    }
    let differing = differing_keys(service, &asked).into_iter();
    problems.extend(differing.filter(|(name, key, _)| !is_excepted(name, key)).map(
        |(name, key, lacking)| {
            if lacking { format!("{name} lacks {key}") } else { format!("{name} has no {key}") }
        },
    ));
    problems
}

/// The condition keys, with their actions, that the reference has and our requests have not, or (`false`) the other way.
fn differing_keys(service: Service, asked: &Asked) -> Vec<(String, String, bool)> {
    let mut differing = Vec::new();
    for (name, filled) in &asked.keys {
        let Some(action) = policy::reference::action(name) else { continue };
        // Which keys a request of EC2's has hangs on the resources that there are: see the tests there.
        let wanted = action.condition_keys().filter(|_| service != Service::Ec2);
        for key in wanted.filter(|key| !filled.contains(&of_request(key))) {
            differing.push((name.clone(), key.to_owned(), true));
        }
        let prefix = format!("{}:", service.name());
        let own = filled.iter().filter(|key| key.starts_with(&prefix) && name.starts_with(&prefix));
        for key in own.filter(|key| !action.condition_keys().any(|known| is_one_of(key, known))) {
            differing.push((name.clone(), key.clone(), false));
        }
    }
    differing
}

#[track_caller]
fn check(service: Service) {
    let problems = problems(service);
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn of_iam() {
    check(Service::Iam);
}

#[test]
fn of_sts() {
    check(Service::Sts);
}

#[test]
fn of_s3() {
    check(Service::S3);
}

#[test]
fn of_ec2() {
    check(Service::Ec2);
}

#[test]
fn no_exception_is_idle() {
    let services = [Service::Iam, Service::Sts, Service::S3, Service::Ec2];
    let asked: Vec<Asked> = services.map(|service| Place::new().ask(service)).into();
    let differing = services.iter().zip(&asked).flat_map(|(service, asked)| differing_keys(*service, asked));
    let differing: Vec<_> = differing.map(|(action, key, _)| (action, key)).collect();
    assert_eq!(idle_keys(&differing), Vec::<String>::new());
    for (operation, _) in NOT_SAMPLED {
        assert!(
            asked.iter().any(|asked| asked.failed.iter().any(|(failed, _)| failed == operation)),
            "{operation}"
        );
    }
    for (action, _) in RESOURCES {
        assert!(asked.iter().any(|asked| asked.resources.contains_key(*action)), "{action}");
    }
}
