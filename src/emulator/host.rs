//! Buckets in host names.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html>

/// The bucket of a virtual-hosted-style request; `None`: its path names the bucket.
pub(crate) fn bucket_of_host(host: &str) -> Option<&str> {
    if let Some(name) = host.strip_suffix(".amazonaws.com") {
        let at = name.find(".s3.").or_else(|| name.find(".s3-"));
        return at.and_then(|at| name.get(..at)).or_else(|| name.strip_suffix(".s3"));
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
    fn hosts() {
        check("testing-s3.s3.us-east-1.amazonaws.com", Some("testing-s3"));
        check("a.b.s3.amazonaws.com", Some("a.b"));
        check("b.s3-eu-west-1.amazonaws.com", Some("b"));
        check("s3.us-east-1.amazonaws.com", None);
        check("s3.amazonaws.com", None);
        check("b.s3.dualstack.eu-west-1.amazonaws.com", Some("b"));
        check("localhost", None);
        check("127.0.0.1", None);
        check("b.localhost", Some("b"));
        check("b.s3.localhost", Some("b"));
        check("s3.localhost", None);
    }
}
