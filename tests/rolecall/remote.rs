//! A target that is not in this process: an emulator behind a port, as an endpoint.

use std::rc::Rc;
use std::sync::mpsc;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use chrono::Utc;
use emulator::{Clock, Emulator, Listener, Settings};
use evidence::Exit;
use secrecy::ExposeSecret;
use target::{Connection, Journal, Leftovers, Manners, Remote, Target, TargetError};

use crate::runs::run_on;

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
    let own = target::AccountId::new("111122223333").expect("an account");
    let key = emulator.administrator(&own).expect("its administrator");
    let credentials = Credentials::new(key.id.clone(), key.secret.expose_secret(), None, None, "test");
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
        clock: Utc::now,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(Remote::connect(connection, manners, Journal::new(journal, Utc::now)))
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
fn another_account_than_the_named_one_is_refused() {
    let (emulator, endpoint) = served();
    let journal = tempfile::tempfile().expect("a file");
    let refused = connect(&emulator, endpoint, "999999999999", journal).err().expect("a refusal");
    assert!(refused.to_string().contains("nothing was done"), "{refused}");
}
