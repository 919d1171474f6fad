//! The keys of all accounts, and what authorization asks of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use policy::{AccountId, Policy, PolicyDocument, ResourcePolicy};

use crate::operation::ServiceError;

use super::grant::Grant;

/// Keys by ARN, and aliases by theirs.
#[derive(Default)]
pub(crate) struct Store {
    pub(super) keys: BTreeMap<String, Key>,
    /// The ARN of the key.
    pub(super) aliases: BTreeMap<String, String>,
}

/// A customer's key.
pub(crate) struct Key {
    pub(super) id: String,
    pub(super) account: AccountId,
    pub(super) region: String,
    pub(super) created: DateTime<Utc>,
    pub(super) description: String,
    pub(super) usage: String,
    pub(super) spec: String,
    pub(super) origin: String,
    pub(super) multi_region: bool,
    /// Principals by their unique ids.
    pub(super) policy: Arc<PolicyDocument>,
    pub(super) tags: BTreeMap<String, String>,
    /// Names with `alias/`.
    pub(super) aliases: Vec<String>,
    /// By id.
    pub(super) grants: BTreeMap<String, Grant>,
}

impl Store {
    /// A key by its id, its ARN, an alias or the ARN of one.
    ///
    /// # Errors
    /// `NotFoundException`.
    pub(crate) fn key(&self, account: &AccountId, region: &str, name: &str) -> Result<&Key, ServiceError> {
        let arn = self.arn(account, region, name)?;
        self.keys.get(&arn).ok_or_else(|| not_found(&format!("Key '{arn}' does not exist")))
    }

    /// The ARN of the key that a request names.
    pub(super) fn arn(&self, account: &AccountId, region: &str, name: &str) -> Result<String, ServiceError> {
        let arn = match name.starts_with("arn:") {
            true => name.to_owned(),
            false if name.starts_with("alias/") => alias_arn(account, region, name),
            false => format!("arn:aws:kms:{region}:{account}:key/{name}"),
        };
        if arn.split(':').nth(5).is_some_and(|resource| resource.starts_with("alias/")) {
            return self
                .aliases
                .get(&arn)
                .cloned()
                .ok_or_else(|| not_found(&format!("Alias {arn} is not found.")));
        }
        Ok(arn)
    }
}

impl Key {
    pub(crate) fn arn(&self) -> String {
        format!("arn:aws:kms:{}:{}:key/{}", self.region, self.account, self.id)
    }

    pub(crate) fn resource_policy(&self) -> ResourcePolicy {
        let name = format!("key policy of {}", self.id);
        let policy = Policy { name, document: Arc::clone(&self.policy) };
        if self.grants.is_empty() {
            return ResourcePolicy::Key(Some(policy));
        }
        let grants = self.grants.values().filter_map(Grant::permissions);
        ResourcePolicy::KeyWithGrants([policy].into_iter().chain(grants).collect())
    }

    /// What conditions may ask of the key; `name` is how the request named it.
    pub(crate) fn condition_keys(&self, name: &str) -> Vec<(String, Vec<String>)> {
        let one = |key: &str, value: &str| (key.to_owned(), vec![value.to_owned()]);
        let mut keys = vec![
            one("kms:KeySpec", &self.spec),
            one("kms:KeyUsage", &self.usage),
            one("kms:KeyOrigin", &self.origin),
            one("kms:MultiRegion", &self.multi_region.to_string()),
        ];
        if self.multi_region {
            keys.push(one("kms:MultiRegionKeyType", "PRIMARY"));
        }
        if !self.aliases.is_empty() {
            keys.push(("kms:ResourceAliases".to_owned(), self.aliases.clone()));
        }
        if let Some(at) = name.find("alias/") {
            keys.push(one("kms:RequestAlias", name.get(at..).unwrap_or_default()));
        }
        keys.extend(self.tags.iter().map(|(key, value)| one(&format!("aws:ResourceTag/{key}"), value)));
        keys
    }
}

pub(super) fn alias_arn(account: &AccountId, region: &str, name: &str) -> String {
    format!("arn:aws:kms:{region}:{account}:{name}")
}

pub(super) fn not_found(message: &str) -> ServiceError {
    ServiceError::new(400, "NotFoundException", message)
}
