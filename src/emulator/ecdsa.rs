//! Signatures by ECDSA on the three curves of NIST, as JSON Web Tokens have them.
//!
//! The keys follow from names that everyone can read: they are fit for tests, and protect nothing.
//! <https://www.rfc-editor.org/rfc/rfc7518#section-3.4>

use p256::ecdsa::signature::{Signer, Verifier};
use sha2::{Digest, Sha512};

use crate::rsa::Hash;

/// A key on the curve that goes with a hash.
pub(crate) enum EcKey {
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    P521(p521::ecdsa::SigningKey),
}

impl EcKey {
    /// The key of a name; `None`: it has none.
    pub(crate) fn of(name: &str, hash: Hash) -> Option<Self> {
        let named = Sha512::digest(name);
        match hash {
            Hash::Sha384 => p384::ecdsa::SigningKey::from_slice(&scalar::<48>(&named)).map(Self::P384),
            Hash::Sha512 => p521::ecdsa::SigningKey::from_slice(&scalar::<66>(&named)).map(Self::P521),
            Hash::Sha256 | Hash::Sha1 => {
                p256::ecdsa::SigningKey::from_slice(&scalar::<32>(&named)).map(Self::P256)
            }
        }
        .ok()
    }

    /// Two numbers, each as long as a coordinate.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::P256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(message);
                signature.to_bytes().to_vec()
            }
            Self::P384(key) => {
                let signature: p384::ecdsa::Signature = key.sign(message);
                signature.to_bytes().to_vec()
            }
            Self::P521(key) => {
                let signature: p521::ecdsa::Signature = key.sign(message);
                signature.to_bytes().to_vec()
            }
        }
    }

    /// Whether a signature of this message is this key's.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::P256(key) => p256::ecdsa::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verifying_key().verify(message, &signature).is_ok()),
            Self::P384(key) => p384::ecdsa::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verifying_key().verify(message, &signature).is_ok()),
            Self::P521(key) => p521::ecdsa::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verifying_key().verify(message, &signature).is_ok()),
        }
    }
}

/// A number of this size that is below the order of its curve, for it begins with a zero.
fn scalar<const SIZE: usize>(bytes: &[u8]) -> [u8; SIZE] {
    let mut scalar = [0; SIZE];
    scalar.iter_mut().skip(1).zip(bytes).for_each(|(digit, byte)| *digit = *byte);
    scalar
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn only_the_signed_message_and_the_signing_key_verify() {
        for (hash, size) in [(Hash::Sha256, 64), (Hash::Sha384, 96), (Hash::Sha512, 132)] {
            let key = |name| EcKey::of(name, hash).unwrap();
            let mut signature = key("a").sign(b"message");
            assert_eq!(signature.len(), size);
            assert!(key("a").verifies(b"message", &signature));
            assert!(!key("b").verifies(b"message", &signature));
            assert!(!key("a").verifies(b"massage", &signature));
            assert!(!key("a").verifies(b"message", &vec![0; size]));
            *signature.last_mut().unwrap() ^= 1;
            assert!(!key("a").verifies(b"message", &signature));
        }
    }
}
