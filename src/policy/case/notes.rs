//! What is odd about a case, though AWS accepts it.

use super::Case;
use crate::decision::hint;
use crate::{Policies, Policy, Request, ResourcePolicy, reference};

pub(super) fn notes(case: &Case) -> Vec<String> {
    let unmatched = all(&case.policies).flat_map(unmatched);
    misfit(&case.request).into_iter().chain(uncontrolled(case)).chain(unmatched).collect()
}

/// Resource control policies that do not limit the action's service.
fn uncontrolled(case: &Case) -> Option<String> {
    let service = reference::service(case.request.action.split(':').next()?)?;
    let idle = !service.has_resource_control && !case.policies.resource_control.is_empty();
    idle.then(|| format!("resource control policies do not apply to {}", service.title))
}

fn all(policies: &Policies) -> impl Iterator<Item = &Policy> {
    let resource = match &policies.resource {
        ResourcePolicy::None => &[],
        ResourcePolicy::Grants(policy) => std::slice::from_ref(policy),
        ResourcePolicy::AnyGrants(policies) | ResourcePolicy::KeyWithGrants(policies) => policies,
        ResourcePolicy::Trust(policy) | ResourcePolicy::Key(policy) => policy.as_slice(),
    };
    let levels = policies.service_control.iter().chain(&policies.resource_control).flatten();
    policies
        .identity
        .iter()
        .chain(&policies.boundary)
        .chain(policies.session.iter().flatten())
        .chain(resource)
        .chain(levels)
        // What AWS wrote is not the caller's slip.
        .filter(|policy| !policy.name.contains(":iam::aws:policy/"))
}

fn unmatched(policy: &Policy) -> impl Iterator<Item = String> {
    policy.document.unmatched_actions().into_iter().map(|unmatched| {
        let hint = hint(&unmatched.nearest);
        format!(
            "{}, statement {}: no action is `{}`{hint}",
            policy.name, unmatched.statement, unmatched.pattern
        )
    })
}

/// A resource of a kind that the action is not about: on AWS such a request does not occur.
fn misfit(request: &Request) -> Option<String> {
    let action = reference::action(&request.action)?;
    if action.fits(&request.resource) {
        return None;
    }
    let formats: Vec<&str> = action.resources.iter().flat_map(|resource| resource.kind.arns()).collect();
    let wanted = match formats.as_slice() {
        [] => "has no resource: its requests are about `*`".to_owned(),
        formats => format!("is about {}", formats.join(" or ")),
    };
    Some(format!("{} {wanted}, and not about {}", action.full_name(), request.resource))
}
