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

use crate::der::{OCTET_STRING, bit_string, integer, sequence, tagged, unsigned};
use crate::rsa::{RSA_ALGORITHM, RsaKey, RsaPublicKey};

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
    let RsaKey { public, private, primes: (p, q) } = RsaKey::numbered(place, number);
    let RsaPublicKey { modulus, exponent } = public;
    let one = BigUint::from(1_u32);
    let (by_p, by_q) = (&private % (&p - &one), &private % (&q - &one));
    let coefficient = q.modinv(&p).unwrap_or_default();
    let numbers = [&BigUint::ZERO, &modulus, &exponent, &private, &p, &q, &by_p, &by_q, &coefficient];
    let pkcs1 = sequence(numbers.iter().flat_map(|number| integer(number)).collect());
    let pkcs8 =
        sequence([integer(&BigUint::ZERO), RSA_ALGORITHM.to_vec(), tagged(OCTET_STRING, &pkcs1)].concat());
    let blob = [string(b"ssh-rsa"), mpint(&exponent), mpint(&modulus)].concat();
    NewKey {
        private_pem: pem("RSA PRIVATE KEY", &pkcs1),
        fingerprint: colons(&Sha1::digest(&pkcs8)),
        public: PublicKey::of_blob("rsa", "ssh-rsa", blob),
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
        private_pem: pem("OPENSSH PRIVATE KEY", &key),
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
        let (head, rest) = read_string(&blob)?;
        let (first, rest) = read_string(rest)?;
        let key_type = match name {
            "ssh-rsa" => {
                let (modulus, rest) = read_string(rest)?;
                let bits = BigUint::from_bytes_be(modulus).bits();
                (rest.is_empty() && matches!(bits, 1024 | 2048 | 4096)).then_some("rsa")?
            }
            "ssh-ed25519" => (rest.is_empty() && first.len() == 32).then_some("ed25519")?,
            _ => return None,
        };
        (head == name.as_bytes()).then(|| Self::of_blob(key_type, name, blob.clone()))
    }

    /// The fingerprint of a key that was made elsewhere: MD5 of the DER public key for RSA.
    pub(super) fn imported_fingerprint(&self) -> String {
        if self.key_type == "ed25519" {
            return STANDARD.encode(Sha256::digest(&self.blob));
        }
        let mut numbers = Vec::new();
        let mut rest = self.blob.as_slice();
        while let Some((part, after)) = read_string(rest) {
            numbers.push(BigUint::from_bytes_be(part));
            rest = after;
        }
        // After the name: exponent, modulus. In DER: modulus, exponent.
        let key = sequence(numbers.iter().skip(1).rev().flat_map(integer).collect());
        let spki = sequence([RSA_ALGORITHM, &bit_string(&key)].concat());
        colons(&Md5::digest(&spki))
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    let base64 = STANDARD.encode(der);
    let mut text = format!("-----BEGIN {label}-----\n");
    let mut rest = base64.as_str();
    while let Some((line, after)) = rest.split_at_checked(64) {
        text.extend([line, "\n"]);
        rest = after;
    }
    if !rest.is_empty() {
        text.extend([rest, "\n"]);
    }
    // Without a last line break, as AWS sends it.
    format!("{text}-----END {label}-----")
}

fn colons(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":")
}

/// SSH's wire format.
fn string(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).unwrap_or(0).to_be_bytes();
    [&length[..], bytes].concat()
}

fn mpint(number: &BigUint) -> Vec<u8> {
    string(&unsigned(number))
}

fn read_string(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
}
