//! Places by lower-cased name, found fast: every decision asks whether there is its action.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// The names are built in, so that nobody can choose them to collide, and short, which FNV-1a is best for.
#[derive(Debug, Default)]
pub(super) struct Names(HashMap<Box<str>, usize, BuildHasherDefault<Fnv>>);

#[derive(Debug)]
pub(super) struct Fnv(u64);

impl Names {
    pub(super) fn insert(&mut self, name: &str, place: usize) {
        self.0.insert(name.to_lowercase().into_boxed_str(), place);
    }

    pub(super) fn find(&self, lower_name: &str) -> Option<usize> {
        self.0.get(lower_name).copied()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(AsRef::as_ref)
    }
}

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
