//! The door for other processes: HTTP on loopback, and the control route beside the services.
//!
//! The control route needs `Authorization: Bearer TOKEN`, and answers JSON:
//! `GET /_rolecall/accounts`, with the keys of their root users; `GET /_rolecall/clock`; `POST /_rolecall/clock/advance`
//! with `{"seconds": N}`; `GET /_rolecall/instances`; `POST /_rolecall/reset`, where it is allowed, which makes the
//! emulator as new; and what `identity_providers` tells. `GET /_rolecall/health` needs no token.

use std::error::Error;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderValue, Method, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use policy::AccountId;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::emulator::Emulator;
use crate::faults::Broken;
use crate::front::{BODY_LIMIT, Peer};
use crate::host::bucket_of_host;
use crate::identity_providers;
use crate::route::host;
use crate::sigv4::same;

/// How long open connections may take to end.
const FAREWELL: Duration = Duration::from_millis(500);
/// How long to wait where connections can't be accepted for the moment.
const BREATHER: Duration = Duration::from_millis(10);

/// Hears each request to a service with its answer, once that is known.
pub type Ear = Arc<dyn Fn(http::Request<Bytes>, &Response<Bytes>) + Send + Sync>;

/// A bound port of loopback, before and while it is served.
pub struct Listener {
    serving: Serving,
    listener: TcpListener,
    address: SocketAddr,
}

/// What every connection needs.
#[derive(Clone)]
struct Serving {
    emulator: Emulator,
    reset: Reset,
    ear: Option<Ear>,
}

/// Whether the control route may make the emulator as new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reset {
    Allowed,
    Refused,
}

impl Listener {
    /// Binds a port of loopback; port 0 picks a free one.
    ///
    /// # Errors
    /// Where the port is in use, or may not be had.
    pub async fn bind(emulator: Emulator, port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let serving = Serving { emulator, reset: Reset::Refused, ear: None };
        Ok(Self { serving, listener, address })
    }

    /// Lets the control route make the emulator as new.
    #[must_use]
    pub fn allow_reset(self) -> Self {
        Self { serving: Serving { reset: Reset::Allowed, ..self.serving }, ..self }
    }

    /// Lets somebody hear what is asked.
    #[must_use]
    pub fn heard_by(self, ear: Option<Ear>) -> Self {
        Self { serving: Serving { ear, ..self.serving }, ..self }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The bearer token of the control route.
    pub fn control_token(&self) -> &SecretString {
        self.serving.emulator.control_token()
    }

    /// Serves until `end` is done, and lets open requests finish.
    ///
    /// # Errors
    /// Where connections can't be accepted any more.
    pub async fn serve_until(self, end: impl Future<Output = ()>) -> io::Result<()> {
        let mut connections = JoinSet::new();
        let mut end = std::pin::pin!(end);
        loop {
            tokio::select! {
                () = &mut end => break,
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, peer)) => {
                        connections.spawn(connection(self.serving.clone(), stream, Ends { peer, local: self.address }));
                    }
                    Err(error) if is_passing(&error) => tokio::time::sleep(BREATHER).await,
                    Err(error) => return Err(error),
                },
            }
            while connections.try_join_next().is_some() {}
        }
        let _ =
            tokio::time::timeout(FAREWELL, async { while connections.join_next().await.is_some() {} }).await;
        Ok(())
    }
}

/// A connection that broke before it was accepted, or a lack of descriptors, which passes.
fn is_passing(error: &io::Error) -> bool {
    const TOO_MANY_FILES: [i32; 2] = [23, 24];
    let broken =
        [io::ErrorKind::ConnectionAborted, io::ErrorKind::ConnectionReset, io::ErrorKind::Interrupted];
    broken.contains(&error.kind()) || error.raw_os_error().is_some_and(|code| TOO_MANY_FILES.contains(&code))
}

/// The addresses of a connection.
#[derive(Clone, Copy)]
struct Ends {
    peer: SocketAddr,
    local: SocketAddr,
}

async fn connection(serving: Serving, stream: TcpStream, ends: Ends) {
    // Answers are whole when they are written: waiting for more would only delay them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "no delay can't be set");
    }
    let respond = service_fn(move |request| Box::pin(answer(serving.clone(), request, ends)));
    let mut served = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        // A client that has sent all may close its side and still read the answer.
        .half_close(true)
        .serve_connection(TokioIo::new(stream), respond);
    let Err(error) = (&mut served).await else { return };
    let is_reset = |error: &Unanswered| matches!(error, Unanswered::Broken(Broken::Reset));
    if error.source().and_then(|cause| cause.downcast_ref()).is_some_and(is_reset) {
        // Without a moment to linger the end of the connection is a reset.
        if let Err(error) = served.into_parts().io.into_inner().set_zero_linger() {
            tracing::debug!(%error, "the connection is closed in place of being reset");
        }
    } else {
        tracing::debug!(%error, "connection ended");
    }
}

/// Why a request has no answer.
#[derive(Debug, thiserror::Error)]
enum Unanswered {
    #[error(transparent)]
    Unread(#[from] hyper::Error),
    #[error(transparent)]
    Broken(#[from] Broken),
}

async fn answer(
    serving: Serving,
    request: http::Request<Incoming>,
    ends: Ends,
) -> Result<Response<Full<Bytes>>, Unanswered> {
    let Serving { emulator, reset, ear } = serving;
    let (parts, body) = request.into_parts();
    let Some(body) = whole(body).await? else { return Ok(too_large()) };
    if let Some(path) = control_path(&parts) {
        return Ok(control(&emulator, reset, &parts, path, &body));
    }
    let peer = Peer { source_ip: ends.peer.ip(), secure: false };
    let request = http::Request::from_parts(parts, body);
    let heard = ear.map(|ear| (ear, request.clone()));
    let answered = emulator.answer(request, peer);
    if let (Some((ear, request)), Ok(answer)) = (heard, &answered) {
        ear(request, answer);
    }
    emulator.start_commands(ends.local);
    if let Some(latency) = emulator.latency() {
        tokio::time::sleep(latency).await;
    }
    Ok(answered?.map(Full::new))
}

/// The body to its end, also before a refusal: a client that is still sending would see a broken connection in its
/// place. `None`: it is over the limit.
async fn whole(mut body: Incoming) -> Result<Option<Bytes>, hyper::Error> {
    let mut read = BytesMut::new();
    let mut over = false;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        over |= read.len() + data.len() > BODY_LIMIT;
        if !over {
            read.extend_from_slice(&data);
        }
    }
    Ok(if over { None } else { Some(read.freeze()) })
}

fn too_large() -> Response<Full<Bytes>> {
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>EntityTooLarge</Code><Message>Your proposed upload \
         exceeds the maximum allowed size</Message><MaxSizeAllowed>{BODY_LIMIT}</MaxSizeAllowed></Error>"
    );
    let mut response = Response::new(Full::new(text.into()));
    *response.status_mut() = StatusCode::BAD_REQUEST;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    response
}

/// A bucket in the host may have a key of that name; no bucket in the path can.
fn control_path(parts: &http::request::Parts) -> Option<&str> {
    let path = parts.uri.path().strip_prefix("/_rolecall/")?;
    bucket_of_host(&host(parts)).is_none().then_some(path)
}

fn control(
    emulator: &Emulator,
    reset: Reset,
    parts: &http::request::Parts,
    path: &str,
    body: &[u8],
) -> Response<Full<Bytes>> {
    if path == "health" {
        return json_response(
            StatusCode::OK,
            &json!({"status": "running", "version": env!("CARGO_PKG_VERSION")}),
        );
    }
    let sent = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = sent.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    if !same(token, emulator.control_token().expose_secret()) {
        let message =
            "the control route needs `Authorization: Bearer TOKEN`, with the token printed at the start";
        return json_response(StatusCode::UNAUTHORIZED, &json!({"error": message}));
    }
    match (&parts.method, path) {
        (&Method::GET, "accounts") => json_response(StatusCode::OK, &accounts(emulator)),
        (&Method::GET, "clock") => json_response(StatusCode::OK, &time(emulator)),
        (&Method::POST, "clock/advance") => match seconds(body) {
            Some(seconds) => {
                emulator.clock().advance(Duration::from_secs(seconds));
                json_response(StatusCode::OK, &time(emulator))
            }
            None => json_response(
                StatusCode::BAD_REQUEST,
                &json!({"error": "the body must be {\"seconds\": N}, N a whole number up to 3153600000"}),
            ),
        },
        (&Method::GET, "instances") => match instances(emulator) {
            Ok(list) => json_response(StatusCode::OK, &list),
            Err(error) => {
                json_response(StatusCode::SERVICE_UNAVAILABLE, &json!({"error": error.to_string()}))
            }
        },
        (&Method::POST, "reset") => match reset {
            Reset::Allowed => {
                emulator.reset();
                json_response(StatusCode::OK, &time(emulator))
            }
            Reset::Refused => json_response(
                StatusCode::FORBIDDEN,
                &json!({"error": "the server was started without `--allow-reset`"}),
            ),
        },
        (&Method::POST, path) => match identity_providers::control(emulator, path, body) {
            Some(Ok(answer)) => json_response(StatusCode::OK, &answer),
            Some(Err(error)) => json_response(StatusCode::BAD_REQUEST, &json!({"error": error})),
            None => unknown_path(),
        },
        _ => unknown_path(),
    }
}

fn unknown_path() -> Response<Full<Bytes>> {
    json_response(
        StatusCode::NOT_FOUND,
        &json!({"error": "known are GET accounts, GET clock, POST clock/advance, GET health, GET instances, POST \
                          mfa-code, POST reset, POST saml-metadata, POST tokens/saml and POST tokens/web-identity"}),
    )
}

/// With the secrets of the root users: whoever holds the token may do everything.
fn accounts(emulator: &Emulator) -> Value {
    let account = |account: &AccountId| {
        let key = emulator.administrator(account)?;
        Some(json!({
            "id": account.as_str(),
            "accessKeyId": key.id,
            "secretAccessKey": key.secret.expose_secret(),
        }))
    };
    json!({"accounts": emulator.accounts().iter().filter_map(account).collect::<Vec<_>>()})
}

fn time(emulator: &Emulator) -> Value {
    json!({"now": emulator.clock().now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true)})
}

/// At most a century, so that no time overflows.
fn seconds(body: &[u8]) -> Option<u64> {
    let value: Value = serde_json::from_slice(body).ok()?;
    value.get("seconds")?.as_u64().filter(|seconds| *seconds <= 3_153_600_000)
}

fn instances(emulator: &Emulator) -> io::Result<Value> {
    let mut list = Vec::new();
    for instance in emulator.instances() {
        let metadata = match instance.state {
            "running" => Some(format!("http://{}", emulator.metadata_address(&instance.id)?)),
            _ => None,
        };
        list.push(json!({
            "id": instance.id,
            "name": instance.name,
            "account": instance.account.as_str(),
            "region": instance.region,
            "state": instance.state,
            "instanceProfile": instance.instance_profile,
            "metadata": metadata,
        }));
    }
    Ok(json!({"instances": list}))
}

fn json_response(status: StatusCode, value: &Value) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(format!("{value}\n").into()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
