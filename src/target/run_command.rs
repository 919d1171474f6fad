//! Commands on instances of an AWS that is not in this process, by Systems Manager's Run Command.
//!
//! An instance needs the agent, which AWS's own images have, and somebody must let it report. The roles of features don't,
//! so the account's Default Host Management Configuration has to.
//! <https://docs.aws.amazon.com/systems-manager/latest/userguide/fleet-manager-default-host-management-configuration.html>

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_ssm::Client;
use aws_sdk_ssm::types::{CommandInvocationStatus, InstanceInformationStringFilter, PingStatus};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::SdkConfig;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::time::Instant;

use crate::connection::said;
use crate::place::{Program, ProgramOutput, TargetError};

/// The setting that names the role by which Systems Manager manages instances.
/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetServiceSetting.html>
const HOST_MANAGEMENT: &str = "/ssm/managed-instance/default-ec2-instance-management-role";

/// How long an instance may take from its launch until its agent has reported.
const START: Duration = Duration::from_mins(5);
/// How long a command may run, and how much longer it is waited for.
const LONGEST: Duration = Duration::from_mins(10);
const GRACE: Duration = Duration::from_mins(1);
/// Between two looks at first; it doubles up to `LONGEST_PAUSE`.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// Runs shell scripts on instances.
pub(crate) struct RunCommand {
    client: Client,
    run: String,
    /// Instances whose agents have reported.
    ready: Mutex<BTreeSet<String>>,
}

impl RunCommand {
    /// `configuration` calls as an administrator; `run` is told beside each command.
    pub(crate) fn new(configuration: &SdkConfig, run: &str) -> Self {
        Self { client: Client::new(configuration), run: run.to_owned(), ready: Mutex::default() }
    }

    /// Whether instances can be had that Run Command reaches.
    ///
    /// # Errors
    /// Why not, in a few words.
    pub(crate) async fn is_usable(&self) -> Result<(), String> {
        let answer = self.client.get_service_setting().setting_id(HOST_MANAGEMENT).send().await;
        let answer = answer.map_err(|error| {
            format!("Systems Manager does not say whether it manages instances: {}", said(&error))
        })?;
        let setting = answer.service_setting();
        match setting.and_then(|setting| setting.status()) {
            Some("Default") | None => {
                Err("Default Host Management Configuration is off, so Run Command can't reach instances"
                    .to_owned())
            }
            Some(_) => Ok(()),
        }
    }

    /// Runs a script of `/bin/sh`, as root, once the instance can be reached.
    ///
    /// # Errors
    /// Where it could not be run to its end.
    pub(crate) async fn run(&self, instance_id: &str, script: &str) -> Result<ProgramOutput, TargetError> {
        self.reach(instance_id).await?;
        let command = self.send(instance_id, script).await?;
        let until = Instant::now() + LONGEST + GRACE;
        let mut pause = FIRST_PAUSE;
        loop {
            tokio::time::sleep(pause).await;
            let ask = self.client.get_command_invocation().command_id(&command).instance_id(instance_id);
            match ask.send().await {
                Ok(answer) => {
                    if let Some(success) = answer.status().and_then(ended) {
                        let text = answer.standard_output_content().unwrap_or_default().to_owned();
                        let error = answer.standard_error_content().unwrap_or_default().to_owned();
                        return match (success, answer.status_details()) {
                            (true, _) | (false, Some("Failed") | None) => {
                                Ok(ProgramOutput { success, text, error })
                            }
                            (false, Some(details)) => {
                                Err(unexpected(format!("the command on {instance_id} ended as {details}")))
                            }
                        };
                    }
                }
                // It is told of a moment after it was sent.
                Err(error) if error.code() == Some("InvocationDoesNotExist") => {}
                Err(error) => return Err(unexpected(said(&error))),
            }
            if Instant::now() > until {
                return Err(unexpected(format!("the command on {instance_id} does not end")));
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Waits until the agent of an instance has reported.
    async fn reach(&self, instance_id: &str) -> Result<(), TargetError> {
        if self.ready.lock().unwrap_or_else(PoisonError::into_inner).contains(instance_id) {
            return Ok(());
        }
        let until = Instant::now() + START;
        let mut pause = FIRST_PAUSE;
        let filter =
            InstanceInformationStringFilter::builder().key("InstanceIds").values(instance_id).build();
        let filter = filter.map_err(|error| unexpected(error.to_string()))?;
        loop {
            let answer = self.client.describe_instance_information().filters(filter.clone()).send().await;
            let answer = answer.map_err(|error| unexpected(said(&error)))?;
            let status = answer.instance_information_list().first().and_then(|found| found.ping_status());
            if status == Some(&PingStatus::Online) {
                self.ready.lock().unwrap_or_else(PoisonError::into_inner).insert(instance_id.to_owned());
                return Ok(());
            }
            if Instant::now() > until {
                let minutes = START.as_secs() / 60;
                return Err(unexpected(format!(
                    "the agent of {instance_id} has not reported to Systems Manager in {minutes} minutes"
                )));
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn send(&self, instance_id: &str, script: &str) -> Result<String, TargetError> {
        let send = self
            .client
            .send_command()
            .document_name("AWS-RunShellScript")
            .instance_ids(instance_id)
            .comment(format!("rolecall run {}", self.run))
            .parameters("commands", vec![script.to_owned()])
            .parameters("executionTimeout", vec![LONGEST.as_secs().to_string()]);
        let answer = send.send().await.map_err(|error| unexpected(said(&error)))?;
        let id = answer.command().and_then(|command| command.command_id()).map(str::to_owned);
        id.ok_or_else(|| unexpected("Systems Manager took a command and gave it no id".to_owned()))
    }
}

/// A program as a command: with a home directory, the region, and a path on which people's programs are.
pub(crate) fn as_a_program(program: &Program, region: &str) -> String {
    let (script, input) = (STANDARD.encode(&program.script), STANDARD.encode(&program.input));
    format!(
        r#"export HOME="${{HOME:-/root}}" AWS_REGION={region} AWS_DEFAULT_REGION={region} AWS_PAGER=
export PATH="$PATH:/usr/local/bin:/snap/bin"
cd "$HOME"
printf %s {input} | base64 -d | sh -eu -c "$(printf %s {script} | base64 -d)""#
    )
}

/// Whether a command with this status succeeded; `None`: it has not ended.
fn ended(status: &CommandInvocationStatus) -> Option<bool> {
    use CommandInvocationStatus as Status;
    match status {
        Status::Success => Some(true),
        Status::Failed | Status::Cancelled | Status::TimedOut => Some(false),
        _ => None,
    }
}

fn unexpected(what: String) -> TargetError {
    TargetError::Unexpected(what)
}
