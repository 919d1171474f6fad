//! Which statements a change touches: of each identity, and of each resource.

use std::collections::BTreeSet;

use crate::access::Asker;
use crate::statements::Written;

/// What an identity has before and after, and what of it differs.
#[derive(Default)]
pub(super) struct Changed {
    /// All statements of both, without repetitions.
    pub(super) all: Vec<Written>,
    /// Those that are in one and not in the other.
    pub(super) touched: Vec<Written>,
}

/// The policies of an identity as they decide.
struct Having {
    identity: Vec<Written>,
    boundary: Option<Vec<Written>>,
    tags: Vec<(String, String)>,
}

impl Having {
    fn of(asker: Option<&Asker<'_>>) -> Having {
        let Some(asker) = asker else {
            return Having { identity: Vec::new(), boundary: None, tags: Vec::new() };
        };
        let texts = asker.policies().iter().map(|policy| policy.document.text());
        Having {
            identity: texts.flat_map(Written::all_of).collect(),
            boundary: asker.boundary().map(|policy| Written::all_of(policy.document.text())),
            tags: asker.tags().to_vec(),
        }
    }
}

/// What differs between two states of an identity; `None`: it is not there.
pub(super) fn of_identity(old: Option<&Asker<'_>>, new: Option<&Asker<'_>>) -> Changed {
    if let (Some(old), Some(new)) = (old, new)
        && is_written_alike(old, new)
    {
        return Changed::default();
    }
    let (before, after) = (Having::of(old), Having::of(new));
    let mut touched = apart(&before.identity, &after.identity);
    let all = before.identity.iter().chain(&after.identity);
    match (&before.boundary, &after.boundary) {
        (Some(before), Some(after)) => touched.extend(apart(before, after)),
        (None, None) => {}
        // Where there was no limit, or is none any more, all that is allowed may be another thing.
        _ => touched.extend(all.clone().cloned()),
    }
    if before.tags != after.tags {
        let by_tag = |statement: &&Written| {
            statement.whole.to_string().to_ascii_lowercase().contains("aws:principaltag/")
        };
        touched.extend(all.clone().filter(by_tag).cloned());
    }
    let boundaries = before.boundary.iter().chain(&after.boundary).flatten();
    Changed { all: distinct(all.chain(boundaries)), touched: distinct(touched.iter()) }
}

/// Whether the policies of both are the same to the letter, as they mostly are.
fn is_written_alike(old: &Asker<'_>, new: &Asker<'_>) -> bool {
    let texts = |asker: &Asker<'_>| {
        let policies = asker.policies().iter().chain(asker.boundary());
        policies.map(|policy| policy.document.text().to_owned()).collect::<Vec<_>>()
    };
    let bounded = |asker: &Asker<'_>| asker.boundary().is_some();
    bounded(old) == bounded(new) && old.tags() == new.tags() && texts(old) == texts(new)
}

/// What differs between two policies of a resource; `None`: it has none.
pub(super) fn of_policies(old: Option<&str>, new: Option<&str>) -> Changed {
    if old == new {
        return Changed::default();
    }
    let (before, after) = (old.map_or(Vec::new(), Written::all_of), new.map_or(Vec::new(), Written::all_of));
    Changed { all: distinct(before.iter().chain(&after)), touched: apart(&before, &after) }
}

/// The statements of one that the other does not have.
fn apart(one: &[Written], other: &[Written]) -> Vec<Written> {
    let meanings = |statements: &[Written]| {
        statements.iter().map(|statement| in_one_order(&statement.meaning())).collect::<BTreeSet<_>>()
    };
    let (of_one, of_other) = (meanings(one), meanings(other));
    let is_apart = |statement: &&Written| {
        let meaning = in_one_order(&statement.meaning());
        of_one.contains(&meaning) != of_other.contains(&meaning)
    };
    one.iter().chain(other).filter(is_apart).cloned().collect()
}

fn distinct<'a>(statements: impl Iterator<Item = &'a Written>) -> Vec<Written> {
    let mut seen = BTreeSet::new();
    statements.filter(|statement| seen.insert(in_one_order(&statement.meaning()))).cloned().collect()
}

/// JSON whose members stand in alphabetical order.
fn in_one_order(value: &serde_json::Value) -> String {
    use serde_json::Value;
    match value {
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort();
            let member = |name: &&String| {
                let value = members.get(*name).map(in_one_order).unwrap_or_default();
                format!("{}:{value}", Value::String((*name).clone()))
            };
            format!("{{{}}}", names.iter().map(member).collect::<Vec<_>>().join(","))
        }
        Value::Array(values) => {
            format!("[{}]", values.iter().map(in_one_order).collect::<Vec<_>>().join(","))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[track_caller]
    fn check(old: &Value, new: &Value, touched: &[Value]) {
        let (old, new) = (json!({ "Statement": old }).to_string(), json!({ "Statement": new }).to_string());
        let changed = of_policies(Some(&old), Some(&new));
        let found: Vec<Value> = changed.touched.into_iter().map(|statement| statement.whole).collect();
        assert_eq!(found, touched);
    }

    #[test]
    fn a_change_of_the_writing_is_none() {
        let read = json!({ "Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "*" });
        let same = json!([{ "Sid": "x", "Resource": ["*"], "Action": ["s3:ListBucket", "s3:GetObject"], "Effect": "Allow" }]);
        check(&read, &same, &[]);
        let write = json!({ "Effect": "Allow", "Action": "s3:PutObject", "Resource": "*" });
        check(&read, &json!([read, write]), std::slice::from_ref(&write));
        check(&json!([write, read]), &json!([read]), std::slice::from_ref(&write));
        let deny = json!({ "Effect": "Deny", "Action": "s3:PutObject", "Resource": "*" });
        check(&write, &deny, &[write.clone(), deny.clone()]);
    }
}
