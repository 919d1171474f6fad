//! Who and what has a name at a point of a scenario, as far as steps say it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use gherkin::StepType;
use target::aws_managed_policy_arns;

use crate::parameters::{Kind, Named, Sense};
use crate::similar::nearest;
use crate::vocabulary;

#[derive(Clone, Default)]
pub(super) struct Roll {
    /// Each with the line of the step that gave it first.
    given: BTreeMap<(Kind, String), usize>,
    /// Whether there may be others, of whom only a run can tell.
    pub(super) open: bool,
    /// Whether somebody acts where a step names nobody.
    pub(super) acts: bool,
    /// Whether something was tried.
    pub(super) tried: bool,
    /// Whether the account is in an organization.
    pub(super) organized: bool,
    /// Buckets that the public may be let into.
    pub(super) public: BTreeSet<String>,
}

/// A name that nobody and nothing has.
pub(super) struct Unknown {
    pub(super) message: String,
    pub(super) help: String,
}

impl Roll {
    pub(super) fn give(&mut self, kind: Kind, name: &str, line: usize) {
        self.given.entry((kind, name.to_owned())).or_insert(line);
    }

    /// All names, with the lines of the steps that gave them first.
    pub(super) fn all(&self) -> impl Iterator<Item = (Kind, &str, usize)> {
        self.given.iter().map(|((kind, name), line)| (*kind, name.as_str(), *line))
    }

    pub(super) fn has(&self, kind: Kind, name: &str) -> bool {
        self.given.contains_key(&(kind, name.to_owned()))
    }

    /// Of what kind somebody or something is that has the name, so that steps could not tell one of this kind from them.
    pub(super) fn taken(&self, kind: Kind, name: &str) -> Option<&'static str> {
        // A session takes the place of the one before, and so does an inline policy.
        let is_made_once = !matches!(kind, Kind::Session | Kind::InlinePolicy | Kind::ControlPolicy);
        if is_made_once && self.has(kind, name) {
            return Some(kind.words());
        }
        let others: &[Kind] = match kind {
            Kind::User | Kind::Role | Kind::Group | Kind::Instance => {
                &[Kind::User, Kind::Role, Kind::Group, Kind::Instance]
            }
            Kind::Session => &[Kind::User, Kind::Instance],
            _ => &[],
        };
        let holder = others.iter().find(|other| **other != kind && self.has(**other, name));
        let session = || matches!(kind, Kind::User | Kind::Instance) && self.has(Kind::Session, name);
        holder.map(|holder| holder.words()).or_else(|| session().then_some(Kind::Session.words()))
    }

    /// Of these kinds.
    pub(super) fn names(&self, kinds: &[Kind]) -> Vec<&str> {
        let of_kind = self.given.keys().filter(|(kind, _)| kinds.contains(kind));
        of_kind.map(|(_, name)| name.as_str()).collect()
    }

    /// Whether somebody or something that may be meant by it has the name.
    pub(super) fn look_up(&self, named: &Named, name: &str) -> Result<(), Unknown> {
        let said = name.strip_prefix("the ").and_then(|rest| rest.split_once(' '));
        let said = said.and_then(|(word, name)| Some((*kind_called(named.kinds, word)?, name)));
        if let Some((kind, name)) = said {
            return match self.open || self.has(kind, name) {
                true => Ok(()),
                false => Err(self.unknown(named, name)),
            };
        }
        let is_there = named.kinds.iter().any(|kind| self.has(*kind, name))
            || named.words.contains(&name)
            || named.arns && name.starts_with("arn:")
            || named.services && name.ends_with(".amazonaws.com")
            || named.kinds.contains(&Kind::ManagedPolicy) && OF_AWS.contains(name);
        if self.open || is_there { Ok(()) } else { Err(self.unknown(named, name)) }
    }

    fn unknown(&self, named: &Named, name: &str) -> Unknown {
        let what = listed(named.kinds.iter().map(|kind| kind.words()));
        let article = if what.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
        let message = format!("no step before this one gives {article} {what} `{name}`");
        let elsewhere = self.given.keys().find(|(_, known)| known == name).map(|(kind, _)| *kind);
        let known = self.names(named.kinds);
        let mut near: Vec<String> =
            nearest(name, known.iter().copied()).into_iter().map(str::to_owned).collect();
        if near.is_empty() && named.kinds.contains(&Kind::ManagedPolicy) {
            near = nearest(name, OF_AWS.iter().map(String::as_str)).into_iter().map(str::to_owned).collect();
        }
        let help = match (elsewhere, near.first()) {
            (Some(Kind::Role), _) if named.kinds.contains(&Kind::Session) => {
                format!(
                    "`{name}` is a role, and a session of it makes calls: `When assuming {name}`, or name the session"
                )
            }
            (Some(kind), _) => format!("`{name}` is a {} here", kind.words()),
            (None, Some(near)) => format!("did you mean `{near}`?"),
            (None, None) if !known.is_empty() => format!("known here: {}", known.join(", ")),
            (None, None) => match named.kinds.first().and_then(|kind| giving(*kind, name)) {
                Some(step) => format!("add a step such as `Given {step}`"),
                None => "name something that the scenario has".to_owned(),
            },
        };
        Unknown { message, help }
    }
}

fn kind_called<'k>(kinds: &'k [Kind], word: &str) -> Option<&'k Kind> {
    kinds.iter().find(|kind| kind.words() == word)
}

/// The shortest step that gives such a name.
fn giving(kind: Kind, name: &str) -> Option<String> {
    let gives = |step: &&vocabulary::Known| {
        step.kind == StepType::Given && step.parameters.iter().any(|it| it.sense == Sense::Gives(kind))
    };
    let step = vocabulary::steps().iter().filter(gives).min_by_key(|step| step.expression.len())?;
    let parameter = step.parameters.iter().find(|it| it.sense == Sense::Gives(kind))?;
    Some(step.expression.replace(parameter.written, name))
}

/// The names of AWS's own managed policies.
static OF_AWS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    aws_managed_policy_arns().filter_map(|arn| arn.rsplit('/').next().map(str::to_owned)).collect()
});

/// The names of AWS's own managed policies, in alphabetical order.
pub fn managed_policies_of_aws() -> impl Iterator<Item = &'static str> {
    OF_AWS.iter().map(String::as_str)
}

fn listed<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<&str> = words.collect();
    match words.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [several @ .., last] => format!("{} or {last}", several.join(", ")),
    }
}
