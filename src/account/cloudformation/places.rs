//! Properties of one resource, and gaps where they can't be told.

use serde_json::Value as Json;

use super::node::Node;
use super::resolve::{Resolver, Unresolved};
use crate::model::{Gap, Subject};

/// A resource of a template.
pub(super) struct Resource<'t> {
    pub(super) id: &'t str,
    pub(super) node: &'t Node,
    resolver: &'t Resolver<'t>,
}

/// A property that can't be told: its gap, but for what it is about.
#[derive(Debug)]
pub(super) struct Trouble {
    place: String,
    line: Option<usize>,
    reason: String,
}

impl Trouble {
    pub(super) fn about(self, subject: Subject) -> Gap {
        Gap { place: self.place, line: self.line, reason: self.reason, subject }
    }
}

impl<'t> Resource<'t> {
    pub(super) fn new(id: &'t str, node: &'t Node, resolver: &'t Resolver<'t>) -> Self {
        Self { id, node, resolver }
    }

    fn property(&self, name: &str) -> Option<&'t Node> {
        self.node.member("Properties")?.member(name)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.property(name).is_some()
    }

    pub(super) fn place(&self, property: &str) -> String {
        format!("Resources.{}.Properties.{property}", self.id)
    }

    /// About the resource as a whole.
    pub(super) fn trouble(&self, reason: impl Into<String>) -> Trouble {
        Trouble { place: format!("Resources.{}", self.id), line: self.node.line, reason: reason.into() }
    }

    /// What a function that gives up says, at its place.
    pub(super) fn unresolved(&self, property: &str, error: Unresolved) -> Trouble {
        let line = error.line.or(self.node.line);
        Trouble { place: self.place(property), line, reason: error.reason }
    }

    /// About one of its properties.
    pub(super) fn about(&self, property: &str, reason: impl Into<String>) -> Trouble {
        let line = self.property(property).and_then(|node| node.line).or(self.node.line);
        Trouble { place: self.place(property), line, reason: reason.into() }
    }

    /// A property; `None` where it is not there, or `AWS::NoValue`.
    pub(super) fn value(&self, name: &str) -> Result<Option<Json>, Trouble> {
        let value = self.property(name).map(|node| self.resolver.value(node)).transpose();
        value.map(Option::flatten).map_err(|error| self.unresolved(name, error))
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Trouble> {
        match self.value(name)? {
            None => Ok(None),
            Some(Json::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.about(name, "must be a string")),
        }
    }

    /// The strings of a list.
    pub(super) fn texts(&self, name: &str) -> Result<Vec<String>, Trouble> {
        let value = self.value(name)?;
        match value {
            None => Ok(Vec::new()),
            Some(Json::Array(values)) => {
                let texts = values.iter().map(|value| value.as_str().map(str::to_owned));
                texts.collect::<Option<_>>().ok_or_else(|| self.about(name, "must be a list of strings"))
            }
            Some(_) => Err(self.about(name, "must be a list of strings")),
        }
    }

    /// The elements of a list, each by itself: of one that can't be told the others are.
    pub(super) fn elements(&self, name: &str) -> Vec<Result<Json, Trouble>> {
        use super::node::Value;
        match self.property(name).map(|node| &node.value) {
            Some(Value::List(nodes)) => {
                let values = nodes.iter().filter_map(|node| self.resolver.value(node).transpose());
                values.map(|value| value.map_err(|error| self.unresolved(name, error))).collect()
            }
            Some(_) => match self.value(name) {
                Ok(Some(Json::Array(values))) => values.into_iter().map(Ok).collect(),
                Ok(None) => Vec::new(),
                Ok(Some(_)) => vec![Err(self.about(name, "must be a list"))],
                Err(trouble) => vec![Err(trouble)],
            },
            None => Vec::new(),
        }
    }

    /// `Tags`, a list of keys and values.
    pub(super) fn tags(&self) -> Result<Vec<(String, String)>, Trouble> {
        let Some(Json::Array(tags)) = self.value("Tags")? else { return Ok(Vec::new()) };
        let text = |tag: &Json, name: &str| tag.get(name).and_then(Json::as_str).map(str::to_owned);
        let tags = tags.iter().map(|tag| Some((text(tag, "Key")?, text(tag, "Value")?)));
        tags.collect::<Option<_>>().ok_or_else(|| self.about("Tags", "must be keys with values"))
    }
}
