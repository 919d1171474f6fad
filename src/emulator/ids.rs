//! Identifiers and secrets, in the shapes that AWS documents, from a seed: the same seed gives the same ids.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use policy::AccountId;
use sha2::{Digest, Sha256};

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Makes ids, each one new.
pub(crate) struct Ids {
    seed: [u8; 32],
    count: u64,
}

impl Ids {
    pub(crate) fn new(seed: &[u8]) -> Self {
        Self { seed: Sha256::digest(seed).into(), count: 0 }
    }

    /// A unique id such as `AIDA…`: the prefix and 17 more characters.
    pub(crate) fn unique_id(&mut self, prefix: &str) -> String {
        self.random_base32(prefix, 17)
    }

    /// An access key id: `AKIA` (long-term) or `ASIA` (temporary) and 16 more characters.
    pub(crate) fn access_key_id(&mut self, prefix: &str) -> String {
        self.random_base32(prefix, 16)
    }

    /// The seed of an MFA device: 64 letters in base32.
    pub(crate) fn mfa_seed(&mut self) -> String {
        let half = self.random_base32("", 32);
        self.random_base32(&half, 32)
    }

    /// A secret access key of 40 characters.
    pub(crate) fn secret_key(&mut self) -> String {
        STANDARD.encode(self.bytes().get(..30).unwrap_or_default())
    }

    /// The password of a service-specific credential, of 60 characters.
    pub(crate) fn service_password(&mut self) -> String {
        let bytes = [self.bytes(), self.bytes()].concat();
        STANDARD.encode(bytes.get(..45).unwrap_or_default())
    }

    /// A session token.
    pub(crate) fn session_token(&mut self) -> String {
        let mut bytes = self.bytes().to_vec();
        for _ in 0..7 {
            bytes.extend(self.bytes());
        }
        format!("IQoJb3JpZ2luX2Vj{}", STANDARD.encode(bytes))
    }

    /// A resource id such as `i-…` or `vpc-…`: the prefix and 17 hexadecimal digits.
    pub(crate) fn resource_id(&mut self, prefix: &str) -> String {
        let mut id = prefix.to_owned();
        id.extend(self.hex().chars().take(17));
        id
    }

    /// The id of an account: 12 digits, of which the first is none.
    pub(crate) fn account(&mut self) -> AccountId {
        let number = self
            .bytes()
            .iter()
            .fold(0_u64, |number, byte| number.wrapping_mul(31).wrapping_add(u64::from(*byte)));
        let id = format!("{}", 100_000_000_000 + number % 900_000_000_000);
        AccountId::new(&id).unwrap_or_else(|| self.account())
    }

    /// 32 hexadecimal digits in the form of a UUID.
    pub(crate) fn uuid(&mut self) -> String {
        uuid_of(&self.hex())
    }

    /// 64 hexadecimal digits.
    pub(crate) fn hex(&mut self) -> String {
        self.bytes().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn random_base32(&mut self, prefix: &str, length: usize) -> String {
        let mut id = prefix.to_owned();
        let letter = |byte: &u8| BASE32.get(usize::from(byte & 31)).copied().map_or('A', char::from);
        id.extend(self.bytes().iter().take(length).map(letter));
        id
    }

    fn bytes(&mut self) -> [u8; 32] {
        self.count += 1;
        Sha256::new().chain_update(self.seed).chain_update(self.count.to_be_bytes()).finalize().into()
    }
}

/// Hexadecimal digits in the form of a UUID.
pub(crate) fn uuid_of(hex: &str) -> String {
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default().to_owned();
    format!("{}-{}-4{}-a{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}

/// Bytes in base32, without padding: <https://www.rfc-editor.org/rfc/rfc4648#section-6>.
pub(crate) fn base32(bytes: &[u8]) -> String {
    let bit = |at: usize| bytes.get(at / 8).map_or(0, |byte| usize::from(byte >> (7 - at % 8) & 1));
    let letter = |start: usize| BASE32.get((start..start + 5).fold(0, |sum, at| sum << 1 | bit(at)));
    (0..bytes.len() * 8).step_by(5).filter_map(letter).copied().map(char::from).collect()
}
