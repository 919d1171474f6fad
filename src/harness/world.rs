//! What cucumber holds for one scenario.

use std::convert::Infallible;
use std::fmt;

use crate::recorder::StepError;
use crate::stage::Stage;

/// The state of one scenario, made anew for each.
#[derive(Default, cucumber::World)]
#[world(init = Self::empty)]
pub struct World {
    stage: Option<Result<Stage, String>>,
}

/// The runner prints a World whose step failed; ours holds secrets and prints nothing.
impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("World")
    }
}

impl World {
    async fn empty() -> Result<Self, Infallible> {
        Ok(Self::default())
    }

    pub(crate) fn enter(&mut self, stage: Result<Stage, String>) {
        self.stage = Some(stage);
    }

    /// The scenario's stage.
    ///
    /// # Errors
    /// Where the target could not give the scenario a place.
    pub fn stage(&mut self) -> Result<&mut Stage, StepError> {
        match &mut self.stage {
            Some(Ok(stage)) => Ok(stage),
            Some(Err(reason)) => {
                Err(StepError::inconclusive("the target gave no place to run", reason.clone()))
            }
            None => {
                Err(StepError::inconclusive("the target gave no place to run", "the scenario was not set up"))
            }
        }
    }
}
