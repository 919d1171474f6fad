//! What is asked of a service, whoever asks: for calls of which only the verdict matters.

use std::fmt;
use std::rc::Rc;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_types::request_id::RequestId;
use evidence::Call;
use futures::FutureExt;
use futures::future::LocalBoxFuture;

use crate::cast::Actor;
use crate::outcome::{CallRef, ServiceFailure, answered};

/// A call without its caller, which anybody can make, and again.
#[derive(Clone)]
pub struct Request {
    call: Rc<CallRef>,
    send: Rc<Send>,
}

type Send = dyn Fn(&Actor) -> LocalBoxFuture<'static, Call>;

impl Request {
    /// `send` makes the call as somebody.
    pub fn new<T, E, Answer>(call: CallRef, send: impl Fn(&Actor) -> Answer + 'static) -> Self
    where
        Answer: Future<Output = Result<T, SdkError<E, HttpResponse>>> + 'static,
        T: RequestId,
        E: ServiceFailure + std::error::Error + 'static,
        SdkError<E, HttpResponse>: RequestId,
    {
        let call = Rc::new(call);
        let asked = call.clone();
        let send = move |actor: &Actor| {
            let (call, principal, answer) = (asked.clone(), actor.principal.clone(), send(actor));
            async move { answered(&call, &principal, &answer.await) }.boxed_local()
        };
        Self { call, send: Rc::new(send) }
    }

    /// What it is about.
    pub fn call(&self) -> &CallRef {
        &self.call
    }

    /// The answer to somebody.
    pub(crate) fn sent_by(&self, actor: &Actor) -> LocalBoxFuture<'static, Call> {
        (self.send)(actor)
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Request").field(&self.call).finish()
    }
}
