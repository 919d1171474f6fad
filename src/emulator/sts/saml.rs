//! `AssumeRoleWithSAML`: a role for whoever a SAML identity provider vouches for.
//!
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithSAML.html>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use policy::Principal;
use serde::Deserialize;
use serde_json::Value;
use sha1::{Digest, Sha1};

use crate::operation::{Access, Call, Reply, ServiceError};
use crate::partition::Partition;

use super::role_sessions::{Federated, RoleRequest, RoleSession};
use super::saml_response::{SamlResponse, invalid};
use super::session_policies::SessionPolicies;
use super::tokens::{denied, refuse_token_size};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    role_arn: String,
    principal_arn: String,
    #[serde(rename = "SAMLAssertion")]
    saml_assertion: String,
    duration_seconds: Option<i64>,
    #[serde(flatten)]
    policies: SessionPolicies,
}

pub(super) fn access(partition: &Partition, call: &Call) -> Result<Vec<Access>, ServiceError> {
    refuse_token_size(call)?;
    let input: Input = call.parse()?;
    let response = verified(partition, &input, call.now)?;
    let request = RoleRequest {
        action: "sts:AssumeRoleWithSAML",
        role_arn: &input.role_arn,
        session_name: &response.session_name,
        source_identity: response.source_identity.as_deref(),
        tags: &response.tags,
    };
    let mut accesses = request.accesses(partition)?;
    for access in &mut accesses {
        access.principal = Some(Principal::Federated { provider: input.principal_arn.clone() });
        for (key, values) in session_keys(&input, &response) {
            access.context.set_all(&key, values);
        }
        for (key, values) in &response.keys {
            access.context.set_all(key, values.clone());
        }
        access.context.set("saml:aud", &response.recipient);
        access.context.set("saml:iss", &response.issuer);
        if let Some((account, name)) = provider_of(&input.principal_arn) {
            access.context.set("saml:doc", format!("{account}/{name}"));
        }
    }
    Ok(accesses)
}

pub(super) fn act(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: Input = call.parse()?;
    let response = verified(partition, &input, call.now)?;
    let federated = Federated { provider: None, keys: session_keys(&input, &response) };
    let issued = RoleSession {
        role_arn: &input.role_arn,
        name: &response.session_name,
        duration_seconds: input.duration_seconds.or(response.duration_seconds),
        latest: response.session_end,
        chained: false,
        policies: &input.policies,
        tags: &response.tags,
        inherited: &[],
        source_identity: response.source_identity.clone(),
        federated: Some(federated),
    }
    .issue(partition, call.now)?;
    let name_qualifier = name_qualifier(&input, &response);
    issued.reply([
        ("Subject", Value::from(response.subject)),
        ("SubjectType", Value::from(response.subject_type)),
        ("Issuer", Value::from(response.issuer)),
        ("Audience", Value::from(response.recipient)),
        ("NameQualifier", Value::from(name_qualifier)),
    ])
}

/// # Errors
/// Where the provider does not vouch for the caller now, or not for this role.
fn verified(partition: &Partition, input: &Input, now: DateTime<Utc>) -> Result<SamlResponse, ServiceError> {
    let provider = partition.iam.saml_provider(&input.principal_arn);
    let provider = provider.ok_or_else(|| invalid("Specified provider doesn't exist"))?;
    let response = SamlResponse::read(&input.saml_assertion, &provider, now)?;
    let wanted = (input.role_arn.as_str(), input.principal_arn.as_str());
    if !response.roles.iter().any(|(role, provider)| (role.as_str(), provider.as_str()) == wanted) {
        return Err(denied("Not authorized to perform sts:AssumeRoleWithSAML"));
    }
    Ok(response)
}

/// The condition keys that the session keeps.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-saml>
fn session_keys(input: &Input, response: &SamlResponse) -> Vec<(String, Vec<String>)> {
    [
        ("saml:namequalifier", name_qualifier(input, response)),
        ("saml:sub", response.subject.clone()),
        ("saml:sub_type", response.subject_type.clone()),
    ]
    .map(|(key, value)| (key.to_owned(), vec![value]))
    .to_vec()
}

/// The hash of issuer, account and provider, as the documentation of the operation has it.
fn name_qualifier(input: &Input, response: &SamlResponse) -> String {
    let (account, name) = provider_of(&input.principal_arn).unwrap_or_default();
    STANDARD.encode(Sha1::digest(format!("{}{account}/{name}", response.issuer)))
}

/// The account and the name in the ARN of a provider.
fn provider_of(arn: &str) -> Option<(&str, &str)> {
    arn.strip_prefix("arn:aws:iam::")?.split_once(":saml-provider/")
}
