//! Object Lock of buckets, and the retention that their new versions get by it.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectLockConfiguration.html>

use chrono::{DateTime, Months, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::errors;
use super::object_lock::{Mode, ObjectLock, Retention, no_event_holds};
use super::store::Versioning;
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DefaultRetention {
    mode: Mode,
    #[serde(skip_serializing_if = "Option::is_none")]
    days: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    years: Option<i64>,
    #[serde(skip_serializing)]
    default_event_hold: Option<Value>,
}

impl DefaultRetention {
    /// The retention of a version that is made now.
    pub(super) fn from(&self, now: DateTime<Utc>) -> Option<Retention> {
        let days = self.days.and_then(TimeDelta::try_days).and_then(|days| now.checked_add_signed(days));
        let years = self.years.and_then(|years| u32::try_from(years).ok());
        let years = years.and_then(|years| now.checked_add_months(Months::new(years.checked_mul(12)?)));
        Some(Retention { mode: self.mode, retain_until_date: days.or(years)? })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ConfigurationInput {
    bucket: String,
    object_lock_configuration: Option<ConfigurationElement>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ConfigurationElement {
    object_lock_enabled: Option<String>,
    rule: Option<RuleElement>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RuleElement {
    default_retention: Option<Value>,
}

pub(super) fn put(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: ConfigurationInput = call.parse()?;
    let element = input.object_lock_configuration.ok_or_else(errors::no_body)?;
    if element.object_lock_enabled.is_none() {
        return Err(errors::malformed_xml());
    }
    let default = element.rule.map(|rule| default_retention(rule.default_retention)).transpose()?;
    let bucket = partition.s3.bucket_mut(&input.bucket)?;
    if bucket.object_lock.is_none() && bucket.versioning != Versioning::Enabled {
        let message = "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration";
        return Err(ServiceError::new(409, "InvalidBucketState", message));
    }
    bucket.object_lock = Some(ObjectLock { default });
    Ok(Reply::empty())
}

/// A mode, and days or years.
fn default_retention(element: Option<Value>) -> Result<DefaultRetention, ServiceError> {
    let default: Option<DefaultRetention> = element.and_then(|element| serde_json::from_value(element).ok());
    let default = default.ok_or_else(errors::malformed_xml)?;
    if default.default_event_hold.is_some() {
        return Err(no_event_holds());
    }
    let period = match (default.days, default.years) {
        (Some(period), None) | (None, Some(period)) => period,
        _ => return Err(errors::malformed_xml()),
    };
    if period < 1 {
        let message = "Default retention period must be a positive integer value.";
        return Err(ServiceError::new(400, "InvalidArgument", message));
    }
    if default.days.is_some_and(|days| days > 36_500) || default.years.is_some_and(|years| years > 100) {
        let message = "Default retention period is too large.";
        return Err(ServiceError::new(400, "InvalidRetentionPeriod", message));
    }
    Ok(default)
}

pub(super) fn show(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: ConfigurationInput = call.parse()?;
    let bucket = partition.s3.bucket(&input.bucket)?;
    let Some(lock) = &bucket.object_lock else {
        let message = "Object Lock configuration does not exist for this bucket";
        return Err(ServiceError::new(404, "ObjectLockConfigurationNotFoundError", message)
            .with("BucketName", &bucket.name));
    };
    let rule = lock.default.as_ref().map(|default| json!({ "DefaultRetention": default }));
    Reply::of(&json!({ "ObjectLockConfiguration": { "ObjectLockEnabled": "Enabled", "Rule": rule } }))
}
