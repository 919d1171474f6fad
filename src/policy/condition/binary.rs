//! `BinaryEquals`: base64 in the policy, compared byte for byte.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

pub(super) fn parse(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// A request carries binary values as base64, as the policy does.
pub(super) fn equals(wanted: &[u8], value: &str) -> bool {
    parse(value).is_some_and(|bytes| bytes == wanted)
}
