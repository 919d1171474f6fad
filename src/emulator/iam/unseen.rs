//! Changes that name something which is there, but not yet seen.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency>

use crate::operation::{Call, ServiceError};

use super::errors::{cannot_be_found, malformed_document, no_such_entity};
use super::input::optional;
use super::noun::Noun;
use super::store::Store;
use super::trust;

const NOUNS: [Noun; 9] = [
    Noun::User,
    Noun::Role,
    Noun::Group,
    Noun::Policy,
    Noun::InstanceProfile,
    Noun::ServerCertificate,
    Noun::MfaDevice,
    Noun::OidcProvider,
    Noun::SamlProvider,
];

/// Whether an operation changes anything.
pub(crate) fn changes(operation: &str) -> bool {
    !["Get", "List", "Simulate"].iter().any(|prefix| operation.starts_with(prefix))
}

/// Refuses a change that names what is there, but not among what is `seen`.
pub(crate) fn refuse_unseen(seen: &Store, truth: &Store, call: &Call) -> Result<(), ServiceError> {
    for noun in NOUNS.into_iter().filter(|noun| call.operation != format!("Create{}", noun.title())) {
        let Some(name) = optional(call, noun.member()) else { continue };
        if is_there(truth, call, noun, name)? && !is_there(seen, call, noun, name)? {
            return Err(cannot_be_found(noun, name));
        }
    }
    if let Some(arn) = optional(call, "PermissionsBoundary")
        && truth.managed(arn).is_some()
        && seen.managed(arn).is_none()
    {
        return Err(no_such_entity(format!("Scope ARN: {arn} does not exist or is not attachable.")));
    }
    refuse_unseen_principals(seen, truth, call)
}

fn is_there(store: &Store, call: &Call, noun: Noun, name: &str) -> Result<bool, ServiceError> {
    Ok(match noun {
        Noun::Policy => store.managed(name).is_some(),
        Noun::MfaDevice => store.account(call)?.has(noun, name.rsplit('/').next().unwrap_or(name)),
        _ => store.account(call)?.has(noun, name),
    })
}

/// A role's new trust policy must name whom IAM sees.
fn refuse_unseen_principals(seen: &Store, truth: &Store, call: &Call) -> Result<(), ServiceError> {
    let member = match call.operation {
        "CreateRole" => "AssumeRolePolicyDocument",
        "UpdateAssumeRolePolicy" => "PolicyDocument",
        _ => return Ok(()),
    };
    let Some(text) = optional(call, member) else { return Ok(()) };
    // What is wrong by what is there has its own error.
    let Ok(document) = policy::PolicyDocument::parse(text, policy::PolicyKind::Trust) else { return Ok(()) };
    let is_unseen = |name: &str| {
        trust::principal_to_store(truth, name).is_some() && trust::principal_to_store(seen, name).is_none()
    };
    match document.aws_principals().into_iter().find(|name| is_unseen(name)) {
        None => Ok(()),
        Some(name) => Err(malformed_document(format!("Invalid principal in policy: \"AWS\":\"{name}\""))),
    }
}
