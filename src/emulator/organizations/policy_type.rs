//! The types of policies that decide access, and what AWS attaches of each by itself.
//!
//! <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_authorization_policies.html>

use std::sync::{Arc, LazyLock};

use policy::{PolicyDocument, PolicyKind, reference};
use serde_json::Value;

use crate::operation::ServiceError;

use super::errors::{constraint, error, not_emulated};

/// The most characters of a policy, white space included.
/// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html>
const SIZE: usize = 5120;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PolicyType {
    ServiceControl,
    ResourceControl,
}

impl PolicyType {
    /// # Errors
    /// For the types that do not decide access, which are not emulated.
    pub(super) fn named(name: &str) -> Result<Self, ServiceError> {
        match name {
            "SERVICE_CONTROL_POLICY" => Ok(Self::ServiceControl),
            "RESOURCE_CONTROL_POLICY" => Ok(Self::ResourceControl),
            other => Err(not_emulated(&format!("the policy type {other}"))),
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ServiceControl => "SERVICE_CONTROL_POLICY",
            Self::ResourceControl => "RESOURCE_CONTROL_POLICY",
        }
    }

    /// The policy that AWS attaches to everything.
    pub(super) fn default_policy(self) -> &'static str {
        match self {
            Self::ServiceControl => "p-FullAWSAccess",
            Self::ResourceControl => "p-RCPFullAWSAccess",
        }
    }

    pub(super) fn of_default_policy(id: &str) -> Option<Self> {
        [Self::ServiceControl, Self::ResourceControl].into_iter().find(|kind| kind.default_policy() == id)
    }

    pub(super) fn default_document(self) -> Arc<PolicyDocument> {
        static SERVICE: LazyLock<Arc<PolicyDocument>> = LazyLock::new(|| of_aws(PolicyType::ServiceControl));
        static RESOURCE: LazyLock<Arc<PolicyDocument>> =
            LazyLock::new(|| of_aws(PolicyType::ResourceControl));
        match self {
            Self::ServiceControl => Arc::clone(&SERVICE),
            Self::ResourceControl => Arc::clone(&RESOURCE),
        }
    }

    /// A document as a customer may write it.
    pub(super) fn parse(self, text: &str) -> Result<Arc<PolicyDocument>, ServiceError> {
        if text.chars().count() > SIZE {
            return Err(constraint(
                "POLICY_CONTENT_LIMIT_EXCEEDED",
                "You have exceeded the maximum policy size.",
            ));
        }
        let document = PolicyDocument::parse(text, self.kind()).map_err(|flaw| malformed(&flaw.message))?;
        if self == Self::ResourceControl {
            check_resource_control(text)?;
        }
        Ok(Arc::new(document))
    }

    fn kind(self) -> PolicyKind {
        match self {
            Self::ServiceControl => PolicyKind::ServiceControl,
            Self::ResourceControl => PolicyKind::ResourceControl,
        }
    }
}

#[expect(clippy::expect_used, reason = "the texts are part of the program; a test parses both")]
fn of_aws(of: PolicyType) -> Arc<PolicyDocument> {
    let principal = match of {
        PolicyType::ServiceControl => "",
        PolicyType::ResourceControl => r#""Principal":"*","#,
    };
    let text = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow",{principal}"Action":"*","Resource":"*"}}]}}"#
    );
    Arc::new(PolicyDocument::parse(&text, of.kind()).expect("a policy"))
}

/// Customers' resource control policies only deny, and name actions of services that support them.
/// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html>
fn check_resource_control(text: &str) -> Result<(), ServiceError> {
    let document: Value = serde_json::from_str(text).map_err(|flaw| malformed(&flaw.to_string()))?;
    let all = |value: &Value| match value {
        Value::Array(items) => items.clone(),
        one => vec![one.clone()],
    };
    for statement in document.get("Statement").map(all).unwrap_or_default() {
        if statement.get("Effect").and_then(Value::as_str) != Some("Deny") {
            return Err(malformed("the Effect of a resource control policy is Deny"));
        }
        for action in statement.get("Action").map(all).unwrap_or_default() {
            let action = action.as_str().unwrap_or_default();
            let prefix = action.split(':').next().unwrap_or_default();
            if !reference::service(prefix).is_some_and(|service| service.has_resource_control) {
                return Err(malformed(&format!(
                    "resource control policies do not support the action {action}"
                )));
            }
        }
    }
    Ok(())
}

/// AWS says no more; what is wrong is told after it.
fn malformed(flaw: &str) -> ServiceError {
    let message = format!(
        "The provided policy document does not meet the requirements of the specified policy type. {flaw}"
    );
    error("MalformedPolicyDocumentException", message)
}
