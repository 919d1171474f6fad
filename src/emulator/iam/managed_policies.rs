//! Customer managed policies and their versions.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-versioning.html>

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Utc};
use policy::{AccountId, Policy, PolicyDocument};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

use super::account::Account;
use super::errors::{
    cannot_be_found, delete_conflict, limit_exceeded, name_taken, no_such_entity, quota, validation,
};
use super::input::{has_prefix, optional, path, text};
use super::noun::{Identity, Noun, folded, timestamp};
use super::pages::page;
use super::tags::Tags;
use super::{aws_managed, documents, quotas};

/// The size of a version, in characters without white space.
pub(super) const SIZE: usize = 6144;

/// A managed policy.
#[derive(Clone)]
pub(super) struct ManagedPolicy {
    pub(super) identity: Identity,
    pub(super) description: Option<String>,
    pub(super) updated: DateTime<Utc>,
    /// By number: version 2 is shown as `v2`.
    pub(super) versions: BTreeMap<u32, Version>,
    pub(super) default: u32,
    pub(super) newest: u32,
    pub(super) tags: Tags,
}

/// A version of a managed policy.
#[derive(Clone)]
pub(super) struct Version {
    pub(super) document: Document,
    pub(super) created: DateTime<Utc>,
}

/// The document of a version.
#[derive(Clone)]
pub(super) struct Document {
    /// Empty until the first need of one of AWS's documents.
    read: OnceLock<Arc<PolicyDocument>>,
    /// Its place among those of AWS.
    of_aws: Option<usize>,
}

impl Document {
    pub(super) fn new(document: Arc<PolicyDocument>) -> Self {
        Self { read: document.into(), of_aws: None }
    }

    pub(super) fn of_aws(place: usize) -> Self {
        Self { read: OnceLock::new(), of_aws: Some(place) }
    }

    /// `None`: it is AWS's, and cannot be read.
    pub(super) fn get(&self) -> Option<&Arc<PolicyDocument>> {
        if self.read.get().is_none() {
            let document = aws_managed::document(self.of_aws?)?;
            return Some(self.read.get_or_init(|| document));
        }
        self.read.get()
    }

    pub(super) fn text(&self) -> &str {
        self.get().map_or("", |document| document.text())
    }
}

impl ManagedPolicy {
    /// With one version.
    pub(super) fn new(identity: Identity, document: Arc<PolicyDocument>) -> Self {
        let created = identity.created;
        Self {
            identity,
            description: None,
            updated: created,
            versions: BTreeMap::from([(1, Version { document: Document::new(document), created })]),
            default: 1,
            newest: 1,
            tags: Tags::default(),
        }
    }

    /// The policy in force: the default version.
    pub(super) fn policy(&self) -> Option<Policy> {
        let version = self.versions.get(&self.default)?;
        Some(Policy { name: self.identity.arn.clone(), document: Arc::clone(version.document.get()?) })
    }

    pub(super) fn listed(&self, account: &Account) -> Value {
        let Identity { path, name, id, arn, created } = &self.identity;
        json!({
            "PolicyName": name,
            "PolicyId": id,
            "Arn": arn,
            "Path": path,
            "DefaultVersionId": format!("v{}", self.default),
            "AttachmentCount": account.all_grants().filter(|grants| grants.attached.contains(arn)).count(),
            "PermissionsBoundaryUsageCount": boundary_uses(account, arn),
            "IsAttachable": true,
            "CreateDate": timestamp(*created),
            "UpdateDate": timestamp(self.updated),
        })
    }

    /// A description is shown by `GetPolicy` only.
    fn shown(&self, account: &Account) -> Value {
        let mut view = self.listed(account);
        if let Some(view) = view.as_object_mut() {
            if let Some(description) = &self.description {
                view.insert("Description".to_owned(), json!(description));
            }
            view.insert("Tags".to_owned(), self.tags.view().unwrap_or_else(|| json!([])));
        }
        view
    }

    fn version(&self, version_id: &str) -> Result<(u32, &Version), ServiceError> {
        let number: Option<u32> = version_id.strip_prefix('v').and_then(|number| number.parse().ok());
        let found = number.and_then(|number| Some((number, self.versions.get(&number)?)));
        found.ok_or_else(|| {
            let arn = &self.identity.arn;
            no_such_entity(format!("Policy {arn} version {version_id} does not exist or is not attachable."))
        })
    }

    pub(super) fn version_view(&self, number: u32, version: &Version) -> Value {
        json!({
            "VersionId": format!("v{number}"),
            "IsDefaultVersion": number == self.default,
            "CreateDate": timestamp(version.created),
        })
    }
}

fn boundary_uses(account: &Account, arn: &str) -> usize {
    let users = account.users.values().map(|user| &user.boundary);
    let boundaries = users.chain(account.roles.values().map(|role| &role.boundary));
    boundaries.filter(|boundary| boundary.as_deref() == Some(arn)).count()
}

/// Whether an account may use the policy of this ARN: its own and those of AWS.
pub(super) fn is_reachable(account: &AccountId, arn: &str) -> bool {
    arn.starts_with(aws_managed::PREFIX) || arn.starts_with(&format!("arn:aws:iam::{account}:policy/"))
}

/// The ARN of the policy that a request names.
pub(super) fn sent_arn(call: &Call) -> Result<&str, ServiceError> {
    let arn = text(call, "PolicyArn")?;
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", partition, service, _, _, resource]
            if !partition.is_empty() && !service.is_empty() && !resource.is_empty() =>
        {
            Ok(arn)
        }
        _ => Err(validation("Invalid ARN:  Could not be parsed!")),
    }
}

/// A policy that the caller's account may see.
fn visible<'partition>(
    partition: &'partition Partition,
    call: &Call,
) -> Result<&'partition ManagedPolicy, ServiceError> {
    let arn = sent_arn(call)?;
    let found = partition.iam.managed(arn).filter(|_| call.account().is_ok_and(|own| is_reachable(own, arn)));
    found.ok_or_else(|| cannot_be_found(Noun::Policy, arn))
}

/// A policy of the caller's account, to be changed.
fn changeable<'partition>(
    partition: &'partition mut Partition,
    call: &Call,
) -> Result<&'partition mut ManagedPolicy, ServiceError> {
    let arn = sent_arn(call)?;
    if arn.starts_with(aws_managed::PREFIX) {
        return Err(ServiceError::new(403, "AccessDenied", "Policy is outside your own account."));
    }
    partition.iam.account_mut(call)?.policy_mut(arn)
}

fn document(call: &Call) -> Result<Arc<PolicyDocument>, ServiceError> {
    let document = documents::managed(text(call, "PolicyDocument")?)?;
    if documents::size(document.text()) > SIZE {
        return Err(quota("PolicySize", SIZE));
    }
    Ok(document)
}

pub(super) fn create(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let name = text(call, "PolicyName")?;
    let document = document(call)?;
    let account = partition.iam.account_mut(call)?;
    if account.has(Noun::Policy, name) {
        return Err(name_taken(Noun::Policy, name));
    }
    if account.policies.len() >= quotas::POLICIES {
        return Err(quota("PoliciesPerAccount", quotas::POLICIES));
    }
    let tags = Tags::of_new(Noun::Policy, call)?;
    let identity = Noun::Policy.named(&mut partition.ids, &account.id, path(call), name, call.now);
    let mut policy = ManagedPolicy::new(identity, document);
    policy.description = optional(call, "Description").map(str::to_owned);
    policy.tags = tags;
    let mut view = policy.listed(account);
    if let (Some(view), Some(tags)) = (view.as_object_mut(), policy.tags.view()) {
        view.insert("Tags".to_owned(), tags);
    }
    account.policies.insert(folded(name), policy);
    Reply::of(&json!({ "Policy": view }))
}

pub(super) fn get(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let account = partition.iam.account(call)?;
    Reply::of(&json!({ "Policy": visible(partition, call)?.shown(account) }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Filter {
    scope: Option<String>,
    #[serde(default)]
    only_attached: bool,
    policy_usage_filter: Option<String>,
}

pub(super) fn list(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let filter: Filter = call.parse()?;
    let account = partition.iam.account(call)?;
    let scope = filter.scope.as_deref().unwrap_or("All");
    let own = account.policies.values().filter(|_| scope != "AWS");
    let of_aws = aws_managed::all().filter(|_| scope != "Local");
    let used = |arn: &str| {
        let attached = account.all_grants().any(|grants| grants.attached.contains(arn));
        let boundary = boundary_uses(account, arn) > 0;
        match filter.policy_usage_filter.as_deref() {
            Some("PermissionsPolicy") => attached,
            Some("PermissionsBoundary") => boundary,
            _ => !filter.only_attached || attached,
        }
    };
    let mut listed: Vec<(String, &ManagedPolicy)> = own
        .chain(of_aws)
        .filter(|policy| has_prefix(call, &policy.identity.path) && used(&policy.identity.arn))
        .map(|policy| (format!("{} {}", folded(&policy.identity.name), policy.identity.arn), policy))
        .collect();
    listed.sort_by(|one, other| one.0.cmp(&other.0));
    let views = listed.into_iter().map(|(key, policy)| (key, policy.listed(account)));
    Ok(page(call, views)?.reply("Policies"))
}

pub(super) fn delete(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let (key, arn) = {
        let identity = &changeable(partition, call)?.identity;
        (folded(&identity.name), identity.arn.clone())
    };
    let account = partition.iam.account_mut(call)?;
    if account.all_grants().any(|grants| grants.attached.contains(&arn)) || boundary_uses(account, &arn) > 0 {
        return Err(delete_conflict("Cannot delete a policy attached to entities."));
    }
    if account.policy(&arn)?.versions.len() > 1 {
        return Err(delete_conflict(
            "This policy has more than one version. Before you delete a policy, you must delete the policy's \
             versions. The default version is deleted with the policy.",
        ));
    }
    account.policies.remove(&key);
    Ok(Reply::empty())
}

pub(super) fn create_version(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let policy = changeable(partition, call)?;
    let document = document(call)?;
    if policy.versions.len() >= quotas::VERSIONS_PER_POLICY {
        return Err(limit_exceeded(
            "A managed policy can have up to 5 versions. Before you create a new version, you must delete an \
             existing version.",
        ));
    }
    policy.newest += 1;
    policy.updated = call.now;
    if call.input.get("SetAsDefault").and_then(Value::as_bool) == Some(true) {
        policy.default = policy.newest;
    }
    let version = Version { document: Document::new(document), created: call.now };
    let reply = Reply::of(&json!({ "PolicyVersion": policy.version_view(policy.newest, &version) }));
    policy.versions.insert(policy.newest, version);
    reply
}

pub(super) fn get_version(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let policy = visible(partition, call)?;
    let (number, version) = policy.version(text(call, "VersionId")?)?;
    let mut view = policy.version_view(number, version);
    if let Some(view) = view.as_object_mut() {
        view.insert("Document".to_owned(), json!(version.document.text()));
    }
    Reply::of(&json!({ "PolicyVersion": view }))
}

/// The newest version comes first.
pub(super) fn list_versions(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let policy = visible(partition, call)?;
    let views = policy.versions.iter().rev().map(|(number, version)| {
        (format!("{:010}", u32::MAX - number), policy.version_view(*number, version))
    });
    Ok(page(call, views)?.reply("Versions"))
}

pub(super) fn set_default_version(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let policy = changeable(partition, call)?;
    policy.default = policy.version(text(call, "VersionId")?)?.0;
    policy.updated = call.now;
    Ok(Reply::empty())
}

pub(super) fn delete_version(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let policy = changeable(partition, call)?;
    let (number, _) = policy.version(text(call, "VersionId")?)?;
    if number == policy.default {
        return Err(delete_conflict("Cannot delete the default version of a policy."));
    }
    policy.versions.remove(&number);
    policy.updated = call.now;
    Ok(Reply::empty())
}
