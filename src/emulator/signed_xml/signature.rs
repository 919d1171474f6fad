//! Signing an element, and verifying its signature.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::canonical::canonical;
use super::parse::Element;
use crate::rsa::{RsaKey, RsaPublicKey};

const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";

/// Why an element is not known to be its issuer's.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unverified {
    /// It has no signature of its own.
    Unsigned,
    /// It was changed, or signed by somebody else.
    Invalid,
    /// It is signed in a way that is not known here.
    Unsupported(String),
}

/// Verifies the signature that an element has of itself.
pub(crate) fn verify(element: &Element, keys: &[RsaPublicKey]) -> Result<(), Unverified> {
    if element.named(DSIG, "Signature").next().is_none() {
        return Err(Unverified::Unsigned);
    }
    let signature = element.only(DSIG, "Signature").ok_or(Unverified::Invalid)?;
    let signed_info = signature.only(DSIG, "SignedInfo").ok_or(Unverified::Invalid)?;
    algorithm(signed_info, "CanonicalizationMethod", EXCLUSIVE)?;
    algorithm(signed_info, "SignatureMethod", RSA_SHA256)?;
    let reference = signed_info.only(DSIG, "Reference").ok_or(Unverified::Invalid)?;
    check_reference(element, reference)?;
    let digest = base64_of(reference, "DigestValue").ok_or(Unverified::Invalid)?;
    if *Sha256::digest(canonical(element, Some(signature))) != *digest {
        return Err(Unverified::Invalid);
    }
    let value = base64_of(signature, "SignatureValue").ok_or(Unverified::Invalid)?;
    let signed = canonical(signed_info, None);
    let verifies = keys.iter().any(|key| key.verifies(signed.as_bytes(), &value));
    if verifies { Ok(()) } else { Err(Unverified::Invalid) }
}

/// The reference must be to the very element, whose id must be its own alone where it stands.
fn check_reference(element: &Element, reference: &Element) -> Result<(), Unverified> {
    let target = reference.attribute("URI").unwrap_or_default();
    let id = element.attribute("ID").ok_or(Unverified::Invalid)?;
    if target.strip_prefix('#') != Some(id) {
        return Err(Unverified::Invalid);
    }
    let transforms = reference.only(DSIG, "Transforms").ok_or(Unverified::Invalid)?;
    let mut wanted = [ENVELOPED, EXCLUSIVE].into_iter();
    for transform in transforms.elements() {
        let name = transform.attribute("Algorithm").unwrap_or_default();
        // Parameters, such as a list of prefixes to keep, change the canonical form.
        if Some(name) != wanted.next() || transform.elements().next().is_some() {
            return Err(Unverified::Unsupported(name.to_owned()));
        }
    }
    if wanted.next().is_some() {
        return Err(Unverified::Unsupported("a signature without canonicalization".to_owned()));
    }
    algorithm(reference, "DigestMethod", SHA256)
}

fn algorithm(parent: &Element, name: &'static str, expected: &str) -> Result<(), Unverified> {
    let method = parent.only(DSIG, name).ok_or(Unverified::Invalid)?;
    let found = method.attribute("Algorithm").unwrap_or_default();
    if found != expected || method.elements().next().is_some() {
        return Err(Unverified::Unsupported(found.to_owned()));
    }
    Ok(())
}

fn base64_of(parent: &Element, name: &'static str) -> Option<Vec<u8>> {
    let text = parent.only(DSIG, name)?.text();
    STANDARD.decode(text.split_whitespace().collect::<String>()).ok()
}

/// `document`, whose root has the attribute `ID`, with the root's signature in place of `{signature}`.
pub(crate) fn sign(document: &str, key: &RsaKey) -> Option<String> {
    let unsigned = Element::parse(&document.replace("{signature}", ""))?;
    let id = unsigned.attribute("ID")?;
    let digest = STANDARD.encode(Sha256::digest(canonical(&unsigned, None)));
    let signed_info = format!(
        "<ds:SignedInfo xmlns:ds=\"{DSIG}\"><ds:CanonicalizationMethod Algorithm=\"{EXCLUSIVE}\"/>\
         <ds:SignatureMethod Algorithm=\"{RSA_SHA256}\"/><ds:Reference URI=\"#{id}\"><ds:Transforms>\
         <ds:Transform Algorithm=\"{ENVELOPED}\"/><ds:Transform Algorithm=\"{EXCLUSIVE}\"/></ds:Transforms>\
         <ds:DigestMethod Algorithm=\"{SHA256}\"/><ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>\
         </ds:SignedInfo>"
    );
    let value = STANDARD.encode(key.sign(canonical(&Element::parse(&signed_info)?, None).as_bytes()));
    let signature = format!(
        "<ds:Signature xmlns:ds=\"{DSIG}\">{signed_info}<ds:SignatureValue>{value}</ds:SignatureValue></ds:Signature>"
    );
    Some(document.replace("{signature}", &signature))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const DOCUMENT: &str = "<n:a xmlns:n=\"u\" ID=\"_1\">{signature}<b>1</b></n:a>";

    #[track_caller]
    fn check(change: (&str, &str), expected: Result<(), Unverified>) {
        let key = RsaKey::numbered("idp", 0);
        let signed = sign(DOCUMENT, &key).unwrap();
        assert!(change.0.is_empty() || signed.contains(change.0), "{signed}");
        let changed = if change.0.is_empty() { signed } else { signed.replacen(change.0, change.1, 1) };
        assert_eq!(verify(&Element::parse(&changed).unwrap(), &[key.public]), expected, "{changed}");
    }

    #[test]
    fn a_signature_holds_for_what_was_signed() {
        check(("", ""), Ok(()));
        // Another spelling of the same document.
        check(("<b>1</b>", "<b ><!-- -->1</b>"), Ok(()));
        check(("<b>1</b>", "<b>2</b>"), Err(Unverified::Invalid));
        check(("<b>1</b>", "<b>1</b><b>1</b>"), Err(Unverified::Invalid));
        check(("ID=\"_1\"", "ID=\"_2\""), Err(Unverified::Invalid));
        check(("URI=\"#_1\"", "URI=\"\""), Err(Unverified::Invalid));
        check(("<ds:SignatureValue>", "<ds:SignatureValue>A"), Err(Unverified::Invalid));
        check(
            ("<ds:DigestValue>", "<ds:DigestValue>AAAA</ds:DigestValue><ds:DigestValue>"),
            Err(Unverified::Invalid),
        );
    }

    #[test]
    fn others_keys_and_ways_do_not_count() {
        let key = RsaKey::numbered("idp", 0);
        let signed = sign(DOCUMENT, &key).unwrap();
        let other = RsaKey::numbered("idp", 1).public;
        assert_eq!(verify(&Element::parse(&signed).unwrap(), &[other]), Err(Unverified::Invalid));
        let unsigned = DOCUMENT.replace("{signature}", "");
        assert_eq!(verify(&Element::parse(&unsigned).unwrap(), &[key.public]), Err(Unverified::Unsigned));
        let sha1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1";
        check((RSA_SHA256, sha1), Err(Unverified::Unsupported(sha1.to_owned())));
        let inclusive = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
        check((EXCLUSIVE, inclusive), Err(Unverified::Unsupported(inclusive.to_owned())));
        check(
            (&format!("<ds:Transform Algorithm=\"{ENVELOPED}\"/>"), ""),
            Err(Unverified::Unsupported(EXCLUSIVE.to_owned())),
        );
    }
}
