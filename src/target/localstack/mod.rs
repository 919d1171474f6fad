//! What is special about a LocalStack container: how it is started, known to be ready, asked for its log, and removed.
//!
//! [`LocalStack`] is the running container; it is removed when it is dropped, also by a panic. A run that ends on a signal
//! must drop it, too, and what a killed run leaves is found by its labels (`left_over`).
//! The environment is not read here: an image, a token and a run's id come with [`Options`]. Where Docker is, the crate
//! `testcontainers` finds out (`DOCKER_HOST`).
//!
//! <https://docs.localstack.cloud/aws/customization/configuration-options/>

mod container;
mod error;
mod health;
mod instances;
mod left_over;
mod log;
mod options;
mod removal;
mod target;

pub use container::LocalStack;
pub use error::LocalStackError;
pub use left_over::LeftOver;
pub use options::{BUILT_IMAGE, Options, PUBLISHED_IMAGE};
pub use target::OnLocalStack;
