//! The keys of all accounts, and what authorization asks of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use policy::{AccountId, Policy, PolicyDocument, PolicyKind, ResourcePolicy};
use serde_json::json;
use sha2::{Digest, Sha256};

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
    /// Whether AWS made it, for a service.
    pub(super) is_of_aws: bool,
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

    /// Makes the key that AWS manages for S3 in an account and a region, with its alias, at its first use; any other ARN is
    /// one of a customer's key, for which nothing is to be done.
    pub(crate) fn use_s3_key(&mut self, arn: &str, now: DateTime<Utc>) {
        let mut parts = arn.splitn(6, ':').skip(3);
        let region = parts.next().unwrap_or_default();
        let Some(account) = parts.next().and_then(AccountId::new) else { return };
        if self.keys.contains_key(arn) || arn != aws_managed_key(&account, region, "s3") {
            return;
        }
        let Some(policy) = managed_policy(&account, region, "s3") else { return };
        let key = Key {
            id: arn.rsplit('/').next().unwrap_or_default().to_owned(),
            region: region.to_owned(),
            created: now,
            description: "Default key that protects my S3 objects when no other key is defined".to_owned(),
            usage: "ENCRYPT_DECRYPT".to_owned(),
            spec: "SYMMETRIC_DEFAULT".to_owned(),
            origin: "AWS_KMS".to_owned(),
            multi_region: false,
            policy,
            tags: BTreeMap::new(),
            aliases: vec!["alias/aws/s3".to_owned()],
            grants: BTreeMap::new(),
            is_of_aws: true,
            account: account.clone(),
        };
        self.aliases.insert(alias_arn(&account, region, "alias/aws/s3"), arn.to_owned());
        self.keys.insert(arn.to_owned(), key);
    }

    /// The ARN of the key that a request names.
    pub(super) fn arn(&self, account: &AccountId, region: &str, name: &str) -> Result<String, ServiceError> {
        let arn = if name.starts_with("arn:") {
            let found = name.split(':').nth(3).unwrap_or_default();
            if found != region {
                return Err(not_found(&format!("Invalid arn {found}")));
            }
            name.to_owned()
        } else if name.starts_with("alias/") {
            alias_arn(account, region, name)
        } else if is_key_id(name) {
            format!("arn:aws:kms:{region}:{account}:key/{name}")
        } else {
            return Err(not_found(&format!("Invalid keyId '{name}'")));
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

    /// Whether it can encrypt and decrypt the data of services.
    pub(crate) fn is_symmetric(&self) -> bool {
        self.spec == "SYMMETRIC_DEFAULT"
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

/// The ARN of the key that AWS manages for a service in an account, which is there from its first use on.
/// <https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-cmk>
pub(crate) fn aws_managed_key(account: &AccountId, region: &str, service: &str) -> String {
    let digest = Sha256::digest(format!("aws/{service} of {account} in {region}"));
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    let id = format!("{}-{}-4{}-a{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32));
    format!("arn:aws:kms:{region}:{account}:key/{id}")
}

/// The policy of such a key: everybody in the account may use it through the service, and whom IAM lets may look at it.
/// <https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-caller-account>
pub(crate) fn aws_managed_key_policy(account: &AccountId, region: &str, service: &str) -> ResourcePolicy {
    ResourcePolicy::Key(
        managed_policy(account, region, service)
            .map(|document| Policy { name: format!("key policy of aws/{service}"), document }),
    )
}

fn managed_policy(account: &AccountId, region: &str, service: &str) -> Option<Arc<PolicyDocument>> {
    let through_service = json!({
        "Effect": "Allow",
        "Principal": { "AWS": "*" },
        "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
        "Resource": "*",
        "Condition": { "StringEquals": {
            "kms:CallerAccount": account,
            "kms:ViaService": format!("{service}.{region}.amazonaws.com"),
        } },
    });
    let look = json!({
        "Effect": "Allow",
        "Principal": { "AWS": format!("arn:aws:iam::{account}:root") },
        "Action": ["kms:Describe*", "kms:Get*", "kms:List*"],
        "Resource": "*",
    });
    let document = json!({ "Version": "2012-10-17", "Statement": [through_service, look] });
    PolicyDocument::parse(&document.to_string(), PolicyKind::Resource).ok().map(Arc::new)
}

/// A UUID, or the id of a multi-Region key.
fn is_key_id(name: &str) -> bool {
    let is_hex = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    match name.strip_prefix("mrk-") {
        Some(digits) => digits.len() == 32 && is_hex(digits),
        None => {
            let parts: Vec<&str> = name.split('-').collect();
            parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12]) && parts.iter().all(|part| is_hex(part))
        }
    }
}

pub(super) fn alias_arn(account: &AccountId, region: &str, name: &str) -> String {
    format!("arn:aws:kms:{region}:{account}:{name}")
}

pub(super) fn not_found(message: &str) -> ServiceError {
    ServiceError::new(400, "NotFoundException", message)
}
