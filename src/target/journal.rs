//! What a run makes on a place that is not its own, written down before it is made, so that what a killed run left
//! behind can be found and removed.
//!
//! A file of JSON lines, only ever appended to, and on the disk before the call that creates.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Something that a run makes, and must remove.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Thing {
    /// What it is.
    pub kind: ThingKind,
    /// Its name there; of an instance the client token of the request that launched it.
    pub name: String,
    /// The account it is in.
    pub account: String,
    /// The region it is in.
    pub region: String,
}

/// What a [`Thing`] is, in the order in which they can be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "named after what AWS calls them")]
pub enum ThingKind {
    Instance,
    SecurityGroup,
    KeyPair,
    InstanceProfile,
    MfaDevice,
    User,
    Role,
    Group,
    ManagedPolicy,
    Bucket,
}

impl ThingKind {
    /// What people call it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Instance => "instance",
            Self::SecurityGroup => "security group",
            Self::KeyPair => "key pair",
            Self::InstanceProfile => "instance profile",
            Self::MfaDevice => "MFA device",
            Self::User => "user",
            Self::Role => "role",
            Self::Group => "group",
            Self::ManagedPolicy => "managed policy",
            Self::Bucket => "bucket",
        }
    }
}

/// A line of a journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// When it was written.
    pub at: DateTime<Utc>,
    /// What is about to happen, or has happened.
    #[serde(flatten)]
    pub what: What,
}

/// What a journal tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum What {
    /// The first line: a run begins.
    Run {
        /// Its id, which is in the names and tags of all that it makes.
        run: String,
        /// The target's name.
        target: String,
        /// The account.
        account: String,
    },
    /// The thing may exist from here on.
    Creating {
        /// What.
        thing: Thing,
    },
    /// The service said that it was made.
    Created {
        /// What.
        thing: Thing,
    },
    /// It is gone.
    Removed {
        /// What.
        thing: Thing,
    },
}

/// A journal that is being written.
pub struct Journal {
    file: Mutex<File>,
    clock: fn() -> DateTime<Utc>,
}

impl Journal {
    /// Appends to `file`, with times of `clock`.
    pub fn new(file: File, clock: fn() -> DateTime<Utc>) -> Self {
        Self { file: Mutex::new(file), clock }
    }

    /// Writes a line, and returns when it is on the disk.
    ///
    /// # Errors
    /// Where it can't be written.
    pub fn write(&self, what: What) -> std::io::Result<()> {
        let entry = Entry { at: (self.clock)(), what };
        let line = serde_json::to_string(&entry).map_err(std::io::Error::other)? + "\n";
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(line.as_bytes())?;
        file.sync_data()
    }
}

/// What a journal leaves to be removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leftovers {
    /// The name of the target that its run was on; `None`: it ended before it wrote that.
    pub target: Option<String>,
    /// What may still be there; false: nobody knows whether it was made at all.
    pub things: BTreeMap<Thing, bool>,
}

impl Leftovers {
    /// Reads a journal. Its last line may have been cut off by the end of the run.
    ///
    /// # Errors
    /// Where another line is not one of a journal: its number, from 1, and why.
    pub fn of(text: &str) -> Result<Self, (usize, String)> {
        let mut left = Self::default();
        let mut lines = text.lines().zip(1..).peekable();
        while let Some((line, number)) = lines.next() {
            match serde_json::from_str::<Entry>(line) {
                Ok(entry) => left.take_in(entry.what),
                Err(_) if lines.peek().is_none() && !text.ends_with('\n') => {}
                Err(error) => return Err((number, error.to_string())),
            }
        }
        Ok(left)
    }

    fn take_in(&mut self, what: What) {
        match what {
            What::Run { target, .. } => self.target = Some(target),
            What::Creating { thing } => {
                self.things.entry(thing).or_insert(false);
            }
            What::Created { thing } => {
                self.things.insert(thing, true);
            }
            What::Removed { thing } => {
                self.things.remove(&thing);
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn bucket(name: &str) -> Thing {
        let (account, region) = ("111122223333".to_owned(), "us-east-1".to_owned());
        Thing { kind: ThingKind::Bucket, name: name.to_owned(), account, region }
    }

    fn written(events: Vec<What>) -> String {
        let entry = |what| serde_json::to_string(&Entry { at: DateTime::UNIX_EPOCH, what }).unwrap() + "\n";
        events.into_iter().map(entry).collect()
    }

    #[test]
    fn what_was_not_removed_is_left() {
        let (a, b, c) = (bucket("a"), bucket("b"), bucket("c"));
        let text = written(vec![
            What::Creating { thing: a.clone() },
            What::Created { thing: a.clone() },
            What::Creating { thing: b.clone() },
            What::Creating { thing: c.clone() },
            What::Created { thing: c.clone() },
            What::Removed { thing: a },
        ]);
        let left = Leftovers::of(&text).unwrap();
        assert_eq!(left.things, BTreeMap::from([(b, false), (c, true)]));
    }

    #[test]
    fn only_the_last_line_may_be_cut_off() {
        let whole = written(vec![What::Creating { thing: bucket("a") }]);
        let cut = format!("{whole}{}", &whole[..whole.len() / 2]);
        assert_eq!(Leftovers::of(&cut).unwrap().things.len(), 1);
        let inside = format!("{}\n{whole}", &whole[..whole.len() / 2]);
        assert_eq!(Leftovers::of(&inside).unwrap_err().0, 1);
    }
}
