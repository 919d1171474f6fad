//! Calls that fail: the first ones of an operation.

use crate::operation::{Service, ServiceError};

use super::Failure;
use super::codes::{self, Code};

/// What a failure does to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    Error(Code),
    Unanswered(Broken),
}

/// How a connection ends without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Broken {
    #[error("the call was made, and its connection closed without an answer")]
    Closed,
    #[error("the call was not made, and its connection reset")]
    Reset,
}

/// What is to become of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is made and answered.
    Spared,
    /// The service answers with an error, and does nothing.
    Refused(ServiceError),
    /// There is no answer; where the connection is closed, the call is made.
    Unanswered(Broken),
}

/// The failures that are still to come, in their order.
#[derive(Default)]
pub(super) struct Failures(Vec<Failure>);

impl Failures {
    pub(super) fn new(failures: &[Failure]) -> Self {
        Self(failures.to_vec())
    }

    pub(super) fn next(&mut self, service: Service, operation: &str) -> Fate {
        let is_meant = |failure: &&mut Failure| {
            failure.service == service && failure.operation == operation && failure.count > 0
        };
        let Some(failure) = self.0.iter_mut().find(is_meant) else { return Fate::Spared };
        failure.count -= 1;
        match failure.effect {
            Effect::Error(code) => Fate::Refused(codes::error(code)),
            Effect::Unanswered(broken) => Fate::Unanswered(broken),
        }
    }
}
