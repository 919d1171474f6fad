//! What shows that a folder of evidence is as it was left: a manifest with the digest of every file, and a signature.
//!
//! The manifest follows from the other files, so that checking it is making it again and comparing bytes: RFC 8785 has
//! one spelling for each. The signature is Ed25519 (RFC 8032) over those bytes.

mod folder;
mod keys;
mod manifest;
mod verify;

pub use folder::Folder;
pub use keys::{NoKey, PrivateKey, PublicKey};
pub use manifest::{MANIFEST, Manifest, SIGNATURE, Signature, canonical};
pub use verify::{Difference, Holds, Tampered, Trust, verify};
