//! The vocabulary: what a feature may say about access, grouped by the noun it speaks of.
//!
//! A step turns its words into one call and one remembered outcome, or says what it expects of the last one.
//! A binary that wants these steps says `use steps as _;`.

mod access;
mod account;
mod assuming;
mod buckets;
mod catalogue;
mod commands;
mod decisions;
mod described;
mod federation;
mod groups;
mod holders;
mod instances;
mod managed_policies;
mod mfa;
mod objects;
mod organization;
mod policies;
mod policy_text;
mod principals;
mod roles;
mod sessions;
mod surroundings;
mod tags;

pub use access::{Called, On, called};
pub use catalogue::{Chapter, Entry, catalogue};
