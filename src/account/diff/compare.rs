//! Asks both sides, and keeps what they answer differently.

use std::collections::BTreeSet;
use std::rc::Rc;

use policy::StatementName;

use super::actions::Catalogue;
use super::changed::{Documents, of_identity};
use super::described::described;
use super::differences::{Differences, Place};
use super::outsiders::{Outsider, outsiders};
use super::questions::{Question, Statements, Surroundings};
use super::witnesses::Witnesses;
use super::{Diff, Verdict};
use crate::access::{Access, Asker, Caller, OF_OUTSIDERS, Told};

pub(super) fn compare<'a>(old: &'a Access<'a>, new: &'a Access<'a>) -> Diff {
    let mut catalogue = Catalogue::new();
    let mut documents = Documents::default();
    let described = described(old, new, &mut catalogue, &mut documents);
    let (witnesses, account) = (Witnesses::default(), new.id().clone());
    let mut comparing = Comparing {
        documents,
        surroundings: Surroundings { catalogue, witnesses, account, described },
        diff: Diff::default(),
        untold: BTreeSet::new(),
        differences: Differences::default(),
    };
    comparing.resources(old, new);
    let callers: BTreeSet<Caller> = old.callers().chain(new.callers()).collect();
    comparing.diff.identities = callers.len();
    for caller in &callers {
        comparing.identity(caller, old.asker(caller), new.asker(caller));
    }
    let Comparing { mut surroundings, mut diff, untold, differences, .. } = comparing;
    diff.changes = differences.changes(&mut surroundings.catalogue);
    diff.untold = untold.into_iter().collect();
    diff
}

struct Comparing {
    documents: Documents,
    surroundings: Surroundings,
    diff: Diff,
    untold: BTreeSet<String>,
    differences: Differences,
}

/// Somebody before and after.
struct Sides<'a> {
    who: Rc<str>,
    inside: bool,
    old: Option<Asker<'a>>,
    new: Option<Asker<'a>>,
}

impl Comparing {
    /// Looks at the policies of resources, and asks those outside of the account whom they name.
    fn resources<'a>(&mut self, old: &'a Access<'a>, new: &'a Access<'a>) {
        let changed = self.surroundings.described.values().filter(|it| !it.touched.is_empty());
        self.diff.changed_resources = changed.clone().count();
        changed.clone().for_each(|it| self.differences.may_be_of(&it.touched));
        let statements = changed.flat_map(|it| &it.all).map(|about| &*about.statement);
        for outsider in outsiders(statements, new.id()) {
            self.outsider(&outsider, old, new);
        }
    }

    fn outsider<'a>(&mut self, outsider: &Outsider, old: &'a Access<'a>, new: &'a Access<'a>) {
        let side = |access: &'a Access<'a>| Some(access.outsider(outsider.principal.clone()));
        let who = outsider.words.as_str().into();
        let sides = Sides { who, inside: false, old: side(old), new: side(new) };
        self.ask(sides, &Statements::default());
    }

    fn identity<'a>(&mut self, caller: &Caller, old: Option<Asker<'a>>, new: Option<Asker<'a>>) {
        let (Caller::User(name) | Caller::Role(name)) = caller;
        let doubt = old.as_ref().and_then(Asker::doubt).or_else(|| new.as_ref().and_then(Asker::doubt));
        if let Some(doubt) = doubt {
            self.untold.insert(doubt.to_owned());
            return;
        }
        let changed = of_identity(old.as_ref(), new.as_ref(), &mut self.documents);
        self.diff.changed_identities += usize::from(!changed.touched.is_empty());
        let catalogue = &mut self.surroundings.catalogue;
        let statements = Statements {
            all: catalogue.about(&changed.all),
            touched: catalogue.about(&changed.touched),
            other_tags: changed.tags,
            username: matches!(caller, Caller::User(_)).then_some(name.as_str()),
        };
        self.differences.may_be_of(&statements.touched);
        self.ask(Sides { who: name.as_str().into(), inside: true, old, new }, &statements);
    }

    fn ask(&mut self, mut sides: Sides<'_>, statements: &Statements<'_>) {
        for question in self.surroundings.questions(statements) {
            let first = question.actions.first().map(|first| self.surroundings.catalogue.name(*first));
            let action = first.unwrap_or_default().to_owned();
            for resource in &question.about.arns {
                self.ask_one(&mut sides, &question, &action, resource);
            }
        }
    }

    fn ask_one(&mut self, sides: &mut Sides<'_>, question: &Question, action: &str, resource: &Rc<str>) {
        self.diff.questions += 1;
        let before = answer(sides.old.as_mut(), action, resource);
        let after = answer(sides.new.as_mut(), action, resource);
        if let (Told::Untold(reason), _) | (_, Told::Untold(reason)) = (&before, &after) {
            self.untold.insert(reason.clone());
        } else if differs(&before, &after) {
            let anywhere = question.about.anywhere;
            let resource = if anywhere { "*".into() } else { Rc::clone(resource) };
            let (who, inside) = (Rc::clone(&sides.who), sides.inside);
            let (before, after) = (verdict(before), verdict(after));
            let place = Place { who, inside, resource, anywhere, before, after };
            self.differences.add(place, &question.actions);
        }
    }
}

/// Whoever is not there may do nothing.
fn answer(asker: Option<&mut Asker<'_>>, action: &str, resource: &str) -> Told {
    asker.map_or(Told::Denied, |asker| asker.decide(action, resource))
}

/// Whether it is another answer, whoever gives it. Of two that hang on a condition, that can't be told.
fn differs(before: &Told, after: &Told) -> bool {
    use Told::{Allowed, Denied, DeniedExplicitly, Hangs, Untold};
    match (before, after) {
        (Allowed(_), Allowed(_)) | (Denied | DeniedExplicitly(_), Denied | DeniedExplicitly(_)) => false,
        (Allowed(_) | Denied | DeniedExplicitly(_) | Hangs(_) | Untold(_), _) => true,
    }
}

fn verdict(told: Told) -> Verdict {
    match told {
        Told::Allowed(by) => Verdict::Allowed(policies(&by)),
        Told::DeniedExplicitly(by) => Verdict::Denied(policies(&by)),
        Told::Denied => Verdict::Denied(Vec::new()),
        Told::Hangs(on) | Told::Untold(on) => Verdict::Hangs(on),
    }
}

/// Policies by name, with the Sid of a statement that has one.
fn policies(statements: &[StatementName]) -> Vec<String> {
    let named = statements.iter().filter(|statement| &*statement.policy != OF_OUTSIDERS);
    let words = |statement: &StatementName| {
        let policy = statement.policy.rsplit_once(":policy/").map_or(&*statement.policy, |(_, name)| name);
        match &statement.sid {
            Some(sid) => format!("{policy} ({sid})"),
            None => policy.to_owned(),
        }
    };
    named.map(words).collect::<BTreeSet<_>>().into_iter().collect()
}
