//! Signature Version 2, which S3 takes in the regions that are older than version 4.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html>

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;
use sha1::Sha1;

use crate::place::{Place, element, start};
use crate::signer::{Key, Unsigned};

/// 2026-01-02T03:09:05Z, five minutes after the start.
const EXPIRES: i64 = 1_767_323_345;

fn sign(key: &Key, text: &str) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(key.secret.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

/// A presigned URL; `amz`: headers that it holds.
fn presigned(
    key: &Key,
    method: &str,
    path: &str,
    host: &str,
    amz: &[(&str, &str)],
) -> http::request::Builder {
    let mut amz = amz.to_vec();
    amz.extend(key.token.as_deref().map(|token| ("x-amz-security-token", token)));
    amz.sort_unstable();
    let lines: String = amz.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let text = format!("{method}\n\n\n{EXPIRES}\n{lines}{path}");
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let mut query =
        format!("AWSAccessKeyId={}&Expires={EXPIRES}&Signature={}", key.id, encode(&sign(key, &text)));
    for (name, value) in amz {
        query += &format!("&{name}={}", encode(value));
    }
    http::Request::builder().method(method).uri(format!("{path}?{query}")).header("host", host)
}

fn sent(place: &Place, request: http::request::Builder, body: &'static str) -> (u16, String) {
    place.code(request.body(Bytes::from_static(body.as_bytes())).unwrap())
}

/// With an object `k` in the bucket `main`.
fn place_with_object() -> Place {
    let place = Place::new();
    place.ok(&Unsigned::s3("PUT", "/main", "", start()));
    place.ok(&Unsigned::s3("PUT", "/main/k", "abc", start()));
    place
}

fn answer(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[test]
fn presigned_urls_are_taken_until_they_expire() {
    let place = place_with_object();
    let get = |key: &Key| sent(&place, presigned(key, "GET", "/main/k", "localhost:4566", &[]), "");
    assert_eq!(get(&place.admin), answer(200, ""));
    assert_eq!(
        get(&Key { secret: "other".to_owned(), ..place.admin.clone() }),
        answer(403, "SignatureDoesNotMatch")
    );
    assert_eq!(
        get(&Key { id: "AKIA0".to_owned(), ..place.admin.clone() }),
        answer(403, "InvalidAccessKeyId")
    );
    let session = place.session();
    assert_eq!(get(&session), answer(200, ""));
    assert_eq!(get(&Key { token: None, ..session.clone() }), answer(403, "InvalidAccessKeyId"));
    assert_eq!(get(&Key { token: Some("x".to_owned()), ..session.clone() }), answer(400, "InvalidToken"));
    // What is signed for reading can't be used for deleting.
    let mut delete = presigned(&place.admin, "GET", "/main/k", "localhost:4566", &[]);
    delete = delete.method("DELETE");
    assert_eq!(sent(&place, delete, ""), answer(403, "SignatureDoesNotMatch"));
    let incomplete =
        http::Request::builder().uri("/main/k?AWSAccessKeyId=a&Signature=b").header("host", "localhost");
    assert_eq!(sent(&place, incomplete, ""), answer(403, "AccessDenied"));
    place.emulator.clock().advance(Duration::from_secs(301));
    let late = presigned(&place.admin, "GET", "/main/k", "localhost:4566", &[]).body(Bytes::new()).unwrap();
    let (status, body) = place.answer(late);
    assert_eq!((status, element(&body, "Message").as_str()), (403, "Request has expired"));
    assert_eq!(element(&body, "Expires"), "2026-01-02T03:09:05Z");
}

/// What would be headers stands in the URL, and a header that does not is not signed.
#[test]
fn a_url_holds_headers() {
    let place = place_with_object();
    let put = || presigned(&place.admin, "PUT", "/main/new", "localhost:4566", &[("x-amz-meta-a", "b")]);
    assert_eq!(sent(&place, put().header("x-amz-acl", "private"), "x"), answer(403, "SignatureDoesNotMatch"));
    assert_eq!(sent(&place, put(), "x"), answer(200, ""));
    let head = Unsigned::s3("HEAD", "/main/new", "", start()).signed(&place.admin);
    let shown = place.emulator.handle(head, rolecall_emulator::Peer::in_process());
    assert_eq!(shown.headers()["x-amz-meta-a"], "b");
}

#[test]
fn headers_are_taken_too() {
    let place = place_with_object();
    let date = "Fri, 02 Jan 2026 03:04:05 +0000";
    let get = |date: &str, resource: &str| {
        let signature = sign(&place.admin, &format!("GET\n\n\n{date}\n{resource}"));
        http::Request::builder()
            .uri(resource)
            .header("host", "localhost:4566")
            .header("date", date)
            .header("authorization", format!("AWS {}:{signature}", place.admin.id))
    };
    assert_eq!(sent(&place, get(date, "/main/k"), ""), answer(200, ""));
    assert_eq!(sent(&place, get(date, "/main?versioning"), ""), answer(200, ""));
    let old = get("Fri, 02 Jan 2026 02:04:05 +0000", "/main/k");
    assert_eq!(sent(&place, old, ""), answer(403, "RequestTimeTooSkewed"));
    let without_key = http::Request::builder().uri("/main/k").header("authorization", "AWS key");
    assert_eq!(sent(&place, without_key, ""), answer(400, "InvalidArgument"));
}

#[test]
fn newer_regions_refuse_it() {
    let place = place_with_object();
    let location = "<CreateBucketConfiguration><LocationConstraint>eu-central-1</LocationConstraint></CreateBucketConfiguration>";
    place.ok(&Unsigned { region: "eu-central-1", ..Unsigned::s3("PUT", "/frankfurt", location, start()) });
    let get = presigned(&place.admin, "GET", "/frankfurt/k", "localhost:4566", &[]);
    assert_eq!(sent(&place, get, ""), answer(400, "InvalidRequest"));
    let get = presigned(&place.admin, "GET", "/main/k", "s3.eu-central-1.amazonaws.com", &[]);
    assert_ne!(sent(&place, get, "").0, 200);
    // No other service takes it.
    let iam = "/?Action=ListUsers&Version=2010-05-08&AWSAccessKeyId=a&Signature=b&Expires=1";
    let iam = http::Request::builder().uri(iam).header("host", "iam.amazonaws.com");
    assert_eq!(sent(&place, iam, ""), answer(400, "IncompleteSignature"));
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/API/bucket-policy-s3-sigv4-conditions.html>
#[test]
fn policies_can_forbid_it() {
    let place = place_with_object();
    let denial = json!({ "Version": "2012-10-17", "Statement": {
        "Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::main/*",
        "Condition": { "StringEquals": { "s3:signatureversion": "AWS" } },
    } });
    let get = || sent(&place, presigned(&place.admin, "GET", "/main/k", "localhost:4566", &[]), "");
    assert_eq!(get(), answer(200, ""));
    let query = vec![("policy".to_owned(), String::new())];
    place.ok(&Unsigned { query, ..Unsigned::s3("PUT", "/main", &denial.to_string(), start()) });
    assert_eq!(get(), answer(403, "AccessDenied"));
    let by_version_4 = Unsigned::s3("GET", "/main/k", "", start()).presigned(&place.admin, 300);
    assert_eq!(place.code(by_version_4), answer(200, ""));
}
