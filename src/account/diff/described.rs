//! Buckets and roles that either account describes, with what their own policies say.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::actions::{About, Catalogue};
use super::changed::{Documents, of_policies, tells_tags_apart};
use crate::access::Access;
use crate::model::{Bucket, Role};
use crate::pattern::{Filling, in_bucket};
use crate::statements::Written;

/// A resource that may have a policy of its own.
pub(super) struct Described {
    /// `s3` or `sts`: the service whose actions its policy decides.
    pub(super) service: &'static str,
    /// The name of a bucket.
    bucket: Option<String>,
    /// Its own ARN, that of something in it, and those that stand for the patterns of its policies.
    arns: BTreeSet<Rc<str>>,
    /// The statements of both policies, without repetitions.
    pub(super) all: Vec<About>,
    /// Those that are in one and not in the other.
    pub(super) touched: Vec<About>,
    /// Those that look at tags of the caller.
    pub(super) by_tag: Vec<About>,
}

impl Described {
    /// ARNs that are worth a question: those of its own, and what other patterns mean of it.
    pub(super) fn arns<'p>(
        &self,
        patterns: impl Iterator<Item = &'p String>,
        filling: Filling<'_>,
    ) -> BTreeSet<Rc<str>> {
        let mut arns = self.arns.clone();
        if let Some(bucket) = &self.bucket {
            arns.extend(patterns.flat_map(|pattern| in_bucket(pattern, bucket, filling)).map(Rc::from));
        }
        arns
    }
}

/// All that there are, by their ARNs.
pub(super) fn described(
    old: &Access<'_>,
    new: &Access<'_>,
    catalogue: &mut Catalogue,
    documents: &mut Documents,
) -> BTreeMap<String, Described> {
    let accounts = || [old.account(), new.account()].into_iter();
    let filling = Filling { account: new.id().as_str(), username: None };
    let mut one = |service, bucket: Option<&String>, policies: [Option<&str>; 2]| {
        let [old, new] = policies;
        let changed = of_policies(old, new, documents);
        let by_tag: Vec<Rc<Written>> =
            changed.all.iter().filter(|statement| tells_tags_apart(statement)).cloned().collect();
        let mut described = Described {
            service,
            bucket: bucket.cloned(),
            arns: BTreeSet::new(),
            all: catalogue.about(&changed.all),
            touched: catalogue.about(&changed.touched),
            by_tag: catalogue.about(&by_tag),
        };
        let any = "*".to_owned();
        let patterns = described.all.iter().flat_map(|about| about.statement.resources());
        described.arns = described.arns(patterns.chain([&any]), filling);
        described
    };
    let mut found = BTreeMap::new();
    for Bucket { name, .. } in accounts().flat_map(|account| &account.buckets) {
        let policies = [old.bucket_policy(name), new.bucket_policy(name)];
        found.insert(format!("arn:aws:s3:::{name}"), one("s3", Some(name), policies));
    }
    for Role { entity, .. } in accounts().flat_map(|account| &account.roles) {
        let arn = new.account_arn("role", entity);
        let policies = [old.trust_policy(&entity.name), new.trust_policy(&entity.name)];
        let mut role = one("sts", None, policies);
        role.arns.insert(arn.as_str().into());
        found.insert(arn, role);
    }
    found
}

/// The resource that is asked about, or the bucket that holds it, if it is one of S3.
pub(super) fn holder(arn: &str) -> &str {
    match arn.strip_prefix("arn:aws:s3:::").and_then(|rest| rest.find('/')) {
        Some(slash) => arn.get(.."arn:aws:s3:::".len() + slash).unwrap_or(arn),
        None => arn,
    }
}
