//! The answer to a case, as data that is written in JSON.

use serde::Serialize;

use super::Case;
use super::notes::notes;
use crate::decision::{Effect, Mismatch, StatementName, StatementTrace};
use crate::{Decision, Layer, Outcome, Undecidable, decide};

/// A decision, as `rolecall decide --format json` writes it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// What was decided.
    pub decision: Outcome,
    /// What decided it: the statements, or for an implicit denial the layer that does not allow it, with its policies.
    pub because: Vec<Because>,
    /// The same in words.
    pub why: String,
    /// For an implicit denial: statements that failed in one respect only, and in which.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub near: Vec<String>,
    /// What is odd about the question: an action in a policy that no service has, a resource of a kind that the
    /// action is not about, or resource control policies, which do not apply to the action's service.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Each statement looked at; `None`: not asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statements: Option<Vec<Looked>>,
}

/// A statement that decided, or a layer that did not allow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Because {
    /// A statement that applies.
    Statement(Place),
    /// A layer in which no statement allows it.
    Layer {
        /// Which one.
        layer: Layer,
        /// The names of its policies.
        policies: Vec<String>,
    },
    /// The caller is a root user, whom nothing limits.
    Root {
        /// `root`.
        principal: &'static str,
    },
}

/// Where a statement stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// The kind of policy.
    pub layer: Layer,
    /// The policy's name.
    pub policy: String,
    /// The statement's place in the policy, from 1.
    pub statement: usize,
    /// Its `Sid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
}

/// A statement, looked at.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Looked {
    /// Where it stands.
    #[serde(flatten)]
    pub place: Place,
    /// What it does when it applies.
    pub effect: Effect,
    /// Whether it applies; `None`: it hangs on something that is not known.
    pub applies: Option<bool>,
    /// The elements that do not match.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fails: Vec<Fails>,
    /// The conditions judged; none where two other elements fail already.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Judged>,
}

/// An element that does not match the request.
#[derive(Clone, Debug, Serialize)]
pub struct Fails {
    /// Its name in the policy language.
    pub element: &'static str,
    /// Its values in the policy.
    pub wants: Vec<String>,
    /// The request's value.
    pub seen: String,
}

/// A condition, judged.
#[derive(Clone, Debug, Serialize)]
pub struct Judged {
    /// As the policy writes it.
    pub operator: String,
    /// As the policy writes it.
    pub key: String,
    /// The policy's values.
    pub wants: Vec<String>,
    /// The request's values; `None`: it has no such key.
    pub seen: Option<Vec<String>>,
    /// Whether it is met; `None`: the key is not known.
    pub met: Option<bool>,
}

impl Case {
    /// Decides the case; `whole`: the answer has each statement looked at.
    ///
    /// # Errors
    /// As [`decide`].
    pub fn answer(&self, whole: bool) -> Result<Answer, Undecidable> {
        let decision = decide(&self.request, &self.policies)?;
        let explanation = decision.explain();
        Ok(Answer {
            decision: decision.outcome,
            because: decision.because(),
            why: explanation.why,
            near: explanation.near,
            notes: notes(self),
            statements: whole.then(|| decision.trace.iter().map(|trace| decision.looked(trace)).collect()),
        })
    }
}

impl Decision {
    fn because(&self) -> Vec<Because> {
        match (self.outcome, self.layer) {
            (Outcome::ImplicitDeny, Some(layer)) => {
                vec![Because::Layer {
                    layer,
                    policies: self.silent.iter().map(ToString::to_string).collect(),
                }]
            }
            (Outcome::Allowed, None) if self.deciding.is_empty() => vec![Because::Root { principal: "root" }],
            _ => self.deciding.iter().map(|name| Because::Statement(Place::of(name))).collect(),
        }
    }

    fn looked(&self, trace: &StatementTrace) -> Looked {
        let fails = trace.mismatches.iter().filter_map(|mismatch| self.fails(mismatch)).collect();
        let conditions = trace.conditions.iter().map(|condition| Judged {
            operator: condition.operator.to_string(),
            key: condition.key.to_string(),
            wants: condition.wants.to_vec(),
            seen: condition.seen.clone(),
            met: condition.met,
        });
        let conditions: Vec<Judged> = conditions.collect();
        let doubtful = conditions.iter().any(|condition| condition.met.is_none());
        let applies = match trace.mismatches.is_empty() {
            false => Some(false),
            true => (!doubtful).then_some(true),
        };
        Looked { place: Place::of(&trace.name), effect: trace.effect, applies, fails, conditions }
    }

    fn fails(&self, mismatch: &Mismatch) -> Option<Fails> {
        let asked = &self.question;
        let (element, wants, seen) = match mismatch {
            Mismatch::Principal { wants, not: false } => ("Principal", wants, &asked.principal),
            Mismatch::Principal { wants, not: true } => ("NotPrincipal", wants, &asked.principal),
            Mismatch::Action { wants, not: false } => ("Action", wants, &asked.action),
            Mismatch::Action { wants, not: true } => ("NotAction", wants, &asked.action),
            Mismatch::Resource { wants, not: false } => ("Resource", wants, &asked.resource),
            Mismatch::Resource { wants, not: true } => ("NotResource", wants, &asked.resource),
            // Conditions are all told, met or not.
            Mismatch::Condition(_) => return None,
        };
        Some(Fails { element, wants: wants.to_vec(), seen: seen.clone() })
    }
}

impl Place {
    fn of(name: &StatementName) -> Self {
        Self {
            layer: name.layer,
            policy: name.policy.to_string(),
            statement: name.index,
            sid: name.sid.as_deref().map(str::to_owned),
        }
    }
}
