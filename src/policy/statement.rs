//! A compiled statement, and whether it applies to a request.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::arn::{ArnParts, ArnPattern};
use crate::condition::Condition;
use crate::decision::{ConditionTrace, Effect, Mismatch, StatementName, StatementTrace};
use crate::principals::{self, PrincipalPattern, Reach};
use crate::variables::{Doubt, Template, Truth};
use crate::{Layer, Request};

#[derive(Clone, Debug)]
pub(crate) struct Statement {
    /// Its place in the document, from 1.
    pub(crate) index: usize,
    /// Its bytes in the text, with both braces.
    pub(crate) span: Range<usize>,
    pub(crate) sid: Option<Arc<str>>,
    pub(crate) effect: Effect,
    /// `None` in policies that are attached to their principal.
    pub(crate) principals: Option<Principals>,
    pub(crate) actions: Actions,
    /// `None` in trust policies, which are about their role.
    pub(crate) resources: Option<Resources>,
    pub(crate) conditions: Vec<Condition>,
}

#[derive(Clone, Debug)]
pub(crate) struct Principals {
    pub(crate) not: bool,
    pub(crate) patterns: Vec<PrincipalPattern>,
    pub(crate) words: Arc<[String]>,
}

#[derive(Clone, Debug)]
pub(crate) struct Actions {
    not: bool,
    /// There is a `*`.
    all: bool,
    /// By lower-cased service prefix, sorted: most statements are about other services than the request.
    by_service: Box<[(Box<str>, Vec<Template>)]>,
    /// Those of any service: `*:Get*`.
    of_any_service: Box<[Template]>,
    words: Arc<[String]>,
}

#[derive(Clone, Debug)]
pub(crate) struct Resources {
    pub(crate) not: bool,
    pub(crate) patterns: Vec<ArnPattern>,
    pub(crate) words: Arc<[String]>,
}

/// A request, prepared once for all statements.
pub(crate) struct Asked<'a> {
    pub(crate) request: &'a Request,
    action: String,
    /// The length of its service prefix.
    prefix: usize,
    resource: Option<ArnParts<'a>>,
    /// Whether the caller has a permissions boundary.
    bounded: bool,
}

impl<'a> Asked<'a> {
    pub(crate) fn new(request: &'a Request, bounded: bool) -> Self {
        let resource = ArnParts::of(&request.resource);
        let action = request.action.to_ascii_lowercase();
        let prefix = action.find(':').unwrap_or(0);
        Self { request, action, prefix, resource, bounded }
    }

    /// Lower-cased.
    pub(crate) fn action(&self) -> &str {
        &self.action
    }

    /// The action's service prefix, lower-cased.
    fn service(&self) -> &str {
        self.action.get(..self.prefix).unwrap_or("")
    }
}

/// Whether a statement applies, and how directly it reaches the caller.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Judgement<'a> {
    pub(crate) applies: Truth<'a>,
    pub(crate) reach: Reach,
}

impl Statement {
    /// Stops at the first element that does not match.
    pub(crate) fn judge(&self, asked: &Asked<'_>) -> Judgement<'_> {
        let no = Judgement { applies: Truth::No, reach: Reach::No };
        if !self.actions.matches(asked) {
            return no;
        }
        let (mut applies, reach) = self.reach(asked);
        if applies == Truth::No {
            return no;
        }
        applies = applies.and(self.resource_matches(asked));
        for condition in &self.conditions {
            if applies == Truth::No {
                return no;
            }
            applies = applies.and(condition.judge(&asked.request.context));
        }
        Judgement { applies, reach }
    }

    /// As [`judge`](Self::judge), and tells each element that does not match.
    pub(crate) fn trace(
        &self,
        asked: &Asked<'_>,
        layer: Layer,
        policy: &Arc<str>,
    ) -> (Judgement<'_>, StatementTrace) {
        let mut mismatches = Vec::new();
        let mut conditions = Vec::new();
        let (mut applies, reach) = self.reach(asked);
        if let (Truth::No, Some(principals)) = (applies, &self.principals) {
            mismatches
                .push(Mismatch::Principal { wants: Arc::clone(&principals.words), not: principals.not });
        }
        if !self.actions.matches(asked) {
            applies = Truth::No;
            mismatches
                .push(Mismatch::Action { wants: Arc::clone(&self.actions.words), not: self.actions.not });
        }
        let resource = self.resource_matches(asked);
        applies = applies.and(resource);
        if let (Truth::No, Some(resources)) = (resource, &self.resources) {
            mismatches.push(Mismatch::Resource { wants: Arc::clone(&resources.words), not: resources.not });
        }
        if mismatches.len() < 2 {
            for condition in &self.conditions {
                let met = condition.judge(&asked.request.context);
                applies = applies.and(met);
                if met == Truth::No {
                    mismatches.push(Mismatch::Condition(conditions.len()));
                }
                conditions.push(condition_trace(condition, met, asked));
            }
        }
        let trace =
            StatementTrace { name: self.name(layer, policy), effect: self.effect, mismatches, conditions };
        (Judgement { applies, reach }, trace)
    }

    pub(crate) fn name(&self, layer: Layer, policy: &Arc<str>) -> StatementName {
        StatementName { layer, policy: Arc::clone(policy), index: self.index, sid: self.sid.clone() }
    }

    fn reach(&self, asked: &Asked<'_>) -> (Truth<'_>, Reach) {
        match &self.principals {
            None => (Truth::Yes, Reach::Exact),
            Some(principals) => principals.reach(asked),
        }
    }

    fn resource_matches(&self, asked: &Asked<'_>) -> Truth<'_> {
        self.resources.as_ref().map_or(Truth::Yes, |resources| resources.matches(asked))
    }
}

impl Actions {
    /// `patterns` are the compiled `words`.
    pub(crate) fn new(not: bool, words: Arc<[String]>, patterns: Vec<Template>) -> Self {
        let mut by_service: BTreeMap<Box<str>, Vec<Template>> = BTreeMap::new();
        let mut of_any_service = Vec::new();
        for (word, pattern) in words.iter().zip(patterns) {
            match word.split_once(':') {
                Some(("*", _)) => of_any_service.push(pattern),
                Some((service, _)) => {
                    by_service.entry(service.to_lowercase().into()).or_default().push(pattern);
                }
                None => {}
            }
        }
        let all = words.iter().any(|word| word == "*");
        let (by_service, of_any_service) = (by_service.into_iter().collect(), of_any_service.into());
        Self { not, all, by_service, of_any_service, words }
    }

    fn matches(&self, asked: &Asked<'_>) -> bool {
        self.cover(asked.service(), &asked.action)
    }

    /// Whether they are about an action; it and its service prefix are lower-cased.
    pub(crate) fn cover(&self, prefix: &str, action: &str) -> bool {
        let patterns = || {
            let place = self.by_service.binary_search_by(|(service, _)| (**service).cmp(prefix));
            place.ok().and_then(|place| self.by_service.get(place)).map_or(&[][..], |(_, patterns)| patterns)
        };
        let listed = self.all
            || patterns().iter().chain(&self.of_any_service).any(|pattern| pattern.matches_plainly(action));
        listed != self.not
    }
}

impl Resources {
    /// A variable without value matches no resource, in `NotResource` neither.
    fn matches(&self, asked: &Asked<'_>) -> Truth<'_> {
        let request = asked.request;
        let any = self.patterns.iter().fold(Truth::No, |any, pattern| match any {
            Truth::Yes => any,
            _ => any.or(pattern.matches(&request.resource, asked.resource, &request.context)),
        });
        any.negated_if(self.not)
    }
}

impl Principals {
    fn reach(&self, asked: &Asked<'_>) -> (Truth<'_>, Reach) {
        let request = asked.request;
        let doubtful = || self.patterns.iter().find_map(|pattern| pattern.doubtful(request));
        if self.not {
            // A caller with a permissions boundary is never excepted:
            // https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
            let applies = match doubtful() {
                _ if asked.bounded => Truth::Yes,
                _ if principals::is_excepted(&self.patterns, request) => Truth::No,
                Some(id) => Truth::Unknown(Doubt::CanonicalUser(id)),
                None => Truth::Yes,
            };
            return (applies, Reach::Everyone);
        }
        let reach = self.patterns.iter().map(|pattern| pattern.reach(request)).max().unwrap_or(Reach::No);
        if reach > Reach::No {
            return (Truth::Yes, reach);
        }
        match doubtful() {
            Some(id) => (Truth::Unknown(Doubt::CanonicalUser(id)), Reach::Account),
            None => (Truth::No, Reach::No),
        }
    }
}

fn condition_trace(condition: &Condition, met: Truth<'_>, asked: &Asked<'_>) -> ConditionTrace {
    ConditionTrace {
        operator: Arc::clone(&condition.operator_text),
        key: Arc::clone(&condition.key),
        wants: Arc::clone(&condition.wants),
        seen: condition.seen(&asked.request.context).map(<[String]>::to_vec),
        met: match met {
            Truth::Yes => Some(true),
            Truth::No => Some(false),
            Truth::Unknown(_) => None,
        },
    }
}
