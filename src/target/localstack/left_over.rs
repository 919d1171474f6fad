//! Containers that a run has left because it was killed.

use std::collections::HashMap;

use testcontainers::bollard::models::ContainerSummary;
use testcontainers::bollard::query_parameters::ListContainersOptionsBuilder;

use super::error::LocalStackError;
use super::removal::{client, remove};

/// The label that holds the run's id.
pub(super) const RUN: &str = "rolecall.run";

/// The label that holds the id of the run's process.
pub(super) const PROCESS: &str = "rolecall.process";

/// A container that was started here, by this or another run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOver {
    /// The run's id.
    pub run: String,
    /// The process that ran it. `None`: its label says no number.
    pub process: Option<u32>,
    /// Docker's id of the container.
    pub container: String,
}

impl LeftOver {
    /// The containers of all runs on this machine, those that live among them.
    ///
    /// # Errors
    /// Where Docker does not answer.
    pub async fn all() -> Result<Vec<Self>, LocalStackError> {
        let filters = HashMap::from([("label", vec![RUN])]);
        let options = ListContainersOptionsBuilder::new().all(true).filters(&filters).build();
        let found = client().await?.list_containers(Some(options)).await.map_err(|error| {
            LocalStackError::Docker { what: "list the containers", cause: error.to_string() }
        })?;
        let mut all: Vec<Self> = found.into_iter().filter_map(Self::of).collect();
        all.sort();
        Ok(all)
    }

    /// Removes it, whether it runs or not.
    ///
    /// # Errors
    /// Where Docker does not answer, or can't.
    pub async fn remove(&self) -> Result<(), LocalStackError> {
        remove(&client().await?, &self.container).await.map(|_| ())
    }

    fn of(summary: ContainerSummary) -> Option<Self> {
        let labels = summary.labels?;
        Some(Self {
            run: labels.get(RUN)?.clone(),
            process: labels.get(PROCESS).and_then(|process| process.parse().ok()),
            container: summary.id?,
        })
    }
}
