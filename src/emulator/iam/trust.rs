//! Principals in stored policies: by unique id, so that an entity made anew under an old name inherits nothing.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>

use std::sync::Arc;

use policy::{AccountId, PolicyDocument, PolicyKind};

use crate::operation::ServiceError;

use super::errors::{limit_exceeded, malformed_document};
use super::store::{Store, account_and_name};
use super::{documents, quotas};

/// A trust policy as it is stored; its principals must exist.
pub(super) fn parse(store: &Store, text: &str) -> Result<Arc<PolicyDocument>, ServiceError> {
    let document = documents::parse(text, PolicyKind::Trust)?;
    if documents::size(text) > quotas::TRUST_POLICY_SIZE {
        return Err(limit_exceeded(format!(
            "Cannot exceed quota for ACLSizePerRole: {}",
            quotas::TRUST_POLICY_SIZE
        )));
    }
    let unknown =
        document.aws_principals().into_iter().find(|name| principal_to_store(store, name).is_none());
    if let Some(unknown) = unknown {
        return Err(malformed_document(format!("Invalid principal in policy: \"AWS\":\"{unknown}\"")));
    }
    Ok(Arc::new(document.map_aws_principals(&|principal| principal_to_store(store, principal))))
}

/// A stored policy as it is shown.
pub(super) fn shown(store: &Store, document: &PolicyDocument) -> String {
    let principals = document.aws_principals();
    if principals.into_iter().all(|principal| principal_to_show(store, principal).is_none()) {
        return document.text().to_owned();
    }
    document.map_aws_principals(&|principal| principal_to_show(store, principal)).text().to_owned()
}

pub(super) fn principal_to_store(store: &Store, principal: &str) -> Option<String> {
    let unchanged = || Some(principal.to_owned());
    if principal == "*" {
        return unchanged();
    }
    if let Some(account) = AccountId::new(principal) {
        return store.has_account(&account).then(|| principal.to_owned());
    }
    if !principal.starts_with("arn:") {
        return entity_arn(store, principal).and_then(|_| unchanged());
    }
    if let Some(rest) = principal.strip_prefix("arn:aws:sts::") {
        let (account, session) = rest.split_once(':')?;
        let account = AccountId::new(account).filter(|account| store.has_account(account))?;
        let parts: Vec<&str> = session.split('/').collect();
        return match parts.as_slice() {
            ["assumed-role", role, _] => store.role(&account, role).and_then(|_| unchanged()),
            ["federated-user", name] if !name.contains('*') => unchanged(),
            _ => None,
        };
    }
    let resource = principal.strip_prefix("arn:aws:iam::")?.split_once(':')?;
    if resource.1 == "root" {
        return AccountId::new(resource.0)
            .filter(|account| store.has_account(account))
            .and_then(|_| unchanged());
    }
    entity_id(store, principal)
}

pub(super) fn principal_to_show(store: &Store, principal: &str) -> Option<String> {
    entity_arn(store, principal)
}

/// The unique id of the user or role of this ARN.
fn entity_id(store: &Store, arn: &str) -> Option<String> {
    let (account, name) = account_and_name(arn)?;
    let account = store.account_by_id(&account)?;
    let user = account.user(name).ok().map(|user| &user.identity);
    let role = account.role(name).ok().map(|role| &role.identity);
    user.into_iter().chain(role).find(|identity| identity.arn == arn).map(|identity| identity.id.clone())
}

/// The ARN of the user or role of this unique id.
fn entity_arn(store: &Store, id: &str) -> Option<String> {
    if !id.starts_with("AIDA") && !id.starts_with("AROA") {
        return None;
    }
    let users = store.accounts().flat_map(|account| account.users.values().map(|user| &user.identity));
    let roles = store.accounts().flat_map(|account| account.roles.values().map(|role| &role.identity));
    users.chain(roles).find(|identity| identity.id == id).map(|identity| identity.arn.clone())
}
