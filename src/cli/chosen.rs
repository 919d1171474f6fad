//! Makes the target that the settings speak of.

use std::fs::{File, OpenOptions};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_types::region::Region;
use chrono::{TimeDelta, Utc};
use http::Uri;
use secrecy::SecretString;
use target::{
    AccountId, Bystander, CaBundle, Connection, Embedded, Journal, Launch, LocalStackOptions, Manners,
    OnLocalStack, Remote, Target, TargetError, network,
};

use crate::diagnostic::Diagnostic;
use crate::settings::{Key, Settings, duration};
use crate::status::Status;

/// From when on what a run made is nobody's any more.
const LIFETIME: TimeDelta = TimeDelta::hours(6);

/// Why there is no target, and what that makes of the command.
pub(crate) struct NoTarget {
    pub(crate) diagnostic: Diagnostic,
    pub(crate) status: Status,
}

impl From<Diagnostic> for NoTarget {
    fn from(diagnostic: Diagnostic) -> NoTarget {
        NoTarget { diagnostic, status: Status::Usage }
    }
}

impl From<TargetError> for NoTarget {
    fn from(error: TargetError) -> NoTarget {
        NoTarget { diagnostic: Diagnostic::new(error.to_string()), status: Status::Inconclusive }
    }
}

/// A target that is not in this process: how to reach it, and how to behave there.
pub(crate) struct Far {
    pub(crate) connection: Connection,
    run: String,
    settle: Duration,
    patience: Duration,
    permissions_boundary: Option<String>,
    launch: Launch,
    journals: PathBuf,
}

/// Which target the settings speak of.
pub(crate) enum Chosen {
    Embedded {
        /// The run's id.
        run: String,
    },
    /// A container, the region of the calls, and what instances are launched with.
    LocalStack(Box<LocalStackOptions>, String, Launch),
    Far(Box<Far>),
}

impl Chosen {
    /// # Errors
    /// Where a setting is wrong or missing.
    pub(crate) async fn of(settings: &Settings) -> Result<Chosen, NoTarget> {
        let name = settings.text(Key::Target).unwrap_or("embedded");
        let endpoint = match name {
            "embedded" => return Ok(Chosen::Embedded { run: run_id()? }),
            "localstack" => {
                let options = LocalStackOptions::new(run_id()?);
                let image = settings.text(Key::Image).unwrap_or(&options.image).to_owned();
                let token = variable("LOCALSTACK_AUTH_TOKEN");
                let options = LocalStackOptions { image, token: token.map(SecretString::from), ..options };
                return Ok(Chosen::LocalStack(Box::new(options), region(settings, false)?, launch(settings)));
            }
            // As AWS's own tools do it.
            "aws" => match variable("AWS_ENDPOINT_URL") {
                Some(url) => Some(endpoint(&url, settings.is_on(Key::InsecureHttp)?)?),
                None => None,
            },
            url if url.contains("://") => Some(endpoint(url, settings.is_on(Key::InsecureHttp)?)?),
            other => {
                let unknown = Diagnostic::new(format!("there is no target `{other}`"));
                let help = "it is `embedded`, `localstack`, `aws`, an endpoint's URL, or the name of a table [targets.NAME] in rolecall.toml";
                return Err(unknown.help(help).into());
            }
        };
        let is_aws = name == "aws";
        let account = settings.parsed(Key::Account, "account id of twelve digits", AccountId::new)?;
        if is_aws && account.is_none() {
            let missing = Diagnostic::new("which account? nothing is done on AWS before it is named");
            return Err(missing.help("add `--account ID`, or `account` to rolecall.toml").into());
        }
        let ca_bundle = ca_bundle(settings)?;
        let region = region(settings, is_aws)?;
        let profiles = Profiles { region: region.clone(), ca_bundle: ca_bundle.clone() };
        let credentials = profiles.credentials(settings.text(Key::Profile)).await?;
        let other_credentials = match settings.text(Key::OtherProfile) {
            Some(profile) => Some(profiles.credentials(Some(profile)).await?),
            None => None,
        };
        let waits = |key, usual: u64| -> Result<Duration, Diagnostic> {
            let usual = if is_aws { Duration::from_secs(usual) } else { Duration::ZERO };
            Ok(settings.parsed(key, "time such as `10s`", duration)?.unwrap_or(usual))
        };
        Ok(Chosen::Far(Box::new(Far {
            run: run_id()?,
            settle: waits(Key::Settle, 10)?,
            patience: waits(Key::Patience, 60)?,
            permissions_boundary: settings.text(Key::PermissionsBoundary).map(str::to_owned),
            launch: launch(settings),
            journals: PathBuf::from(settings.text(Key::Journal).unwrap_or_default()),
            connection: Connection {
                name: name.to_owned(),
                is_aws,
                endpoint,
                region,
                credentials,
                other_credentials,
                ca_bundle,
                account,
                may_be_management_account: settings.is_on(Key::ManagementAccount)?,
            },
        })))
    }

    /// Whether it is an account of AWS itself, and not a server that speaks as AWS does.
    pub(crate) fn is_aws(&self) -> bool {
        matches!(self, Chosen::Far(far) if far.connection.is_aws && far.connection.endpoint.is_none())
    }

    /// Its name, for people.
    pub(crate) fn name(&self) -> &str {
        match self {
            Chosen::Embedded { .. } => "embedded",
            Chosen::LocalStack(..) => "localstack",
            Chosen::Far(far) => &far.connection.name,
        }
    }

    /// Whether it has what a tag `@needs:NAME` names, as far as that is known without asking it.
    ///
    /// # Errors
    /// Why not.
    pub(crate) fn capability(&self, name: &str) -> Result<(), String> {
        match self {
            Chosen::Embedded { .. } => Embedded::new(Utc::now, "").capability(name),
            Chosen::LocalStack(..) => OnLocalStack::has(name),
            Chosen::Far(far) => far.connection.capability(name),
        }
    }

    pub(crate) fn is_far(&self) -> bool {
        !matches!(self, Chosen::Embedded { .. })
    }

    /// The id of the run on it, by which all that it leaves can be found.
    pub(crate) fn run(&self) -> &str {
        match self {
            Chosen::Embedded { run } => run,
            Chosen::LocalStack(options, ..) => &options.run,
            Chosen::Far(far) => &far.run,
        }
    }

    /// Reaches it, which a bystander sees, and begins a journal where it needs one, of which this is the path.
    ///
    /// # Errors
    /// Where it can't be reached, or is not what it must be.
    pub(crate) async fn target(
        self,
        bystander: &dyn Bystander,
    ) -> Result<(Rc<dyn Target>, Option<PathBuf>), NoTarget> {
        match self {
            Chosen::Embedded { run } => Ok((Rc::new(Embedded::new(Utc::now, &run)), None)),
            Chosen::LocalStack(options, region, launch) => {
                let target = OnLocalStack::start(*options, region, launch, Utc::now).await?;
                Ok((Rc::new(target), None))
            }
            Chosen::Far(far) => {
                let (target, journal) = far.connect(bystander).await?;
                Ok((Rc::new(target), Some(journal)))
            }
        }
    }
}

impl Far {
    async fn connect(self, bystander: &dyn Bystander) -> Result<(Remote, PathBuf), NoTarget> {
        let path = self.journals.join(format!("{}{JOURNAL}", self.run));
        let file = new_file(&self.journals, &path).map_err(|error| {
            Diagnostic::new(format!("the journal `{}` can't be begun: {error}", path.display()))
        })?;
        let manners = Manners {
            run: self.run,
            expires: Utc::now() + LIFETIME,
            permissions_boundary: self.permissions_boundary,
            settle: self.settle,
            patience: self.patience,
            launch: self.launch,
            clock: Utc::now,
        };
        let unused = Unused(Some(path.clone()));
        let remote =
            Remote::connect(self.connection, manners, Journal::new(file, Utc::now), bystander).await?;
        unused.keep();
        Ok((remote, path))
    }

    /// The journals of earlier runs.
    pub(crate) fn journals(&self) -> std::io::Result<Vec<PathBuf>> {
        let mut journals = Vec::new();
        match std::fs::read_dir(&self.journals) {
            Ok(entries) => {
                for entry in entries {
                    let path = entry?.path();
                    if path.to_string_lossy().ends_with(JOURNAL) {
                        journals.push(path);
                    }
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        journals.sort();
        Ok(journals)
    }

    /// How long what was made may take to arrive.
    pub(crate) fn patience(&self) -> Duration {
        self.patience
    }
}

/// A journal of a run that has made nothing; it is removed with this.
struct Unused(Option<PathBuf>);

impl Unused {
    fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for Unused {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            let _ = std::fs::remove_file(path);
        }
    }
}

/// How the names of journals end.
const JOURNAL: &str = ".journal.jsonl";

fn new_file(folder: &Path, path: &Path) -> std::io::Result<File> {
    std::fs::create_dir_all(folder)?;
    let file = OpenOptions::new().append(true).create_new(true).open(path)?;
    // As long as it is held, the run goes on, and nobody sweeps up what it makes.
    file.lock()?;
    Ok(file)
}

/// Eight letters and digits that no other run has.
fn run_id() -> Result<String, Diagnostic> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes)
        .map_err(|error| Diagnostic::new(format!("there is no randomness: {error}")))?;
    let letters = b"0123456789abcdefghijkmnpqrstuvwx";
    Ok(bytes
        .iter()
        .filter_map(|byte| letters.get(usize::from(byte % 32)))
        .map(|it| char::from(*it))
        .collect())
}

/// An endpoint that may be used: with TLS, or on loopback where that is wanted.
fn endpoint(url: &str, insecure: bool) -> Result<String, Diagnostic> {
    // It would stand in every output.
    if url.contains('@') {
        let message = Diagnostic::new("an endpoint's URL holds neither user nor password");
        return Err(message.help("keys come from a profile or the environment"));
    }
    let wrong = |why: &str| Diagnostic::new(format!("the endpoint `{url}` {why}"));
    let uri: Uri = url.parse().map_err(|error| wrong(&format!("is no URL: {error}")))?;
    let host = uri.host().ok_or_else(|| wrong("has no host"))?;
    match uri.scheme_str() {
        Some("https") => Ok(url.to_owned()),
        Some("http") if !is_loopback(host) => {
            Err(wrong("has no TLS, and is not on this machine: whoever listens could take the credentials"))
        }
        Some("http") if !insecure => {
            Err(wrong("has no TLS").help("on this machine that is allowed by `--insecure-http`"))
        }
        Some("http") => Ok(url.to_owned()),
        _ => Err(wrong("is neither `https` nor `http`")),
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || host.ends_with(".localhost") || address.is_ok_and(|address| address.is_loopback())
}

fn launch(settings: &Settings) -> Launch {
    let text = |key| settings.text(key).map(str::to_owned);
    Launch { image: text(Key::InstanceImage), instance_type: text(Key::InstanceType) }
}

/// A variable of other tools, where it is set.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The certificates of the settings, or of AWS's own variable.
fn ca_bundle(settings: &Settings) -> Result<Option<CaBundle>, Diagnostic> {
    let path = settings.text(Key::CaBundle).map(str::to_owned).or_else(|| variable("AWS_CA_BUNDLE"));
    let Some(path) = path else { return Ok(None) };
    let unusable = |error: String| Diagnostic::new(format!("the CA bundle `{path}` can't be used: {error}"));
    let pem = std::fs::read(&path).map_err(|error| unusable(error.to_string()))?;
    CaBundle::new(pem).map(Some).map_err(|error| unusable(error.to_string()))
}

/// The region of the settings, or of AWS's own variables. On AWS it must be named.
fn region(settings: &Settings, on_aws: bool) -> Result<String, Diagnostic> {
    let region = settings.text(Key::Region).map(str::to_owned);
    let region = region.or_else(|| variable("AWS_REGION")).or_else(|| variable("AWS_DEFAULT_REGION"));
    match region {
        Some(region) => Ok(region),
        None if on_aws => {
            Err(Diagnostic::new("which region?").help("add `--region REGION`, or `region` to rolecall.toml"))
        }
        None => Ok("us-east-1".to_owned()),
    }
}

/// AWS's own configuration, which says where credentials come from.
struct Profiles {
    region: String,
    ca_bundle: Option<CaBundle>,
}

impl Profiles {
    /// Those of a profile; without one, of the environment, the default profile, and so on, in AWS's order.
    async fn credentials(&self, profile: Option<&str>) -> Result<SharedCredentialsProvider, NoTarget> {
        let client = network(self.ca_bundle.as_ref())?;
        let region = Region::new(self.region.clone());
        if let Some(profile) = profile {
            let configuration = ProviderConfig::default().with_region(Some(region)).with_http_client(client);
            let provider = ProfileFileCredentialsProvider::builder().profile_name(profile);
            return Ok(SharedCredentialsProvider::new(provider.configure(&configuration).build()));
        }
        let loaded = aws_config::defaults(aws_config::BehaviorVersion::v2026_01_12());
        let loaded = loaded.region(region).http_client(client).load().await;
        let missing =
            || Diagnostic::new("there are no credentials").help("name a profile with `--profile NAME`");
        Ok(loaded.credentials_provider().ok_or_else(missing)?)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_may_go_without_tls() {
        assert!(endpoint("https://aws.test:9297", false).is_ok());
        assert!(endpoint("http://127.0.0.1:4566", true).is_ok());
        assert!(endpoint("http://[::1]:4566", true).is_ok());
        assert!(endpoint("http://localhost:4566", true).is_ok());
        for (url, insecure) in [
            ("http://127.0.0.1:4566", false),
            ("http://aws.test", true),
            ("http://127.0.0.1.aws.test", true),
            ("ftp://127.0.0.1", true),
            ("https://", true),
            ("https://user:password@aws.test", true),
            ("https://user:password@", true),
        ] {
            assert!(endpoint(url, insecure).is_err(), "{url}");
        }
    }

    #[test]
    fn run_ids_fit_into_every_name() {
        let id = run_id().unwrap();
        assert!(
            id.len() == 8 && id.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit())
        );
    }
}
