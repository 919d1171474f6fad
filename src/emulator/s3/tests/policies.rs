//! Bucket policies and Block Public Access.

use policy::{AccountId, Context, Policies, Principal, Request, ResourcePolicy, decide};
use serde_json::{Value, json};

use super::super::public_access::is_public;
use super::{OTHER, OWNER, Place};

fn statement(more: Value) -> Value {
    let mut statement = json!({
        "Effect": "Allow", "Principal": { "AWS": OWNER }, "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::main/*",
    });
    for (element, value) in more.as_object().unwrap() {
        statement[element] = value.clone();
        if value.is_null() {
            statement.as_object_mut().unwrap().remove(element);
        }
    }
    statement
}

fn put(statement: Value) -> Value {
    let policy = json!({ "Version": "2012-10-17", "Statement": [statement] });
    json!({ "Bucket": "main", "Policy": policy.to_string() })
}

#[test]
fn are_put_shown_and_deleted() {
    let mut place = Place::new();
    place.ok("PutBucketPolicy", put(statement(json!({}))));
    let shown = place.ok("GetBucketPolicy", json!({ "Bucket": "main" }));
    assert!(shown["Policy"].as_str().unwrap().contains("s3:GetObject"));
    place.check(
        "GetBucketPolicyStatus",
        json!({ "Bucket": "main" }),
        json!({ "PolicyStatus": { "IsPublic": false } }),
    );
    place.ok("DeleteBucketPolicy", json!({ "Bucket": "main" }));
    place.refused("GetBucketPolicy", json!({ "Bucket": "main" }), 404, "NoSuchBucketPolicy");
    place.account = AccountId::new(OTHER);
    place.refused("PutBucketPolicy", put(statement(json!({}))), 405, "MethodNotAllowed");
}

#[test]
fn are_refused_where_they_are_none() {
    let mut place = Place::new();
    for text in ["", "{not json", "[]", "{}"] {
        place.refused("PutBucketPolicy", json!({ "Bucket": "main", "Policy": text }), 400, "MalformedPolicy");
    }
    for more in [
        json!({ "Principal": null }),
        json!({ "Resource": "arn:aws:s3:::other/*" }),
        json!({ "Resource": "*" }),
        json!({ "Action": "ec2:RunInstances" }),
        json!({ "Action": "s3:GetObjekt" }),
        json!({ "Action": "s3:ListBucket" }),
        json!({ "Principal": { "AWS": "arn:aws:iam::111122223333:user/nobody" } }),
    ] {
        place.refused("PutBucketPolicy", put(statement(more)), 400, "MalformedPolicy");
    }
    let large = statement(json!({ "Sid": "x".repeat(20 * 1024) }));
    place.refused("PutBucketPolicy", put(large), 400, "PolicyTooLarge");
    for more in [
        json!({ "Action": ["s3:Get*", "s3:ListBucket"], "Resource": ["arn:aws:s3:::main", "arn:aws:s3:::main/a"] }),
        json!({ "Action": "s3:*" }),
        json!({ "Effect": "Deny", "Principal": "*" }),
    ] {
        place.ok("PutBucketPolicy", put(statement(more)));
    }
}

#[test]
fn are_refused_in_the_words_of_s3() {
    let mut place = Place::new();
    let prefix = json!({ "StringEquals": { "s3:prefix": "a" } });
    for (more, message) in [
        (json!({ "Effect": null }), "Missing required field Effect"),
        (json!({ "Effect": "allow" }), "Invalid effect: allow"),
        (json!({ "Action": null }), "Missing required field Action"),
        (json!({ "Resource": null }), "Missing required field Resource"),
        (json!({ "Principal": null }), "Missing required field Principal"),
        (json!({ "Conditions": {} }), "Unknown field Conditions"),
        (
            json!({ "Condition": { "StringEquals": { "s3:prefixes": "a" } } }),
            "Policy has an invalid condition key",
        ),
        (
            json!({ "Condition": prefix }),
            "Conditions do not apply to combination of actions and resources in statement",
        ),
    ] {
        let error = place.run("PutBucketPolicy", put(statement(more))).map(|_| ()).expect_err(message);
        assert_eq!((error.code, error.message.as_str()), ("MalformedPolicy", message));
    }
    let objects_and_bucket = json!(["arn:aws:s3:::main", "arn:aws:s3:::main/a"]);
    for more in [
        json!({ "Action": ["s3:Get*", "s3:ListBucket"], "Resource": objects_and_bucket, "Condition": prefix }),
        json!({ "Condition": { "StringEquals": { "S3:ExistingObjectTag/class": "open", "aws:username": "u" } } }),
        json!({ "Action": "s3:PutObject", "Condition": { "Null": { "s3:RequestObjectTag/team": "false" } } }),
    ] {
        place.ok("PutBucketPolicy", put(statement(more)));
    }
}

#[test]
fn must_not_be_public_where_that_is_blocked() {
    let mut place = Place::new();
    let everyone = put(statement(json!({ "Principal": "*" })));
    place.refused("PutBucketPolicy", everyone.clone(), 403, "AccessDenied");
    place.ok("DeletePublicAccessBlock", json!({ "Bucket": "main" }));
    place.ok("PutBucketPolicy", everyone);
    place.check(
        "GetBucketPolicyStatus",
        json!({ "Bucket": "main" }),
        json!({ "PolicyStatus": { "IsPublic": true } }),
    );
}

#[track_caller]
fn check_public(more: Value, expected: bool) {
    let statement = statement(more.clone());
    assert_eq!(is_public(&[&statement]), expected, "{more}");
}

#[test]
fn are_public_unless_limited() {
    let everyone = |condition: Value| json!({ "Principal": "*", "Condition": condition });
    check_public(json!({}), false);
    check_public(json!({ "Principal": "*" }), true);
    check_public(json!({ "Principal": { "AWS": [OWNER, "*"] } }), true);
    check_public(json!({ "Principal": null, "NotPrincipal": { "AWS": OWNER } }), true);
    check_public(json!({ "Principal": "*", "Effect": "Deny" }), false);
    check_public(everyone(json!({ "StringEquals": { "aws:SourceVpc": "vpc-1" } })), false);
    check_public(everyone(json!({ "StringLike": { "aws:SourceVpc": "vpc-*" } })), true);
    check_public(everyone(json!({ "StringEqualsIfExists": { "aws:SourceVpc": "vpc-1" } })), true);
    check_public(everyone(json!({ "StringNotEquals": { "aws:SourceVpc": "vpc-1" } })), true);
    check_public(everyone(json!({ "StringEquals": { "s3:prefix": "a" } })), true);
    check_public(everyone(json!({ "StringEquals": { "aws:userid": "${aws:userid}" } })), true);
    check_public(everyone(json!({ "IpAddress": { "aws:SourceIp": ["10.0.0.0/8", "192.0.2.7"] } })), false);
    check_public(everyone(json!({ "IpAddress": { "aws:SourceIp": "0.0.0.0/1" } })), true);
    check_public(everyone(json!({ "Bool": { "aws:SecureTransport": "true" } })), true);
}

/// Whether the bucket's policy grants anything when this account calls.
#[track_caller]
fn check_asked(place: &mut Place, account: Option<&str>, operation: &'static str, expected: bool) {
    place.account = account.and_then(AccountId::new);
    let access = place.accesses(operation, json!({ "Bucket": "main", "Key": "k" })).unwrap().remove(0);
    let asked = match access.resource_policy {
        ResourcePolicy::AnyGrants(policies) => policies.iter().any(|policy| policy.document.has_statements()),
        _ => false,
    };
    assert_eq!(asked, expected, "{operation} by {account:?}");
}

#[test]
fn that_are_public_serve_only_the_account_where_that_is_restricted() {
    let mut place = Place::new();
    check_asked(&mut place, Some(OWNER), "GetObject", false);
    place.ok("DeletePublicAccessBlock", json!({ "Bucket": "main" }));
    place.ok("PutBucketPolicy", put(statement(json!({ "Principal": "*" }))));
    check_asked(&mut place, Some(OTHER), "GetObject", true);
    check_asked(&mut place, None, "GetObject", true);
    let block = json!({ "RestrictPublicBuckets": true });
    place.ok("PutPublicAccessBlock", json!({ "Bucket": "main", "PublicAccessBlockConfiguration": block }));
    check_asked(&mut place, Some(OTHER), "GetObject", false);
    check_asked(&mut place, None, "GetObject", false);
    check_asked(&mut place, Some(OWNER), "GetObject", true);
}

#[test]
fn never_lock_out_the_root_user() {
    let mut place = Place::new();
    place.ok(
        "PutBucketPolicy",
        put(statement(json!({ "Effect": "Deny", "Principal": "*", "Action": "s3:*" }))),
    );
    check_asked(&mut place, Some(OWNER), "DeleteBucketPolicy", false);
    check_asked(&mut place, Some(OWNER), "GetObject", true);
}

/// Makes a user by IAM's own operation; answers its ARN and the principal.
fn make_user(place: &mut Place, name: &str) -> (String, Principal) {
    let create = crate::iam::OPERATIONS.iter().find(|row| row.name == "CreateUser").unwrap();
    let call = place.call("CreateUser", json!({ "UserName": name }), b"");
    let user = (create.act)(&mut place.partition, &call).unwrap().output["User"].clone();
    let text = |member: &str| user[member].as_str().unwrap().to_owned();
    let account = AccountId::new(OWNER).unwrap();
    let principal =
        Principal::User { account, path: "/".to_owned(), name: name.to_owned(), id: text("UserId") };
    (text("Arn"), principal)
}

fn delete_user(place: &mut Place, name: &str) {
    let delete = crate::iam::OPERATIONS.iter().find(|row| row.name == "DeleteUser").unwrap();
    let call = place.call("DeleteUser", json!({ "UserName": name }), b"");
    (delete.act)(&mut place.partition, &call).unwrap();
}

/// Whether the bucket policy alone lets the principal read `main/k`.
fn lets_in(place: &Place, principal: &Principal) -> bool {
    let access = place.accesses("GetObject", json!({ "Bucket": "main", "Key": "k" })).unwrap().remove(0);
    let request = Request {
        principal: principal.clone(),
        action: access.action,
        resource: access.resource,
        resource_account: access.resource_account,
        context: Context::default(),
        canonical_user: None,
    };
    let policies = Policies { resource: access.resource_policy, ..Policies::default() };
    decide(&request, &policies).unwrap().is_allowed()
}

#[test]
fn name_users_by_what_they_are_and_not_by_their_name() {
    let mut place = Place::new();
    let (arn, first) = make_user(&mut place, "u");
    place.ok("PutBucketPolicy", put(statement(json!({ "Principal": { "AWS": arn } }))));
    let shown =
        |place: &mut Place| place.ok("GetBucketPolicy", json!({ "Bucket": "main" }))["Policy"].to_string();
    assert!(lets_in(&place, &first));
    assert!(shown(&mut place).contains(&arn));
    delete_user(&mut place, "u");
    assert!(!shown(&mut place).contains(&arn));
    let (_, second) = make_user(&mut place, "u");
    assert!(!lets_in(&place, &second));
}

#[test]
fn that_are_public_let_in_strangers_until_restricted() {
    let mut place = Place::new();
    let (_, user) = make_user(&mut place, "u");
    place.ok("DeletePublicAccessBlock", json!({ "Bucket": "main" }));
    place.ok("PutBucketPolicy", put(statement(json!({ "Principal": "*" }))));
    place.account = None;
    assert!(lets_in(&place, &Principal::Anonymous));
    let restricted =
        json!({ "Bucket": "main", "PublicAccessBlockConfiguration": { "RestrictPublicBuckets": true } });
    place.ok("PutPublicAccessBlock", restricted);
    assert!(!lets_in(&place, &Principal::Anonymous));
    place.account = AccountId::new(OWNER);
    assert!(lets_in(&place, &user));
}
