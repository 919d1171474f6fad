//! Block Public Access of whole accounts, and the tags of buckets, as S3 Control has them.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_AWS_S3_Control.html>

use crate::place::{Place, element, start};
use crate::signer::Unsigned;

const BLOCK: &str = "/v20180820/configuration/publicAccessBlock";
const TAGS: &str = "/v20180820/tags/arn%3Aaws%3As3%3A%3A%3Asome-bucket";
const HOST: &str = "111122223333.s3-control.us-east-1.amazonaws.com";

fn control(method: &'static str, path: &'static str, body: &str) -> Unsigned {
    Unsigned { host: HOST, account: Some("111122223333"), ..Unsigned::s3(method, path, body, start()) }
}

fn settings(which: &str) -> String {
    format!("<PublicAccessBlockConfiguration><{which}>true</{which}></PublicAccessBlockConfiguration>")
}

fn query(parameter: &str, method: &'static str, body: &str) -> Unsigned {
    let query = vec![(parameter.to_owned(), String::new())];
    Unsigned { query, ..Unsigned::s3(method, "/some-bucket", body, start()) }
}

#[test]
fn accounts_block_public_access_for_themselves() {
    let place = Place::new();
    let other = place.administrator("444455556666");
    let missing = (404, "NoSuchPublicAccessBlockConfiguration".to_owned());
    assert_eq!(place.code(control("GET", BLOCK, "").signed(&place.admin)), missing);
    let empty = control("PUT", BLOCK, "<PublicAccessBlockConfiguration/>");
    assert_eq!(place.code(empty.signed(&place.admin)), (400, "InvalidRequest".to_owned()));
    place.ok(&control("PUT", BLOCK, &settings("IgnorePublicAcls")));
    // Any endpoint will do, if the request says that it is one of S3 Control.
    let shown = place.ok(&Unsigned { host: "localhost:4566", ..control("GET", BLOCK, "") });
    assert_eq!(
        (element(&shown, "IgnorePublicAcls"), element(&shown, "BlockPublicAcls")),
        ("true".to_owned(), "false".to_owned())
    );
    let nobody = place.user_with("nobody", None);
    for key in [&other, &nobody] {
        assert_eq!(place.code(control("GET", BLOCK, "").signed(key)), (403, "AccessDenied".to_owned()));
    }
    let (status, _) = place.answer(control("DELETE", BLOCK, "").signed(&place.admin));
    assert_eq!(status, 204);
    assert_eq!(place.code(control("GET", BLOCK, "").signed(&place.admin)), missing);
}

#[test]
fn the_most_restrictive_settings_hold() {
    let place = Place::new();
    place.ok(&Unsigned::s3("PUT", "/some-bucket", "", start()));
    place.ok(&Unsigned::s3("PUT", "/some-bucket/key", "x", start()));
    place.ok(&query("publicAccessBlock", "DELETE", ""));
    let policy = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*",
        "Action":"s3:GetObject","Resource":"arn:aws:s3:::some-bucket/*"}}"#;
    let read = Unsigned::s3("GET", "/some-bucket/key", "", start());
    place.ok(&control("PUT", BLOCK, &settings("BlockPublicPolicy")));
    let refused = place.code(query("policy", "PUT", policy).signed(&place.admin));
    assert_eq!(refused, (403, "AccessDenied".to_owned()));
    place.ok(&control("DELETE", BLOCK, ""));
    place.ok(&query("policy", "PUT", policy));
    assert_eq!(place.answer(read.bare()).0, 200);
    place.ok(&control("PUT", BLOCK, &settings("RestrictPublicBuckets")));
    assert_eq!(place.answer(read.bare()).0, 403);
}

#[test]
fn buckets_have_tags_by_their_arns() {
    let place = Place::new();
    place.ok(&Unsigned::s3("PUT", "/some-bucket", "", start()));
    let tags = "<TagResourceRequest><Tags><Tag><Key>a</Key><Value>1</Value></Tag><Tag><Key>b</Key><Value>2</Value></Tag>\
                <Tag><Key>c</Key><Value>3</Value></Tag></Tags></TagResourceRequest>";
    assert_eq!(place.answer(control("POST", TAGS, tags).signed(&place.admin)).0, 204);
    let keys = ["a", "b"].map(|key| ("tagKeys".to_owned(), key.to_owned())).to_vec();
    place.ok(&Unsigned { query: keys, ..control("DELETE", TAGS, "") });
    let shown = place.ok(&control("GET", TAGS, ""));
    assert!(shown.contains("<Tags><Tag><Key>c</Key><Value>3</Value></Tag></Tags>"), "{shown}");
}

#[test]
fn what_is_not_emulated_is_told() {
    let place = Place::new();
    let access_point = control("PUT", "/v20180820/accesspoint/a", "<CreateAccessPointRequest/>");
    let (status, body) = place.answer(access_point.signed(&place.admin));
    assert_eq!((status, element(&body, "Code")), (501, "NotImplemented".to_owned()));
    assert!(body.contains("/v20180820/accesspoint/a of S3 Control is not emulated"), "{body}");
}
