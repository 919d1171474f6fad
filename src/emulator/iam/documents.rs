//! Policy documents as IAM takes them, and refuses them in its own words.
//!
//! Rules: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>.

use std::sync::Arc;

use policy::{PolicyDocument, PolicyKind};

use crate::operation::ServiceError;

use super::document_rules::{self, COLONS, LEGACY, PREFACE, SIDS, SYNTAX, Versions};
use super::errors::malformed_document;

/// The sentences that IAM answers with, by how ours begin; ours tell more.
const SENTENCES: [(&str, &str); 14] = [
    ("This policy contains invalid Json", "This policy contains invalid Json"),
    ("Syntax errors in policy", SYNTAX),
    ("a policy is an object", SYNTAX),
    ("a statement is an object", SYNTAX),
    ("Sid must be a string", SYNTAX),
    ("Id must be a string", SYNTAX),
    ("The policy must contain a valid version string", SYNTAX),
    ("Actions/Conditions must be prefaced by a vendor", PREFACE),
    ("Actions/Condition can contain only one colon", COLONS),
    ("Resource vendor must be fully qualified", VENDOR),
    ("Statement IDs (SID) in a single policy must be unique", SIDS),
    ("AssumeRole policy may only specify STS AssumeRole actions", TRUST_ACTIONS),
    ("Date", LEGACY),
    ("Numeric", LEGACY),
];

const VENDOR: &str = "Resource vendor must be fully qualified and cannot contain regexes.";
const TRUST_ACTIONS: &str = "AssumeRole policy may only specify STS AssumeRole actions.";

/// A policy of an identity, or of a session.
pub(crate) fn identity(text: &str) -> Result<Arc<PolicyDocument>, ServiceError> {
    parse(text, PolicyKind::Identity).map(Arc::new)
}

/// A managed policy, which is of the current version of the language.
pub(super) fn managed(text: &str) -> Result<Arc<PolicyDocument>, ServiceError> {
    document_rules::check(text, Versions::Current).map_err(malformed_document)?;
    identity(text)
}

pub(super) fn parse(text: &str, kind: PolicyKind) -> Result<PolicyDocument, ServiceError> {
    if matches!(kind, PolicyKind::Identity | PolicyKind::Trust) {
        document_rules::check(text, Versions::All).map_err(malformed_document)?;
    }
    PolicyDocument::parse(text, kind).map_err(|error| malformed_document(sentence(error.message)))
}

fn sentence(message: String) -> String {
    let known = SENTENCES.iter().find(|(beginning, _)| message.starts_with(beginning));
    known.map_or(message, |(_, sentence)| (*sentence).to_owned())
}

/// The size that quotas count: IAM leaves white space out.
pub(super) fn size(text: &str) -> usize {
    text.chars().filter(|character| !character.is_whitespace()).count()
}
