//! Where a request arrives and where its bucket is: AWS turns away what is signed for another region than the
//! endpoint's, and what is sent to another endpoint than the bucket's.
//!
//! The region of an endpoint is in its host name. A host that is none of AWS's is the endpoint of whatever region the
//! client has chosen, and so signs for.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/UsingRouting.html>,
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>

use http::request::Parts;

use super::store::{Bucket, Store};
use crate::host::{bucket_of_host, region_of_s3_host};
use crate::model::{Model, Parameters, s3_operation};
use crate::operation::{Call, Service, ServiceError};
use crate::route::{Place, host};
use crate::sigv4::Signature;
use crate::unreadable::{malformed_credential, malformed_header};

/// Its buckets have no location constraint.
pub(super) const HOME_REGION: &str = "us-east-1";

/// The values that a location constraint may have; the home region has none.
pub(super) const LOCATIONS: [&str; 36] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "EU",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-west-1",
    "us-west-2",
];

/// The regions launched after March 20, 2019, which redirect nobody and are redirected to by nobody.
/// <https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html>
const NOT_REDIRECTED: [&str; 17] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-south-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-west-1",
    "eu-central-2",
    "eu-south-1",
    "eu-south-2",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
];

/// The regions that are older than version 4 of signatures, but for the home region. Their endpoints have a dash in their
/// names in redirects, as all had at first.
const FIRST: [&str; 7] = [
    "ap-northeast-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "eu-west-1",
    "sa-east-1",
    "us-west-1",
    "us-west-2",
];

pub(super) fn is_region(name: &str) -> bool {
    name == HOME_REGION || LOCATIONS.contains(&name) && name != "EU"
}

/// The region of a signature's scope, and whether it is in the URL or a form and not in the header.
struct Scope {
    region: String,
    in_header: bool,
}

impl Scope {
    fn of(parts: &Parts, form: Option<&str>) -> Option<Self> {
        if let Some(credential) = form {
            let region = credential.split('/').nth(2)?.to_owned();
            return Some(Self { region, in_header: false });
        }
        let signature = Signature::of(parts).ok().filter(|signature| signature.service == "s3")?;
        Some(Self { region: signature.region, in_header: signature.expires_after.is_none() })
    }
}

/// `form`: the credential of a form upload.
///
/// # Errors
/// Where the request is signed for another region than that of its endpoint, or its bucket is in another.
pub(crate) fn check_region(
    store: &Store,
    parts: &Parts,
    query: &Parameters,
    form: Option<&str>,
) -> Result<(), ServiceError> {
    // What else is wrong with the path is told later.
    let Ok(place) = Place::of(parts) else { return Ok(()) };
    let operation =
        s3_operation(Model::of(Service::S3), parts.method.as_str(), place.kind(), query, &parts.headers);
    let scope = Scope::of(parts, form);
    let bucket = place.bucket.as_deref().filter(|_| operation != Some("CreateBucket"));
    let bucket = bucket.and_then(|name| store.buckets.get(name));
    let host = host(parts);
    let endpoint = region_of_endpoint(&host, bucket, scope.as_ref());
    if let Some(scope) = scope.as_ref().filter(|scope| scope.region != endpoint) {
        return Err(signed_for_another(scope, endpoint, bucket));
    }
    match bucket {
        // Where a bucket is can be asked anywhere.
        Some(bucket) if bucket.region != endpoint && operation != Some("GetBucketLocation") => {
            Err(elsewhere(bucket, endpoint, bucket_of_host(&host).is_some()))
        }
        _ => Ok(()),
    }
}

/// `scope`: of a signature of version 4.
fn region_of_endpoint<'a>(host: &'a str, bucket: Option<&'a Bucket>, scope: Option<&'a Scope>) -> &'a str {
    let home = bucket.map_or(HOME_REGION, |bucket| &bucket.region);
    match (region_of_s3_host(host), scope) {
        (Some(Some(region)), _) => region,
        // The name of a bucket at the global endpoint leads to where the bucket is.
        (Some(None), _) if bucket_of_host(host).is_some() => home,
        (Some(None), _) => HOME_REGION,
        (None, Some(scope)) if is_region(&scope.region) => &scope.region,
        (None, _) => home,
    }
}

/// Whether the endpoint takes signatures of version 2.
pub(crate) fn takes_version_2(store: &Store, parts: &Parts) -> bool {
    let place = Place::of(parts).ok();
    let bucket = place.and_then(|place| store.buckets.get(&place.bucket?));
    let host = host(parts);
    let region = region_of_endpoint(&host, bucket, None);
    region == HOME_REGION || FIRST.contains(&region)
}

fn signed_for_another(scope: &Scope, endpoint: &str, bucket: Option<&Bucket>) -> ServiceError {
    let words = format!("the region '{}' is wrong; expecting '{endpoint}'", scope.region);
    let error = if scope.in_header { malformed_header(&words) } else { malformed_credential(&words) };
    told(error.with("Region", endpoint), bucket)
}

/// The answer to a request for a bucket that is in another region than the endpoint.
fn elsewhere(bucket: &Bucket, endpoint: &str, in_host: bool) -> ServiceError {
    let region = bucket.region.as_str();
    if [region, endpoint].iter().any(|region| NOT_REDIRECTED.contains(region)) {
        return told(incompatible_location(bucket.location.as_deref()), Some(bucket));
    }
    let name = &bucket.name;
    let address = match region {
        HOME_REGION if in_host => format!("{name}.s3.amazonaws.com"),
        HOME_REGION => "s3.amazonaws.com".to_owned(),
        region if FIRST.contains(&region) => format!("{name}.s3-{region}.amazonaws.com"),
        region => format!("{name}.s3.{region}.amazonaws.com"),
    };
    let message = "The bucket you are attempting to access must be addressed using the specified endpoint. Please \
                   send all future requests to this endpoint.";
    let error = ServiceError::new(301, "PermanentRedirect", message);
    told(error.with("Endpoint", address).with("Bucket", name), Some(bucket))
}

/// A location constraint that does not fit the endpoint.
pub(super) fn incompatible_location(constraint: Option<&str>) -> ServiceError {
    let message = format!(
        "The {} location constraint is incompatible for the region specific endpoint this request was sent to.",
        constraint.unwrap_or("unspecified")
    );
    ServiceError::new(400, "IllegalLocationConstraintException", message)
}

/// Of whoever may not list a bucket its region is not hidden.
pub(crate) fn with_region(store: &Store, call: &Call, error: ServiceError) -> ServiceError {
    let tells = matches!(call.operation, "HeadBucket" | "ListObjects" | "ListObjectsV2");
    let name = call.input.get("Bucket").and_then(serde_json::Value::as_str).filter(|_| tells);
    told(error, name.and_then(|name| store.buckets.get(name)))
}

/// Clients find the region of a bucket by this header, in errors too.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html>
fn told(error: ServiceError, bucket: Option<&Bucket>) -> ServiceError {
    match bucket {
        Some(bucket) => error.with_header("x-amz-bucket-region", bucket.region.as_str()),
        None => error,
    }
}
