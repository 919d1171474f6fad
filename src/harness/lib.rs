//! Runs feature files: selects scenarios, gives each a [`World`] in a place of its own, and tells what
//! happened as `evidence` events.
//!
//! Built on cucumber's runner. Never knows which target it runs on, nor how a report looks.

mod beside;
mod calls;
mod cast;
pub mod check;
mod doubts;
mod dry_run;
mod encoded;
mod feature;
mod grounds;
mod language;
mod making;
mod outcome;
mod pace;
pub mod parameters;
mod plan;
mod reading;
mod recorder;
mod request;
mod run;
mod scribe;
mod secrets;
mod select;
mod selected;
mod similar;
mod stage;
mod syntax;
mod table_rows;
mod teller;
mod vocabulary;
mod wire;
mod wiretap;
mod world;

pub use beside::Beside;
pub use cast::{
    Actor, Cast, CastInstance, Doubt, Doubtful, MfaDevice, Session, User, means_several, unknown,
};
pub use dry_run::{Expected, ExpectedStep, Unresolved};
pub use evidence::{Call, Purpose, Verdict};
pub use feature::{FeatureError, FeatureFile};
#[doc(hidden)]
pub use inventory;
pub use making::NewThing;
pub use outcome::{CallRef, Control, Outcome, ServiceFailure, verdict};
pub use plan::{Commands, Files, RunPlan};
pub use recorder::StepError;
pub use request::Request;
pub use run::{note, note_none, run};
pub use scribe::{Note, Scribe};
pub use select::{Selection, SelectionError};
pub use similar::nearest;
pub use stage::{CommandOutput, Stage};
pub use vocabulary::{Form, Keyword, forms, says_it, step_count, untold};
pub use world::World;
