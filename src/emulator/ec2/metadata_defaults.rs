//! What an account sets for the metadata options of all its launches in a region.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceMetadataDefaults.html>

use serde::Deserialize;
use serde_json::json;

use super::instance_attributes::default_metadata_options;
use super::instances::MetadataOptions;
use super::request::{done, error, invalid_value, read};
use super::store::{Place, Region};
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

/// `None`: no preference.
#[derive(Clone, Default)]
pub(super) struct MetadataDefaults {
    http_tokens: Option<String>,
    http_put_response_hop_limit: Option<i64>,
    http_endpoint: Option<String>,
    instance_metadata_tags: Option<String>,
}

impl Region {
    /// What holds where the request says nothing: the account decides, else the image.
    /// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html#instance-metadata-options-order-of-precedence>
    pub(super) fn metadata_options(&self, imds_support: Option<&str>) -> MetadataOptions {
        let of_image = default_metadata_options(imds_support);
        let set = self.metadata_defaults.clone();
        MetadataOptions {
            http_tokens: set.http_tokens.unwrap_or(of_image.http_tokens),
            http_put_response_hop_limit: set
                .http_put_response_hop_limit
                .unwrap_or(of_image.http_put_response_hop_limit),
            http_endpoint: set.http_endpoint.unwrap_or(of_image.http_endpoint),
            instance_metadata_tags: set.instance_metadata_tags.unwrap_or(of_image.instance_metadata_tags),
            ..of_image
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ModifyInstanceMetadataDefaults {
    http_tokens: Option<String>,
    http_put_response_hop_limit: Option<i64>,
    http_endpoint: Option<String>,
    instance_metadata_tags: Option<String>,
    http_tokens_enforced: Option<String>,
}

const NO_PREFERENCE: &str = "no-preference";

pub(super) fn modify_instance_metadata_defaults(
    partition: &mut Partition,
    call: &Call,
) -> Result<Reply, ServiceError> {
    let input: ModifyInstanceMetadataDefaults = read(call)?;
    if input.http_tokens_enforced.as_deref() == Some("enabled") {
        let message = "The emulator does not enforce HttpTokens for an account";
        return Err(error("UnsupportedOperation", message));
    }
    let region = partition.ec2.region_mut(&Place::of(call)?);
    let mut set = region.metadata_defaults.clone();
    let on = ["enabled", "disabled"];
    change("HttpTokens", input.http_tokens, ["optional", "required"], &mut set.http_tokens)?;
    change("HttpEndpoint", input.http_endpoint, on, &mut set.http_endpoint)?;
    change("InstanceMetadataTags", input.instance_metadata_tags, on, &mut set.instance_metadata_tags)?;
    match input.http_put_response_hop_limit {
        None => {}
        Some(-1) => set.http_put_response_hop_limit = None,
        Some(hops @ 1..=64) => set.http_put_response_hop_limit = Some(hops),
        Some(hops) => {
            return Err(invalid_value(format!(
                "Invalid value '{hops}' for HttpPutResponseHopLimit. Valid values are -1 and 1 to 64"
            )));
        }
    }
    region.metadata_defaults = set;
    Ok(done())
}

fn change(
    name: &str,
    wanted: Option<String>,
    allowed: [&str; 2],
    set: &mut Option<String>,
) -> Result<(), ServiceError> {
    match wanted {
        None => {}
        Some(value) if value == NO_PREFERENCE => *set = None,
        Some(value) if allowed.contains(&value.as_str()) => *set = Some(value),
        Some(value) => {
            let allowed = allowed.join(", ");
            let message =
                format!("Invalid value '{value}' for {name}. Valid values are: {allowed}, {NO_PREFERENCE}");
            return Err(invalid_value(message));
        }
    }
    Ok(())
}

pub(super) fn get_instance_metadata_defaults(
    partition: &mut Partition,
    call: &Call,
) -> Result<Reply, ServiceError> {
    let region = partition.ec2.region(&Place::of(call)?);
    let set = &region.metadata_defaults;
    let level = json!({
        "HttpTokens": set.http_tokens,
        "HttpPutResponseHopLimit": set.http_put_response_hop_limit,
        "HttpEndpoint": set.http_endpoint,
        "InstanceMetadataTags": set.instance_metadata_tags,
        "ManagedBy": "account",
    });
    Ok(Reply { output: json!({ "AccountLevel": level }), ..Reply::empty() })
}
