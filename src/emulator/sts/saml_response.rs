//! The response of a SAML identity provider: whether it is that provider's, and what it states.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_saml_assertions.html>,
//! errors: <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_saml.html>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};

use crate::iam::{SamlProviderView, Tag};
use crate::operation::ServiceError;
use crate::signed_xml::{Element, Unverified, verify};

use super::session_tags::SessionTags;

const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";
const NAME_ID_FORMAT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:";
const ATTRIBUTES: &str = "https://aws.amazon.com/SAML/Attributes/";
/// How old an assertion may be.
const REDEEMABLE: TimeDelta = TimeDelta::minutes(5);

/// What a verified response states.
pub(super) struct SamlResponse {
    pub(super) issuer: String,
    pub(super) subject: String,
    pub(super) subject_type: String,
    pub(super) recipient: String,
    pub(super) session_name: String,
    pub(super) roles: Vec<(String, String)>,
    pub(super) duration_seconds: Option<i64>,
    pub(super) session_end: Option<DateTime<Utc>>,
    pub(super) source_identity: Option<String>,
    pub(super) tags: SessionTags,
    /// The attributes that have a condition key, by it.
    pub(super) keys: Vec<(String, Vec<String>)>,
}

impl SamlResponse {
    /// Reads a response in base64.
    ///
    /// # Errors
    /// Where it is not the provider's, states too little, or is too old.
    pub(super) fn read(
        base64: &str,
        provider: &SamlProviderView,
        now: DateTime<Utc>,
    ) -> Result<Self, ServiceError> {
        let bytes = STANDARD.decode(base64.split_whitespace().collect::<String>());
        let text = bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let text = text.ok_or_else(|| invalid("Invalid base64 SAMLResponse"))?;
        let root = Element::parse(&text).filter(|root| root.is(PROTOCOL, "Response"));
        let root = root.ok_or_else(|| invalid("Invalid SAMLResponse"))?;
        check_status(&root)?;
        // Of two elements with one id nobody could say which one is signed.
        let all = root.all();
        let mut ids: Vec<&str> = all.iter().filter_map(|element| element.attribute("ID")).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        if ids.len() != count {
            return Err(invalid("Response signature invalid"));
        }
        let assertion = root.only(ASSERTION, "Assertion");
        let assertion = assertion.ok_or_else(|| invalid("The response must contain one assertion"))?;
        let issuer = assertion.only(ASSERTION, "Issuer").map(Element::text).unwrap_or_default();
        if issuer != provider.issuer {
            return Err(invalid("Issuer not present in specified provider"));
        }
        check_signature(&root, assertion, provider)?;
        if provider.valid_until <= now {
            return Err(invalid("The metadata of the specified provider has expired"));
        }
        Self::of(assertion, issuer, now)
    }

    fn of(assertion: &Element, issuer: String, now: DateTime<Utc>) -> Result<Self, ServiceError> {
        let issued = assertion.attribute("IssueInstant").and_then(time);
        let issued = issued.ok_or_else(|| invalid("The assertion must have an IssueInstant"))?;
        if now - issued > REDEEMABLE || issued - now > REDEEMABLE {
            let message = "Token must be redeemed within 5 minutes of issuance";
            return Err(ServiceError::new(400, "ExpiredTokenException", message));
        }
        check_conditions(assertion, now)?;
        let (subject, subject_type, recipient) = subject(assertion, now)?;
        let attributes = attributes(assertion);
        let values = |name: &str| {
            let name = format!("{ATTRIBUTES}{name}");
            let named = attributes.iter().filter(move |(found, _)| *found == name);
            named.flat_map(|(_, values)| values.iter().cloned())
        };
        let session_name = values("RoleSessionName").next();
        let session_name =
            session_name.ok_or_else(|| invalid("RoleSessionName is required in AuthnResponse"))?;
        check_name("RoleSessionName in AuthnResponse", &session_name)?;
        let source_identity = values("SourceIdentity").next();
        if let Some(identity) = &source_identity {
            check_name("Source Identity", identity)?;
        }
        let duration = values("SessionDuration").next().map(|text| {
            let seconds = text.parse().ok().filter(|seconds| (900..=43_200).contains(seconds));
            seconds.ok_or_else(|| invalid("SessionDuration in AuthnResponse must be from 900 to 43200"))
        });
        let statement = assertion.named(ASSERTION, "AuthnStatement").next();
        Ok(Self {
            issuer,
            subject,
            subject_type,
            recipient,
            session_name,
            roles: values("Role").filter_map(|value| role_and_provider(&value)).collect(),
            duration_seconds: duration.transpose()?,
            session_end: statement.and_then(|found| found.attribute("SessionNotOnOrAfter")).and_then(time),
            source_identity,
            tags: session_tags(&attributes, values("TransitiveTagKeys").collect()),
            keys: condition_keys(&attributes),
        })
    }
}

pub(super) fn invalid(message: impl Into<String>) -> ServiceError {
    ServiceError::new(400, "InvalidIdentityToken", message)
}

fn check_status(root: &Element) -> Result<(), ServiceError> {
    let status = root.only(PROTOCOL, "Status").and_then(|status| status.only(PROTOCOL, "StatusCode"));
    match status.and_then(|status| status.attribute("Value")) {
        Some(SUCCESS) => Ok(()),
        _ => {
            let message = "The identity provider reported that authentication failed";
            Err(ServiceError::new(403, "IDPRejectedClaim", message))
        }
    }
}

/// The response or the assertion must be signed, and each that is must be so rightly.
fn check_signature(
    root: &Element,
    assertion: &Element,
    provider: &SamlProviderView,
) -> Result<(), ServiceError> {
    let mut signed = false;
    for element in [root, assertion] {
        match verify(element, &provider.keys) {
            Ok(()) => signed = true,
            Err(Unverified::Unsigned) => {}
            Err(Unverified::Invalid) => return Err(invalid("Response signature invalid")),
            Err(Unverified::Unsupported(what)) => {
                let message = format!("rolecall can't verify signatures that use {what}");
                return Err(ServiceError::new(501, "NotImplemented", message));
            }
        }
    }
    if signed { Ok(()) } else { Err(invalid("Response signature invalid")) }
}

fn check_conditions(assertion: &Element, now: DateTime<Utc>) -> Result<(), ServiceError> {
    let Some(conditions) = assertion.only(ASSERTION, "Conditions") else { return Ok(()) };
    check_end(conditions, now)?;
    let from = conditions.attribute("NotBefore").and_then(time);
    if from.is_some_and(|from| from - now > REDEEMABLE) {
        return Err(invalid("The assertion is not yet valid"));
    }
    for restriction in conditions.named(ASSERTION, "AudienceRestriction") {
        let mut audiences = restriction.named(ASSERTION, "Audience").map(Element::text);
        if !audiences.any(|audience| audience == "urn:amazon:webservices" || is_sign_in(&audience)) {
            return Err(invalid("Response does not contain the required audience."));
        }
    }
    Ok(())
}

fn check_end(element: &Element, now: DateTime<Utc>) -> Result<(), ServiceError> {
    if element.attribute("NotOnOrAfter").and_then(time).is_some_and(|end| end <= now) {
        let message = "The SAML assertion that was passed is expired. Get a new one from the identity provider and \
                       then retry the request.";
        return Err(ServiceError::new(400, "ExpiredTokenException", message));
    }
    Ok(())
}

/// `https://signin.aws.amazon.com/saml`, also of a Region or with a provider's own path.
fn is_sign_in(url: &str) -> bool {
    let (host, path) = url.strip_prefix("https://").and_then(|rest| rest.split_once('/')).unwrap_or_default();
    let regional = host.strip_suffix(".signin.aws.amazon.com").is_some_and(|region| !region.contains('.'));
    (host == "signin.aws.amazon.com" || regional) && (path == "saml" || path.starts_with("saml/acs/"))
}

/// The name of the caller, its format, and to whom it was sent.
fn subject(assertion: &Element, now: DateTime<Utc>) -> Result<(String, String, String), ServiceError> {
    let subject = assertion.only(ASSERTION, "Subject");
    let name = subject.and_then(|subject| subject.only(ASSERTION, "NameID"));
    let name = name.ok_or_else(|| invalid("NameID is required in AuthnResponse"))?;
    let confirmation = subject.and_then(|subject| subject.only(ASSERTION, "SubjectConfirmation"));
    let data = confirmation.and_then(|found| found.only(ASSERTION, "SubjectConfirmationData"));
    let data = data.filter(|data| data.attribute("NotOnOrAfter").is_some_and(|end| time(end).is_some()));
    let data = data.ok_or_else(|| invalid("SubjectConfirmationData is required in AuthnResponse"))?;
    check_end(data, now)?;
    let recipient = data.attribute("Recipient").filter(|recipient| is_sign_in(recipient));
    let recipient = recipient.ok_or_else(|| invalid("Response does not contain the required audience."))?;
    let format = name.attribute("Format").unwrap_or("urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified");
    let kind = format.strip_prefix(NAME_ID_FORMAT).unwrap_or(format);
    Ok((name.text(), kind.to_owned(), recipient.to_owned()))
}

fn attributes(assertion: &Element) -> Vec<(String, Vec<String>)> {
    let statements = assertion.named(ASSERTION, "AttributeStatement");
    let attributes = statements.flat_map(|statement| statement.named(ASSERTION, "Attribute"));
    attributes
        .map(|attribute| {
            let values = attribute.named(ASSERTION, "AttributeValue").map(Element::text).collect();
            (attribute.attribute("Name").unwrap_or_default().to_owned(), values)
        })
        .collect()
}

fn time(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|time| time.with_timezone(&Utc))
}

/// Names of sessions and source identities have the same form.
pub(super) fn check_name(what: &str, name: &str) -> Result<(), ServiceError> {
    let fits = name.chars().all(|letter| letter.is_ascii_alphanumeric() || "_+=,.@-".contains(letter));
    if fits && (2..=64).contains(&name.len()) {
        return Ok(());
    }
    Err(invalid(format!("{what} must match [a-zA-Z_0-9+=,.@-]{{2,64}}")))
}

/// The two ARNs of a `Role` value, in either order.
fn role_and_provider(value: &str) -> Option<(String, String)> {
    let (one, other) = value.split_once(',')?;
    let (one, other) = (one.trim().to_owned(), other.trim().to_owned());
    if one.contains(":saml-provider/") { Some((other, one)) } else { Some((one, other)) }
}

fn session_tags(attributes: &[(String, Vec<String>)], transitive_tag_keys: Vec<String>) -> SessionTags {
    let prefix = format!("{ATTRIBUTES}PrincipalTag:");
    let tags = attributes.iter().filter_map(|(name, values)| {
        let key = name.strip_prefix(&prefix)?.to_owned();
        Some(Tag { key, value: values.first()?.clone() })
    });
    SessionTags { tags: tags.collect(), transitive_tag_keys }
}

/// The names of attributes that have a condition key.
#[rustfmt::skip]
const KEYS: &[(&str, &str)] = &[
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.1", "saml:eduPersonAffiliation"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.2", "saml:eduPersonNickname"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.3", "saml:eduPersonOrgDN"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.4", "saml:eduPersonOrgUnitDN"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.5", "saml:eduPersonPrimaryAffiliation"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.6", "saml:eduPersonPrincipalName"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.7", "saml:eduPersonEntitlement"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.8", "saml:eduPersonPrimaryOrgUnitDN"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.9", "saml:eduPersonScopedAffiliation"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.10", "saml:eduPersonTargetedID"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.11", "saml:eduPersonAssurance"),
    ("urn:oid:1.3.6.1.4.1.5923.1.2.1.2", "saml:eduOrgHomePageURI"),
    ("urn:oid:1.3.6.1.4.1.5923.1.2.1.3", "saml:eduOrgIdentityAuthNPolicyURI"),
    ("urn:oid:1.3.6.1.4.1.5923.1.2.1.4", "saml:eduOrgLegalName"),
    ("urn:oid:1.3.6.1.4.1.5923.1.2.1.5", "saml:eduOrgSuperiorURI"),
    ("urn:oid:1.3.6.1.4.1.5923.1.2.1.6", "saml:eduOrgWhitePagesURI"),
    ("urn:oid:2.5.4.3", "saml:cn"),
];

fn condition_keys(attributes: &[(String, Vec<String>)]) -> Vec<(String, Vec<String>)> {
    let keys = attributes.iter().filter_map(|(name, values)| {
        let (_, key) = KEYS.iter().find(|(attribute, _)| attribute == name)?;
        let many = policy::condition_key_type(key).is_some_and(policy::KeyType::is_multivalued);
        let values = if many { values.clone() } else { values.iter().take(1).cloned().collect() };
        Some(((*key).to_owned(), values))
    });
    keys.collect()
}
