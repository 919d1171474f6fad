//! Object Lock: versions that nobody may delete before their time, or while a legal hold is on them.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html>

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::access::{Accesses, Asked, ObjectInput, on_object, with_present};
use super::errors;
use super::lock_configuration::DefaultRetention;
use super::reads::existing;
use super::store::{Bucket, Object};
use crate::operation::{Access, Call, Reply, ServiceError};
use crate::partition::Partition;

/// What passes over a retention in governance mode.
const BYPASS: &str = "s3:BypassGovernanceRetention";

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Mode {
    /// Those with a special permission may end it.
    Governance,
    /// Nobody may.
    Compliance,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Retention {
    pub(super) mode: Mode,
    pub(super) retain_until_date: DateTime<Utc>,
}

/// What keeps a version from being deleted.
#[derive(Clone, Debug, Default)]
pub(super) struct Lock {
    pub(super) retention: Option<Retention>,
    /// `None`: never said.
    pub(super) legal_hold: Option<bool>,
}

/// Object Lock of a bucket.
#[derive(Clone, Debug, Default)]
pub(super) struct ObjectLock {
    /// What new versions get.
    pub(super) default: Option<DefaultRetention>,
}

/// The members by which a request locks a new object.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct LockMembers {
    object_lock_mode: Option<String>,
    object_lock_retain_until_date: Option<DateTime<Utc>>,
    object_lock_legal_hold_status: Option<String>,
    object_lock_event_hold: Option<String>,
    object_lock_event_hold_duration_days: Option<i64>,
    object_lock_event_hold_duration_years: Option<i64>,
}

/// What answers tell of a lock.
#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct LockOutput {
    object_lock_mode: Option<Mode>,
    object_lock_retain_until_date: Option<DateTime<Utc>>,
    object_lock_legal_hold_status: Option<&'static str>,
}

fn protected() -> ServiceError {
    ServiceError::new(403, "AccessDenied", "Access Denied because object protected by object lock.")
}

fn on_or_off(hold: bool) -> &'static str {
    if hold { "ON" } else { "OFF" }
}

impl Lock {
    /// # Errors
    /// `AccessDenied`, where the version must not be deleted. `bypass`: who deletes may and wants to pass over
    /// governance.
    pub(super) fn check_deletion(&self, now: DateTime<Utc>, bypass: bool) -> Result<(), ServiceError> {
        let retained = self.retention.as_ref().is_some_and(|retention| retention.holds(now, bypass));
        if retained || self.legal_hold == Some(true) { Err(protected()) } else { Ok(()) }
    }

    /// What is told of it to those who may read its retention and its hold.
    pub(super) fn output(&self, retention: bool, hold: bool) -> LockOutput {
        let retention = self.retention.as_ref().filter(|_| retention);
        LockOutput {
            object_lock_mode: retention.map(|retention| retention.mode),
            object_lock_retain_until_date: retention.map(|retention| retention.retain_until_date),
            object_lock_legal_hold_status: self.legal_hold.filter(|_| hold).map(on_or_off),
        }
    }
}

impl Retention {
    fn holds(&self, now: DateTime<Utc>, bypass: bool) -> bool {
        self.retain_until_date > now && !(bypass && self.mode == Mode::Governance)
    }

    /// Whether `next` holds at least as long and as fast.
    fn is_kept_by(&self, next: Option<&Self>) -> bool {
        next.is_some_and(|next| {
            next.retain_until_date >= self.retain_until_date
                && (next.mode == self.mode || self.mode == Mode::Governance)
        })
    }
}

impl LockMembers {
    /// The permissions that locking a new object needs beyond writing it.
    pub(super) fn actions(&self) -> Vec<&'static str> {
        let mut actions = Vec::new();
        let retained = self.object_lock_mode.is_some() || self.object_lock_retain_until_date.is_some();
        if retained || self.has_event_hold() {
            actions.push("s3:PutObjectRetention");
        }
        if self.object_lock_legal_hold_status.is_some() {
            actions.push("s3:PutObjectLegalHold");
        }
        actions
    }

    fn has_event_hold(&self) -> bool {
        let (days, years) =
            (self.object_lock_event_hold_duration_days, self.object_lock_event_hold_duration_years);
        self.object_lock_event_hold.is_some() || days.is_some() || years.is_some()
    }

    pub(super) fn with_keys(&self, access: Access, now: DateTime<Utc>) -> Access {
        let (hold, days) =
            (self.object_lock_event_hold.as_deref(), self.object_lock_event_hold_duration_days);
        let access = with_event_hold(access, hold, days);
        let access = with_present(access, "s3:object-lock-mode", self.object_lock_mode.as_deref());
        let hold = self.object_lock_legal_hold_status.as_deref();
        with_date(
            with_present(access, "s3:object-lock-legal-hold", hold),
            self.object_lock_retain_until_date,
            now,
        )
    }

    /// The lock of a new version.
    pub(super) fn lock(&self, bucket: &Bucket, now: DateTime<Utc>) -> Result<Lock, ServiceError> {
        let retention = match (self.object_lock_mode.as_deref(), self.object_lock_retain_until_date) {
            (None, None) => None,
            (Some(mode), Some(until)) => {
                Some(Retention { mode: mode_of_header(mode)?, retain_until_date: in_future(until, now)? })
            }
            (mode, _) => {
                let missing = if mode.is_some() {
                    "x-amz-object-lock-retain-until-date"
                } else {
                    "x-amz-object-lock-mode"
                };
                let message =
                    "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied";
                return Err(ServiceError::new(400, "InvalidArgument", message).with("ArgumentName", missing));
            }
        };
        if self.has_event_hold() {
            return Err(no_event_holds());
        }
        let hold = self.object_lock_legal_hold_status.as_deref();
        if retention.is_some() || hold.is_some() {
            demand_lock(bucket)?;
        }
        let default = bucket.object_lock.as_ref().and_then(|lock| lock.default.as_ref()?.from(now));
        Ok(Lock { retention: retention.or(default), legal_hold: hold.map(|hold| hold == "ON") })
    }
}

fn mode_of_header(text: &str) -> Result<Mode, ServiceError> {
    match text {
        "GOVERNANCE" => Ok(Mode::Governance),
        "COMPLIANCE" => Ok(Mode::Compliance),
        _ => {
            let message = "Unknown wormMode directive.";
            Err(errors::invalid_argument(message, "x-amz-object-lock-mode", text))
        }
    }
}

fn in_future(until: DateTime<Utc>, now: DateTime<Utc>) -> Result<DateTime<Utc>, ServiceError> {
    if until > now {
        return Ok(until);
    }
    // S3 tells the time of its home.
    let shown = (until - TimeDelta::hours(8)).format("%a %b %d %H:%M:%S PST %Y").to_string();
    Err(errors::invalid_argument("The retain until date must be in the future!", "RetainUntilDate", shown))
}

/// Adds the keys of the date until which a version is kept.
fn with_date(access: Access, until: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Access {
    let Some(until) = until else { return access };
    let shown = until.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let days = (until - now).num_days().max(0).to_string();
    access
        .with("s3:object-lock-retain-until-date", shown)
        .with("s3:object-lock-remaining-retention-days", days)
}

/// Adds the keys of an event hold.
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html#amazons3-policy-keys>
fn with_event_hold(access: Access, hold: Option<&str>, days: Option<i64>) -> Access {
    let days = days.map(|days| days.to_string());
    let access = with_present(access, "s3:object-lock-event-hold", hold);
    with_present(access, "s3:object-lock-event-hold-duration-days", days.as_deref())
}

/// They are decided, and not kept: a lock that does not hold is worse than none.
pub(super) fn no_event_holds() -> ServiceError {
    ServiceError::new(501, "NotImplemented", "event holds of Object Lock are not emulated by rolecall")
}

fn demand_lock(bucket: &Bucket) -> Result<(), ServiceError> {
    match bucket.object_lock {
        Some(_) => Ok(()),
        None => Err(errors::invalid_request("Bucket is missing Object Lock Configuration")),
    }
}

/// What passing over governance needs where a request asks for it: without it, the lock holds.
pub(super) fn bypassing(asked: &Asked<'_>, key: &str, wanted: Option<bool>) -> Option<Access> {
    (wanted == Some(true)).then(|| asked.object(BYPASS, key).informing())
}

/// Refuses a request to pass over governance where there is no Object Lock.
pub(super) fn check_bypass(bucket: &Bucket, wanted: Option<bool>) -> Result<(), ServiceError> {
    if wanted.is_none() || bucket.object_lock.is_some() {
        return Ok(());
    }
    let message = "x-amz-bypass-governance-retention is only applicable to Object Lock enabled buckets.";
    let error = ServiceError::new(400, "InvalidArgument", message);
    Err(error.with("ArgumentName", "x-amz-bypass-governance-retention"))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RetentionInput {
    #[serde(flatten)]
    object: ObjectInput,
    retention: Option<RetentionElement>,
    bypass_governance_retention: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RetentionElement {
    mode: Option<Mode>,
    retain_until_date: Option<DateTime<Utc>>,
    event_hold: Option<String>,
    event_hold_duration: Option<EventHoldDuration>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct EventHoldDuration {
    days: Option<i64>,
}

pub(super) fn put_retention_access(partition: &Partition, call: &Call) -> Accesses {
    let input: RetentionInput = call.parse()?;
    let asked = Asked::of(partition, call)?;
    let element = input.retention.unwrap_or_default();
    let mode = element.mode.map(|mode| if mode == Mode::Governance { "GOVERNANCE" } else { "COMPLIANCE" });
    let mut accesses = on_object(partition, call, "s3:PutObjectRetention")?;
    if let Some(first) = accesses.first_mut() {
        let access = std::mem::replace(first, Access::new("", ""));
        let access = with_present(access, "s3:object-lock-mode", mode);
        let days = element.event_hold_duration.as_ref().and_then(|duration| duration.days);
        let access = with_event_hold(access, element.event_hold.as_deref(), days);
        *first = with_date(access, element.retain_until_date, call.now);
    }
    accesses.extend(bypassing(&asked, &input.object.key, input.bypass_governance_retention));
    Ok(accesses)
}

pub(super) fn put_retention(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: RetentionInput = call.parse()?;
    let bucket = partition.s3.bucket_mut(&input.object.bucket)?;
    let (_, object) = existing(bucket, call, &input.object)?;
    demand_lock(bucket)?;
    let next = match input.retention.ok_or_else(errors::malformed_xml)? {
        RetentionElement { event_hold: Some(_), .. }
        | RetentionElement { event_hold_duration: Some(_), .. } => {
            return Err(no_event_holds());
        }
        RetentionElement { mode: None, retain_until_date: None, .. } => None,
        RetentionElement { mode: Some(mode), retain_until_date: Some(until), .. } => {
            Some(Retention { mode, retain_until_date: in_future(until, call.now)? })
        }
        _ => return Err(errors::malformed_xml()),
    };
    let bypass =
        input.bypass_governance_retention == Some(true) && call.granted.last().copied() == Some(true);
    if let Some(retention) = &object.lock.retention
        && retention.holds(call.now, bypass)
        && !retention.is_kept_by(next.as_ref())
    {
        return Err(protected());
    }
    if let Some(object) = bucket.object_mut(&input.object.key, input.object.version_id.as_deref()) {
        object.lock.retention = next;
    }
    Ok(Reply::empty())
}

fn locked<'a>(partition: &'a Partition, call: &Call) -> Result<&'a Object, ServiceError> {
    let input: ObjectInput = call.parse()?;
    let bucket = partition.s3.bucket(&input.bucket)?;
    let (_, object) = existing(bucket, call, &input)?;
    demand_lock(bucket)?;
    Ok(object)
}

fn no_lock() -> ServiceError {
    let message = "The specified object does not have a ObjectLock configuration";
    ServiceError::new(404, "NoSuchObjectLockConfiguration", message)
}

pub(super) fn show_retention(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let retention = locked(partition, call)?.lock.retention.as_ref().ok_or_else(no_lock)?;
    Reply::of(&json!({ "Retention": retention }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct LegalHoldInput {
    #[serde(flatten)]
    object: ObjectInput,
    legal_hold: Option<LegalHold>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct LegalHold {
    status: Option<String>,
}

impl LegalHoldInput {
    fn status(&self) -> Option<&str> {
        self.legal_hold.as_ref()?.status.as_deref()
    }
}

pub(super) fn put_legal_hold_access(partition: &Partition, call: &Call) -> Accesses {
    let input: LegalHoldInput = call.parse()?;
    let mut accesses = on_object(partition, call, "s3:PutObjectLegalHold")?;
    if let (Some(first), Some(status)) = (accesses.first_mut(), input.status()) {
        first.context.set("s3:object-lock-legal-hold", status);
    }
    Ok(accesses)
}

pub(super) fn put_legal_hold(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: LegalHoldInput = call.parse()?;
    let bucket = partition.s3.bucket_mut(&input.object.bucket)?;
    existing(bucket, call, &input.object)?;
    let hold = input.status().ok_or_else(errors::malformed_xml)? == "ON";
    demand_lock(bucket)?;
    if let Some(object) = bucket.object_mut(&input.object.key, input.object.version_id.as_deref()) {
        object.lock.legal_hold = Some(hold);
    }
    Ok(Reply::empty())
}

pub(super) fn show_legal_hold(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let hold = locked(partition, call)?.lock.legal_hold.ok_or_else(no_lock)?;
    Reply::of(&json!({ "LegalHold": { "Status": on_or_off(hold) } }))
}
