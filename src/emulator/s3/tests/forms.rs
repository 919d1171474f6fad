//! Uploads by HTML forms: who signed the policy, and what it allows.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Method;
use http::request::Parts;
use serde_json::{Value, json};

use super::super::FormUpload;
use super::{OWNER, Place};
use crate::authenticate::{Signing, Version};
use crate::operation::{Service, ServiceError};
use crate::sigv2;
use crate::sigv4::{hex, hmac};

const CREDENTIAL: &str = "AKIA111122223333/20260102/us-east-1/s3/aws4_request";

/// A request with a form of these fields and the file `abc`.
fn form(fields: &[(&str, &str)]) -> Result<Option<(FormUpload, Parts)>, ServiceError> {
    let mut body = String::new();
    for (name, value) in fields {
        body += &format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    let file =
        "Content-Disposition: form-data; name=\"file\"; filename=\"f.txt\"\r\nContent-Type: text/plain";
    body += &format!("--b\r\n{file}\r\n\r\nabc\r\n--b--\r\n");
    let request = http::Request::builder().method("POST").uri("/main").header("host", "localhost");
    let request = request.header("content-type", "multipart/form-data; boundary=b");
    let parts = request.body(()).unwrap().into_parts().0;
    let upload = FormUpload::of(Service::S3, &parts, &std::collections::BTreeMap::new(), &Bytes::from(body))?;
    Ok(upload.map(|upload| (upload, parts)))
}

/// The fields of a form that the owner's root user signed.
fn signed(conditions: Value, more: &[(&str, &str)]) -> Result<(), ServiceError> {
    let policy = json!({ "expiration": "2026-01-02T04:00:00Z", "conditions": conditions }).to_string();
    let policy = STANDARD.encode(policy);
    let mut key = hmac(b"AWS4secret", b"20260102");
    for segment in ["us-east-1", "s3", "aws4_request"] {
        key = hmac(&key, segment.as_bytes());
    }
    let signature = hex(&hmac(&key, policy.as_bytes()));
    let mut fields = vec![
        ("key", "k"),
        ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
        ("X-Amz-Credential", CREDENTIAL),
        ("X-Amz-Date", "20260102T030405Z"),
        ("Policy", policy.as_str()),
        ("X-Amz-Signature", signature.as_str()),
    ];
    for (name, value) in more {
        fields.retain(|(field, _)| field != name);
        fields.push((name, value));
    }
    let place = Place::new();
    let (upload, parts) = form(&fields)?.unwrap();
    let authenticated = upload.authenticate(&place.partition, &parts, place.now)?;
    assert_eq!(authenticated.caller.account.unwrap().as_str(), OWNER);
    assert_eq!(authenticated.body, "abc");
    Ok(())
}

fn conditions(more: &[Value]) -> Value {
    let mut all = vec![
        json!({ "bucket": "main" }),
        json!({ "key": "k" }),
        json!({ "x-amz-algorithm": "AWS4-HMAC-SHA256" }),
        json!({ "x-amz-credential": CREDENTIAL }),
        json!({ "x-amz-date": "20260102T030405Z" }),
    ];
    all.extend(more.iter().cloned());
    Value::Array(all)
}

#[track_caller]
fn refused(conditions: Value, more: &[(&str, &str)], code: &str) {
    assert_eq!(signed(conditions, more).unwrap_err().code, code);
}

#[test]
fn are_puts_like_any_other() {
    let fields =
        [("key", "a/${filename}"), ("acl", "private"), ("Content-Type", "text/html"), ("x-amz-meta-a", "b")];
    let (upload, mut parts) = form(&fields).unwrap().unwrap();
    upload.rewrite(&mut parts).unwrap();
    assert_eq!((parts.method.clone(), parts.uri.path()), (Method::PUT, "/main/a/f.txt"));
    let shown = |name: &str| parts.headers.get(name).unwrap().to_str().unwrap();
    assert_eq!(
        [shown("x-amz-acl"), shown("content-type"), shown("x-amz-meta-a")],
        ["private", "text/html", "b"]
    );
    // Without a policy nobody has signed it.
    let place = Place::new();
    assert_eq!(upload.authenticate(&place.partition, &parts, place.now).unwrap().caller.account, None);
}

#[test]
fn are_by_who_signed_the_policy() {
    signed(conditions(&[]), &[]).unwrap();
    refused(conditions(&[]), &[("X-Amz-Signature", "0")], "SignatureDoesNotMatch");
    refused(
        conditions(&[]),
        &[("X-Amz-Credential", "AKIA0/20260102/us-east-1/s3/aws4_request")],
        "InvalidAccessKeyId",
    );
    refused(conditions(&[]), &[("X-Amz-Algorithm", "ROT13")], "InvalidRequest");
    refused(conditions(&[]), &[("X-Amz-Security-Token", "x")], "InvalidToken");
}

/// As SDKs make them by default in the regions that are older than version 4.
#[test]
fn may_be_signed_by_version_2() {
    let policy =
        json!({ "expiration": "2026-01-02T04:00:00Z", "conditions": [{ "bucket": "main" }, { "key": "k" }] });
    let policy = STANDARD.encode(policy.to_string());
    let signature = sigv2::sign(&policy, "secret");
    let sent = |host: &str, signature: &str, id: &str| {
        let fields =
            [("key", "k"), ("AWSAccessKeyId", id), ("policy", policy.as_str()), ("signature", signature)];
        let fields: Vec<_> = fields.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        let (upload, mut parts) = form(&fields).unwrap().unwrap();
        parts.headers.insert("host", host.parse().unwrap());
        let place = Place::new();
        let authenticated = upload.authenticate(&place.partition, &parts, place.now);
        authenticated
            .map(|it| (it.caller.account.unwrap().to_string(), it.signing))
            .map_err(|error| error.code)
    };
    let key = "AKIA111122223333";
    assert_eq!(sent("localhost", &signature, key), Ok((OWNER.to_owned(), Signing::Form(Version::Two))));
    assert_eq!(sent("localhost", "AAAA", key), Err("SignatureDoesNotMatch"));
    assert_eq!(sent("localhost", &signature, "AKIA0"), Err("InvalidAccessKeyId"));
    assert_eq!(sent("localhost", "", key), Err("InvalidArgument"));
    assert_eq!(sent("s3.eu-central-1.amazonaws.com", &signature, key), Err("InvalidRequest"));
}

#[test]
fn are_held_to_the_policy() {
    refused(conditions(&[]), &[("acl", "private")], "AccessDenied");
    signed(conditions(&[json!(["starts-with", "$acl", "pri"])]), &[("acl", "private")]).unwrap();
    // A variable stands for what is put in for it.
    let of_file = json!([{ "bucket": "main" }, ["starts-with", "$key", "f.t"], { "x-amz-algorithm": "AWS4-HMAC-SHA256" },
        { "x-amz-credential": CREDENTIAL }, { "x-amz-date": "20260102T030405Z" }]);
    signed(of_file.clone(), &[("key", "${filename}")]).unwrap();
    refused(of_file, &[("key", "other/${filename}")], "AccessDenied");
    refused(conditions(&[json!(["eq", "$acl", "pri"])]), &[("acl", "private")], "AccessDenied");
    refused(conditions(&[json!({ "bucket": "other" })]), &[], "AccessDenied");
    refused(conditions(&[json!(["content-length-range", 4, 9])]), &[], "EntityTooSmall");
    refused(conditions(&[json!(["content-length-range", 1, 2])]), &[], "EntityTooLarge");
    refused(conditions(&[json!({ "a": "b", "c": "d" })]), &[], "InvalidPolicyDocument");
    let late = "2026-01-02T04:00:00Z".parse().unwrap();
    let place = Place::new();
    let policy = STANDARD.encode(r#"{"expiration":"2026-01-02T04:00:00Z","conditions":[]}"#);
    let fields = [("key", "k"), ("policy", policy.as_str())];
    let (upload, parts) = form(&fields).unwrap().unwrap();
    assert_eq!(upload.authenticate(&place.partition, &parts, late).err().unwrap().code, "AccessDenied");
}
