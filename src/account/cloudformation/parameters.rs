//! Parameters of a template: those that are given, and the defaults of the others.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html>

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::node::{Node, Value};
use super::resolve::Unresolved;
use crate::model::ReadError;

/// The values of all parameters, or why one has none.
///
/// # Errors
/// Where a parameter is given that the template does not have, or a value that it does not allow.
pub(super) fn values(
    root: &Node,
    given: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, Result<Json, Unresolved>>, ReadError> {
    let declared = root.member("Parameters").map_or(&[][..], Node::members);
    let pseudo = given.iter().filter(|(name, _)| name.starts_with("AWS::"));
    let mut values: BTreeMap<_, _> = pseudo.map(|(name, value)| (name.clone(), Ok(json!(value)))).collect();
    for name in given.keys().filter(|name| !name.starts_with("AWS::")) {
        if !declared.iter().any(|(known, _)| known == name) {
            let known = declared.iter().map(|(known, _)| known.as_str());
            let near = policy::nearest(name, known).first().map(|near| format!("; did you mean `{near}`?"));
            return Err(ReadError::new(format!("has no parameter `{name}`{}", near.unwrap_or_default())));
        }
    }
    for (name, declaration) in declared {
        let kind = declaration.member("Type").and_then(Node::text).unwrap_or("String");
        let default = declaration.member("Default").and_then(plain);
        // Of the types that stand for what is stored elsewhere a default is a name, and not the value.
        let default = default.filter(|_| !kind.starts_with("AWS::SSM::Parameter::Value"));
        let Some(value) = given.get(name).cloned().or(default) else {
            let reason = format!("parameter `{name}` has no value: give it in the table of parameters");
            values.insert(name.clone(), Err(Unresolved { line: declaration.line, reason }));
            continue;
        };
        allowed(name, declaration, &value)?;
        let is_list = kind == "CommaDelimitedList" || kind.starts_with("List<");
        let value = match is_list {
            true => json!(value.split(',').map(str::trim).collect::<Vec<_>>()),
            false => json!(value),
        };
        values.insert(name.clone(), Ok(value));
    }
    Ok(values)
}

fn plain(node: &Node) -> Option<String> {
    match &node.value {
        Value::Text(text) => Some(text.clone()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Null => Some(String::new()),
        Value::List(_) | Value::Map(_) => None,
    }
}

fn allowed(name: &str, declaration: &Node, value: &str) -> Result<(), ReadError> {
    let Some(Node { value: Value::List(allowed), .. }) = declaration.member("AllowedValues") else {
        return Ok(());
    };
    let allowed: Vec<String> = allowed.iter().filter_map(plain).collect();
    if allowed.iter().any(|one| one == value) {
        return Ok(());
    }
    let message = format!("parameter `{name}` can't be `{value}`, but {}", allowed.join(" or "));
    Err(ReadError { message, line: declaration.line, column: None })
}
