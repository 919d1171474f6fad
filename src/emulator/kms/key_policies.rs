//! Key policies, of which every key has one.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html>

use std::sync::Arc;

use policy::{AccountId, Context, Policies, Policy, PolicyDocument, PolicyKind, Request, ResourcePolicy};
use serde_json::{Value, json};

use crate::authorize::simulated;
use crate::iam;
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

use super::keys::named;
use super::store::{Key, not_found};

/// <https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html>
const SIZE: usize = 32 * 1024;

/// What a key gets that is made without a policy.
/// <https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html>
pub(super) fn default(account: &AccountId) -> String {
    format!(
        r#"{{
  "Version" : "2012-10-17",
  "Id" : "key-default-1",
  "Statement" : [ {{
    "Sid" : "Enable IAM User Permissions",
    "Effect" : "Allow",
    "Principal" : {{
      "AWS" : "arn:aws:iam::{account}:root"
    }},
    "Action" : "kms:*",
    "Resource" : "*"
  }} ]
}}"#
    )
}

pub(super) fn parse(iam: &iam::Store, text: &str) -> Result<Arc<PolicyDocument>, ServiceError> {
    if text.len() > SIZE {
        let message = format!("Policy size exceeds the limit of {SIZE} bytes");
        return Err(ServiceError::new(400, "LimitExceededException", message));
    }
    let document =
        PolicyDocument::parse(text, PolicyKind::Resource).map_err(|flaw| malformed(flaw.message))?;
    if document.aws_principals().iter().any(|principal| iam.principal_to_store(principal).is_none()) {
        return Err(malformed("Policy contains a statement with one or more invalid principals."));
    }
    Ok(Arc::new(document.map_aws_principals(&|principal| iam.principal_to_store(principal))))
}

fn malformed(message: impl Into<String>) -> ServiceError {
    ServiceError::new(400, "MalformedPolicyDocumentException", message)
}

/// The caller must be able to change the policy again.
pub(super) fn check_lockout(
    partition: &Partition,
    call: &Call,
    key: &Key,
    policy: &Arc<PolicyDocument>,
) -> Result<(), ServiceError> {
    let entity = partition.iam.entity(&call.caller.principal).unwrap_or_default();
    let request = Request {
        principal: call.caller.principal.clone(),
        action: "kms:PutKeyPolicy".to_owned(),
        resource: key.arn(),
        resource_account: Some(key.account.clone()),
        context: Context::default(),
        canonical_user: None,
    };
    let policies = Policies {
        identity: entity.identity,
        boundary: entity.boundary,
        resource: ResourcePolicy::Key(Some(Policy {
            name: "new key policy".to_owned(),
            document: Arc::clone(policy),
        })),
        ..Policies::default()
    };
    match simulated(&request, &policies) {
        Ok(decision) if !decision.is_allowed() => {
            Err(malformed("The new key policy will not allow you to update the key policy in the future."))
        }
        _ => Ok(()),
    }
}

pub(super) fn get(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let key = named(partition, call)?;
    check_name(call)?;
    let shown = key.policy.map_aws_principals(&|principal| partition.iam.principal_to_show(principal));
    Reply::of(&json!({ "Policy": shown.text(), "PolicyName": "default" }))
}

pub(super) fn put(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let text =
        call.input.get("Policy").and_then(Value::as_str).ok_or_else(|| malformed("a policy is required"))?;
    check_name(call)?;
    let policy = parse(&partition.iam, text)?;
    let arn = named(partition, call)?.arn();
    let bypassed = call.input.get("BypassPolicyLockoutSafetyCheck").and_then(Value::as_bool) == Some(true);
    if !bypassed {
        check_lockout(partition, call, named(partition, call)?, &policy)?;
    }
    partition.kms.keys.get_mut(&arn).ok_or_else(|| not_found(&arn))?.policy = policy;
    Ok(Reply::empty())
}

/// There is one policy, and its name is `default`.
fn check_name(call: &Call) -> Result<(), ServiceError> {
    match call.input.get("PolicyName").and_then(Value::as_str) {
        None | Some("default") => Ok(()),
        Some(_) => Err(not_found("No such policy exists")),
    }
}
