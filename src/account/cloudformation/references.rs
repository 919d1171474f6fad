//! What resources are called, and their ARNs, as far as they follow from the template.
//!
//! Where a template gives no name, CloudFormation makes one up; here the resource is called by its logical id, in policies
//! as well as in steps. <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html>

use super::node::Node;
use super::resolve::{Resolver, Unresolved, unresolved};

/// A type of resource: the property that names it, its ARN, the attribute that is its ARN, and what `Ref` gives.
struct Kind {
    name: &'static str,
    named_by: &'static str,
    /// With `REGION`, `ACCOUNT`, `PATH` and `NAME`.
    arn: &'static str,
    attribute: &'static str,
    reference: Reference,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reference {
    Name,
    Arn,
    /// Something else, which policies do not have.
    Other,
}

macro_rules! kinds {
    ($($name:literal $named_by:literal $arn:literal $attribute:literal $reference:ident),* $(,)?) => {
        &[$(Kind { name: $name, named_by: $named_by, arn: $arn, attribute: $attribute, reference: Reference::$reference }),*]
    };
}

#[rustfmt::skip]
const KINDS: &[Kind] = kinds![
    "AWS::IAM::Role" "RoleName" "arn:aws:iam::ACCOUNT:rolePATHNAME" "Arn" Name,
    "AWS::IAM::User" "UserName" "arn:aws:iam::ACCOUNT:userPATHNAME" "Arn" Name,
    "AWS::IAM::Group" "GroupName" "arn:aws:iam::ACCOUNT:groupPATHNAME" "Arn" Name,
    "AWS::IAM::ManagedPolicy" "ManagedPolicyName" "arn:aws:iam::ACCOUNT:policyPATHNAME" "PolicyArn" Arn,
    "AWS::IAM::InstanceProfile" "InstanceProfileName" "arn:aws:iam::ACCOUNT:instance-profilePATHNAME" "Arn" Name,
    "AWS::S3::Bucket" "BucketName" "arn:aws:s3:::NAME" "Arn" Name,
    "AWS::KMS::Key" "" "arn:aws:kms:REGION:ACCOUNT:key/NAME" "Arn" Name,
    "AWS::DynamoDB::Table" "TableName" "arn:aws:dynamodb:REGION:ACCOUNT:table/NAME" "Arn" Name,
    "AWS::DynamoDB::GlobalTable" "TableName" "arn:aws:dynamodb:REGION:ACCOUNT:table/NAME" "Arn" Name,
    "AWS::SQS::Queue" "QueueName" "arn:aws:sqs:REGION:ACCOUNT:NAME" "Arn" Other,
    "AWS::SNS::Topic" "TopicName" "arn:aws:sns:REGION:ACCOUNT:NAME" "TopicArn" Arn,
    "AWS::Lambda::Function" "FunctionName" "arn:aws:lambda:REGION:ACCOUNT:function:NAME" "Arn" Name,
    "AWS::Serverless::Function" "FunctionName" "arn:aws:lambda:REGION:ACCOUNT:function:NAME" "Arn" Name,
    "AWS::Logs::LogGroup" "LogGroupName" "arn:aws:logs:REGION:ACCOUNT:log-group:NAME:*" "Arn" Name,
    "AWS::SecretsManager::Secret" "Name" "arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-aaaaaa" "Id" Arn,
    "AWS::StepFunctions::StateMachine" "StateMachineName" "arn:aws:states:REGION:ACCOUNT:stateMachine:NAME" "Arn" Arn,
    "AWS::ECR::Repository" "RepositoryName" "arn:aws:ecr:REGION:ACCOUNT:repository/NAME" "Arn" Name,
    "AWS::Kinesis::Stream" "Name" "arn:aws:kinesis:REGION:ACCOUNT:stream/NAME" "Arn" Name,
    "AWS::KinesisFirehose::DeliveryStream" "DeliveryStreamName" "arn:aws:firehose:REGION:ACCOUNT:deliverystream/NAME" "Arn" Name,
    "AWS::CodeBuild::Project" "Name" "arn:aws:codebuild:REGION:ACCOUNT:project/NAME" "Arn" Name,
    "AWS::CodePipeline::Pipeline" "Name" "arn:aws:codepipeline:REGION:ACCOUNT:NAME" "" Name,
    "AWS::CodeCommit::Repository" "RepositoryName" "arn:aws:codecommit:REGION:ACCOUNT:NAME" "Arn" Other,
    "AWS::ECS::Cluster" "ClusterName" "arn:aws:ecs:REGION:ACCOUNT:cluster/NAME" "Arn" Name,
    "AWS::SSM::Parameter" "Name" "arn:aws:ssm:REGION:ACCOUNT:parameter/NAME" "" Name,
    "AWS::EFS::FileSystem" "" "arn:aws:elasticfilesystem:REGION:ACCOUNT:file-system/NAME" "Arn" Name,
    "AWS::Events::Rule" "Name" "arn:aws:events:REGION:ACCOUNT:rule/NAME" "Arn" Name,
];

/// What the property `Type` of a resource says.
pub(super) fn type_of(resource: &Node) -> &str {
    resource.member("Type").and_then(Node::text).unwrap_or_default()
}

fn kind_of(resource: &Node) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == type_of(resource))
}

/// What a resource is called: as it says, or by its logical id.
pub(super) fn name(resolver: &Resolver<'_>, logical_id: &str, resource: &Node) -> Result<String, Unresolved> {
    let property = kind_of(resource).and_then(|kind| resource.member("Properties")?.member(kind.named_by));
    // The names of buckets have no capital letters.
    let own = match type_of(resource) {
        "AWS::S3::Bucket" => logical_id.to_lowercase(),
        _ => logical_id.to_owned(),
    };
    Ok(match property.map(|node| resolver.value(node).map(|value| (node, value))).transpose()? {
        Some((node, Some(_))) => resolver.text(node)?,
        _ => own,
    })
}

/// The path of something of IAM, with both slashes.
pub(super) fn path(resolver: &Resolver<'_>, resource: &Node) -> Result<String, Unresolved> {
    let property = resource.member("Properties").and_then(|properties| properties.member("Path"));
    match property.map(|node| resolver.value(node)).transpose()?.flatten() {
        Some(serde_json::Value::String(path)) => Ok(path),
        _ => Ok("/".to_owned()),
    }
}

/// What `Ref` gives for a resource.
pub(super) fn reference(
    resolver: &Resolver<'_>,
    node: &Node,
    logical_id: &str,
    resource: &Node,
) -> Result<String, Unresolved> {
    match kind_of(resource).map(|kind| kind.reference) {
        Some(Reference::Name) => name(resolver, logical_id, resource),
        Some(Reference::Arn) => arn(resolver, node, logical_id, resource),
        _ => Err(unknown(node, &format!("`{logical_id}`"), resource)),
    }
}

/// What `Fn::GetAtt` gives for a resource.
pub(super) fn attribute(
    resolver: &Resolver<'_>,
    node: &Node,
    logical_id: &str,
    resource: &Node,
    attribute: &str,
) -> Result<String, Unresolved> {
    match kind_of(resource) {
        Some(kind) if kind.attribute == attribute => arn(resolver, node, logical_id, resource),
        Some(kind) if !kind.named_by.is_empty() && kind.named_by == attribute => {
            name(resolver, logical_id, resource)
        }
        _ => Err(unknown(node, &format!("`{logical_id}.{attribute}`"), resource)),
    }
}

fn unknown(node: &Node, what: &str, resource: &Node) -> Unresolved {
    let kind = type_of(resource);
    unresolved(node, format!("{what} ({kind}) is known only once it is made"))
}

fn arn(
    resolver: &Resolver<'_>,
    node: &Node,
    logical_id: &str,
    resource: &Node,
) -> Result<String, Unresolved> {
    let kind = kind_of(resource).ok_or_else(|| unknown(node, &format!("`{logical_id}`"), resource))?;
    let (name, path) = (name(resolver, logical_id, resource)?, path(resolver, resource)?);
    // A parameter is called with its slash, and the ARN has one.
    let name = if kind.name == "AWS::SSM::Parameter" { name.trim_start_matches('/') } else { name.as_str() };
    let surroundings = resolver.surroundings;
    let arn = kind.arn.replace("REGION", &surroundings.region);
    let arn = arn.replace("ACCOUNT", surroundings.account.as_str());
    Ok(arn.replace("PATH", &path).replace("NAME", name))
}
