//! X.509 certificates as far as SAML needs them: the RSA key in one, and a self-signed one around a key.
//!
//! Who issued a certificate, and whether it has expired, is of no concern: the metadata document vouches for it.
//! <https://www.rfc-editor.org/rfc/rfc5280>

use num_bigint::BigUint;

use crate::der::{self, INTEGER, SEQUENCE, bit_string, integer, sequence, tagged};
use crate::rsa::{RsaKey, RsaPublicKey};

/// 1.2.840.113549.1.1.11, sha256WithRSAEncryption, with its empty parameters.
const SHA256_WITH_RSA: &[u8] = &[0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b, 5, 0];
/// 2.5.4.3, commonName.
const COMMON_NAME: &[u8] = &[6, 3, 0x55, 4, 3];
const UTF8_STRING: u8 = 0x0c;
const UTC_TIME: u8 = 0x17;
const SET: u8 = 0x31;
/// The tag of a certificate's version, which the first version leaves out.
const VERSION: u8 = 0xa0;

/// The key in a certificate; `None`: it is none, or holds a key that is not RSA.
pub(crate) fn public_key(certificate: &[u8]) -> Option<RsaPublicKey> {
    let mut whole = der::Reader(der::Reader(certificate).expect(SEQUENCE)?);
    let mut signed = der::Reader(whole.expect(SEQUENCE)?);
    let (tag, _) = signed.next()?;
    if tag == VERSION {
        signed.expect(INTEGER)?;
    } else if tag != INTEGER {
        return None;
    }
    // The signature's algorithm, the issuer, the validity and the subject.
    for _ in 0..4 {
        signed.expect(SEQUENCE)?;
    }
    RsaPublicKey::of_info(signed.expect(SEQUENCE)?)
}

/// A certificate of the key for this name, signed by itself.
pub(crate) fn self_signed(name: &str, key: &RsaKey) -> Vec<u8> {
    let common_name = sequence([COMMON_NAME, &tagged(UTF8_STRING, name.as_bytes())].concat());
    let name = sequence(tagged(SET, &common_name));
    let time = |text: &str| tagged(UTC_TIME, text.as_bytes());
    let validity = sequence([time("200101000000Z"), time("491231235959Z")].concat());
    let parts = [
        integer(&BigUint::from(1_u32)),
        SHA256_WITH_RSA.to_vec(),
        name.clone(),
        validity,
        name,
        key.public.info(),
    ];
    let signed = sequence(parts.concat());
    let signature = bit_string(&key.sign(&signed));
    sequence([signed, SHA256_WITH_RSA.to_vec(), signature].concat())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_tells_its_key() {
        let key = RsaKey::numbered("a", 0);
        let certificate = self_signed("https://idp.example.com", &key);
        assert_eq!(public_key(&certificate), Some(key.public));
        for length in [0, 1, 20, certificate.len() / 2] {
            assert_eq!(public_key(certificate.get(..length).unwrap()), None);
        }
    }
}
