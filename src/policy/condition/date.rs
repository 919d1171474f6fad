//! `Date…` operators: the W3C profile of ISO 8601 (<https://www.w3.org/TR/NOTE-datetime>), or seconds since 1970.

use chrono::{DateTime, NaiveDate, NaiveDateTime};

/// Seconds since 1970 and nanoseconds.
pub(super) type Instant = (i64, u32);

pub(super) fn parse(text: &str) -> Option<Instant> {
    let text = text.trim();
    epoch(text).or_else(|| calendar_date(text)).or_else(|| with_time(text))
}

/// Four digits are a year, any other number is seconds.
fn epoch(text: &str) -> Option<Instant> {
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = seconds.strip_prefix('-').unwrap_or(seconds);
    let numeric = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !numeric(digits) || !numeric(fraction) || text.len() == 4 {
        return None;
    }
    let nanoseconds = format!("{fraction:0<9}").get(..9)?.parse::<u32>().ok()?;
    Some((seconds.parse().ok()?, nanoseconds))
}

fn calendar_date(text: &str) -> Option<Instant> {
    let full = match text.len() {
        4 => format!("{text}-01-01"),
        7 => format!("{text}-01"),
        10 => text.to_owned(),
        _ => return None,
    };
    let day = NaiveDate::parse_from_str(&full, "%Y-%m-%d").ok()?;
    Some((day.and_hms_opt(0, 0, 0)?.and_utc().timestamp(), 0))
}

/// A time needs its zone: `Z` or `+hh:mm`. The form without separators occurs in AWS's examples too.
fn with_time(text: &str) -> Option<Instant> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Some((moment.timestamp(), moment.timestamp_subsec_nanos()));
    }
    let spelled = text.strip_suffix('Z').map_or_else(|| text.to_owned(), |local| format!("{local}+00:00"));
    if let Ok(moment) = DateTime::parse_from_str(&spelled, "%Y-%m-%dT%H:%M%:z") {
        return Some((moment.timestamp(), 0));
    }
    let moment = NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%SZ").ok()?;
    Some((moment.and_utc().timestamp(), 0))
}
