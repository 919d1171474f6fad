//! Services that may work in the accounts of the organization.
//!
//! <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_services.html>

use serde_json::json;

use crate::iam::timestamp;
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

use super::access::text;
use super::pages::page;

pub(super) fn enable(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let organization = partition.organizations.managed_mut(call)?;
    organization.trusted.entry(text(call, "ServicePrincipal").to_owned()).or_insert(call.now);
    Ok(Reply::empty())
}

pub(super) fn disable(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let organization = partition.organizations.managed_mut(call)?;
    organization.trusted.remove(text(call, "ServicePrincipal"));
    Ok(Reply::empty())
}

pub(super) fn list(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let organization = partition.organizations.readable(call)?;
    let services = organization.trusted.iter().map(|(service, since)| {
        (service.clone(), json!({ "ServicePrincipal": service, "DateEnabled": timestamp(*since) }))
    });
    page(call, "EnabledServicePrincipals", services)
}
