//! Principals of a policy, and how a caller matches them.
//!
//! How it matched decides what else must allow: whoever is named exactly needs nothing more in the same account,
//! a grant to the account only lets the account's own policies speak. See
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>.

use crate::{Principal, Request};

/// How directly a statement reaches the caller, from not at all to by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reach {
    No,
    /// The caller's account is named: its identity policies must allow too.
    Account,
    /// The role or user behind the session is named: boundary and session policies still limit the session.
    Behind,
    /// Everyone is: nothing else is needed in the same account.
    Everyone,
    /// The very caller is named.
    Exact,
}

/// One value of a `Principal` element.
#[derive(Clone, Debug)]
pub(crate) enum PrincipalPattern {
    Everyone,
    Account(Box<str>),
    /// `resource` is what follows `user/` in the ARN: path and name.
    User {
        account: Box<str>,
        resource: Box<str>,
    },
    Role {
        account: Box<str>,
        resource: Box<str>,
    },
    RoleSession {
        account: Box<str>,
        role: Box<str>,
        session: Box<str>,
    },
    FederatedUser {
        account: Box<str>,
        name: Box<str>,
    },
    UniqueId(Box<str>),
    Service(Box<str>),
    Federated(Box<str>),
    /// An account by its canonical user id, or nobody who could call here, such as an origin access identity.
    CanonicalUser(Box<str>),
    /// Well-formed, but no principal that can call here, such as an origin access identity.
    Nobody,
}

impl PrincipalPattern {
    /// A value under `AWS`; `None` where it is no principal.
    pub(crate) fn aws(text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Self::Everyone);
        }
        if is_account(text) {
            return Some(Self::Account(text.into()));
        }
        if is_unique_id(text) {
            return Some(Self::UniqueId(text.into()));
        }
        let segments: Vec<&str> = text.splitn(6, ':').collect();
        let ["arn", partition, service, "", account, resource] = segments.as_slice() else { return None };
        if text.contains(['*', '?']) || !partition.starts_with("aws") {
            return None;
        }
        let (kind, name) = resource.split_once('/').unwrap_or((resource, ""));
        if *account == "cloudfront" && kind == "user" {
            return Some(Self::Nobody);
        }
        if !is_account(account) {
            return None;
        }
        let account: Box<str> = (*account).into();
        match (*service, kind) {
            ("iam", "root") if name.is_empty() => Some(Self::Account(account)),
            ("iam", "user") if !name.is_empty() => Some(Self::User { account, resource: name.into() }),
            ("iam", "role") if !name.is_empty() => Some(Self::Role { account, resource: name.into() }),
            ("sts", "assumed-role") => {
                let (role, session) = name.split_once('/')?;
                (!session.is_empty()).then(|| Self::RoleSession {
                    account,
                    role: role.into(),
                    session: session.into(),
                })
            }
            ("sts", "federated-user") if !name.is_empty() => {
                Some(Self::FederatedUser { account, name: name.into() })
            }
            // A statement that names such a user is stored by AWS, and it is nobody who could call here.
            ("sts", "self") => Some(Self::Nobody),
            _ => None,
        }
    }

    /// Service principals end in the domain of AWS's services: a slip in it would be a trust that nobody can use.
    pub(crate) fn service(text: &str) -> Option<Self> {
        let name = text.strip_suffix(".amazonaws.com").or_else(|| text.strip_suffix(".amazonaws.com.cn"))?;
        let named = !name.is_empty() && !name.contains(['*', '?', ':', '/', ' ']);
        named.then(|| Self::Service(text.into()))
    }

    pub(crate) fn federated(text: &str) -> Option<Self> {
        let named = !text.is_empty() && !text.contains(['*', '?', ' ']);
        named.then(|| Self::Federated(text.into()))
    }

    pub(crate) fn canonical_user(text: &str) -> Option<Self> {
        let valid = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        valid.then(|| Self::CanonicalUser(text.into()))
    }

    /// How this value reaches the caller.
    pub(crate) fn reach(&self, request: &Request) -> Reach {
        let caller = &request.principal;
        match self {
            Self::Everyone => Reach::Everyone,
            Self::Account(account) => reach_of_account(account, caller),
            Self::User { account, resource } => reach_of_user(caller, |user| {
                matches!(user, Principal::User { account: of, path, name, .. }
                    if of.as_str() == &**account && is_path_and_name(resource, path, name))
            }),
            Self::Role { account, resource } => match caller {
                Principal::AssumedRole { account: of, path, name, .. }
                    if of.as_str() == &**account && is_path_and_name(resource, path, name) =>
                {
                    Reach::Behind
                }
                _ => Reach::No,
            },
            Self::RoleSession { account, role, session } => match caller {
                Principal::AssumedRole { account: of, name, session: of_session, .. }
                    if of.as_str() == &**account && **role == **name && **session == **of_session =>
                {
                    Reach::Exact
                }
                _ => Reach::No,
            },
            Self::FederatedUser { account, name } => match caller {
                Principal::FederatedUser { account: of, name: of_name, .. }
                    if of.as_str() == &**account && **name == **of_name =>
                {
                    Reach::Exact
                }
                _ => Reach::No,
            },
            Self::UniqueId(id) => reach_of_id(id, caller),
            Self::Service(service) => {
                exact(matches!(caller, Principal::Service { name } if **name == **service))
            }
            Self::Federated(provider) => {
                exact(matches!(caller, Principal::Federated { provider: of } if **of == **provider))
            }
            // Both ids identify the same account:
            // https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-bucket-user-policy-specifying-principal-intro.html
            Self::CanonicalUser(id) => match (&request.canonical_user, caller.account()) {
                (Some(own), Some(account)) if own.eq_ignore_ascii_case(id) => {
                    reach_of_account(account.as_str(), caller)
                }
                _ => Reach::No,
            },
            Self::Nobody => Reach::No,
        }
    }

    /// The canonical user id that may be that of the caller's account, which the request does not tell.
    pub(crate) fn doubtful(&self, request: &Request) -> Option<&str> {
        match self {
            Self::CanonicalUser(id)
                if request.canonical_user.is_none() && request.principal.account().is_some() =>
            {
                Some(id)
            }
            _ => None,
        }
    }
}

/// Whether a `NotPrincipal` with these values leaves the caller out. AWS looks at the account, then the role or user,
/// then the session, so each of them must be listed:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html>.
pub(crate) fn is_excepted(patterns: &[PrincipalPattern], request: &Request) -> bool {
    let reaches = |wanted: Reach| patterns.iter().any(|pattern| pattern.reach(request) == wanted);
    if reaches(Reach::Everyone) {
        return true;
    }
    match &request.principal {
        Principal::Anonymous => false,
        Principal::Root { .. } | Principal::Service { .. } | Principal::Federated { .. } => {
            reaches(Reach::Exact)
        }
        Principal::User { .. } | Principal::FederatedUser { .. } => {
            reaches(Reach::Exact) && reaches(Reach::Account)
        }
        Principal::AssumedRole { .. } => {
            reaches(Reach::Exact) && reaches(Reach::Behind) && reaches(Reach::Account)
        }
    }
}

fn exact(holds: bool) -> Reach {
    if holds { Reach::Exact } else { Reach::No }
}

fn reach_of_account(account: &str, caller: &Principal) -> Reach {
    match caller {
        Principal::Root { account: of } if of.as_str() == account => Reach::Exact,
        _ if caller.account().is_some_and(|of| of.as_str() == account) => Reach::Account,
        _ => Reach::No,
    }
}

fn reach_of_user(caller: &Principal, is_user: impl Fn(&Principal) -> bool) -> Reach {
    match caller {
        Principal::FederatedUser { user, .. } if is_user(user) => Reach::Behind,
        _ => exact(is_user(caller)),
    }
}

fn reach_of_id(wanted: &str, caller: &Principal) -> Reach {
    match caller {
        Principal::AssumedRole { id, session, .. } => match wanted.split_once(':') {
            Some((role, of_session)) => exact(role == id && of_session == session),
            None if wanted == id => Reach::Behind,
            None => Reach::No,
        },
        _ => reach_of_user(caller, |user| matches!(user, Principal::User { id, .. } if id == wanted)),
    }
}

/// Whether `resource` is `path` (with both slashes) followed by `name`, without its first slash.
fn is_path_and_name(resource: &str, path: &str, name: &str) -> bool {
    let path = path.strip_prefix('/').unwrap_or(path);
    resource.strip_prefix(path) == Some(name)
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `AIDA…` of users, `AROA…` of roles (also with a session name after a colon):
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids>.
fn is_unique_id(text: &str) -> bool {
    let (id, session) = text.split_once(':').map_or((text, None), |(id, session)| (id, Some(session)));
    let prefix = id.starts_with("AIDA") || id.starts_with("AROA");
    let capitals = id.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    prefix && id.len() >= 16 && capitals && session.is_none_or(|session| !session.is_empty())
}
