//! Where the calls of a run go: how to reach it, who we are there first, and what it can do.
//!
//! A [`Target`] gives each scenario a [`Place`] of its own. The trait's required methods are few, so that
//! the embedded emulator, a container, any endpoint and a real account differ only here.

mod bystander;
mod ca_bundle;
mod connection;
mod connector;
mod credentials;
mod embedded;
mod from_instance;
mod journal;
mod localstack;
mod metadata;
mod names;
mod patient;
mod place;
pub mod probe;
mod programs;
mod remote;
mod run_command;
mod sweep;
mod teardown;

pub use aws_types::SdkConfig;
pub use bystander::{Bystander, Nobody};
pub use ca_bundle::{CaBundle, CaBundleError};
pub use connection::{Connection, Identity};
pub use embedded::Embedded;
pub use emulator::Ear;
pub use emulator::{Asker, NotDecided, Question, aws_managed_policy, aws_managed_policy_arns};
pub use emulator::{Heard, Member, OverheardAnswer, OverheardRequest};
pub use emulator::{SamlStatement, one_time_password, one_time_password_step};
pub use journal::{Entry, Journal, Leftovers, Thing, ThingKind, What};
pub use localstack::{
    BUILT_IMAGE, LeftOver, LocalStack, LocalStackError, OnLocalStack, Options as LocalStackOptions,
    PUBLISHED_IMAGE,
};
pub use names::{Named, Names};
pub use patient::network;
pub use place::{
    AccessKey, DeniedBy, Explained, Info, InstanceCredentials, Launch, Place, Program, ProgramOutput, Target,
    TargetError, TargetKind, made_nothing,
};
pub use policy::{AccountId, Explanation, Layer, PolicyDocument, PolicyKind};
pub use remote::{EXPIRES_TAG, IAM_PATH, Manners, RUN_TAG, Remote, SCENARIO_TAG};
pub use sweep::Sweep;
