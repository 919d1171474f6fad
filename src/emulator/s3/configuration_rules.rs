//! What S3 refuses in configurations beyond what their model says, and what it fills in.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chrono::{DateTime, Timelike, Utc};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::errors::{invalid_argument, invalid_request, malformed_xml};
use super::store::{Bucket, Versioning};
use crate::operation::ServiceError;
use crate::partition::Partition;

type Checked = Result<(), ServiceError>;

/// From which size on objects change their class, where the request does not say it.
pub(super) const SMALLEST_TRANSITION: &str = "all_storage_classes_128K";
pub(super) const SMALLEST_TRANSITIONS: [&str; 2] = [SMALLEST_TRANSITION, "varies_by_storage_class"];
const CORS_METHODS: [&str; 5] = ["GET", "PUT", "HEAD", "POST", "DELETE"];

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}

pub(super) fn cors(_: &Partition, _: &Bucket, value: &mut Value) -> Checked {
    let rules = list(value, "CORSRules");
    if rules.is_empty() || rules.len() > 100 {
        return Err(malformed_xml());
    }
    let methods = rules.iter().flat_map(|rule| list(rule, "AllowedMethods")).filter_map(Value::as_str);
    for method in methods {
        if !CORS_METHODS.contains(&method) {
            let message =
                format!("Found unsupported HTTP method in CORS config. Unsupported method is {method}");
            return Err(invalid_request(message));
        }
    }
    let origins = rules.iter().flat_map(|rule| list(rule, "AllowedOrigins")).filter_map(Value::as_str);
    for origin in origins {
        if origin.matches('*').count() > 1 {
            let message = format!("AllowedOrigin \"{origin}\" can not have more than one wildcard.");
            return Err(invalid_request(message));
        }
    }
    Ok(())
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html>
pub(super) fn lifecycle(_: &Partition, bucket: &Bucket, value: &mut Value) -> Checked {
    let rules = list(value, "Rules");
    if rules.is_empty() || rules.len() > 1000 {
        return Err(malformed_xml());
    }
    let mut ids = BTreeSet::new();
    for rule in rules {
        lifecycle_rule(rule)?;
        if let Some(id) = text(rule, "ID")
            && !ids.insert(id)
        {
            let message = format!("Rule ID must be unique. Found same ID for more than one rule: {id}");
            return Err(invalid_argument(message, "ID", id));
        }
    }
    name_rules(bucket, value);
    Ok(())
}

fn lifecycle_rule(rule: &Value) -> Checked {
    let actions = [
        "Expiration",
        "Transitions",
        "NoncurrentVersionTransitions",
        "NoncurrentVersionExpiration",
        "AbortIncompleteMultipartUpload",
    ];
    // A rule has a filter, or the prefix of old in its place.
    let filters = usize::from(rule.get("Filter").is_some()) + usize::from(rule.get("Prefix").is_some());
    if filters != 1 || !actions.iter().any(|action| rule.get(*action).is_some()) {
        return Err(malformed_xml());
    }
    if let Some(expiration) = rule.get("Expiration") {
        expires(expiration)?;
    }
    list(rule, "Transitions").iter().try_for_each(at_midnight)?;
    if rule.get("NoncurrentVersionExpiration").is_some_and(|expiration| has_members(expiration) == 0) {
        return Err(malformed_xml());
    }
    if text(rule, "ID").is_some_and(|id| id.len() > 255) {
        return Err(invalid_argument("ID length should not exceed allowed limit of 255", "ID", ""));
    }
    rule.get("Filter").map_or(Ok(()), lifecycle_filter)
}

fn has_members(value: &Value) -> usize {
    value.as_object().map_or(0, Map::len)
}

fn expires(expiration: &Value) -> Checked {
    // By date, after days, or of the delete markers that nothing is behind: one of the three.
    if has_members(expiration) != 1 {
        return Err(malformed_xml());
    }
    if expiration.get("Days").and_then(Value::as_i64).is_some_and(|days| days < 1) {
        let message = "'Days' for Expiration action must be a positive integer";
        return Err(invalid_argument(message, "Days", expiration["Days"].to_string()));
    }
    at_midnight(expiration)
}

/// Objects expire and change their class at the beginning of a day.
fn at_midnight(action: &Value) -> Checked {
    let date = text(action, "Date").and_then(|date| date.parse::<DateTime<Utc>>().ok());
    match date {
        Some(date) if date.num_seconds_from_midnight() != 0 || date.nanosecond() != 0 => {
            let shown = date.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
            Err(invalid_argument("'Date' must be at midnight GMT", "Date", shown))
        }
        _ => Ok(()),
    }
}

fn lifecycle_filter(filter: &Value) -> Checked {
    if has_members(filter) > 1 {
        return Err(malformed_xml());
    }
    let Some(and) = filter.get("And") else { return Ok(()) };
    let tags = list(and, "Tags");
    let plain = has_members(and) - usize::from(and.get("Tags").is_some());
    if plain + tags.len() < 2 {
        return Err(malformed_xml());
    }
    let mut keys = BTreeSet::new();
    if tags.iter().all(|tag| keys.insert(text(tag, "Key"))) {
        return Ok(());
    }
    Err(invalid_request("Duplicate Tag Keys are not allowed."))
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketWebsite.html>
pub(super) fn website(_: &Partition, _: &Bucket, value: &mut Value) -> Checked {
    if let Some(redirect) = value.get("RedirectAllRequestsTo") {
        if has_members(value) > 1 {
            let message = "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.";
            return Err(invalid_argument(message, "RedirectAllRequestsTo", "not null"));
        }
        return protocol(redirect);
    }
    let Some(suffix) = value.get("IndexDocument").and_then(|index| text(index, "Suffix")) else {
        let message = "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty";
        return Err(invalid_argument(message, "IndexDocument", "null"));
    };
    if suffix.is_empty() || suffix.contains('/') {
        return Err(invalid_argument("The IndexDocument Suffix is not well formed", "IndexDocument", suffix));
    }
    if value.get("RoutingRules").is_some() && list(value, "RoutingRules").is_empty() {
        return Err(malformed_xml());
    }
    for rule in list(value, "RoutingRules") {
        let redirect = &rule["Redirect"];
        protocol(redirect)?;
        routing_codes(rule)?;
        if redirect.get("ReplaceKeyPrefixWith").is_some() && redirect.get("ReplaceKeyWith").is_some() {
            return Err(invalid_request("You can only define ReplaceKeyPrefix or ReplaceKey but not both."));
        }
        if rule.get("Condition").is_some_and(|condition| has_members(condition) == 0) {
            let message = "Condition cannot be empty. To redirect all requests without a condition, the condition \
                           element shouldn't be present.";
            return Err(invalid_request(message));
        }
    }
    Ok(())
}

/// Which errors are redirected, and how.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-page-redirect.html>
fn routing_codes(rule: &Value) -> Checked {
    let code = |text: &str| text.parse::<u16>().unwrap_or_default();
    if let Some(error) = text(&rule["Condition"], "HttpErrorCodeReturnedEquals")
        && !(400..600).contains(&code(error))
    {
        let message =
            format!("The provided HTTP error code ({error}) is not valid. Valid codes are 4XX or 5XX.");
        return Err(invalid_request(message));
    }
    match text(&rule["Redirect"], "HttpRedirectCode") {
        Some(redirect) if !(301..400).contains(&code(redirect)) => Err(invalid_request(format!(
            "The provided HTTP redirect code ({redirect}) is not valid. Valid codes are 3XX except 300."
        ))),
        _ => Ok(()),
    }
}

fn protocol(redirect: &Value) -> Checked {
    match text(redirect, "Protocol") {
        None | Some("http" | "https") => Ok(()),
        Some(_) => Err(invalid_request(
            "Invalid protocol, protocol can be http or https. If not defined the protocol will be selected \
             automatically.",
        )),
    }
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLogging.html>
pub(super) fn logging(partition: &Partition, bucket: &Bucket, value: &mut Value) -> Checked {
    let Some(target) = value.get("LoggingEnabled").and_then(|logging| text(logging, "TargetBucket")) else {
        return Ok(());
    };
    let refused = |message: &str| {
        let error = ServiceError::new(400, "InvalidTargetBucketForLogging", message);
        Err(error.with("TargetBucket", target))
    };
    match partition.s3.bucket(target) {
        Err(_) => refused("The target bucket for logging does not exist"),
        Ok(found) if found.owner != bucket.owner => {
            refused("The owner for the bucket to be logged and the target bucket must be the same.")
        }
        Ok(found) if found.region != bucket.region => {
            let message = "Cross S3 location logging not allowed. ";
            let error = ServiceError::new(403, "CrossLocationLoggingProhibitted", message);
            // The home region has no name as a location.
            let error = match &bucket.location {
                Some(location) => error.with("SourceBucketLocation", location),
                None => error,
            };
            Err(error.with("TargetBucketLocation", &found.region))
        }
        Ok(_) => Ok(()),
    }
}

pub(super) fn accelerate(_: &Partition, bucket: &Bucket, _: &mut Value) -> Checked {
    accelerates(bucket)
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/transfer-acceleration.html>
pub(super) fn accelerates(bucket: &Bucket) -> Checked {
    if bucket.name.contains('.') {
        let message = "S3 Transfer Acceleration is not supported for buckets with periods (.) in their names";
        return Err(invalid_request(message));
    }
    Ok(())
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketReplication.html>
pub(super) fn replication(partition: &Partition, bucket: &Bucket, value: &mut Value) -> Checked {
    let rules = list(value, "Rules");
    if rules.is_empty() || rules.len() > 1000 {
        return Err(malformed_xml());
    }
    if bucket.versioning != Versioning::Enabled {
        let message = "Versioning must be 'Enabled' on the bucket to apply a replication configuration";
        return Err(invalid_request(message));
    }
    for rule in rules {
        let target = rule.get("Destination").and_then(|destination| text(destination, "Bucket"));
        let target = target.and_then(|target| target.strip_prefix("arn:aws:s3:::")).unwrap_or_default();
        let versioned =
            partition.s3.bucket(target).is_ok_and(|bucket| bucket.versioning == Versioning::Enabled);
        if !versioned {
            return Err(invalid_request("Destination bucket must have versioning enabled."));
        }
    }
    name_rules(bucket, value);
    Ok(())
}

/// Gives an id to the rules that came without one.
fn name_rules(bucket: &Bucket, value: &mut Value) {
    let rules = value.get_mut("Rules").and_then(Value::as_array_mut).into_iter().flatten();
    for (place, rule) in rules.enumerate() {
        let id = made_id(&format!("{} {place} {rule}", bucket.name));
        if let Some(members) = rule.as_object_mut() {
            members.entry("ID").or_insert(json!(id));
        }
    }
}

pub(super) fn made_id(rule: &str) -> String {
    STANDARD_NO_PAD.encode(Sha256::digest(rule).get(..18).unwrap_or_default())
}

pub(super) fn inventory(value: &mut Value) -> Checked {
    let target = value.get("Destination").and_then(|destination| destination.get("S3BucketDestination"));
    let target = target.and_then(|target| text(target, "Bucket")).unwrap_or_default();
    if target.starts_with("arn:aws:s3:::") {
        return Ok(());
    }
    Err(ServiceError::new(400, "InvalidS3DestinationBucket", "Invalid bucket ARN."))
}
