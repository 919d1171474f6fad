//! The socket: one listener on loopback for one instance.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::{AbortHandle, JoinSet};

use super::answer::{Request, Response, answer};
use crate::clock::Clock;
use crate::ec2::{Place, State};
use crate::partition::Partition;

/// Starts metadata services.
pub(crate) struct ImdsServer;

/// The service ends when this is dropped, with its open connections.
pub(crate) struct ImdsGuard(AbortHandle);

/// What a metadata service is of.
pub(super) trait Instance: Send + Sync + 'static {
    /// Whether somebody listens.
    fn runs(&self) -> impl Future<Output = bool> + Send;

    /// `None`: it does not run.
    fn answer(&self, request: Request<'_>) -> impl Future<Output = Option<Response>> + Send;
}

impl Drop for ImdsGuard {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl ImdsServer {
    /// Listens for `instance_id` on a free port of loopback, for as long as the guard is held. While the instance does
    /// not run, connections are closed without an answer.
    ///
    /// Must be called within a tokio runtime.
    ///
    /// # Errors
    /// If no port can be had.
    pub(crate) fn start(
        partition: Arc<Mutex<Partition>>,
        clock: Clock,
        instance_id: &str,
    ) -> io::Result<(SocketAddr, ImdsGuard)> {
        listen(Endpoint { partition, clock, instance_id: instance_id.to_owned() })
    }
}

/// Listens for `instance`, as [`ImdsServer::start`].
///
/// # Errors
/// If no port can be had.
pub(super) fn listen(instance: impl Instance) -> io::Result<(SocketAddr, ImdsGuard)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let address = listener.local_addr()?;
    let instance = Arc::new(instance);
    let task = tokio::spawn(async move {
        let mut connections = JoinSet::new();
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                // Out of file descriptors, say: leave the runtime some air.
                tokio::task::yield_now().await;
                continue;
            };
            while connections.try_join_next().is_some() {}
            let instance = Arc::clone(&instance);
            connections.spawn(async move {
                if instance.runs().await {
                    serve(instance, stream).await;
                }
            });
        }
    });
    Ok((address, ImdsGuard(task.abort_handle())))
}

struct Endpoint {
    partition: Arc<Mutex<Partition>>,
    clock: Clock,
    instance_id: String,
}

impl Instance for Endpoint {
    async fn runs(&self) -> bool {
        let partition = self.partition.lock().unwrap_or_else(PoisonError::into_inner);
        let found = partition.ec2.find(&self.instance_id);
        found.is_some_and(|(_, instance): (&Place, _)| instance.state == State::Running)
    }

    async fn answer(&self, request: Request<'_>) -> Option<Response> {
        let now = self.clock.now();
        let mut partition = self.partition.lock().unwrap_or_else(PoisonError::into_inner);
        answer(&mut partition, &self.instance_id, &request, now)
    }
}

/// Why a connection ends without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the instance does not run")]
struct NotRunning;

async fn serve(instance: Arc<impl Instance>, stream: TcpStream) {
    let respond = service_fn(move |request: http::Request<Incoming>| {
        let instance = Arc::clone(&instance);
        async move {
            let headers: Vec<(String, String)> = request
                .headers()
                .iter()
                .map(|(name, value)| {
                    (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
                })
                .collect();
            let asked =
                Request { method: request.method().as_str(), path: request.uri().path(), headers: &headers };
            let response = instance.answer(asked).await.ok_or(NotRunning)?;
            // A token request may have a body, of no meaning.
            drop(Limited::new(request.into_body(), 64 * 1024).collect().await);
            render(response).map_err(|_| NotRunning)
        }
    });
    let connection =
        hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), respond);
    if let Err(error) = connection.await {
        tracing::debug!(%error, "metadata connection ended");
    }
}

fn render(response: Response) -> Result<http::Response<Full<Bytes>>, http::Error> {
    let mut builder = http::Response::builder()
        .status(response.status)
        .header("Content-Type", response.content_type)
        .header("Server", "EC2ws");
    for (name, value) in response.headers {
        builder = builder.header(name, value);
    }
    builder.body(Full::<Bytes>::new(response.body.into()))
}
