//! The policy of a form upload: until when, and with which fields, whoever holds the form may upload.
//!
//! Variables are put in before it is held against the form.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::{Value, json};

use super::errors;
use crate::operation::ServiceError;

/// What a policy is held against.
pub(super) struct Submitted<'a> {
    pub(super) bucket: &'a str,
    /// Names in lower case.
    pub(super) fields: &'a [(String, String)],
    pub(super) file_size: usize,
    pub(super) now: DateTime<Utc>,
}

/// Fields that no condition must mention.
const FREE: [&str; 5] = ["policy", "x-amz-signature", "file", "awsaccesskeyid", "signature"];

fn denied(why: &str) -> ServiceError {
    ServiceError::new(403, "AccessDenied", format!("Invalid according to Policy: {why}"))
}

fn invalid(why: &str) -> ServiceError {
    ServiceError::new(400, "InvalidPolicyDocument", format!("Invalid Policy: {why}"))
}

/// In GMT, as in `2007-12-01T12:00:00.000Z`: other forms of ISO 8601 are none here.
fn read_time(text: &str) -> Option<DateTime<Utc>> {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.fZ").ok().map(|time| time.and_utc())
}

/// # Errors
/// Where the policy is none, has expired, or one of its conditions does not hold.
pub(super) fn check(encoded: &str, submitted: &Submitted<'_>) -> Result<(), ServiceError> {
    let text = STANDARD.decode(encoded.trim()).map_err(|_| invalid("Invalid Base64 encoding"))?;
    let policy: Value = serde_json::from_slice(&text).map_err(|_| invalid("Invalid JSON."))?;
    let expiration = policy.get("expiration").and_then(Value::as_str);
    let expiration = expiration.ok_or_else(|| invalid("Policy missing expiration."))?;
    let expiration = read_time(expiration)
        .ok_or_else(|| invalid(&format!("Invalid 'expiration' value: '{expiration}'")))?;
    if submitted.now >= expiration {
        return Err(denied("Policy expired."));
    }
    let conditions = policy.get("conditions").and_then(Value::as_array);
    let conditions = conditions.ok_or_else(|| invalid("Policy missing conditions."))?;
    let mut mentioned = Vec::new();
    for condition in conditions {
        let condition = Condition::read(condition)?;
        condition.check(submitted)?;
        mentioned.push(condition.field);
    }
    let extra: Vec<&str> = submitted
        .fields
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|name| !FREE.contains(name) && !name.starts_with("x-ignore-"))
        .filter(|name| !mentioned.iter().any(|field| field == name))
        .collect();
    if extra.is_empty() { Ok(()) } else { Err(denied(&format!("Extra input fields: {}", extra.join(", ")))) }
}

struct Condition {
    operator: String,
    /// In lower case and without its dollar sign; empty where it has none.
    field: String,
    values: Vec<Value>,
    /// As messages show it.
    shown: String,
}

impl Condition {
    /// `{"field": "value"}` or `["operator", "$field", "value"]`.
    fn read(condition: &Value) -> Result<Self, ServiceError> {
        let list = match condition {
            Value::Object(members) if members.len() == 1 => members
                .iter()
                .flat_map(|(name, value)| [json!("eq"), json!(format!("${name}")), value.clone()])
                .collect(),
            Value::Object(_) => {
                return Err(invalid(
                    "Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.",
                ));
            }
            Value::Array(list) => list.clone(),
            _ => return Err(invalid("Invalid Condition: a condition is a list or an object.")),
        };
        let shown: Vec<String> = list
            .iter()
            .map(|value| match value {
                Value::String(_) => value.to_string(),
                other => format!("\"{other}\""),
            })
            .collect();
        let shown = format!("[{}]", shown.join(", "));
        let [operator, field, values @ ..] = list.as_slice() else {
            return Err(invalid("Invalid Condition: wrong number of arguments."));
        };
        let operator = operator.as_str().unwrap_or_default().to_lowercase();
        if operator == "content-length-range" {
            let values = std::iter::once(field).chain(values).cloned().collect();
            return Ok(Self { operator, field: String::new(), values, shown });
        }
        let field = field.as_str().and_then(|field| field.strip_prefix('$'));
        // A field without its sign is none, so that nothing can be equal to it.
        let field = field.map(str::to_lowercase).unwrap_or_default();
        Ok(Self { operator, field, values: values.to_vec(), shown })
    }

    fn check(&self, submitted: &Submitted<'_>) -> Result<(), ServiceError> {
        let failed = || denied(&format!("Policy Condition failed: {}", self.shown));
        if self.operator == "content-length-range" {
            return self.check_size(submitted.file_size).ok_or_else(failed)?;
        }
        let sent = match self.field.as_str() {
            "bucket" => Some(submitted.bucket),
            field => submitted.fields.iter().find(|(name, _)| name == field).map(|(_, value)| value.as_str()),
        };
        let wanted = self.values.first().and_then(Value::as_str);
        let holds = match (sent, wanted, self.operator.as_str()) {
            (Some(sent), Some(wanted), "eq") => sent == wanted,
            (Some(sent), Some(wanted), "starts-with") => sent.starts_with(wanted),
            (None, Some(""), "starts-with") => true,
            _ => false,
        };
        if holds { Ok(()) } else { Err(failed()) }
    }

    /// `None`: the bounds are not numbers.
    fn check_size(&self, size: usize) -> Option<Result<(), ServiceError>> {
        let number = |value: &Value| match value {
            Value::String(text) => text.parse::<usize>().ok(),
            value => value.as_u64().and_then(|number| usize::try_from(number).ok()),
        };
        let [smallest, largest] = self.values.as_slice() else { return None };
        let (smallest, largest) = (number(smallest)?, number(largest)?);
        if size > largest {
            return Some(Err(errors::entity_too_large(size, largest)));
        }
        Some(if size < smallest { Err(errors::entity_too_small(size, smallest)) } else { Ok(()) })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn times_have_one_form() {
        let expected = "2026-01-02T04:00:00Z".parse().unwrap();
        for text in ["2026-01-02T04:00:00Z", "2026-01-02T04:00:00.000Z"] {
            assert_eq!(read_time(text), Some(expected), "{text}");
        }
        for text in [
            "2026-01-02 04:00:00 UTC",
            "2026-01-02T05:00:00+01:00",
            "2026-01-02T04:00:00",
            "2026-01-02",
            "1767326400",
        ] {
            assert_eq!(read_time(text), None, "{text}");
        }
    }
}
