//! Inline policies of users, roles and groups.

use serde_json::{Value, json};

use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

use super::documents;
use super::errors::{limit_exceeded, no_such_entity};
use super::input::text;
use super::noun::Noun;
use super::pages::page;
use super::store::Grants;

/// The size of all inline policies of one entity together, in characters without white space.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
pub(super) fn size_limit(noun: Noun) -> usize {
    match noun {
        Noun::Role => 10_240,
        Noun::Group => 5_120,
        _ => 2_048,
    }
}

pub(super) fn put(noun: Noun, partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let name = text(call, noun.member())?;
    let policy = text(call, "PolicyName")?;
    let inline = &mut partition.iam.account_mut(call)?.grants_mut(noun, name)?.inline;
    let document = documents::identity(text(call, "PolicyDocument")?)?;
    let others = inline.iter().filter(|(name, _)| *name != policy);
    let total: usize = others.map(|(_, document)| documents::size(document.text())).sum();
    let limit = size_limit(noun);
    if total + documents::size(document.text()) > limit {
        let noun = noun.arn_type();
        return Err(limit_exceeded(format!(
            "Maximum policy size of {limit} bytes exceeded for {noun} {name}"
        )));
    }
    inline.insert(policy.to_owned(), document);
    Ok(Reply::empty())
}

pub(super) fn get(noun: Noun, partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let name = text(call, noun.member())?;
    let policy = text(call, "PolicyName")?;
    let inline = &partition.iam.account(call)?.grants(noun, name)?.inline;
    let document = inline.get(policy).ok_or_else(|| no_such_policy(noun, policy))?;
    let mut output = json!({ "PolicyName": policy, "PolicyDocument": document.text() });
    if let Some(output) = output.as_object_mut() {
        output.insert(noun.member().to_owned(), json!(name));
    }
    Reply::of(&output)
}

pub(super) fn list(noun: Noun, partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let inline = &partition.iam.account(call)?.grants(noun, text(call, noun.member())?)?.inline;
    Ok(page(call, inline.keys().map(|name| (name.clone(), json!(name))))?.reply("PolicyNames"))
}

pub(super) fn delete(noun: Noun, partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let policy = text(call, "PolicyName")?;
    let inline = &mut partition.iam.account_mut(call)?.grants_mut(noun, text(call, noun.member())?)?.inline;
    inline.remove(policy).ok_or_else(|| no_such_policy(noun, policy))?;
    Ok(Reply::empty())
}

/// The policies as `GetAccountAuthorizationDetails` shows them.
pub(super) fn views(grants: &Grants) -> Value {
    let views = grants.inline.iter();
    views.map(|(name, document)| json!({ "PolicyName": name, "PolicyDocument": document.text() })).collect()
}

fn no_such_policy(noun: Noun, policy: &str) -> ServiceError {
    no_such_entity(format!("The {} policy with name {policy} cannot be found.", noun.arn_type()))
}
