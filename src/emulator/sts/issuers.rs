//! Identity providers that the emulator plays, so that nothing outside of it is asked: the issuer of every registered
//! OpenID Connect provider, and a SAML identity provider of any name.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_saml_assertions.html>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Map, Value, json};
use sha1::{Digest, Sha1};

use crate::certificate::self_signed;
use crate::ids::Ids;
use crate::model::escape;
use crate::rsa::RsaKey;
use crate::signed_xml;

use super::jwt::{self, Algorithm};

/// How long a token is valid that does not say so itself, in seconds.
const LIFETIME: i64 = 3600;
const SIGN_IN: &str = "https://signin.aws.amazon.com/saml";
const ATTRIBUTES: &str = "https://aws.amazon.com/SAML/Attributes";

/// What a SAML assertion states.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SamlStatement {
    /// The `entityID` of the identity provider.
    pub issuer: String,
    /// The `NameID`, whose format is `persistent`.
    pub subject: String,
    /// The ARNs of the roles that may be assumed, each with that of the SAML provider.
    pub roles: Vec<(String, String)>,
    /// The `RoleSessionName`.
    pub session_name: String,
    /// More attributes with their values, such as `https://aws.amazon.com/SAML/Attributes/SessionDuration`.
    pub attributes: Vec<(String, Vec<String>)>,
}

/// The key of an issuer.
pub(super) fn key(issuer: &str) -> RsaKey {
    RsaKey::numbered(issuer, 0)
}

/// The name of an issuer's key.
pub(super) fn key_id(issuer: &str) -> String {
    digest(issuer.as_bytes()).chars().take(16).collect()
}

/// The fingerprint of an issuer's certificate, as OpenID Connect providers keep it.
pub(crate) fn thumbprint(issuer: &str) -> String {
    digest(&self_signed(issuer, &key(issuer)))
}

fn digest(bytes: &[u8]) -> String {
    crate::sigv4::hex(&Sha1::digest(bytes))
}

/// A token of an issuer, who adds the claims `iss`, `iat` and `exp` where they are not given.
pub(crate) fn web_identity_token(
    issuer: &str,
    algorithm: Algorithm,
    mut claims: Map<String, Value>,
    now: DateTime<Utc>,
) -> String {
    let own =
        [("iss", json!(issuer)), ("iat", json!(now.timestamp())), ("exp", json!(now.timestamp() + LIFETIME))];
    for (name, value) in own {
        claims.entry(name).or_insert(value);
    }
    jwt::signed(issuer, algorithm, &claims)
}

/// The metadata document of a SAML identity provider.
pub(crate) fn saml_metadata(issuer: &str) -> String {
    let certificate = STANDARD.encode(self_signed(issuer, &key(issuer)));
    let issuer = escape(issuer);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"{issuer}\">\
         <md:IDPSSODescriptor WantAuthnRequestsSigned=\"false\" \
         protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\"><md:KeyDescriptor use=\"signing\">\
         <ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:X509Data><ds:X509Certificate>{certificate}\
         </ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>\
         <md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</md:NameIDFormat>\
         <md:SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" Location=\"{issuer}\"/>\
         </md:IDPSSODescriptor></md:EntityDescriptor>\n"
    )
}

/// A SAML response with one signed assertion, in base64; `None`: the statement can't be written as XML.
pub(crate) fn saml_response(statement: &SamlStatement, ids: &mut Ids, now: DateTime<Utc>) -> Option<String> {
    let time = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Millis, true);
    let (issued, end) = (time(now), time(now + TimeDelta::minutes(5)));
    let issuer = format!("<saml:Issuer>{}</saml:Issuer>", escape(&statement.issuer));
    let roles = statement.roles.iter().map(|(role, provider)| format!("{role},{provider}")).collect();
    let own = [
        (format!("{ATTRIBUTES}/Role"), roles),
        (format!("{ATTRIBUTES}/RoleSessionName"), vec![statement.session_name.clone()]),
    ];
    let attributes: String = own.iter().chain(&statement.attributes).map(attribute).collect();
    let assertion = format!(
        "<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_{}\" IssueInstant=\"{issued}\" \
         Version=\"2.0\">{issuer}{{signature}}<saml:Subject>\
         <saml:NameID Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\">{}</saml:NameID>\
         <saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\">\
         <saml:SubjectConfirmationData NotOnOrAfter=\"{end}\" Recipient=\"{SIGN_IN}\"/></saml:SubjectConfirmation>\
         </saml:Subject><saml:Conditions NotBefore=\"{issued}\" NotOnOrAfter=\"{end}\"><saml:AudienceRestriction>\
         <saml:Audience>{SIGN_IN}</saml:Audience></saml:AudienceRestriction></saml:Conditions>\
         <saml:AttributeStatement>{attributes}</saml:AttributeStatement><saml:AuthnStatement \
         AuthnInstant=\"{issued}\"><saml:AuthnContext><saml:AuthnContextClassRef>\
         urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext>\
         </saml:AuthnStatement></saml:Assertion>",
        ids.uuid(),
        escape(&statement.subject),
    );
    let assertion = signed_xml::sign(&assertion, &key(&statement.issuer))?;
    let response = format!(
        "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_{}\" IssueInstant=\"{issued}\" \
         Version=\"2.0\" Destination=\"{SIGN_IN}\"><saml:Issuer xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">\
         {}</saml:Issuer><samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/>\
         </samlp:Status>{assertion}</samlp:Response>",
        ids.uuid(),
        escape(&statement.issuer),
    );
    Some(STANDARD.encode(response))
}

fn attribute((name, values): &(String, Vec<String>)) -> String {
    let value = |value: &String| format!("<saml:AttributeValue>{}</saml:AttributeValue>", escape(value));
    let values: String = values.iter().map(value).collect();
    format!("<saml:Attribute Name=\"{}\">{values}</saml:Attribute>", escape(name))
}
