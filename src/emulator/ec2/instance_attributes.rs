//! Single attributes of an instance, and its metadata options.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceMetadataOptions.html>

use serde::Deserialize;
use serde_json::{Value, json};

use super::instance_types;
use super::instances::{Instance, MetadataOptions, State};
use super::request::{INSTANCE_IDS, done, error, invalid_value, read, required};
use super::store::{Place, Region};
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct DescribeInstanceAttribute {
    instance_id: Option<String>,
    attribute: Option<String>,
}

pub(super) fn describe_instance_attribute(
    partition: &mut Partition,
    call: &Call,
) -> Result<Reply, ServiceError> {
    let input: DescribeInstanceAttribute = read(call)?;
    let id = required(&input.instance_id, "instanceId")?;
    INSTANCE_IDS.check_form(id)?;
    let region = partition.ec2.region(&Place::of(call)?);
    let instance = live(&region, id)?;
    let value = |value: Value| json!({ "Value": value });
    let (name, value) = match required(&input.attribute, "attribute")? {
        "instanceType" => ("InstanceType", value(json!(instance.instance_type))),
        "userData" => ("UserData", instance.user_data.as_ref().map_or(json!({}), |data| value(json!(data)))),
        "disableApiTermination" => ("DisableApiTermination", value(json!(instance.disable_api_termination))),
        "disableApiStop" => ("DisableApiStop", value(json!(instance.disable_api_stop))),
        "instanceInitiatedShutdownBehavior" => {
            ("InstanceInitiatedShutdownBehavior", value(json!(instance.shutdown_behavior)))
        }
        "rootDeviceName" => ("RootDeviceName", value(json!(instance.root_device_name))),
        "ebsOptimized" => ("EbsOptimized", value(json!(instance.ebs_optimized))),
        "sourceDestCheck" => ("SourceDestCheck", value(json!(instance.source_dest_check))),
        "enaSupport" => ("EnaSupport", value(json!(true))),
        "groupSet" => ("Groups", json!(instance.security_groups)),
        "productCodes" => ("ProductCodes", json!([])),
        other => {
            return Err(invalid_value(format!(
                "Value ({other}) for parameter attribute is invalid. Unknown attribute."
            )));
        }
    };
    Ok(Reply { output: json!({ "InstanceId": id, name: value }), ..Reply::empty() })
}

fn live<'a>(region: &'a Region, id: &str) -> Result<&'a Instance, ServiceError> {
    let not_found = || INSTANCE_IDS.not_found(&[id]);
    region.instance(id).filter(|instance| instance.state != State::Terminated).ok_or_else(not_found)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct ModifyInstanceAttribute {
    instance_id: Option<String>,
    #[serde(flatten)]
    changes: Changes,
    pub(super) groups: Option<Vec<String>>,
}

/// What a request sets, beside the groups.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Changes {
    disable_api_stop: Option<Attribute<bool>>,
    disable_api_termination: Option<Attribute<bool>>,
    ebs_optimized: Option<Attribute<bool>>,
    instance_initiated_shutdown_behavior: Option<Attribute<String>>,
    instance_type: Option<Attribute<String>>,
    source_dest_check: Option<Attribute<bool>>,
    user_data: Option<Attribute<String>>,
}

/// A value in a structure of its own.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Attribute<T> {
    value: Option<T>,
}

fn set<T>(wanted: Option<Attribute<T>>, into: &mut T) {
    if let Some(value) = wanted.and_then(|wanted| wanted.value) {
        *into = value;
    }
}

impl Changes {
    /// Those that an instance takes while it is stopped.
    /// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>
    fn need_stop(&self) -> bool {
        self.instance_type.is_some() || self.user_data.is_some() || self.ebs_optimized.is_some()
    }

    fn apply(self, instance: &mut Instance) -> Result<(), ServiceError> {
        if self.need_stop() && instance.state != State::Stopped {
            let message = format!("The instance '{}' is not in the 'stopped' state.", instance.instance_id);
            return Err(error("IncorrectInstanceState", message));
        }
        if let Some(name) = self.instance_type.and_then(|wanted| wanted.value) {
            let unknown = || invalid_value(format!("Invalid value '{name}' for InstanceType."));
            instance.instance_type = instance_types::find(&name).ok_or_else(unknown)?.name;
        }
        if let Some(Attribute { value: Some(behavior) }) = &self.instance_initiated_shutdown_behavior
            && !["stop", "terminate"].contains(&behavior.as_str())
        {
            let message = format!("Invalid value '{behavior}' for InstanceInitiatedShutdownBehavior.");
            return Err(invalid_value(message));
        }
        set(self.instance_initiated_shutdown_behavior, &mut instance.shutdown_behavior);
        set(self.disable_api_stop, &mut instance.disable_api_stop);
        set(self.disable_api_termination, &mut instance.disable_api_termination);
        set(self.ebs_optimized, &mut instance.ebs_optimized);
        set(self.source_dest_check, &mut instance.source_dest_check);
        if let Some(data) = self.user_data {
            instance.user_data = data.value;
        }
        Ok(())
    }
}

/// What a request sets, by the names of its parameters: single values, and values in a structure.
pub(super) fn attributes_of(input: &Value) -> Vec<(&str, String)> {
    let members = input.as_object().into_iter().flatten();
    let members = members.filter(|(name, _)| !["InstanceId", "DryRun"].contains(&name.as_str()));
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    };
    members
        .filter_map(|(name, value)| Some((name.as_str(), text(value.get("Value").unwrap_or(value))?)))
        .collect()
}

pub(super) fn modify_instance_attribute(
    partition: &mut Partition,
    call: &Call,
) -> Result<Reply, ServiceError> {
    let input: ModifyInstanceAttribute = read(call)?;
    let id = required(&input.instance_id, "instanceId")?;
    INSTANCE_IDS.check_form(id)?;
    let region = partition.ec2.region_mut(&Place::of(call)?);
    let mut instance = live(region, id)?.clone();
    input.changes.apply(&mut instance)?;
    let mut groups = Vec::new();
    for group in input.groups.iter().flatten() {
        let group = region.security_group(group).ok_or_else(|| super::security_groups::not_found(group))?;
        groups.push(group.identifier());
    }
    if input.groups.is_some() && groups.is_empty() {
        return Err(error("InvalidParameterCombination", "You must specify at least one security group"));
    }
    if !groups.is_empty() {
        for interface in region.network_interfaces.iter_mut().filter(|eni| eni.instance_id == id) {
            interface.groups.clone_from(&groups);
        }
    }
    if !groups.is_empty() {
        instance.security_groups = groups;
    }
    for interface in region.network_interfaces.iter_mut().filter(|eni| eni.instance_id == id) {
        interface.source_dest_check = instance.source_dest_check;
    }
    if let Some(kept) = region.instance_mut(id) {
        *kept = instance;
    }
    Ok(done())
}

/// Metadata options as requests have them; `None` leaves the default, or what was there.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct MetadataOptionsRequest {
    pub(super) http_tokens: Option<String>,
    pub(super) http_put_response_hop_limit: Option<i64>,
    pub(super) http_endpoint: Option<String>,
    http_protocol_ipv6: Option<String>,
    instance_metadata_tags: Option<String>,
}

impl MetadataOptionsRequest {
    /// `before` with the changes.
    pub(super) fn apply(&self, before: &MetadataOptions) -> Result<MetadataOptions, ServiceError> {
        let switch = |name: &str, wanted: &Option<String>, allowed: [&str; 2], before: &str| match wanted {
            None => Ok(before.to_owned()),
            Some(value) if allowed.contains(&value.as_str()) => Ok(value.clone()),
            Some(value) => {
                let message =
                    format!("Invalid value '{value}' for {name}. Valid values are: {}", allowed.join(", "));
                Err(invalid_value(message))
            }
        };
        let hops = self.http_put_response_hop_limit.unwrap_or(before.http_put_response_hop_limit);
        if !(1..=64).contains(&hops) {
            return Err(invalid_value(format!(
                "Invalid value '{hops}' for HttpPutResponseHopLimit. Valid values are 1 to 64"
            )));
        }
        let on = ["enabled", "disabled"];
        Ok(MetadataOptions {
            state: "applied",
            http_tokens: switch(
                "HttpTokens",
                &self.http_tokens,
                ["optional", "required"],
                &before.http_tokens,
            )?,
            http_put_response_hop_limit: hops,
            http_endpoint: switch("HttpEndpoint", &self.http_endpoint, on, &before.http_endpoint)?,
            http_protocol_ipv6: switch(
                "HttpProtocolIpv6",
                &self.http_protocol_ipv6,
                on,
                &before.http_protocol_ipv6,
            )?,
            instance_metadata_tags: switch(
                "InstanceMetadataTags",
                &self.instance_metadata_tags,
                on,
                &before.instance_metadata_tags,
            )?,
        })
    }
}

/// What holds where neither the request nor the account says anything: the image decides.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html>
pub(super) fn default_metadata_options(imds_support: Option<&str>) -> MetadataOptions {
    let version_two = imds_support == Some("v2.0");
    MetadataOptions {
        state: "applied",
        http_tokens: if version_two { "required" } else { "optional" }.to_owned(),
        http_put_response_hop_limit: if version_two { 2 } else { 1 },
        http_endpoint: "enabled".to_owned(),
        http_protocol_ipv6: "disabled".to_owned(),
        instance_metadata_tags: "disabled".to_owned(),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ModifyInstanceMetadataOptions {
    instance_id: Option<String>,
    #[serde(flatten)]
    options: MetadataOptionsRequest,
}

pub(super) fn modify_instance_metadata_options(
    partition: &mut Partition,
    call: &Call,
) -> Result<Reply, ServiceError> {
    let input: ModifyInstanceMetadataOptions = read(call)?;
    let id = required(&input.instance_id, "instanceId")?;
    INSTANCE_IDS.check_form(id)?;
    let region = partition.ec2.region_mut(&Place::of(call)?);
    let options = input.options.apply(&live(region, id)?.metadata_options)?;
    if let Some(instance) = region.instance_mut(id) {
        instance.metadata_options = options.clone();
    }
    let output = json!({
        "InstanceId": id,
        "InstanceMetadataOptions": MetadataOptions { state: "pending", ..options },
    });
    Ok(Reply { output, ..Reply::empty() })
}
