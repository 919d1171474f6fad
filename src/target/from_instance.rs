//! Calls that are really made from an instance which is not in this process, with credentials that never leave it.
//!
//! The SDK makes and signs a request as always, with a key of no account; Run Command brings it to the instance, where a
//! small program signs it anew with what the metadata service hands out, sends it, and prints the answer.

use std::fmt;
use std::sync::Arc;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::BodyExt;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;

use crate::place::{AccessKey, TargetError};
use crate::run_command::RunCommand;

/// What runs on the instance.
const PROGRAM: &str = include_str!("call_from_instance.py");
/// An answer of 24,000 characters, unpacked.
const LONGEST_BODY: usize = 16 * 1024 * 1024;

/// What an instance's metadata service hands out, but for the secrets.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Handed {
    /// The role's name.
    pub(crate) role: String,
    pub(crate) key_id: String,
}

/// Whose credentials programs on an instance find.
///
/// # Errors
/// Where that could not be found out.
pub(crate) async fn handed(run: &RunCommand, instance_id: &str) -> Result<Option<Handed>, TargetError> {
    let printed = printed(run, instance_id, "").await?;
    serde_json::from_str(&printed).map_err(|error| TargetError::Unexpected(error.to_string()))
}

/// The key with which requests are signed before they are brought to the instance, which signs them anew.
pub(crate) fn placeholder() -> AccessKey {
    AccessKey {
        id: "SIGNED-ON-THE-INSTANCE".to_owned(),
        secret: SecretString::from("none"),
        session_token: None,
    }
}

/// An HTTP client whose requests are made from an instance.
#[derive(Clone)]
pub(crate) struct FromInstance {
    pub(crate) run: Arc<RunCommand>,
    pub(crate) instance_id: String,
}

impl fmt::Debug for FromInstance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FromInstance").field("instance_id", &self.instance_id).finish_non_exhaustive()
    }
}

impl HttpClient for FromInstance {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for FromInstance {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Self { run, instance_id } = self.clone();
        HttpConnectorFuture::new(async move {
            let call = packed(request).await?;
            let printed = printed(&run, &instance_id, &call).await;
            let printed = printed.map_err(|error| ConnectorError::other(error.into(), None))?;
            answer(&printed).map_err(|error| ConnectorError::other(error, None))
        })
    }
}

/// A request as `CALL` of the program.
async fn packed(mut request: HttpRequest) -> Result<String, ConnectorError> {
    let body = request.take_body().collect().await.map_err(ConnectorError::user)?.to_bytes();
    let headers: Vec<(&str, &str)> = request.headers().iter().collect();
    let call = json!({
        "method": request.method(),
        "url": request.uri(),
        "headers": headers,
        "body": STANDARD.encode(body),
    });
    Ok(STANDARD.encode(call.to_string()))
}

/// What the program prints about a call.
#[derive(Deserialize)]
struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

fn answer(printed: &str) -> Result<HttpResponse, Box<dyn std::error::Error + Send + Sync>> {
    let answer: Answer = serde_json::from_str(printed)?;
    let body = STANDARD.decode(answer.body)?;
    let body = miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(&body, LONGEST_BODY)
        .map_err(|error| error.to_string())?;
    let mut response = HttpResponse::new(StatusCode::try_from(answer.status)?, SdkBody::from(body));
    for (name, value) in answer.headers {
        response.headers_mut().try_append(name, value)?;
    }
    Ok(response)
}

async fn printed(run: &RunCommand, instance_id: &str, call: &str) -> Result<String, TargetError> {
    let script = format!("python3 - <<'ROLECALL'\nCALL = \"{call}\"\n{PROGRAM}ROLECALL");
    let output = run.run(instance_id, &script).await?;
    match output.success {
        true => Ok(output.text),
        false => Err(TargetError::Unexpected(format!("on {instance_id}: {}", output.error.trim()))),
    }
}
