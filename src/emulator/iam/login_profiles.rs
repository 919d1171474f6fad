//! Passwords of users. Only their digests are kept.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords.html>

use chrono::{DateTime, Utc};
use policy::Principal;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

use super::access::named_or_caller;
use super::errors::{already_exists, no_such_entity, password_violation};
use super::input::{flag, optional, text};
use super::noun::timestamp;
use super::password_policy::{self, PasswordPolicy};
use super::users::User;

/// The most passwords that a policy can ask not to be used again.
const REMEMBERED: usize = 24;

/// That a user has a password.
#[derive(Clone)]
pub(super) struct LoginProfile {
    created: DateTime<Utc>,
    /// When the password was set.
    pub(super) changed: DateTime<Utc>,
    reset_required: bool,
    /// The digests of the passwords, the newest first.
    passwords: Vec<[u8; 32]>,
}

impl LoginProfile {
    fn view(&self, name: &str) -> Value {
        json!({ "LoginProfile": {
            "UserName": name,
            "CreateDate": timestamp(self.created),
            "PasswordResetRequired": self.reset_required,
        }})
    }

    fn set(
        &mut self,
        policy: Option<&PasswordPolicy>,
        password: &str,
        now: DateTime<Utc>,
    ) -> Result<(), ServiceError> {
        password_policy::check(policy, password)?;
        let digest = digest(password);
        let barred = policy.and_then(|policy| policy.password_reuse_prevention).unwrap_or(0);
        if self.passwords.iter().take(barred).any(|used| *used == digest) {
            return Err(password_violation("Password reuse is not allowed by the account password policy."));
        }
        self.passwords.insert(0, digest);
        self.passwords.truncate(REMEMBERED);
        self.changed = now;
        Ok(())
    }
}

fn digest(password: &str) -> [u8; 32] {
    Sha256::digest(password).into()
}

fn root_has_none() -> ServiceError {
    no_such_entity("Login Profile for User root cannot be found.")
}

fn absent(user: &User) -> ServiceError {
    no_such_entity(format!("Login Profile for User {} cannot be found.", user.identity.name))
}

fn profile_mut(user: &mut User) -> Result<&mut LoginProfile, ServiceError> {
    let absent = absent(user);
    user.login_profile.as_mut().ok_or(absent)
}

pub(super) fn create(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let name = named_or_caller(&partition.iam, call)?.ok_or_else(root_has_none)?;
    let account = partition.iam.account_mut(call)?;
    let policy = account.password_policy.clone();
    let user = account.user_mut(&name)?;
    let name = &user.identity.name;
    if user.login_profile.is_some() {
        return Err(already_exists(format!("Login Profile for user {name} already exists.")));
    }
    let reset_required = flag(call, "PasswordResetRequired").unwrap_or(false);
    let mut profile =
        LoginProfile { created: call.now, changed: call.now, reset_required, passwords: Vec::new() };
    profile.set(policy.as_ref(), text(call, "Password")?, call.now)?;
    let reply = Reply::of(&profile.view(name));
    user.login_profile = Some(profile);
    reply
}

pub(super) fn get(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let name = named_or_caller(&partition.iam, call)?.ok_or_else(root_has_none)?;
    let user = partition.iam.account(call)?.user(&name)?;
    let profile = user.login_profile.as_ref().ok_or_else(|| absent(user))?;
    Reply::of(&profile.view(&user.identity.name))
}

pub(super) fn update(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let account = partition.iam.account_mut(call)?;
    let policy = account.password_policy.clone();
    let profile = profile_mut(account.user_mut(text(call, "UserName")?)?)?;
    if let Some(password) = optional(call, "Password") {
        profile.set(policy.as_ref(), password, call.now)?;
    }
    profile.reset_required = flag(call, "PasswordResetRequired").unwrap_or(profile.reset_required);
    Ok(Reply::empty())
}

pub(super) fn delete(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let name = named_or_caller(&partition.iam, call)?.ok_or_else(root_has_none)?;
    let user = partition.iam.account_mut(call)?.user_mut(&name)?;
    profile_mut(user)?;
    user.login_profile = None;
    Ok(Reply::empty())
}

/// Only a user has a password to change.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ChangePassword.html>
pub(super) fn change_password(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let Principal::User { .. } = &call.caller.principal else {
        let message = "Only IAM Users can change their own password.";
        return Err(ServiceError::new(400, "InvalidUserType", message));
    };
    let name = named_or_caller(&partition.iam, call)?.ok_or_else(root_has_none)?;
    let account = partition.iam.account_mut(call)?;
    let policy = account.password_policy.clone();
    let profile = profile_mut(account.user_mut(&name)?)?;
    if profile.passwords.first() != Some(&digest(text(call, "OldPassword")?)) {
        return Err(ServiceError::new(403, "AccessDenied", "The old password was incorrect."));
    }
    profile.set(policy.as_ref(), text(call, "NewPassword")?, call.now)?;
    profile.reset_required = false;
    Ok(Reply::empty())
}
