//! Checks a folder of evidence: whether it is what its manifest says, and who signed that.

use std::collections::BTreeSet;
use std::fmt;

use crate::journal::BrokenJournal;
use crate::provenance::File;

use super::folder::Folder;
use super::keys::PublicKey;
use super::manifest::{MANIFEST, Manifest, SIGNATURE, Signature, canonical};

/// What was found to hold; as text one line, which also says what it does not prove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holds {
    /// What the folder holds.
    pub manifest: Manifest,
    /// Who vouches for it.
    pub trust: Trust,
}

/// Who vouches for a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Nobody: it is not signed.
    Unsigned,
    /// The holder of the key that came with the folder.
    OwnKey(PublicKey),
    /// The holder of the key that whoever checks named.
    NamedKey(PublicKey),
}

/// What does not hold.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Tampered {
    /// It has no manifest.
    #[error(
        "there is no `{MANIFEST}`: the run did not end, or it was removed; `rolecall report` reads the journal as far as it goes"
    )]
    NoManifest,
    /// The journal's chain is broken.
    #[error("the journal: {0}")]
    Journal(#[from] BrokenJournal),
    /// These are not what the manifest says, in the order of their kinds and names.
    #[error("{}", .0.iter().map(Difference::to_string).collect::<Vec<_>>().join("; "))]
    Files(Vec<Difference>),
    /// The manifest does not follow from the files.
    #[error("`{MANIFEST}` is not what it was")]
    Manifest,
    /// The signature is not of this manifest.
    #[error("`{SIGNATURE}` does not sign this manifest")]
    Signature,
    /// It is signed with another key than the one that was named.
    #[error("it is signed with another key than the one that was named")]
    OtherKey,
    /// It is not signed, and a key was named.
    #[error("it is not signed")]
    NotSigned,
}

/// How a folder differs from its manifest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Difference {
    /// A file is not what the manifest says.
    #[error("`{0}` is not what it was when the manifest was made")]
    Changed(String),
    /// A file that the manifest names is gone.
    #[error("`{0}` is gone")]
    Gone(String),
    /// A file that the manifest does not name.
    #[error("`{0}` was put there later")]
    Added(String),
    /// Something that no run leaves, such as a link, which may lead to anything.
    #[error("`{0}` is neither a file nor a folder of files: it was put there later")]
    Other(String),
}

/// Checks a folder. Signed with `key`, where one is named.
///
/// # Errors
/// What does not hold: all files, or else the first other thing.
pub fn verify(folder: &Folder, key: Option<&PublicKey>) -> Result<Holds, Tampered> {
    let manifest = folder.manifest.as_ref().ok_or(Tampered::NoManifest)?;
    let differences = differences(manifest, folder)?;
    if !differences.is_empty() {
        return Err(Tampered::Files(differences));
    }
    let expected = Manifest::of(folder)?;
    if canonical(&expected).ok().as_ref() != Some(manifest) {
        return Err(Tampered::Manifest);
    }
    let signer = folder.signature.as_ref().map(|bytes| signer(manifest, bytes).ok_or(Tampered::Signature));
    let trust = match (signer.transpose()?, key) {
        (None, None) => Trust::Unsigned,
        (None, Some(_)) => return Err(Tampered::NotSigned),
        (Some(signer), None) => Trust::OwnKey(signer),
        (Some(signer), Some(key)) if signer == *key => Trust::NamedKey(signer),
        (Some(_), Some(_)) => return Err(Tampered::OtherKey),
    };
    Ok(Holds { manifest: expected, trust })
}

fn signer(manifest: &[u8], bytes: &[u8]) -> Option<PublicKey> {
    let signature: Signature = serde_json::from_slice(bytes).ok()?;
    // One spelling, so that not a byte of it can differ.
    let is_canonical = canonical(&signature).ok()? == bytes;
    if is_canonical { signature.signer(manifest) } else { None }
}

/// Names the files that differ, which a broken chain or manifest alone would not.
fn differences(manifest: &[u8], folder: &Folder) -> Result<Vec<Difference>, Tampered> {
    let written: serde_json::Value = serde_json::from_slice(manifest).map_err(|_| Tampered::Manifest)?;
    let listed = written.get("files").cloned().unwrap_or_default();
    let listed: Vec<File> = serde_json::from_value(listed).map_err(|_| Tampered::Manifest)?;
    let differs = |file: &File| match folder.files.get(&file.path) {
        None => Some(Difference::Gone(file.path.clone())),
        Some(there) if there != file => Some(Difference::Changed(file.path.clone())),
        Some(_) => None,
    };
    let names: BTreeSet<&str> = listed.iter().map(|file| file.path.as_str()).collect();
    let added = folder.files.keys().filter(|name| !names.contains(name.as_str()));
    let added = added.cloned().map(Difference::Added);
    let others = folder.others.iter().cloned().map(Difference::Other);
    let mut all: Vec<Difference> = listed.iter().filter_map(differs).chain(added).chain(others).collect();
    all.sort();
    Ok(all)
}

impl fmt::Display for Holds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Manifest { run, complete, events, files, .. } = &self.manifest;
        let ended = if *complete { "ended" } else { "did not end" };
        write!(f, "holds: {} files and {events} events of run {run}, which {ended}", files.len())?;
        match &self.trust {
            Trust::Unsigned => f.write_str(
                ", agree with each other: nothing was damaged by accident; not signed, so whoever can write there could \
                 have rewritten all of it",
            ),
            Trust::OwnKey(key) => write!(
                f,
                ", signed with key {}; that key came with the folder, so whoever can make keys could have rewritten all \
                 of it: name the key that you trust with `--key`",
                key.id()
            ),
            Trust::NamedKey(key) => write!(
                f,
                ", unchanged since they were signed with the key that you named, {}; this shows integrity, and not that \
                 the holder of the key is independent of those who were tested",
                key.id()
            ),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::integrity::PrivateKey;
    use crate::journal::tests::journal;
    use crate::sample;

    type Files = BTreeMap<String, Vec<u8>>;

    fn key(byte: u8) -> PrivateKey {
        PrivateKey::of_seed(&[byte; 32])
    }

    fn read(files: &Files) -> Folder {
        let mut folder = Folder::default();
        files.iter().for_each(|(name, bytes)| folder.add(name, bytes.as_slice()).unwrap());
        folder
    }

    fn verify(files: &Files, key: Option<&PublicKey>) -> Result<Holds, Tampered> {
        super::verify(&read(files), key)
    }

    fn folder(key: Option<&PrivateKey>) -> Files {
        let mut files = BTreeMap::from([
            ("journal.jsonl".to_owned(), journal(&sample::passing())),
            ("report.txt".to_owned(), b"1 scenario: 1 passed\n".to_vec()),
        ]);
        let manifest = canonical(&Manifest::of(&read(&files)).unwrap()).unwrap();
        if let Some(key) = key {
            let signature = canonical(&Signature::of(&manifest, key)).unwrap();
            files.insert(SIGNATURE.to_owned(), signature);
        }
        files.insert(MANIFEST.to_owned(), manifest);
        files
    }

    #[test]
    fn what_was_left_holds_and_says_what_it_proves() {
        let holds = verify(&folder(None), None).unwrap();
        assert!(holds.to_string().contains("not signed"), "{holds}");
        let holds = verify(&folder(Some(&key(1))), None).unwrap();
        assert!(holds.to_string().contains("came with the folder"), "{holds}");
        let holds = verify(&folder(Some(&key(1))), Some(&key(1).public())).unwrap();
        assert!(holds.to_string().contains("not that the holder of the key is independent"), "{holds}");
        assert_eq!(holds.to_string().lines().count(), 1);
    }

    #[test]
    fn one_changed_byte_anywhere_is_found() {
        for files in [folder(None), folder(Some(&key(1)))] {
            for name in files.keys() {
                for index in 0..files[name].len() {
                    let mut changed = files.clone();
                    let byte = &mut changed.get_mut(name).unwrap()[index];
                    *byte = if *byte == b'0' { b'1' } else { byte.wrapping_sub(1) };
                    assert!(verify(&changed, None).is_err(), "byte {index} of {name}");
                }
            }
        }
    }

    #[test]
    fn whatever_is_put_in_between_is_found() {
        let files = folder(Some(&key(1)));
        for name in [MANIFEST, SIGNATURE] {
            for index in 0..=files[name].len() {
                for inserted in [" ", "\n", "\r", "\t", "\\n", "\\t", "\\r", "\\u0020", "="] {
                    let mut changed = files.clone();
                    changed.get_mut(name).unwrap().splice(index..index, inserted.bytes());
                    assert!(verify(&changed, None).is_err(), "{inserted:?} at byte {index} of {name}");
                }
            }
        }
    }

    #[test]
    fn every_byte_that_is_flipped_is_found() {
        let files = folder(Some(&key(1)));
        for name in [MANIFEST, SIGNATURE] {
            for index in 0..files[name].len() {
                for bit in 0..8 {
                    let mut changed = files.clone();
                    changed.get_mut(name).unwrap()[index] ^= 1 << bit;
                    assert!(verify(&changed, None).is_err(), "bit {bit} of byte {index} of {name}");
                }
            }
        }
    }

    #[test]
    fn files_that_are_gone_or_new_are_found() {
        let mut gone = folder(None);
        gone.remove("report.txt");
        let gone_file = Difference::Gone("report.txt".to_owned());
        assert_eq!(verify(&gone, None), Err(Tampered::Files(vec![gone_file.clone()])));
        let mut added = folder(None);
        added.insert("notes.txt".to_owned(), Vec::new());
        let added_file = Difference::Added("notes.txt".to_owned());
        assert_eq!(verify(&added, None), Err(Tampered::Files(vec![added_file.clone()])));
        gone.insert("notes.txt".to_owned(), Vec::new());
        let both = verify(&gone, None).unwrap_err();
        assert_eq!(both.to_string(), "`report.txt` is gone; `notes.txt` was put there later");
        assert_eq!(both, Tampered::Files(vec![gone_file, added_file]));
        let mut without = folder(None);
        without.remove(MANIFEST);
        assert_eq!(verify(&without, None), Err(Tampered::NoManifest));
    }

    #[test]
    fn another_key_than_the_named_one_is_not_enough() {
        assert_eq!(verify(&folder(Some(&key(2))), Some(&key(1).public())), Err(Tampered::OtherKey));
        assert_eq!(verify(&folder(None), Some(&key(1).public())), Err(Tampered::NotSigned));
    }

    #[test]
    fn a_manifest_of_other_facts_is_found_though_its_files_are_the_same() {
        let mut files = folder(None);
        let manifest = Manifest { run: "another".to_owned(), ..Manifest::of(&read(&files)).unwrap() };
        files.insert(MANIFEST.to_owned(), canonical(&manifest).unwrap());
        assert_eq!(verify(&files, None), Err(Tampered::Manifest));
    }
}
