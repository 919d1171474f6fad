//! Buckets of other regions than a request is signed for, or sent to.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/UsingRouting.html>

use crate::place::{Place, element, start};
use crate::signer::Unsigned;

const LOCAL: &str = "localhost:4566";

/// With a bucket in each of some regions.
fn place() -> Place {
    let place = Place::new();
    for (path, region) in [
        ("/home-bucket", "us-east-1"),
        ("/old-bucket", "us-west-2"),
        ("/new-bucket", "eu-central-1"),
        ("/opt-in-bucket", "af-south-1"),
    ] {
        let body = match region {
            "us-east-1" => String::new(),
            region => format!(
                "<CreateBucketConfiguration><LocationConstraint>{region}</LocationConstraint></CreateBucketConfiguration>"
            ),
        };
        place.ok(&Unsigned { region, ..Unsigned::s3("PUT", path, &body, start()) });
    }
    place
}

fn get(host: &'static str, path: &'static str, region: &'static str) -> Unsigned {
    Unsigned { host, region, ..Unsigned::s3("GET", path, "", start()) }
}

fn query(name: &str) -> Vec<(String, String)> {
    vec![(name.to_owned(), String::new())]
}

#[track_caller]
fn check(place: &Place, request: &Unsigned, expected: (u16, &str), elements: &[(&str, &str)]) {
    let response = place.emulator.handle(request.signed(&place.admin), rolecall_emulator::Peer::in_process());
    let region =
        response.headers().get("x-amz-bucket-region").map(|value| value.to_str().unwrap().to_owned());
    let status = response.status().as_u16();
    let body = String::from_utf8(response.into_body().to_vec()).unwrap();
    let code = if body.contains("<Code>") { element(&body, "Code") } else { String::new() };
    let about = format!("{} {} for {}: {body}", request.host, request.path, request.region);
    assert_eq!((status, code.as_str()), expected, "{about}");
    for (name, value) in elements {
        match *name {
            "x-amz-bucket-region" => assert_eq!(region.as_deref(), Some(*value), "{about}"),
            name => assert_eq!(element(&body, name), *value, "{about}"),
        }
    }
}

#[test]
fn another_endpoint_is_told_the_right_one() {
    let place = place();
    let moved = (301, "PermanentRedirect");
    for (path, bucket, endpoint, region) in [
        ("/home-bucket", "home-bucket", "s3.amazonaws.com", "us-east-1"),
        ("/old-bucket/key", "old-bucket", "old-bucket.s3-us-west-2.amazonaws.com", "us-west-2"),
        ("/new-bucket", "new-bucket", "new-bucket.s3.eu-central-1.amazonaws.com", "eu-central-1"),
    ] {
        let told = [("Endpoint", endpoint), ("Bucket", bucket), ("x-amz-bucket-region", region)];
        for host in [LOCAL, "s3.eu-west-3.amazonaws.com"] {
            check(&place, &get(host, path, "eu-west-3"), moved, &told);
        }
    }
    check(&place, &get("s3.amazonaws.com", "/old-bucket", "us-east-1"), moved, &[]);
    let head = Unsigned { method: "HEAD", ..get(LOCAL, "/old-bucket", "us-east-1") };
    check(&place, &head, (301, ""), &[("x-amz-bucket-region", "us-west-2")]);
}

#[test]
fn newer_regions_redirect_nobody() {
    let place = place();
    for (path, region, location) in [
        ("/opt-in-bucket", "us-east-1", "af-south-1"),
        ("/old-bucket", "af-south-1", "us-west-2"),
        ("/home-bucket", "af-south-1", "unspecified"),
    ] {
        let message = format!(
            "The {location} location constraint is incompatible for the region specific endpoint this request was \
             sent to."
        );
        let expected = (400, "IllegalLocationConstraintException");
        check(&place, &get(LOCAL, path, region), expected, &[("Message", &message)]);
    }
}

#[test]
fn a_signature_is_for_the_region_of_the_endpoint() {
    let place = place();
    let wrong = (400, "AuthorizationHeaderMalformed");
    for (host, path, signed, endpoint) in [
        ("s3.eu-west-1.amazonaws.com", "/", "us-east-1", "eu-west-1"),
        ("s3.amazonaws.com", "/", "eu-west-1", "us-east-1"),
        ("old-bucket.s3.amazonaws.com", "/key", "us-east-1", "us-west-2"),
        (LOCAL, "/", "aws-global", "us-east-1"),
        (LOCAL, "/old-bucket", "nowhere", "us-west-2"),
    ] {
        let message = format!(
            "The authorization header is malformed; the region '{signed}' is wrong; expecting '{endpoint}'"
        );
        let told = [("Region", endpoint), ("Message", &message)];
        check(&place, &get(host, path, signed), wrong, &told);
    }
    let presigned =
        get("s3.eu-west-1.amazonaws.com", "/old-bucket/key", "us-east-1").presigned(&place.admin, 60);
    assert_eq!(place.code(presigned), (400, "AuthorizationQueryParametersError".to_owned()));
}

#[test]
fn the_right_region_is_answered() {
    let place = place();
    for (host, path, region) in [
        ("old-bucket.s3.amazonaws.com", "/", "us-west-2"),
        ("s3.us-west-2.amazonaws.com", "/old-bucket", "us-west-2"),
        (LOCAL, "/opt-in-bucket", "af-south-1"),
        // All buckets are listed everywhere.
        (LOCAL, "/", "eu-west-3"),
    ] {
        check(&place, &get(host, path, region), (200, ""), &[]);
    }
    // Where a bucket is can be asked anywhere, and who asks without a signature is taken to it.
    let location = Unsigned { query: query("location"), ..get(LOCAL, "/old-bucket", "us-east-1") };
    assert!(place.ok(&location).contains(">us-west-2</LocationConstraint>"));
    assert_eq!(place.code(get(LOCAL, "/old-bucket", "").bare()), (403, "AccessDenied".to_owned()));
    let elsewhere = get("s3.eu-west-3.amazonaws.com", "/old-bucket", "").bare();
    assert_eq!(place.code(elsewhere), (301, "PermanentRedirect".to_owned()));
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html>
#[test]
fn whoever_may_not_list_learns_the_region() {
    let place = place();
    let stranger = place.user_with("stranger", None);
    for (method, path) in [("HEAD", "/old-bucket"), ("GET", "/old-bucket")] {
        let request = Unsigned { method, ..get(LOCAL, path, "us-west-2") };
        let response =
            place.emulator.handle(request.signed(&stranger), rolecall_emulator::Peer::in_process());
        assert_eq!(response.status(), 403);
        assert_eq!(response.headers()["x-amz-bucket-region"], "us-west-2");
    }
}
