//! The manifest of a folder, and its signature.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::digest::Sha256;
use crate::journal::BrokenJournal;
use crate::provenance::File;

use super::folder::Folder;
use super::keys::{PrivateKey, PublicKey};

/// The file that holds the manifest.
pub const MANIFEST: &str = "manifest.json";

/// The file that holds its signature.
pub const SIGNATURE: &str = "manifest.sig.json";

/// The file that holds the journal.
pub(super) const JOURNAL: &str = "journal.jsonl";

/// What a folder of evidence holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Manifest {
    /// The version of the manifest.
    pub version: u32,
    /// The run's id.
    pub run: String,
    /// The version of the program that made the journal.
    pub tool: String,
    /// Whether the run ended.
    pub complete: bool,
    /// The number of the journal's lines.
    pub events: usize,
    /// The digest of its last line, to which all lines before are chained.
    pub last_event: Sha256,
    /// Every file but the manifest and its signature, in the order of their names.
    pub files: Vec<File>,
}

/// A signature of a manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// `Ed25519`.
    pub algorithm: String,
    /// The key's id: the digest of its DER.
    pub key: Sha256,
    /// The key, in PEM.
    pub public_key: String,
    /// In base64.
    pub signature: String,
}

impl Manifest {
    /// The manifest of a folder.
    ///
    /// # Errors
    /// Where the journal is not what was written. One that is not there is empty.
    pub fn of(folder: &Folder) -> Result<Manifest, BrokenJournal> {
        let told = folder.told.clone()?;
        Ok(Manifest {
            version: 1,
            run: told.run,
            tool: told.tool,
            complete: told.complete,
            events: told.events,
            last_event: told.last.unwrap_or_else(|| Sha256::of("")),
            files: folder.files.values().cloned().collect(),
        })
    }
}

impl Signature {
    /// Signs the bytes of a manifest.
    #[must_use]
    pub fn of(manifest: &[u8], key: &PrivateKey) -> Signature {
        let public = key.public();
        Signature {
            algorithm: "Ed25519".to_owned(),
            key: public.id(),
            public_key: public.to_pem(),
            signature: STANDARD.encode(key.sign(manifest)),
        }
    }

    /// The key that signed `manifest`; `None`: the signature is not of it, or not in order.
    pub(super) fn signer(&self, manifest: &[u8]) -> Option<PublicKey> {
        let key = PublicKey::from_pem(&self.public_key).ok()?;
        let signature: [u8; 64] = STANDARD.decode(&self.signature).ok()?.try_into().ok()?;
        // Keys are read from PEM with other white space, too; here there is one spelling, so that not a byte can differ.
        let in_order = self.algorithm == "Ed25519" && key.id() == self.key && key.to_pem() == self.public_key;
        (in_order && key.verifies(manifest, &signature)).then_some(key)
    }
}

/// The one spelling that RFC 8785 has for a value.
///
/// # Errors
/// Where it has no JSON.
pub fn canonical(value: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    serde_json_canonicalizer::to_vec(value)
}
