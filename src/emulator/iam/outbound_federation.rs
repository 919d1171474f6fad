//! Outbound identity federation: whether STS vouches for an account's principals elsewhere, and under which name.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound.html>

use policy::AccountId;
use serde_json::json;

use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

use super::store::Store;

/// An account's issuer, which stays the same when the feature is disabled and enabled again.
#[derive(Clone, Default)]
pub(super) struct OutboundFederation {
    /// Empty: it was never enabled.
    issuer: String,
    enabled: bool,
}

impl Store {
    /// The issuer of an account's tokens; `None`: the feature is disabled.
    pub(crate) fn outbound_issuer(&self, account: &AccountId) -> Option<&str> {
        let outbound = &self.account_by_id(account)?.outbound;
        outbound.enabled.then_some(outbound.issuer.as_str())
    }
}

pub(super) fn enable(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let id = partition.ids.uuid();
    let outbound = &mut partition.iam.account_mut(call)?.outbound;
    if outbound.enabled {
        let message = "Outbound web identity federation is already enabled for this account";
        return Err(ServiceError::new(409, "FeatureEnabled", message));
    }
    if outbound.issuer.is_empty() {
        outbound.issuer = format!("https://{id}.tokens.sts.global.api.aws");
    }
    outbound.enabled = true;
    Reply::of(&json!({ "IssuerIdentifier": outbound.issuer }))
}

pub(super) fn disable(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let outbound = &mut partition.iam.account_mut(call)?.outbound;
    if !outbound.enabled {
        return Err(disabled());
    }
    outbound.enabled = false;
    Ok(Reply::empty())
}

pub(super) fn info(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let issuer = partition.iam.outbound_issuer(call.account()?).ok_or_else(disabled)?;
    Reply::of(&json!({ "IssuerIdentifier": issuer, "JwtVendingEnabled": true }))
}

fn disabled() -> ServiceError {
    let message = "Outbound web identity federation is disabled for this account";
    ServiceError::new(404, "FeatureDisabled", message)
}
