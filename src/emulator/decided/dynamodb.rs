//! The condition keys of DynamoDB that are read out of items and expressions.
//!
//! A table's key schema is not held. Where a key has one attribute, that is the partition key; where it can't be told,
//! `dynamodb:LeadingKeys` is hidden, and what hangs on it is not decided.
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html>

use std::collections::BTreeSet;

use policy::Context;
use serde_json::Value;

use crate::operation::{Access, Call};

use super::input::of_path;

/// Words of expressions that are no attributes.
const WORDS: [&str; 17] = [
    "set",
    "remove",
    "add",
    "delete",
    "and",
    "or",
    "not",
    "between",
    "in",
    "if_not_exists",
    "list_append",
    "attribute_exists",
    "attribute_not_exists",
    "attribute_type",
    "begins_with",
    "contains",
    "size",
];

/// The members that hold expressions.
const EXPRESSIONS: [&str; 5] = [
    "ProjectionExpression",
    "KeyConditionExpression",
    "FilterExpression",
    "UpdateExpression",
    "ConditionExpression",
];

/// Fills in the keys for the resource at `place` among those of the action.
pub(super) fn fill(call: &Call, access: &mut Access, place: usize) {
    let action = access.action.strip_prefix("dynamodb:").unwrap_or_default().to_owned();
    let parts = parts(call, &action, place);
    if parts.is_empty() {
        return;
    }
    leading_keys(&action, &parts, &mut access.context);
    let attributes: BTreeSet<String> = parts.iter().flat_map(attributes).collect();
    if !attributes.is_empty() {
        access.context.set_all("dynamodb:Attributes", attributes.into_iter().collect());
    }
    if matches!(action.as_str(), "GetItem" | "BatchGetItem" | "Query" | "Scan") {
        for part in &parts {
            access.context.set("dynamodb:Select", select(part));
        }
    }
}

/// The parts of the request that are about the resource: the request itself, or items of a batch.
fn parts(call: &Call, action: &str, place: usize) -> Vec<Value> {
    let input = &call.input;
    let nth = |values: Vec<Value>| values.into_iter().nth(place).into_iter().collect();
    match (call.operation, action) {
        ("GetItem" | "PutItem" | "UpdateItem" | "DeleteItem" | "Query" | "Scan", _) => vec![input.clone()],
        ("TransactGetItems", _) => nth(of_path(input, "TransactItems[].Get")),
        ("TransactWriteItems", "PutItem") => nth(of_path(input, "TransactItems[].Put")),
        ("TransactWriteItems", "UpdateItem") => nth(of_path(input, "TransactItems[].Update")),
        ("TransactWriteItems", "DeleteItem") => nth(of_path(input, "TransactItems[].Delete")),
        ("TransactWriteItems", _) => nth(of_path(input, "TransactItems[].ConditionCheck")),
        ("BatchGetItem", _) => table(input, place).into_iter().cloned().collect(),
        ("BatchWriteItem", _) => {
            let requests = table(input, place).and_then(Value::as_array).into_iter().flatten();
            let part =
                |request: &Value| request.get("PutRequest").or_else(|| request.get("DeleteRequest")).cloned();
            requests.filter_map(part).collect()
        }
        _ => Vec::new(),
    }
}

fn table(input: &Value, place: usize) -> Option<&Value> {
    input.get("RequestItems")?.as_object()?.values().nth(place)
}

fn leading_keys(action: &str, parts: &[Value], context: &mut Context) {
    if action == "Scan" {
        return;
    }
    let mut leading = Vec::new();
    for part in parts {
        let found: Option<Vec<String>> = match action {
            "Query" => queried(part).map(|key| vec![key]),
            _ => keys(part).into_iter().map(only).collect(),
        };
        match found {
            Some(found) if !found.is_empty() => leading.extend(found),
            _ => return context.hide("dynamodb:LeadingKeys"),
        }
    }
    context.set_all("dynamodb:LeadingKeys", leading);
}

/// The keys, or the whole items, that a part names.
fn keys(part: &Value) -> Vec<&Value> {
    let many = part.get("Keys").and_then(Value::as_array);
    let one = part.get("Key").or_else(|| part.get("Item"));
    many.into_iter().flatten().chain(one).collect()
}

/// The value of the only attribute.
fn only(key: &Value) -> Option<String> {
    let key = key.as_object().filter(|key| key.len() == 1)?;
    plain(key.values().next()?)
}

/// `{"S": "text"}`, `{"N": "1"}` or `{"B": "…"}`.
fn plain(value: &Value) -> Option<String> {
    value.as_object()?.values().next()?.as_str().map(str::to_owned)
}

/// The value of the only equality in the condition on the key.
fn queried(part: &Value) -> Option<String> {
    if let Some(conditions) = part.get("KeyConditions").and_then(Value::as_object) {
        let is_equality =
            |condition: &&Value| condition.get("ComparisonOperator").and_then(Value::as_str) == Some("EQ");
        let mut equal = conditions.values().filter(is_equality);
        let (first, second) = (equal.next(), equal.next());
        return second.is_none().then(|| plain(first?.get("AttributeValueList")?.get(0)?))?;
    }
    let expression = part.get("KeyConditionExpression")?.as_str()?;
    let tokens = tokens(expression);
    let mut equal = tokens.iter().zip(tokens.iter().skip(1)).filter(|(operator, _)| operator.as_str() == "=");
    let (first, second) = (equal.next(), equal.next());
    let (_, name) = first.filter(|_| second.is_none())?;
    plain(part.get("ExpressionAttributeValues")?.get(name)?)
}

fn select(part: &Value) -> String {
    let specific =
        ["ProjectionExpression", "AttributesToGet"].iter().any(|member| part.get(*member).is_some());
    match (part.get("Select").and_then(Value::as_str), part.get("IndexName")) {
        (Some(select), _) => select,
        (None, _) if specific => "SPECIFIC_ATTRIBUTES",
        (None, Some(_)) => "ALL_PROJECTED_ATTRIBUTES",
        (None, None) => "ALL_ATTRIBUTES",
    }
    .to_owned()
}

/// The top-level attributes that a part reads or writes.
fn attributes(part: &Value) -> BTreeSet<String> {
    let mut attributes: BTreeSet<String> =
        keys(part).into_iter().filter_map(Value::as_object).flat_map(|key| key.keys().cloned()).collect();
    for member in ["AttributeUpdates", "Expected", "KeyConditions", "QueryFilter", "ScanFilter"] {
        let names =
            part.get(member).and_then(Value::as_object).into_iter().flat_map(|map| map.keys().cloned());
        attributes.extend(names);
    }
    let listed = part.get("AttributesToGet").and_then(Value::as_array).into_iter().flatten();
    attributes.extend(listed.filter_map(Value::as_str).map(str::to_owned));
    for expression in EXPRESSIONS.iter().filter_map(|member| part.get(*member)?.as_str()) {
        attributes.extend(tokens(expression).into_iter().filter_map(|token| attribute(part, &token)));
    }
    attributes
}

/// The attribute that a word of an expression is the path of.
fn attribute(part: &Value, token: &str) -> Option<String> {
    let name = token.split(['.', '[']).next()?;
    let is_name = name.starts_with(|first: char| first.is_alphabetic() || matches!(first, '#' | '_'));
    if !is_name || WORDS.contains(&name.to_ascii_lowercase().as_str()) {
        return None;
    }
    match name.starts_with('#') {
        true => part.get("ExpressionAttributeNames")?.get(name)?.as_str().map(str::to_owned),
        false => Some(name.to_owned()),
    }
}

/// Words and operators.
fn tokens(expression: &str) -> Vec<String> {
    let is_word = |letter: char| letter.is_alphanumeric() || "_-#:.[]".contains(letter);
    let is_operator = |letter: char| "<>=".contains(letter);
    let mut tokens: Vec<String> = Vec::new();
    let mut before = ' ';
    for letter in expression.chars() {
        let goes_on = is_word(before) && is_word(letter) || is_operator(before) && is_operator(letter);
        match tokens.last_mut() {
            Some(last) if goes_on => last.push(letter),
            _ if letter.is_whitespace() => {}
            _ => tokens.push(letter.to_string()),
        }
        before = letter;
    }
    tokens
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn attributes_are_read_out_of_expressions() {
        let part = json!({
            "Key": { "id": { "S": "a" } },
            "UpdateExpression": "SET a.b[0] = if_not_exists(c, :v), #d = :w REMOVE e",
            "ConditionExpression": "attribute_exists(f) AND size(g)>:n",
            "ExpressionAttributeNames": { "#d": "data" },
        });
        let expected = ["a", "c", "data", "e", "f", "g", "id"].map(str::to_owned);
        assert_eq!(attributes(&part).into_iter().collect::<Vec<_>>(), expected);
    }

    #[track_caller]
    fn check(expression: &str, expected: Option<&str>) {
        let values = json!({ ":p": { "S": "partition" }, ":s": { "S": "sort" } });
        let part = json!({ "KeyConditionExpression": expression, "ExpressionAttributeValues": values });
        assert_eq!(queried(&part).as_deref(), expected, "{expression}");
    }

    #[test]
    fn the_partition_key_is_the_one_that_must_be_equal() {
        check("pk = :p", Some("partition"));
        check("pk=:p AND begins_with(sk, :s)", Some("partition"));
        check("sk >= :s AND pk = :p", Some("partition"));
        check("pk = :p AND sk = :s", None);
    }

    #[test]
    fn a_key_of_two_attributes_is_not_told_apart() {
        let mut context = Context::default();
        leading_keys("GetItem", &[json!({ "Key": { "pk": { "S": "a" } } })], &mut context);
        assert_eq!(context.get("dynamodb:LeadingKeys"), Some(["a".to_owned()].as_slice()));
        let mut context = Context::default();
        leading_keys(
            "GetItem",
            &[json!({ "Key": { "pk": { "S": "a" }, "sk": { "S": "b" } } })],
            &mut context,
        );
        assert_eq!(context.get("dynamodb:LeadingKeys"), None);
    }
}
