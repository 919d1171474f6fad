//! The operations on grants.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html>,
//! <https://docs.aws.amazon.com/kms/latest/developerguide/grant-delete.html>

use serde::Deserialize;
use serde_json::{Value, json};

use crate::operation::{Access, Call, Reply, ServiceError};
use crate::partition::Partition;

use super::grant::{Constraints, Grant, OPERATIONS};
use super::keys::named;
use super::store::not_found;

/// <https://docs.aws.amazon.com/kms/latest/APIReference/API_GrantConstraints.html>
const CONTEXT_PAIRS: usize = 8;
/// What a page has where the request does not say, and at most.
const PAGE: usize = 50;
const MOST: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    grantee_principal: Option<String>,
    retiring_principal: Option<String>,
    grantee_service_principal: Option<String>,
    retiring_service_principal: Option<String>,
    #[serde(default)]
    operations: Vec<String>,
    #[serde(default)]
    constraints: Constraints,
    name: Option<String>,
}

pub(super) fn create(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: Input = call.parse()?;
    check(&input)?;
    let stored = |principal: &String| {
        partition.iam.principal_to_store(principal).ok_or_else(|| {
            let message = format!("ARN does not refer to a valid principal: {principal}");
            ServiceError::new(400, "InvalidArnException", message)
        })
    };
    let grantee =
        input.grantee_principal.as_ref().ok_or_else(|| validation("GranteePrincipal is required"))?;
    let (grantee, retiring) = (stored(grantee)?, input.retiring_principal.as_ref().map(stored).transpose()?);
    let key_arn = named(partition, call)?.arn();
    dry_run(call)?;
    let mut grant = Grant {
        id: String::new(),
        token: String::new(),
        key_arn: key_arn.clone(),
        name: input.name,
        grantee,
        retiring,
        operations: input.operations,
        constraints: input.constraints,
        issuer: call.account()?.clone(),
        created: call.now,
    };
    let key = partition.kms.keys.get_mut(&key_arn).ok_or_else(|| not_found(&key_arn))?;
    // The same request with the same name does not make a second grant.
    let known = key.grants.values().find(|known| known.name.is_some() && is_alike(known, &grant));
    let (id, token) = match known {
        Some(known) => (known.id.clone(), known.token.clone()),
        None => {
            grant.id = partition.ids.hex();
            grant.token = partition.ids.session_token();
            let made = (grant.id.clone(), grant.token.clone());
            key.grants.insert(grant.id.clone(), grant);
            made
        }
    };
    Reply::of(&json!({ "GrantId": id, "GrantToken": token }))
}

fn check(input: &Input) -> Result<(), ServiceError> {
    if input.grantee_service_principal.is_some() || input.retiring_service_principal.is_some() {
        return Err(not_emulated("a grant for a service principal"));
    }
    if input.operations.is_empty() {
        return Err(validation("Operations must have at least one member"));
    }
    if let Some(unknown) = input.operations.iter().find(|operation| !OPERATIONS.contains(&operation.as_str()))
    {
        return Err(validation(format!(
            "1 validation error detected: Value '[{unknown}]' at 'operations' failed to satisfy constraint: Member \
             must satisfy constraint: [Member must satisfy enum value set: [{}]]",
            OPERATIONS.join(", ")
        )));
    }
    let sets = [&input.constraints.encryption_context_equals, &input.constraints.encryption_context_subset];
    if sets.into_iter().flatten().any(|pairs| pairs.len() > CONTEXT_PAIRS) {
        return Err(validation(format!(
            "a grant constraint has at most {CONTEXT_PAIRS} encryption context pairs"
        )));
    }
    // What is made by virtue of it would need constraints as strict, which conditions can't say.
    if !input.constraints.is_empty() && input.operations.iter().any(|operation| operation == "CreateGrant") {
        return Err(not_emulated("CreateGrant in a grant with constraints"));
    }
    Ok(())
}

fn is_alike(one: &Grant, other: &Grant) -> bool {
    let parts = |grant: &Grant| {
        (
            grant.name.clone(),
            grant.grantee.clone(),
            grant.retiring.clone(),
            grant.operations.clone(),
            grant.constraints.clone(),
            grant.issuer.clone(),
        )
    };
    parts(one) == parts(other)
}

pub(super) fn list(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let key = named(partition, call)?;
    let (id, grantee) = (text(call, "GrantId"), text(call, "GranteePrincipal"));
    let grantee = grantee.map(|arn| partition.iam.principal_to_store(arn).unwrap_or_else(|| arn.to_owned()));
    let is_asked = |grant: &&Grant| {
        id.is_none_or(|id| grant.id == id) && grantee.as_ref().is_none_or(|grantee| grant.grantee == *grantee)
    };
    page(partition, call, key.grants.values().filter(is_asked))
}

/// The grants of all keys in the caller's account and region that somebody may retire.
pub(super) fn list_retirable(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let arn = text(call, "RetiringPrincipal").ok_or_else(|| validation("RetiringPrincipal is required"))?;
    let retiring = partition.iam.principal_to_store(arn).unwrap_or_else(|| arn.to_owned());
    let account = call.account()?;
    let keys = partition.kms.keys.values().filter(|key| key.account == *account && key.region == call.region);
    let grants = keys.flat_map(|key| key.grants.values());
    page(partition, call, grants.filter(|grant| grant.retiring.as_ref() == Some(&retiring)))
}

fn page<'a>(
    partition: &Partition,
    call: &Call,
    grants: impl Iterator<Item = &'a Grant>,
) -> Result<Reply, ServiceError> {
    let limit = call.input.get("Limit").and_then(Value::as_u64).and_then(|limit| usize::try_from(limit).ok());
    let limit = limit.unwrap_or(PAGE).clamp(1, MOST);
    let marker = text(call, "Marker");
    let mut rest = grants.skip_while(|grant| marker.is_some_and(|marker| grant.id != marker)).peekable();
    if marker.is_some() && rest.peek().is_none() {
        return Err(ServiceError::new(400, "InvalidMarkerException", "The marker is not valid."));
    }
    let mut taken = Vec::new();
    while taken.len() < limit {
        let Some(grant) = rest.next() else { break };
        taken.push(grant.view(&partition.iam));
    }
    let mut output = json!({ "Grants": taken, "Truncated": rest.peek().is_some() });
    if let (Some(output), Some(next)) = (output.as_object_mut(), rest.peek()) {
        output.insert("NextMarker".to_owned(), json!(next.id));
    }
    Reply::of(&output)
}

pub(super) fn revoke(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let arn = named(partition, call)?.arn();
    let id = text(call, "GrantId").unwrap_or_default();
    remove(partition, call, &arn, id)
}

/// Who retires a grant needs no permission on the key: the grant itself says who may, wherever the key is.
/// <https://docs.aws.amazon.com/kms/latest/developerguide/grant-delete.html>
pub(super) fn retire_access(partition: &Partition, call: &Call) -> Result<Vec<Access>, ServiceError> {
    let grant = retired(partition, call)?;
    let mut access = Access::new("kms:RetireGrant", &grant.key_arn);
    access.resource_account = Some(call.account()?.clone());
    access.resource_policy = grant.retirement();
    access.context.set("kms:CallerAccount", call.account()?.as_str());
    let key = partition.kms.keys.get(&grant.key_arn);
    for (key, values) in key.into_iter().flat_map(|key| key.condition_keys("")) {
        access.context.set_all(&key, values);
    }
    Ok(vec![access])
}

pub(super) fn retire(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let grant = retired(partition, call)?;
    let (arn, id) = (grant.key_arn.clone(), grant.id.clone());
    remove(partition, call, &arn, &id)
}

/// By its token, or by its id and the key.
fn retired<'a>(partition: &'a Partition, call: &Call) -> Result<&'a Grant, ServiceError> {
    let mut all = partition.kms.keys.values().flat_map(|key| key.grants.values());
    match (text(call, "GrantToken"), text(call, "KeyId"), text(call, "GrantId")) {
        (Some(token), None, None) => all.find(|grant| grant.token == token).ok_or_else(|| {
            ServiceError::new(400, "InvalidGrantTokenException", "The grant token is not valid.")
        }),
        (None, Some(_), Some(id)) => {
            let key = named(partition, call)?;
            key.grants.get(id).ok_or_else(|| no_grant(id))
        }
        _ => Err(validation(
            "You must specify either a grant token, or a combination of a key and a grant ID.",
        )),
    }
}

fn remove(partition: &mut Partition, call: &Call, key: &str, id: &str) -> Result<Reply, ServiceError> {
    let key = partition.kms.keys.get_mut(key).filter(|key| key.grants.contains_key(id));
    let key = key.ok_or_else(|| no_grant(id))?;
    dry_run(call)?;
    key.grants.remove(id);
    Ok(Reply::empty())
}

/// <https://docs.aws.amazon.com/kms/latest/developerguide/testing-permissions.html>
fn dry_run(call: &Call) -> Result<(), ServiceError> {
    if call.input.get("DryRun").and_then(Value::as_bool) != Some(true) {
        return Ok(());
    }
    let message = "The request would have succeeded, but the DryRun option is set.";
    Err(ServiceError::new(400, "DryRunOperationException", message))
}

fn text<'call>(call: &'call Call, member: &str) -> Option<&'call str> {
    call.input.get(member).and_then(Value::as_str)
}

fn no_grant(id: &str) -> ServiceError {
    not_found(&format!("Grant ID {id} not found"))
}

fn validation(message: impl Into<String>) -> ServiceError {
    ServiceError::new(400, "ValidationException", message)
}

fn not_emulated(what: &str) -> ServiceError {
    ServiceError::new(501, "NotImplemented", format!("{what} is not emulated by rolecall"))
}
