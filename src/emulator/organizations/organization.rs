//! One organization: its tree, its policies and what they are attached to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use policy::{AccountId, Policy, PolicyDocument};

use crate::ids::Ids;

use super::policy_type::PolicyType;
use super::root_access::RootFeature;

/// One organization.
pub(super) struct Organization {
    /// `o-…`.
    pub(super) id: String,
    /// The management account, which no policy limits.
    pub(super) management: AccountId,
    /// False: consolidated billing only.
    pub(super) all_features: bool,
    /// `r-…`.
    pub(super) root: String,
    pub(super) units: BTreeMap<String, Unit>,
    pub(super) accounts: BTreeMap<AccountId, Member>,
    pub(super) policies: BTreeMap<String, StoredPolicy>,
    pub(super) enabled: BTreeSet<PolicyType>,
    /// The ids of policies by what they are attached to: the root, a unit or an account.
    attached: BTreeMap<String, BTreeSet<String>>,
    /// By the id of what is tagged.
    pub(super) tags: BTreeMap<String, BTreeMap<String, String>>,
    pub(super) creations: BTreeMap<String, Creation>,
    /// The services that an account administers, each since when.
    pub(super) delegated: BTreeMap<AccountId, BTreeMap<String, DateTime<Utc>>>,
    /// The services that may work in the accounts, each since when.
    pub(super) trusted: BTreeMap<String, DateTime<Utc>>,
    pub(super) root_features: BTreeSet<RootFeature>,
}

/// An organizational unit.
pub(super) struct Unit {
    pub(super) name: String,
    pub(super) parent: String,
}

/// An account of the organization.
pub(super) struct Member {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) parent: String,
    /// False: it was invited.
    pub(super) created: bool,
    pub(super) joined: DateTime<Utc>,
}

/// A customer's policy.
pub(super) struct StoredPolicy {
    pub(super) kind: PolicyType,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) document: Arc<PolicyDocument>,
}

/// A request to create an account, which is done as soon as it is made.
pub(super) struct Creation {
    pub(super) name: String,
    pub(super) requested: DateTime<Utc>,
    /// The new account, or why there is none.
    pub(super) outcome: Result<AccountId, &'static str>,
}

impl Organization {
    pub(super) fn new(ids: &mut Ids, management: AccountId, all_features: bool, now: DateTime<Utc>) -> Self {
        let root = format!("r-{}", digits(ids, 4));
        let mut organization = Self {
            id: format!("o-{}", digits(ids, 10)),
            management: management.clone(),
            all_features,
            root,
            units: BTreeMap::new(),
            accounts: BTreeMap::new(),
            policies: BTreeMap::new(),
            enabled: BTreeSet::new(),
            attached: BTreeMap::new(),
            tags: BTreeMap::new(),
            creations: BTreeMap::new(),
            delegated: BTreeMap::new(),
            trusted: BTreeMap::new(),
            root_features: BTreeSet::new(),
        };
        // https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateOrganization.html
        if all_features {
            organization.enable(PolicyType::ServiceControl);
        }
        organization.join(management, None, now);
        organization
    }

    /// Takes an account in, under the root; `named`: the name and e-mail address of one that was created.
    pub(super) fn join(&mut self, account: AccountId, named: Option<(String, String)>, now: DateTime<Utc>) {
        let created = named.is_some();
        let (name, email) = named.unwrap_or_else(|| (account.to_string(), default_email(&account)));
        self.attach_defaults(account.as_str().to_owned());
        let member = Member { name, email, parent: self.root.clone(), created, joined: now };
        self.accounts.insert(account, member);
    }

    pub(super) fn remove(&mut self, account: &AccountId) {
        self.accounts.remove(account);
        self.delegated.remove(account);
        self.forget(account.as_str());
    }

    /// What was attached to, and the tags of, something that is no more.
    pub(super) fn forget(&mut self, id: &str) {
        self.attached.remove(id);
        self.tags.remove(id);
    }

    pub(super) fn enable(&mut self, kind: PolicyType) {
        self.enabled.insert(kind);
        for target in self.targets() {
            self.attach(kind.default_policy(), &target);
        }
    }

    /// What was attached is not attached again when the type is enabled anew.
    pub(super) fn disable(&mut self, kind: PolicyType) {
        self.enabled.remove(&kind);
        let policies = &self.policies;
        for attached in self.attached.values_mut() {
            attached.retain(|id| type_in(policies, id) != Some(kind));
        }
    }

    pub(super) fn attach_defaults(&mut self, target: String) {
        let defaults = self.enabled.iter().map(|kind| kind.default_policy().to_owned());
        self.attached.insert(target, defaults.collect());
    }

    /// False: it was attached.
    pub(super) fn attach(&mut self, policy: &str, target: &str) -> bool {
        self.attached.entry(target.to_owned()).or_default().insert(policy.to_owned())
    }

    /// False: it was not attached.
    pub(super) fn detach(&mut self, policy: &str, target: &str) -> bool {
        self.attached.get_mut(target).is_some_and(|attached| attached.remove(policy))
    }

    /// The ids of the policies of a type that are attached to a target itself.
    pub(super) fn attached_to(&self, target: &str, kind: PolicyType) -> impl Iterator<Item = &String> {
        let attached = self.attached.get(target).into_iter().flatten();
        attached.filter(move |id| self.policy_type(id) == Some(kind))
    }

    pub(super) fn targets_of(&self, policy: &str) -> impl Iterator<Item = &String> {
        self.attached.iter().filter(move |(_, attached)| attached.contains(policy)).map(|(target, _)| target)
    }

    fn targets(&self) -> Vec<String> {
        let accounts = self.accounts.keys().map(|account| account.as_str().to_owned());
        std::iter::once(self.root.clone()).chain(self.units.keys().cloned()).chain(accounts).collect()
    }

    pub(super) fn has_target(&self, id: &str) -> bool {
        self.is_parent(id) || self.member(id).is_some()
    }

    pub(super) fn is_parent(&self, id: &str) -> bool {
        self.root == id || self.units.contains_key(id)
    }

    pub(super) fn member(&self, account: &str) -> Option<&Member> {
        self.accounts.get(&AccountId::new(account)?)
    }

    /// The parent of a unit or account.
    pub(super) fn parent(&self, child: &str) -> Option<&str> {
        let unit = self.units.get(child).map(|unit| unit.parent.as_str());
        unit.or_else(|| self.member(child).map(|member| member.parent.as_str()))
    }

    /// From the root down to `id` itself.
    pub(super) fn lineage<'a>(&'a self, id: &'a str) -> Vec<&'a str> {
        let mut lineage: Vec<&str> = std::iter::successors(Some(id), |id| self.parent(id)).collect();
        lineage.reverse();
        lineage
    }

    /// `o-…/r-…/ou-…/`, down to `id` itself.
    pub(super) fn path(&self, id: &str) -> String {
        format!("{}/{}/", self.id, self.lineage(id).join("/"))
    }

    /// The path of the entity that holds an account, as `aws:PrincipalOrgPaths` has it.
    pub(super) fn path_of_parent(&self, account: &AccountId) -> Option<String> {
        self.accounts.get(account).map(|member| self.path(&member.parent))
    }

    /// `None`: there is no such policy.
    pub(super) fn policy_type(&self, id: &str) -> Option<PolicyType> {
        type_in(&self.policies, id)
    }

    /// The policies of a type from the root down to an account, level by level; empty where they do not limit it.
    pub(super) fn levels(&self, account: &AccountId, kind: PolicyType) -> Vec<Vec<Policy>> {
        if !self.enabled.contains(&kind) || *account == self.management {
            return Vec::new();
        }
        let level = |target| self.attached_to(target, kind).map(|id| self.compiled(id, kind)).collect();
        self.lineage(account.as_str()).into_iter().map(level).collect()
    }

    fn compiled(&self, id: &str, kind: PolicyType) -> Policy {
        let stored = self.policies.get(id).map(|policy| Arc::clone(&policy.document));
        Policy {
            name: self.policy_arn(id, kind),
            document: stored.unwrap_or_else(|| kind.default_document()),
        }
    }

    pub(super) fn policy_arn(&self, id: &str, kind: PolicyType) -> String {
        let kind_name = kind.name().to_ascii_lowercase();
        match PolicyType::of_default_policy(id) {
            Some(_) => format!("arn:aws:organizations::aws:policy/{kind_name}/{id}"),
            None => self.arn("policy", &format!("{kind_name}/{id}")),
        }
    }

    pub(super) fn arn(&self, resource_type: &str, id: &str) -> String {
        format!("arn:aws:organizations::{}:{resource_type}/{}/{id}", self.management, self.id)
    }

    /// The ARN of the root, a unit, an account or a policy.
    pub(super) fn arn_of(&self, id: &str) -> String {
        if let Some(kind) = self.policy_type(id) {
            return self.policy_arn(id, kind);
        }
        match id.split('-').next() {
            Some("r") => self.arn("root", id),
            Some("ou") => self.arn("ou", id),
            Some("h") => self.arn("handshake", &format!("invite/{id}")),
            Some("p") => self.arn("policy", &format!("*/{id}")),
            _ => self.arn("account", id),
        }
    }
}

fn type_in(policies: &BTreeMap<String, StoredPolicy>, id: &str) -> Option<PolicyType> {
    policies.get(id).map(|policy| policy.kind).or_else(|| PolicyType::of_default_policy(id))
}

fn default_email(account: &AccountId) -> String {
    format!("{account}@example.com")
}

/// So many characters for an id.
pub(super) fn digits(ids: &mut Ids, count: usize) -> String {
    ids.hex().chars().take(count).collect()
}
