//! `AssumeRoot`: a privileged task in a member account, as its root user.
//!
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html>,
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html>

use policy::{AccountId, Principal};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::operation::{Access, Call, CredentialKind, Reply, ServiceError};
use crate::partition::Partition;

use super::store::{NewSession, SessionView};
use super::tokens::{denied, refuse_federated_and_session_tokens, refuse_token_size, validation};

/// Seconds, which is the longest, too.
const DEFAULT_DURATION: i64 = 900;
const TASKS: &str = "arn:aws:iam::aws:policy/root-task/";
/// Task policies only deny; what they leave is the root user's.
const EVERYTHING: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    target_principal: String,
    task_policy_arn: TaskPolicy,
    duration_seconds: Option<i64>,
}

#[derive(Deserialize)]
struct TaskPolicy {
    #[serde(default)]
    arn: String,
}

impl Input {
    /// The member account, by its id or by the ARN of its root user.
    fn target(&self) -> Result<AccountId, ServiceError> {
        let text = self.target_principal.as_str();
        let of_arn = text.strip_prefix("arn:aws:iam::").and_then(|rest| rest.strip_suffix(":root"));
        AccountId::new(of_arn.unwrap_or(text))
            .ok_or_else(|| validation(format!("{text} is not a valid target principal")))
    }
}

/// The managed policies for root sessions limit what a caller may start, so a policy's condition on
/// `sts:TaskPolicyArn` is what it is decided by, on the root user of the member account.
pub(super) fn access(_partition: &Partition, call: &Call) -> Result<Vec<Access>, ServiceError> {
    refuse_federated_and_session_tokens(call)?;
    if matches!(call.caller.principal, Principal::Root { .. }) {
        return Err(denied("AssumeRoot may not be called with root user credentials."));
    }
    refuse_token_size(call)?;
    let input: Input = call.parse()?;
    let root = format!("arn:aws:iam::{}:root", input.target()?);
    Ok(vec![Access::new("sts:AssumeRoot", root).with("sts:TaskPolicyArn", input.task_policy_arn.arn)])
}

pub(super) fn act(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: Input = call.parse()?;
    let (account, target) = (call.account()?, input.target()?);
    let arn = &input.task_policy_arn.arn;
    let task = partition.iam.managed_policy(arn).filter(|_| arn.starts_with(TASKS));
    let task = task.ok_or_else(|| validation(format!("{arn} is not a task policy for root sessions")))?;
    if !partition.organizations.may_assume_root(account, &target) {
        return Err(denied(format!(
            "User: {} is not authorized to perform: sts:AssumeRoot on resource: arn:aws:iam::{target}:root",
            call.caller.principal.arn()
        )));
    }
    let caller = call.caller.access_key_id.as_deref().and_then(|key| partition.sts.session(key));
    let source_identity = caller.and_then(|session| session.source_identity.clone());
    let view = SessionView {
        policies: Some([task].into_iter().chain(partition.iam.managed_policy(EVERYTHING)).collect()),
        source_identity: source_identity.clone(),
        ..SessionView::new(call.now)
    };
    let session = NewSession {
        principal: Principal::Root { account: target.clone() },
        account: target,
        kind: CredentialKind::RootSession,
        view,
        transitive_tag_keys: Vec::new(),
        duration: input.duration_seconds.unwrap_or(DEFAULT_DURATION),
    };
    let credentials = partition.sts.issue(&mut partition.ids, session);
    let mut output = json!({ "Credentials": credentials.view() });
    if let (Some(output), Some(identity)) = (output.as_object_mut(), source_identity) {
        output.insert("SourceIdentity".to_owned(), Value::from(identity));
    }
    Reply::of(&output)
}
