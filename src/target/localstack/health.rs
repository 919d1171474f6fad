//! Whether LocalStack is ready, by its health route.
//!
//! <https://docs.localstack.cloud/aws/capabilities/networking/internal-endpoints/>

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Limited};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::net::TcpStream;

const ROUTE: &str = "/_localstack/health";

/// An answer is a few kilobytes.
const LONGEST: usize = 1024 * 1024;

/// What the health route says.
#[derive(Debug, Deserialize)]
struct Health {
    services: std::collections::BTreeMap<String, String>,
    version: String,
}

/// Asks once, and waits at most `patience`; LocalStack's version if `services` are there.
///
/// # Errors
/// Why it is not ready, in a few words.
pub(super) async fn ask(port: u16, services: &[String], patience: Duration) -> Result<String, String> {
    let body = tokio::time::timeout(patience, get(port))
        .await
        .map_err(|_| "its health route does not answer".to_owned())?
        .map_err(|error| format!("its health route can't be asked: {error}"))?;
    ready(&body, services)
}

/// Whether anything listens on this port of loopback; Docker does as soon as it has published it.
pub(super) async fn is_open(port: u16) -> bool {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_ok()
}

async fn get(port: u16) -> Result<Bytes, Box<dyn std::error::Error + Send + Sync>> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let stream = TokioIo::new(TcpStream::connect(address).await?);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await?;
    let request = http::Request::get(ROUTE).header("Host", address.to_string()).body(Empty::<Bytes>::new())?;
    let exchange = async {
        let response = sender.send_request(request).await?;
        let status = response.status();
        let body = Limited::new(response.into_body(), LONGEST).collect().await?.to_bytes();
        if status.is_success() { Ok(body) } else { Err(format!("status {status}").into()) }
    };
    tokio::select! {
        body = exchange => body,
        // It ends with the last byte of an answer, which `exchange` has then.
        result = connection => Err(result.err().map_or("it hung up".into(), Into::into)),
    }
}

fn ready(body: &[u8], services: &[String]) -> Result<String, String> {
    let health: Health =
        serde_json::from_slice(body).map_err(|error| format!("its health can't be understood: {error}"))?;
    for service in services {
        match health.services.get(service).map(String::as_str) {
            Some("available" | "running") => {}
            Some(state) => return Err(format!("its service `{service}` is {state}")),
            None => return Err(format!("it has no service `{service}`")),
        }
    }
    Ok(health.version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ready_means() {
        let health = |services: &str| {
            format!(r#"{{"services": {{{services}}}, "edition": "community", "version": "4.14.0"}}"#)
        };
        let cases = [
            (health(r#""iam": "available", "s3": "running""#), Ok("4.14.0")),
            (health(r#""iam": "available", "s3": "available", "sqs": "disabled""#), Ok("4.14.0")),
            (health(r#""iam": "available", "s3": "disabled""#), Err("its service `s3` is disabled")),
            (health(r#""iam": "available", "s3": "error""#), Err("its service `s3` is error")),
            (health(r#""iam": "available""#), Err("it has no service `s3`")),
            ("<html>".to_owned(), Err("its health can't be understood: expected value at line 1 column 1")),
        ];
        for (body, expected) in cases {
            let services = ["iam", "s3"].map(str::to_owned);
            let said = ready(body.as_bytes(), &services);
            assert_eq!(said.as_deref().map_err(String::as_str), expected, "{body}");
        }
    }
}
