//! Restoring archived objects for some days, after the hours that it takes.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_RestoreObject.html>

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::access::ObjectInput;
use super::errors;
use super::reads::existing;
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

/// A copy of an archived object that can be read for a while.
#[derive(Clone, Copy)]
pub(super) struct Restoration {
    ready: DateTime<Utc>,
    expires: DateTime<Utc>,
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_RestoreStatus.html>
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RestoreStatus {
    is_restore_in_progress: bool,
    restore_expiry_date: Option<DateTime<Utc>>,
}

impl Restoration {
    /// Whether the copy is there to be read.
    pub(super) fn is_there(self, now: DateTime<Utc>) -> bool {
        (self.ready..self.expires).contains(&now)
    }

    /// What listings tell of it; `None`: the copy is gone.
    pub(super) fn status(self, now: DateTime<Utc>) -> Option<RestoreStatus> {
        let is_restore_in_progress = now < self.ready;
        let restore_expiry_date = (!is_restore_in_progress).then_some(self.expires);
        let is_told = is_restore_in_progress || self.is_there(now);
        is_told.then_some(RestoreStatus { is_restore_in_progress, restore_expiry_date })
    }

    /// The header `x-amz-restore`; `None`: the copy is gone.
    pub(super) fn header(self, now: DateTime<Utc>) -> Option<String> {
        if now < self.ready {
            return Some("ongoing-request=\"true\"".to_owned());
        }
        let expires = self.expires.format("%a, %d %b %Y %H:%M:%S GMT");
        self.is_there(now).then(|| format!("ongoing-request=\"false\", expiry-date=\"{expires}\""))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    #[serde(flatten)]
    object: ObjectInput,
    restore_request: Option<Request>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Request {
    days: Option<u64>,
    /// Of a query on the archive, which is not emulated.
    #[serde(rename = "Type")]
    kind: Option<String>,
    tier: Option<String>,
    glacier_job_parameters: Option<Job>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Job {
    tier: String,
}

pub(super) fn restore(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: Input = call.parse()?;
    let request = input.restore_request.ok_or_else(errors::malformed_xml)?;
    if request.kind.is_some() {
        return Err(ServiceError::new(
            501,
            "NotImplemented",
            "RestoreObject of type SELECT is not emulated by rolecall",
        ));
    }
    let days = request.days.filter(|days| *days > 0).ok_or_else(errors::malformed_xml)?;
    let tier = request.glacier_job_parameters.map(|job| job.tier).or(request.tier);
    let bucket = partition.s3.bucket_mut(&input.object.bucket)?;
    existing(bucket, call, &input.object)?;
    let version = input.object.version_id.as_deref();
    let Some(object) = bucket.object_mut(&input.object.key, version) else {
        return Err(errors::no_such_key(&input.object.key));
    };
    if !object.is_in_archive() {
        let message = "Restore is not allowed for the object's current storage class";
        return Err(ServiceError::new(403, "InvalidObjectState", message)
            .with("StorageClass", object.storage_class.as_str()));
    }
    let restoring = object.restoration.filter(|restoration| call.now < restoration.expires);
    let (status, ready) = match restoring {
        Some(restoration) if call.now < restoration.ready => {
            let message = "Object restore is already in progress";
            return Err(ServiceError::new(409, "RestoreAlreadyInProgress", message));
        }
        Some(restoration) => (200, restoration.ready),
        None => (202, call.now + duration(&object.storage_class, tier.as_deref().unwrap_or("Standard"))?),
    };
    let expires = midnight_after(ready.max(call.now), days).ok_or_else(errors::malformed_xml)?;
    object.restoration = Some(Restoration { ready, expires });
    Ok(Reply { status: Some(status), ..Reply::empty() })
}

/// How long a restoration takes at the most.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects-retrieval-options.html>
fn duration(storage_class: &str, tier: &str) -> Result<TimeDelta, ServiceError> {
    match (storage_class, tier) {
        ("GLACIER", "Expedited") => Ok(TimeDelta::minutes(5)),
        ("GLACIER", "Standard") => Ok(TimeDelta::hours(5)),
        ("GLACIER", "Bulk") | ("DEEP_ARCHIVE", "Standard") => Ok(TimeDelta::hours(12)),
        ("DEEP_ARCHIVE", "Bulk") => Ok(TimeDelta::hours(48)),
        _ => {
            let message = "Retrieval option is not supported by this storage class";
            Err(errors::invalid_argument(message, "Tier", tier))
        }
    }
}

/// Days are counted to the next midnight.
fn midnight_after(time: DateTime<Utc>, days: u64) -> Option<DateTime<Utc>> {
    let day = time.date_naive().checked_add_days(Days::new(days.checked_add(1)?))?;
    Some(day.and_time(NaiveTime::MIN).and_utc())
}
