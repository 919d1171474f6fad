//! Members of requests that many operations share.

use crate::operation::{Call, ServiceError};

use super::errors::validation;

/// A required text member.
pub(super) fn text<'call>(call: &'call Call, member: &str) -> Result<&'call str, ServiceError> {
    optional(call, member).ok_or_else(|| validation(format!("{member} is required")))
}

/// A text member that may be absent.
pub(super) fn optional<'call>(call: &'call Call, member: &str) -> Option<&'call str> {
    call.input.get(member)?.as_str()
}

/// The path of a new entity.
pub(super) fn path(call: &Call) -> &str {
    optional(call, "Path").unwrap_or("/")
}

/// Whether a path matches the request's `PathPrefix`.
pub(super) fn has_prefix(call: &Call, path: &str) -> bool {
    optional(call, "PathPrefix").is_none_or(|prefix| path.starts_with(prefix))
}
