//! All actions of AWS, and which of them statements are about: sets of numbers, as most patterns are about many.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::rc::Rc;
use std::sync::LazyLock;

use policy::reference;

use crate::pattern::matches;
use crate::statements::Written;

/// A set of actions by number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Actions(Vec<u64>);

/// The names of kinds of resources, and whether each request names one.
type Kinds = Vec<(&'static str, bool)>;

/// Every action by number, in the order of services and names.
struct Listed {
    names: Vec<String>,
    /// Lower-cased.
    lower: Vec<String>,
    /// What kinds of resources it is about, by the number of the kind's names in a service.
    kinds: Vec<usize>,
    /// Where the actions of each service are.
    services: BTreeMap<&'static str, Range<usize>>,
}

static LISTED: LazyLock<Listed> = LazyLock::new(|| {
    let mut listed =
        Listed { names: Vec::new(), lower: Vec::new(), kinds: Vec::new(), services: BTreeMap::new() };
    let mut kinds: HashMap<(&str, Kinds), usize> = HashMap::new();
    for service in reference::services().filter_map(reference::service) {
        let first = listed.names.len();
        for action in service.actions() {
            let about = action.resources.iter().map(|own| (own.kind.name, own.required)).collect();
            let next = kinds.len();
            listed.kinds.push(*kinds.entry((service.prefix, about)).or_insert(next));
            let name = action.full_name();
            listed.lower.push(name.to_ascii_lowercase());
            listed.names.push(name);
        }
        listed.services.insert(service.prefix, first..listed.names.len());
    }
    listed
});

/// Every action by number, with those that patterns are about.
pub(super) struct Catalogue {
    listed: &'static Listed,
    /// Where the actions are that policies of resources may decide.
    with_policies: [Range<usize>; 2],
    /// By lower-cased pattern.
    known: HashMap<String, Rc<Actions>>,
}

impl Catalogue {
    pub(super) fn new() -> Self {
        let of = |prefix: &str| LISTED.services.get(prefix).cloned().unwrap_or(0..0);
        Self { listed: &LISTED, with_policies: [of("s3"), of("sts")], known: HashMap::new() }
    }

    pub(super) fn name(&self, action: usize) -> &str {
        self.listed.names.get(action).map_or("", String::as_str)
    }

    /// Where the actions of a service are.
    pub(super) fn service(&self, prefix: &str) -> Range<usize> {
        self.listed.services.get(prefix).cloned().unwrap_or(0..0)
    }

    /// Whether the policy of a resource may decide.
    pub(super) fn has_policies(&self, action: usize) -> bool {
        self.with_policies.iter().any(|service| service.contains(&action))
    }

    /// Equal for actions of one service that are about the same kinds of resources.
    pub(super) fn kind(&self, action: usize) -> usize {
        self.listed.kinds.get(action).copied().unwrap_or_default()
    }

    /// Statements with the actions that each is about.
    pub(super) fn about(&mut self, statements: &[Rc<Written>]) -> Vec<About> {
        let mut about = |statement: &Rc<Written>| About {
            statement: Rc::clone(statement),
            actions: self.of_statement(statement),
        };
        statements.iter().map(&mut about).collect()
    }

    /// The actions that any of the statements is about, in ascending order.
    pub(super) fn of_any(&self, statements: &[About]) -> Vec<usize> {
        let mut any = self.none();
        statements.iter().for_each(|about| any.add(&about.actions));
        any.iter().collect()
    }

    /// The actions that a statement is about.
    fn of_statement(&mut self, statement: &Written) -> Actions {
        let mut all = self.none();
        for pattern in statement.listed_actions() {
            all.add(&self.of_pattern(pattern));
        }
        if statement.lists_all_others() { all.complement(self.listed.names.len()) } else { all }
    }

    /// The actions that a pattern is about.
    pub(super) fn of_pattern(&mut self, pattern: &str) -> Rc<Actions> {
        let pattern = pattern.to_ascii_lowercase();
        if let Some(known) = self.known.get(&pattern) {
            return Rc::clone(known);
        }
        let mut actions = self.none();
        let prefix = pattern.split(':').next().unwrap_or_default();
        let whole = 0..self.listed.names.len();
        let range = match prefix.contains(['*', '?']) {
            true => whole,
            false => self.service(prefix),
        };
        for action in range {
            if self.listed.lower.get(action).is_some_and(|name| matches(&pattern, name)) {
                actions.insert(action);
            }
        }
        let actions = Rc::new(actions);
        self.known.insert(pattern, Rc::clone(&actions));
        actions
    }

    fn none(&self) -> Actions {
        Actions(vec![0; self.listed.names.len().div_ceil(64)])
    }
}

/// A statement, and the actions that it is about.
pub(super) struct About {
    pub(super) statement: Rc<Written>,
    actions: Actions,
}

impl About {
    pub(super) fn has(&self, action: usize) -> bool {
        self.actions.has(action)
    }

    pub(super) fn has_any(&self, mut range: Range<usize>) -> bool {
        range.any(|action| self.has(action))
    }

    /// Whether what is asked may hang on it.
    pub(super) fn may_decide(&self, action: usize, resource: &str) -> bool {
        self.has(action) && self.statement.may_be_about_resource(resource)
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

    fn add(&mut self, other: &Actions) {
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
    fn iter(&self) -> impl Iterator<Item = usize> {
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
