//! Policy documents: from text to compiled statements.
//!
//! The text is kept as it was written, since AWS shows a policy so, and the places of its `AWS` principals are
//! kept with it, so that they can be replaced in the text. What a statement must look like is in
//! [`statement`](crate::statement). See
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use crate::decision::Effect;
use crate::json::{self, Flaw, Member, Node, Value};
use crate::parse::{self, Rules};
use crate::statement::Statement;

/// What a document is for: it decides which elements it must and must not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyKind {
    /// Identity-based, inline or managed; also boundaries and session policies: no `Principal`.
    Identity,
    /// A resource's: `Principal` required.
    Resource,
    /// A role's trust policy: `Principal` required, no `Resource`.
    Trust,
    /// A service control policy.
    ServiceControl,
    /// A resource control policy.
    ResourceControl,
}

/// A parsed and compiled policy document.
#[derive(Clone, Debug)]
pub struct PolicyDocument {
    text: String,
    kind: PolicyKind,
    current_version: bool,
    statements: Vec<Statement>,
    aws_principals: Vec<AwsPrincipal>,
}

/// One value under `AWS`, and where it stands in the text.
#[derive(Clone, Debug)]
pub(crate) struct AwsPrincipal {
    pub(crate) text: String,
    pub(crate) span: Range<usize>,
}

/// Why a text is not a policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PolicyError {
    /// What is wrong, in one sentence; AWS's own where it documents one.
    pub message: String,
    /// Line of the place, from 1.
    pub line: usize,
    /// Column of the place in characters, from 1.
    pub column: usize,
}

impl PolicyDocument {
    /// Parses and compiles `text`.
    ///
    /// # Errors
    /// Where `text` is not JSON, not a policy, not a policy of this kind, or has an element, operator or value that is
    /// not known.
    pub fn parse(text: &str, kind: PolicyKind) -> Result<Self, PolicyError> {
        Self::read(text, kind).map_err(|flaw| {
            let (line, column) = json::line_and_column(text, flaw.at);
            PolicyError { message: flaw.message, line, column }
        })
    }

    /// All values under `AWS` of `Principal` and `NotPrincipal`, in the order of the text.
    pub fn aws_principals(&self) -> Vec<&str> {
        self.aws_principals.iter().map(|principal| principal.text.as_str()).collect()
    }

    /// The same document, with each `AWS` principal for which `f` has an answer replaced by it, in the text too.
    /// The emulator stores unique ids in place of user and role ARNs, so that a recreated user inherits nothing.
    /// Where an answer is no principal, the document stays as it is.
    #[must_use]
    pub fn map_aws_principals(&self, f: &dyn Fn(&str) -> Option<String>) -> Self {
        let mut text = String::with_capacity(self.text.len());
        let mut copied = 0;
        for principal in &self.aws_principals {
            let Some(replacement) = f(&principal.text) else { continue };
            text.push_str(self.text.get(copied..principal.span.start).unwrap_or(""));
            text.push_str(&serde_json::Value::String(replacement).to_string());
            copied = principal.span.end;
        }
        if copied == 0 {
            return self.clone();
        }
        text.push_str(self.text.get(copied..).unwrap_or(""));
        Self::parse(&text, self.kind).unwrap_or_else(|_| self.clone())
    }

    /// The same document with none but its Deny statements, each still under its place in the whole: what is left
    /// of a bucket policy for an object that is not the bucket owner's.
    #[must_use]
    pub fn denials(&self) -> Self {
        let mut denials = self.clone();
        denials.statements.retain(|statement| statement.effect == Effect::Deny);
        denials
    }

    /// Whether anything is said: what is left by [`denials`](Self::denials) may say nothing.
    pub fn has_statements(&self) -> bool {
        !self.statements.is_empty()
    }

    /// The document as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where the statement at place `index` (from 1) stands: its first and its last byte are its braces.
    pub fn statement_span(&self, index: usize) -> Option<Range<usize>> {
        self.statements
            .iter()
            .find(|statement| statement.index == index)
            .map(|statement| statement.span.clone())
    }

    /// Whether it is written in the version 2012-10-17 of the policy language.
    pub fn is_current_version(&self) -> bool {
        self.current_version
    }

    pub(crate) fn statements(&self) -> &[Statement] {
        &self.statements
    }

    pub(crate) fn read(text: &str, kind: PolicyKind) -> Result<Self, Flaw> {
        if kind == PolicyKind::Resource && !text.starts_with('{') {
            // The wording is Amazon S3's; white space before the brace is harmless elsewhere.
            if !text.trim_start().starts_with('{') {
                return Err(Flaw::new(0, "Policies must be valid JSON and the first byte must be '{'"));
            }
        }
        let node = json::read(text).map_err(|flaw| {
            Flaw::new(flaw.at, format!("This policy contains invalid Json: {}", flaw.message))
        })?;
        let Value::Object(members) = &node.value else {
            return Err(Flaw::new(
                node.span.start,
                format!("a policy is an object, not {}", node.value.kind()),
            ));
        };
        let rules = Rules { kind, variables: has_variables(members)? };
        let mut aws_principals = Vec::new();
        let statements = read_statements(&node, members, rules, &mut aws_principals)?;
        aws_principals.sort_by_key(|principal| principal.span.start);
        Ok(Self { text: text.to_owned(), kind, current_version: rules.variables, statements, aws_principals })
    }
}

/// Whether the language version has policy variables. Without `Version` it is 2008-10-17, which has none:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html>.
fn has_variables(members: &[Member]) -> Result<bool, Flaw> {
    let Some(version) = members.iter().find(|member| member.key == "Version") else { return Ok(false) };
    match &version.value.value {
        Value::Text(text) if text == "2012-10-17" => Ok(true),
        Value::Text(text) if text == "2008-10-17" => Ok(false),
        _ => Err(Flaw::new(
            version.value.span.start,
            "The policy must contain a valid version string: 2012-10-17 or 2008-10-17",
        )),
    }
}

fn read_statements(
    document: &Node,
    members: &[Member],
    rules: Rules,
    aws_principals: &mut Vec<AwsPrincipal>,
) -> Result<Vec<Statement>, Flaw> {
    let mut list = None;
    for member in members {
        match member.key.as_str() {
            "Statement" => list = Some(&member.value),
            "Version" => {}
            "Id" if matches!(member.value.value, Value::Text(_)) => {}
            "Id" => return Err(Flaw::new(member.value.span.start, "Id must be a string")),
            unknown => {
                let known = ["Version", "Id", "Statement"];
                return Err(parse::unknown_name("policy element", unknown, known, member.key_span.start));
            }
        }
    }
    let Some(list) = list else {
        return Err(Flaw::new(document.span.start, "Syntax errors in policy: there is no Statement"));
    };
    let nodes = match &list.value {
        Value::List(nodes) if nodes.is_empty() => {
            return Err(Flaw::new(list.span.start, "Syntax errors in policy: Statement is empty"));
        }
        Value::List(nodes) => nodes.as_slice(),
        _ => std::slice::from_ref(list),
    };
    let mut statements = Vec::with_capacity(nodes.len());
    let mut sids: BTreeSet<Arc<str>> = BTreeSet::new();
    for (place, node) in nodes.iter().enumerate() {
        let statement = parse::statement(node, place + 1, rules, aws_principals)?;
        if let Some(sid) = &statement.sid
            && !sids.insert(Arc::clone(sid))
        {
            return Err(Flaw::new(
                node.span.start,
                format!("Statement IDs (SID) in a single policy must be unique: `{sid}` occurs twice"),
            ));
        }
        statements.push(statement);
    }
    Ok(statements)
}
