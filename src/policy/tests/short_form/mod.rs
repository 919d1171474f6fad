//! The short form in which the corpus of decisions is written, and AWS's form of it.

use serde_json::{Map, Value, json};

pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const OTHER: &str = "444455556666";
/// Their canonical user ids, as the emulator makes them.
pub(crate) const CANONICAL: &str = "d845c06013a17dc650bbed64166a1788901a9b811343f45eb8b9f4b1279120e7";
pub(crate) const OTHER_CANONICAL: &str = "fa6a518e589acd3012619a7b32891810f2d349a03ca70d2dcfe376ed17f21e84";

/// A group's policy of these statements, in its version of the language.
pub(crate) fn document(group: &Value, statements: &Value) -> String {
    let statements: Vec<Value> = statements.as_array().unwrap().iter().map(statement).collect();
    let mut document = json!({ "Statement": statements });
    match &group["version"] {
        Value::Null => document["Version"] = json!("2012-10-17"),
        Value::String(version) if version == "none" => {}
        version => document["Version"] = version.clone(),
    }
    expand(&document.to_string())
}

/// From the short form to AWS's.
fn statement(short: &Value) -> Value {
    let words = match short {
        Value::String(words) => words.as_str(),
        Value::Object(full) if full.contains_key("Effect") => return short.clone(),
        _ => short["do"].as_str().unwrap(),
    };
    let mut statement = Map::new();
    let mut words = words.split(' ');
    statement.insert("Effect".to_owned(), json!(words.next().unwrap()));
    let mut put = |name: &str, values: &str| {
        let (name, values) = match values.strip_prefix('!') {
            Some(values) => (format!("Not{name}"), values),
            None => (name.to_owned(), values),
        };
        let values: Vec<&str> = values.split(',').collect();
        let value = match (name.trim_start_matches("Not"), values.as_slice()) {
            ("Principal", ["*"]) => json!("*"),
            ("Principal", values) => principals(values),
            (_, [single]) => json!(single),
            (_, values) => json!(values),
        };
        statement.insert(name, value);
    };
    put("Action", words.next().unwrap());
    while let Some(word) = words.next() {
        match word {
            "on" => put("Resource", words.next().unwrap()),
            "to" => put("Principal", words.next().unwrap()),
            _ => panic!("not a statement: {short}"),
        }
    }
    for (field, element) in [("if", "Condition"), ("sid", "Sid")] {
        if let Some(value) = short.get(field) {
            statement.insert(element.to_owned(), value.clone());
        }
    }
    Value::Object(statement)
}

fn principals(values: &[&str]) -> Value {
    let mut map = Map::new();
    for value in values {
        let kind = if value.len() == 64 || value.to_lowercase().ends_with("canonical") {
            "CanonicalUser"
        } else if value.ends_with(".amazonaws.com") && !value.starts_with("cognito") {
            "Service"
        } else if value.contains("-provider/") || value.contains(".com") {
            "Federated"
        } else {
            "AWS"
        };
        map.entry(kind).or_insert_with(|| json!([])).as_array_mut().unwrap().push(json!(value));
    }
    Value::Object(map)
}

pub(crate) fn expand(text: &str) -> String {
    text.replace("$b", "arn:aws:s3:::testing-s3")
        .replace("$canonical", CANONICAL)
        .replace("$otherCanonical", OTHER_CANONICAL)
        .replace("$u", &format!("arn:aws:iam::{ACCOUNT}:user/main-user"))
        .replace("$root", &format!("arn:aws:iam::{ACCOUNT}:root"))
        .replace("$r", &format!("arn:aws:iam::{ACCOUNT}:role/main-role1"))
        .replace("$s", &format!("arn:aws:sts::{ACCOUNT}:assumed-role/main-role1/testSession"))
        .replace("$f", &format!("arn:aws:sts::{ACCOUNT}:federated-user/fed"))
}

pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
