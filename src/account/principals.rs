//! Whom a policy names that is not there: somebody of another account, or deleted.
//!
//! AWS takes no policy that names a principal which does not exist, and nobody who is there is any of those. So they are
//! left out, where that changes nothing for all others.

use serde_json::{Map, Value};

/// A policy without those who are not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Present {
    /// All whom it names are there.
    Same,
    /// The policy without the others.
    Without(String),
    /// None of its statements is about anybody who is there.
    Nobody,
}

/// Leaves out of `policy`, which is JSON, the `AWS` principals of which `is_here` knows nothing.
///
/// # Errors
/// Where a `NotPrincipal` would then except nobody, which is no policy.
pub fn present_only(policy: &str, is_here: &dyn Fn(&str) -> bool) -> Result<Present, String> {
    let mut document: Value = serde_json::from_str(policy).map_err(|error| error.to_string())?;
    let Some(statement) = document.get_mut("Statement") else { return Ok(Present::Same) };
    if !statement.is_array() {
        *statement = Value::Array(vec![statement.take()]);
    }
    let mut changed = false;
    let mut stranded = None;
    if let Some(statements) = statement.as_array_mut() {
        statements.retain_mut(|statement| {
            let Some(statement) = statement.as_object_mut() else { return true };
            let narrowed = narrow(statement, "Principal", is_here);
            let excepted = narrow(statement, "NotPrincipal", is_here);
            changed |= narrowed.is_some() || excepted.is_some();
            if excepted == Some(0) {
                stranded = Some("its `NotPrincipal` names nobody who is there".to_owned());
            }
            narrowed != Some(0)
        });
        if let Some(reason) = stranded {
            return Err(reason);
        }
        if statements.is_empty() {
            return Ok(Present::Nobody);
        }
    }
    Ok(if changed { Present::Without(document.to_string()) } else { Present::Same })
}

/// How many principals of all kinds are left in an element of which some were left out; `None`: none was.
fn narrow(
    statement: &mut Map<String, Value>,
    element: &str,
    is_here: &dyn Fn(&str) -> bool,
) -> Option<usize> {
    let kinds = statement.get_mut(element)?.as_object_mut()?;
    let of_aws = kinds.get_mut("AWS")?;
    let names: Vec<Value> = match of_aws.take() {
        Value::Array(names) => names,
        name => vec![name],
    };
    let before = names.len();
    let left: Vec<Value> = names
        .into_iter()
        .filter(|name| name.as_str().is_none_or(|name| name == "*" || is_here(name)))
        .collect();
    let count = left.len();
    *of_aws = Value::Array(left);
    if count == 0 {
        kinds.remove("AWS");
    }
    (count < before).then(|| count + kinds.iter().filter(|(kind, _)| *kind != "AWS").count())
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(statements: Value, expected: Result<Option<Value>, &str>) {
        let policy = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
        let here = |name: &str| name.starts_with("arn:aws:iam::111122223333:");
        let found = present_only(&policy, &here).map(|present| match present {
            Present::Same => Some(json!("same")),
            Present::Nobody => None,
            Present::Without(text) => {
                Some(serde_json::from_str::<Value>(&text).unwrap()["Statement"].clone())
            }
        });
        assert_eq!(found, expected.map_err(str::to_owned));
    }

    #[test]
    fn those_who_are_not_there_are_left_out() {
        let here = "arn:aws:iam::111122223333:role/a";
        let gone = "AROAGONEGONEGONEGONE";
        check(json!({ "Principal": { "AWS": here } }), Ok(Some(json!("same"))));
        check(json!({ "Principal": "*" }), Ok(Some(json!("same"))));
        check(json!([{ "Principal": { "AWS": "*" } }]), Ok(Some(json!("same"))));
        let left = json!([{ "Principal": { "AWS": [here] } }]);
        check(json!([{ "Principal": { "AWS": [gone, here] } }]), Ok(Some(left)));
        let service = json!([{ "Principal": { "Service": "ec2.amazonaws.com" } }]);
        check(
            json!([{ "Principal": { "AWS": gone, "Service": "ec2.amazonaws.com" } }]),
            Ok(Some(service.clone())),
        );
        check(
            json!([{ "Principal": { "AWS": gone } }, { "Principal": { "Service": "ec2.amazonaws.com" } }]),
            Ok(Some(service)),
        );
        check(json!([{ "Principal": { "AWS": gone } }]), Ok(None));
        check(
            json!([{ "NotPrincipal": { "AWS": [here, gone] } }]),
            Ok(Some(json!([{ "NotPrincipal": { "AWS": [here] } }]))),
        );
        check(
            json!([{ "NotPrincipal": { "AWS": gone } }]),
            Err("its `NotPrincipal` names nobody who is there"),
        );
    }
}
