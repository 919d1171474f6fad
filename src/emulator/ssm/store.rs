//! The commands that were sent, and what became of them on each instance.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/userguide/monitor-commands.html>

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::ec2::Place;

use super::send::{DOCUMENT, Script};
use super::settings::ManagementRole;

/// The commands of all accounts, the oldest first, and their settings.
#[derive(Default)]
pub(crate) struct Store {
    /// Whether instances have agents.
    pub(crate) has_agents: bool,
    pub(super) commands: Vec<Command>,
    waiting: Vec<Job>,
    /// Of the Default Host Management Configuration.
    pub(super) management_roles: BTreeMap<Place, ManagementRole>,
}

/// A command.
pub(super) struct Command {
    pub(super) id: String,
    pub(super) place: Place,
    pub(super) document_version: String,
    pub(super) comment: String,
    pub(super) parameters: Value,
    pub(super) requested: DateTime<Utc>,
    /// When its invocations are seen.
    pub(super) seen_from: DateTime<Utc>,
    pub(super) timeout_seconds: i64,
    pub(super) invocations: Vec<Invocation>,
}

/// A command on one instance.
pub(super) struct Invocation {
    pub(super) instance_id: String,
    pub(super) instance_name: String,
    pub(super) status: Status,
    pub(super) started: Option<DateTime<Utc>>,
    pub(super) ended: Option<DateTime<Utc>>,
    /// -1 before the end.
    pub(super) response_code: i32,
    pub(super) output: String,
    pub(super) error: String,
    cancelled: Arc<Notify>,
}

/// How far an invocation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Pending,
    InProgress,
    Success,
    Failed,
    TimedOut,
    Cancelling,
    Cancelled,
}

/// A command to be run on one instance.
pub(crate) struct Job {
    pub(super) command_id: String,
    pub(super) instance_id: String,
    pub(super) region: String,
    pub(super) script: String,
    /// Empty: the home directory.
    pub(super) directory: String,
    pub(super) timeout: Duration,
    pub(super) cancelled: Arc<Notify>,
}

/// What is left of a command that ran.
pub(super) struct Ended {
    pub(super) status: Status,
    pub(super) response_code: i32,
    pub(super) output: String,
    pub(super) error: String,
}

impl Status {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::InProgress => "InProgress",
            Self::Success => "Success",
            Self::Failed => "Failed",
            Self::TimedOut => "TimedOut",
            Self::Cancelling => "Cancelling",
            Self::Cancelled => "Cancelled",
        }
    }

    /// Of the two kinds of time-outs this is the one of the command itself.
    pub(super) fn details(self) -> &'static str {
        if self == Self::TimedOut { "ExecutionTimedOut" } else { self.name() }
    }
}

impl Invocation {
    pub(super) fn new(instance_id: &str, instance_name: String) -> Self {
        Self {
            instance_id: instance_id.to_owned(),
            instance_name,
            status: Status::Pending,
            started: None,
            ended: None,
            response_code: -1,
            output: String::new(),
            error: String::new(),
            cancelled: Arc::default(),
        }
    }

    /// Asks for its end, if it has not ended.
    pub(super) fn cancel(&mut self) {
        match self.status {
            Status::Pending => self.status = Status::Cancelled,
            Status::InProgress => {
                self.status = Status::Cancelling;
                self.cancelled.notify_one();
            }
            _ => {}
        }
    }
}

impl Command {
    pub(super) fn view(&self) -> Value {
        let ids: Vec<&str> =
            self.invocations.iter().map(|invocation| invocation.instance_id.as_str()).collect();
        let expires = self.requested + TimeDelta::seconds(self.timeout_seconds);
        json!({
            "CommandId": self.id,
            "DocumentName": DOCUMENT,
            "DocumentVersion": self.document_version,
            "Comment": self.comment,
            "ExpiresAfter": time(expires),
            "Parameters": self.parameters,
            "InstanceIds": ids,
            "Targets": [],
            "RequestedDateTime": time(self.requested),
            "Status": "Pending",
            "StatusDetails": "Pending",
            "OutputS3BucketName": "",
            "OutputS3KeyPrefix": "",
            "MaxConcurrency": "50",
            "MaxErrors": "0",
            "TargetCount": ids.len(),
            "CompletedCount": 0,
            "ErrorCount": 0,
            "DeliveryTimedOutCount": 0,
            "TimeoutSeconds": self.timeout_seconds,
        })
    }
}

pub(super) fn time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

impl Store {
    pub(super) fn add(&mut self, command: Command, script: &Script) {
        self.waiting.extend(command.invocations.iter().map(|invocation| Job {
            command_id: command.id.clone(),
            instance_id: invocation.instance_id.clone(),
            region: command.place.region.clone(),
            script: script.text.clone(),
            directory: script.directory.clone(),
            timeout: script.timeout,
            cancelled: Arc::clone(&invocation.cancelled),
        }));
        self.commands.push(command);
    }

    /// What is to be run, once.
    pub(crate) fn take_waiting(&mut self) -> Vec<Job> {
        std::mem::take(&mut self.waiting)
    }

    /// Whether a job is still wanted; it is in progress from then on.
    pub(super) fn begin(&mut self, job: &Job, now: DateTime<Utc>) -> bool {
        let found = self.invocation_mut(job).filter(|invocation| invocation.status == Status::Pending);
        let Some(invocation) = found else { return false };
        (invocation.status, invocation.started) = (Status::InProgress, Some(now));
        true
    }

    pub(super) fn end(&mut self, job: &Job, ended: Ended, now: DateTime<Utc>) {
        if let Some(invocation) = self.invocation_mut(job) {
            (invocation.status, invocation.response_code) = (ended.status, ended.response_code);
            (invocation.output, invocation.error) = (ended.output, ended.error);
            invocation.ended = Some(now);
        }
    }

    fn invocation_mut(&mut self, job: &Job) -> Option<&mut Invocation> {
        let command = self.commands.iter_mut().find(|command| command.id == job.command_id)?;
        command.invocations.iter_mut().find(|invocation| invocation.instance_id == job.instance_id)
    }
}
