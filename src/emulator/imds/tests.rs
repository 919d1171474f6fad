//! The metadata service, by its function and by its socket.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used, reason = "tests")]

use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::answer::Response;
use super::{
    CredentialsUnknown, ImdsServer, InstanceElsewhere, InstanceFacts, MetadataServer, Request,
    RoleCredentials, answer,
};
use crate::clock::Clock;
use crate::ec2::tests::{ACCOUNT, Lab};

const TOKEN: &str = "x-aws-ec2-metadata-token";
const TTL: &str = "x-aws-ec2-metadata-token-ttl-seconds";

type Headers<'a> = &'a [(&'a str, &'a str)];

impl Lab {
    fn ask(&mut self, id: &str, method: &str, path: &str, headers: Headers<'_>) -> Response {
        let headers: Vec<_> = headers.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let request = Request { method, path, headers: &headers };
        answer(&mut self.partition, id, &request, self.now).expect("a running instance")
    }

    fn token(&mut self, id: &str) -> String {
        let response = self.ask(id, "PUT", "/latest/api/token", &[(TTL, "21600")]);
        assert_eq!(response.status, 200);
        String::from_utf8(response.body).unwrap()
    }

    fn read(&mut self, id: &str, path: &str) -> (u16, String) {
        let token = self.token(id);
        let response = self.ask(id, "GET", path, &[(TOKEN, &token)]);
        (response.status, String::from_utf8(response.body).unwrap())
    }

    fn credentials(&mut self, id: &str, role: &str) -> Value {
        let (status, body) = self.read(id, &format!("/latest/meta-data/iam/security-credentials/{role}"));
        assert_eq!(status, 200);
        serde_json::from_str(&body).unwrap()
    }
}

#[test]
fn who_may_ask() {
    let mut lab = Lab::new();
    let strict = lab.launch_id(&json!({ "MetadataOptions": { "HttpTokens": "required" } }));
    let lax = lab.launch_id(&json!({}));
    let off = lab.launch_id(&json!({ "MetadataOptions": { "HttpEndpoint": "disabled" } }));
    let token = lab.token(&strict);
    let other = lab.token(&lax);
    let (put, get, api, id) = ("PUT", "GET", "/latest/api/token", "/latest/meta-data/instance-id");
    let forwarded = ("x-forwarded-for", "10.0.0.1");
    let cases: &[(&str, &str, &str, Headers<'_>, u16)] = &[
        (&strict, put, api, &[(TTL, "1")], 200),
        (&strict, put, api, &[(TTL, "21600")], 200),
        (&strict, put, api, &[(TTL, "0")], 400),
        (&strict, put, api, &[(TTL, "21601")], 400),
        (&strict, put, api, &[(TTL, "soon")], 400),
        (&strict, put, api, &[], 400),
        (&strict, put, api, &[(TTL, "60"), forwarded], 403),
        (&strict, get, api, &[(TTL, "60")], 405),
        (&strict, get, id, &[(TOKEN, &token)], 200),
        (&strict, get, id, &[(TOKEN, &other)], 401),
        (&strict, get, id, &[(TOKEN, "x")], 401),
        (&strict, get, id, &[], 401),
        (&strict, put, id, &[(TOKEN, &token)], 405),
        (&strict, get, "/latest/meta-data/nothing", &[(TOKEN, &token)], 404),
        (&lax, get, id, &[], 200),
        (&lax, get, id, &[(TOKEN, &token)], 401),
        (&off, put, api, &[(TTL, "60")], 403),
        (&off, get, id, &[], 403),
    ];
    for (instance, method, path, headers, expected) in cases {
        let response = lab.ask(instance, method, path, headers);
        assert_eq!(response.status, *expected, "{method} {path} {headers:?}");
    }
}

#[test]
fn a_token_expires_in_virtual_time() {
    let mut lab = Lab::new();
    let id = lab.launch_id(&json!({ "MetadataOptions": { "HttpTokens": "required" } }));
    let token = lab.ask(&id, "PUT", "/latest/api/token", &[(TTL, "60")]);
    let token = String::from_utf8(token.body).unwrap();
    for (later, expected) in [(59, 200), (1, 401)] {
        lab.now += TimeDelta::seconds(later);
        assert_eq!(lab.ask(&id, "GET", "/latest/meta-data/mac", &[(TOKEN, &token)]).status, expected);
    }
}

#[test]
fn what_an_instance_learns() {
    let mut lab = Lab::new();
    let tags = json!([{ "ResourceType": "instance", "Tags": [{ "Key": "Name", "Value": "Testing1" }] }]);
    let launched = lab.launch(&json!({
        "TagSpecifications": tags, "MetadataOptions": { "InstanceMetadataTags": "enabled" }, "UserData": "aGVsbG8=",
    }));
    let id = launched["InstanceId"].as_str().unwrap().to_owned();
    let of = |member: &str| launched[member].as_str().unwrap().to_owned();
    let cases = [
        ("instance-id", id.clone()),
        ("ami-id", of("ImageId")),
        ("instance-type", of("InstanceType")),
        ("local-ipv4", of("PrivateIpAddress")),
        ("local-hostname", of("PrivateDnsName")),
        ("public-ipv4", of("PublicIpAddress")),
        ("public-hostname", of("PublicDnsName")),
        ("placement/availability-zone", "us-east-1a".to_owned()),
        ("placement/region", "us-east-1".to_owned()),
        ("security-groups", "default".to_owned()),
        ("tags/instance/", "Name".to_owned()),
        ("tags/instance/Name", "Testing1".to_owned()),
        ("mac", launched["NetworkInterfaces"][0]["MacAddress"].as_str().unwrap().to_owned()),
    ];
    for (path, expected) in cases {
        assert_eq!(lab.read(&id, &format!("/latest/meta-data/{path}")), (200, expected), "{path}");
    }
    assert_eq!(lab.read(&id, "/latest/user-data"), (200, "hello".to_owned()));
    let (_, listing) = lab.read(&id, "/latest/meta-data/");
    assert!(listing.lines().all(|name| name != "iam/"), "{listing}");
    assert_eq!(lab.read(&id, "/latest/meta-data/iam/security-credentials/").0, 404);
    let (_, document) = lab.read(&id, "/latest/dynamic/instance-identity/document");
    let document: Value = serde_json::from_str(&document).unwrap();
    assert_eq!((&document["accountId"], &document["region"]), (&json!(ACCOUNT), &json!("us-east-1")));
}

#[test]
fn every_listed_entry_exists() {
    let mut lab = Lab::new();
    lab.profile("one");
    lab.ok("CreateKeyPair", &json!({ "KeyName": "k", "KeyType": "ed25519" }));
    let id = lab.launch_id(&json!({
        "IamInstanceProfile": { "Name": "one" }, "KeyName": "k", "UserData": "aGVsbG8=",
        "MetadataOptions": { "InstanceMetadataTags": "enabled" },
    }));
    let mut folders = vec!["/latest/".to_owned()];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        let (status, listing) = lab.read(&id, &folder);
        assert_eq!(status, 200, "{folder}");
        for name in listing.lines() {
            let name = name.split_once('=').map_or(name, |(number, _)| number);
            let path = format!("{folder}{name}");
            assert_eq!(lab.read(&id, &path).0, 200, "{path}");
            seen += 1;
            if name.ends_with('/') || ["dynamic", "meta-data"].contains(&name) {
                folders.push(format!("{}/", path.trim_end_matches('/')));
            }
        }
    }
    assert!(seen > 40, "{seen}");
}

#[test]
fn credentials_of_the_role() {
    let mut lab = Lab::new();
    let arn = lab.profile("main-role1");
    let id = lab.launch_id(&json!({ "IamInstanceProfile": { "Arn": arn } }));
    let folder = "/latest/meta-data/iam/security-credentials/";
    assert_eq!(lab.read(&id, folder), (200, "main-role1".to_owned()));
    let (_, info) = lab.read(&id, "/latest/meta-data/iam/info");
    let info: Value = serde_json::from_str(&info).unwrap();
    assert_eq!((&info["Code"], &info["InstanceProfileArn"]), (&json!("Success"), &json!(arn)));
    let first = lab.credentials(&id, "main-role1");
    assert_eq!((&first["Code"], &first["Type"]), (&json!("Success"), &json!("AWS-HMAC")));
    let key = first["AccessKeyId"].as_str().unwrap();
    assert!(lab.partition.credential(key).is_some());
    assert_eq!(lab.credentials(&id, "main-role1"), first);
    assert_eq!(lab.read(&id, &format!("{folder}other")).0, 404);

    lab.now = first["Expiration"].as_str().unwrap().parse().unwrap();
    lab.now -= TimeDelta::minutes(16);
    assert_eq!(lab.credentials(&id, "main-role1"), first);
    lab.now += TimeDelta::minutes(11);
    let second = lab.credentials(&id, "main-role1");
    assert_ne!(second["AccessKeyId"], first["AccessKeyId"]);
    assert!(second["Expiration"].as_str().unwrap() > first["Expiration"].as_str().unwrap());
}

#[test]
fn each_version_delivers_credentials_of_its_own() {
    let mut lab = Lab::new();
    lab.profile("one");
    let id = lab.launch_id(&json!({ "IamInstanceProfile": { "Name": "one" } }));
    let path = "/latest/meta-data/iam/security-credentials/one";
    let first = lab.ask(&id, "GET", path, &[]);
    let first: Value = serde_json::from_slice(&first.body).unwrap();
    let second = lab.credentials(&id, "one");
    assert_ne!(first["AccessKeyId"], second["AccessKeyId"]);
    assert_eq!(lab.credentials(&id, "one"), second);
    for (credentials, version) in [(first, "1.0"), (second, "2.0")] {
        let key = credentials["AccessKeyId"].as_str().unwrap();
        let delivered = lab.partition.ec2.imds.delivered(key).unwrap();
        assert_eq!(delivered.version.number(), version);
        assert_eq!(delivered.instance_arn, format!("arn:aws:ec2:us-east-1:{ACCOUNT}:instance/{id}"));
    }
    assert!(lab.partition.ec2.imds.delivered("AKIAROOTROOTROOTROOT").is_none());
}

#[test]
fn a_role_that_does_not_trust_ec2() {
    let mut lab = Lab::new();
    lab.profile("one");
    let id = lab.launch_id(&json!({ "IamInstanceProfile": { "Name": "one" } }));
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "Service": "lambda.amazonaws.com" }, "Action": "sts:AssumeRole",
    }] });
    let trust = json!({ "RoleName": "one", "PolicyDocument": trust.to_string() });
    lab.ok("UpdateAssumeRolePolicy", &trust);
    assert_eq!(lab.credentials(&id, "one")["Code"], "AssumeRoleUnauthorizedAccess");
}

#[test]
fn a_profile_that_is_taken_away() {
    let mut lab = Lab::new();
    lab.profile("one");
    let id = lab.launch_id(&json!({ "IamInstanceProfile": { "Name": "one" } }));
    let both = json!({ "InstanceProfileName": "one", "RoleName": "one" });
    lab.ok("RemoveRoleFromInstanceProfile", &both);
    assert_eq!(lab.read(&id, "/latest/meta-data/iam/security-credentials/").0, 404);
    lab.ok("AddRoleToInstanceProfile", &both);
    let association = lab.ok("DescribeIamInstanceProfileAssociations", &json!({}));
    let association = &association["IamInstanceProfileAssociations"][0]["AssociationId"];
    lab.ok("DisassociateIamInstanceProfile", &json!({ "AssociationId": association }));
    assert_eq!(lab.read(&id, "/latest/meta-data/iam/info").0, 404);
}

#[tokio::test]
async fn over_a_socket() {
    let mut lab = Lab::new();
    let id = lab.launch_id(&json!({}));
    let other = lab.launch_id(&json!({}));
    let now = lab.now;
    let clock = Clock::over(move || now);
    let stop = json!({ "InstanceIds": [id] });
    let Lab { partition, .. } = std::mem::replace(&mut lab, Lab::new());
    let partition = Arc::new(Mutex::new(partition));
    let (address, guard) = ImdsServer::start(Arc::clone(&partition), clock.clone(), &id).unwrap();
    let (second, _second_guard) = ImdsServer::start(Arc::clone(&partition), clock, &other).unwrap();
    let ask = async |address, head: &str| {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        stream.write_all(format!("{head}\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        // A connection that is closed without an answer may end in an error.
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8(answer).unwrap()
    };
    let token = format!("PUT /latest/api/token HTTP/1.1\r\nContent-Length: 0\r\n{TTL}: 60");
    let answer = ask(address, &token).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    let token = answer.rsplit("\r\n").next().unwrap();
    let head = format!("GET /latest/meta-data/instance-id HTTP/1.1\r\n{TOKEN}: {token}");
    assert!(ask(address, &head).await.ends_with(&id));
    assert!(ask(second, &head).await.starts_with("HTTP/1.1 401 "));

    std::mem::swap(&mut lab.partition, &mut partition.lock().unwrap());
    lab.ok("StopInstances", &stop);
    std::mem::swap(&mut lab.partition, &mut partition.lock().unwrap());
    assert_eq!(ask(address, &head).await, "");
    drop(guard);
}

/// An instance of another AWS, whose facts and credentials a test sets.
#[derive(Clone)]
struct Foreign(Arc<Mutex<ForeignState>>);

struct ForeignState {
    facts: Option<InstanceFacts>,
    answers: Vec<Result<Option<RoleCredentials>, CredentialsUnknown>>,
}

impl InstanceElsewhere for Foreign {
    async fn facts(&self) -> Option<InstanceFacts> {
        self.0.lock().unwrap().facts.clone()
    }

    async fn credentials(&self, role: &str) -> Result<Option<RoleCredentials>, CredentialsUnknown> {
        assert_eq!(role, "main-role1");
        self.0.lock().unwrap().answers.remove(0)
    }
}

#[tokio::test]
async fn an_instance_elsewhere() {
    let mut lab = Lab::new();
    let arn = lab.profile("main-role1");
    let id = lab.launch_id(&json!({
        "IamInstanceProfile": { "Arn": arn }, "MetadataOptions": { "HttpTokens": "required" },
    }));
    let (place, instance) = lab.partition.ec2.find(&id).unwrap();
    let facts = InstanceFacts::of(&lab.partition, place, instance);
    let now = lab.now;
    let of_hours = |name: &str, hours| RoleCredentials {
        access_key_id: name.to_owned(),
        secret: "a secret".into(),
        session_token: "a session token".into(),
        expires: now + TimeDelta::hours(hours),
    };
    let answers = vec![
        Err(CredentialsUnknown("connection refused".to_owned())),
        Ok(None),
        Ok(Some(of_hours("ASIAONE", 1))),
        Ok(Some(of_hours("ASIATWO", 2))),
    ];
    let foreign = Foreign(Arc::new(Mutex::new(ForeignState { facts: Some(facts), answers })));
    let clock = Clock::over(move || now);
    let server = MetadataServer::start(foreign.clone(), clock.clone(), b"seed").unwrap();
    let address = server.address();
    let ask = |method: &'static str, path: &'static str, header: String| async move {
        let head = format!("{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{header}\r\n\r\n");
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        // A connection that is closed without an answer may end in an error.
        let _ = stream.read_to_end(&mut answer).await;
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
        (head.split(' ').nth(1).unwrap_or_default().to_owned(), body.to_owned())
    };
    let role = "/latest/meta-data/iam/security-credentials/main-role1";
    let folder = "/latest/meta-data/iam/security-credentials/";
    let code = |body: &str| serde_json::from_str::<Value>(body).unwrap()["Code"].clone();

    assert_eq!(ask("GET", role, "X: y".to_owned()).await.0, "401");
    let (status, token) = ask("PUT", "/latest/api/token", format!("Content-Length: 0\r\n{TTL}: 21600")).await;
    assert_eq!(status, "200");
    let token = format!("{TOKEN}: {token}");
    assert_eq!(ask("GET", folder, token.clone()).await, ("200".to_owned(), "main-role1".to_owned()));
    let (_, document) = ask("GET", "/latest/dynamic/instance-identity/document", token.clone()).await;
    assert_eq!(serde_json::from_str::<Value>(&document).unwrap()["instanceId"], json!(id));

    assert_eq!(ask("GET", role, token.clone()).await.0, "500");
    assert_eq!(code(&ask("GET", role, token.clone()).await.1), json!("AssumeRoleUnauthorizedAccess"));
    let first = ask("GET", role, token.clone()).await.1;
    let document: Value = serde_json::from_str(&first).unwrap();
    let expires = (now + TimeDelta::hours(1)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    for (member, expected) in [
        ("Code", "Success"),
        ("AccessKeyId", "ASIAONE"),
        ("SecretAccessKey", "a secret"),
        ("Token", "a session token"),
        ("Expiration", &expires),
    ] {
        assert_eq!(document[member], json!(expected), "{member}");
    }
    clock.advance(std::time::Duration::from_secs(44 * 60));
    assert_eq!(ask("GET", role, token.clone()).await.1, first);
    clock.advance(std::time::Duration::from_secs(60));
    let second: Value = serde_json::from_str(&ask("GET", role, token.clone()).await.1).unwrap();
    assert_eq!(second["AccessKeyId"], json!("ASIATWO"));

    foreign.0.lock().unwrap().facts.as_mut().unwrap().profile = None;
    assert_eq!(ask("GET", role, token.clone()).await.0, "404");
    foreign.0.lock().unwrap().facts = None;
    assert_eq!(ask("GET", role, token).await, (String::new(), String::new()));
}
