//! Buckets and their settings.

use policy::AccountId;
use serde_json::json;

use super::{OTHER, Place};

#[test]
fn names_follow_the_rules() {
    let mut place = Place::empty();
    for name in ["abc", "a-b.c1", "1.2.3", "testing-s3", &"x".repeat(63)] {
        place.ok("CreateBucket", json!({ "Bucket": name }));
    }
    let bad = [
        "ab",
        "Abc",
        "-abc",
        "abc.",
        "a..b",
        "192.168.5.4",
        "xn--abc",
        "abc-s3alias",
        "a_b",
        &"x".repeat(64),
    ];
    for name in bad {
        place.refused("CreateBucket", json!({ "Bucket": name }), 400, "InvalidBucketName");
    }
}

#[test]
fn are_unique_in_the_partition() {
    let mut place = Place::new();
    place.ok("CreateBucket", json!({ "Bucket": "main" }));
    let west =
        json!({ "Bucket": "west", "CreateBucketConfiguration": { "LocationConstraint": "us-west-2" } });
    place.region = "us-west-2";
    place.ok("CreateBucket", west.clone());
    place.refused("CreateBucket", west.clone(), 409, "BucketAlreadyOwnedByYou");
    place.account = AccountId::new(OTHER);
    place.refused("CreateBucket", west, 409, "BucketAlreadyExists");
}

#[test]
fn are_made_in_a_region() {
    let mut place = Place::new();
    let input = |name: &str, region: &str| json!({ "Bucket": name, "CreateBucketConfiguration": { "LocationConstraint": region } });
    place.ok("CreateBucket", input("far", "eu-west-1"));
    place.check(
        "GetBucketLocation",
        json!({ "Bucket": "far" }),
        json!({ "LocationConstraint": "eu-west-1" }),
    );
    place.check("HeadBucket", json!({ "Bucket": "far" }), json!({ "BucketRegion": "eu-west-1" }));
    place.check("GetBucketLocation", json!({ "Bucket": "main" }), json!({ "LocationConstraint": null }));
    place.refused("CreateBucket", input("home", "us-east-1"), 400, "InvalidLocationConstraint");
    place.region = "eu-west-1";
    place.refused("CreateBucket", input("other", "us-west-2"), 400, "IllegalLocationConstraintException");
    place.refused("CreateBucket", json!({ "Bucket": "other" }), 400, "IllegalLocationConstraintException");
}

#[test]
fn are_listed_in_pages_of_the_account() {
    let mut place = Place::new();
    for name in ["aaa", "zzz"] {
        place.ok("CreateBucket", json!({ "Bucket": name }));
    }
    let first = place.ok("ListBuckets", json!({ "MaxBuckets": 2 }));
    assert_eq!(first["Buckets"][0]["Name"], "aaa");
    assert_eq!(first["Buckets"][1]["CreationDate"], "2026-01-02T03:04:05Z");
    let rest =
        place.ok("ListBuckets", json!({ "MaxBuckets": 2, "ContinuationToken": first["ContinuationToken"] }));
    assert_eq!(rest["Buckets"].as_array().unwrap().len(), 1);
    assert_eq!(rest.get("ContinuationToken"), None);
    place.account = AccountId::new(OTHER);
    place.check("ListBuckets", json!({}), json!({ "Buckets": [] }));
}

#[test]
fn are_deleted_empty() {
    let mut place = Place::new();
    place.put("k", b"x");
    place.refused("DeleteBucket", json!({ "Bucket": "main" }), 409, "BucketNotEmpty");
    place.ok("DeleteObject", json!({ "Bucket": "main", "Key": "k" }));
    place.ok("DeleteBucket", json!({ "Bucket": "main" }));
    place.refused("DeleteBucket", json!({ "Bucket": "main" }), 404, "NoSuchBucket");
}

#[test]
fn have_settings_that_were_never_made() {
    let mut place = Place::new();
    for (operation, code) in [
        ("GetBucketPolicy", "NoSuchBucketPolicy"),
        ("GetBucketTagging", "NoSuchTagSet"),
        ("GetBucketCors", "NoSuchCORSConfiguration"),
        ("GetBucketLifecycleConfiguration", "NoSuchLifecycleConfiguration"),
        ("GetBucketWebsite", "NoSuchWebsiteConfiguration"),
        ("GetBucketReplication", "ReplicationConfigurationNotFoundError"),
        ("GetObjectLockConfiguration", "ObjectLockConfigurationNotFoundError"),
    ] {
        place.refused(operation, json!({ "Bucket": "main" }), 404, code);
    }
}

#[test]
fn begin_closed_to_the_public_and_encrypted() {
    let mut place = Place::new();
    let main = json!({ "Bucket": "main" });
    let block = json!({ "BlockPublicAcls": true, "IgnorePublicAcls": true, "BlockPublicPolicy": true, "RestrictPublicBuckets": true });
    place.check("GetPublicAccessBlock", main.clone(), json!({ "PublicAccessBlockConfiguration": block }));
    place.ok("DeletePublicAccessBlock", main.clone());
    place.refused("GetPublicAccessBlock", main.clone(), 404, "NoSuchPublicAccessBlockConfiguration");
    let rules = json!({ "Rules": [{ "ObjectOwnership": "BucketOwnerEnforced" }] });
    place.check("GetBucketOwnershipControls", main.clone(), json!({ "OwnershipControls": rules }));
    place.ok("DeleteBucketOwnershipControls", main.clone());
    place.refused("GetBucketOwnershipControls", main.clone(), 404, "OwnershipControlsNotFoundError");
    let encryption = place.ok("GetBucketEncryption", main);
    let rule = &encryption["ServerSideEncryptionConfiguration"]["Rules"][0];
    assert_eq!(rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"], "AES256");
}

#[test]
fn take_no_acls() {
    let mut place = Place::new();
    let put = |acl: &str| json!({ "Bucket": "main", "Key": "k", "ACL": acl });
    place.refused("PutObject", put("public-read"), 400, "AccessControlListNotSupported");
    place.ok("PutObject", put("bucket-owner-full-control"));
    place.refused("PutObject", put("private"), 400, "AccessControlListNotSupported");
    place.refused(
        "PutBucketAcl",
        json!({ "Bucket": "main", "ACL": "public-read" }),
        400,
        "AccessControlListNotSupported",
    );
    let new = json!({ "Bucket": "new", "ACL": "public-read" });
    place.refused("CreateBucket", new, 400, "InvalidBucketAclWithObjectOwnership");
    let new = json!({ "Bucket": "new", "ACL": "public-read", "ObjectOwnership": "ObjectWriter" });
    place.refused("CreateBucket", new, 400, "InvalidBucketAclWithBlockPublicAccessError");
    let acl = place.ok("GetBucketAcl", json!({ "Bucket": "main" }));
    assert_eq!(acl["Grants"][0]["Grantee"]["ID"], acl["Owner"]["ID"]);
}

#[test]
fn have_tags() {
    let mut place = Place::new();
    let tags = |count: usize| -> Vec<_> {
        (0..count).map(|number| json!({ "Key": format!("k{number}"), "Value": "v" })).collect()
    };
    let put = |tags| json!({ "Bucket": "main", "Tagging": { "TagSet": tags } });
    place.ok("PutBucketTagging", put(tags(50)));
    place.refused("PutBucketTagging", put(tags(51)), 400, "BadRequest");
    place.refused("PutBucketTagging", put(vec![json!({ "Key": "aws:x", "Value": "" })]), 400, "InvalidTag");
    place.refused("PutBucketTagging", put([tags(1), tags(1)].concat()), 400, "InvalidTag");
    place.check("GetBucketTagging", json!({ "Bucket": "main" }), json!({ "TagSet": tags(50) }));
    place.ok("DeleteBucketTagging", json!({ "Bucket": "main" }));
    place.refused("GetBucketTagging", json!({ "Bucket": "main" }), 404, "NoSuchTagSet");
}
