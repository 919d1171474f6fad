//! Looks on at every HTTP request and answer of a scenario's calls, and keeps them until somebody tells of them.
//!
//! It stands between the SDK and the client that really sends, so it sees each attempt, not only the last. Which members
//! are harmless is the API models' matter (`target::OverheardRequest`); secrets it comes by are remembered, so that they
//! can be taken out of other texts.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_types::SdkConfig;
use chrono::{DateTime, Utc};
use evidence::{Call, Exchange, Origin, Purpose, Text};
use http_body_util::BodyExt;
use secrecy::{ExposeSecret, SecretString};
use target::Ear;

use crate::calls::says_why;
use crate::outcome::{sources, verdict};
use crate::wire::{self, Sent, Wire};

/// The run's clock.
pub(crate) type SharedClock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// How a run listens.
#[derive(Clone)]
pub(crate) struct Listening {
    pub(crate) clock: SharedClock,
    /// Whether an emulator in this process answers, whatever host a request names.
    pub(crate) in_process: bool,
}

/// Shared by all clients of a scenario.
#[derive(Clone)]
pub(crate) struct Wiretap {
    notes: Arc<Mutex<Notes>>,
    listening: Listening,
}

#[derive(Default)]
struct Notes {
    sent: Vec<Arc<Sent>>,
    /// What was sent by no step, with what names its call.
    others: Vec<(Caller, Option<String>, Vec<Arc<Sent>>)>,
    /// What may hold secrets that are not known yet.
    unread: Vec<Arc<Sent>>,
    secrets: Arc<Vec<SecretString>>,
}

/// Who makes calls beside the steps, and what for.
#[derive(Clone)]
pub(crate) struct Caller {
    principal: Arc<str>,
    purpose: Purpose,
}

impl Caller {
    pub(crate) fn new(principal: &str, purpose: Purpose) -> Self {
        Self { principal: Arc::from(principal), purpose }
    }
}

/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>: tries of one call have it in common.
const INVOCATION: &str = "amz-sdk-invocation-id";

/// Shorter ones would be found in words that have nothing to do with them.
pub(crate) const SHORTEST_SECRET: usize = 6;

impl Wiretap {
    pub(crate) fn new(listening: Listening) -> Self {
        Self { notes: Arc::default(), listening }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        (self.listening.clock)()
    }

    /// The same configuration, listened to.
    pub(crate) fn over(&self, configuration: SdkConfig) -> SdkConfig {
        self.heard_over(configuration, None)
    }

    /// The same, where no step makes the calls.
    pub(crate) fn over_others(&self, configuration: SdkConfig, caller: Caller) -> SdkConfig {
        self.heard_over(configuration, Some(caller))
    }

    fn heard_over(&self, configuration: SdkConfig, caller: Option<Caller>) -> SdkConfig {
        let Some(inner) = configuration.http_client() else { return configuration };
        let tapped = Tapped { inner, tap: self.clone(), caller };
        configuration.into_builder().http_client(SharedHttpClient::new(tapped)).build()
    }

    /// Hears what other programs ask of the emulator; `caller` where nobody tells whose key it is.
    pub(crate) fn ear(&self, caller: Caller) -> Ear {
        let tap = self.clone();
        Arc::new(move |request, answer| {
            let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
            let endpoint = format!("http://{}", text("host").unwrap_or_default());
            let invocation = text(INVOCATION).map(str::to_owned);
            let request = HttpRequest::try_from(request.map(SdkBody::from)).ok();
            let answer = HttpResponse::try_from(answer.clone().map(SdkBody::from));
            let answer = answer.map_err(|error| sources(&error));
            let (started, duration) = (tap.now(), std::time::Duration::ZERO);
            let wire = Wire { started, duration, endpoint, request, answer };
            tap.note(wire, invocation, Some(caller.clone()));
        })
    }

    /// Remembers something that must not be written down.
    pub(crate) fn learn(&self, secret: &SecretString) {
        self.with(|notes| notes.learn(secret));
    }

    /// What was sent since the last time, as attempts of one call.
    pub(crate) fn take(&self) -> Vec<Arc<Sent>> {
        self.with(|notes| std::mem::take(&mut notes.sent))
    }

    /// The calls since the last time that no step made, each with what was sent for it.
    pub(crate) fn take_others(&self) -> Vec<(Call, Vec<Arc<Sent>>)> {
        let others = self.with(|notes| std::mem::take(&mut notes.others));
        let told = |(caller, _, sent): (Caller, _, Vec<Arc<Sent>>)| Some((other_call(&caller, &sent)?, sent));
        others.into_iter().filter_map(told).collect()
    }

    /// The secrets that were heard or learned by now. What may hold more of them is read first, and no call waits for that.
    pub(crate) fn secrets(&self) -> Arc<Vec<SecretString>> {
        let unread = self.with(|notes| std::mem::take(&mut notes.unread));
        let heard: Vec<&SecretString> = unread.iter().flat_map(|sent| &sent.read().secrets).collect();
        self.with(|notes| {
            heard.into_iter().for_each(|secret| notes.learn(secret));
            notes.secrets.clone()
        })
    }

    fn with<T>(&self, look: impl FnOnce(&mut Notes) -> T) -> T {
        look(&mut self.notes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Notes what was sent; without a caller a step makes the call, and tells more of it.
    fn note(&self, wire: Wire, invocation: Option<String>, caller: Option<Caller>) {
        let sent = Arc::new(Sent::new(wire));
        self.with(|notes| {
            notes.unread.push(sent.clone());
            let Some(caller) = caller else { return notes.sent.push(sent) };
            match notes.others.last_mut() {
                // Another try of the call before.
                Some((_, before, all)) if before.is_some() && *before == invocation => all.push(sent),
                _ => notes.others.push((caller, invocation, vec![sent])),
            }
        });
    }
}

impl Notes {
    fn learn(&mut self, secret: &SecretString) {
        let is_known = |known: &SecretString| known.expose_secret() == secret.expose_secret();
        if secret.expose_secret().len() >= SHORTEST_SECRET && !self.secrets.iter().any(is_known) {
            Arc::make_mut(&mut self.secrets).push(secret.clone());
        }
    }
}

struct Tapped {
    inner: SharedHttpClient,
    tap: Wiretap,
    /// `None`: steps make the calls, and tell more of them.
    caller: Option<Caller>,
}

impl fmt::Debug for Tapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tapped")
    }
}

impl HttpClient for Tapped {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        let caller = self.caller.clone();
        SharedHttpConnector::new(TappedConnector { inner, tap: self.tap.clone(), caller })
    }
}

struct TappedConnector {
    inner: SharedHttpConnector,
    tap: Wiretap,
    caller: Option<Caller>,
}

impl fmt::Debug for TappedConnector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TappedConnector")
    }
}

impl HttpConnector for TappedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (tap, caller) = (self.tap.clone(), self.caller.clone());
        let started = tap.now();
        let endpoint = match tap.listening.in_process {
            true => "embedded".to_owned(),
            false => endpoint(request.uri()),
        };
        let invocation = request.headers().get(INVOCATION).map(str::to_owned);
        let heard = heard(&request);
        let answer = self.inner.call(request);
        HttpConnectorFuture::new(async move {
            let (answered, answer) = read(answer.await, heard.as_ref()).await;
            let duration = (tap.now() - started).to_std().unwrap_or_default();
            tap.note(Wire { started, duration, endpoint, request: heard, answer }, invocation, caller);
            answered
        })
    }
}

/// What can be told of a call by what was sent for it alone; `None`: nothing was.
fn other_call(caller: &Caller, sent: &[Arc<Sent>]) -> Option<Call> {
    let read = sent.last()?.read();
    let (Exchange { attempts, .. }, _) = wire::exchange(sent)?;
    let (service, operation) = read.name.clone().unwrap_or_else(|| ("unknown", "unknown".to_owned()));
    let last = attempts.into_iter().next_back()?;
    let mut call = Call {
        service: service.into(),
        operation: operation.into(),
        action: None,
        resource: None,
        principal: (*caller.principal).into(),
        purpose: caller.purpose,
        verdict: verdict(last.code.as_deref(), last.status),
        code: last.code,
        message: read.message.clone().map(Text::from).or(last.error),
        status: last.status,
        request_id: last.request_id,
        explanation: None,
        decided_by: Origin::NotAvailable,
        exchange: None,
    };
    call.decided_by = if says_why(&call) { Origin::Observed } else { Origin::NotAvailable };
    Some(call)
}

/// Without a user or a password, which a URL may have before its host.
fn endpoint(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("https", url));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}")
}

/// `None`: its body comes in pieces that can be read only once.
fn heard(request: &HttpRequest) -> Option<HttpRequest> {
    request.body().bytes().and_then(|_| request.try_clone())
}

/// The answer, and a copy of it. Its body is waited for, but for contents of objects.
async fn read(
    answer: Result<HttpResponse, ConnectorError>,
    request: Option<&HttpRequest>,
) -> (Result<HttpResponse, ConnectorError>, Result<HttpResponse, String>) {
    let mut response = match answer {
        Ok(response) => response,
        Err(error) => {
            let why = sources(&error);
            return (Err(error), Err(why));
        }
    };
    let mut copy = HttpResponse::new(response.status(), SdkBody::taken());
    *copy.headers_mut() = response.headers().clone();
    if response.body().bytes().is_none() {
        let is_waited_for = !response.status().is_success() || request.is_some_and(has_other_answer);
        if !is_waited_for {
            return (Ok(response), Ok(copy));
        }
        let body = std::mem::replace(response.body_mut(), SdkBody::taken());
        match body.collect().await {
            Ok(collected) => *response.body_mut() = SdkBody::from(collected.to_bytes()),
            Err(error) => {
                return (Err(ConnectorError::io(error)), Ok(copy));
            }
        }
    }
    let body = response.body().try_clone();
    *copy.body_mut() = body.unwrap_or_else(SdkBody::taken);
    (Ok(response), Ok(copy))
}

/// Whether a request is known to be answered with something else than the contents of an object.
fn has_other_answer(request: &HttpRequest) -> bool {
    let request = request.try_clone().and_then(wire::overheard);
    request.is_some_and(|request| !request.is_answered_with_contents())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_have_no_user() {
        for (url, expected) in [
            ("https://b.s3.us-east-1.amazonaws.com/k?x=1", "https://b.s3.us-east-1.amazonaws.com"),
            ("http://user:CANARY@127.0.0.1:4566/", "http://127.0.0.1:4566"),
            ("https://iam.amazonaws.com", "https://iam.amazonaws.com"),
        ] {
            assert_eq!(endpoint(url), expected);
        }
    }

    #[test]
    fn what_was_learned_is_known_once() {
        let clock: SharedClock = Arc::new(|| DateTime::<Utc>::UNIX_EPOCH);
        let tap = Wiretap::new(Listening { clock, in_process: true });
        // The last one is too short to be told from a word.
        for secret in ["CANARY", "CANARY", "main"] {
            tap.learn(&SecretString::from(secret.to_owned()));
        }
        let known: Vec<String> = tap.secrets().iter().map(|it| it.expose_secret().to_owned()).collect();
        assert_eq!(known, ["CANARY"]);
    }
}
