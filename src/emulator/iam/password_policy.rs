//! The password policy of an account, and whether a password obeys it.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html>

use serde::Deserialize;
use serde_json::{Value, json};

use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

use super::errors::{no_such_entity, password_violation};

const DEFAULT_LENGTH: usize = 6;
/// Where an account has no policy of its own.
const LENGTH_WITHOUT_POLICY: usize = 8;
const KINDS_WITHOUT_POLICY: usize = 3;
const SYMBOLS: &str = "!@#$%^&*()_+-=[]{}|'";

/// What an account asks of passwords.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PasswordPolicy {
    minimum_password_length: Option<usize>,
    #[serde(default)]
    require_symbols: bool,
    #[serde(default)]
    require_numbers: bool,
    #[serde(default)]
    require_uppercase_characters: bool,
    #[serde(default)]
    require_lowercase_characters: bool,
    #[serde(default)]
    allow_users_to_change_password: bool,
    /// Days.
    pub(super) max_password_age: Option<i64>,
    /// How many of the last passwords may not be used again.
    pub(super) password_reuse_prevention: Option<usize>,
    hard_expiry: Option<bool>,
}

impl PasswordPolicy {
    pub(super) fn lets_users_change_theirs(&self) -> bool {
        self.allow_users_to_change_password
    }

    fn view(&self) -> Value {
        let mut view = json!({
            "MinimumPasswordLength": self.minimum_password_length.unwrap_or(DEFAULT_LENGTH),
            "RequireSymbols": self.require_symbols,
            "RequireNumbers": self.require_numbers,
            "RequireUppercaseCharacters": self.require_uppercase_characters,
            "RequireLowercaseCharacters": self.require_lowercase_characters,
            "AllowUsersToChangePassword": self.allow_users_to_change_password,
            "ExpirePasswords": self.max_password_age.is_some(),
        });
        let optional = [
            ("MaxPasswordAge", self.max_password_age.map(Value::from)),
            ("PasswordReusePrevention", self.password_reuse_prevention.map(Value::from)),
            ("HardExpiry", self.hard_expiry.map(Value::from)),
        ];
        for (member, value) in optional {
            if let (Some(view), Some(value)) = (view.as_object_mut(), value) {
                view.insert(member.to_owned(), value);
            }
        }
        view
    }
}

/// Refuses a password that the policy of the account does not allow; `None`: AWS's own policy is in force.
pub(super) fn check(policy: Option<&PasswordPolicy>, password: &str) -> Result<(), ServiceError> {
    let has = |kind: fn(char) -> bool| password.chars().any(kind);
    let kinds = [
        (has(|letter| letter.is_ascii_uppercase()), "Password should have at least one uppercase letter"),
        (has(|letter| letter.is_ascii_lowercase()), "Password should have at least one lowercase letter"),
        (has(|letter| letter.is_ascii_digit()), "Password should have at least one number"),
        (has(|letter| SYMBOLS.contains(letter)), "Password should have at least one symbol"),
    ];
    let length = policy
        .map_or(LENGTH_WITHOUT_POLICY, |policy| policy.minimum_password_length.unwrap_or(DEFAULT_LENGTH));
    if password.chars().count() < length {
        return Err(password_violation(format!("Password should have a minimum length of {length}")));
    }
    let Some(policy) = policy else { return check_without_policy(&kinds) };
    let required = [
        policy.require_uppercase_characters,
        policy.require_lowercase_characters,
        policy.require_numbers,
        policy.require_symbols,
    ];
    let missing = kinds.iter().zip(required).find(|((present, _), required)| *required && !present);
    missing.map_or(Ok(()), |((_, sentence), _)| Err(password_violation(*sentence)))
}

fn check_without_policy(kinds: &[(bool, &str)]) -> Result<(), ServiceError> {
    let missing: Vec<&str> =
        kinds.iter().filter(|(present, _)| !present).map(|(_, sentence)| *sentence).collect();
    let present = kinds.len() - missing.len();
    if present >= KINDS_WITHOUT_POLICY {
        return Ok(());
    }
    let more = KINDS_WITHOUT_POLICY - present;
    let missing = missing.join(", ");
    Err(password_violation(format!(
        "Password should meet {more} more of the following requirements: {missing}"
    )))
}

/// What is not sent takes its default, as documented.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccountPasswordPolicy.html>
pub(super) fn update(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let policy: PasswordPolicy = call.parse()?;
    partition.iam.account_mut(call)?.password_policy = Some(policy);
    Ok(Reply::empty())
}

pub(super) fn get(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let account = partition.iam.account(call)?;
    let policy = account.password_policy.as_ref().ok_or_else(|| {
        no_such_entity(format!("The Password Policy with domain name {} cannot be found.", account.id))
    })?;
    Reply::of(&json!({ "PasswordPolicy": policy.view() }))
}

pub(super) fn delete(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let removed = partition.iam.account_mut(call)?.password_policy.take();
    removed
        .map(|_| Reply::empty())
        .ok_or_else(|| no_such_entity("The account policy with name PasswordPolicy cannot be found."))
}
