//! `SimulatePrincipalPolicy` and `SimulateCustomPolicy`: decisions on request, nothing is done.
//!
//! Keys that no context entry gives are missing, but for those of the simulated user or role itself.
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html>

use std::collections::BTreeSet;
use std::sync::Arc;

use policy::{
    AccountId, Context, Decision, Mismatch, Outcome, Policies, Policy, PolicyKind, Principal, Request,
    ResourcePolicy,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::authorize;
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

use super::documents;
use super::errors::{invalid_input, no_such_entity};
use super::noun::{Identity, Noun};
use super::pages::page;
use super::store::{Grants, Store, account_and_name};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    policy_source_arn: Option<String>,
    #[serde(default)]
    policy_input_list: Vec<String>,
    #[serde(default)]
    permissions_boundary_policy_input_list: Vec<String>,
    action_names: Vec<String>,
    #[serde(default)]
    resource_arns: Vec<String>,
    resource_policy: Option<String>,
    resource_owner: Option<String>,
    caller_arn: Option<String>,
    #[serde(default)]
    context_entries: Vec<ContextEntry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ContextEntry {
    context_key_name: String,
    #[serde(default)]
    context_key_values: Vec<String>,
}

/// What is simulated, for any action and resource.
struct Simulation {
    principal: Principal,
    resource_account: Option<AccountId>,
    context: Context,
    policies: Policies,
}

pub(super) fn principal_policy(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    simulate(partition, call)
}

pub(super) fn custom_policy(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    simulate(partition, call)
}

fn simulate(partition: &Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: Input = call.parse()?;
    let simulation = simulation(partition, call, &input)?;
    let everything = ["*".to_owned()];
    let resources = if input.resource_arns.is_empty() { &everything[..] } else { &input.resource_arns };
    for action in &input.action_names {
        if action.split_once(':').is_none_or(|(service, name)| service.is_empty() || name.is_empty()) {
            return Err(invalid_input(format!("Invalid Action name: {action}")));
        }
    }
    // Only what is on the page is decided: the product of the lists may be far more than anybody reads.
    let pairs =
        input.action_names.iter().flat_map(|action| resources.iter().map(move |resource| (action, resource)));
    let page = page(call, pairs.enumerate().map(|(place, pair)| (format!("{place:012}"), pair)))?;
    let page = page.try_map(|(action, resource)| simulation.result(action, resource))?;
    Ok(page.reply("EvaluationResults"))
}

fn simulation(partition: &Partition, call: &Call, input: &Input) -> Result<Simulation, ServiceError> {
    let own = call.account()?;
    let mut policies = Policies::default();
    let mut principal = Principal::User {
        account: own.clone(),
        path: "/".to_owned(),
        name: "simulated".to_owned(),
        id: "AIDASIMULATEDSIMULATE".to_owned(),
    };
    if let Some(arn) = &input.policy_source_arn {
        let source = source(&partition.iam, own, arn)?;
        policies.identity = source.policies;
        policies.boundary = source.boundary;
        principal = source.principal.unwrap_or(principal);
    }
    if let Some(arn) = input.caller_arn.as_ref().filter(|arn| Some(*arn) != input.policy_source_arn.as_ref())
    {
        let caller = source(&partition.iam, own, arn)?.principal;
        principal = caller.ok_or_else(|| invalid_input(format!("Invalid CallerArn: {arn}")))?;
    }
    if input.resource_policy.is_some() && input.policy_source_arn.is_none() && input.caller_arn.is_none() {
        return Err(invalid_input("CallerArn is required when ResourcePolicy is specified."));
    }
    policies.identity.extend(listed("PolicyInputList", &input.policy_input_list)?);
    let boundaries =
        listed("PermissionsBoundaryPolicyInputList", &input.permissions_boundary_policy_input_list)?;
    if let Some(boundary) = boundaries.into_iter().next() {
        policies.boundary = Some(boundary);
    }
    if let Some(text) = &input.resource_policy {
        let document = documents::parse(text, PolicyKind::Resource)?;
        let document = document.map_aws_principals(&|name| partition.iam.principal_to_store(name));
        let policy = Policy { name: "ResourcePolicy".to_owned(), document: Arc::new(document) };
        policies.resource = ResourcePolicy::Grants(policy);
    }
    let mut context = Context::default();
    if input.policy_source_arn.is_some() {
        fill_principal(&mut context, &principal);
    }
    for entry in &input.context_entries {
        context.set_all(&entry.context_key_name, entry.context_key_values.clone());
    }
    let owner = input.resource_owner.as_deref();
    let resource_account = owner.and_then(|arn| AccountId::new(arn.split(':').nth(4).unwrap_or(arn)));
    Ok(Simulation { principal, resource_account, context, policies })
}

fn fill_principal(context: &mut Context, principal: &Principal) {
    if let Principal::User { account, name, id, .. } = principal {
        context.set("aws:PrincipalArn", principal.arn());
        context.set("aws:PrincipalAccount", account.as_str());
        context.set("aws:username", name);
        context.set("aws:userid", id);
    }
}

fn listed(list: &str, texts: &[String]) -> Result<Vec<Policy>, ServiceError> {
    let policies = texts.iter().enumerate().map(|(place, text)| {
        Ok(Policy { name: format!("{list}.{}", place + 1), document: documents::identity(text)? })
    });
    policies.collect()
}

/// A user, group or role with its policies.
struct Source {
    /// `None`: a group.
    principal: Option<Principal>,
    policies: Vec<Policy>,
    boundary: Option<Policy>,
}

fn source(store: &Store, own: &AccountId, arn: &str) -> Result<Source, ServiceError> {
    let absent = || no_such_entity(format!("The entity {arn} cannot be found."));
    let (account, name) = account_and_name(arn).filter(|(account, _)| account == own).ok_or_else(absent)?;
    let account = store.account_by_id(&account).ok_or_else(absent)?;
    let same = |identity: &Identity| identity.arn == arn;
    let managed = |arn: &String| store.managed_policy(arn);
    if let Some(user) = account.user(name).ok().filter(|user| same(&user.identity)) {
        let mut policies = named(store, Noun::User, name, &user.grants);
        for group in user.groups.iter().filter_map(|group| account.groups.get(group)) {
            policies.extend(named(store, Noun::Group, &group.identity.name, &group.grants));
        }
        let boundary = user.boundary.as_ref().and_then(managed);
        return Ok(Source { principal: Some(user.principal(&account.id)), policies, boundary });
    }
    if let Some(role) = account.role(name).ok().filter(|role| same(&role.identity)) {
        let Identity { path, name, id, .. } = role.identity.clone();
        let policies = named(store, Noun::Role, &name, &role.grants);
        let session = "simulated".to_owned();
        let principal = Principal::AssumedRole { account: account.id.clone(), path, name, id, session };
        let boundary = role.boundary.as_ref().and_then(managed);
        return Ok(Source { principal: Some(principal), policies, boundary });
    }
    let group = account.group(name).ok().filter(|group| same(&group.identity)).ok_or_else(absent)?;
    Ok(Source { principal: None, policies: named(store, Noun::Group, name, &group.grants), boundary: None })
}

/// The policies by the ids that answers show.
fn named(store: &Store, noun: Noun, name: &str, grants: &Grants) -> Vec<Policy> {
    let inline = grants.inline.iter().map(|(policy, document)| Policy {
        name: format!("{}_{name}_{policy}", noun.arn_type()),
        document: Arc::clone(document),
    });
    let attached = grants.attached.iter().filter_map(|arn| store.managed(arn));
    let attached = attached.filter_map(|policy| {
        let name = policy.identity.name.clone();
        Some(Policy { name, ..policy.policy()? })
    });
    inline.chain(attached).collect()
}

impl Simulation {
    fn result(&self, action: &str, resource: &str) -> Result<Value, ServiceError> {
        let decision = self.decide(action, resource, &self.policies)?;
        let matched: Vec<Value> = decision
            .deciding
            .iter()
            .map(|statement| json!({ "SourcePolicyId": *statement.policy, "SourcePolicyType": "IAM Policy" }))
            .collect();
        let mut view = json!({
            "EvalActionName": action,
            "EvalResourceName": resource,
            "EvalDecision": decision.outcome,
            "MatchedStatements": matched,
            "MissingContextValues": missing(&decision),
        });
        if let (Some(view), Some(boundary)) = (view.as_object_mut(), &self.policies.boundary) {
            let alone = Policies { identity: vec![boundary.clone()], ..Policies::default() };
            let allowed = self.decide(action, resource, &alone)?.outcome == Outcome::Allowed;
            let detail = json!({ "AllowedByPermissionsBoundary": allowed });
            view.insert("PermissionsBoundaryDecisionDetail".to_owned(), detail);
        }
        Ok(view)
    }

    fn decide(&self, action: &str, resource: &str, policies: &Policies) -> Result<Decision, ServiceError> {
        let request = Request {
            principal: self.principal.clone(),
            action: action.to_owned(),
            resource: resource.to_owned(),
            resource_account: self.resource_account.clone(),
            context: self.context.clone(),
        };
        authorize::simulated(&request, policies).map_err(|error| invalid_input(error.to_string()))
    }
}

/// The keys that statements for this action and resource ask for and the request does not have.
fn missing(decision: &Decision) -> BTreeSet<String> {
    let concerned = decision
        .trace
        .iter()
        .filter(|statement| statement.mismatches.iter().all(|miss| matches!(miss, Mismatch::Condition(_))));
    let conditions = concerned.flat_map(|statement| &statement.conditions);
    conditions
        .filter(|condition| condition.seen.is_none())
        .map(|condition| condition.key.to_string())
        .collect()
}
