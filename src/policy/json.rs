//! Reads JSON and keeps the place of every value.
//!
//! A policy's author is told the line and column of what is wrong, a repeated key is an error rather than a
//! silent choice, and a principal can be replaced in the text without touching the rest of it. `serde_json`
//! keeps places for syntax errors only. The format is RFC 8259, without any of the common extensions.

use std::ops::Range;

/// Deeper nesting than any policy has; it keeps hostile input from exhausting the stack.
const DEEPEST: usize = 32;

/// A value with the bytes of the text it was read from.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) span: Range<usize>,
    pub(crate) value: Value,
}

#[derive(Debug)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    /// A number as it was written.
    Number(String),
    Text(String),
    List(Vec<Node>),
    Object(Vec<Member>),
}

#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) key: String,
    pub(crate) key_span: Range<usize>,
    pub(crate) value: Node,
}

/// What is wrong, and the byte where.
#[derive(Debug)]
pub(crate) struct Flaw {
    pub(crate) message: String,
    pub(crate) at: usize,
}

impl Flaw {
    pub(crate) fn new(at: usize, message: impl Into<String>) -> Self {
        Self { message: message.into(), at }
    }
}

impl Value {
    /// What kind of value it is, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a Boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "a string",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }
}

/// Line and column (in characters) of a byte, both from 1.
pub(crate) fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    (line, before.get(line_start..).unwrap_or("").chars().count() + 1)
}

/// Reads one value that fills the whole text.
pub(crate) fn read(text: &str) -> Result<Node, Flaw> {
    let mut reader = Reader { text, at: 0 };
    let node = reader.value(0)?;
    reader.skip_space();
    match reader.peek() {
        None => Ok(node),
        Some(found) => Err(reader.flaw(format!("expected the end, found `{found}`"))),
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn flaw(&self, message: impl Into<String>) -> Flaw {
        Flaw::new(self.at, message)
    }

    fn skip_space(&mut self) {
        let space = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r');
        self.at = self.text.len() - self.rest().trim_start_matches(space).len();
    }

    fn unexpected(&self, expected: &str) -> Flaw {
        match self.peek() {
            Some(found) => self.flaw(format!("expected {expected}, found `{found}`")),
            None => self.flaw(format!("expected {expected}, found the end")),
        }
    }

    /// Consumes `wanted` after white space, or says what stands there instead.
    fn take(&mut self, wanted: char, expected: &str) -> Result<(), Flaw> {
        self.skip_space();
        if self.peek() != Some(wanted) {
            return Err(self.unexpected(expected));
        }
        self.at += wanted.len_utf8();
        Ok(())
    }

    fn take_if(&mut self, wanted: char) -> bool {
        self.skip_space();
        let found = self.peek() == Some(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    fn value(&mut self, depth: usize) -> Result<Node, Flaw> {
        if depth > DEEPEST {
            return Err(self.flaw("nested too deeply"));
        }
        self.skip_space();
        let start = self.at;
        let value = match self.peek() {
            Some('{') => self.object(depth)?,
            Some('[') => self.list(depth)?,
            Some('"') => Value::Text(self.string()?),
            Some('-' | '0'..='9') => self.number()?,
            Some('t') => self.word("true", Value::Bool(true))?,
            Some('f') => self.word("false", Value::Bool(false))?,
            Some('n') => self.word("null", Value::Null)?,
            _ => return Err(self.unexpected("a value")),
        };
        Ok(Node { span: start..self.at, value })
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, Flaw> {
        if !self.rest().starts_with(word) {
            return Err(self.unexpected("a value"));
        }
        self.at += word.len();
        Ok(value)
    }

    fn object(&mut self, depth: usize) -> Result<Value, Flaw> {
        let mut members: Vec<Member> = Vec::new();
        self.take('{', "`{`")?;
        if self.take_if('}') {
            return Ok(Value::Object(members));
        }
        loop {
            self.skip_space();
            let start = self.at;
            if self.peek() != Some('"') {
                return Err(self.unexpected("a name in quotation marks"));
            }
            let key = self.string()?;
            let key_span = start..self.at;
            if members.iter().any(|member| member.key == key) {
                return Err(Flaw::new(start, format!("`{key}` occurs twice")));
            }
            self.take(':', "`:`")?;
            let value = self.value(depth + 1)?;
            members.push(Member { key, key_span, value });
            if self.take_if('}') {
                return Ok(Value::Object(members));
            }
            self.take(',', "`,` or `}`")?;
        }
    }

    fn list(&mut self, depth: usize) -> Result<Value, Flaw> {
        let mut items = Vec::new();
        self.take('[', "`[`")?;
        if self.take_if(']') {
            return Ok(Value::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.take_if(']') {
                return Ok(Value::List(items));
            }
            self.take(',', "`,` or `]`")?;
        }
    }

    fn number(&mut self) -> Result<Value, Flaw> {
        let start = self.at;
        let number = |c: char| matches!(c, '0'..='9' | '-' | '+' | '.' | 'e' | 'E');
        let length = self.rest().find(|c| !number(c)).unwrap_or(self.rest().len());
        self.at += length;
        let written = self.text.get(start..self.at).unwrap_or("");
        // serde_json knows the grammar of numbers; whole documents go through this reader for their places.
        match serde_json::from_str::<serde_json::Number>(written) {
            Ok(_) => Ok(Value::Number(written.to_owned())),
            Err(_) => Err(Flaw::new(start, format!("`{written}` is not a number"))),
        }
    }

    /// A string with its quotation marks. Its end is found here, its escapes are read by serde_json.
    fn string(&mut self) -> Result<String, Flaw> {
        let start = self.at;
        let mut escaped = false;
        let mut end = None;
        for (offset, c) in self.rest().char_indices().skip(1) {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => {
                    end = Some(offset + 1);
                    break;
                }
                '\u{0}'..='\u{1f}' => {
                    return Err(Flaw::new(start + offset, "a control character or line break in a string"));
                }
                _ => {}
            }
        }
        let Some(length) = end else {
            return Err(Flaw::new(start, "this string has no end"));
        };
        self.at += length;
        let written = self.text.get(start..self.at).unwrap_or("");
        serde_json::from_str(written)
            .map_err(|_| Flaw::new(start, "this string has an escape that is not valid"))
    }
}
