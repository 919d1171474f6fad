//! IAM's documented errors, with the texts that AWS sends.

use crate::operation::ServiceError;

use super::noun::Noun;

pub(super) fn no_such_entity(message: impl Into<String>) -> ServiceError {
    ServiceError::new(404, "NoSuchEntity", message)
}

pub(super) fn already_exists(message: impl Into<String>) -> ServiceError {
    ServiceError::new(409, "EntityAlreadyExists", message)
}

pub(super) fn delete_conflict(message: impl Into<String>) -> ServiceError {
    ServiceError::new(409, "DeleteConflict", message)
}

pub(super) fn limit_exceeded(message: impl Into<String>) -> ServiceError {
    ServiceError::new(409, "LimitExceeded", message)
}

pub(super) fn malformed_document(message: impl Into<String>) -> ServiceError {
    ServiceError::new(400, "MalformedPolicyDocument", message)
}

pub(super) fn invalid_input(message: impl Into<String>) -> ServiceError {
    ServiceError::new(400, "InvalidInput", message)
}

pub(super) fn validation(message: impl Into<String>) -> ServiceError {
    ServiceError::new(400, "ValidationError", message)
}

/// Without a message, AWS gives none.
pub(super) fn malformed_certificate(message: impl Into<String>) -> ServiceError {
    ServiceError::new(400, "MalformedCertificate", message)
}

pub(super) fn password_violation(message: impl Into<String>) -> ServiceError {
    ServiceError::new(400, "PasswordPolicyViolation", message)
}

/// The role is changed by its service only.
pub(super) fn unmodifiable(role: &str) -> ServiceError {
    let message = format!(
        "Cannot perform the operation on the protected role '{role}' - this role is only modifiable by AWS"
    );
    ServiceError::new(400, "UnmodifiableEntity", message)
}

/// There is no user, role, group, policy or instance profile of this name (of a policy: this ARN).
pub(super) fn cannot_be_found(noun: Noun, name: &str) -> ServiceError {
    no_such_entity(match noun {
        Noun::User | Noun::Role | Noun::Group => {
            format!("The {} with name {name} cannot be found.", noun.arn_type())
        }
        Noun::Policy => format!("Policy {name} was not found."),
        Noun::InstanceProfile => format!("Instance Profile {name} cannot be found."),
        Noun::ServerCertificate => format!("The Server Certificate with name {name} cannot be found."),
        Noun::MfaDevice => format!("VirtualMFADevice with serial number {name} doesn't exist."),
        Noun::OidcProvider => format!("OpenIDConnect Provider not found for arn {name}"),
        Noun::SamlProvider => format!("Manifest not found for arn {name}"),
    })
}

/// The name is taken; names that differ only by case are the same name.
pub(super) fn name_taken(noun: Noun, name: &str) -> ServiceError {
    already_exists(match noun {
        Noun::User => format!("User with name {name} already exists."),
        Noun::Role => format!("Role with name {name} already exists."),
        Noun::Group => format!("Group with name {name} already exists."),
        Noun::Policy => format!("A policy called {name} already exists. Duplicate names are not allowed."),
        Noun::InstanceProfile => format!("Instance Profile {name} already exists."),
        Noun::ServerCertificate => format!("The Server Certificate with name {name} already exists."),
        Noun::MfaDevice => "MFADevice entity at the same path and name already exists.".to_owned(),
        Noun::OidcProvider => format!("Provider with url {name} already exists."),
        Noun::SamlProvider => format!("SAMLProvider with name {name} already exists."),
    })
}

/// A documented quota would be exceeded, such as `AccessKeysPerUser: 2`.
pub(super) fn quota(name: &str, limit: usize) -> ServiceError {
    limit_exceeded(format!("Cannot exceed quota for {name}: {limit}"))
}
