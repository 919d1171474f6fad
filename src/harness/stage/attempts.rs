//! What a scenario tries: the calls that it is about, and how the last of them was answered.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_types::request_id::RequestId;
use evidence::{Call, Origin, Purpose, Verdict};
use target::{Asker, NotDecided, Question, TargetError};
use tokio::time::Instant;

use super::{FIRST_PAUSE, LONGEST_PAUSE, Stage};
use crate::calls::explanation;
use crate::cast::Actor;
use crate::outcome::{Again, CallRef, Control, Outcome, ServiceFailure};
use crate::recorder::StepError;
use crate::request::Request;

impl Stage {
    /// Makes a call as `actor` that the scenario is about, and remembers how it was answered. It may be made again,
    /// where the place is not sure of its first answer.
    ///
    /// # Errors
    /// Where the attempt before was refused and no step has said that it should be.
    pub async fn attempt_repeatedly<T, E, Answer>(
        &mut self,
        actor: &Actor,
        call: CallRef,
        answer: impl Fn() -> Answer + 'static,
    ) -> Result<(), StepError>
    where
        Answer: Future<Output = Result<T, SdkError<E, HttpResponse>>> + 'static,
        T: RequestId,
        E: ServiceFailure + std::error::Error + 'static,
        SdkError<E, HttpResponse>: RequestId,
    {
        let control = call.control.clone();
        self.attempt_request(actor, Request::new(call, move |_| answer()), control).await
    }

    /// The same of a request, with the way to control its denial.
    ///
    /// # Errors
    /// Where the attempt before was refused and no step has said that it should be.
    pub async fn attempt_request(
        &mut self,
        actor: &Actor,
        request: Request,
        control: Option<Control>,
    ) -> Result<(), StepError> {
        self.turn()?;
        self.undoubted(&actor.principal, request.call().resource.as_deref())?;
        self.settled().await;
        let again = Again { request, actor: actor.clone() };
        let call = self.repeat(&again).await;
        self.attempted(Outcome { call, control, denied_by: None, again: Some(again) });
        Ok(())
    }

    /// The same, where making the call again would be another thing.
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
        self.undoubted(&actor.principal, call.resource.as_deref())?;
        self.settled().await;
        let made = self.made_for(Purpose::Attempt, self.make(actor, &call, answer));
        let (record, answer) = made.await;
        self.attempted(Outcome { call: record, control: call.control, denied_by: None, again: None });
        Ok(answer.ok())
    }

    /// Asks what would be decided, without a call, and remembers the answer.
    ///
    /// # Errors
    /// Where the attempt before was refused and no step has said that it should be, or the question has no answer here.
    pub async fn attempt_by_model(&mut self, question: &Question) -> Result<(), StepError> {
        self.turn()?;
        self.recorder.caught_up().await;
        let decided = self.place.decide(question).map_err(|error| match error {
            TargetError::Unsupported { .. } => not_called(question),
            TargetError::NotDecided(NotDecided::MissingKey(key)) => {
                let message = format!("whether it may be done hangs on `{key}`");
                let help = format!("tell it in the table `| key | value |`, such as `| {key} | VALUE |`; without a value: no such key");
                StepError::failed("can't be told", message).help(help)
            }
            TargetError::NotDecided(other) => StepError::failed("can't be asked", other.to_string()),
            other => other.into(),
        })?;
        self.undoubted(&decided.principal, Some(&question.resource))?;
        let (service, operation) = question.action.split_once(':').unwrap_or_default();
        let call = Call {
            service: service.into(),
            operation: operation.into(),
            action: Some(decided.action.into()),
            resource: Some(decided.resource.into()),
            principal: decided.principal.into(),
            purpose: Purpose::Decision,
            verdict: if decided.allowed { Verdict::Allowed } else { Verdict::Denied },
            code: None,
            message: None,
            status: None,
            request_id: None,
            explanation: Some(explanation(decided.explanation)),
            decided_by: Origin::Model,
            exchange: None,
        };
        let call = self.made_for(Purpose::Decision, async { self.recorder.called(call) }).await;
        self.attempted(Outcome { call, control: None, denied_by: decided.denied_by, again: None });
        Ok(())
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

    /// How the last attempt was answered; where that is not as `expected` and what was changed before may not have
    /// arrived yet, it is made again until it is.
    ///
    /// # Errors
    /// Where nothing was attempted.
    pub async fn outcome_that(&mut self, expected: impl Fn(&Call) -> bool) -> Result<Outcome, StepError> {
        let mut outcome = self.last_outcome()?;
        let until = Instant::now() + self.place.patience();
        let mut pause = FIRST_PAUSE;
        while let Some(again) = outcome.again.clone().filter(|_| !expected(&outcome.call))
            && Instant::now() + pause < until
        {
            let began = self.recorder.now();
            tokio::time::sleep(pause).await;
            self.recorder.waited_since(began, "another answer than expected may be about to change");
            pause = (pause * 2).min(LONGEST_PAUSE);
            outcome.call = self.repeat(&again).await;
        }
        self.last = Some(outcome.clone());
        Ok(outcome)
    }

    /// The last attempt, made again where the place may answer otherwise now: a denial counts after its control held.
    ///
    /// # Errors
    /// Where nothing was attempted.
    pub async fn outcome_once_more(&mut self) -> Result<Outcome, StepError> {
        let mut outcome = self.last_outcome()?;
        if let Some(again) = outcome.again.clone().filter(|_| !self.place.patience().is_zero()) {
            outcome.call = self.repeat(&again).await;
            self.last = Some(outcome.clone());
        }
        Ok(outcome)
    }

    fn attempted(&mut self, outcome: Outcome) {
        let refused = outcome.call.verdict != Verdict::Allowed;
        self.recorder.set_unchecked(refused.then(|| outcome.call.clone()));
        self.attempted = true;
        self.last = Some(outcome);
    }

    async fn repeat(&self, again: &Again) -> Call {
        self.made_for(Purpose::Attempt, self.sent(&again.actor, &again.request)).await
    }
}

/// Why nothing is called for a question, and what can be done about that.
fn not_called(question: &Question) -> StepError {
    let (why, help) = match question.asker {
        _ if !question.context.is_empty() => ("no call brings keys of a table along", "leave out the table"),
        Asker::Role(_) => ("nobody calls as a role", "let somebody assume it, and try it as the session"),
        Asker::Service(_) => ("nobody calls as a service", ""),
        Asker::Anonymous | Asker::Key(_) => (
            "of IAM, S3 and EC2 what only reads is, from something of the scenario",
            "`rolecall steps --called` shows all that is",
        ),
    };
    let message =
        format!("this target decides only what is called, and {} is not called: {why}", question.action);
    let skip = "tag the scenario `@needs:explanations`, and it is skipped here";
    let help = if help.is_empty() { skip.to_owned() } else { format!("{help}; or {skip}") };
    StepError::inconclusive("can't be tried here", message).help(help)
}
