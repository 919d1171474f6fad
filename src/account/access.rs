//! What may be done in a described account, decided without making it anywhere.
//!
//! Of a request nothing is known but who asks, for what and on what, and that it goes over TLS and is not made by a
//! service for somebody. What hangs on anything else is told as such.

use std::collections::BTreeMap;
use std::sync::Arc;

use policy::{
    AccountId, Context, Outcome, Policies, Policy, PolicyDocument, PolicyKind, Principal, Request,
    ResourcePolicy, StatementName, Unknown,
};

use crate::model::{Account, Entity, Role};

/// Who asks, by name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Caller {
    /// A user of the account.
    User(String),
    /// A session of a role of the account.
    Role(String),
}

/// What is decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// A statement allows it.
    Allowed(Vec<StatementName>),
    /// A statement denies it.
    DeniedExplicitly(Vec<StatementName>),
    /// Nothing allows it.
    Denied,
    /// It hangs on this condition key of the request.
    Hangs(String),
    /// It can't be told, for this reason.
    Untold(String),
}

/// An account with its documents compiled.
pub struct Access<'a> {
    account: &'a Account,
    id: AccountId,
    managed: BTreeMap<&'a str, Policy>,
    trusts: BTreeMap<&'a str, Policy>,
    buckets: BTreeMap<&'a str, Policy>,
}

/// Somebody who asks, with all policies that are theirs.
pub struct Asker<'a> {
    access: &'a Access<'a>,
    /// Why nothing that they may do can be told.
    doubt: Option<String>,
    request: Request,
    policies: Policies,
    tags: Vec<(String, String)>,
}

impl<'a> Access<'a> {
    /// Compiles the documents of an account; one that is not told is called `id`.
    pub fn of(account: &'a Account, id: &AccountId) -> Self {
        let managed = account.policies.iter().filter_map(|policy| {
            Some((policy.arn.as_str(), compiled(&policy.arn, &policy.text, PolicyKind::Identity)?))
        });
        let trust = |role: &'a Role| {
            let name = format!("trust policy of {}", role.entity.name);
            Some((role.entity.name.as_str(), compiled(&name, role.trust.as_deref()?, PolicyKind::Trust)?))
        };
        let buckets = account.buckets.iter().filter_map(|bucket| {
            let name = format!("bucket policy of {}", bucket.name);
            Some((bucket.name.as_str(), compiled(&name, bucket.policy.as_deref()?, PolicyKind::Resource)?))
        });
        Self {
            account,
            id: account.id.clone().unwrap_or_else(|| id.clone()),
            managed: managed.collect(),
            trusts: account.roles.iter().filter_map(trust).collect(),
            buckets: buckets.collect(),
        }
    }

    /// The account.
    pub fn account(&self) -> &Account {
        self.account
    }

    /// The policy of a bucket, as JSON.
    pub fn bucket_policy(&self, name: &str) -> Option<&str> {
        self.buckets.get(name).map(|policy| policy.document.text())
    }

    /// The trust policy of a role, as JSON.
    pub fn trust_policy(&self, name: &str) -> Option<&str> {
        self.trusts.get(name).map(|policy| policy.document.text())
    }

    /// The account's number.
    pub fn id(&self) -> &AccountId {
        &self.id
    }

    /// Everybody who can ask, users first.
    pub fn callers(&self) -> impl Iterator<Item = Caller> {
        let users = self.account.users.iter().map(|user| Caller::User(user.entity.name.clone()));
        users.chain(self.account.roles.iter().map(|role| Caller::Role(role.entity.name.clone())))
    }

    /// Somebody of the account; `None`: there is nobody of that name.
    pub fn asker(&'a self, caller: &Caller) -> Option<Asker<'a>> {
        let account = self.id.clone();
        let (entity, groups, principal) = match caller {
            Caller::User(name) => {
                let user = self.account.users.iter().find(|user| user.entity.name == *name)?;
                let (path, name, id) = identity(&user.entity);
                (&user.entity, user.groups.as_slice(), Principal::User { account, path, name, id })
            }
            Caller::Role(name) => {
                let role = self.account.roles.iter().find(|role| role.entity.name == *name)?;
                let (path, name, id) = identity(&role.entity);
                let session = String::new();
                (&role.entity, &[][..], Principal::AssumedRole { account, path, name, id, session })
            }
        };
        let groups = groups.iter().filter_map(|name| self.account.group(name));
        let identity = [entity].into_iter().chain(groups).flat_map(|holder| self.held(holder));
        let boundary = entity.boundary.as_deref().and_then(|arn| self.managed.get(arn).cloned());
        let policies = Policies { identity: identity.collect(), boundary, ..Policies::default() };
        let request = Request {
            context: self.context(&principal, entity),
            principal,
            action: String::new(),
            resource: String::new(),
            resource_account: Some(self.id.clone()),
            canonical_user: None,
        };
        let doubt = self.account.doubt_about_identity(&entity.name).map(ToString::to_string);
        Some(Asker { access: self, doubt, request, policies, tags: entity.tags.clone() })
    }

    /// Somebody who is not of the account, and whom their own account lets do everything.
    pub fn outsider(&'a self, principal: Principal) -> Asker<'a> {
        let mut context = self.fixed();
        if let Some(account) = principal.account() {
            context.set("aws:PrincipalAccount", account.as_str());
        }
        let is_service = matches!(principal, Principal::Service { .. });
        context.set("aws:PrincipalIsAWSService", is_service.to_string());
        let identity = compiled(OF_OUTSIDERS, ALL, PolicyKind::Identity).into_iter().collect();
        let request = Request {
            context,
            principal,
            action: String::new(),
            resource: String::new(),
            resource_account: Some(self.id.clone()),
            canonical_user: None,
        };
        let policies = Policies { identity, ..Policies::default() };
        let doubt = self.account.doubt_about_identity("").map(ToString::to_string);
        Asker { access: self, doubt, request, policies, tags: Vec::new() }
    }

    fn held(&self, holder: &Entity) -> Vec<Policy> {
        let inline = holder.inline.iter();
        let inline = inline.filter_map(|policy| compiled(&policy.name, &policy.text, PolicyKind::Identity));
        inline
            .chain(holder.attached.iter().filter_map(|arn| self.managed.get(arn.as_str()).cloned()))
            .collect()
    }

    fn context(&self, principal: &Principal, entity: &Entity) -> Context {
        let mut context = self.fixed();
        context.set("aws:PrincipalIsAWSService", "false");
        context.set("aws:PrincipalAccount", self.id.as_str());
        let (kind, arn) = match principal {
            Principal::User { name, .. } => {
                context.set("aws:username", name.clone());
                ("User", self.account_arn("user", entity))
            }
            _ => ("AssumedRole", self.account_arn("role", entity)),
        };
        context.set("aws:PrincipalType", kind);
        context.set("aws:PrincipalArn", arn);
        for (key, value) in &entity.tags {
            context.set(&format!("aws:PrincipalTag/{key}"), value.clone());
        }
        context
    }

    /// What is assumed of each request.
    fn fixed(&self) -> Context {
        let mut context = Context::default();
        context.hide_rest();
        context.set("aws:SecureTransport", "true");
        context.set("aws:ViaAWSService", "false");
        context.set("aws:ResourceAccount", self.id.as_str());
        context
    }

    /// The ARN of a user, group or role (`kind`).
    pub fn account_arn(&self, kind: &str, entity: &Entity) -> String {
        format!("arn:aws:iam::{}:{kind}{}{}", self.id, entity.path, entity.name)
    }

    /// The policy of the resource that is asked about.
    fn resource_policy(&self, action: &str, arn: &str) -> ResourcePolicy {
        match asked_of(action, arn) {
            Some(AskedOf::Bucket(name)) => {
                self.buckets.get(name).cloned().map_or(ResourcePolicy::None, ResourcePolicy::Grants)
            }
            Some(AskedOf::Role(name)) => ResourcePolicy::Trust(self.trusts.get(name).cloned()),
            None => ResourcePolicy::None,
        }
    }
}

/// A resource with a policy of its own, by name.
enum AskedOf<'a> {
    Bucket(&'a str),
    Role(&'a str),
}

/// Whose policy has a say in an action on a resource.
fn asked_of<'a>(action: &str, arn: &'a str) -> Option<AskedOf<'a>> {
    if action.starts_with("s3:") {
        let rest = arn.strip_prefix("arn:aws:s3:::")?;
        return Some(AskedOf::Bucket(rest.split('/').next().unwrap_or(rest)));
    }
    let (_, role) = arn.split_once(":role/").filter(|_| action.starts_with("sts:"))?;
    Some(AskedOf::Role(role.rsplit('/').next().unwrap_or(role)))
}

impl Asker<'_> {
    /// May they do an action on a resource of the account, given by its ARN, or `*`?
    pub fn decide(&mut self, action: &str, resource: &str) -> Told {
        if let Some(doubt) = self.doubt.clone().or_else(|| self.doubt_about(action, resource)) {
            return Told::Untold(doubt);
        }
        self.policies.resource = self.access.resource_policy(action, resource);
        action.clone_into(&mut self.request.action);
        resource.clone_into(&mut self.request.resource);
        match policy::decide_fast(&self.request, &self.policies) {
            Ok(decision) => match decision.outcome {
                Outcome::Allowed => Told::Allowed(decision.deciding),
                Outcome::ExplicitDeny => Told::DeniedExplicitly(decision.deciding),
                Outcome::ImplicitDeny => Told::Denied,
            },
            Err(undecidable) => match undecidable.unknown {
                Unknown::ConditionKey(key) => Told::Hangs(key),
                _ => Told::Untold(undecidable.to_string()),
            },
        }
    }

    /// Their identity-based policies.
    pub fn policies(&self) -> &[Policy] {
        &self.policies.identity
    }

    /// Their permissions boundary.
    pub fn boundary(&self) -> Option<&Policy> {
        self.policies.boundary.as_ref()
    }

    /// Their tags.
    pub fn tags(&self) -> &[(String, String)] {
        &self.tags
    }

    /// Why what they may do can't be told.
    pub fn doubt(&self) -> Option<&str> {
        self.doubt.as_deref()
    }

    /// Why it can't be told of anybody whether they may do an action on a resource.
    pub fn doubt_about(&self, action: &str, resource: &str) -> Option<String> {
        let account = self.access.account;
        let of_resource = asked_of(action, resource).and_then(|asked| {
            let (AskedOf::Bucket(name) | AskedOf::Role(name)) = asked;
            account.doubt_about_resource(name)
        });
        of_resource.or_else(|| account.doubt_about_action(action)).map(ToString::to_string)
    }
}

/// The name of the policy by which outsiders may do everything as far as their own account is concerned.
pub(crate) const OF_OUTSIDERS: &str = "what their own account lets them";

const ALL: &str = r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;

impl Account {
    pub(crate) fn group(&self, name: &str) -> Option<&Entity> {
        self.groups.iter().map(|group| &group.entity).find(|group| group.name == name)
    }
}

fn identity(entity: &Entity) -> (String, String, String) {
    (entity.path.clone(), entity.name.clone(), entity.id.clone().unwrap_or_default())
}

/// A reader has parsed it before; one that does not parse was left out of the account, with a gap.
fn compiled(name: &str, text: &str, kind: PolicyKind) -> Option<Policy> {
    let document = Arc::new(PolicyDocument::parse(text, kind).ok()?);
    Some(Policy { name: name.to_owned(), document })
}
