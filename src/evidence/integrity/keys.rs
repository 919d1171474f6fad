//! Ed25519 keys in PEM, as OpenSSL and others write them (RFC 8410). A private key never prints itself.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};

use crate::digest::Sha256;

/// What stands before the 32 bytes of a private key in PKCS #8.
const PRIVATE: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// What stands before the 32 bytes of a public key.
const PUBLIC: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// Signs.
#[derive(Clone)]
pub struct PrivateKey(SigningKey);

/// Tells whether something was signed with the private key that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

/// A text that is no such key; it does not say what the text is.
#[derive(Debug, thiserror::Error)]
#[error("it is no {0} key of Ed25519 in PEM; `rolecall keygen` makes one")]
pub struct NoKey(&'static str);

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey")
    }
}

impl PrivateKey {
    /// The key that follows from 32 random bytes.
    #[must_use]
    pub fn of_seed(seed: &[u8; 32]) -> PrivateKey {
        PrivateKey(SigningKey::from_bytes(seed))
    }

    /// # Errors
    /// Where it is none.
    pub fn from_pem(text: &str) -> Result<PrivateKey, NoKey> {
        let seed = unarmoured(text, "PRIVATE KEY", &PRIVATE).ok_or(NoKey("private"))?;
        Ok(PrivateKey::of_seed(&seed))
    }

    /// For a file that only its owner can read.
    #[must_use]
    pub fn to_pem(&self) -> String {
        armoured("PRIVATE KEY", &PRIVATE, self.0.as_bytes())
    }

    /// The key that others check with.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// The signature of `bytes`.
    #[must_use]
    pub fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        self.0.sign(bytes).to_bytes()
    }
}

impl PublicKey {
    /// # Errors
    /// Where it is none.
    pub fn from_pem(text: &str) -> Result<PublicKey, NoKey> {
        let bytes = unarmoured(text, "PUBLIC KEY", &PUBLIC).ok_or(NoKey("public"))?;
        VerifyingKey::from_bytes(&bytes).map(PublicKey).map_err(|_| NoKey("public"))
    }

    /// For those who are to check.
    #[must_use]
    pub fn to_pem(&self) -> String {
        armoured("PUBLIC KEY", &PUBLIC, self.0.as_bytes())
    }

    /// What it is called: the digest of its DER.
    #[must_use]
    pub fn id(&self) -> Sha256 {
        Sha256::of([&PUBLIC[..], self.0.as_bytes()].concat())
    }

    /// Whether the private key made `signature` of `bytes`.
    #[must_use]
    pub fn verifies(&self, bytes: &[u8], signature: &[u8; 64]) -> bool {
        self.0.verify_strict(bytes, &ed25519_dalek::Signature::from_bytes(signature)).is_ok()
    }
}

fn armoured(label: &str, prefix: &[u8], key: &[u8; 32]) -> String {
    let text = STANDARD.encode([prefix, key].concat());
    format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n")
}

fn unarmoured(text: &str, label: &str, prefix: &[u8]) -> Option<[u8; 32]> {
    let text = text.trim().strip_prefix(&format!("-----BEGIN {label}-----"))?;
    let text = text.strip_suffix(&format!("-----END {label}-----"))?;
    let text: String = text.split_whitespace().collect();
    STANDARD.decode(text).ok()?.strip_prefix(prefix)?.try_into().ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    // RFC 8410, sections 10.1 and 10.3.
    const PRIVATE_PEM: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";
    const PUBLIC_PEM: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";

    #[test]
    fn keys_are_written_as_the_standard_has_them() {
        let key = PrivateKey::from_pem(PRIVATE_PEM).unwrap();
        assert_eq!((key.to_pem().as_str(), key.public().to_pem().as_str()), (PRIVATE_PEM, PUBLIC_PEM));
        assert_eq!(PublicKey::from_pem(PUBLIC_PEM).unwrap(), key.public());
        assert_eq!(format!("{key:?}"), "PrivateKey");
    }

    #[test]
    fn other_texts_are_no_keys_and_are_not_repeated() {
        for text in
            ["", PUBLIC_PEM, "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----", "secret"]
        {
            let error = PrivateKey::from_pem(text).unwrap_err();
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }
}
