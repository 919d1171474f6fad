//! Places on an AWS that is not in this process: an endpoint, or a real account.
//!
//! It is shared with others, so everything gets names of its own, tags and, in IAM, a path, is written to a journal before it
//! is made, and is removed when its scenario ends.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::SdkConfig;
use chrono::{DateTime, SecondsFormat, Utc};
use futures::FutureExt;
use futures::future::LocalBoxFuture;
use policy::AccountId;
use tokio::time::Instant;

use crate::bystander::Bystander;
use crate::connection::{Connection, Identity, access_key};
use crate::credentials::static_credentials;
use crate::from_instance::{self, Handed};
use crate::journal::{Journal, Thing, ThingKind, What};
use crate::names::Names;
use crate::patient::{Patient, network};
use crate::place::{
    AccessKey, Explained, Info, InstanceCredentials, Launch, Place, Program, ProgramOutput, Target,
    TargetError, TargetKind,
};
use crate::run_command::{self, RunCommand};
use crate::teardown::Teardown;

/// The path of what a run makes in IAM.
pub const IAM_PATH: &str = "/rolecall/";
/// The tag that tells of which run something is.
pub const RUN_TAG: &str = "rolecall:run";
/// The tag that tells of which scenario of the run something is.
pub const SCENARIO_TAG: &str = "rolecall:scenario";
/// The tag that tells from when on nobody needs it any more: a time in UTC, as in RFC 3339.
pub const EXPIRES_TAG: &str = "rolecall:expires";

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
    /// What instances are launched with.
    pub launch: Launch,
    /// The time of this machine.
    pub clock: fn() -> DateTime<Utc>,
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
    /// Whether commands reach instances. `Err`: why not.
    instances: Result<(), String>,
    /// What may be there, with whether the service said so.
    things: RefCell<BTreeMap<Thing, bool>>,
}

impl Remote {
    /// Asks who we are, which a bystander sees, and begins the journal. Nothing else happens before that is what it must be.
    ///
    /// # Errors
    /// As of [`Connection::identify`], and where the journal can't be written.
    pub async fn connect(
        connection: Connection,
        manners: Manners,
        journal: Journal,
        bystander: &dyn Bystander,
    ) -> Result<Self, TargetError> {
        let identity = connection.identify(bystander).await?;
        let client = network(connection.ca_bundle.as_ref())?;
        let other = match &connection.other_credentials {
            Some(credentials) => Some(connection.identify_as(&client, credentials.clone(), bystander).await?),
            None => None,
        };
        if other.as_ref().is_some_and(|other| other.account == identity.account) {
            let same =
                format!("the other profile is of the same account, {}: nothing was done", identity.account);
            return Err(TargetError::Unreachable(same));
        }
        let begun = What::Run {
            run: manners.run.clone(),
            target: connection.name.clone(),
            account: identity.account.to_string(),
        };
        journal.write(begun).map_err(TargetError::Journal)?;
        let (instances, things) = (Err("nobody has asked yet".to_owned()), RefCell::default());
        let mut shared = Shared { connection, manners, identity, other, client, journal, instances, things };
        shared.instances = shared.commands(bystander).is_usable().await;
        Ok(Self { shared: Rc::new(shared), next: Cell::new(1) })
    }
}

impl Target for Remote {
    fn info(&self) -> Info {
        let connection = &self.shared.connection;
        let (kind, verdicts) = match connection.endpoint {
            Some(_) => (
                TargetKind::Endpoint,
                "as the endpoint enforces IAM: its self-test held, more is not known of it",
            ),
            None => (TargetKind::Aws, "proven: decided by AWS"),
        };
        Info {
            name: connection.name.clone(),
            kind,
            verdicts: verdicts.to_owned(),
            account: Some(self.shared.identity.account.clone()),
            region: connection.region.clone(),
        }
    }

    fn capability(&self, name: &str) -> Result<(), String> {
        match name {
            "instances" => self.shared.instances.clone(),
            "root" if self.shared.identity.arn.ends_with(":root") => Ok(()),
            "root" => Err("nobody here has a key of the root user".to_owned()),
            _ => self.shared.connection.capability(name),
        }
    }

    fn place<'a>(
        &'a self,
        bystander: &'a dyn Bystander,
    ) -> LocalBoxFuture<'a, Result<Box<dyn Place>, TargetError>> {
        let number = self.next.replace(self.next.get() + 1);
        async move {
            let place = RemotePlace::new(self.shared.clone(), number, bystander).await?;
            Ok(Box::new(place) as Box<dyn Place>)
        }
        .boxed_local()
    }

    fn clean_up<'a>(&'a self, bystander: &'a dyn Bystander) -> LocalBoxFuture<'a, Result<(), TargetError>> {
        async move {
            let all: Vec<Thing> = self.shared.things.borrow().keys().cloned().collect();
            self.shared.remove(all, bystander).await
        }
        .boxed_local()
    }
}

impl Shared {
    /// The way to instances, as the administrator.
    fn commands(&self, bystander: &dyn Bystander) -> RunCommand {
        let configuration = self.connection.signed(self.client.clone(), self.connection.credentials.clone());
        RunCommand::new(&bystander.over(configuration, &self.identity.arn), &self.manners.run)
    }

    async fn remove(&self, things: Vec<Thing>, bystander: &dyn Bystander) -> Result<(), TargetError> {
        if things.is_empty() {
            return Ok(());
        }
        let mut left = Vec::new();
        let teardown = |(credentials, who): (&SharedCredentialsProvider, &Identity)| {
            let configuration = self.connection.signed(self.client.clone(), credentials.clone());
            let configuration = bystander.over(configuration, &who.arn);
            Teardown::new(&configuration, self.connection.endpoint.is_some(), self.manners.patience)
        };
        let own = teardown((&self.connection.credentials, &self.identity));
        let other = self.connection.other_credentials.as_ref().zip(self.other.as_ref()).map(teardown);
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
    commands: Arc<RunCommand>,
    names: Names,
    tags: Vec<(String, String)>,
    administrator: AccessKey,
    other_administrator: Option<AccessKey>,
    /// When something was changed on which decisions may depend.
    changed: Cell<Option<Instant>>,
    things: RefCell<Vec<Thing>>,
}

impl RemotePlace {
    async fn new(shared: Rc<Shared>, number: usize, bystander: &dyn Bystander) -> Result<Self, TargetError> {
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
        let commands = Arc::new(shared.commands(bystander));
        Ok(Self { shared, commands, names, tags, administrator, other_administrator, changed, things })
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
        let mut builder = self.shared.connection.configuration(self.shared.client.clone()).into_builder();
        builder.set_credentials_provider(key.map(static_credentials));
        builder.build()
    }

    fn patient(&self, key: Option<&AccessKey>, configuration: SdkConfig) -> SdkConfig {
        let administrators = [Some(&self.administrator), self.other_administrator.as_ref()];
        let administers = |key: &AccessKey| administrators.into_iter().flatten().any(|it| it.id == key.id);
        match configuration.http_client() {
            Some(client) if key.is_some_and(administers) => {
                let patient = Patient { client, patience: self.shared.manners.patience };
                configuration.into_builder().http_client(SharedHttpClient::new(patient)).build()
            }
            _ => configuration,
        }
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

    fn not_created(&self, in_account: &AccountId, kind: ThingKind, name: &str) {
        let thing = self.thing(in_account, kind, name);
        self.things.borrow_mut().retain(|other| *other != thing);
        self.shared.things.borrow_mut().remove(&thing);
        // Where this line is lost, the sweep looks for it and finds nothing.
        let _ = self.shared.journal.write(What::Removed { thing });
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

    fn clean_up<'a>(&'a self, bystander: &'a dyn Bystander) -> LocalBoxFuture<'a, Result<(), TargetError>> {
        async move {
            let mut things = self.things.take();
            things.sort();
            things.dedup();
            self.shared.remove(things, bystander).await
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

    fn instance_credentials<'a>(
        &'a self,
        instance_id: &'a str,
    ) -> LocalBoxFuture<'a, Result<Option<InstanceCredentials>, TargetError>> {
        async move {
            let run = &self.commands;
            let handed = from_instance::handed(run, instance_id).await?;
            Ok(handed.map(|Handed { role, key_id }| InstanceCredentials {
                role,
                key_id,
                key: None,
                configuration: self.shared.connection.configuration_on_instance(run.clone(), instance_id),
            }))
        }
        .boxed_local()
    }

    fn run_program<'a>(
        &'a self,
        instance_id: &'a str,
        program: &'a Program,
    ) -> LocalBoxFuture<'a, Result<ProgramOutput, TargetError>> {
        async move {
            let script = run_command::as_a_program(program, self.region());
            self.commands.run(instance_id, &script).await
        }
        .boxed_local()
    }

    fn launch(&self) -> Launch {
        self.shared.manners.launch.clone()
    }
}

impl RemotePlace {
    fn unsupported(&self, what: &str) -> TargetError {
        TargetError::Unsupported { target: self.shared.connection.name.clone(), what: what.to_owned() }
    }
}
