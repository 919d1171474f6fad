//! Service settings: what an account chose for Systems Manager in a region. One is done, the role of the Default Host
//! Management Configuration.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ServiceSetting.html>

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::json;

use crate::ec2::Place;
use crate::operation::{Access, Call, Reply, ServiceError};
use crate::partition::Partition;

use super::store::time;
use super::{error, not_emulated, place_of};

/// The role that manages the instances of an account and region whose own role doesn't.
const MANAGEMENT_ROLE: &str = "/ssm/managed-instance/default-ec2-instance-management-role";
/// The settings that there are besides.
const OTHERS: [&str; 9] = [
    "/ssm/appmanager/appmanager-enabled",
    "/ssm/automation/customer-script-log-destination",
    "/ssm/automation/customer-script-log-group-name",
    "/ssm/automation/enable-adaptive-concurrency",
    "/ssm/documents/console/public-sharing-permission",
    "/ssm/managed-instance/activation-tier",
    "/ssm/opsinsights/opscenter",
    "/ssm/parameter-store/default-parameter-tier",
    "/ssm/parameter-store/high-throughput-enabled",
];
/// What the setting is where nobody set it.
const NO_ROLE: &str = "$None";
/// When AWS set it so, as the example of the User Guide has it.
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/fleet-manager-default-host-management-configuration.html>
const PROVISIONED: &str = "2022-11-28T16:21:03.576Z";

/// The management role that an account chose in a region.
#[derive(Clone)]
pub(super) struct ManagementRole {
    /// With its path, but without the first slash.
    pub(super) name: String,
    set_by: String,
    set_at: DateTime<Utc>,
}

impl ManagementRole {
    pub(super) fn arn(&self, place: &Place) -> String {
        role_arn(place, &self.name)
    }
}

fn role_arn(place: &Place, name: &str) -> String {
    format!("arn:aws:iam::{}:role/{}", place.account, name.trim_start_matches('/'))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    setting_id: String,
    setting_value: Option<String>,
}

impl Input {
    fn of(call: &Call) -> Result<(Self, Place), ServiceError> {
        Ok((call.parse()?, place_of(call)?))
    }

    /// A setting is named by its path or by its ARN.
    fn arn(&self, place: &Place) -> String {
        match self.setting_id.starts_with("arn:") {
            true => self.setting_id.clone(),
            false => format!("{}/{}", prefix(place), self.setting_id.trim_start_matches('/')),
        }
    }

    /// Refuses all but the one that is done.
    fn check(&self, place: &Place) -> Result<(), ServiceError> {
        let arn = self.arn(place);
        match arn.strip_prefix(&prefix(place)) {
            Some(MANAGEMENT_ROLE) => Ok(()),
            Some(id) if OTHERS.contains(&id) => Err(not_emulated(&format!("the service setting {id}"))),
            _ => Err(error("ServiceSettingNotFound", format!("Setting {} was not found.", self.setting_id))),
        }
    }
}

fn prefix(place: &Place) -> String {
    format!("arn:aws:ssm:{}:{}:servicesetting", place.region, place.account)
}

pub(super) fn access(_: &Partition, call: &Call) -> Result<Vec<Access>, ServiceError> {
    let (input, place) = Input::of(call)?;
    Ok(vec![Access::new(format!("ssm:{}", call.operation), input.arn(&place))])
}

/// Whoever sets the management role passes it to Systems Manager.
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/fleet-manager-default-host-management-configuration.html#dhmc-prerequisites>
pub(super) fn update_access(partition: &Partition, call: &Call) -> Result<Vec<Access>, ServiceError> {
    let mut needed = access(partition, call)?;
    let (input, place) = Input::of(call)?;
    if let Some(name) = input.setting_value.as_ref().filter(|_| input.check(&place).is_ok()) {
        let pass = Access::new("iam:PassRole", role_arn(&place, name));
        needed.push(pass.with("iam:PassedToService", "ssm.amazonaws.com"));
    }
    Ok(needed)
}

pub(super) fn get(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let (input, place) = Input::of(call)?;
    input.check(&place)?;
    view(partition, &place)
}

pub(super) fn update(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let (input, place) = Input::of(call)?;
    input.check(&place)?;
    let role = ManagementRole {
        name: input.setting_value.unwrap_or_default().trim_start_matches('/').to_owned(),
        set_by: call.caller.principal.arn(),
        set_at: call.now,
    };
    partition.ssm.management_roles.insert(place, role);
    Ok(Reply::empty())
}

pub(super) fn reset(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let (input, place) = Input::of(call)?;
    input.check(&place)?;
    partition.ssm.management_roles.remove(&place);
    view(partition, &place)
}

fn view(partition: &Partition, place: &Place) -> Result<Reply, ServiceError> {
    let set = partition.ssm.management_roles.get(place);
    Reply::of(&json!({ "ServiceSetting": {
        "SettingId": MANAGEMENT_ROLE,
        "SettingValue": set.map_or(NO_ROLE, |role| &role.name),
        "LastModifiedDate": set.map_or(PROVISIONED.to_owned(), |role| time(role.set_at)),
        "LastModifiedUser": set.map_or("System", |role| &role.set_by),
        "ARN": format!("{}{MANAGEMENT_ROLE}", prefix(place)),
        "Status": if set.is_some() { "Customized" } else { "Default" },
    }}))
}
