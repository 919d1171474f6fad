//! Objects, their versions and tags.

use serde_json::{Value, json};

use super::Place;

fn key(key: &str) -> Value {
    json!({ "Bucket": "main", "Key": key })
}

fn key_with(name: &str, more: Value) -> Value {
    let mut input = key(name);
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

#[test]
fn come_back_as_they_were_put() {
    let mut place = Place::new();
    let input = key_with(
        "k",
        json!({ "Metadata": { "who": "me" }, "ContentType": "text/plain", "ContentEncoding": "aws-chunked,gzip" }),
    );
    let reply = place.with_body("PutObject", input, b"hello").unwrap().output;
    assert_eq!(reply["ETag"], "\"5d41402abc4b2a76b9719d911017c592\"");
    assert_eq!(reply["ChecksumCRC64NVME"], "M3eFcAZSQlc=");
    assert_eq!(reply["ChecksumType"], "FULL_OBJECT");
    assert_eq!(reply["ServerSideEncryption"], "AES256");
    let reply = place.run("GetObject", key("k")).unwrap();
    assert_eq!(reply.body.as_deref(), Some(&b"hello"[..]));
    let expected = json!({
        "ETag": "\"5d41402abc4b2a76b9719d911017c592\"", "ContentLength": 5, "ContentType": "text/plain",
        "ContentEncoding": "gzip", "Metadata": { "who": "me" }, "LastModified": "2026-01-02T03:04:05Z",
        "VersionId": null, "StorageClass": null, "ChecksumCRC64NVME": null, "AcceptRanges": "bytes",
    });
    place.check("HeadObject", key("k"), expected);
    let mode = json!({ "ChecksumMode": "ENABLED" });
    place.check("HeadObject", key_with("k", mode), json!({ "ChecksumCRC64NVME": "M3eFcAZSQlc=" }));
    let other = json!({ "ResponseContentType": "text/html", "ResponseExpires": "2026-01-02T03:04:05Z" });
    let expected = json!({ "ContentType": "text/html", "Expires": "Fri, 02 Jan 2026 03:04:05 GMT" });
    place.check("GetObject", key_with("k", other), expected);
    place.put("bare", b"");
    place.check(
        "HeadObject",
        key("bare"),
        json!({ "ContentType": "binary/octet-stream", "ContentLength": 0 }),
    );
    let beyond = json!({ "ResponseCacheControl": "—" });
    place.refused("GetObject", key_with("k", beyond), 400, "InvalidArgument");
}

#[test]
fn keep_the_checksum_that_the_client_sent() {
    let mut place = Place::new();
    let sent = json!({ "ChecksumSHA256": "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=" });
    let reply = place.with_body("PutObject", key_with("k", sent.clone()), b"hello").unwrap().output;
    assert_eq!(reply["ChecksumSHA256"], sent["ChecksumSHA256"]);
    place.check("GetObject", key_with("k", json!({ "ChecksumMode": "ENABLED" })), sent);
    for (algorithm, member, value) in [
        ("CRC32", "ChecksumCRC32", "NhCmhg=="),
        ("CRC32C", "ChecksumCRC32C", "mnG7TA=="),
        ("SHA1", "ChecksumSHA1", "qvTGHdzF6KLavt4PO0gs2a6pQ00="),
    ] {
        let input = key_with("k", json!({ "ChecksumAlgorithm": algorithm }));
        let reply = place.with_body("PutObject", input, b"hello").unwrap().output;
        assert_eq!(reply[member], value, "{algorithm}");
    }
}

#[track_caller]
fn check_range(range: &str, expected: Result<(&str, Option<&str>), &str>) {
    let mut place = Place::new();
    place.put("k", b"0123456789");
    let result = place.run("GetObject", key_with("k", json!({ "Range": range })));
    let seen = match &result {
        Ok(reply) => {
            let body = std::str::from_utf8(reply.body.as_deref().unwrap()).unwrap();
            assert_eq!(reply.status, reply.output["ContentRange"].as_str().map(|_| 206));
            Ok((body, reply.output["ContentRange"].as_str()))
        }
        Err(error) => Err(error.code),
    };
    assert_eq!(seen, expected, "{range}");
}

#[test]
fn are_read_in_ranges() {
    check_range("bytes=2-4", Ok(("234", Some("bytes 2-4/10"))));
    check_range("bytes=7-", Ok(("789", Some("bytes 7-9/10"))));
    check_range("bytes=-3", Ok(("789", Some("bytes 7-9/10"))));
    check_range("bytes=-30", Ok(("0123456789", Some("bytes 0-9/10"))));
    check_range("bytes=8-99", Ok(("89", Some("bytes 8-9/10"))));
    check_range("bytes=10-", Err("InvalidRange"));
    check_range("bytes=-0", Err("InvalidRange"));
    check_range("bytes=4-2", Ok(("0123456789", None)));
    check_range("bytes=0-1,3-4", Ok(("0123456789", None)));
    check_range("lines=1-2", Ok(("0123456789", None)));
}

#[test]
fn are_read_on_conditions() {
    let mut place = Place::new();
    let etag = place.put("k", b"hello")["ETag"].clone();
    let (before, same, after) = ("2026-01-01T00:00:00Z", "2026-01-02T03:04:05Z", "2027-01-01T00:00:00Z");
    for (condition, status) in [
        (json!({ "IfMatch": etag }), None),
        (json!({ "IfMatch": "*" }), None),
        (json!({ "IfMatch": "\"other\"" }), Some(412)),
        (json!({ "IfNoneMatch": etag }), Some(304)),
        (json!({ "IfNoneMatch": "\"other\"" }), None),
        (json!({ "IfModifiedSince": before }), None),
        (json!({ "IfModifiedSince": same }), Some(304)),
        (json!({ "IfModifiedSince": after, "IfNoneMatch": "\"other\"" }), None),
        (json!({ "IfUnmodifiedSince": before }), Some(412)),
        (json!({ "IfUnmodifiedSince": same }), None),
        (json!({ "IfUnmodifiedSince": before, "IfMatch": etag }), None),
    ] {
        let seen = match place.run("GetObject", key_with("k", condition.clone())) {
            Ok(reply) => reply.status,
            Err(error) => Some(error.status),
        };
        assert_eq!(seen, status, "{condition}");
    }
}

#[test]
fn are_written_on_conditions() {
    let mut place = Place::new();
    place.refused("PutObject", key_with("k", json!({ "IfMatch": "x" })), 404, "NoSuchKey");
    place.ok("PutObject", key_with("k", json!({ "IfNoneMatch": "*" })));
    place.refused("PutObject", key_with("k", json!({ "IfNoneMatch": "*" })), 412, "PreconditionFailed");
    place.refused("PutObject", key_with("k", json!({ "IfNoneMatch": "x" })), 501, "NotImplemented");
    place.refused("PutObject", key_with("k", json!({ "IfMatch": "x" })), 412, "PreconditionFailed");
    place.ok("PutObject", key_with("k", json!({ "IfMatch": "d41d8cd98f00b204e9800998ecf8427e" })));
    place.refused("DeleteObject", key_with("k", json!({ "IfMatch": "x" })), 412, "PreconditionFailed");
    place.ok("DeleteObject", key_with("k", json!({ "IfMatch": "*" })));
}

#[test]
fn are_missing_for_those_who_may_list() {
    let mut place = Place::new();
    place.refused("GetObject", key("none"), 404, "NoSuchKey");
    place.refused("HeadObject", key("none"), 404, "NoSuchKey");
    place.refused("GetObjectTagging", key("none"), 404, "NoSuchKey");
    place.denied = vec!["s3:ListBucket"];
    place.refused("GetObject", key("none"), 403, "AccessDenied");
    place.refused("GetObjectTagging", key("none"), 403, "AccessDenied");
    let copy = json!({ "Bucket": "main", "Key": "k", "CopySource": "main/none" });
    place.refused("CopyObject", copy, 403, "AccessDenied");
    place.ok("DeleteObject", key("none"));
}

#[test]
fn are_refused_where_the_request_is_wrong() {
    let mut place = Place::new();
    for (more, status, code) in [
        (json!({ "StorageClass": "CHEAP" }), 400, "InvalidStorageClass"),
        (json!({ "ServerSideEncryption": "ROT13" }), 400, "InvalidArgument"),
        (json!({ "SSECustomerAlgorithm": "AES256" }), 400, "InvalidArgument"),
        (json!({ "Tagging": "a=1&a=2" }), 400, "InvalidArgument"),
        (json!({ "Tagging": "a&b&c&d&e&f&g&h&i&j&k" }), 400, "BadRequest"),
        (json!({ "Tagging": "aws:a=1" }), 400, "InvalidTag"),
        (json!({ "Metadata": { "k": "v".repeat(2048) } }), 400, "MetadataTooLarge"),
        (json!({ "ObjectLockLegalHoldStatus": "ON" }), 400, "InvalidRequest"),
    ] {
        place.refused("PutObject", key_with("k", more), status, code);
    }
    place.refused("PutObject", key(&"k".repeat(1025)), 400, "KeyTooLongError");
    place.refused("GetObject", key("k"), 404, "NoSuchKey");
}

#[test]
fn are_deleted_key_by_key() {
    let mut place = Place::new();
    place.put("mine", b"x");
    place.put("yours", b"x");
    let objects = json!([{ "Key": "mine" }, { "Key": "none" }]);
    let output = place.ok("DeleteObjects", json!({ "Bucket": "main", "Delete": { "Objects": objects } }));
    assert_eq!(output, json!({ "Deleted": [{ "Key": "mine" }, { "Key": "none" }] }));
    place.denied = vec!["s3:DeleteObject"];
    let delete = json!({ "Objects": [{ "Key": "yours" }], "Quiet": true });
    let output = place.ok("DeleteObjects", json!({ "Bucket": "main", "Delete": delete }));
    assert_eq!(
        output["Errors"],
        json!([{ "Key": "yours", "Code": "AccessDenied", "Message": "Access Denied" }])
    );
    place.ok("HeadObject", key("yours"));
    place.refused(
        "DeleteObjects",
        json!({ "Bucket": "main", "Delete": { "Objects": [] } }),
        400,
        "MalformedXML",
    );
}

#[test]
fn have_versions() {
    let mut place = Place::new();
    let status = |status: &str| json!({ "Bucket": "main", "VersioningConfiguration": { "Status": status } });
    place.put("k", b"zero");
    place.ok("PutBucketVersioning", status("Enabled"));
    place.check("GetBucketVersioning", json!({ "Bucket": "main" }), json!({ "Status": "Enabled" }));
    let one = place.put("k", b"one")["VersionId"].clone();
    let marker = place.ok("DeleteObject", key("k"));
    assert_eq!(marker["DeleteMarker"], true);
    place.refused("GetObject", key("k"), 404, "NoSuchKey");
    let version = |id: &Value| key_with("k", json!({ "VersionId": id }));
    place.check("GetObject", version(&one), json!({ "VersionId": one, "ContentLength": 3 }));
    place.check("GetObject", version(&json!("null")), json!({ "ContentLength": 4 }));
    place.refused("GetObject", version(&marker["VersionId"]), 405, "MethodNotAllowed");
    place.refused("GetObject", version(&json!("0".repeat(32))), 400, "InvalidArgument");
    place.refused("GetObject", version(&json!("?")), 400, "InvalidArgument");
    place.ok("DeleteObject", version(&marker["VersionId"]));
    place.refused("GetObject", version(&marker["VersionId"]), 404, "NoSuchVersion");
    place.check("GetObject", key("k"), json!({ "VersionId": one }));
    place.ok("PutBucketVersioning", status("Suspended"));
    assert_eq!(place.put("k", b"again").get("VersionId"), None, "the null version is not told");
    place.check("GetObject", key("k"), json!({ "VersionId": "null" }));
    place.refused("DeleteBucket", json!({ "Bucket": "main" }), 409, "BucketNotEmpty");
    place.refused("PutBucketVersioning", status("Off"), 400, "IllegalVersioningConfigurationException");
}

#[test]
fn have_tags() {
    let mut place = Place::new();
    place.ok("PutObject", key_with("k", json!({ "Tagging": "a=1&b=x%20y" })));
    let tags = json!([{ "Key": "a", "Value": "1" }, { "Key": "b", "Value": "x y" }]);
    place.check("GetObjectTagging", key("k"), json!({ "TagSet": tags }));
    place.check("GetObject", key("k"), json!({ "TagCount": 2 }));
    place.denied = vec!["s3:GetObjectTagging"];
    place.check("GetObject", key("k"), json!({ "TagCount": null }));
    place.ok("DeleteObjectTagging", key("k"));
    place.check("GetObjectTagging", key("k"), json!({ "TagSet": [] }));
}

#[test]
fn are_copied() {
    let mut place = Place::new();
    let put =
        key_with("k", json!({ "Metadata": { "a": "1" }, "ContentType": "text/plain", "Tagging": "t=1" }));
    let etag = place.with_body("PutObject", put, b"hello").unwrap().output["ETag"].clone();
    let copy = |target: &str, more: Value| {
        key_with(target, {
            let mut input = json!({ "CopySource": "main/k" });
            input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            input
        })
    };
    let output = place.ok("CopyObject", copy("c", json!({})));
    assert_eq!(output["CopyObjectResult"]["ETag"], etag);
    place.check(
        "GetObject",
        key("c"),
        json!({ "Metadata": { "a": "1" }, "ContentType": "text/plain", "TagCount": 1 }),
    );
    let replace =
        json!({ "MetadataDirective": "REPLACE", "TaggingDirective": "REPLACE", "Metadata": { "b": "2" } });
    place.ok("CopyObject", copy("r", replace));
    let expected =
        json!({ "Metadata": { "b": "2" }, "ContentType": "binary/octet-stream", "TagCount": null });
    place.check("GetObject", key("r"), expected);
    place.refused("CopyObject", copy("k", json!({})), 400, "InvalidRequest");
    place.ok("CopyObject", copy("k", json!({ "StorageClass": "STANDARD_IA" })));
    place.refused("CopyObject", copy("c", json!({ "CopySourceIfMatch": "x" })), 412, "PreconditionFailed");
    place.refused(
        "CopyObject",
        copy("c", json!({ "CopySourceIfNoneMatch": etag })),
        412,
        "PreconditionFailed",
    );
    place.refused("CopyObject", key_with("c", json!({ "CopySource": "main" })), 400, "InvalidArgument");
    place.refused("CopyObject", key_with("c", json!({ "CopySource": "none/k" })), 404, "NoSuchBucket");
}

#[test]
fn are_not_read_from_the_archive() {
    let mut place = Place::new();
    place.ok("PutObject", key_with("k", json!({ "StorageClass": "GLACIER" })));
    place.refused("GetObject", key("k"), 403, "InvalidObjectState");
    place.check("HeadObject", key("k"), json!({ "StorageClass": "GLACIER" }));
    let copy = json!({ "Bucket": "main", "Key": "copy", "CopySource": "main/k" });
    place.refused("CopyObject", copy, 403, "ObjectNotInActiveTierError");
}

#[test]
fn are_restored_from_the_archive_for_some_days() {
    let mut place = Place::new();
    place.put("plain", b"x");
    let request = |key: &str| {
        let job = json!({ "Tier": "Standard" });
        key_with(key, json!({ "RestoreRequest": { "Days": 1, "GlacierJobParameters": job } }))
    };
    place.refused("RestoreObject", request("plain"), 403, "InvalidObjectState");
    place.ok("PutObject", key_with("k", json!({ "StorageClass": "GLACIER" })));
    assert_eq!(place.run("RestoreObject", request("k")).unwrap().status, Some(202));
    place.check("HeadObject", key("k"), json!({ "Restore": "ongoing-request=\"true\"" }));
    place.refused("GetObject", key("k"), 403, "InvalidObjectState");
    let told = |place: &mut Place| {
        let input = json!({ "Bucket": "main", "Prefix": "k", "OptionalObjectAttributes": ["RestoreStatus"] });
        [("ListObjectsV2", "Contents"), ("ListObjects", "Contents"), ("ListObjectVersions", "Versions")]
            .map(|(operation, items)| place.ok(operation, input.clone())[items][0]["RestoreStatus"].clone())
    };
    let in_progress = json!({ "IsRestoreInProgress": true });
    assert_eq!(told(&mut place), [in_progress.clone(), in_progress.clone(), in_progress]);
    let untold = place.ok("ListObjectsV2", json!({ "Bucket": "main", "Prefix": "k" }));
    assert!(untold["Contents"][0].get("RestoreStatus").is_none());
    place.refused("RestoreObject", request("k"), 409, "RestoreAlreadyInProgress");
    place.now += chrono::TimeDelta::hours(5);
    let restored = "ongoing-request=\"false\", expiry-date=\"Sun, 04 Jan 2026 00:00:00 GMT\"";
    place.check("GetObject", key("k"), json!({ "Restore": restored }));
    let [status, ..] = told(&mut place);
    assert_eq!(status, json!({ "IsRestoreInProgress": false, "RestoreExpiryDate": "2026-01-04T00:00:00Z" }));
    assert_eq!(place.run("RestoreObject", request("k")).unwrap().status, Some(200));
    place.now += chrono::TimeDelta::days(2);
    place.refused("GetObject", key("k"), 403, "InvalidObjectState");
}

#[test]
fn have_metadata_that_is_decoded_where_it_can_be() {
    let mut place = Place::new();
    let sent =
        json!({ "a": "=?UTF-8?B?YWJj?=", "b": "=?UTF-8?Q?a=5Fb_c?=", "c": "=?UTF-8?B?w4Q=?=", "d": "=?" });
    place.ok("PutObject", key_with("k", json!({ "Metadata": sent })));
    let kept = json!({ "a": "abc", "b": "a_b c", "c": "=?UTF-8?B?w4Q=?=", "d": "=?" });
    place.check("HeadObject", key("k"), json!({ "Metadata": kept }));
}

#[test]
fn are_written_on_conditions_that_writes_know() {
    let mut place = Place::new();
    place.put("k", b"x");
    for condition in [
        json!({ "IfMatch": "*" }),
        json!({ "IfNoneMatch": "e" }),
        json!({ "IfMatch": "e", "IfNoneMatch": "*" }),
    ] {
        place.refused("PutObject", key_with("k", condition), 501, "NotImplemented");
    }
}

#[test]
fn are_read_since_a_date_that_is_not_in_the_future() {
    let mut place = Place::new();
    place.put("k", b"x");
    let since = |time: &str| key_with("k", json!({ "IfModifiedSince": time }));
    assert_eq!(place.run("GetObject", since("2026-01-02T03:04:05Z")).unwrap().status, Some(304));
    assert_eq!(place.run("GetObject", since("2026-01-03T00:00:00Z")).unwrap().status, None);
}
