//! Preconditions of reads, copies and writes.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html>

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::errors;
use super::store::{Bucket, Found, Object, Version};
use crate::operation::ServiceError;

/// What a read or copy may ask of the object that it reads.
#[derive(Default)]
pub(super) struct ReadConditions<'a> {
    pub(super) if_match: Option<&'a str>,
    pub(super) if_none_match: Option<&'a str>,
    pub(super) if_modified_since: Option<DateTime<Utc>>,
    pub(super) if_unmodified_since: Option<DateTime<Utc>>,
}

/// Whether a read may go on.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Go,
    NotModified,
    /// The header that failed.
    Failed(&'static str),
}

impl ReadConditions<'_> {
    /// Dates in the future say nothing.
    pub(super) fn judge(&self, version: &Version, object: &Object, now: DateTime<Utc>) -> Verdict {
        let matched = self.if_match.map(|wanted| lists_etag(wanted, &object.etag));
        if matched == Some(false) {
            return Verdict::Failed("If-Match");
        }
        // A matching entity tag outweighs the date.
        if matched.is_none() && self.if_unmodified_since.is_some_and(|time| version.modified > time) {
            return Verdict::Failed("If-Unmodified-Since");
        }
        let unchanged = match self.if_none_match {
            Some(unwanted) => lists_etag(unwanted, &object.etag),
            None => self.if_modified_since.is_some_and(|time| version.modified <= time && time <= now),
        };
        if unchanged { Verdict::NotModified } else { Verdict::Go }
    }
}

fn lists_etag(list: &str, etag: &str) -> bool {
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").trim_matches('"').to_owned();
    list.split(',').any(|tag| tag.trim() == "*" || bare(tag) == bare(etag))
}

/// What a write or delete may ask of the object in its place.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct WriteConditions {
    pub(super) if_match: Option<String>,
    pub(super) if_none_match: Option<String>,
}

impl WriteConditions {
    /// Whether the write compares with the object in place, which one must be allowed to read.
    pub(super) fn reads(&self) -> bool {
        self.if_match.as_deref().is_some_and(|tag| tag != "*")
    }

    /// Refuses to write what the condition does not want.
    pub(super) fn check_write(&self, bucket: &Bucket, key: &str) -> Result<(), ServiceError> {
        if self.if_match.is_some() && self.if_none_match.is_some() {
            return Err(errors::not_implemented("If-Match,If-None-Match")
                .with("additionalMessage", "Multiple conditional request headers present in the request"));
        }
        if self.if_match.as_deref() == Some("*") {
            return Err(errors::unaccepted_condition("If-Match"));
        }
        self.check(bucket, key)
    }

    /// The header that the request has.
    pub(super) fn header(&self) -> Option<&'static str> {
        match (&self.if_match, &self.if_none_match) {
            (Some(_), _) => Some("If-Match"),
            (None, Some(_)) => Some("If-None-Match"),
            (None, None) => None,
        }
    }

    pub(super) fn check(&self, bucket: &Bucket, key: &str) -> Result<(), ServiceError> {
        let existing = bucket.find(key, None);
        match self.if_none_match.as_deref() {
            Some("*") if matches!(existing, Found::Object(..)) => {
                return Err(errors::precondition_failed("If-None-Match"));
            }
            Some("*") | None => {}
            Some(_) => return Err(errors::unaccepted_condition("If-None-Match")),
        }
        match (&self.if_match, existing) {
            (Some(wanted), Found::Object(_, object)) if !lists_etag(wanted, &object.etag) => {
                Err(errors::precondition_failed("If-Match"))
            }
            (Some(_), Found::DeleteMarker(_) | Found::NoKey | Found::NoVersion) => {
                Err(errors::no_such_key(key))
            }
            _ => Ok(()),
        }
    }
}
