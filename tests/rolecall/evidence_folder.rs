//! The folder of evidence as auditors meet it: complete, checkable, readable after a crash, and without secrets.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::cli::rolecall;

pub(crate) const FEATURE: &str = "@control:NIST-800-53:AC-6\nFeature: f\n  Scenario: s\n    Given main-user\n    Then upload is denied\n    \
                       When assuming main-role1\n    Then upload succeeds\n";

pub(crate) fn folder(feature: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.feature"), feature).unwrap();
    folder
}

#[track_caller]
pub(crate) fn says(folder: &Path, arguments: &[&str], code: i32) -> String {
    let output = rolecall(folder, arguments).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    assert_eq!(output.status.code(), Some(code), "{text}");
    text
}

pub(crate) fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries.map(|it| (it.file_name().into_string().unwrap(), fs::read(it.path()).unwrap())).collect()
}

#[test]
fn a_run_leaves_evidence_that_holds_until_it_is_changed() {
    let folder = folder(FEATURE);
    let path = folder.path();
    says(path, &["keygen", "audit.pem"], 0);
    says(path, &["run", "a.feature", "--evidence", "e", "--evidence-key", "audit.pem"], 0);
    let said = says(path, &["verify", "e", "--key", "audit.pub.pem"], 0);
    assert!(
        said.starts_with("holds: ") && said.contains("not that the holder of the key is independent"),
        "{said}"
    );
    assert!(says(path, &["report", "e"], 0).contains("1 scenario: 1 passed"));
    let private = fs::read_to_string(path.join("audit.pem")).unwrap();
    let secret = private.lines().nth(1).unwrap();
    for (name, bytes) in files(&path.join("e")) {
        assert!(!String::from_utf8_lossy(&bytes).contains(secret), "{name}");
    }
    let report = path.join("e/report.txt");
    fs::write(&report, fs::read_to_string(&report).unwrap().replace("1 passed", "2 passed")).unwrap();
    assert!(says(path, &["verify", "e"], 1).contains("does not hold: `report.txt`"));
}

#[test]
fn each_format_can_be_made_again_and_attestations_need_a_key() {
    let folder = folder(FEATURE);
    let path = folder.path();
    says(path, &["keygen", "audit.pem"], 0);
    says(path, &["run", "a.feature", "--evidence", "e", "--evidence-key", "audit.pem"], 0);
    for (format, file) in [
        ("text", "report.txt"),
        ("json", "report.json"),
        ("html", "report.html"),
        ("junit", "junit.xml"),
        ("sarif", "report.sarif"),
        ("oscal", "oscal.json"),
        ("in-toto", "report.intoto.jsonl"),
        ("github", "github.txt"),
        ("github-summary", "summary.md"),
    ] {
        says(path, &["report", "e", "--format", format, "-o", "again", "--evidence-key", "audit.pem"], 0);
        let [left, again] =
            ["e/".to_owned() + file, "again".to_owned()].map(|it| fs::read(path.join(it)).unwrap());
        assert!(left == again, "{format}");
    }
    let said = says(path, &["report", "e", "--format", "in-toto"], 2);
    assert!(said.contains("there is no key") && said.contains("rolecall keygen"), "{said}");
    says(path, &["run", "a.feature", "--evidence", "unsigned"], 0);
    let left = files(&path.join("unsigned"));
    assert!(
        left.contains_key("oscal.json") && !left.contains_key("report.intoto.jsonl"),
        "{:?}",
        left.keys()
    );
}

#[test]
fn whoever_selects_among_the_scenarios_of_a_control_does_not_satisfy_it() {
    let outline = "  Scenario Outline: of <who>\n    Given main-user\n    Then upload is denied\n    Examples:\n      | who |\n      \
                   | one |\n      | two |\n";
    let folder = folder(&format!("{FEATURE}{outline}"));
    let path = folder.path();
    let finding = |evidence: &str| {
        let report = fs::read(path.join(evidence).join("report.json")).unwrap();
        let report: serde_json::Value = serde_json::from_slice(&report).unwrap();
        let row = report["judgement"]["controls"][0].clone();
        let names: Vec<_> =
            report["left_out"].as_array().unwrap().iter().map(|it| it["name"].clone()).collect();
        (row["finding"].clone(), row["scenarios"].clone(), row["left_out"].clone(), names)
    };
    says(path, &["run", "a.feature", "--evidence", "all"], 0);
    assert_eq!(finding("all"), ("satisfied".into(), [0, 1, 2].into(), serde_json::json!([]), vec![]));
    for (place, selection) in
        [["--name", "of two"], ["--tags", "not @control:NIST-800-53:AC-7"]].iter().enumerate()
    {
        let evidence = format!("part{place}");
        says(path, &[&["run", "a.feature", "--evidence", &evidence][..], &selection[..]].concat(), 0);
        let expected = match place {
            0 => ("undetermined", vec![0], vec![0, 1], vec!["s".into(), "of one".into()]),
            _ => ("satisfied", vec![0, 1, 2], vec![], vec![]),
        };
        let (word, selected, left_out, names) = expected;
        assert_eq!(
            finding(&evidence),
            (word.into(), selected.into(), left_out.into(), names),
            "{selection:?}"
        );
    }
    let said = says(path, &["report", "part0"], 0);
    assert!(
        said.contains("NIST-800-53:AC-6 is undetermined: 2 of its 3 scenarios were not selected"),
        "{said}"
    );
}

#[test]
fn findings_are_left_on_request_and_only_for_an_account() {
    let folder = folder(FEATURE);
    let path = folder.path();
    says(path, &["run", "a.feature", "--evidence", "e", "--evidence-format", "ocsf"], 0);
    says(path, &["verify", "e"], 0);
    let left = files(&path.join("e"));
    assert!(left.contains_key("ocsf.jsonl") && !left.contains_key("asff.json"), "{:?}", left.keys());
    says(path, &["report", "e", "--format", "ocsf", "-o", "again"], 0);
    assert!(left["ocsf.jsonl"] == fs::read(path.join("again")).unwrap());
    says(path, &["run", "a.feature", "--evidence", "usual"], 0);
    assert!(!files(&path.join("usual")).contains_key("ocsf.jsonl"));

    let refused = says(path, &["run", "a.feature", "--evidence", "f", "--evidence-format", "asff"], 2);
    assert!(refused.contains("the target is none") && !path.join("f").exists(), "{refused}");
    let refused = says(path, &["run", "a.feature", "--no-evidence", "--evidence-format", "ocsf"], 2);
    assert!(refused.contains("add `--evidence DIR`"), "{refused}");
    let refused = says(path, &["report", "e", "--format", "asff"], 2);
    assert!(refused.contains("the run was on none") && refused.contains("--account ID"), "{refused}");
    let hub = ["report", "e", "--format", "asff", "--account", "111122223333", "--region", "eu-west-1"];
    let findings: serde_json::Value = serde_json::from_str(&says(path, &hub, 0)).unwrap();
    assert_eq!(findings[0]["Compliance"]["Status"], "NOT_AVAILABLE", "{findings}");
}

#[test]
fn evidence_of_two_runs_is_not_mixed() {
    let folder = folder(FEATURE);
    says(folder.path(), &["run", "a.feature", "--evidence", "e"], 0);
    assert!(says(folder.path(), &["run", "a.feature", "--evidence", "e"], 2).contains("is not empty"));
}

#[test]
fn that_commands_were_allowed_is_told_with_who_said_so() {
    let folder = folder(FEATURE);
    let check = |arguments: &[&str], variable: Option<&str>, expected: Option<&str>| {
        let mut command = rolecall(folder.path(), &["run", "a.feature", "--evidence", "e"]);
        command.args(arguments).envs(variable.map(|value| ("ROLECALL_ALLOW_COMMANDS", value)));
        assert!(command.output().unwrap().status.success());
        let report = fs::read(folder.path().join("e/report.json")).unwrap();
        let report: serde_json::Value = serde_json::from_slice(&report).unwrap();
        let settings = report["run"]["settings"].as_array().unwrap();
        let told = settings.iter().find(|it| it["name"] == "allow-commands");
        assert!(told.is_none_or(|it| it["value"] == "true"), "{told:?}");
        assert_eq!(told.and_then(|it| it["source"].as_str()), expected);
        fs::remove_dir_all(folder.path().join("e")).unwrap();
    };
    check(&[], None, None);
    check(&["--allow-commands"], None, Some("--allow-commands"));
    check(&[], Some("1"), Some("ROLECALL_ALLOW_COMMANDS"));
    check(&[], Some("false"), None);
}

#[test]
fn a_slip_in_the_controls_is_told_without_evidence_as_well() {
    let folder = folder(FEATURE);
    fs::write(folder.path().join("controls.toml"), "[[control]]\nframework = \"SOC2\"\n").unwrap();
    for evidence in [["--no-evidence"].as_slice(), &["--evidence", "e"]] {
        let said = says(folder.path(), &[&["run", "a.feature"], evidence].concat(), 2);
        assert!(said.contains("missing field `id`"), "{said}");
    }
}

#[test]
fn in_ci_evidence_is_left_without_being_asked_for() {
    let folder = folder(FEATURE);
    let run = |arguments: &[&str]| {
        assert!(rolecall(folder.path(), arguments).env("CI", "true").output().unwrap().status.success());
        folder.path().join("rolecall-evidence").exists()
    };
    assert!(!run(&["run", "a.feature", "--no-evidence"]));
    assert!(run(&["run", "a.feature"]));
}

#[test]
fn what_no_run_leaves_is_found() {
    let folder = folder(FEATURE);
    let said = says(folder.path(), &["run", "a.feature", "--evidence", "e"], 0);
    assert!(said.contains("the evidence is in e, not signed"), "{said}");
    let told = says(folder.path(), &["report", "e"], 0);
    assert_eq!(told, fs::read_to_string(folder.path().join("e/report.txt")).unwrap());
    fs::create_dir(folder.path().join("e/empty")).unwrap();
    let said = says(folder.path(), &["verify", "e"], 1);
    assert!(said.contains("`empty/` is neither a file nor a folder of files"), "{said}");
    fs::remove_dir(folder.path().join("e/empty")).unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("/dev/null", folder.path().join("e/link")).unwrap();
        let said = says(folder.path(), &["verify", "e"], 1);
        assert!(said.contains("`link` is neither a file nor a folder of files"), "{said}");
    }
    let said = says(folder.path(), &["run", "a.feature", "--no-evidence", "--evidence-key", "k.pem"], 2);
    assert!(said.contains("no evidence is left, so none is signed"), "{said}");
}

#[test]
fn a_journal_that_was_cut_is_of_an_interrupted_run() {
    let folder = folder(FEATURE);
    says(folder.path(), &["run", "a.feature", "--evidence", "e"], 0);
    let journal = fs::read(folder.path().join("e/journal.jsonl")).unwrap();
    for end in [0, journal.len() / 2, journal.len() - 1] {
        fs::write(folder.path().join("cut.jsonl"), &journal[..end]).unwrap();
        let said = says(folder.path(), &["report", "cut.jsonl"], 3);
        assert!(said.contains("interrupted"), "{end}: {said}");
    }
}

#[test]
fn where_no_target_is_to_be_had_the_evidence_says_why() {
    let folder = folder(FEATURE);
    // Nobody listens at this port, which is reserved (RFC 863).
    let arguments =
        ["run", "a.feature", "--evidence", "e", "--target", "http://127.0.0.1:9", "--insecure-http"];
    let keys = [("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI")];
    let output = rolecall(folder.path(), &arguments).envs(keys).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("1 scenario: 0 passed, 1 not begun"), "{said}");
    says(folder.path(), &["verify", "e"], 0);
    for file in ["journal.jsonl", "report.txt", "report.html", "junit.xml", "report.json", "report.sarif"] {
        let text = fs::read_to_string(folder.path().join("e").join(file)).unwrap();
        assert!(text.contains("127.0.0.1:9 does not say who we are"), "{file}: {text}");
    }
}

#[test]
fn every_call_has_its_signer_its_answer_and_its_purpose() {
    let folder = folder(FEATURE);
    says(folder.path(), &["run", "a.feature", "--evidence", "e"], 0);
    let journal = fs::read_to_string(folder.path().join("e/journal.jsonl")).unwrap();
    let events: Vec<serde_json::Value> =
        journal.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let calls: Vec<_> =
        events.iter().map(|it| &it["event"]["called"]["call"]).filter(|call| call.is_object()).collect();
    for call in &calls {
        let exchange = &call["exchange"];
        assert_eq!(exchange["endpoint"], "embedded", "{call}");
        assert!(exchange["access_key_id"].is_string() && exchange["region"].is_string(), "{call}");
        assert_eq!(exchange["attempts"].as_array().map(Vec::len), Some(1), "{call}");
        assert_eq!(exchange["attempts"][0]["request_id"], call["request_id"], "{call}");
        assert!(call["status"].is_number(), "{call}");
    }
    let has = |purpose: &str, operation: &str| {
        calls.iter().any(|call| call["purpose"] == purpose && call["operation"] == operation)
    };
    assert!(
        has("setUp", "CreateRole") && has("attempt", "AssumeRole") && has("control", "PutObject"),
        "{journal}"
    );
    let sent = |name: &str| {
        let parameters = calls.iter().flat_map(|call| call["exchange"]["parameters"].as_array().unwrap());
        parameters.filter(|parameter| parameter["name"] == name).cloned().collect::<Vec<_>>()
    };
    let documents: Vec<_> = sent("PolicyDocument").iter().map(|it| it["policy"].clone()).collect();
    let told: Vec<_> = events
        .iter()
        .map(|it| it["event"]["policySeen"]["sha256"].clone())
        .filter(|it| it.is_string())
        .collect();
    assert!(!documents.is_empty() && documents.iter().all(|digest| told.contains(digest)), "{documents:?}");
    assert!(sent("Body").iter().all(|body| body["contents"]["length"].is_number()));
}

#[test]
fn files_that_steps_read_are_told_by_their_digests() {
    let folder = folder(
        "Feature: f\n  Scenario: one\n    Given the account described in \"gaad.json\"\n    Then nils can't list releases\n  \
         Scenario: the same file\n    Given the account described in \"gaad.json\"\n    Then nils can't list releases\n",
    );
    let account = include_bytes!("../../features/accounts/gaad.json");
    fs::write(folder.path().join("gaad.json"), account).unwrap();
    let output = rolecall(folder.path(), &["run", "a.feature", "--evidence", "e"]).output().unwrap();
    assert!(output.status.code().is_some_and(|code| code != 2), "{output:?}");
    let report: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.path().join("e/report.json")).unwrap()).unwrap();
    let expected = evidence::File::new("gaad.json", account);
    assert_eq!(report["files"], serde_json::json!([expected]), "once, and as it is on the disk");
    let html = fs::read_to_string(folder.path().join("e/report.html")).unwrap();
    assert!(html.contains(&format!("gaad.json: {} bytes, SHA-256 {}", account.len(), expected.sha256)));
}

/// A run whose report would be too large for one file.
fn large_run() -> tempfile::TempDir {
    let examples: String = (0..150).map(|it| format!("      | role{it:03} |\n")).collect();
    let feature = format!(
        "Feature: f\n  Scenario Outline: <role> can't be taken\n    Given main-user\n    And a role <role> trusted by ec2.amazonaws.com\n    \
         When assuming main-role1\n    Then upload succeeds\n    And main-user can't assume <role>\n    Examples:\n      | role |\n{examples}"
    );
    let folder = folder(&feature);
    says(folder.path(), &["run", "a.feature", "--evidence", "e"], 0);
    folder
}

#[test]
fn the_report_of_a_large_run_has_pages_beside_it_that_are_evidence_as_well() {
    let run = large_run();
    let path = run.path();
    let report = fs::read(path.join("e/report.html")).unwrap();
    assert!(report.len() < 2_000_000, "{} bytes", report.len());
    let pages = files(&path.join("e/report-scenarios"));
    assert!(!pages.is_empty());
    says(path, &["verify", "e"], 0);

    // Made again it is the same files; on standard output, and where nothing can stand beside it, one.
    says(path, &["report", "e", "--format", "html", "-o", "again/report.html"], 2);
    fs::create_dir(path.join("again")).unwrap();
    says(path, &["report", "e", "--format", "html", "-o", "again/report.html"], 0);
    assert!(fs::read(path.join("again/report.html")).unwrap() == report);
    assert!(files(&path.join("again/report-scenarios")) == pages);
    let whole = rolecall(path, &["report", "e", "--format", "html"]).output().unwrap().stdout;
    assert!(whole.len() > 2_000_000 && !String::from_utf8_lossy(&whole).contains("report-scenarios"));

    let page = path.join("e/report-scenarios/1.html");
    let text = fs::read_to_string(&page).unwrap();
    fs::write(&page, text.replacen("allowed", "denied", 1)).unwrap();
    assert!(says(path, &["verify", "e"], 1).contains("does not hold: `report-scenarios/1.html`"));
    fs::remove_file(&page).unwrap();
    assert!(says(path, &["verify", "e"], 1).contains("`report-scenarios/1.html` is gone"));
}
