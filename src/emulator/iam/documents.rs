//! Policy documents as IAM takes them.

use std::sync::Arc;

use policy::{PolicyDocument, PolicyKind};

use crate::operation::ServiceError;

use super::errors::malformed_document;

/// A policy of an identity.
pub(super) fn identity(text: &str) -> Result<Arc<PolicyDocument>, ServiceError> {
    parse(text, PolicyKind::Identity).map(Arc::new)
}

pub(super) fn parse(text: &str, kind: PolicyKind) -> Result<PolicyDocument, ServiceError> {
    PolicyDocument::parse(text, kind).map_err(|error| malformed_document(error.message))
}

/// The size that quotas count: IAM leaves white space out.
pub(super) fn size(text: &str) -> usize {
    text.chars().filter(|character| !character.is_whitespace()).count()
}
