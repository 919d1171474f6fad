//! The policies that AWS manages, as AWS documents them.
//!
//! `aws_managed.bin` is made by `cargo run -p xtask -- aws-managed`. A policy is made when its ARN is first asked for, or
//! all are listed, and its document is read when it is first needed.
//! <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html>

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, OnceLock};

use chrono::{DateTime, Utc};
use policy::{Packed, PackedText, PolicyDocument, PolicyKind};

use crate::ids::Ids;

use super::managed_policies::{Document, ManagedPolicy, Version};
use super::noun::Identity;
use super::tags::Tags;

/// What their ARNs begin with.
pub(super) const PREFIX: &str = "arn:aws:iam::aws:policy/";

static POLICIES: LazyLock<Policies> = LazyLock::new(|| {
    let packed = Packed::open(include_bytes!("aws_managed.bin"));
    let made = packed.entries().iter().map(|_| OnceLock::new()).collect();
    Policies { packed, made }
});

struct Policies {
    /// By ARN without its beginning; the heads are default version, time of creation and time of the last change.
    packed: Packed,
    /// By the place of their entry.
    made: Vec<OnceLock<Option<ManagedPolicy>>>,
}

impl Policies {
    fn at(&self, place: usize) -> Option<&ManagedPolicy> {
        let (entry, made) = (self.packed.entries().get(place)?, self.made.get(place)?);
        made.get_or_init(|| managed(place, entry)).as_ref()
    }
}

fn managed(place: usize, entry: &PackedText) -> Option<ManagedPolicy> {
    let mut fields = entry.head.split(' ');
    let number: u32 = fields.next()?.strip_prefix('v')?.parse().ok()?;
    let mut time = || fields.next()?.parse::<DateTime<Utc>>().ok();
    let (created, updated) = (time()?, time()?);
    let (path, name) = entry.key.split_at(entry.key.rfind('/')? + 1);
    let arn = format!("{}{}", PREFIX.trim_end_matches('/'), entry.key);
    let id = Ids::new(arn.as_bytes()).unique_id("ANPA");
    let version = Version { document: Document::of_aws(place), created: updated };
    Some(ManagedPolicy {
        identity: Identity { path: path.to_owned(), name: name.to_owned(), id, arn, created },
        description: None,
        updated,
        versions: BTreeMap::from([(number, version)]),
        default: number,
        newest: number,
        tags: Tags::default(),
    })
}

/// The policy of this ARN.
pub(super) fn find(arn: &str) -> Option<&'static ManagedPolicy> {
    let key = arn.strip_prefix(PREFIX.trim_end_matches('/'))?;
    POLICIES.at(POLICIES.packed.find(key)?)
}

/// All of them, by ARN.
pub(super) fn all<'policies>() -> impl Iterator<Item = &'policies ManagedPolicy> {
    (0..POLICIES.made.len()).filter_map(|place| POLICIES.at(place))
}

/// The document of the policy at this place.
pub(super) fn document(place: usize) -> Option<Arc<PolicyDocument>> {
    let entry = POLICIES.packed.entries().get(place)?;
    PolicyDocument::parse(POLICIES.packed.text(entry), PolicyKind::Identity).ok().map(Arc::new)
}

/// The document of a policy that AWS manages, in its default version; `None`: there is no policy of this ARN.
pub fn aws_managed_policy(arn: &str) -> Option<String> {
    Some(find(arn)?.policy()?.document.text().to_owned())
}

/// The ARNs of all policies that AWS manages.
pub fn aws_managed_policy_arns() -> impl Iterator<Item = String> {
    let beginning = PREFIX.trim_end_matches('/');
    POLICIES.packed.entries().iter().map(move |entry| format!("{beginning}{}", entry.key))
}

/// The package that the policies are from, with its version.
pub fn aws_managed_policies_version() -> &'static str {
    POLICIES.packed.source()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_policy_can_be_read() {
        assert!(all().count() == POLICIES.packed.entries().len() && all().count() > 1500);
        let unread: Vec<&str> =
            all().filter(|one| one.policy().is_none()).map(|one| &*one.identity.arn).collect();
        assert_eq!(unread, Vec::<&str>::new());
    }

    #[test]
    fn a_policy_is_found_by_its_arn_only() {
        let text = aws_managed_policy("arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess");
        assert!(text.is_some_and(|text| text.contains("s3:Get*")));
        for arn in
            ["arn:aws:iam::aws:policy/AmazonS3", "arn:aws:iam::111122223333:policy/AmazonS3ReadOnlyAccess"]
        {
            assert_eq!(aws_managed_policy(arn), None);
        }
    }
}
