//! The door through which the AWS SDK for Rust calls the emulator: no sockets, no TLS.

use std::fmt;

use aws_smithy_async::time::TimeSource;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use emulator::{Clock, Emulator, Peer};
use http_body_util::BodyExt;

/// An HTTP client whose every request is answered by the emulator.
#[derive(Clone)]
pub(crate) struct InProcess {
    pub(crate) emulator: Emulator,
    /// Where its requests come from.
    pub(crate) peer: Peer,
}

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InProcess")
    }
}

impl HttpClient for InProcess {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for InProcess {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (emulator, peer) = (self.emulator.clone(), self.peer);
        HttpConnectorFuture::new(async move {
            let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
            let (parts, body) = request.into_parts();
            let body = body.collect().await.map_err(ConnectorError::user)?.to_bytes();
            let answer = emulator.handle(http::Request::from_parts(parts, body), peer);
            HttpResponse::try_from(answer.map(SdkBody::from))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// The emulator's virtual time, for signing.
#[derive(Clone)]
pub(crate) struct VirtualTime(pub(crate) Clock);

impl fmt::Debug for VirtualTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VirtualTime")
    }
}

impl TimeSource for VirtualTime {
    fn now(&self) -> std::time::SystemTime {
        self.0.now().into()
    }
}
