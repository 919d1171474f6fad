//! What stands outside of AWS and is played by the emulator: identity providers, and the screens of MFA devices.
//!
//! Reached as functions of [`Emulator`], and by the control route, as `POST` with a JSON object:
//! `tokens/web-identity` (`issuer`, `claims`, and `algorithm` unless it is RS256), `tokens/saml` (`issuer`, `subject`, `sessionName`, `roles`,
//! `attributes`), `saml-metadata` (`issuer`), `mfa-code` (`serialNumber`).

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::emulator::Emulator;
use crate::sts::{self, Algorithm, SamlStatement};

impl Emulator {
    /// A token of an OpenID Connect issuer, such as `https://token.actions.githubusercontent.com`, with these claims;
    /// `iss`, `iat` and `exp` (in an hour) are added where they are not among them.
    /// It is signed with RS256.
    pub fn web_identity_token(&self, issuer: &str, claims: Map<String, Value>) -> String {
        sts::web_identity_token(issuer, Algorithm::RS256, claims, self.clock().now())
    }

    /// The same, signed with an algorithm of another name (RS384, RS512, ES256, ES384, ES512); `None`: issuers have none
    /// of this name.
    pub fn web_identity_token_signed_with(
        &self,
        algorithm: &str,
        issuer: &str,
        claims: Map<String, Value>,
    ) -> Option<String> {
        let algorithm = Algorithm::named(algorithm)?;
        Some(sts::web_identity_token(issuer, algorithm, claims, self.clock().now()))
    }

    /// The metadata document of a SAML identity provider of this name, to make a SAML provider from.
    pub fn saml_metadata(&self, issuer: &str) -> String {
        sts::saml_metadata(issuer)
    }

    /// The signed response of a SAML identity provider, in base64; `None`: the statement can't be written as XML.
    pub fn saml_response(&self, statement: &SamlStatement) -> Option<String> {
        let now = self.clock().now();
        sts::saml_response(statement, &mut self.partition().ids, now)
    }

    /// What a virtual MFA device shows now; `None`: there is no such device.
    pub fn mfa_code(&self, serial_number: &str) -> Option<String> {
        let now = self.clock().now();
        self.partition().iam.mfa_code(serial_number, now)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Issuer {
    issuer: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WebIdentity {
    issuer: String,
    claims: Map<String, Value>,
    #[serde(default = "rs256")]
    algorithm: String,
}

fn rs256() -> String {
    "RS256".to_owned()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Saml {
    issuer: String,
    subject: String,
    session_name: String,
    roles: Vec<SamlRole>,
    #[serde(default)]
    attributes: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SamlRole {
    role: String,
    provider: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct MfaDevice {
    serial_number: String,
}

/// Answers a control request; `None`: there is no such path.
///
/// # Errors
/// What is wrong with the request, in words.
pub(crate) fn control(emulator: &Emulator, path: &str, body: &[u8]) -> Option<Result<Value, String>> {
    let answer = match path {
        "tokens/web-identity" => read(body).and_then(|WebIdentity { issuer, claims, algorithm }| {
            let token = emulator.web_identity_token_signed_with(&algorithm, &issuer, claims);
            let token = token.ok_or_else(|| format!("tokens are not signed with `{algorithm}`"))?;
            Ok(json!({ "token": token }))
        }),
        "tokens/saml" => read(body).and_then(|saml| saml_assertion(emulator, saml)),
        "saml-metadata" => {
            read(body).map(|Issuer { issuer }| json!({ "metadata": emulator.saml_metadata(&issuer) }))
        }
        "mfa-code" => read(body).and_then(|MfaDevice { serial_number }| {
            let code = emulator.mfa_code(&serial_number);
            let code = code.ok_or_else(|| format!("there is no MFA device `{serial_number}`"))?;
            Ok(json!({ "code": code }))
        }),
        _ => return None,
    };
    Some(answer)
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| format!("the body is not as expected: {error}"))
}

fn saml_assertion(emulator: &Emulator, saml: Saml) -> Result<Value, String> {
    let mut attributes = Vec::new();
    for (name, values) in saml.attributes {
        let values: Vec<String> = serde_json::from_value(values)
            .map_err(|error| format!("the values of attribute `{name}` are not a list of texts: {error}"))?;
        attributes.push((name, values));
    }
    let statement = SamlStatement {
        issuer: saml.issuer,
        subject: saml.subject,
        roles: saml.roles.into_iter().map(|SamlRole { role, provider }| (role, provider)).collect(),
        session_name: saml.session_name,
        attributes,
    };
    let assertion = emulator.saml_response(&statement).ok_or("the statement can't be written as XML")?;
    Ok(json!({ "assertion": assertion }))
}
