//! What to ask somebody, so that no action of a changed statement is left out.

use std::collections::{BTreeMap, BTreeSet};

use policy::reference;

use super::actions::{Actions, Catalogue};
use super::changed::Changed;
use crate::model::Account;
use crate::pattern::{general, matches};
use crate::statements::Written;

/// Actions that every statement treats alike, and the resources to ask about.
pub(super) struct Question {
    /// By number.
    pub(super) actions: Vec<usize>,
    pub(super) resources: Vec<String>,
    /// Whether the answer is the same on any resource: then one of the first action stands for all of all actions.
    pub(super) anywhere: bool,
}

/// Both accounts, and what resources they hold.
pub(super) struct Surroundings {
    pub(super) id: String,
    pub(super) buckets: BTreeSet<String>,
    /// ARNs.
    pub(super) roles: BTreeSet<String>,
    /// The statements of the policies of buckets.
    of_buckets: Vec<Written>,
}

impl Surroundings {
    pub(super) fn of(id: &str, accounts: [&Account; 2]) -> Self {
        let buckets = accounts.iter().flat_map(|account| &account.buckets);
        let roles = accounts.iter().flat_map(|account| &account.roles);
        let arn = |role: &crate::model::Role| {
            format!("arn:aws:iam::{id}:role{}{}", role.entity.path, role.entity.name)
        };
        Self {
            id: id.to_owned(),
            buckets: buckets.clone().map(|bucket| bucket.name.clone()).collect(),
            roles: roles.map(arn).collect(),
            of_buckets: buckets
                .filter_map(|bucket| bucket.policy.as_deref())
                .flat_map(Written::all_of)
                .collect(),
        }
    }
}

/// The questions to somebody whose statements are `changed`.
pub(super) fn questions(
    catalogue: &mut Catalogue,
    surroundings: &Surroundings,
    changed: &Changed,
    username: Option<&str>,
) -> Vec<Question> {
    let mut touched = Actions::default();
    for statement in &changed.touched {
        touched.add(&catalogue.of_statement(statement));
    }
    let statements: Vec<(&Written, Actions)> =
        changed.all.iter().map(|statement| (statement, catalogue.of_statement(statement))).collect();
    let of_buckets: Vec<(&Written, Actions)> = surroundings
        .of_buckets
        .iter()
        .map(|statement| (statement, catalogue.of_statement(statement)))
        .collect();
    let classes = classes(catalogue, &touched, &statements, &of_buckets);
    let mut questions = Vec::new();
    for actions in classes {
        let Some(number) = actions.first().copied() else { continue };
        let Some(first) = reference::action(catalogue.name(number)) else { continue };
        let about = statements.iter().filter(|(_, about)| about.has(number));
        let about: Vec<&Written> = about.map(|(statement, _)| *statement).collect();
        let anywhere =
            !has_policies(&first.full_name()) && about.iter().all(|it| it.is_about_all_resources());
        let mut resources = resources(catalogue, surroundings, (number, &first), &about, username);
        resources.truncate(if anywhere { 1 } else { resources.len() });
        questions.push(Question { actions, resources, anywhere });
    }
    questions
}

/// Whether the policy of a resource may decide.
fn has_policies(name: &str) -> bool {
    name.starts_with("s3:") || name.starts_with("sts:")
}

/// The touched actions in classes of those about which the same statements are. Where they are about all resources, it does
/// not matter what kind of resource an action is about.
fn classes(
    catalogue: &Catalogue,
    touched: &Actions,
    statements: &[(&Written, Actions)],
    of_buckets: &[(&Written, Actions)],
) -> Vec<Vec<usize>> {
    let mut classes: BTreeMap<(Option<usize>, Vec<bool>), Vec<usize>> = BTreeMap::new();
    for action in touched.iter() {
        let mut signature: Vec<bool> = statements.iter().map(|(_, about)| about.has(action)).collect();
        let about = statements.iter().zip(&signature).filter(|(_, is)| **is);
        let everywhere = about.map(|((statement, _), _)| statement).all(|it| it.is_about_all_resources());
        let special = has_policies(catalogue.name(action));
        if special {
            signature.extend(of_buckets.iter().map(|(_, about)| about.has(action)));
        }
        let kind = (special || !everywhere).then(|| catalogue.kind(action));
        classes.entry((kind, signature)).or_default().push(action);
    }
    classes.into_values().collect()
}

/// One resource for each pattern of the statements, those that have policies of their own, and one that nothing names.
fn resources(
    catalogue: &mut Catalogue,
    surroundings: &Surroundings,
    (number, action): (usize, &reference::Action),
    about: &[&Written],
    username: Option<&str>,
) -> Vec<String> {
    let name = action.full_name();
    if name == "sts:AssumeRole" {
        let meant = |arn: &&String| about.iter().any(|statement| statement.is_about_resource(arn));
        return surroundings.roles.iter().filter(meant).cloned().collect();
    }
    let mut found: BTreeSet<String> = general(action, &surroundings.id).into_iter().collect();
    let patterns: BTreeSet<&String> = about.iter().flat_map(|statement| statement.resources()).collect();
    for pattern in patterns {
        found.extend(catalogue.witnesses(pattern, number, &surroundings.id, username).iter().cloned());
        if name.starts_with("s3:") {
            found.extend(in_buckets(surroundings, action, pattern));
        }
    }
    found.into_iter().collect()
}

/// What a pattern with a wildcard means of the buckets that are described.
fn in_buckets(surroundings: &Surroundings, action: &reference::Action, pattern: &str) -> Vec<String> {
    let Some(rest) = pattern.strip_prefix("arn:aws:s3:::").or((pattern == "*").then_some("*")) else {
        return Vec::new();
    };
    let (bucket, _) = rest.split_once('/').unwrap_or((rest, ""));
    if !bucket.contains(['*', '?']) {
        return Vec::new();
    }
    let meant = surroundings.buckets.iter().filter(|name| matches(bucket, name));
    let arns = meant.flat_map(|name| {
        [format!("arn:aws:s3:::{name}"), format!("arn:aws:s3:::{name}/{}", crate::pattern::ANY)]
    });
    arns.filter(|arn| matches(pattern, arn) && action.fits(arn)).collect()
}
