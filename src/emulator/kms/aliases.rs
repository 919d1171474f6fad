//! Aliases of keys.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html>

use serde_json::Value;

use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

use super::store::{alias_arn, not_found};

pub(super) fn create(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let account = call.account()?;
    let name = text(call, "AliasName");
    if !name.starts_with("alias/") {
        let message = "Alias must start with the prefix \"alias/\". Please see \
                       https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html";
        return Err(ServiceError::new(400, "ValidationException", message));
    }
    if name.starts_with("alias/aws/") {
        return Err(ServiceError::new(400, "NotAuthorizedException", ""));
    }
    let arn = alias_arn(account, &call.region, name);
    if partition.kms.aliases.contains_key(&arn) {
        let message = format!("An alias with the name {arn} already exists");
        return Err(ServiceError::new(400, "AlreadyExistsException", message));
    }
    let key = partition.kms.arn(account, &call.region, text(call, "TargetKeyId"))?;
    let found =
        partition.kms.keys.get_mut(&key).ok_or_else(|| not_found(&format!("Key '{key}' does not exist")))?;
    found.aliases.push(name.to_owned());
    partition.kms.aliases.insert(arn, key);
    Ok(Reply::empty())
}

pub(super) fn delete(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let name = text(call, "AliasName");
    let arn = alias_arn(call.account()?, &call.region, name);
    let key =
        partition.kms.aliases.remove(&arn).ok_or_else(|| not_found(&format!("Alias {arn} is not found.")))?;
    if let Some(key) = partition.kms.keys.get_mut(&key) {
        key.aliases.retain(|alias| alias != name);
    }
    Ok(Reply::empty())
}

fn text<'call>(call: &'call Call, member: &str) -> &'call str {
    call.input.get(member).and_then(Value::as_str).unwrap_or_default()
}
