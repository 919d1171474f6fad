//! All actions of AWS, and which of them statements are about: sets of numbers, as most patterns are about many.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use policy::reference;

use crate::pattern::{matches, witnesses};
use crate::statements::Written;

/// A set of actions by number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Actions(Vec<u64>);

/// The names of kinds of resources, and whether each request names one.
type About = Vec<(&'static str, bool)>;

/// Every action by number, in the order of services and names.
pub(super) struct Catalogue {
    names: Vec<String>,
    /// Lower-cased.
    lower: Vec<String>,
    /// What kinds of resources it is about, by the number of the kind's names in a service.
    kinds: Vec<usize>,
    /// Where the actions of each service are.
    services: BTreeMap<&'static str, std::ops::Range<usize>>,
    /// By lower-cased pattern.
    known: HashMap<String, Rc<Actions>>,
    /// What stands for a pattern of resources, by the kind of the action.
    witnesses: HashMap<(usize, String), Rc<Vec<String>>>,
}

impl Catalogue {
    pub(super) fn new() -> Self {
        let mut catalogue = Self {
            names: Vec::new(),
            lower: Vec::new(),
            kinds: Vec::new(),
            services: BTreeMap::new(),
            known: HashMap::new(),
            witnesses: HashMap::new(),
        };
        let mut kinds: HashMap<(&str, About), usize> = HashMap::new();
        for service in reference::services().filter_map(reference::service) {
            let first = catalogue.names.len();
            for action in service.actions() {
                let about = action.resources.iter().map(|own| (own.kind.name, own.required)).collect();
                let next = kinds.len();
                catalogue.kinds.push(*kinds.entry((service.prefix, about)).or_insert(next));
                let name = action.full_name();
                catalogue.lower.push(name.to_ascii_lowercase());
                catalogue.names.push(name);
            }
            catalogue.services.insert(service.prefix, first..catalogue.names.len());
        }
        catalogue
    }

    pub(super) fn name(&self, action: usize) -> &str {
        self.names.get(action).map_or("", String::as_str)
    }

    /// Equal for actions of one service that are about the same kinds of resources.
    pub(super) fn kind(&self, action: usize) -> usize {
        self.kinds.get(action).copied().unwrap_or_default()
    }

    /// The actions that a statement is about.
    pub(super) fn of_statement(&mut self, statement: &Written) -> Actions {
        let mut all = self.none();
        for pattern in statement.listed_actions() {
            all.add(&self.of_pattern(pattern));
        }
        if statement.lists_all_others() { all.complement(self.names.len()) } else { all }
    }

    /// The actions that a pattern is about.
    pub(super) fn of_pattern(&mut self, pattern: &str) -> Rc<Actions> {
        let pattern = pattern.to_ascii_lowercase();
        if let Some(known) = self.known.get(&pattern) {
            return Rc::clone(known);
        }
        let mut actions = self.none();
        let prefix = pattern.split(':').next().unwrap_or_default();
        let whole = 0..self.names.len();
        let range = match prefix.contains(['*', '?']) {
            true => whole,
            false => self.services.get(prefix).cloned().unwrap_or(0..0),
        };
        for action in range {
            if self.lower.get(action).is_some_and(|name| matches(&pattern, name)) {
                actions.insert(action);
            }
        }
        let actions = Rc::new(actions);
        self.known.insert(pattern, Rc::clone(&actions));
        actions
    }

    /// Resources that stand for a pattern, as [`witnesses`] has them: the same for all actions of a kind.
    pub(super) fn witnesses(
        &mut self,
        pattern: &str,
        action: usize,
        account: &str,
        username: Option<&str>,
    ) -> Rc<Vec<String>> {
        // What a variable stands for is each identity's own.
        let key = (self.kind(action), pattern.to_owned());
        if !pattern.contains("${")
            && let Some(known) = self.witnesses.get(&key)
        {
            return Rc::clone(known);
        }
        let found = reference::action(self.name(action));
        let found = found.map_or(Vec::new(), |action| witnesses(pattern, &action, account, username));
        let found = Rc::new(found);
        if !pattern.contains("${") {
            self.witnesses.insert(key, Rc::clone(&found));
        }
        found
    }

    fn none(&self) -> Actions {
        Actions(vec![0; self.names.len().div_ceil(64)])
    }
}

impl Actions {
    fn insert(&mut self, action: usize) {
        if let Some(word) = self.0.get_mut(action / 64) {
            *word |= 1 << (action % 64);
        }
    }

    pub(super) fn has(&self, action: usize) -> bool {
        self.0.get(action / 64).is_some_and(|word| word & (1 << (action % 64)) != 0)
    }

    pub(super) fn add(&mut self, other: &Actions) {
        if self.0.is_empty() {
            self.0.clone_from(&other.0);
        }
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word |= other);
    }

    fn complement(&self, count: usize) -> Actions {
        let mut others = Actions(self.0.iter().map(|word| !word).collect());
        let spare = others.0.len() * 64 - count;
        if let Some(last) = others.0.last_mut() {
            *last &= u64::MAX.checked_shr(u32::try_from(spare).unwrap_or(0)).unwrap_or(0);
        }
        others
    }

    pub(super) fn has_all(&self, others: &[usize]) -> bool {
        others.iter().all(|action| self.has(*action))
    }

    pub(super) fn count(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    /// In ascending order.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().flat_map(|(place, word)| {
            let word = *word;
            (0..64).filter(move |bit| word & (1 << bit) != 0).map(move |bit| place * 64 + bit)
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn statements_are_about_sets_of_actions() {
        let mut catalogue = Catalogue::new();
        let mut names = |statement: serde_json::Value| {
            let document = json!({ "Statement": statement }).to_string();
            let statement = Written::all_of(&document).remove(0);
            let actions = catalogue.of_statement(&statement);
            let names: Vec<String> = actions.iter().map(|action| catalogue.name(action).to_owned()).collect();
            names
        };
        let few = names(json!({ "Action": ["STS:AssumeRoleWith*", "iam:passrole", "nosuch:*"] }));
        assert_eq!(few, ["iam:PassRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"]);
        let all = names(json!({ "Action": "*" })).len();
        assert!(all > 10_000, "{all}");
        assert_eq!(names(json!({ "NotAction": ["iam:PassRole"] })).len(), all - 1);
        assert_eq!(names(json!({ "NotAction": "*" })).len(), 0);
    }
}
