//! `GetWebIdentityToken`: STS's own word for who calls, for services elsewhere.
//!
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetWebIdentityToken.html>

use chrono::TimeDelta;
use policy::Principal;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::iam::timestamp;
use crate::operation::{Access, Call, CredentialKind, Reply, ServiceError};
use crate::partition::Partition;

use super::jwt::{self, Algorithm};
use super::session_tags::SessionTags;
use super::tokens::denied;

/// Seconds.
const DEFAULT_DURATION: i64 = 300;
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_token_claims.html>
const NAMESPACE: &str = "https://sts.amazonaws.com/";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    audience: Vec<String>,
    signing_algorithm: String,
    duration_seconds: Option<i64>,
    #[serde(flatten)]
    tags: SessionTags,
}

/// Tags in the token need `sts:TagGetWebIdentityToken`, too.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_policies.html>
pub(super) fn access(_partition: &Partition, call: &Call) -> Result<Vec<Access>, ServiceError> {
    if matches!(call.caller.credential, CredentialKind::Federation | CredentialKind::SessionToken) {
        return Err(denied("Cannot call GetWebIdentityToken with session credentials"));
    }
    let input: Input = call.parse()?;
    let mut actions = vec!["sts:GetWebIdentityToken"];
    if !input.tags.tags.is_empty() {
        actions.push("sts:TagGetWebIdentityToken");
    }
    let accesses = actions.into_iter().map(|action| {
        let mut access = Access::new(action, "*")
            .with("sts:SigningAlgorithm", &input.signing_algorithm)
            .with("sts:DurationSeconds", input.duration_seconds.unwrap_or(DEFAULT_DURATION).to_string());
        access.context.set_all("sts:IdentityTokenAudience", input.audience.clone());
        input.tags.fill(&mut access.context);
        access
    });
    Ok(accesses.collect())
}

pub(super) fn act(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: Input = call.parse()?;
    let account = call.account()?;
    let issuer = partition.iam.outbound_issuer(account).map(str::to_owned).ok_or_else(|| {
        let message = "Outbound web identity federation is not enabled for this account";
        ServiceError::new(403, "OutboundWebIdentityFederationDisabledException", message)
    })?;
    let offered = matches!(input.signing_algorithm.as_str(), "RS256" | "ES384");
    let algorithm = Algorithm::named(&input.signing_algorithm).filter(|_| offered).ok_or_else(|| {
        let message = format!("{} is not a valid SigningAlgorithm: RS256 or ES384", input.signing_algorithm);
        ServiceError::new(400, "ValidationError", message)
    })?;
    let expires = call.now + TimeDelta::seconds(input.duration_seconds.unwrap_or(DEFAULT_DURATION));
    let session_end =
        call.caller.access_key_id.as_deref().and_then(|id| partition.sts.credential(id)?.expires);
    if session_end.is_some_and(|end| expires > end) {
        let message =
            "The requested token duration would extend the session beyond its original expiration time";
        return Err(ServiceError::new(403, "SessionDurationEscalationException", message));
    }
    input.tags.with_inherited(&[])?;
    let audience = match input.audience.as_slice() {
        [one] => json!(one),
        several => json!(several),
    };
    let claims = json!({
        "iss": issuer,
        "aud": audience,
        "sub": subject(&call.caller.principal),
        "iat": call.now.timestamp(),
        "exp": expires.timestamp(),
        "jti": partition.ids.uuid(),
        NAMESPACE: about_caller(partition, call, &input.tags)?,
    });
    let claims = claims.as_object().cloned().unwrap_or_default();
    let token = jwt::signed(&issuer, algorithm, &claims);
    Reply::of(&json!({ "WebIdentityToken": token, "Expiration": timestamp(expires) }))
}

/// The principal as policies have it: of a session its role.
fn subject(principal: &Principal) -> String {
    match principal {
        Principal::AssumedRole { account, path, name, .. } => {
            format!("arn:aws:iam::{account}:role{path}{name}")
        }
        other => other.arn(),
    }
}

/// The claims of AWS's own.
fn about_caller(
    partition: &Partition,
    call: &Call,
    tags: &SessionTags,
) -> Result<Map<String, Value>, ServiceError> {
    let account = call.account()?;
    let mut claims = Map::new();
    let mut claim = |name: &str, value: Value| {
        claims.insert(name.to_owned(), value);
    };
    claim("aws_account", json!(account));
    claim("source_region", json!(call.region));
    if let Some(membership) = partition.organizations.membership(account) {
        claim("org_id", json!(membership.organization));
        claim("ou_path", json!(membership.path));
    }
    let entity = partition.iam.entity(&call.caller.principal).unwrap_or_default();
    let principal_tags: Map<String, Value> =
        entity.tags.into_iter().map(|(key, value)| (key, Value::from(value))).collect();
    if !principal_tags.is_empty() {
        claim("principal_tags", Value::Object(principal_tags));
    }
    let request_tags: Map<String, Value> =
        tags.tags.iter().map(|tag| (tag.key.clone(), Value::from(tag.value.as_str()))).collect();
    if !request_tags.is_empty() {
        claim("request_tags", Value::Object(request_tags));
    }
    Ok(claims)
}
