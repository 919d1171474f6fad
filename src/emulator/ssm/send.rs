//! `SendCommand`.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendCommand.html>

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use crate::ec2::Place;
use crate::operation::{Access, Call, Reply, ServiceError};
use crate::partition::Partition;

use super::managed::is_managed;
use super::store::{Command, Invocation};
use super::{error, not_emulated, place_of};

pub(super) const DOCUMENT: &str = "AWS-RunShellScript";
/// How long a command may wait for its instance, and by the document's own default run there, in seconds.
const HOUR: i64 = 3600;
/// The longest that the document lets a command run, in seconds.
const LONGEST: i64 = 172_800;
/// Members that change where output goes, or when a command runs.
const UNSUPPORTED: [&str; 6] = [
    "OutputS3BucketName",
    "NotificationConfig",
    "CloudWatchOutputConfig",
    "AlarmConfiguration",
    "ServiceRoleArn",
    "DocumentHash",
];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    document_name: String,
    document_version: Option<String>,
    comment: Option<String>,
    timeout_seconds: Option<i64>,
    #[serde(default)]
    instance_ids: Vec<String>,
    #[serde(default)]
    targets: Vec<Target>,
    #[serde(default)]
    parameters: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Target {
    #[serde(default)]
    key: String,
    #[serde(default)]
    values: Vec<String>,
}

impl Input {
    fn of(call: &Call) -> Result<Self, ServiceError> {
        let input: Self = call.parse()?;
        if let Some(other) = input.targets.iter().find(|target| target.key != "InstanceIds") {
            return Err(not_emulated(&format!("SendCommand to the targets `{}`", other.key)));
        }
        Ok(input)
    }

    fn instance_ids(&self) -> Vec<&str> {
        let targets = self.targets.iter().flat_map(|target| &target.values);
        self.instance_ids.iter().chain(targets).map(String::as_str).collect()
    }

    fn document(&self) -> &str {
        self.document_name.rsplit('/').next().unwrap_or(&self.document_name)
    }
}

/// On the document, of which those of AWS are in no account (as denials name them), and on each instance, by its tags.
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/run-command-setting-up.html#tag-based-access>
pub(super) fn access(partition: &Partition, call: &Call) -> Result<Vec<Access>, ServiceError> {
    let input = Input::of(call)?;
    let place = place_of(call)?;
    let name = &input.document_name;
    let document = if name.starts_with("arn:") {
        name.clone()
    } else {
        let is_of_aws = name.starts_with("AWS-") || name.starts_with("Amazon");
        let owner = if is_of_aws { "" } else { place.account.as_str() };
        format!("arn:aws:ssm:{}:{owner}:document/{name}", place.region)
    };
    let mut accesses = vec![Access::new("ssm:SendCommand", document)];
    for id in input.instance_ids() {
        let mut access = Access::new("ssm:SendCommand", place.arn("instance", id));
        let found = partition.ec2.find(id).filter(|(there, _)| **there == place);
        for (key, value) in found.iter().flat_map(|(_, instance)| &instance.tags.0) {
            access.context.set(&format!("ssm:resourceTag/{key}"), value);
            access.context.set(&format!("aws:ResourceTag/{key}"), value);
        }
        accesses.push(access);
    }
    Ok(accesses)
}

pub(super) fn act(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input = Input::of(call)?;
    let is_sent = |member: &&&str| call.input.get(**member).is_some_and(|value| !is_empty(value));
    if let Some(member) = UNSUPPORTED.iter().find(is_sent) {
        return Err(not_emulated(&format!("{member} of SendCommand")));
    }
    check_document(&input)?;
    let script = Script::of(&input.parameters)?;
    let place = place_of(call)?;
    let ids = input.instance_ids();
    if ids.iter().collect::<BTreeSet<_>>().len() < ids.len() {
        return Err(error("DuplicateInstanceId", ""));
    }
    let managed = |id: &&str| {
        let found = partition.ec2.find(id).filter(|(there, _)| **there == place);
        found.is_some_and(|(there, instance)| is_managed(partition, there, instance, call.now))
    };
    let (managed, others): (Vec<&str>, Vec<&str>) = ids.iter().partition(|id| managed(id));
    if !others.is_empty() || managed.is_empty() {
        return Err(unmanaged(partition, &place, &others));
    }
    let invocations = managed.into_iter().map(|id| {
        let name = partition.ec2.find(id).and_then(|(_, instance)| instance.tags.0.get("Name").cloned());
        Invocation::new(id, name.unwrap_or_default())
    });
    let command = Command {
        id: String::new(),
        invocations: invocations.collect(),
        place,
        document_version: input.document_version.unwrap_or_else(|| "$DEFAULT".to_owned()),
        comment: input.comment.unwrap_or_default(),
        parameters: call.input.get("Parameters").cloned().unwrap_or_default(),
        requested: call.now,
        seen_from: partition.lag.seen_from(call.now),
        timeout_seconds: input.timeout_seconds.unwrap_or(HOUR),
    };
    let command = Command { id: partition.ids.uuid(), ..command };
    let reply = Reply::of(&serde_json::json!({ "Command": command.view() }));
    partition.ssm.add(command, &script);
    reply
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_str() == Some("") || value.as_object().is_some_and(serde_json::Map::is_empty)
}

fn unmanaged(partition: &Partition, place: &Place, ids: &[&str]) -> ServiceError {
    let (ids, account) = (ids.join(", "), &place.account);
    let why = match partition.ssm.has_agents {
        true => "",
        false => ": instances have no agent unless rolecall is started with `--allow-commands`",
    };
    error("InvalidInstanceId", format!("Instances [[{ids}]] not in a valid state for account {account}{why}"))
}

fn check_document(input: &Input) -> Result<(), ServiceError> {
    let name = input.document();
    if name != DOCUMENT {
        return Err(match name.starts_with("AWS-") || name.starts_with("Amazon") {
            true => not_emulated(&format!("the document {name}")),
            false => error("InvalidDocument", format!("Document with name {name} does not exist.")),
        });
    }
    match input.document_version.as_deref() {
        None | Some("$DEFAULT" | "$LATEST" | "1") => Ok(()),
        Some(version) => {
            Err(error("InvalidDocumentVersion", format!("The document version {version} is not valid.")))
        }
    }
}

/// What the document's parameters say.
pub(super) struct Script {
    pub(super) text: String,
    /// Empty: the home directory.
    pub(super) directory: String,
    pub(super) timeout: Duration,
}

impl Script {
    fn of(parameters: &BTreeMap<String, Vec<String>>) -> Result<Self, ServiceError> {
        let invalid = |message: String| error("InvalidParameters", message);
        let known = ["commands", "workingDirectory", "executionTimeout"];
        if let Some(name) = parameters.keys().find(|name| !known.contains(&name.as_str())) {
            return Err(invalid(format!("Parameter \"{name}\" is not defined in the document.")));
        }
        let first = |name: &str| parameters.get(name).and_then(|values| values.first()).map(String::as_str);
        let commands = parameters.get("commands").filter(|commands| !commands.is_empty());
        let commands =
            commands.ok_or_else(|| invalid("Parameter \"commands\" requires a value.".to_owned()))?;
        let timeout = match first("executionTimeout") {
            None => Some(HOUR),
            Some(text) => text.parse().ok().filter(|seconds| (1..=LONGEST).contains(seconds)),
        };
        let timeout = timeout.and_then(|seconds| u64::try_from(seconds).ok());
        let timeout = timeout
            .ok_or_else(|| invalid("Parameter \"executionTimeout\" is from 1 to 172800.".to_owned()))?;
        Ok(Self {
            text: commands.join("\n"),
            directory: first("workingDirectory").unwrap_or_default().to_owned(),
            timeout: Duration::from_secs(timeout),
        })
    }
}
