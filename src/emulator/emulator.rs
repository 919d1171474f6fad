//! One emulator: a small partition of AWS with its clock, called by handing it HTTP requests.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use policy::AccountId;
use secrecy::{ExposeSecret, SecretString};
use tempfile::TempDir;

use crate::authorize::DecidedAccess;
use crate::clock::Clock;
use crate::ec2::{self, InstanceView};
use crate::faults::{Broken, Faults};
use crate::front::{Peer, Surroundings, handle};
use crate::ids::Ids;
use crate::imds::{self, ImdsGuard, ImdsServer};
use crate::partition::Partition;
use crate::ssm;

/// How many answered calls are remembered with their decisions.
const REMEMBERED: usize = 256;

/// What an emulator starts with.
pub struct Settings {
    /// Its time.
    pub clock: Clock,
    /// What its ids and secrets follow from: the same seed and calls give the same ones.
    pub seed: Vec<u8>,
    /// What the ids of its requests are told by from those of other emulators of the same seed; empty: by nothing.
    pub requests: Vec<u8>,
    /// Its accounts, the scenario's own first.
    pub accounts: Vec<AccountId>,
    /// The region of calls that name none.
    pub region: String,
    /// The key of the first account's root user; `None`: one that follows from the seed.
    pub administrator: Option<AdministratorKey>,
    /// What it plays of AWS's own weaknesses.
    pub faults: Faults,
    /// The path of programs for the commands that Systems Manager runs on instances, as child processes of this one.
    /// `None`: instances have no agent, and run no commands.
    pub commands: Option<String>,
}

impl Settings {
    /// Two accounts, 111122223333 and 444455556666, in us-east-1, without faults.
    pub fn new(clock: Clock) -> Self {
        let accounts = ["111122223333", "444455556666"].into_iter().filter_map(AccountId::new).collect();
        let seed = b"rolecall".to_vec();
        Self {
            clock,
            seed,
            requests: Vec::new(),
            accounts,
            region: "us-east-1".to_owned(),
            administrator: None,
            faults: Faults::default(),
            commands: None,
        }
    }
}

/// An access key of an account's root user.
#[derive(Clone)]
pub struct AdministratorKey {
    /// `AKIA…`.
    pub id: String,
    /// The secret access key.
    pub secret: SecretString,
}

impl AdministratorKey {
    fn drawn(ids: &mut Ids) -> Self {
        Self { id: ids.access_key_id("AKIA"), secret: SecretString::from(ids.secret_key()) }
    }
}

/// A small AWS partition; clones share it.
#[derive(Clone)]
pub struct Emulator(Arc<Inner>);

struct Inner {
    settings: Settings,
    partition: Arc<Mutex<Partition>>,
    administrators: BTreeMap<AccountId, AdministratorKey>,
    control_token: SecretString,
    decisions: Mutex<VecDeque<(String, Vec<DecidedAccess>)>>,
    metadata_services: Mutex<BTreeMap<String, (SocketAddr, ImdsGuard)>>,
    /// The home directories of the instances that ran commands.
    homes: Mutex<BTreeMap<String, TempDir>>,
}

/// What an emulator begins with, which follows from its settings.
struct Beginning {
    partition: Partition,
    administrators: BTreeMap<AccountId, AdministratorKey>,
    control_token: SecretString,
}

impl Beginning {
    fn of(settings: &Settings) -> Self {
        let mut partition = Partition::new(&settings.seed).with(&settings.faults);
        partition.requests = settings.requests.clone();
        partition.ssm.has_agents = settings.commands.is_some();
        let mut administrators = BTreeMap::new();
        let mut given = settings.administrator.clone();
        for account in &settings.accounts {
            let key = given.take().unwrap_or_else(|| AdministratorKey::drawn(&mut partition.ids));
            let secret = key.secret.expose_secret().to_owned();
            partition.iam.add_account(account.clone(), key.id.clone(), secret);
            administrators.insert(account.clone(), key);
        }
        let control_token = SecretString::from(partition.ids.hex());
        Self { partition, administrators, control_token }
    }
}

impl Emulator {
    /// An emulator whose accounts hold nothing but their root users.
    pub fn new(settings: Settings) -> Self {
        let Beginning { partition, administrators, control_token } = Beginning::of(&settings);
        Self(Arc::new(Inner {
            settings,
            partition: Arc::new(Mutex::new(partition)),
            administrators,
            control_token,
            decisions: Mutex::default(),
            metadata_services: Mutex::default(),
            homes: Mutex::default(),
        }))
    }

    /// Makes it as it was when new: nothing in its accounts but their root users, whose keys stay the same, no time
    /// passed but real time, and no metadata service.
    pub fn reset(&self) {
        *self.partition() = Beginning::of(&self.0.settings).partition;
        lock(&self.0.metadata_services).clear();
        lock(&self.0.homes).clear();
        lock(&self.0.decisions).clear();
        self.0.settings.clock.reset();
    }

    /// Its accounts, the first one first.
    pub fn accounts(&self) -> &[AccountId] {
        &self.0.settings.accounts
    }

    /// Its clock.
    pub fn clock(&self) -> &Clock {
        &self.0.settings.clock
    }

    /// The region of calls that name none.
    pub fn region(&self) -> &str {
        &self.0.settings.region
    }

    /// The key that may do everything in an account; `None`: there is no such account.
    pub fn administrator(&self, account: &AccountId) -> Option<&AdministratorKey> {
        self.0.administrators.get(account)
    }

    /// The bearer token of the control route.
    pub fn control_token(&self) -> &SecretString {
        &self.0.control_token
    }

    /// How long each answer that leaves by a socket is held back.
    pub(crate) fn latency(&self) -> Option<Duration> {
        self.0.settings.faults.latency
    }

    /// Answers a request for any of the services. In this process there is no connection to break: where a failure
    /// would end it, the answer has status 500 and nothing else.
    pub fn handle(&self, request: http::Request<Bytes>, peer: Peer) -> http::Response<Bytes> {
        self.answer(request, peer).unwrap_or_else(|_| {
            let mut broken = http::Response::new(Bytes::new());
            *broken.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR;
            broken
        })
    }

    /// The same, for a connection.
    ///
    /// # Errors
    /// How the connection is to end without an answer.
    pub(crate) fn answer(
        &self,
        request: http::Request<Bytes>,
        peer: Peer,
    ) -> Result<http::Response<Bytes>, Broken> {
        let surroundings =
            Surroundings { clock: &self.0.settings.clock, region: &self.0.settings.region, peer };
        let handled = handle(&mut self.partition(), surroundings, request);
        if !handled.decided.is_empty() {
            let mut decisions = lock(&self.0.decisions);
            if decisions.len() == REMEMBERED {
                decisions.pop_front();
            }
            decisions.push_back((handled.request_id, handled.decided));
        }
        handled.response
    }

    /// How the permissions of a call were decided, by its request id; `None`: it needed none, or is long ago.
    pub fn decisions(&self, request_id: &str) -> Option<Vec<DecidedAccess>> {
        let decisions = lock(&self.0.decisions);
        decisions.iter().rev().find(|(id, _)| id == request_id).map(|(_, decided)| decided.clone())
    }

    /// Starts the commands that were sent to instances, where they may run; `endpoint` is where they find AWS.
    ///
    /// Must be called within a tokio runtime.
    pub(crate) fn start_commands(&self, endpoint: SocketAddr) {
        if self.program_path().is_none() {
            return;
        }
        let jobs = self.partition().ssm.take_waiting();
        for job in jobs {
            tokio::spawn(ssm::run(self.clone(), job, endpoint));
        }
    }

    pub(crate) fn program_path(&self) -> Option<&str> {
        self.0.settings.commands.as_deref()
    }

    /// The home directory of an instance, which goes with the emulator.
    pub(crate) fn home(&self, instance_id: &str) -> io::Result<PathBuf> {
        let mut homes = lock(&self.0.homes);
        if let Some(home) = homes.get(instance_id) {
            return Ok(home.path().to_owned());
        }
        let home = tempfile::tempdir()?;
        let path = home.path().to_owned();
        homes.insert(instance_id.to_owned(), home);
        Ok(path)
    }

    /// All instances.
    pub fn instances(&self) -> Vec<InstanceView> {
        ec2::instances(&self.partition())
    }

    /// What an instance's metadata service answers, asked without a socket; status and body.
    /// `None`: the instance does not run.
    pub fn metadata(
        &self,
        instance_id: &str,
        method: &str,
        path: &str,
        headers: &[(String, String)],
    ) -> Option<(u16, Vec<u8>)> {
        let request = imds::Request { method, path, headers };
        let now = self.0.settings.clock.now();
        let response = imds::answer(&mut self.partition(), instance_id, &request, now)?;
        Some((response.status, response.body))
    }

    /// Where an instance's metadata service listens on loopback; it is started when first asked for.
    ///
    /// Must be called within a tokio runtime.
    ///
    /// # Errors
    /// If no port can be had.
    pub fn metadata_address(&self, instance_id: &str) -> io::Result<SocketAddr> {
        let mut services = lock(&self.0.metadata_services);
        if let Some((address, _)) = services.get(instance_id) {
            return Ok(*address);
        }
        let (address, guard) =
            ImdsServer::start(self.0.partition.clone(), self.0.settings.clock.clone(), instance_id)?;
        services.insert(instance_id.to_owned(), (address, guard));
        Ok(address)
    }

    pub(crate) fn partition(&self) -> MutexGuard<'_, Partition> {
        lock(&self.0.partition)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
