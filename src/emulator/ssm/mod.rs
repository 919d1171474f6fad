//! Run Command of AWS Systems Manager: shell scripts on instances, as `AWS-RunShellScript` runs them; and what makes
//! instances managed.
//!
//! They really run, as child processes, where `Settings::commands` allows it; without that no instance has an agent, and
//! none is managed. `managed` says which instances are, `settings` keeps the role that manages all of them, `send` takes
//! commands, `store` keeps them, `runner` runs them, and `invocations` tells what became of them. Of Parameter Store calls
//! are only decided (`decided/ssm.txt`), but for `public_parameters`.
//! <https://docs.aws.amazon.com/systems-manager/latest/userguide/run-command.html>

mod invocations;
mod managed;
mod public_parameters;
mod runner;
mod send;
mod settings;
mod store;

use crate::ec2::Place;
use crate::operation::{Access, Call, Operation, ServiceError};
use crate::partition::Partition;

pub(crate) use public_parameters::{PREFIX as PUBLIC_PARAMETERS, answer as of_public_parameters};
pub(crate) use runner::run;
pub(crate) use store::Store;

pub(crate) const OPERATIONS: &[Operation] = &[
    Operation { name: "SendCommand", access: send::access, act: send::act },
    Operation { name: "GetCommandInvocation", access: on_everything, act: invocations::get },
    Operation { name: "ListCommandInvocations", access: on_everything, act: invocations::list },
    Operation { name: "CancelCommand", access: on_everything, act: invocations::cancel },
    Operation { name: "DescribeInstanceInformation", access: on_everything, act: managed::describe },
    Operation { name: "GetServiceSetting", access: settings::access, act: settings::get },
    Operation { name: "UpdateServiceSetting", access: settings::update_access, act: settings::update },
    Operation { name: "ResetServiceSetting", access: settings::access, act: settings::reset },
];

/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html>
fn on_everything(_: &Partition, call: &Call) -> Result<Vec<Access>, ServiceError> {
    Ok(vec![Access::new(format!("ssm:{}", call.operation), "*")])
}

fn place_of(call: &Call) -> Result<Place, ServiceError> {
    Ok(Place { account: call.account()?.clone(), region: call.region.clone() })
}

fn error(code: &'static str, message: impl Into<String>) -> ServiceError {
    ServiceError::new(400, code, message)
}

fn not_emulated(what: &str) -> ServiceError {
    ServiceError::new(501, "NotImplemented", format!("{what} is not emulated by rolecall"))
}
