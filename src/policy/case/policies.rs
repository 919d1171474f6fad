//! The policies of a case, by the layer they speak in.
//!
//! A policy is a document, or the ARN of an AWS managed policy. In words it has its place in the case for a name, such
//! as `policies.identity[0]`.

use std::sync::Arc;

use super::fields::{Fields, list};
use crate::json::{Flaw, Node, Value};
use crate::{Policies, Policy, PolicyDocument, PolicyKind, ResourcePolicy};

/// Finds the document of an AWS managed policy by its ARN; `None`: there is no such policy.
pub(super) type Managed<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What the resource's policy is, which follows from the question.
#[derive(Clone, Copy)]
pub(super) enum ResourceRule {
    Grants,
    Trust,
    Key,
}

pub(super) struct Reader<'a> {
    /// The case as it was written.
    pub(super) text: &'a str,
    pub(super) managed: Managed<'a>,
    pub(super) rule: ResourceRule,
}

const LAYERS: [&str; 6] =
    ["identity", "boundary", "session", "resource", "serviceControl", "resourceControl"];

impl Reader<'_> {
    pub(super) fn policies(&self, node: Option<&Node>) -> Result<Policies, Flaw> {
        let Some(node) = node else {
            return Ok(Policies { resource: self.resource(None)?, ..Policies::default() });
        };
        let fields = Fields::of(node, "`policies`", &LAYERS)?;
        let several = |name: &str| match fields.optional(name) {
            None => Ok(None),
            Some(node) => self.several(node, &format!("policies.{name}"), PolicyKind::Identity).map(Some),
        };
        let levels = |name: &str, kind| match fields.optional(name) {
            None => Ok(Vec::new()),
            Some(node) => self.levels(node, &format!("policies.{name}"), kind),
        };
        let boundary = fields.optional("boundary").filter(|node| !matches!(node.value, Value::Null));
        Ok(Policies {
            identity: several("identity")?.unwrap_or_default(),
            boundary: boundary
                .map(|node| self.policy(node, "policies.boundary".to_owned(), PolicyKind::Identity))
                .transpose()?,
            // A session without session policies is not one whose session policies allow nothing.
            session: several("session")?.filter(|policies| !policies.is_empty()),
            resource: self.resource(fields.optional("resource"))?,
            service_control: levels("serviceControl", PolicyKind::ServiceControl)?,
            resource_control: levels("resourceControl", PolicyKind::ResourceControl)?,
        })
    }

    fn resource(&self, node: Option<&Node>) -> Result<ResourcePolicy, Flaw> {
        let node = node.filter(|node| !matches!(node.value, Value::Null));
        let name = "policies.resource".to_owned();
        let policy = |kind| node.map(|node| self.policy(node, name.clone(), kind)).transpose();
        Ok(match self.rule {
            ResourceRule::Grants => {
                policy(PolicyKind::Resource)?.map_or(ResourcePolicy::None, ResourcePolicy::Grants)
            }
            ResourceRule::Trust => ResourcePolicy::Trust(
                node.map(|node| {
                    self.policy(node, "trust policy policies.resource".to_owned(), PolicyKind::Trust)
                })
                .transpose()?,
            ),
            ResourceRule::Key => ResourcePolicy::Key(policy(PolicyKind::Resource)?),
        })
    }

    fn several(&self, node: &Node, path: &str, kind: PolicyKind) -> Result<Vec<Policy>, Flaw> {
        let nodes = list(node, &format!("`{path}`"))?;
        let read = |(place, node)| self.policy(node, format!("{path}[{place}]"), kind);
        nodes.iter().enumerate().map(read).collect()
    }

    /// A list for each level, from the organization's root down.
    fn levels(&self, node: &Node, path: &str, kind: PolicyKind) -> Result<Vec<Vec<Policy>>, Flaw> {
        let levels = list(node, &format!("`{path}`, of which each level is a list,"))?;
        let read = |(place, node)| self.several(node, &format!("{path}[{place}]"), kind);
        levels.iter().enumerate().map(read).collect()
    }

    fn policy(&self, node: &Node, name: String, kind: PolicyKind) -> Result<Policy, Flaw> {
        let (name, text, start) = match &node.value {
            Value::Text(arn) if arn.contains(":iam::aws:policy/") => {
                let document = (self.managed)(arn);
                let missing = || Flaw::new(node.span.start, format!("`{arn}` is no AWS managed policy"));
                (arn.clone(), document.ok_or_else(missing)?, None)
            }
            Value::Object(_) => {
                let text = self.text.get(node.span.clone()).unwrap_or_default();
                (name, text.to_owned(), Some(node.span.start))
            }
            other => {
                let message = format!(
                    "`{name}` must be a policy document or the ARN of an AWS managed policy, not {}",
                    other.kind()
                );
                return Err(Flaw::new(node.span.start, message));
            }
        };
        let document = PolicyDocument::read(&text, kind).map_err(|flaw| {
            // A document stands in the case as it is, so its places are the case's.
            let at = start.map_or(node.span.start, |start| start + flaw.at);
            Flaw::new(at, format!("{name}: {}", flaw.message))
        })?;
        Ok(Policy { name, document: Arc::new(document) })
    }
}
