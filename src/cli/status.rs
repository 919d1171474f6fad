//! The exit codes, which scripts rely on.

use std::process::ExitCode;

use evidence::Exit;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    /// What was asked for was done, or held.
    Passed = 0,
    /// A scenario failed.
    Failed = 1,
    /// Wrong usage, or input that can't be read.
    Usage = 2,
    /// Could not tell: the target, the infrastructure or rolecall itself was in the way.
    Inconclusive = 3,
    /// No scenario was selected.
    NothingSelected = 4,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> ExitCode {
        ExitCode::from(status as u8)
    }
}

impl From<Exit> for Status {
    fn from(exit: Exit) -> Status {
        match exit {
            Exit::Passed => Status::Passed,
            Exit::Failed => Status::Failed,
            Exit::Inconclusive => Status::Inconclusive,
            Exit::NothingSelected => Status::NothingSelected,
        }
    }
}
