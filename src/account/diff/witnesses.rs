//! Resources that stand for patterns of statements, found once for all actions of a kind.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use policy::reference;

use super::actions::Catalogue;
use crate::pattern::{Filling, general, witnesses};

/// Resources by what they stand for: many identities are asked about the same.
#[derive(Default)]
pub(super) struct Witnesses {
    kinds: HashMap<usize, OfKind>,
}

type Shared = Rc<[Rc<str>]>;

/// Those for the actions of one kind.
struct OfKind {
    action: reference::Action,
    /// One of each kind of resource, which nothing names.
    general: Option<Shared>,
    by_pattern: HashMap<String, Shared>,
    fitting: HashMap<Rc<str>, bool>,
}

impl Witnesses {
    /// For an action: one resource of each kind that nothing names, and those that stand for patterns.
    pub(super) fn of_patterns<'p>(
        &mut self,
        catalogue: &Catalogue,
        action: usize,
        patterns: impl Iterator<Item = &'p String>,
        filling: Filling<'_>,
    ) -> BTreeSet<Rc<str>> {
        let Some(kind) = self.kind(catalogue, action) else { return BTreeSet::new() };
        let OfKind { action, general: of_any, by_pattern, .. } = kind;
        let of_any = of_any.get_or_insert_with(|| shared(general(action, filling.account)));
        let mut found: BTreeSet<Rc<str>> = of_any.iter().cloned().collect();
        for pattern in patterns {
            if let Some(known) = by_pattern.get(pattern) {
                found.extend(known.iter().cloned());
                continue;
            }
            let arns = shared(witnesses(pattern, action, filling));
            found.extend(arns.iter().cloned());
            // What a variable stands for is each identity's own.
            if !pattern.contains("${") {
                by_pattern.insert(pattern.clone(), arns);
            }
        }
        found
    }

    /// Whether an action can be about a resource.
    pub(super) fn fits(&mut self, catalogue: &Catalogue, action: usize, resource: &Rc<str>) -> bool {
        let Some(OfKind { action, fitting, .. }) = self.kind(catalogue, action) else { return false };
        if let Some(known) = fitting.get(resource) {
            return *known;
        }
        let fits = action.fits(resource);
        fitting.insert(Rc::clone(resource), fits);
        fits
    }

    fn kind(&mut self, catalogue: &Catalogue, action: usize) -> Option<&mut OfKind> {
        Some(match self.kinds.entry(catalogue.kind(action)) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(OfKind {
                action: reference::action(catalogue.name(action))?,
                general: None,
                by_pattern: HashMap::new(),
                fitting: HashMap::new(),
            }),
        })
    }
}

fn shared(arns: Vec<String>) -> Shared {
    arns.into_iter().map(Rc::from).collect()
}
