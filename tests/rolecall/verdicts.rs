//! No vacuous verdict: what checks nothing, or can't tell, is never a pass.

use std::rc::Rc;
use std::time::Duration;

use assert_matches::assert_matches;
use evidence::{Exit, ScenarioResult, StepResult};
use futures::future::LocalBoxFuture;
use target::{Bystander, Embedded, Info, Place, Target, TargetError};

use crate::runs::{run, run_on};

#[track_caller]
fn check(steps: &str, expected: Exit) {
    let record = run(&format!("Feature: f\n  Scenario: s\n{steps}"));
    assert_eq!(record.exit(), expected, "{:#?}", record.scenarios);
}

#[test]
fn the_three_lines_pass() {
    check("    Given main-user\n    When assuming main-role1\n    Then upload succeeds\n", Exit::Passed);
}

#[test]
fn steps_are_registered() {
    assert!(harness::step_count() > 50, "only {} steps are registered", harness::step_count());
}

#[test]
fn an_undefined_step_fails_the_run() {
    check("    Given main-user\n    Then the moon is full\n", Exit::Failed);
}

#[test]
fn a_scenario_without_a_check_fails() {
    check("    Given main-user\n    When assuming main-role1\n", Exit::Failed);
    check("", Exit::Failed);
}

#[test]
fn a_refusal_that_nobody_expected_fails() {
    check(
        "    Given a user eve\n    And a bucket data-of-eve\n    When eve lists data-of-eve\n    Then eve has 1 access key\n",
        Exit::Failed,
    );
}

#[test]
fn a_denial_without_its_control_is_inconclusive() {
    let steps = "    Given a user eve\n    And a bucket data-of-eve\n    Then eve can't download absent.txt from data-of-eve\n";
    check(steps, Exit::Inconclusive);
}

#[test]
fn a_refused_signature_is_no_denial() {
    check(
        "    Given a user eve\n    And a bucket data-of-eve\n    And eve with a wrong secret key\n    When uploading\n    Then it is denied\n",
        Exit::Failed,
    );
}

#[test]
fn names_that_nobody_has_fail() {
    check("    Given main-user\n    When assuming main-role2\n    Then it is denied\n", Exit::Failed);
    check("    Given main-usr\n    Then upload is denied\n", Exit::Failed);
    check("    Given main-user\n    Then upload to testing-s4 is denied\n", Exit::Failed);
}

#[test]
fn a_name_means_one_who_acts() {
    let role = "    Given a user eve\n    And a role reader trusted by eve\n    And a bucket data-of-eve\n";
    check(
        &format!("{role}    When eve assumes reader as eve\n    Then eve can assume reader\n"),
        Exit::Failed,
    );
    check(&format!("{role}    And an instance eve\n    Then eve can assume reader\n"), Exit::Failed);
    let steps = format!("{role}    When eve assumes reader as administrator\n    Then it succeeds\n");
    check(&steps, Exit::Failed);
}

#[test]
fn trying_to_assume_leaves_sessions_alone() {
    check(
        "    Given the account of the walkthrough\n    And a user bob\n    And a role weak trusted by bob\n    \
         When main-user assumes main-role1 as testSession\n    Then bob can assume weak\n    \
         And testSession can upload to testing-s3\n",
        Exit::Passed,
    );
}

#[test]
fn a_placeholder_that_nothing_fills_in_is_no_resource() {
    check(
        "    Given a user eve\n    And a bucket data-of-eve\n    And eve has the inline policy p with the statements:\n      \
         | effect | action | resource |\n      | Allow | s3:* | arn:aws:s3:::<BUCKET>/* |\n    \
         Then eve can't upload to data-of-eve\n",
        Exit::Failed,
    );
}

#[test]
fn a_deny_that_hits_everybody_is_still_a_denial() {
    let policy = r#"{"Version": "2012-10-17", "Statement": [{"Sid": "Frozen", "Effect": "Deny", "Principal": "*",
      "Action": ["s3:PutObject", "s3:GetObject"], "Resource": "arn:aws:s3:::data-of-eve/*"}]}"#;
    let steps = |there: &str| {
        format!(
            "    Given a user eve\n    And a bucket data-of-eve\n{there}    And the bucket data-of-eve has the policy:\n      \
             \"\"\"\n      {policy}\n      \"\"\"\n"
        )
    };
    check(&format!("{}    Then eve can't upload to data-of-eve\n", steps("")), Exit::Passed);
    let held = "    And the bucket data-of-eve holds a.txt\n";
    check(&format!("{}    Then eve can't download a.txt from data-of-eve\n", steps(held)), Exit::Passed);
    check(&format!("{}    Then eve can't download a.txt from data-of-eve\n", steps("")), Exit::Inconclusive);
}

#[test]
fn nothing_can_have_come_of_what_was_never_tried() {
    check("    Given a bucket data\n    Then the bucket data does not hold a.txt\n", Exit::Failed);
}

#[test]
fn nothing_found_is_not_a_pass() {
    assert_eq!(run("Feature: f\n").exit(), Exit::NothingSelected);
}

#[test]
fn what_is_needed_and_not_there_is_skipped_with_its_reason() {
    let record = run(
        "Feature: f\n  @needs:teleporter\n  Scenario: s\n    Given main-user\n    Then upload is denied\n",
    );
    let result = record.scenarios.first().and_then(|scenario| scenario.result.clone());
    assert_matches!(result, Some(ScenarioResult::Skipped { reason }) if reason.contains("teleporter"));
    assert_eq!(record.exit(), Exit::Inconclusive);
}

/// A target whose every caller is its administrator: what an emulator without IAM looks like from outside.
struct Unenforcing(Embedded);

struct UnenforcingPlace(Box<dyn Place>);

impl Target for Unenforcing {
    fn info(&self) -> Info {
        self.0.info()
    }

    fn capability(&self, name: &str) -> Result<(), String> {
        self.0.capability(name)
    }

    fn place<'a>(
        &'a self,
        bystander: &'a dyn Bystander,
    ) -> LocalBoxFuture<'a, Result<Box<dyn Place>, TargetError>> {
        Box::pin(async { Ok(Box::new(UnenforcingPlace(self.0.place(bystander).await?)) as Box<dyn Place>) })
    }
}

impl Place for UnenforcingPlace {
    fn account(&self) -> &target::AccountId {
        self.0.account()
    }

    fn other_account(&self) -> Option<&target::AccountId> {
        self.0.other_account()
    }

    fn region(&self) -> &str {
        self.0.region()
    }

    fn administrator(&self) -> &target::AccessKey {
        self.0.administrator()
    }

    fn configuration(&self, _: Option<&target::AccessKey>) -> target::SdkConfig {
        self.0.configuration(Some(self.0.administrator()))
    }

    fn names(&self) -> &target::Names {
        self.0.names()
    }

    fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.0.now()
    }

    fn pass_time(&self, by: Duration) -> Result<(), TargetError> {
        self.0.pass_time(by)
    }

    fn explained(&self, request_id: &str, refused: bool) -> Option<target::Explained> {
        self.0.explained(request_id, refused)
    }

    fn instance_credentials<'a>(
        &'a self,
        id: &'a str,
    ) -> LocalBoxFuture<'a, Result<Option<target::InstanceCredentials>, TargetError>> {
        self.0.instance_credentials(id)
    }

    fn run_program<'a>(
        &'a self,
        id: &'a str,
        program: &'a target::Program,
    ) -> LocalBoxFuture<'a, Result<target::ProgramOutput, TargetError>> {
        self.0.run_program(id, program)
    }
}

#[test]
fn a_target_that_enforces_nothing_proves_nothing() {
    let target = Rc::new(Unenforcing(Embedded::new(chrono::Utc::now, "run")));
    let text = "Feature: f\n  Scenario: s\n    Given a user eve\n    And a bucket data-of-eve\n    And eve\n    Then upload succeeds\n";
    let record = run_on(target, text);
    assert_eq!(record.exit(), Exit::Inconclusive);
    let last =
        record.scenarios.first().and_then(|scenario| scenario.steps.last()).map(|step| step.result.clone());
    assert_matches!(last, Some(StepResult::Inconclusive(failure)) if failure.label == "unproven");
}

/// cucumber's runner would try it twice more, and tell the steps of each attempt.
#[test]
fn nothing_is_tried_again_until_it_passes() {
    let record =
        run("Feature: f\n  @retry(2)\n  Scenario: s\n    Given main-user\n    Then upload succeeds\n");
    assert_eq!(record.exit(), Exit::Failed);
    assert_eq!(record.scenarios.first().map(|scenario| scenario.steps.len()), Some(2));
}
