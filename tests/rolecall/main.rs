//! What a user relies on, tested from outside: verdicts of whole runs, and the command line.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests"
)]

mod access;
mod canaries;
mod cli;
mod credentials;
mod decide;
mod described;
mod dry_run;
mod evidence_folder;
mod lsp;
mod mutations;
mod remote;
mod runs;
mod verdicts;
#[cfg(unix)]
mod watch;
