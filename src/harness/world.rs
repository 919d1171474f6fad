//! What one scenario holds: its place, its cast by name, who acts, and how the last attempt went.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_types::SdkConfig;
use aws_types::request_id::RequestId;
use chrono::{DateTime, Utc};
use evidence::{Call, Explanation, Verdict};
use secrecy::ExposeSecret;
use target::{AccessKey, Place};

use crate::outcome::{CallRef, Outcome, ServiceFailure, answered};
use crate::plan::Commands;
use crate::recorder::{Recorder, StepError};
use crate::similar::nearest;

/// The state of one scenario, made anew for each.
#[derive(Default, cucumber::World)]
#[world(init = Self::empty)]
pub struct World {
    stage: Option<Result<Stage, String>>,
}

/// The runner prints a World whose step failed; ours holds secrets and prints nothing.
impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("World")
    }
}

impl World {
    async fn empty() -> Result<Self, Infallible> {
        Ok(Self::default())
    }

    pub(crate) fn enter(&mut self, stage: Result<Stage, String>) {
        self.stage = Some(stage);
    }

    /// The scenario's stage.
    ///
    /// # Errors
    /// Where the target could not give the scenario a place.
    pub fn stage(&mut self) -> Result<&mut Stage, StepError> {
        match &mut self.stage {
            Some(Ok(stage)) => Ok(stage),
            Some(Err(reason)) => {
                Err(StepError::inconclusive("the target gave no place to run", reason.clone()))
            }
            None => {
                Err(StepError::inconclusive("the target gave no place to run", "the scenario was not set up"))
            }
        }
    }
}

/// Who makes calls.
#[derive(Clone)]
pub struct Actor {
    /// What people call it, such as `main-user` or `main-role1 as testSession`.
    pub name: String,
    /// Its ARN, or `anonymous`.
    pub principal: String,
    /// `None`: it has no credentials, and its calls are unsigned.
    pub key: Option<AccessKey>,
    /// How to call as this actor.
    pub configuration: SdkConfig,
}

/// A session that was obtained.
#[derive(Clone)]
pub struct Session {
    /// When it was asked for, by the place's clock.
    pub asked: DateTime<Utc>,
    /// When it ends, as the service said.
    pub expires: DateTime<Utc>,
}

/// The place, the cast and the last attempt of a scenario.
pub struct Stage {
    /// Where the scenario runs.
    pub place: Box<dyn Place>,
    /// False: the target did not show that it enforces IAM.
    pub enforces_iam: bool,
    /// The scenario's people and things.
    pub cast: Cast,
    /// Who acts where a step does not say.
    pub actor: Option<Actor>,
    /// The session that was obtained last.
    pub session: Option<Session>,
    /// Whether the scenario's steps may run programs.
    pub allow_commands: bool,
    /// Where programs are looked for.
    pub program_path: String,
    homes: BTreeMap<String, tempfile::TempDir>,
    /// Whether anything was tried yet: a call that the scenario is about, or a program.
    attempted: bool,
    last: Option<Outcome>,
    last_command: Option<CommandOutput>,
    recorder: Recorder,
}

/// What a program that ran left behind.
#[derive(Clone)]
pub struct CommandOutput {
    /// Whether its exit code was zero.
    pub success: bool,
    /// What it printed; it may hold secrets.
    pub text: String,
    /// What it said to its error output, without the scenario's secrets.
    pub error: String,
}

/// Everybody and everything that has a name in the scenario.
#[derive(Default)]
pub struct Cast {
    /// Users with their ARNs and keys, oldest first.
    pub users: BTreeMap<String, User>,
    /// ARNs of roles.
    pub roles: BTreeMap<String, String>,
    /// The role of each instance that has one.
    pub instance_roles: BTreeMap<String, String>,
    /// Ids of instances.
    pub instances: BTreeMap<String, String>,
    /// Buckets.
    pub buckets: Vec<String>,
    /// Instance profiles with the role in them.
    pub instance_profiles: BTreeMap<String, String>,
    /// Sessions by the name that was given to them.
    pub sessions: BTreeMap<String, Actor>,
}

/// Names that mean somebody already.
const RESERVED: [&str; 3] = ["administrator", "anonymous", "nobody"];

impl Cast {
    /// Whether a user, an instance or a session (`kind`) may be called `name`: two who act under one name
    /// would make it unclear whose permissions a step is about.
    ///
    /// # Errors
    /// Where somebody of another kind has the name already.
    pub fn free_for(&self, kind: &str, name: &str) -> Result<(), StepError> {
        let holders = [
            ("user", self.users.contains_key(name)),
            ("instance", self.instances.contains_key(name)),
            ("session", self.sessions.contains_key(name)),
        ];
        let holder = holders.iter().find(|(holder, has)| *has && *holder != kind).map(|(holder, _)| *holder);
        match holder.or(RESERVED.contains(&name).then_some("word with a meaning of its own")) {
            None => Ok(()),
            Some(holder) => Err(StepError::failed(
                "has a name that is taken",
                format!("`{name}` is a {holder} here, so steps could not tell the {kind} from it"),
            )
            .help(format!("give the {kind} another name"))),
        }
    }
}

/// A user of the cast.
pub struct User {
    /// Its ARN.
    pub arn: String,
    /// Its access keys, oldest first.
    pub keys: Vec<AccessKey>,
}

impl Stage {
    pub(crate) fn new(
        place: Box<dyn Place>,
        enforces_iam: bool,
        commands: &Commands,
        recorder: Recorder,
    ) -> Self {
        Self {
            place,
            enforces_iam,
            cast: Cast::default(),
            actor: None,
            session: None,
            allow_commands: commands.allowed,
            program_path: commands.path.clone(),
            homes: BTreeMap::new(),
            attempted: false,
            last: None,
            last_command: None,
            recorder,
        }
    }

    /// The home directory of an instance; it is gone with the scenario.
    ///
    /// # Errors
    /// Where it can't be made.
    pub fn home(&mut self, instance: &str) -> std::io::Result<std::path::PathBuf> {
        if let Some(home) = self.homes.get(instance) {
            return Ok(home.path().to_owned());
        }
        let home = tempfile::tempdir()?;
        let path = home.path().to_owned();
        self.homes.insert(instance.to_owned(), home);
        Ok(path)
    }

    /// Remembers what a program left; a failure must be looked at by a later step.
    pub fn set_command(&mut self, instance: &str, output: CommandOutput) {
        self.recorder.set_unchecked((!output.success).then(|| failed_command(instance, &output)));
        self.attempted = true;
        (self.last, self.last_command) = (None, Some(output));
    }

    /// What the last program left; it counts as looked at from now on.
    ///
    /// # Errors
    /// Where none ran.
    pub fn last_command(&mut self) -> Result<CommandOutput, StepError> {
        self.recorder.set_unchecked(None);
        self.last_command.clone().ok_or_else(|| {
            StepError::failed("nothing was run", "no command was run since things were last changed")
        })
    }

    /// `text` without the secrets of the cast.
    pub fn masked(&self, text: &str) -> String {
        let keys = self.cast.users.values().flat_map(|user| &user.keys);
        let keys =
            keys.chain(self.cast.sessions.values().chain(&self.actor).filter_map(|actor| actor.key.as_ref()));
        let known = keys.fold(text.to_owned(), |text, key| {
            let text = text.replace(key.secret.expose_secret(), "[secret]");
            let token = key.session_token.as_ref();
            token.map_or(text.clone(), |token| text.replace(token.expose_secret(), "[secret]"))
        });
        crate::secrets::masked(&known)
    }

    /// The account's administrator.
    pub fn administrator(&self) -> Actor {
        let principal = format!("arn:aws:iam::{}:root", self.place.account());
        self.actor_with("the administrator", principal, Some(self.place.administrator().clone()))
    }

    /// The administrator of the account that an ARN is in.
    ///
    /// # Errors
    /// Where the place has no other account.
    pub fn administrator_of(&self, arn: &str) -> Result<Actor, StepError> {
        let Some(other) =
            self.place.other_account().filter(|other| arn.split(':').nth(4) == Some(other.as_str()))
        else {
            return Ok(self.administrator());
        };
        let key = self.place.other_administrator().cloned();
        let key =
            key.ok_or_else(|| StepError::inconclusive("can't be tried", "there is no other account here"))?;
        let principal = format!("arn:aws:iam::{other}:root");
        Ok(self.actor_with("the other account's administrator", principal, Some(key)))
    }

    /// An actor who signs with `key`.
    pub fn actor_with(&self, name: &str, principal: String, key: Option<AccessKey>) -> Actor {
        let configuration = self.place.configuration(key.as_ref());
        Actor { name: name.to_owned(), principal, key, configuration }
    }

    /// A user of the cast as an actor, with its first key.
    ///
    /// # Errors
    /// Where there is no such user, or it has no key.
    pub fn user(&self, name: &str) -> Result<Actor, StepError> {
        let Some(user) = self.cast.users.get(name) else {
            return Err(unknown("user", name, self.cast.users.keys()));
        };
        let Some(key) = user.keys.first() else {
            return Err(StepError::failed(
                "has no access key",
                format!("user `{name}` can't make calls without one"),
            )
            .help(format!("add the step: Given {name} has an access key")));
        };
        Ok(self.actor_with(name, user.arn.clone(), Some(key.clone())))
    }

    /// The actor of a step that does not name one.
    ///
    /// # Errors
    /// Where no step has said who acts.
    pub fn current_actor(&self) -> Result<Actor, StepError> {
        self.actor.clone().ok_or_else(|| {
            StepError::failed("nobody acts", "no step before this one says who makes the call")
                .help("begin with `Given NAME`, for instance `Given main-user`")
        })
    }

    /// Makes a call as `actor` that the scenario is not about; it must succeed.
    ///
    /// # Errors
    /// A failure that shows the call and why it was refused.
    pub async fn must<T, E>(
        &self,
        actor: &Actor,
        call: CallRef,
        answer: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    ) -> Result<T, StepError>
    where
        T: RequestId,
        E: ServiceFailure + std::error::Error + 'static,
        SdkError<E, HttpResponse>: RequestId,
    {
        let (record, answer) = self.make(actor, &call, answer).await;
        answer.map_err(|_| match record.verdict {
            Verdict::Unknown if !is_client_error(&record) => {
                StepError::inconclusive("could not be done", "").on(&record)
            }
            _ => StepError::failed("could not be done", "").on(&record),
        })
    }

    /// Makes a call as `actor` that the scenario is about, and remembers how it was answered.
    ///
    /// # Errors
    /// Where the attempt before was refused and no step has said that it should be.
    pub async fn attempt<T, E>(
        &mut self,
        actor: &Actor,
        call: CallRef,
        answer: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    ) -> Result<Option<T>, StepError>
    where
        T: RequestId,
        E: ServiceFailure + std::error::Error + 'static,
        SdkError<E, HttpResponse>: RequestId,
    {
        self.turn()?;
        let (record, answer) = self.make(actor, &call, answer).await;
        self.recorder.set_unchecked((record.verdict != Verdict::Allowed).then(|| record.clone()));
        self.attempted = true;
        self.last = Some(Outcome { call: record, control: call.control });
        Ok(answer.ok())
    }

    /// Something else happens now: the last attempt is over, and no later step speaks of it.
    ///
    /// # Errors
    /// Where it was refused and no step has said that it should be.
    pub fn turn(&mut self) -> Result<(), StepError> {
        self.no_surprise()?;
        (self.last, self.last_command) = (None, None);
        Ok(())
    }

    /// A refusal that no step has looked at is a failure, not a detail.
    ///
    /// # Errors
    /// Where there is one.
    pub fn no_surprise(&self) -> Result<(), StepError> {
        self.recorder.unchecked().map_or(Ok(()), |call| {
            let label = format!("not tried: {} before it was refused", call.operation);
            Err(surprise(&call).labelled(label))
        })
    }

    /// Nothing can have come of what was never tried.
    ///
    /// # Errors
    /// Where no step of the scenario tried anything.
    pub fn something_was_tried(&self) -> Result<(), StepError> {
        let nothing = || {
            StepError::failed("nothing was attempted", "it would hold whatever the policies say")
                .help("attempt it first, for instance `When uploading`")
        };
        self.attempted.then_some(()).ok_or_else(nothing)
    }

    /// How the last attempt was answered; it counts as looked at from now on.
    ///
    /// # Errors
    /// Where nothing was attempted.
    pub fn last_outcome(&mut self) -> Result<Outcome, StepError> {
        self.recorder.set_unchecked(None);
        self.last.clone().ok_or_else(|| {
            StepError::failed("nothing was attempted", "no call was made since things were last changed")
                .help("attempt something first, for instance `When uploading`")
        })
    }

    async fn make<T, E>(
        &self,
        actor: &Actor,
        call: &CallRef,
        answer: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    ) -> (Call, Result<T, SdkError<E, HttpResponse>>)
    where
        T: RequestId,
        E: ServiceFailure + std::error::Error + 'static,
        SdkError<E, HttpResponse>: RequestId,
    {
        self.recorder.caught_up().await;
        let answer = answer.await;
        let mut record = answered(call, &actor.principal, &answer);
        let refused = record.verdict != Verdict::Allowed;
        let explained = record.request_id.as_deref().and_then(|id| self.place.explained(id, refused));
        if let Some(explained) = explained {
            record.action = Some(explained.action);
            record.resource = Some(explained.resource);
            record.principal = explained.principal;
            // A call that policy let through and something else refused is not explained by policy.
            record.explanation = (explained.allowed != refused)
                .then_some(Explanation { why: explained.explanation.why, near: explained.explanation.near });
        }
        self.recorder.called(record.clone());
        (record, answer)
    }
}

fn failed_command(instance: &str, output: &CommandOutput) -> Call {
    Call {
        service: "shell".to_owned(),
        operation: format!("on {instance}"),
        action: None,
        resource: None,
        principal: instance.to_owned(),
        verdict: Verdict::Unknown,
        code: Some("exit code not zero".to_owned()),
        message: Some(output.error.clone()),
        status: None,
        request_id: None,
        explanation: None,
    }
}

/// A refusal that came as a surprise.
pub(crate) fn surprise(call: &Call) -> StepError {
    StepError::failed("was refused, and no step says so", "")
        .help(
            "say what is expected: `Then it succeeds`, `Then it is denied` or `Then it is refused with CODE`",
        )
        .on(call)
}

/// A name that nobody in the cast has.
pub fn unknown<'a>(kind: &str, name: &str, known: impl Iterator<Item = &'a String> + Clone) -> StepError {
    let near = nearest(name, known.clone().map(String::as_str));
    let all: Vec<&str> = known.map(String::as_str).collect();
    let article = if kind.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
    let help = match (near.first(), all.is_empty()) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, true) if kind == "role" => {
            format!(
                "the scenario has no role yet; add a step such as `Given a role {name} trusted by ec2.amazonaws.com`"
            )
        }
        (None, true) if kind.contains(' ') => format!("the scenario has no {kind} yet"),
        (None, true) => {
            format!("the scenario has no {kind} yet; add a step such as `Given {article} {kind} {name}`")
        }
        (None, false) => format!("known here: {}", all.join(", ")),
    };
    StepError::failed(format!("there is no {kind} `{name}`"), "").help(help)
}

fn is_client_error(call: &Call) -> bool {
    call.status.is_some_and(|status| (400..500).contains(&status) && status != 429)
}
