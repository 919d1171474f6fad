//! One grant: who may use a key, for what, and under which constraints.
//!
//! What it permits is said in the policy language, so that one engine decides it with the key's policy.
//! <https://docs.aws.amazon.com/kms/latest/developerguide/grants.html>

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use policy::{AccountId, Policy, PolicyDocument, PolicyKind, ResourcePolicy};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::iam;

/// What a grant may permit.
/// <https://docs.aws.amazon.com/kms/latest/developerguide/grants.html#terms-grant-operations>
pub(super) const OPERATIONS: &[&str] = &[
    "CreateGrant",
    "Decrypt",
    "DeriveSharedSecret",
    "DescribeKey",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateMac",
    "GetPublicKey",
    "ReEncryptFrom",
    "ReEncryptTo",
    "RetireGrant",
    "Sign",
    "Verify",
    "VerifyMac",
];

/// A grant; its principals are kept by their unique ids.
#[derive(Clone)]
pub(super) struct Grant {
    pub(super) id: String,
    pub(super) token: String,
    pub(super) key_arn: String,
    pub(super) name: Option<String>,
    pub(super) grantee: String,
    pub(super) retiring: Option<String>,
    pub(super) operations: Vec<String>,
    pub(super) constraints: Constraints,
    /// The account that made it.
    pub(super) issuer: AccountId,
    pub(super) created: DateTime<Utc>,
}

/// The encryption context that a cryptographic operation must have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Constraints {
    pub(super) encryption_context_equals: Option<BTreeMap<String, String>>,
    pub(super) encryption_context_subset: Option<BTreeMap<String, String>>,
}

impl Constraints {
    pub(super) fn is_empty(&self) -> bool {
        self == &Self::default()
    }

    /// The same as conditions: keys are compared without regard to case, values with.
    /// <https://docs.aws.amazon.com/kms/latest/APIReference/API_GrantConstraints.html>
    fn condition(&self) -> Value {
        let pairs = |pairs: &Option<BTreeMap<String, String>>| pairs.clone().unwrap_or_default();
        let mut wanted = Map::new();
        for (key, value) in
            pairs(&self.encryption_context_subset).into_iter().chain(pairs(&self.encryption_context_equals))
        {
            wanted.insert(format!("kms:EncryptionContext:{key}"), Value::from(value));
        }
        let mut condition = Map::new();
        if !wanted.is_empty() {
            condition.insert("StringEquals".to_owned(), Value::Object(wanted));
        }
        if let Some(exact) = &self.encryption_context_equals {
            let keys: Vec<&String> = exact.keys().collect();
            let only = match keys.is_empty() {
                true => ("Null", json!({ "kms:EncryptionContextKeys": "true" })),
                false => {
                    ("ForAllValues:StringEqualsIgnoreCase", json!({ "kms:EncryptionContextKeys": keys }))
                }
            };
            condition.insert(only.0.to_owned(), only.1);
        }
        Value::Object(condition)
    }

    fn view(&self) -> Option<Value> {
        let sets = [
            ("EncryptionContextEquals", &self.encryption_context_equals),
            ("EncryptionContextSubset", &self.encryption_context_subset),
        ];
        let view: Map<String, Value> = sets
            .into_iter()
            .filter_map(|(name, pairs)| Some((name.to_owned(), json!(pairs.as_ref()?))))
            .collect();
        (!view.is_empty()).then_some(Value::Object(view))
    }
}

impl Grant {
    /// What it permits on the key. A grant made by virtue of another one permits nothing more.
    /// <https://docs.aws.amazon.com/kms/latest/developerguide/create-grant-overview.html#grant-creategrant>
    pub(super) fn permissions(&self) -> Option<Policy> {
        let is_bound = |operation: &&String| {
            let crypts = ["Decrypt", "Encrypt", "ReEncryptFrom", "ReEncryptTo"].contains(&operation.as_str());
            !self.constraints.is_empty() && (crypts || operation.starts_with("GenerateDataKey"))
        };
        let named = |operation: &&String| matches!(operation.as_str(), "CreateGrant" | "RetireGrant");
        let (bound, free): (Vec<&String>, Vec<&String>) =
            self.operations.iter().filter(|operation| !named(operation)).partition(is_bound);
        let mut statements = Vec::new();
        let mut permit = |operations: Vec<&String>, condition: Value| {
            let actions: Vec<String> =
                operations.iter().map(|operation| format!("kms:{operation}")).collect();
            if !actions.is_empty() {
                statements.push(json!({
                    "Effect": "Allow", "Principal": { "AWS": self.grantee }, "Action": actions, "Resource": "*",
                    "Condition": condition,
                }));
            }
        };
        permit(bound, self.constraints.condition());
        permit(free, json!({}));
        let creating = self.operations.iter().filter(|operation| *operation == "CreateGrant").collect();
        permit(creating, json!({ "ForAllValues:StringEquals": { "kms:GrantOperations": self.operations } }));
        self.policy(statements)
    }

    /// Who may retire it: whoever it says, and the account that made it.
    /// <https://docs.aws.amazon.com/kms/latest/developerguide/grant-delete.html>
    pub(super) fn retirement(&self) -> ResourcePolicy {
        let grantee =
            self.operations.iter().any(|operation| operation == "RetireGrant").then_some(&self.grantee);
        let issuer = format!("arn:aws:iam::{}:root", self.issuer);
        let principals: Vec<&String> =
            self.retiring.iter().chain(grantee).chain(std::iter::once(&issuer)).collect();
        ResourcePolicy::Key(self.policy(vec![json!({
            "Effect": "Allow", "Principal": { "AWS": principals }, "Action": "kms:RetireGrant", "Resource": "*",
        })]))
    }

    /// `None`: there is nothing to say.
    fn policy(&self, statements: Vec<Value>) -> Option<Policy> {
        let text = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
        let document = PolicyDocument::parse(&text, PolicyKind::Resource).ok()?;
        Some(Policy { name: format!("grant {}", self.id), document: Arc::new(document) })
    }

    /// As `ListGrants` shows it.
    pub(super) fn view(&self, iam: &iam::Store) -> Value {
        let shown =
            |principal: &String| iam.principal_to_show(principal).unwrap_or_else(|| principal.clone());
        let mut view = json!({
            "KeyId": self.key_arn,
            "GrantId": self.id,
            "Name": self.name.as_deref().unwrap_or_default(),
            "CreationDate": self.created.timestamp_millis() as f64 / 1000.0,
            "GranteePrincipal": shown(&self.grantee),
            "IssuingAccount": format!("arn:aws:iam::{}:root", self.issuer),
            "Operations": self.operations,
        });
        if let Some(view) = view.as_object_mut() {
            let retiring = self.retiring.as_ref().map(|principal| json!(shown(principal)));
            view.extend(retiring.map(|retiring| ("RetiringPrincipal".to_owned(), retiring)));
            view.extend(self.constraints.view().map(|constraints| ("Constraints".to_owned(), constraints)));
        }
        view
    }
}
