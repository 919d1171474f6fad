//! The keys themselves: well-formed, distinct, and made in microseconds from a seed.
//!
//! They are fit for `ssh-keygen` and for tests, and protect nothing (see `rsa`).
//! There is no machine behind an instance that one could log in to.
//!
//! Fingerprints: <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/verify-keys.html>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::SigningKey;
use md5::Md5;
use num_bigint::BigUint;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::der::{OCTET_STRING, integer, sequence, tagged};
use crate::pem;
use crate::rsa::{RSA_ALGORITHM, RsaKey};
use crate::ssh::{colons, read_string, rsa_blob, rsa_of_blob, string};

/// A new key pair.
pub(super) struct NewKey {
    pub(super) private_pem: String,
    pub(super) fingerprint: String,
    pub(super) public: PublicKey,
}

/// A public key.
pub(super) struct PublicKey {
    /// As `KeyType` spells it.
    pub(super) key_type: &'static str,
    /// `ssh-rsa AAAA…`, without a comment.
    pub(super) openssh: String,
    blob: Vec<u8>,
}

/// The `number`th RSA key of 2048 bits in a place; a place has as many distinct ones as there are pairs of primes.
pub(super) fn rsa(place: &str, number: usize) -> NewKey {
    let key = RsaKey::numbered(place, number);
    let pkcs1 = key.pkcs1();
    let pkcs8 =
        sequence([integer(&BigUint::ZERO), RSA_ALGORITHM.to_vec(), tagged(OCTET_STRING, &pkcs1)].concat());
    NewKey {
        private_pem: pem::encode("RSA PRIVATE KEY", &pkcs1),
        fingerprint: colons(&Sha1::digest(&pkcs8)),
        public: PublicKey::of_blob("rsa", "ssh-rsa", rsa_blob(&key.public)),
    }
}

/// The ED25519 key of a seed.
pub(super) fn ed25519(seed: &str) -> NewKey {
    let signing = SigningKey::from_bytes(&Sha256::digest(seed.as_bytes()).into());
    let public = signing.verifying_key().to_bytes();
    let blob = [string(b"ssh-ed25519"), string(&public)].concat();
    let check = Sha256::digest(public).get(..4).unwrap_or_default().to_vec();
    let mut secret = [&check[..], &check[..], &blob[..]].concat();
    secret.extend(string(&[signing.to_bytes(), public].concat()));
    secret.extend(string(b""));
    secret.extend((1..=8).take((8 - secret.len() % 8) % 8));
    let mut key = b"openssh-key-v1\0".to_vec();
    key.extend([string(b"none"), string(b"none"), string(b""), vec![0, 0, 0, 1]].concat());
    key.extend([string(&blob), string(&secret)].concat());
    let public = PublicKey::of_blob("ed25519", "ssh-ed25519", blob);
    NewKey {
        private_pem: pem::encode("OPENSSH PRIVATE KEY", &key),
        fingerprint: STANDARD.encode(Sha256::digest(&public.blob)),
        public,
    }
}

impl PublicKey {
    fn of_blob(key_type: &'static str, name: &str, blob: Vec<u8>) -> Self {
        Self { key_type, openssh: format!("{name} {}", STANDARD.encode(&blob)), blob }
    }

    /// Reads a line of OpenSSH's form; `None` if it is not one of a kind that EC2 takes.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let name = words.next()?;
        let blob = STANDARD.decode(words.next()?).ok()?;
        let key_type = match name {
            "ssh-rsa" => {
                let bits = rsa_of_blob(&blob)?.modulus.bits();
                matches!(bits, 1024 | 2048 | 4096).then_some("rsa")?
            }
            "ssh-ed25519" => {
                let (head, rest) = read_string(&blob)?;
                let (key, rest) = read_string(rest)?;
                let whole = head == name.as_bytes() && rest.is_empty() && key.len() == 32;
                whole.then_some("ed25519")?
            }
            _ => return None,
        };
        Some(Self::of_blob(key_type, name, blob))
    }

    /// The fingerprint of a key that was made elsewhere: MD5 of the DER public key for RSA.
    pub(super) fn imported_fingerprint(&self) -> String {
        match rsa_of_blob(&self.blob) {
            Some(key) => colons(&Md5::digest(key.info())),
            None => STANDARD.encode(Sha256::digest(&self.blob)),
        }
    }
}
