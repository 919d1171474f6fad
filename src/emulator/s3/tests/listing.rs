//! Listings: order, pages, common prefixes, encodings.

use serde_json::{Value, json};

use super::Place;

fn place() -> Place {
    let mut place = Place::new();
    for key in ["b/2", "a", "b/1", "c d+é", "b/x/1", "z"] {
        place.put(key, b"x");
    }
    place
}

/// Keys and, with a slash before them, common prefixes.
fn names(output: &Value) -> Vec<String> {
    let all = |list: &str, member: &str| -> Vec<String> {
        let elements = output[list].as_array().cloned().unwrap_or_default();
        elements.iter().map(|element| element[member].as_str().unwrap().to_owned()).collect()
    };
    let prefixes = all("CommonPrefixes", "Prefix").into_iter().map(|prefix| format!("/{prefix}"));
    all("Contents", "Key").into_iter().chain(prefixes).collect()
}

#[track_caller]
fn check(more: Value, expected: &[&str]) {
    let mut input = json!({ "Bucket": "main" });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let output = place().ok("ListObjectsV2", input);
    assert_eq!(names(&output), expected, "{more}");
    assert_eq!(output["KeyCount"], expected.len(), "{more}");
}

#[test]
fn select_keys() {
    check(json!({}), &["a", "b/1", "b/2", "b/x/1", "c d+é", "z"]);
    check(json!({ "Prefix": "b/" }), &["b/1", "b/2", "b/x/1"]);
    check(json!({ "Delimiter": "/" }), &["a", "c d+é", "z", "/b/"]);
    check(json!({ "Prefix": "b/", "Delimiter": "/" }), &["b/1", "b/2", "/b/x/"]);
    check(json!({ "Prefix": "b", "Delimiter": "/" }), &["/b/"]);
    check(json!({ "StartAfter": "b/2" }), &["b/x/1", "c d+é", "z"]);
    check(json!({ "StartAfter": "b/", "Delimiter": "/" }), &["c d+é", "z"]);
    check(json!({ "Prefix": "none" }), &[]);
    check(json!({ "MaxKeys": 0 }), &[]);
    check(json!({ "EncodingType": "url", "Prefix": "c" }), &["c+d%2B%C3%A9"]);
}

#[test]
fn go_on_from_page_to_page() {
    for delimiter in [None, Some("/")] {
        let mut place = place();
        let mut input = json!({ "Bucket": "main", "MaxKeys": 1, "Delimiter": delimiter });
        let mut seen = Vec::new();
        loop {
            let page = place.ok("ListObjectsV2", input.clone());
            seen.extend(names(&page));
            assert_eq!(page["IsTruncated"], page.get("NextContinuationToken").is_some());
            let Some(token) = page.get("NextContinuationToken") else { break };
            input["ContinuationToken"] = token.clone();
        }
        let expected: &[&str] = match delimiter {
            None => &["a", "b/1", "b/2", "b/x/1", "c d+é", "z"],
            Some(_) => &["a", "/b/", "c d+é", "z"],
        };
        assert_eq!(seen, expected);
    }
    place().refused(
        "ListObjectsV2",
        json!({ "Bucket": "main", "ContinuationToken": "?" }),
        400,
        "InvalidArgument",
    );
    place().refused("ListObjectsV2", json!({ "Bucket": "main", "MaxKeys": -1 }), 400, "InvalidArgument");
}

#[test]
fn of_version_one_have_markers() {
    let mut place = place();
    let first = place.ok("ListObjects", json!({ "Bucket": "main", "MaxKeys": 2, "Delimiter": "/" }));
    assert_eq!((first["NextMarker"].as_str(), &first["IsTruncated"]), (Some("b/"), &json!(true)));
    let rest = place.ok("ListObjects", json!({ "Bucket": "main", "Marker": "b/", "Delimiter": "/" }));
    assert_eq!(names(&rest), ["c d+é", "z"]);
    let plain = place.ok("ListObjects", json!({ "Bucket": "main", "MaxKeys": 2 }));
    assert_eq!((plain.get("NextMarker"), &plain["IsTruncated"]), (None, &json!(true)));
    assert!(plain["Contents"][0]["Owner"]["ID"].is_string());
}

#[test]
fn show_versions_and_delete_markers() {
    let mut place = Place::new();
    place.put("k", b"zero");
    let enabled = json!({ "Bucket": "main", "VersioningConfiguration": { "Status": "Enabled" } });
    place.ok("PutBucketVersioning", enabled);
    let one = place.put("k", b"one")["VersionId"].clone();
    place.ok("DeleteObject", json!({ "Bucket": "main", "Key": "k" }));
    assert!(names(&place.ok("ListObjectsV2", json!({ "Bucket": "main" }))).is_empty());
    let output = place.ok("ListObjectVersions", json!({ "Bucket": "main" }));
    let ids = |list: &str| -> Vec<Value> {
        output[list].as_array().unwrap().iter().map(|entry| entry["VersionId"].clone()).collect()
    };
    assert_eq!(ids("Versions"), [one.clone(), json!("null")]);
    assert_eq!(output["DeleteMarkers"][0]["IsLatest"], true);
    assert_eq!(output["Versions"][0]["IsLatest"], false);
    let first = place.ok("ListObjectVersions", json!({ "Bucket": "main", "MaxKeys": 2 }));
    assert_eq!(first["NextVersionIdMarker"], one);
    let rest = json!({ "Bucket": "main", "KeyMarker": "k", "VersionIdMarker": one });
    let rest = place.ok("ListObjectVersions", rest);
    assert_eq!(rest["Versions"][0]["VersionId"], "null");
    assert_eq!(rest["Versions"].as_array().unwrap().len(), 1);
    place.refused(
        "ListObjectVersions",
        json!({ "Bucket": "main", "VersionIdMarker": one }),
        400,
        "InvalidArgument",
    );
}

#[test]
fn pass_over_what_is_rolled_up_with_their_marker() {
    let mut place = Place::new();
    for key in ["f/a/1", "f/a/2", "f/b"] {
        place.put(key, b"x");
    }
    let input = json!({ "Bucket": "main", "Prefix": "f/", "Delimiter": "/", "Marker": "f/a/1" });
    let output = place.ok("ListObjects", input);
    assert_eq!((&output["Contents"][0]["Key"], output.get("CommonPrefixes")), (&json!("f/b"), None));
}

/// Who is not known to AWS is told of no owners; version 1 tells them of itself.
#[test]
fn owners_are_told_to_those_who_are_known() {
    let mut place = place();
    let owner = |place: &mut Place| {
        place.ok("ListObjects", json!({ "Bucket": "main" }))["Contents"][0]["Owner"].clone()
    };
    assert!(owner(&mut place)["ID"].is_string());
    place.account = None;
    assert_eq!(owner(&mut place), Value::Null);
}
