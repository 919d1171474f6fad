//! Object Lock: retention, legal hold, and who may pass over them.

use serde_json::{Value, json};

use super::Place;

/// A place whose bucket locks, with one version of `k`; answers the version's id.
fn locked_place(more: Value) -> (Place, String) {
    let mut place = Place::empty();
    place.ok("CreateBucket", json!({ "Bucket": "main", "ObjectLockEnabledForBucket": true }));
    let mut input = json!({ "Bucket": "main", "Key": "k" });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let version = place.ok("PutObject", input)["VersionId"].as_str().unwrap().to_owned();
    (place, version)
}

fn retained(mode: &str) -> Value {
    json!({ "ObjectLockMode": mode, "ObjectLockRetainUntilDate": "2026-02-01T00:00:00Z" })
}

#[test]
fn keep_versions_until_their_time() {
    for mode in ["GOVERNANCE", "COMPLIANCE"] {
        let (mut place, version) = locked_place(retained(mode));
        let delete = json!({ "Bucket": "main", "Key": "k", "VersionId": version });
        place.refused("DeleteObject", delete.clone(), 403, "AccessDenied");
        let shown = place.ok("GetObjectRetention", json!({ "Bucket": "main", "Key": "k" }));
        assert_eq!(shown["Retention"]["Mode"], mode);
        // A delete marker deletes nothing.
        place.ok("DeleteObject", json!({ "Bucket": "main", "Key": "k" }));
        place.now = "2026-02-01T00:00:00Z".parse().unwrap();
        place.ok("DeleteObject", delete);
    }
}

#[test]
fn are_passed_over_only_in_governance_and_with_the_permission() {
    let bypass = |version: &str| json!({ "Bucket": "main", "Key": "k", "VersionId": version, "BypassGovernanceRetention": true });
    let (mut place, version) = locked_place(retained("GOVERNANCE"));
    place.denied = vec!["s3:BypassGovernanceRetention"];
    place.refused("DeleteObject", bypass(&version), 403, "AccessDenied");
    place.denied.clear();
    place.ok("DeleteObject", bypass(&version));
    let (mut place, version) = locked_place(retained("COMPLIANCE"));
    place.refused("DeleteObject", bypass(&version), 403, "AccessDenied");
    let mut place = Place::new();
    place.put("k", b"x");
    place.refused("DeleteObject", bypass("null"), 400, "InvalidArgument");
}

/// Event holds are decided, and then told not to be emulated.
#[test]
fn are_no_event_holds() {
    let (mut place, _) = locked_place(json!({}));
    for (operation, more) in [
        ("PutObject", json!({ "ObjectLockEventHold": "ON" })),
        ("PutObject", json!({ "ObjectLockEventHoldDurationDays": 3 })),
        (
            "PutObjectRetention",
            json!({ "Retention": { "EventHold": "ON", "EventHoldDuration": { "Days": 3 } } }),
        ),
    ] {
        let mut input = json!({ "Bucket": "main", "Key": "k" });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        place.refused(operation, input, 501, "NotImplemented");
    }
}

#[test]
fn can_be_made_longer_but_not_shorter() {
    let (mut place, _) = locked_place(retained("GOVERNANCE"));
    let put = |mode: &str, until: &str, bypass: bool| {
        json!({ "Bucket": "main", "Key": "k", "BypassGovernanceRetention": bypass,
                "Retention": { "Mode": mode, "RetainUntilDate": until } })
    };
    place.refused(
        "PutObjectRetention",
        put("GOVERNANCE", "2026-01-15T00:00:00Z", false),
        403,
        "AccessDenied",
    );
    place.refused(
        "PutObjectRetention",
        put("GOVERNANCE", "2025-01-01T00:00:00Z", true),
        400,
        "InvalidArgument",
    );
    place.ok("PutObjectRetention", put("GOVERNANCE", "2026-01-15T00:00:00Z", true));
    place.ok("PutObjectRetention", put("COMPLIANCE", "2026-03-01T00:00:00Z", false));
    place.refused("PutObjectRetention", put("GOVERNANCE", "2026-03-01T00:00:00Z", true), 403, "AccessDenied");
}

#[test]
fn hold_as_long_as_the_law_does() {
    let (mut place, version) = locked_place(json!({ "ObjectLockLegalHoldStatus": "ON" }));
    let many = json!({ "Bucket": "main", "BypassGovernanceRetention": true,
                       "Delete": { "Objects": [{ "Key": "k", "VersionId": version }] } });
    assert_eq!(place.ok("DeleteObjects", many.clone())["Errors"][0]["Code"], "AccessDenied");
    let off = json!({ "Bucket": "main", "Key": "k", "LegalHold": { "Status": "OFF" } });
    place.ok("PutObjectLegalHold", off);
    assert_eq!(place.ok("DeleteObjects", many)["Deleted"][0]["VersionId"], version.as_str());
}

#[test]
fn come_from_the_bucket_where_the_object_says_nothing() {
    let mut place = Place::empty();
    place.ok("CreateBucket", json!({ "Bucket": "main", "ObjectLockEnabledForBucket": true }));
    let configuration = |rule: Value| json!({ "Bucket": "main", "ObjectLockConfiguration": { "ObjectLockEnabled": "Enabled", "Rule": rule } });
    let both = json!({ "DefaultRetention": { "Mode": "GOVERNANCE", "Days": 1, "Years": 1 } });
    place.refused("PutObjectLockConfiguration", configuration(both), 400, "MalformedXML");
    let rule = json!({ "DefaultRetention": { "Mode": "GOVERNANCE", "Days": 1 } });
    place.ok("PutObjectLockConfiguration", configuration(rule));
    place.put("k", b"x");
    let shown = place.ok("GetObjectRetention", json!({ "Bucket": "main", "Key": "k" }));
    assert_eq!(shown["Retention"]["RetainUntilDate"], "2026-01-03T03:04:05.678Z");
    let suspended = json!({ "Bucket": "main", "VersioningConfiguration": { "Status": "Suspended" } });
    place.refused("PutBucketVersioning", suspended, 409, "InvalidBucketState");
}

#[test]
fn need_a_bucket_that_locks() {
    let mut place = Place::new();
    place.put("k", b"x");
    place.refused("GetObjectRetention", json!({ "Bucket": "main", "Key": "k" }), 400, "InvalidRequest");
    let enabled = json!({ "Bucket": "main", "ObjectLockConfiguration": { "ObjectLockEnabled": "Enabled" } });
    place.refused("PutObjectLockConfiguration", enabled, 409, "InvalidBucketState");
    let half = json!({ "Bucket": "main", "Key": "k", "ObjectLockMode": "GOVERNANCE" });
    place.refused("PutObject", half, 400, "InvalidArgument");
}
