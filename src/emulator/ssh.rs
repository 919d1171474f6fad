//! SSH's wire format, as far as public keys need it: <https://www.rfc-editor.org/rfc/rfc4253#section-6.6>.

use num_bigint::BigUint;

use crate::der::unsigned;
use crate::rsa::RsaPublicKey;

const RSA: &[u8] = b"ssh-rsa";

pub(crate) fn string(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).unwrap_or(0).to_be_bytes();
    [&length[..], bytes].concat()
}

pub(crate) fn mpint(number: &BigUint) -> Vec<u8> {
    string(&unsigned(number))
}

/// A string, and what follows it; `None`: there is none that is whole.
pub(crate) fn read_string(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
}

/// The blob that stands in base64 after `ssh-rsa`.
pub(crate) fn rsa_blob(key: &RsaPublicKey) -> Vec<u8> {
    [string(RSA), mpint(&key.exponent), mpint(&key.modulus)].concat()
}

/// The key in such a blob.
pub(crate) fn rsa_of_blob(blob: &[u8]) -> Option<RsaPublicKey> {
    let (name, rest) = read_string(blob)?;
    let (exponent, rest) = read_string(rest)?;
    let (modulus, rest) = read_string(rest)?;
    let number = BigUint::from_bytes_be;
    let key = RsaPublicKey { modulus: number(modulus), exponent: number(exponent) };
    (name == RSA && rest.is_empty()).then_some(key)
}

/// A digest as fingerprints are written.
pub(crate) fn colons(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":")
}
