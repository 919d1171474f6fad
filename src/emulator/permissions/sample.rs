//! Requests made of an operation's API model.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::model::{Kind, Member, Model, Shape};
use crate::operation::Service;

pub(super) const ACCOUNT: &str = "111122223333";

/// Values by the member that they are for, beside those that are always the same.
#[derive(Default)]
pub(super) struct Samples(BTreeMap<&'static str, String>);

impl Samples {
    pub(super) fn set(&mut self, member: &'static str, value: &str) {
        self.0.insert(member, value.to_owned());
    }

    /// The required members alone, with each of the others, and all of them.
    pub(super) fn inputs(&self, service: Service, operation: &str, shape: Option<&Shape>) -> Vec<Value> {
        let Some(shape) = shape else { return vec![json!({})] };
        let sampler = Sampler { samples: self, service, operation, model: Model::of(service) };
        let members = |wanted: &dyn Fn(&str) -> bool| {
            let wanted = shape.members.0.iter().filter(|(name, _)| wanted(name));
            let values =
                wanted.filter_map(|(name, member)| Some((name.clone(), sampler.member(name, member, 0)?)));
            Value::Object(values.collect())
        };
        let required = |name: &str| shape.required.iter().any(|required| required == name);
        let mut inputs = vec![members(&required), members(&|_| true)];
        for (one, _) in shape.members.0.iter().filter(|(name, _)| !required(name)) {
            inputs.push(members(&|name| required(name) || name == one));
        }
        inputs
    }
}

struct Sampler<'a> {
    samples: &'a Samples,
    service: Service,
    operation: &'a str,
    model: &'static Model,
}

impl Sampler<'_> {
    fn member(&self, name: &str, member: &Member, depth: usize) -> Option<Value> {
        let shape = self.model.shape(&member.shape)?;
        // With these a request comes to nothing, or is another one.
        let spoils = matches!(name, "DryRun" | "TokenCode" | "ProvidedContexts" | "MinimumSessionTokenSize")
            || self.service == Service::Sts && name == "SerialNumber";
        if depth > 6 || spoils {
            return None;
        }
        let known = if shape.kind == Kind::String { self.text(name, depth) } else { self.structure(name) };
        Some(match known {
            Some(known) => known,
            None => self.value(name, shape, depth),
        })
    }

    fn value(&self, name: &str, shape: &Shape, depth: usize) -> Value {
        match shape.kind {
            Kind::Structure => {
                let members = shape.members.0.iter();
                let members = members
                    .filter_map(|(name, member)| Some((name.clone(), self.member(name, member, depth + 1)?)));
                Value::Object(members.collect())
            }
            Kind::List => {
                // The items of `GroupIds` are like a `GroupId`.
                let name = name.strip_suffix('s').unwrap_or(name);
                let item = shape.member.as_ref().and_then(|item| self.member(name, item, depth + 1));
                Value::Array(item.into_iter().collect())
            }
            Kind::Map => {
                let value = shape.value.as_ref().and_then(|value| self.member("Value", value, depth + 1));
                Value::Object(
                    value.into_iter().map(|value| ("team".to_owned(), value)).collect::<Map<_, _>>(),
                )
            }
            Kind::Boolean => json!(true),
            Kind::Integer | Kind::Long => json!(shape.min.map_or(1, |min| min.max(1.0) as i64)),
            Kind::Float | Kind::Double => json!(1.0),
            Kind::Timestamp => json!("2026-01-02T03:04:05Z"),
            Kind::Blob => json!("eA=="),
            Kind::String | Kind::Character => match shape.values.first() {
                Some(value) => json!(value),
                None => json!("example".repeat((shape.min.unwrap_or(1.0) as usize).div_ceil(7).max(1))),
            },
        }
    }

    fn text(&self, name: &str, depth: usize) -> Option<Value> {
        if let Some(value) = self.samples.0.get(name) {
            return Some(json!(value));
        }
        let arn = |kind: &str| format!("arn:aws:iam::{ACCOUNT}:{kind}");
        let value = match (self.service, name) {
            (Service::S3, "Key") if depth == 0 => "key".to_owned(),
            (Service::S3, "Bucket") if self.operation == "CreateBucket" => "new-bucket".to_owned(),
            (Service::S3, "Bucket") => "example-bucket".to_owned(),
            (Service::S3, "CopySource") => "example-bucket/key".to_owned(),
            (Service::S3, "Tagging") => "team=red".to_owned(),
            (Service::S3, "ExpectedBucketOwner" | "ExpectedSourceBucketOwner") => ACCOUNT.to_owned(),
            (Service::Ec2, "AvailabilityZone") => "us-east-1a".to_owned(),
            (Service::Ec2, "ResourceType") => kind_of(self.operation),
            (Service::Ec2, "Resource" | "ResourceId") => self.samples.0.get("InstanceId")?.clone(),
            (Service::Ec2, "CidrBlock") => "172.31.240.0/20".to_owned(),
            (Service::S3, "VersionId") => "null".to_owned(),
            (_, "Key" | "TagKey" | "TransitiveTagKey") => "team".to_owned(),
            (_, "Value") => "red".to_owned(),
            (Service::Iam, "UserName") => "u".to_owned(),
            (Service::Iam, "RoleName") => "r".to_owned(),
            (Service::Iam, "GroupName") => "g".to_owned(),
            (Service::Iam, "InstanceProfileName") => "i".to_owned(),
            (Service::Iam, "ServerCertificateName") if !self.operation.starts_with("Upload") => {
                "c".to_owned()
            }
            (Service::Iam, "Url") => "https://idp.example.com".to_owned(),
            (Service::Iam, "Path" | "NewPath" | "PathPrefix") => "/".to_owned(),
            (Service::Iam, "AWSServiceName") => "batch.amazonaws.com".to_owned(),
            (Service::Iam, "SerialNumber") => arn("mfa/m"),
            (Service::Iam, "OpenIDConnectProviderArn") => arn("oidc-provider/idp.example.com"),
            (Service::Iam, "SAMLProviderArn") => arn("saml-provider/s"),
            (Service::Iam, "DeletionTaskId") => "task/aws-service-role/batch.amazonaws.com/r/x".to_owned(),
            (Service::Iam, "Arn" | "PolicySourceArn") => arn("user/u"),
            (Service::Iam, "PolicyArn" | "PermissionsBoundary") => arn("policy/p"),
            (Service::Sts, "RoleArn") => arn("role/r"),
            (Service::Sts, "arn") => arn("policy/p"),
            _ => return None,
        };
        Some(json!(value))
    }

    fn structure(&self, name: &str) -> Option<Value> {
        match (self.service, name) {
            (Service::Ec2, "IamInstanceProfile") => Some(json!({ "Name": "i" })),
            _ => None,
        }
    }
}

/// The kind of resource that a creation is about: `CreateKeyPair` of a `key-pair`.
fn kind_of(operation: &str) -> String {
    let name = operation.strip_prefix("Create").unwrap_or("Instance");
    let mut kind = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !kind.is_empty() {
            kind.push('-');
        }
        kind.extend(letter.to_lowercase());
    }
    kind
}
