//! Policies that AWS manages: a few of them, as AWS documents them.
//!
//! `aws_managed.json` has them by name, taken from the package `moto` (Apache-2.0, as the documentation has
//! them); it is read when the first one is asked for.
//! <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html>

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use chrono::{DateTime, Utc};
use policy::{PolicyDocument, PolicyKind};
use serde::Deserialize;
use serde_json::Value;

use crate::ids::Ids;

use super::managed_policies::{ManagedPolicy, Version};
use super::noun::Identity;
use super::tags::Tags;

/// What their ARNs begin with.
pub(super) const PREFIX: &str = "arn:aws:iam::aws:policy/";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    path: String,
    default_version_id: String,
    create_date: DateTime<Utc>,
    update_date: DateTime<Utc>,
    document: Value,
}

static POLICIES: LazyLock<BTreeMap<String, ManagedPolicy>> = LazyLock::new(|| {
    let entries: BTreeMap<String, Entry> =
        serde_json::from_str(include_str!("aws_managed.json")).unwrap_or_default();
    entries.into_iter().filter_map(|(name, entry)| policy(name, entry)).collect()
});

fn policy(name: String, entry: Entry) -> Option<(String, ManagedPolicy)> {
    let document = PolicyDocument::parse(&entry.document.to_string(), PolicyKind::Identity).ok()?;
    let number: u32 = entry.default_version_id.strip_prefix('v')?.parse().ok()?;
    let arn = format!("{}{}{name}", PREFIX.trim_end_matches('/'), entry.path);
    let version = Version { document: Arc::new(document), created: entry.update_date };
    let identity = Identity {
        path: entry.path,
        id: Ids::new(arn.as_bytes()).unique_id("ANPA"),
        name,
        arn: arn.clone(),
        created: entry.create_date,
    };
    let policy = ManagedPolicy {
        identity,
        description: None,
        updated: entry.update_date,
        versions: BTreeMap::from([(number, version)]),
        default: number,
        newest: number,
        tags: Tags::default(),
    };
    Some((arn, policy))
}

/// The policy of this ARN.
pub(super) fn find(arn: &str) -> Option<&'static ManagedPolicy> {
    POLICIES.get(arn)
}

/// All of them, by ARN.
pub(super) fn all<'policies>() -> impl Iterator<Item = &'policies ManagedPolicy> {
    POLICIES.values()
}

/// The document of an AWS managed policy; `None`: there is no policy of this ARN.
pub fn aws_managed_policy(arn: &str) -> Option<String> {
    let policy = find(arn)?;
    policy.versions.get(&policy.default).map(|version| version.document.text().to_owned())
}
