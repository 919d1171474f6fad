//! The rows of a draft: who is asked about what.

use std::collections::{BTreeMap, BTreeSet};

use policy::{StatementName, reference};

use super::InS3;
use crate::access::{Access, Asker, Caller, Told};
use crate::model::Account;
use crate::pattern::{ANY, Filling, general, shown, witnesses};
use crate::sensitive::{TOPICS, Topic};
use crate::statements::{Written, actions_of};

/// More rows about one identity than these nobody reads.
const MOST_ROWS: usize = 40;

/// Each scenario makes the account anew, which takes its time where the account is large.
const MOST_SCENARIOS: usize = 20;

/// Stands for all buckets that no policy names.
pub(crate) const OTHER_BUCKET: &str = "any-other-bucket";

/// Whether there are rows for what somebody may not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denials {
    /// For each sensitive action and everybody who may not do it.
    Told,
    /// Only where a statement denies what others allow.
    LeftOut,
}

/// A scenario of the draft.
pub(super) struct Scenario {
    pub(super) name: String,
    /// Who, action, resource, verdict, because.
    pub(super) rows: Vec<[String; 5]>,
    pub(super) notes: Vec<String>,
}

/// Everybody, with what their policies say.
pub(super) struct Rows<'a> {
    account: &'a Account,
    denials: Denials,
    id: String,
    everybody: Vec<One<'a>>,
    /// Whether these are all that there are.
    is_whole: bool,
    in_s3: InS3,
    /// What has a row already.
    told: BTreeSet<(String, String, String)>,
}

struct One<'a> {
    name: String,
    username: Option<String>,
    asker: Asker<'a>,
    statements: Vec<Written>,
}

impl<'a> Rows<'a> {
    pub(super) fn of(access: &'a Access<'a>, account: &'a Account, denials: Denials) -> Self {
        let mut everybody: BTreeMap<String, One<'a>> = BTreeMap::new();
        for caller in access.callers() {
            let Some(asker) = access.asker(&caller) else { continue };
            let policies = asker.policies().iter().map(|policy| policy.document.text());
            let statements = policies.flat_map(Written::all_of).collect();
            let (name, username) = match caller {
                Caller::User(name) => (name.clone(), Some(name)),
                Caller::Role(name) => (name, None),
            };
            // A step that speaks of a name means the user, where a role has it too.
            everybody.entry(name.clone()).or_insert(One { name, username, asker, statements });
        }
        let count = everybody.len();
        let told = everybody.into_values().filter(|one| account.doubt_about_identity(&one.name).is_none());
        let everybody: Vec<One<'a>> = told.collect();
        Self {
            account,
            denials,
            id: access.id().to_string(),
            is_whole: everybody.len() == count,
            everybody,
            in_s3: InS3::default(),
            told: BTreeSet::new(),
        }
    }

    /// What of S3 rows speak of.
    pub(super) fn in_s3(&self) -> &InS3 {
        &self.in_s3
    }

    /// A scenario for each topic of sensitive actions.
    pub(super) fn sensitive(&mut self) -> Vec<Scenario> {
        let scenarios = TOPICS.iter().map(|topic| self.topic(topic));
        scenarios.filter(|scenario| !scenario.rows.is_empty() || !scenario.notes.is_empty()).collect()
    }

    /// Who may do what, and in words what nobody else may.
    fn topic(&mut self, topic: &Topic) -> Scenario {
        let mut scenario = Scenario { name: topic.title.to_owned(), rows: Vec::new(), notes: Vec::new() };
        let mut nobody = Vec::new();
        for name in topic.actions {
            let Some(action) = reference::action(name) else { continue };
            let mut refused = Vec::new();
            for place in 0..self.everybody.len() {
                let found = self.asked(place, &action);
                let (may, may_not): (Vec<_>, Vec<_>) =
                    found.into_iter().partition(|row| !matches!(row.told, Told::Denied));
                if may.is_empty() {
                    let whole = may_not.iter().position(|row| row.resource != "*");
                    refused.extend(may_not.into_iter().nth(whole.unwrap_or(0)));
                } else {
                    may.into_iter().for_each(|row| self.add(row, &mut scenario));
                }
            }
            match self.denials {
                Denials::Told => refused.into_iter().for_each(|row| self.add(row, &mut scenario)),
                Denials::LeftOut if refused.len() == self.everybody.len() => nobody.push(*name),
                Denials::LeftOut => {}
            }
        }
        if !nobody.is_empty() && !scenario.rows.is_empty() {
            let who = if self.is_whole { "Nobody" } else { "Of those of whom it can be told, nobody" };
            scenario.notes.insert(0, format!("{who} may do: {}", nobody.join(", ")));
        }
        scenario
    }

    /// A scenario for each identity that may do something else.
    pub(super) fn others(&mut self) -> Vec<Scenario> {
        let mut scenarios = Vec::new();
        for place in 0..self.everybody.len() {
            let Some(one) = self.everybody.get(place) else { continue };
            let mut scenario = Scenario {
                name: format!("What else {} may do", one.name),
                rows: Vec::new(),
                notes: Vec::new(),
            };
            let patterns = one.statements.iter().filter(|statement| statement.allows);
            let patterns: BTreeSet<String> = patterns.flat_map(|it| it.actions()).cloned().collect();
            for action in patterns.iter().flat_map(|pattern| examples(pattern)) {
                let found = self.asked(place, &action);
                let found = found.into_iter().filter(|row| !matches!(row.told, Told::Denied));
                found.collect::<Vec<_>>().into_iter().for_each(|row| self.add(row, &mut scenario));
            }
            if scenario.rows.len() > MOST_ROWS {
                let more = scenario.rows.len() - MOST_ROWS;
                scenario.rows.truncate(MOST_ROWS);
                scenario.notes.push(format!("and {more} rows more, left out"));
            }
            if !scenario.rows.is_empty() {
                scenarios.push(scenario);
            }
        }
        if scenarios.len() > MOST_SCENARIOS { vec![together(scenarios)] } else { scenarios }
    }

    /// What one of them may do with an action: a row for each resource that stands for a pattern of a policy, and for any
    /// other.
    fn asked(&mut self, place: usize, action: &reference::Action) -> Vec<Row> {
        let name = action.full_name();
        let Some(one) = self.everybody.get_mut(place) else { return Vec::new() };
        let mut resources = general(action, &self.id);
        let filling = Filling { account: &self.id, username: one.username.as_deref() };
        let about = one.statements.iter().filter(|statement| statement.is_about(&name));
        for pattern in about.flat_map(|statement| statement.resources()) {
            resources.extend(witnesses(pattern, action, filling));
        }
        let resources = match name.as_str() {
            "sts:AssumeRole" => self
                .account
                .roles
                .iter()
                .map(|role| format!("arn:aws:iam::{}:role{}{}", self.id, role.entity.path, role.entity.name))
                .collect(),
            _ => resources.into_iter().filter_map(|arn| askable(&name, arn)).collect::<BTreeSet<String>>(),
        };
        let row = |resource: String| {
            let told = one.asker.decide(&name, &resource);
            Row { who: one.name.clone(), action: name.clone(), resource, told }
        };
        resources.into_iter().map(row).collect()
    }

    fn add(&mut self, row: Row, scenario: &mut Scenario) {
        let resource = resource_words(&row.action, &row.resource, &self.id);
        if !self.told.insert((row.who.clone(), row.action.clone(), resource.clone())) {
            return;
        }
        let (verdict, because) = match &row.told {
            Told::Allowed(statements) => ("allowed", only_policy(statements)),
            Told::DeniedExplicitly(statements) => ("denied explicitly", only_policy(statements)),
            Told::Denied => ("denied", String::new()),
            Told::Hangs(key) => {
                let note =
                    format!("{}: whether it may do {} on {resource} hangs on {key}", row.who, row.action);
                scenario.notes.push(note);
                return;
            }
            Told::Untold(reason) => {
                scenario
                    .notes
                    .push(format!("{}: {} on {resource} can't be told: {reason}", row.who, row.action));
                return;
            }
        };
        self.in_s3.add(&row.action, &row.resource);
        scenario.rows.push([row.who, row.action, resource, verdict.to_owned(), because]);
    }
}

/// A resource as a step names it.
pub(crate) fn resource_words(action: &str, arn: &str, id: &str) -> String {
    if let Some(bucket) = arn.strip_prefix("arn:aws:s3:::") {
        return shown(bucket);
    }
    if action == "sts:AssumeRole" {
        return arn.rsplit('/').next().unwrap_or_default().to_owned();
    }
    shown(arn).replace(&format!(":{id}:"), ":<YOUR_ACCOUNT_ID>:")
}

/// All rows as those of one scenario.
fn together(scenarios: Vec<Scenario>) -> Scenario {
    let name = "What else they may do".to_owned();
    let mut whole = Scenario { name, rows: Vec::new(), notes: Vec::new() };
    for scenario in scenarios {
        let about = scenario.name;
        whole.rows.extend(scenario.rows);
        whole.notes.extend(scenario.notes.into_iter().map(|note| format!("{about}: {note}")));
    }
    whole
}

struct Row {
    who: String,
    action: String,
    resource: String,
    told: Told,
}

/// The resource of which a step can ask; `None`: its policy is not in the file, so that nobody can tell.
pub(crate) fn askable(action: &str, arn: String) -> Option<String> {
    if let Some(bucket) = arn.strip_prefix("arn:aws:s3:::") {
        return Some(match bucket.split_once('/') {
            Some((name, key)) if name.contains(ANY) => format!("arn:aws:s3:::{OTHER_BUCKET}/{key}"),
            None if bucket.contains(ANY) => format!("arn:aws:s3:::{OTHER_BUCKET}"),
            _ => arn,
        });
    }
    let has_policy = ["kms:", "sts:"].iter().any(|service| action.starts_with(service)) && arn != "*";
    let of_s3 = action.starts_with("s3:") && arn != "*";
    (!has_policy && !of_s3).then_some(arn)
}

/// The policy that decides, where it is one alone.
fn only_policy(statements: &[StatementName]) -> String {
    let policies: BTreeSet<&str> = statements.iter().map(|statement| &*statement.policy).collect();
    match policies.into_iter().collect::<Vec<_>>().as_slice() {
        [one] => one.rsplit('/').next().unwrap_or_default().to_owned(),
        _ => String::new(),
    }
}

/// An action that is written out is its own example; of a pattern the first of each level of access are.
fn examples(pattern: &str) -> Vec<reference::Action> {
    let actions = actions_of(pattern);
    if !pattern.contains(['*', '?']) {
        return actions;
    }
    let mut levels = BTreeSet::new();
    actions.into_iter().filter(|action| levels.insert((action.service().prefix, action.level))).collect()
}
