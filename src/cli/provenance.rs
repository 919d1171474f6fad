//! Who runs, where and from what: read from the surroundings for the record. What can't be found out stays absent.

use std::path::Path;
use std::process::Command;

use evidence::{Conformance, File, Host, RunInfo, Setting, Sha256, Tool, Who};
use secrecy::SecretString;

use crate::args::RunArgs;
use crate::controls;
use crate::diagnostic::Diagnostic;
use crate::repository::Repository;
use crate::settings::{FILE, Key, Settings};

/// The run as its record names it.
///
/// # Errors
/// Where a file of controls can't be understood.
pub(crate) fn run_info(
    id: String,
    args: &RunArgs,
    settings: &Settings,
    features: &[harness::FeatureFile],
    repository: Option<&Repository>,
) -> Result<RunInfo, Diagnostic> {
    let mut info = RunInfo {
        id,
        tool: tool(),
        command_line: std::env::args().collect(),
        who: who(variable, login),
        host: Some(host()),
        settings: Key::ALL.into_iter().filter_map(|key| setting(settings, key)).collect(),
        configuration: file(args.target.config.as_deref().unwrap_or(Path::new(FILE))),
        clock: Some("system clock".to_owned()),
        ..RunInfo::default()
    };
    for feature in features {
        // As it is on the disk, so that its digest is that of the file; one that is no text was refused before.
        if let Ok(text) = std::fs::read_to_string(feature.path()) {
            info.read_feature(feature.path(), &text);
        }
    }
    for path in controls::files(&args.paths) {
        let (file, texts) = controls::read(&path)?;
        info.control_files.push(file);
        info.controls.extend(texts);
    }
    info.controls.sort();
    info.settings.extend(args.allow_commands.then(allowed_commands));
    let plan = info.features.iter().chain(&info.configuration).chain(&info.control_files);
    let plan: Vec<&Path> = plan.map(|file| Path::new(&file.path)).collect();
    info.commit = repository.and_then(|repository| repository.commit(&plan));
    Ok(info)
}

/// The values of variables whose names say that they are secret: none of them may be written down.
pub(crate) fn secrets_of_environment() -> Vec<SecretString> {
    let named = |name: &str| {
        [
            "SECRET",
            "TOKEN",
            "PASSWORD",
            "PASSWD",
            "CREDENTIAL",
            "PRIVATE",
            "EVIDENCE_KEY",
            "API_KEY",
            "APIKEY",
        ]
        .iter()
        .any(|word| name.contains(word))
    };
    let secret = std::env::vars_os().filter_map(|(name, value)| {
        let name = name.to_str()?.to_ascii_uppercase();
        let value = value.into_string().ok()?;
        // A path is where a secret is, and none itself; a short value would be found in other words.
        (named(&name) && value.len() >= 8 && !value.starts_with('/')).then(|| SecretString::from(value))
    });
    secret.collect()
}

fn setting(settings: &Settings, key: Key) -> Option<Setting> {
    let setting = settings.get(key)?;
    Some(Setting {
        name: key.name().to_owned(),
        value: setting.value.clone(),
        source: setting.source.to_string(),
    })
}

/// That features may run programs here.
fn allowed_commands() -> Setting {
    let by_argument = std::env::args().any(|argument| argument == "--allow-commands");
    let source = if by_argument { "--allow-commands" } else { "ROLECALL_ALLOW_COMMANDS" };
    Setting { name: "allow-commands".to_owned(), value: "true".to_owned(), source: source.to_owned() }
}

fn tool() -> Tool {
    let policy::Conformance { corpus, black_box } = policy::conformance();
    let conformance = |of: &str, score: policy::Score| Conformance {
        of: of.to_owned(),
        passed: score.passed as usize,
        total: score.total as usize,
        version: score.version.to_string(),
    };
    let data = [
        ("service authorization reference", policy::reference::version().to_string()),
        ("AWS managed policies", emulator::aws_managed_policies_version().to_string()),
        ("API models", emulator::api_models_version().to_string()),
    ];
    // It may be large, and is not held in memory for a digest.
    let binary = std::env::current_exe().and_then(std::fs::File::open).and_then(Sha256::of_all);
    Tool {
        name: "rolecall".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        conformance: vec![
            conformance("decisions of the engine", corpus),
            conformance("the emulator from outside", black_box),
        ],
        data: data.map(|(name, version)| (name.to_owned(), version)).to_vec(),
        binary: binary.ok(),
        lock_file: Some(Sha256::of(include_bytes!("../../Cargo.lock"))),
    }
}

fn file(path: &Path) -> Option<File> {
    std::fs::read(path).ok().map(|bytes| File::new(path.display().to_string(), &bytes))
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Whoever the CI system says it runs for, else the user, by the system rather than by a variable that anybody may set.
///
/// <https://docs.github.com/en/actions/reference/workflows-and-actions/variables>,
/// <https://docs.gitlab.com/ci/variables/predefined_variables/>
fn who(variable: impl Fn(&str) -> Option<String>, login: impl FnOnce() -> Option<String>) -> Option<Who> {
    let ci = |system: &str, name: Option<String>, job: Option<String>| {
        Some(Who { name: name.unwrap_or_else(|| "unknown".to_owned()), ci: Some(system.to_owned()), job })
    };
    if variable("GITHUB_ACTIONS").is_some() {
        let job = || {
            let (server, repository) = (variable("GITHUB_SERVER_URL")?, variable("GITHUB_REPOSITORY")?);
            Some(format!("{server}/{repository}/actions/runs/{}", variable("GITHUB_RUN_ID")?))
        };
        return ci("GitHub Actions", variable("GITHUB_ACTOR"), job());
    }
    if variable("GITLAB_CI").is_some() {
        return ci("GitLab CI", variable("GITLAB_USER_LOGIN"), variable("CI_JOB_URL"));
    }
    let named = || variable("USER").or_else(|| variable("LOGNAME")).or_else(|| variable("USERNAME"));
    let user = login().or_else(named);
    match variable("CI") {
        Some(_) => ci("a CI system that sets CI", user, None),
        None => user.map(|name| Who { name, ci: None, job: None }),
    }
}

fn host() -> Host {
    let in_container = ["/.dockerenv", "/run/.containerenv"].iter().any(|path| Path::new(path).exists());
    let kind = match (variable("CI").is_some(), in_container) {
        (true, _) => "CI",
        (false, true) => "container",
        (false, false) => "machine",
    };
    Host {
        kind: kind.to_owned(),
        system: std::env::consts::OS.to_owned(),
        architecture: std::env::consts::ARCH.to_owned(),
    }
}

/// Whom the system says this process belongs to.
fn login() -> Option<String> {
    let output = Command::new("id").arg("-un").output().ok().filter(|output| output.status.success())?;
    let name = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[track_caller]
    fn check(variables: &[(&str, &str)], name: &str, ci: Option<&str>) {
        let find = |wanted: &str| {
            let found = variables.iter().find(|(name, _)| *name == wanted);
            found.map(|(_, value)| (*value).to_owned())
        };
        let who = who(find, || None).unwrap();
        assert_eq!((who.name.as_str(), who.ci.as_deref()), (name, ci));
    }

    #[test]
    fn the_ci_system_says_for_whom_it_runs() {
        let github =
            [("CI", "true"), ("GITHUB_ACTIONS", "true"), ("GITHUB_ACTOR", "octocat"), ("USER", "runner")];
        check(&github, "octocat", Some("GitHub Actions"));
        check(&[("CI", "1"), ("GITLAB_CI", "true"), ("GITLAB_USER_LOGIN", "ann")], "ann", Some("GitLab CI"));
        check(&[("USER", "ann")], "ann", None);
        let who = who(|name| (name == "USER").then(|| "ann".to_owned()), || Some("bob".to_owned()));
        assert_eq!(who.unwrap().name, "bob");
    }
}
