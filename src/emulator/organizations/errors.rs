//! The documented errors of Organizations.
//!
//! <https://docs.aws.amazon.com/organizations/latest/APIReference/CommonErrors.html>

use crate::operation::ServiceError;

pub(super) fn error(code: &'static str, message: impl Into<String>) -> ServiceError {
    ServiceError::new(400, code, message)
}

/// A limit that would be violated.
pub(super) fn constraint(reason: &'static str, message: impl Into<String>) -> ServiceError {
    error("ConstraintViolationException", message).with("Reason", reason)
}

/// A value that can't be taken.
pub(super) fn invalid(reason: &'static str, message: impl Into<String>) -> ServiceError {
    error("InvalidInputException", message).with("Reason", reason)
}

pub(super) fn not_emulated(what: &str) -> ServiceError {
    ServiceError::new(501, "NotImplemented", format!("{what} is not emulated by rolecall"))
}

/// The caller's account is in no organization.
pub(super) fn not_in_use() -> ServiceError {
    error("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
}

/// The caller's account is not the one that may.
pub(super) fn not_yours() -> ServiceError {
    error("AccessDeniedException", "You don't have permissions to access this resource.")
}

pub(super) fn no_account() -> ServiceError {
    error("AccountNotFoundException", "You specified an account that doesn't exist.")
}

pub(super) fn no_parent() -> ServiceError {
    error("ParentNotFoundException", "You specified parent that doesn't exist.")
}

pub(super) fn no_child() -> ServiceError {
    error("ChildNotFoundException", "You specified child that doesn't exist.")
}

pub(super) fn no_unit() -> ServiceError {
    error("OrganizationalUnitNotFoundException", "You specified an organizational unit that doesn't exist.")
}

pub(super) fn no_root() -> ServiceError {
    error("RootNotFoundException", "You specified a root that doesn't exist.")
}

pub(super) fn no_policy() -> ServiceError {
    error("PolicyNotFoundException", "You specified a policy that doesn't exist.")
}

pub(super) fn no_target() -> ServiceError {
    error("TargetNotFoundException", "You specified a target that doesn't exist.")
}
