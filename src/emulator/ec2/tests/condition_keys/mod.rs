//! Each condition key that the reference names for an emulated action, on each kind of the action's resources: it is in
//! a request, with the right value; a policy that asks for this value allows, and one that asks for another does not.
//! Or it is among the exceptions, with the reason.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html>

mod exceptions;
mod requests;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::world::{Asked, World, allows};
use exceptions::{idle, is_excepted};
use values::right_values;

/// The action, the kind of resource and the key.
type Row = (String, &'static str, String);

/// What the reference has for the emulated actions.
fn wanted() -> BTreeSet<Row> {
    let mut wanted = BTreeSet::new();
    for row in crate::ec2::OPERATIONS {
        let action = policy::reference::action(&format!("ec2:{}", row.name)).unwrap();
        let own: Vec<&str> = action.resources.iter().flat_map(|own| own.condition_keys()).collect();
        let own: Vec<&str> = own.into_iter().filter(|key| *key != "ec2:Region").collect();
        for key in action.condition_keys().filter(|key| !own.contains(key)) {
            wanted.insert((action.full_name(), "*", key.to_owned()));
        }
        for resource in &action.resources {
            let keys = resource.listed_condition_keys();
            wanted.extend(keys.map(|key| (action.full_name(), resource.kind.name, key.to_owned())));
        }
    }
    wanted
}

/// A key of the reference as our requests have it.
fn of_request(action: &str, key: &str) -> String {
    let varying = |start: &str| match start {
        "ec2:Attribute/" if action == "ec2:ModifyInstanceAttribute" => "DisableApiTermination",
        "ec2:Attribute/" if action == "ec2:ModifyLaunchTemplate" => "DefaultVersion",
        "ec2:Attribute/" => "HttpTokens",
        "ec2:Add/" | "ec2:Remove/" => "userId",
        _ => "team",
    };
    let at = key.find("${");
    at.map_or(key.to_owned(), |at| format!("{}{}", &key[..at], varying(&key[..at])))
}

/// The requests' permissions, by action and kind of resource.
fn all_asked(world: &World) -> BTreeMap<(String, &'static str), Vec<Asked>> {
    let mut all: BTreeMap<_, Vec<Asked>> = BTreeMap::new();
    for (name, input) in requests::all(crate::ec2::OPERATIONS.iter().map(|row| row.name)) {
        for asked in world.asked(name, input).into_iter().filter(|asked| asked.action.starts_with("ec2:")) {
            let action = policy::reference::action(&asked.action).unwrap();
            let kinds = action.service().types_of(&asked.resource);
            for kind in kinds.iter().map(|kind| kind.name).chain(["*"]) {
                all.entry((asked.action.clone(), kind)).or_default().push(asked.clone());
            }
        }
    }
    all
}

/// Whether a policy with the value that the request has allows, and one with another does not.
fn decides_by(asked: &Asked, key: &str, value: &str) -> bool {
    let multivalued = policy::condition_key_type(key).is_some_and(policy::KeyType::is_multivalued);
    let operator = if multivalued { "ForAnyValue:StringEquals" } else { "StringEquals" };
    let by = |value: &str| {
        let condition = json!({ operator: { key: value } });
        json!([{ "Effect": "Allow", "Action": asked.action, "Resource": "*", "Condition": condition }])
    };
    allows(&by(value), asked) && !allows(&by(&format!("not-{value}")), asked)
}

/// What is wrong with one key in the requests that have it.
fn problem(world: &World, (action, kind, key): &Row, asked: &[Asked]) -> Option<String> {
    let name = of_request(action, key);
    let have: Vec<_> =
        asked.iter().filter_map(|asked| Some((asked, asked.context.get(&name)?.first()?))).collect();
    let of = format!("{action} on {kind}: {name}");
    let right = right_values(world, key);
    if have.is_empty() {
        return (!is_excepted(action, kind, key)).then(|| format!("{of} is not filled"));
    }
    have.into_iter().find_map(|(asked, value)| {
        if !right.contains(value) {
            Some(format!("{of} is `{value}`, and not one of {right:?}"))
        } else {
            (!decides_by(asked, &name, value)).then(|| format!("{of} `{value}` does not decide"))
        }
    })
}

#[test]
fn are_filled_and_decide() {
    let world = World::new();
    let all = all_asked(&world);
    let none = Vec::new();
    let of = |row: &Row| all.get(&(row.0.clone(), row.1)).unwrap_or(&none);
    let problems: Vec<_> = wanted().iter().filter_map(|row| problem(&world, row, of(row))).collect();
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn no_exception_is_idle() {
    let world = World::new();
    let all = all_asked(&world);
    let is_filled = |(action, kind, key): &Row| {
        let asked = all.get(&(action.clone(), *kind)).into_iter().flatten();
        let name = of_request(action, key);
        asked.into_iter().any(|asked| asked.context.get(&name).is_some())
    };
    let lacking: Vec<Row> = wanted().into_iter().filter(|row| !is_filled(row)).collect();
    assert_eq!(idle(&lacking), Vec::<String>::new());
    let kinds: BTreeSet<_> = all.keys().map(|(_, kind)| *kind).filter(|kind| *kind != "*").collect();
    let ours = |(_, kind): &&(String, &'static str)| exceptions::EMULATED.contains(kind);
    assert!(all.keys().filter(|(_, kind)| *kind != "*").all(|of| ours(&of)), "{kinds:?}");
    assert!(exceptions::EMULATED.iter().all(|kind| kinds.contains(kind)), "{kinds:?}");
}
