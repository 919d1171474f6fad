//! Completion inside of policies: members, actions, condition operators and keys, resources and principals.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use harness::check::Given;
use harness::parameters::Kind;
use lsp_types::{CompletionItem, CompletionItemKind, Position};
use policy::{STATEMENT_ELEMENTS, condition_key_type, condition_operators, global_condition_keys, reference};
use regex::Regex;

use crate::action_words::{key_type, level};
use crate::completion::value;
use crate::json_cursor::cursor;

/// What may stand where `before` ends, in the policy `whole`.
pub(crate) fn completion(before: &str, whole: &str, names: &[Given], at: Position) -> Vec<CompletionItem> {
    let cursor = cursor(before);
    let Some(typed) = cursor.string else { return Vec::new() };
    let path: Vec<&str> = cursor.path.iter().map(String::as_str).collect();
    let plain = |words: &[&str]| {
        let property = CompletionItemKind::PROPERTY;
        words.iter().map(|word| value(at, &typed, word, property, None)).collect()
    };
    match (path.as_slice(), cursor.is_name) {
        ([], true) => plain(&["Version", "Id", "Statement"]),
        (["Statement"], true) => plain(&STATEMENT_ELEMENTS),
        ([.., "Principal" | "NotPrincipal"], true) => {
            plain(&["AWS", "Service", "Federated", "CanonicalUser"])
        }
        ([.., "Condition"], true) => operators(&typed, at),
        ([.., "Condition", _], true) => condition_keys(&typed, whole, at),
        (["Version"], false) => plain(&["2012-10-17"]),
        ([.., "Effect"], false) => plain(&["Allow", "Deny"]),
        ([.., "Action" | "NotAction"], false) => actions(&typed, at),
        ([.., "Resource" | "NotResource"], false) => resources(&typed, whole, names, at),
        ([.., "Principal" | "NotPrincipal", "AWS"], false) => principals(&typed, names, at),
        ([.., "Principal" | "NotPrincipal", "Service"], false) => plain(&SERVICES),
        _ => Vec::new(),
    }
}

/// Services that take roles in the emulated AWS, and the usual ones.
const SERVICES: [&str; 4] =
    ["ec2.amazonaws.com", "lambda.amazonaws.com", "ecs-tasks.amazonaws.com", "ssm.amazonaws.com"];

/// Actions of the service that is typed; before its colon, services.
pub(crate) fn actions(typed: &str, at: Position) -> Vec<CompletionItem> {
    let Some((prefix, _)) = typed.split_once(':') else {
        let title = |prefix| reference::service(prefix).map(|service| service.title);
        let service = |prefix: &'static str| {
            value(at, typed, &format!("{prefix}:"), CompletionItemKind::MODULE, title(prefix))
        };
        return reference::services().map(service).collect();
    };
    let actions = reference::service(prefix).into_iter().flat_map(|service| service.actions());
    let kind = CompletionItemKind::METHOD;
    actions.map(|action| value(at, typed, &action.full_name(), kind, Some(level(action.level)))).collect()
}

fn operators(typed: &str, at: Position) -> Vec<CompletionItem> {
    let set = ["ForAllValues:", "ForAnyValue:"].into_iter().find(|set| typed.starts_with(set)).unwrap_or("");
    let names = condition_operators().flat_map(|name| {
        let if_exists = (name != "Null").then(|| format!("{set}{name}IfExists"));
        [Some(format!("{set}{name}")), if_exists].into_iter().flatten()
    });
    let sets = ["ForAllValues:", "ForAnyValue:"].map(str::to_owned);
    let names = names.chain(sets.into_iter().filter(|_| set.is_empty()));
    names.map(|name| value(at, typed, &name, CompletionItemKind::OPERATOR, None)).collect()
}

/// The global keys, and those of the services whose actions the policy has.
fn condition_keys(typed: &str, whole: &str, at: Position) -> Vec<CompletionItem> {
    let of_services = services(whole).into_iter().flat_map(|service| {
        service.condition_keys.iter().map(|key| (key.name.clone(), Some(key_type(key.key_type))))
    });
    let global = global_condition_keys().map(|key| (key.to_owned(), condition_key_type(key).map(key_type)));
    let tags = ["aws:PrincipalTag/", "aws:RequestTag/", "aws:ResourceTag/"];
    let tags = tags.into_iter().map(|prefix| (prefix.to_owned(), Some("a string")));
    // A part that varies is to be written by hand.
    let written = |name: String| name.split(['$', '<']).next().map(str::to_owned).unwrap_or_default();
    let keys = global.chain(tags).chain(of_services).map(|(name, told)| (written(name), told));
    let keys: BTreeSet<(String, Option<&str>)> = keys.collect();
    let kind = CompletionItemKind::PROPERTY;
    keys.into_iter().map(|(name, told)| value(at, typed, &name, kind, told)).collect()
}

/// The services whose actions a policy has.
fn services(whole: &str) -> Vec<&'static reference::Service> {
    let prefixes: BTreeSet<String> = match &*ACTION {
        Some(pattern) => pattern
            .captures_iter(whole)
            .filter_map(|found| found.get(1))
            .map(|prefix| prefix.as_str().to_lowercase())
            .collect(),
        None => BTreeSet::new(),
    };
    prefixes.iter().filter_map(|prefix| reference::service(prefix)).collect()
}

static ACTION: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#""([A-Za-z0-9-]+):[A-Za-z*?]"#).ok());

/// The ARNs of what the scenario has, and the formats of what the policy's services have.
fn resources(typed: &str, whole: &str, names: &[Given], at: Position) -> Vec<CompletionItem> {
    let kind = CompletionItemKind::VALUE;
    let kinds = services(whole).into_iter().flat_map(|service| &service.resource_types);
    let formats = kinds.flat_map(|kind| kind.arns().map(|arn| (arn, kind.name)));
    let formats = formats.map(|(arn, what)| value(at, typed, arn, kind, Some(what)));
    own_resources(typed, names, at).into_iter().chain(formats).collect()
}

/// The ARNs of what the scenario has.
pub(crate) fn own_resources(typed: &str, names: &[Given], at: Position) -> Vec<CompletionItem> {
    let kind = CompletionItemKind::VALUE;
    let own = names.iter().flat_map(|given| arns(given).into_iter().map(|arn| (arn, given.kind.words())));
    let own = own.map(|(arn, what)| value(at, typed, &arn, kind, Some(what)));
    own.chain([value(at, typed, "*", kind, Some("any resource"))]).collect()
}

fn principals(typed: &str, names: &[Given], at: Position) -> Vec<CompletionItem> {
    let kind = CompletionItemKind::VALUE;
    let of_kind = names.iter().filter(|given| [Kind::User, Kind::Role].contains(&given.kind));
    let own = of_kind.flat_map(|given| arns(given).into_iter().map(|arn| (arn, given.kind.words())));
    let own = own.map(|(arn, what)| value(at, typed, &arn, kind, Some(what)));
    let account = "arn:aws:iam::<YOUR_ACCOUNT_ID>:root";
    own.chain([value(at, typed, account, kind, Some("the account"))]).collect()
}

/// How policies name it.
fn arns(given: &Given) -> Vec<String> {
    let name = &given.name;
    let of_iam = |kind: &str| vec![format!("arn:aws:iam::<YOUR_ACCOUNT_ID>:{kind}/{name}")];
    match given.kind {
        Kind::Bucket => vec![format!("arn:aws:s3:::{name}/*"), format!("arn:aws:s3:::{name}")],
        Kind::User => of_iam("user"),
        Kind::Role => of_iam("role"),
        Kind::Group => of_iam("group"),
        Kind::ManagedPolicy => of_iam("policy"),
        Kind::InstanceProfile => of_iam("instance-profile"),
        _ => Vec::new(),
    }
}
