//! Session policies: what limits a session further.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session>

use std::sync::Arc;

use policy::{AccountId, Policy, PolicyDocument, PolicyKind};
use serde::Deserialize;

use crate::operation::ServiceError;
use crate::partition::Partition;

use crate::iam::Tag;

const MANAGED_LIMIT: usize = 10;
/// Bytes. AWS packs policies and tags into a binary form of undocumented size; this is our own measure of it.
const PACKED_LIMIT: usize = 4096;

/// The policy members of a request that issues credentials.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SessionPolicies {
    policy: Option<String>,
    #[serde(default)]
    policy_arns: Vec<PolicyDescriptor>,
}

#[derive(Deserialize)]
struct PolicyDescriptor {
    arn: Option<String>,
}

impl SessionPolicies {
    /// The policies; `None`: the request has none.
    pub(super) fn resolve(
        &self,
        partition: &Partition,
        account: &AccountId,
    ) -> Result<Option<Vec<Policy>>, ServiceError> {
        if self.policy.is_none() && self.policy_arns.is_empty() {
            return Ok(None);
        }
        if self.policy_arns.len() > MANAGED_LIMIT {
            let message = format!("Cannot exceed quota for PolicyArns: {MANAGED_LIMIT}");
            return Err(ServiceError::new(400, "ValidationError", message));
        }
        let mut policies = Vec::new();
        for arn in self.policy_arns.iter().filter_map(|descriptor| descriptor.arn.as_deref()) {
            policies.push(managed(partition, account, arn)?);
        }
        if let Some(text) = &self.policy {
            let document = PolicyDocument::parse(text, PolicyKind::Identity)
                .map_err(|error| ServiceError::new(400, "MalformedPolicyDocument", error.message))?;
            policies.push(Policy { name: "session policy".to_owned(), document: Arc::new(document) });
        }
        Ok(Some(policies))
    }

    /// The share of the allotted space that policies and tags take, in percent; `None`: there are none.
    pub(super) fn packed_size(&self, tags: &[Tag]) -> Result<Option<usize>, ServiceError> {
        let arns = self.policy_arns.iter().filter_map(|descriptor| descriptor.arn.as_ref()).map(String::len);
        let tags = tags.iter().map(|tag| tag.key.len() + tag.value.len());
        let bytes = self.policy.as_ref().map_or(0, String::len) + arns.chain(tags).sum::<usize>();
        if bytes == 0 {
            return Ok(None);
        }
        let percent = (bytes * 100).div_ceil(PACKED_LIMIT);
        if percent > 100 {
            let message = format!("Serialized policy and tags consume {percent}% of the allotted space.");
            return Err(ServiceError::new(400, "PackedPolicyTooLarge", message));
        }
        Ok(Some(percent))
    }
}

/// A managed policy of the session's own account, or of AWS.
fn managed(partition: &Partition, account: &AccountId, arn: &str) -> Result<Policy, ServiceError> {
    let own = arn.starts_with(&format!("arn:aws:iam::{account}:policy/"));
    let reachable = own || arn.starts_with("arn:aws:iam::aws:policy/");
    let found = partition.iam.managed_policy(arn).filter(|_| reachable);
    found.ok_or_else(|| {
        ServiceError::new(400, "MalformedPolicyDocument", format!("The policy {arn} does not exist."))
    })
}
