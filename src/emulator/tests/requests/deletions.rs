//! Who may delete objects.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};

use crate::place::{Place, start};
use crate::signer::{Key, Unsigned};

const DENIED: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*",
    "Action":"s3:DeleteObjectVersion","Resource":"arn:aws:s3:::main/*"}}"#;

fn with(parameter: &str, method: &'static str, body: &str) -> Unsigned {
    let query = vec![(parameter.to_owned(), String::new())];
    Unsigned { query, ..Unsigned::s3(method, "/main", body, start()) }
}

fn place() -> Place {
    let place = Place::new();
    place.ok(&Unsigned::s3("PUT", "/main", "", start()));
    place.ok(&Unsigned::s3("PUT", "/main/k", "x", start()));
    place
}

/// Whether the key alone, and it in a list, may be deleted.
fn deletes(place: &Place, key: &Key) -> [bool; 2] {
    let body = "<Delete><Object><Key>k</Key></Object></Delete>";
    let md5 = vec![("content-md5".to_owned(), STANDARD.encode(Md5::digest(body)))];
    let many = Unsigned { more: md5, ..with("delete", "POST", body) };
    let (status, told) = place.answer(many.signed(key));
    assert_eq!(status, 200, "{told}");
    let one = place.answer(Unsigned::s3("DELETE", "/main/k", "", start()).signed(key)).0;
    [one == 204, told.contains("<Deleted>")]
}

#[test]
fn a_bucket_policy_that_denies_the_deletion_of_versions_keeps_objects_without_versions() {
    let place = place();
    let ann = place.user("ann");
    assert_eq!(deletes(&place, &ann), [true, true]);
    place.ok(&with("policy", "PUT", DENIED));
    assert_eq!(deletes(&place, &ann), [false, false]);
    place.ok(&with(
        "versioning",
        "PUT",
        "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
    ));
    assert_eq!(deletes(&place, &ann), [true, true]);
}

#[test]
fn an_identity_policy_that_denies_it_does_not() {
    let place = place();
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"},
        {"Effect":"Deny","Action":"s3:DeleteObjectVersion","Resource":"*"}]}"#;
    let ann = place.user_with("ann", Some(policy));
    assert_eq!(deletes(&place, &ann), [true, true]);
}
