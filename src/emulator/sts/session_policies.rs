//! Session policies: what limits a session further.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session>

use policy::{AccountId, Policy};
use serde::Deserialize;

use crate::operation::ServiceError;
use crate::partition::Partition;

use crate::iam::{Tag, identity_policy};

use super::tokens::validation;

const MANAGED_LIMIT: usize = 10;
/// Characters, white space among them.
const INLINE_LIMIT: usize = 2048;
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
            refuse_long(text)?;
            policies.push(Policy { name: "session policy".to_owned(), document: identity_policy(text)? });
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

/// The API's model bounds the plaintext for all operations but `AssumeRole`, whose documentation does too:
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>.
fn refuse_long(text: &str) -> Result<(), ServiceError> {
    if text.chars().count() <= INLINE_LIMIT {
        return Ok(());
    }
    let message = format!(
        "1 validation error detected: Value '{text}' at 'policy' failed to satisfy constraint: Member must have length \
         less than or equal to {INLINE_LIMIT}"
    );
    Err(validation(message))
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
