//! Each code of `rolecall check` has a file in `tests/check/` that shows it, with the exact output, and one that is right.
//! `BLESS=1` writes the outputs anew: read the difference.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use ::steps as _;
use cucumber::given;
use harness::check::{Beside, CODES, Code, Severity};
use harness::parameters::FileName;
use harness::{StepError, World};
use serde_json::Value;

/// A user's own step, which says what one of ours says.
#[given(expr = "a bucket {file}")]
async fn somebody_elses_bucket(_: &mut World, _name: FileName) -> Result<(), StepError> {
    Ok(())
}

fn rolecall(folder: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rolecall"));
    command.args(arguments).current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder));
    let Output { status, stdout, stderr } =
        command.env_remove("COLUMNS").env("NO_COLOR", "1").output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap())
}

fn check(path: &str) -> (Option<i32>, String) {
    rolecall("", &["check", path])
}

/// What is told where the steps of this file are there as well: the program itself has no two steps that say the same.
fn check_with_own_steps(path: &str) -> (Option<i32>, String) {
    let text = fs::read_to_string(path).unwrap();
    let findings = harness::check::check(path, &text, &Beside::default());
    let digits = |letter: char| letter.is_ascii_digit();
    let told = findings.iter().map(|finding| {
        let help = finding.help.as_deref().unwrap_or_default();
        // The lines of sources change.
        let help =
            help.split(".rs:").map(|part| part.trim_start_matches(digits)).collect::<Vec<_>>().join(".rs:N");
        format!(
            "{path}:{}:{}: {} [{}]\n{help}\n",
            finding.line, finding.column, finding.message, finding.code.id
        )
    });
    (Some(i32::from(!findings.is_empty())), told.collect())
}

#[track_caller]
fn is_shown(code: &Code) {
    let wrong = format!("tests/check/{}.feature", code.id);
    let (status, told) = match code.id {
        "RC003" => check_with_own_steps(&wrong),
        _ => check(&wrong),
    };
    let errors = code.severity == Severity::Error;
    assert_eq!(status, Some(i32::from(errors)), "{}: {told}", code.id);
    assert!(told.contains(&format!(" [{}]\n", code.id)), "{}: {told}", code.id);
    is_kept(&format!("tests/check/{}.err", code.id), &told);
    let (status, told) = check(&format!("tests/check/{}.ok.feature", code.id));
    assert_eq!((status, told.as_str()), (Some(0), "1 file: 0 errors, 0 warnings\n"), "{}", code.id);
}

#[test]
fn our_own_features_are_clean() {
    let (code, told) = check("features");
    assert_eq!(code, Some(0), "{told}");
    assert!(told.ends_with(" files: 0 errors, 0 warnings\n"), "{told}");
}

#[test]
fn every_code_is_shown_wrong_and_right() {
    CODES.into_iter().for_each(is_shown);
    let files = fs::read_dir(Path::new("tests/check")).unwrap();
    let files = files.filter(|file| file.as_ref().unwrap().file_type().unwrap().is_file()).count();
    assert_eq!(files, 3 * CODES.len());
}

/// Each at its place in its own file, and told once however many steps name the file.
#[test]
fn files_that_features_name_are_looked_at() {
    let (status, told) = check("tests/check/files");
    assert_eq!(status, Some(1), "{told}");
    is_kept("tests/check/files/policies.err", &told);
    let (_, json) = rolecall("", &["check", "--format", "json", "tests/check/files"]);
    let found: Value = serde_json::from_str(&json).unwrap();
    let first = found.as_array().unwrap().first().unwrap();
    let at = |name: &str| first.get(name).cloned().unwrap_or_default();
    assert_eq!((at("file"), at("line")), ("tests/check/files/policies/action.json".into(), 4.into()));
}

#[track_caller]
fn is_kept(path: &str, told: &str) {
    if std::env::var_os("BLESS").is_some() {
        fs::write(path, told).unwrap();
    }
    assert_eq!(told, fs::read_to_string(path).unwrap_or_default(), "{path}");
}

/// Right, though one might doubt it: whole files that must not be told of.
#[test]
fn what_is_odd_but_right_is_not_told() {
    let (code, told) = rolecall("", &["check", "--strict", "tests/check/odd"]);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.ends_with(" files: 0 errors, 0 warnings\n"), "{told}");
}

/// What AWS itself writes: it grants much, and is longer than we may write, but none of it is a mistake. Services are
/// in it that are gone.
#[test]
fn policies_of_aws_are_not_mistaken() {
    let grants = ["RC010", "RC011", "RC012", "RC014", "RC023"];
    let strangers = [
        "account",
        "assurance",
        "budgets",
        "builderid",
        "cloud9",
        "cloudhsm",
        "deepcomposer",
        "deeplens",
        "deepracer",
        "elastic-inference",
        "iot1click",
        "lakeformation",
        "memorydb",
        "organizations",
        "payments",
        "qapps",
        "route53-recovery-control-config",
        "securityagent",
        "zocalo",
    ];
    let is_of_stranger = |message: &str| {
        message.contains("`aws:PrincipalOrgMasterAccountId`")
            || strangers.iter().any(|service| message.contains(&format!("`{service}:")))
    };
    let mut looked_at = 0;
    for arn in emulator::aws_managed_policy_arns() {
        let policy = emulator::aws_managed_policy(&arn).unwrap();
        let text = format!(
            "Feature: f\n  Scenario: s\n    Given a managed policy p:\n      \"\"\"\n{policy}\n      \"\"\"\n    Then access is:\n      | who | action | resource | verdict |\n      | anonymous | s3:ListAllMyBuckets | * | denied |\n"
        );
        for finding in harness::check::check("a.feature", &text, &Beside::default()) {
            let (code, message) = (finding.code.id, &finding.message);
            let is_expected =
                grants.contains(&code) || ["RC007", "RC008"].contains(&code) && is_of_stranger(message);
            assert!(is_expected, "{arn}: {message} [{code}]");
        }
        looked_at += 1;
    }
    assert!(looked_at > 1000, "{looked_at}");
}

#[test]
fn every_code_is_explained_and_documented() {
    let (code, page) = rolecall("", &["explain", "--format", "md"]);
    assert_eq!(code, Some(0));
    let kept = fs::read_to_string("docs/check.md").unwrap();
    assert!(page == kept, "docs/check.md is another: write it anew by `rolecall explain --format md`");
    for code in CODES {
        let (_, told) = rolecall("", &["explain", &code.id.to_lowercase()]);
        assert!(
            told.starts_with(&format!("{} ({}): {}\n", code.id, code.severity.word(), code.title)),
            "{told}"
        );
        assert!(told.contains(code.meaning) && !code.wrong.is_empty() && !code.right.is_empty(), "{told}");
        assert_eq!(told.contains("to allow it"), code.can_be_allowed(), "{told}");
    }
    assert_eq!(rolecall("", &["explain", "RC999"]).0, Some(2));
}

#[test]
fn what_is_meant_is_allowed_with_a_reason() {
    for code in CODES.into_iter().filter(|code| code.can_be_allowed() && code.id != "RC003") {
        let text = fs::read_to_string(format!("tests/check/{}.feature", code.id)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.feature");
        fs::write(&path, format!("# rolecall: allow({}) why it is meant\n{text}", code.id)).unwrap();
        let (_, told) = check(path.to_str().unwrap());
        assert!(
            !told.contains(&format!("[{}]", code.id)) && !told.contains("[RC018]"),
            "{}: {told}",
            code.id
        );
    }
}

#[test]
fn an_allow_means_the_step_or_the_scenario_below_it() {
    let findings = |text: &str| {
        let found = harness::check::check("a.feature", text, &Beside::default());
        found.iter().map(|finding| (finding.line, finding.code.id)).collect::<Vec<_>>()
    };
    let allow = "    # rolecall: allow(RC019) on purpose\n";
    let table = "    Then access is:\n      | who | action | resource | verdict |\n      | bob | s3:ListAllMyBuckets | * | denied |\n";
    let two = format!("Feature: f\n  Scenario: s\n{allow}    Given bob\n    Then bob can't list b\n");
    assert_eq!(findings(&two), [(5, "RC019"), (5, "RC019")]);
    assert_eq!(findings(&format!("Feature: f\n  Scenario: s\n{allow}{table}")), []);
    let checks_nothing = "  @a\n  @b\n  Scenario: s\n    Given main-user\n";
    let allow = "  # rolecall: allow(RC005) a sketch\n";
    assert_eq!(findings(&format!("Feature: f\n{allow}{checks_nothing}")), []);
    assert_eq!(findings(&format!("Feature: f\n{checks_nothing}{allow}{checks_nothing}")), [(4, "RC005")]);
}

#[test]
fn controls_are_those_of_the_file_beside_the_features() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("controls.toml", "[[control]]\nframework = \"SOC2\"\nid = \"CC6.1\"\n");
    let steps = "Feature: f\n  Scenario: s\n    Given main-user\n    Then upload is denied\n";
    for (tag, told) in [
        ("@control:SOC2:CC6.1", None),
        // Of a framework that the file does not have it says nothing.
        ("@control:NIST-800-53:AC-6", None),
        (
            "@control:SOC2:CC6.11",
            Some("`controls.toml` has no `SOC2:CC6.11`\ndid you mean `@control:SOC2:CC6.1`?"),
        ),
        (
            "@control:SOC:CC6.1",
            Some("`controls.toml` has no `SOC:CC6.1`\ndid you mean `@control:SOC2:CC6.1`?"),
        ),
        ("@control:SOC2:A1.2", Some("`controls.toml` has no `SOC2:A1.2`\nit has of SOC2: CC6.1")),
    ] {
        write("a.feature", &format!("{tag}\n{steps}"));
        let (_, json) = rolecall("", &["check", "--format", "json", folder.path().to_str().unwrap()]);
        let found: Value = serde_json::from_str(&json).unwrap();
        let found = found.as_array().unwrap();
        let words = |name: &str| {
            found.first().and_then(|it| it.get(name)).and_then(Value::as_str).unwrap_or_default()
        };
        let found = (!found.is_empty()).then(|| format!("{}\n{}", words("message"), words("help")));
        assert_eq!(found.as_deref(), told, "{tag}");
    }
    write("controls.toml", "[[contro]]\n");
    assert_eq!(check(folder.path().to_str().unwrap()).0, Some(2));
}

#[test]
fn programs_get_the_same_findings() {
    let (code, json) = rolecall("tests/check", &["check", "--format", "json", "RC020.feature"]);
    assert_eq!(code, Some(1));
    let found: Value = serde_json::from_str(&json).unwrap();
    let count = found.as_array().unwrap().len();
    let (code, sarif) = rolecall("tests/check", &["check", "--format", "sarif", "RC020.feature"]);
    assert_eq!(code, Some(1));
    let log: Value = serde_json::from_str(&sarif).unwrap();
    let results = log.pointer("/runs/0/results").and_then(Value::as_array).unwrap();
    let at = |value: &Value, place: &str| value.pointer(place).cloned().unwrap_or_default();
    for (result, finding) in results.iter().zip(found.as_array().unwrap()) {
        let region = at(result, "/locations/0/physicalLocation/region");
        assert_eq!(at(&region, "/startLine"), at(finding, "/line"));
        assert_eq!(at(&region, "/startColumn"), at(finding, "/column"));
        assert_eq!(at(result, "/ruleId"), at(finding, "/code"));
    }
    assert_eq!(results.len(), count);
    let (code, annotations) = rolecall("tests/check", &["check", "--format", "github", "RC020.feature"]);
    assert_eq!((code, annotations.lines().count()), (Some(1), count));
    let first = "::error file=RC020.feature,line=9,col=45,endColumn=51,title=RC020 a table that the step does not take::`denyed` is no verdict; did you mean `denied`?";
    assert_eq!(annotations.lines().next(), Some(first));
}

#[test]
fn files_that_features_name_are_told_of_as_files() {
    let (code, sarif) = rolecall("tests/check/files", &["check", "--format", "sarif", "policies.feature"]);
    assert_eq!(code, Some(1));
    let log: Value = serde_json::from_str(&sarif).unwrap();
    let mut paths = Vec::new();
    for result in log.pointer("/runs/0/results").and_then(Value::as_array).unwrap() {
        let location = result.pointer("/locations/0/physicalLocation/artifactLocation").unwrap();
        let index = location.get("index").unwrap();
        let uri = location.get("uri").and_then(Value::as_str).unwrap();
        let listed = log.pointer(&format!("/runs/0/artifacts/{index}/location/uri"));
        assert_eq!(listed.and_then(Value::as_str), Some(uri));
        paths.push(uri);
    }
    assert!(paths.contains(&"policies/action.json"), "{paths:?}");
}

#[test]
fn other_languages_are_checked_just_the_same() {
    let (status, told) = check("tests/check/languages/deutsch.feature");
    assert_eq!(status, Some(1), "{told}");
    is_kept("tests/check/languages/deutsch.err", &told);
}
