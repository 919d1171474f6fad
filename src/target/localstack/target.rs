//! Scenarios on a LocalStack container. Each has accounts of its own: an access key id of twelve digits is the account's
//! id, and only the names of buckets are shared.
//! <https://docs.localstack.cloud/aws/capabilities/config/multi-account-setups/>

use std::cell::{Cell, RefCell};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::SdkConfig;
use chrono::{DateTime, Utc};
use futures::FutureExt;
use futures::future::LocalBoxFuture;
use policy::AccountId;
use secrecy::SecretString;

use super::container::LocalStack;
use super::instances::Instances;
use super::options::Options;
use crate::bystander::Bystander;
use crate::connection::Connection;
use crate::credentials::static_credentials;
use crate::names::Names;
use crate::patient::network;
use crate::place::{
    AccessKey, Explained, Info, InstanceCredentials, Launch, Place, Program, ProgramOutput, Target,
    TargetError, TargetKind,
};
use crate::programs::{self, Homes};

/// A LocalStack container as a target.
pub struct OnLocalStack {
    container: RefCell<Option<LocalStack>>,
    /// What the container has said, once it is removed.
    log: RefCell<Vec<String>>,
    connection: Connection,
    client: SharedHttpClient,
    clock: fn() -> DateTime<Utc>,
    launch: Launch,
    run: String,
    version: String,
    next: Cell<u64>,
}

impl OnLocalStack {
    /// Whether such a container has what a tag `@needs:NAME` names.
    ///
    /// # Errors
    /// Why not.
    pub fn has(name: &str) -> Result<(), String> {
        match name {
            "instances" | "other-account" => Ok(()),
            "clock" => Err("LocalStack's clock can't be moved".to_owned()),
            "identity-provider" => Err("LocalStack asks no identity provider for its keys".to_owned()),
            "organization" => Err("LocalStack's organizations limit nobody".to_owned()),
            "mfa" => Err("LocalStack checks no codes of MFA devices".to_owned()),
            "root" => Ok(()),
            "source-address" => Err("calls to LocalStack come from this machine's address".to_owned()),
            _ => Err(format!("LocalStack has no `{name}` that could be used from here")),
        }
    }

    /// Starts a container, and waits until it is ready. It is removed when this is dropped.
    ///
    /// # Errors
    /// What is missing or wrong.
    pub async fn start(
        options: Options,
        region: String,
        launch: Launch,
        clock: fn() -> DateTime<Utc>,
    ) -> Result<Self, TargetError> {
        let image = launch.image.or_else(|| Some(IMAGE.to_owned()));
        let launch = Launch { image, ..launch };
        let run = options.run.clone();
        let container = LocalStack::start(options).await;
        let container = container.map_err(|error| TargetError::Unreachable(error.to_string()))?;
        let key = key_of(&account(0)?);
        let connection = Connection {
            name: NAME.to_owned(),
            is_aws: false,
            endpoint: Some(container.endpoint().to_owned()),
            region,
            credentials: static_credentials(&key),
            other_credentials: None,
            ca_bundle: None,
            account: None,
            may_be_management_account: false,
        };
        let version = container.version().to_owned();
        let (container, next, log) = (RefCell::new(Some(container)), Cell::new(1), RefCell::default());
        Ok(Self { container, log, connection, client: network(None)?, clock, launch, run, version, next })
    }
}

const NAME: &str = "localstack";

/// How many lines of its log are kept.
const LOGGED: usize = 2000;

/// Its images are few, and older than those of features; an instance there is a record all the same.
const IMAGE: &str = "Ubuntu";

/// The `number`th account of a container.
fn account(number: u64) -> Result<AccountId, TargetError> {
    let id = format!("{:012}", 100_000_000_000 + number);
    AccountId::new(&id).ok_or_else(|| TargetError::Unexpected(format!("`{id}` is no account")))
}

/// The key that may do everything in an account.
fn key_of(account: &AccountId) -> AccessKey {
    AccessKey { id: account.to_string(), secret: SecretString::from("test"), session_token: None }
}

impl Target for OnLocalStack {
    fn info(&self) -> Info {
        let verdicts = "as this container enforces IAM: its self-test held, more is not known of it";
        Info {
            name: format!("{NAME} {}", self.version),
            kind: TargetKind::LocalStack,
            verdicts: verdicts.to_owned(),
            account: None,
            region: self.connection.region.clone(),
        }
    }

    fn capability(&self, name: &str) -> Result<(), String> {
        OnLocalStack::has(name)
    }

    fn place<'a>(
        &'a self,
        bystander: &'a dyn Bystander,
    ) -> LocalBoxFuture<'a, Result<Box<dyn Place>, TargetError>> {
        let number = self.next.replace(self.next.get() + 1);
        async move {
            let (account, other) = (account(2 * number)?, account(2 * number + 1)?);
            let configuration = self.connection.configuration(self.client.clone());
            let administrator = key_of(&account);
            let calls = configuration.to_builder().credentials_provider(static_credentials(&administrator));
            let calls = bystander.over(calls.build(), &format!("arn:aws:iam::{account}:root"));
            let place = LocalStackPlace {
                instances: Instances::new(account.clone(), calls, self.clock),
                homes: Homes::default(),
                endpoint: self.connection.endpoint.clone().unwrap_or_default(),
                administrator,
                other_administrator: key_of(&other),
                account,
                other,
                names: Names::with_unique_buckets(format!("-{}-{number}", self.run)),
                configuration,
                launch: self.launch.clone(),
                clock: self.clock,
            };
            Ok(Box::new(place) as Box<dyn Place>)
        }
        .boxed_local()
    }

    fn log(&self) -> Vec<String> {
        self.log.borrow().clone()
    }

    fn clean_up<'a>(&'a self, _bystander: &'a dyn Bystander) -> LocalBoxFuture<'a, Result<(), TargetError>> {
        async move {
            match self.container.take() {
                Some(container) => {
                    self.log.replace(container.logs(LOGGED).await);
                    container.stop().await.map_err(|error| TargetError::Left(vec![error.to_string()]))
                }
                None => Ok(()),
            }
        }
        .boxed_local()
    }
}

struct LocalStackPlace {
    instances: Instances,
    launch: Launch,
    homes: Homes,
    endpoint: String,
    account: AccountId,
    other: AccountId,
    administrator: AccessKey,
    other_administrator: AccessKey,
    names: Names,
    configuration: SdkConfig,
    clock: fn() -> DateTime<Utc>,
}

fn unsupported<T>(what: &str) -> Result<T, TargetError> {
    Err(TargetError::Unsupported { target: NAME.to_owned(), what: what.to_owned() })
}

impl Place for LocalStackPlace {
    fn account(&self) -> &AccountId {
        &self.account
    }

    fn other_account(&self) -> Option<&AccountId> {
        Some(&self.other)
    }

    fn region(&self) -> &str {
        self.configuration.region().map_or("us-east-1", |region| region.as_ref())
    }

    fn administrator(&self) -> &AccessKey {
        &self.administrator
    }

    fn other_administrator(&self) -> Option<&AccessKey> {
        Some(&self.other_administrator)
    }

    fn configuration(&self, key: Option<&AccessKey>) -> SdkConfig {
        let mut builder = self.configuration.to_builder();
        builder.set_credentials_provider(key.map(static_credentials));
        builder.build()
    }

    fn has_buckets_in_path(&self) -> bool {
        true
    }

    fn names(&self) -> &Names {
        &self.names
    }

    fn now(&self) -> DateTime<Utc> {
        (self.clock)()
    }

    fn pass_time(&self, _by: Duration) -> Result<(), TargetError> {
        unsupported("move the clock")
    }

    fn explained(&self, _request_id: &str, _refused: bool) -> Option<Explained> {
        None
    }

    fn instance_credentials<'a>(
        &'a self,
        instance_id: &'a str,
    ) -> LocalBoxFuture<'a, Result<Option<InstanceCredentials>, TargetError>> {
        async move {
            let found = self.instances.credentials(instance_id).await?;
            Ok(found.map(|(role, key)| InstanceCredentials::of(role, key, self)))
        }
        .boxed_local()
    }

    fn run_program<'a>(
        &'a self,
        instance_id: &'a str,
        program: &'a Program,
    ) -> LocalBoxFuture<'a, Result<ProgramOutput, TargetError>> {
        async move {
            let metadata = self.instances.metadata_address(instance_id)?;
            let environment = programs::environment(&self.endpoint, metadata, self.region());
            Ok(programs::run(&self.homes, instance_id, program, environment).await?)
        }
        .boxed_local()
    }
    fn launch(&self) -> Launch {
        self.launch.clone()
    }
}
