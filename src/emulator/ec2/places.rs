//! Regions and availability zones.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-regions-availability-zones.html>

use serde::Deserialize;
use serde_json::json;

use super::filters::{self, Field, Filter, matches};
use super::request::{invalid_value, read};
use super::store::Place;
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

/// The regions that are enabled by default: name, long name, prefix of its zones' ids, letters and numbers of its zones.
/// Which letter has which number differs from account to account.
const REGIONS: &[(&str, &str, &str, &str, &str)] = &[
    ("ap-northeast-1", "Asia Pacific (Tokyo)", "apne1", "acd", "123"),
    ("ap-northeast-2", "Asia Pacific (Seoul)", "apne2", "abcd", "1234"),
    ("ap-northeast-3", "Asia Pacific (Osaka)", "apne3", "abc", "123"),
    ("ap-south-1", "Asia Pacific (Mumbai)", "aps1", "abc", "123"),
    ("ap-southeast-1", "Asia Pacific (Singapore)", "apse1", "abc", "123"),
    ("ap-southeast-2", "Asia Pacific (Sydney)", "apse2", "abc", "123"),
    ("ca-central-1", "Canada (Central)", "cac1", "abd", "123"),
    ("eu-central-1", "Europe (Frankfurt)", "euc1", "abc", "123"),
    ("eu-north-1", "Europe (Stockholm)", "eun1", "abc", "123"),
    ("eu-west-1", "Europe (Ireland)", "euw1", "abc", "123"),
    ("eu-west-2", "Europe (London)", "euw2", "abc", "123"),
    ("eu-west-3", "Europe (Paris)", "euw3", "abc", "123"),
    ("sa-east-1", "South America (Sao Paulo)", "sae1", "abc", "123"),
    ("us-east-1", "US East (N. Virginia)", "use1", "abcdef", "612435"),
    ("us-east-2", "US East (Ohio)", "use2", "abc", "123"),
    ("us-west-1", "US West (N. California)", "usw1", "ab", "12"),
    ("us-west-2", "US West (Oregon)", "usw2", "abcd", "1234"),
];

/// An availability zone.
pub(super) struct Zone {
    pub(super) name: String,
    pub(super) id: String,
    region: String,
    /// Of the region; empty where it is not listed.
    long_name: &'static str,
}

impl Zone {
    /// All zones of a region are in one group.
    fn group_name(&self) -> String {
        format!("{}-zg-1", self.region)
    }
}

/// The zones of a region; one that is not listed has three.
pub(super) fn zones(region: &str) -> Vec<Zone> {
    let listed = REGIONS.iter().find(|(name, ..)| *name == region);
    let (_, long_name, id_prefix, letters, numbers) =
        listed.copied().unwrap_or((region, "", region, "abc", "123"));
    let zone = |(letter, number)| Zone {
        name: format!("{region}{letter}"),
        id: format!("{id_prefix}-az{number}"),
        region: region.to_owned(),
        long_name,
    };
    letters.chars().zip(numbers.chars()).map(zone).collect()
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
#[derive(Default)]
struct DescribeRegions {
    region_names: Vec<String>,
    // Those to opt in to are not modelled.
    #[serde(rename = "AllRegions")]
    _all_regions: Option<bool>,
    filters: Vec<Filter>,
}

const REGION_FIELDS: &[Field<&str>] = &[
    ("region-name", |name| vec![(*name).to_owned()]),
    ("endpoint", |name| vec![endpoint(name)]),
    ("opt-in-status", |_| vec!["opt-in-not-required".to_owned()]),
];

fn endpoint(region: &str) -> String {
    format!("ec2.{region}.amazonaws.com")
}

pub(super) fn describe_regions(_: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: DescribeRegions = read(call)?;
    let known = |name: &str| REGIONS.iter().any(|(region, ..)| *region == name);
    if let Some(name) = input.region_names.iter().find(|name| !known(name)) {
        return Err(invalid_value(format!("Invalid region provided: {name}")));
    }
    filters::check(&input.filters, REGION_FIELDS, false)?;
    let mut regions = Vec::new();
    for (name, ..) in REGIONS {
        let named = input.region_names.is_empty() || input.region_names.iter().any(|wanted| wanted == name);
        if named && matches(name, None, &input.filters, REGION_FIELDS)? {
            let region = json!({
                "RegionName": name, "Endpoint": endpoint(name), "OptInStatus": "opt-in-not-required",
            });
            regions.push(region);
        }
    }
    Ok(Reply { output: json!({ "Regions": regions }), ..Reply::empty() })
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct DescribeAvailabilityZones {
    zone_names: Vec<String>,
    zone_ids: Vec<String>,
    #[serde(rename = "AllAvailabilityZones")]
    _all: Option<bool>,
    filters: Vec<Filter>,
}

const ZONE_FIELDS: &[Field<Zone>] = &[
    ("zone-name", |zone| vec![zone.name.clone()]),
    ("zone-id", |zone| vec![zone.id.clone()]),
    ("region-name", |zone| vec![zone.region.clone()]),
    ("group-name", |zone| vec![zone.group_name()]),
    ("state", |_| vec!["available".to_owned()]),
    ("zone-type", |_| vec!["availability-zone".to_owned()]),
    ("opt-in-status", |_| vec!["opt-in-not-required".to_owned()]),
];

pub(super) fn describe_availability_zones(_: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: DescribeAvailabilityZones = read(call)?;
    filters::check(&input.filters, ZONE_FIELDS, false)?;
    let zones = zones(&call.region);
    let known = |name: &String| zones.iter().any(|zone| zone.name == *name || zone.id == *name);
    if let Some(name) = input.zone_names.iter().chain(&input.zone_ids).find(|name| !known(name)) {
        return Err(invalid_value(format!("Invalid availability zone: [{name}]")));
    }
    let mut described = Vec::new();
    for zone in &zones {
        let named = (input.zone_names.is_empty() || input.zone_names.contains(&zone.name))
            && (input.zone_ids.is_empty() || input.zone_ids.contains(&zone.id));
        if named && matches(zone, None, &input.filters, ZONE_FIELDS)? {
            described.push(json!({
                "ZoneName": zone.name, "ZoneId": zone.id, "RegionName": zone.region,
                "GroupName": zone.group_name(), "GroupLongName": (!zone.long_name.is_empty()).then(|| format!("{} 1", zone.long_name)),
                "NetworkBorderGroup": zone.region, "State": "available", "ZoneType": "availability-zone",
                "OptInStatus": "opt-in-not-required", "Messages": [],
            }));
        }
    }
    Ok(Reply { output: json!({ "AvailabilityZones": described }), ..Reply::empty() })
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct DescribeAccountAttributes {
    attribute_names: Vec<String>,
}

pub(super) fn describe_account_attributes(
    partition: &mut Partition,
    call: &Call,
) -> Result<Reply, ServiceError> {
    let input: DescribeAccountAttributes = read(call)?;
    let place = Place::of(call)?;
    let default_vpc =
        partition.ec2.region(&place).default_vpc().map_or("none".to_owned(), |vpc| vpc.vpc_id.clone());
    let attributes = [
        ("supported-platforms", "VPC".to_owned()),
        ("default-vpc", default_vpc),
        ("max-instances", super::launch::MAX_INSTANCES.to_string()),
        ("vpc-max-security-groups-per-interface", "5".to_owned()),
        ("max-elastic-ips", "5".to_owned()),
        ("vpc-max-elastic-ips", "5".to_owned()),
    ];
    let known = |name: &String| attributes.iter().any(|(attribute, _)| attribute == name);
    if let Some(name) = input.attribute_names.iter().find(|name| !known(name)) {
        return Err(invalid_value(format!("Invalid attribute name: {name}")));
    }
    let wanted =
        |name: &str| input.attribute_names.is_empty() || input.attribute_names.iter().any(|n| n == name);
    let described: Vec<_> = attributes
        .iter()
        .filter(|(name, _)| wanted(name))
        .map(|(name, value)| json!({ "AttributeName": name, "AttributeValues": [{ "AttributeValue": value }] }))
        .collect();
    Ok(Reply { output: json!({ "AccountAttributes": described }), ..Reply::empty() })
}
