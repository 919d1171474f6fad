//! What a bystander may write down of a call that goes to any AWS, here or elsewhere: its members by the services' API
//! models, without those that are secret or not known to be harmless (`disclosure.rs`).
//!
//! A call is only read, never judged: what can't be read is left out.

mod disclosure;

use bytes::Bytes;
use http::HeaderMap;
use http::request::Parts;
use percent_encoding::percent_decode_str;
use secrecy::SecretString;
use serde_json::Value;

use crate::chunked::Streaming;
use crate::model::{
    Model, RestRequest, answer_element, answer_text, decode_answer, decode_json, decode_query, decode_rest,
    rest_operation, s3_operation,
};
use crate::operation::{Protocol, Service};
use crate::route::{Place, Route};
use crate::sigv4::{Signature, header};

pub use disclosure::{Heard, Member};

/// A request, as far as it may be written down.
pub struct OverheardRequest {
    service: Service,
    /// Its name in the service's API.
    pub operation: String,
    /// The region that it is signed for; `None`: it is not signed.
    pub region: Option<String>,
    /// The id of the key that signed it; `None`: it is not signed.
    pub access_key_id: Option<String>,
    /// What it asks.
    pub members: Vec<Member>,
    /// Secrets in it, for taking them out of other texts. They must not be written down.
    pub secrets: Vec<SecretString>,
}

/// An answer, as far as it may be written down.
#[derive(Default)]
pub struct OverheardAnswer {
    /// What it says, where it is no error.
    pub members: Vec<Member>,
    /// The error code.
    pub code: Option<String>,
    /// The error message.
    pub message: Option<String>,
    /// The request id.
    pub request_id: Option<String>,
    /// Secrets in it.
    pub secrets: Vec<SecretString>,
}

impl OverheardRequest {
    /// `None`: it is of a service or an operation without a model here.
    pub fn of(parts: &Parts, body: &Bytes) -> Option<Self> {
        let Route { service, parameters } = Route::of(parts, body).ok()?;
        let model = Model::of(service);
        let signature = Signature::of(parts).ok();
        let (operation, input) = match service.protocol() {
            Protocol::Query | Protocol::Ec2 => {
                let operation = parameters.get("Action")?.clone();
                let input = decode_query(service, model, model.input(&operation), &parameters).ok()?;
                (operation, input)
            }
            Protocol::S3 => {
                let place = Place::of(parts).ok()?;
                let method = parts.method.as_str();
                let operation = s3_operation(model, method, place.kind(), &parameters, &parts.headers)?;
                let (bucket, key) = (place.bucket.as_deref(), place.key.as_deref());
                let rest = RestRequest {
                    bucket,
                    key,
                    query: &parameters,
                    headers: &parts.headers,
                    body: body.as_ref(),
                };
                (operation.to_owned(), decode_rest(model, model.input(operation), &rest).ok()?)
            }
            Protocol::RestXml => {
                let path = percent_decode_str(parts.uri.path()).decode_utf8_lossy();
                let (operation, rest) = rest_operation(model, parts.method.as_str(), &path)?;
                let rest = RestRequest {
                    bucket: None,
                    key: rest,
                    query: &parameters,
                    headers: &parts.headers,
                    body: body.as_ref(),
                };
                (operation.to_owned(), decode_rest(model, model.input(operation), &rest).ok()?)
            }
            Protocol::Json { target, .. } => {
                let sent = header(parts, "x-amz-target")?;
                let operation = sent.strip_prefix(target)?.strip_prefix('.')?.to_owned();
                let input = decode_json(model, model.input(&operation), body).ok()?;
                (operation, input)
            }
            Protocol::RestJson => return None,
        };
        let mut heard = disclosure::Listener::new(model);
        if let Some(shape) = model.input(&operation) {
            heard.structure(shape, &input, "");
            if heard.has_contents(shape) && !body.is_empty() {
                heard.contents(shape, contents(parts, body));
            }
        }
        let (members, mut secrets) = heard.into_parts();
        let token = signature.as_ref().and_then(|signature| signature.token.clone());
        secrets.extend(token.map(SecretString::from));
        let signed = signature.map(|signature| (signature.region, signature.access_key_id));
        let (region, access_key_id) = signed.unzip();
        Some(Self { service, operation, region, access_key_id, members, secrets })
    }

    /// What people call the service.
    pub fn service_name(&self) -> &'static str {
        match self.service {
            Service::Iam => "IAM",
            Service::Sts => "STS",
            Service::S3 | Service::S3Control => "S3",
            Service::Ec2 => "EC2",
            Service::Organizations => "Organizations",
            Service::Kms => "KMS",
            Service::Ssm => "SSM",
            Service::SecretsManager => "Secrets Manager",
            Service::DynamoDb => "DynamoDB",
            Service::Sqs | Service::SqsQuery => "SQS",
            Service::Sns => "SNS",
            Service::Lambda => "Lambda",
        }
    }

    /// Whether the answer's body is the contents of an object, which nobody needs to wait for.
    pub fn is_answered_with_contents(&self) -> bool {
        let model = Model::of(self.service);
        model
            .output(&self.operation)
            .is_some_and(|shape| disclosure::Listener::new(model).has_contents(shape))
    }

    /// What its answer says.
    pub fn answer(&self, status: u16, headers: &HeaderMap, body: &[u8]) -> OverheardAnswer {
        if !(200..300).contains(&status) {
            let (code, message) = (error_code(headers, body), error_message(body));
            return OverheardAnswer { code, message, ..OverheardAnswer::unread(headers) };
        }
        let model = Model::of(self.service);
        let Some(shape) = model.output(&self.operation) else { return OverheardAnswer::unread(headers) };
        let decoded = match self.service.protocol() {
            Protocol::Json { .. } => decode_json(model, Some(shape), body).ok(),
            _ => decode_answer(self.service, &self.operation, headers, body),
        };
        let mut heard = disclosure::Listener::new(model);
        heard.structure(shape, &decoded.unwrap_or_default(), "");
        if heard.has_contents(shape) && !body.is_empty() {
            heard.contents(shape, Some(Bytes::copy_from_slice(body)));
        }
        let (members, secrets) = heard.into_parts();
        OverheardAnswer { members, secrets, ..OverheardAnswer::unread(headers) }
    }
}

impl OverheardAnswer {
    /// Only what stands in its headers.
    pub fn unread(headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let request_id = text("x-amzn-requestid").or_else(|| text("x-amz-request-id"));
        Self { request_id, ..Self::default() }
    }
}

/// The contents that a body carries; `None`: their framing can't be read.
fn contents(parts: &Parts, body: &Bytes) -> Option<Bytes> {
    let streaming = header(parts, "x-amz-content-sha256").and_then(|sent| Streaming::of(&sent));
    match streaming {
        Some(Streaming::UnsignedWithTrailer) => {
            Streaming::UnsignedWithTrailer.decode(body, None).ok().map(|decoded| decoded.body)
        }
        Some(_) => None,
        None => Some(body.clone()),
    }
}

/// The code of an error, in XML, JSON or a header.
fn error_code(headers: &HeaderMap, body: &[u8]) -> Option<String> {
    let of_header = headers.get("x-amzn-errortype").and_then(|value| value.to_str().ok());
    let of_json = || {
        let sent: Value = serde_json::from_slice(body).ok()?;
        sent.get("__type").and_then(Value::as_str).map(str::to_owned)
    };
    let of_xml = || answer_element(body).and_then(|root| answer_text(&root, "Code"));
    let code = of_header.map(str::to_owned).or_else(of_json).or_else(of_xml)?;
    // `aws.protocoltests#FooError:http://…` is `FooError`: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
    let code = code.split(':').next().unwrap_or_default();
    Some(code.rsplit('#').next().unwrap_or_default().to_owned())
}

/// The message of an error, in XML or JSON.
fn error_message(body: &[u8]) -> Option<String> {
    let of_json = || {
        let sent: Value = serde_json::from_slice(body).ok()?;
        let message = sent.get("message").or_else(|| sent.get("Message"));
        message.and_then(Value::as_str).map(str::to_owned)
    };
    of_json().or_else(|| answer_element(body).and_then(|root| answer_text(&root, "Message")))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests;
