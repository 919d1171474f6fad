//! Whole requests against an emulator, signed rightly, wrongly and not at all: what each is answered.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod authentication;
mod authorization_messages;
mod buckets;
mod corpus;
mod decided;
mod default_host_management;
mod deletions;
mod faults;
mod federation;
mod hosts;
mod instances;
mod kms;
mod listener;
mod members;
mod operations;
mod organizations;
mod place;
mod protocols;
mod regions;
mod run_command;
mod s3_control;
mod signer;
mod snapshots;
mod version_2;
mod websites;
