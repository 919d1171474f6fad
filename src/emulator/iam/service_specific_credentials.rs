//! Credentials that are good for one service: user names with passwords, and API keys. No service here takes them, so
//! that the secrets are told once and not kept.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_service-specific-creds.html>,
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_api_keys_for_aws_services.html>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

use super::access::named_or_caller;
use super::account::Account;
use super::errors::{no_such_entity, quota, validation};
use super::input::{flag, optional, status, text};
use super::noun::timestamp;
use super::pages::page;
use super::quotas;
use super::users::User;

/// A service that has such credentials.
struct Service {
    name: &'static str,
    /// What its API keys begin with; `None`: it has passwords.
    key_prefix: Option<&'static str>,
}

const SERVICES: [Service; 6] = [
    Service { name: "codecommit.amazonaws.com", key_prefix: None },
    Service { name: "cassandra.amazonaws.com", key_prefix: None },
    Service { name: "bedrock.amazonaws.com", key_prefix: Some("ABSK") },
    Service { name: "logs.amazonaws.com", key_prefix: Some("ACWL") },
    Service { name: "cloudwatch.amazonaws.com", key_prefix: Some("APIAACWM") },
    Service { name: "aws-external-anthropic.amazonaws.com", key_prefix: Some("AEAA") },
];

/// A service-specific credential.
#[derive(Clone)]
pub(super) struct ServiceSpecificCredential {
    id: String,
    service: &'static Service,
    /// The user name or the alias, which does not change with the name of the user.
    login: String,
    active: bool,
    created: DateTime<Utc>,
    /// `None`: never.
    expires: Option<DateTime<Utc>>,
}

impl ServiceSpecificCredential {
    /// What lists show.
    fn listed(&self, user: &str, now: DateTime<Utc>) -> Map<String, Value> {
        let status = match self.active {
            _ if self.expires.is_some_and(|expires| expires <= now) => "Expired",
            true => "Active",
            false => "Inactive",
        };
        let login = match self.service.key_prefix {
            None => "ServiceUserName",
            Some(_) => "ServiceCredentialAlias",
        };
        Map::from_iter([
            ("UserName".to_owned(), json!(user)),
            ("Status".to_owned(), json!(status)),
            (login.to_owned(), json!(self.login)),
            ("CreateDate".to_owned(), json!(timestamp(self.created))),
            ("ExpirationDate".to_owned(), json!(self.expires.map(timestamp))),
            ("ServiceSpecificCredentialId".to_owned(), json!(self.id)),
            ("ServiceName".to_owned(), json!(self.service.name)),
        ])
    }

    /// The answer that tells a new secret.
    fn reply(&self, user: &str, password: &str, now: DateTime<Utc>) -> Result<Reply, ServiceError> {
        let mut view = self.listed(user, now);
        match self.service.key_prefix {
            None => view.insert("ServicePassword".to_owned(), json!(password)),
            Some(prefix) => {
                let key = STANDARD.encode(format!("{}:{password}", self.login));
                view.insert("ServiceCredentialSecret".to_owned(), json!(format!("{prefix}{key}")))
            }
        };
        Reply::of(&json!({ "ServiceSpecificCredential": view }))
    }
}

/// Names of services are the same in any case.
fn service_named(name: &str) -> Result<&'static Service, ServiceError> {
    let found = SERVICES.iter().find(|service| service.name.eq_ignore_ascii_case(name));
    found.ok_or_else(|| {
        no_such_entity(format!("No such service {name} is supported for Service Specific Credentials"))
    })
}

pub(super) fn create(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let account = partition.iam.account_mut(call)?;
    let (name, id) = (text(call, "UserName")?, &account.id.clone());
    let user = account.user(name)?;
    let service = service_named(text(call, "ServiceName")?)?;
    let owned = user.service_specific_credentials.iter();
    if owned.filter(|known| known.service.name == service.name).count()
        >= quotas::SERVICE_SPECIFIC_CREDENTIALS
    {
        let name = "ContextSpecificCredentialsPerUserPerContext";
        return Err(quota(name, quotas::SERVICE_SPECIFIC_CREDENTIALS));
    }
    let name = user.identity.name.clone();
    let login = free_login(account, service, |number| match number {
        0 => format!("{name}-at-{id}"),
        number => format!("{name}+{number}-at-{id}"),
    });
    let days = call.input.get("CredentialAgeDays").and_then(Value::as_i64);
    let credential = ServiceSpecificCredential {
        id: partition.ids.unique_id("ACCA"),
        service,
        login,
        active: true,
        created: call.now,
        expires: days.and_then(TimeDelta::try_days).map(|age| call.now + age),
    };
    let reply = credential.reply(&name, &partition.ids.service_password(), call.now);
    account.user_mut(&name)?.service_specific_credentials.push(credential);
    reply
}

/// The first login that nobody in the account has for the service.
fn free_login(account: &Account, service: &Service, login: impl Fn(usize) -> String) -> String {
    let all = || account.users.values().flat_map(|user| &user.service_specific_credentials);
    let taken = |login: &str| all().any(|known| known.service.name == service.name && known.login == login);
    let mut number = 0;
    while taken(&login(number)) {
        number += 1;
    }
    login(number)
}

/// As AWS answers it, `IsTruncated` is only there where it is true.
pub(super) fn list(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let account = partition.iam.account(call)?;
    let users: Vec<&User> = match flag(call, "AllUsers") {
        Some(true) if optional(call, "UserName").is_some() => {
            return Err(validation("UserName cannot be specified together with AllUsers"));
        }
        Some(true) => account.users.values().collect(),
        _ => {
            let name = named_or_caller(&partition.iam, call)?;
            name.map(|name| account.user(&name)).transpose()?.into_iter().collect()
        }
    };
    let service = optional(call, "ServiceName").filter(|name| !name.is_empty()).map(service_named);
    let service = service.transpose()?;
    let owned = users.iter().flat_map(|user| {
        user.service_specific_credentials.iter().map(|credential| (&user.identity.name, credential))
    });
    let wanted =
        owned.filter(|(_, credential)| service.is_none_or(|service| service.name == credential.service.name));
    let views: std::collections::BTreeMap<String, Value> = wanted
        .map(|(user, credential)| (credential.id.clone(), Value::Object(credential.listed(user, call.now))))
        .collect();
    let mut reply = page(call, views)?.reply("ServiceSpecificCredentials");
    if let Some(output) = reply.output.as_object_mut()
        && output.get("IsTruncated") == Some(&Value::Bool(false))
    {
        output.remove("IsTruncated");
    }
    Ok(reply)
}

/// The user and the place of the credential that a request names.
fn find<'partition>(
    partition: &'partition mut Partition,
    call: &Call,
) -> Result<(&'partition mut User, usize), ServiceError> {
    let id = text(call, "ServiceSpecificCredentialId")?;
    let absent = || no_such_entity(format!("No such credential {id} exists"));
    let name = named_or_caller(&partition.iam, call)?.ok_or_else(absent)?;
    let account = partition.iam.account_mut(call)?;
    let has = |user: &User| user.service_specific_credentials.iter().position(|known| known.id == id);
    let user = account.user(&name)?;
    let Some(place) = has(user) else {
        let name = &user.identity.name;
        return Err(match account.users.values().any(|user| has(user).is_some()) {
            true => {
                validation(format!("User {name} does not have a service specific credential with id {id}"))
            }
            false => absent(),
        });
    };
    Ok((account.user_mut(&name)?, place))
}

fn credential_mut(user: &mut User, place: usize) -> Result<&mut ServiceSpecificCredential, ServiceError> {
    let absent = || no_such_entity("No such credential exists");
    user.service_specific_credentials.get_mut(place).ok_or_else(absent)
}

pub(super) fn update(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let (user, place) = find(partition, call)?;
    credential_mut(user, place)?.active = status(call)?;
    Ok(Reply::empty())
}

pub(super) fn reset(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    find(partition, call)?;
    let password = partition.ids.service_password();
    let (user, place) = find(partition, call)?;
    let name = user.identity.name.clone();
    credential_mut(user, place)?.reply(&name, &password, call.now)
}

pub(super) fn delete(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let (user, place) = find(partition, call)?;
    user.service_specific_credentials.remove(place);
    Ok(Reply::empty())
}

impl Account {
    /// The service of a credential, for the condition key.
    pub(super) fn service_of_credential(&self, id: &str) -> Option<&'static str> {
        let all = self.users.values().flat_map(|user| &user.service_specific_credentials);
        all.into_iter().find(|known| known.id == id).map(|known| known.service.name)
    }
}
