//! Configurations that are kept and shown.

use serde_json::{Value, json};

use super::Place;

fn with(member: &str, value: Value) -> Value {
    json!({ "Bucket": "main", member: value })
}

/// Puts a configuration and checks that it is shown.
#[track_caller]
fn check(operation: [&'static str; 2], member: &str, value: Value, shown: Value) {
    let mut place = Place::new();
    place.ok(operation[0], with(member, value));
    assert_eq!(place.ok(operation[1], json!({ "Bucket": "main" })), shown, "{}", operation[1]);
}

#[test]
fn are_shown_as_they_were_put() {
    let cors = json!({ "CORSRules": [{ "AllowedMethods": ["GET"], "AllowedOrigins": ["*"] }] });
    check(["PutBucketCors", "GetBucketCors"], "CORSConfiguration", cors.clone(), cors);
    let rules = json!([{ "ID": "a", "Status": "Enabled", "Filter": {}, "Expiration": { "Days": 7 } }]);
    check(
        ["PutBucketLifecycleConfiguration", "GetBucketLifecycleConfiguration"],
        "LifecycleConfiguration",
        json!({ "Rules": rules }),
        json!({ "Rules": rules, "TransitionDefaultMinimumObjectSize": "all_storage_classes_128K" }),
    );
    let website = json!({ "IndexDocument": { "Suffix": "index.html" } });
    check(["PutBucketWebsite", "GetBucketWebsite"], "WebsiteConfiguration", website.clone(), website);
    let payer = json!({ "Payer": "Requester" });
    check(
        ["PutBucketRequestPayment", "GetBucketRequestPayment"],
        "RequestPaymentConfiguration",
        payer.clone(),
        payer,
    );
}

#[test]
fn give_their_rules_an_id() {
    let mut place = Place::new();
    let rule = |prefix: &str| json!({ "Status": "Enabled", "Filter": { "Prefix": prefix }, "Expiration": { "Days": 7 } });
    let rules = json!({ "Rules": [rule("a"), rule("b")] });
    place.ok("PutBucketLifecycleConfiguration", with("LifecycleConfiguration", rules));
    let shown = place.ok("GetBucketLifecycleConfiguration", json!({ "Bucket": "main" }));
    let ids = [0, 1].map(|at| shown["Rules"][at]["ID"].as_str().unwrap().to_owned());
    assert!(ids[0] != ids[1] && ids.iter().all(|id| !id.is_empty()), "{ids:?}");
}

#[test]
fn words_that_s3_takes_beyond_its_model() {
    let grants = json!([{ "Grantee": { "Type": "Group", "URI": "http://acs.amazonaws.com/groups/s3/LogDelivery" },
        "Permission": "READ_ACP" }]);
    let logging =
        json!({ "LoggingEnabled": { "TargetBucket": "main", "TargetPrefix": "", "TargetGrants": grants } });
    check(["PutBucketLogging", "GetBucketLogging"], "BucketLoggingStatus", logging.clone(), logging);
    let mut place = Place::new();
    let website = json!({ "RedirectAllRequestsTo": { "HostName": "example.com", "Protocol": "protocol" } });
    place.refused("PutBucketWebsite", with("WebsiteConfiguration", website), 400, "InvalidRequest");
}

#[test]
fn notify_whom_the_request_says_not_to_look_for() {
    let to =
        |arn: &str| json!({ "QueueConfigurations": [{ "QueueArn": arn, "Events": ["s3:ObjectCreated:*"] }] });
    let mut place = Place::new();
    let put = |arn: &str, skip: bool| json!({ "Bucket": "main", "NotificationConfiguration": to(arn), "SkipDestinationValidation": skip });
    let queue = "arn:aws:sqs:us-east-1:111122223333:q";
    for (input, message) in [
        (put("q", true), "The ARN could not be parsed"),
        (put(queue, false), "Unable to validate the following destination configurations"),
    ] {
        let error = place.run("PutBucketNotificationConfiguration", input).unwrap_err();
        assert_eq!((error.status, error.code, error.message.as_str()), (400, "InvalidArgument", message));
    }
    place.ok("PutBucketNotificationConfiguration", put(queue, true));
    let shown = place.ok("GetBucketNotificationConfiguration", json!({ "Bucket": "main" }));
    let kept = &shown["QueueConfigurations"][0];
    assert_eq!(kept["QueueArn"], queue);
    assert!(!kept["Id"].as_str().unwrap().is_empty());
}

/// The rule that is told of an object, and its date.
#[track_caller]
fn check_expiration(rules: Value, object: Value, expected: Option<&str>) {
    let mut place = Place::new();
    place.ok("PutBucketLifecycleConfiguration", with("LifecycleConfiguration", json!({ "Rules": rules })));
    let mut input = json!({ "Bucket": "main", "Key": "logs/k" });
    input.as_object_mut().unwrap().extend(object.as_object().unwrap().clone());
    let put = place.with_body("PutObject", input, b"0123456789").unwrap().output;
    assert_eq!(put["Expiration"].as_str(), expected);
    let read = place.ok("HeadObject", json!({ "Bucket": "main", "Key": "logs/k" }));
    assert_eq!(read.get("Expiration").and_then(Value::as_str), expected);
}

#[test]
fn of_the_lifecycle_tell_when_objects_expire() {
    let rule = |id: &str, filter: Value, days: u32| json!({ "ID": id, "Status": "Enabled", "Filter": filter, "Expiration": { "Days": days } });
    let told = |id: &str, day: &str| format!("expiry-date=\"{day} Jan 2026 00:00:00 GMT\", rule-id=\"{id}\"");
    let logs = json!({ "Prefix": "logs/" });
    let (week, day) = (rule("week", logs.clone(), 7), rule("a day", json!({}), 1));
    check_expiration(json!([week]), json!({}), Some(&told("week", "Sat, 10")));
    check_expiration(json!([week, day]), json!({}), Some(&told("a%20day", "Sun, 04")));
    check_expiration(json!([rule("other", json!({ "Prefix": "x" }), 1)]), json!({}), None);
    let large = rule("large", json!({ "ObjectSizeGreaterThan": 10 }), 1);
    check_expiration(json!([large]), json!({}), None);
    let tagged = rule("tagged", json!({ "Tag": { "Key": "t", "Value": "1" } }), 7);
    check_expiration(json!([tagged]), json!({}), None);
    check_expiration(json!([tagged]), json!({ "Tagging": "t=1" }), Some(&told("tagged", "Sat, 10")));
    let mut off = week;
    off["Status"] = json!("Disabled");
    check_expiration(json!([off]), json!({}), None);
}

#[test]
fn are_refused_where_they_make_no_sense() {
    let mut place = Place::new();
    let mut refused = |operation: &'static str, member: &str, value: Value, code: &str| {
        place.refused(operation, with(member, value), 400, code);
    };
    let cors =
        |method: &str| json!({ "CORSRules": [{ "AllowedMethods": [method], "AllowedOrigins": ["*"] }] });
    refused("PutBucketCors", "CORSConfiguration", cors("PATCH"), "InvalidRequest");
    let rule = |more: Value| {
        let mut rule = json!({ "ID": "a", "Status": "Enabled", "Filter": {} });
        rule.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "Rules": [rule] })
    };
    let lifecycle = "PutBucketLifecycleConfiguration";
    let member = "LifecycleConfiguration";
    refused(lifecycle, member, rule(json!({})), "MalformedXML");
    refused(
        lifecycle,
        member,
        rule(json!({ "Expiration": { "Days": 1, "ExpiredObjectDeleteMarker": true } })),
        "MalformedXML",
    );
    refused(
        lifecycle,
        member,
        rule(json!({ "Expiration": { "Date": "2026-01-01T01:00:00Z" } })),
        "InvalidArgument",
    );
    let transition = json!([{ "Date": "2026-01-01T01:00:00Z", "StorageClass": "GLACIER" }]);
    refused(lifecycle, member, rule(json!({ "Transitions": transition })), "InvalidArgument");
    let website = |suffix: &str| json!({ "IndexDocument": { "Suffix": suffix } });
    refused("PutBucketWebsite", "WebsiteConfiguration", website("/a"), "InvalidArgument");
    let logging = json!({ "LoggingEnabled": { "TargetBucket": "none", "TargetPrefix": "" } });
    refused("PutBucketLogging", "BucketLoggingStatus", logging, "InvalidTargetBucketForLogging");
    let replication =
        json!({ "Role": "r", "Rules": [{ "Status": "Enabled", "Destination": { "Bucket": "b" } }] });
    refused("PutBucketReplication", "ReplicationConfiguration", replication, "InvalidRequest");
}

#[test]
fn can_be_several_by_id() {
    let mut place = Place::new();
    let put = |id: &str, own: &str| json!({ "Bucket": "main", "Id": id, "MetricsConfiguration": { "Id": own, "Filter": { "Prefix": "p" } } });
    place.refused("PutBucketMetricsConfiguration", put("a", "b"), 400, "MalformedXML");
    place.ok("PutBucketMetricsConfiguration", put("a", "a"));
    place.ok("PutBucketMetricsConfiguration", put("b", "b"));
    let listed = place.ok("ListBucketMetricsConfigurations", json!({ "Bucket": "main" }));
    assert_eq!(listed["MetricsConfigurationList"][1]["Id"], "b");
    place.ok("DeleteBucketMetricsConfiguration", json!({ "Bucket": "main", "Id": "a" }));
    let gone = json!({ "Bucket": "main", "Id": "a" });
    place.refused("GetBucketMetricsConfiguration", gone, 404, "NoSuchConfiguration");
}

#[test]
fn of_replication_hand_over_a_role() {
    let place = Place::new();
    let role = "arn:aws:iam::111122223333:role/r";
    let accesses = place
        .accesses(
            "PutBucketReplication",
            with("ReplicationConfiguration", json!({ "Role": role, "Rules": [] })),
        )
        .unwrap();
    let asked: Vec<_> = accesses.iter().map(|access| access.action.as_str()).collect();
    assert_eq!(asked, ["s3:PutReplicationConfiguration", "iam:PassRole"]);
    assert_eq!(accesses[1].resource, role);
}
