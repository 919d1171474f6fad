//! Runs a command as a child process, with nothing of this process but the path of programs: a home directory of the
//! instance's own, its metadata service, and the listener as the endpoint of AWS.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Output, Stdio};

use tokio::process::Command;

use crate::emulator::Emulator;

use super::store::{Ended, Job, Status};

/// Runs a job to its end, if it is still wanted.
pub(crate) async fn run(emulator: Emulator, job: Job, endpoint: SocketAddr) {
    if !emulator.partition().ssm.begin(&job, emulator.clock().now()) {
        return;
    }
    let stopped = |status| Ended { status, response_code: -1, output: String::new(), error: String::new() };
    let ended = tokio::select! {
        output = execute(&emulator, &job, endpoint) => match output {
            Ok(output) => of_output(&output),
            Err(error) => Ended { error: error.to_string(), ..stopped(Status::Failed) },
        },
        () = job.cancelled.notified() => stopped(Status::Cancelled),
        () = tokio::time::sleep(job.timeout) => stopped(Status::TimedOut),
    };
    emulator.partition().ssm.end(&job, ended, emulator.clock().now());
}

fn of_output(output: &Output) -> Ended {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (mut error, success) = (text(&output.stderr), output.status.success());
    // A signal has no exit code.
    let response_code = output.status.code().unwrap_or(-1);
    if !success {
        error.push_str(&format!("failed to run commands: exit status {response_code}"));
    }
    let status = if success { Status::Success } else { Status::Failed };
    Ended { status, response_code, output: text(&output.stdout), error }
}

async fn execute(emulator: &Emulator, job: &Job, endpoint: SocketAddr) -> io::Result<Output> {
    let home = emulator.home(&job.instance_id)?;
    let metadata = emulator.metadata_address(&job.instance_id)?;
    let directory = if job.directory.is_empty() { home.as_path() } else { Path::new(&job.directory) };
    Command::new("/bin/sh")
        .args(["-c", &job.script])
        .env_clear()
        .env("PATH", emulator.program_path().unwrap_or_default())
        .env("HOME", &home)
        .env("AWS_ENDPOINT_URL", format!("http://{endpoint}"))
        .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", format!("http://{metadata}"))
        .env("AWS_REGION", &job.region)
        .env("AWS_DEFAULT_REGION", &job.region)
        .env("AWS_PAGER", "")
        .env("AWS_SSM_INSTANCE_ID", &job.instance_id)
        .env("AWS_SSM_REGION_NAME", &job.region)
        .current_dir(directory)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?
        .wait_with_output()
        .await
}
