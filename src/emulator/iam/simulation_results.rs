//! What `SimulatePrincipalPolicy` and `SimulateCustomPolicy` answer for one action on one resource.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html>

use std::collections::BTreeSet;
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

impl Simulation {
    /// An `EvaluationResult`.
    pub(super) fn result(&self, action: &str, resource: &str) -> Result<Value, ServiceError> {
        let decision = self.decide(action, resource, &self.policies)?;
        let matched: Vec<Value> =
            decision.deciding.iter().map(|statement| self.matched_statement(statement)).collect();
        let missing = self.missing(&decision);
        let boundary = self.boundary_detail(action, resource)?;
        let mut view = json!({
            "EvalActionName": action,
            "EvalResourceName": resource,
            "EvalDecision": decision.outcome,
            "MatchedStatements": matched,
            "MissingContextValues": missing,
        });
        let mut of_resource = json!({
            "EvalResourceName": resource,
            "EvalResourceDecision": decision.outcome,
            "MatchedStatements": matched,
            "MissingContextValues": missing,
        });
        for view in [&mut view, &mut of_resource].into_iter().filter_map(Value::as_object_mut) {
            if let Some(detail) = &boundary {
                view.insert("PermissionsBoundaryDecisionDetail".to_owned(), detail.clone());
            }
        }
        let organizations = self.organizations_detail(action, resource)?;
        let ended_by_organizations = organizations.as_ref().is_some_and(|allowed| !allowed);
        let details = self.details(action, resource)?.filter(|_| !ended_by_organizations);
        if let (Some(of_resource), Some(details)) = (of_resource.as_object_mut(), &details) {
            of_resource.insert("EvalDecisionDetails".to_owned(), details.clone());
        }
        if let Some(view) = view.as_object_mut() {
            if let Some(allowed) = organizations {
                let detail = json!({ "AllowedByOrganizations": allowed });
                view.insert("OrganizationsDecisionDetail".to_owned(), detail);
            }
            // Within one account it is there but empty where a resource is named, and is left out where none is.
            let within = (self.names_resources && !ended_by_organizations).then(|| json!({}));
            if let Some(details) = details.or(within) {
                view.insert("EvalDecisionDetails".to_owned(), details);
            }
            if self.names_resources {
                view.insert("ResourceSpecificResults".to_owned(), json!([of_resource]));
            }
        }
        Ok(view)
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

    fn boundary_detail(&self, action: &str, resource: &str) -> Result<Option<Value>, ServiceError> {
        let Some(boundary) = &self.policies.boundary else { return Ok(None) };
        let alone = Policies { identity: vec![boundary.clone()], ..Policies::default() };
        let allowed = self.is_allowed_by(action, resource, &alone)?;
        Ok(Some(json!({ "AllowedByPermissionsBoundary": allowed })))
    }

    /// Only where there is an organization.
    fn organizations_detail(&self, action: &str, resource: &str) -> Result<Option<bool>, ServiceError> {
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
    fn details(&self, action: &str, resource: &str) -> Result<Option<Value>, ServiceError> {
        let (Some(owner), Some(own)) = (self.owner_of(resource), self.principal.account()) else {
            return Ok(None);
        };
        if owner == *own {
            return Ok(None);
        }
        let ResourcePolicy::Grants(policy) = &self.policies.resource else { return Ok(None) };
        let identity = Policies { identity: self.policies.identity.clone(), ..Policies::default() };
        let of_identity = self.outcome_at_home(action, resource, &identity)?;
        let resource_only = Policies {
            identity: vec![allow_all()?],
            resource: ResourcePolicy::Grants(policy.clone()),
            ..Policies::default()
        };
        let of_resource = self.decide(action, resource, &resource_only)?.outcome;
        let mut details = json!({ "IAM Policy": of_identity, "Resource Policy": of_resource });
        if let (Some(details), Some(boundary)) = (details.as_object_mut(), &self.policies.boundary) {
            let alone = Policies { identity: vec![boundary.clone()], ..Policies::default() };
            let of_boundary = self.outcome_at_home(action, resource, &alone)?;
            details.insert("IAM Permissions Boundary Policy".to_owned(), json!(of_boundary));
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
