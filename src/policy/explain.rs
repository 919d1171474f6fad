//! The words of a decision.
//!
//! [`Decision::explain`] is for people at a terminal and in reports: what decided, and what came near.
//! [`Decision::denial_message`] is what AWS would have said.

use crate::arn::ArnParts;
use crate::decision::{ConditionTrace, Effect, Mismatch, Question, StatementName, StatementTrace};
use crate::{Decision, Explanation, Layer, Outcome, Request};

/// More near misses than these tell nobody anything.
const MOST_NEAR_MISSES: usize = 5;

/// The rank of a statement that covers another action of the service only.
const ANOTHER_ACTION: u8 = 2;

impl Question {
    pub(crate) fn of(request: &Request) -> Self {
        Self {
            principal: request.principal.arn(),
            action: request.action.clone(),
            resource: request.resource.clone(),
        }
    }

    fn service(&self) -> &str {
        self.action.split(':').next().unwrap_or("")
    }
}

impl Decision {
    /// The decision in words. Near misses need the trace of [`decide`](crate::decide).
    pub fn explain(&self) -> Explanation {
        let near = if self.outcome == Outcome::ImplicitDeny { self.near_misses() } else { Vec::new() };
        Explanation { why: self.why(), near }
    }

    fn why(&self) -> String {
        match (self.outcome, self.deciding.as_slice()) {
            (Outcome::Allowed, []) => "the root user may do everything in its account".to_owned(),
            (Outcome::Allowed, [first, others @ ..]) => {
                let delegating = others.iter().find(|other| other.layer != first.layer);
                let also = delegating.map(|other| format!(", and {}", statement_in(other)));
                let verb = if also.is_some() { "allow" } else { "allows" };
                format!("{}{} {verb} it", statement_in(first), also.unwrap_or_default())
            }
            (Outcome::ExplicitDeny, [first, ..]) => {
                let statement = first.sid.as_deref().map_or_else(|| first.index.to_string(), str::to_owned);
                format!("Deny statement {statement} in {} denies it", policy_words(first))
            }
            (Outcome::ExplicitDeny, []) => "a Deny statement denies it".to_owned(),
            (Outcome::ImplicitDeny, _) => self.why_not(),
        }
    }

    fn why_not(&self) -> String {
        let names = self.silent.iter().map(|name| &**name).collect::<Vec<_>>().join(", ");
        match self.layer {
            Some(Layer::Trust) if names.is_empty() => "there is no such role to assume".to_owned(),
            Some(Layer::Trust) => format!("the {names} does not allow it"),
            Some(Layer::Resource) if names.is_empty() => {
                "the resource has no policy that allows it (implicit denial)".to_owned()
            }
            Some(Layer::Resource) => format!("{names} does not allow it (implicit denial)"),
            Some(Layer::Boundary) => format!("the permissions boundary {names} does not allow it (implicit denial)"),
            Some(Layer::Session) if names.is_empty() => {
                "the session has no session policy, and a federated user may do nothing without one (implicit denial)"
                    .to_owned()
            }
            Some(Layer::Session) => format!("the session policy {names} does not allow it (implicit denial)"),
            Some(Layer::ServiceControl) if names.is_empty() => {
                "a level of the organization has no service control policy that allows it (implicit denial)".to_owned()
            }
            Some(Layer::ServiceControl) => {
                format!("the service control policy {names} does not allow it (implicit denial)")
            }
            Some(Layer::ResourceControl) => {
                format!("the resource control policy {names} does not allow it (implicit denial)")
            }
            Some(Layer::Identity) | None => "no statement allows it (implicit denial)".to_owned(),
        }
    }

    /// The Allow statements, in the layers that could have allowed, that failed in exactly one respect.
    fn near_misses(&self) -> Vec<String> {
        let could_allow = |layer: Layer| match self.layer {
            Some(Layer::Identity) | None => matches!(layer, Layer::Identity | Layer::Resource),
            Some(deciding) => layer == deciding,
        };
        let candidates = self.trace.iter().filter(|statement| {
            statement.effect == Effect::Allow && could_allow(statement.name.layer) && self.is_near(statement)
        });
        let mut near: Vec<(u8, String)> = candidates
            .filter_map(|statement| match statement.mismatches.as_slice() {
                [only] => Some((rank(only), self.miss_words(statement, only)?)),
                _ => None,
            })
            .collect();
        near.sort_by_key(|(rank, _)| *rank);
        // Another action is near only where nothing is nearer.
        if near.first().is_some_and(|(rank, _)| *rank < ANOTHER_ACTION) {
            near.retain(|(rank, _)| *rank < ANOTHER_ACTION);
        }
        let missed = near.into_iter().map(|(_, words)| words);
        self.halves().chain(missed).take(MOST_NEAR_MISSES).collect()
    }

    /// Statements of the resource's side that apply, where the caller's side has to allow as well: a trust in the
    /// whole account, or a grant to another one.
    fn halves(&self) -> impl Iterator<Item = String> {
        let sides = [Layer::Resource, Layer::Trust];
        let asks_identity = matches!(self.layer, Some(Layer::Identity) | None);
        self.trace
            .iter()
            .filter(move |statement| {
                asks_identity
                    && statement.effect == Effect::Allow
                    && statement.mismatches.is_empty()
                    && sides.contains(&statement.name.layer)
            })
            .map(|statement| {
                let place = statement_words(statement.name.sid.as_deref(), statement.name.index);
                format!(
                    "{}, {place}: allows it, but an identity-based policy of the caller has to allow {} as well",
                    statement.name.policy, self.question.action
                )
            })
    }

    /// A statement about another service on all resources fails in one respect only, and is not near.
    fn is_near(&self, statement: &StatementTrace) -> bool {
        let [Mismatch::Action { wants, .. }] = statement.mismatches.as_slice() else { return true };
        wants.iter().any(|want| {
            let vendor = want.split(':').next().unwrap_or("");
            vendor.eq_ignore_ascii_case(self.question.service())
        })
    }

    fn miss_words(&self, statement: &StatementTrace, miss: &Mismatch) -> Option<String> {
        let name = &statement.name;
        let place = format!("{}, {}", name.policy, statement_words(name.sid.as_deref(), name.index));
        let asked = &self.question;
        let words = match miss {
            Mismatch::Resource { wants, not: false } => {
                format!("the action matches; {}", resource_words(wants, &asked.resource))
            }
            Mismatch::Resource { wants, not: true } => {
                format!("the action matches; NotResource {} leaves out {}", list(wants), asked.resource)
            }
            Mismatch::Action { wants, not: false } => {
                format!("the resource matches; Action {} does not cover {}", list(wants), asked.action)
            }
            Mismatch::Action { wants, not: true } => {
                format!("the resource matches; NotAction {} leaves out {}", list(wants), asked.action)
            }
            Mismatch::Principal { wants, not: false } => {
                format!("Principal {} does not match {}", list(wants), asked.principal)
            }
            Mismatch::Principal { wants, not: true } => {
                format!("NotPrincipal {} leaves out {}", list(wants), asked.principal)
            }
            Mismatch::Condition(place) => condition_words(statement.conditions.get(*place)?),
        };
        Some(format!("{place}: {words}"))
    }

    /// The denial as AWS words it in an `AccessDenied` message:
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html>.
    pub fn denial_message(&self) -> String {
        let Question { principal, action, resource } = &self.question;
        let on_resource = if resource == "*" { String::new() } else { format!(" on resource: {resource}") };
        let context = match self.outcome {
            Outcome::Allowed => String::new(),
            Outcome::ExplicitDeny => {
                format!(" with an explicit deny in {}", self.layer.map_or("a policy", with_article))
            }
            Outcome::ImplicitDeny => {
                let layer = self.layer.unwrap_or(Layer::Identity);
                format!(" because no {} allows the {action} action", aws_name(layer))
            }
        };
        format!("User: {principal} is not authorized to perform: {action}{on_resource}{context}")
    }
}

/// `Sid X`, or `statement 2` where there is none.
pub(crate) fn statement_words(sid: Option<&str>, index: usize) -> String {
    match sid {
        Some(sid) => format!("Sid {sid}"),
        None => format!("statement {index}"),
    }
}

fn statement_in(name: &StatementName) -> String {
    format!("{} in {}", statement_words(name.sid.as_deref(), name.index), policy_words(name))
}

fn policy_words(name: &StatementName) -> String {
    let policy = &name.policy;
    match name.layer {
        Layer::ResourceControl => format!("resource control policy {policy}"),
        Layer::ServiceControl => format!("service control policy {policy}"),
        Layer::Trust => format!("the {policy}"),
        Layer::Boundary => format!("the permissions boundary {policy}"),
        Layer::Session => format!("session policy {policy}"),
        Layer::Resource | Layer::Identity => policy.to_string(),
    }
}

fn aws_name(layer: Layer) -> &'static str {
    match layer {
        Layer::ResourceControl => "resource control policy",
        Layer::ServiceControl => "service control policy",
        Layer::Resource => "resource-based policy",
        Layer::Trust => "role trust policy",
        Layer::Identity => "identity-based policy",
        Layer::Boundary => "permissions boundary",
        Layer::Session => "session policy",
    }
}

fn with_article(layer: Layer) -> &'static str {
    match layer {
        Layer::ResourceControl => "a resource control policy",
        Layer::ServiceControl => "a service control policy",
        Layer::Resource => "a resource-based policy",
        Layer::Trust => "the role trust policy",
        Layer::Identity => "an identity-based policy",
        Layer::Boundary => "a permissions boundary",
        Layer::Session => "a session policy",
    }
}

/// What is most likely meant comes first: the right action on another resource rather than another action.
fn rank(miss: &Mismatch) -> u8 {
    match miss {
        Mismatch::Condition(_) | Mismatch::Resource { .. } => 0,
        Mismatch::Principal { .. } => 1,
        Mismatch::Action { .. } => ANOTHER_ACTION,
    }
}

fn resource_words(wants: &[String], resource: &str) -> String {
    let wanted = format!("Resource {}", list(wants));
    let bucket_and_key = ArnParts::of(resource)
        .filter(|parts| parts.segments().nth(1) == Some("s3"))
        .map(|parts| (parts.head, parts.resource.split_once('/')));
    match bucket_and_key {
        Some((head, Some((bucket, _)))) if wants.contains(&format!("{head}{bucket}")) => {
            format!("{wanted} does not cover the object ({head}{bucket}/* would)")
        }
        Some((_, None)) if wants.contains(&format!("{resource}/*")) => {
            format!("{wanted} does not cover the bucket ({resource} would)")
        }
        _ => format!("{wanted} does not cover {resource}"),
    }
}

fn condition_words(condition: &ConditionTrace) -> String {
    let seen = match condition.seen.as_deref() {
        None | Some([]) => "the request has no such key".to_owned(),
        Some(values) => format!("the request has {}", list(values)),
    };
    format!("{} {} wants {}, {seen}", condition.operator, condition.key, list(&condition.wants))
}

/// The values; past three only how many more there are.
fn list(values: &[String]) -> String {
    let quoted = |value: &String| if value.is_empty() { "\"\"".to_owned() } else { value.clone() };
    let shown = values.iter().take(3).map(quoted).collect::<Vec<_>>().join(" or ");
    match values.len() {
        0..=3 => shown,
        all => format!("{shown} or {} more", all - 3),
    }
}
