//! The AWS Security Finding Format, as Security Hub's `BatchImportFindings` takes it: a finding for each selected scenario.
//!
//! <https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_AwsSecurityFinding.html>. A failure is one piece of work
//! however many controls it bears on, so these are its related requirements and no findings of their own. Its id is that of the
//! scenario and not of the run: the next run's import updates what this one said. Findings of a run that was on no account of AWS
//! are made only for an account that the user names; they say so in their titles, name no resource of an account, and none is
//! `PASSED`.

mod hub;
#[cfg(test)]
mod tests;

use std::io::Write;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

use crate::compliance::{self, Finding, Severity, Status};
use crate::format::{Hub, RenderError};
use crate::record::Record;
use crate::{console, words};

use hub::Place;

const SCHEMA: &str = "2018-10-08";
/// The lengths that the format's documentation allows. It counts characters; ours are bytes, which are never fewer.
const TITLE: usize = 256;
const DESCRIPTION: usize = 1_024;
const ID: usize = 512;
const PRODUCT_FIELD: usize = 2_048;
const RECOMMENDATION: usize = 512;
/// How many the lists may hold.
const REQUIREMENTS: usize = 32;
const RESOURCES: usize = 32;

/// Writes the findings as an array, or nothing.
pub(crate) fn write(record: &Record, hub: Hub<'_>, out: &mut dyn Write) -> Result<(), RenderError> {
    let place = Place::of(record, hub)?;
    let findings: Vec<Value> =
        compliance::findings(record).map(|finding| spelled(record, &finding, &place)).collect();
    serde_json::to_writer_pretty(&mut *out, &findings).map_err(std::io::Error::from)?;
    out.write_all(b"\n")?;
    Ok(())
}

fn spelled(record: &Record, finding: &Finding<'_>, place: &Place<'_>) -> Value {
    let types = json!([match finding.controls.is_empty() {
        true => "Software and Configuration Checks/AWS Security Best Practices",
        false => "Software and Configuration Checks/Industry and Regulatory Standards",
    }]);
    let severity = json!({ "Label": label(finding.severity), "Original": words::outcome(finding.scenario) });
    let mut spelled = json!({
        "SchemaVersion": SCHEMA,
        "Id": line(&finding.id, ID),
        "ProductArn": place.product(),
        "ProductName": "Rolecall",
        "GeneratorId": line(&format!("rolecall/{}", finding.scenario.scenario.path), ID),
        "AwsAccountId": place.account,
        "Types": types,
        "CreatedAt": time(finding.started),
        "UpdatedAt": time(finding.ended),
        "Severity": severity,
        "FindingProviderFields": { "Severity": severity, "Types": types },
        "Title": line(&finding.title, TITLE),
        "Description": line(&finding.description, DESCRIPTION),
        "ProductFields": product_fields(record, finding),
        "Resources": resources(record, finding, place),
        "Compliance": status(finding),
        "Workflow": { "Status": if finding.status == Status::Passed { "RESOLVED" } else { "NEW" } },
        "RecordState": "ACTIVE",
    });
    let mut put = |name: &str, value: Value| spelled.as_object_mut().map(|it| it.insert(name.into(), value));
    if let Some(help) = words::help(finding.scenario) {
        put("Remediation", json!({ "Recommendation": { "Text": line(help, RECOMMENDATION) } }));
    }
    let job = record.run.who.as_ref().and_then(|who| who.job.as_deref());
    if let Some(job) = job.filter(|it| it.starts_with("https://")) {
        put("SourceUrl", json!(job));
    }
    spelled
}

fn label(severity: Severity) -> &'static str {
    match severity {
        Severity::Informational => "INFORMATIONAL",
        Severity::Low => "LOW",
        Severity::Medium => "MEDIUM",
        Severity::High => "HIGH",
    }
}

fn status(finding: &Finding<'_>) -> Value {
    let status = match finding.status {
        Status::Passed => "PASSED",
        Status::Failed => "FAILED",
        Status::NotAvailable => "NOT_AVAILABLE",
    };
    let mut compliance = json!({ "Status": status });
    let mut put =
        |name: &str, value: Value| compliance.as_object_mut().map(|it| it.insert(name.into(), value));
    if let Some((code, why)) = &finding.reason {
        put("StatusReasons", json!([{ "ReasonCode": code, "Description": line(why, DESCRIPTION) }]));
    }
    let mut controls: Vec<String> =
        finding.controls.iter().map(|control| line(&control.to_string(), TITLE)).collect();
    if controls.len() > REQUIREMENTS {
        let more = controls.len() - (REQUIREMENTS - 1);
        controls.truncate(REQUIREMENTS - 1);
        controls.push(format!("and {more} more"));
    }
    if !controls.is_empty() {
        put("RelatedRequirements", json!(controls));
    }
    compliance
}

fn product_fields(record: &Record, finding: &Finding<'_>) -> Map<String, Value> {
    let details = compliance::details(record, finding);
    let own = details.into_iter().map(|(name, value)| (format!("rolecall/{name}"), value));
    let version = ("ProviderVersion".to_owned(), record.run.tool.version.clone());
    let fields = own.chain([("ProviderName".to_owned(), "Rolecall".to_owned()), version]);
    fields.map(|(name, value)| (name, json!(line(&value, PRODUCT_FIELD)))).collect()
}

/// The account first; where none was tested, what was, and nothing of which an account could have another of the same name.
fn resources(record: &Record, finding: &Finding<'_>, place: &Place<'_>) -> Vec<Value> {
    if compliance::account(record).is_none() {
        let target = record.target.as_ref().map_or("not known", |target| &target.name);
        return vec![json!({ "Type": "Other", "Id": line(&format!("rolecall/target/{target}"), ID) })];
    }
    let account = json!({ "Type": "AwsAccount", "Id": format!("AWS::::Account:{}", place.account) });
    let arns = compliance::resources(record, finding.scenario);
    let named = arns.iter().map(|arn| json!({ "Type": kind(arn), "Id": line(arn, ID) }));
    [account].into_iter().chain(named).take(RESOURCES).collect()
}

/// The type of the resource that an ARN names, as Security Hub calls it.
fn kind(arn: &str) -> &'static str {
    let mut parts = arn.splitn(6, ':').skip(2);
    let (service, resource) = (parts.next().unwrap_or_default(), parts.nth(2).unwrap_or_default());
    let kind = resource.split_once('/').map(|(kind, _)| kind);
    match (service, kind) {
        ("iam", Some("user")) => "AwsIamUser",
        ("iam", Some("role")) => "AwsIamRole",
        ("iam", Some("group")) => "AwsIamGroup",
        ("iam", Some("policy")) => "AwsIamPolicy",
        ("s3", None) => "AwsS3Bucket",
        ("s3", Some(_)) => "AwsS3Object",
        ("ec2", Some("instance")) => "AwsEc2Instance",
        _ => "Other",
    }
}

/// One line of so many bytes at most, in which something stands.
fn line(text: &str, limit: usize) -> String {
    match words::shortened(console::harmless(text).trim(), limit) {
        empty if empty.is_empty() => "-".to_owned(),
        line => line,
    }
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
