//! Looks on at every HTTP request and answer of a scenario's calls, and keeps of them what may be written down.
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
use bytes::Bytes;
use chrono::{DateTime, Utc};
use evidence::{Attempt, Call, Exchange, Origin, Parameter, Purpose, Sha256, Text, Value, Withheld};
use http_body_util::BodyExt;
use secrecy::{ExposeSecret, SecretString};
use target::{Ear, Heard, Member, OverheardAnswer, OverheardRequest};

use crate::calls::says_why;
use crate::outcome::{sources, verdict};

/// The run's clock.
pub(crate) type SharedClock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// Shared by all clients of a scenario.
#[derive(Clone)]
pub(crate) struct Wiretap {
    notes: Arc<Mutex<Notes>>,
    clock: SharedClock,
}

#[derive(Default)]
struct Notes {
    sent: Vec<(Exchange, Vec<(Sha256, String)>)>,
    /// What was sent by no step.
    others: Vec<OtherCall>,
    secrets: Vec<SecretString>,
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

/// A call that no step made, known only from what went over the wire.
pub(crate) struct OtherCall {
    /// By it a client names its tries of one call.
    invocation: Option<String>,
    pub(crate) call: Call,
    /// The texts of its policies.
    pub(crate) policies: Vec<(Sha256, String)>,
}

/// What was heard since the last time.
#[derive(Default)]
pub(crate) struct Overheard {
    /// `None`: nothing went over the wire.
    pub(crate) exchange: Option<Exchange>,
    /// The texts of its policies.
    pub(crate) policies: Vec<(Sha256, String)>,
}

/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>: tries of one call have it in common.
const INVOCATION: &str = "amz-sdk-invocation-id";

/// Shorter ones would be found in words that have nothing to do with them.
const SHORTEST_SECRET: usize = 6;

impl Wiretap {
    pub(crate) fn new(clock: SharedClock) -> Self {
        Self { notes: Arc::default(), clock }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        (self.clock)()
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

    /// Remembers something that must not be written down.
    pub(crate) fn learn(&self, secret: &SecretString) {
        self.with(|notes| notes.learn([secret.clone()]));
    }

    /// What was sent since the last time, as attempts of one call.
    pub(crate) fn take(&self) -> Overheard {
        let sent = self.with(|notes| std::mem::take(&mut notes.sent));
        let mut overheard = Overheard::default();
        for (mut exchange, policies) in sent {
            overheard.policies.extend(policies);
            if let Some(before) = overheard.exchange.take() {
                exchange.attempts.splice(0..0, before.attempts);
            }
            overheard.exchange = Some(exchange);
        }
        overheard
    }

    /// The calls since the last time that no step made.
    pub(crate) fn take_others(&self) -> Vec<OtherCall> {
        self.with(|notes| std::mem::take(&mut notes.others))
    }

    /// `text` without the secrets that were heard or learned.
    pub(crate) fn masked(&self, text: &str) -> Option<String> {
        self.with(|notes| {
            let known = notes.secrets.iter().map(ExposeSecret::expose_secret);
            let found: Vec<&str> = known.filter(|secret| text.contains(*secret)).collect();
            (!found.is_empty())
                .then(|| found.iter().fold(text.to_owned(), |text, secret| text.replace(*secret, "[secret]")))
        })
    }

    fn with<T>(&self, look: impl FnOnce(&mut Notes) -> T) -> T {
        look(&mut self.notes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Notes {
    fn learn(&mut self, secrets: impl IntoIterator<Item = SecretString>) {
        for secret in secrets {
            let is_known = |known: &SecretString| known.expose_secret() == secret.expose_secret();
            if secret.expose_secret().len() >= SHORTEST_SECRET && !self.secrets.iter().any(is_known) {
                self.secrets.push(secret);
            }
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
        let tap = self.tap.clone();
        let sent = Sent {
            started: tap.now(),
            endpoint: endpoint(request.uri()),
            invocation: request.headers().get(INVOCATION).map(str::to_owned),
            request: heard(&request),
            caller: self.caller.clone(),
        };
        let answer = self.inner.call(request);
        HttpConnectorFuture::new(async move {
            let (answered, said) = read(answer.await, sent.request.as_ref()).await;
            let status = answered.as_ref().map(|response| response.status().as_u16());
            let status = status.map_err(|error| sources(error));
            tap.answered(sent, status, said);
            answered
        })
    }
}

/// A request on its way.
struct Sent {
    started: DateTime<Utc>,
    endpoint: String,
    invocation: Option<String>,
    /// `None`: it can't be read.
    request: Option<OverheardRequest>,
    /// `None`: a step makes the call, and tells more of it.
    caller: Option<Caller>,
}

impl Wiretap {
    /// Notes a request with its status, or with why there was no answer, and what the answer said.
    fn answered(&self, sent: Sent, status: Result<u16, String>, said: OverheardAnswer) {
        let duration = (self.now() - sent.started).to_std().unwrap_or_default();
        let (status, error) = (status.as_ref().ok().copied(), status.err());
        let OverheardAnswer { members, code, message, request_id, secrets } = said;
        let [code, request_id, error] = [code, request_id, error].map(|text| text.map(Text::from));
        let attempt = Attempt { started: sent.started, duration, status, code, request_id, error };
        let name = sent.request.as_ref().map(|it| (it.service_name(), it.operation.clone()));
        self.with(|notes| {
            notes.learn(secrets);
            let (exchange, policies) = notes.exchange(sent.endpoint, sent.request, members, attempt);
            match sent.caller {
                Some(caller) => {
                    let call = other_call(name, &caller, message, exchange);
                    notes.note_other(OtherCall { invocation: sent.invocation, call, policies });
                }
                None => notes.sent.push((exchange, policies)),
            }
        });
    }

    /// Hears what other programs ask of the emulator; `caller` where nobody tells whose key it is.
    pub(crate) fn ear(&self, caller: Caller) -> Ear {
        let tap = self.clone();
        Arc::new(move |request, answer| {
            let (parts, body) = request.into_parts();
            let text =
                |name| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
            let request = OverheardRequest::of(&parts, &body);
            let status = answer.status().as_u16();
            let said = match &request {
                Some(request) => request.answer(status, answer.headers(), answer.body()),
                None => OverheardAnswer::unread(answer.headers()),
            };
            let sent = Sent {
                started: tap.now(),
                endpoint: format!("http://{}", text("host").unwrap_or_default()),
                invocation: text(INVOCATION),
                request,
                caller: Some(caller.clone()),
            };
            tap.answered(sent, Ok(status), said);
        })
    }
}

impl Notes {
    /// A request that was sent once, with the texts of its policies.
    fn exchange(
        &mut self,
        endpoint: String,
        request: Option<OverheardRequest>,
        said: Vec<Member>,
        attempt: Attempt,
    ) -> (Exchange, Vec<(Sha256, String)>) {
        let mut policies = Vec::new();
        let response = said.into_iter().map(|member| kept(member, &mut policies)).collect();
        let (mut region, mut access_key_id, mut parameters) = (None, None, Vec::new());
        if let Some(request) = request {
            self.learn(request.secrets);
            region = request.region.map(Text::from);
            access_key_id = request.access_key_id.map(Text::from);
            parameters = request.members.into_iter().map(|member| kept(member, &mut policies)).collect();
            parameters.sort_by(|one: &Parameter, other| one.name.cmp(&other.name));
        }
        let attempts = vec![attempt];
        let endpoint = endpoint.into();
        (Exchange { endpoint, region, access_key_id, parameters, response, attempts }, policies)
    }

    /// Another try of the call before, or another call.
    fn note_other(&mut self, mut other: OtherCall) {
        let is_again =
            |before: &OtherCall| other.invocation.is_some() && before.invocation == other.invocation;
        if let Some(before) = self.others.pop_if(|before| is_again(before))
            && let (Some(before), Some(exchange)) = (before.call.exchange, &mut other.call.exchange)
        {
            exchange.attempts.splice(0..0, before.attempts);
        }
        self.others.push(other);
    }
}

/// What can be told of a call by its last try alone.
fn other_call(
    name: Option<(&str, String)>,
    caller: &Caller,
    message: Option<String>,
    exchange: Exchange,
) -> Call {
    let (service, operation) = name.unwrap_or_else(|| ("unknown", "unknown".to_owned()));
    let last = exchange.attempts.last();
    let code = last.and_then(|attempt| attempt.code.clone());
    let status = last.and_then(|attempt| attempt.status);
    let error = last.and_then(|attempt| attempt.error.clone());
    let mut call = Call {
        service: service.into(),
        operation: operation.into(),
        action: None,
        resource: None,
        principal: (*caller.principal).into(),
        purpose: caller.purpose,
        verdict: verdict(code.as_deref(), status),
        code,
        message: message.map(Text::from).or(error),
        status,
        request_id: last.and_then(|attempt| attempt.request_id.clone()),
        explanation: None,
        decided_by: Origin::NotAvailable,
        exchange: Some(Box::new(exchange)),
    };
    call.decided_by = if says_why(&call) { Origin::Observed } else { Origin::NotAvailable };
    call
}

fn kept(member: Member, policies: &mut Vec<(Sha256, String)>) -> Parameter {
    let value = match member.value {
        Heard::Text(text) => Value::Text(text.into()),
        Heard::Policy(text) => {
            let digest = Sha256::of(&text);
            policies.push((digest.clone(), text));
            Value::Policy(digest)
        }
        Heard::Contents(Some(bytes)) => {
            Value::Contents { sha256: Sha256::of(&bytes), length: bytes.len() as u64 }
        }
        Heard::Contents(None) | Heard::NotKnown => Value::Withheld(Withheld::NotKnown),
        Heard::Secret => Value::Withheld(Withheld::Secret),
        Heard::TooLong => Value::Withheld(Withheld::TooLong),
    };
    Parameter { name: member.name.into(), value }
}

/// Without a user or a password, which a URL may have before its host.
fn endpoint(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("https", url));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}")
}

/// `None`: its body comes in pieces that can be read only once, or no model knows it.
fn heard(request: &HttpRequest) -> Option<OverheardRequest> {
    let mut copy = http::Request::builder().method(request.method()).uri(request.uri());
    for (name, value) in request.headers() {
        copy = copy.header(name, value);
    }
    let body = request.body().bytes()?;
    OverheardRequest::of(&copy.body(()).ok()?.into_parts().0, &Bytes::copy_from_slice(body))
}

/// The answer, and what it says. Its body is waited for, but for contents of objects.
async fn read(
    answer: Result<HttpResponse, ConnectorError>,
    heard: Option<&OverheardRequest>,
) -> (Result<HttpResponse, ConnectorError>, OverheardAnswer) {
    let mut response = match answer {
        Ok(response) => response,
        Err(error) => return (Err(error), OverheardAnswer::default()),
    };
    let status = response.status().as_u16();
    let mut headers = http::HeaderMap::new();
    for (name, value) in response.headers() {
        if let (Ok(name), Ok(value)) = (http::HeaderName::try_from(name), http::HeaderValue::try_from(value))
        {
            headers.append(name, value);
        }
    }
    let unread = OverheardAnswer::unread(&headers);
    let Some(heard) = heard else { return (Ok(response), unread) };
    if response.body().bytes().is_none() {
        if response.status().is_success() && heard.is_answered_with_contents() {
            return (Ok(response), unread);
        }
        let body = std::mem::replace(response.body_mut(), SdkBody::taken());
        match body.collect().await {
            Ok(collected) => *response.body_mut() = SdkBody::from(collected.to_bytes()),
            Err(error) => return (Err(ConnectorError::io(error)), unread),
        }
    }
    let said = heard.answer(status, &headers, response.body().bytes().unwrap_or_default());
    (Ok(response), said)
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
    fn what_was_learned_is_taken_out() {
        let tap = Wiretap::new(Arc::new(|| DateTime::<Utc>::UNIX_EPOCH));
        tap.learn(&SecretString::from("CANARY".to_owned()));
        tap.learn(&SecretString::from("main".to_owned()));
        assert_eq!(tap.masked("a CANARY b CANARY").as_deref(), Some("a [secret] b [secret]"));
        assert_eq!(tap.masked("main-user"), None, "too short to be told from a word");
    }
}
