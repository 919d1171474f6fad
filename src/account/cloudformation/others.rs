//! Resources that are not read: which of them may have a say in who may do what, and in what.

use super::node::{Node, Value};
use super::places::Resource;
use super::references::{name, type_of};
use super::resolve::Resolver;
use crate::model::{Gap, Subject};

/// Types that are, or have, policies of resources of a service, by the prefix of its actions.
const WITH_POLICIES: [(&str, &str); 17] = [
    ("AWS::SQS::QueuePolicy", "sqs"),
    ("AWS::SQS::QueueInlinePolicy", "sqs"),
    ("AWS::SNS::TopicPolicy", "sns"),
    ("AWS::SNS::TopicInlinePolicy", "sns"),
    ("AWS::SecretsManager::ResourcePolicy", "secretsmanager"),
    ("AWS::Lambda::Permission", "lambda"),
    ("AWS::Lambda::LayerVersionPermission", "lambda"),
    ("AWS::KMS::Key", "kms"),
    ("AWS::KMS::ReplicaKey", "kms"),
    ("AWS::ECR::RegistryPolicy", "ecr"),
    ("AWS::Events::EventBusPolicy", "events"),
    ("AWS::Logs::ResourcePolicy", "logs"),
    ("AWS::SSM::ResourcePolicy", "ssm"),
    ("AWS::S3::AccessPoint", "s3"),
    ("AWS::S3::AccessGrant", "s3"),
    ("AWS::Kinesis::ResourcePolicy", "kinesis"),
    ("AWS::Glue::DataCatalogEncryptionSettings", "glue"),
];

/// Properties that are policies of the resource, whatever its type.
const POLICIES: [&str; 7] = [
    "ResourcePolicy",
    "PolicyDocument",
    "KeyPolicy",
    "RepositoryPolicyText",
    "FileSystemPolicy",
    "AccessPolicies",
    "AccessPolicy",
];

/// The service whose resources have a say by this type of resource.
pub(super) fn service(kind: &str) -> Option<&'static str> {
    WITH_POLICIES.iter().find(|(known, _)| *known == kind).map(|(_, service)| *service)
}

/// What can't be told for a resource that is not read.
pub(super) fn gaps(resolver: &Resolver<'_>, kind: &str, resource: &Resource<'_>) -> Vec<Gap> {
    if let Some(service) = service(kind) {
        let reason = format!("{kind} is not read, and says who may use what of {service}");
        return vec![resource.trouble(reason).about(Subject::Service(service.to_owned()))];
    }
    if kind == "AWS::EC2::VPCEndpoint" && resource.has("PolicyDocument") {
        let reason = "the policy of the endpoint is not read: it limits what goes through it";
        return vec![resource.trouble(reason).about(Subject::Nothing)];
    }
    if kind == "AWS::Organizations::Policy" {
        return vec![resource.trouble("policies of organizations are not read").about(Subject::Everything)];
    }
    if kind == "AWS::Serverless::Function" && !resource.has("Role") {
        let reason = "the role that comes with it is not in the template";
        let subject = Subject::Identity(format!("{}Role", resource.id));
        return vec![resource.trouble(reason).about(subject)];
    }
    if let Some(property) = POLICIES.iter().find(|property| resource.has(property)) {
        let service = kind.split("::").nth(1).unwrap_or_default();
        let service = match service {
            "EFS" => "elasticfilesystem".to_owned(),
            "OpenSearchService" | "Elasticsearch" => "es".to_owned(),
            "ApiGateway" => "execute-api".to_owned(),
            service => service.to_lowercase(),
        };
        let reason = format!("of {kind} it is not read");
        return vec![resource.about(property, reason).about(Subject::Service(service))];
    }
    let elsewhere = [
        "AWS::CloudFormation::Stack",
        "AWS::CloudFormation::StackSet",
        "AWS::CloudFormation::CustomResource",
    ];
    if elsewhere.contains(&kind)
        || kind.starts_with("Custom::")
        || kind.starts_with("AWS::CloudFormation::Macro")
    {
        return entrusted(resolver, kind, resource);
    }
    Vec::new()
}

/// What is handed to something that may do with it whatever it does: a nested stack may attach policies to a role.
fn entrusted(resolver: &Resolver<'_>, kind: &str, resource: &Resource<'_>) -> Vec<Gap> {
    let mut named = Vec::new();
    references(resource.node, &mut named);
    let mut gaps = Vec::new();
    for id in named {
        let Some(node) = resolver.resource(&id) else { continue };
        let about = match type_of(node) {
            "AWS::IAM::Role" | "AWS::IAM::User" | "AWS::IAM::Group" => Subject::Identity,
            "AWS::S3::Bucket" => Subject::Resource,
            _ => continue,
        };
        let called = name(resolver, &id, node).unwrap_or_else(|_| id.clone());
        let reason = format!("{kind} is given `{id}`, and what it does with it is not in the template");
        gaps.push(resource.trouble(reason).about(about(called)));
    }
    if gaps.is_empty() {
        let reason = format!("what {kind} makes is not in the template");
        gaps.push(resource.trouble(reason).about(Subject::Nothing));
    }
    gaps
}

/// The logical ids that a value refers to.
fn references(node: &Node, found: &mut Vec<String>) {
    match &node.value {
        Value::List(nodes) => nodes.iter().for_each(|node| references(node, found)),
        Value::Map(members) => {
            for (name, node) in members {
                match (name.as_str(), &node.value) {
                    ("Ref", Value::Text(id)) => found.push(id.clone()),
                    ("Fn::GetAtt", Value::List(parts)) => {
                        found.extend(parts.first().and_then(Node::text).map(str::to_owned));
                    }
                    _ => references(node, found),
                }
            }
        }
        _ => {}
    }
    found.sort();
    found.dedup();
}
