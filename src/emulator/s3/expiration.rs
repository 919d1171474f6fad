//! When the lifecycle of a bucket will delete an object: told with the object, though nothing here deletes it.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-expire-general-considerations.html>

use chrono::{DateTime, Days, NaiveTime, Utc};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::configurations::LIFECYCLE;
use super::store::{Bucket, Object, Tag};

/// What the id of a rule keeps in a header.
const ID: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Rule {
    #[serde(rename = "ID")]
    id: Option<String>,
    status: String,
    /// The older form of a filter.
    prefix: Option<String>,
    #[serde(default)]
    filter: Filter,
    expiration: Option<Expiration>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Filter {
    #[serde(flatten)]
    one: Conditions,
    tag: Option<Tag>,
    and: Option<Conditions>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Conditions {
    prefix: Option<String>,
    tags: Vec<Tag>,
    object_size_greater_than: Option<usize>,
    object_size_less_than: Option<usize>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Expiration {
    days: Option<u64>,
    date: Option<DateTime<Utc>>,
}

/// The header `x-amz-expiration` of an object that was made at a time; `None`: no rule is about it.
pub(super) fn expiration(bucket: &Bucket, key: &str, object: &Object, made: DateTime<Utc>) -> Option<String> {
    let rules = bucket.configurations.get(LIFECYCLE.member)?.get("Rules")?.as_array()?;
    let rules = rules.iter().filter_map(|rule| Rule::deserialize(rule).ok());
    let expiring = rules.filter(|rule| rule.is_about(key, object));
    let dated = expiring.filter_map(|rule| Some((rule.expiration.as_ref()?.of(made)?, rule.id)));
    // The earliest counts, and the first among equals.
    let (date, id) = dated.min_by_key(|(date, _)| *date)?;
    let date = date.format("%a, %d %b %Y %H:%M:%S GMT");
    let id = utf8_percent_encode(id.as_deref().unwrap_or_default(), ID).to_string();
    Some(format!("expiry-date=\"{date}\", rule-id=\"{id}\""))
}

impl Rule {
    fn is_about(&self, key: &str, object: &Object) -> bool {
        let prefix = self.prefix.as_deref().unwrap_or_default();
        let tagged = self.filter.tag.as_ref().is_none_or(|tag| object.tags.contains(tag));
        self.status == "Enabled"
            && key.starts_with(prefix)
            && tagged
            && self.filter.one.hold(key, object)
            && self.filter.and.as_ref().is_none_or(|and| and.hold(key, object))
    }
}

impl Conditions {
    fn hold(&self, key: &str, object: &Object) -> bool {
        let size = object.body.len();
        key.starts_with(self.prefix.as_deref().unwrap_or_default())
            && self.tags.iter().all(|tag| object.tags.contains(tag))
            && self.object_size_greater_than.is_none_or(|least| size > least)
            && self.object_size_less_than.is_none_or(|most| size < most)
    }
}

impl Expiration {
    /// A number of days ends at the next midnight; a date is a midnight.
    fn of(&self, made: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match (self.days, self.date) {
            (Some(days), _) => {
                let day = made.date_naive().checked_add_days(Days::new(days.checked_add(1)?))?;
                Some(day.and_time(NaiveTime::MIN).and_utc())
            }
            (None, date) => date,
        }
    }
}
