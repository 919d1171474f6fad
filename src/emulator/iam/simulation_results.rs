//! What `SimulatePrincipalPolicy` and `SimulateCustomPolicy` answer for one action.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html>

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use policy::{
    AccountId, Decision, Layer, Mismatch, Outcome, Policies, Policy, PolicyDocument, PolicyKind, Principal,
    Request, ResourcePolicy, StatementName, StatementTrace,
};
use serde_json::{Value, json};

use crate::authorize;
use crate::operation::ServiceError;
use crate::s3::canonical_user_id;

use super::context_keys;
use super::documents;
use super::errors::invalid_input;
use super::simulate::Simulation;

const ALLOW_ALL: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;

/// What is found for one resource.
struct Found {
    outcome: Outcome,
    matched: Vec<Value>,
    missing: BTreeSet<String>,
    /// Whether the boundary allows it; `None`: there is none.
    boundary: Option<bool>,
    /// Whether the organization allows it; `None`: there is none.
    organizations: Option<bool>,
    /// What each kind of policy says, across accounts; `None` within one.
    details: Option<BTreeMap<&'static str, Outcome>>,
}

impl Simulation {
    /// The `EvaluationResult` of an action: the most restrictive of what is found for its resources, and each by itself.
    pub(super) fn result(&self, action: &str, resources: &[String]) -> Result<Value, ServiceError> {
        let found = resources.iter().map(|resource| Ok((resource, self.found(action, resource)?)));
        let found: Vec<(&String, Found)> = found.collect::<Result<_, ServiceError>>()?;
        let Some(all) = Found::aggregate(found.iter().map(|(_, found)| found)) else {
            return Err(invalid_input(format!("No resource for {action}")));
        };
        let mut view = json!({
            "EvalActionName": action,
            "EvalDecision": all.outcome,
            "MatchedStatements": all.matched,
            "MissingContextValues": all.missing,
        });
        let mut put = |name: &str, value: Value| {
            view.as_object_mut().and_then(|view| view.insert(name.to_owned(), value));
        };
        // Of which of several the name would be is not documented, and it may be left out.
        if let [resource] = resources {
            put("EvalResourceName", json!(resource));
        }
        if let Some(allowed) = all.boundary {
            put("PermissionsBoundaryDecisionDetail", json!({ "AllowedByPermissionsBoundary": allowed }));
        }
        if let Some(allowed) = all.organizations {
            put("OrganizationsDecisionDetail", json!({ "AllowedByOrganizations": allowed }));
        }
        // Within one account it is there but empty where a resource is named, and is left out where none is.
        let within = (self.names_resources && all.organizations != Some(false)).then(BTreeMap::new);
        if let Some(details) = all.details.or(within) {
            put("EvalDecisionDetails", json!(details));
        }
        if self.names_resources {
            put(
                "ResourceSpecificResults",
                found.iter().map(|(resource, found)| found.of(resource)).collect(),
            );
        }
        Ok(view)
    }

    fn found(&self, action: &str, resource: &str) -> Result<Found, ServiceError> {
        let decision = self.decide(action, resource, &self.policies)?;
        let organizations = self.allowed_by_organizations(action, resource)?;
        Ok(Found {
            outcome: decision.outcome,
            matched: decision.deciding.iter().map(|statement| self.matched_statement(statement)).collect(),
            missing: self.missing(&decision),
            boundary: self.allowed_by_boundary(action, resource)?,
            organizations,
            details: self.details(action, resource)?.filter(|_| organizations != Some(false)),
        })
    }

    fn decide(&self, action: &str, resource: &str, policies: &Policies) -> Result<Decision, ServiceError> {
        let request = Request {
            principal: self.principal.clone(),
            action: action.to_owned(),
            resource: resource.to_owned(),
            resource_account: self.owner_of(resource),
            context: self.context.clone(),
            canonical_user: self.principal.account().map(canonical_user_id),
        };
        authorize::simulated(&request, policies).map_err(|error| invalid_input(error.to_string()))
    }

    /// The account that the ARN names, and for resources whose ARN names none, the `ResourceOwner`.
    fn owner_of(&self, resource: &str) -> Option<AccountId> {
        let named = resource.split(':').nth(4).and_then(AccountId::new);
        named.or_else(|| self.resource_account.clone())
    }

    /// `None`: there is none.
    fn allowed_by_boundary(&self, action: &str, resource: &str) -> Result<Option<bool>, ServiceError> {
        let Some(boundary) = &self.policies.boundary else { return Ok(None) };
        let alone = Policies { identity: vec![boundary.clone()], ..Policies::default() };
        self.is_allowed_by(action, resource, &alone).map(Some)
    }

    /// Only where there is an organization.
    fn allowed_by_organizations(&self, action: &str, resource: &str) -> Result<Option<bool>, ServiceError> {
        if self.policies.service_control.is_empty() {
            return Ok(None);
        }
        let alone = Policies {
            identity: vec![allow_all()?],
            service_control: self.policies.service_control.clone(),
            ..Policies::default()
        };
        self.is_allowed_by(action, resource, &alone).map(Some)
    }

    /// Whether policies allow it for somebody in the resource's own account.
    fn is_allowed_by(&self, action: &str, resource: &str, policies: &Policies) -> Result<bool, ServiceError> {
        let request = Request {
            principal: self.principal.clone(),
            action: action.to_owned(),
            resource: resource.to_owned(),
            resource_account: self.principal.account().cloned(),
            context: self.context.clone(),
            canonical_user: self.principal.account().map(canonical_user_id),
        };
        let decision = authorize::simulated(&request, policies);
        Ok(decision.map_err(|error| invalid_input(error.to_string()))?.is_allowed())
    }

    /// What each kind of policy says, across accounts; `None` within one.
    fn details(
        &self,
        action: &str,
        resource: &str,
    ) -> Result<Option<BTreeMap<&'static str, Outcome>>, ServiceError> {
        let (Some(owner), Some(own)) = (self.owner_of(resource), self.principal.account()) else {
            return Ok(None);
        };
        if owner == *own {
            return Ok(None);
        }
        let identity = Policies { identity: self.policies.identity.clone(), ..Policies::default() };
        let mut details =
            BTreeMap::from([("IAM Policy", self.outcome_at_home(action, resource, &identity)?)]);
        if let ResourcePolicy::Grants(policy) = &self.policies.resource {
            let resource_only = Policies {
                identity: vec![allow_all()?],
                resource: ResourcePolicy::Grants(policy.clone()),
                ..Policies::default()
            };
            details.insert("Resource Policy", self.decide(action, resource, &resource_only)?.outcome);
        }
        if let Some(boundary) = &self.policies.boundary {
            let alone = Policies { identity: vec![boundary.clone()], ..Policies::default() };
            let of_boundary = self.outcome_at_home(action, resource, &alone)?;
            details.insert("IAM Permissions Boundary Policy", of_boundary);
        }
        Ok(Some(details))
    }

    fn outcome_at_home(
        &self,
        action: &str,
        resource: &str,
        policies: &Policies,
    ) -> Result<Outcome, ServiceError> {
        let request = Request {
            principal: self.principal.clone(),
            action: action.to_owned(),
            resource: resource.to_owned(),
            resource_account: self.principal.account().cloned(),
            context: self.context.clone(),
            canonical_user: self.principal.account().map(canonical_user_id),
        };
        let decision = authorize::simulated(&request, policies);
        Ok(decision.map_err(|error| invalid_input(error.to_string()))?.outcome)
    }

    fn matched_statement(&self, statement: &StatementName) -> Value {
        let mut view = json!({
            "SourcePolicyId": *statement.policy,
            "SourcePolicyType": source_policy_type(statement.layer),
        });
        let document = self.document(statement);
        let places = document.and_then(|document| places(document, statement.index));
        if let (Some(view), Some((start, end))) = (view.as_object_mut(), places) {
            view.insert("StartPosition".to_owned(), start);
            view.insert("EndPosition".to_owned(), end);
        }
        view
    }

    fn document(&self, statement: &StatementName) -> Option<&PolicyDocument> {
        self.all_policies(statement.layer)
            .into_iter()
            .find(|policy| *policy.name == *statement.policy)
            .map(|policy| &*policy.document)
    }

    fn all_policies(&self, layer: Layer) -> Vec<&Policy> {
        let policies = &self.policies;
        match layer {
            Layer::Identity => policies.identity.iter().collect(),
            Layer::Boundary => policies.boundary.iter().collect(),
            Layer::ServiceControl => policies.service_control.iter().flatten().collect(),
            Layer::Resource => match &policies.resource {
                ResourcePolicy::Grants(policy) => vec![policy],
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    /// The keys that statements for this action and resource ask for and the request does not have.
    fn missing(&self, decision: &Decision) -> BTreeSet<String> {
        let concerned = decision.trace.iter().filter(|statement| self.concerns(statement));
        let mut missing = BTreeSet::new();
        for statement in concerned {
            for condition in statement.conditions.iter().filter(|condition| condition.seen.is_none()) {
                missing.insert(condition.key.to_string());
            }
            missing.extend(self.missing_variables(statement));
        }
        missing
    }

    /// Whether nothing but a missing value stands between the statement and the request.
    fn concerns(&self, statement: &StatementTrace) -> bool {
        statement.mismatches.iter().all(|mismatch| match mismatch {
            Mismatch::Condition(_) => true,
            Mismatch::Resource { .. } => !self.missing_variables(statement).is_empty(),
            _ => false,
        })
    }

    fn missing_variables(&self, statement: &StatementTrace) -> Vec<String> {
        let wants = statement.mismatches.iter().filter_map(|mismatch| match mismatch {
            Mismatch::Resource { wants, .. } => Some(wants),
            _ => None,
        });
        let names = wants.flat_map(|wants| wants.iter()).flat_map(|text| context_keys::variables(text));
        names.filter(|key| self.context.get(key).is_none()).collect()
    }
}

impl Found {
    /// The `ResourceSpecificResult` of a resource.
    fn of(&self, resource: &str) -> Value {
        let mut view = json!({
            "EvalResourceName": resource,
            "EvalResourceDecision": self.outcome,
            "MatchedStatements": self.matched,
            "MissingContextValues": self.missing,
        });
        let boundary = self.boundary.map(|allowed| json!({ "AllowedByPermissionsBoundary": allowed }));
        let details = self.details.as_ref().map(|details| json!(details));
        let optional = [("PermissionsBoundaryDecisionDetail", boundary), ("EvalDecisionDetails", details)];
        if let Some(view) = view.as_object_mut() {
            let there = optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
            view.extend(there);
        }
        view
    }

    /// The most restrictive of each; its statements are those that make the decision so. `None`: of nothing.
    fn aggregate<'a>(all: impl Iterator<Item = &'a Found> + Clone) -> Option<Found> {
        let outcome = most_restrictive(all.clone().map(|found| found.outcome))?;
        let mut matched: Vec<Value> = Vec::new();
        for statement in all.clone().filter(|it| it.outcome == outcome).flat_map(|it| &it.matched) {
            if !matched.contains(statement) {
                matched.push(statement.clone());
            }
        }
        let mut details: Option<BTreeMap<&'static str, Outcome>> = None;
        for (kind, said) in all.clone().filter_map(|found| found.details.as_ref()).flatten() {
            let said_before = details.get_or_insert_default().entry(kind).or_insert(*said);
            *said_before = most_restrictive([*said_before, *said].into_iter()).unwrap_or(*said);
        }
        let by_all = |allowed: fn(&Found) -> Option<bool>| {
            all.clone().filter_map(allowed).reduce(|one, other| one && other)
        };
        Some(Found {
            outcome,
            matched,
            missing: all.clone().flat_map(|found| found.missing.iter().cloned()).collect(),
            boundary: by_all(|found| found.boundary),
            organizations: by_all(|found| found.organizations),
            details,
        })
    }
}

fn most_restrictive(outcomes: impl Iterator<Item = Outcome> + Clone) -> Option<Outcome> {
    let first = outcomes.clone().next()?;
    let by_rank = [Outcome::ExplicitDeny, Outcome::ImplicitDeny];
    Some(by_rank.into_iter().find(|rank| outcomes.clone().any(|it| it == *rank)).unwrap_or(first))
}

fn allow_all() -> Result<Policy, ServiceError> {
    let document = documents::parse(ALLOW_ALL, PolicyKind::Identity)?;
    Ok(Policy { name: "everything".to_owned(), document: Arc::new(document) })
}

fn source_policy_type(layer: Layer) -> &'static str {
    match layer {
        Layer::Identity | Layer::Session => "IAM Policy",
        Layer::Boundary => "IAM Permissions Boundary Policy",
        Layer::Resource | Layer::Trust => "Resource Policy",
        Layer::ServiceControl | Layer::ResourceControl => "Organizations Policy",
    }
}

/// Where a statement begins and ends: its JSON begins behind what was read before it, which is the brace of a single
/// statement, the bracket of the list, or the statement before it.
fn places(document: &PolicyDocument, index: usize) -> Option<(Value, Value)> {
    let text = document.text();
    let span = document.statement_span(index)?;
    let before = text.get(..span.start)?.trim_end();
    let start = match document.statement_span(index.wrapping_sub(1)) {
        Some(previous) => previous.end,
        None if before.ends_with('[') => before.len(),
        None => span.start + 1,
    };
    Some((place(text, start)?, place(text, span.end)?))
}

/// Line and column of a byte, both from 1.
fn place(text: &str, at: usize) -> Option<Value> {
    let before = text.get(..at)?;
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next()?.chars().count() + 1;
    Some(json!({ "Line": line, "Column": column }))
}

/// Whether the simulated principal may be a caller of a resource with a policy: a user.
pub(super) fn is_user(principal: &Principal) -> bool {
    matches!(principal, Principal::User { .. })
}
