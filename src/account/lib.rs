//! An account as data: its users, groups, roles, policies and buckets, as files describe them.
//!
//! Readers make an [`Account`] of what AWS and other tools write, and what a reader can't resolve stands in it as a
//! [`Gap`]: nothing is guessed, and nothing is left out in silence. Pure: takes texts and returns values. Whoever wants to
//! try the account makes it somewhere; what can be told without that, [`Access`] decides.

mod access;
mod cloudformation;
mod diff;
mod document;
mod draft;
mod gaad;
mod gather;
mod model;
mod parts;
mod pattern;
mod principals;
mod relocated;
mod sensitive;
mod statements;
mod terraform;

pub use access::{Access, Asker, Caller, Told};
pub use cloudformation::{Surroundings, read as read_template};
pub use diff::{Change, Diff, Verdict, diff, feature as diff_feature, markdown as diff_markdown};
pub use draft::{Denials, Draft, Given, draft};
pub use gaad::read as read_gaad;
pub use model::{
    Account, Bucket, Document, Entity, Gap, Group, InstanceProfile, ManagedPolicy, ReadError, Role, Subject,
    User,
};
pub use principals::{Present, present_only};
pub use terraform::read as read_plan;
