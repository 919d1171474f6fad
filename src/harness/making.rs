//! Making what must be removed again: written down before, and forgotten where the answer says that nothing was made.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_types::request_id::RequestId;
use target::{AccountId, ThingKind, made_nothing};

use crate::cast::Actor;
use crate::outcome::{CallRef, ServiceFailure};
use crate::recorder::StepError;
use crate::stage::Stage;

/// What is to be made.
#[derive(Clone, Copy, Debug)]
pub struct NewThing<'a> {
    /// Where.
    pub account: &'a AccountId,
    /// Of what kind.
    pub kind: ThingKind,
    /// Its name there.
    pub name: &'a str,
}

impl Stage {
    /// Makes a thing by a call that must succeed.
    ///
    /// # Errors
    /// Where it can't be written down before, so that nothing is called; else as of [`Stage::must`].
    pub async fn create<T, E>(
        &self,
        actor: &Actor,
        thing: NewThing<'_>,
        call: CallRef,
        answer: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    ) -> Result<T, StepError>
    where
        T: RequestId,
        E: ServiceFailure + std::error::Error + 'static,
        SdkError<E, HttpResponse>: RequestId,
    {
        let NewThing { account, kind, name } = thing;
        self.place.creating(account, kind, name)?;
        let (record, answer) = self.make(actor, &call, answer).await;
        match &answer {
            Ok(_) => self.place.created(account, kind, name),
            Err(_) if made_nothing(record.status, record.code.as_deref()) => {
                self.place.not_created(account, kind, name)
            }
            Err(_) => {}
        }
        self.done(actor, &record, answer)
    }
}
