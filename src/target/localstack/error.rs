//! Why there is no container.

use std::time::Duration;

/// Why a container could not be had, or not be asked.
#[derive(Debug, thiserror::Error)]
pub enum LocalStackError {
    /// Nobody answers where Docker should be.
    #[error("Docker does not answer: {cause}; is it installed, and does its daemon run?")]
    NoDocker {
        /// What the connection says.
        cause: String,
    },
    /// Docker is not on this machine, and the port is published on loopback of its machine only.
    #[error("Docker runs on `{host}`, but LocalStack is only reached where it runs on this machine")]
    ElsewhereDocker {
        /// The name or address of its machine.
        host: String,
    },
    /// The image is not there, and can't be pulled.
    #[error(
        "there is no image `{image}`, and it can't be pulled: {cause}; `ci/localstack/build` makes one from packages"
    )]
    NoImage {
        /// The image with its tag.
        image: String,
        /// What Docker or the registry says.
        cause: String,
    },
    /// Another container of this run is there.
    #[error("there is a container `{name}` already")]
    NameTaken {
        /// Its name.
        name: String,
    },
    /// Docker has the image, but does not start it: a port, a limit or an image that is not for this machine.
    #[error("the container of `{image}` could not be started: {cause}")]
    NotStarted {
        /// The image with its tag.
        image: String,
        /// What Docker says.
        cause: String,
    },
    /// It runs, but its port is not published.
    #[error("the port of LocalStack is not published on loopback: {cause}")]
    NoPort {
        /// What Docker says.
        cause: String,
    },
    /// It ended before it was ready.
    #[error("the container of `{image}` ended while starting, with status {}; {}", known(.status), last_lines(.log))]
    Died {
        /// The image with its tag.
        image: String,
        /// The exit status of its program; `None`: not known.
        status: Option<i64>,
        /// The last lines of its log.
        log: Vec<String>,
    },
    /// It runs, and was not ready in time.
    #[error("the container of `{image}` was not ready in {deadline:?}: {cause}; {}", last_lines(.log))]
    NotReady {
        /// The image with its tag.
        image: String,
        /// How long was waited.
        deadline: Duration,
        /// What its health route said last.
        cause: String,
        /// The last lines of its log.
        log: Vec<String>,
    },
    /// Docker could not do something else.
    #[error("Docker could not {what}: {cause}")]
    Docker {
        /// A verb phrase.
        what: &'static str,
        /// What Docker says.
        cause: String,
    },
}

fn known(status: &Option<i64>) -> String {
    status.map_or_else(|| "unknown".to_owned(), |status| status.to_string())
}

fn last_lines(log: &[String]) -> String {
    if log.is_empty() {
        "its log is empty".to_owned()
    } else {
        format!("its log ends with:\n{}", log.join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_that_ended_shows_its_log() {
        let died = |status, log: &[&str]| LocalStackError::Died {
            image: "localstack:1".to_owned(),
            status,
            log: log.iter().map(|line| (*line).to_owned()).collect(),
        };
        let cases = [
            (
                died(Some(55), &["License activation failed", "Exiting"]),
                "status 55; its log ends with:\nLicense activation failed\nExiting",
            ),
            (died(None, &[]), "status unknown; its log is empty"),
        ];
        for (error, expected) in cases {
            assert_eq!(
                error.to_string(),
                format!("the container of `localstack:1` ended while starting, with {expected}")
            );
        }
    }
}
