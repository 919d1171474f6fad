//! Reports of the services that an entity's policies let it access, and of when they were accessed last.
//!
//! A report is made at once, of use as it is then; it is read by the principal that asked for it, and no other.
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GenerateServiceLastAccessedDetails.html>

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use policy::{AccountId, Policy, PolicyDocument, allowed_services};
use serde_json::{Map, Value, json};

use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

use super::account::Account;
use super::errors::{invalid_input, no_such_entity};
use super::input::{optional, text};
use super::managed_policies::is_reachable;
use super::noun::{Identity, Noun, timestamp};
use super::pages::page;
use super::simulate::source;
use super::store::{Grants, Store};
use super::usage::{ServiceUse, Usage, Use};

/// How many reports of an account are kept; the oldest goes first.
const KEPT: usize = 256;

/// The reports of an account, the newest last.
#[derive(Clone, Default)]
pub(super) struct Reports(VecDeque<(String, Report)>);

#[derive(Clone)]
struct Report {
    /// Who asked for it, by ARN.
    asker: String,
    made: DateTime<Utc>,
    by_action: bool,
    /// Prefixes, in order.
    services: Vec<&'static str>,
    entities: Vec<UsingEntity>,
}

/// A user or role that the report is about.
#[derive(Clone)]
struct UsingEntity {
    noun: Noun,
    identity: Identity,
    usage: Usage,
}

impl Reports {
    fn add(&mut self, id: String, report: Report) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back((id, report));
    }

    fn find(&self, call: &Call) -> Result<&Report, ServiceError> {
        let id = text(call, "JobId")?;
        let asker = call.caller.principal.arn();
        let found = self.0.iter().find(|(known, report)| known == id && report.asker == asker);
        found.map(|(_, report)| report).ok_or_else(|| no_such_entity(format!("Job {id} cannot be found.")))
    }
}

impl Report {
    /// Those that used the service, each with its use, the latest first.
    fn uses(&self, service: &str) -> Vec<(&UsingEntity, &ServiceUse)> {
        let used = |entity: &'_ UsingEntity| entity.usage.of_service(service).is_some();
        let entities = self.entities.iter().filter(|entity| used(entity));
        let mut uses: Vec<_> =
            entities.filter_map(|entity| Some((entity, entity.usage.of_service(service)?))).collect();
        uses.sort_by_key(|(_, service)| std::cmp::Reverse(service.last.time));
        uses
    }

    fn service_view(&self, prefix: &'static str) -> Value {
        let uses = self.uses(prefix);
        let title = policy::reference::service(prefix).map_or(prefix, |service| service.title);
        let mut view = Map::new();
        view.insert("ServiceName".to_owned(), json!(title));
        view.insert("ServiceNamespace".to_owned(), json!(prefix));
        view.insert("TotalAuthenticatedEntities".to_owned(), json!(uses.len()));
        if let Some((entity, ServiceUse { last, .. })) = uses.first() {
            view.insert("LastAuthenticated".to_owned(), json!(timestamp(last.time)));
            view.insert("LastAuthenticatedEntity".to_owned(), json!(entity.identity.arn));
            view.insert("LastAuthenticatedRegion".to_owned(), json!(last.region));
        }
        let actions = tracked_actions(&uses);
        if self.by_action && !actions.is_empty() {
            view.insert("TrackedActionsLastAccessed".to_owned(), Value::Array(actions));
        }
        Value::Object(view)
    }

    fn dates(&self) -> [(String, Value); 3] {
        let made = json!(timestamp(self.made));
        [
            ("JobStatus".to_owned(), json!("COMPLETED")),
            ("JobCreationDate".to_owned(), made.clone()),
            ("JobCompletionDate".to_owned(), made),
        ]
    }
}

/// The last use of each action, whoever's it was, in the actions' order.
fn tracked_actions(uses: &[(&UsingEntity, &ServiceUse)]) -> Vec<Value> {
    let mut latest: std::collections::BTreeMap<&str, (&UsingEntity, &Use)> =
        std::collections::BTreeMap::new();
    for (entity, service) in uses {
        for (action, last) in &service.actions {
            let kept = latest.entry(action).or_insert((entity, last));
            if kept.1.time < last.time {
                *kept = (entity, last);
            }
        }
    }
    let view = |(action, (entity, last)): (&str, (&UsingEntity, &Use))| {
        json!({
            "ActionName": action,
            "LastAccessedEntity": entity.identity.arn,
            "LastAccessedTime": timestamp(last.time),
            "LastAccessedRegion": last.region,
        })
    };
    latest.into_iter().map(view).collect()
}

pub(super) fn generate(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let arn = text(call, "Arn")?;
    let (policies, entities) = subject(&partition.iam, call.account()?, arn, call.now)?;
    let documents: Vec<&PolicyDocument> = policies.iter().map(|policy| &*policy.document).collect();
    let report = Report {
        asker: call.caller.principal.arn(),
        made: call.now,
        by_action: optional(call, "Granularity") == Some("ACTION_LEVEL"),
        services: allowed_services(&documents),
        entities,
    };
    let id = partition.ids.uuid();
    partition.iam.account_mut(call)?.reports.add(id.clone(), report);
    Reply::of(&json!({ "JobId": id }))
}

pub(super) fn details(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let report = partition.iam.account(call)?.reports.find(call)?;
    let mut page = page(call, report.services.iter().map(|prefix| ((*prefix).to_owned(), *prefix)))?;
    let services = std::mem::take(&mut page.items);
    let services = services.into_iter().map(|prefix| report.service_view(prefix)).collect();
    let kind = if report.by_action { "ACTION_LEVEL" } else { "SERVICE_LEVEL" };
    let own =
        [("JobType".to_owned(), json!(kind)), ("ServicesLastAccessed".to_owned(), Value::Array(services))];
    Ok(page.reply_with(own.into_iter().chain(report.dates())))
}

/// Those of the report's users and roles, the latest that used the service first.
pub(super) fn entities(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let report = partition.iam.account(call)?.reports.find(call)?;
    let namespace = text(call, "ServiceNamespace")?;
    if !report.services.contains(&namespace) {
        return Err(invalid_input(format!("The report has no service {namespace}.")));
    }
    let used = report.uses(namespace);
    let unused = report.entities.iter().filter(|entity| entity.usage.of_service(namespace).is_none());
    let used = used.into_iter().map(|(entity, service)| entity.view(Some(&service.last)));
    let views = used.chain(unused.map(|entity| entity.view(None)));
    let mut page = page(call, views.enumerate().map(|(place, view)| (format!("{place:06}"), view)))?;
    let details = ("EntityDetailsList".to_owned(), Value::Array(std::mem::take(&mut page.items)));
    Ok(page.reply_with([details].into_iter().chain(report.dates())))
}

impl UsingEntity {
    fn view(&self, last: Option<&Use>) -> Value {
        let Identity { path, name, id, arn, .. } = &self.identity;
        let kind = self.noun.arn_type().to_uppercase();
        let info = json!({ "Arn": arn, "Name": name, "Type": kind, "Id": id, "Path": path });
        match last {
            Some(last) => json!({ "EntityInfo": info, "LastAuthenticated": timestamp(last.time) }),
            None => json!({ "EntityInfo": info }),
        }
    }
}

/// The policies that a report is about, and those who could use them: a user or role itself, the members of a group,
/// and whomever a policy is attached to.
fn subject(
    store: &Store,
    own: &AccountId,
    arn: &str,
    now: DateTime<Utc>,
) -> Result<(Vec<Policy>, Vec<UsingEntity>), ServiceError> {
    let absent = || no_such_entity(format!("The entity {arn} cannot be found."));
    let account = store.account_by_id(own).ok_or_else(absent)?;
    if is_reachable(own, arn) {
        let policy = store.managed(arn).and_then(|policy| policy.policy()).ok_or_else(absent)?;
        let attached = |grants: &Grants| grants.attached.contains(arn);
        let has = |user: &super::users::User| {
            let mut groups = user.groups.iter().filter_map(|name| account.groups.get(name));
            attached(&user.grants) || groups.any(|group| attached(&group.grants))
        };
        return Ok((vec![policy], using(account, now, has, |role| attached(&role.grants))));
    }
    let policies = source(store, own, arn)?.policies;
    let group = account.groups.iter().find(|(_, group)| group.identity.arn == arn);
    let is_in = |user: &super::users::User| match group {
        Some((name, _)) => user.groups.contains(name),
        None => user.identity.arn == arn,
    };
    Ok((policies, using(account, now, is_in, |role| role.identity.arn == arn)))
}

fn using(
    account: &Account,
    now: DateTime<Utc>,
    wants_user: impl Fn(&super::users::User) -> bool,
    wants_role: impl Fn(&super::roles::Role) -> bool,
) -> Vec<UsingEntity> {
    let entity = |noun, identity: &Identity, usage: &Usage| UsingEntity {
        noun,
        identity: identity.clone(),
        usage: usage.told(now),
    };
    let users = account.users.values().filter(|user| wants_user(user));
    let users = users.map(|user| entity(Noun::User, &user.identity, &user.usage));
    let roles = account.roles.values().filter(|role| wants_role(role));
    users.chain(roles.map(|role| entity(Noun::Role, &role.identity, &role.usage))).collect()
}
