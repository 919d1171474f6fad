//! Buckets that browsers ask across origins, and objects whose keys are KMS's.

use http::header::{HeaderName, HeaderValue};

use crate::place::{Place, element, start};
use crate::signer::Unsigned;

const CORS: &str = "<CORSConfiguration><CORSRule><AllowedOrigin>https://*.example</AllowedOrigin>\
                    <AllowedMethod>GET</AllowedMethod><AllowedHeader>x-amz-*</AllowedHeader>\
                    <MaxAgeSeconds>30</MaxAgeSeconds></CORSRule></CORSConfiguration>";

fn configuration(name: &str, body: &str) -> Unsigned {
    Unsigned { query: vec![(name.to_owned(), String::new())], ..Unsigned::s3("PUT", "/main", body, start()) }
}

/// Status and headers of a request to `/main/k`, sent by a page.
fn asked(place: &Place, method: &'static str, headers: &[(&'static str, &str)]) -> (u16, http::HeaderMap) {
    let mut request = Unsigned::s3(method, "/main/k", "", start()).bare();
    for (name, value) in headers {
        request.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
    }
    let response = place.emulator.handle(request, rolecall_emulator::Peer::in_process());
    (response.status().as_u16(), response.headers().clone())
}

#[test]
fn preflights_are_answered_by_the_rules_of_the_bucket() {
    let place = Place::new();
    place.ok(&Unsigned::s3("PUT", "/main", "", start()));
    let page = ("origin", "https://www.example");
    let get = ("access-control-request-method", "GET");
    assert_eq!(asked(&place, "OPTIONS", &[]).0, 400);
    assert_eq!(asked(&place, "OPTIONS", &[page, get]).0, 403, "there are no rules yet");
    place.ok(&configuration("cors", CORS));
    let (status, headers) =
        asked(&place, "OPTIONS", &[page, get, ("access-control-request-headers", "X-Amz-Date, x-amz-acl")]);
    assert_eq!(status, 200);
    for (name, value) in [
        ("access-control-allow-origin", "https://www.example"),
        ("access-control-allow-methods", "GET"),
        ("access-control-allow-headers", "x-amz-date, x-amz-acl"),
        ("access-control-allow-credentials", "true"),
        ("access-control-max-age", "30"),
        ("vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"),
    ] {
        assert_eq!(headers.get(name).unwrap(), value, "{name}");
    }
    assert_eq!(asked(&place, "OPTIONS", &[page, ("access-control-request-method", "PUT")]).0, 403);
    assert_eq!(asked(&place, "OPTIONS", &[page, get, ("access-control-request-headers", "range")]).0, 403);
    assert_eq!(asked(&place, "OPTIONS", &[("origin", "https://example.org"), get]).0, 403);
    // A refusal is told to the page, too.
    let (status, headers) = asked(&place, "GET", &[page]);
    assert_eq!(
        (status, headers.get("access-control-allow-origin").unwrap().to_str().unwrap()),
        (403, page.1)
    );
    assert!(!asked(&place, "GET", &[]).1.contains_key("access-control-allow-origin"));
}

#[test]
fn objects_need_their_keys() {
    let place = Place::new();
    place.ok(&Unsigned::s3("PUT", "/main", "", start()));
    let made = place.ok(&Unsigned::json("kms", "TrentService.CreateKey", "{}", start()));
    let made: serde_json::Value = serde_json::from_str(&made).unwrap();
    let arn = made["KeyMetadata"]["Arn"].as_str().unwrap();
    let rule = format!(
        "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms\
         </SSEAlgorithm><KMSMasterKeyID>{arn}</KMSMasterKeyID></ApplyServerSideEncryptionByDefault></Rule>\
         </ServerSideEncryptionConfiguration>"
    );
    place.ok(&configuration("encryption", &rule));
    let user = |name: &str, actions: &str| {
        let policy = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":{actions},"Resource":"*"}}}}"#
        );
        place.user_with(name, Some(&policy))
    };
    let storing = user("storing", r#""s3:*""#);
    let writing = user("writing", r#"["s3:*","kms:GenerateDataKey"]"#);
    let reading = user("reading", r#"["s3:*","kms:Decrypt"]"#);
    let put = Unsigned::s3("PUT", "/main/k", "x", start());
    let get = Unsigned::s3("GET", "/main/k", "", start());
    let (status, body) = place.answer(put.signed(&storing));
    assert_eq!((status, element(&body, "Code").as_str()), (403, "AccessDenied"));
    assert!(element(&body, "Message").contains("kms:GenerateDataKey"), "{body}");
    assert_eq!(place.code(put.signed(&reading)).0, 403);
    assert_eq!(place.code(put.signed(&writing)).0, 200);
    assert_eq!(place.code(get.signed(&writing)).0, 403);
    assert_eq!(place.code(get.signed(&reading)).0, 200);
    // The key that AWS manages is for everybody in the account, through S3.
    let managed = rule.replace(&format!("<KMSMasterKeyID>{arn}</KMSMasterKeyID>"), "");
    place.ok(&configuration("encryption", &managed));
    assert_eq!(place.code(put.signed(&storing)).0, 200);
    assert_eq!(place.code(get.signed(&storing)).0, 200);
}
