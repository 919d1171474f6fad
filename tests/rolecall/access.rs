//! Rows of a table of access, each with a result of its own, and calls where they were made.

use evidence::{Call, Exit, Purpose, StepResult, Verdict};
use harness::check::{Beside, check};
use steps::{Called, On, called};

use crate::runs::run;

const ALICE: &str = "Feature: f
  Scenario: s
    Given a bucket reports
    And a user alice
    And alice has the inline policy p with the statements:
      | effect | action                     | resource              |
      | Allow  | s3:GetObject,sqs:SendMessage | * |
    And the bucket reports holds a.txt
    Then access is:
      | who | action | resource | verdict | because |
";

#[test]
fn every_row_has_a_result_whatever_the_others_have() {
    let rows = "      | alice | s3:GetObject | reports/a.txt | denied | |
      | alice | s3:GetObject | reports/a.txt | allowed | p |
      | alice | s3:GetObject | reports/a.txt | allowed | another |
      | alice | sqs:SendMessages | * | allowed | |
      | alice | s3:ListBucket | reports | denied explicitly | |
      | alice | s3:ListBucket | reports | refused | |
      | alice | s3:ListBucket | reports | denied | no policy |
";
    let record = run(&format!("{ALICE}{rows}    And alice can download a.txt from reports\n"));
    assert_eq!(record.exit(), Exit::Failed);
    let scenario = record.scenarios.first().expect("a scenario");
    let of_rows = scenario.steps.iter().skip(4);
    let labels: Vec<(usize, &str)> = of_rows
        .map(|step| match &step.result {
            StepResult::Passed => (step.step.span.line, "ok"),
            StepResult::Failed(failure) => (step.step.span.line, failure.label.as_str()),
            other => panic!("{other:?}"),
        })
        .collect();
    let expected = [
        (11, "was allowed"),
        (12, "ok"),
        (13, "has another reason"),
        (14, "can't be asked"),
        (15, "is denied, but by no Deny"),
        (16, "is no verdict"),
        (17, "ok"),
        (18, "ok"),
    ];
    assert_eq!(labels, expected);
}

#[test]
fn any_object_is_one_of_which_no_policy_speaks() {
    let text = ALICE.replace("| * |", "| arn:aws:s3:::reports/a*,arn:aws:s3:::reports/*.txt |");
    let text = text.replace("s3:GetObject,sqs:SendMessage", "s3:GetObject");
    let rows = "      | alice | s3:GetObject | reports/* | denied | no policy |
      | alice | s3:GetObject | reports/a.txt | allowed | p |
";
    let record = run(&format!("{text}{rows}"));
    assert_eq!(record.exit(), Exit::Passed, "{:#?}", record.scenarios);
}

#[test]
fn what_is_decided_without_a_call_is_told_as_such() {
    let queue = "arn:aws:sqs:us-east-1:<YOUR_ACCOUNT_ID>:jobs";
    let record = run(&format!("{ALICE}      | alice | sqs:SendMessage | {queue} | allowed | p |\n"));
    assert_eq!(record.exit(), Exit::Passed, "{:#?}", record.scenarios);
    let calls = record
        .scenarios
        .iter()
        .flat_map(|it| &it.steps)
        .flat_map(|step| &step.activity.calls)
        .map(|it| &it.call);
    let decided: Vec<_> = calls.filter(|call| call.purpose == Purpose::Decision).collect();
    assert_eq!(decided.len(), 1);
    assert_eq!(decided.iter().filter(|call| call.status.is_some() || call.request_id.is_some()).count(), 0);
}

#[test]
fn calls_are_told_with_the_step_that_made_them() {
    let users: Vec<String> = (0..30).map(|number| format!("user-{number}")).collect();
    let steps: String = users.iter().map(|user| format!("    And a user {user}\n")).collect();
    let one = |name: &str| {
        format!(
            "  Scenario: {name}\n    Given a bucket reports\n{steps}    Then user-0 can't upload to reports\n"
        )
    };
    let record = run(&format!("Feature: f\n{}{}{}", one("a"), one("b"), one("c")));
    assert_eq!(record.exit(), Exit::Passed);
    for scenario in &record.scenarios {
        for step in scenario.steps.iter().filter(|step| step.step.text.starts_with("a user")) {
            let name = step.step.text.trim_start_matches("a user ");
            let asked = step.activity.calls.iter().map(|it| it.call.resource.as_deref().unwrap_or_default());
            let asked: Vec<&str> = asked.collect();
            assert!(
                asked.len() == 2 && asked.iter().all(|arn| arn.ends_with(&format!("/{name}"))),
                "{name}: {asked:?}"
            );
        }
    }
}

/// Those that nobody needs a permission for.
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>,
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_getsessiontoken.html>
const FREE: [&str; 2] = ["sts:GetCallerIdentity", "sts:GetSessionToken"];

const THINGS: &str = r#"Feature: f
  Scenario: s
    Given a bucket reports
    And the bucket reports holds a.txt
    And a user eve
    And a user alice
    And alice has the managed policy AdministratorAccess
    And a role auditor trusted by alice
    And a group readers
    And a managed policy reading:
      """
      {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}
      """
    And an instance web
    Then access is:
      | who | action | resource | verdict |
"#;

#[test]
fn whatever_is_said_to_be_called_is_called() {
    let on = |on: On| match on {
        On::Everything => "*",
        On::User => "alice",
        On::Role => "auditor",
        On::Group => "readers",
        On::ManagedPolicy => "reading",
        On::Bucket => "reports",
        On::Object => "reports/a.txt",
        On::Instance => "web",
    };
    // What deletes comes last.
    let mut all: Vec<&Called> = called().collect();
    all.sort_by_key(|called| called.operation == "DeleteObject");
    let mut text = THINGS.to_owned();
    for who in ["eve", "alice"] {
        for called in &all {
            let allowed = who == "alice" || FREE.contains(&called.action);
            let verdict = if allowed { "allowed" } else { "denied" };
            text += &format!("      | {who} | {} | {} | {verdict} |\n", called.action, on(called.on));
        }
    }
    assert_eq!(check("a.feature", &text, &Beside::default()), []);
    let record = run(&text);
    let rows = record.scenarios.iter().flat_map(|it| &it.steps).filter(|step| step.step.text.contains('|'));
    let rows: Vec<_> = rows.collect();
    assert_eq!(rows.len(), 2 * all.len());
    for (row, called) in rows.iter().zip(all.iter().cycle()) {
        let text = &row.step.text;
        assert_eq!(row.result, StepResult::Passed, "{text}");
        let tried: Vec<&Call> = row
            .activity
            .calls
            .iter()
            .map(|it| &it.call)
            .filter(|call| [Purpose::Attempt, Purpose::Decision].contains(&call.purpose))
            .collect();
        let [call] = tried.as_slice() else { panic!("{text}: {tried:#?}") };
        assert_eq!(call.purpose, Purpose::Attempt, "{text}");
        assert_eq!(call.operation.as_str(), called.operation, "{text}");
        assert!(call.request_id.is_some(), "{text}");
        if !FREE.contains(&called.action) {
            assert_eq!(call.action.as_deref(), Some(called.action), "{text}: it needs another permission");
        }
        let is_dry_run = called.is_dry_run() && call.verdict == Verdict::Allowed;
        assert_eq!(call.is_dry_run(), is_dry_run, "{text}: {call:#?}");
    }
    assert_eq!(record.exit(), Exit::Passed);
}
