//! A service as the reference has it, read from its lines; an action's details when they are asked for.
//!
//! The form is told by `xtask`, which writes it.

use std::sync::OnceLock;

use super::arn_format::ArnFormat;
use super::names::Names;
use crate::arn::ArnParts;
use crate::known_keys::KeyType;

/// A service with all that can be asked of it.
#[derive(Debug)]
pub struct Service {
    /// What its actions begin with, such as `s3`.
    pub prefix: &'static str,
    /// Its name, such as `Amazon S3`.
    pub title: &'static str,
    /// Whether resource control policies apply to it.
    pub has_resource_control: bool,
    /// The condition keys that its actions know, in alphabetical order.
    pub condition_keys: Vec<ConditionKey>,
    /// The kinds of resources that its actions are about.
    pub resource_types: Vec<ResourceType>,
    /// The formats of each kind of resource, compiled when they are first asked for.
    formats: OnceLock<Vec<Vec<ArnFormat>>>,
    actions: Vec<Lines>,
    places: Names,
}

/// A condition key of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionKey {
    /// Its name, with `${…}` or `<…>` for a part that varies.
    pub name: String,
    /// What its values are.
    pub key_type: KeyType,
}

/// A kind of resource.
#[derive(Debug, PartialEq, Eq)]
pub struct ResourceType {
    /// Its name, such as `bucket`.
    pub name: &'static str,
    arns: &'static str,
    keys: Vec<usize>,
}

/// How much an action can do: <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_understand-policy-summary-access-level-summaries.html>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AccessLevel {
    /// Tells which resources there are.
    List,
    /// Reads what is in them.
    Read,
    /// Changes tags.
    Tagging,
    /// Makes, changes or deletes resources.
    Write,
    /// Changes who may do what.
    PermissionsManagement,
}

/// An action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// Its name without the service, such as `GetObject`.
    pub name: &'static str,
    /// How much it can do.
    pub level: AccessLevel,
    /// The resources that it is about. None: its `Resource` is `*`.
    pub resources: Vec<ActionResource>,
    /// Actions that the caller must be allowed besides, for some of what it does.
    pub dependent_actions: Vec<&'static str>,
    service: ServiceRef,
    keys: Vec<usize>,
}

/// A kind of resource that an action is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionResource {
    /// Which one.
    pub kind: &'static ResourceType,
    /// Whether each request names one.
    pub required: bool,
    service: ServiceRef,
    keys: Vec<usize>,
}

/// A service is equal to itself only, and is not shown whole.
#[derive(Clone, Copy)]
struct ServiceRef(&'static Service);

impl PartialEq for ServiceRef {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for ServiceRef {}

impl std::fmt::Debug for ServiceRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.prefix)
    }
}

/// An action's name, level, condition keys and dependent actions, and a line for each kind of resource.
#[derive(Debug)]
struct Lines {
    name: &'static str,
    rest: &'static str,
    resources: Vec<&'static str>,
}

impl Service {
    pub(super) fn read(prefix: &'static str, head: &'static str, text: &'static str) -> Self {
        let mut service = Self {
            prefix,
            title: head.trim_start_matches(['+', '-']),
            has_resource_control: head.starts_with('+'),
            condition_keys: Vec::new(),
            resource_types: Vec::new(),
            formats: OnceLock::new(),
            actions: Vec::new(),
            places: Names::default(),
        };
        for line in text.lines() {
            service.read_line(line);
        }
        service
    }

    fn read_line(&mut self, line: &'static str) {
        let (first, rest) = line.split_once('\t').unwrap_or((line, ""));
        let (name, fields) = rest.split_once('\t').unwrap_or((rest, ""));
        match first {
            "k" => {
                let prefix = if name.starts_with(':') { self.prefix } else { "" };
                let key_type = KeyType::of_letter(fields);
                self.condition_keys.push(ConditionKey { name: format!("{prefix}{name}"), key_type });
            }
            "r" => {
                let (arns, keys) = fields.split_once('\t').unwrap_or((fields, ""));
                self.resource_types.push(ResourceType { name, arns, keys: places(keys) });
            }
            "a" => {
                self.places.insert(name, self.actions.len());
                self.actions.push(Lines { name, rest: fields, resources: Vec::new() });
            }
            _ => {
                if let Some(action) = self.actions.last_mut() {
                    action.resources.push(line);
                }
            }
        }
    }

    /// All actions, in alphabetical order.
    pub fn actions(&'static self) -> impl Iterator<Item = Action> {
        self.actions.iter().map(move |lines| lines.read(self))
    }

    /// The names of all actions, without the service.
    pub fn action_names(&self) -> impl Iterator<Item = &'static str> {
        self.actions.iter().map(|lines| lines.name)
    }

    /// An action by its name without the service.
    pub fn action(&'static self, name: &str) -> Option<Action> {
        let place = self.places.find(&name.to_lowercase())?;
        Some(self.actions.get(place)?.read(self))
    }

    /// The kinds of resource that an ARN can stand for. Of several formats that it has, the one with most fixed letters
    /// is meant: `arn:aws:s3:::a/b` is an object, and no bucket with a slash in its name.
    pub fn types_of(&self, arn: &str) -> Vec<&ResourceType> {
        let Some(arn) = ArnParts::of(arn) else { return Vec::new() };
        let fit = |formats: &Vec<ArnFormat>| formats.iter().filter_map(|format| format.fit(arn)).max();
        let fits: Vec<Option<usize>> = self.formats().iter().map(fit).collect();
        let Some(best) = fits.iter().flatten().max() else { return Vec::new() };
        let kinds = self.resource_types.iter().zip(&fits);
        kinds.filter(|(_, fit)| fit.as_ref() == Some(best)).map(|(kind, _)| kind).collect()
    }

    fn formats(&self) -> &[Vec<ArnFormat>] {
        let compiled = |kind: &ResourceType| kind.arns().filter_map(ArnFormat::of).collect();
        self.formats.get_or_init(|| self.resource_types.iter().map(compiled).collect())
    }

    pub(super) fn has(&self, lower_name: &str) -> bool {
        self.places.find(lower_name).is_some()
    }

    pub(super) fn lower_names(&self) -> impl Iterator<Item = &str> {
        self.places.iter()
    }

    fn names_of<'a>(&'a self, keys: &'a [usize]) -> impl Iterator<Item = &'a str> {
        keys.iter().filter_map(|place| Some(self.condition_keys.get(*place)?.name.as_str()))
    }
}

impl ResourceType {
    /// The formats of its ARNs, with `${…}` for parts that vary.
    pub fn arns(&self) -> impl Iterator<Item = &'static str> {
        self.arns.split(", ")
    }
}

impl Lines {
    fn read(&self, service: &'static Service) -> Action {
        let mut fields = self.rest.split('\t');
        let level = AccessLevel::of_letter(fields.next().unwrap_or(""));
        let keys = places(fields.next().unwrap_or(""));
        let dependent = fields.next().unwrap_or("").split_ascii_whitespace().collect();
        let resource = |line: &&'static str| {
            let (place, keys) = line.split_once('\t')?;
            let kind = service.resource_types.get(place.trim_end_matches('!').parse::<usize>().ok()?)?;
            let (service, keys) = (ServiceRef(service), places(keys));
            Some(ActionResource { kind, required: place.ends_with('!'), service, keys })
        };
        Action {
            name: self.name,
            level,
            resources: self.resources.iter().filter_map(resource).collect(),
            dependent_actions: dependent,
            service: ServiceRef(service),
            keys,
        }
    }
}

impl Action {
    /// Its name with the service, such as `s3:GetObject`.
    pub fn full_name(&self) -> String {
        format!("{}:{}", self.service.0.prefix, self.name)
    }

    /// Its service.
    pub fn service(&self) -> &'static Service {
        self.service.0
    }

    /// The condition keys that it knows whatever its resource is, and those with each kind of resource.
    pub fn condition_keys(&self) -> impl Iterator<Item = &str> {
        let with_resources = self.resources.iter().flat_map(ActionResource::condition_keys);
        let mut keys: Vec<&str> = self.service.0.names_of(&self.keys).chain(with_resources).collect();
        keys.sort_unstable();
        keys.dedup();
        keys.into_iter()
    }

    /// Whether its requests have this condition key, written as the reference has it, in any case.
    pub fn has_condition_key(&self, key: &str) -> bool {
        self.condition_keys().any(|known| known.eq_ignore_ascii_case(key))
    }

    /// Whether a request may ask for it on this resource: an ARN of one of its kinds of resource; or `*`, where each
    /// request need not name one.
    pub fn fits(&self, resource: &str) -> bool {
        if resource == "*" {
            return self.resources.iter().all(|resource| !resource.required);
        }
        let types = self.service.0.types_of(resource);
        self.resources.iter().any(|own| types.iter().any(|kind| kind.name == own.kind.name))
    }
}

impl ActionResource {
    /// The condition keys that the action knows with it, and those that the resource has itself.
    pub fn condition_keys(&self) -> impl Iterator<Item = &str> {
        self.listed_condition_keys().chain(self.service.0.names_of(&self.kind.keys))
    }

    /// The condition keys that the action knows with it; the resource may have more.
    pub fn listed_condition_keys(&self) -> impl Iterator<Item = &str> {
        self.service.0.names_of(&self.keys)
    }
}

impl AccessLevel {
    fn of_letter(letter: &str) -> Self {
        match letter {
            "l" => Self::List,
            "r" => Self::Read,
            "t" => Self::Tagging,
            "p" => Self::PermissionsManagement,
            _ => Self::Write,
        }
    }
}

fn places(field: &str) -> Vec<usize> {
    field.split_ascii_whitespace().filter_map(|place| place.parse().ok()).collect()
}
