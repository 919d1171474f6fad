//! OpenID Connect providers.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html>

use chrono::{DateTime, Utc};
use policy::AccountId;
use serde_json::{Value, json};

use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

use super::account::Account;
use super::errors::{cannot_be_found, invalid_input, name_taken, quota, validation};
use super::input::{text, texts};
use super::noun::{Noun, timestamp};
use super::quotas;
use super::store::Store;
use super::tags::Tags;
use super::views::OidcProviderView;

/// An OpenID Connect provider.
#[derive(Clone)]
pub(super) struct OidcProvider {
    /// Without `https://`.
    url: String,
    client_ids: Vec<String>,
    thumbprints: Vec<String>,
    created: DateTime<Utc>,
    pub(super) tags: Tags,
}

/// The ARN of the provider with the request's `Url`.
pub(super) fn new_arn(account: &AccountId, url: &str) -> String {
    Noun::OidcProvider.arn(account, "/", url.strip_prefix("https://").unwrap_or(url))
}

pub(super) fn create(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let url = text(call, "Url")?;
    let short = url.strip_prefix("https://").filter(|rest| is_plain(rest));
    let short = short.ok_or_else(|| validation("Invalid Open ID Connect Provider URL"))?.to_owned();
    let client_ids = distinct(texts(call, "ClientIDList"));
    if client_ids.len() > quotas::CLIENT_IDS {
        return Err(quota("ClientIdsPerOpenIdConnectProvider", quotas::CLIENT_IDS));
    }
    let sent = texts(call, "ThumbprintList");
    check_thumbprints(&sent)?;
    let thumbprints = if sent.is_empty() { vec![crate::sts::thumbprint(url)] } else { sent };
    let tags = Tags::of_new(Noun::OidcProvider, call)?;
    let account = partition.iam.account_mut(call)?;
    let arn = new_arn(&account.id, url);
    if account.has(Noun::OidcProvider, &arn) {
        return Err(name_taken(Noun::OidcProvider, url));
    }
    if account.oidc_providers.len() >= quotas::OIDC_PROVIDERS {
        return Err(quota("OpenIdConnectProvidersPerAccount", quotas::OIDC_PROVIDERS));
    }
    let mut view = json!({ "OpenIDConnectProviderArn": arn });
    if let (Some(view), Some(tags)) = (view.as_object_mut(), tags.view()) {
        view.insert("Tags".to_owned(), tags);
    }
    let provider = OidcProvider { url: short, client_ids, thumbprints, created: call.now, tags };
    account.oidc_providers.insert(arn, provider);
    Reply::of(&view)
}

/// A host and perhaps a path, but no port, query or fragment.
fn is_plain(rest: &str) -> bool {
    let host = rest.split('/').next().unwrap_or_default();
    !host.is_empty() && !rest.contains(['?', '#', '@', ':', ' ', '\\'])
}

fn check_thumbprints(thumbprints: &[String]) -> Result<(), ServiceError> {
    if thumbprints.len() > quotas::THUMBPRINTS {
        return Err(invalid_input("Thumbprint list must contain fewer than 5 entries."));
    }
    Ok(())
}

fn distinct(texts: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for text in texts {
        if !kept.contains(&text) {
            kept.push(text);
        }
    }
    kept
}

pub(super) fn get(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let provider = partition.iam.account(call)?.oidc_provider(text(call, Noun::OidcProvider.member())?)?;
    let mut view = json!({
        "Url": provider.url,
        "ClientIDList": provider.client_ids,
        "ThumbprintList": provider.thumbprints,
        "CreateDate": timestamp(provider.created),
    });
    if let (Some(view), Some(tags)) = (view.as_object_mut(), provider.tags.view()) {
        view.insert("Tags".to_owned(), tags);
    }
    Reply::of(&view)
}

pub(super) fn list(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let providers = partition.iam.account(call)?.oidc_providers.keys();
    let list: Vec<Value> = providers.map(|arn| json!({ "Arn": arn })).collect();
    Reply::of(&json!({ "OpenIDConnectProviderList": list }))
}

/// Deleting what is not there is no error.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteOpenIDConnectProvider.html>
pub(super) fn delete(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let arn = text(call, Noun::OidcProvider.member())?;
    partition.iam.account_mut(call)?.oidc_providers.remove(arn);
    Ok(Reply::empty())
}

/// Adding what is there is no error.
pub(super) fn add_client_id(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let id = text(call, "ClientID")?;
    let provider = sent_provider(partition, call)?;
    if !provider.client_ids.iter().any(|known| known == id) {
        if provider.client_ids.len() >= quotas::CLIENT_IDS {
            return Err(quota("ClientIdsPerOpenIdConnectProvider", quotas::CLIENT_IDS));
        }
        provider.client_ids.push(id.to_owned());
    }
    Ok(Reply::empty())
}

/// Removing what is not there is no error.
pub(super) fn remove_client_id(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let id = text(call, "ClientID")?;
    sent_provider(partition, call)?.client_ids.retain(|known| known != id);
    Ok(Reply::empty())
}

pub(super) fn update_thumbprint(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let thumbprints = texts(call, "ThumbprintList");
    let provider = sent_provider(partition, call)?;
    check_thumbprints(&thumbprints)?;
    provider.thumbprints = thumbprints;
    Ok(Reply::empty())
}

fn sent_provider<'p>(
    partition: &'p mut Partition,
    call: &Call,
) -> Result<&'p mut OidcProvider, ServiceError> {
    let arn = text(call, Noun::OidcProvider.member())?;
    partition.iam.account_mut(call)?.oidc_provider_mut(arn)
}

impl Account {
    /// A provider by ARN.
    pub(super) fn oidc_provider(&self, arn: &str) -> Result<&OidcProvider, ServiceError> {
        self.oidc_providers.get(arn).ok_or_else(|| cannot_be_found(Noun::OidcProvider, arn))
    }

    /// The same, to be changed.
    pub(super) fn oidc_provider_mut(&mut self, arn: &str) -> Result<&mut OidcProvider, ServiceError> {
        self.oidc_providers.get_mut(arn).ok_or_else(|| cannot_be_found(Noun::OidcProvider, arn))
    }
}

impl Store {
    /// The provider of an issuer in an account.
    pub(crate) fn oidc_provider(&self, account: &AccountId, issuer: &str) -> Option<OidcProviderView> {
        let arn = new_arn(account, issuer.strip_prefix("https://")?);
        let provider = self.account_by_id(account)?.oidc_providers.get(&arn)?;
        Some(OidcProviderView { arn, url: provider.url.clone(), client_ids: provider.client_ids.clone() })
    }
}
