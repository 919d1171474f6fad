//! Digests, by which a reader tells that something is what it was.

use std::fmt;
use std::io;

use serde::{Deserialize, Serialize};
use sha2::Digest as _;

/// A SHA-256 digest, in 64 small hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Sha256(String);

/// A text that is no digest.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no SHA-256 digest of 64 small hexadecimal digits")]
pub struct NoDigest(String);

/// Takes what is written, and keeps only its digest.
#[derive(Debug, Default)]
pub(crate) struct Hashed(sha2::Sha256);

impl Hashed {
    /// Of all that was written.
    pub(crate) fn digest(self) -> Sha256 {
        Sha256(hexadecimal(&self.0.finalize()))
    }
}

impl io::Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Sha256 {
    /// The digest of `bytes`.
    #[must_use]
    pub fn of(bytes: impl AsRef<[u8]>) -> Sha256 {
        Sha256(hexadecimal(&sha2::Sha256::digest(bytes.as_ref())))
    }

    /// The digest of all that there is to read, which takes no memory.
    ///
    /// # Errors
    /// Where it can't be read.
    pub fn of_all(mut bytes: impl io::Read) -> io::Result<Sha256> {
        let mut hashed = Hashed::default();
        io::copy(&mut bytes, &mut hashed)?;
        Ok(hashed.digest())
    }

    /// Its hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            digits.push(char::from(if digit < 10 { b'0' + digit } else { b'a' + digit - 10 }));
        }
    }
    digits
}

impl TryFrom<String> for Sha256 {
    type Error = NoDigest;

    fn try_from(text: String) -> Result<Sha256, NoDigest> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() == 64 && text.bytes().all(is_digit) { Ok(Sha256(text)) } else { Err(NoDigest(text)) }
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_the_standard() {
        // FIPS 180-2, appendix B.1.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Sha256::of("abc").as_str(), expected);
        assert_eq!(serde_json::from_value::<Sha256>(expected.into()).unwrap(), Sha256::of("abc"));
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "ba7816bf", &"BA7816BF".repeat(8), &"é".repeat(32)] {
            assert!(Sha256::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
