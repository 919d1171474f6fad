//! The way over the network, and the patience that a place needs where what was just made is not seen everywhere yet.
//!
//! IAM and the services that ask it are eventually consistent: a role that was made a moment ago may be unknown to the next
//! call. <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency>

use std::fmt;
use std::time::Duration;

use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt;
use tokio::time::Instant;

use crate::ca_bundle::CaBundle;
use crate::place::TargetError;

/// A client for calls over the network; `ca` is trusted beside the system's certificates.
///
/// # Errors
/// Where the system's TLS can't be set up.
pub fn network(ca: Option<&CaBundle>) -> Result<SharedHttpClient, TargetError> {
    let mut trusted = TrustStore::default();
    if let Some(bundle) = ca {
        trusted.add_pem_certificate(bundle.pem());
    }
    let tls = TlsContext::builder()
        .with_trust_store(trusted)
        .build()
        .map_err(|error| TargetError::Unreachable(format!("TLS can't be set up: {error}")))?;
    let provider = Provider::Rustls(CryptoMode::Ring);
    Ok(Builder::new().tls_provider(provider).tls_context(tls).build_https())
}

/// A client that asks again while the answer is that something is not there which was just made.
#[derive(Clone)]
pub(crate) struct Patient {
    pub(crate) client: SharedHttpClient,
    /// For how long.
    pub(crate) patience: Duration,
}

impl fmt::Debug for Patient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Patient")
    }
}

impl HttpClient for Patient {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let connector = self.client.http_connector(settings, components);
        SharedHttpConnector::new(PatientConnector { connector, patience: self.patience })
    }
}

#[derive(Debug)]
struct PatientConnector {
    connector: SharedHttpConnector,
    patience: Duration,
}

/// Between two attempts at first; it doubles up to `LONGEST_PAUSE`.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

impl HttpConnector for PatientConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (connector, patience) = (self.connector.clone(), self.patience);
        HttpConnectorFuture::new(async move {
            let until = Instant::now() + patience;
            let mut pause = FIRST_PAUSE;
            loop {
                // A body that can't be sent twice, of a stream, is sent once.
                let Some(again) = request.try_clone() else { return connector.call(request).await };
                let answer = connector.call(again).await?;
                if !answer.status().is_client_error() {
                    return Ok(answer);
                }
                let (answer, text) = read(answer).await?;
                if !may_arrive(&text) || Instant::now() + pause > until {
                    return Ok(answer);
                }
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        })
    }
}

/// The answer once more, and its body as text.
async fn read(mut answer: HttpResponse) -> Result<(HttpResponse, String), ConnectorError> {
    let body = answer.take_body().collect().await;
    let body = body.map_err(ConnectorError::io)?.to_bytes();
    let text = String::from_utf8_lossy(&body).into_owned();
    Ok((answer.map(|_| SdkBody::from(body.clone())), text))
}

/// Whether an error may be that of something that has not arrived yet.
fn may_arrive(error: &str) -> bool {
    let coded = |code: &str| error.contains(&format!("<Code>{code}</Code>"));
    let unknown = ["NoSuchEntity", "NoSuchBucket", "EntityTemporarilyUnmodifiable", "ConcurrentModification"];
    let principal = error.contains("Invalid principal in policy");
    let profile = error.contains("iamInstanceProfile") || error.contains("IAM Instance Profile");
    let public = error.contains("BlockPublicPolicy") && coded("AccessDenied");
    unknown.into_iter().any(coded)
        || public
        || principal && (coded("MalformedPolicyDocument") || coded("MalformedPolicy"))
        || profile && coded("InvalidParameterValue")
        || coded("OperationAborted")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(code: &str, message: &str, expected: bool) {
        let text = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
        assert_eq!(may_arrive(&text), expected, "{text}");
    }

    #[test]
    fn only_what_may_still_arrive_is_asked_for_again() {
        check("NoSuchEntity", "The role with name a cannot be found.", true);
        check("MalformedPolicyDocument", "Invalid principal in policy: \"AWS\":\"x\"", true);
        check("MalformedPolicyDocument", "Syntax errors in policy.", false);
        check("InvalidParameterValue", "Value (p) for parameter iamInstanceProfile.name is invalid.", true);
        check("InvalidParameterValue", "Invalid id", false);
        check("AccessDenied", "no", false);
        check("AccessDenied", "because public policies are prevented by the BlockPublicPolicy setting", true);
    }
}
