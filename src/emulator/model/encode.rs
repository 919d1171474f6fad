//! Renders responses and errors, in each protocol's envelope.

use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, SubsecRound};
use http::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::json::encoded;
use super::xml::{Writer, escape};
use super::{Kind, Location, Member, Model, Shape};
use crate::operation::{Protocol, Reply, Service, ServiceError};

const S3_NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";
const S3_CONTROL_NAMESPACE: &str = "http://awss3control.amazonaws.com/doc/2018-08-20/";
/// In place of the version of awsJson.
const REST: &str = "rest";
const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
/// RFC 3986: everything but the unreserved characters.
const DOCUMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A rendered response, before the headers that all responses have.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Renders what an operation answered.
pub(crate) fn render(service: Service, operation: &str, reply: Reply, request_id: &str) -> Answer {
    let model = Model::of(service);
    match service.protocol() {
        Protocol::Query => query(model, service, operation, &reply, request_id),
        Protocol::Ec2 => ec2(model, operation, &reply, request_id),
        Protocol::S3 | Protocol::RestXml => s3(model, service, operation, reply),
        Protocol::Json { version, .. } => json(model, version, operation, &reply),
        Protocol::RestJson => json(model, REST, operation, &reply),
    }
}

/// Renders an error.
pub(crate) fn render_error(
    service: Service,
    error: &ServiceError,
    request_id: &str,
    host_id: &str,
) -> Answer {
    let (code, message) = (escape(error.code), escape(&error.message));
    let (content_type, body) = match service.protocol() {
        Protocol::Query => {
            let namespace = match service {
                Service::Sns => "http://sns.amazonaws.com/doc/2010-03-31/",
                Service::SqsQuery => "http://queue.amazonaws.com/doc/2012-11-05/",
                _ => &Model::of(service).metadata.xml_namespace,
            };
            let kind = if error.status < 500 { "Sender" } else { "Receiver" };
            // Some errors come without words, such as IAM's of a credential report that is not there.
            let message = match message.as_str() {
                "" => String::new(),
                words => format!("    <Message>{words}</Message>\n"),
            };
            let body = format!(
                "<ErrorResponse xmlns=\"{namespace}\">\n  <Error>\n    <Type>{kind}</Type>\n    <Code>{code}</Code>\n\
                 {message}  </Error>\n  <RequestId>{request_id}</RequestId>\n</ErrorResponse>\n"
            );
            ("text/xml", body)
        }
        Protocol::Ec2 => {
            let body = format!(
                "{XML}<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>\
                 <RequestID>{request_id}</RequestID></Response>"
            );
            ("text/xml;charset=UTF-8", body)
        }
        Protocol::S3 => {
            let body = format!(
                "{XML}<Error><Code>{code}</Code><Message>{message}</Message>{}\
                 <RequestId>{request_id}</RequestId><HostId>{host_id}</HostId></Error>",
                more_elements(error)
            );
            ("application/xml", body)
        }
        Protocol::RestXml => {
            let body = format!(
                "{XML}<ErrorResponse xmlns=\"{S3_CONTROL_NAMESPACE}\"><Error><Code>{code}</Code><Message>{message}</Message>\
                 {}</Error><RequestId>{request_id}</RequestId><HostId>{host_id}</HostId></ErrorResponse>",
                more_elements(error)
            );
            ("application/xml", body)
        }
        Protocol::Json { version, .. } if service == Service::Sqs => return sqs_error(version, error),
        Protocol::Json { version, .. } => return json_error(version, error),
        Protocol::RestJson => return rest_error(error),
    };
    let mut headers = content_type_header(content_type);
    insert(&mut headers, &error.headers);
    Answer { status: error.status, headers, body: body.into() }
}

fn insert(headers: &mut HeaderMap, more: &[(&'static str, String)]) {
    for (name, value) in more {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}

/// What an error of S3 has beside its code and its message.
fn more_elements(error: &ServiceError) -> String {
    let element = |(name, value): &(&str, String)| format!("<{name}>{}</{name}>", escape(value));
    error.fields.iter().map(element).collect()
}

fn json(model: &Model, version: &'static str, operation: &str, reply: &Reply) -> Answer {
    let status = reply.status.unwrap_or(200);
    let has_members = reply.output.as_object().is_some_and(|members| !members.is_empty());
    let body = match model.output(operation) {
        Some(shape) => encoded(model, shape, &reply.output).to_string(),
        // A service without a model answers in the form in which it is sent.
        None if has_members => reply.output.to_string(),
        None => String::new(),
    };
    Answer { status, headers: json_header(version), body: body.into() }
}

/// SQS tells in a header the code that its clients knew before it spoke JSON.
///
/// <https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#aws-protocols-awsquerycompatible-trait>
fn sqs_error(version: &'static str, error: &ServiceError) -> Answer {
    let mut answer = json_error(version, error);
    let code = match error.code {
        "UnrecognizedClientException" => "InvalidClientTokenId",
        "InvalidSignatureException" => "SignatureDoesNotMatch",
        code => code.strip_suffix("Exception").unwrap_or(code),
    };
    let fault = if error.status < 500 { "Sender" } else { "Receiver" };
    if let Ok(value) = HeaderValue::from_str(&format!("{code};{fault}")) {
        answer.headers.insert("x-amzn-query-error", value);
    }
    answer
}

/// An error of restJson: its code is in a header.
fn rest_error(error: &ServiceError) -> Answer {
    let body = serde_json::json!({ json_message(error.code): error.message }).to_string();
    let mut headers = json_header(REST);
    headers.insert("x-amzn-errortype", HeaderValue::from_static(error.code));
    Answer { status: error.status, headers, body: body.into() }
}

/// An error in JSON: its code, its message, and the members that it has beside them.
pub(crate) fn json_error(version: &'static str, error: &ServiceError) -> Answer {
    let mut body = serde_json::Map::new();
    body.insert("__type".to_owned(), Value::from(error.code));
    body.insert(json_message(error.code).to_owned(), Value::from(error.message.as_str()));
    for (name, value) in &error.fields {
        body.insert((*name).to_owned(), Value::from(value.as_str()));
    }
    let body = Value::Object(body).to_string();
    Answer { status: error.status, headers: json_header(version), body: body.into() }
}

/// What the authorization of AWS refuses has a large letter, and so have the exceptions of Organizations; what the
/// framework refuses before has a small one.
fn json_message(code: &str) -> &'static str {
    match code {
        "IncompleteSignatureException"
        | "InvalidSignatureException"
        | "MissingAuthenticationTokenException"
        | "SerializationException"
        | "UnknownOperationException"
        | "UnrecognizedClientException"
        | "ExpiredTokenException" => "message",
        _ => "Message",
    }
}

fn json_header(version: &'static str) -> HeaderMap {
    content_type_header(match version {
        "1.0" => "application/x-amz-json-1.0",
        REST => "application/json",
        _ => "application/x-amz-json-1.1",
    })
}

fn content_type_header(value: &'static str) -> HeaderMap {
    HeaderMap::from_iter([(http::header::CONTENT_TYPE, HeaderValue::from_static(value))])
}

fn query(model: &Model, service: Service, operation: &str, reply: &Reply, request_id: &str) -> Answer {
    let mut writer = Writer::default();
    let response = format!("{operation}Response");
    writer.open(&response, &[("xmlns", &model.metadata.xml_namespace)]);
    if let Some(shape) = model.output(operation) {
        let wrapper = model.operations.get(operation).and_then(|operation| operation.output.as_ref());
        let wrapper =
            wrapper.and_then(|output| output.result_wrapper.clone()).unwrap_or(format!("{operation}Result"));
        writer.open(&wrapper, &[]);
        Encoder { model, service, writer: &mut writer }.members(shape, &reply.output);
        writer.close(&wrapper);
    }
    writer.open("ResponseMetadata", &[]);
    writer.leaf("RequestId", request_id);
    writer.close("ResponseMetadata");
    writer.close(&response);
    let status = reply.status.unwrap_or(200);
    Answer { status, headers: content_type_header("text/xml"), body: writer.text.into() }
}

fn ec2(model: &Model, operation: &str, reply: &Reply, request_id: &str) -> Answer {
    let mut writer = Writer::default();
    writer.text.push_str(XML);
    let response = format!("{operation}Response");
    let namespace = format!("http://ec2.amazonaws.com/doc/{}/", model.metadata.api_version);
    writer.open(&response, &[("xmlns", &namespace)]);
    writer.leaf("requestId", request_id);
    match model.output(operation) {
        Some(shape) => {
            Encoder { model, service: Service::Ec2, writer: &mut writer }.members(shape, &reply.output)
        }
        None => writer.leaf("return", "true"),
    }
    writer.close(&response);
    let status = reply.status.unwrap_or(200);
    Answer { status, headers: content_type_header("text/xml;charset=UTF-8"), body: writer.text.into() }
}

fn s3(model: &Model, service: Service, operation: &str, reply: Reply) -> Answer {
    let status = reply.status.or_else(|| model.operations.get(operation)?.http.response_code).unwrap_or(200);
    let Some(shape) = model.output(operation) else {
        return Answer { status, headers: HeaderMap::new(), body: Bytes::new() };
    };
    let mut headers = s3_headers(model, shape, &reply.output);
    insert(&mut headers, &reply.headers);
    let (body, content_type) = s3_body(model, service, operation, shape, &reply);
    if let Some(content_type) = content_type {
        headers.entry(http::header::CONTENT_TYPE).or_insert(HeaderValue::from_static(content_type));
    }
    Answer { status, headers, body }
}

fn s3_body(
    model: &Model,
    service: Service,
    operation: &str,
    shape: &Shape,
    reply: &Reply,
) -> (Bytes, Option<&'static str>) {
    if let Some(body) = &reply.body {
        return (body.clone(), None);
    }
    if let Some((name, member)) =
        shape.payload.as_ref().and_then(|name| shape.members.0.iter().find(|(member, _)| member == name))
    {
        let (Some(value), Some(target)) = (reply.output.get(name), model.shape(&member.shape)) else {
            return (Bytes::new(), None);
        };
        if target.kind != Kind::Structure {
            let text = value.as_str().unwrap_or_default().to_owned();
            return (text.into(), Some("application/json"));
        }
        let root = member.location_name.as_deref().unwrap_or(name);
        return (s3_document(model, service, root, target, value), Some("application/xml"));
    }
    if !shape.members.0.iter().any(|(_, member)| member.location == Location::Body) {
        return (Bytes::new(), None);
    }
    (s3_document(model, service, s3_root(operation), shape, &reply.output), Some("application/xml"))
}

fn s3_document(model: &Model, service: Service, root: &str, shape: &Shape, value: &Value) -> Bytes {
    let mut writer = Writer::default();
    writer.text.push_str(XML);
    let namespace = if service == Service::S3 { S3_NAMESPACE } else { S3_CONTROL_NAMESPACE };
    // The one response that is a text and not a list of members.
    if root == "LocationConstraint" {
        let location = value.get("LocationConstraint").and_then(Value::as_str).unwrap_or_default();
        if location.is_empty() {
            writer.text.push_str(&format!("<{root} xmlns=\"{namespace}\"/>"));
            return writer.text.into();
        }
        writer.open(root, &[("xmlns", namespace)]);
        writer.text.push_str(&escape(location));
        writer.close(root);
        return writer.text.into();
    }
    writer.open(root, &[("xmlns", namespace)]);
    let mut encoder = Encoder { model, service, writer: &mut writer };
    for part in in_order(root, value) {
        encoder.members(shape, &part);
    }
    writer.close(root);
    writer.text.into()
}

/// The members of a response in parts, which come in another order than in the model: listings tell first what is
/// listed, and then its items, so that clients may read them as they come.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html#API_ListObjectsV2_ResponseSyntax>
fn in_order(root: &str, value: &Value) -> Vec<Value> {
    let is_first: fn(&str, &Value) -> bool = match root {
        "ListAllMyBucketsResult" => |name, _| name == "Owner",
        "ListBucketResult" | "ListVersionsResult" | "ListMultipartUploadsResult" | "ListPartsResult" => {
            |_, member| !member.is_array()
        }
        _ => return vec![value.clone()],
    };
    let members = value.as_object().into_iter().flatten();
    let (first, rest): (Vec<_>, Vec<_>) = members
        .map(|(name, member)| (name.clone(), member.clone()))
        .partition(|(name, value)| is_first(name, value));
    [first, rest].map(|members| Value::Object(members.into_iter().collect())).into()
}

/// The root element of each response, which the model does not name.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html>
fn s3_root(operation: &str) -> &str {
    match operation {
        "CompleteMultipartUpload" => "CompleteMultipartUploadResult",
        "CreateMultipartUpload" => "InitiateMultipartUploadResult",
        "DeleteObjects" => "DeleteResult",
        "GetBucketAccelerateConfiguration" => "AccelerateConfiguration",
        "GetBucketAcl" | "GetObjectAcl" => "AccessControlPolicy",
        "GetBucketCors" => "CORSConfiguration",
        "GetBucketLifecycleConfiguration" => "LifecycleConfiguration",
        "GetBucketLocation" => "LocationConstraint",
        "GetBucketLogging" => "BucketLoggingStatus",
        "GetBucketNotificationConfiguration" => "NotificationConfiguration",
        "GetBucketRequestPayment" => "RequestPaymentConfiguration",
        "GetBucketTagging" | "GetObjectTagging" => "Tagging",
        "GetBucketVersioning" => "VersioningConfiguration",
        "GetBucketWebsite" => "WebsiteConfiguration",
        "GetObjectAttributes" => "GetObjectAttributesResponse",
        "ListBuckets" => "ListAllMyBucketsResult",
        "ListMultipartUploads" => "ListMultipartUploadsResult",
        "ListObjectVersions" => "ListVersionsResult",
        "ListObjects" | "ListObjectsV2" => "ListBucketResult",
        "ListParts" => "ListPartsResult",
        "ListTagsForResource" => "ListTagsForResourceResult",
        other => other,
    }
}

fn s3_headers(model: &Model, shape: &Shape, output: &Value) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let mut put = |name: &str, value: &str| {
        if let (Ok(name), Ok(value)) =
            (HeaderName::try_from(name), HeaderValue::from_bytes(&header_bytes(value)))
        {
            headers.insert(name, value);
        }
    };
    for (name, member) in &shape.members.0 {
        let Some(value) = output.get(name).filter(|value| !value.is_null()) else { continue };
        let Some(target) = model.shape(&member.shape) else { continue };
        let wire_name = member.location_name.as_deref().unwrap_or(name);
        match member.location {
            Location::Header => put(wire_name, &header_text(target, member, value)),
            Location::Headers => {
                for (key, value) in value.as_object().into_iter().flatten() {
                    put(&format!("{wire_name}{key}"), value.as_str().unwrap_or_default());
                }
            }
            _ => {}
        }
    }
    headers
}

/// In the character set that HTTP had first, if that has all the letters.
fn header_bytes(text: &str) -> Vec<u8> {
    let latin: Result<Vec<u8>, _> = text.chars().map(u8::try_from).collect();
    latin.unwrap_or_else(|_| text.as_bytes().to_vec())
}

fn header_text(shape: &Shape, member: &Member, value: &Value) -> String {
    match (shape.kind, value) {
        (Kind::Timestamp, Value::String(text)) => {
            let iso =
                member.timestamp_format.as_deref().or(shape.timestamp_format.as_deref()) == Some("iso8601");
            match DateTime::parse_from_rfc3339(text) {
                Ok(time) if iso => time.to_utc().to_rfc3339_opts(SecondsFormat::Secs, true),
                Ok(time) => time.to_utc().format("%a, %d %b %Y %H:%M:%S GMT").to_string(),
                Err(_) => text.clone(),
            }
        }
        (_, Value::String(text)) => text.clone(),
        (_, Value::Array(items)) => {
            items.iter().map(|item| item.as_str().unwrap_or_default()).collect::<Vec<_>>().join(",")
        }
        (_, other) => other.to_string(),
    }
}

struct Encoder<'a> {
    model: &'a Model,
    service: Service,
    writer: &'a mut Writer,
}

impl Encoder<'_> {
    fn members(&mut self, shape: &Shape, value: &Value) {
        for (name, member) in &shape.members.0 {
            if member.location != Location::Body || member.xml_attribute {
                continue;
            }
            if let Some(value) = value.get(name).filter(|value| !value.is_null()) {
                self.member(member.location_name.as_deref().unwrap_or(name), member, value);
            }
        }
    }

    fn member(&mut self, name: &str, member: &Member, value: &Value) {
        let Some(shape) = self.model.shape(&member.shape) else { return };
        match (shape.kind, value) {
            (Kind::List, Value::Array(items)) => self.list(name, shape, member, items),
            (Kind::Map, Value::Object(entries)) => {
                self.writer.open(name, &[]);
                for (key, value) in entries {
                    self.writer.open("entry", &[]);
                    self.writer.leaf("key", key);
                    if let Some(member) = &shape.value {
                        self.member("value", member, value);
                    }
                    self.writer.close("entry");
                }
                self.writer.close(name);
            }
            (Kind::Structure, _) => {
                let attribute = shape.members.0.iter().find(|(_, member)| member.xml_attribute);
                let attribute = attribute.and_then(|(name, member)| {
                    Some((member.location_name.as_deref()?, value.get(name)?.as_str()?))
                });
                match attribute {
                    Some((key, value)) => {
                        let schema = ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance");
                        self.writer.open(name, &[schema, (key, value)]);
                    }
                    None => self.writer.open(name, &[]),
                }
                self.members(shape, value);
                self.writer.close(name);
            }
            _ => {
                let text = self.text(shape, member, value);
                self.writer.leaf(name, &text);
            }
        }
    }

    fn list(&mut self, name: &str, shape: &Shape, member: &Member, items: &[Value]) {
        let Some(item) = &shape.member else { return };
        if shape.flattened || member.flattened {
            let name =
                item.location_name.as_deref().filter(|_| member.location_name.is_none()).unwrap_or(name);
            for value in items {
                self.member(name, item, value);
            }
            return;
        }
        self.writer.open(name, &[]);
        for value in items {
            self.member(item.location_name.as_deref().unwrap_or("member"), item, value);
        }
        self.writer.close(name);
    }

    fn text(&self, shape: &Shape, member: &Member, value: &Value) -> String {
        match (shape.kind, value) {
            (Kind::Timestamp, Value::String(text)) => {
                // All tell whole seconds; EC2 and S3 write them with milliseconds.
                let precision = match self.service.protocol() {
                    Protocol::Ec2 | Protocol::S3 | Protocol::RestXml => SecondsFormat::Millis,
                    Protocol::Query | Protocol::Json { .. } | Protocol::RestJson => SecondsFormat::Secs,
                };
                let time = DateTime::parse_from_rfc3339(text);
                time.map_or(text.clone(), |time| {
                    time.to_utc().trunc_subsecs(0).to_rfc3339_opts(precision, true)
                })
            }
            // IAM sends policy documents URL-encoded, whichever operation.
            (Kind::String, Value::String(text))
                if self.service == Service::Iam && member.shape == "policyDocumentType" =>
            {
                utf8_percent_encode(text, DOCUMENT).to_string()
            }
            (_, Value::String(text)) => text.clone(),
            (_, other) => other.to_string(),
        }
    }
}
