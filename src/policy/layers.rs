//! What the statements of each layer say to a request, before the layers are weighed against each other.

use std::sync::Arc;

use crate::decision::{Effect, StatementName, StatementTrace, Unknown};
use crate::principals::Reach;
use crate::statement::Asked;
use crate::variables::{Doubt, Truth};
use crate::{Layer, Policy, Undecidable};

/// What a group of policies says, of which one must allow: a layer, or one level of an organization.
#[derive(Default)]
pub(crate) struct Voice<'p> {
    pub(crate) allows: Vec<StatementName>,
    /// How directly the most direct Allow reaches the caller.
    pub(crate) reach: Option<Reach>,
    pub(crate) policies: &'p [Policy],
}

impl Voice<'_> {
    pub(crate) fn is_allowing(&self) -> bool {
        self.reach.is_some()
    }
}

/// Hears statements, and keeps what concerns all layers alike.
pub(crate) struct Hearing<'a> {
    asked: &'a Asked<'a>,
    tracing: bool,
    /// A Deny in this layer does not count.
    pub(crate) deaf_to_denials_of: Option<Layer>,
    pub(crate) denials: Vec<StatementName>,
    pub(crate) trace: Vec<StatementTrace>,
    pub(crate) doubtful_allow: Option<Undecidable>,
    pub(crate) doubtful_deny: Option<Undecidable>,
}

impl<'a> Hearing<'a> {
    pub(crate) fn new(asked: &'a Asked<'a>, tracing: bool) -> Self {
        Self {
            asked,
            tracing,
            deaf_to_denials_of: None,
            denials: Vec::new(),
            trace: Vec::new(),
            doubtful_allow: None,
            doubtful_deny: None,
        }
    }

    /// Judges all statements of `policies`.
    pub(crate) fn hear<'p>(&mut self, layer: Layer, policies: &'p [Policy]) -> Voice<'p> {
        let mut voice = Voice { policies, ..Voice::default() };
        for policy in policies {
            self.hear_policy(layer, policy, &mut voice);
        }
        voice
    }

    fn hear_policy(&mut self, layer: Layer, policy: &Policy, voice: &mut Voice<'_>) {
        // The name is shared by all that is said of the policy, and not made where nothing is.
        let mut shared: Option<Arc<str>> = None;
        let mut name = || Arc::clone(shared.get_or_insert_with(|| policy.name.as_str().into()));
        for statement in policy.document.statements() {
            let judgement = if self.tracing {
                let (judgement, trace) = statement.trace(self.asked, layer, &name());
                self.trace.push(trace);
                judgement
            } else {
                statement.judge(self.asked)
            };
            match (judgement.applies, statement.effect) {
                (Truth::No, _) => {}
                (_, Effect::Deny) if self.deaf_to_denials_of == Some(layer) => {}
                (Truth::Yes, Effect::Deny) => self.denials.push(statement.name(layer, &name())),
                (Truth::Yes, Effect::Allow) => {
                    voice.reach = voice.reach.max(Some(judgement.reach));
                    voice.allows.push(statement.name(layer, &name()));
                }
                (Truth::Unknown(doubt), effect) => {
                    let place = match effect {
                        Effect::Allow => &mut self.doubtful_allow,
                        Effect::Deny => &mut self.doubtful_deny,
                    };
                    place.get_or_insert_with(|| undecidable(statement.name(layer, &name()), doubt));
                }
            }
        }
    }
}

fn undecidable(statement: StatementName, doubt: Doubt<'_>) -> Undecidable {
    Undecidable {
        statement: Some(statement),
        unknown: match doubt {
            Doubt::Key(key) => Unknown::ConditionKey(key.to_owned()),
            Doubt::SeveralValues(key) => Unknown::SeveralValues(key.to_owned()),
            Doubt::CanonicalUser(id) => Unknown::CanonicalUser(id.to_owned()),
        },
    }
}
