//! Which permissions an operation asks for: action, resource and S3's condition keys.

use serde_json::{Value, json};

use super::{OTHER, OWNER, Place};
use crate::authorize::authorize;
use crate::operation::Access;

const KEYS: [&str; 21] = [
    "s3:prefix",
    "s3:delimiter",
    "s3:max-keys",
    "s3:versionid",
    "s3:x-amz-acl",
    "s3:x-amz-server-side-encryption",
    "s3:x-amz-storage-class",
    "s3:x-amz-copy-source",
    "s3:x-amz-metadata-directive",
    "s3:x-amz-object-annotation-directive",
    "s3:object-lock-event-hold",
    "s3:object-lock-event-hold-duration-days",
    "s3:x-amz-object-ownership",
    "s3:locationconstraint",
    "s3:if-match",
    "s3:if-none-match",
    "s3:objectcreationoperation",
    "s3:existingobjecttag/class",
    "s3:requestobjecttag/class",
    "s3:requestobjecttagkeys",
    "aws:requesttag/class",
];

fn shown(access: &Access) -> String {
    let mut shown = format!("{} {}", access.action, access.resource.trim_start_matches("arn:aws:s3:::"));
    for key in KEYS {
        if let Some(values) = access.context.get(key) {
            shown += &format!(" {}={}", key.trim_start_matches("s3:"), values.join(","));
        }
    }
    if !access.required {
        shown.insert(0, '?');
    }
    shown
}

/// The accesses of an operation; a question mark leads those that only inform.
#[track_caller]
fn check(operation: &'static str, input: Value, expected: &[&str]) {
    let mut place = Place::new();
    place.ok("CreateBucket", json!({ "Bucket": "target" }));
    place.put("plain", b"x");
    place.put("tagged", b"x");
    let tagging = json!({ "TagSet": [{ "Key": "class", "Value": "open" }] });
    place.ok("PutObjectTagging", json!({ "Bucket": "main", "Key": "tagged", "Tagging": tagging }));
    let accesses: Vec<_> = place.accesses(operation, input).unwrap().iter().map(shown).collect();
    assert_eq!(accesses, expected);
}

#[test]
fn of_buckets() {
    check("CreateBucket", json!({ "Bucket": "new" }), &["s3:CreateBucket new"]);
    check(
        "CreateBucket",
        json!({ "Bucket": "new", "ACL": "public-read", "CreateBucketConfiguration": { "LocationConstraint": "eu-west-1" } }),
        &[
            "s3:CreateBucket new x-amz-acl=public-read locationconstraint=eu-west-1",
            "s3:PutBucketAcl new x-amz-acl=public-read locationconstraint=eu-west-1",
        ],
    );
    // A bucket is private without a word.
    check(
        "CreateBucket",
        json!({ "Bucket": "new", "ACL": "private" }),
        &["s3:CreateBucket new x-amz-acl=private"],
    );
    check("ListBuckets", json!({}), &["s3:ListAllMyBuckets *"]);
    check("HeadBucket", json!({ "Bucket": "main" }), &["s3:ListBucket main"]);
    check("DeletePublicAccessBlock", json!({ "Bucket": "main" }), &["s3:PutBucketPublicAccessBlock main"]);
    let tagging = json!({ "TagSet": [{ "Key": "class", "Value": "x" }] });
    let tagged = ["s3:PutBucketTagging main aws:requesttag/class=x"];
    check("PutBucketTagging", json!({ "Bucket": "main", "Tagging": tagging }), &tagged);
}

#[test]
fn of_listings() {
    check("ListObjectsV2", json!({ "Bucket": "main" }), &["s3:ListBucket main"]);
    let all = json!({ "Bucket": "main", "Prefix": "", "Delimiter": "/", "MaxKeys": 7 });
    check("ListObjects", all.clone(), &["s3:ListBucket main prefix= delimiter=/ max-keys=7"]);
    check("ListObjectVersions", all, &["s3:ListBucketVersions main prefix= delimiter=/ max-keys=7"]);
    check("ListMultipartUploads", json!({ "Bucket": "main" }), &["s3:ListBucketMultipartUploads main"]);
}

#[test]
fn of_reads() {
    let object = |key: &str| json!({ "Bucket": "main", "Key": key });
    check("GetObject", object("plain"), &["s3:GetObject main/plain"]);
    check("HeadObject", object("none"), &["s3:GetObject main/none", "?s3:ListBucket main"]);
    check(
        "GetObject",
        object("tagged"),
        &[
            "s3:GetObject main/tagged existingobjecttag/class=open",
            "?s3:GetObjectTagging main/tagged existingobjecttag/class=open",
        ],
    );
    check(
        "GetObject",
        json!({ "Bucket": "main", "Key": "plain", "VersionId": "null" }),
        &["s3:GetObjectVersion main/plain versionid=null"],
    );
    check("GetObjectAcl", object("plain"), &["s3:GetObjectAcl main/plain"]);
    check(
        "GetObjectAttributes",
        object("plain"),
        &["s3:GetObject main/plain", "s3:GetObjectAttributes main/plain"],
    );
    check(
        "DeleteObjectTagging",
        object("tagged"),
        &["s3:DeleteObjectTagging main/tagged existingobjecttag/class=open"],
    );
}

#[test]
fn of_writes() {
    let put = |more: Value| {
        let mut input = json!({ "Bucket": "main", "Key": "k" });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    check("PutObject", put(json!({})), &["s3:PutObject main/k objectcreationoperation=true"]);
    check(
        "PutObject",
        put(json!({ "ServerSideEncryption": "AES256", "StorageClass": "GLACIER", "IfNoneMatch": "*" })),
        &[
            "s3:PutObject main/k x-amz-server-side-encryption=AES256 x-amz-storage-class=GLACIER if-none-match=* \
           objectcreationoperation=true",
        ],
    );
    check(
        "PutObject",
        put(json!({ "Tagging": "class=a+b", "ACL": "private" })),
        &[
            "s3:PutObject main/k x-amz-acl=private objectcreationoperation=true requestobjecttag/class=a b requestobjecttagkeys=class",
            "s3:PutObjectTagging main/k x-amz-acl=private objectcreationoperation=true requestobjecttag/class=a b requestobjecttagkeys=class",
            "s3:PutObjectAcl main/k x-amz-acl=private objectcreationoperation=true requestobjecttag/class=a b requestobjecttagkeys=class",
        ],
    );
    check(
        "PutObject",
        put(json!({ "IfMatch": "abc" })),
        &["s3:PutObject main/k if-match=abc objectcreationoperation=true", "s3:GetObject main/k"],
    );
    check("CreateMultipartUpload", put(json!({})), &["s3:PutObject main/k objectcreationoperation=false"]);
    let upload = json!({ "UploadId": "u", "PartNumber": 1 });
    check("UploadPart", put(upload.clone()), &["s3:PutObject main/k objectcreationoperation=false"]);
    check(
        "CompleteMultipartUpload",
        put(upload.clone()),
        &["s3:PutObject main/k objectcreationoperation=true"],
    );
    check("AbortMultipartUpload", put(upload.clone()), &["s3:AbortMultipartUpload main/k"]);
    check("ListParts", put(upload), &["s3:ListMultipartUploadParts main/k"]);
}

#[test]
fn of_event_holds() {
    let keys = "k object-lock-event-hold=ON object-lock-event-hold-duration-days=3";
    let mut input = json!({ "Bucket": "main", "Key": "k", "ObjectLockEventHold": "ON" });
    input["ObjectLockEventHoldDurationDays"] = json!(3);
    let creation = "objectcreationoperation=true";
    let expected =
        ["PutObject", "PutObjectRetention"].map(|action| format!("s3:{action} main/{keys} {creation}"));
    check("PutObject", input, &expected.each_ref().map(String::as_str));
    let retention = json!({ "EventHold": "ON", "EventHoldDuration": { "Days": 3 } });
    check(
        "PutObjectRetention",
        json!({ "Bucket": "main", "Key": "plain", "Retention": retention }),
        &[
            "s3:PutObjectRetention main/plain object-lock-event-hold=ON object-lock-event-hold-duration-days=3",
        ],
    );
}

#[test]
fn of_copies() {
    let copy = |source: &str, more: Value| {
        let mut input = json!({ "Bucket": "target", "Key": "k", "CopySource": source });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    check(
        "CopyObject",
        copy("main/plain", json!({})),
        &[
            "s3:GetObject main/plain",
            "s3:PutObject target/k x-amz-copy-source=main/plain objectcreationoperation=true",
        ],
    );
    check(
        "CopyObject",
        copy("/main/pl%61in?versionId=null", json!({ "MetadataDirective": "REPLACE" })),
        &[
            "s3:GetObjectVersion main/plain versionid=null",
            "s3:PutObject target/k x-amz-copy-source=/main/pl%61in?versionId=null x-amz-metadata-directive=REPLACE \
         objectcreationoperation=true",
        ],
    );
    check(
        "CopyObject",
        copy("https://s3.amazonaws.com/main/plain", json!({ "AnnotationDirective": "EXCLUDE" })),
        &[
            "s3:GetObject main/plain",
            "s3:PutObject target/k x-amz-copy-source=https://s3.amazonaws.com/main/plain \
             x-amz-object-annotation-directive=EXCLUDE objectcreationoperation=true",
        ],
    );
    check(
        "CopyObject",
        copy("main/tagged", json!({ "TaggingDirective": "REPLACE" })),
        &[
            "s3:GetObject main/tagged existingobjecttag/class=open",
            "s3:PutObject target/k x-amz-copy-source=main/tagged objectcreationoperation=true",
        ],
    );
    let target = "target/k x-amz-copy-source=main/tagged objectcreationoperation=true requestobjecttag/class=open \
                  requestobjecttagkeys=class";
    check(
        "CopyObject",
        copy("main/tagged", json!({})),
        &[
            "s3:GetObject main/tagged existingobjecttag/class=open",
            "s3:GetObjectTagging main/tagged existingobjecttag/class=open",
            &format!("s3:PutObject {target}"),
            &format!("s3:PutObjectTagging {target}"),
        ],
    );
    check(
        "UploadPartCopy",
        copy("main/none", json!({ "UploadId": "u", "PartNumber": 1 })),
        &[
            "s3:GetObject main/none",
            "?s3:ListBucket main",
            "s3:PutObject target/k x-amz-copy-source=main/none objectcreationoperation=false",
        ],
    );
}

#[test]
fn of_deletes() {
    check("DeleteObject", json!({ "Bucket": "main", "Key": "none" }), &["s3:DeleteObject main/none"]);
    let versions = json!([{ "Key": "a" }, { "Key": "b", "VersionId": "null" }, { "Key": "c", "ETag": "e" }]);
    check(
        "DeleteObjects",
        json!({ "Bucket": "main", "Delete": { "Objects": versions } }),
        &[
            "?s3:DeleteObject main/a",
            "?s3:DeleteObjectVersion main/b versionid=null",
            "?s3:DeleteObject main/c if-match=e",
            "?s3:GetObject main/c",
        ],
    );
}

#[test]
fn know_the_owner_of_the_bucket() {
    let place = Place::new();
    let access = place.accesses("HeadBucket", json!({ "Bucket": "main" })).unwrap().remove(0);
    assert_eq!(access.resource_account.as_ref().map(policy::AccountId::as_str), Some(OWNER));
    assert_eq!(access.context.get("s3:ResourceAccount").unwrap(), [OWNER]);
}

#[test]
fn are_not_asked_for_what_is_not_there_or_not_whose_is_expected() {
    let mut place = Place::new();
    place.refused("GetObject", json!({ "Bucket": "none", "Key": "k" }), 404, "NoSuchBucket");
    place.refused(
        "HeadBucket",
        json!({ "Bucket": "main", "ExpectedBucketOwner": OTHER }),
        403,
        "AccessDenied",
    );
    place.ok("HeadBucket", json!({ "Bucket": "main", "ExpectedBucketOwner": OWNER }));
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/buckets-tagging-enable-abac.html>
#[test]
fn have_the_tags_of_the_bucket_once_it_is_given_abac() {
    let mut place = Place::new();
    let tagging = json!({ "TagSet": [{ "Key": "team", "Value": "red" }] });
    place.ok("PutBucketTagging", json!({ "Bucket": "main", "Tagging": tagging }));
    let tags = |place: &Place, operation| {
        let access = place.accesses(operation, json!({ "Bucket": "main", "Key": "k" })).unwrap().remove(0);
        ["s3:BucketTag/team", "aws:ResourceTag/team"].map(|key| access.context.get(key).map(<[_]>::to_vec))
    };
    assert_eq!(tags(&place, "GetObject"), [None, None]);
    place.ok("PutBucketAbac", json!({ "Bucket": "main", "AbacStatus": { "Status": "Enabled" } }));
    let red = Some(vec!["red".to_owned()]);
    assert_eq!(tags(&place, "GetObject"), [red.clone(), red.clone()]);
    assert_eq!(tags(&place, "HeadBucket"), [red.clone(), red]);
    place.refused("PutBucketTagging", json!({ "Bucket": "main", "Tagging": tagging }), 400, "InvalidRequest");
    place.refused("DeleteBucketTagging", json!({ "Bucket": "main" }), 400, "InvalidRequest");
    place.check(
        "GetBucketAbac",
        json!({ "Bucket": "main" }),
        json!({ "AbacStatus": { "Status": "Enabled" } }),
    );
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions>
#[test]
fn on_an_upload_are_given_to_who_began_it() {
    const THIRD: &str = "777788889999";
    let mut place = Place::new();
    for account in [OTHER, THIRD] {
        place.partition.iam.add_account(
            policy::AccountId::new(account).unwrap(),
            account.to_owned(),
            String::new(),
        );
    }
    place.account = policy::AccountId::new(OTHER);
    let upload =
        place.ok("CreateMultipartUpload", json!({ "Bucket": "main", "Key": "k" }))["UploadId"].clone();
    let input = json!({ "Bucket": "main", "Key": "k", "UploadId": upload });
    for (account, allowed) in [(OWNER, true), (OTHER, true), (THIRD, false)] {
        place.account = policy::AccountId::new(account);
        for operation in ["ListParts", "AbortMultipartUpload"] {
            let call = place.call(operation, input.clone(), b"");
            let accesses = place.accesses(operation, input.clone()).unwrap();
            let refusal = authorize(&place.partition, &call, accesses).refusal;
            assert_eq!(refusal.is_none(), allowed, "{operation} by {account}");
        }
    }
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html#access-denied-message-examples>
#[test]
fn are_refused_to_strangers_without_a_reason() {
    let mut place = Place::new();
    let input = json!({ "Bucket": "main" });
    let deny = json!({ "Effect": "Deny", "Principal": "*", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::main" });
    let policy = json!({ "Version": "2012-10-17", "Statement": [deny] }).to_string();
    place.ok("PutBucketPolicy", json!({ "Bucket": "main", "Policy": policy }));
    for (account, told) in [(Some(OWNER), true), (Some(OTHER), false), (None, false)] {
        place.account = account.and_then(policy::AccountId::new);
        let call = place.call("HeadBucket", input.clone(), b"");
        let accesses = place.accesses("HeadBucket", input.clone()).unwrap();
        let message = authorize(&place.partition, &call, accesses).refusal.unwrap().message;
        assert_eq!(message != "Access Denied", told, "{message}");
    }
}

/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html>
#[test]
fn have_of_a_request_only_what_is_a_key_of_the_action() {
    let mut place = Place::new();
    let put = json!({ "Bucket": "main", "Key": "k", "Tagging": "a=b", "ServerSideEncryption": "AES256" });
    for (action, allowed) in [("s3:PutObject", false), ("s3:PutObjectTagging", true)] {
        // S3 takes a condition only where some action has its key.
        let actions = [action, "s3:ReplicateObject"];
        let statement = json!({
            "Effect": "Deny", "Principal": "*", "Action": actions, "Resource": "arn:aws:s3:::main/*",
            "Condition": { "StringEquals": { "s3:x-amz-server-side-encryption": "AES256" } },
        });
        let policy = json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string();
        place.ok("PutBucketPolicy", json!({ "Bucket": "main", "Policy": policy }));
        let call = place.call("PutObject", put.clone(), b"");
        let accesses = place.accesses("PutObject", put.clone()).unwrap();
        assert_eq!(authorize(&place.partition, &call, accesses).refusal.is_none(), allowed, "{action}");
    }
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/ObjectsinRequesterPaysBuckets.html>
#[test]
fn are_not_asked_for_where_others_must_pay_and_do_not_say_so() {
    let mut place = Place::new();
    place.put("k", b"x");
    let paid = json!({ "Bucket": "main", "RequestPaymentConfiguration": { "Payer": "Requester" } });
    place.ok("PutBucketRequestPayment", paid);
    let read = json!({ "Bucket": "main", "Key": "k" });
    let paying = json!({ "Bucket": "main", "Key": "k", "RequestPayer": "requester" });
    place.ok("GetObject", read.clone());
    for account in [policy::AccountId::new(OTHER), None] {
        place.account = account;
        place.refused("GetObject", read.clone(), 403, "AccessDenied");
        place.accesses("GetBucketPolicy", json!({ "Bucket": "main" })).unwrap();
    }
    place.refused("GetObject", paying.clone(), 403, "AccessDenied");
    place.account = policy::AccountId::new(OTHER);
    place.accesses("GetObject", paying).unwrap();
}
