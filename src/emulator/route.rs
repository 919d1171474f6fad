//! Where a request goes: its service, and of S3 its bucket and key, from host, path, parameters and signature.

use bytes::Bytes;
use http::Method;
use http::request::Parts;
use percent_encoding::percent_decode_str;

use crate::host::{Endpoint, bucket_of_host, endpoint_of_host};
use crate::model::{Parameters, PathKind};
use crate::operation::{Protocol, Service, ServiceError};
use crate::sigv4::{Signature, header, query_pairs};

/// A request by what it names.
pub(crate) struct Route {
    pub(crate) service: Service,
    /// Of a query service its members, from the form and the URL; of S3 those of the URL.
    pub(crate) parameters: Parameters,
}

/// What an S3 request names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) bucket: Option<String>,
    pub(crate) key: Option<String>,
}

impl Route {
    /// By the endpoint of AWS that the host names, else by the parameters of the query services, else by the
    /// signature's scope or the target of the JSON services; what is left is S3's.
    ///
    /// # Errors
    /// The name of a service that is not emulated, if the request is sent to it, or signed for it.
    pub(crate) fn of(parts: &Parts, body: &Bytes) -> Result<Self, String> {
        let url = parameters(parts.uri.query().unwrap_or_default());
        let at_root = matches!(parts.uri.path(), "" | "/");
        let at_queue = is_queue(parts.uri.path());
        let form = match (at_root || at_queue) && is_form(parts) {
            true => parameters(&String::from_utf8_lossy(body)),
            false => Vec::new(),
        };
        let members = url.iter().filter(|(name, _)| !name.starts_with("X-Amz-")).cloned().chain(form);
        let mut members: Parameters = members.collect();
        let host = host(parts);
        let service = match endpoint_of_host(&host) {
            Some(Endpoint::Of(service, _)) => service,
            Some(Endpoint::Foreign(name)) => return Err(name.to_owned()),
            None => {
                let scope = Signature::of(parts).ok().map(|signature| signature.service);
                if let Some(foreign) = scope.as_deref().filter(|scope| Service::named(scope).is_none()) {
                    return Err(foreign.to_owned());
                }
                let by_version = members.get("Version").and_then(|version| by_version(version));
                let by_version = by_version.filter(|_| at_root && members.contains_key("Action"));
                // Of other hosts, such as `iam.localhost`, the first label; but a bucket may have that name.
                let label = host.split('.').next().filter(|_| bucket_of_host(&host).is_none());
                let by_scope = scope.as_deref().and_then(Service::named);
                by_version
                    .or_else(|| is_control(parts).then_some(Service::S3Control))
                    .or(by_scope)
                    .or_else(|| by_target(parts))
                    .or_else(|| label.and_then(Service::named))
                    .unwrap_or(Service::S3)
            }
        };
        let service = match service {
            Service::Sqs if members.contains_key("Action") => Service::SqsQuery,
            other => other,
        };
        if service == Service::SqsQuery && at_queue {
            let url = format!("http://{host}{}", parts.uri.path());
            members.entry("QueueUrl".to_owned()).or_insert(url);
        }
        let parameters = match service {
            Service::S3 => url.into_iter().collect(),
            Service::S3Control => joined(url),
            _ => members,
        };
        Ok(Self { service, parameters })
    }
}

impl Place {
    /// # Errors
    /// `InvalidURI` for a path that is not UTF-8, `InvalidBucketName` for a key without a bucket.
    pub(crate) fn of(parts: &Parts) -> Result<Self, ServiceError> {
        let path = percent_decode_str(parts.uri.path()).decode_utf8();
        let path =
            path.map_err(|_| ServiceError::new(400, "InvalidURI", "Couldn't parse the specified URI."))?;
        let path = path.strip_prefix('/').unwrap_or(&path);
        let host = host(parts);
        let (bucket, key) = match bucket_of_host(&host) {
            Some(bucket) => (bucket, path),
            None => path.split_once('/').unwrap_or((path, "")),
        };
        let there = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let place = Self { bucket: there(bucket), key: there(key) };
        if place.bucket.is_none() && place.key.is_some() {
            let message = "The specified bucket is not valid.";
            return Err(ServiceError::new(400, "InvalidBucketName", message).with("BucketName", ""));
        }
        Ok(place)
    }

    pub(crate) fn kind(&self) -> PathKind {
        match (&self.bucket, &self.key) {
            (None, _) => PathKind::Service,
            (Some(_), None) => PathKind::Bucket,
            (Some(_), Some(_)) => PathKind::Object,
        }
    }
}

/// Decoded fields, with `+` as a space.
fn parameters(text: &str) -> Vec<(String, String)> {
    query_pairs(&text.trim_end().replace('+', "%20"))
}

/// Members that are lists have a parameter for each of their elements, none of which has a comma.
fn joined(pairs: Vec<(String, String)>) -> Parameters {
    let mut parameters = Parameters::new();
    for (name, value) in pairs {
        let list = parameters.entry(name).or_default();
        *list = if list.is_empty() { value } else { format!("{list},{value}") };
    }
    parameters
}

/// Requests of S3 Control name their account in a header, and have paths that begin with its version.
fn is_control(parts: &Parts) -> bool {
    parts.uri.path().starts_with("/v20180820/") && parts.headers.contains_key("x-amz-account-id")
}

/// Whether a path is that of a queue, `/ACCOUNT/NAME`, to which requests of the query protocol may go:
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-making-api-requests-xml.html>.
fn is_queue(path: &str) -> bool {
    let parts = path.trim_matches('/').split_once('/');
    parts.is_some_and(|(account, name)| policy::AccountId::new(account).is_some() && !name.contains('/'))
}

/// A form says so; a body that says nothing of itself is taken for one, too.
fn is_form(parts: &Parts) -> bool {
    let kind = header(parts, "content-type").unwrap_or_default().to_ascii_lowercase();
    parts.method == Method::POST && (kind.is_empty() || kind.starts_with("application/x-www-form-urlencoded"))
}

/// The JSON services have one prefix of `X-Amz-Target` each.
fn by_target(parts: &Parts) -> Option<Service> {
    let target = header(parts, "x-amz-target")?;
    let (prefix, _) = target.rsplit_once('.')?;
    let is_meant = |service: &Service| match service.protocol() {
        Protocol::Json { target, .. } => target == prefix,
        _ => false,
    };
    Service::ALL.iter().copied().find(is_meant)
}

/// The query services have one version each.
fn by_version(version: &str) -> Option<Service> {
    match version {
        "2010-05-08" => Some(Service::Iam),
        "2011-06-15" => Some(Service::Sts),
        "2016-11-15" => Some(Service::Ec2),
        "2010-03-31" => Some(Service::Sns),
        _ => None,
    }
}

/// The host in lower case and without its port.
pub(crate) fn host(parts: &Parts) -> String {
    let host = header(parts, "host").or_else(|| parts.uri.authority().map(ToString::to_string));
    let host = host.unwrap_or_default().to_ascii_lowercase();
    host.rsplit_once(':').map_or(host.clone(), |(name, _)| name.to_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn parts(method: &str, uri: &str, host: &str, scope: &str) -> Parts {
        let mut request = http::Request::builder().method(method).uri(uri).header("host", host);
        if !scope.is_empty() {
            let credential = format!("AKIA/20260102/us-east-1/{scope}/aws4_request");
            let value = format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=x");
            request = request.header("authorization", value).header("x-amz-date", "20260102T030405Z");
        }
        request.body(()).unwrap().into_parts().0
    }

    #[track_caller]
    fn check(parts: &Parts, body: &'static str, expected: Result<Service, &str>) {
        let found = Route::of(parts, &Bytes::from(body)).map(|route| route.service);
        assert_eq!(found, expected.map_err(str::to_owned));
    }

    #[test]
    fn services_are_told_apart() {
        let local = "127.0.0.1:4566";
        let identity = "Action=GetCallerIdentity&Version=2011-06-15";
        check(&parts("POST", "/", local, "sts"), identity, Ok(Service::Sts));
        check(&parts("POST", "/", local, ""), identity, Ok(Service::Sts));
        check(&parts("POST", "/", local, "ec2"), "Action=RunInstances&Version=2014-10-01", Ok(Service::Ec2));
        check(&parts("POST", "/", local, "iam"), "", Ok(Service::Iam));
        check(&parts("GET", "/?Action=ListUsers&Version=2010-05-08", local, ""), "", Ok(Service::Iam));
        check(&parts("GET", "/", local, ""), "", Ok(Service::S3));
        check(
            &parts("PUT", "/bucket/key?Action=x&Version=2010-05-08", local, "s3"),
            "Action=ListUsers",
            Ok(Service::S3),
        );
        let send = "Action=SendMessage&Version=2012-11-05&MessageBody=m";
        for path in ["/", "/111122223333/q"] {
            check(&parts("POST", path, local, "sqs"), send, Ok(Service::SqsQuery));
            check(&parts("POST", path, "sqs.eu-west-1.amazonaws.com", "sqs"), send, Ok(Service::SqsQuery));
            check(&parts("POST", path, local, "s3"), send, Ok(Service::S3));
        }
        check(&parts("POST", "/", local, "sqs"), "{}", Ok(Service::Sqs));
        check(&parts("POST", "/", local, "kinesis"), "{}", Err("kinesis"));
        check(&parts("POST", "/", "sts.us-east-1.amazonaws.com", ""), "", Ok(Service::Sts));
        check(&parts("GET", "/k", "b.s3.eu-west-1.amazonaws.com", ""), "", Ok(Service::S3));
        check(&parts("GET", "/k", "iam.s3.amazonaws.com", ""), "", Ok(Service::S3));
        check(&parts("POST", "/", "iam.amazonaws.com", "dynamodb"), identity, Ok(Service::Iam));
        check(&parts("POST", "/", "kinesis.us-east-1.amazonaws.com", ""), identity, Err("kinesis"));
    }

    #[track_caller]
    fn check_place(host: &str, path: &str, expected: Result<(&str, &str), &str>) {
        let place = Place::of(&parts("GET", path, host, ""));
        let place = place.map(|place| (place.bucket.unwrap_or_default(), place.key.unwrap_or_default()));
        let place = place.as_ref().map(|(bucket, key)| (bucket.as_str(), key.as_str()));
        assert_eq!(place.map_err(|error| error.code), expected, "{host} {path}");
    }

    #[test]
    fn buckets_are_in_the_path_or_in_the_host() {
        check_place("127.0.0.1:80", "/", Ok(("", "")));
        check_place("127.0.0.1:80", "/b/a/b%20c", Ok(("b", "a/b c")));
        check_place("127.0.0.1:80", "/b/", Ok(("b", "")));
        check_place("localhost:80", "/b//a", Ok(("b", "/a")));
        check_place("b.localhost:80", "/k", Ok(("b", "k")));
        check_place("b.s3.amazonaws.com", "/a/b", Ok(("b", "a/b")));
        check_place("s3.amazonaws.com", "/b/k", Ok(("b", "k")));
        check_place("localhost", "/b/%ff", Err("InvalidURI"));
        check_place("localhost", "//k", Err("InvalidBucketName"));
    }
}
