//! How much of what AWS documents this version decides as documented.
//!
//! `conformance.json` is written by the corpus of decisions (`UPDATE_CONFORMANCE=1 cargo test -p rolecall-policy --test
//! corpus`) and by `ci/conformance --write`, and compared by both whenever they run.

use serde::{Deserialize, Serialize};

/// The scores that are built in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Conformance {
    /// Decisions of the engine, each with the AWS page that documents it.
    pub corpus: Score,
    /// Cases of clients that talk to the emulator, of the black-box suite.
    pub black_box: Score,
}

/// How many cases pass.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Score {
    /// Those decided as documented.
    pub passed: u32,
    /// All of them.
    pub total: u32,
    /// Which cases: the first twelve hexadecimal digits of the SHA-256 of their files, in the order of their names.
    pub version: String,
}

/// The scores of this version; empty where the built-in file cannot be read, which a test rules out.
pub fn conformance() -> Conformance {
    serde_json::from_str(include_str!("conformance.json")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_scores_can_be_read() {
        let Conformance { corpus, black_box } = conformance();
        for score in [corpus, black_box] {
            assert!(score.total > 0 && score.passed <= score.total && score.version.len() == 12, "{score:?}");
        }
    }
}
