//! What users and roles asked AWS for, and when last: by service, and by action within it.
//!
//! Every attempt counts, granted or not, and nothing grows with their number: what is kept is the last one of each.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html>

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use policy::Principal;
use serde_json::{Value, json};

use crate::operation::{Call, Service};

use super::access_keys::LastUse;
use super::noun::{folded, timestamp};
use super::store::Store;

/// How long use is told: <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html#last-accessed_tracking-period>.
const TRACKING_PERIOD: TimeDelta = TimeDelta::days(400);

/// The last attempt.
#[derive(Clone)]
pub(super) struct Use {
    pub(super) time: DateTime<Utc>,
    pub(super) region: String,
}

/// The last attempts at a service's actions.
#[derive(Clone)]
pub(super) struct ServiceUse {
    pub(super) last: Use,
    /// By the name without the service, such as `CreateBucket`.
    pub(super) actions: BTreeMap<String, Use>,
}

/// What one user or role used, by the prefix of the service.
#[derive(Clone, Default)]
pub(super) struct Usage(BTreeMap<&'static str, ServiceUse>);

impl Use {
    fn of(call: &Call) -> Self {
        Self { time: call.now, region: call.region.clone() }
    }

    fn renew(&mut self, call: &Call) {
        self.time = call.now;
        self.region.clone_from(&call.region);
    }

    fn is_told(&self, now: DateTime<Utc>) -> bool {
        now - self.time <= TRACKING_PERIOD
    }
}

impl Usage {
    fn record<'a>(&mut self, call: &Call, actions: impl Iterator<Item = (&'a str, &'a str)>) {
        let service = self
            .0
            .entry(call.service.name())
            .or_insert_with(|| ServiceUse { last: Use::of(call), actions: BTreeMap::new() });
        service.last.renew(call);
        for (action, resource) in actions {
            let Some(action) = tracked(call.service, action, resource) else { continue };
            match service.actions.get_mut(action) {
                Some(last) => last.renew(call),
                None => {
                    service.actions.insert(action.to_owned(), Use::of(call));
                }
            }
        }
    }

    /// What of it is told at a time.
    pub(super) fn told(&self, now: DateTime<Utc>) -> Self {
        let told = self.0.iter().filter(|(_, service)| service.last.is_told(now)).map(|(name, service)| {
            let actions = service.actions.iter().filter(|(_, last)| last.is_told(now));
            let actions = actions.map(|(action, last)| (action.clone(), last.clone())).collect();
            (*name, ServiceUse { last: service.last.clone(), actions })
        });
        Self(told.collect())
    }

    pub(super) fn of_service(&self, prefix: &str) -> Option<&ServiceUse> {
        self.0.get(prefix)
    }

    /// A `RoleLastUsed`, empty where the role was not used for long.
    pub(super) fn role_last_used(&self, now: DateTime<Utc>) -> Value {
        let last = self.0.values().map(|service| &service.last).max_by_key(|last| last.time);
        match last.filter(|last| last.is_told(now)) {
            Some(last) => json!({ "LastUsedDate": timestamp(last.time), "Region": last.region }),
            None => json!({}),
        }
    }
}

/// The action's own name, where IAM tells its use: that of `iam:PassRole` and of events on data it does not.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html#access_policies_last-accessed-know>
fn tracked<'a>(service: Service, action: &'a str, resource: &str) -> Option<&'a str> {
    let (prefix, name) = action.split_once(':')?;
    let on_data = match service {
        // What CloudTrail calls data events: https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html
        Service::S3 => resource.contains('/') || name == "ListBucket" || name == "ListBucketVersions",
        Service::DynamoDb => name.ends_with("Item") || matches!(name, "Query" | "Scan"),
        Service::Lambda => name == "InvokeFunction",
        Service::Sns => name == "Publish",
        Service::Sqs => name.ends_with("Message"),
        _ => false,
    };
    (prefix == service.name() && name != "PassRole" && !on_data).then_some(name)
}

impl Store {
    /// Remembers what a call asked for: its access key, and its user or role.
    pub(crate) fn record_use<'a>(&mut self, call: &Call, accesses: impl Iterator<Item = (&'a str, &'a str)>) {
        if let Some(id) = &call.caller.access_key_id {
            let used = LastUse { time: call.now, service: call.service.name(), region: call.region.clone() };
            self.record_key_use(id, used);
        }
        if let Some(usage) = self.usage_mut(&call.caller.principal) {
            usage.record(call, accesses);
        }
    }

    /// Remembers that a long-term key signed a request.
    pub(super) fn record_key_use(&mut self, access_key_id: &str, used: LastUse) {
        let Some(owner) = self.key_owners.get(access_key_id) else { return };
        let Some(account) = self.accounts.get_mut(&owner.account) else { return };
        let Some(keys) = account.keys_mut(owner.user.as_deref()) else { return };
        if let Some(key) = keys.iter_mut().find(|key| key.id == access_key_id) {
            key.record(used);
        }
    }

    fn usage_mut(&mut self, principal: &Principal) -> Option<&mut Usage> {
        match principal {
            Principal::User { account, name, id, .. } => {
                let users = &mut self.accounts.get_mut(account)?.users;
                let name = folded(name);
                let user = match users.get(&name).is_some_and(|user| user.identity.id == *id) {
                    true => users.get_mut(&name),
                    // It was renamed since.
                    false => users.values_mut().find(|user| user.identity.id == *id),
                };
                user.map(|user| &mut user.usage)
            }
            Principal::AssumedRole { account, name, id, .. } => {
                let role = self.accounts.get_mut(account)?.roles.get_mut(&folded(name))?;
                (role.identity.id == *id).then_some(&mut role.usage)
            }
            Principal::FederatedUser { user, .. } => self.usage_mut(user),
            _ => None,
        }
    }
}
