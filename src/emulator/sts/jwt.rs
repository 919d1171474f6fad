//! JSON Web Tokens, and the six ways in which issuers may sign them.
//!
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html>,
//! <https://www.rfc-editor.org/rfc/rfc7519>, <https://www.rfc-editor.org/rfc/rfc7518>

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::issuers;
use crate::ecdsa::EcKey;
use crate::rsa::Hash;

/// How a token is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Rsa(Hash),
    /// On the curve that goes with the hash.
    Ecdsa(Hash),
}

const ALGORITHMS: [(&str, Algorithm); 6] = [
    ("RS256", Algorithm::Rsa(Hash::Sha256)),
    ("RS384", Algorithm::Rsa(Hash::Sha384)),
    ("RS512", Algorithm::Rsa(Hash::Sha512)),
    ("ES256", Algorithm::Ecdsa(Hash::Sha256)),
    ("ES384", Algorithm::Ecdsa(Hash::Sha384)),
    ("ES512", Algorithm::Ecdsa(Hash::Sha512)),
];

impl Algorithm {
    pub(crate) const RS256: Self = Self::Rsa(Hash::Sha256);

    pub(crate) fn named(name: &str) -> Option<Self> {
        ALGORITHMS.iter().find(|(known, _)| *known == name).map(|(_, algorithm)| *algorithm)
    }

    fn name(self) -> &'static str {
        ALGORITHMS.iter().find(|(_, known)| *known == self).map_or("", |(name, _)| *name)
    }

    fn sign(self, issuer: &str, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Rsa(hash) => issuers::key(issuer).sign_with(hash, message),
            Self::Ecdsa(hash) => EcKey::of(issuer, hash).map(|key| key.sign(message)).unwrap_or_default(),
        }
    }

    fn verifies(self, issuer: &str, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Rsa(hash) => issuers::key(issuer).public.verifies_with(hash, message, signature),
            Self::Ecdsa(hash) => EcKey::of(issuer, hash).is_some_and(|key| key.verifies(message, signature)),
        }
    }
}

/// A token as it was sent, of which nothing is verified yet.
pub(super) struct Token<'t> {
    /// `None`: none that issuers may use.
    pub(super) algorithm: Option<Algorithm>,
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
            algorithm: Algorithm::named(&member("alg")?),
            key_id: member("kid"),
            claims: object(claims)?,
            signed,
            signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
        })
    }

    pub(super) fn is_signed_by(&self, issuer: &str) -> bool {
        let verifies =
            |algorithm: Algorithm| algorithm.verifies(issuer, self.signed.as_bytes(), &self.signature);
        self.algorithm.is_some_and(verifies)
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

/// An issuer's token with these claims.
pub(super) fn signed(issuer: &str, algorithm: Algorithm, claims: &Map<String, Value>) -> String {
    let header = json!({ "alg": algorithm.name(), "kid": issuers::key_id(issuer), "typ": "JWT" }).to_string();
    let claims = Value::Object(claims.clone()).to_string();
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = URL_SAFE_NO_PAD.encode(algorithm.sign(issuer, signed.as_bytes()));
    format!("{signed}.{signature}")
}
