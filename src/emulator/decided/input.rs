//! Requests of the services that are only decided, decoded without a model: members as they were sent.

use serde_json::{Map, Value};

use crate::model::Parameters;
use crate::operation::ServiceError;

/// Of the JSON protocols.
///
/// # Errors
/// `SerializationException` for what is no JSON object.
pub(crate) fn of_json(body: &[u8]) -> Result<Value, ServiceError> {
    let malformed = || ServiceError::new(400, "SerializationException", "Unable to parse the request body");
    if body.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    let sent: Value = serde_json::from_slice(body).map_err(|_| malformed())?;
    if sent.is_object() { Ok(sent) } else { Err(malformed()) }
}

/// Of awsQuery: `Tags.member.1.Key` becomes the member of an object in a list.
pub(crate) fn of_form(parameters: &Parameters) -> Value {
    let mut root = Value::Object(Map::new());
    for (field, value) in parameters {
        let steps: Vec<&str> = field.split('.').filter(|step| !matches!(*step, "member" | "entry")).collect();
        put(&mut root, &steps, value);
    }
    root
}

/// Of restJson: the members of path and query, and those of the body where it is an object.
pub(crate) fn of_rest(members: &Value, body: &[u8]) -> Value {
    let mut input = members.clone();
    if let (Some(input), Ok(Value::Object(sent))) = (input.as_object_mut(), serde_json::from_slice(body)) {
        // What the path names stays what it is.
        for (name, value) in sent {
            input.entry(name).or_insert(value);
        }
    }
    input
}

fn put(at: &mut Value, steps: &[&str], value: &str) {
    let Some((step, rest)) = steps.split_first() else {
        *at = Value::from(value);
        return;
    };
    if step.parse::<usize>().is_ok() {
        // Fields are ordered, so that all of one item follow each other.
        if !at.is_array() {
            *at = Value::Array(Vec::new());
        }
        let Some(items) = at.as_array_mut() else { return };
        let is_new = |item: &Value| rest.first().is_none_or(|member| item.get(member).is_some());
        if items.last().is_none_or(is_new) {
            items.push(Value::Null);
        }
        if let Some(item) = items.last_mut() {
            put(item, rest, value);
        }
        return;
    }
    if !at.is_object() {
        *at = Value::Object(Map::new());
    }
    if let Some(members) = at.as_object_mut() {
        put(members.entry(*step).or_insert(Value::Null), rest, value);
    }
}

/// The values at a path, in their order: texts, and numbers and booleans as texts.
pub(super) fn values(input: &Value, path: &str) -> Vec<String> {
    of_path(input, path).into_iter().filter_map(scalar).collect()
}

fn scalar(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// What is at a path such as `Items[].Name` or `Requests{keys}`.
pub(super) fn of_path(input: &Value, path: &str) -> Vec<Value> {
    let mut found = vec![input.clone()];
    for step in path.split('.') {
        let (name, each, keys) = match (step.strip_suffix("[]"), step.strip_suffix("{keys}")) {
            (Some(name), _) => (name, true, false),
            (_, Some(name)) => (name, false, true),
            _ => (step, false, false),
        };
        let members = found.iter().filter_map(|value| value.get(name)).filter(|value| !value.is_null());
        found = match (each, keys) {
            (true, _) => members.filter_map(Value::as_array).flatten().cloned().collect(),
            (_, true) => members
                .filter_map(Value::as_object)
                .flat_map(Map::keys)
                .map(|key| Value::from(key.as_str()))
                .collect(),
            _ => members.cloned().collect(),
        };
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn forms_become_objects() {
        let fields = [
            ("Name", "n"),
            ("Tags.member.1.Key", "a"),
            ("Tags.member.1.Value", "b"),
            ("Tags.member.2.Key", "c"),
            ("Tags.member.2.Value", "d"),
            ("TagKeys.member.1", "x"),
            ("TagKeys.member.2", "y"),
        ];
        let parameters = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let tags = json!([{ "Key": "a", "Value": "b" }, { "Key": "c", "Value": "d" }]);
        assert_eq!(of_form(&parameters), json!({ "Name": "n", "Tags": tags, "TagKeys": ["x", "y"] }));
    }

    #[test]
    fn paths_lead_to_values() {
        let input = json!({ "A": [{ "B": { "C": 1 } }, { "B": null }, { "B": { "C": true } }], "M": { "x": 1, "y": 2 } });
        assert_eq!(values(&input, "A[].B.C"), ["1", "true"]);
        assert_eq!(values(&input, "M{keys}"), ["x", "y"]);
        assert_eq!(values(&input, "M"), Vec::<String>::new());
        assert_eq!(values(&input, "N.O"), Vec::<String>::new());
    }
}
