//! What a container is started with.

use std::fmt;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

/// The last published image that runs without a token.
pub const PUBLISHED_IMAGE: &str = "localstack/localstack:4.14.0";

/// What `ci/localstack/build` makes where there is no image registry.
pub const BUILT_IMAGE: &str = "rolecall/localstack:4.14.0";

/// The port that LocalStack listens on in its container, for all services.
pub(super) const PORT: u16 = 4566;

/// How to start a container.
#[derive(Clone)]
pub struct Options {
    /// The image with its tag, such as [`PUBLISHED_IMAGE`].
    pub image: String,
    /// The id of the run. It names the container, so that a run has one.
    pub run: String,
    /// The services that answer; the others refuse.
    pub services: Vec<String>,
    /// `LOCALSTACK_AUTH_TOKEN`: with it the licensed image enforces IAM. `None`: nothing is enforced.
    pub token: Option<SecretString>,
    /// How long the container may take from its start until it is ready. To get an image may take longer.
    pub deadline: Duration,
}

impl Options {
    /// The published image, the services that features use, and two minutes.
    pub fn new(run: impl Into<String>) -> Self {
        Self {
            image: PUBLISHED_IMAGE.to_owned(),
            run: run.into(),
            services: ["iam", "sts", "s3", "ec2"].map(str::to_owned).to_vec(),
            token: None,
            deadline: Duration::from_secs(120),
        }
    }

    /// Its name and its tag; without one, the tag is `latest`. A digest counts as a tag.
    pub(super) fn name_and_tag(&self) -> (&str, &str) {
        match self.image.rsplit_once(':') {
            // A colon before the last slash is that of a registry's port.
            Some((name, tag)) if !tag.contains('/') => (name, tag),
            _ => (&self.image, "latest"),
        }
    }

    pub(super) fn container_name(&self) -> String {
        format!("rolecall-localstack-{}", self.run)
    }

    /// What the container is told.
    pub(super) fn environment(&self) -> Vec<(&'static str, String)> {
        let mut variables = vec![
            ("SERVICES", self.services.join(",")),
            ("GATEWAY_LISTEN", format!("0.0.0.0:{PORT}")),
            // A service is loaded when it is first called.
            ("EAGER_SERVICE_LOADING", "0".to_owned()),
            // No calls to the outside.
            ("SKIP_SSL_CERT_DOWNLOAD", "1".to_owned()),
            ("DISABLE_EVENTS", "1".to_owned()),
            ("DNS_ADDRESS", "0".to_owned()),
            // Instances are records, not containers or machines.
            ("EC2_VM_MANAGER", "mock".to_owned()),
        ];
        if let Some(token) = &self.token {
            variables.push(("LOCALSTACK_AUTH_TOKEN", token.expose_secret().to_owned()));
            variables.push(("ENFORCE_IAM", "1".to_owned()));
        }
        variables
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { image, run, services, token: _, deadline } = self;
        f.debug_struct("Options")
            .field("image", image)
            .field("run", run)
            .field("services", services)
            .field("deadline", deadline)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn names_and_tags_of_images() {
        let cases = [
            (PUBLISHED_IMAGE, ("localstack/localstack", "4.14.0")),
            ("localstack", ("localstack", "latest")),
            ("registry:5000/localstack", ("registry:5000/localstack", "latest")),
            ("registry:5000/localstack:4", ("registry:5000/localstack", "4")),
            ("localstack@sha256:0123", ("localstack@sha256", "0123")),
        ];
        for (image, expected) in cases {
            let options = Options { image: image.to_owned(), ..Options::new("r") };
            assert_eq!(options.name_and_tag(), expected, "{image}");
        }
    }

    #[test]
    fn a_token_is_passed_on_and_not_printed() {
        let without = Options::new("r");
        let with = Options { token: Some(SecretString::from("ls-secret")), ..without.clone() };
        let names =
            |options: &Options| options.environment().iter().map(|(name, _)| *name).collect::<Vec<_>>();
        assert!(!names(&without).iter().any(|name| ["LOCALSTACK_AUTH_TOKEN", "ENFORCE_IAM"].contains(name)));
        assert!(with.environment().contains(&("LOCALSTACK_AUTH_TOKEN", "ls-secret".to_owned())));
        assert!(with.environment().contains(&("ENFORCE_IAM", "1".to_owned())));
        assert!(!format!("{with:?}").contains("ls-secret"));
    }
}
