//! Time-based one-time passwords as virtual MFA devices make them: six digits, a new one every 30 seconds.
//!
//! <https://www.rfc-editor.org/rfc/rfc6238>

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

const PERIOD: i64 = 30;
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The number of the 30 seconds that a time is in.
#[must_use]
pub fn step_of(time: DateTime<Utc>) -> i64 {
    time.timestamp().div_euclid(PERIOD)
}

/// The code of a step, for the secret in base32.
#[must_use]
pub fn code(secret: &str, step: i64) -> String {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac = Hmac::<Sha1>::new_from_slice(&decoded(secret)).expect("a key");
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest.last().copied().unwrap_or_default() & 15);
    let number = digest.get(offset..).and_then(|rest| rest.first_chunk::<4>()).copied().unwrap_or_default();
    format!("{:06}", (u32::from_be_bytes(number) & 0x7fff_ffff) % 1_000_000)
}

/// The bytes of a text in base32, without padding.
fn decoded(secret: &str) -> Vec<u8> {
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u16, 0);
    for value in secret.bytes().filter_map(|letter| BASE32.iter().position(|known| *known == letter)) {
        held = (held << 5) | u16::try_from(value).unwrap_or_default();
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.extend(u8::try_from(held >> bits));
            held &= (1 << bits) - 1;
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Test vectors of RFC 6238, appendix B, whose codes have eight digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        assert_eq!(decoded(secret), b"12345678901234567890");
        for (time, expected) in
            [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037"), (20_000_000_000, "353130")]
        {
            let step = step_of(DateTime::from_timestamp(time, 0).unwrap_or_default());
            assert_eq!(code(secret, step), expected, "{time}");
        }
    }
}
