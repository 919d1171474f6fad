//! Decodes restXml requests, which is S3's protocol.
//!
//! <https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html>

use http::{HeaderMap, HeaderValue};
use serde_json::{Map, Value};

use super::query::{Parameters, scalar};
use super::xml::Element;
use super::{Kind, Location, Member, Model, Shape};
use crate::operation::{Service, ServiceError};

/// What a REST operation is decoded from.
pub(crate) struct RestRequest<'a> {
    pub(crate) bucket: Option<&'a str>,
    pub(crate) key: Option<&'a str>,
    pub(crate) query: &'a Parameters,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
}

/// The request's members by name. A blob payload is left out: it is the body.
pub(crate) fn decode(
    model: &Model,
    input: Option<&Shape>,
    request: &RestRequest<'_>,
) -> Result<Value, ServiceError> {
    let mut members = Map::new();
    let Some(shape) = input else { return Ok(Value::Object(members)) };
    let document = document(shape, request.body)?;
    for (name, member) in &shape.members.0 {
        let Some(target) = model.shape(&member.shape) else { continue };
        let wire_name = member.location_name.as_deref().unwrap_or(name);
        let value = match member.location {
            Location::Uri if wire_name == "Bucket" => request.bucket.map(Value::from),
            Location::Uri => request.key.map(Value::from),
            Location::Querystring => {
                text(target, wire_name, request.query.get(wire_name).map(String::as_str))?
            }
            Location::Header => {
                let sent = request.headers.get(wire_name);
                let sent = sent.map(header_value);
                text(target, wire_name, sent.or_else(|| presigned(request, wire_name)).as_deref())?
            }
            Location::Headers => {
                Some(prefixed(request.headers, wire_name)).filter(|map| !map.is_empty()).map(Value::Object)
            }
            Location::StatusCode => None,
            Location::Body if shape.payload.as_deref() == Some(name.as_str()) => {
                payload(model, target, request.body)?
            }
            Location::Body => match &document {
                Some(root) => child(model, target, member, wire_name, root).ok_or_else(malformed_xml)?,
                None => None,
            },
        };
        if let Some(value) = value {
            members.insert(name.clone(), value);
        }
    }
    Ok(Value::Object(members))
}

pub(super) fn text(shape: &Shape, name: &str, found: Option<&str>) -> Result<Option<Value>, ServiceError> {
    let Some(found) = found else { return Ok(None) };
    if shape.kind == Kind::List {
        let parts = found.split(',').map(|part| Value::from(part.trim()));
        return Ok(Some(Value::Array(parts.collect())));
    }
    // A number without digits was not sent.
    if found.is_empty() && matches!(shape.kind, Kind::Integer | Kind::Long) {
        return Ok(None);
    }
    // A time that can't be read is no condition at all, as S3 has it.
    scalar(shape.kind, name, found).map(Some).or_else(|error| match shape.kind {
        Kind::Timestamp => Ok(None),
        _ => Err(ServiceError::new(
            400,
            "InvalidArgument",
            format!("Provided {name} not an integer or within integer range"),
        )
        .with("ArgumentName", error.field)
        .with("ArgumentValue", error.value)),
    })
}

/// A header that a presigned URL has in its query.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>
fn presigned(request: &RestRequest<'_>, name: &str) -> Option<String> {
    let is_one = request.query.contains_key("X-Amz-Signature");
    let mut found = request.query.iter().filter(|(key, _)| is_one && key.eq_ignore_ascii_case(name));
    found.next().map(|(_, value)| value.clone())
}

/// What a header says, in the character set that HTTP had first: so its bytes come back as they came.
fn header_value(value: &HeaderValue) -> String {
    value.as_bytes().iter().copied().map(char::from).collect()
}

/// `x-amz-meta-…` headers by what follows the prefix.
fn prefixed(headers: &HeaderMap, prefix: &str) -> Map<String, Value> {
    let mut found = Map::new();
    for (name, value) in headers {
        if let Some(rest) = name.as_str().strip_prefix(&prefix.to_ascii_lowercase()) {
            found.insert(rest.to_owned(), Value::from(header_value(value)));
        }
    }
    found
}

fn malformed_xml() -> ServiceError {
    let message = "The XML you provided was not well-formed or did not validate against our published schema";
    ServiceError::new(400, "MalformedXML", message)
}

/// The body as a document, where its elements are members of the request.
fn document(shape: &Shape, body: &[u8]) -> Result<Option<Element>, ServiceError> {
    let is_whole = shape.payload.is_none()
        && shape.members.0.iter().any(|(_, member)| member.location == Location::Body)
        && !body.iter().all(u8::is_ascii_whitespace);
    is_whole.then(|| Element::parse(body).ok_or_else(malformed_xml)).transpose()
}

fn payload(model: &Model, shape: &Shape, body: &[u8]) -> Result<Option<Value>, ServiceError> {
    let malformed = malformed_xml;
    match shape.kind {
        Kind::Blob => Ok(None),
        Kind::String => {
            String::from_utf8(body.to_vec()).map(|text| Some(Value::String(text))).map_err(|_| malformed())
        }
        _ if body.iter().all(u8::is_ascii_whitespace) => Ok(None),
        _ => {
            let root = Element::parse(body).ok_or_else(malformed)?;
            structure(model, shape, &root).map(Some).ok_or_else(malformed)
        }
    }
}

/// A document of S3 that stands somewhere else than in a body; `None`: it can't be read.
pub(crate) fn s3_document(document: &[u8], shape: &str) -> Option<Value> {
    let model = Model::of(Service::S3);
    structure(model, model.shape(shape)?, &Element::parse(document)?)
}

pub(super) fn structure(model: &Model, shape: &Shape, element: &Element) -> Option<Value> {
    let mut members = Map::new();
    for (name, member) in &shape.members.0 {
        let target = model.shape(&member.shape)?;
        let wire_name = member.location_name.as_deref().unwrap_or(name);
        if member.xml_attribute {
            if let Some((_, value)) = element.attributes.iter().find(|(key, _)| key == wire_name) {
                members.insert(name.clone(), Value::from(value.as_str()));
            }
            continue;
        }
        match child(model, target, member, wire_name, element)? {
            Some(value) => {
                members.insert(name.clone(), value);
            }
            // What is demanded and may be empty may as well be left out.
            None if is_list_element(target, member) && shape.required.contains(name) => {
                members.insert(name.clone(), Value::Array(Vec::new()));
            }
            None => {}
        }
    }
    Some(Value::Object(members))
}

/// Whether a list has an element of its own around its items.
fn is_list_element(shape: &Shape, member: &Member) -> bool {
    shape.kind == Kind::List && !shape.flattened && !member.flattened
}

/// `Some(None)`: it is not there. `None`: it is there and can't be read.
#[expect(clippy::option_option, reason = "absent and unreadable are two things")]
fn child(
    model: &Model,
    shape: &Shape,
    member: &Member,
    name: &str,
    parent: &Element,
) -> Option<Option<Value>> {
    if shape.kind == Kind::List && (shape.flattened || member.flattened) {
        let item = model.shape(&shape.member.as_ref()?.shape)?;
        let found: Vec<&Element> = parent.children.iter().filter(|child| child.name == name).collect();
        if found.is_empty() {
            return Some(None);
        }
        let items: Option<Vec<Value>> =
            found.into_iter().map(|element| value(model, item, element)).collect();
        return items.map(|items| Some(Value::Array(items)));
    }
    match parent.child(name) {
        Some(element) => value(model, shape, element).map(Some),
        None => Some(None),
    }
}

fn value(model: &Model, shape: &Shape, element: &Element) -> Option<Value> {
    match shape.kind {
        Kind::Structure => structure(model, shape, element),
        Kind::List => {
            let item = model.shape(&shape.member.as_ref()?.shape)?;
            element
                .children
                .iter()
                .map(|child| value(model, item, child))
                .collect::<Option<Vec<_>>>()
                .map(Value::Array)
        }
        kind => scalar(kind, &element.name, &element.text).ok(),
    }
}
