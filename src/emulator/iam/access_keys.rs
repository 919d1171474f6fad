//! Access keys of users and of the root user.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

use super::access::named_or_caller;
use super::account::Account;
use super::errors::{no_such_entity, quota};
use super::input::text;
use super::noun::{folded, timestamp};
use super::pages::page;
use super::quotas;
use super::store::KeyOwner;

/// Of the uses of a key within this span, the credential report tells the first.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html>
const REPORTED_SPAN: TimeDelta = TimeDelta::minutes(15);

/// A long-term access key.
#[derive(Clone)]
pub(super) struct AccessKey {
    pub(super) id: String,
    pub(super) secret: String,
    pub(super) active: bool,
    pub(super) created: DateTime<Utc>,
    pub(super) last_use: Option<LastUse>,
    /// The first use of a quarter of an hour, as the credential report has it.
    pub(super) reported_use: Option<LastUse>,
}

/// A request that a key signed.
#[derive(Clone)]
pub(super) struct LastUse {
    pub(super) time: DateTime<Utc>,
    pub(super) service: &'static str,
    pub(super) region: String,
}

impl AccessKey {
    pub(super) fn new(id: String, secret: String, created: DateTime<Utc>) -> Self {
        Self { id, secret, active: true, created, last_use: None, reported_use: None }
    }

    /// Remembers that it signed a request.
    pub(super) fn record(&mut self, used: LastUse) {
        if self.reported_use.as_ref().is_none_or(|reported| used.time - reported.time >= REPORTED_SPAN) {
            self.reported_use = Some(used.clone());
        }
        self.last_use = Some(used);
    }

    fn status(&self) -> &'static str {
        if self.active { "Active" } else { "Inactive" }
    }
}

/// The keys that the request is about, and the name of their user (`None`: the root user's).
fn keys_of<'account>(
    account: &'account mut Account,
    user: Option<&str>,
) -> Result<(&'account mut Vec<AccessKey>, Option<String>), ServiceError> {
    match user {
        None => Ok((&mut account.root_keys, None)),
        Some(name) => {
            let user = account.user_mut(name)?;
            Ok((&mut user.access_keys, Some(user.identity.name.clone())))
        }
    }
}

fn no_such_key(id: &str) -> ServiceError {
    no_such_entity(format!("The Access Key with id {id} cannot be found."))
}

pub(super) fn create(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let user = named_or_caller(&partition.iam, call)?;
    let account = partition.iam.account_mut(call)?;
    let owner = KeyOwner { account: account.id.clone(), user: user.as_deref().map(folded) };
    let (keys, name) = keys_of(account, user.as_deref())?;
    if keys.len() >= quotas::ACCESS_KEYS_PER_USER {
        return Err(quota("AccessKeysPerUser", quotas::ACCESS_KEYS_PER_USER));
    }
    let key = AccessKey::new(partition.ids.access_key_id("AKIA"), partition.ids.secret_key(), call.now);
    let reply = Reply::of(&json!({ "AccessKey": {
        "UserName": name,
        "AccessKeyId": key.id,
        "Status": key.status(),
        "SecretAccessKey": key.secret,
        "CreateDate": timestamp(key.created),
    }}));
    partition.iam.key_owners.insert(key.id.clone(), owner);
    keys_of(partition.iam.account_mut(call)?, user.as_deref())?.0.push(key);
    reply
}

pub(super) fn list(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let user = named_or_caller(&partition.iam, call)?;
    let (keys, name) = keys_of(partition.iam.account_mut(call)?, user.as_deref())?;
    let mut views: Vec<_> = keys
        .iter()
        .map(|key| {
            let view = json!({
                "UserName": name,
                "AccessKeyId": key.id,
                "Status": key.status(),
                "CreateDate": timestamp(key.created),
            });
            (key.id.clone(), view)
        })
        .collect();
    views.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(page(call, views)?.reply("AccessKeyMetadata"))
}

pub(super) fn update(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let user = named_or_caller(&partition.iam, call)?;
    let id = text(call, "AccessKeyId")?;
    let active = text(call, "Status")? == "Active";
    let (keys, _) = keys_of(partition.iam.account_mut(call)?, user.as_deref())?;
    keys.iter_mut().find(|key| key.id == id).ok_or_else(|| no_such_key(id))?.active = active;
    Ok(Reply::empty())
}

pub(super) fn delete(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let user = named_or_caller(&partition.iam, call)?;
    let id = text(call, "AccessKeyId")?;
    let (keys, _) = keys_of(partition.iam.account_mut(call)?, user.as_deref())?;
    let place = keys.iter().position(|key| key.id == id).ok_or_else(|| no_such_key(id))?;
    keys.remove(place);
    partition.iam.key_owners.remove(id);
    Ok(Reply::empty())
}

pub(super) fn last_used(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let id = text(call, "AccessKeyId")?;
    let owner = partition.iam.key_owners.get(id).cloned();
    let owner = owner.filter(|owner| call.account().is_ok_and(|account| *account == owner.account));
    let owner = owner.ok_or_else(|| no_such_key(id))?;
    let (keys, name) = keys_of(partition.iam.account_mut(call)?, owner.user.as_deref())?;
    let key = keys.iter().find(|key| key.id == id).ok_or_else(|| no_such_key(id))?;
    let last_use = key.last_use.as_ref();
    Reply::of(&json!({
        "UserName": name,
        "AccessKeyLastUsed": {
            "LastUsedDate": last_use.map(|last_use| timestamp(last_use.time)),
            "ServiceName": last_use.map_or("N/A", |last_use| last_use.service),
            "Region": last_use.map_or("N/A", |last_use| &last_use.region),
        },
    }))
}
