//! `DecodeAuthorizationMessage`.
//!
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html>

use serde::Deserialize;
use serde_json::json;

use crate::operation::{Access, Call, Reply, ServiceError};
use crate::partition::Partition;

use super::tokens::refuse_federated_and_session_tokens;

pub(super) fn access(_partition: &Partition, call: &Call) -> Result<Vec<Access>, ServiceError> {
    refuse_federated_and_session_tokens(call)?;
    Ok(vec![Access::new("sts:DecodeAuthorizationMessage", "*")])
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    encoded_message: String,
}

pub(super) fn decode(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let message = call.parse::<Input>()?.encoded_message;
    let decoded = partition.messages.decode(call.account()?, &message).ok_or_else(|| {
        ServiceError::new(400, "InvalidAuthorizationMessageException", "Message is not valid")
    })?;
    Reply::of(&json!({ "DecodedMessage": decoded }))
}
