//! The settings of the target, from arguments, the environment and `rolecall.toml`, each with where it came from.
//!
//! Arguments override the environment, which overrides the file's table of the target, which overrides its top level.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use target::PUBLISHED_IMAGE;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::args::TargetArgs;
use crate::diagnostic::{Diagnostic, Place};

/// The file, where `--config` names no other.
pub(crate) const FILE: &str = "rolecall.toml";

/// What can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    Target,
    Account,
    Region,
    Profile,
    OtherProfile,
    CaBundle,
    InsecureHttp,
    ManagementAccount,
    PermissionsBoundary,
    InstanceImage,
    InstanceType,
    Settle,
    Patience,
    Journal,
    Image,
    AcceptUnproven,
}

impl Key {
    pub(crate) const ALL: [Key; 16] = [
        Key::Target,
        Key::Account,
        Key::Region,
        Key::Profile,
        Key::OtherProfile,
        Key::CaBundle,
        Key::InsecureHttp,
        Key::ManagementAccount,
        Key::PermissionsBoundary,
        Key::InstanceImage,
        Key::InstanceType,
        Key::Settle,
        Key::Patience,
        Key::Journal,
        Key::Image,
        Key::AcceptUnproven,
    ];

    /// As it stands in the file; the argument is the same with two dashes before it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Key::Target => "target",
            Key::Account => "account",
            Key::Region => "region",
            Key::Profile => "profile",
            Key::OtherProfile => "other-profile",
            Key::CaBundle => "ca-bundle",
            Key::InsecureHttp => "insecure-http",
            Key::ManagementAccount => "management-account",
            Key::PermissionsBoundary => "permissions-boundary",
            Key::InstanceImage => "instance-image",
            Key::InstanceType => "instance-type",
            Key::Settle => "settle",
            Key::Patience => "patience",
            Key::Journal => "journal",
            Key::Image => "image",
            Key::AcceptUnproven => "accept-unproven",
        }
    }

    pub(crate) fn variable(self) -> String {
        format!("ROLECALL_{}", self.name().to_ascii_uppercase().replace('-', "_"))
    }

    fn default(self) -> Option<&'static str> {
        match self {
            Key::Target => Some("embedded"),
            Key::InsecureHttp | Key::ManagementAccount | Key::AcceptUnproven => Some("false"),
            Key::Journal => Some(".rolecall"),
            Key::Image => Some(PUBLISHED_IMAGE),
            _ => None,
        }
    }
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Argument,
    Variable(String),
    /// The file, and the target's table in it if it stands there.
    File(PathBuf, Option<String>),
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Argument => f.write_str("argument"),
            Source::Variable(name) => write!(f, "environment, {name}"),
            Source::File(path, None) => write!(f, "{}", path.display()),
            Source::File(path, Some(table)) => write!(f, "{}, [targets.{table}]", path.display()),
            Source::Default => f.write_str("default"),
        }
    }
}

/// A value, and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    pub(crate) value: String,
    pub(crate) source: Source,
}

/// All settings of a command.
#[derive(Debug)]
pub(crate) struct Settings {
    values: BTreeMap<Key, Setting>,
}

/// Where the file is, or would be.
pub(crate) fn settings_file(args: &TargetArgs) -> PathBuf {
    args.config.clone().unwrap_or_else(|| PathBuf::from(FILE))
}

/// `rolecall.toml`.
#[derive(Debug, Default)]
struct File {
    top: Table,
    targets: BTreeMap<String, Table>,
}

type Table = BTreeMap<Key, String>;

impl Settings {
    /// Reads the file and the environment beside the arguments.
    pub(crate) fn of(args: &TargetArgs) -> Result<Settings, Diagnostic> {
        let path = settings_file(args);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && args.config.is_none() => None,
            Err(error) => {
                return Err(Diagnostic::new(format!("`{}` can't be read: {error}", path.display())));
            }
        };
        Settings::from(
            args,
            |name| std::env::var(name).ok(),
            text.as_deref().map(|text| (path.as_path(), text)),
        )
    }

    fn from(
        args: &TargetArgs,
        variable: impl Fn(&str) -> Option<String>,
        file: Option<(&Path, &str)>,
    ) -> Result<Settings, Diagnostic> {
        let path = file.map(|(path, _)| path.to_owned()).unwrap_or_default();
        let file = file.map(|(path, text)| parse(path, text)).transpose()?.unwrap_or_default();
        let outside = |key: Key| {
            let argument = args.get(key).map(|value| Setting { value, source: Source::Argument });
            argument.or_else(|| {
                let value = variable(&key.variable()).filter(|value| !value.is_empty())?;
                Some(Setting { value, source: Source::Variable(key.variable()) })
            })
        };
        let in_table = |table: &Table, name: Option<&String>, key: Key| {
            let value = table.get(&key)?.clone();
            Some(Setting { value, source: Source::File(path.clone(), name.cloned()) })
        };
        let target = outside(Key::Target).or_else(|| in_table(&file.top, None, Key::Target));
        let table = target.as_ref().and_then(|target| file.targets.get_key_value(&target.value));
        let mut values = BTreeMap::new();
        for key in Key::ALL {
            let found = match (key, table) {
                // The name of a table stands for the target that it describes.
                (Key::Target, Some((name, table))) => in_table(table, Some(name), key),
                (_, Some((name, table))) => outside(key).or_else(|| in_table(table, Some(name), key)),
                (_, None) => outside(key),
            };
            let found = found.or_else(|| {
                if key == Key::Target && table.is_some() { None } else { in_table(&file.top, None, key) }
            });
            let default = || Some(Setting { value: key.default()?.to_owned(), source: Source::Default });
            if let Some(setting) = found.or_else(default) {
                values.insert(key, setting);
            }
        }
        Ok(Settings { values })
    }

    pub(crate) fn get(&self, key: Key) -> Option<&Setting> {
        self.values.get(&key)
    }

    pub(crate) fn text(&self, key: Key) -> Option<&str> {
        self.get(key).map(|setting| setting.value.as_str())
    }

    /// A setting in its own type.
    ///
    /// # Errors
    /// Where it is none, with where it came from.
    pub(crate) fn parsed<T>(
        &self,
        key: Key,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, Diagnostic> {
        let Some(setting) = self.get(key) else { return Ok(None) };
        let parsed = parse(&setting.value);
        parsed.map(Some).ok_or_else(|| {
            Diagnostic::new(format!(
                "`{}` is no {}: `{}` ({})",
                key.name(),
                expected,
                setting.value,
                setting.source
            ))
        })
    }

    /// Whether a switch is on.
    pub(crate) fn is_on(&self, key: Key) -> Result<bool, Diagnostic> {
        let switch = |text: &str| match text {
            "true" | "1" | "yes" => Some(true),
            "false" | "0" | "no" => Some(false),
            _ => None,
        };
        Ok(self.parsed(key, "switch (`true` or `false`)", switch)?.unwrap_or_default())
    }
}

fn parse(path: &Path, text: &str) -> Result<File, Diagnostic> {
    let at = |offset: usize, diagnostic| Diagnostic {
        place: Some(Box::new(place(path, text, offset))),
        ..diagnostic
    };
    let parsed = DeTable::parse(text).map_err(|error| {
        at(error.span().map_or(0, |span| span.start), Diagnostic::new(error.message().to_owned()))
    })?;
    let mut file = File::default();
    for (key, value) in parsed.get_ref() {
        match (key.get_ref().as_ref(), value.get_ref()) {
            (TARGETS, DeValue::Table(tables)) => {
                for (name, table) in tables {
                    let DeValue::Table(table) = table.get_ref() else {
                        let wrong = format!("`{TARGETS}.{}` is no table of settings", name.get_ref());
                        return Err(at(name.span().start, Diagnostic::new(wrong)));
                    };
                    let settings: Result<Table, _> =
                        table.iter().map(|(key, value)| entry(key, value, &at)).collect();
                    file.targets.insert(name.get_ref().to_string(), settings?);
                }
            }
            _ => {
                let (key, value) = entry(key, value, &at)?;
                file.top.insert(key, value);
            }
        }
    }
    Ok(file)
}

/// The tables of targets in the file.
const TARGETS: &str = "targets";

fn entry(
    name: &Spanned<Cow<'_, str>>,
    value: &Spanned<DeValue<'_>>,
    at: &impl Fn(usize, Diagnostic) -> Diagnostic,
) -> Result<(Key, String), Diagnostic> {
    let Some(key) = Key::ALL.into_iter().find(|key| key.name() == name.get_ref()) else {
        let known: Vec<&str> = Key::ALL.into_iter().map(Key::name).chain([TARGETS]).collect();
        let unknown = Diagnostic::new(format!("`{}` is no setting", name.get_ref()));
        return Err(at(name.span().start, unknown.help(format!("known here: {}", known.join(", ")))));
    };
    match value.get_ref() {
        DeValue::String(text) => Ok((key, text.to_string())),
        DeValue::Boolean(switch) => Ok((key, switch.to_string())),
        _ => Err(at(value.span().start, Diagnostic::new(format!("`{}` is written in quotes", key.name())))),
    }
}

fn place(path: &Path, text: &str, offset: usize) -> Place {
    let before = text.get(..offset).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let source_line = text.lines().nth(line - 1).unwrap_or_default().to_owned();
    Place { path: path.display().to_string(), line, column, length: 0, source_line }
}

/// `10s`, `500ms`, `2m`.
pub(crate) fn duration(text: &str) -> Option<std::time::Duration> {
    let digits = text.find(|letter: char| !letter.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().ok()?;
    match unit {
        "ms" => Some(std::time::Duration::from_millis(number)),
        "s" => Some(std::time::Duration::from_secs(number)),
        "m" => Some(std::time::Duration::from_secs(number.checked_mul(60)?)),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const TOML: &str = r#"
target = "staging"
region = "eu-central-1"

[targets.staging]
target = "https://aws.staging.test"
settle = "2s"
"#;

    fn settings(args: &TargetArgs, variables: &[(&str, &str)], text: &str) -> Settings {
        let variable =
            |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        Settings::from(args, variable, Some((Path::new(FILE), text))).unwrap()
    }

    #[track_caller]
    fn check(settings: &Settings, key: Key, value: &str, source: &str) {
        let setting = settings.get(key).unwrap();
        assert_eq!((setting.value.as_str(), setting.source.to_string().as_str()), (value, source));
    }

    #[test]
    fn the_targets_table_comes_before_the_top_level() {
        let settings = settings(&TargetArgs::default(), &[], TOML);
        check(&settings, Key::Target, "https://aws.staging.test", "rolecall.toml, [targets.staging]");
        check(&settings, Key::Settle, "2s", "rolecall.toml, [targets.staging]");
        check(&settings, Key::Region, "eu-central-1", "rolecall.toml");
        check(&settings, Key::Journal, ".rolecall", "default");
    }

    #[test]
    fn arguments_override_the_environment_which_overrides_the_file() {
        let args = TargetArgs { region: Some("us-east-2".to_owned()), ..TargetArgs::default() };
        let variables = [("ROLECALL_REGION", "us-west-1"), ("ROLECALL_SETTLE", "5s")];
        let settings = settings(&args, &variables, TOML);
        check(&settings, Key::Region, "us-east-2", "argument");
        check(&settings, Key::Settle, "5s", "environment, ROLECALL_SETTLE");
    }

    #[test]
    fn another_target_leaves_the_table_alone() {
        let args = TargetArgs { target: Some("embedded".to_owned()), ..TargetArgs::default() };
        let settings = settings(&args, &[], TOML);
        check(&settings, Key::Target, "embedded", "argument");
        assert!(settings.get(Key::Settle).is_none());
    }

    #[test]
    fn what_is_not_known_is_told_with_its_place() {
        let none = |_: &str| None;
        let text = "target = \"embedded\"\nregoin = \"x\"\n";
        let error = Settings::from(&TargetArgs::default(), none, Some((Path::new(FILE), text))).unwrap_err();
        assert!(error.message.contains("regoin"), "{error:?}");
        let place = error.place.unwrap();
        assert_eq!((place.line, place.column), (2, 1));
    }

    #[test]
    fn durations_have_units() {
        assert_eq!(duration("500ms").unwrap().as_millis(), 500);
        assert_eq!(duration("2m").unwrap().as_secs(), 120);
        assert!(duration("5").is_none() && duration("5h").is_none() && duration("s").is_none());
    }
}
