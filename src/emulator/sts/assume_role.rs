//! `AssumeRole`, and the same for an instance's role.
//!
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>

use chrono::{DateTime, Utc};
use policy::{AccountId, Principal, ResourcePolicy};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::authorize;
use crate::iam::RoleView;
use crate::operation::{Access, Call, CredentialKind, Reply, ServiceError};
use crate::partition::Partition;

use super::session_policies::SessionPolicies;
use super::session_tags::SessionTags;
use super::store::{Credentials, NewSession, SessionView};
use super::tokens::{denied, validation};

const DEFAULT_DURATION: i64 = 3600;
const CHAINED_LIMIT: i64 = 3600;
/// Credentials of an instance's role are valid for about six hours.
const INSTANCE_DURATION: i64 = 6 * 3600;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    role_arn: String,
    role_session_name: String,
    duration_seconds: Option<i64>,
    external_id: Option<String>,
    serial_number: Option<String>,
    token_code: Option<String>,
    source_identity: Option<String>,
    #[serde(flatten)]
    policies: SessionPolicies,
    #[serde(flatten)]
    tags: SessionTags,
}

/// A role that does not exist is as one that trusts nobody.
pub(super) fn access(partition: &Partition, call: &Call) -> Result<Vec<Access>, ServiceError> {
    let input: Input = call.parse()?;
    if call.caller.credential == CredentialKind::Federation {
        return Err(denied("Cannot call AssumeRole with federation credentials"));
    }
    if matches!(call.caller.principal, Principal::Root { .. }) {
        return Err(denied("Roles may not be assumed by root accounts."));
    }
    let account = account_of(&input.role_arn)?;
    let source_identity = source_identity(partition, call, &input)?;
    let mut actions = vec!["sts:AssumeRole"];
    if !input.tags.tags.is_empty() {
        actions.push("sts:TagSession");
    }
    if source_identity.is_some() {
        actions.push("sts:SetSourceIdentity");
    }
    let trust = partition.iam.role_by_arn(&input.role_arn).map(|role| role.trust);
    let accesses = actions.into_iter().map(|action| {
        let mut access =
            Access::new(action, &input.role_arn).with("sts:RoleSessionName", &input.role_session_name);
        access.resource_account = Some(account.clone());
        access.resource_policy = ResourcePolicy::Trust(trust.clone());
        if let Some(external_id) = &input.external_id {
            access.context.set("sts:ExternalId", external_id);
        }
        if let Some(source_identity) = &source_identity {
            access.context.set("sts:SourceIdentity", source_identity);
        }
        for (key, value) in partition.iam.role_tags(&input.role_arn) {
            access.context.set(&format!("aws:ResourceTag/{key}"), &value);
            access.context.set(&format!("iam:ResourceTag/{key}"), value);
        }
        input.tags.fill(&mut access.context);
        access
    });
    Ok(accesses.collect())
}

pub(super) fn act(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: Input = call.parse()?;
    let account = account_of(&input.role_arn)?;
    let role = partition.iam.role_by_arn(&input.role_arn).ok_or_else(|| denied("Access denied"))?;
    if input.serial_number.is_some() || input.token_code.is_some() {
        return Err(denied("MultiFactorAuthentication failed with invalid MFA one time pass code. "));
    }
    let chained = call.caller.credential == CredentialKind::RoleSession;
    let duration = duration(&input, &role, chained)?;
    let policies = input.policies.resolve(partition, &account)?;
    let packed_size = input.policies.packed_size(&input.tags.tags)?;
    let caller_key = call.caller.access_key_id.as_deref().unwrap_or_default();
    let inherited = partition.sts.transitive_tags(caller_key);
    let tags = input.tags.with_inherited(&inherited)?;
    let source_identity = source_identity(partition, call, &input)?;
    let view = SessionView {
        issued: call.now,
        policies,
        tags,
        mfa: Some(false),
        source_identity: source_identity.clone(),
    };
    let principal = session_principal(&account, &role, &input.role_session_name);
    let session_arn = principal.arn();
    let credentials = partition.sts.issue(
        &mut partition.ids,
        NewSession {
            account,
            principal,
            kind: CredentialKind::RoleSession,
            view,
            transitive_tag_keys: input.tags.transitive(&inherited),
            duration,
        },
    );
    let mut output = json!({
        "Credentials": credentials.view(),
        "AssumedRoleUser": {
            "AssumedRoleId": format!("{}:{}", role.id, input.role_session_name),
            "Arn": session_arn,
        },
    });
    if let Some(output) = output.as_object_mut() {
        output.extend(packed_size.map(|size| ("PackedPolicySize".to_owned(), Value::from(size))));
        output.extend(source_identity.map(|identity| ("SourceIdentity".to_owned(), Value::from(identity))));
    }
    Reply::of(&output)
}

/// Credentials of an instance's role for `instance_id`, if its trust policy lets `ec2.amazonaws.com` assume it.
pub(crate) fn assume_for_instance(
    partition: &mut Partition,
    account: &AccountId,
    role: &str,
    instance_id: &str,
    now: DateTime<Utc>,
) -> Option<Credentials> {
    let role = partition.iam.role(account, role)?;
    if !authorize::service_may_assume(partition, "ec2.amazonaws.com", &role, now) {
        return None;
    }
    let view =
        SessionView { issued: now, policies: None, tags: Vec::new(), mfa: None, source_identity: None };
    let session = NewSession {
        account: account.clone(),
        principal: session_principal(account, &role, instance_id),
        kind: CredentialKind::RoleSession,
        view,
        transitive_tag_keys: Vec::new(),
        duration: INSTANCE_DURATION,
    };
    Some(partition.sts.issue(&mut partition.ids, session))
}

fn session_principal(account: &AccountId, role: &RoleView, session: &str) -> Principal {
    Principal::AssumedRole {
        account: account.clone(),
        path: role.path.clone(),
        name: role.name.clone(),
        id: role.id.clone(),
        session: session.to_owned(),
    }
}

fn account_of(role_arn: &str) -> Result<AccountId, ServiceError> {
    let resource = role_arn.strip_prefix("arn:aws:iam::").and_then(|rest| rest.split_once(':'));
    let account = resource.filter(|(_, resource)| resource.starts_with("role/"));
    let account = account.and_then(|(account, _)| AccountId::new(account));
    account.ok_or_else(|| validation(format!("{role_arn} is invalid")))
}

/// Seconds, within what the role and role chaining allow.
fn duration(input: &Input, role: &RoleView, chained: bool) -> Result<i64, ServiceError> {
    let duration = input.duration_seconds.unwrap_or(DEFAULT_DURATION);
    if chained && duration > CHAINED_LIMIT {
        return Err(validation(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
        ));
    }
    if duration > role.max_session_duration {
        return Err(validation(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ));
    }
    Ok(duration)
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
