//! Evaluation order: how the layers together decide.
//!
//! An explicit Deny anywhere wins. Then the organization must allow at each level, and then somebody must grant:
//! the resource's policy, the identity's policies within boundary and session policies, or, across accounts,
//! both. See
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html> and
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html>.

use std::sync::Arc;

use crate::decision::{Question, StatementName};
use crate::layers::{Hearing, Voice};
use crate::principals::Reach;
use crate::statement::Asked;
use crate::{
    Decision, Layer, Outcome, Policies, Policy, Principal, Request, ResourcePolicy, Undecidable, Unknown,
    reference,
};

/// Decides one request, with the trace of each statement.
///
/// # Errors
/// Where no service has the action, or a statement that could decide uses something that is not known.
pub fn decide(request: &Request, policies: &Policies) -> Result<Decision, Undecidable> {
    evaluate(request, policies, true)
}

/// Decides one request without a trace: the same outcome, layer and deciding statements.
///
/// # Errors
/// As [`decide`].
pub fn decide_fast(request: &Request, policies: &Policies) -> Result<Decision, Undecidable> {
    evaluate(request, policies, false)
}

/// The outcome with what brought it about.
struct Verdict {
    outcome: Outcome,
    layer: Option<Layer>,
    deciding: Vec<StatementName>,
    silent: Vec<Arc<str>>,
}

fn evaluate(request: &Request, policies: &Policies, tracing: bool) -> Result<Decision, Undecidable> {
    let asked = Asked::new(request, policies.boundary.is_some());
    if !reference::has_action(asked.action()) {
        return Err(unknown_action(&request.action));
    }
    let mut hearing = Hearing::new(&asked, tracing);
    if is_owner_rescue(&asked) {
        hearing.deaf_to_denials_of = Some(Layer::Resource);
    }
    let voices = Voices::hear(request, policies, &mut hearing);
    let verdict = match hearing.denials.first() {
        Some(first) => Verdict {
            outcome: Outcome::ExplicitDeny,
            layer: Some(first.layer),
            deciding: std::mem::take(&mut hearing.denials),
            silent: Vec::new(),
        },
        None => weigh(&asked, policies, voices),
    };
    // A doubt matters unless what is known decides alone.
    match verdict.outcome {
        Outcome::ExplicitDeny => {}
        Outcome::Allowed => hearing.doubtful_deny.map_or(Ok(()), Err)?,
        Outcome::ImplicitDeny => hearing.doubtful_deny.or(hearing.doubtful_allow).map_or(Ok(()), Err)?,
    }
    Ok(Decision {
        outcome: verdict.outcome,
        layer: verdict.layer,
        deciding: verdict.deciding,
        trace: hearing.trace,
        question: Question::of(request),
        silent: verdict.silent,
    })
}

fn unknown_action(action: &str) -> Undecidable {
    let nearest = reference::nearest_actions(action);
    Undecidable { statement: None, unknown: Unknown::Action { action: action.to_owned(), nearest } }
}

/// A bucket owner's root user can always read, replace and delete the bucket policy, whatever it denies:
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html>.
fn is_owner_rescue(asked: &Asked<'_>) -> bool {
    let actions = ["s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy"];
    let root = matches!(asked.request.principal, Principal::Root { .. });
    root && is_same_account(asked.request) && actions.contains(&asked.action())
}

fn is_same_account(request: &Request) -> bool {
    match (&request.resource_account, request.principal.account()) {
        (Some(owner), Some(account)) => owner == account,
        (None, Some(_)) => true,
        (_, None) => false,
    }
}

/// Neither service nor resource control policies limit them:
/// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html#not-restricted-by-scp>.
fn is_service_linked(principal: &Principal) -> bool {
    matches!(principal, Principal::AssumedRole { path, .. } if path.starts_with("/aws-service-role/"))
}

/// Whether resource control policies limit the resources of the action's service; who retires a grant is for the grant:
/// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html#rcp-supported-services>.
fn is_controlled(action: &str) -> bool {
    let prefix = action.split(':').next().unwrap_or_default();
    let controlled = reference::service(prefix).is_some_and(|service| service.has_resource_control);
    controlled && !action.eq_ignore_ascii_case("kms:RetireGrant")
}

/// What each layer that applies to the caller says.
struct Voices<'p> {
    resource_control: Vec<Voice<'p>>,
    service_control: Vec<Voice<'p>>,
    resource: Voice<'p>,
    identity: Voice<'p>,
    boundary: Option<Voice<'p>>,
    session: Option<Voice<'p>>,
}

impl<'p> Voices<'p> {
    fn hear(request: &Request, policies: &'p Policies, hearing: &mut Hearing<'_>) -> Self {
        let caller = &request.principal;
        let limited = !is_service_linked(caller);
        let mut levels = |layer, levels: &'p [Vec<Policy>], apply: bool| {
            let levels = if apply { levels } else { &[] };
            levels.iter().map(|level| hearing.hear(layer, level)).collect::<Vec<_>>()
        };
        let controlled = limited && !policies.resource_control.is_empty() && is_controlled(&request.action);
        let resource_control = levels(Layer::ResourceControl, &policies.resource_control, controlled);
        let in_account = caller.account().is_some();
        let service_control = levels(Layer::ServiceControl, &policies.service_control, limited && in_account);
        let resource = match &policies.resource {
            ResourcePolicy::None | ResourcePolicy::Trust(None) | ResourcePolicy::Key(None) => {
                Voice::default()
            }
            ResourcePolicy::Grants(policy) | ResourcePolicy::Key(Some(policy)) => {
                hearing.hear(Layer::Resource, std::slice::from_ref(policy))
            }
            ResourcePolicy::AnyGrants(policies) | ResourcePolicy::KeyWithGrants(policies) => {
                hearing.hear(Layer::Resource, policies)
            }
            ResourcePolicy::Trust(Some(policy)) => hearing.hear(Layer::Trust, std::slice::from_ref(policy)),
        };
        let has_policies = in_account && !matches!(caller, Principal::Root { .. });
        let (identity, boundary): (&'p [Policy], _) =
            if has_policies { (&policies.identity, policies.boundary.as_ref()) } else { (&[], None) };
        Self {
            resource_control,
            service_control,
            resource,
            identity: hearing.hear(Layer::Identity, identity),
            boundary: boundary.map(|policy| hearing.hear(Layer::Boundary, std::slice::from_ref(policy))),
            session: session_policies(request, policies)
                .map(|policies| hearing.hear(Layer::Session, policies)),
        }
    }
}

/// `GetFederationToken` without session policies makes a session that may do nothing by itself:
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html>.
fn session_policies<'a>(request: &Request, policies: &'a Policies) -> Option<&'a [Policy]> {
    match (&policies.session, &request.principal) {
        (_, Principal::Anonymous | Principal::Service { .. } | Principal::Federated { .. }) => None,
        (Some(session), _) => Some(session),
        (None, Principal::FederatedUser { .. }) => Some(&[]),
        (None, _) => None,
    }
}

/// Weighs the layers where nothing denies explicitly.
fn weigh(asked: &Asked<'_>, policies: &Policies, voices: Voices<'_>) -> Verdict {
    let organization =
        [(Layer::ResourceControl, voices.resource_control), (Layer::ServiceControl, voices.service_control)];
    for (layer, levels) in organization {
        if let Some(level) = levels.into_iter().find(|level| !level.is_allowing()) {
            return silent(layer, level.policies);
        }
    }
    let resource_layer = match policies.resource {
        ResourcePolicy::Trust(_) => Layer::Trust,
        _ => Layer::Resource,
    };
    // Nobody passes a trust or key policy that does not let them, not even the account's root user.
    let gatekept = matches!(
        policies.resource,
        ResourcePolicy::Trust(_) | ResourcePolicy::Key(_) | ResourcePolicy::KeyWithGrants(_)
    );
    let same_account = is_same_account(asked.request);
    let resource = voices.resource;
    if !resource.is_allowing() && (gatekept || !same_account) {
        return silent(resource_layer, resource.policies);
    }
    let reach = resource.reach.unwrap_or(Reach::No);
    let grant = match (&asked.request.principal, same_account) {
        (Principal::Anonymous | Principal::Service { .. } | Principal::Federated { .. }, _) => Grant::Final,
        // https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html: not with root credentials.
        (Principal::Root { .. }, _) if asked.action() == "sts:assumerole" && gatekept => {
            return silent(resource_layer, resource.policies);
        }
        // A task policy limits a root session whatever names the root user:
        // https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html
        (Principal::Root { .. }, true) if policies.session.is_some() => Grant::None,
        (_, true) => match reach {
            Reach::Exact | Reach::Everyone => Grant::Final,
            Reach::Behind => Grant::WithinSession,
            Reach::Account | Reach::No => Grant::None,
        },
        (_, false) => Grant::None,
    };
    match grant {
        Grant::Final => allowed(resource_layer, resource.allows),
        Grant::WithinSession => within_limits(voices.boundary, voices.session)
            .unwrap_or_else(|| allowed(resource_layer, resource.allows)),
        Grant::None => {
            let caller = IdentityVoices {
                identity: voices.identity,
                boundary: voices.boundary,
                session: voices.session,
            };
            caller.weigh(&asked.request.principal, resource.allows, (!same_account).then_some(resource_layer))
        }
    }
}

/// What a resource policy's Allow is worth.
enum Grant {
    /// Nothing else is asked.
    Final,
    /// Boundary and session policies still are, identity policies are not.
    WithinSession,
    /// Identity policies must allow, too or alone.
    None,
}

struct IdentityVoices<'p> {
    identity: Voice<'p>,
    boundary: Option<Voice<'p>>,
    session: Option<Voice<'p>>,
}

impl IdentityVoices<'_> {
    /// `delegating` are the Allows of the resource's policy; `across` is its layer where it is in another account.
    fn weigh(self, caller: &Principal, delegating: Vec<StatementName>, across: Option<Layer>) -> Verdict {
        let root = is_root_behind(caller);
        if !root && !self.identity.is_allowing() {
            return silent(Layer::Identity, self.identity.policies);
        }
        if let Some(limit) = within_limits(self.boundary, self.session) {
            return limit;
        }
        let mut deciding = self.identity.allows;
        deciding.extend(delegating);
        let layer = if root { across } else { Some(across.unwrap_or(Layer::Identity)) };
        Verdict { outcome: Outcome::Allowed, layer, deciding, silent: Vec::new() }
    }
}

fn is_root_behind(caller: &Principal) -> bool {
    match caller {
        Principal::Root { .. } => true,
        Principal::FederatedUser { user, .. } => matches!(**user, Principal::Root { .. }),
        _ => false,
    }
}

/// The denial where the boundary or the session policies do not allow.
fn within_limits(boundary: Option<Voice<'_>>, session: Option<Voice<'_>>) -> Option<Verdict> {
    let limits = [(Layer::Boundary, boundary), (Layer::Session, session)];
    limits.into_iter().find_map(|(layer, voice)| match voice {
        Some(voice) if !voice.is_allowing() => Some(silent(layer, voice.policies)),
        _ => None,
    })
}

fn allowed(layer: Layer, deciding: Vec<StatementName>) -> Verdict {
    Verdict { outcome: Outcome::Allowed, layer: Some(layer), deciding, silent: Vec::new() }
}

fn silent(layer: Layer, policies: &[Policy]) -> Verdict {
    let names = policies.iter().map(|policy| policy.name.as_str().into()).collect();
    Verdict { outcome: Outcome::ImplicitDeny, layer: Some(layer), deciding: Vec::new(), silent: names }
}
