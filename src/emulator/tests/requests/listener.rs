//! The door for other processes: the control route, and HTTP at its edges.

use std::net::SocketAddr;

use chrono::{DateTime, Utc};
use rolecall_emulator::{Emulator, Listener};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::place::{Place, start};
use crate::signer::Unsigned;

/// Serves in the background; `with` may change how.
pub(crate) async fn served(emulator: &Emulator, with: fn(Listener) -> Listener) -> SocketAddr {
    let listener = with(Listener::bind(emulator.clone(), 0).await.unwrap());
    let address = listener.address();
    tokio::spawn(listener.serve_until(std::future::pending()));
    address
}

/// What is answered to these bytes, to the end of the connection.
pub(crate) async fn raw(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A connection that is closed early may end in an error.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

/// Status and body of a control request with the token.
async fn control(place: &Place, address: SocketAddr, method: &str, path: &str, body: &str) -> (u16, Value) {
    let token = place.emulator.control_token().expose_secret();
    let length = body.len();
    let head = format!("{method} /_rolecall/{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
    let head = format!("{head}Authorization: Bearer {token}\r\nContent-Length: {length}\r\n\r\n");
    let answer = raw(address, &format!("{head}{body}")).await;
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap())
}

#[tokio::test]
async fn the_keys_of_all_accounts_are_behind_the_token() {
    let place = Place::new();
    let address = served(&place.emulator, |listener| listener).await;
    let (status, found) = control(&place, address, "GET", "accounts", "").await;
    assert_eq!(status, 200);
    let accounts = found["accounts"].as_array().unwrap();
    let ids: Vec<_> = accounts.iter().map(|account| account["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["111122223333", "444455556666"]);
    assert_eq!(accounts[0]["accessKeyId"], json!(place.admin.id));
    assert_eq!(accounts[0]["secretAccessKey"], json!(place.admin.secret));
    let head = "GET /_rolecall/accounts HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
    for authorization in ["", "Authorization: Bearer wrong\r\n"] {
        let answer = raw(address, &format!("{head}{authorization}\r\n")).await;
        assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
        assert!(!answer.contains(&place.admin.secret));
    }
}

#[tokio::test]
async fn a_reset_has_to_be_allowed() {
    let place = Place::new();
    let address = served(&place.emulator, |listener| listener).await;
    place.user("ann");
    let (status, answer) = control(&place, address, "POST", "reset", "").await;
    assert_eq!(status, 403);
    assert_eq!(answer["error"], "the server was started without `--allow-reset`");
    let users = Unsigned::form("iam", "Action=ListUsers&Version=2010-05-08", start());
    assert!(place.ok(&users).contains("<UserName>ann</UserName>"));
}

#[tokio::test]
async fn a_reset_makes_the_emulator_as_new() {
    let place = Place::new();
    let address = served(&place.emulator, Listener::allow_reset).await;
    let users = Unsigned::form("iam", "Action=ListUsers&Version=2010-05-08", start());
    let new = place.ok(&users);
    let session = place.session();
    control(&place, address, "POST", "clock/advance", r#"{"seconds": 60}"#).await;
    let (status, answer) = control(&place, address, "POST", "reset", "").await;
    assert_eq!(status, 200);
    assert_eq!(answer["now"].as_str().unwrap().parse::<DateTime<Utc>>().unwrap(), start());
    // The keys of the root users stay, all others are gone, and what follows is the same as the first time.
    assert_eq!(place.ok(&users), new);
    assert_eq!(place.code(users.signed(&session)), (403, "InvalidClientTokenId".to_owned()));
}

#[tokio::test]
async fn a_bucket_in_the_host_may_have_any_key() {
    let place = Place::new();
    let address = served(&place.emulator, |listener| listener).await;
    let request =
        |host: &str| format!("GET /_rolecall/health HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    let control = raw(address, &request("s3.us-east-1.amazonaws.com")).await;
    assert!(control.starts_with("HTTP/1.1 200 "), "{control}");
    let key = raw(address, &request("bucket.s3.us-east-1.amazonaws.com")).await;
    assert!(key.contains("<Code>NoSuchBucket</Code>"), "{key}");
}

#[tokio::test]
async fn http_at_its_edges() {
    let place = Place::new();
    let address = served(&place.emulator, |listener| listener).await;
    let ask = async |head: &str, rest: &str| {
        let close = "Host: localhost\r\nConnection: close\r\n";
        let answer = raw(address, &format!("{head}\r\n{close}{rest}")).await;
        answer.split("\r\n").next().unwrap().to_owned()
    };
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let chunks = format!(
        "{form}Transfer-Encoding: chunked\r\n\r\n23\r\nAction=ListUsers&Version=2010-05-08\r\n0\r\n\r\n"
    );
    assert_eq!(ask("POST / HTTP/1.1", &chunks).await, "HTTP/1.1 403 Forbidden");
    let expect = format!("{form}Expect: 100-continue\r\nContent-Length: 7\r\n\r\nAction=");
    assert_eq!(ask("POST / HTTP/1.1", &expect).await, "HTTP/1.1 100 Continue");
    assert_eq!(ask("HEAD /bucket/key HTTP/1.1", "\r\n").await, "HTTP/1.1 404 Not Found");
    assert_eq!(ask("GET /%FF HTTP/1.1", "\r\n").await, "HTTP/1.1 400 Bad Request");
    assert_eq!(ask("BREW / HTTP/1.1", "\r\n").await, "HTTP/1.1 405 Method Not Allowed");
    let large = format!("X-Large: {}\r\n\r\n", "x".repeat(20_000));
    assert_eq!(ask("GET / HTTP/1.1", &large).await, "HTTP/1.1 403 Forbidden");
    let huge = format!("X-Huge: {}\r\n\r\n", "x".repeat(1_000_000));
    assert_eq!(ask("GET / HTTP/1.1", &huge).await, "HTTP/1.1 431 Request Header Fields Too Large");
    let one = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let last = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let both = raw(address, &format!("{one}{last}")).await;
    assert_eq!(both.matches("HTTP/1.1 403 Forbidden").count(), 2, "{both}");
}

#[tokio::test]
async fn tokens_of_identity_providers_are_made_on_request() {
    let place = Place::new();
    let address = served(&place.emulator, |listener| listener).await;
    let ask = async |path: &str, body: Value| control(&place, address, "POST", path, &body.to_string()).await;
    let issuer = "https://example.com";
    let (status, found) =
        ask("tokens/web-identity", json!({ "issuer": issuer, "claims": { "sub": "x" } })).await;
    let token =
        place.emulator.web_identity_token(issuer, [("sub".to_owned(), json!("x"))].into_iter().collect());
    assert_eq!((status, found), (200, json!({ "token": token })));
    let (status, found) = ask("saml-metadata", json!({ "issuer": issuer })).await;
    assert_eq!((status, found), (200, json!({ "metadata": place.emulator.saml_metadata(issuer) })));
    let statement = json!({ "issuer": issuer, "subject": "ann", "sessionName": "ann", "roles": [], "attributes": { "a": ["b"] } });
    let (status, found) = ask("tokens/saml", statement).await;
    assert!(status == 200 && found["assertion"].as_str().unwrap().len() > 1000, "{found}");
    let (status, found) = ask("mfa-code", json!({ "serialNumber": "none" })).await;
    assert_eq!((status, found), (400, json!({ "error": "there is no MFA device `none`" })));
    let (status, found) = ask("tokens/web-identity", json!({ "issuer": issuer, "claim": {} })).await;
    assert!(status == 400 && found["error"].as_str().unwrap().contains("unknown field `claim`"), "{found}");
}
