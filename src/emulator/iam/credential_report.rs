//! The credential report: who in the account has which credentials, as CSV.
//!
//! AWS's reports differ from its guide in that they keep the dates of keys and certificates that are not active, and
//! have no column `additional_credentials_info`, which would be empty within the quotas.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

use super::access_keys::{AccessKey, LastUse};
use super::account::Account;
use super::noun::timestamp;
use super::signing_certificates::SigningCertificate;
use super::users::User;

/// How long a report is good.
const VALIDITY: TimeDelta = TimeDelta::hours(4);
const HEADER: &str = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,\
    password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,\
    access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,\
    access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,\
    cert_1_last_rotated,cert_2_active,cert_2_last_rotated";
const NOT_APPLICABLE: &str = "N/A";
/// Nobody signs in to a website of AWS here.
const NEVER_USED: &str = "no_information";

/// The last report of an account.
#[derive(Clone)]
pub(super) struct CredentialReport {
    content: String,
    generated: DateTime<Utc>,
}

impl CredentialReport {
    fn is_current(&self, now: DateTime<Utc>) -> bool {
        now - self.generated < VALIDITY
    }
}

/// The report is made at once; a second request, as clients send it, is told so.
pub(super) fn generate(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let account = partition.iam.account_mut(call)?;
    if account.credential_report.as_ref().is_some_and(|report| report.is_current(call.now)) {
        return Reply::of(&json!({ "State": "COMPLETE" }));
    }
    account.credential_report = Some(CredentialReport { content: content(account), generated: call.now });
    let description = "No report exists. Starting a new report generation task";
    Reply::of(&json!({ "State": "STARTED", "Description": description }))
}

pub(super) fn get(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let report = partition.iam.account(call)?.credential_report.as_ref();
    // AWS sends no words with these errors.
    let report = report.ok_or_else(|| ServiceError::new(410, "ReportNotPresent", ""))?;
    if !report.is_current(call.now) {
        return Err(ServiceError::new(410, "ReportExpired", ""));
    }
    Reply::of(&json!({
        "Content": STANDARD.encode(&report.content),
        "ReportFormat": "text/csv",
        "GeneratedTime": timestamp(report.generated),
    }))
}

fn content(account: &Account) -> String {
    let rows = account.users.values().map(|user| row_of_user(account, user));
    let rows = std::iter::once(row_of_root(account)).chain(rows);
    let lines = rows.map(|row| row.iter().map(|field| quoted(field)).collect::<Vec<_>>().join(","));
    std::iter::once(HEADER.to_owned()).chain(lines).collect::<Vec<_>>().join("\n")
}

/// Names and paths may have commas: <https://www.rfc-editor.org/rfc/rfc4180>.
fn quoted(field: &str) -> String {
    if field.contains([',', '"']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field.to_owned() }
}

fn row_of_root(account: &Account) -> Vec<String> {
    let created = timestamp(account.created);
    let (used, changed) = match account.root_has_password {
        true => (NEVER_USED, created.as_str()),
        false => (NOT_APPLICABLE, NOT_APPLICABLE),
    };
    let mut row = vec![
        "<root_account>".to_owned(),
        format!("arn:aws:iam::{}:root", account.id),
        created.clone(),
        account.root_has_password.to_string(),
        used.to_owned(),
        changed.to_owned(),
        "not_supported".to_owned(),
        // Devices are of users only.
        "false".to_owned(),
    ];
    row.extend(keys(&account.root_keys));
    row.extend(certificates(&account.root_certificates));
    row
}

fn row_of_user(account: &Account, user: &User) -> Vec<String> {
    let changed = user.login_profile.as_ref().map(|profile| profile.changed);
    let age = account.password_policy.as_ref().and_then(|policy| policy.max_password_age);
    let age = age.and_then(TimeDelta::try_days);
    let next = changed.zip(age).and_then(|(changed, age)| changed.checked_add_signed(age));
    let or_none = |time: Option<DateTime<Utc>>| time.map_or(NOT_APPLICABLE.to_owned(), timestamp);
    let mut row = vec![
        user.identity.name.clone(),
        user.identity.arn.clone(),
        timestamp(user.identity.created),
        changed.is_some().to_string(),
        changed.map_or(NOT_APPLICABLE, |_| NEVER_USED).to_owned(),
        or_none(changed),
        or_none(next),
        account.has_mfa(user).to_string(),
    ];
    row.extend(keys(&user.access_keys));
    row.extend(certificates(&user.signing_certificates));
    row
}

/// The columns of two keys, in the order of their ids.
fn keys(keys: &[AccessKey]) -> Vec<String> {
    let mut keys: Vec<&AccessKey> = keys.iter().collect();
    keys.sort_by(|one, other| one.id.cmp(&other.id));
    (0..2).flat_map(|place| key_columns(keys.get(place).copied())).collect()
}

fn key_columns(key: Option<&AccessKey>) -> [String; 5] {
    let used = key.and_then(|key| key.reported_use.as_ref());
    let none = || NOT_APPLICABLE.to_owned();
    [
        key.is_some_and(|key| key.active).to_string(),
        key.map_or_else(none, |key| timestamp(key.created)),
        used.map_or_else(none, |used| timestamp(used.time)),
        used.and_then(region).map_or_else(none, str::to_owned),
        used.map_or_else(none, |used| used.service.to_owned()),
    ]
}

/// `None`: the service is none of a region.
fn region(used: &LastUse) -> Option<&str> {
    (used.service != "s3").then_some(used.region.as_str())
}

/// The columns of two certificates, of which AWS puts one that is not active first.
fn certificates(certificates: &[SigningCertificate]) -> Vec<String> {
    let mut certificates: Vec<&SigningCertificate> = certificates.iter().collect();
    certificates.sort_by_key(|certificate| certificate.active);
    let columns = |place: usize| {
        let certificate = certificates.get(place);
        let rotated = certificate.map(|certificate| timestamp(certificate.uploaded));
        let active = certificate.is_some_and(|certificate| certificate.active);
        [active.to_string(), rotated.unwrap_or_else(|| NOT_APPLICABLE.to_owned())]
    };
    (0..2).flat_map(columns).collect()
}
