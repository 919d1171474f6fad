//! X.509 certificates, as far as they are looked at: names, validity, key and signature; and a self-signed one around a
//! key. Whether a certificate has expired is for who asks.
//!
//! <https://www.rfc-editor.org/rfc/rfc5280>

use chrono::{DateTime, NaiveDateTime, Utc};
use num_bigint::BigUint;

use crate::der::{
    self, BIT_STRING, INTEGER, OBJECT_IDENTIFIER, SEQUENCE, bit_string, integer, sequence, tagged,
};
use crate::rsa::{Hash, RsaKey, RsaPublicKey};

/// 1.2.840.113549.1.1.11, sha256WithRSAEncryption, with its empty parameters.
const SHA256_WITH_RSA: &[u8] = &[0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b, 5, 0];
/// 1.2.840.113549.1.1, PKCS #1, up to the number of an algorithm.
const PKCS1: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01];
/// 2.5.4.3, commonName.
const COMMON_NAME: &[u8] = &[6, 3, 0x55, 4, 3];
const UTF8_STRING: u8 = 0x0c;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SET: u8 = 0x31;
/// The tag of a certificate's version, which the first version leaves out.
const VERSION: u8 = 0xa0;

/// A certificate.
pub(crate) struct Certificate<'a> {
    issuer: &'a [u8],
    subject: &'a [u8],
    pub(crate) not_before: DateTime<Utc>,
    pub(crate) not_after: DateTime<Utc>,
    /// The content of its `SubjectPublicKeyInfo`.
    pub(crate) key_info: &'a [u8],
    /// The content of what is signed.
    signed: &'a [u8],
    /// The content of the algorithm's identifier.
    algorithm: &'a [u8],
    signature: &'a [u8],
}

impl<'a> Certificate<'a> {
    /// Reads DER; `None`: it is no certificate.
    pub(crate) fn parse(der: &'a [u8]) -> Option<Self> {
        let mut outermost = der::Reader(der);
        let mut whole = der::Reader(outermost.expect(SEQUENCE)?);
        let signed = whole.expect(SEQUENCE)?;
        let algorithm = whole.expect(SEQUENCE)?;
        let signature = whole.expect(BIT_STRING)?.strip_prefix(&[0])?;
        let mut parts = der::Reader(signed);
        match parts.next()? {
            (VERSION, _) => parts.expect(INTEGER).map(|_| ())?,
            (INTEGER, _) => {}
            _ => return None,
        }
        parts.expect(SEQUENCE)?;
        let issuer = parts.expect(SEQUENCE)?;
        let mut validity = der::Reader(parts.expect(SEQUENCE)?);
        let (not_before, not_after) = (time(validity.next()?)?, time(validity.next()?)?);
        let subject = parts.expect(SEQUENCE)?;
        let key_info = parts.expect(SEQUENCE)?;
        let certificate =
            Self { issuer, subject, not_before, not_after, key_info, signed, algorithm, signature };
        outermost.0.is_empty().then_some(certificate)
    }

    /// Its key; `None`: it is not RSA.
    pub(crate) fn rsa_key(&self) -> Option<RsaPublicKey> {
        RsaPublicKey::of_info(self.key_info)
    }

    pub(crate) fn is_valid_at(&self, now: DateTime<Utc>) -> bool {
        (self.not_before..=self.not_after).contains(&now)
    }

    /// Whether the subject of `issuer` issued this one, by name and signature; `None`: signatures of this algorithm
    /// cannot be verified here.
    pub(crate) fn is_issued_by(&self, issuer: &Certificate<'_>) -> Option<bool> {
        if self.issuer != issuer.subject {
            return Some(false);
        }
        let identifier = der::Reader(self.algorithm).expect(OBJECT_IDENTIFIER)?;
        let hash = match identifier.strip_prefix(PKCS1)? {
            [5] => Hash::Sha1,
            [11] => Hash::Sha256,
            [12] => Hash::Sha384,
            [13] => Hash::Sha512,
            _ => return None,
        };
        let message = sequence(self.signed.to_vec());
        Some(issuer.rsa_key().is_some_and(|key| key.verifies_with(hash, &message, self.signature)))
    }
}

/// A `UTCTime` is of the years from 1950 to 2049.
fn time((tag, content): (u8, &[u8])) -> Option<DateTime<Utc>> {
    let text = std::str::from_utf8(content).ok()?;
    let text = match tag {
        UTC_TIME if text.get(..2)? < "50" => format!("20{text}"),
        UTC_TIME => format!("19{text}"),
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    NaiveDateTime::parse_from_str(&text, "%Y%m%d%H%M%SZ").ok().map(|time| time.and_utc())
}

/// A certificate of the key for this name, signed by itself.
pub(crate) fn self_signed(name: &str, key: &RsaKey) -> Vec<u8> {
    issued(name, &key.public, name, key)
}

/// A certificate of a key for a subject, signed by an issuer.
pub(crate) fn issued(subject: &str, key: &RsaPublicKey, issuer: &str, issuer_key: &RsaKey) -> Vec<u8> {
    let name = |name: &str| {
        let common_name = sequence([COMMON_NAME, &tagged(UTF8_STRING, name.as_bytes())].concat());
        sequence(tagged(SET, &common_name))
    };
    let time = |text: &str| tagged(UTC_TIME, text.as_bytes());
    let validity = sequence([time("200101000000Z"), time("491231235959Z")].concat());
    let parts = [
        integer(&BigUint::from(1_u32)),
        SHA256_WITH_RSA.to_vec(),
        name(issuer),
        validity,
        name(subject),
        key.info(),
    ];
    let signed = sequence(parts.concat());
    let signature = bit_string(&issuer_key.sign(&signed));
    sequence([signed, SHA256_WITH_RSA.to_vec(), signature].concat())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_tells_its_key_and_how_long_it_is_valid() {
        let key = RsaKey::numbered("a", 0);
        let der = self_signed("https://idp.example.com", &key);
        let certificate = Certificate::parse(&der).unwrap();
        assert_eq!(certificate.rsa_key(), Some(key.public));
        assert_eq!(certificate.not_after.to_rfc3339(), "2049-12-31T23:59:59+00:00");
        assert!(
            certificate.is_valid_at(certificate.not_before) && !certificate.is_valid_at(DateTime::UNIX_EPOCH)
        );
        for length in [0, 1, 20, der.len() / 2] {
            assert!(Certificate::parse(der.get(..length).unwrap()).is_none());
        }
        assert!(Certificate::parse(&[der.as_slice(), &[0]].concat()).is_none());
    }

    #[test]
    fn a_certificate_tells_who_issued_it() {
        let (root, leaf, other) =
            (RsaKey::numbered("a", 0), RsaKey::numbered("a", 1), RsaKey::numbered("a", 2));
        let root_der = self_signed("root", &root);
        let leaf_der = issued("leaf", &leaf.public, "root", &root);
        let false_root = self_signed("root", &other);
        let parse = |der| Certificate::parse(der).unwrap();
        assert_eq!(parse(&leaf_der).is_issued_by(&parse(&root_der)), Some(true));
        assert_eq!(parse(&root_der).is_issued_by(&parse(&root_der)), Some(true));
        assert_eq!(parse(&leaf_der).is_issued_by(&parse(&false_root)), Some(false));
        assert_eq!(parse(&root_der).is_issued_by(&parse(&leaf_der)), Some(false));
    }
}
