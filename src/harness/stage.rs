//! What one scenario holds: its place, its cast by name, who acts, and how the last attempt went.

mod actors;
mod attempts;

use std::rc::Rc;
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_types::request_id::RequestId;
use evidence::{Call, Purpose, Verdict};
use secrecy::{ExposeSecret, SecretString};
use target::probe::Probe;
use target::{Place, Program, TargetError};

use crate::beside::left;
use crate::calls::{changes_access, explain, failed_command, is_client_error, is_read, surprise};
use crate::cast::{Actor, Cast, Session};
use crate::outcome::{CallRef, Outcome, ServiceFailure, answered};
use crate::plan::Commands;
use crate::reading::Reading;
use crate::recorder::{Happened, Recorder, StepError};
use crate::request::Request;

/// The place, the cast and the last attempt of a scenario.
pub struct Stage {
    /// Where the scenario runs.
    pub place: Box<dyn Place>,
    /// What the target showed of itself; `None`: it is believed anyhow.
    probe: Option<Rc<Probe>>,
    /// The scenario's people and things.
    pub cast: Cast,
    /// Who acts where a step does not say.
    pub actor: Option<Actor>,
    /// The session that was obtained last.
    pub session: Option<Session>,
    /// What the scenario's steps may run.
    commands: Commands,
    /// How the files are read that steps name.
    pub(crate) reading: Reading,
    /// Whether time may really pass, where the clock can't be moved.
    waits: bool,
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

impl Stage {
    pub(crate) fn new(
        place: Box<dyn Place>,
        probe: Option<Rc<Probe>>,
        commands: &Commands,
        reading: Reading,
        waits: bool,
        recorder: Recorder,
    ) -> Self {
        Self {
            place,
            probe,
            cast: Cast::default(),
            actor: None,
            session: None,
            commands: commands.clone(),
            reading,
            waits,
            attempted: false,
            last: None,
            last_command: None,
            recorder,
        }
    }

    /// Runs a shell script on an instance, which can read `input`.
    ///
    /// # Errors
    /// Where this run may not, or it could not be run.
    pub async fn run(
        &self,
        instance_id: &str,
        script: String,
        input: String,
    ) -> Result<CommandOutput, StepError> {
        if !self.commands.allowed {
            return Err(StepError::inconclusive("commands are off", "this run may not run commands").help(
                "a feature that runs commands is code; allow it with `rolecall run --allow-commands`",
            ));
        }
        self.settled().await;
        let program = Program { script, input, path: self.commands.path.clone() };
        let ran = self.place.run_program(instance_id, &program).await;
        self.recorder.others(|call| explain(call, self.place.as_ref()));
        let ran = ran.map_err(|error| StepError::inconclusive("could not be run", error.to_string()))?;
        let error = self.masked(ran.error.trim());
        Ok(CommandOutput { success: ran.success, text: ran.text, error })
    }

    /// Lets time pass: on the place's clock, or where that can't be moved and the scenario may take so long, really.
    ///
    /// # Errors
    /// Where neither can be.
    pub async fn pass_time(&mut self, by: Duration) -> Result<(), StepError> {
        self.turn()?;
        match self.place.pass_time(by) {
            Err(TargetError::Unsupported { .. }) if self.waits => {
                self.wait(by, "time had to pass really, as the target's clock can't be moved").await;
                Ok(())
            }
            passed => {
                passed?;
                self.recorder
                    .happened(Happened::Waited("the target's clock was moved by this much".to_owned(), by));
                Ok(())
            }
        }
    }

    /// Waits, really.
    pub async fn wait(&self, by: Duration, why: &str) {
        let began = self.recorder.now();
        tokio::time::sleep(by).await;
        self.recorder.waited_since(began, why);
    }

    /// Remembers something that must not be written down.
    pub fn learn(&self, secret: &SecretString) {
        self.recorder.learn_secret(secret);
    }

    /// Waits until what was changed has had time to arrive.
    async fn settled(&self) {
        let began = self.recorder.now();
        self.place.settled().await;
        self.recorder.waited_since(began, "what was changed had to arrive");
    }

    /// Does `work`, whose calls are made for `purpose`.
    pub async fn made_for<T>(&self, purpose: Purpose, work: impl Future<Output = T>) -> T {
        let before = self.recorder.set_purpose(Some(purpose));
        let done = work.await;
        self.recorder.set_purpose(before);
        done
    }

    /// Remembers what a program left; a failure must be looked at by a later step.
    pub fn set_command(&mut self, instance: &str, output: CommandOutput) {
        self.recorder.set_unchecked((!output.success).then(|| failed_command(instance, &output.error)));
        self.attempted = true;
        (self.last, self.last_command) = (None, Some(output));
    }

    /// What the last program left; it counts as looked at from now on.
    ///
    /// # Errors
    /// Where none ran, or the target has not shown that it enforces IAM: nobody knows what a program called.
    pub fn last_command(&mut self) -> Result<CommandOutput, StepError> {
        self.recorder.set_unchecked(None);
        if let Some(Err(reason)) = self.probe.as_ref().map(|probe| probe.verdict()) {
            let nothing = format!("how it ended proves nothing: the target {reason}");
            return Err(StepError::inconclusive("unproven", nothing));
        }
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

    /// Why an answer proves nothing about access; `None`: it does. The model knows all services alike.
    pub fn doubt(&self, call: &Call) -> Option<String> {
        let probe = self.probe.as_ref()?;
        match call.purpose {
            Purpose::Decision => probe.verdict().err(),
            _ => probe.doubt(&call.service),
        }
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
        if is_read(call.operation) || !self.administers(actor) {
            self.settled().await;
        }
        let (record, answer) = self.make(actor, &call, answer).await;
        self.done(actor, &record, answer)
    }

    /// Makes a request as `actor`, which must be let in.
    ///
    /// # Errors
    /// A failure that shows the call and why it was refused.
    pub async fn must_answer(&self, actor: &Actor, request: &Request) -> Result<(), StepError> {
        self.settled().await;
        let record = self.sent(actor, request).await;
        self.done(actor, &record, if record.verdict == Verdict::Allowed { Ok(()) } else { Err(()) })
    }

    /// What an answer held that had to be a success.
    pub(crate) fn done<T, E>(
        &self,
        actor: &Actor,
        record: &Call,
        answer: Result<T, E>,
    ) -> Result<T, StepError> {
        answer.map_err(|_| match record.verdict {
            Verdict::Unknown if !is_client_error(record) => {
                StepError::inconclusive("could not be done", "").on(record)
            }
            // Nobody knows what would be, with credentials that are over or wrong.
            Verdict::Unauthenticated if self.administers(actor) => StepError::inconclusive(
                "could not be done",
                "the administrator's credentials are not good (any more)",
            )
            .on(record),
            _ => StepError::failed("could not be done", "").on(record),
        })
    }

    /// Makes what a step found of one row of a table the result of that row, whatever it is: the others are looked at, too.
    pub async fn row(&mut self, found: Result<(), StepError>) {
        // What came of the row before is read first.
        self.recorder.caught_up().await;
        if let Err(error) = found {
            // It is told, so that it surprises nobody later.
            self.recorder.set_unchecked(None);
            self.recorder.set_row(error);
        }
    }

    /// Tells what happened.
    pub(crate) fn noted(&self, what: Happened) {
        self.recorder.happened(what);
    }

    /// Removes what the scenario made, as far as it goes now.
    pub(crate) async fn clean_up(&self) {
        let began = self.recorder.now();
        let left = left(&self.place.clean_up(&self.recorder.overhearing(Purpose::CleanUp)).await);
        self.recorder.others(|_| {});
        if let (Some(began), Some(now)) = (began, self.recorder.now()) {
            let duration = (now - began).to_std().unwrap_or_default();
            self.recorder.happened(Happened::CleanedUp(left, duration));
        }
    }

    fn administers(&self, actor: &Actor) -> bool {
        let administrators = [Some(self.place.administrator()), self.place.other_administrator()];
        let id = actor.key.as_ref().map(|key| &key.id);
        administrators.into_iter().flatten().any(|administrator| Some(&administrator.id) == id)
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

    pub(crate) async fn make<T, E>(
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
        self.recorder.listen_anew();
        let answer = answer.await;
        if changes_access(call.operation) {
            self.place.changed();
        }
        (self.told(answered(call, &actor.principal, &answer)), answer)
    }

    /// The answer to a request, which is told.
    async fn sent(&self, actor: &Actor, request: &Request) -> Call {
        self.recorder.caught_up().await;
        self.recorder.listen_anew();
        self.told(request.sent_by(actor).await)
    }

    /// The call with why it was answered so, which is told.
    fn told(&self, mut record: Call) -> Call {
        explain(&mut record, self.place.as_ref());
        self.recorder.called(record)
    }
}

/// Between an answer and the next attempt at first; it doubles up to `LONGEST_PAUSE`.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
