//! The walkthrough with one policy broken on purpose: the right scenario turns red, for the right reason.

use evidence::{ScenarioResult, StepResult};

use crate::runs::run;

const PART_1: &str = include_str!("../../features/part_1_instance_role.feature");
const PART_2: &str = include_str!("../../features/part_2_assume_role.feature");

/// Replaces `from` by `to` in the feature, runs it, and looks for a failure of `scenario` with `label` beside
/// the step, `code` from the service, and `reason` in the explanation.
#[track_caller]
fn check(feature: &str, (from, to): (&str, &str), scenario: &str, label: &str, code: &str, reason: &str) {
    assert!(feature.contains(from), "the feature has no `{from}` to break");
    let record = run(&feature.replace(from, to));
    let broken = record.scenarios.iter().find(|run| run.scenario.name == scenario).expect("the scenario");
    assert_eq!(broken.result, Some(ScenarioResult::Failed), "{scenario} should have failed");
    let failure = broken.steps.iter().find_map(|step| match &step.result {
        StepResult::Failed(failure) => Some(failure),
        _ => None,
    });
    let failure = failure.expect("a step that failed");
    assert_eq!(failure.label, label);
    let call = failure.call.as_ref().expect("the call on which it rests");
    assert_eq!(call.code.as_deref().unwrap_or_default(), code);
    let explanation = call.explanation.clone().unwrap_or_default();
    let words = format!("{}\n{}", explanation.why, explanation.near.join("\n"));
    assert!(words.contains(reason), "`{reason}` is not in the reason:\n{words}");
}

const UPLOADS: &str = "main-user uploads after assuming main-role1";
const SURPRISE: &str = "not tried: AssumeRole before it was refused";

#[test]
fn untouched_features_pass() {
    for feature in [PART_1, PART_2] {
        let record = run(feature);
        let failed: Vec<&str> = record
            .scenarios
            .iter()
            .filter(|run| run.result != Some(ScenarioResult::Passed))
            .map(|run| run.scenario.name.as_str())
            .collect();
        assert!(failed.is_empty(), "{failed:?}");
    }
}

#[test]
fn dropping_the_trust_in_the_user() {
    let dropped = (
        "\"AWS\": \"arn:aws:iam::<YOUR_ACCOUNT_ID>:user/main-user\"",
        "\"Service\": \"ecs-tasks.amazonaws.com\"",
    );
    check(
        PART_2,
        dropped,
        UPLOADS,
        SURPRISE,
        "AccessDenied",
        "the trust policy of main-role1 does not allow it",
    );
}

#[test]
fn trusting_the_account_where_the_user_lacks_the_permission() {
    let other =
        ("<YOUR_ACCOUNT_ID>:user/main-user\"\n            },", "<YOUR_ACCOUNT_ID>:root\"\n            },");
    let denied = (
        "\"Action\": \"sts:AssumeRole\",\n            \"Resource\"",
        "\"Action\": \"sts:TagSession\",\n            \"Resource\"",
    );
    assert!(PART_2.contains(denied.0));
    let feature = PART_2.replace(denied.0, denied.1);
    check(&feature, other, UPLOADS, SURPRISE, "AccessDenied", "assuming-role, statement 1");
}

#[test]
fn narrowing_the_resource_to_the_bucket() {
    let narrowed = (
        "\"arn:aws:s3:::testing-s3\",\n              \"arn:aws:s3:::testing-s3/*\"",
        "\"arn:aws:s3:::testing-s3\"",
    );
    let near = "s3-full-access-main, Sid AllowFullAccessToTestingS3";
    check(PART_2, narrowed, UPLOADS, "denied by policy", "AccessDenied", near);
    check(PART_1, narrowed, "Testing1 uploads to testing-s3", "denied by policy", "AccessDenied", near);
}

#[test]
fn removing_the_allow() {
    let removed = ("\"Action\": \"s3:*\"", "\"Action\": \"s3:GetObject\"");
    check(PART_2, removed, UPLOADS, "denied by policy", "AccessDenied", "no statement allows it");
}

#[test]
fn adding_a_deny() {
    let denied = (
        "\"Statement\": [\n          {\n            \"Sid\": \"AllowFullAccessToTestingS3\"",
        "\"Statement\": [\n          {\"Sid\": \"Freeze\", \"Effect\": \"Deny\", \"Action\": \"s3:PutObject\", \"Resource\": \"*\"},\n          {\n            \"Sid\": \"AllowFullAccessToTestingS3\"",
    );
    check(PART_2, denied, UPLOADS, "denied by policy", "AccessDenied", "Freeze");
}

#[test]
fn trusting_another_service_than_ec2() {
    let other = (
        "a role main-role1 trusted by ec2.amazonaws.com",
        "a role main-role1 trusted by lambda.amazonaws.com",
    );
    let record = run(&PART_1.replace(other.0, other.1));
    let broken = record.scenarios.iter().find(|run| run.scenario.name == "Testing1 uploads to testing-s3");
    assert_eq!(broken.and_then(|run| run.result.clone()), Some(ScenarioResult::Failed));
}

#[test]
fn widening_the_resource_is_found_too() {
    let widened = ("\"arn:aws:s3:::testing-s3/*\"", "\"arn:aws:s3:::*\"");
    check(
        PART_1,
        widened,
        "Testing1 can't write to another bucket",
        "was allowed",
        "",
        "s3-full-access-main",
    );
}
