//! Draws that follow from a seed.

use sha2::{Digest, Sha256};

/// A sequence of numbers.
#[derive(Default)]
pub(super) struct Draw {
    seed: u64,
    count: u64,
}

impl Draw {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, count: 0 }
    }

    /// The next number from 0 to 1.
    pub(super) fn next(&mut self) -> f64 {
        self.count += 1;
        let digest =
            Sha256::new().chain_update(self.seed.to_be_bytes()).chain_update(self.count.to_be_bytes());
        let bytes = digest.finalize();
        let number = bytes.iter().take(4).fold(0_u32, |number, byte| (number << 8) | u32::from(*byte));
        f64::from(number) / f64::from(u32::MAX)
    }
}
