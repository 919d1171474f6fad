//! The running container.

use std::collections::HashMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use testcontainers::bollard::errors::Error;
use testcontainers::bollard::models::{HostConfig, PortBinding};
use testcontainers::core::IntoContainerPort;
use testcontainers::core::error::ClientError;
use testcontainers::runners::AsyncRunner;
use testcontainers::{ContainerAsync, ContainerRequest, GenericImage, ImageExt, TestcontainersError};
use tokio::time::Instant;

use super::error::LocalStackError;
use super::left_over::{PROCESS, RUN};
use super::options::{Options, PORT};
use super::removal::{Removal, client};
use super::{health, log};

/// How many lines of its log a container shows that is not ready.
const LINES: usize = 40;

/// How long between two looks at a container that starts.
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// How long one answer of a health route may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// A LocalStack container that is ready. It is removed when this is dropped.
pub struct LocalStack {
    removal: Removal,
    options: Options,
    endpoint: String,
    version: String,
}

impl LocalStack {
    /// Starts a container, pulling its image where needed, and waits until it is ready. Nothing is left where that
    /// fails, or is broken off.
    ///
    /// # Errors
    /// What is missing or wrong, with the last lines of the log where there is one.
    pub async fn start(options: Options) -> Result<Self, LocalStackError> {
        client().await?;
        let mut removal = Removal::of_name(options.container_name());
        let started = match request(&options).start().await {
            Ok(container) => {
                removal.of_started(container);
                ready(&removal, &options).await
            }
            Err(error) => Err(not_started(&options, &error)),
        };
        match started {
            Ok((port, version)) => {
                let endpoint = format!("http://{}:{port}", Ipv4Addr::LOCALHOST);
                Ok(Self { removal, options, endpoint, version })
            }
            Err(error) => {
                if matches!(error, LocalStackError::NoImage { .. } | LocalStackError::NameTaken { .. }) {
                    removal.give_up();
                }
                // That it could not be started says more than that it could not be removed.
                drop(removal.now().await);
                Err(error)
            }
        }
    }

    /// Where all services are reached: a URL on loopback.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// LocalStack's version, as it says.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The last lines of its log, at most `lines`.
    pub async fn logs(&self, lines: usize) -> Vec<String> {
        log::last_lines(&self.options.container_name(), lines, self.options.token.as_ref()).await
    }

    /// Removes the container.
    ///
    /// # Errors
    /// Where Docker can't.
    pub async fn stop(self) -> Result<(), LocalStackError> {
        self.removal.now().await
    }
}

impl fmt::Debug for LocalStack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { removal: _, options, endpoint, version } = self;
        f.debug_struct("LocalStack")
            .field("options", options)
            .field("endpoint", endpoint)
            .field("version", version)
            .finish_non_exhaustive()
    }
}

fn request(options: &Options) -> ContainerRequest<GenericImage> {
    let (name, tag) = options.name_and_tag();
    let mut request = GenericImage::new(name, tag)
        .with_container_name(options.container_name())
        .with_label(RUN, &options.run)
        .with_label(PROCESS, std::process::id().to_string())
        .with_startup_timeout(options.deadline)
        .with_host_config_modifier(publish_on_loopback);
    for (name, value) in options.environment() {
        request = request.with_env_var(name, value);
    }
    request
}

/// A free port of loopback, and none for what else the image exposes.
fn publish_on_loopback(host: &mut HostConfig) {
    let free = PortBinding { host_ip: Some(Ipv4Addr::LOCALHOST.to_string()), host_port: None };
    host.publish_all_ports = Some(false);
    host.port_bindings = Some(HashMap::from([(format!("{PORT}/tcp"), Some(vec![free]))]));
}

/// The port and the version, once it is ready.
async fn ready(removal: &Removal, options: &Options) -> Result<(u16, String), LocalStackError> {
    let started = Instant::now();
    let container = removal.started().ok_or_else(|| docker("find the container")("it was not started"))?;
    let host = container.get_host().await.map_err(docker("say where it runs"))?.to_string();
    let elsewhere = host != "localhost" && !host.parse().is_ok_and(|address: IpAddr| address.is_loopback());
    // In a container, Docker may be the machine's, which is elsewhere, or have been started in there beside us.
    if elsewhere && !tokio::fs::try_exists("/.dockerenv").await.unwrap_or(false) {
        return Err(LocalStackError::ElsewhereDocker { host });
    }
    let image = options.image.clone();
    let last_lines = || log::last_lines(container.id(), LINES, options.token.as_ref());
    loop {
        if !is_running(container).await? {
            let status = container.exit_code().await.ok().flatten();
            return Err(LocalStackError::Died { image, status, log: last_lines().await });
        }
        let left = options.deadline.saturating_sub(started.elapsed());
        let cause = match container.get_host_port_ipv4(PORT.tcp()).await {
            Ok(port) => match health::ask(port, &options.services, left.min(PATIENCE)).await {
                Ok(version) => return Ok((port, version)),
                Err(_) if elsewhere && started.elapsed() > PATIENCE && !health::is_open(port).await => {
                    return Err(LocalStackError::ElsewhereDocker { host });
                }
                Err(cause) => cause,
            },
            // One that dies loses its port a moment before it is known to be dead.
            Err(error) if started.elapsed() > PATIENCE => {
                return Err(LocalStackError::NoPort { cause: error.to_string() });
            }
            Err(error) => error.to_string(),
        };
        if left.is_zero() {
            let log = last_lines().await;
            return Err(LocalStackError::NotReady { image, deadline: options.deadline, cause, log });
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
}

async fn is_running(container: &ContainerAsync<GenericImage>) -> Result<bool, LocalStackError> {
    container.is_running().await.map_err(docker("look at the container"))
}

fn docker<E: ToString>(what: &'static str) -> impl Fn(E) -> LocalStackError {
    move |error| LocalStackError::Docker { what, cause: error.to_string() }
}

fn not_started(options: &Options, error: &TestcontainersError) -> LocalStackError {
    let image = options.image.clone();
    match error {
        TestcontainersError::Client(ClientError::PullImage { err, .. }) => {
            LocalStackError::NoImage { image, cause: err.to_string() }
        }
        TestcontainersError::Client(ClientError::CreateContainer(Error::DockerResponseServerError {
            status_code: 409,
            ..
        })) => LocalStackError::NameTaken { name: options.container_name() },
        error => LocalStackError::NotStarted { image, cause: error.to_string() },
    }
}
