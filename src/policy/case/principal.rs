//! Who asks, from an ARN, and the condition keys that follow from who it is.
//!
//! An ARN does not tell all: a session's says neither the path nor the unique id of its role. `aws:PrincipalArn` and
//! `aws:userid` in the context tell them, as they do on AWS:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>,
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable>.

use crate::{AccountId, Context, Principal};

const EXPECTED: &str = "a principal is the ARN of a user, a role, an assumed role's session, a federated user, an \
                        identity provider or an account's root, a service principal such as `ec2.amazonaws.com`, or \
                        `anonymous`";

/// The caller that `text` names, or what it should have been.
pub(super) fn principal(text: &str, context: &Context) -> Result<Principal, String> {
    if matches!(text, "*" | "anonymous") {
        return Ok(Principal::Anonymous);
    }
    if let Some(account) = AccountId::new(text) {
        return Ok(Principal::Root { account });
    }
    let unknown = || format!("`{text}` is no principal: {EXPECTED}");
    let segments: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", partition, service, "", account, resource] = segments.as_slice() else {
        let host = text.contains('.') && !text.contains(['*', '?', ':', ' ', '/']);
        return match host {
            true if is_service(text) => Ok(Principal::Service { name: text.to_owned() }),
            // A provider such as `accounts.google.com`.
            true => Ok(Principal::Federated { provider: text.to_owned() }),
            false => Err(unknown()),
        };
    };
    let account = AccountId::new(account).ok_or_else(unknown)?;
    if !partition.starts_with("aws") || text.contains(['*', '?']) {
        return Err(unknown());
    }
    let (kind, name) = resource.split_once('/').unwrap_or((resource, ""));
    match (*service, kind, name) {
        ("iam", "root", "") => Ok(Principal::Root { account }),
        ("iam", "user", name) if !name.is_empty() => Ok(user(account, name, context)),
        ("iam", "role", name) if !name.is_empty() => Ok(role(account, name, "", context)),
        ("iam", "oidc-provider" | "saml-provider", name) if !name.is_empty() => {
            Ok(Principal::Federated { provider: text.to_owned() })
        }
        ("sts", "assumed-role", name) => {
            let (name, session) = name.split_once('/').ok_or_else(unknown)?;
            let named = !name.is_empty() && !session.is_empty() && !session.contains('/');
            named.then(|| role(account, name, session, context)).ok_or_else(unknown)
        }
        ("sts", "federated-user", name) if !name.is_empty() => {
            // Who made the session is not told, so no grant to that user reaches it.
            let user = Principal::User {
                account: account.clone(),
                path: "/".to_owned(),
                name: String::new(),
                id: String::new(),
            };
            Ok(Principal::FederatedUser { account, name: name.to_owned(), user: Box::new(user) })
        }
        _ => Err(unknown()),
    }
}

fn is_service(text: &str) -> bool {
    text.ends_with(".amazonaws.com") || text.ends_with(".amazonaws.com.cn")
}

fn user(account: AccountId, path_and_name: &str, context: &Context) -> Principal {
    let (path, name) = split_path(path_and_name);
    let id = single(context, "aws:userid").unwrap_or_default();
    Principal::User { account, path, name, id: id.to_owned() }
}

/// `session` is empty where the ARN is the role's: then no grant to a certain session reaches it.
fn role(account: AccountId, path_and_name: &str, session: &str, context: &Context) -> Principal {
    let (mut path, name) = split_path(path_and_name);
    let of_role = format!("::{account}:role/");
    let told = single(context, "aws:PrincipalArn").and_then(|arn| Some(arn.split_once(&of_role)?.1));
    if let Some((told, _)) = told.map(split_path).filter(|(_, told)| *told == name) {
        path = told;
    }
    let id = single(context, "aws:userid").and_then(|id| Some(id.split_once(':')?.0)).unwrap_or_default();
    Principal::AssumedRole { account, path, name, id: id.to_owned(), session: session.to_owned() }
}

/// `dev/team/bob` is `bob` in the path `/dev/team/`.
fn split_path(text: &str) -> (String, String) {
    match text.rsplit_once('/') {
        Some((path, name)) => (format!("/{path}/"), name.to_owned()),
        None => ("/".to_owned(), text.to_owned()),
    }
}

fn single<'a>(context: &'a Context, key: &str) -> Option<&'a str> {
    match context.get(key) {
        Some([single]) => Some(single),
        _ => None,
    }
}

/// Fills in the keys that follow from the principal and the resource's account, where the context does not tell them.
pub(super) fn fill_context(
    principal: &Principal,
    resource_account: Option<&AccountId>,
    context: &mut Context,
) {
    let mut fill = |key: &str, value: &str| {
        if context.get(key).is_none() {
            context.set(key, value);
        }
    };
    if let Some(account) = resource_account {
        fill("aws:ResourceAccount", account.as_str());
    }
    fill(
        "aws:PrincipalIsAWSService",
        if matches!(principal, Principal::Service { .. }) { "true" } else { "false" },
    );
    if let Some(account) = principal.account() {
        fill("aws:PrincipalAccount", account.as_str());
    }
    let (kind, arn) = match principal {
        Principal::Anonymous => {
            fill("aws:userid", "anonymous");
            return fill("aws:PrincipalType", "Anonymous");
        }
        Principal::Service { name } => return fill("aws:PrincipalServiceName", name),
        Principal::Federated { provider } => return fill("aws:FederatedProvider", provider),
        Principal::Root { account } => {
            fill("aws:userid", account.as_str());
            ("Account", principal.arn())
        }
        Principal::User { name, .. } => {
            fill("aws:username", name);
            ("User", principal.arn())
        }
        Principal::AssumedRole { account, path, name, .. } => {
            ("AssumedRole", format!("arn:aws:iam::{account}:role{path}{name}"))
        }
        Principal::FederatedUser { account, name, .. } => {
            fill("aws:userid", &format!("{account}:{name}"));
            ("FederatedUser", principal.arn())
        }
    };
    fill("aws:PrincipalType", kind);
    fill("aws:PrincipalArn", &arn);
}
