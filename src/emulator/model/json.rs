//! Decodes awsJson requests, and renders responses and errors in JSON.
//!
//! <https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html>

use chrono::{DateTime, SecondsFormat};
use serde_json::{Map, Number, Value};

use super::{Kind, Model, Shape};
use crate::operation::ServiceError;

/// The request's members by name; members that the model does not know are left out, as AWS does.
///
/// # Errors
/// `SerializationException` for a body that is not JSON, or a value that is not of its member's kind.
pub(crate) fn decode(model: &Model, input: Option<&Shape>, body: &[u8]) -> Result<Value, ServiceError> {
    let Some(shape) = input else { return Ok(Value::Object(Map::new())) };
    if body.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    let sent: Value =
        serde_json::from_slice(body).map_err(|_| malformed("Unable to parse the request body"))?;
    let decoded = decoded(model, shape, sent)?;
    decoded.ok_or_else(|| malformed("The request body is null"))
}

fn malformed(message: impl Into<String>) -> ServiceError {
    ServiceError::new(400, "SerializationException", message)
}

/// `None`: null, which is as good as absent.
fn decoded(model: &Model, shape: &Shape, sent: Value) -> Result<Option<Value>, ServiceError> {
    let target = |name: &str| model.shape(name).ok_or_else(|| malformed(format!("no shape {name}")));
    let value = match (shape.kind, sent) {
        (_, Value::Null) => return Ok(None),
        (Kind::Structure, Value::Object(mut sent)) => {
            let mut members = Map::new();
            for (name, member) in &shape.members.0 {
                let value = sent.remove(member.location_name.as_deref().unwrap_or(name));
                if let Some(value) = decoded(model, target(&member.shape)?, value.unwrap_or_default())? {
                    members.insert(name.clone(), value);
                }
            }
            Value::Object(members)
        }
        (Kind::List, Value::Array(sent)) => {
            let Some(item) = &shape.member else { return Ok(None) };
            let item = target(&item.shape)?;
            let items = sent.into_iter().filter_map(|value| decoded(model, item, value).transpose());
            Value::Array(items.collect::<Result<_, _>>()?)
        }
        (Kind::Map, Value::Object(sent)) => {
            let Some(value_shape) = &shape.value else { return Ok(None) };
            let value_shape = target(&value_shape.shape)?;
            let mut entries = Map::new();
            for (key, value) in sent {
                if let Some(value) = decoded(model, value_shape, value)? {
                    entries.insert(key, value);
                }
            }
            Value::Object(entries)
        }
        (Kind::Timestamp, Value::Number(seconds)) => {
            let time = seconds
                .as_f64()
                .and_then(|seconds| DateTime::from_timestamp_millis((seconds * 1000.0) as i64));
            let time = time.ok_or_else(|| malformed("a time is out of range"))?;
            Value::String(time.to_rfc3339_opts(SecondsFormat::AutoSi, true))
        }
        (Kind::String | Kind::Character | Kind::Blob | Kind::Timestamp, text @ Value::String(_)) => text,
        (Kind::Boolean, value @ Value::Bool(_)) => value,
        (Kind::Integer | Kind::Long, Value::Number(number)) => {
            match number.as_i64().or_else(|| whole(&number)) {
                Some(number) => Value::from(number),
                None => return Err(malformed(format!("{number} can not be converted to an Integer"))),
            }
        }
        (Kind::Float | Kind::Double, number @ Value::Number(_)) => number,
        (kind, value) => {
            return Err(malformed(format!("{} can not be converted to {}", kind_of(&value), article(kind))));
        }
    };
    Ok(Some(value))
}

/// A number such as `900.0`.
fn whole(number: &Number) -> Option<i64> {
    number.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < 9e15).map(|number| number as i64)
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "NULL_VALUE",
        Value::Bool(true) => "TRUE_VALUE",
        Value::Bool(false) => "FALSE_VALUE",
        Value::Number(_) => "NUMBER_VALUE",
        Value::String(_) => "STRING_VALUE",
        Value::Array(_) => "START_ARRAY",
        Value::Object(_) => "START_OBJECT",
    }
}

fn article(kind: Kind) -> &'static str {
    match kind {
        Kind::Structure => "a structure",
        Kind::List => "a list",
        Kind::Map => "a map",
        Kind::String | Kind::Character => "a String",
        Kind::Integer => "an Integer",
        Kind::Long => "a Long",
        Kind::Float => "a Float",
        Kind::Double => "a Double",
        Kind::Boolean => "a Boolean",
        Kind::Blob => "a Blob",
        Kind::Timestamp => "a Timestamp",
    }
}

/// An output in the form in which it is sent: the model's members only, times as seconds.
pub(super) fn encoded(model: &Model, shape: &Shape, value: &Value) -> Value {
    match (shape.kind, value) {
        (Kind::Structure, Value::Object(members)) => {
            let mut sent = Map::new();
            for (name, member) in &shape.members.0 {
                let Some(value) = members.get(name).filter(|value| !value.is_null()) else { continue };
                let Some(shape) = model.shape(&member.shape) else { continue };
                let name = member.location_name.as_deref().unwrap_or(name);
                sent.insert(name.to_owned(), encoded(model, shape, value));
            }
            Value::Object(sent)
        }
        (Kind::List, Value::Array(items)) => {
            let item = shape.member.as_ref().and_then(|member| model.shape(&member.shape));
            let encode = |value: &Value| item.map_or(Value::Null, |item| encoded(model, item, value));
            Value::Array(items.iter().map(encode).collect())
        }
        (Kind::Map, Value::Object(entries)) => {
            let value_shape = shape.value.as_ref().and_then(|member| model.shape(&member.shape));
            let encode =
                |value: &Value| value_shape.map_or(Value::Null, |shape| encoded(model, shape, value));
            Value::Object(entries.iter().map(|(key, value)| (key.clone(), encode(value))).collect())
        }
        (Kind::Timestamp, Value::String(text)) => {
            let time = DateTime::parse_from_rfc3339(text);
            time.map_or(Value::Null, |time| Value::from(time.timestamp_millis() as f64 / 1000.0))
        }
        (_, other) => other.clone(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::operation::Service;

    #[test]
    fn members_are_taken_by_their_kinds() {
        let model = Model::of(Service::Organizations);
        let input = |body: &str| decode(model, model.input("ListPolicies"), body.as_bytes());
        let body = r#"{"Filter": "SERVICE_CONTROL_POLICY", "MaxResults": 5.0, "NextToken": null, "More": 1}"#;
        assert_eq!(input(body).unwrap(), json!({ "Filter": "SERVICE_CONTROL_POLICY", "MaxResults": 5 }));
        assert_eq!(input("").unwrap(), json!({}));
        for wrong in
            ["{", "[]", "null", r#"{"Filter": 1}"#, r#"{"MaxResults": "5"}"#, r#"{"MaxResults": 1.5}"#]
        {
            assert_eq!(input(wrong).unwrap_err().code, "SerializationException", "{wrong}");
        }
    }

    #[test]
    fn times_are_sent_as_seconds() {
        let model = Model::of(Service::Organizations);
        let output =
            json!({ "Account": { "JoinedTimestamp": "2026-01-02T03:04:05.5Z", "Unknown": 1, "Name": null } });
        let sent = encoded(model, model.output("DescribeAccount").unwrap(), &output);
        assert_eq!(sent, json!({ "Account": { "JoinedTimestamp": 1_767_323_045.5 } }));
    }
}
