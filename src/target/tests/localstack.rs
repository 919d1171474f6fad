//! A LocalStack container, started and removed for real: needs Docker and the image of `ci/localstack/build`.
//! Run by `ci/localstack/test`.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rolecall_target::{BUILT_IMAGE, LeftOver, LocalStack, LocalStackError, LocalStackOptions};
use secrecy::SecretString;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// An id of its own for each test and process.
fn options(test: &str) -> LocalStackOptions {
    let run = format!("{test}-{}", std::process::id());
    LocalStackOptions { image: BUILT_IMAGE.to_owned(), ..LocalStackOptions::new(run) }
}

async fn of_run(run: &str) -> Vec<LeftOver> {
    LeftOver::all().await.unwrap().into_iter().filter(|container| container.run == run).collect()
}

async fn get(endpoint: &str, path: &str) -> String {
    let address = endpoint.strip_prefix("http://").unwrap();
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_container_serves_and_is_removed() {
    let options = options("serves");
    let localstack = LocalStack::start(options.clone()).await.unwrap();
    assert!(localstack.endpoint().starts_with("http://127.0.0.1:"), "{}", localstack.endpoint());
    assert_eq!(localstack.version(), "4.14.0");
    let answer = get(localstack.endpoint(), "/?Action=GetCallerIdentity&Version=2011-06-15").await;
    assert!(answer.contains("<Arn>arn:aws:iam::000000000000:root</Arn>"), "{answer}");
    let log = localstack.logs(1).await;
    assert_eq!(log.len(), 1);
    assert!(log.concat().contains("AWS sts.GetCallerIdentity => 200"), "{log:?}");

    let found = of_run(&options.run).await;
    let processes: Vec<_> = found.iter().map(|container| container.process).collect();
    assert_eq!(processes, [Some(std::process::id())]);
    let again = LocalStack::start(options.clone()).await.unwrap_err();
    assert!(matches!(again, LocalStackError::NameTaken { .. }), "{again}");
    assert_eq!(of_run(&options.run).await, found);

    localstack.stop().await.unwrap();
    assert_eq!(of_run(&options.run).await, []);
}

#[test]
fn a_panic_removes_it() {
    for threads in ["current", "several"] {
        let mut builder = match threads {
            "current" => tokio::runtime::Builder::new_current_thread(),
            _ => tokio::runtime::Builder::new_multi_thread(),
        };
        let runtime = builder.enable_all().build().unwrap();
        let options = options(&format!("panics-{threads}"));
        let run = options.run.clone();
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            runtime.block_on(async {
                let _localstack = LocalStack::start(options).await.unwrap();
                panic!("on purpose");
            })
        }));
        assert!(panicked.is_err());
        assert_eq!(runtime.block_on(of_run(&run)), [], "{threads}");
    }
}

#[test]
fn dropped_outside_of_a_runtime_it_is_removed() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let options = options("outside");
    let run = options.run.clone();
    let localstack = runtime.block_on(LocalStack::start(options)).unwrap();
    drop(localstack);
    assert_eq!(runtime.block_on(of_run(&run)), []);
}

#[tokio::test]
async fn a_start_that_is_broken_off_leaves_nothing() {
    for after in [20, 200, 1000] {
        let options = options(&format!("broken-off-{after}"));
        let start = LocalStack::start(options.clone());
        let started = tokio::time::timeout(Duration::from_millis(after), start).await;
        drop(started);
        assert_eq!(of_run(&options.run).await, [], "after {after} ms");
    }
}

#[tokio::test]
async fn a_container_that_is_not_ready_in_time() {
    let options = LocalStackOptions { deadline: Duration::from_millis(1500), ..options("late") };
    let services = vec!["iam".to_owned(), "no-such-service".to_owned()];
    let options = LocalStackOptions { services, ..options };
    let error = LocalStack::start(options.clone()).await.unwrap_err();
    assert!(matches!(error, LocalStackError::NotReady { .. }), "{error}");
    assert!(error.to_string().contains("was not ready in 1.5s: its "), "{error}");
    assert_eq!(of_run(&options.run).await, []);
}

#[tokio::test]
async fn a_container_that_dies() {
    let token = Some(SecretString::from("ls-not-a-real-token"));
    let image = "rolecall/python:trixie".to_owned();
    let options = LocalStackOptions { image, token, ..options("dies") };
    let error = LocalStack::start(options.clone()).await.unwrap_err();
    assert!(matches!(error, LocalStackError::Died { status: Some(0), .. }), "{error}");
    assert!(!format!("{error} {error:?}").contains("ls-not-a-real-token"));
    assert_eq!(of_run(&options.run).await, []);
}

#[tokio::test]
async fn an_image_that_is_not_to_be_had() {
    let image = "127.0.0.1:1/rolecall/none:1".to_owned();
    let error = LocalStack::start(LocalStackOptions { image, ..options("none") }).await.unwrap_err();
    assert!(matches!(error, LocalStackError::NoImage { .. }), "{error}");
    let text = error.to_string();
    assert!(text.starts_with("there is no image `127.0.0.1:1/rolecall/none:1`"), "{text}");
    assert!(text.ends_with("`ci/localstack/build` makes one from packages"), "{text}");
}

#[tokio::test]
async fn what_a_killed_run_leaves_is_found_and_removed() {
    let options = options("killed");
    let mut killed = Program::start(&options.run, &[]);
    assert!(killed.line().starts_with("http://127.0.0.1:"));
    killed.signal("KILL");
    let left: Vec<_> = of_run(&options.run).await;
    let processes: Vec<_> = left.iter().map(|container| container.process).collect();
    assert_eq!(processes, [Some(killed.process.id())]);
    for container in left {
        container.remove().await.unwrap();
    }
    assert_eq!(of_run(&options.run).await, []);
}

#[tokio::test]
async fn signals_remove_it() {
    for signal in ["INT", "TERM"] {
        let options = options(&format!("signal-{signal}"));
        let mut signalled = Program::start(&options.run, &[]);
        assert!(signalled.line().starts_with("http://127.0.0.1:"));
        assert_eq!(of_run(&options.run).await.len(), 1);
        signalled.signal(signal);
        assert_eq!(of_run(&options.run).await, [], "{signal}");
    }
}

#[test]
fn where_docker_does_not_answer() {
    for host in ["unix:///nowhere/docker.sock", "tcp://127.0.0.1:1"] {
        let mut program = Program::start("no-docker", &[("DOCKER_HOST", host)]);
        let line = program.line();
        assert!(line.starts_with("Docker does not answer: "), "{line}");
        assert!(line.ends_with("is it installed, and does its daemon run?"), "{line}");
    }
}

/// The example, which starts a container in a process of its own.
struct Program {
    process: Child,
}

impl Program {
    fn start(run: &str, environment: &[(&str, &str)]) -> Self {
        let tests = std::env::current_exe().unwrap();
        let program = tests.parent().unwrap().parent().unwrap().join("examples/localstack");
        let process = Command::new(program)
            .args([run, BUILT_IMAGE])
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self { process }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        BufReader::new(self.process.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// Sends a signal, and waits until the process has ended.
    fn signal(&mut self, signal: &str) {
        let process = self.process.id().to_string();
        assert!(Command::new("kill").args(["-s", signal, &process]).status().unwrap().success());
        let sent = Instant::now();
        while self.process.try_wait().unwrap().is_none() {
            assert!(sent.elapsed() < Duration::from_secs(60), "it does not end");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
