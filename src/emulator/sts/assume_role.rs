//! `AssumeRole`, and the same for an instance's role.
//!
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>

use chrono::{DateTime, Utc};
use policy::{AccountId, Principal};
use serde::Deserialize;

use crate::authorize;
use crate::iam::RoleView;
use crate::operation::{Access, Call, CredentialKind, Reply, ServiceError};
use crate::partition::Partition;

use super::mfa::MfaInput;
use super::role_sessions::{RoleRequest, RoleSession, account_of, principal};
use super::session_policies::SessionPolicies;
use super::session_tags::SessionTags;
use super::store::{Credentials, NewSession, SessionView};
use super::tokens::{denied, refuse_token_size};

/// Credentials of an instance's role are valid for about six hours.
const INSTANCE_DURATION: i64 = 6 * 3600;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    role_arn: String,
    role_session_name: String,
    duration_seconds: Option<i64>,
    external_id: Option<String>,
    source_identity: Option<String>,
    #[serde(default)]
    provided_contexts: Vec<serde_json::Value>,
    #[serde(flatten)]
    mfa: MfaInput,
    #[serde(flatten)]
    policies: SessionPolicies,
    #[serde(flatten)]
    tags: SessionTags,
}

pub(super) fn access(partition: &Partition, call: &Call) -> Result<Vec<Access>, ServiceError> {
    let input: Input = call.parse()?;
    account_of(&input.role_arn)?;
    if call.caller.credential == CredentialKind::Federation {
        return Err(denied("Cannot call AssumeRole with federation credentials"));
    }
    if matches!(call.caller.principal, Principal::Root { .. }) {
        return Err(denied("Roles may not be assumed by root accounts."));
    }
    if !input.provided_contexts.is_empty() {
        let message = "ProvidedContexts: trusted context assertions are not emulated by rolecall";
        return Err(ServiceError::new(501, "NotImplemented", message));
    }
    refuse_token_size(call)?;
    let source_identity = source_identity(partition, call, &input)?;
    let request = RoleRequest {
        action: "sts:AssumeRole",
        role_arn: &input.role_arn,
        session_name: &input.role_session_name,
        source_identity: source_identity.as_deref(),
        tags: &input.tags,
    };
    let mut accesses = request.accesses(partition)?;
    let mfa = input.mfa.step(partition, call)?;
    for access in &mut accesses {
        if let Some(external_id) = &input.external_id {
            access.context.set("sts:ExternalId", external_id);
        }
        if mfa.is_some() {
            access.context.set("aws:MultiFactorAuthPresent", "true");
            access.context.set("aws:MultiFactorAuthAge", "0");
        }
    }
    Ok(accesses)
}

/// The session of the role tells nothing of MFA, however it was assumed.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html>
pub(super) fn act(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: Input = call.parse()?;
    let mfa = input.mfa.step(partition, call)?;
    let caller_key = call.caller.access_key_id.as_deref().unwrap_or_default();
    let inherited = partition.sts.transitive_tags(caller_key);
    let issued = RoleSession {
        role_arn: &input.role_arn,
        name: &input.role_session_name,
        duration_seconds: input.duration_seconds,
        latest: None,
        chained: call.caller.credential == CredentialKind::RoleSession,
        policies: &input.policies,
        tags: &input.tags,
        inherited: &inherited,
        source_identity: source_identity(partition, call, &input)?,
        federated: None,
    }
    .issue(partition, call.now)?;
    input.mfa.use_step(partition, mfa);
    issued.reply([])
}

/// Credentials of an instance's role for `instance_id`, if its trust policy lets `ec2.amazonaws.com` assume it.
pub(crate) fn assume_for_instance(
    partition: &mut Partition,
    account: &AccountId,
    role: &str,
    instance_id: &str,
    now: DateTime<Utc>,
) -> Option<Credentials> {
    let session = NewSession {
        account: account.clone(),
        principal: instance_principal(partition, account, role, instance_id, now)?,
        kind: CredentialKind::RoleSession,
        view: SessionView::new(now),
        transitive_tag_keys: Vec::new(),
        duration: INSTANCE_DURATION,
    };
    Some(partition.sts.issue(&mut partition.ids, session))
}

/// The session of an instance's role as a principal, if its trust policy lets `ec2.amazonaws.com` assume it.
pub(crate) fn instance_principal(
    partition: &Partition,
    account: &AccountId,
    role: &str,
    instance_id: &str,
    now: DateTime<Utc>,
) -> Option<Principal> {
    service_principal(partition, "ec2.amazonaws.com", &partition.iam.role(account, role)?, instance_id, now)
}

/// A service's session of a role as a principal, if the role's trust policy lets the service assume it.
pub(crate) fn service_principal(
    partition: &Partition,
    service: &str,
    role: &RoleView,
    session: &str,
    now: DateTime<Utc>,
) -> Option<Principal> {
    let account = account_of(&role.arn).ok()?;
    let may = authorize::service_may_assume(partition, service, role, now);
    may.then(|| principal(&account, role, session))
}

/// The source identity of the new session: what was set once stays through a chain of roles.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html>
fn source_identity(
    partition: &Partition,
    call: &Call,
    input: &Input,
) -> Result<Option<String>, ServiceError> {
    let session = call.caller.access_key_id.as_deref().and_then(|key| partition.sts.session(key));
    let inherited = session.and_then(|session| session.source_identity.clone());
    match (inherited, &input.source_identity) {
        (Some(inherited), Some(sent)) if inherited != *sent => {
            Err(denied("The source identity of the calling session cannot be changed."))
        }
        (Some(inherited), _) => Ok(Some(inherited)),
        (None, sent) => Ok(sent.clone()),
    }
}
