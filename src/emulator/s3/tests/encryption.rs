//! Encryption with keys of KMS and of customers.

use serde_json::{Value, json};

use super::{OTHER, Place, present};

const KEY: &str = "MTIzNDU2Nzg5MGFiY2RlZjEyMzQ1Njc4OTBhYmNkZWY=";
const MD5: &str = "JMwgiexXqwuPqIPjYFmIZQ==";

fn object(more: Value) -> Value {
    let mut input = json!({ "Bucket": "main", "Key": "k" });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

fn customer_key() -> Value {
    json!({ "SSECustomerAlgorithm": "AES256", "SSECustomerKey": KEY, "SSECustomerKeyMD5": MD5 })
}

fn other_customer_key() -> Value {
    let key = "YWJjZGVmMTIzNDU2Nzg5MGFiY2RlZjEyMzQ1Njc4OTA=";
    json!({ "SSECustomerAlgorithm": "AES256", "SSECustomerKey": key, "SSECustomerKeyMD5": "KoitZ78ZSAQHz4+gxDpJqQ==" })
}

#[test]
fn customers_keep_their_keys() {
    let mut place = Place::new();
    let told =
        json!({ "SSECustomerAlgorithm": "AES256", "SSECustomerKeyMD5": MD5, "ServerSideEncryption": null });
    place.check("PutObject", object(customer_key()), told.clone());
    place.check("GetObject", object(customer_key()), told);
    place.refused("GetObject", object(json!({})), 400, "InvalidRequest");
    place.refused("HeadObject", object(json!({})), 400, "InvalidRequest");
    place.refused("GetObject", object(other_customer_key()), 403, "AccessDenied");
    let source = json!({ "Bucket": "main", "Key": "copy", "CopySource": "main/k" });
    place.refused("CopyObject", source, 400, "InvalidRequest");
    place.put("plain", b"x");
    let mut plain = customer_key();
    plain["Key"] = json!("plain");
    place.refused("GetObject", object(plain), 400, "InvalidRequest");
}

#[test]
fn customers_keys_are_checked() {
    let mut place = Place::new();
    let mut refused = |member: &str, value: Value, code: &str| {
        let mut key = customer_key();
        key[member] = value;
        place.refused("PutObject", object(key), 400, code);
    };
    refused("SSECustomerAlgorithm", json!("KMS"), "InvalidEncryptionAlgorithmError");
    refused("SSECustomerAlgorithm", Value::Null, "InvalidArgument");
    refused("SSECustomerKey", Value::Null, "InvalidArgument");
    refused("SSECustomerKey", json!("MTIz"), "InvalidArgument");
    refused("SSECustomerKeyMD5", Value::Null, "InvalidArgument");
    refused("SSECustomerKeyMD5", json!("KoitZ78ZSAQHz4+gxDpJqQ=="), "InvalidArgument");
    refused("ServerSideEncryption", json!("AES256"), "InvalidArgument");
}

#[test]
fn parts_go_on_with_the_key_of_their_upload() {
    let mut place = Place::new();
    let upload = place.ok("CreateMultipartUpload", object(customer_key()))["UploadId"].clone();
    let part = |mut more: Value| {
        more["UploadId"] = upload.clone();
        more["PartNumber"] = json!(1);
        object(more)
    };
    place.refused("UploadPart", part(json!({})), 400, "InvalidRequest");
    place.refused("UploadPart", part(other_customer_key()), 400, "InvalidRequest");
    let etag = place.ok("UploadPart", part(customer_key()))["ETag"].clone();
    let parts = json!({ "Parts": [{ "PartNumber": 1, "ETag": etag }] });
    let completion = object(json!({ "UploadId": upload, "MultipartUpload": parts }));
    let told = json!({ "SSECustomerKeyMD5": null, "ChecksumType": null, "ChecksumCRC64NVME": null });
    place.check("CompleteMultipartUpload", completion, told);
    place.refused("GetObject", object(json!({})), 400, "InvalidRequest");
    place.ok("GetObject", object(customer_key()));
}

/// The permission that an operation asks of KMS: action, resource, account of the caller, and encryption context.
#[track_caller]
fn asked_of_kms(place: &Place, operation: &'static str, input: Value) -> Vec<[String; 4]> {
    let accesses = place.accesses(operation, input).unwrap();
    let kms = accesses.into_iter().filter(|access| access.action.starts_with("kms:"));
    let key = |access: &crate::operation::Access, name: &str| access.context.get(name).unwrap().join(",");
    kms.map(|access| {
        assert!(access.forwarded && access.required);
        assert_eq!(key(&access, "kms:ViaService"), "s3.us-east-1.amazonaws.com");
        let caller = key(&access, "kms:CallerAccount");
        [
            access.action.clone(),
            access.resource.clone(),
            caller,
            key(&access, "kms:EncryptionContext:aws:s3:arn"),
        ]
    })
    .collect()
}

#[test]
fn keys_of_kms_must_be_allowed() {
    let mut place = Place::new();
    let kms = || object(json!({ "ServerSideEncryption": "aws:kms" }));
    let stored = present(place.with_body("PutObject", kms(), b"x").unwrap().output);
    let arn = stored["SSEKMSKeyId"].as_str().unwrap().to_owned();
    assert!(arn.starts_with("arn:aws:kms:us-east-1:111122223333:key/"), "{arn}");
    let asked = |action: &str, caller: &str| {
        [action.to_owned(), arn.clone(), caller.to_owned(), "arn:aws:s3:::main/k".to_owned()]
    };
    let mine = super::OWNER;
    assert_eq!(asked_of_kms(&place, "PutObject", kms()), [asked("kms:GenerateDataKey", mine)]);
    assert_eq!(asked_of_kms(&place, "GetObject", object(json!({}))), [asked("kms:Decrypt", mine)]);
    assert!(asked_of_kms(&place, "HeadObject", object(json!({}))).is_empty());
    let with_checksum = object(json!({ "ChecksumMode": "ENABLED" }));
    assert_eq!(asked_of_kms(&place, "HeadObject", with_checksum), [asked("kms:Decrypt", mine)]);
    let begun = place.run("CreateMultipartUpload", kms()).unwrap().output["UploadId"].clone();
    let parts = object(json!({ "UploadId": begun }));
    assert_eq!(asked_of_kms(&place, "ListParts", parts), [asked("kms:Decrypt", mine)]);
    let copy = json!({ "Bucket": "main", "Key": "copy", "CopySource": "main/k" });
    assert_eq!(asked_of_kms(&place, "CopyObject", copy), [asked("kms:Decrypt", mine)]);
    place.account = policy::AccountId::new(OTHER);
    assert_eq!(asked_of_kms(&place, "GetObject", object(json!({}))), [asked("kms:Decrypt", OTHER)]);
}

#[test]
fn keys_that_are_not_there_are_refused() {
    let mut place = Place::new();
    let mut refused = |more: Value, code: &str| place.refused("PutObject", object(more), 400, code);
    let named = |key: &str| json!({ "ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key });
    refused(named("fake"), "KMS.NotFoundException");
    refused(named("134f2428-cec1-4b25-a1ae-9048164dba47"), "KMS.NotFoundException");
    refused(named("alias/nothing"), "KMS.NotFoundException");
    let elsewhere = "arn:aws:kms:us-west-2:111122223333:key/134f2428-cec1-4b25-a1ae-9048164dba47";
    refused(named(elsewhere), "KMS.NotFoundException");
    refused(json!({ "SSEKMSKeyId": "fake" }), "InvalidArgument");
}

#[test]
fn buckets_say_how_their_objects_are_encrypted() {
    let mut place = Place::new();
    let default = |algorithm: &str, more: Value| {
        let mut default = json!({ "SSEAlgorithm": algorithm });
        default.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let rule = json!({ "ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": true });
        json!({ "Bucket": "main", "ServerSideEncryptionConfiguration": { "Rules": [rule] } })
    };
    let nonsense = default("AES256", json!({ "KMSMasterKeyID": "k" }));
    place.refused("PutBucketEncryption", nonsense, 400, "InvalidArgument");
    place.ok("PutBucketEncryption", default("aws:kms", json!({})));
    place.check(
        "PutObject",
        object(json!({})),
        json!({ "ServerSideEncryption": "aws:kms", "BucketKeyEnabled": true }),
    );
    let by_bucket = asked_of_kms(&place, "GetObject", object(json!({})));
    assert_eq!(by_bucket[0][3], "arn:aws:s3:::main", "a bucket key's context is the bucket");
    place.ok("PutBucketEncryption", default("aws:kms:dsse", json!({})));
    place.check(
        "PutObject",
        object(json!({})),
        json!({ "ServerSideEncryption": "aws:kms:dsse", "BucketKeyEnabled": null }),
    );
    place.check(
        "PutObject",
        object(json!({ "ServerSideEncryption": "AES256" })),
        json!({ "SSEKMSKeyId": null }),
    );
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html>
#[test]
fn entity_tags_are_digests_where_the_key_is_of_s3() {
    let mut place = Place::new();
    let of_nothing = "\"d41d8cd98f00b204e9800998ecf8427e\"";
    let mut etag = |more: Value| place.ok("PutObject", object(more))["ETag"].clone();
    assert_eq!(etag(json!({})), of_nothing);
    assert_eq!(etag(json!({ "ServerSideEncryption": "AES256" })), of_nothing);
    let others =
        [customer_key(), other_customer_key(), json!({ "ServerSideEncryption": "aws:kms" })].map(etag);
    assert!(others.iter().all(|etag| etag != of_nothing), "{others:?}");
    assert_ne!(others[0], others[1]);
}
