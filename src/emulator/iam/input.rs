//! Members of requests that many operations share.

use serde_json::Value;

use crate::operation::{Call, ServiceError};

use super::errors::{invalid_input, validation};

/// A required text member.
pub(super) fn text<'call>(call: &'call Call, member: &str) -> Result<&'call str, ServiceError> {
    optional(call, member).ok_or_else(|| validation(format!("{member} is required")))
}

/// A text member that may be absent.
pub(super) fn optional<'call>(call: &'call Call, member: &str) -> Option<&'call str> {
    call.input.get(member)?.as_str()
}

/// A list of texts, which may be absent.
pub(super) fn texts(call: &Call, member: &str) -> Vec<String> {
    let list = call.input.get(member).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A member that is true or false; `None`: absent.
pub(super) fn flag(call: &Call, member: &str) -> Option<bool> {
    call.input.get(member)?.as_bool()
}

/// Whether a credential is to be active. The model has a third status that nobody can ask for.
pub(super) fn status(call: &Call) -> Result<bool, ServiceError> {
    match text(call, "Status")? {
        "Active" => Ok(true),
        "Inactive" => Ok(false),
        other => Err(invalid_input(format!("Operation does not support status {other}"))),
    }
}

/// The path of a new entity.
pub(super) fn path(call: &Call) -> &str {
    optional(call, "Path").unwrap_or("/")
}

/// Whether a path matches the request's `PathPrefix`.
pub(super) fn has_prefix(call: &Call, path: &str) -> bool {
    optional(call, "PathPrefix").is_none_or(|prefix| path.starts_with(prefix))
}
