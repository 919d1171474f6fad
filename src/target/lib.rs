//! Where the calls of a run go: how to reach it, who we are there first, and what it can do.
//!
//! A [`Target`] gives each scenario a [`Place`] of its own. The trait's required methods are few, so that
//! the embedded emulator, a container, any endpoint and a real account differ only here.

mod connector;
mod embedded;
mod localstack;
mod metadata;
mod place;
pub mod probe;

pub use aws_types::SdkConfig;
pub use embedded::Embedded;
pub use localstack::{
    BUILT_IMAGE, LeftOver, LocalStack, LocalStackError, Options as LocalStackOptions, PUBLISHED_IMAGE,
    remove_left_over,
};
pub use place::{AccessKey, Explained, Info, InstanceRole, Place, Target, TargetError};
pub use policy::{AccountId, Explanation, PolicyDocument, PolicyKind};
