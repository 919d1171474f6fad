//! The `Condition` element, from AWS's pages on it:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html> and
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>.

use std::net::IpAddr;

use rolecall_policy::{Context, condition_key_type};
use serde_json::Value;

use crate::text::{Piece, arn_like, equal, expand, letters, like};

/// Whether something holds; `Unknown` where AWS documents no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    No,
    Unknown,
    Yes,
}

impl From<bool> for Verdict {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

/// One operator and key, judged.
pub(crate) struct Judged {
    pub(crate) operator: String,
    pub(crate) verdict: Verdict,
}

/// All conditions of a block; all have to hold.
pub(crate) fn judge(block: &Value, variables: bool, context: &Context) -> Vec<Judged> {
    let mut judged = Vec::new();
    for (operator, keys) in block.as_object().into_iter().flatten() {
        for (key, values) in keys.as_object().unwrap() {
            let values: Vec<String> = match values {
                Value::Array(values) => values.iter().map(scalar).collect(),
                value => vec![scalar(value)],
            };
            let verdict = one(operator, key, &values, variables, context);
            judged.push(Judged { operator: operator.clone(), verdict });
        }
    }
    judged
}

fn scalar(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn one(operator: &str, key: &str, wants: &[String], variables: bool, context: &Context) -> Verdict {
    let seen = context.get(key);
    if seen.is_none() && condition_key_type(key).is_none() {
        return Verdict::Unknown;
    }
    // "true (the key doesn't exist, it is null) or false (the key exists and its value is not null)"
    let null = seen.is_none_or(<[String]>::is_empty);
    if operator == "Null" {
        return wants.iter().any(|want| want == &null.to_string()).into();
    }
    let (set, name) = match operator.split_once(':') {
        Some((set, name)) => (Some(set), name),
        None => (None, operator),
    };
    let (name, if_exists) = match name.strip_suffix("IfExists") {
        Some(name) => (name, true),
        None => (name, false),
    };
    let negated = name.contains("Not");
    // "If the key is not present, evaluate the condition element as true."
    if null && if_exists {
        return Verdict::Yes;
    }
    let fits = |value: &String| {
        let equal = wants.iter().any(|want| compare(name, want, value, variables, context));
        equal != negated
    };
    match (set, seen.unwrap_or_default()) {
        // "It also returns true if there are no context keys in the request"
        (Some("ForAllValues"), seen) => seen.iter().all(fits).into(),
        // "For no matching context key or if the key does not exist, returns false"
        (Some("ForAnyValue"), seen) => seen.iter().any(fits).into(),
        (Some(other), _) => panic!("{other}"),
        // "If the key that you specify in a policy condition is not present in the request context, the values do not
        // match", so that a negated operator holds.
        (None, []) => negated.into(),
        (None, [value]) => fits(value).into(),
        // "Multivalued context keys require a condition set operator."
        (None, _) => Verdict::Unknown,
    }
}

/// Whether a value fits the operator without its negation.
fn compare(name: &str, want: &str, value: &str, variables: bool, context: &Context) -> bool {
    let text = |fits: &dyn Fn(&[Piece]) -> bool| {
        expand(want, variables, context).is_some_and(|pattern| fits(&pattern))
    };
    match name {
        "StringEquals" | "StringNotEquals" => text(&|pattern| equal(pattern, value)),
        "StringEqualsIgnoreCase" | "StringNotEqualsIgnoreCase" => text(&|pattern| {
            let lower: Vec<Piece> = pattern
                .iter()
                .map(|piece| match piece {
                    Piece::Letter(letter) => Piece::Letter(letter.to_ascii_lowercase()),
                    other => *other,
                })
                .collect();
            equal(&lower, &value.to_ascii_lowercase())
        }),
        "StringLike" | "StringNotLike" => text(&|pattern| like(pattern, &letters(value))),
        // "ArnEquals and ArnLike … behave identically"
        "ArnEquals" | "ArnLike" | "ArnNotEquals" | "ArnNotLike" => text(&|pattern| arn_like(pattern, value)),
        "Bool" | "BinaryEquals" => want == value,
        "IpAddress" | "NotIpAddress" => in_network(want, value),
        _ => match name.strip_prefix("Numeric") {
            Some(order) => ordered(order, value.parse::<f64>().ok(), want.parse::<f64>().ok()),
            None => ordered(name.strip_prefix("Date").unwrap(), seconds(value), seconds(want)),
        },
    }
}

fn ordered<T: PartialOrd>(order: &str, value: Option<T>, want: Option<T>) -> bool {
    let (Some(value), Some(want)) = (value, want) else { return false };
    match order {
        "Equals" | "NotEquals" => value == want,
        "LessThan" => value < want,
        "LessThanEquals" => value <= want,
        "GreaterThan" => value > want,
        "GreaterThanEquals" => value >= want,
        other => panic!("{other}"),
    }
}

/// "W3C implementations of the ISO 8601 date formats or in epoch (UNIX) time".
fn seconds(text: &str) -> Option<f64> {
    if let Ok(epoch) = text.parse::<f64>() {
        return Some(epoch);
    }
    let full = match text.len() {
        // 2026-01-02
        10 => format!("{text}T00:00:00Z"),
        // 2026-01-02T03:04Z
        17 => text.replace('Z', ":00Z"),
        _ => text.to_owned(),
    };
    let time = chrono::DateTime::parse_from_rfc3339(&full).ok()?;
    Some(time.timestamp_millis() as f64 / 1000.0)
}

fn in_network(network: &str, address: &str) -> bool {
    let (base, bits) = network.split_once('/').map_or((network, None), |(base, bits)| (base, Some(bits)));
    let (Ok(base), Ok(address)) = (base.parse::<IpAddr>(), address.parse::<IpAddr>()) else { return false };
    let bits_of = |address: IpAddr| -> Vec<bool> {
        let octets = match address {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().to_vec(),
        };
        octets.iter().flat_map(|octet| (0..8).rev().map(move |bit| octet >> bit & 1 == 1)).collect()
    };
    let (base, address) = (bits_of(base), bits_of(address));
    let common = bits.map_or(base.len(), |bits| bits.parse().unwrap());
    base.len() == address.len() && base[..common] == address[..common]
}
