//! The permissions that a call needs, by the table of its service.

use policy::{AccountId, ResourcePolicy};
use serde_json::Value;

use crate::operation::{Access, Call, Reply, Service, ServiceError};
use crate::partition::Partition;
use crate::ssm;

use super::dynamodb;
use super::input::{of_path, values};
use super::resource::{Spelling, Where, account_of};
use super::table::{self, Action, Key, Source, Table, Way};

/// The code of the answer to a call that was decided to be allowed.
const NOT_EMULATED: &str = "RolecallDecidedNotEmulated";

/// A call that is allowed is not done, unless it asks for what is the same everywhere.
pub(super) fn act(_: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    if call.service == Service::Ssm
        && let Some(reply) = ssm::of_public_parameters(call)
    {
        return Ok(reply);
    }
    let policies = match call.service {
        Service::Kms => "it holds key policies and grants, but encrypts nothing",
        _ => "it holds no resource policies of the service",
    };
    let message = format!(
        "{} is allowed, but rolecall decides such calls and does not do them; {policies}",
        call.operation
    );
    Err(ServiceError::new(501, NOT_EMULATED, message))
}

pub(super) fn access(partition: &Partition, call: &Call) -> Result<Vec<Access>, ServiceError> {
    let undecided = || not_decided(call.service, call.operation);
    let table = table::of(call.service).ok_or_else(undecided)?;
    let row = table.rows.get(call.operation).ok_or_else(undecided)?;
    let is_other = |(member, only)| values(&call.input, member).iter().any(|sent| sent != only);
    let is_sent = |member: &&str| call.input.get(*member).is_some_and(|value| !value.is_null());
    if table.only.is_some_and(is_other) || table.without.iter().any(is_sent) {
        return Err(undecided());
    }
    let decider = Decider { partition, call, table, account: call.account()? };
    let mut accesses = Vec::new();
    for action in &row.actions {
        for (place, resource) in decider.resources(action)?.into_iter().enumerate() {
            let mut access = decider.access(action, resource);
            if call.service == Service::DynamoDb {
                dynamodb::fill(call, &mut access, place);
            }
            accesses.push(access);
        }
    }
    Ok(accesses)
}

/// An operation that the table does not have is refused by name.
pub(crate) fn not_decided(service: Service, operation: &str) -> ServiceError {
    let message = format!("{operation} of {} is not decided by rolecall", service.name());
    ServiceError::new(501, "NotImplemented", message)
}

struct Decider<'a> {
    partition: &'a Partition,
    call: &'a Call,
    table: &'a Table,
    account: &'a AccountId,
}

/// A resource that a request names, with what is known of it.
struct Resource {
    arn: String,
    policy: ResourcePolicy,
    keys: Vec<(String, Vec<String>)>,
}

impl Resource {
    fn plain(arn: String) -> Self {
        Self { arn, policy: ResourcePolicy::None, keys: Vec::new() }
    }
}

impl Decider<'_> {
    /// All resources of an action; none where it is about something optional that is absent.
    fn resources(&self, action: &Action) -> Result<Vec<Resource>, ServiceError> {
        if action.terms.is_empty() {
            return Ok(vec![Resource::plain("*".to_owned())]);
        }
        let mut resources = Vec::new();
        for term in &action.terms {
            let found = term
                .ways
                .iter()
                .map(|way| self.named(way))
                .find(|found| !matches!(found, Ok(found) if found.is_empty()));
            match (found, term.ways.first()) {
                (Some(found), _) => resources.extend(found?),
                (None, Some(way)) if !term.optional => return Err(missing(way)),
                (None, _) => {}
            }
        }
        Ok(resources)
    }

    fn named(&self, way: &Way) -> Result<Vec<Resource>, ServiceError> {
        if way.paths.is_empty() {
            return Ok(vec![Resource::plain("*".to_owned())]);
        }
        let mut found = way.paths.iter().map(|path| values(&self.call.input, path));
        let (names, more) = (found.next().unwrap_or_default(), found.next());
        match more.as_deref() {
            None => names.iter().map(|name| self.resource(way.kind, name, None)).collect(),
            Some([more, ..]) => names.iter().map(|name| self.resource(way.kind, name, Some(more))).collect(),
            Some([]) => Ok(Vec::new()),
        }
    }

    fn resource(&self, kind: &str, name: &str, more: Option<&str>) -> Result<Resource, ServiceError> {
        let Some(resource_type) = self.table.types.get(kind) else {
            return Err(not_decided(self.call.service, self.call.operation));
        };
        if resource_type.spelling == Spelling::KmsKey {
            let key = self.partition.kms.key(self.account, &self.call.region, name)?;
            return Ok(Resource {
                arn: key.arn(),
                policy: key.resource_policy(),
                keys: key.condition_keys(name),
            });
        }
        let place = Where { region: &self.call.region, account: self.account };
        Ok(Resource::plain(resource_type.arn(&place, name, more)))
    }

    fn access(&self, action: &Action, resource: Resource) -> Access {
        let mut access = Access::new(action.name.clone(), resource.arn);
        access.resource_account = account_of(&access.resource);
        access.resource_policy = resource.policy;
        for key in &self.table.hidden {
            access.context.hide(key);
        }
        for (key, values) in resource.keys {
            access.context.set_all(&key, values);
        }
        for key in self.table.always.iter().chain(&action.keys) {
            self.fill(&mut access, key);
        }
        self.fill_tags(&mut access);
        access
    }

    fn fill(&self, access: &mut Access, key: &Key) {
        if let Some(prefix) = key.name.strip_suffix('*') {
            for source in &key.sources {
                self.fill_entries(access, prefix, source);
            }
            return;
        }
        let mut found = key.sources.iter().map(|source| (source, self.of_source(access, source)));
        let Some((source, mut values)) = found.find(|(_, values)| !values.is_empty()) else {
            if key.sources.iter().any(|source| matches!(source, Source::Hidden)) {
                access.context.hide(key.name);
            }
            return;
        };
        let of_several = matches!(source, Source::Path(path) if path.contains(['[', '{']));
        if !policy::condition_key_type(key.name).map_or(of_several, policy::KeyType::is_multivalued) {
            values.truncate(1);
        }
        access.context.set_all(key.name, values);
    }

    /// A key for each entry of a map.
    fn fill_entries(&self, access: &mut Access, prefix: &str, source: &Source) {
        let Source::Path(path) = source else { return };
        for map in of_path(&self.call.input, path) {
            for (name, value) in map.as_object().into_iter().flatten() {
                access.context.set(&format!("{prefix}{name}"), value.as_str().unwrap_or_default());
            }
        }
    }

    fn of_source(&self, access: &Access, source: &Source) -> Vec<String> {
        match source {
            Source::Path(path) => values(&self.call.input, path),
            Source::Text(text) => vec![(*text).to_owned()],
            Source::Resource => vec![access.resource.clone()],
            Source::Account => vec![self.account.to_string()],
            Source::Hidden => Vec::new(),
            Source::Named(way) => {
                self.named(way).unwrap_or_default().into_iter().map(|resource| resource.arn).collect()
            }
        }
    }

    /// Tags of a request are a list of keys and values, or a map.
    fn fill_tags(&self, access: &mut Access) {
        let input = &self.call.input;
        let mut keys = Vec::new();
        for tags in ["Tags", "tags"].iter().filter_map(|member| input.get(*member)) {
            for (key, value) in tags.as_object().into_iter().flatten() {
                access.context.set(&format!("aws:RequestTag/{key}"), value.as_str().unwrap_or_default());
                keys.push(key.clone());
            }
            for tag in tags.as_array().into_iter().flatten() {
                let member = |names: [&str; 2]| {
                    names.iter().find_map(|name| tag.get(*name)?.as_str()).unwrap_or_default()
                };
                let key = member(["Key", "TagKey"]);
                access.context.set(&format!("aws:RequestTag/{key}"), member(["Value", "TagValue"]));
                keys.push(key.to_owned());
            }
        }
        for removed in ["TagKeys", "tagKeys"].iter().filter_map(|member| input.get(*member)) {
            keys.extend(
                removed.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned),
            );
        }
        if !keys.is_empty() {
            access.context.set_all("aws:TagKeys", keys);
        }
    }
}

fn missing(way: &Way) -> ServiceError {
    let member = way.paths.first().copied().unwrap_or_default();
    let mut letters = member.chars();
    let member: String =
        letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default();
    let message = format!(
        "1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null"
    );
    ServiceError::new(400, "ValidationException", message)
}
