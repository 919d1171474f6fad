//! AWS Organizations: accounts in a tree, and the policies that limit what they and their resources may do.
//!
//! `organization` is one organization as a value, `store` has them all and answers what authorization asks;
//! `operations` is the table, `access` the permissions that the operations need, and the rest is one file a noun.
//! <https://docs.aws.amazon.com/organizations/latest/APIReference/Welcome.html>

mod access;
mod accounts;
mod attachments;
mod delegation;
mod errors;
mod handshakes;
mod operations;
mod organization;
mod pages;
mod policies;
mod policy_type;
mod root_access;
mod roots;
mod store;
mod tags;
mod trusted_access;
mod units;

pub(crate) use operations::OPERATIONS;
pub(crate) use root_access::{NoRootAccess, RootFeature};
pub(crate) use store::Store;
