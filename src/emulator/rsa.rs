//! RSA keys made in microseconds, and signatures by PKCS #1 v1.5.
//!
//! A key is the product of two primes of a list that everyone can read (`rsa_primes.txt`), as looking for primes would
//! take longer than a whole scenario. So these keys are fit for tests, and protect nothing.
//! <https://www.rfc-editor.org/rfc/rfc8017>

use num_bigint::BigUint;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::der::{
    self, BIT_STRING, INTEGER, NULL, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, bit_string, integer,
    sequence, tagged,
};

const PRIMES: &str = include_str!("rsa_primes.txt");
const EXPONENT: u32 = 65537;
/// 1.2.840.113549.1.1.1, rsaEncryption, with its empty parameters.
pub(crate) const RSA_ALGORITHM: &[u8] =
    &[0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 5, 0];

/// What a signature is made over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    fn digest(self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => Sha1::digest(message).to_vec(),
            Self::Sha256 => Sha256::digest(message).to_vec(),
            Self::Sha384 => Sha384::digest(message).to_vec(),
            Self::Sha512 => Sha512::digest(message).to_vec(),
        }
    }

    /// `DigestInfo`: the algorithm's identifier with its empty parameters, and the digest.
    fn info(self, message: &[u8]) -> Vec<u8> {
        let last = match self {
            Self::Sha1 => None,
            Self::Sha256 => Some(1),
            Self::Sha384 => Some(2),
            Self::Sha512 => Some(3),
        };
        let identifier = last.map_or_else(
            || vec![0x2b, 0x0e, 3, 2, 0x1a],
            |last| vec![0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, last],
        );
        let algorithm = sequence([tagged(OBJECT_IDENTIFIER, &identifier), tagged(NULL, &[])].concat());
        sequence([algorithm, tagged(OCTET_STRING, &self.digest(message))].concat())
    }
}

/// A key pair.
pub(crate) struct RsaKey {
    pub(crate) public: RsaPublicKey,
    pub(crate) private: BigUint,
    pub(crate) primes: (BigUint, BigUint),
}

/// The parts of a private key of which the Chinese remainder theorem makes a power.
struct Crt {
    by_p: BigUint,
    by_q: BigUint,
    coefficient: BigUint,
}

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RsaPublicKey {
    pub(crate) modulus: BigUint,
    pub(crate) exponent: BigUint,
}

impl RsaKey {
    /// The `number`th key of 2048 bits in a place; a place has as many distinct ones as there are pairs of primes.
    pub(crate) fn numbered(place: &str, number: usize) -> Self {
        let primes: Vec<BigUint> =
            PRIMES.lines().filter_map(|line| BigUint::parse_bytes(line.as_bytes(), 16)).collect();
        let start = place.bytes().fold(0_usize, |sum, byte| (sum * 31 + usize::from(byte)) % 1_000_003);
        let mut pairs =
            primes.iter().enumerate().flat_map(|(at, p)| primes.iter().take(at).map(move |q| (p, q)));
        let count = primes.len() * (primes.len().saturating_sub(1)) / 2;
        let fallback = BigUint::from(3_u32);
        let (p, q) = pairs.nth((start + number) % count.max(1)).unwrap_or((&fallback, &fallback));
        let one = BigUint::from(1_u32);
        let exponent = BigUint::from(EXPONENT);
        let private = exponent.modinv(&((p - &one) * (q - &one))).unwrap_or_default();
        let public = RsaPublicKey { modulus: p * q, exponent };
        Self { public, private, primes: (p.clone(), q.clone()) }
    }

    /// `RSAPrivateKey`.
    pub(crate) fn pkcs1(&self) -> Vec<u8> {
        let Self { public: RsaPublicKey { modulus, exponent }, private, primes: (p, q) } = self;
        let Crt { by_p, by_q, coefficient } = self.crt();
        let numbers = [&BigUint::ZERO, modulus, exponent, private, p, q, &by_p, &by_q, &coefficient];
        sequence(numbers.iter().flat_map(|number| integer(number)).collect())
    }

    /// The signature of a message, with SHA-256.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.sign_with(Hash::Sha256, message)
    }

    /// The signature of a message.
    pub(crate) fn sign_with(&self, hash: Hash, message: &[u8]) -> Vec<u8> {
        let length = self.public.size();
        let encoded = BigUint::from_bytes_be(&encoded(hash, message, length));
        padded(&self.private_power(&encoded), length)
    }

    /// RFC 8017, section 5.1.2, by the primes, which takes a quarter of the time.
    fn private_power(&self, number: &BigUint) -> BigUint {
        let Crt { by_p, by_q, coefficient } = self.crt();
        let (p, q) = &self.primes;
        let (of_p, of_q) = (number.modpow(&by_p, p), number.modpow(&by_q, q));
        let difference = (of_p + p - &of_q % p) * coefficient % p;
        of_q + difference * q
    }

    /// The private exponent by each prime, and what puts the two together.
    fn crt(&self) -> Crt {
        let (p, q) = &self.primes;
        let one = BigUint::from(1_u32);
        let (by_p, by_q) = (&self.private % (p - &one), &self.private % (q - &one));
        Crt { by_p, by_q, coefficient: q.modinv(p).unwrap_or_default() }
    }
}

impl RsaPublicKey {
    /// Whether a signature with SHA-256 is this key's.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.verifies_with(Hash::Sha256, message, signature)
    }

    /// Whether a signature is this key's.
    pub(crate) fn verifies_with(&self, hash: Hash, message: &[u8], signature: &[u8]) -> bool {
        let (length, number) = (self.size(), BigUint::from_bytes_be(signature));
        // The modulus of a key that somebody made up may be anything.
        if !(1024..=8192).contains(&self.modulus.bits())
            || signature.len() != length
            || number >= self.modulus
        {
            return false;
        }
        padded(&number.modpow(&self.exponent, &self.modulus), length) == encoded(hash, message, length)
    }

    fn size(&self) -> usize {
        usize::try_from(self.modulus.bits().div_ceil(8)).unwrap_or_default()
    }

    /// `SubjectPublicKeyInfo`.
    pub(crate) fn info(&self) -> Vec<u8> {
        let key = sequence([integer(&self.modulus), integer(&self.exponent)].concat());
        sequence([RSA_ALGORITHM, &bit_string(&key)].concat())
    }

    /// The key in a `SubjectPublicKeyInfo`'s content; `None` if it is no RSA key.
    pub(crate) fn of_info(content: &[u8]) -> Option<Self> {
        let mut info = der::Reader(content);
        let algorithm = info.expect(SEQUENCE)?;
        if RSA_ALGORITHM.get(2..) != Some(algorithm) {
            return None;
        }
        let bits = info.expect(BIT_STRING)?.strip_prefix(&[0])?;
        Self::of_pkcs1(der::Reader(bits).expect(SEQUENCE)?)
    }

    /// The key in the content of an `RSAPublicKey`.
    pub(crate) fn of_pkcs1(content: &[u8]) -> Option<Self> {
        let mut key = der::Reader(content);
        let modulus = BigUint::from_bytes_be(key.expect(INTEGER)?);
        Some(Self { modulus, exponent: BigUint::from_bytes_be(key.expect(INTEGER)?) })
    }
}

/// EMSA-PKCS1-v1_5.
fn encoded(hash: Hash, message: &[u8], length: usize) -> Vec<u8> {
    let info = hash.info(message);
    let filling = length.saturating_sub(3 + info.len());
    [&[0, 1][..], &vec![0xff; filling], &[0], &info].concat()
}

fn padded(number: &BigUint, length: usize) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    [vec![0; length.saturating_sub(bytes.len())], bytes].concat()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn only_the_signed_message_and_the_signing_key_verify() {
        let (key, other) = (RsaKey::numbered("a", 0), RsaKey::numbered("a", 1));
        let mut signature = key.sign(b"message");
        assert_eq!(signature.len(), 256);
        assert!(key.public.verifies(b"message", &signature));
        assert!(!key.public.verifies(b"massage", &signature));
        assert!(!other.public.verifies(b"message", &signature));
        *signature.last_mut().unwrap() ^= 1;
        assert!(!key.public.verifies(b"message", &signature));
        let info = key.public.info();
        let content = der::Reader(&info).expect(SEQUENCE).unwrap();
        assert_eq!(RsaPublicKey::of_info(content), Some(key.public));
    }
}
