//! The tables of the services.
//!
//! A line is an operation (of Lambda also its method and path) and its actions: `>Action` where the name differs or
//! there are several, then resources, `type:Path` or `type:Path,Path`, with `|` between what may stand in for each
//! other, `*` for no resource in particular, and `?` after what may be absent; then condition keys, `key=` a path, a `'text'`, `{resource}`, `{account}`,
//! `@type:Path`, or `?` where it hangs on state that is not held. In a path `[]` is each item of a list and `{keys}` each key of a map. Lines that begin with `@` say
//! what resources look like (`@type`), which keys hang on state that is not held (`@hidden`), which keys all actions
//! have (`@always`), and which calls are not decided: those where a member has another value than the one of `@only`,
//! or where a member of `@without` is there at all.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::kms;
use crate::operation::{Operation, Service};

use super::access;
use super::resource::{ResourceType, Spelling};

/// One service's table.
#[derive(Default)]
pub(super) struct Table {
    pub(super) types: BTreeMap<&'static str, ResourceType>,
    pub(super) hidden: Vec<&'static str>,
    pub(super) always: Vec<Key>,
    pub(super) only: Option<(&'static str, &'static str)>,
    pub(super) without: Vec<&'static str>,
    pub(super) rows: BTreeMap<&'static str, Row>,
    operations: Vec<Operation>,
}

/// One operation.
pub(super) struct Row {
    method: &'static str,
    path: &'static str,
    pub(super) actions: Vec<Action>,
}

/// A permission that the operation needs, on each of the resources.
pub(super) struct Action {
    /// `service:Action`.
    pub(super) name: String,
    pub(super) terms: Vec<Term>,
    pub(super) keys: Vec<Key>,
}

/// A resource, in one of several ways to name it.
pub(super) struct Term {
    pub(super) ways: Vec<Way>,
    pub(super) optional: bool,
}

/// A type of resource, and the members that name one.
pub(super) struct Way {
    pub(super) kind: &'static str,
    pub(super) paths: Vec<&'static str>,
}

/// A condition key, from the first source that has values.
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) sources: Vec<Source>,
}

pub(super) enum Source {
    Path(&'static str),
    Text(&'static str),
    Resource,
    Account,
    /// State that is not held.
    Hidden,
    Named(Way),
}

/// The table of a service; `None`: it is emulated itself.
pub(super) fn of(service: Service) -> Option<&'static Table> {
    static KMS: LazyLock<Table> = LazyLock::new(|| read(Service::Kms, include_str!("kms.txt")));
    static SSM: LazyLock<Table> = LazyLock::new(|| read(Service::Ssm, include_str!("ssm.txt")));
    static SECRETS_MANAGER: LazyLock<Table> =
        LazyLock::new(|| read(Service::SecretsManager, include_str!("secretsmanager.txt")));
    static DYNAMODB: LazyLock<Table> =
        LazyLock::new(|| read(Service::DynamoDb, include_str!("dynamodb.txt")));
    static SQS: LazyLock<Table> = LazyLock::new(|| read(Service::Sqs, include_str!("sqs.txt")));
    static SNS: LazyLock<Table> = LazyLock::new(|| read(Service::Sns, include_str!("sns.txt")));
    static LAMBDA: LazyLock<Table> = LazyLock::new(|| read(Service::Lambda, include_str!("lambda.txt")));
    match service {
        Service::Kms => Some(&KMS),
        Service::Ssm => Some(&SSM),
        Service::SecretsManager => Some(&SECRETS_MANAGER),
        Service::DynamoDb => Some(&DYNAMODB),
        Service::Sqs | Service::SqsQuery => Some(&SQS),
        Service::Sns => Some(&SNS),
        Service::Lambda => Some(&LAMBDA),
        Service::Iam
        | Service::Sts
        | Service::S3
        | Service::S3Control
        | Service::Ec2
        | Service::Organizations => None,
    }
}

/// The operations of a service that are decided; none of one that is emulated.
pub(crate) fn operations(service: Service) -> &'static [Operation] {
    of(service).map(|table| table.operations.as_slice()).unwrap_or_default()
}

/// Whether a service is one of those that are decided.
pub(crate) fn is_known(service: Service) -> bool {
    of(service).is_some()
}

/// The operation of a REST service by method and path (not decoded), and the members in the path.
pub(crate) fn route(
    service: Service,
    method: &str,
    path: &str,
    query: &str,
) -> Option<(&'static str, Map<String, Value>)> {
    let rows = of(service)?.rows.iter().filter(|(_, row)| row.method == method);
    let found = rows.filter_map(|(name, row)| {
        let (pattern, literal) = row.path.split_once('?').unwrap_or((row.path, ""));
        let members = members_of(pattern, path)?;
        let has_literal = literal.is_empty() || query.split('&').any(|pair| pair == literal);
        has_literal.then_some((literal.len(), *name, members))
    });
    found.max_by_key(|(literal, _, _)| *literal).map(|(_, name, members)| (name, members))
}

fn members_of(pattern: &str, path: &str) -> Option<Map<String, Value>> {
    let mut members = Map::new();
    let mut parts = path.trim_end_matches('/').split('/');
    for expected in pattern.split('/') {
        let part = parts.next()?;
        match expected.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(name) if !part.is_empty() => {
                let part = percent_decode_str(part).decode_utf8().ok()?;
                members.insert(name.to_owned(), Value::from(part.into_owned()));
            }
            None if expected == part => {}
            _ => return None,
        }
    }
    parts.next().is_none().then_some(members)
}

#[expect(clippy::expect_used, reason = "the tables are part of the program; a test reads each")]
fn read(service: Service, text: &'static str) -> Table {
    let mut table = Table::default();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        add(service, &mut table, line).expect(line);
    }
    let operation = |name: &&'static str| Operation {
        name,
        access: if service == Service::Kms { kms::access(name) } else { None }.unwrap_or(access::access),
        act: if service == Service::Kms { kms::act(name) } else { None }.unwrap_or(access::act),
    };
    table.operations = table.rows.keys().map(operation).collect();
    table
}

fn add(service: Service, table: &mut Table, line: &'static str) -> Option<()> {
    let mut words = line.split(' ');
    match words.next()? {
        "@type" => {
            let (name, spelling, template) = (words.next()?, words.next()?, words.next()?);
            table.types.insert(name, ResourceType { spelling: Spelling::named(spelling)?, template });
        }
        "@hidden" => table.hidden.extend(words),
        "@always" => table.always.push(key(words.next()?)?),
        "@without" => table.without.extend(words),
        "@only" => table.only = Some((words.next()?, words.next()?)),
        name => {
            let rest = service == Service::Lambda;
            let (method, path) = if rest { (words.next()?, words.next()?) } else { ("POST", "/") };
            let actions = actions(service, name, words)?;
            table.rows.insert(name, Row { method, path, actions });
        }
    }
    Some(())
}

fn actions(
    service: Service,
    operation: &str,
    words: impl Iterator<Item = &'static str>,
) -> Option<Vec<Action>> {
    let action = |name: &str| {
        let name = if name.contains(':') { name.to_owned() } else { format!("{}:{name}", service.name()) };
        Action { name, terms: Vec::new(), keys: Vec::new() }
    };
    let mut actions = Vec::new();
    for word in words {
        if let Some(name) = word.strip_prefix('>') {
            actions.push(action(name));
            continue;
        }
        if actions.is_empty() {
            actions.push(action(operation));
        }
        let action = actions.last_mut()?;
        match word.contains('=') {
            true => action.keys.push(key(word)?),
            false => action.terms.push(term(word)?),
        }
    }
    if actions.is_empty() {
        actions.push(action(operation));
    }
    Some(actions)
}

fn term(word: &'static str) -> Option<Term> {
    let (word, optional) = word.strip_suffix('?').map_or((word, false), |word| (word, true));
    Some(Term { ways: word.split('|').map(way).collect::<Option<_>>()?, optional })
}

fn way(word: &'static str) -> Option<Way> {
    if word == "*" {
        return Some(Way { kind: "*", paths: Vec::new() });
    }
    let (kind, paths) = word.split_once(':')?;
    Some(Way { kind, paths: paths.split(',').collect() })
}

fn key(word: &'static str) -> Option<Key> {
    let (name, sources) = word.split_once('=')?;
    let source = |word: &'static str| {
        Some(match word {
            "{resource}" => Source::Resource,
            "{account}" => Source::Account,
            "?" => Source::Hidden,
            _ => match (word.strip_prefix('@'), word.strip_prefix('\'')) {
                (Some(named), _) => Source::Named(way(named)?),
                (_, Some(text)) => Source::Text(text.strip_suffix('\'')?),
                _ => Source::Path(word),
            },
        })
    };
    Some(Key { name, sources: sources.split('|').map(source).collect::<Option<_>>()? })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::super::resource::Where;
    use super::*;

    #[test]
    fn every_type_that_a_row_names_is_there() {
        for service in Service::ALL.iter().filter(|service| is_known(**service)) {
            let table = of(*service).unwrap();
            assert!(!table.rows.is_empty());
            for (name, row) in &table.rows {
                let terms = row.actions.iter().flat_map(|action| &action.terms);
                for way in terms.flat_map(|term| &term.ways).filter(|way| way.kind != "*") {
                    assert!(table.types.contains_key(way.kind), "{name}: {}", way.kind);
                }
            }
        }
    }

    /// Each action must be in the service authorization reference, take the resources, and know the keys.
    #[test]
    fn rows_are_as_the_reference_has_them() {
        let account = policy::AccountId::new("111122223333").unwrap();
        let place = Where { region: "us-east-1", account: &account };
        let mut wrong: Vec<String> = Vec::new();
        for table in Service::ALL.iter().filter_map(|service| of(*service)) {
            for action in table.rows.values().flat_map(|row| &row.actions) {
                let reference = policy::reference::action(&action.name)
                    .unwrap_or_else(|| unreachable!("{}", action.name));
                // What is named by ARN only has no sample; and that a function may have a qualifier, the reference
                // leaves out: https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html
                let has_sample = |way: &&Way| match (way.kind, way.paths.len()) {
                    ("*" | "alias" | "subscription", _) | ("layer-version", 1) => false,
                    ("function", paths) => paths == 1 || action.name.contains("ProvisionedConcurrency"),
                    _ => true,
                };
                let ways = action.terms.iter().flat_map(|term| &term.ways);
                for way in ways.filter(has_sample) {
                    let more = way.paths.get(1).map(|_| "1");
                    let sample = table.types.get(way.kind).unwrap().arn(&place, "a", more);
                    if !reference.fits(&sample) {
                        wrong.push(format!("{}: {sample}", action.name));
                    }
                }
                for key in &action.keys {
                    let name = key.name.trim_end_matches('*').to_lowercase();
                    let is_known =
                        reference.condition_keys().any(|known| known.to_lowercase().starts_with(&name));
                    if !is_known {
                        wrong.push(format!("{}: {}", action.name, key.name));
                    }
                }
            }
        }
        assert_eq!(wrong, Vec::<String>::new());
    }

    #[track_caller]
    fn check(method: &str, path: &str, query: &str, expected: Option<&str>) {
        assert_eq!(
            route(Service::Lambda, method, path, query).map(|(name, _)| name),
            expected,
            "{method} {path}"
        );
    }

    #[test]
    fn rest_operations_are_found_by_method_and_path() {
        check("POST", "/2015-03-31/functions/f/invocations", "", Some("Invoke"));
        check("GET", "/2015-03-31/functions/f", "", Some("GetFunction"));
        check("GET", "/2015-03-31/functions/", "", Some("ListFunctions"));
        let concurrency = "/2019-09-30/functions/f/provisioned-concurrency";
        check("GET", concurrency, "List=ALL", Some("ListProvisionedConcurrencyConfigs"));
        check("GET", concurrency, "Qualifier=1", Some("GetProvisionedConcurrencyConfig"));
        check("PATCH", "/2015-03-31/functions/f", "", None);
        check("GET", "/2015-03-31/nothing", "", None);
        let (_, members) = route(Service::Lambda, "GET", "/2017-03-31/tags/arn%3Aa%2Fb", "").unwrap();
        assert_eq!(members.get("Resource").unwrap(), "arn:a/b");
    }
}
