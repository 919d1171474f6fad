//! What both sides answer differently, put together as changes.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use super::actions::{About, Actions, Catalogue};
use super::{Change, Verdict};
use crate::sensitive::sensitivity;

/// Who may do something else than before on what: actions of which the same is said are one change.
#[derive(Default)]
pub(super) struct Differences {
    /// All patterns of touched statements.
    patterns: BTreeSet<String>,
    found: BTreeMap<Place, Vec<usize>>,
}

/// Who, on what, before and after.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) who: Rc<str>,
    /// Whether it is one of the account.
    pub(super) inside: bool,
    pub(super) resource: Rc<str>,
    /// Whether it is the same on any resource: then `resource` is `*`.
    pub(super) anywhere: bool,
    pub(super) before: Verdict,
    pub(super) after: Verdict,
}

/// Actions as they are told.
#[derive(Clone)]
struct Named {
    /// Sensitive ones first.
    actions: Arc<[String]>,
    pattern: Option<String>,
}

impl Differences {
    /// What is to be added may be of one of these statements.
    pub(super) fn may_be_of(&mut self, touched: &[About]) {
        for pattern in touched.iter().flat_map(|about| about.statement.listed_actions()) {
            if !self.patterns.contains(pattern) {
                self.patterns.insert(pattern.clone());
            }
        }
    }

    pub(super) fn add(&mut self, place: Place, actions: &[usize]) {
        self.found.entry(place).or_default().extend(actions);
    }

    /// Sensitive actions first.
    pub(super) fn changes(self, catalogue: &mut Catalogue) -> Vec<Change> {
        let mut patterns: Vec<(u32, String, Rc<Actions>)> = Vec::new();
        for pattern in self.patterns {
            let about = catalogue.of_pattern(&pattern);
            patterns.push((about.count(), pattern, about));
        }
        patterns.sort_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
        // Many are about the same actions.
        let mut known: HashMap<Vec<usize>, Named> = HashMap::new();
        let mut changes = Vec::new();
        for (place, mut actions) in self.found {
            actions.sort_unstable();
            actions.dedup();
            let named = known.get(&actions).cloned();
            let Named { actions, pattern } = named.unwrap_or_else(|| {
                let covering = patterns.iter().find(|(_, _, about)| about.has_all(&actions));
                let pattern = covering.map(|(_, pattern, _)| pattern.clone());
                let named = Named { actions: sorted(&actions, catalogue), pattern };
                known.insert(actions, named.clone());
                named
            });
            let Place { who, inside, resource, anywhere, before, after } = place;
            let (who, resource) = (who.to_string(), resource.to_string());
            let first = actions.first().map_or(usize::MAX, |name| sensitivity(name));
            let change = Change { who, inside, actions, pattern, resource, anywhere, before, after };
            changes.push((first, change));
        }
        changes.sort_by(|one, other| one.0.cmp(&other.0).then_with(|| in_order(&one.1, &other.1)));
        changes.into_iter().map(|(_, change)| change).collect()
    }
}

/// The order of changes. Long lists of actions are mostly the same one, which need not be read to be found equal.
fn in_order(one: &Change, other: &Change) -> Ordering {
    let whose = (&one.who, one.inside).cmp(&(&other.who, other.inside));
    whose.then_with(|| match Arc::ptr_eq(&one.actions, &other.actions) {
        true => {
            let rest = (&one.resource, &one.before, &one.after);
            rest.cmp(&(&other.resource, &other.before, &other.after))
        }
        false => one.cmp(other),
    })
}

fn sorted(actions: &[usize], catalogue: &Catalogue) -> Arc<[String]> {
    let mut names: Vec<String> = actions.iter().map(|action| catalogue.name(*action).to_owned()).collect();
    names.sort_by_cached_key(|name| (sensitivity(name), name.clone()));
    names.into()
}
