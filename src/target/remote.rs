//! Places on an AWS that is not in this process: an endpoint, or a real account.
//!
//! It is shared with others, so everything gets names of its own, tags and, in IAM, a path, is written to a journal before it
//! is made, and is removed when its scenario ends.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;
use chrono::{DateTime, SecondsFormat, Utc};
use futures::FutureExt;
use futures::future::LocalBoxFuture;
use policy::AccountId;
use secrecy::SecretString;
use tokio::time::Instant;

use crate::credentials::static_credentials;
use crate::journal::{Journal, Thing, ThingKind, What};
use crate::names::Names;
use crate::patient::{Patient, network};
use crate::place::{AccessKey, Explained, Info, InstanceRole, Place, Target, TargetError};
use crate::teardown::Teardown;

/// The path of what a run makes in IAM.
pub const IAM_PATH: &str = "/rolecall/";
/// The tag that tells of which run something is.
pub const RUN_TAG: &str = "rolecall:run";
/// The tag that tells of which scenario of the run something is.
pub const SCENARIO_TAG: &str = "rolecall:scenario";
/// The tag that tells from when on nobody needs it any more: a time in UTC, as in RFC 3339.
pub const EXPIRES_TAG: &str = "rolecall:expires";

/// How to reach a place, and as whom.
#[derive(Clone)]
pub struct Connection {
    /// What the target is called: `aws`, or the endpoint's URL.
    pub name: String,
    /// Whether it is meant to be AWS itself, or something that stands for it.
    pub is_aws: bool,
    /// `None`: AWS's own endpoints.
    pub endpoint: Option<String>,
    /// Where the calls go that are bound to a region.
    pub region: String,
    /// The administrator's.
    pub credentials: SharedCredentialsProvider,
    /// Those of an administrator of another account, where there is one.
    pub other_credentials: Option<SharedCredentialsProvider>,
    /// Certificates in PEM that are trusted beside the system's.
    pub ca_bundle: Option<Vec<u8>>,
    /// The account that it must be; `None`: whichever it is.
    pub account: Option<AccountId>,
    /// Whether it may be the management account of an organization, whose administrators no policy of the organization
    /// limits. Only asked of AWS itself.
    pub may_be_management_account: bool,
}

/// How a run behaves on a shared place.
#[derive(Clone)]
pub struct Manners {
    /// The run's id, lower-case letters and digits: it is in every name.
    pub run: String,
    /// From when on nobody needs what the run makes.
    pub expires: DateTime<Utc>,
    /// Every user and role gets this permissions boundary.
    pub permissions_boundary: Option<String>,
    /// How long what was changed is given to arrive before a verdict rests on it.
    pub settle: Duration,
    /// How long after a change an unexpected answer is asked for again.
    pub patience: Duration,
    /// The time of this machine.
    pub clock: fn() -> DateTime<Utc>,
}

/// Who we are somewhere.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The account.
    pub account: AccountId,
    /// The ARN.
    pub arn: String,
}

/// An AWS that is not in this process.
pub struct Remote {
    shared: Rc<Shared>,
    next: Cell<usize>,
}

/// What all places of a run have in common.
struct Shared {
    connection: Connection,
    manners: Manners,
    identity: Identity,
    other: Option<Identity>,
    client: SharedHttpClient,
    journal: Journal,
    /// What may be there, with whether the service said so.
    things: RefCell<BTreeMap<Thing, bool>>,
}

impl Connection {
    /// Asks who we are there.
    ///
    /// # Errors
    /// Where it can't be reached, does not know the credentials, or is another account than it must be.
    pub async fn identify(&self) -> Result<Identity, TargetError> {
        let client = network(self.ca_bundle.as_deref())?;
        let identity = self.identify_as(&client, self.credentials.clone()).await?;
        if let Some(account) = self.account.as_ref().filter(|account| **account != identity.account) {
            return Err(TargetError::Unreachable(format!(
                "the credentials are of account {}, and not of {account}: nothing was done",
                identity.account
            )));
        }
        if self.is_aws && !self.may_be_management_account {
            self.refuse_management_account(client, &identity.account).await?;
        }
        Ok(identity)
    }

    /// Service control policies don't affect a management account, and what goes wrong there goes wrong for all.
    /// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_best-practices_mgmt-acct.html>
    async fn refuse_management_account(
        &self,
        client: SharedHttpClient,
        account: &AccountId,
    ) -> Result<(), TargetError> {
        let configuration = self.configuration(client).into_builder();
        let configuration = configuration.credentials_provider(self.credentials.clone()).build();
        let organizations = aws_sdk_organizations::Client::new(&configuration);
        let unless = "unless `--management-account` says that it may be one";
        match organizations.describe_organization().send().await {
            Ok(answer) => {
                let management =
                    answer.organization().and_then(|organization| organization.master_account_id());
                match management == Some(account.as_str()) {
                    true => Err(TargetError::Unreachable(format!(
                        "{account} is the management account of an organization: nothing is done there, {unless}"
                    ))),
                    false => Ok(()),
                }
            }
            Err(error) if error.code() == Some("AWSOrganizationsNotInUseException") => Ok(()),
            Err(error) => Err(TargetError::Unreachable(format!(
                "it can't be told whether {account} is the management account of an organization, and nothing is done \
                 there {unless}: {}",
                said(&error)
            ))),
        }
    }

    async fn identify_as(
        &self,
        client: &SharedHttpClient,
        credentials: SharedCredentialsProvider,
    ) -> Result<Identity, TargetError> {
        let configuration =
            self.configuration(client.clone()).to_builder().credentials_provider(credentials).build();
        let sts = aws_sdk_sts::Client::new(&configuration);
        let answer = sts.get_caller_identity().send().await.map_err(|error| {
            TargetError::Unreachable(format!("{} does not say who we are: {}", self.name, said(&error)))
        })?;
        let account = answer.account().and_then(AccountId::new);
        let unclear = || TargetError::Unexpected(format!("{} tells no account of ours", self.name));
        let account = account.ok_or_else(unclear)?;
        Ok(Identity { account, arn: answer.arn().unwrap_or_default().to_owned() })
    }

    /// Whether what a tag `@needs:NAME` names is there; known without asking.
    ///
    /// # Errors
    /// Why not.
    pub fn capability(&self, name: &str) -> Result<(), String> {
        match name {
            "clock" => Err(format!("the clock of {} can't be moved", self.name)),
            "other-account" if self.other_credentials.is_some() => Ok(()),
            "other-account" => Err("another account needs `--other-profile`".to_owned()),
            _ => Err(format!("{} has no `{name}` that could be used from here", self.name)),
        }
    }

    /// Calls over `client`, signed by nobody yet.
    pub(crate) fn configuration(&self, client: SharedHttpClient) -> SdkConfig {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(10))
            .operation_attempt_timeout(Duration::from_secs(60));
        let mut builder = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(self.region.clone()))
            .http_client(client)
            .sleep_impl(TokioSleep::new())
            .timeout_config(timeouts.build())
            // Throttling is waited out, and never becomes a verdict.
            .retry_config(RetryConfig::adaptive().with_max_attempts(10));
        builder.set_endpoint_url(self.endpoint.clone());
        builder.build()
    }
}

impl Remote {
    /// Asks who we are, and begins the journal. Nothing else happens before that is what it must be.
    ///
    /// # Errors
    /// As of [`Connection::identify`], and where the journal can't be written.
    pub async fn connect(
        connection: Connection,
        manners: Manners,
        journal: Journal,
    ) -> Result<Self, TargetError> {
        let identity = connection.identify().await?;
        let client = network(connection.ca_bundle.as_deref())?;
        let other = match &connection.other_credentials {
            Some(credentials) => Some(connection.identify_as(&client, credentials.clone()).await?),
            None => None,
        };
        let begun = What::Run {
            run: manners.run.clone(),
            target: connection.name.clone(),
            account: identity.account.to_string(),
        };
        journal.write(begun).map_err(TargetError::Journal)?;
        let things = RefCell::default();
        let shared = Shared { connection, manners, identity, other, client, journal, things };
        Ok(Self { shared: Rc::new(shared), next: Cell::new(1) })
    }

    /// Who we are there.
    pub fn identity(&self) -> &Identity {
        &self.shared.identity
    }
}

impl Target for Remote {
    fn info(&self) -> Info {
        let connection = &self.shared.connection;
        let verdicts = match connection.endpoint {
            Some(_) => "as the endpoint enforces IAM: its self-test held, more is not known of it",
            None => "proven: decided by AWS",
        };
        Info { name: connection.name.clone(), verdicts: verdicts.to_owned() }
    }

    fn capability(&self, name: &str) -> Result<(), String> {
        self.shared.connection.capability(name)
    }

    fn place(&self) -> LocalBoxFuture<'_, Result<Box<dyn Place>, TargetError>> {
        let number = self.next.replace(self.next.get() + 1);
        async move {
            let place = RemotePlace::new(self.shared.clone(), number).await?;
            Ok(Box::new(place) as Box<dyn Place>)
        }
        .boxed_local()
    }

    fn clean_up(&self) -> LocalBoxFuture<'_, Result<(), TargetError>> {
        async move {
            let all: Vec<Thing> = self.shared.things.borrow().keys().cloned().collect();
            self.shared.remove(all).await
        }
        .boxed_local()
    }
}

impl Shared {
    async fn remove(&self, things: Vec<Thing>) -> Result<(), TargetError> {
        if things.is_empty() {
            return Ok(());
        }
        let mut left = Vec::new();
        let teardown = |credentials: &SharedCredentialsProvider| {
            let configuration = self.connection.configuration(self.client.clone()).into_builder();
            let configuration = configuration.credentials_provider(credentials.clone()).build();
            Teardown::new(&configuration, self.connection.endpoint.is_some(), self.manners.patience)
        };
        let own = teardown(&self.connection.credentials);
        let other = self.connection.other_credentials.as_ref().map(teardown);
        for thing in things {
            let certain = self.things.borrow().get(&thing).copied().unwrap_or(true);
            let is_own = thing.account == self.identity.account.as_str();
            let teardown = other.as_ref().filter(|_| !is_own).unwrap_or(&own);
            match teardown.remove(&thing, certain).await {
                Ok(()) => {
                    self.things.borrow_mut().remove(&thing);
                    self.journal.write(What::Removed { thing }).map_err(TargetError::Journal)?;
                }
                Err(reason) => left.push(format!("{} {}: {reason}", thing.kind.words(), thing.name)),
            }
        }
        if left.is_empty() { Ok(()) } else { Err(TargetError::Left(left)) }
    }
}

struct RemotePlace {
    shared: Rc<Shared>,
    names: Names,
    tags: Vec<(String, String)>,
    administrator: AccessKey,
    other_administrator: Option<AccessKey>,
    /// When something was changed on which decisions may depend.
    changed: Cell<Option<Instant>>,
    things: RefCell<Vec<Thing>>,
}

impl RemotePlace {
    async fn new(shared: Rc<Shared>, number: usize) -> Result<Self, TargetError> {
        let administrator = access_key(&shared.connection.credentials).await?;
        let other_administrator = match &shared.connection.other_credentials {
            Some(credentials) => Some(access_key(credentials).await?),
            None => None,
        };
        let manners = &shared.manners;
        let suffix = format!("-{}-{number}", manners.run);
        let accounts = [Some(&shared.identity), shared.other.as_ref()].into_iter().flatten();
        let accounts = accounts.map(|identity| identity.account.clone()).collect();
        let names = Names::unique(suffix, IAM_PATH.to_owned(), accounts);
        let expires = manners.expires.to_rfc3339_opts(SecondsFormat::Secs, true);
        let tags =
            [(RUN_TAG, manners.run.clone()), (SCENARIO_TAG, number.to_string()), (EXPIRES_TAG, expires)];
        let tags = tags.map(|(key, value)| (key.to_owned(), value)).to_vec();
        let (changed, things) = (Cell::new(None), RefCell::default());
        Ok(Self { shared, names, tags, administrator, other_administrator, changed, things })
    }

    fn thing(&self, in_account: &AccountId, kind: ThingKind, name: &str) -> Thing {
        Thing {
            kind,
            name: name.to_owned(),
            account: in_account.to_string(),
            region: self.region().to_owned(),
        }
    }
}

impl Place for RemotePlace {
    fn account(&self) -> &AccountId {
        &self.shared.identity.account
    }

    fn other_account(&self) -> Option<&AccountId> {
        self.shared.other.as_ref().map(|identity| &identity.account)
    }

    fn region(&self) -> &str {
        &self.shared.connection.region
    }

    fn administrator(&self) -> &AccessKey {
        &self.administrator
    }

    fn administrator_arn(&self) -> String {
        self.shared.identity.arn.clone()
    }

    fn other_administrator(&self) -> Option<&AccessKey> {
        self.other_administrator.as_ref()
    }

    fn configuration(&self, key: Option<&AccessKey>) -> SdkConfig {
        let client = self.shared.client.clone();
        let administrators = [Some(&self.administrator), self.other_administrator.as_ref()];
        let administers = |key: &AccessKey| administrators.into_iter().flatten().any(|it| it.id == key.id);
        let client = match key {
            Some(key) if administers(key) => {
                SharedHttpClient::new(Patient { client, patience: self.shared.manners.patience })
            }
            _ => client,
        };
        let mut builder = self.shared.connection.configuration(client).into_builder();
        builder.set_credentials_provider(key.map(static_credentials));
        builder.build()
    }

    fn has_buckets_in_path(&self) -> bool {
        self.shared.connection.endpoint.is_some()
    }

    fn names(&self) -> &Names {
        &self.names
    }

    fn tags(&self) -> &[(String, String)] {
        &self.tags
    }

    fn permissions_boundary(&self) -> Option<&str> {
        self.shared.manners.permissions_boundary.as_deref()
    }

    fn creating(&self, in_account: &AccountId, kind: ThingKind, name: &str) -> Result<(), TargetError> {
        let thing = self.thing(in_account, kind, name);
        self.shared.journal.write(What::Creating { thing: thing.clone() }).map_err(TargetError::Journal)?;
        self.shared.things.borrow_mut().entry(thing.clone()).or_insert(false);
        self.things.borrow_mut().push(thing);
        Ok(())
    }

    fn created(&self, in_account: &AccountId, kind: ThingKind, name: &str) {
        let thing = self.thing(in_account, kind, name);
        // Where this line is lost, the sweep only looks for longer.
        let _ = self.shared.journal.write(What::Created { thing: thing.clone() });
        self.shared.things.borrow_mut().insert(thing, true);
    }

    fn changed(&self) {
        self.changed.set(Some(Instant::now()));
    }

    fn settled(&self) -> LocalBoxFuture<'_, ()> {
        async move {
            if let Some(changed) = self.changed.get() {
                tokio::time::sleep_until(changed + self.shared.manners.settle).await;
            }
        }
        .boxed_local()
    }

    fn patience(&self) -> Duration {
        self.shared.manners.patience
    }

    fn clean_up(&self) -> LocalBoxFuture<'_, Result<(), TargetError>> {
        async move {
            let mut things = self.things.take();
            things.sort();
            things.dedup();
            self.shared.remove(things).await
        }
        .boxed_local()
    }

    fn now(&self) -> DateTime<Utc> {
        (self.shared.manners.clock)()
    }

    fn pass_time(&self, _by: Duration) -> Result<(), TargetError> {
        Err(self.unsupported("move the clock"))
    }

    fn explained(&self, _request_id: &str, _refused: bool) -> Option<Explained> {
        None
    }

    fn instance_role<'a>(
        &'a self,
        _instance_id: &'a str,
    ) -> LocalBoxFuture<'a, Result<InstanceRole, TargetError>> {
        async { Err(self.unsupported("call as a program on an instance")) }.boxed_local()
    }

    fn instance_environment<'a>(
        &'a self,
        _instance_id: &'a str,
    ) -> LocalBoxFuture<'a, Result<Vec<(String, String)>, TargetError>> {
        async { Err(self.unsupported("run a program on an instance")) }.boxed_local()
    }
}

impl RemotePlace {
    fn unsupported(&self, what: &str) -> TargetError {
        TargetError::Unsupported { target: self.shared.connection.name.clone(), what: what.to_owned() }
    }
}

/// What the provider gives now: of a role it is renewed from scenario to scenario.
async fn access_key(provider: &SharedCredentialsProvider) -> Result<AccessKey, TargetError> {
    let credentials = provider.provide_credentials().await.map_err(|error| {
        TargetError::Unreachable(format!("there are no credentials: {}", sources(&error)))
    })?;
    Ok(AccessKey {
        id: credentials.access_key_id().to_owned(),
        secret: SecretString::from(credentials.secret_access_key().to_owned()),
        session_token: credentials.session_token().map(|token| SecretString::from(token.to_owned())),
    })
}

/// What a service said, as `CODE: message`; else why it could not be asked.
pub(crate) fn said<E: ProvideErrorMetadata + std::error::Error + 'static>(
    error: &SdkError<E, HttpResponse>,
) -> String {
    match (error.code(), error.message()) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(code), None) => code.to_owned(),
        (None, _) => sources(error),
    }
}

/// An error with what caused it.
fn sources(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_words = cause.to_string();
        if !words.contains(&cause_words) {
            words.push_str(": ");
            words.push_str(&cause_words);
        }
        source = cause.source();
    }
    words
}
