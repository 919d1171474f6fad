//! `AssumeRoleWithWebIdentity`: a role for whoever an OpenID Connect provider vouches for.
//!
//! The token's issuer is played by the emulator (`issuers`), so only tokens that it signed are valid.
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html>

use chrono::{DateTime, TimeDelta, Utc};
use policy::{Principal, condition_key_type};
use serde::Deserialize;
use serde_json::Value;

use crate::iam::{OidcProviderView, Tag};
use crate::operation::{Access, Call, Reply, ServiceError};
use crate::partition::Partition;

use super::issuers;
use super::jwt::Token;
use super::role_sessions::{Federated, RoleRequest, RoleSession, account_of};
use super::saml_response::check_name;
use super::session_policies::SessionPolicies;
use super::session_tags::SessionTags;
use super::tokens::refuse_token_size;

const TAGS: &str = "https://aws.amazon.com/tags";
const SOURCE_IDENTITY: &str = "https://aws.amazon.com/source_identity";
/// The OpenID Connect providers that nobody has to register.
const BUILT_IN: [&str; 2] = ["accounts.google.com", "cognito-identity.amazonaws.com"];
/// Tokens of AWS's own are for services elsewhere.
const OUTBOUND_ISSUERS: &str = ".tokens.sts.global.api.aws";
/// How far an issuer's clock may be ahead.
const LEEWAY: TimeDelta = TimeDelta::minutes(5);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    role_arn: String,
    role_session_name: String,
    web_identity_token: String,
    provider_id: Option<String>,
    duration_seconds: Option<i64>,
    #[serde(flatten)]
    policies: SessionPolicies,
}

/// What a verified token tells.
struct WebIdentity {
    provider: String,
    subject: String,
    audience: String,
    source_identity: Option<String>,
    tags: SessionTags,
    keys: Vec<(String, Vec<String>)>,
}

pub(super) fn access(partition: &Partition, call: &Call) -> Result<Vec<Access>, ServiceError> {
    refuse_token_size(call)?;
    let input: Input = call.parse()?;
    let identity = WebIdentity::of(partition, &input, call.now)?;
    let request = RoleRequest {
        action: "sts:AssumeRoleWithWebIdentity",
        role_arn: &input.role_arn,
        session_name: &input.role_session_name,
        source_identity: identity.source_identity.as_deref(),
        tags: &identity.tags,
    };
    let mut accesses = request.accesses(partition)?;
    for access in &mut accesses {
        access.principal = Some(Principal::Federated { provider: identity.provider.clone() });
        access.context.set("aws:FederatedProvider", &identity.provider);
        for (key, values) in &identity.keys {
            access.context.set_all(key, values.clone());
        }
    }
    Ok(accesses)
}

pub(super) fn act(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: Input = call.parse()?;
    let identity = WebIdentity::of(partition, &input, call.now)?;
    let issued = RoleSession {
        role_arn: &input.role_arn,
        name: &input.role_session_name,
        duration_seconds: input.duration_seconds,
        latest: None,
        chained: false,
        policies: &input.policies,
        tags: &identity.tags,
        inherited: &[],
        source_identity: identity.source_identity,
        federated: Some(Federated { provider: Some(identity.provider.clone()), keys: identity.keys }),
    }
    .issue(partition, call.now)?;
    issued.reply([
        ("SubjectFromWebIdentityToken", Value::from(identity.subject)),
        ("Provider", Value::from(identity.provider)),
        ("Audience", Value::from(identity.audience)),
    ])
}

impl WebIdentity {
    /// # Errors
    /// Where the token is not one that a provider in the role's account vouches for now.
    fn of(partition: &Partition, input: &Input, now: DateTime<Utc>) -> Result<Self, ServiceError> {
        if let Some(provider) = &input.provider_id {
            // https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html: of OAuth 2.0 only.
            let message = format!("rolecall does not play the OAuth 2.0 provider {provider}");
            return Err(ServiceError::new(501, "NotImplemented", message));
        }
        let account = account_of(&input.role_arn)?;
        let token = Token::parse(&input.web_identity_token).ok_or_else(|| {
            invalid(
                "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)",
            )
        })?;
        let claim = |name| token.text(name).ok_or_else(|| missing(name));
        let (issuer, subject) = (claim("iss")?, claim("sub")?);
        // https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_getting_started.html
        if issuer.ends_with(OUTBOUND_ISSUERS) {
            return Err(not_validated());
        }
        let registered = partition.iam.oidc_provider(&account, issuer);
        let audience = audience(&token).ok_or_else(|| missing("aud"))?;
        // The audiences of a provider that is built in are for the role's trust policy.
        if registered.as_ref().is_some_and(|provider| !provider.client_ids.contains(&audience)) {
            return Err(invalid("Incorrect token audience"));
        }
        let provider = registered.or_else(|| built_in(issuer)).ok_or_else(|| {
            invalid(format!("No OpenIDConnect provider found in your account for {issuer}"))
        })?;
        check_signature(&token, issuer)?;
        check_times(&token, now)?;
        let tags = session_tags(&token)?;
        let source_identity = token.text(SOURCE_IDENTITY).map(str::to_owned);
        if let Some(identity) = &source_identity {
            check_name("Source Identity", identity)?;
        }
        Ok(Self {
            keys: condition_keys(&token, &provider, &audience),
            provider: provider.arn,
            subject: subject.to_owned(),
            audience,
            source_identity,
            tags,
        })
    }
}

/// A provider that every account has: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc.html>.
fn built_in(issuer: &str) -> Option<OidcProviderView> {
    let name = issuer.strip_prefix("https://").unwrap_or(issuer);
    BUILT_IN.contains(&name).then(|| OidcProviderView {
        arn: name.to_owned(),
        url: name.to_owned(),
        client_ids: Vec::new(),
    })
}

fn check_signature(token: &Token<'_>, issuer: &str) -> Result<(), ServiceError> {
    let known = token.key_id.as_ref().is_none_or(|key_id| *key_id == issuers::key_id(issuer));
    if token.algorithm.is_none() || !known {
        return Err(invalid(
            "Couldn't retrieve verification key from your identity provider,  please reference \
             AssumeRoleWithWebIdentity documentation for requirements",
        ));
    }
    if !token.is_signed_by(issuer) {
        return Err(not_validated());
    }
    Ok(())
}

fn check_times(token: &Token<'_>, now: DateTime<Utc>) -> Result<(), ServiceError> {
    let time = |claim| token.time(claim).ok_or_else(|| missing(claim));
    let (expires, issued) = (time("exp")?, time("iat")?);
    if expires <= now.timestamp() {
        let message = format!(
            "Token expired: current date/time {} must be before the expiration date/time {expires}",
            now.timestamp()
        );
        return Err(ServiceError::new(400, "ExpiredTokenException", message));
    }
    let latest = (now + LEEWAY).timestamp();
    if issued > latest || token.time("nbf").is_some_and(|from| from > latest) {
        return Err(not_validated());
    }
    Ok(())
}

/// The authorized party, where there is one, goes before the audience.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif>
fn audience(token: &Token<'_>) -> Option<String> {
    if let Some(party) = token.text("azp") {
        return Some(party.to_owned());
    }
    match token.claims.get("aud")? {
        Value::String(audience) => Some(audience.clone()),
        Value::Array(audiences) => match audiences.as_slice() {
            [Value::String(audience)] => Some(audience.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// `ISSUER:CLAIM` for each claim that AWS passes on.
fn condition_keys(
    token: &Token<'_>,
    provider: &OidcProviderView,
    audience: &str,
) -> Vec<(String, Vec<String>)> {
    let mut keys = vec![(format!("{}:aud", provider.url), vec![audience.to_owned()])];
    // Behind an authorized party the audience is still there, under another name.
    if let (Some(original), true) = (token.text("aud"), token.text("azp").is_some()) {
        keys.push((format!("{}:oaud", provider.url), vec![original.to_owned()]));
    }
    for (claim, value) in
        token.claims.iter().filter(|(claim, _)| *claim != "aud" && !claim.contains(['/', ':']))
    {
        let key = format!("{}:{claim}", provider.url);
        let Some(key_type) = condition_key_type(&key) else { continue };
        let values = match value {
            Value::Array(values) if key_type.is_multivalued() => {
                values.iter().filter_map(Value::as_str).map(str::to_owned).collect()
            }
            Value::String(text) => vec![text.clone()],
            Value::Bool(_) | Value::Number(_) => vec![value.to_string()],
            _ => continue,
        };
        keys.push((key, values));
    }
    keys
}

/// Session tags in a nested claim, or in one claim a tag.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_adding-assume-role-idp>
fn session_tags(token: &Token<'_>) -> Result<SessionTags, ServiceError> {
    let malformed = || invalid("The session tags of the web identity token are malformed");
    let nested = token.claims.get(TAGS);
    let mut tags = Vec::new();
    let principal_tags = nested.and_then(|nested| nested.get("principal_tags")).and_then(Value::as_object);
    let principal_tags = principal_tags.into_iter().flatten().map(|(key, value)| (key.as_str(), value));
    let prefix = format!("{TAGS}/principal_tags/");
    let flat = token.claims.iter().filter_map(|(claim, value)| Some((claim.strip_prefix(&prefix)?, value)));
    for (key, value) in principal_tags.chain(flat) {
        let value = match value {
            Value::Array(values) => match values.as_slice() {
                [Value::String(value)] => value,
                _ => return Err(malformed()),
            },
            Value::String(value) => value,
            _ => return Err(malformed()),
        };
        tags.push(Tag { key: key.to_owned(), value: value.clone() });
    }
    let flat = token.claims.get(&format!("{TAGS}/transitive_tag_keys"));
    let transitive = nested.and_then(|nested| nested.get("transitive_tag_keys")).or(flat);
    let transitive_tag_keys = match transitive {
        None => Vec::new(),
        Some(Value::Array(keys)) => keys.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(_) => return Err(malformed()),
    };
    Ok(SessionTags { tags, transitive_tag_keys })
}

fn invalid(message: impl Into<String>) -> ServiceError {
    ServiceError::new(400, "InvalidIdentityToken", message)
}

fn missing(claim: &str) -> ServiceError {
    invalid(format!("Missing a required claim: {claim}"))
}

fn not_validated() -> ServiceError {
    invalid(
        "The web identity token that was passed could not be validated by AWS. Get a new identity token from the \
         identity provider and then retry the request.",
    )
}
