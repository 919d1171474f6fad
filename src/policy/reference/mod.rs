//! What AWS's services can be asked: all actions with their resources, condition keys and dependent actions.
//!
//! An extract of
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>.
//! `services.bin` and `generated.rs` are made by `cargo run -p xtask -- reference`; a service is read when it is first
//! asked for. Look-ups take names in any case, and give them as AWS writes them.

mod arn_format;
mod generated;
mod names;
mod near;
mod read;
mod services;

pub(crate) use generated::{KEYS, PATTERNS};
pub use near::{nearest_actions, nearest_condition_keys, nearest_services};
pub use read::{AccessLevel, Action, ActionResource, ConditionKey, ResourceType, Service};
pub(crate) use services::has_action;
pub use services::{action, matches_any, matching, service, services, version};
