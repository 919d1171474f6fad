//! `GetSessionToken` and `GetFederationToken`.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_sts-comparison.html>

use policy::Principal;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::operation::{Access, Call, CredentialKind, Reply, ServiceError};
use crate::partition::Partition;

use super::mfa::MfaInput;
use super::session_policies::SessionPolicies;
use super::session_tags::SessionTags;
use super::store::{NewSession, SessionView};

const DEFAULT_DURATION: i64 = 43_200;
/// A root user's session is never longer, whatever is asked for.
const ROOT_LIMIT: i64 = 3600;

pub(super) fn validation(message: impl Into<String>) -> ServiceError {
    ServiceError::new(400, "ValidationError", message)
}

pub(super) fn denied(message: impl Into<String>) -> ServiceError {
    ServiceError::new(403, "AccessDenied", message)
}

/// With these credentials only `GetCallerIdentity`, and with a session token `AssumeRole`, may be called.
pub(super) fn refuse_federated_and_session_tokens(call: &Call) -> Result<(), ServiceError> {
    match call.caller.credential {
        CredentialKind::Federation | CredentialKind::SessionToken => refuse_temporary(call),
        _ => Ok(()),
    }
}

fn refuse_temporary(call: &Call) -> Result<(), ServiceError> {
    if call.caller.credential == CredentialKind::LongTerm {
        return Ok(());
    }
    Err(denied(format!("Cannot call {} with session credentials", call.operation)))
}

/// How a token is made to have a least size is not documented.
pub(super) fn refuse_token_size(call: &Call) -> Result<(), ServiceError> {
    if call.input.get("MinimumSessionTokenSize").is_none() {
        return Ok(());
    }
    Err(ServiceError::new(501, "NotImplemented", "MinimumSessionTokenSize is not emulated by rolecall"))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SessionInput {
    duration_seconds: Option<i64>,
    #[serde(flatten)]
    mfa: MfaInput,
}

/// No permission is needed, but a long-term key.
pub(super) fn session_access(_partition: &Partition, call: &Call) -> Result<Vec<Access>, ServiceError> {
    refuse_temporary(call)?;
    Ok(Vec::new())
}

pub(super) fn session(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    refuse_temporary(call)?;
    refuse_token_size(call)?;
    let input: SessionInput = call.parse()?;
    let mfa = input.mfa.step(partition, call)?;
    let view = SessionView { mfa: Some(mfa.is_some()), ..SessionView::new(call.now) };
    let credentials = partition.sts.issue(
        &mut partition.ids,
        NewSession {
            account: call.account()?.clone(),
            principal: call.caller.principal.clone(),
            kind: CredentialKind::SessionToken,
            view,
            transitive_tag_keys: Vec::new(),
            duration: duration(call, input.duration_seconds),
        },
    );
    input.mfa.use_step(partition, mfa);
    Reply::of(&json!({ "Credentials": credentials.view() }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FederationInput {
    name: String,
    duration_seconds: Option<i64>,
    #[serde(flatten)]
    policies: SessionPolicies,
    #[serde(flatten)]
    tags: SessionTags,
}

pub(super) fn federation_access(_partition: &Partition, call: &Call) -> Result<Vec<Access>, ServiceError> {
    refuse_temporary(call)?;
    let input: FederationInput = call.parse()?;
    let arn = format!("arn:aws:sts::{}:federated-user/{}", call.account()?, input.name);
    let mut actions = vec!["sts:GetFederationToken"];
    if !input.tags.tags.is_empty() {
        actions.push("sts:TagSession");
    }
    let accesses = actions.into_iter().map(|action| {
        let mut access = Access::new(action, &arn);
        input.tags.fill(&mut access.context);
        access
    });
    Ok(accesses.collect())
}

/// Without session policies the federated user has no permissions but those that resources grant it.
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html>
pub(super) fn federation(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    refuse_temporary(call)?;
    refuse_token_size(call)?;
    let input: FederationInput = call.parse()?;
    let account = call.account()?.clone();
    let policies = input.policies.resolve(partition, &account)?.unwrap_or_default();
    let packed_size = input.policies.packed_size(&input.tags.tags)?;
    let tags = input.tags.with_inherited(&[])?;
    let principal = Principal::FederatedUser {
        account: account.clone(),
        name: input.name.clone(),
        user: Box::new(call.caller.principal.clone()),
    };
    let federated_user =
        json!({ "FederatedUserId": format!("{account}:{}", input.name), "Arn": principal.arn() });
    let credentials = partition.sts.issue(
        &mut partition.ids,
        NewSession {
            account,
            principal,
            kind: CredentialKind::Federation,
            view: SessionView {
                policies: Some(policies),
                tags,
                mfa: Some(false),
                ..SessionView::new(call.now)
            },
            transitive_tag_keys: Vec::new(),
            duration: duration(call, input.duration_seconds),
        },
    );
    let mut output = json!({ "Credentials": credentials.view(), "FederatedUser": federated_user });
    if let Some(output) = output.as_object_mut() {
        output.insert("PackedPolicySize".to_owned(), Value::from(packed_size.unwrap_or_default()));
    }
    Reply::of(&output)
}

/// Seconds.
fn duration(call: &Call, sent: Option<i64>) -> i64 {
    let duration = sent.unwrap_or(DEFAULT_DURATION);
    match call.caller.principal {
        Principal::Root { .. } => duration.min(ROOT_LIMIT),
        _ => duration,
    }
}
