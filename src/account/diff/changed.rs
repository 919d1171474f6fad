//! Which statements a change touches: of each identity, and of each resource.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use crate::access::Asker;
use crate::statements::Written;

/// The statements of documents by their text: most are those of several identities, before and after.
#[derive(Default)]
pub(super) struct Documents(HashMap<String, Rc<[Rc<Written>]>>);

impl Documents {
    pub(super) fn statements(&mut self, text: &str) -> Rc<[Rc<Written>]> {
        if let Some(known) = self.0.get(text) {
            return Rc::clone(known);
        }
        let statements: Rc<[Rc<Written>]> = Written::all_of(text).into_iter().map(Rc::new).collect();
        self.0.insert(text.to_owned(), Rc::clone(&statements));
        statements
    }
}

/// What an identity has before and after, and what of it differs.
#[derive(Default)]
pub(super) struct Changed {
    /// All statements of both, without repetitions.
    pub(super) all: Vec<Rc<Written>>,
    /// Those that are in one and not in the other.
    pub(super) touched: Vec<Rc<Written>>,
    /// Whether the tags differ.
    pub(super) tags: bool,
}

/// The policies of an identity as they decide.
#[derive(Default)]
struct Having {
    identity: Vec<Rc<Written>>,
    boundary: Option<Vec<Rc<Written>>>,
    tags: Vec<(String, String)>,
}

impl Having {
    fn of(asker: Option<&Asker<'_>>, documents: &mut Documents) -> Having {
        let Some(asker) = asker else { return Having::default() };
        let mut statements = |policy: &policy::Policy| documents.statements(policy.document.text()).to_vec();
        Having {
            identity: asker.policies().iter().flat_map(&mut statements).collect(),
            boundary: asker.boundary().map(statements),
            tags: asker.tags().to_vec(),
        }
    }
}

/// What differs between two states of an identity; `None`: it is not there.
pub(super) fn of_identity(
    old: Option<&Asker<'_>>,
    new: Option<&Asker<'_>>,
    documents: &mut Documents,
) -> Changed {
    let (before, after) = (Having::of(old, documents), Having::of(new, documents));
    let boundaries = before.boundary.iter().chain(&after.boundary).flatten();
    let all = before.identity.iter().chain(&after.identity).chain(boundaries);
    let mut touched = apart(&before.identity, &after.identity);
    match (&before.boundary, &after.boundary) {
        (Some(before), Some(after)) => touched.extend(apart(before, after)),
        (None, None) => {}
        // Where there was no limit, or is none any more, all that is allowed may be another thing.
        _ => touched.extend(all.clone().cloned()),
    }
    let tags = before.tags != after.tags;
    touched.extend(all.clone().filter(|statement| tags && tells_tags_apart(statement)).cloned());
    Changed { all: distinct(all), touched: distinct(touched.iter()), tags }
}

/// Whether a statement looks at tags of the caller.
pub(super) fn tells_tags_apart(statement: &Written) -> bool {
    statement.meaning.to_ascii_lowercase().contains("aws:principaltag/")
}

/// What differs between two policies of a resource; `None`: it has none.
pub(super) fn of_policies(old: Option<&str>, new: Option<&str>, documents: &mut Documents) -> Changed {
    let mut statements = |text: Option<&str>| text.map_or(Rc::default(), |text| documents.statements(text));
    let (before, after) = (statements(old), statements(new));
    let all = distinct(before.iter().chain(&*after));
    Changed { all, touched: apart(&before, &after), tags: false }
}

/// The statements of one that the other does not have.
fn apart(one: &[Rc<Written>], other: &[Rc<Written>]) -> Vec<Rc<Written>> {
    fn meanings(statements: &[Rc<Written>]) -> BTreeSet<&str> {
        statements.iter().map(|statement| statement.meaning.as_str()).collect()
    }
    let (of_one, of_other) = (meanings(one), meanings(other));
    let is_apart = |statement: &&Rc<Written>| {
        let meaning = statement.meaning.as_str();
        of_one.contains(meaning) != of_other.contains(meaning)
    };
    one.iter().chain(other).filter(is_apart).cloned().collect()
}

fn distinct<'a>(statements: impl Iterator<Item = &'a Rc<Written>>) -> Vec<Rc<Written>> {
    let mut seen = BTreeSet::new();
    statements.filter(|statement| seen.insert(&statement.meaning)).cloned().collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[track_caller]
    fn check(old: &Value, new: &Value, touched: &[Value]) {
        let (old, new) = (json!({ "Statement": old }).to_string(), json!({ "Statement": new }).to_string());
        let changed = of_policies(Some(&old), Some(&new), &mut Documents::default());
        let found: Vec<Value> = changed.touched.iter().map(|statement| statement.whole.clone()).collect();
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

    #[test]
    fn the_version_counts_where_there_are_variables() {
        let document = |version: &str, resource: &str| {
            let statement = json!({ "Effect": "Allow", "Action": "s3:GetObject", "Resource": resource });
            json!({ "Version": version, "Statement": statement }).to_string()
        };
        let touched = |resource: &str| {
            let (old, new) = (document("2008-10-17", resource), document("2012-10-17", resource));
            of_policies(Some(&old), Some(&new), &mut Documents::default()).touched.len()
        };
        assert_eq!(touched("arn:aws:s3:::b/*"), 0);
        assert_eq!(touched("arn:aws:s3:::b/${aws:username}/*"), 2);
    }
}
