//! Private keys that are uploaded: whether one belongs to a certificate. They are not kept.
//!
//! RSA: <https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.2>, elliptic curves: <https://www.rfc-editor.org/rfc/rfc5915>,
//! either of them wrapped: <https://www.rfc-editor.org/rfc/rfc5208>.

use num_bigint::BigUint;

use crate::der::{BIT_STRING, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, Reader, SEQUENCE};
use crate::pem;
use crate::rsa::RsaPublicKey;

/// 1.2.840.113549.1.1.1, rsaEncryption.
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// 1.2.840.10045.2.1, ecPublicKey.
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
/// The tag of the public key in an elliptic curve's private one.
const PUBLIC_KEY: u8 = 0xa1;

/// Why a private key says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Useless {
    /// It is none, or is encrypted.
    Unreadable,
    /// It leaves out the point on the curve that is its public key.
    WithoutPoint,
}

/// Whether the private key in a PEM text is that of a `SubjectPublicKeyInfo`'s content.
pub(crate) fn belongs_to(text: &str, key_info: &[u8]) -> Result<bool, Useless> {
    let blocks = pem::blocks(text).ok_or(Useless::Unreadable)?;
    let block = blocks.iter().find(|block| block.label.ends_with("PRIVATE KEY"));
    let block = block.ok_or(Useless::Unreadable)?;
    let content = Reader(&block.der).expect(SEQUENCE).ok_or(Useless::Unreadable)?;
    match block.label.as_str() {
        "RSA PRIVATE KEY" => rsa(content, key_info).ok_or(Useless::Unreadable),
        "EC PRIVATE KEY" => elliptic_curve(content, key_info),
        "PRIVATE KEY" => wrapped(content, key_info),
        _ => Err(Useless::Unreadable),
    }
}

fn wrapped(content: &[u8], key_info: &[u8]) -> Result<bool, Useless> {
    let (algorithm, key) = unwrapped(content).ok_or(Useless::Unreadable)?;
    match algorithm {
        RSA => rsa(key, key_info).ok_or(Useless::Unreadable),
        EC => elliptic_curve(key, key_info),
        _ => Err(Useless::Unreadable),
    }
}

/// The algorithm and the key's content.
fn unwrapped(content: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut parts = Reader(content);
    parts.expect(INTEGER)?;
    let algorithm = Reader(parts.expect(SEQUENCE)?).expect(OBJECT_IDENTIFIER)?;
    Some((algorithm, Reader(parts.expect(OCTET_STRING)?).expect(SEQUENCE)?))
}

fn rsa(content: &[u8], key_info: &[u8]) -> Option<bool> {
    let mut parts = Reader(content);
    parts.expect(INTEGER)?;
    let mut number = || parts.expect(INTEGER).map(BigUint::from_bytes_be);
    let public = RsaPublicKey { modulus: number()?, exponent: number()? };
    let (_, p, q) = (number()?, number()?, number()?);
    Some(p * q == public.modulus && RsaPublicKey::of_info(key_info) == Some(public))
}

fn elliptic_curve(content: &[u8], key_info: &[u8]) -> Result<bool, Useless> {
    let point = point(content).ok_or(Useless::Unreadable)?.ok_or(Useless::WithoutPoint)?;
    let mut info = Reader(key_info);
    let algorithm = info.expect(SEQUENCE).and_then(|algorithm| Reader(algorithm).expect(OBJECT_IDENTIFIER));
    Ok(algorithm == Some(EC) && info.expect(BIT_STRING) == Some(point))
}

/// The public key in a private one, which may leave it out.
fn point(content: &[u8]) -> Option<Option<&[u8]>> {
    let mut parts = Reader(content);
    parts.expect(INTEGER)?;
    parts.expect(OCTET_STRING)?;
    while let Some((tag, part)) = parts.next() {
        if tag == PUBLIC_KEY {
            return Reader(part).expect(BIT_STRING).map(Some);
        }
    }
    Some(None)
}
