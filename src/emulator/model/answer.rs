//! Decodes answers in XML, for those who look on: clients decode them by themselves.

use http::HeaderMap;
use serde_json::{Map, Value};

use super::rest::{structure, text as header_text};
use super::xml::Element;
use super::{Kind, Location, Model};
use crate::operation::{Protocol, Service};

/// The answer's members by name; `None`: it can't be read.
pub(crate) fn decode(service: Service, operation: &str, headers: &HeaderMap, body: &[u8]) -> Option<Value> {
    let model = Model::of(service);
    let output = model.operations.get(operation)?.output.as_ref()?;
    let shape = model.shape(&output.shape)?;
    let is_query = matches!(service.protocol(), Protocol::Query | Protocol::Ec2);
    if is_query {
        let root = Element::parse(body)?;
        let root = output.result_wrapper.as_deref().map_or(Some(&root), |name| root.child(name))?;
        return structure(model, shape, root);
    }
    let mut members = Map::new();
    for (name, member) in shape.members.0.iter().filter(|(_, member)| member.location == Location::Header) {
        let wire_name = member.location_name.as_deref().unwrap_or(name);
        let sent = headers.get(wire_name).and_then(|value| value.to_str().ok());
        if let Some(value) = header_text(model.shape(&member.shape)?, wire_name, sent).ok().flatten() {
            members.insert(name.clone(), value);
        }
    }
    let payload = shape.payload.as_deref().and_then(|payload| {
        let (name, member) = shape.members.0.iter().find(|(name, _)| name == payload)?;
        Some((name, model.shape(&member.shape)?))
    });
    match payload {
        Some((_, shape)) if shape.kind == Kind::Blob => {}
        Some((name, shape)) if shape.kind == Kind::String => {
            members.insert(name.clone(), String::from_utf8_lossy(body).into());
        }
        Some((name, shape)) => {
            if let Some(value) = Element::parse(body).and_then(|root| structure(model, shape, &root)) {
                members.insert(name.clone(), value);
            }
        }
        None => {
            let found = Element::parse(body).and_then(|root| structure(model, shape, &root));
            if let Some(Value::Object(found)) = found {
                members.extend(found);
            }
        }
    }
    Some(Value::Object(members))
}

/// The root of a document; `None`: it is none.
pub(crate) fn element(body: &[u8]) -> Option<Element> {
    Element::parse(body)
}

/// The text of the first element below `root` with this name, however deep.
pub(crate) fn text(root: &Element, name: &str) -> Option<String> {
    let found =
        |child: &Element| if child.name == name { Some(child.text.clone()) } else { text(child, name) };
    root.children.iter().find_map(found)
}
