//! Values of a template: intrinsic functions, parameters and pseudo parameters.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html>

use std::cell::Cell;
use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::Surroundings;
use super::conditions::Conditions;
use super::node::{Node, Value};
use super::references;

/// What can't be told, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unresolved {
    pub(super) line: Option<usize>,
    pub(super) reason: String,
}

/// A value; `None` is `AWS::NoValue`, as if nothing stood there.
pub(super) type Resolved = Result<Option<Json>, Unresolved>;

/// A template with the values of its parameters.
pub(super) struct Resolver<'t> {
    pub(super) root: &'t Node,
    pub(super) parameters: BTreeMap<String, Result<Json, Unresolved>>,
    pub(super) imports: &'t BTreeMap<String, String>,
    pub(super) surroundings: &'t Surroundings,
    /// How many functions deep it is.
    pub(super) depth: Cell<usize>,
}

/// A template that refers to itself never ends.
const DEEPEST: usize = 50;

pub(super) fn unresolved(node: &Node, reason: impl Into<String>) -> Unresolved {
    Unresolved { line: node.line, reason: reason.into() }
}

impl Resolver<'_> {
    /// The value of a node; `None` where it has none.
    pub(super) fn value(&self, node: &Node) -> Resolved {
        match &node.value {
            Value::Null => Ok(Some(Json::Null)),
            Value::Bool(value) => Ok(Some(json!(value))),
            Value::Text(text) if text.contains("{{resolve:") => Err(unresolved(
                node,
                format!("`{text}` is resolved by CloudFormation when it makes the stack"),
            )),
            Value::Text(text) => Ok(Some(json!(text))),
            Value::List(nodes) => {
                let values = nodes.iter().map(|node| self.value(node)).collect::<Result<Vec<_>, _>>()?;
                Ok(Some(Json::Array(values.into_iter().flatten().collect())))
            }
            Value::Map(members) => match members.as_slice() {
                [(name, argument)] if is_function(name) => self.function(node, name, argument),
                members => self.map(members),
            },
        }
    }

    fn map(&self, members: &[(String, Node)]) -> Resolved {
        let mut map = serde_json::Map::new();
        for (name, node) in members {
            if is_function(name) {
                let reason =
                    format!("`{name}` stands beside other members, which CloudFormation does not take");
                return Err(unresolved(node, reason));
            }
            if let Some(value) = self.value(node)? {
                map.insert(name.clone(), value);
            }
        }
        Ok(Some(Json::Object(map)))
    }

    /// A value that must be there.
    pub(super) fn needed(&self, node: &Node) -> Result<Json, Unresolved> {
        self.value(node)?.ok_or_else(|| unresolved(node, "is `AWS::NoValue` where a value is needed"))
    }

    pub(super) fn text(&self, node: &Node) -> Result<String, Unresolved> {
        match self.needed(node)? {
            Json::String(text) => Ok(text),
            Json::Bool(value) => Ok(value.to_string()),
            other => {
                Err(unresolved(node, format!("must be a string, not {}", crate::document::kind_of(&other))))
            }
        }
    }

    fn function(&self, node: &Node, name: &str, argument: &Node) -> Resolved {
        if self.depth.get() > DEEPEST {
            return Err(unresolved(node, format!("`{name}` refers to itself")));
        }
        self.depth.set(self.depth.get() + 1);
        let value = self.applied(node, name, argument);
        self.depth.set(self.depth.get() - 1);
        value
    }

    fn applied(&self, node: &Node, name: &str, argument: &Node) -> Resolved {
        match name {
            "Ref" => self.reference(node, argument),
            "Fn::GetAtt" => self.attribute(node, argument).map(Some),
            "Fn::Sub" => self.substituted(argument).map(Some),
            "Fn::Join" => self.joined(argument).map(Some),
            "Fn::Select" => self.selected(argument),
            "Fn::Split" => self.split(argument).map(Some),
            "Fn::If" => self.chosen(argument),
            "Fn::FindInMap" => self.mapped(argument),
            "Fn::ImportValue" => self.imported(argument).map(Some),
            other => Err(unresolved(node, format!("`{other}` is not resolved here"))),
        }
    }

    fn reference(&self, node: &Node, argument: &Node) -> Resolved {
        let name = argument.text().ok_or_else(|| unresolved(node, "`Ref` needs a name"))?;
        if name == "AWS::NoValue" {
            return Ok(None);
        }
        self.named(node, name).map(Some)
    }

    /// What `Ref` gives for a pseudo parameter, a parameter or a resource.
    fn named(&self, node: &Node, name: &str) -> Result<Json, Unresolved> {
        let Surroundings { account, region, .. } = self.surroundings;
        match name {
            "AWS::AccountId" => return Ok(json!(account.as_str())),
            "AWS::Region" => return Ok(json!(region)),
            "AWS::Partition" => return Ok(json!("aws")),
            "AWS::URLSuffix" => return Ok(json!("amazonaws.com")),
            _ => {}
        }
        if let Some(value) = self.parameters.get(name) {
            return value.clone().map_err(|mut error| {
                error.line = node.line;
                error
            });
        }
        if name.starts_with("AWS::") {
            let reason =
                format!("`{name}` is known only once there is a stack: give it in the table of parameters");
            return Err(unresolved(node, reason));
        }
        match self.resource(name) {
            Some(resource) => references::reference(self, node, name, resource).map(Json::String),
            None => Err(unresolved(node, format!("there is no parameter and no resource `{name}`"))),
        }
    }

    /// A resource by its logical id.
    pub(super) fn resource(&self, name: &str) -> Option<&Node> {
        self.root.member("Resources")?.member(name)
    }

    fn attribute(&self, node: &Node, argument: &Node) -> Result<Json, Unresolved> {
        let Value::List(parts) = &argument.value else {
            return Err(unresolved(node, "`Fn::GetAtt` needs a resource and an attribute"));
        };
        let parts = parts.iter().map(|part| self.text(part)).collect::<Result<Vec<_>, _>>()?;
        let [name, attribute] = parts.as_slice() else {
            return Err(unresolved(node, "`Fn::GetAtt` needs a resource and an attribute"));
        };
        self.attribute_of(node, name, attribute).map(Json::String)
    }

    fn attribute_of(&self, node: &Node, name: &str, attribute: &str) -> Result<String, Unresolved> {
        match self.resource(name) {
            Some(resource) => references::attribute(self, node, name, resource, attribute),
            None => Err(unresolved(node, format!("there is no resource `{name}`"))),
        }
    }

    /// `${Name}`, `${Name.Attribute}`, and `${!Literal}`, which stays as `${Literal}`.
    fn substituted(&self, argument: &Node) -> Result<Json, Unresolved> {
        let none: &[(String, Node)] = &[];
        let (template, own) = match &argument.value {
            Value::Text(text) => (text.as_str(), none),
            Value::List(parts) => match parts.as_slice() {
                [template, own] => (template.text().unwrap_or_default(), own.members()),
                _ => return Err(unresolved(argument, "`Fn::Sub` needs a text and a map")),
            },
            _ => return Err(unresolved(argument, "`Fn::Sub` needs a text")),
        };
        let mut text = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once("${") {
            text += before;
            let Some((name, after)) = after.split_once('}') else {
                return Err(unresolved(argument, "`Fn::Sub` has a `${` without a `}`"));
            };
            rest = after;
            if let Some(literal) = name.strip_prefix('!') {
                text += &format!("${{{literal}}}");
                continue;
            }
            let name = name.trim();
            let value = match own.iter().find(|(member, _)| member == name) {
                Some((_, node)) => self.needed(node)?,
                None => match name.split_once('.') {
                    Some((resource, attribute)) => {
                        Json::String(self.attribute_of(argument, resource, attribute)?)
                    }
                    None => self.named(argument, name)?,
                },
            };
            text += &plain(argument, name, &value)?;
        }
        Ok(Json::String(text + rest))
    }

    fn joined(&self, argument: &Node) -> Result<Json, Unresolved> {
        let parts = self.arguments(argument, "Fn::Join", 2)?;
        let [delimiter, values] = parts.as_slice() else { return Err(unresolved(argument, "`Fn::Join`")) };
        let (Json::String(delimiter), Json::Array(values)) = (delimiter, values) else {
            return Err(unresolved(argument, "`Fn::Join` needs a delimiter and a list"));
        };
        let texts = values.iter().map(|value| plain(argument, "Fn::Join", value));
        Ok(Json::String(texts.collect::<Result<Vec<_>, _>>()?.join(delimiter)))
    }

    fn selected(&self, argument: &Node) -> Resolved {
        let parts = self.arguments(argument, "Fn::Select", 2)?;
        let [index, Json::Array(values)] = parts.as_slice() else {
            return Err(unresolved(argument, "`Fn::Select` needs a number and a list"));
        };
        let index = plain(argument, "Fn::Select", index)?.parse::<usize>().ok();
        let found = index.and_then(|index| values.get(index)).cloned();
        let missing = || unresolved(argument, "`Fn::Select` has no element of this number");
        found.ok_or_else(missing).map(Some)
    }

    fn split(&self, argument: &Node) -> Result<Json, Unresolved> {
        let parts = self.arguments(argument, "Fn::Split", 2)?;
        let [Json::String(delimiter), Json::String(text)] = parts.as_slice() else {
            return Err(unresolved(argument, "`Fn::Split` needs a delimiter and a text"));
        };
        Ok(json!(text.split(delimiter.as_str()).collect::<Vec<_>>()))
    }

    /// Only the branch that is taken must be known.
    fn chosen(&self, argument: &Node) -> Resolved {
        let Value::List(parts) = &argument.value else {
            return Err(unresolved(argument, "`Fn::If` needs a condition and two values"));
        };
        let [condition, then, otherwise] = parts.as_slice() else {
            return Err(unresolved(argument, "`Fn::If` needs a condition and two values"));
        };
        let name =
            condition.text().ok_or_else(|| unresolved(condition, "`Fn::If` needs a condition's name"))?;
        let holds = Conditions::of(self).holds(condition, name)?;
        self.value(if holds { then } else { otherwise })
    }

    fn mapped(&self, argument: &Node) -> Resolved {
        let keys = self.arguments(argument, "Fn::FindInMap", 3)?;
        let mut node = self.root.member("Mappings");
        for key in &keys {
            let key = plain(argument, "Fn::FindInMap", key)?;
            node = node.and_then(|node| node.member(&key));
        }
        let keys = keys.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(", ");
        let missing = || unresolved(argument, format!("`Mappings` has nothing for {keys}"));
        self.value(node.ok_or_else(missing)?)
    }

    fn imported(&self, argument: &Node) -> Result<Json, Unresolved> {
        let name = self.text(argument)?;
        let given = self.imports.get(&name).cloned().map(Json::String);
        let reason = format!(
            "`{name}` is exported by another stack: give it in the table of parameters, as `import {name}`"
        );
        given.ok_or_else(|| unresolved(argument, reason))
    }

    fn arguments(&self, argument: &Node, function: &str, count: usize) -> Result<Vec<Json>, Unresolved> {
        match self.needed(argument)? {
            Json::Array(values) if values.len() == count => Ok(values),
            _ => Err(unresolved(argument, format!("`{function}` needs {count} arguments"))),
        }
    }
}

/// The functions that give values; those of conditions are not among them.
fn is_function(name: &str) -> bool {
    name == "Ref" || name.starts_with("Fn::")
}

fn plain(node: &Node, what: &str, value: &Json) -> Result<String, Unresolved> {
    match value {
        Json::String(text) => Ok(text.clone()),
        Json::Bool(value) => Ok(value.to_string()),
        Json::Array(values) if values.iter().all(Json::is_string) => {
            Ok(values.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(","))
        }
        _ => Err(unresolved(node, format!("`{what}` must be a string"))),
    }
}
