//! JSON Web Tokens, signed with RS256.
//!
//! <https://www.rfc-editor.org/rfc/rfc7519>, <https://www.rfc-editor.org/rfc/rfc7518>

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use crate::rsa::{RsaKey, RsaPublicKey};

/// A token as it was sent, of which nothing is verified yet.
pub(super) struct Token<'t> {
    pub(super) algorithm: String,
    pub(super) key_id: Option<String>,
    pub(super) claims: Map<String, Value>,
    signed: &'t str,
    signature: Vec<u8>,
}

impl<'t> Token<'t> {
    /// `None`: it is no token.
    pub(super) fn parse(text: &'t str) -> Option<Self> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let header = object(header)?;
        let member = |name| header.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            algorithm: member("alg")?,
            key_id: member("kid"),
            claims: object(claims)?,
            signed,
            signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
        })
    }

    pub(super) fn is_signed_by(&self, key: &RsaPublicKey) -> bool {
        self.algorithm == "RS256" && key.verifies(self.signed.as_bytes(), &self.signature)
    }

    pub(super) fn text(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim)?.as_str().filter(|text| !text.is_empty())
    }

    /// A time in seconds since 1970.
    pub(super) fn time(&self, claim: &str) -> Option<i64> {
        let time = self.claims.get(claim)?;
        #[expect(clippy::cast_possible_truncation, reason = "a fraction of a second tells nothing")]
        time.as_i64().or_else(|| time.as_f64().map(|time| time as i64))
    }
}

fn object(part: &str) -> Option<Map<String, Value>> {
    let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// A token with these claims.
pub(super) fn signed(key: &RsaKey, key_id: &str, claims: &Map<String, Value>) -> String {
    let header = json!({ "alg": "RS256", "kid": key_id, "typ": "JWT" }).to_string();
    let claims = Value::Object(claims.clone()).to_string();
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}
