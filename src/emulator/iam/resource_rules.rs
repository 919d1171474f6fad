//! The form of resources and dates in policies, as IAM checks it.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>

/// <https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html>
const PARTITIONS: [&str; 9] =
    ["*", "aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"];

const IAM_PATHS: [&str; 13] = [
    "user/",
    "federated-user/",
    "role/",
    "group/",
    "instance-profile/",
    "mfa/",
    "server-certificate/",
    "policy/",
    "sms-mfa/",
    "saml-provider/",
    "oidc-provider/",
    "report/",
    "access-report/",
];

/// What is wrong with the form of a resource, as IAM says it; `None`: nothing that this knows.
pub(super) fn flaw(resource: &str) -> Option<String> {
    if resource == "*" {
        return None;
    }
    let Some((_, rest)) = resource.split_once(':') else {
        return Some(format!("Resource {resource} must be in ARN format or \"*\"."));
    };
    let (partition, rest) = rest.split_once(':').map_or((rest, None), |(first, rest)| (first, Some(rest)));
    if !PARTITIONS.contains(&partition) {
        let whole = completed(partition, rest.unwrap_or_default());
        return Some(format!("Partition \"{partition}\" is not valid for resource \"{whole}\"."));
    }
    let Some(rest) = rest else {
        return Some("Resource vendor must be fully qualified and cannot contain regexes.".to_owned());
    };
    let mut segments = rest.splitn(4, ':');
    let mut next = || segments.next().unwrap_or_default();
    let (service, region, _, path) = (next(), next(), next(), next());
    match service {
        "iam" if !region.is_empty() => {
            Some(format!("IAM resource {resource} cannot contain region information."))
        }
        "s3" if !region.is_empty() && !is_regional_in_s3(path) => {
            Some(format!("Resource {resource} can not contain region information."))
        }
        "iam" if !is_iam_path(path) => {
            let paths = IAM_PATHS.join(", ");
            Some(format!("IAM resource path must either be \"*\" or start with {paths}."))
        }
        _ => None,
    }
}

/// AWS's own policies have root users and role templates, which the sentence does not tell of.
fn is_iam_path(path: &str) -> bool {
    matches!(path, "*" | "root")
        || IAM_PATHS.iter().chain(&["role-template/"]).any(|start| path.starts_with(start))
}

/// The ARN of five segments and a resource that IAM shows, `*` in place of what is missing.
fn completed(partition: &str, rest: &str) -> String {
    let segments: Vec<&str> = if rest.is_empty() { Vec::new() } else { rest.splitn(4, ':').collect() };
    let segment = |place: usize| segments.get(place).copied().unwrap_or("*");
    format!("arn:{partition}:{}:{}:{}:{}", segment(0), segment(1), segment(2), segment(3))
}

/// What S3 has in a region: access points, jobs, storage lenses and the like, and no buckets.
fn is_regional_in_s3(path: &str) -> bool {
    let types = policy::reference::service("s3").map(|service| service.resource_types.as_slice());
    let mut formats = types.unwrap_or_default().iter().flat_map(|kind| kind.arns());
    path.starts_with('*')
        || formats.any(|format| {
            let mut segments = format.splitn(6, ':').skip(3);
            let regional = segments.next().is_some_and(|region| !region.is_empty());
            let fixed = segments.nth(1).and_then(|path| path.split("${").next()).unwrap_or_default();
            regional && !fixed.is_empty() && path.starts_with(fixed)
        })
}

/// Whether the legacy parser takes a resource without flaw: it wants five colons where one segment is empty.
pub(super) fn legacy_parser_takes(resource: &str) -> bool {
    let colons = resource.matches(':').count();
    let vendor = resource.split(':').nth(2).unwrap_or_default();
    resource == "*" || (colons >= 5 || !resource.contains("::")) && !vendor.is_empty()
}

/// Whether the legacy parser takes a date: seconds since 1970, or what looks like ISO 8601.
pub(super) fn is_date(text: &str) -> bool {
    let text = text.to_lowercase();
    if !text.contains(['t', '-']) {
        return text.parse::<i64>().is_ok_and(|seconds| seconds >= 0);
    }
    let (date, time) = text.split_once('t').unwrap_or((&text, ""));
    is_calendar_date(date) && (time.is_empty() || is_time(time))
}

fn is_calendar_date(date: &str) -> bool {
    let (negative, digits) = date.strip_prefix('-').map_or((false, date), |digits| (true, digits));
    let mut parts = digits.split('-');
    let year = parts.next().and_then(|year| year.parse::<i64>().ok());
    let year = year.is_some_and(|year| year <= if negative { 292_275_054 } else { 292_278_993 });
    let mut limits = [1..=12, 1..=31].into_iter();
    year && parts.all(|part| limits.next().is_some_and(|limits| is_number(part, limits)))
}

fn is_time(time: &str) -> bool {
    let parts: Vec<&str> = time.splitn(3, ':').collect();
    let hours = parts.first().is_some_and(|hours| is_number(hours, 0..=23));
    let minutes = parts.get(1).is_none_or(|minutes| is_number(minutes, 0..=59));
    hours && minutes && parts.get(2).is_none_or(|seconds| is_seconds(seconds))
}

/// Seconds with a fraction and a zone, both of which may be absent.
fn is_seconds(text: &str) -> bool {
    let (seconds, zone) = match text.split_once('+') {
        Some((seconds, zone)) => (seconds, Some(zone)),
        None => (text.strip_suffix('z').unwrap_or(text), None),
    };
    let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
    let two_digits = |text: &str, limit| text.len() == 2 && is_number(text, 0..=limit);
    let zone = zone.is_none_or(|zone| match zone.split_once(':') {
        Some((hours, minutes)) => two_digits(hours, 23) && two_digits(minutes, 59),
        None => two_digits(zone, 23),
    });
    is_number(whole, 0..=59) && is_number(fraction, 0..=999_999_999) && zone
}

fn is_number(text: &str, limits: std::ops::RangeInclusive<i64>) -> bool {
    text.parse::<i64>().is_ok_and(|number| limits.contains(&number))
}
