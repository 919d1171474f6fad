//! Access control lists: what they grant, to whom, and where they count.

use policy::AccountId;
use serde_json::{Value, json};

use super::super::store::canonical_user_id;
use super::{OTHER, OWNER, Place, row};
use crate::authorize::authorize;

const EVERYONE: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
const SIGNED: &str = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";

/// A place whose bucket takes ACLs, and public ones.
fn open_place() -> Place {
    let mut place = Place::empty();
    place.ok("CreateBucket", json!({ "Bucket": "main", "ObjectOwnership": "ObjectWriter" }));
    place.ok("DeletePublicAccessBlock", json!({ "Bucket": "main" }));
    place
}

fn id_of(account: &str) -> String {
    canonical_user_id(&AccountId::new(account).unwrap())
}

/// Whether the root user of an account (or nobody in particular) may make the call.
#[track_caller]
fn check(place: &mut Place, account: Option<&str>, operation: &'static str, key: &str, expected: bool) {
    place.account = account.and_then(AccountId::new);
    let input = json!({ "Bucket": "main", "Key": key });
    let call = place.call(operation, input, b"");
    let accesses = (row(operation).access)(&place.partition, &call).unwrap();
    let refusal = authorize(&place.partition, &call, accesses).refusal;
    assert_eq!(refusal.is_none(), expected, "{operation} {key} by {account:?}: {refusal:?}");
    place.account = AccountId::new(OWNER);
}

fn put(place: &mut Place, account: &str, key: &str, more: Value) {
    let mut input = json!({ "Bucket": "main", "Key": key });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    place.account = AccountId::new(account);
    place.ok("PutObject", input);
    place.account = AccountId::new(OWNER);
}

#[test]
fn grant_by_canned_lists() {
    let mut place = open_place();
    put(&mut place, OWNER, "private", json!({}));
    put(&mut place, OWNER, "public", json!({ "ACL": "public-read" }));
    put(&mut place, OWNER, "signed", json!({ "ACL": "authenticated-read" }));
    for (key, other, anonymous) in
        [("private", false, false), ("public", true, true), ("signed", true, false)]
    {
        check(&mut place, Some(OTHER), "GetObject", key, other);
        check(&mut place, None, "GetObject", key, anonymous);
        check(&mut place, Some(OTHER), "GetObjectAcl", key, false);
        check(&mut place, None, "ListObjectsV2", key, false);
    }
    place.ok("PutBucketAcl", json!({ "Bucket": "main", "ACL": "public-read" }));
    check(&mut place, None, "ListObjectsV2", "", true);
    check(&mut place, None, "PutObject", "new", false);
}

#[test]
fn grant_to_accounts_by_their_canonical_ids() {
    let mut place = open_place();
    let id = id_of(OTHER);
    put(&mut place, OWNER, "k", json!({ "GrantRead": format!("id=\"{id}\"") }));
    check(&mut place, Some(OTHER), "GetObject", "k", true);
    check(&mut place, Some(OTHER), "GetObjectAcl", "k", false);
    check(&mut place, None, "GetObject", "k", false);
    place.ok(
        "PutObjectAcl",
        json!({ "Bucket": "main", "Key": "k", "AccessControlPolicy": {
            "Owner": { "ID": id_of(OWNER) },
            "Grants": [{ "Grantee": { "Type": "CanonicalUser", "ID": id }, "Permission": "WRITE_ACP" }],
        } }),
    );
    check(&mut place, Some(OTHER), "GetObject", "k", false);
    check(&mut place, Some(OTHER), "PutObjectAcl", "k", true);
    check(&mut place, Some(OWNER), "GetObject", "k", true);
}

#[test]
fn let_others_write_but_not_over_what_is_not_theirs() {
    let mut place = open_place();
    put(&mut place, OWNER, "owners", json!({}));
    place.ok("PutBucketAcl", json!({ "Bucket": "main", "GrantWrite": format!("uri=\"{SIGNED}\"") }));
    check(&mut place, Some(OTHER), "PutObject", "new", true);
    check(&mut place, None, "PutObject", "new", false);
    check(&mut place, Some(OTHER), "PutObject", "owners", false);
    check(&mut place, Some(OTHER), "DeleteObject", "owners", false);
    put(&mut place, OTHER, "others", json!({}));
    check(&mut place, Some(OTHER), "PutObject", "others", true);
    check(&mut place, Some(OTHER), "DeleteObject", "others", true);
    check(&mut place, Some(OTHER), "ListObjectsV2", "", false);
}

#[test]
fn keep_the_bucket_owner_out_of_the_objects_of_others() {
    let mut place = open_place();
    put(&mut place, OTHER, "private", json!({}));
    put(&mut place, OTHER, "shared", json!({ "ACL": "bucket-owner-full-control" }));
    check(&mut place, Some(OWNER), "GetObject", "private", false);
    check(&mut place, Some(OWNER), "PutObjectAcl", "private", false);
    check(&mut place, Some(OWNER), "GetObject", "shared", true);
    check(&mut place, Some(OTHER), "GetObject", "private", true);
    // To delete, or to have all of them at once, is the bucket owner's right.
    check(&mut place, Some(OWNER), "DeleteObject", "private", true);
    let enforced = json!({ "Rules": [{ "ObjectOwnership": "BucketOwnerEnforced" }] });
    place.ok("PutBucketOwnershipControls", json!({ "Bucket": "main", "OwnershipControls": enforced }));
    check(&mut place, Some(OWNER), "GetObject", "private", true);
    check(&mut place, Some(OTHER), "GetObject", "private", false);
}

#[test]
fn hand_objects_over_where_the_bucket_owner_is_preferred() {
    let mut place = Place::empty();
    place.ok("CreateBucket", json!({ "Bucket": "main", "ObjectOwnership": "BucketOwnerPreferred" }));
    put(&mut place, OTHER, "given", json!({ "ACL": "bucket-owner-full-control" }));
    put(&mut place, OTHER, "kept", json!({}));
    for (key, owner) in [("given", OWNER), ("kept", OTHER)] {
        let shown = place.ok("GetObjectAcl", json!({ "Bucket": "main", "Key": key }));
        assert_eq!(shown["Owner"]["ID"], id_of(owner), "{key}");
    }
}

#[test]
fn are_denied_by_the_bucket_policy_that_grants_nothing_of_others() {
    let mut place = open_place();
    put(&mut place, OTHER, "k", json!({ "ACL": "public-read" }));
    put(&mut place, OTHER, "private", json!({}));
    let policy = |effect: &str| {
        let statement = json!({ "Effect": effect, "Principal": "*", "Action": "s3:GetObject",
                                "Resource": "arn:aws:s3:::main/*" });
        let policy = json!({ "Version": "2012-10-17", "Statement": [statement] });
        json!({ "Bucket": "main", "Policy": policy.to_string() })
    };
    place.ok("PutBucketPolicy", policy("Allow"));
    check(&mut place, None, "GetObject", "private", false);
    check(&mut place, None, "GetObject", "k", true);
    place.ok("PutBucketPolicy", policy("Deny"));
    check(&mut place, None, "GetObject", "k", false);
    check(&mut place, Some(OTHER), "GetObject", "k", false);
}

#[test]
fn that_are_public_can_be_ignored_or_blocked() {
    let mut place = open_place();
    put(&mut place, OWNER, "k", json!({ "ACL": "public-read" }));
    let block = |name: &str| json!({ "Bucket": "main", "PublicAccessBlockConfiguration": { name: true } });
    place.ok("PutPublicAccessBlock", block("IgnorePublicAcls"));
    check(&mut place, None, "GetObject", "k", false);
    place.ok("PutPublicAccessBlock", block("BlockPublicAcls"));
    check(&mut place, None, "GetObject", "k", true);
    let public = json!({ "Bucket": "main", "Key": "k", "GrantRead": format!("uri={EVERYONE}") });
    place.refused("PutObjectAcl", public.clone(), 403, "AccessDenied");
    place.refused("PutObject", public, 403, "AccessDenied");
    place.ok("PutObjectAcl", json!({ "Bucket": "main", "Key": "k", "ACL": "private" }));
}

#[test]
fn are_refused_where_they_are_none() {
    let mut place = open_place();
    place.put("k", b"x");
    let refused = |place: &mut Place, more: Value, code: &str| {
        let mut input = json!({ "Bucket": "main", "Key": "k" });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        place.refused("PutObjectAcl", input, if code == "AccessDenied" { 403 } else { 400 }, code);
    };
    let document = |owner: &str, grantee: Value| {
        json!({ "AccessControlPolicy": { "Owner": { "ID": owner },
                "Grants": [{ "Grantee": grantee, "Permission": "READ" }] } })
    };
    let own = id_of(OWNER);
    refused(&mut place, json!({}), "MissingSecurityHeader");
    refused(&mut place, json!({ "GrantRead": "id=\"nobody\"" }), "InvalidArgument");
    refused(&mut place, json!({ "GrantRead": "name=x" }), "InvalidArgument");
    refused(&mut place, json!({ "GrantRead": "emailAddress=\"a@b\"" }), "UnresolvableGrantByEmailAddress");
    refused(&mut place, json!({ "GrantRead": format!("id={own}"), "ACL": "private" }), "InvalidRequest");
    refused(&mut place, json!({ "AccessControlPolicy": {} }), "MalformedACLError");
    refused(&mut place, document(&own, json!({ "Type": "Group", "URI": "x" })), "InvalidArgument");
    refused(&mut place, document(&own, json!({ "Type": "Planet" })), "MalformedACLError");
    refused(&mut place, document("x", json!({ "Type": "CanonicalUser", "ID": own })), "InvalidArgument");
    let others = id_of(OTHER);
    refused(&mut place, document(&others, json!({ "Type": "CanonicalUser", "ID": own })), "AccessDenied");
}

#[test]
fn are_not_taken_where_they_are_switched_off() {
    let mut place = Place::new();
    place.put("k", b"x");
    for acl in ["private", "public-read"] {
        let code = "AccessControlListNotSupported";
        place.refused("PutObjectAcl", json!({ "Bucket": "main", "Key": "k", "ACL": acl }), 400, code);
        place.refused("PutObject", json!({ "Bucket": "main", "Key": "k", "ACL": acl }), 400, code);
        place.refused("PutBucketAcl", json!({ "Bucket": "main", "ACL": acl }), 400, code);
    }
    place.ok("PutObject", json!({ "Bucket": "main", "Key": "k", "ACL": "bucket-owner-full-control" }));
    let mut place = open_place();
    place.ok("PutBucketAcl", json!({ "Bucket": "main", "ACL": "public-read" }));
    let enforced = json!({ "Rules": [{ "ObjectOwnership": "BucketOwnerEnforced" }] });
    let input = json!({ "Bucket": "main", "OwnershipControls": enforced });
    place.refused("PutBucketOwnershipControls", input, 400, "InvalidBucketAclWithObjectOwnership");
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-overview.html>
#[test]
fn leave_what_nobody_signed_to_nobody_in_particular() {
    let mut place = open_place();
    place.ok("PutBucketAcl", json!({ "Bucket": "main", "ACL": "public-read-write" }));
    check(&mut place, None, "PutObject", "k", true);
    place.account = None;
    place.ok("PutObject", json!({ "Bucket": "main", "Key": "k" }));
    place.ok("PutObject", json!({ "Bucket": "main", "Key": "given", "ACL": "bucket-owner-full-control" }));
    place.account = AccountId::new(OWNER);
    for account in [OWNER, OTHER] {
        check(&mut place, Some(account), "GetObject", "k", false);
    }
    check(&mut place, None, "GetObject", "k", true);
    check(&mut place, None, "PutObject", "k", true);
    check(&mut place, Some(OTHER), "PutObject", "k", false);
    check(&mut place, Some(OWNER), "GetObject", "given", true);
    check(&mut place, Some(OWNER), "DeleteObject", "k", true);
    let listed = place.ok("ListObjects", json!({ "Bucket": "main" }));
    assert_eq!(listed["Contents"][0]["Owner"]["ID"], "65a011a29cdf8ec533ec3d1ccaae921c");
    let enforced = json!({ "Rules": [{ "ObjectOwnership": "BucketOwnerEnforced" }] });
    place.ok("PutBucketAcl", json!({ "Bucket": "main", "ACL": "private" }));
    place.ok("PutBucketOwnershipControls", json!({ "Bucket": "main", "OwnershipControls": enforced }));
    check(&mut place, Some(OWNER), "GetObject", "k", true);
    check(&mut place, None, "GetObject", "k", false);
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html#API_GetObject_RequestSyntax>
#[test]
fn tell_what_is_missing_to_those_who_may_list_the_bucket() {
    let mut place = open_place();
    check(&mut place, None, "GetObject", "none", false);
    place.ok("PutBucketAcl", json!({ "Bucket": "main", "ACL": "public-read" }));
    check(&mut place, None, "GetObject", "none", true);
    check(&mut place, None, "GetObjectAcl", "none", false);
    place.account = None;
    place.refused("GetObject", json!({ "Bucket": "main", "Key": "none" }), 404, "NoSuchKey");
    place.account = AccountId::new(OWNER);
    put(&mut place, OWNER, "private", json!({}));
    check(&mut place, None, "GetObject", "private", false);
}
