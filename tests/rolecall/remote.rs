//! A target that is not in this process: an emulator behind a port, as an endpoint.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::mpsc;
use std::time::Duration;

use assert_matches::assert_matches;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use chrono::Utc;
use emulator::{Clock, Emulator, Listener, Settings};
use evidence::{CallRecord, EventKind, Exit, Purpose, Record, ScenarioResult, StepResult, Verdict};
use harness::{Beside, FeatureFile, RunPlan};
use secrecy::ExposeSecret;
use target::{
    Bystander, Connection, Journal, Launch, Leftovers, Manners, Nobody, Remote, Target, TargetError, network,
};

use crate::runs::{run_on, run_planned};

/// An emulator that listens until the test's process ends.
fn served() -> (Emulator, String) {
    let emulator = Emulator::new(Settings::new(Clock::over(Utc::now)));
    let (tell, told) = mpsc::channel();
    let served = emulator.clone();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let listener = Listener::bind(served, 0).await.expect("a port");
            tell.send(format!("http://{}", listener.address())).expect("the test waits");
            listener.serve_until(std::future::pending()).await
        })
    });
    (emulator, told.recv().expect("an address"))
}

fn connect(
    emulator: &Emulator,
    endpoint: String,
    account: &str,
    journal: std::fs::File,
) -> Result<Remote, TargetError> {
    connect_with(administrator(emulator), endpoint, account, journal, &Nobody)
}

fn administrator(emulator: &Emulator) -> Credentials {
    let own = target::AccountId::new("111122223333").expect("an account");
    let key = emulator.administrator(&own).expect("its administrator");
    Credentials::new(key.id.clone(), key.secret.expose_secret(), None, None, "test")
}

fn connect_with(
    credentials: Credentials,
    endpoint: String,
    account: &str,
    journal: std::fs::File,
    bystander: &dyn Bystander,
) -> Result<Remote, TargetError> {
    let connection = Connection {
        name: endpoint.clone(),
        is_aws: false,
        endpoint: Some(endpoint),
        region: "eu-west-1".to_owned(),
        credentials: SharedCredentialsProvider::new(credentials),
        other_credentials: None,
        ca_bundle: None,
        account: target::AccountId::new(account),
        may_be_management_account: false,
    };
    let manners = Manners {
        run: "testrun1".to_owned(),
        expires: Utc::now(),
        permissions_boundary: None,
        settle: Duration::ZERO,
        patience: Duration::ZERO,
        launch: Launch::default(),
        clock: Utc::now,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let journal = Journal::new(journal, Utc::now);
    runtime.block_on(Remote::connect(connection, manners, journal, bystander))
}

const TEXT: &str = r#"
Feature: f
  Scenario: names are others there, and mean the same
    Given a bucket reports
    And a user eve
    And eve has the inline policy read with the statements:
      | effect | action       | resource               |
      | Allow  | s3:PutObject | arn:aws:s3:::reports/* |
    Then eve can upload to reports
    And eve can't list reports
    And eve is identified as "arn:aws:iam::<YOUR_ACCOUNT_ID>:user/eve"

  Scenario: what fails is cleaned up as well
    Given the account of the walkthrough
    And main-user
    Then upload succeeds
"#;

#[test]
fn a_run_on_an_endpoint_leaves_nothing() {
    let (emulator, endpoint) = served();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal");
    let journal = std::fs::File::create(&path).expect("a journal");
    let target = connect(&emulator, endpoint, "111122223333", journal).expect("the endpoint");
    let record = run_on(Rc::new(target) as Rc<dyn Target>, TEXT);
    let counts = record.scenario_counts();
    assert_eq!((counts.passed, counts.failed, record.exit()), (1, 1, Exit::Failed), "{record:#?}");
    let text = std::fs::read_to_string(&path).expect("the journal");
    assert!(text.contains("reports-testrun1-"), "{text}");
    assert_eq!(Leftovers::of(&text).expect("a journal").things.len(), 0);
}

#[test]
fn the_calls_that_no_step_makes_are_in_the_record() {
    let (emulator, endpoint) = served();
    let beside = Beside::listening(Utc::now, false, Vec::new());
    let journal = tempfile::tempfile().expect("a journal");
    let administrator = administrator(&emulator);
    let target = connect_with(administrator, endpoint, "111122223333", journal, &beside.reaching());
    let target = Rc::new(target.expect("the endpoint")) as Rc<dyn Target>;
    let features = vec![FeatureFile::parse("a.feature", TEXT).expect("a feature")];
    let (record, _) = run_planned(target, RunPlan { features, beside, ..RunPlan::default() });
    let called = |calls: &mut dyn Iterator<Item = &CallRecord>, purpose: Purpose| -> Vec<(String, Verdict)> {
        let calls = calls.filter(|it| it.call.purpose == purpose);
        calls.map(|it| (format!("{} by {}", it.call.operation, it.call.principal), it.call.verdict)).collect()
    };
    let outside = |purpose| called(&mut record.outside.calls.iter(), purpose);
    let (root, probe) = ("arn:aws:iam::111122223333:root", ":user/rolecall/rolecall-probe-");
    let reached = outside(Purpose::Reach);
    let asked = ("GetCallerIdentity by not known yet".to_owned(), Verdict::Allowed);
    let instances = (format!("GetServiceSetting by {root}"), Verdict::Allowed);
    assert_eq!(reached, [asked, instances]);
    let tested = outside(Purpose::SelfTest);
    assert!(tested.contains(&(format!("CreateUser by {root}"), Verdict::Allowed)), "{tested:#?}");
    let listed: Vec<Verdict> = tested
        .iter()
        .filter(|(call, _)| call.starts_with("ListUsers by ") && call.contains(probe))
        .map(|(_, verdict)| *verdict)
        .collect();
    assert_eq!(listed, [Verdict::Denied, Verdict::Allowed], "{tested:#?}");
    let refused = tested.iter().filter(|(_, verdict)| *verdict == Verdict::Unauthenticated).count();
    assert_eq!(refused, 2, "a wrong signature and an old one: {tested:#?}");
    let removed = (format!("DeleteUser by {root}"), Verdict::Allowed);
    assert!(outside(Purpose::CleanUp).contains(&removed), "that of the self-test: {record:#?}");
    for scenario in &record.scenarios {
        let cleaned = called(&mut scenario.calls(), Purpose::CleanUp);
        assert!(cleaned.contains(&removed), "{cleaned:#?}");
        assert!(scenario.calls().all(|it| it.call.exchange.is_some()));
    }
}

#[test]
fn another_account_than_the_named_one_is_refused() {
    let (emulator, endpoint) = served();
    let journal = tempfile::tempfile().expect("a file");
    let refused = connect(&emulator, endpoint, "999999999999", journal).err().expect("a refusal");
    assert!(refused.to_string().contains("nothing was done"), "{refused}");
}

/// The administrator's credentials for the next hour.
fn for_an_hour(emulator: &Emulator, endpoint: &str) -> Credentials {
    let configuration = aws_sdk_sts::Config::builder()
        .behavior_version_latest()
        .endpoint_url(endpoint)
        .region(aws_sdk_sts::config::Region::new("eu-west-1"))
        .credentials_provider(administrator(emulator))
        .http_client(network(None).expect("a client"))
        .build();
    let sts = aws_sdk_sts::Client::from_conf(configuration);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let answer = runtime.block_on(sts.get_session_token().duration_seconds(3600).send()).expect("a session");
    let key = answer.credentials().expect("credentials");
    let token = Some(key.session_token().to_owned());
    Credentials::new(key.access_key_id(), key.secret_access_key(), token, None, "test")
}

#[test]
fn an_administrator_whose_credentials_are_over_is_told_so() {
    let (emulator, endpoint) = served();
    let credentials = for_an_hour(&emulator, &endpoint);
    let journal = tempfile::tempfile().expect("a file");
    let target = connect_with(credentials.clone(), endpoint.clone(), "111122223333", journal, &Nobody);
    let target = target.expect("they are good still");
    emulator.clock().advance(Duration::from_secs(7200));
    let text = "Feature: f\n  Scenario: s\n    Given a user eve\n    Then eve can't list buckets\n";
    let file = FeatureFile::parse("test.feature", text).expect("a feature");
    let plan = RunPlan { features: vec![file], ..RunPlan::default() };
    let (record, cleaned) = run_planned(Rc::new(target), plan);
    assert_eq!(record.exit(), Exit::Inconclusive, "{record:#?}");
    // Whether the user was made is not known, and nobody can look.
    assert_matches!(cleaned, Err(TargetError::Left(left)) if left.iter().all(|it| it.contains("ExpiredToken")));
    let journal = tempfile::tempfile().expect("a file");
    let refused =
        connect_with(credentials, endpoint, "111122223333", journal, &Nobody).err().expect("a refusal");
    assert!(refused.to_string().contains("ExpiredToken"), "{refused}");
}

#[test]
fn where_the_journal_can_not_be_written_nothing_is_made() {
    let (emulator, endpoint) = served();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("the full disk");
    let refused = connect(&emulator, endpoint, "111122223333", full).err().expect("a refusal");
    assert!(
        refused.to_string().starts_with("nothing is made, because the journal can't be written"),
        "{refused}"
    );
}

#[test]
fn slow_scenarios_really_wait_where_the_clock_can_not_be_moved() {
    let text = "Feature: f\n  @needs:clock @slow\n  Scenario: s\n    Given a user eve\n    And eve\n    When 1 second passes\n    Then eve is identified as \"arn:aws:iam::<YOUR_ACCOUNT_ID>:user/eve\"\n";
    let planned = |slow: bool| -> Record {
        let (emulator, endpoint) = served();
        let journal = tempfile::tempfile().expect("a file");
        let target = connect(&emulator, endpoint, "111122223333", journal).expect("the endpoint");
        let file = FeatureFile::parse("test.feature", text).expect("a feature");
        run_planned(Rc::new(target), RunPlan { features: vec![file], slow, ..RunPlan::default() }).0
    };
    let slow = planned(true);
    assert_eq!(slow.exit(), Exit::Passed, "{slow:#?}");
    assert!(slow.duration >= Some(Duration::from_secs(1)), "{:?}", slow.duration);
    let result = planned(false).scenarios.pop().and_then(|scenario| scenario.result);
    assert_matches!(result, Some(ScenarioResult::Skipped { reason }) if reason.ends_with("; with `--slow` it really waits"));
}

#[test]
fn what_happened_in_a_step_that_was_not_ended_is_told_and_removed() {
    let (emulator, endpoint) = served();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal");
    let journal = std::fs::File::create(&path).expect("a journal");
    let target = connect(&emulator, endpoint, "111122223333", journal).expect("the endpoint");
    let target = Rc::new(target) as Rc<dyn Target>;
    let text = "Feature: f\n  Scenario: s\n    Given the account of the walkthrough\n    And main-user\n    Then upload succeeds\n";
    let features = vec![FeatureFile::parse("a.feature", text).expect("a feature")];
    let beside = Beside::listening(Utc::now, false, Vec::new());
    let plan = RunPlan { features, beside: beside.clone(), ..RunPlan::default() };
    let (told, began) = (RefCell::new((beside.scribe(), Vec::new())), tokio::sync::Notify::new());
    let take = |note| {
        let (scribe, events) = &mut *told.borrow_mut();
        scribe.tell(note, |event| {
            if matches!(&event.kind, EventKind::Called { scenario: Some(_), .. }) {
                began.notify_one();
            }
            events.push(event);
        });
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let cleaned = runtime.block_on(async {
        tokio::select! {
            _ = harness::note(plan, target.clone(), Utc::now, take) => panic!("it went on to its end"),
            () = began.notified() => {}
        }
        beside.stop(target.as_ref(), Utc::now, take, "told to stop".to_owned()).await
    });
    cleaned.expect("nothing is left");
    let record: Record = told.into_inner().1.iter().collect();
    assert_eq!(record.stopped.as_deref(), Some("told to stop"));
    let [scenario] = record.scenarios.as_slice() else { panic!("one scenario: {record:#?}") };
    assert!(scenario.steps.is_empty() && scenario.result.is_none(), "{scenario:#?}");
    assert!(scenario.calls().all(|it| it.call.purpose == Purpose::SetUp), "{scenario:#?}");
    let made: Vec<&str> = scenario.calls().map(|it| it.call.operation.as_str()).collect();
    assert_eq!(made, ["CreateKeyPair"]);
    let last = record.outside.calls.last().map(|it| (it.call.operation.as_str(), it.call.purpose));
    assert_eq!(last, Some(("DeleteKeyPair", Purpose::CleanUp)));
    let text = std::fs::read_to_string(&path).expect("the journal");
    assert_eq!(Leftovers::of(&text).expect("a journal").things.len(), 0);
}

const TRIED: &str = r#"
Feature: f
  Scenario: what reads is called
    Given a bucket reports
    And a user eve
    And eve has the inline policy look with the statements:
      | effect | action                                 | resource |
      | Allow  | iam:GetUser,iam:ListUsers,s3:GetBucketPolicy,s3:ListAllMyBuckets,ec2:DescribeInstances | * |
    Then access is:
      | who | action                | resource | verdict |
      | eve | iam:GetUser           | eve      | allowed |
      | eve | iam:ListUsers         | *        | allowed |
      | eve | iam:ListRoles         | *        | denied  |
      | eve | s3:GetBucketPolicy    | reports  | allowed |
      | eve | s3:GetBucketTagging   | reports  | denied  |
      | eve | s3:ListAllMyBuckets   | *        | allowed |
      | eve | ec2:DescribeInstances | *        | allowed |
      | eve | ec2:DescribeVpcs      | *        | denied  |

  Scenario: what changes something can't be told
    Given a user eve
    Then eve can't do iam:DeleteUser on eve

  Scenario: nor what a role may do that nobody took
    Given a user eve
    And a role auditor trusted by eve
    Then auditor can't do iam:GetUser on eve
"#;

#[test]
fn what_is_called_is_told_by_an_endpoint_and_nothing_else() {
    let (emulator, endpoint) = served();
    let journal = tempfile::tempfile().expect("a journal");
    let target = connect(&emulator, endpoint, "111122223333", journal).expect("the endpoint");
    let record = run_on(Rc::new(target) as Rc<dyn Target>, TRIED);
    let counts = record.scenario_counts();
    assert_eq!((counts.passed, counts.failed, counts.inconclusive), (1, 0, 2), "{record:#?}");
    let told = |scenario: usize| -> String {
        let step = record.scenarios[scenario].steps.last().expect("a step");
        let StepResult::Inconclusive(failure) = &step.result else { panic!("{step:#?}") };
        format!("{}; {}", failure.message, failure.help.as_deref().unwrap_or_default())
    };
    assert!(
        told(1).contains("iam:DeleteUser is not called: of IAM, S3 and EC2 what only reads is"),
        "{}",
        told(1)
    );
    assert!(told(1).contains("`@needs:explanations`"), "{}", told(1));
    assert!(told(2).contains("let somebody assume it, and try it as the session"), "{}", told(2));
}
