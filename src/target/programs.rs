//! Programs on instances that are no machines of their own: child processes with a clean environment, a home directory for
//! each instance, and nothing but the scenario's place to call.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Mutex, PoisonError};

use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::place::{Program, ProgramOutput};

/// The home directories of a scenario's instances; they are gone with it.
#[derive(Default)]
pub(crate) struct Homes(Mutex<BTreeMap<String, TempDir>>);

impl Homes {
    fn of(&self, instance_id: &str) -> io::Result<PathBuf> {
        let mut homes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(home) = homes.get(instance_id) {
            return Ok(home.path().to_owned());
        }
        let home = tempfile::tempdir()?;
        let path = home.path().to_owned();
        homes.insert(instance_id.to_owned(), home);
        Ok(path)
    }
}

/// Runs a program "on" an instance, with `environment` and the path of programs only.
///
/// # Errors
/// Where it can't be started, or not be waited for.
pub(crate) async fn run(
    homes: &Homes,
    instance_id: &str,
    program: &Program,
    environment: impl IntoIterator<Item = (String, String)>,
) -> io::Result<ProgramOutput> {
    let home = homes.of(instance_id)?;
    let mut child = Command::new("/bin/sh")
        .args(["-eu", "-c", &program.script])
        .env_clear()
        .env("PATH", &program.path)
        .env("HOME", &home)
        .envs(environment)
        .current_dir(&home)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // A script that reads nothing closes its end early.
        let _ = stdin.write_all(program.input.as_bytes()).await;
    }
    let output = child.wait_with_output().await?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok(ProgramOutput {
        success: output.status.success(),
        text: text(&output.stdout),
        error: text(&output.stderr),
    })
}

/// The environment of a program that calls `endpoint`, and whose instance's metadata service is at `metadata`.
pub(crate) fn environment(
    endpoint: &str,
    metadata: std::net::SocketAddr,
    region: &str,
) -> [(String, String); 5] {
    [
        ("AWS_ENDPOINT_URL", endpoint.to_owned()),
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT", format!("http://{metadata}")),
        ("AWS_REGION", region.to_owned()),
        ("AWS_DEFAULT_REGION", region.to_owned()),
        ("AWS_PAGER", String::new()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
}
