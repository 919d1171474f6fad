//! Compliance Findings (class 2003) of the Open Cybersecurity Schema Framework, an object on each line for each selected
//! scenario: <https://schema.ocsf.io/1.5.0/classes/compliance_finding>.
//!
//! `finding_info.uid` is the scenario's in all runs, `metadata.uid` is this run's. A status is `Pass` only as
//! [`crate::compliance`] has it, `Warning` where there is no result about an account. Only of an account of AWS is there a
//! `cloud`.

#[cfg(test)]
mod tests;

use std::io::{self, Write};

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use crate::compliance::{self, Finding, Severity, Status};
use crate::record::Record;
use crate::{console, words};

/// The version that py-ocsf-models reads.
const VERSION: &str = "1.5.0";
/// A text.
const TEXT: usize = 8_000;

/// Writes a line for each scenario.
pub(crate) fn write(record: &Record, out: &mut dyn Write) -> io::Result<()> {
    for (index, finding) in compliance::findings(record).enumerate() {
        serde_json::to_writer(&mut *out, &spelled(record, index, &finding))?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn spelled(record: &Record, index: usize, finding: &Finding<'_>) -> Value {
    let (severity_id, severity) = severity(finding.severity);
    let title = line(&finding.title);
    let details = compliance::details(record, finding).into_iter();
    let details: Map<String, Value> =
        details.map(|(name, value)| (name.into(), line(&value).into())).collect();
    let mut spelled = json!({
        "activity_id": 1,
        "activity_name": "Create",
        "category_name": "Findings",
        "category_uid": 2,
        "class_name": "Compliance Finding",
        "class_uid": 2003,
        "type_name": "Compliance Finding: Create",
        "type_uid": 200_301,
        "time": time(finding.ended),
        "start_time": time(finding.started),
        "end_time": time(finding.ended),
        "severity": severity,
        "severity_id": severity_id,
        "message": line(&finding.description),
        "metadata": metadata(record, index),
        "finding_info": {
            "uid": line(&finding.id),
            "title": title,
            "desc": line(&finding.description),
            "created_time": time(finding.started),
            "modified_time": time(finding.ended),
            "types": ["Software and Configuration Checks"],
        },
        "compliance": status(finding),
        "unmapped": details,
    });
    let mut put = |name: &str, value: Value| spelled.as_object_mut().map(|it| it.insert(name.into(), value));
    if let Some((code, why)) = &finding.reason {
        put("status_code", json!(code));
        put("status_detail", json!(line(why)));
    }
    if let Some(help) = words::help(finding.scenario) {
        put("remediation", json!({ "desc": line(help) }));
    }
    if let Some(account) = compliance::account(record) {
        let region = record.target.as_ref().and_then(|target| target.region.as_deref());
        let mut cloud = json!({
            "provider": "AWS",
            "account": { "name": account, "uid": account, "type": "AWS Account", "type_id": 10 },
        });
        if let (Some(region), Some(cloud)) = (region, cloud.as_object_mut()) {
            cloud.insert("region".to_owned(), json!(region));
        }
        put("cloud", cloud);
        let resources = compliance::resources(record, finding.scenario);
        let resources: Vec<Value> = resources.into_iter().map(|arn| json!({ "uid": line(arn) })).collect();
        if !resources.is_empty() {
            put("resources", json!(resources));
        }
    }
    spelled
}

fn metadata(record: &Record, index: usize) -> Value {
    let tool = &record.run.tool;
    let profiles: &[&str] = if compliance::account(record).is_some() { &["cloud"] } else { &[] };
    json!({
        "version": VERSION,
        "uid": format!("{}/{index}", line(&record.run.id)),
        "correlation_uid": line(&record.run.id),
        "labels": [line(&words::standing(record))],
        "profiles": profiles,
        "product": { "name": "Rolecall", "vendor_name": "Rolecall", "version": tool.version },
    })
}

fn status(finding: &Finding<'_>) -> Value {
    let (id, status) = match finding.status {
        Status::Passed => (1, "Pass"),
        Status::Failed => (3, "Fail"),
        Status::NotAvailable => (2, "Warning"),
    };
    let place = &finding.scenario.scenario;
    let check = json!({
        "uid": line(&finding.id),
        "name": words::name(finding.scenario),
        "desc": line(&format!("A scenario of `{}`", place.path)),
        "status": status,
        "status_id": id,
    });
    let mut compliance = json!({ "status_id": id, "checks": [check] });
    if let (false, Some(compliance)) = (finding.controls.is_empty(), compliance.as_object_mut()) {
        let mut standards: Vec<&str> = finding.controls.iter().map(|it| it.framework.as_str()).collect();
        standards.dedup();
        let controls: Vec<String> = finding.controls.iter().map(|it| line(&it.to_string())).collect();
        compliance.insert("standards".to_owned(), json!(standards));
        compliance.insert("requirements".to_owned(), json!(controls));
    }
    compliance
}

fn severity(severity: Severity) -> (u8, &'static str) {
    match severity {
        Severity::Informational => (1, "Informational"),
        Severity::Low => (2, "Low"),
        Severity::Medium => (3, "Medium"),
        Severity::High => (4, "High"),
    }
}

fn line(text: &str) -> String {
    match words::shortened(console::harmless(text).trim(), TEXT) {
        empty if empty.is_empty() => "-".to_owned(),
        line => line,
    }
}

fn time(at: DateTime<Utc>) -> i64 {
    at.timestamp_millis()
}
