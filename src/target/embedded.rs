//! The default target: an emulator for each scenario, in this process.

use std::cell::{Cell, OnceCell};
use std::net::IpAddr;
use std::time::Duration;

use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_types::retry::RetryConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;
use chrono::{DateTime, Utc};
use emulator::{Clock, Ear, Emulator, Listener, Peer, Question, SamlStatement, Settings};
use futures::FutureExt;
use futures::future::LocalBoxFuture;
use policy::AccountId;
use tokio::task::JoinHandle;

use crate::bystander::Bystander;
use crate::connector::{InProcess, VirtualTime};
use crate::credentials::static_credentials;
use crate::metadata;
use crate::names::Names;
use crate::place::{
    AccessKey, DeniedBy, Explained, Info, InstanceCredentials, Place, Program, ProgramOutput, Target,
    TargetError, TargetKind,
};
use crate::programs::{self, Homes};

/// The embedded target.
pub struct Embedded {
    real_time: fn() -> DateTime<Utc>,
    run: String,
    /// How many emulators it has begun.
    begun: Cell<u64>,
}

impl Embedded {
    /// `real_time` is what the clocks of all emulators start from; `run` tells the ids of requests from those of other runs.
    pub fn new(real_time: fn() -> DateTime<Utc>, run: &str) -> Self {
        Self { real_time, run: run.to_owned(), begun: Cell::default() }
    }
}

impl Target for Embedded {
    fn info(&self) -> Info {
        Info {
            name: "embedded".to_owned(),
            kind: TargetKind::Embedded,
            account: None,
            region: Settings::new(Clock::over(self.real_time)).region,
            verdicts: "modelled: decided by Rolecall's own IAM engine, not by AWS".to_owned(),
        }
    }

    fn capability(&self, name: &str) -> Result<(), String> {
        match name {
            "clock" | "explanations" | "identity-provider" | "instances" | "mfa" | "organization"
            | "other-account" | "root" | "source-address" => Ok(()),
            _ => Err(format!("the embedded target has no `{name}`")),
        }
    }

    fn place<'a>(
        &'a self,
        bystander: &'a dyn Bystander,
    ) -> LocalBoxFuture<'a, Result<Box<dyn Place>, TargetError>> {
        let number = self.begun.get();
        self.begun.set(number + 1);
        let requests = format!("{} {number}", self.run).into_bytes();
        let settings = Settings { requests, ..Settings::new(Clock::over(self.real_time)) };
        let place = EmbeddedPlace::new(settings, bystander.ear(PROGRAMS));
        async move { place.map(|place| Box::new(place) as Box<dyn Place>) }.boxed_local()
    }
}

/// Who calls, of what is not known to be anybody else.
const PROGRAMS: &str = "a program on an instance";

struct EmbeddedPlace {
    /// What hears the calls of other processes.
    ear: Option<Ear>,
    /// The endpoint for other processes, opened when the first of them needs it.
    listening: OnceCell<Listening>,
    homes: Homes,
    emulator: Emulator,
    account: AccountId,
    other_account: Option<AccountId>,
    administrator: AccessKey,
    other_administrator: Option<AccessKey>,
    configuration: SdkConfig,
    names: Names,
}

impl EmbeddedPlace {
    fn new(settings: Settings, ear: Option<Ear>) -> Result<Self, TargetError> {
        let region = settings.region.clone();
        let mut accounts = settings.accounts.clone().into_iter();
        let emulator = Emulator::new(settings);
        let account = accounts
            .next()
            .ok_or_else(|| TargetError::Unexpected("the emulator has no account".to_owned()))?;
        let other_account = accounts.next();
        let administrator_of = |account: &AccountId| {
            let key = emulator.administrator(account)?;
            Some(AccessKey { id: key.id.clone(), secret: key.secret.clone(), session_token: None })
        };
        let administrator = administrator_of(&account)
            .ok_or_else(|| TargetError::Unexpected("the emulator has no administrator".to_owned()))?;
        let other_administrator = other_account.as_ref().and_then(administrator_of);
        let configuration = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(region))
            .http_client(InProcess { emulator: emulator.clone(), peer: Peer::in_process() })
            .time_source(VirtualTime(emulator.clock().clone()))
            .sleep_impl(TokioSleep::new())
            // An emulator in the same process has no bad moments: what it answers is the answer.
            .retry_config(RetryConfig::disabled())
            .build();
        let listening = OnceCell::new();
        Ok(Self {
            ear,
            listening,
            homes: Homes::default(),
            emulator,
            account,
            other_account,
            administrator,
            other_administrator,
            configuration,
            names: Names::kept(),
        })
    }
}

impl Place for EmbeddedPlace {
    fn account(&self) -> &AccountId {
        &self.account
    }

    fn other_account(&self) -> Option<&AccountId> {
        self.other_account.as_ref()
    }

    fn region(&self) -> &str {
        self.configuration.region().map_or("us-east-1", |region| region.as_ref())
    }

    fn administrator(&self) -> &AccessKey {
        &self.administrator
    }

    fn other_administrator(&self) -> Option<&AccessKey> {
        self.other_administrator.as_ref()
    }

    fn configuration(&self, key: Option<&AccessKey>) -> SdkConfig {
        let mut builder = self.configuration.to_builder();
        // Without a provider the SDK sends the request unsigned.
        builder.set_credentials_provider(key.map(static_credentials));
        builder.build()
    }

    fn configuration_from(&self, key: Option<&AccessKey>, address: IpAddr) -> Option<SdkConfig> {
        let peer = Peer { source_ip: address, ..Peer::in_process() };
        let client = InProcess { emulator: self.emulator.clone(), peer };
        Some(self.configuration(key).into_builder().http_client(client).build())
    }

    fn may_be_organized(&self) -> bool {
        true
    }

    fn web_identity_token(&self, issuer: &str, claims: &[(String, String)]) -> Option<String> {
        let claims = claims.iter().map(|(name, value)| (name.clone(), value.as_str().into()));
        Some(self.emulator.web_identity_token(issuer, claims.collect()))
    }

    fn saml_metadata(&self, issuer: &str) -> Option<String> {
        Some(self.emulator.saml_metadata(issuer))
    }

    fn saml_response(&self, statement: &SamlStatement) -> Option<String> {
        self.emulator.saml_response(statement)
    }

    fn names(&self) -> &Names {
        &self.names
    }

    fn now(&self) -> DateTime<Utc> {
        self.emulator.clock().now()
    }

    fn pass_time(&self, by: Duration) -> Result<(), TargetError> {
        self.emulator.clock().advance(by);
        Ok(())
    }

    fn explained(&self, request_id: &str, refused: bool) -> Option<Explained> {
        let decided = self.emulator.decisions(request_id)?;
        let denied = decided.iter().find(|access| refused && !access.decision.is_allowed());
        let deciding = denied.or(decided.first())?;
        Some(Explained {
            action: deciding.action.clone(),
            resource: deciding.resource.clone(),
            principal: deciding.principal.clone(),
            allowed: deciding.decision.is_allowed(),
            explanation: deciding.decision.explain(),
            denied_by: DeniedBy::of(&deciding.decision),
        })
    }

    fn decide(&self, question: &Question) -> Result<Explained, TargetError> {
        let decided = self.emulator.decide(question)?;
        Ok(Explained {
            allowed: decided.decision.is_allowed(),
            explanation: decided.decision.explain(),
            denied_by: DeniedBy::of(&decided.decision),
            action: decided.action,
            resource: decided.resource,
            principal: decided.principal,
        })
    }

    fn instance_credentials<'a>(
        &'a self,
        instance_id: &'a str,
    ) -> LocalBoxFuture<'a, Result<Option<InstanceCredentials>, TargetError>> {
        async move {
            let found = metadata::instance_role(&self.emulator, instance_id)?;
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
            let listening = match self.listening.get() {
                Some(listening) => listening,
                None => {
                    let listening = Listening::start(self.emulator.clone(), self.ear.clone()).await?;
                    self.listening.get_or_init(|| listening)
                }
            };
            let metadata = self.emulator.metadata_address(instance_id)?;
            let environment = programs::environment(&listening.endpoint, metadata, self.region());
            Ok(programs::run(&self.homes, instance_id, program, environment).await?)
        }
        .boxed_local()
    }
}

/// The emulator's door for other processes; it is closed with the scenario.
struct Listening {
    endpoint: String,
    task: JoinHandle<()>,
}

impl Listening {
    async fn start(emulator: Emulator, ear: Option<Ear>) -> Result<Self, TargetError> {
        let listener = Listener::bind(emulator, 0).await?.heard_by(ear);
        let endpoint = format!("http://{}", listener.address());
        let task = tokio::spawn(async move {
            // It is ended by being dropped; a client sees an error of `accept` as a refused connection.
            let _ = listener.serve_until(std::future::pending()).await;
        });
        Ok(Self { endpoint, task })
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.task.abort();
    }
}
