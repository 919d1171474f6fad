//! `SimulatePrincipalPolicy` and `SimulateCustomPolicy`: decisions on request, nothing is done.
//!
//! Keys that no context entry gives are missing, but for those of the simulated user or role itself.
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html>

use std::sync::Arc;

use policy::{AccountId, Context, Policies, Policy, PolicyKind, Principal, ResourcePolicy};
use serde::Deserialize;

use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

use super::documents;
use super::errors::{invalid_input, no_such_entity};
use super::noun::{Identity, Noun};
use super::pages::page;
use super::simulation_inputs::{ContextEntry, Exclusions, PolicyIdentifier, check_scenario};
use super::simulation_results::is_user;
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
    #[serde(default)]
    ordered_organization_policy_input_list: Vec<OrganizationLevel>,
    resource_handling_option: Option<String>,
    #[serde(default)]
    policy_exclusion_list: Vec<PolicyIdentifier>,
}

/// The service control policies of one level, the organization's root first.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OrganizationLevel {
    #[serde(default)]
    service_control_policy_input_list: Vec<String>,
}

/// What is simulated, for any action and resource.
pub(super) struct Simulation {
    pub(super) principal: Principal,
    /// The `ResourceOwner`.
    pub(super) resource_account: Option<AccountId>,
    pub(super) context: Context,
    pub(super) policies: Policies,
    /// Whether the request names resources.
    pub(super) names_resources: bool,
}

pub(super) fn principal_policy(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    simulate(partition, call)
}

pub(super) fn custom_policy(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    simulate(partition, call)
}

fn simulate(partition: &Partition, call: &Call) -> Result<Reply, ServiceError> {
    let mut input: Input = call.parse()?;
    check_scenario(input.resource_handling_option.as_deref(), &input.resource_arns)?;
    input.context_entries.iter().try_for_each(ContextEntry::check)?;
    let excluded = Exclusions::of(std::mem::take(&mut input.policy_exclusion_list))?;
    let simulation = simulation(partition, call, &input, &excluded)?;
    let everything = ["*".to_owned()];
    let resources = if input.resource_arns.is_empty() { &everything[..] } else { &input.resource_arns };
    for action in &input.action_names {
        if action.split_once(':').is_none_or(|(service, name)| service.is_empty() || name.is_empty()) {
            return Err(invalid_input(format!("Invalid Action name: {action}")));
        }
    }
    // Only what is on the page is decided.
    let actions = input.action_names.iter().enumerate();
    let page = page(call, actions.map(|(place, action)| (format!("{place:012}"), action)))?;
    let page = page.try_map(|action| simulation.result(action, resources))?;
    Ok(page.reply("EvaluationResults"))
}

fn simulation(
    partition: &Partition,
    call: &Call,
    input: &Input,
    excluded: &Exclusions,
) -> Result<Simulation, ServiceError> {
    let own = call.account()?;
    let mut policies = Policies::default();
    let mut principal = Principal::User {
        account: own.clone(),
        path: "/".to_owned(),
        name: "simulated".to_owned(),
        id: "AIDASIMULATEDSIMULATE".to_owned(),
    };
    if let Some(arn) = &input.policy_source_arn {
        let source = source_without(&partition.iam, own, arn, excluded)?;
        policies.identity = source.policies;
        policies.boundary = source.boundary;
        principal = source.principal.unwrap_or(principal);
    }
    if let Some(arn) = input.caller_arn.as_ref().filter(|arn| Some(*arn) != input.policy_source_arn.as_ref())
    {
        let caller = source(&partition.iam, own, arn)?.principal;
        principal = caller.ok_or_else(|| invalid_input(format!("Invalid CallerArn: {arn}")))?;
    }
    // https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html: a resource's policy needs a
    // caller, and a role or group is none.
    if input.resource_policy.is_some()
        && input.caller_arn.is_none()
        && (input.policy_source_arn.is_none() || !is_user(&principal))
    {
        return Err(invalid_input("CallerArn is required when ResourcePolicy is specified."));
    }
    policies.identity.extend(listed("PolicyInputList", &input.policy_input_list)?);
    if let Some(boundary) = boundary(input)? {
        policies.boundary = Some(boundary);
    }
    policies.service_control = match &input.policy_source_arn {
        Some(_) if excluded.has_type("scp") => Vec::new(),
        Some(_) => partition.organizations.service_control(own),
        None => service_control(input)?,
    };
    if let Some(text) = &input.resource_policy {
        let document = documents::parse(text, PolicyKind::Resource)?;
        let document = document.map_aws_principals(&|name| partition.iam.principal_to_store(name));
        let policy = Policy { name: "ResourcePolicy".to_owned(), document: Arc::new(document) };
        policies.resource = ResourcePolicy::Grants(policy);
    }
    let owner = input.resource_owner.as_deref();
    let resource_account = owner.and_then(|arn| AccountId::new(arn.split(':').nth(4).unwrap_or(arn)));
    Ok(Simulation {
        context: context(partition, input, &principal),
        principal,
        resource_account,
        policies,
        names_resources: !input.resource_arns.is_empty(),
    })
}

/// A principal has one boundary.
fn boundary(input: &Input) -> Result<Option<Policy>, ServiceError> {
    let list = "PermissionsBoundaryPolicyInputList";
    let mut policies = listed(list, &input.permissions_boundary_policy_input_list)?;
    if policies.len() > 1 {
        return Err(invalid_input(format!("{list} can contain only one policy.")));
    }
    Ok(policies.pop())
}

fn service_control(input: &Input) -> Result<Vec<Vec<Policy>>, ServiceError> {
    let levels = input.ordered_organization_policy_input_list.iter().enumerate();
    let level = |(place, level): (usize, &OrganizationLevel)| {
        let texts = level.service_control_policy_input_list.iter().enumerate();
        let policies = texts.map(|(number, text)| {
            let name = format!("ServiceControlPolicyInputList.{}.{}", place + 1, number + 1);
            let document = documents::parse(text, PolicyKind::ServiceControl)?;
            Ok(Policy { name, document: Arc::new(document) })
        });
        policies.collect::<Result<Vec<_>, ServiceError>>()
    };
    levels.map(level).collect()
}

/// What the request sends, and what is known of the principal where it is one of the account.
fn context(partition: &Partition, input: &Input, principal: &Principal) -> Context {
    let mut context = Context::default();
    if input.policy_source_arn.is_some() || input.caller_arn.is_some() {
        fill_principal(partition, &mut context, principal);
    }
    for entry in &input.context_entries {
        context.set_all(&entry.context_key_name, entry.context_key_values.clone());
    }
    context
}

fn fill_principal(partition: &Partition, context: &mut Context, principal: &Principal) {
    if let Principal::User { account, name, id, .. } = principal {
        context.set("aws:PrincipalArn", principal.arn());
        context.set("aws:PrincipalAccount", account.as_str());
        context.set("aws:PrincipalType", "User");
        context.set("aws:username", name);
        context.set("aws:userid", id);
    }
    for (key, value) in partition.iam.entity(principal).unwrap_or_default().tags {
        context.set(&format!("aws:PrincipalTag/{key}"), value);
    }
}

fn listed(list: &str, texts: &[String]) -> Result<Vec<Policy>, ServiceError> {
    let policies = texts.iter().enumerate().map(|(place, text)| {
        Ok(Policy { name: format!("{list}.{}", place + 1), document: documents::identity(text)? })
    });
    policies.collect()
}

/// A user, group or role with its policies.
pub(super) struct Source {
    /// `None`: a group.
    pub(super) principal: Option<Principal>,
    pub(super) policies: Vec<Policy>,
    pub(super) boundary: Option<Policy>,
}

pub(super) fn source(store: &Store, own: &AccountId, arn: &str) -> Result<Source, ServiceError> {
    source_without(store, own, arn, &Exclusions::default())
}

fn source_without(
    store: &Store,
    own: &AccountId,
    arn: &str,
    excluded: &Exclusions,
) -> Result<Source, ServiceError> {
    let absent = || no_such_entity(format!("The entity {arn} cannot be found."));
    let (account, name) = account_and_name(arn).filter(|(account, _)| account == own).ok_or_else(absent)?;
    let account = store.account_by_id(&account).ok_or_else(absent)?;
    let same = |identity: &Identity| identity.arn == arn;
    let managed =
        |arn: &String| store.managed_policy(arn).filter(|_| !excluded.has_type("permission-boundary"));
    let named = |noun, name: &str, grants: &Grants| named(store, noun, name, grants, excluded);
    if let Some(user) = account.user(name).ok().filter(|user| same(&user.identity)) {
        let mut policies = named(Noun::User, &user.identity.name, &user.grants);
        for group in user.groups.iter().filter_map(|group| account.groups.get(group)) {
            policies.extend(named(Noun::Group, &group.identity.name, &group.grants));
        }
        let boundary = user.boundary.as_ref().and_then(managed);
        return Ok(Source { principal: Some(user.principal(&account.id)), policies, boundary });
    }
    if let Some(role) = account.role(name).ok().filter(|role| same(&role.identity)) {
        let Identity { path, name, id, .. } = role.identity.clone();
        let policies = named(Noun::Role, &name, &role.grants);
        let session = "simulated".to_owned();
        let principal = Principal::AssumedRole { account: account.id.clone(), path, name, id, session };
        let boundary = role.boundary.as_ref().and_then(managed);
        return Ok(Source { principal: Some(principal), policies, boundary });
    }
    let group = account.group(name).ok().filter(|group| same(&group.identity)).ok_or_else(absent)?;
    Ok(Source {
        principal: None,
        policies: named(Noun::Group, &group.identity.name, &group.grants),
        boundary: None,
    })
}

/// The policies by the ids that answers show.
fn named(store: &Store, noun: Noun, name: &str, grants: &Grants, excluded: &Exclusions) -> Vec<Policy> {
    let inline = grants.inline.iter().filter(|(policy, _)| !excluded.has_inline(noun, name, policy));
    let inline = inline.map(|(policy, document)| Policy {
        name: format!("{}_{name}_{policy}", noun.arn_type()),
        document: Arc::clone(document),
    });
    let attached = grants.attached.iter().filter(|arn| !excluded.has_managed(arn));
    let attached = attached.filter_map(|arn| store.managed(arn)).filter_map(|policy| {
        let name = policy.identity.name.clone();
        Some(Policy { name, ..policy.policy()? })
    });
    inline.chain(attached).collect()
}
