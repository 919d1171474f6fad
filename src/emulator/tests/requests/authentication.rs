//! Each service refuses what it can't authenticate with its own code.

use std::time::Duration;

use chrono::TimeDelta;

use crate::place::{Place, element, start};
use crate::signer::{Key, Unsigned};

/// A read of each service: IAM, STS, EC2, S3.
fn reads(time: chrono::DateTime<chrono::Utc>) -> [Unsigned; 4] {
    [
        Unsigned::form("iam", "Action=ListUsers&Version=2010-05-08", time),
        Unsigned::form("sts", "Action=GetCallerIdentity&Version=2011-06-15", time),
        Unsigned::form("ec2", "Action=DescribeVpcs&Version=2016-11-15", time),
        Unsigned::s3("GET", "/", "", time),
    ]
}

/// `expected`: of IAM and STS, of EC2, of S3.
#[track_caller]
fn check(
    place: &Place,
    request: impl Fn(Unsigned) -> http::Request<bytes::Bytes>,
    expected: [(u16, &str); 3],
) {
    let [query, ec2, s3] = expected;
    for (read, expected) in reads(start()).into_iter().zip([query, query, ec2, s3]) {
        let service = read.service;
        let (status, code) = place.code(request(read));
        assert_eq!((status, code.as_str()), expected, "{service}");
    }
}

const OK: (u16, &str) = (200, "");
const MISMATCH: (u16, &str) = (403, "SignatureDoesNotMatch");

#[test]
fn the_right_key_is_let_in() {
    let place = Place::new();
    check(&place, |read| read.signed(&place.admin), [OK; 3]);
    let session = place.session();
    check(&place, |read| read.signed(&session), [OK; 3]);
    check(&place, |read| Unsigned { method: "GET", ..read }.presigned_read(&session), [OK; 3]);
}

impl Unsigned {
    /// With the form in the URL, as presigned URLs of the query services have it.
    fn presigned_read(mut self, key: &Key) -> http::Request<bytes::Bytes> {
        let body = std::mem::take(&mut self.body);
        let pairs = body.split('&').filter_map(|pair| pair.split_once('='));
        self.query = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        self.presigned(key, 300)
    }
}

#[test]
fn a_wrong_secret_does_not_match() {
    let place = Place::new();
    let wrong = Key { secret: "another".to_owned(), ..place.admin.clone() };
    check(&place, |read| read.signed(&wrong), [MISMATCH, (401, "AuthFailure"), MISMATCH]);
}

#[test]
fn an_unknown_key_is_named() {
    let place = Place::new();
    let unknown = Key { id: "AKIAIOSFODNN7EXAMPLE".to_owned(), ..place.admin.clone() };
    let expected = [(403, "InvalidClientTokenId"), (401, "AuthFailure"), (403, "InvalidAccessKeyId")];
    check(&place, |read| read.signed(&unknown), expected);
}

#[test]
fn temporary_keys_need_their_own_token() {
    let place = Place::new();
    let session = place.session();
    let without = Key { token: None, ..session.clone() };
    let expected = [(403, "InvalidClientTokenId"), (401, "AuthFailure"), (403, "InvalidAccessKeyId")];
    check(&place, |read| read.signed(&without), expected);
    let foreign = Key { token: Some("IQoJforeign".to_owned()), ..session };
    let expected = [(403, "InvalidClientTokenId"), (401, "AuthFailure"), (400, "InvalidToken")];
    check(&place, |read| read.signed(&foreign), expected);
    let added = Key { token: Some("IQoJforeign".to_owned()), ..place.admin.clone() };
    check(&place, |read| read.signed(&added), expected);
}

#[test]
fn a_token_expires_in_virtual_time() {
    let place = Place::new();
    let session = place.session();
    place.emulator.clock().advance(Duration::from_secs(899));
    check(&place, |read| read.signed(&session), [OK; 3]);
    place.emulator.clock().advance(Duration::from_secs(1));
    let expected = [(403, "ExpiredToken"), (400, "RequestExpired"), (400, "ExpiredToken")];
    check(&place, |read| read.signed(&session), expected);
    let wrong = Key { secret: "another".to_owned(), ..session };
    check(&place, |read| read.signed(&wrong), [MISMATCH, (401, "AuthFailure"), MISMATCH]);
}

#[test]
fn unsigned_requests_are_nobodys() {
    let place = Place::new();
    let missing = (403, "MissingAuthenticationToken");
    check(&place, |read| read.bare(), [missing, missing, (403, "AccessDenied")]);
}

#[test]
fn a_signature_is_for_one_service() {
    let place = Place::new();
    let foreign = |read: Unsigned| {
        let service = if read.service == "iam" { "sts" } else { "iam" };
        // The version in the form still says which service is meant; S3 is the service of every other path.
        let path = if read.service == "s3" { "/bucket" } else { "/" };
        Unsigned { service, path, ..read }.signed(&place.admin)
    };
    for (read, expected) in reads(start()).into_iter().zip([MISMATCH, MISMATCH, (401, "AuthFailure")]) {
        let service = read.service;
        let (status, code) = place.code(foreign(read));
        assert_eq!((status, code.as_str()), expected, "{service}");
    }
}

#[test]
fn a_signature_is_for_its_time() {
    let place = Place::new();
    let expected = [MISMATCH, (400, "RequestExpired"), (403, "RequestTimeTooSkewed")];
    for minutes in [-16, 16] {
        let time = start() + TimeDelta::minutes(minutes);
        check(&place, |read| Unsigned { time, ..read }.signed(&place.admin), expected);
    }
    for minutes in [-14, 14] {
        let time = start() + TimeDelta::minutes(minutes);
        check(&place, |read| Unsigned { time, ..read }.signed(&place.admin), [OK; 3]);
    }
}

#[test]
fn clients_sign_by_virtual_time_or_by_the_wall_clock() {
    let place = Place::new();
    place.emulator.clock().advance(Duration::from_hours(2));
    check(&place, |read| read.signed(&place.admin), [OK; 3]);
    let time = start() + TimeDelta::hours(2);
    check(&place, |read| Unsigned { time, ..read }.signed(&place.admin), [OK; 3]);
}

#[test]
fn presigned_urls_expire_in_virtual_time() {
    let place = Place::new();
    let presigned = |read: Unsigned| Unsigned { method: "GET", ..read }.presigned_read(&place.admin);
    check(&place, presigned, [OK; 3]);
    place.emulator.clock().advance(Duration::from_secs(301));
    let [iam, sts, ec2, s3] = reads(start()).map(|read| place.code(presigned(read)));
    assert_eq!(iam, (403, "SignatureDoesNotMatch".to_owned()));
    assert_eq!(ec2, (400, "RequestExpired".to_owned()));
    assert_eq!(s3, (403, "AccessDenied".to_owned()));
    // Those of STS hold for 15 minutes, whatever they say.
    assert_eq!(sts, (200, String::new()));
    place.emulator.clock().advance(Duration::from_mins(10));
    let [_, sts, _, _] = reads(start());
    assert_eq!(place.code(presigned(sts)), (403, "SignatureDoesNotMatch".to_owned()));
}

#[test]
fn presigned_urls_hold_for_a_week_at_most() {
    let place = Place::new();
    let url = |seconds: u32| {
        let read = Unsigned { method: "GET", ..Unsigned::s3("GET", "/", "", start()) };
        place.answer(read.presigned(&place.admin, seconds))
    };
    assert_eq!(url(604_800).0, 200);
    let (status, body) = url(604_801);
    assert_eq!((status, element(&body, "Code").as_str()), (400, "AuthorizationQueryParametersError"));
    assert_eq!(
        element(&body, "Message"),
        "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than \
         604800 seconds"
    );
}

/// The message of a request whose signature has a flaw, of IAM and of S3; both name the code.
#[track_caller]
fn check_flaw(authorization: &str, iam: (u16, &str, &str), s3: (u16, &str, &str)) {
    let place = Place::new();
    let [list_users, _, _, list_buckets] = reads(start());
    for (read, (status, code, message)) in [(list_users, iam), (list_buckets, s3)] {
        let mut request = read.signed(&place.admin);
        request.headers_mut().insert("authorization", authorization.parse().unwrap());
        let (found, body) = place.answer(request);
        assert_eq!((found, element(&body, "Code").as_str()), (status, code), "{body}");
        let plain = body.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">");
        assert_eq!(element(&plain, "Message"), message);
    }
}

#[test]
fn a_malformed_header_is_told_its_flaw() {
    check_flaw(
        "AWS4-HMAC-SHA256 Credential=a/20260102/us-east-1/s3/aws4_request",
        (
            400,
            "IncompleteSignature",
            "Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' \
             parameter. (Hashed with SHA-256 and encoded with Base64) \
             Authorization=lKhMXDIQswlJ1T39BQDdgx7F8aIiMTS2f9mfpOgkn08=",
        ),
        (
            400,
            "AuthorizationHeaderMalformed",
            "The authorization header is malformed; the authorization header requires three components: Credential, \
             SignedHeaders, and Signature.",
        ),
    );
    let with = |credential: &str| {
        format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host;x-amz-date, Signature=ab")
    };
    check_flaw(
        &with("a/b"),
        (
            400,
            "IncompleteSignature",
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'a/b'",
        ),
        (
            400,
            "AuthorizationHeaderMalformed",
            "The authorization header is malformed; the Credential is mal-formed; expecting \
             \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".",
        ),
    );
    check_flaw(
        &with("a/20260101/us-east-1/s3/aws4_request"),
        (
            403,
            "SignatureDoesNotMatch",
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260101' != \
             '20260102', from '20260102T030405Z'.",
        ),
        (
            400,
            "AuthorizationHeaderMalformed",
            "The authorization header is malformed; Invalid credential date \"20260101\". This date is not the same as \
             X-Amz-Date: \"20260102\".",
        ),
    );
}

#[test]
fn other_mechanisms_are_refused_by_name() {
    let version_4a = "Signature Version 4A (AWS4-ECDSA-P256-SHA256) is not emulated by rolecall";
    let refused = (501, "NotImplemented", version_4a);
    check_flaw("AWS4-ECDSA-P256-SHA256 Credential=a/20260102/s3/aws4_request", refused, refused);
    check_flaw(
        "Basic Og==",
        (
            400,
            "IncompleteSignature",
            "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' \
             parameter. Authorization header requires 'SignedHeaders' parameter. (Hashed with SHA-256 and encoded \
             with Base64) Authorization=2fopHvoMkkhR8+oU5zsYR1BqtFH7g0txAeWhqI+U9QA=",
        ),
        (
            400,
            "InvalidRequest",
            "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
        ),
    );
}

/// Recorded answers have these elements: <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>.
#[test]
fn s3_shows_what_it_has_signed() {
    let place = Place::new();
    let wrong = Key { secret: "another".to_owned(), ..place.admin.clone() };
    let [_, _, _, read] = reads(start());
    let (_, body) = place.answer(read.signed(&wrong));
    assert_eq!(element(&body, "AWSAccessKeyId"), place.admin.id);
    assert!(element(&body, "CanonicalRequest").starts_with("GET\n/\n\nhost:localhost:4566\n"), "{body}");
    assert!(element(&body, "CanonicalRequestBytes").starts_with("47 45 54 0a 2f 0a"), "{body}");
    assert!(element(&body, "StringToSign").starts_with("AWS4-HMAC-SHA256\n20260102T030405Z\n"), "{body}");
    assert_eq!(element(&body, "SignatureProvided").len(), 64);
    let token = Key { token: Some("IQoJsecret".to_owned()), ..place.session() };
    let (_, body) = place.answer(reads(start())[3].signed(&token));
    assert!(!body.contains("IQoJsecret"), "{body}");
}

#[test]
fn keys_that_are_deactivated_are_unknown() {
    let place = Place::new();
    let ann = place.user("ann");
    check(&place, |read| read.signed(&ann), [OK; 3]);
    let deactivate = format!(
        "Action=UpdateAccessKey&Version=2010-05-08&UserName=ann&AccessKeyId={}&Status=Inactive",
        ann.id
    );
    place.ok(&Unsigned::form("iam", deactivate, start()));
    let expected = [(403, "InvalidClientTokenId"), (401, "AuthFailure"), (403, "InvalidAccessKeyId")];
    check(&place, |read| read.signed(&ann), expected);
}

#[test]
fn headers_are_signed_in_their_canonical_form() {
    let place = Place::new();
    let [read, _, _, _] = reads(start());
    let mut request = read.signed(&place.admin);
    // Spaces around and between do not count.
    let spaced = "  20260102T030405Z ".parse().unwrap();
    request.headers_mut().insert("x-amz-date", spaced);
    assert_eq!(place.code(request).0, 200);
}

#[track_caller]
fn check_s3(change: impl Fn(&mut http::Request<bytes::Bytes>), status: u16, code: &str) {
    let place = Place::new();
    let mut request = Unsigned::s3("GET", "/", "", start()).signed(&place.admin);
    change(&mut request);
    assert_eq!(place.code(request), (status, code.to_owned()));
}

#[test]
fn s3_refuses_what_is_half_signed() {
    let header = |name: &'static str, value: &'static str| {
        move |request: &mut http::Request<bytes::Bytes>| {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
    };
    check_s3(|_| {}, 200, "");
    check_s3(header("x-amz-acl", "public-read"), 403, "AccessDenied");
    check_s3(header("x-amz-content-sha256", "UNSIGNED-PAYLOAD"), 403, "SignatureDoesNotMatch");
    check_s3(header("authorization", "Basic Og=="), 400, "InvalidRequest");
    check_s3(header("authorization", "AWS4-HMAC-SHA256 Credential=a"), 400, "AuthorizationHeaderMalformed");
    let uri = |uri: &'static str| {
        move |request: &mut http::Request<bytes::Bytes>| *request.uri_mut() = uri.parse().unwrap()
    };
    check_s3(uri("/?X-Amz-Signature=ab"), 400, "InvalidArgument");
    check_s3(uri("/?list-type=2"), 403, "SignatureDoesNotMatch");
    let place = Place::new();
    let bare = Unsigned::s3("GET", "/?X-Amz-Signature=ab", "", start()).bare();
    assert_eq!(place.code(bare), (400, "AuthorizationQueryParametersError".to_owned()));
}

#[track_caller]
fn check_chunks(kind: &'static str, body: &str, status: u16, code: &str) {
    let place = Place::new();
    let mut request = Unsigned::s3("PUT", "/some-bucket/key", body, start()).bare();
    request.headers_mut().insert("x-amz-content-sha256", kind.parse().unwrap());
    request.headers_mut().insert("x-amz-trailer", "x-amz-checksum-crc32".parse().unwrap());
    assert_eq!(place.code(request), (status, code.to_owned()));
}

#[test]
fn chunks_are_checked_before_anything_else() {
    let unsigned = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
    let whole = "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n";
    check_chunks(unsigned, whole, 404, "NoSuchBucket");
    check_chunks(unsigned, &whole.replace("NhCm", "AAAA"), 400, "BadDigest");
    check_chunks(unsigned, "5\r\nhello\r\n0\r\n\r\n", 400, "MalformedTrailerError");
    check_chunks(unsigned, "5\r\nhel", 400, "IncompleteBody");
    check_chunks("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", whole, 403, "SignatureDoesNotMatch");
    check_chunks("nonsense", whole, 400, "InvalidArgument");
}

#[test]
fn anybody_reads_what_is_public() {
    let place = Place::new();
    let s3 = |method, path, body: &str| Unsigned::s3(method, path, body, start());
    let query =
        |request: Unsigned, name: &str| Unsigned { query: vec![(name.to_owned(), String::new())], ..request };
    place.ok(&s3("PUT", "/public-bucket", ""));
    place.ok(&s3("PUT", "/public-bucket/page", "hello"));
    let read = s3("GET", "/public-bucket/page", "");
    assert_eq!(place.code(read.bare()), (403, "AccessDenied".to_owned()));
    place.ok(&query(s3("DELETE", "/public-bucket", ""), "publicAccessBlock"));
    let policy = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*",
        "Action":"s3:GetObject","Resource":"arn:aws:s3:::public-bucket/*"}}"#;
    place.ok(&query(s3("PUT", "/public-bucket", policy), "policy"));
    assert_eq!(place.answer(read.bare()), (200, "hello".to_owned()));
    assert_eq!(place.code(s3("PUT", "/public-bucket/page", "bye").bare()), (403, "AccessDenied".to_owned()));
}
