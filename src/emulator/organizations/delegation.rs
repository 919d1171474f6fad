//! Member accounts that administer services for the organization: they may read it.
//!
//! <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_delegated_admin.html>

use serde_json::{Value, json};

use crate::iam::timestamp;
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

use super::access::text;
use super::accounts::named;
use super::errors::{constraint, error};
use super::pages::page;

pub(super) fn register(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let organization = partition.organizations.managed_mut(call)?;
    let account = named(organization, call)?;
    if account == organization.management {
        let message =
            "You cannot register master account/yourself as delegated administrator for your organization.";
        return Err(constraint("CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR", message));
    }
    let services = organization.delegated.entry(account).or_default();
    let service = text(call, "ServicePrincipal").to_owned();
    if services.contains_key(&service) {
        let message = "The provided account is already a delegated administrator for your organization.";
        return Err(error("AccountAlreadyRegisteredException", message));
    }
    services.insert(service, call.now);
    Ok(Reply::empty())
}

pub(super) fn deregister(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let organization = partition.organizations.managed_mut(call)?;
    let account = named(organization, call)?;
    let services = organization.delegated.get_mut(&account);
    let removed = services.and_then(|services| services.remove(text(call, "ServicePrincipal")));
    if removed.is_none() {
        let message =
            "The provided account is not a registered delegated administrator for your organization.";
        return Err(error("AccountNotRegisteredException", message));
    }
    organization.delegated.retain(|_, services| !services.is_empty());
    Ok(Reply::empty())
}

pub(super) fn list(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let organization = partition.organizations.readable(call)?;
    let service = call.input.get("ServicePrincipal").and_then(Value::as_str);
    let views = organization.delegated.iter().filter_map(|(account, services)| {
        let since = match service {
            Some(service) => services.get(service),
            None => services.values().min(),
        };
        let mut view = organization.account_view(account, organization.accounts.get(account)?);
        view.as_object_mut()?.insert("DelegationEnabledDate".to_owned(), json!(timestamp(*since?)));
        Some((account.to_string(), view))
    });
    page(call, "DelegatedAdministrators", views)
}

pub(super) fn list_services(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let organization = partition.organizations.readable(call)?;
    let account = named(organization, call)?;
    let services = organization.delegated.get(&account).ok_or_else(|| {
        let message =
            "The provided account is not a registered delegated administrator for your organization.";
        error("AccountNotRegisteredException", message)
    })?;
    let view = |service: &String, since| json!({ "ServicePrincipal": service, "DelegationEnabledDate": timestamp(since) });
    page(
        call,
        "DelegatedServices",
        services.iter().map(|(service, since)| (service.clone(), view(service, *since))),
    )
}
