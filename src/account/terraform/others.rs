//! Resources that are not read: which of them may have a say in who may do what, and in what.

use super::change::Change;
use crate::model::{Gap, Subject};

/// Types that are, or have, policies of resources of a service, by the prefix of its actions.
const WITH_POLICIES: [(&str, &str); 26] = [
    ("aws_kms_key", "kms"),
    ("aws_kms_key_policy", "kms"),
    ("aws_kms_external_key", "kms"),
    ("aws_kms_replica_key", "kms"),
    ("aws_kms_grant", "kms"),
    ("aws_sqs_queue_policy", "sqs"),
    ("aws_sns_topic_policy", "sns"),
    ("aws_secretsmanager_secret_policy", "secretsmanager"),
    ("aws_lambda_permission", "lambda"),
    ("aws_lambda_layer_version_permission", "lambda"),
    ("aws_ecr_repository_policy", "ecr"),
    ("aws_ecr_registry_policy", "ecr"),
    ("aws_cloudwatch_event_permission", "events"),
    ("aws_cloudwatch_event_bus_policy", "events"),
    ("aws_cloudwatch_log_resource_policy", "logs"),
    ("aws_efs_file_system_policy", "elasticfilesystem"),
    ("aws_elasticsearch_domain_policy", "es"),
    ("aws_opensearch_domain_policy", "es"),
    ("aws_glue_resource_policy", "glue"),
    ("aws_dynamodb_resource_policy", "dynamodb"),
    ("aws_kinesis_resource_policy", "kinesis"),
    ("aws_api_gateway_rest_api_policy", "execute-api"),
    ("aws_backup_vault_policy", "backup"),
    ("aws_s3_access_point", "s3"),
    ("aws_s3_bucket_acl", "s3"),
    ("aws_s3_object_acl", "s3"),
];

/// Types whose attribute `policy` is one of the resource itself.
const OWN_POLICIES: [(&str, &str); 4] = [
    ("aws_sqs_queue", "sqs"),
    ("aws_sns_topic", "sns"),
    ("aws_secretsmanager_secret", "secretsmanager"),
    ("aws_api_gateway_rest_api", "execute-api"),
];

/// What can't be told for a resource that is not read.
pub(super) fn gap(change: &Change<'_>) -> Option<Gap> {
    let kind = change.kind;
    if kind == "aws_s3_bucket_acl" && matches!(change.text("acl"), Ok(Some("private"))) {
        return None;
    }
    if let Some((_, service)) = WITH_POLICIES.iter().find(|(known, _)| *known == kind) {
        let reason = format!("{kind} is not read, and says who may use what of {service}");
        return Some(change.trouble(reason).about(Subject::Service((*service).to_owned())));
    }
    let own = OWN_POLICIES.iter().find(|(known, _)| *known == kind);
    if let Some((_, service)) = own.filter(|_| matches!(change.text("policy"), Ok(Some(_)))) {
        let reason = format!("of {kind} it is not read");
        return Some(change.about("policy", reason).about(Subject::Service((*service).to_owned())));
    }
    if kind == "aws_organizations_policy_attachment" || kind == "aws_organizations_policy" {
        let reason = "policies of organizations are not read";
        return Some(change.trouble(reason).about(Subject::Everything));
    }
    if ["aws_iam_role_policies_exclusive", "aws_iam_role_policy_attachments_exclusive"].contains(&kind) {
        let role = change.text("role_name").ok().flatten().unwrap_or(change.address).to_owned();
        return Some(change.trouble(format!("{kind} is not read")).about(Subject::Identity(role)));
    }
    if kind == "aws_cloudformation_stack" || kind == "aws_cloudformation_stack_set" {
        return Some(change.trouble(format!("what {kind} makes is not in the plan")).about(Subject::Nothing));
    }
    None
}
