//! What became of commands: `GetCommandInvocation`, `ListCommandInvocations` and `CancelCommand`.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetCommandInvocation.html>

use chrono::TimeDelta;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

use super::send::DOCUMENT;
use super::store::{Command, Invocation, time};
use super::{error, not_emulated};

const PLUGIN: &str = "aws:runShellScript";
/// Characters of standard output and standard error that are shown, and of both in a list.
const OUTPUT: usize = 24_000;
const ERROR: usize = 8_000;
const LISTED: usize = 2_500;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetInput {
    command_id: String,
    instance_id: String,
    plugin_name: Option<String>,
}

pub(super) fn get(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: GetInput = call.parse()?;
    let found = commands(partition, call)?.find(|command| command.id == input.command_id);
    let found = found.and_then(|command| {
        Some((command, command.invocations.iter().find(|found| found.instance_id == input.instance_id)?))
    });
    let (command, invocation) = found.ok_or_else(|| error("InvocationDoesNotExist", ""))?;
    if input.plugin_name.is_some_and(|name| name != PLUGIN) {
        return Err(error("InvalidPluginName", ""));
    }
    let elapsed = invocation.started.map(|started| invocation.ended.unwrap_or(call.now) - started);
    Reply::of(&json!({
        "CommandId": command.id,
        "InstanceId": invocation.instance_id,
        "Comment": command.comment,
        "DocumentName": DOCUMENT,
        "DocumentVersion": command.document_version,
        "PluginName": PLUGIN,
        "ResponseCode": invocation.response_code,
        "ExecutionStartDateTime": invocation.started.map(time).unwrap_or_default(),
        "ExecutionElapsedTime": elapsed.map(duration).unwrap_or_default(),
        "ExecutionEndDateTime": invocation.ended.map(time).unwrap_or_default(),
        "Status": invocation.status.name(),
        "StatusDetails": invocation.status.details(),
        "StandardOutputContent": beginning(&invocation.output, OUTPUT),
        "StandardOutputUrl": "",
        "StandardErrorContent": beginning(&invocation.error, ERROR),
        "StandardErrorUrl": "",
        "CloudWatchOutputConfig": { "CloudWatchLogGroupName": "", "CloudWatchOutputEnabled": false },
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListInput {
    command_id: Option<String>,
    instance_id: Option<String>,
    #[serde(default)]
    details: bool,
    next_token: Option<String>,
    #[serde(default)]
    filters: Vec<Value>,
}

/// The newest first, all on one page.
pub(super) fn list(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: ListInput = call.parse()?;
    if !input.filters.is_empty() {
        return Err(not_emulated("Filters of ListCommandInvocations"));
    }
    if input.next_token.is_some() {
        return Err(error("InvalidNextToken", "The specified token isn't valid."));
    }
    let is_asked = |wanted: &Option<String>, found: &str| wanted.as_ref().is_none_or(|id| id == found);
    let mut views = Vec::new();
    for command in commands(partition, call)?.filter(|command| is_asked(&input.command_id, &command.id)) {
        let found = command.invocations.iter();
        let found = found.filter(|invocation| is_asked(&input.instance_id, &invocation.instance_id));
        views.extend(found.map(|invocation| listed(command, invocation, input.details)));
    }
    views.reverse();
    Reply::of(&json!({ "CommandInvocations": views }))
}

fn listed(command: &Command, invocation: &Invocation, details: bool) -> Value {
    let both = match invocation.error.is_empty() {
        true => invocation.output.clone(),
        false => format!("{}\n----------ERROR-------\n{}", invocation.output, invocation.error),
    };
    let plugin = json!({
        "Name": PLUGIN,
        "Status": invocation.status.name(),
        "StatusDetails": invocation.status.details(),
        "ResponseCode": invocation.response_code,
        "ResponseStartDateTime": invocation.started.map(time),
        "ResponseFinishDateTime": invocation.ended.map(time),
        "Output": beginning(&both, LISTED),
        "StandardOutputUrl": "",
        "StandardErrorUrl": "",
        "OutputS3BucketName": "",
        "OutputS3KeyPrefix": "",
    });
    json!({
        "CommandId": command.id,
        "InstanceId": invocation.instance_id,
        "InstanceName": invocation.instance_name,
        "Comment": command.comment,
        "DocumentName": DOCUMENT,
        "DocumentVersion": command.document_version,
        "RequestedDateTime": time(command.requested),
        "Status": invocation.status.name(),
        "StatusDetails": invocation.status.details(),
        "StandardOutputUrl": "",
        "StandardErrorUrl": "",
        "CommandPlugins": if details { vec![plugin] } else { Vec::new() },
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CancelInput {
    command_id: String,
    #[serde(default)]
    instance_ids: Vec<String>,
}

/// On the instances that are named, or on all; what has ended stays as it is.
pub(super) fn cancel(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: CancelInput = call.parse()?;
    let place = (call.account()?, call.region.as_str());
    let found = partition.ssm.commands.iter_mut().find(|command| {
        command.id == input.command_id && (&command.place.account, command.place.region.as_str()) == place
    });
    let command = found.ok_or_else(|| error("InvalidCommandId", ""))?;
    let is_there = |id: &String| command.invocations.iter().any(|invocation| invocation.instance_id == *id);
    if let Some(unknown) = input.instance_ids.iter().find(|id| !is_there(id)) {
        let message = format!("Instances [[{unknown}]] not in a valid state for account {}", place.0);
        return Err(error("InvalidInstanceId", message));
    }
    let is_meant = |id: &String| input.instance_ids.is_empty() || input.instance_ids.contains(id);
    for invocation in command.invocations.iter_mut().filter(|invocation| is_meant(&invocation.instance_id)) {
        invocation.cancel();
    }
    Ok(Reply::empty())
}

/// The commands of the caller's account and region that are seen, the oldest first.
fn commands<'partition>(
    partition: &'partition Partition,
    call: &Call,
) -> Result<impl Iterator<Item = &'partition Command>, ServiceError> {
    let (account, region, now) = (call.account()?.clone(), call.region.clone(), call.now);
    Ok(partition.ssm.commands.iter().filter(move |command| {
        command.place.account == account && command.place.region == region && command.seen_from <= now
    }))
}

fn beginning(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}

/// `PT0.023S`, in ISO 8601.
fn duration(elapsed: TimeDelta) -> String {
    let milliseconds = elapsed.num_milliseconds().max(0);
    format!("PT{}.{:03}S", milliseconds / 1000, milliseconds % 1000)
}
