//! Files that describe an account: what is made of them, drafted from them and told of their differences.

use std::fs;
use std::path::Path;

use crate::cli::rolecall;

const SAMPLE: &str = include_str!("../../features/accounts/gaad.json");

/// Runs a command in a folder with these files; its exit code and both outputs, one after the other.
fn run(files: &[(&str, &str)], arguments: &[&str]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("a file is written");
    }
    let output = rolecall(folder.path(), arguments).output().expect("it runs");
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code(), text)
}

#[track_caller]
fn check(files: &[(&str, &str)], arguments: &[&str], code: i32, expected: &[&str]) {
    let (found, text) = run(files, arguments);
    assert_eq!(found, Some(code), "{text}");
    for expected in expected {
        assert!(text.contains(expected), "`{expected}` is not in:\n{text}");
    }
}

fn feature(steps: &str) -> String {
    format!("Feature: f\n  Scenario: s\n{steps}")
}

/// What a command prints at the root of the project.
fn printed(arguments: &[&str]) -> String {
    let output = rolecall(Path::new(env!("CARGO_MANIFEST_DIR")), arguments).output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn a_draft_is_one_of_the_features_that_are_run() {
    let drafted = printed(&["draft", "features/accounts/gaad.json"]);
    assert_eq!(drafted, include_str!("../../features/accounts/gaad.feature"), "{drafted}");
}

#[test]
fn a_draft_of_a_template_is_one_of_the_features_that_are_run() {
    let drafted = printed(&["draft", "features/accounts/stack.yaml", "--parameter", "Stage=prod"]);
    assert_eq!(drafted, include_str!("../../features/accounts/stack.feature"), "{drafted}");
    let drafted = printed(&["draft", "features/accounts/plan.json"]);
    assert_eq!(drafted, include_str!("../../features/accounts/plan.feature"), "{drafted}");
}

#[test]
fn a_name_that_a_user_and_a_group_have_means_neither_by_itself() {
    let both = SAMPLE.replace("operators", "olga");
    let steps = |who: &str| {
        feature(&format!(
            "    Given the account described in \"gaad.json\"\n    When {who} is given the managed policy \
             AmazonSQSReadOnlyAccess\n    Then olga can do sqs:ListQueues on *\n"
        ))
    };
    let told = ["`olga` is a user and a group here", "\"the user olga\""];
    check(&[("gaad.json", &both), ("a.feature", &steps("olga"))], &["run", "a.feature"], 1, &told);
    let group = steps("\"the group olga\"");
    check(&[("gaad.json", &both), ("a.feature", &group)], &["run", "a.feature"], 0, &["1 passed"]);
}

#[test]
fn a_template_says_what_is_wrong_with_it() {
    let bad = "Resources:\n  A: [\n";
    check(&[("s.yaml", bad)], &["draft", "s.yaml"], 2, &["is not YAML", "s.yaml:"]);
    let none = "`s.yaml` is no CloudFormation template: it has no `Resources`";
    check(&[("s.yaml", "Outputs: {}\n")], &["draft", "s.yaml"], 2, &[none]);
    let stack = include_str!("../../features/accounts/stack.yaml");
    let no = "`s.yaml` has no parameter `Stagee`; did you mean `Stage`?";
    check(&[("s.yaml", stack)], &["draft", "s.yaml", "-p", "Stagee=x"], 2, &[no]);
    check(&[("s.yaml", stack)], &["draft", "s.yaml", "-p", "Stage"], 2, &["it is written NAME=VALUE"]);
    let steps = "    Given the CloudFormation template \"s.yaml\" with the parameters:\n      | parameter | value |\n      | Stage | dev |\n    Then olga can do sqs:ListQueues on *\n";
    let told = "s.yaml:6: parameter `Stage` can't be `dev`, but test or prod";
    check(&[("s.yaml", stack), ("a.feature", &feature(steps))], &["run", "a.feature"], 1, &[told]);
}

#[test]
fn what_only_cloudformation_knows_is_inconclusive_and_nothing_else() {
    let stack = include_str!("../../features/accounts/stack.yaml");
    let stack = stack.replace("Resource: !GetAtt Orders.Arn", "Resource: !GetAtt Orders.StreamArn");
    let given =
        "    Given the CloudFormation template \"s.yaml\"\n    And the bucket reports-test holds q1.txt\n";
    let table = "arn:aws:dynamodb:us-east-1:<YOUR_ACCOUNT_ID>:table/Orders";
    let files = |steps: &str| feature(&format!("{given}{steps}"));
    let of_olga = files(&format!("    Then olga can't do dynamodb:GetItem on \"{table}\"\n"));
    let reason = [
        "what olga may do is not known",
        "Resources.ReadOrders.Properties.PolicyDocument",
        "`Orders.StreamArn`",
    ];
    check(&[("s.yaml", &stack), ("a.feature", &of_olga)], &["run", "a.feature"], 3, &reason);
    let of_others = files("    Given a user eve\n    Then eve can't download q1.txt from reports-test\n");
    check(&[("s.yaml", &stack), ("a.feature", &of_others)], &["run", "a.feature"], 0, &[]);
}

#[test]
fn what_is_known_only_once_a_plan_is_applied_is_inconclusive_and_nothing_else() {
    let plan = include_str!("../../features/accounts/plan.json");
    let given = "    Given the Terraform plan \"plan.json\"\n    And a bucket other\n";
    let asks = |who: &str| feature(&format!("{given}    Then {who} can't do s3:PutObject on other/*\n"));
    let reason = [
        "what reader may do is not known",
        "aws_iam_role_policy.read.policy: is",
        "known only once the plan is applied",
    ];
    check(&[("plan.json", plan), ("a.feature", &asks("reader"))], &["run", "a.feature"], 3, &reason);
    check(&[("plan.json", plan), ("a.feature", &asks("writer"))], &["run", "a.feature"], 0, &[]);
    let broken = "a.feature:3:5";
    let told = ["plan.json: is not what `terraform show -json PLAN` writes", broken];
    check(&[("plan.json", "{}"), ("a.feature", &asks("writer"))], &["run", "a.feature"], 1, &told);
    let drafted =
        ["the Terraform plan \"plan.json\"", "# - aws_iam_role_policy.read.policy: is known only once"];
    check(&[("plan.json", plan)], &["draft", "plan.json"], 0, &drafted);
}

#[test]
fn a_template_is_compared_with_what_the_account_has_of_it() {
    let stack = include_str!("../../features/accounts/stack.yaml");
    let files = [("gaad.json", SAMPLE), ("s.yaml", stack)];
    let of_olga = "| olga | `s3:GetObject`, `s3:PutObject` | `arn:aws:s3:::homes-123456789012/olga/*` | allowed by home | no policy |";
    let (code, text) = run(&files, &["diff", "gaad.json", "s.yaml"]);
    assert!(code == Some(0) && text.contains(of_olga) && !text.contains("| nils"), "{text}");
    let back = "| olga | `s3:GetObject`, `s3:PutObject` | `arn:aws:s3:::homes-123456789012/olga/*` | no policy | allowed by home |";
    let (code, text) = run(&files, &["diff", "s.yaml", "gaad.json"]);
    assert!(code == Some(0) && text.contains(back) && !text.contains("| nils"), "{text}");
}

#[test]
fn a_difference_is_one_of_the_features_that_are_run() {
    let files = ["features/accounts/before.json", "features/accounts/after.json"];
    let feature = printed(&["diff", files[0], files[1], "--format", "feature"]);
    assert_eq!(feature, include_str!("../../features/accounts/after.feature"), "{feature}");
    let markdown = printed(&["diff", files[0], files[1]]);
    let documented = include_str!("../../docs/import.md");
    assert!(documented.contains(&markdown), "docs/import.md lacks:\n{markdown}");
}

#[test]
fn drafts_are_never_written_over() {
    let files = [("gaad.json", SAMPLE), ("a.feature", "mine")];
    check(&files, &["draft", "gaad.json", "-o", "a.feature"], 2, &["`a.feature` is there already"]);
    check(&files, &["draft", "gaad.json", "-o", "b.feature"], 0, &[]);
}

#[test]
fn files_that_describe_nothing_are_refused() {
    check(&[], &["draft", "gaad.json"], 2, &["`gaad.json` does not exist"]);
    check(
        &[("gaad.json", "{\n  oops\n}")],
        &["draft", "gaad.json"],
        2,
        &["is not JSON: key must be a string", "gaad.json:2:3"],
    );
    let other = "`gaad.json` is not what `aws iam get-account-authorization-details` writes";
    check(&[("gaad.json", "{}")], &["draft", "gaad.json"], 2, &[other]);
}

#[test]
fn a_step_says_what_is_wrong_with_its_file() {
    let text =
        feature("    Given the account described in \"no.json\"\n    Then nils can do iam:ListUsers on *\n");
    check(
        &[("a.feature", &text)],
        &["run", "a.feature"],
        1,
        &["`no.json` can't be read", "paths are relative to the folder"],
    );
    check(
        &[("a.feature", &text), ("no.json", "[")],
        &["run", "a.feature"],
        1,
        &["no.json:1:1: is not JSON: EOF while parsing a list"],
    );
}

#[test]
fn what_hangs_on_a_gap_is_inconclusive_and_nothing_else() {
    let broken = SAMPLE.replace("\"Action\": [\"s3:GetObject\", \"s3:PutObject\"]", "\"Actions\": []");
    let given = "    Given the account described in \"gaad.json\"\n    And a bucket releases\n";
    let of_olga = feature(&format!("{given}    Then olga can't upload to releases\n"));
    let reason = [
        "what olga may do is not known:",
        "UserDetailList[0].UserPolicyList[0].PolicyDocument: is not a policy",
    ];
    check(&[("a.feature", &of_olga), ("gaad.json", &broken)], &["run", "a.feature"], 3, &reason);
    let of_nils = feature(&format!("{given}    Then nils can't upload to releases\n"));
    check(&[("a.feature", &of_nils), ("gaad.json", &broken)], &["run", "a.feature"], 0, &[]);
    let linked = feature(&format!(
        "{given}    Then nils can't do iam:PassRole on arn:aws:iam::111122223333:role/AWSServiceRoleForBatch\n"
    ));
    check(&[("a.feature", &linked), ("gaad.json", SAMPLE)], &["run", "a.feature"], 3, &["is linked to"]);
}

#[test]
fn a_difference_may_be_an_exit_code() {
    let changed = SAMPLE.replace("\"lambda:CreateFunction\", ", "");
    let files = [("old.json", SAMPLE), ("new.json", changed.as_str()), ("same.json", SAMPLE)];
    let row = "| deploy | `lambda:CreateFunction` | `*` | allowed by deploy (Functions) | no policy |";
    check(&files, &["diff", "old.json", "new.json"], 0, &["### Is allowed no longer", row]);
    check(&files, &["diff", "old.json", "new.json", "--exit-code"], 1, &[row]);
    check(&files, &["diff", "old.json", "same.json", "--exit-code"], 0, &["No verdict is another one."]);
    let none = "there is no other verdict of which a feature could speak";
    check(&files, &["diff", "old.json", "same.json", "--format", "feature"], 2, &[none]);
    let broken = SAMPLE.replace("\"Action\": [\"s3:GetObject\", \"s3:PutObject\"]", "\"Actions\": []");
    let files = [("old.json", SAMPLE), ("new.json", broken.as_str())];
    check(
        &files,
        &["diff", "old.json", "new.json", "--exit-code"],
        3,
        &["### Can't be told\n\n- UserDetailList[0]"],
    );
}
