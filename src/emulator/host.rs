//! What host names tell: the service, and of S3 the bucket.
//!
//! <https://docs.aws.amazon.com/general/latest/gr/rande.html>,
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html>

use crate::operation::Service;

/// The domains of AWS, those of dual-stack endpoints and of China among them.
const DOMAINS: [&str; 4] =
    [".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".api.amazonwebservices.com.cn"];

/// A bucket's static website, by its host.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Site {
    pub(crate) bucket: String,
    /// That of the endpoint; `None`: the host is none of AWS's.
    pub(crate) region: Option<String>,
}

/// The website whose host (lower case, without its port) this is.
/// <https://docs.aws.amazon.com/general/latest/gr/s3.html#s3_website_region_endpoints>
pub(crate) fn site_of_host(host: &str) -> Option<Site> {
    if let Some(bucket) = host.strip_suffix(".s3-website.localhost") {
        return Some(Site { bucket: bucket.to_owned(), region: None });
    }
    let name = DOMAINS.iter().find_map(|domain| host.strip_suffix(domain))?;
    // Older regions have a dash before their names, newer ones a dot.
    let (bucket, region) = name.rsplit_once(".s3-website")?;
    let region = region.strip_prefix(['-', '.']).filter(|region| !region.contains('.'))?;
    Some(Site { bucket: bucket.to_owned(), region: Some(region.to_owned()) })
}

/// What an endpoint of AWS is for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Endpoint<'a> {
    /// With the bucket in the name of S3's.
    Of(Service, Option<&'a str>),
    /// A service that is not emulated.
    Foreign(&'a str),
}

/// The endpoint of AWS that a host (lower case, without its port) is; `None`: it is none, and tells nothing but a bucket.
pub(crate) fn endpoint_of_host(host: &str) -> Option<Endpoint<'_>> {
    let name = DOMAINS.iter().find_map(|domain| host.strip_suffix(domain))?;
    if let Some((bucket, label)) = s3_label(name) {
        // `s3-eu-west-1` is an older form of `s3.eu-west-1`; others, such as `s3-accesspoint`, are services of their own.
        let is_s3 = matches!(label, "s3" | "s3-fips" | "s3-accelerate" | "s3-external-1");
        let is_region = label.bytes().last().is_some_and(|last| last.is_ascii_digit());
        if label == "s3-control" {
            return Some(Endpoint::Of(Service::S3Control, None));
        }
        let is_s3 = is_s3 || is_region && !label.starts_with("s3-website-");
        return Some(if is_s3 { Endpoint::Of(Service::S3, bucket) } else { Endpoint::Foreign(label) });
    }
    let first = name.split('.').next()?;
    // `us-east-1.ec2.amazonaws.com` is an older form.
    let label = if name.ends_with(".ec2") { "ec2" } else { first.strip_suffix("-fips").unwrap_or(first) };
    Some(Service::named(label).map_or(Endpoint::Foreign(label), |service| Endpoint::Of(service, None)))
}

/// The region in the name of an S3 endpoint; `Some(None)`: of the global one, `None`: of no endpoint of S3's.
pub(crate) fn region_of_s3_host(host: &str) -> Option<Option<&str>> {
    let Some(Endpoint::Of(Service::S3, _)) = endpoint_of_host(host) else { return None };
    let name = DOMAINS.iter().find_map(|domain| host.strip_suffix(domain))?;
    let (bucket, label) = s3_label(name)?;
    let end = bucket.map_or(0, |bucket| bucket.len() + 1) + label.len();
    let behind = name.get(end..)?;
    let behind = behind.strip_prefix(".dualstack").unwrap_or(behind).trim_start_matches('.');
    let in_label = match label {
        "s3" | "s3-fips" | "s3-accelerate" => None,
        "s3-external-1" => Some("us-east-1"),
        label => label.strip_prefix("s3-"),
    };
    Some(Some(behind).filter(|region| !region.is_empty()).or(in_label))
}

/// What is before the last label of S3, and that label: buckets may have dots, and labels like S3's.
fn s3_label(name: &str) -> Option<(Option<&str>, &str)> {
    let is_s3 = |label: &str| label == "s3" || label.starts_with("s3-");
    let mut end = name.len();
    loop {
        let before = name.get(..end)?;
        let start = before.rfind('.').map_or(0, |dot| dot + 1);
        let label = before.get(start..)?;
        if is_s3(label) {
            return Some((name.get(..start.saturating_sub(1)).filter(|bucket| !bucket.is_empty()), label));
        }
        end = start.checked_sub(1)?;
    }
}

/// The bucket of a virtual-hosted-style request; `None`: its path names the bucket.
pub(crate) fn bucket_of_host(host: &str) -> Option<&str> {
    if let Some(endpoint) = endpoint_of_host(host) {
        return match endpoint {
            Endpoint::Of(Service::S3, bucket) => bucket,
            _ => None,
        };
    }
    let name = host.strip_suffix(".localhost").or_else(|| host.strip_suffix(".localhost.localdomain"))?;
    match name.strip_suffix(".s3") {
        Some(bucket) => Some(bucket),
        None if name == "s3" => None,
        None => Some(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(host: &str, bucket: Option<&str>) {
        assert_eq!(bucket_of_host(host), bucket);
    }

    #[test]
    fn buckets() {
        check("testing-s3.s3.us-east-1.amazonaws.com", Some("testing-s3"));
        check("a.b.s3.amazonaws.com", Some("a.b"));
        check("a.s3.b.s3.amazonaws.com", Some("a.s3.b"));
        check("a.s3-b.s3.eu-west-1.amazonaws.com", Some("a.s3-b"));
        check("b.s3-eu-west-1.amazonaws.com", Some("b"));
        check("b.s3.cn-north-1.amazonaws.com.cn", Some("b"));
        check("s3.us-east-1.amazonaws.com", None);
        check("s3.amazonaws.com", None);
        check("b.s3.dualstack.eu-west-1.amazonaws.com", Some("b"));
        check("b.s3-fips.dualstack.us-gov-west-1.amazonaws.com", Some("b"));
        check("b.s3-accelerate.amazonaws.com", Some("b"));
        check("iam.s3.amazonaws.com", Some("iam"));
        check("iam.amazonaws.com", None);
        check("localhost", None);
        check("127.0.0.1", None);
        check("b.localhost", Some("b"));
        check("b.s3.localhost", Some("b"));
        check("s3.localhost", None);
    }

    #[test]
    fn sites() {
        for (host, expected) in [
            ("b.s3-website-us-east-1.amazonaws.com", Some(("b", Some("us-east-1")))),
            (
                "www.a.example.s3-website.eu-central-1.amazonaws.com",
                Some(("www.a.example", Some("eu-central-1"))),
            ),
            ("b.s3-website.cn-north-1.amazonaws.com.cn", Some(("b", Some("cn-north-1")))),
            ("b.s3-website.localhost", Some(("b", None))),
            ("b.s3-website.s3.us-east-1.amazonaws.com", None),
            ("s3-website-us-east-1.amazonaws.com", None),
            ("b.s3.amazonaws.com", None),
            ("b.localhost", None),
        ] {
            let found = site_of_host(host);
            let found = found.as_ref().map(|site| (site.bucket.as_str(), site.region.as_deref()));
            assert_eq!(found, expected, "{host}");
        }
    }

    #[test]
    fn regions() {
        for (host, expected) in [
            ("s3.amazonaws.com", Some(None)),
            ("b.s3.amazonaws.com", Some(None)),
            ("b.s3-accelerate.amazonaws.com", Some(None)),
            ("b.s3-accelerate.dualstack.amazonaws.com", Some(None)),
            ("s3-external-1.amazonaws.com", Some(Some("us-east-1"))),
            ("s3.eu-west-1.amazonaws.com", Some(Some("eu-west-1"))),
            ("a.b.s3.eu-west-1.amazonaws.com", Some(Some("eu-west-1"))),
            ("b.s3-eu-west-1.amazonaws.com", Some(Some("eu-west-1"))),
            ("b.s3-fips.dualstack.us-gov-west-1.amazonaws.com", Some(Some("us-gov-west-1"))),
            ("iam.amazonaws.com", None),
            ("b.localhost", None),
        ] {
            assert_eq!(region_of_s3_host(host), expected, "{host}");
        }
    }

    #[test]
    fn endpoints() {
        let of = |service| Some(Endpoint::Of(service, None));
        for (host, expected) in [
            ("iam.amazonaws.com", of(Service::Iam)),
            ("iam-fips.amazonaws.com", of(Service::Iam)),
            ("iam.global.api.aws", of(Service::Iam)),
            ("iam.us-gov.amazonaws.com", of(Service::Iam)),
            ("iam.cn-north-1.amazonaws.com.cn", of(Service::Iam)),
            ("sts.eu-west-1.amazonaws.com", of(Service::Sts)),
            ("sts-fips.us-east-1.amazonaws.com", of(Service::Sts)),
            ("ec2.us-east-1.api.aws", of(Service::Ec2)),
            ("us-east-1.ec2.amazonaws.com", of(Service::Ec2)),
            ("s3-us-west-2.amazonaws.com", of(Service::S3)),
            ("organizations.us-east-1.amazonaws.com", of(Service::Organizations)),
            ("kinesis.us-east-1.amazonaws.com", Some(Endpoint::Foreign("kinesis"))),
            ("111122223333.s3-control.us-east-1.amazonaws.com", of(Service::S3Control)),
            (
                "a-111122223333.s3-accesspoint.us-east-1.amazonaws.com",
                Some(Endpoint::Foreign("s3-accesspoint")),
            ),
            ("b.s3-website-us-east-1.amazonaws.com", Some(Endpoint::Foreign("s3-website-us-east-1"))),
            ("localhost", None),
            ("amazonaws.com", None),
        ] {
            assert_eq!(endpoint_of_host(host), expected, "{host}");
        }
    }
}
