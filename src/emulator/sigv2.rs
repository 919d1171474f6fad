//! Verifies Signature Version 2 of S3, as pure functions over the request.
//!
//! AWS announced in 2019 that buckets made after June 24, 2020 would not take it
//! (<https://docs.aws.amazon.com/AmazonS3/latest/API/Appendix-Sigv2.html>); answers recorded on AWS in 2026 show that the
//! regions older than version 4 still take it, for new buckets too. SDKs make presigned URLs of it there.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use http::request::Parts;
use http::{HeaderName, HeaderValue};
use sha1::Sha1;

use crate::host::bucket_of_host;
use crate::operation::ServiceError;
use crate::route::host;
use crate::sigv4::{header, query_pairs, text_of};

/// Parameters of the URL that are part of the resource.
const OF_RESOURCE: [&str; 37] = [
    "accelerate",
    "acl",
    "analytics",
    "cors",
    "defaultObjectAcl",
    "delete",
    "inventory",
    "legal-hold",
    "lifecycle",
    "location",
    "logging",
    "metrics",
    "notification",
    "object-lock",
    "partNumber",
    "policy",
    "replication",
    "requestPayment",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "restore",
    "retention",
    "select",
    "select-type",
    "storageClass",
    "tagging",
    "torrent",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
    "website",
];

/// Until when a signature holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Validity {
    /// As long as clocks may differ from this time.
    Around(DateTime<Utc>),
    /// That of a presigned URL.
    Until(DateTime<Utc>),
}

/// A signature as the request carries it, in its header or in its URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signature {
    pub(crate) access_key_id: String,
    /// In base64.
    pub(crate) signature: String,
    pub(crate) validity: Validity,
    pub(crate) token: Option<String>,
}

impl Signature {
    /// The signature of a request of S3; `None`: it has none of this version. What a presigned URL says in place of
    /// headers becomes headers.
    ///
    /// # Errors
    /// For a signature that lacks something.
    pub(crate) fn of(parts: &mut Parts) -> Result<Option<Self>, ServiceError> {
        let query = query_pairs(parts.uri.query().unwrap_or_default());
        let parameter =
            |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        let authorization = header(parts, "authorization");
        let of_header = authorization.as_deref().and_then(|text| text.strip_prefix("AWS "));
        match (of_header, parameter("AWSAccessKeyId"), parameter("Signature")) {
            (Some(credential), None, None) => Self::of_header(parts, credential).map(Some),
            (None, Some(access_key_id), Some(signature)) if authorization.is_none() => {
                let expires = parameter("Expires").ok_or_else(incomplete)?;
                let validity = Validity::Until(epoch(&expires)?);
                become_headers(parts, &query);
                let token = header(parts, "x-amz-security-token");
                Ok(Some(Self { access_key_id, signature, validity, token }))
            }
            _ => Ok(None),
        }
    }

    fn of_header(parts: &Parts, credential: &str) -> Result<Self, ServiceError> {
        let Some((access_key_id, signature)) = credential.split_once(':') else {
            let message = "AWS authorization header is invalid.  Expected AwsAccessKeyId:signature";
            return Err(ServiceError::new(400, "InvalidArgument", message)
                .with("ArgumentName", "Authorization")
                .with("ArgumentValue", format!("AWS {credential}")));
        };
        let date = header(parts, "x-amz-date").or_else(|| header(parts, "date"));
        let signed = date.as_deref().and_then(crate::sigv4::parse_time).ok_or_else(|| {
            let message = "AWS authentication requires a valid Date or x-amz-date header";
            ServiceError::new(403, "AccessDenied", message)
        })?;
        Ok(Self {
            access_key_id: access_key_id.to_owned(),
            signature: signature.to_owned(),
            validity: Validity::Around(signed),
            token: header(parts, "x-amz-security-token"),
        })
    }

    pub(crate) fn string_to_sign(&self, parts: &Parts) -> String {
        let value = |name: &str| header(parts, name).unwrap_or_default();
        let date = match self.validity {
            Validity::Until(expires) => expires.timestamp().to_string(),
            Validity::Around(_) if parts.headers.contains_key("x-amz-date") => String::new(),
            Validity::Around(_) => value("date"),
        };
        format!(
            "{}\n{}\n{}\n{date}\n{}{}",
            parts.method,
            value("content-md5"),
            value("content-type"),
            canonical_headers(parts),
            canonical_resource(parts)
        )
    }
}

/// The signature of a text, in base64.
pub(crate) fn sign(text: &str, secret: &str) -> String {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).expect("a key");
    mac.update(text.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

pub(crate) fn incomplete() -> ServiceError {
    let message = "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters";
    ServiceError::new(403, "AccessDenied", message)
}

fn epoch(text: &str) -> Result<DateTime<Utc>, ServiceError> {
    let time = text.parse().ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    time.ok_or_else(|| {
        let message = format!("Invalid date (should be seconds since epoch): {text}");
        ServiceError::new(403, "AccessDenied", message)
    })
}

fn become_headers(parts: &mut Parts, query: &[(String, String)]) {
    for (name, value) in query {
        let name = name.to_ascii_lowercase();
        if !name.starts_with("x-amz-") && !matches!(name.as_str(), "content-md5" | "content-type") {
            continue;
        }
        let value = HeaderValue::from_bytes(value.as_bytes());
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), value) {
            parts.headers.entry(name).or_insert(value);
        }
    }
}

fn canonical_headers(parts: &Parts) -> String {
    let mut names: Vec<&HeaderName> =
        parts.headers.keys().filter(|name| name.as_str().starts_with("x-amz-")).collect();
    names.sort_unstable_by_key(|name| name.as_str());
    let line = |name: &HeaderName| {
        let values = parts.headers.get_all(name).iter();
        let values: Vec<String> = values.map(|value| text_of(value.as_bytes()).trim().to_owned()).collect();
        format!("{name}:{}\n", values.join(","))
    };
    names.into_iter().map(line).collect()
}

/// The path as it was sent, with the bucket that the host names before it, and the parameters that are part of it.
fn canonical_resource(parts: &Parts) -> String {
    let host = host(parts);
    let bucket = bucket_of_host(&host).map(|bucket| format!("/{bucket}")).unwrap_or_default();
    let path = parts.uri.path();
    let path = if path.is_empty() { "/" } else { path };
    let query = parts.uri.query().unwrap_or_default();
    let mut parameters: Vec<String> = query_pairs(query)
        .into_iter()
        .filter(|(name, _)| OF_RESOURCE.contains(&name.as_str()))
        .map(|(name, value)| if value.is_empty() { name } else { format!("{name}={value}") })
        .collect();
    parameters.sort();
    let mark = if parameters.is_empty() { "" } else { "?" };
    format!("{bucket}{path}{mark}{}", parameters.join("&"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    fn parts(request: http::request::Builder) -> Parts {
        request.body(()).unwrap().into_parts().0
    }

    /// The examples of <https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html#RESTAuthenticationExamples>.
    #[test]
    fn the_examples_of_the_documentation() {
        let host = "awsexamplebucket1.s3.us-west-1.amazonaws.com";
        let request =
            |method: &str, path: &str| http::Request::builder().method(method).uri(path).header("host", host);
        let check = |mut parts: Parts, expected: &str| {
            let signature = Signature::of(&mut parts).unwrap().unwrap();
            assert_eq!(signature.access_key_id, "AKIAIOSFODNN7EXAMPLE");
            assert_eq!(sign(&signature.string_to_sign(&parts), SECRET), expected);
            assert_eq!(signature.signature, expected);
        };
        let key = "AWS AKIAIOSFODNN7EXAMPLE:";
        let get = request("GET", "/photos/puppy.jpg")
            .header("date", "Tue, 27 Mar 2007 19:36:42 +0000")
            .header("authorization", format!("{key}qgk2+6Sv9/oM7G3qLEjTH1a1l1g="));
        check(parts(get), "qgk2+6Sv9/oM7G3qLEjTH1a1l1g=");
        let put = request("PUT", "/photos/puppy.jpg")
            .header("content-type", "image/jpeg")
            .header("date", "Tue, 27 Mar 2007 21:15:45 +0000")
            .header("authorization", format!("{key}iqRzw+ileNPu1fhspnRs8nOjjIA="));
        check(parts(put), "iqRzw+ileNPu1fhspnRs8nOjjIA=");
        let list = request("GET", "/?prefix=photos&max-keys=50&marker=puppy")
            .header("date", "Tue, 27 Mar 2007 19:42:41 +0000")
            .header("authorization", format!("{key}m0WP8eCtspQl5Ahe6L1SozdX9YA="));
        check(parts(list), "m0WP8eCtspQl5Ahe6L1SozdX9YA=");
        let acl = request("GET", "/?acl")
            .header("date", "Tue, 27 Mar 2007 19:44:46 +0000")
            .header("authorization", format!("{key}82ZHiFIjc+WbcwFKGUVEQspPn+0="));
        check(parts(acl), "82ZHiFIjc+WbcwFKGUVEQspPn+0=");
    }
}
