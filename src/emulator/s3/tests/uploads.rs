//! Uploads in parts.

use serde_json::{Value, json};

use super::Place;

const MIB: usize = 1024 * 1024;

struct Uploading {
    place: Place,
    id: Value,
}

impl Uploading {
    fn new(more: Value) -> Self {
        let mut place = Place::new();
        let mut input = json!({ "Bucket": "main", "Key": "k" });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let id = place.ok("CreateMultipartUpload", input)["UploadId"].clone();
        Self { place, id }
    }

    fn input(&self, more: Value) -> Value {
        let mut input = json!({ "Bucket": "main", "Key": "k", "UploadId": self.id });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    }

    /// Sends a part; answers its entry for the completion.
    fn part(&mut self, number: u32, size: usize) -> Value {
        let input = self.input(json!({ "PartNumber": number }));
        let body = vec![b'x'; size];
        let mut entry = super::present(self.place.with_body("UploadPart", input, &body).unwrap().output);
        entry.as_object_mut().unwrap().remove("ServerSideEncryption");
        entry["PartNumber"] = json!(number);
        entry
    }

    fn completion(&self, parts: &[&Value]) -> Value {
        self.input(json!({ "MultipartUpload": { "Parts": parts } }))
    }
}

#[test]
fn make_one_object() {
    let mut upload = Uploading::new(json!({ "Metadata": { "a": "1" }, "Tagging": "t=1" }));
    let (one, two) = (upload.part(1, 5 * MIB), upload.part(7, 3));
    let completion = upload.completion(&[&one, &two]);
    let output = upload.place.ok("CompleteMultipartUpload", completion.clone());
    assert_eq!(output["ETag"], format!("\"{}-2\"", digest_of_digests()));
    assert_eq!(output["ChecksumType"], "FULL_OBJECT");
    assert_eq!(output["Location"], "https://main.s3.us-east-1.amazonaws.com/k");
    let head = json!({ "ContentLength": 5 * MIB + 3, "Metadata": { "a": "1" }, "TagCount": 1 });
    upload.place.check("HeadObject", json!({ "Bucket": "main", "Key": "k" }), head);
    let part = json!({ "Bucket": "main", "Key": "k", "PartNumber": 2 });
    upload.place.check("GetObject", part, json!({ "ContentLength": 3, "PartsCount": 2 }));
    let beyond = json!({ "Bucket": "main", "Key": "k", "PartNumber": 3 });
    upload.place.refused("GetObject", beyond, 416, "InvalidPartNumber");
    // Whoever lost the answer may ask again, for the same parts; the conditions count no more.
    let mut again = completion;
    again["IfNoneMatch"] = json!("*");
    assert_eq!(upload.place.ok("CompleteMultipartUpload", again), output);
    let other = upload.completion(&[&one]);
    upload.place.refused("CompleteMultipartUpload", other, 404, "NoSuchUpload");
}

fn digest_of_digests() -> String {
    use md5::Digest;
    let mut digest = md5::Md5::new();
    digest.update(md5::Md5::digest(vec![b'x'; 5 * MIB]));
    digest.update(md5::Md5::digest(b"xxx"));
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn are_completed_only_as_they_are() {
    let mut upload = Uploading::new(json!({}));
    let (one, two) = (upload.part(1, 5 * MIB), upload.part(2, 3));
    let small = upload.part(3, 3);
    let mut wrong = two.clone();
    wrong["ETag"] = json!("\"other\"");
    let mut missing = two.clone();
    missing["PartNumber"] = json!(9);
    for (parts, code) in [
        (vec![], "MalformedXML"),
        (vec![&two, &one], "InvalidPartOrder"),
        (vec![&one, &one], "InvalidPartOrder"),
        (vec![&one, &wrong], "InvalidPart"),
        (vec![&one, &missing], "InvalidPart"),
        (vec![&two, &small], "EntityTooSmall"),
    ] {
        let completion = upload.completion(&parts);
        upload.place.refused("CompleteMultipartUpload", completion, 400, code);
    }
    let completion = upload.completion(&[&one, &small]);
    upload.place.ok("CompleteMultipartUpload", completion);
}

/// Checksums of parts and of the whole are of the algorithm that the upload was begun with.
#[test]
fn keep_to_the_checksum_that_they_were_begun_with() {
    let sha = json!("ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
    let mut begun_without = Uploading::new(json!({}));
    let mut part = begun_without.part(1, 3);
    part.as_object_mut().unwrap().retain(|name, _| !name.starts_with("Checksum"));
    part["ChecksumSHA256"] = sha.clone();
    let completion = begun_without.completion(&[&part]);
    begun_without.place.refused("CompleteMultipartUpload", completion, 400, "InvalidPart");

    let mut begun = Uploading::new(json!({ "ChecksumAlgorithm": "CRC32", "ChecksumType": "FULL_OBJECT" }));
    let one = begun.part(1, 3);
    let mut other = json!({ "PartNumber": 1, "ETag": one["ETag"] });
    other["ChecksumSHA256"] = sha.clone();
    let completion = begun.completion(&[&other]);
    begun.place.refused("CompleteMultipartUpload", completion, 400, "BadDigest");
    let mut whole = begun.completion(&[&one]);
    whole["ChecksumSHA256"] = sha;
    begun.place.refused("CompleteMultipartUpload", whole.clone(), 400, "BadDigest");
    whole.as_object_mut().unwrap().remove("ChecksumSHA256");
    // Of the part alone it is the checksum of the whole, but without its type it is taken for one of checksums.
    whole["ChecksumCRC32"] = one["ChecksumCRC32"].clone();
    begun.place.refused("CompleteMultipartUpload", whole.clone(), 400, "BadDigest");
    whole["ChecksumType"] = json!("FULL_OBJECT");
    begun.place.ok("CompleteMultipartUpload", whole);
}

#[test]
fn combine_checksums() {
    let mut upload = Uploading::new(json!({ "ChecksumAlgorithm": "CRC32" }));
    let one = upload.part(1, 3);
    assert!(one["ChecksumCRC32"].is_string());
    let mut bare = one.clone();
    bare.as_object_mut().unwrap().remove("ChecksumCRC32");
    let completion = upload.completion(&[&bare]);
    upload.place.refused("CompleteMultipartUpload", completion, 400, "InvalidRequest");
    let completion = upload.completion(&[&one]);
    let output = upload.place.ok("CompleteMultipartUpload", completion);
    assert_eq!(output["ChecksumType"], "COMPOSITE");
    assert!(output["ChecksumCRC32"].as_str().unwrap().ends_with("-1"));

    let mut upload = Uploading::new(json!({ "ChecksumAlgorithm": "CRC32", "ChecksumType": "FULL_OBJECT" }));
    let one = upload.part(1, 3);
    let completion = upload.completion(&[&one]);
    let output = upload.place.ok("CompleteMultipartUpload", completion);
    assert_eq!(output["ChecksumCRC32"], one["ChecksumCRC32"]);
    let sha =
        json!({ "Bucket": "main", "Key": "k", "ChecksumAlgorithm": "SHA256", "ChecksumType": "FULL_OBJECT" });
    upload.place.refused("CreateMultipartUpload", sha, 400, "InvalidRequest");
}

#[test]
fn copy_parts() {
    let mut upload = Uploading::new(json!({}));
    upload.place.put("source", b"0123456789");
    let copy = |range: Option<&str>| json!({ "PartNumber": 1, "CopySource": "main/source", "CopySourceRange": range });
    let input = upload.input(copy(Some("bytes=2-4")));
    let etag = upload.place.ok("UploadPartCopy", input)["CopyPartResult"]["ETag"].clone();
    let input = upload.input(copy(Some("bytes=2-10")));
    upload.place.refused("UploadPartCopy", input, 400, "InvalidArgument");
    let completion = upload.completion(&[&json!({ "PartNumber": 1, "ETag": etag })]);
    upload.place.ok("CompleteMultipartUpload", completion);
    let reply = upload.place.run("GetObject", json!({ "Bucket": "main", "Key": "k" })).unwrap();
    assert_eq!(reply.body.as_deref(), Some(&b"234"[..]));
}

#[test]
fn are_listed_and_aborted() {
    let mut upload = Uploading::new(json!({}));
    for number in [3, 1, 2] {
        upload.part(number, 1);
    }
    let input = upload.input(json!({ "MaxParts": 2 }));
    let page = upload.place.ok("ListParts", input);
    assert_eq!((&page["IsTruncated"], &page["NextPartNumberMarker"]), (&json!(true), &json!(2)));
    let input = upload.input(json!({ "PartNumberMarker": 2 }));
    let rest = upload.place.ok("ListParts", input);
    assert_eq!(
        (rest["Parts"][0]["PartNumber"].as_u64(), rest["Parts"].as_array().unwrap().len()),
        (Some(3), 1)
    );
    let other =
        upload.place.ok("CreateMultipartUpload", json!({ "Bucket": "main", "Key": "a" }))["UploadId"].clone();
    let first = upload.place.ok("ListMultipartUploads", json!({ "Bucket": "main", "MaxUploads": 1 }));
    assert_eq!(first["Uploads"][0]["UploadId"], other);
    let markers = json!({ "Bucket": "main", "KeyMarker": first["NextKeyMarker"], "UploadIdMarker": first["NextUploadIdMarker"] });
    let rest = upload.place.ok("ListMultipartUploads", markers);
    assert_eq!(rest["Uploads"][0]["UploadId"], upload.id);
    let input = upload.input(json!({ "PartNumber": 10001 }));
    upload.place.refused("UploadPart", input, 400, "InvalidArgument");
    let input = upload.input(json!({}));
    upload.place.ok("AbortMultipartUpload", input.clone());
    upload.place.refused("AbortMultipartUpload", input.clone(), 404, "NoSuchUpload");
    upload.place.refused("ListParts", input, 404, "NoSuchUpload");
}

#[test]
fn tell_of_each_part_what_it_was_begun_with() {
    let mut upload = Uploading::new(json!({ "ChecksumAlgorithm": "CRC32C" }));
    let part = upload.part(1, 16);
    let checksum = part["ChecksumCRC32C"].clone();
    let completion = upload.completion(&[&part]);
    upload.place.ok("CompleteMultipartUpload", completion);
    let read = json!({ "Bucket": "main", "Key": "k", "PartNumber": 1, "ChecksumMode": "ENABLED" });
    let told = json!({ "ChecksumCRC32C": checksum, "ChecksumType": "COMPOSITE", "PartsCount": 1 });
    upload.place.check("GetObject", read, told);
    let attributes =
        json!({ "Bucket": "main", "Key": "k", "ObjectAttributes": ["ObjectParts"], "MaxParts": 1 });
    let parts = json!({
        "TotalPartsCount": 1,
        "PartNumberMarker": 0,
        "NextPartNumberMarker": 1,
        "MaxParts": 1,
        "IsTruncated": false,
        "Parts": [{ "PartNumber": 1, "Size": 16, "ChecksumCRC32C": checksum }],
    });
    upload.place.check("GetObjectAttributes", attributes, json!({ "ObjectParts": parts }));
    let attributes = json!({ "Bucket": "main", "Key": "k", "ObjectAttributes": ["Checksum"] });
    let whole = upload.place.ok("GetObjectAttributes", attributes)["Checksum"].clone();
    assert!(!whole["ChecksumCRC32C"].as_str().unwrap().contains('-'), "{whole}");
    // A copy has one part, and a checksum of the same algorithm.
    let copy = json!({ "Bucket": "main", "Key": "copy", "CopySource": "main/k" });
    let told = upload.place.ok("CopyObject", copy)["CopyObjectResult"].clone();
    assert_eq!((&told["ChecksumType"], &told["ChecksumCRC32C"]), (&json!("FULL_OBJECT"), &checksum));
}

#[test]
fn conflict_with_what_was_written_since() {
    let mut upload = Uploading::new(json!({}));
    let part = upload.part(1, 1);
    upload.place.put("k", b"x");
    let mut completion = upload.completion(&[&part]);
    completion["IfNoneMatch"] = json!("*");
    upload.place.refused("CompleteMultipartUpload", completion.clone(), 412, "PreconditionFailed");
    upload.place.ok("DeleteObject", json!({ "Bucket": "main", "Key": "k" }));
    upload.place.refused("CompleteMultipartUpload", completion.clone(), 409, "ConditionalRequestConflict");
    completion.as_object_mut().unwrap().remove("IfNoneMatch");
    upload.place.ok("CompleteMultipartUpload", completion);
}
