//! Policy documents as files hold them: as JSON, as text, or as URL-encoded text.

use percent_encoding::percent_decode_str;
use policy::{PolicyDocument, PolicyKind};
use serde_json::Value;

/// The JSON of a policy document that is one of its kind.
///
/// # Errors
/// Why it is not.
pub(crate) fn document(value: &Value, kind: PolicyKind) -> Result<String, String> {
    let text = match value {
        Value::String(text) => decoded(text)?,
        Value::Object(_) => value.to_string(),
        other => return Err(format!("is not a policy document: {}", kind_of(other))),
    };
    match PolicyDocument::parse(&text, kind) {
        Ok(_) => Ok(text),
        Err(error) => Err(format!("is not a policy: {}", error.message)),
    }
}

/// IAM's API encodes documents as RFC 3986 has it; the AWS CLI decodes them.
fn decoded(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.starts_with('{') {
        return Ok(text.to_owned());
    }
    let decoded = percent_decode_str(text).decode_utf8();
    let decoded = decoded.map_err(|_| "is not text in UTF-8 once it is URL-decoded".to_owned())?;
    match decoded.trim_start().starts_with('{') {
        true => Ok(decoded.trim().to_owned()),
        false => Err("is neither JSON nor URL-encoded JSON".to_owned()),
    }
}

/// What kind of value it is, for messages.
pub(crate) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a Boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(value: &Value, expected: Result<&str, &str>) {
        let found = document(value, PolicyKind::Identity);
        assert_eq!(found.as_ref().map(String::as_str).map_err(String::as_str), expected);
    }

    #[test]
    fn documents_in_each_form() {
        const TEXT: &str = r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#;
        check(&serde_json::from_str(TEXT).unwrap(), Ok(TEXT));
        check(&json!(TEXT), Ok(TEXT));
        let encoded = "%7B%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22s3%3A%2A%22%2C%22Resource%22%3A%22%2A%22%7D%7D";
        check(&json!(encoded), Ok(TEXT));
    }

    #[test]
    fn what_is_none_says_why() {
        check(&json!(["a"]), Err("is not a policy document: a list"));
        check(&json!("s3:GetObject"), Err("is neither JSON nor URL-encoded JSON"));
        check(&json!("%7B%FF"), Err("is not text in UTF-8 once it is URL-decoded"));
        check(&json!({}), Err("is not a policy: Syntax errors in policy: there is no Statement"));
    }
}
