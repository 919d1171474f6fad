//! What to ask somebody, so that nothing is left out that a changed statement may decide.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::rc::Rc;

use policy::AccountId;

use super::actions::{About, Catalogue};
use super::described::{Described, holder};
use super::witnesses::Witnesses;
use crate::pattern::Filling;

/// Actions that every statement treats alike, and the resources to ask about.
pub(super) struct Question {
    /// By number.
    pub(super) actions: Vec<usize>,
    pub(super) about: Resources,
}

/// What to ask about.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Resources {
    pub(super) arns: Vec<Rc<str>>,
    /// Whether the answer is the same on any resource: then one of the first action stands for all of all actions.
    pub(super) anywhere: bool,
}

/// Whoever is asked, before and after.
#[derive(Default)]
pub(super) struct Statements<'a> {
    /// The statements of their policies.
    pub(super) all: Vec<About>,
    /// Those of them that may make a difference.
    pub(super) touched: Vec<About>,
    /// Whether their tags differ.
    pub(super) other_tags: bool,
    /// The name of a user.
    pub(super) username: Option<&'a str>,
}

/// All actions, and all resources.
pub(super) struct Surroundings {
    pub(super) catalogue: Catalogue,
    pub(super) witnesses: Witnesses,
    pub(super) account: AccountId,
    /// By their ARNs.
    pub(super) described: BTreeMap<String, Described>,
}

impl Surroundings {
    /// The questions to somebody.
    pub(super) fn questions(&mut self, statements: &Statements<'_>) -> Vec<Question> {
        let mut questions = self.elsewhere(statements);
        let Self { catalogue, witnesses, account, described } = self;
        let filling = Filling { account: account.as_str(), username: statements.username };
        let mut of_services = HashMap::new();
        for described in described.values() {
            let own = of_services
                .entry(described.service)
                .or_insert_with(|| OfService::of(described.service, statements, catalogue));
            let touched = own.touched(described, statements.other_tags);
            if !touched.is_empty() {
                let arns = described.arns(own.patterns.iter().copied(), filling);
                questions.extend(own.about(described, arns, &touched, (catalogue, witnesses)));
            }
        }
        questions
    }

    /// About what nobody describes: there, nothing but their own policies counts. Asked is on one resource for each pattern
    /// of the statements, and on one that nothing names.
    fn elsewhere(&mut self, statements: &Statements<'_>) -> Vec<Question> {
        let Self { catalogue, witnesses, account, described } = self;
        let filling = Filling { account: account.as_str(), username: statements.username };
        let touched = catalogue.of_any(&statements.touched);
        let about: Vec<&About> = statements.all.iter().collect();
        let mut questions = Questions::default();
        for Class { first, actions, signature } in classes(catalogue, &touched, &about) {
            let about: Vec<&About> = about.iter().filter(|about| about.has(first)).copied().collect();
            let has_policies = catalogue.has_policies(first);
            let anywhere =
                !has_policies && about.iter().all(|about| about.statement.is_about_all_resources());
            let patterns: BTreeSet<&String> =
                about.iter().flat_map(|about| about.statement.resources()).collect();
            let found = witnesses.of_patterns(catalogue, first, patterns.into_iter(), filling);
            let touched: Vec<&About> = statements.touched.iter().filter(|about| about.has(first)).collect();
            let is_asked = |arn: &Rc<str>| {
                touched.iter().any(|about| about.statement.may_be_about_resource(arn))
                    && !(has_policies && described.contains_key(holder(arn)))
            };
            let mut arns: Vec<Rc<str>> = found.into_iter().filter(is_asked).collect();
            arns.truncate(if anywhere { 1 } else { arns.len() });
            questions.add(actions, signature, Resources { arns, anywhere });
        }
        questions.all
    }
}

/// What somebody has that is about a service whose resources have policies.
struct OfService<'a> {
    all: Vec<&'a About>,
    touched: Vec<&'a About>,
    actions: Range<usize>,
    patterns: BTreeSet<&'a String>,
}

impl<'a> OfService<'a> {
    fn of(service: &str, statements: &'a Statements<'_>, catalogue: &Catalogue) -> Self {
        let actions = catalogue.service(service);
        let of_it = |about: &&About| about.has_any(actions.clone());
        let all: Vec<&About> = statements.all.iter().filter(of_it).collect();
        let touched: Vec<&About> = statements.touched.iter().filter(of_it).collect();
        Self {
            patterns: all.iter().flat_map(|about| about.statement.resources()).collect(),
            all,
            touched,
            actions,
        }
    }

    /// The statements by which what they may do with a resource may be another thing.
    fn touched<'s>(&'s self, described: &'s Described, other_tags: bool) -> Vec<&'s About> {
        let by_tag = described.by_tag.iter().filter(|_| other_tags);
        self.touched.iter().copied().chain(&described.touched).chain(by_tag).collect()
    }

    /// About a resource that is described, or what is in it (`arns`): its policy counts, too.
    fn about(
        &self,
        described: &Described,
        arns: BTreeSet<Rc<str>>,
        touched: &[&About],
        (catalogue, witnesses): (&Catalogue, &mut Witnesses),
    ) -> Vec<Question> {
        let of_touched =
            |arn: &Rc<str>| touched.iter().any(|about| about.statement.may_be_about_resource(arn));
        let arns: Vec<Rc<str>> = arns.into_iter().filter(of_touched).collect();
        let counts = |about: &&About| arns.iter().any(|arn| about.statement.may_be_about_resource(arn));
        let about: Vec<&About> = self.all.iter().copied().chain(&described.all).filter(counts).collect();
        let is_touched = |action: &usize| touched.iter().any(|about| about.has(*action));
        let actions: Vec<usize> = self.actions.clone().filter(is_touched).collect();
        let mut questions = Questions::default();
        for Class { first, actions, signature } in classes(catalogue, &actions, &about) {
            let mut arns = arns.clone();
            arns.retain(|arn| {
                touched.iter().any(|about| about.may_decide(first, arn))
                    && witnesses.fits(catalogue, first, arn)
            });
            questions.add(actions, signature, Resources { arns, anywhere: false });
        }
        questions.all
    }
}

/// Questions, of which those are one that have the same answer.
#[derive(Default)]
struct Questions {
    all: Vec<Question>,
    /// Where they are, by the statements that count and by what they are about.
    known: HashMap<(Vec<u64>, Resources), usize>,
}

impl Questions {
    fn add(&mut self, actions: Vec<usize>, signature: Vec<u64>, about: Resources) {
        let place = *self.known.entry((signature, about.clone())).or_insert(self.all.len());
        match self.all.get_mut(place) {
            Some(known) => known.actions.extend(actions),
            None => self.all.push(Question { actions, about }),
        }
    }
}

/// Actions about which the same statements are.
struct Class {
    first: usize,
    actions: Vec<usize>,
    /// Which statements those are, and whether the policies of resources count.
    signature: Vec<u64>,
}

/// Where statements are about all resources, it does not matter what kind of resource an action is about: else all of a class
/// are about the same.
fn classes(catalogue: &Catalogue, actions: &[usize], statements: &[&About]) -> Vec<Class> {
    let mut classes: Vec<Class> = Vec::new();
    let mut known: HashMap<Vec<u64>, BTreeMap<Option<usize>, usize>> = HashMap::new();
    let mut everywhere = Vec::new();
    bits(statements.iter().map(|about| about.statement.is_about_all_resources()), &mut everywhere);
    let mut signature = Vec::new();
    for first in actions.iter().copied() {
        bits(statements.iter().map(|about| about.has(first)), &mut signature);
        let has_policies = catalogue.has_policies(first);
        let by_kind = has_policies
            || signature.iter().zip(&everywhere).any(|(about, everywhere)| about & !everywhere != 0);
        signature.push(u64::from(has_policies));
        let kind = by_kind.then(|| catalogue.kind(first));
        if let Some(place) = known.get(&signature).and_then(|kinds| kinds.get(&kind)) {
            classes.get_mut(*place).into_iter().for_each(|class| class.actions.push(first));
        } else {
            known.entry(signature.clone()).or_default().insert(kind, classes.len());
            classes.push(Class { first, actions: vec![first], signature: signature.clone() });
        }
    }
    classes
}

/// Puts truth values as bits in place of what `words` are.
fn bits(values: impl Iterator<Item = bool>, words: &mut Vec<u64>) {
    words.clear();
    for (place, value) in values.enumerate() {
        if place % 64 == 0 {
            words.push(0);
        }
        if let Some(last) = words.last_mut() {
            *last |= u64::from(value) << (place % 64);
        }
    }
}
