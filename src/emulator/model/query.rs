//! Decodes awsQuery and ec2Query requests.
//!
//! <https://smithy.io/2.0/aws/protocols/aws-query-protocol.html>, <https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html>

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Bound;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value};

use super::{Kind, Member, Model, Shape};
use crate::operation::Service;

/// Decoded form fields.
pub(crate) type Parameters = BTreeMap<String, String>;

/// A field whose value is not of its member's kind.
pub(crate) struct NotOfKind {
    pub(crate) field: String,
    pub(crate) value: String,
}

/// The request's members by name; fields that the model does not know are left out, as AWS does.
pub(crate) fn decode(
    service: Service,
    model: &Model,
    input: Option<&Shape>,
    parameters: &Parameters,
) -> Result<Value, NotOfKind> {
    let reader = Reader { ec2: service == Service::Ec2, model, parameters };
    let Some(shape) = input else { return Ok(Value::Object(Map::new())) };
    reader.structure(shape, "").map(Value::Object)
}

struct Reader<'a> {
    ec2: bool,
    model: &'a Model,
    parameters: &'a Parameters,
}

impl Reader<'_> {
    fn structure(&self, shape: &Shape, prefix: &str) -> Result<Map<String, Value>, NotOfKind> {
        let mut members = Map::new();
        // Most of what a large shape has was not sent, and need not be looked for one by one.
        let sent: Vec<&str> =
            self.under(prefix).filter_map(|field| first_part(field.get(prefix.len()..)?)).collect();
        for (name, member) in &shape.members.0 {
            let spelling = self.spelling(name, member);
            if !first_part(&spelling).is_some_and(|part| sent.contains(&part)) {
                continue;
            }
            if let Some(value) = self.member(member, &format!("{prefix}{spelling}"))? {
                members.insert(name.clone(), value);
            }
        }
        Ok(members)
    }

    fn member(&self, member: &Member, field: &str) -> Result<Option<Value>, NotOfKind> {
        let Some(shape) = self.model.shape(&member.shape) else { return Ok(None) };
        match shape.kind {
            Kind::Structure => {
                let prefix = format!("{field}.");
                if !self.any_under(&prefix) {
                    return Ok(None);
                }
                self.structure(shape, &prefix).map(|members| Some(Value::Object(members)))
            }
            Kind::List => self.list(shape, member, field),
            Kind::Map => self.map(shape, field),
            _ => self.parameters.get(field).map(|text| scalar(shape.kind, field, text)).transpose(),
        }
    }

    fn list(&self, shape: &Shape, member: &Member, field: &str) -> Result<Option<Value>, NotOfKind> {
        let Some(item) = &shape.member else { return Ok(None) };
        let flat = self.ec2 || shape.flattened || member.flattened;
        let prefix = match flat {
            true => format!("{field}."),
            false => format!("{field}.{}.", item.location_name.as_deref().unwrap_or("member")),
        };
        let mut items = Vec::new();
        for index in self.indices(&prefix) {
            if let Some(value) = self.member(item, &format!("{prefix}{index}"))? {
                items.push(value);
            }
        }
        let sent = !items.is_empty() || self.parameters.contains_key(field);
        Ok(sent.then_some(Value::Array(items)))
    }

    fn map(&self, shape: &Shape, field: &str) -> Result<Option<Value>, NotOfKind> {
        let (Some(_), Some(value)) = (&shape.key, &shape.value) else { return Ok(None) };
        let prefix = if shape.flattened { format!("{field}.") } else { format!("{field}.entry.") };
        let mut entries = Map::new();
        for index in self.indices(&prefix) {
            let key = self.parameters.get(&format!("{prefix}{index}.key"));
            if let (Some(key), Some(value)) = (key, self.member(value, &format!("{prefix}{index}.value"))?) {
                entries.insert(key.clone(), value);
            }
        }
        Ok((!entries.is_empty()).then_some(Value::Object(entries)))
    }

    /// How a member is called on the wire. EC2 writes the first letter large whatever the model says.
    fn spelling<'m>(&self, name: &'m str, member: &'m Member) -> Cow<'m, str> {
        let written = member.location_name.as_deref().unwrap_or(name);
        let query_name = member.query_name.as_deref().filter(|_| self.ec2);
        match query_name {
            Some(query_name) => query_name.into(),
            None if self.ec2 && written.starts_with(|first: char| first.is_ascii_lowercase()) => {
                let (first, rest) = written.split_at(1);
                (first.to_ascii_uppercase() + rest).into()
            }
            None => written.into(),
        }
    }

    fn any_under(&self, prefix: &str) -> bool {
        self.under(prefix).next().is_some()
    }

    fn under<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a str> {
        self.parameters
            .range::<str, _>((Bound::Included(prefix), Bound::Unbounded))
            .map(|(field, _)| field.as_str())
            .take_while(move |field| field.starts_with(prefix))
    }

    /// The numbers of a list's items, in their order.
    fn indices(&self, prefix: &str) -> Vec<u32> {
        let number = |field: &str| field.get(prefix.len()..)?.split('.').next()?.parse().ok();
        let mut indices: Vec<u32> = self.under(prefix).filter_map(number).collect();
        indices.sort_unstable();
        indices.dedup();
        indices
    }
}

/// Of a field's name what stands before its first dot.
fn first_part(field: &str) -> Option<&str> {
    field.split('.').next()
}

/// A scalar in its JSON form.
pub(super) fn scalar(kind: Kind, field: &str, text: &str) -> Result<Value, NotOfKind> {
    let value = match kind {
        Kind::Integer | Kind::Long => text.trim().parse::<i64>().ok().map(Value::from),
        Kind::Float | Kind::Double => text.trim().parse::<f64>().ok().map(Value::from),
        Kind::Boolean => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" => Some(Value::Bool(true)),
            "false" | "0" => Some(Value::Bool(false)),
            _ => None,
        },
        Kind::Timestamp => timestamp(text).map(Value::String),
        _ => Some(Value::String(text.to_owned())),
    };
    value.ok_or_else(|| NotOfKind { field: field.to_owned(), value: text.to_owned() })
}

/// Any of the forms in which AWS takes times, as RFC 3339.
fn timestamp(text: &str) -> Option<String> {
    let time = DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_rfc2822(text))
        .map(|time| time.to_utc())
        .ok()
        .or_else(|| {
            text.parse::<f64>()
                .ok()
                .and_then(|seconds| DateTime::from_timestamp_millis((seconds * 1000.0) as i64))
        });
    time.map(|time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}
