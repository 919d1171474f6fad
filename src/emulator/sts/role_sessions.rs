//! What is alike in all operations that assume a role: the permissions they need, and the session they issue.

use chrono::{DateTime, Utc};
use policy::{AccountId, Principal, ResourcePolicy};
use serde_json::{Map, Value, json};

use crate::iam::RoleView;
use crate::operation::{Access, CredentialKind, Reply, ServiceError};
use crate::partition::Partition;

use super::session_policies::SessionPolicies;
use super::session_tags::SessionTags;
use super::store::{NewSession, SessionView};
use super::tokens::{denied, validation};

const DEFAULT_DURATION: i64 = 3600;
const CHAINED_LIMIT: i64 = 3600;
const SHORTEST: i64 = 900;

/// What somebody asks who wants to assume a role.
pub(super) struct RoleRequest<'a> {
    pub(super) action: &'static str,
    pub(super) role_arn: &'a str,
    pub(super) session_name: &'a str,
    pub(super) source_identity: Option<&'a str>,
    pub(super) tags: &'a SessionTags,
}

impl RoleRequest<'_> {
    /// The permissions that it needs, all of them by the role's trust policy too.
    /// A role that does not exist is as one that trusts nobody.
    pub(super) fn accesses(&self, partition: &Partition) -> Result<Vec<Access>, ServiceError> {
        let account = account_of(self.role_arn)?;
        let mut actions = vec![self.action];
        if !self.tags.tags.is_empty() {
            actions.push("sts:TagSession");
        }
        if self.source_identity.is_some() {
            actions.push("sts:SetSourceIdentity");
        }
        let trust = partition.iam.role_by_arn(self.role_arn).map(|role| role.trust);
        let accesses = actions.into_iter().map(|action| {
            let mut access =
                Access::new(action, self.role_arn).with("sts:RoleSessionName", self.session_name);
            access.resource_account = Some(account.clone());
            access.resource_policy = ResourcePolicy::Trust(trust.clone());
            if let Some(source_identity) = self.source_identity {
                access.context.set("sts:SourceIdentity", source_identity);
            }
            for (key, value) in partition.iam.role_tags(self.role_arn) {
                access.context.set(&format!("aws:ResourceTag/{key}"), &value);
                access.context.set(&format!("iam:ResourceTag/{key}"), value);
            }
            self.tags.fill(&mut access.context);
            access
        });
        Ok(accesses.collect())
    }
}

/// What an identity provider told of the caller.
pub(super) struct Federated {
    /// For `aws:FederatedProvider`, which sessions of SAML have not.
    pub(super) provider: Option<String>,
    /// The provider's condition keys.
    pub(super) keys: Vec<(String, Vec<String>)>,
}

/// The session of a role, to be issued.
pub(super) struct RoleSession<'a> {
    pub(super) role_arn: &'a str,
    pub(super) name: &'a str,
    pub(super) duration_seconds: Option<i64>,
    /// When the identity provider wants it to end; `None`: it does not care.
    pub(super) latest: Option<DateTime<Utc>>,
    /// Whether a role's session asks.
    pub(super) chained: bool,
    pub(super) policies: &'a SessionPolicies,
    pub(super) tags: &'a SessionTags,
    /// The transitive tags of the caller's session.
    pub(super) inherited: &'a [(String, String)],
    pub(super) source_identity: Option<String>,
    pub(super) federated: Option<Federated>,
}

/// An issued session, as answers show it.
pub(super) struct Issued(Map<String, Value>);

impl RoleSession<'_> {
    pub(super) fn issue(self, partition: &mut Partition, now: DateTime<Utc>) -> Result<Issued, ServiceError> {
        let account = account_of(self.role_arn)?;
        let role = partition.iam.role_by_arn(self.role_arn).ok_or_else(|| denied("Access denied"))?;
        let duration = self.duration(&role, now)?;
        let policies = self.policies.resolve(partition, &account)?;
        let packed_size = self.policies.packed_size(&self.tags.tags)?;
        let tags = self.tags.with_inherited(self.inherited)?;
        let federated = self.federated.into_iter().flat_map(|federated| {
            let provider = federated.provider.map(|arn| ("aws:FederatedProvider".to_owned(), vec![arn]));
            provider.into_iter().chain(federated.keys)
        });
        let view = SessionView {
            policies,
            tags,
            mfa: Some(false),
            source_identity: self.source_identity.clone(),
            federated: federated.collect(),
            ..SessionView::new(now)
        };
        let principal = principal(&account, &role, self.name);
        let session_arn = principal.arn();
        let session = NewSession {
            account,
            principal,
            kind: CredentialKind::RoleSession,
            view,
            transitive_tag_keys: self.tags.transitive(self.inherited),
            duration,
        };
        let credentials = partition.sts.issue(&mut partition.ids, session);
        let user = json!({ "AssumedRoleId": format!("{}:{}", role.id, self.name), "Arn": session_arn });
        let mut members = Map::new();
        members.insert("Credentials".to_owned(), credentials.view());
        members.insert("AssumedRoleUser".to_owned(), user);
        members.extend(packed_size.map(|size| ("PackedPolicySize".to_owned(), Value::from(size))));
        let identity =
            self.source_identity.map(|identity| ("SourceIdentity".to_owned(), Value::from(identity)));
        members.extend(identity);
        Ok(Issued(members))
    }

    /// Seconds, within what the role and role chaining allow.
    fn duration(&self, role: &RoleView, now: DateTime<Utc>) -> Result<i64, ServiceError> {
        let duration = self.duration_seconds.unwrap_or(DEFAULT_DURATION);
        if self.chained && duration > CHAINED_LIMIT {
            return Err(validation(
                "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
            ));
        }
        if duration > role.max_session_duration {
            return Err(validation(
                "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
            ));
        }
        let latest = self.latest.map_or(duration, |latest| (latest - now).num_seconds().max(SHORTEST));
        Ok(duration.min(latest))
    }
}

impl Issued {
    /// The answer with more members.
    pub(super) fn reply<const N: usize>(mut self, more: [(&str, Value); N]) -> Result<Reply, ServiceError> {
        self.0.extend(more.into_iter().map(|(name, value)| (name.to_owned(), value)));
        Reply::of(&self.0)
    }
}

/// The session of a role as a principal.
pub(super) fn principal(account: &AccountId, role: &RoleView, session: &str) -> Principal {
    Principal::AssumedRole {
        account: account.clone(),
        path: role.path.clone(),
        name: role.name.clone(),
        id: role.id.clone(),
        session: session.to_owned(),
    }
}

/// The account in the ARN of a role.
pub(super) fn account_of(role_arn: &str) -> Result<AccountId, ServiceError> {
    let resource = role_arn.strip_prefix("arn:aws:iam::").and_then(|rest| rest.split_once(':'));
    let account = resource.filter(|(_, resource)| resource.starts_with("role/"));
    let account = account.and_then(|(account, _)| AccountId::new(account));
    account.ok_or_else(|| validation(format!("{role_arn} is invalid")))
}
