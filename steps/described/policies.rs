//! Managed policies.

use std::collections::BTreeMap;

use account::{Account, ManagedPolicy};
use harness::{Doubt, Doubtful, Stage, StepError};
use serde_json::Value;
use target::aws_managed_policy;

use super::names::{path_there, placed};
use crate::managed_policies::make_policy;

/// The ARNs there of the managed policies of a description. One that is missing is doubtful for those who have it.
pub(super) type Made = BTreeMap<String, String>;

/// IAM counts no white space.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length>
const MOST_LETTERS: usize = 6144;

/// Makes the account's own; AWS's are there already, unless the description has another version of one: then it is made as
/// one of the account.
///
/// # Errors
/// Where IAM refuses one.
pub(super) async fn make(stage: &mut Stage, account: &Account) -> Result<Made, StepError> {
    let mut made = Made::new();
    for policy in &account.policies {
        if policy.arn.starts_with("arn:aws:iam::aws:") && is_the_same(policy) {
            made.insert(policy.arn.clone(), policy.arn.clone());
            continue;
        }
        let holders = holders(account, &policy.arn);
        let letters = policy.text.chars().filter(|letter| !letter.is_whitespace()).count();
        if policy.arn.starts_with("arn:aws:iam::aws:") && letters > MOST_LETTERS {
            let reason = format!("the file has another version of {} than there is here", policy.arn);
            doubtful(stage, holders, &reason);
            continue;
        }
        let about: Vec<Doubtful> = holders.into_iter().map(Doubtful::Identity).collect();
        let Some(text) = placed(stage, &policy.text, &about) else { continue };
        let (path, name) = path_and_name(&policy.arn);
        let path = path_there(stage, &path);
        make_policy(stage, &name, path, text).await?;
        if let Some(arn) = stage.cast.policies.get(&name) {
            made.insert(policy.arn.clone(), arn.clone());
        }
    }
    Ok(made)
}

fn doubtful(stage: &mut Stage, holders: Vec<String>, reason: &str) {
    let doubts = holders.into_iter().map(Doubtful::Identity);
    stage.cast.doubts.extend(doubts.map(|about| Doubt { about, reason: reason.to_owned() }));
}

/// Users, directly or by a group, and roles that have a policy.
fn holders(account: &Account, arn: &str) -> Vec<String> {
    let has = |entity: &account::Entity| {
        entity.attached.iter().chain(&entity.boundary).any(|attached| attached == arn)
    };
    let holding =
        account.entities().filter(|(_, entity)| has(entity)).map(|(kind, entity)| (kind, &entity.name));
    let holding: Vec<(&str, &String)> = holding.collect();
    let members = account
        .users
        .iter()
        .filter(|user| user.groups.iter().any(|group| holding.contains(&("group", group))));
    holding
        .iter()
        .map(|(_, name)| (*name).clone())
        .chain(members.map(|user| user.entity.name.clone()))
        .collect()
}

/// Whether the policy of AWS that is here says what the description has.
fn is_the_same(policy: &ManagedPolicy) -> bool {
    let parsed = |text: &str| serde_json::from_str::<Value>(text).ok();
    aws_managed_policy(&policy.arn).is_some_and(|here| parsed(&here) == parsed(&policy.text))
}

/// Of `arn:aws:iam::111122223333:policy/team/reads`: `/team/` and `reads`.
fn path_and_name(arn: &str) -> (String, String) {
    let resource = arn.split_once(":policy/").map_or(arn, |(_, resource)| resource);
    match resource.rsplit_once('/') {
        Some((path, name)) => (format!("/{path}/"), name.to_owned()),
        None => ("/".to_owned(), resource.to_owned()),
    }
}
