//! Conditions of a template.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-conditions.html>

use super::node::{Node, Value};
use super::resolve::{Resolver, Unresolved, unresolved};

/// Conditions refer to one another; deeper than this they do in a circle.
const DEEPEST: usize = 32;

pub(super) struct Conditions<'r, 't> {
    resolver: &'r Resolver<'t>,
}

impl<'r, 't> Conditions<'r, 't> {
    pub(super) fn of(resolver: &'r Resolver<'t>) -> Self {
        Self { resolver }
    }

    /// Whether a condition holds; `place` is where it is asked.
    pub(super) fn holds(&self, place: &Node, name: &str) -> Result<bool, Unresolved> {
        self.named(place, name, 0)
    }

    fn named(&self, place: &Node, name: &str, depth: usize) -> Result<bool, Unresolved> {
        let condition = self.resolver.root.member("Conditions").and_then(|it| it.member(name));
        let missing = || unresolved(place, format!("there is no condition `{name}`"));
        let condition = condition.ok_or_else(missing)?;
        if depth > DEEPEST {
            return Err(unresolved(place, format!("condition `{name}` refers to itself")));
        }
        self.judged(condition, depth + 1)
    }

    fn judged(&self, node: &Node, depth: usize) -> Result<bool, Unresolved> {
        let [(function, argument)] = node.members() else {
            return Err(unresolved(node, "a condition is one function"));
        };
        if let ("Condition", Some(name)) = (function.as_str(), argument.text()) {
            return self.named(node, name, depth);
        }
        let arguments = match &argument.value {
            Value::List(arguments) => arguments.as_slice(),
            _ => return Err(unresolved(node, format!("`{function}` needs a list"))),
        };
        match (function.as_str(), arguments) {
            ("Fn::Equals", [one, other]) => Ok(self.resolver.needed(one)? == self.resolver.needed(other)?),
            ("Fn::Not", [one]) => self.judged(one, depth).map(|holds| !holds),
            ("Fn::And", all) => self.all(all, depth, true),
            // Where none holds, all are false.
            ("Fn::Or", all) => self.all(all, depth, false).map(|none| !none),
            (other, _) => Err(unresolved(node, format!("`{other}` is not resolved here"))),
        }
    }

    /// Whether all of them are `wanted`.
    fn all(&self, nodes: &[Node], depth: usize, wanted: bool) -> Result<bool, Unresolved> {
        let mut unknown = None;
        for node in nodes {
            match self.judged(node, depth) {
                Ok(holds) if holds == wanted => {}
                // One that is not decides, whatever the others are.
                Ok(_) => return Ok(false),
                Err(error) => unknown = unknown.or(Some(error)),
            }
        }
        unknown.map_or(Ok(true), Err)
    }
}
