//! What went over the wire, as it went: read when somebody needs it, which no call waits for.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use evidence::{Attempt, Exchange, Parameter, Sha256, Text, Value, Withheld};
use secrecy::SecretString;
use target::{Heard, Member, OverheardAnswer, OverheardRequest};

/// A policy's digest and text.
pub(crate) type Policy = (Sha256, String);

/// A request that was sent once, with its answer.
pub(crate) struct Sent {
    wire: Mutex<Option<Wire>>,
    read: OnceLock<Read>,
    /// HTTP status; `None`: there was no answer.
    pub(crate) status: Option<u16>,
}

/// A request and its answer, not read yet.
pub(crate) struct Wire {
    pub(crate) started: DateTime<Utc>,
    pub(crate) duration: Duration,
    /// As a URL, without a path.
    pub(crate) endpoint: String,
    /// `None`: its body comes in pieces that can be read only once.
    pub(crate) request: Option<HttpRequest>,
    /// `Err`: why there was none. The body is taken out where it is the contents of an object, which nobody waits for, or not
    /// known to be anything else.
    pub(crate) answer: Result<HttpResponse, String>,
}

/// What may be written down of it.
pub(crate) struct Read {
    /// The service and the operation; `None`: no model knows them.
    pub(crate) name: Option<(&'static str, String)>,
    /// The error message.
    pub(crate) message: Option<String>,
    exchange: Exchange,
    policies: Vec<Policy>,
    /// Those must not be written down.
    pub(crate) secrets: Vec<SecretString>,
}

impl Sent {
    pub(crate) fn new(wire: Wire) -> Self {
        let status = wire.answer.as_ref().ok().map(|answer| answer.status().as_u16());
        Self { wire: Mutex::new(Some(wire)), read: OnceLock::new(), status }
    }

    /// What may be written down of it, read when first asked for.
    pub(crate) fn read(&self) -> &Read {
        self.read.get_or_init(|| match self.wire.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(wire) => Read::of(wire),
            None => Read::default(),
        })
    }
}

/// Requests of one call as attempts of it, and the texts of its policies; `None`: nothing was sent.
pub(crate) fn exchange(sent: &[Arc<Sent>]) -> Option<(Exchange, Vec<Policy>)> {
    let mut policies = Vec::new();
    let mut attempts = Vec::new();
    for sent in sent {
        let Read { exchange, policies: seen, .. } = sent.read();
        policies.extend(seen.iter().cloned());
        attempts.extend(exchange.attempts.iter().cloned());
    }
    let last = sent.last()?.read().exchange.clone();
    Some((Exchange { attempts, ..last }, policies))
}

impl Read {
    fn of(wire: Wire) -> Self {
        let Wire { started, duration, endpoint, request, answer } = wire;
        let request = request.and_then(overheard);
        let status = answer.as_ref().ok().map(|answer| answer.status().as_u16());
        let error = answer.as_ref().err();
        let error = error.map(|error| error.as_str().into());
        let OverheardAnswer { members, code, message, request_id, mut secrets } =
            answer.map(|answer| read(answer, request.as_ref())).unwrap_or_default();
        let [code, request_id] = [code, request_id].map(|text| text.map(Text::from));
        let attempts = vec![Attempt { started, duration, status, code, request_id, error }];
        let mut policies = Vec::new();
        let mut keep = |members: Vec<Member>| -> Vec<Parameter> {
            members.into_iter().map(|member| kept(member, &mut policies)).collect()
        };
        let response = keep(members);
        let mut read = Self { message, secrets: Vec::new(), ..Self::default() };
        let mut parameters = Vec::new();
        if let Some(request) = request {
            read.name = Some((request.service_name(), request.operation));
            (read.exchange.region, read.exchange.access_key_id) =
                (request.region.map(Text::from), request.access_key_id.map(Text::from));
            parameters = keep(request.members);
            parameters.sort_by(|one: &Parameter, other| one.name.cmp(&other.name));
            secrets.extend(request.secrets);
        }
        read.exchange =
            Exchange { endpoint: endpoint.into(), parameters, response, attempts, ..read.exchange };
        Self { policies, secrets, ..read }
    }
}

impl Default for Read {
    fn default() -> Self {
        let exchange = Exchange {
            endpoint: Text::default(),
            region: None,
            access_key_id: None,
            parameters: Vec::new(),
            response: Vec::new(),
            attempts: Vec::new(),
        };
        Self { name: None, message: None, exchange, policies: Vec::new(), secrets: Vec::new() }
    }
}

/// What may be written down of a request; `None`: no model knows it.
pub(crate) fn overheard(request: HttpRequest) -> Option<OverheardRequest> {
    let (parts, body) = request.try_into_http1x().ok()?.into_parts();
    OverheardRequest::of(&parts, &Bytes::copy_from_slice(body.bytes()?))
}

fn read(answer: HttpResponse, request: Option<&OverheardRequest>) -> OverheardAnswer {
    let Ok(answer) = answer.try_into_http1x() else { return OverheardAnswer::default() };
    let (parts, body) = answer.into_parts();
    match (request, body.bytes()) {
        (Some(request), Some(body)) => {
            request.answer(parts.status.as_u16(), &parts.headers, &Bytes::copy_from_slice(body))
        }
        _ => OverheardAnswer::unread(&parts.headers),
    }
}

fn kept(member: Member, policies: &mut Vec<Policy>) -> Parameter {
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
