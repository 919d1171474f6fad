//! The map as a graph: places, and what leads from one to another.

use std::collections::{BTreeMap, BTreeSet};

use super::super::look::Look;
use super::rows::Row;

/// In which column a place stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Column {
    Caller,
    Role,
    Resource,
}

/// Somebody or something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) column: Column,
    /// `user`, `role`, `bucket`, …
    pub(super) kind: String,
    pub(super) name: String,
    /// `None`: it has none, or nobody knows it.
    pub(super) account: Option<String>,
}

/// Everything with the same answer that leads from one place to another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) actions: BTreeSet<String>,
    pub(super) scenarios: BTreeSet<usize>,
    pub(super) unexpected: bool,
    /// The first row of the table that tells of it.
    pub(super) row: usize,
}

/// From where to where, by places in `Map::places`, and with what answer.
pub(super) type Way = (usize, usize, Look);

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Map {
    pub(super) places: Vec<Place>,
    pub(super) edges: BTreeMap<Way, Edge>,
}

impl Map {
    /// The map of some rows, each with its number in the table.
    pub(super) fn of<'r, 'a: 'r>(rows: impl Iterator<Item = (usize, &'r Row<'a>)> + Clone) -> Map {
        let ends = |row: &Row<'_>| (caller(row.tried.who), reached(&row.tried.action, row.tried.resource));
        let places: BTreeSet<Place> = rows.clone().flat_map(|(_, it)| <[Place; 2]>::from(ends(it))).collect();
        let places: Vec<Place> = places.into_iter().collect();
        let mut edges: BTreeMap<Way, Edge> = BTreeMap::new();
        for (number, row) in rows {
            let (from, to) = ends(row);
            let (Ok(from), Ok(to)) = (places.binary_search(&from), places.binary_search(&to)) else {
                continue;
            };
            let edge = edges
                .entry((from, to, row.tried.look))
                .or_insert_with(|| Edge { row: number, ..Edge::default() });
            edge.actions.insert(row.tried.action.clone());
            edge.scenarios.extend(&row.scenarios);
            edge.unexpected |= row.unexpected;
        }
        Map { places, edges }
    }

    /// Whether its places lie in several accounts.
    pub(super) fn has_accounts(&self) -> bool {
        self.places.iter().filter_map(|it| it.account.as_deref()).collect::<BTreeSet<_>>().len() > 1
    }
}

/// Whoever calls. All sessions of a role are that role.
fn caller(principal: &str) -> Place {
    let Some(arn) = Arn::of(principal) else {
        let kind = if principal.ends_with(".amazonaws.com") { "service" } else { "caller" };
        return Place::new(Column::Caller, kind, principal, None);
    };
    match arn.resource.split_once('/') {
        Some(("assumed-role", rest)) => role(rest.split('/').next().unwrap_or(rest), &arn),
        Some(("role", path)) => role(last(path), &arn),
        Some((kind, path)) => Place::new(Column::Caller, kind, last(path), arn.account),
        None => Place::new(Column::Caller, "account", arn.resource, arn.account),
    }
}

/// What was to be reached. A role is one that may be taken only where that was tried.
fn reached(action: &str, resource: Option<&str>) -> Place {
    let Some(arn) = resource.filter(|it| *it != "*").and_then(Arn::of) else {
        let service = action.split([':', ' ']).next().unwrap_or(action).to_lowercase();
        return match resource {
            Some(resource) if resource != "*" => Place::new(Column::Resource, &service, resource, None),
            _ => Place::new(Column::Resource, &service, "nothing in particular", None),
        };
    };
    match (arn.service, arn.resource.split_once('/')) {
        ("iam", Some(("role", path))) if action.starts_with("sts:Assume") => role(last(path), &arn),
        ("iam", Some((kind, path))) => Place::new(Column::Resource, kind, last(path), arn.account),
        ("s3", parts) if arn.account.is_none() => {
            Place::new(Column::Resource, "bucket", parts.map_or(arn.resource, |(bucket, _)| bucket), None)
        }
        (service, _) => Place::new(Column::Resource, service, arn.resource, arn.account),
    }
}

fn role(name: &str, arn: &Arn<'_>) -> Place {
    Place::new(Column::Role, "role", name, arn.account)
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

impl Place {
    fn new(column: Column, kind: &str, name: &str, account: Option<&str>) -> Place {
        Place { column, kind: kind.into(), name: name.into(), account: account.map(Into::into) }
    }
}

struct Arn<'a> {
    service: &'a str,
    account: Option<&'a str>,
    resource: &'a str,
}

impl<'a> Arn<'a> {
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
    fn of(text: &'a str) -> Option<Arn<'a>> {
        let mut parts = text.splitn(6, ':');
        let (Some("arn"), Some(_), Some(service), Some(_), Some(account), Some(resource)) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return None;
        };
        Some(Arn { service, account: Some(account).filter(|it| !it.is_empty()), resource })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(place: &Place, column: Column, told: &str) {
        let account = place.account.as_deref().unwrap_or("-");
        assert_eq!(
            (place.column, format!("{} {} {account}", place.kind, place.name)),
            (column, told.to_owned())
        );
    }

    #[test]
    fn callers_are_called_by_name_and_sessions_by_their_role() {
        check(
            &caller("arn:aws:iam::111122223333:user/team/main-user"),
            Column::Caller,
            "user main-user 111122223333",
        );
        check(&caller("arn:aws:iam::111122223333:root"), Column::Caller, "account root 111122223333");
        check(
            &caller("arn:aws:sts::111122223333:assumed-role/main-role1/s"),
            Column::Role,
            "role main-role1 111122223333",
        );
        check(
            &caller("arn:aws:iam::111122223333:role/path/main-role1"),
            Column::Role,
            "role main-role1 111122223333",
        );
        check(
            &caller("arn:aws:sts::111122223333:federated-user/bob"),
            Column::Caller,
            "federated-user bob 111122223333",
        );
        check(&caller("anonymous"), Column::Caller, "caller anonymous -");
        check(&caller("ec2.amazonaws.com"), Column::Caller, "service ec2.amazonaws.com -");
    }

    #[test]
    fn objects_are_in_their_bucket_and_roles_are_taken_or_changed() {
        let role = Some("arn:aws:iam::111122223333:role/main-role1");
        check(
            &reached("s3:PutObject", Some("arn:aws:s3:::testing-s3/a/b")),
            Column::Resource,
            "bucket testing-s3 -",
        );
        check(
            &reached("s3:ListBucket", Some("arn:aws:s3:::testing-s3")),
            Column::Resource,
            "bucket testing-s3 -",
        );
        check(&reached("sts:AssumeRole", role), Column::Role, "role main-role1 111122223333");
        check(&reached("iam:GetRole", role), Column::Resource, "role main-role1 111122223333");
        let table = Some("arn:aws:dynamodb:us-east-1:111122223333:table/orders");
        check(&reached("dynamodb:GetItem", table), Column::Resource, "dynamodb table/orders 111122223333");
        check(&reached("ec2:DescribeInstances", Some("*")), Column::Resource, "ec2 nothing in particular -");
        check(&reached("STS GetCallerIdentity", None), Column::Resource, "sts nothing in particular -");
    }
}
