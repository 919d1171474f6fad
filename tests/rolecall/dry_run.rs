//! `rolecall run --dry-run`: what would be run is told, and nothing is said to have passed.

use std::fs;

use crate::cli::rolecall;

#[track_caller]
fn check(feature: &str, arguments: &[&str], code: i32, expected: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("a.feature"), feature).expect("a feature is written");
    let arguments = ["run", "a.feature", "--dry-run"].iter().chain(arguments).copied().collect::<Vec<_>>();
    let ran = rolecall(folder.path(), &arguments).output().expect("it runs");
    let text = String::from_utf8_lossy(&ran.stdout);
    assert_eq!((ran.status.code(), text.as_ref()), (Some(code), expected), "{ran:?}");
    assert!(!text.contains("passed"), "{text}");
}

const HEAD: &str = "dry run on embedded: nothing is called, and nothing is proven\n";

#[test]
fn what_would_be_run_is_told_with_what_its_steps_mean() {
    let feature = "Feature: f\n  Scenario: s\n    Given main-user\n    Then upload is denied\n";
    check(feature, &[], 0, &format!("{HEAD}\na.feature:2  s\n\nwould run 1 scenario of 2 steps\n"));
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("a.feature"), feature).expect("a feature is written");
    let arguments = ["run", "a.feature", "--dry-run", "--verbose"];
    let ran = rolecall(folder.path(), &arguments).output().expect("it runs");
    let text = String::from_utf8_lossy(&ran.stdout);
    let meaning = "  Given main-user\n    means `{who}`, of steps/principals.rs:";
    assert!(ran.status.success() && text.contains(meaning), "{ran:?}");
}

#[test]
fn what_would_fail_is_told_before_anything_is_called() {
    let wrong = "Feature: f\n  Scenario: s\n    Given main-user\n    Then uploads succeed\n  Scenario: t\n    Given main-user\n  @needs:teleporter\n  Scenario: u\n    Then upload is denied\n";
    let told = "\na.feature:2  s\n  line 4: no step says `Then uploads succeed`; did you mean `Then upload\n  succeeds` or `Then upload to {bucket} succeeds` or `Then it succeeds`?\na.feature:5  t\n  would fail: checks nothing: it has no `Then`\na.feature:8  u\n  would be skipped: the embedded target has no `teleporter`\n\nwould run 2 scenarios of 3 steps; 1 would be skipped; 1 would fail, checking nothing; 1 step has no one meaning\n";
    check(wrong, &[], 1, &format!("{HEAD}{told}"));
    let skipped = format!(
        "{HEAD}\na.feature:8  u\n  would be skipped: the embedded target has no `teleporter`\n\nwould run 0 scenarios of 0 steps; 1 would be skipped\n"
    );
    check(wrong, &["--name", "^u$"], 3, &skipped);
    check(wrong, &["--name", "nobody"], 4, &format!("{HEAD}\nno scenario was selected\n"));
}

#[test]
fn no_target_is_called() {
    let feature =
        "Feature: f\n  @needs:clock\n  Scenario: s\n    Given main-user\n    Then upload is denied\n";
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("a.feature"), feature).expect("a feature is written");
    // Nobody answers there.
    let target = ["--target", "http://127.0.0.1:9", "--insecure-http"];
    let arguments = ["run", "a.feature", "--dry-run"].iter().chain(&target).copied().collect::<Vec<_>>();
    let keys = [("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "no-secret")];
    let ran = rolecall(folder.path(), &arguments).envs(keys).output().expect("it runs");
    let text = String::from_utf8_lossy(&ran.stdout);
    let skipped = "would be skipped: the clock of http://127.0.0.1:9 can't be moved";
    assert!(ran.status.code() == Some(3) && text.contains(skipped), "{ran:?}");
}

#[test]
fn steps_are_suggested_in_the_language_of_the_feature() {
    let feature = "# language: fr\nFonctionnalité: f\n  Scénario: s\n    Soit main-user\n    Alors uplod succeeds\n  Scénario: t\n    Soit main-user\n";
    let told = "\na.feature:3  s\n  line 5: no step says `Alors uplod succeeds`; did you mean `Alors upload\n  succeeds` or `Alors upload to {bucket} succeeds` or `Alors it succeeds`?\na.feature:6  t\n  would fail: checks nothing: it has no `Alors`\n\nwould run 2 scenarios of 3 steps; 1 would fail, checking nothing; 1 step has no one meaning\n";
    check(feature, &[], 1, &format!("{HEAD}{told}"));
}
