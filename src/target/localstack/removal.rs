//! How a container is removed for sure: also where its start is broken off, and by a panic.

use testcontainers::bollard::Docker;
use testcontainers::bollard::errors::Error;
use testcontainers::bollard::query_parameters::RemoveContainerOptionsBuilder;
use testcontainers::core::client::docker_client_instance;
use testcontainers::{ContainerAsync, GenericImage};

use super::error::LocalStackError;

/// How often, and how long after each other, a container is looked for whose creation was broken off.
const LOOKS: u32 = 10;
const BETWEEN_LOOKS: std::time::Duration = std::time::Duration::from_millis(100);

/// Removes a container when it is dropped, and waits for that.
pub(super) struct Removal(Option<Removable>);

enum Removable {
    /// It may be that Docker is still making the container of this name.
    Name(String),
    Started(Box<ContainerAsync<GenericImage>>),
}

impl Removal {
    pub(super) fn of_name(name: String) -> Self {
        Self(Some(Removable::Name(name)))
    }

    pub(super) fn of_started(&mut self, container: ContainerAsync<GenericImage>) {
        self.0 = Some(Removable::Started(Box::new(container)));
    }

    /// The container that was started.
    pub(super) fn started(&self) -> Option<&ContainerAsync<GenericImage>> {
        match &self.0 {
            Some(Removable::Started(container)) => Some(container),
            _ => None,
        }
    }

    /// There is nothing to be removed.
    pub(super) fn give_up(&mut self) {
        self.0 = None;
    }

    pub(super) async fn now(mut self) -> Result<(), LocalStackError> {
        match self.0.take() {
            Some(removable) => removable.remove().await,
            None => Ok(()),
        }
    }
}

impl Removable {
    async fn remove(self) -> Result<(), LocalStackError> {
        match self {
            Self::Started(container) => match container.rm().await {
                Err(error) if !error.to_string().contains("No such container") => {
                    Err(LocalStackError::Docker { what: "remove the container", cause: error.to_string() })
                }
                _ => Ok(()),
            },
            Self::Name(name) => {
                let docker = client().await?;
                for _ in 0..LOOKS {
                    if remove(&docker, &name).await? {
                        break;
                    }
                    tokio::time::sleep(BETWEEN_LOOKS).await;
                }
                Ok(())
            }
        }
    }
}

impl Drop for Removal {
    /// On a thread with a runtime of its own: the runtime of the run may be this very thread's, or none at all.
    fn drop(&mut self) {
        let Some(removable) = self.0.take() else { return };
        let removing = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            // What can't be removed is found by its labels later.
            drop(runtime.map(|runtime| runtime.block_on(removable.remove())));
        });
        drop(removing.join());
    }
}

/// Docker, as the environment says.
pub(super) async fn client() -> Result<Docker, LocalStackError> {
    let no_docker = |cause: String| LocalStackError::NoDocker { cause };
    let docker = docker_client_instance().await.map_err(|error| no_docker(error.to_string()))?;
    docker.ping().await.map_err(|error| no_docker(error.to_string()))?;
    Ok(docker)
}

/// `false`: there is none.
pub(super) async fn remove(docker: &Docker, container: &str) -> Result<bool, LocalStackError> {
    let options = RemoveContainerOptionsBuilder::new().force(true).v(true).build();
    match docker.remove_container(container, Some(options)).await {
        Ok(()) => Ok(true),
        Err(Error::DockerResponseServerError { status_code: 404, .. }) => Ok(false),
        Err(error) => Err(LocalStackError::Docker { what: "remove the container", cause: error.to_string() }),
    }
}
