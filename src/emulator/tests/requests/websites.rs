//! What anybody sees of a bucket at its website endpoint.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteHosting.html>

use bytes::Bytes;
use rolecall_emulator::Peer;

use crate::place::{Place, start};
use crate::signer::Unsigned;

const HOST: &str = "site.s3-website-us-east-1.amazonaws.com";
const PUBLIC: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject",
    "Resource":"arn:aws:s3:::site/*"}}"#;
const DOCUMENTS: &str = "<IndexDocument><Suffix>index.html</Suffix></IndexDocument>\
                         <ErrorDocument><Key>error.html</Key></ErrorDocument>";

/// A request to the bucket, about one of its configurations or none.
fn bucket(method: &'static str, about: &str, body: &str) -> Unsigned {
    let query = Some((about.to_owned(), String::new())).filter(|_| !about.is_empty());
    Unsigned { query: Vec::from_iter(query), ..Unsigned::s3(method, "/site", body, start()) }
}

fn configure(place: &Place, members: &str) {
    let namespace = "http://s3.amazonaws.com/doc/2006-03-01/";
    let document = format!("<WebsiteConfiguration xmlns=\"{namespace}\">{members}</WebsiteConfiguration>");
    place.ok(&bucket("PUT", "website", &document));
}

/// A public bucket with pages.
fn site() -> Place {
    let place = Place::new();
    place.ok(&bucket("PUT", "", ""));
    place.ok(&bucket("DELETE", "publicAccessBlock", ""));
    place.ok(&bucket("PUT", "policy", PUBLIC));
    for path in ["/site/index.html", "/site/error.html", "/site/docs/index.html", "/site/a%20b.html"] {
        place.ok(&Unsigned::s3("PUT", path, &format!("<p>{path}</p>"), start()));
    }
    place
}

/// Status, place to go to, body.
#[track_caller]
fn visit(place: &Place, method: &str, host: &str, path: &str) -> (u16, String, String) {
    let request = http::Request::builder().method(method).uri(path).header("host", host);
    let request = request.header("referer", "https://other.example/").body(Bytes::new()).unwrap();
    let response = place.emulator.handle(request, Peer::in_process());
    let location = response.headers().get("location").map(|value| value.to_str().unwrap().to_owned());
    let body = String::from_utf8(response.body().to_vec()).unwrap();
    (response.status().as_u16(), location.unwrap_or_default(), body)
}

#[track_caller]
fn check(place: &Place, path: &str, status: u16, rest: &str) {
    let (found, location, body) = visit(place, "GET", HOST, path);
    assert_eq!((found, location + &body), (status, rest.to_owned()), "{path}");
}

/// The page of an error, without the ids.
#[track_caller]
fn check_page(place: &Place, method: &str, host: &str, items: &[&str]) {
    let (_, _, body) = visit(place, method, host, "/nothing");
    let found: Vec<&str> = body
        .lines()
        .filter_map(|line| line.strip_prefix("<li>")?.strip_suffix("</li>"))
        .filter(|item| !item.starts_with("RequestId") && !item.starts_with("HostId"))
        .collect();
    assert_eq!(found, items, "{body}");
}

#[test]
fn documents_stand_for_folders_and_errors() {
    let place = site();
    configure(&place, DOCUMENTS);
    check(&place, "/", 200, "<p>/site/index.html</p>");
    check(&place, "/a%20b.html", 200, "<p>/site/a%20b.html</p>");
    check(&place, "/docs/", 200, "<p>/site/docs/index.html</p>");
    check(&place, "/docs", 302, "/docs/");
    // Nobody may list the bucket, so nobody learns that there is nothing.
    check(&place, "/nothing", 403, "<p>/site/error.html</p>");
    check(&place, "/nothing/", 403, "<p>/site/error.html</p>");
    let listable = PUBLIC.replace("\"s3:GetObject\"", "[\"s3:GetObject\",\"s3:ListBucket\"]");
    let listable =
        listable.replace("\"arn:aws:s3:::site/*\"", "[\"arn:aws:s3:::site/*\",\"arn:aws:s3:::site\"]");
    place.ok(&bucket("PUT", "policy", &listable));
    check(&place, "/nothing", 404, "<p>/site/error.html</p>");
    let (status, _, body) = visit(&place, "HEAD", HOST, "/");
    assert_eq!((status, body), (200, String::new()));
    let (status, _, body) = visit(&place, "GET", "site.s3-website.localhost:4566", "/docs/");
    assert_eq!((status, body), (200, "<p>/site/docs/index.html</p>".to_owned()));
}

#[test]
fn what_is_not_public_is_not_shown() {
    let place = site();
    configure(&place, DOCUMENTS);
    let guarded = PUBLIC.replace(
        "\"Resource\"",
        "\"Condition\":{\"StringNotLike\":{\"aws:Referer\":\"https://other.example/*\"}},\"Resource\"",
    );
    place.ok(&bucket("PUT", "policy", &guarded));
    check_page(
        &place,
        "GET",
        HOST,
        &["Code: AccessDenied", "Message: Access Denied", "Code: AccessDenied", "Message: Access Denied"],
    );
    let (status, _, body) = visit(&place, "GET", HOST, "/");
    assert_eq!(status, 403);
    assert!(body.contains("<title>403 Forbidden</title>"), "{body}");
    let decided = visit(&place, "GET", HOST, "/docs");
    assert_eq!(decided.0, 403, "the folder's document is not told of");
}

#[test]
fn errors_are_pages() {
    let place = site();
    let missing = "Message: The specified bucket does not have a website configuration";
    check_page(&place, "GET", HOST, &["Code: NoSuchWebsiteConfiguration", missing, "BucketName: site"]);
    configure(&place, DOCUMENTS);
    let refused = "Message: The specified method is not allowed against this resource.";
    for method in ["POST", "DELETE", "PUT"] {
        let named = format!("Method: {method}");
        check_page(
            &place,
            method,
            HOST,
            &["Code: MethodNotAllowed", refused, &named, "ResourceType: OBJECT"],
        );
    }
    let nowhere = "Message: The specified bucket does not exist";
    let other = "none.s3-website-us-east-1.amazonaws.com";
    check_page(&place, "GET", other, &["Code: NoSuchBucket", nowhere, "BucketName: none"]);
    let (status, _, body) = visit(&place, "GET", "site.s3-website.eu-central-1.amazonaws.com", "/");
    assert_eq!(status, 400);
    assert!(body.contains("<li>Code: IncorrectEndpoint</li>"), "{body}");
}

#[test]
fn requests_are_sent_elsewhere() {
    let place = site();
    let rule = |condition: &str, redirect: &str| {
        format!(
            "<RoutingRule><Condition>{condition}</Condition><Redirect>{redirect}</Redirect></RoutingRule>"
        )
    };
    let prefix = |prefix: &str| format!("<KeyPrefixEquals>{prefix}</KeyPrefixEquals>");
    let rules = [
        rule(&prefix("host/"), "<HostName>other.example</HostName>"),
        rule(&prefix("old/"), "<ReplaceKeyPrefixWith>docs/</ReplaceKeyPrefixWith>"),
        rule(&prefix("tls/"), "<Protocol>https</Protocol><HttpRedirectCode>307</HttpRedirectCode>"),
        rule(&prefix("index"), "<ReplaceKeyWith>a b.html</ReplaceKeyWith>"),
        rule(
            "<HttpErrorCodeReturnedEquals>403</HttpErrorCodeReturnedEquals>",
            "<ReplaceKeyPrefixWith>report-403/</ReplaceKeyPrefixWith>",
        ),
    ];
    configure(&place, &format!("{DOCUMENTS}<RoutingRules>{}</RoutingRules>", rules.concat()));
    let own = format!("http://{HOST}");
    check(&place, "/host/k", 301, "http://other.example/host/k");
    check(&place, "/old/index.html", 301, &format!("{own}/docs/index.html"));
    check(&place, "/tls/k", 307, &format!("https://{HOST}/tls/k"));
    check(&place, "/index.html", 301, &format!("{own}/a%20b.html"));
    check(&place, "/nothing", 301, &format!("{own}/report-403/nothing"));
    // The document for a folder is no request for it.
    check(&place, "/", 200, "<p>/site/index.html</p>");
    configure(
        &place,
        "<RedirectAllRequestsTo><HostName>new.example</HostName><Protocol>https</Protocol></RedirectAllRequestsTo>",
    );
    check(&place, "/a/b", 301, "https://new.example/a/b");
}

#[test]
fn objects_send_elsewhere() {
    let place = site();
    configure(&place, DOCUMENTS);
    let location = ("x-amz-website-redirect-location".to_owned(), "/docs/index.html".to_owned());
    place.ok(&Unsigned { more: vec![location], ..Unsigned::s3("PUT", "/site/error.html", "moved", start()) });
    check(&place, "/error.html", 301, "/docs/index.html");
    check(&place, "/nothing", 301, "/docs/index.html");
}

#[test]
fn codes_are_checked() {
    let place = site();
    let refused = |rule: &str| {
        let rule = format!("{DOCUMENTS}<RoutingRules><RoutingRule>{rule}</RoutingRule></RoutingRules>");
        let document = format!("<WebsiteConfiguration>{rule}</WebsiteConfiguration>");
        place.code(bucket("PUT", "website", &document).signed(&place.admin))
    };
    let invalid = (400, "InvalidRequest".to_owned());
    let to = |code: &str| format!("<Redirect><HttpRedirectCode>{code}</HttpRedirectCode></Redirect>");
    assert_eq!(refused(&to("300")), invalid);
    assert_eq!(refused(&to("200")), invalid);
    assert_eq!(refused(&to("302")), (200, String::new()));
    let on = |code: &str| {
        let condition = format!("<HttpErrorCodeReturnedEquals>{code}</HttpErrorCodeReturnedEquals>");
        format!("<Condition>{condition}</Condition>{}", to("302"))
    };
    assert_eq!(refused(&on("302")), invalid);
    assert_eq!(refused(&on("404")), (200, String::new()));
}
