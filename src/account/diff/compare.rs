//! Asks both sides, and keeps what they answer differently.

use std::collections::{BTreeMap, BTreeSet};

use policy::{StatementName, reference};

use super::actions::Catalogue;
use super::changed::{Changed, of_identity, of_policies};
use super::outsiders::{Outsider, outsiders};
use super::questions::{Question, Surroundings, questions};
use super::{Change, Diff, Verdict};
use crate::access::{Access, Asker, Caller, OF_OUTSIDERS, Told};
use crate::sensitive::sensitivity;
use crate::statements::Written;

/// A resource whose own policy differs.
struct Resource {
    /// ARNs that stand for it and for what is in it.
    arns: Vec<String>,
    changed: Changed,
}

pub(super) fn compare<'a>(old: &'a Access<'a>, new: &'a Access<'a>) -> Diff {
    let id = new.id().to_string();
    let surroundings = Surroundings::of(&id, [old.account(), new.account()]);
    let resources = changed_resources(old, new, &surroundings);
    let mut comparing = Comparing {
        catalogue: Catalogue::new(),
        surroundings,
        diff: Diff { changed_resources: resources.len(), ..Diff::default() },
        untold: BTreeSet::new(),
        patterns: BTreeSet::new(),
        found: BTreeMap::new(),
    };
    let callers: BTreeSet<Caller> = old.callers().chain(new.callers()).collect();
    comparing.diff.identities = callers.len();
    for caller in &callers {
        comparing.identity(caller, old.asker(caller), new.asker(caller), &resources);
    }
    let named: Vec<&Written> = resources.iter().flat_map(|resource| &resource.changed.all).collect();
    for outsider in outsiders(&named, new.id()) {
        comparing.outsider(&outsider, old, new, &resources);
    }
    comparing.merge();
    let Comparing { mut diff, untold, .. } = comparing;
    diff.untold = untold.into_iter().collect();
    diff
}

fn changed_resources(old: &Access<'_>, new: &Access<'_>, surroundings: &Surroundings) -> Vec<Resource> {
    let buckets = surroundings.buckets.iter().map(|name| {
        let policy = |access: &Access<'_>| access.bucket_policy(name).map(str::to_owned);
        let arn = format!("arn:aws:s3:::{name}");
        let within = format!("{arn}/{}", crate::pattern::ANY);
        (vec![arn, within], policy(old), policy(new))
    });
    let roles = surroundings.roles.iter().map(|arn| {
        let name = arn.rsplit('/').next().unwrap_or(arn);
        let policy = |access: &Access<'_>| access.trust_policy(name).map(str::to_owned);
        (vec![arn.clone()], policy(old), policy(new))
    });
    let resource = |(arns, old, new): (Vec<String>, Option<String>, Option<String>)| {
        let changed = of_policies(old.as_deref(), new.as_deref());
        (!changed.touched.is_empty()).then_some(Resource { arns, changed })
    };
    buckets.chain(roles).filter_map(resource).collect()
}

struct Comparing {
    catalogue: Catalogue,
    surroundings: Surroundings,
    diff: Diff,
    untold: BTreeSet<String>,
    /// All patterns of touched statements.
    patterns: BTreeSet<String>,
    /// Who (and whether of the account), on what, before and after: the actions.
    found: BTreeMap<Found, BTreeSet<usize>>,
}

type Found = ((String, bool), String, Verdict, Verdict);

/// Somebody before and after.
struct Sides<'s, 'a> {
    who: &'s str,
    inside: bool,
    old: Option<&'s mut Asker<'a>>,
    new: Option<&'s mut Asker<'a>>,
}

impl Comparing {
    fn identity<'a>(
        &mut self,
        caller: &Caller,
        mut old: Option<Asker<'a>>,
        mut new: Option<Asker<'a>>,
        resources: &[Resource],
    ) {
        let (Caller::User(name) | Caller::Role(name)) = caller;
        let doubt = old.as_ref().and_then(Asker::doubt).or_else(|| new.as_ref().and_then(Asker::doubt));
        if let Some(doubt) = doubt {
            self.untold.insert(doubt);
            return;
        }
        let changed = of_identity(old.as_ref(), new.as_ref());
        self.diff.changed_identities += usize::from(!changed.touched.is_empty());
        let username = matches!(caller, Caller::User(_)).then_some(name.as_str());
        let mut asked = questions(&mut self.catalogue, &self.surroundings, &changed, username);
        let mut touched = changed.touched;
        for resource in resources {
            asked.extend(self.about(resource));
            touched.extend(resource.changed.touched.iter().cloned());
        }
        let mut sides = Sides { who: name, inside: true, old: old.as_mut(), new: new.as_mut() };
        self.ask(&mut sides, asked, &touched);
    }

    fn outsider<'a>(
        &mut self,
        outsider: &Outsider,
        old: &'a Access<'a>,
        new: &'a Access<'a>,
        resources: &[Resource],
    ) {
        let (mut before, mut after) =
            (old.outsider(outsider.principal.clone()), new.outsider(outsider.principal.clone()));
        let asked = resources.iter().flat_map(|resource| self.about(resource)).collect();
        let touched: Vec<Written> =
            resources.iter().flat_map(|resource| &resource.changed.touched).cloned().collect();
        let mut sides =
            Sides { who: &outsider.words, inside: false, old: Some(&mut before), new: Some(&mut after) };
        self.ask(&mut sides, asked, &touched);
    }

    /// What a changed policy of a resource is about.
    fn about(&mut self, resource: &Resource) -> Vec<Question> {
        let mut classes: BTreeMap<(usize, Vec<bool>), Vec<usize>> = BTreeMap::new();
        let all: Vec<_> = resource.changed.all.iter().map(|it| self.catalogue.of_statement(it)).collect();
        for statement in &resource.changed.touched {
            for action in self.catalogue.of_statement(statement).iter() {
                let signature = all.iter().map(|about| about.has(action)).collect();
                let class = classes.entry((self.catalogue.kind(action), signature)).or_default();
                if class.last() != Some(&action) && !class.contains(&action) {
                    class.push(action);
                }
            }
        }
        let mut questions = Vec::new();
        for actions in classes.into_values() {
            let Some(action) = actions.first().and_then(|it| reference::action(self.catalogue.name(*it)))
            else {
                continue;
            };
            let patterns = resource.changed.all.iter().flat_map(Written::resources);
            let mut arns: BTreeSet<String> = resource.arns.iter().cloned().collect();
            for pattern in patterns {
                arns.extend(crate::pattern::witnesses(pattern, &action, &self.surroundings.id, None));
            }
            let resources =
                arns.into_iter().filter(|arn| action.fits(arn) && within(resource, arn)).collect();
            questions.push(Question { actions, resources, anywhere: false });
        }
        questions
    }

    fn ask(&mut self, sides: &mut Sides<'_, '_>, asked: Vec<Question>, touched: &[Written]) {
        self.patterns.extend(touched.iter().flat_map(Written::listed_actions).cloned());
        let mut seen = BTreeSet::new();
        for Question { actions, resources, anywhere } in asked {
            let Some(name) = actions.first().map(|action| self.catalogue.name(*action).to_owned()) else {
                continue;
            };
            for resource in resources {
                if !seen.insert((actions.clone(), resource.clone())) {
                    continue;
                }
                self.diff.questions += 1;
                let before = answer(sides.old.as_deref_mut(), &name, &resource);
                let after = answer(sides.new.as_deref_mut(), &name, &resource);
                match (before, after) {
                    (Ok(before), Ok(after)) => {
                        let both_hang = matches!((&before, &after), (Verdict::Hangs(_), Verdict::Hangs(_)));
                        let touches = |statement: &Written| {
                            statement.is_about(&name) && statement.is_about_resource(&resource)
                        };
                        if before.differs(&after) || both_hang && touched.iter().any(touches) {
                            let who = (sides.who.to_owned(), sides.inside);
                            let resource = if anywhere { "*".to_owned() } else { resource };
                            let found = self.found.entry((who, resource, before, after)).or_default();
                            found.extend(&actions);
                        }
                    }
                    (Err(reason), _) | (_, Err(reason)) => {
                        self.untold.insert(reason);
                    }
                }
            }
        }
    }

    /// What is answered alike of one resource is one change.
    fn merge(&mut self) {
        for (((who, inside), resource, before, after), actions) in std::mem::take(&mut self.found) {
            let actions: Vec<usize> = actions.into_iter().collect();
            // The narrowest pattern that they are all of.
            let covering = self.patterns.iter().filter_map(|pattern| {
                let about = self.catalogue.of_pattern(pattern);
                about.has_all(&actions).then(|| (about.count(), pattern.clone()))
            });
            let pattern = covering.min().map(|(_, pattern)| pattern);
            let names = actions.iter().map(|action| self.catalogue.name(*action).to_owned());
            let mut actions: Vec<String> = names.collect();
            actions.sort_by_key(|name| (sensitivity(name), name.clone()));
            self.diff.changes.push(Change { who, inside, actions, pattern, resource, before, after });
        }
        self.diff.changes.sort_by_key(|change| {
            let first = change.actions.first().map_or(usize::MAX, |name| sensitivity(name));
            (first, change.clone())
        });
    }
}

/// Whether an ARN is the resource or something in it.
fn within(resource: &Resource, arn: &str) -> bool {
    resource.arns.first().is_some_and(|own| {
        arn.strip_prefix(own.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// Whoever is not there may do nothing.
fn answer(asker: Option<&mut Asker<'_>>, action: &str, resource: &str) -> Result<Verdict, String> {
    let Some(asker) = asker else { return Ok(Verdict::Denied(Vec::new())) };
    match asker.decide(action, resource) {
        Told::Allowed(by) => Ok(Verdict::Allowed(policies(&by))),
        Told::DeniedExplicitly(by) => Ok(Verdict::Denied(policies(&by))),
        Told::Denied => Ok(Verdict::Denied(Vec::new())),
        Told::Hangs(key) => Ok(Verdict::Hangs(key)),
        Told::Untold(reason) => Err(reason),
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
