//! Who calls, and whose a key is.

use policy::Principal;
use serde::Deserialize;
use serde_json::json;

use crate::operation::{Access, Call, Reply, ServiceError};
use crate::partition::Partition;

use super::tokens::refuse_federated_and_session_tokens;

pub(super) fn caller(_partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let principal = &call.caller.principal;
    Reply::of(&json!({ "UserId": user_id(principal), "Account": call.account()?, "Arn": principal.arn() }))
}

/// The unique id as `aws:userid` has it.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable>
fn user_id(principal: &Principal) -> String {
    match principal {
        Principal::Root { account } => account.to_string(),
        Principal::User { id, .. } => id.clone(),
        Principal::AssumedRole { id, session, .. } => format!("{id}:{session}"),
        Principal::FederatedUser { account, name, .. } => format!("{account}:{name}"),
        other => other.arn(),
    }
}

pub(super) fn access_key_access(_partition: &Partition, call: &Call) -> Result<Vec<Access>, ServiceError> {
    refuse_federated_and_session_tokens(call)?;
    Ok(vec![Access::new("sts:GetAccessKeyInfo", "*")])
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AccessKeyInput {
    access_key_id: String,
}

pub(super) fn access_key(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let id = call.parse::<AccessKeyInput>()?.access_key_id;
    let unknown = || ServiceError::new(400, "ValidationError", format!("Invalid access key id: {id}"));
    let credential = partition.credential(&id).ok_or_else(unknown)?;
    Reply::of(&json!({ "Account": credential.account }))
}
