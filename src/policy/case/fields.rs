//! The members of a JSON object, taken one by one; what is left over is unknown.

use crate::AccountId;
use crate::json::{Flaw, Member, Node, Value};
use crate::parse::unknown_words;

/// An object whose members are taken by name.
pub(super) struct Fields<'a> {
    what: &'static str,
    start: usize,
    members: &'a [Member],
}

impl<'a> Fields<'a> {
    /// `what` names the object in messages; a member that is not among `known` is refused with its place.
    pub(super) fn of(node: &'a Node, what: &'static str, known: &[&'static str]) -> Result<Self, Flaw> {
        let members = object(node, what)?;
        for member in members {
            if !known.contains(&member.key.as_str()) {
                let message = unknown_words("field", &member.key, known.iter().copied());
                return Err(Flaw::new(member.key_span.start, message));
            }
        }
        Ok(Self { what, start: node.span.start, members })
    }

    pub(super) fn optional(&self, name: &str) -> Option<&'a Node> {
        self.members.iter().find(|member| member.key == name).map(|member| &member.value)
    }

    pub(super) fn required(&self, name: &str) -> Result<&'a Node, Flaw> {
        let missing = || Flaw::new(self.start, format!("{} has no `{name}`", self.what));
        self.optional(name).ok_or_else(missing)
    }
}

pub(super) fn object<'a>(node: &'a Node, what: &str) -> Result<&'a [Member], Flaw> {
    match &node.value {
        Value::Object(members) => Ok(members),
        other => Err(Flaw::new(node.span.start, format!("{what} must be an object, not {}", other.kind()))),
    }
}

pub(super) fn list<'a>(node: &'a Node, what: &str) -> Result<&'a [Node], Flaw> {
    match &node.value {
        Value::List(nodes) => Ok(nodes),
        other => Err(Flaw::new(node.span.start, format!("{what} must be a list, not {}", other.kind()))),
    }
}

pub(super) fn text<'a>(node: &'a Node, what: &str) -> Result<&'a str, Flaw> {
    match &node.value {
        Value::Text(text) => Ok(text),
        other => Err(Flaw::new(node.span.start, format!("{what} must be a string, not {}", other.kind()))),
    }
}

pub(super) fn account(node: &Node, what: &str) -> Result<AccountId, Flaw> {
    let digits = text(node, what)?;
    AccountId::new(digits).ok_or_else(|| {
        Flaw::new(node.span.start, format!("{what} must be an account id of 12 digits, not `{digits}`"))
    })
}
