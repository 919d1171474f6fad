//! A template as a tree whose nodes know their lines, from YAML with its short forms or from JSON.

use std::borrow::Cow;
use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, Tag};

use crate::model::ReadError;

/// A value and where it begins.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    /// From 1; `None`: JSON, of which lines are not known.
    pub(super) line: Option<usize>,
    pub(super) value: Value,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    /// Also a number, as it was written.
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

/// Deeper than any template is; it keeps hostile input from exhausting the stack.
const DEEPEST: usize = 64;

impl Node {
    /// Reads a template.
    ///
    /// # Errors
    /// Where it is neither JSON nor YAML.
    pub(super) fn read(text: &str) -> Result<Node, ReadError> {
        if text.trim_start().starts_with('{') {
            let value: serde_json::Value =
                serde_json::from_str(text).map_err(|error| ReadError::of_json(&error))?;
            return Ok(Node::of_json(&value));
        }
        Reader { parser: Parser::new_from_str(text), anchors: HashMap::new() }.document()
    }

    fn of_json(value: &serde_json::Value) -> Node {
        let value = match value {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(value) => Value::Bool(*value),
            serde_json::Value::Number(number) => Value::Text(number.to_string()),
            serde_json::Value::String(text) => Value::Text(text.clone()),
            serde_json::Value::Array(values) => Value::List(values.iter().map(Node::of_json).collect()),
            serde_json::Value::Object(members) => {
                Value::Map(members.iter().map(|(name, value)| (name.clone(), Node::of_json(value))).collect())
            }
        };
        Node { line: None, value }
    }

    /// A member of a map.
    pub(super) fn member(&self, name: &str) -> Option<&Node> {
        self.members().iter().find(|(member, _)| member == name).map(|(_, node)| node)
    }

    /// The members of a map, in order; none of anything else.
    pub(super) fn members(&self) -> &[(String, Node)] {
        match &self.value {
            Value::Map(members) => members,
            _ => &[],
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

struct Reader<'t> {
    parser: Parser<'t, saphyr_parser::StrInput<'t>>,
    anchors: HashMap<usize, Node>,
}

impl<'t> Reader<'t> {
    fn document(&mut self) -> Result<Node, ReadError> {
        loop {
            match self.next()? {
                (Event::StreamStart | Event::DocumentStart(_) | Event::Nothing, _) => {}
                (Event::StreamEnd, _) => return Err(ReadError::new("is empty")),
                (event, span) => return self.node(event, span, 0),
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'t>, Span), ReadError> {
        match self.parser.next() {
            Some(Ok(found)) => Ok(found),
            Some(Err(error)) => Err(ReadError {
                message: format!("is not YAML: {}", error.info()),
                line: Some(error.marker().line()),
                column: Some(error.marker().col() + 1),
            }),
            None => Err(ReadError::new("breaks off")),
        }
    }

    fn node(&mut self, event: Event<'t>, span: Span, depth: usize) -> Result<Node, ReadError> {
        let line = Some(span.start.line());
        if depth > DEEPEST {
            return Err(ReadError { message: "is nested too deep".to_owned(), line, column: None });
        }
        let (anchor, value, tag) = match event {
            Event::Scalar(text, style, anchor, tag) => (anchor, scalar(&text, style), tag),
            Event::SequenceStart(anchor, tag) => (anchor, self.list(depth)?, tag),
            Event::MappingStart(anchor, tag) => (anchor, self.map(depth)?, tag),
            Event::Alias(anchor) => {
                let known = self.anchors.get(&anchor).cloned();
                let unknown =
                    || ReadError { message: "has an alias of nothing".to_owned(), line, column: None };
                return known.ok_or_else(unknown);
            }
            _ => return Err(ReadError { message: "breaks off".to_owned(), line, column: None }),
        };
        let node = short_form(Node { line, value }, tag);
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn list(&mut self, depth: usize) -> Result<Value, ReadError> {
        let mut nodes = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Value::List(nodes)),
                (event, span) => nodes.push(self.node(event, span, depth + 1)?),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Value, ReadError> {
        let mut members: Vec<(String, Node)> = Vec::new();
        loop {
            let (event, span) = self.next()?;
            let line = Some(span.start.line());
            let name = match event {
                Event::MappingEnd => return Ok(Value::Map(members)),
                Event::Scalar(name, ..) => name.into_owned(),
                _ => {
                    let message = "has a key that is no text".to_owned();
                    return Err(ReadError { message, line, column: None });
                }
            };
            if members.iter().any(|(known, _)| *known == name) {
                return Err(ReadError { message: format!("has `{name}` twice"), line, column: None });
            }
            let (event, span) = self.next()?;
            let node = self.node(event, span, depth + 1)?;
            members.push((name, node));
        }
    }
}

/// CloudFormation takes numbers and dates as they are written.
fn scalar(text: &str, style: ScalarStyle) -> Value {
    match text {
        _ if style != ScalarStyle::Plain => Value::Text(text.to_owned()),
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        _ => Value::Text(text.to_owned()),
    }
}

/// `!Ref x` is `{Ref: x}`, `!GetAtt a.b` is `{Fn::GetAtt: [a, b]}`, and so on.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html>
fn short_form(node: Node, tag: Option<Cow<'_, Tag>>) -> Node {
    let Some(tag) = tag.filter(|tag| tag.handle == "!") else { return node };
    let line = node.line;
    let name = match tag.suffix.as_str() {
        "Ref" | "Condition" => tag.suffix.clone(),
        function => format!("Fn::{function}"),
    };
    let argument = match (&node.value, name.as_str()) {
        (Value::Text(text), "Fn::GetAtt") => {
            let (thing, attribute) = text.split_once('.').unwrap_or((text, ""));
            let parts = [thing, attribute].map(|part| Node { line, value: Value::Text(part.to_owned()) });
            Node { line, value: Value::List(parts.to_vec()) }
        }
        _ => node,
    };
    Node { line, value: Value::Map(vec![(name, argument)]) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn short_forms_are_the_long_ones() {
        let yaml = "A: !Ref x\nB: !GetAtt r.Arn\nC: !Join ['', [a, !Sub 'b-${x}']]\nD:\n  Fn::If: [c, !Ref AWS::NoValue, 2012-10-17]\n";
        let json = r#"{"A": {"Ref": "x"}, "B": {"Fn::GetAtt": ["r", "Arn"]}, "C": {"Fn::Join": ["", ["a", {"Fn::Sub": "b-${x}"}]]},
            "D": {"Fn::If": ["c", {"Ref": "AWS::NoValue"}, "2012-10-17"]}}"#;
        fn without_lines(node: Node) -> Node {
            let value = match node.value {
                Value::List(nodes) => Value::List(nodes.into_iter().map(without_lines).collect()),
                Value::Map(members) => {
                    Value::Map(members.into_iter().map(|(name, node)| (name, without_lines(node))).collect())
                }
                value => value,
            };
            Node { line: None, value }
        }
        assert_eq!(without_lines(Node::read(yaml).unwrap()), Node::read(json).unwrap());
        assert_eq!(Node::read(yaml).unwrap().member("D").unwrap().members().first().unwrap().1.line, Some(5));
    }

    #[test]
    fn what_is_neither_is_told_with_its_line() {
        let check = |text: &str, line: Option<usize>, message: &str| {
            let error = Node::read(text).unwrap_err();
            assert_eq!((error.line, error.message.as_str()), (line, message), "{text}");
        };
        check("", None, "is empty");
        check("{\"a\": }", Some(1), "is not JSON: expected value");
        check("a: 1\nb: 2\na: 3\n", Some(3), "has `a` twice");
        let error = Node::read("a: [1, 2\nb: }").unwrap_err();
        assert!(error.message.starts_with("is not YAML: ") && error.line.is_some(), "{error:?}");
    }
}
