//! Tags of users, roles, policies and instance profiles.
//!
//! Keys keep their case; of users and roles, two keys that differ only by case are one key.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html>

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

use super::errors::{invalid_input, quota};
use super::input::text;
use super::noun::{Noun, folded};
use super::pages::page;

const LIMIT: usize = 50;

/// A tag of a request.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Tag {
    pub(crate) key: String,
    pub(crate) value: String,
}

/// The tags of one entity, by key (of users and roles: folded).
#[derive(Clone, Default)]
pub(super) struct Tags(BTreeMap<String, (String, String)>);

impl Tags {
    /// The tags that a `Create` operation sends.
    pub(super) fn of_new(noun: Noun, call: &Call) -> Result<Self, ServiceError> {
        let mut tags = Self::default();
        let sent = sent(call)?;
        check_keys(noun, &sent)?;
        tags.set(noun, sent);
        Ok(tags)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &(String, String)> {
        self.0.values()
    }

    pub(super) fn to_vec(&self) -> Vec<(String, String)> {
        self.iter().cloned().collect()
    }

    /// `None` where there is no tag, as answers then leave the member out.
    pub(super) fn view(&self) -> Option<Value> {
        let tags: Vec<Value> = self.iter().map(view).collect();
        (!tags.is_empty()).then_some(Value::Array(tags))
    }

    fn set(&mut self, noun: Noun, tags: Vec<Tag>) {
        for Tag { key, value } in tags {
            self.0.insert(identified(noun, &key), (key, value));
        }
    }
}

/// What makes a key another key.
fn identified(noun: Noun, key: &str) -> String {
    if matches!(noun, Noun::User | Noun::Role) { folded(key) } else { key.to_owned() }
}

fn view((key, value): &(String, String)) -> Value {
    json!({ "Key": key, "Value": value })
}

/// The `Tags` of a request.
pub(super) fn sent(call: &Call) -> Result<Vec<Tag>, ServiceError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Input {
        #[serde(default)]
        tags: Vec<Tag>,
    }
    Ok(call.parse::<Input>()?.tags)
}

/// The `TagKeys` of a request.
pub(super) fn sent_keys(call: &Call) -> Vec<String> {
    let keys = call.input.get("TagKeys").and_then(Value::as_array);
    keys.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn check_keys(noun: Noun, tags: &[Tag]) -> Result<(), ServiceError> {
    let mut seen = std::collections::BTreeSet::new();
    for tag in tags {
        if folded(&tag.key).starts_with("aws:") {
            return Err(invalid_input("Invalid tag key: the prefix aws: is reserved for AWS use."));
        }
        if !seen.insert(identified(noun, &tag.key)) {
            return Err(invalid_input(
                "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
            ));
        }
    }
    Ok(())
}

pub(super) fn tag(noun: Noun, partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let sent = sent(call)?;
    if sent.is_empty() && noun == Noun::ServerCertificate {
        return Err(invalid_input("The provided tag map must not be null/empty."));
    }
    let tags = partition.iam.account_mut(call)?.tags_mut(noun, text(call, noun.member())?)?;
    check_keys(noun, &sent)?;
    let mut changed = tags.clone();
    changed.set(noun, sent);
    if changed.0.len() > LIMIT {
        return Err(quota(&format!("TagsPer{}", noun.title()), LIMIT));
    }
    *tags = changed;
    Ok(Reply::empty())
}

pub(super) fn untag(noun: Noun, partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let tags = partition.iam.account_mut(call)?.tags_mut(noun, text(call, noun.member())?)?;
    let keys = sent_keys(call);
    if keys.is_empty() && noun == Noun::ServerCertificate {
        return Err(invalid_input("The provided tag keys must not be null/empty."));
    }
    for key in keys {
        tags.0.remove(&identified(noun, &key));
    }
    Ok(Reply::empty())
}

pub(super) fn list(noun: Noun, partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let tags = partition.iam.account(call)?.tags(noun, text(call, noun.member())?)?;
    Ok(page(call, tags.0.iter().map(|(key, tag)| (key.clone(), view(tag))))?.reply("Tags"))
}
