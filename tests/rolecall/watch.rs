//! `rolecall run --watch`: what a change is about is run again, until somebody has enough.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Instant;

use crate::cli::rolecall;

/// A run that watches a folder.
struct Watch {
    process: Child,
    output: BufReader<ChildStdout>,
}

impl Watch {
    fn begun(folder: &Path, arguments: &[&str]) -> Watch {
        let arguments = ["run", "--watch"].iter().chain(arguments).copied().collect::<Vec<_>>();
        let mut command = rolecall(folder, &arguments);
        // In CI there would be evidence.
        command.env("CI", "true").stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().expect("it starts");
        let output = BufReader::new(process.stdout.take().expect("its output"));
        Watch { process, output }
    }

    /// What is told until it watches again.
    fn told(&mut self) -> String {
        let mut text = String::new();
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).expect("a line") > 0, "it is gone: {text}");
            text.push_str(&line);
            if line.starts_with("watching ") {
                return text;
            }
        }
    }

    fn told_to_stop(self) -> (Option<i32>, String) {
        let pid = self.process.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().expect("kill").success());
        let ended = self.process.wait_with_output().expect("it ends");
        (ended.status.code(), String::from_utf8_lossy(&ended.stderr).into_owned())
    }
}

const A: &str = "Feature: a\n  Scenario: first\n    Given main-user\n    Then upload is denied\n";
const B: &str = "Feature: b\n  Scenario: lists\n    Given the account described in \"../gaad.json\"\n    Then alice can do s3:ListAllMyBuckets on *\n";
const ACCOUNT: &str = r#"{"UserDetailList": [{"Path": "/", "UserName": "alice", "UserId": "AIDAIOSFODNN7EXAMPLE", "Arn": "arn:aws:iam::111122223333:user/alice",
  "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}]}}],
  "GroupList": [], "AttachedManagedPolicies": []}], "GroupDetailList": [], "RoleDetailList": [], "Policies": []}"#;

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("features")).expect("a folder");
    fs::write(folder.path().join("features/a.feature"), A).expect("it is written");
    fs::write(folder.path().join("features/b.feature"), B).expect("it is written");
    fs::write(folder.path().join("gaad.json"), ACCOUNT).expect("it is written");
    folder
}

#[test]
fn what_changed_is_run_again_until_it_is_told_to_stop() {
    let folder = project();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("it is written");
    let mut watch = Watch::begun(folder.path(), &[]);
    let text = watch.told();
    assert!(text.contains("2 scenarios: 2 passed"), "{text}");
    assert!(text.ends_with("watching 2 features and 1 file that they name; Ctrl-C ends it\n"), "{text}");
    // Of one feature the other is not run.
    write("features/a.feature", &A.replace("denied", "allowed").replace("is allowed", "succeeds"));
    let began = Instant::now();
    let text = watch.told();
    println!("a change was told after {} ms", began.elapsed().as_millis());
    assert!(text.starts_with("changed: features/a.feature\n"), "{text}");
    assert!(text.contains("1 scenario: 0 passed, 1 failed") && !text.contains("lists"), "{text}");
    assert!(!text.contains('\u{1b}'), "{text}");
    // What is being written may be wrong for a while.
    write("features/a.feature", "Feature: a\n  Scenaro: first\n");
    let text = watch.told();
    assert!(text.starts_with("changed: features/a.feature\nwatching "), "{text}");
    write("features/a.feature", A);
    assert!(watch.told().contains("1 scenario: 1 passed"));
    // A file that a feature names, and settings.
    write("gaad.json", &ACCOUNT.replace("Allow", "Deny"));
    let text = watch.told();
    assert!(text.starts_with("changed: gaad.json\n"), "{text}");
    assert!(text.contains("lists") && text.contains("1 scenario: 0 passed, 1 failed"), "{text}");
    write("rolecall.toml", "target = \"embedded\"\n");
    assert!(watch.told().contains("2 scenarios: 1 passed, 1 failed"));
    write("features/c.feature", &A.replace("first", "third"));
    assert!(watch.told().contains("1 scenario: 1 passed"));
    fs::remove_file(folder.path().join("features/c.feature")).expect("it is removed");
    assert_eq!(watch.told().lines().count(), 2);
    let (code, errors) = watch.told_to_stop();
    assert_eq!(code, Some(0), "{errors}");
    assert!(errors.contains("`Scenaro:` is not") && !errors.contains("defect"), "{errors}");
    assert!(!folder.path().join("rolecall-evidence").exists());
}

#[test]
fn it_ends_as_its_last_run_did() {
    let folder = project();
    fs::write(folder.path().join("features/a.feature"), A.replace("is denied", "succeeds"))
        .expect("it is written");
    let mut watch = Watch::begun(folder.path(), &[]);
    watch.told();
    assert_eq!(watch.told_to_stop().0, Some(1));
    let refused = rolecall(folder.path(), &["run", "--watch", "--list"]).output().expect("it runs");
    assert_eq!(refused.status.code(), Some(2));
}
