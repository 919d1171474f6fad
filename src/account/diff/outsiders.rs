//! Those outside of the account whom its policies name.

use std::collections::BTreeSet;

use policy::{AccountId, Principal};
use serde_json::Value;

use crate::statements::Written;

/// Somebody outside of the account.
pub(super) struct Outsider {
    /// For people.
    pub(super) words: String,
    pub(super) principal: Principal,
}

/// All whom the statements name and who are not of the account `id`; where one names everybody, those who sign nothing.
pub(super) fn outsiders<'a>(statements: impl Iterator<Item = &'a Written>, id: &AccountId) -> Vec<Outsider> {
    let mut named: BTreeSet<(String, String)> = BTreeSet::new();
    for statement in statements {
        for element in ["Principal", "NotPrincipal"] {
            match statement.whole.get(element) {
                Some(Value::String(everybody)) => {
                    named.insert(("AWS".to_owned(), everybody.clone()));
                }
                Some(Value::Object(kinds)) => {
                    for (kind, names) in kinds {
                        let names: Vec<&Value> = match names {
                            Value::Array(names) => names.iter().collect(),
                            name => vec![name],
                        };
                        named.extend(
                            names
                                .into_iter()
                                .filter_map(|name| Some((kind.clone(), name.as_str()?.to_owned()))),
                        );
                    }
                }
                _ => {}
            }
        }
    }
    let outsiders = named.into_iter().filter_map(|(kind, name)| outsider(&kind, &name));
    outsiders.filter(|outsider| outsider.principal.account() != Some(id)).collect()
}

fn outsider(kind: &str, name: &str) -> Option<Outsider> {
    let (words, principal) = match kind {
        "Service" => (format!("the service {name}"), Principal::Service { name: name.to_owned() }),
        "Federated" => {
            (format!("whom {name} vouches for"), Principal::Federated { provider: name.to_owned() })
        }
        "AWS" if name == "*" => ("anybody, unsigned".to_owned(), Principal::Anonymous),
        "AWS" => of_aws(name)?,
        _ => return None,
    };
    Some(Outsider { words, principal })
}

fn of_aws(name: &str) -> Option<(String, Principal)> {
    let account = AccountId::new(name).or_else(|| AccountId::new(name.split(':').nth(4)?))?;
    let resource = name.splitn(6, ':').nth(5).unwrap_or("root");
    let path_and_name = |rest: &str| match rest.rsplit_once('/') {
        Some((path, name)) => (format!("/{path}/"), name.to_owned()),
        None => ("/".to_owned(), rest.to_owned()),
    };
    let (path, name, session) = if resource == "root" {
        // Somebody there whom nothing names.
        let (path, name) = ("/".to_owned(), crate::pattern::ANY.to_owned());
        let words = format!("account {account}, for those whom it lets");
        return Some((words, Principal::User { account, path, name, id: String::new() }));
    } else if let Some(rest) = resource.strip_prefix("user/") {
        let (path, user) = path_and_name(rest);
        return Some((name.to_owned(), Principal::User { account, path, name: user, id: String::new() }));
    } else if let Some(rest) = resource.strip_prefix("role/") {
        let (path, role) = path_and_name(rest);
        (path, role, String::new())
    } else {
        let (role, session) = resource.strip_prefix("assumed-role/")?.split_once('/')?;
        ("/".to_owned(), role.to_owned(), session.to_owned())
    };
    let id = String::new();
    Some((
        name_of(&account, &path, &name, &session),
        Principal::AssumedRole { account, path, name, id, session },
    ))
}

fn name_of(account: &AccountId, path: &str, name: &str, session: &str) -> String {
    match session {
        "" => format!("arn:aws:iam::{account}:role{path}{name}"),
        session => format!("arn:aws:sts::{account}:assumed-role/{name}/{session}"),
    }
}
