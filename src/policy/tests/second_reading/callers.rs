//! Who a `Principal` or `NotPrincipal` names, from
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html> and
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html>.

use rolecall_policy::{Principal, Request};
use serde_json::Value;

/// In which way a principal element names the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Named {
    /// By its account: its administrators decide.
    Account,
    /// By the role whose session it is.
    Role,
    /// By the user that made the federated session.
    Maker,
    /// Itself: the user, the session, the service or the provider.
    Itself,
    /// With everyone.
    Everyone,
    /// Perhaps: by a canonical user id, where the request does not tell that of the account.
    Perhaps,
}

/// The values of an element with their kinds.
fn values(element: &Value) -> Vec<(&str, &str)> {
    if element == "*" {
        return vec![("AWS", "*")];
    }
    let mut all = Vec::new();
    for (kind, values) in element.as_object().unwrap() {
        match values {
            Value::Array(values) => {
                all.extend(values.iter().map(|value| (kind.as_str(), value.as_str().unwrap())))
            }
            value => all.push((kind.as_str(), value.as_str().unwrap())),
        }
    }
    all
}

/// All ways in which `element` names the caller.
pub(crate) fn named_by(element: &Value, request: &Request) -> Vec<Named> {
    let mut ways: Vec<Named> =
        values(element).into_iter().filter_map(|(kind, value)| way(kind, value, request)).collect();
    ways.sort();
    ways.dedup();
    ways
}

fn way(kind: &str, value: &str, request: &Request) -> Option<Named> {
    match (kind, &request.principal) {
        ("AWS", _) if value == "*" => Some(Named::Everyone),
        ("AWS", Principal::Anonymous | Principal::Service { .. } | Principal::Federated { .. }) => None,
        ("AWS", caller) => {
            let account = caller.account().unwrap().as_str();
            if value == account || value == format!("arn:aws:iam::{account}:root") {
                return Some(Named::Account);
            }
            match caller {
                Principal::User { .. } => is_user(value, caller).then_some(Named::Itself),
                Principal::AssumedRole { path, name, id, session, .. } => {
                    if value == format!("arn:aws:sts::{account}:assumed-role/{name}/{session}") {
                        Some(Named::Itself)
                    } else {
                        let role = format!("arn:aws:iam::{account}:role{path}{name}");
                        (value == role || value == id).then_some(Named::Role)
                    }
                }
                Principal::FederatedUser { name, user, .. } => {
                    if value == format!("arn:aws:sts::{account}:federated-user/{name}") {
                        Some(Named::Itself)
                    } else {
                        is_user(value, user).then_some(Named::Maker)
                    }
                }
                _ => None,
            }
        }
        ("Service", Principal::Service { name }) => (value == name).then_some(Named::Itself),
        ("Federated", Principal::Federated { provider }) => (value == provider).then_some(Named::Itself),
        // "An AWS account canonical user ID": who has no account has none, and "both of these IDs identify the same account".
        ("CanonicalUser", caller) => match (caller.account(), &request.canonical_user) {
            (None, _) => None,
            (Some(_), None) => Some(Named::Perhaps),
            (Some(_), Some(own)) => (own == value).then_some(Named::Account),
        },
        _ => None,
    }
}

fn is_user(value: &str, user: &Principal) -> bool {
    match user {
        Principal::User { account, path, name, id } => {
            value == id || value == format!("arn:aws:iam::{account}:user{path}{name}")
        }
        _ => false,
    }
}

/// Whether `NotPrincipal` leaves the caller out. "AWS might validate the account first, then the role, and then the
/// assumed-role user", so all of these must be listed. "The NotPrincipal element with a Deny effect will always deny any
/// IAM principal that has a permissions boundary policy attached".
pub(crate) fn left_out(element: &Value, request: &Request, has_boundary: bool) -> bool {
    let ways = named_by(element, request);
    let named = |way| ways.contains(&way);
    if named(Named::Everyone) {
        return true;
    }
    match &request.principal {
        Principal::Anonymous => false,
        Principal::Root { .. } => named(Named::Account),
        Principal::User { .. } => !has_boundary && named(Named::Itself) && named(Named::Account),
        Principal::AssumedRole { .. } => {
            !has_boundary && named(Named::Itself) && named(Named::Role) && named(Named::Account)
        }
        Principal::FederatedUser { .. } => !has_boundary && named(Named::Itself) && named(Named::Account),
        Principal::Service { .. } | Principal::Federated { .. } => named(Named::Itself),
    }
}
