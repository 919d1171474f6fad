//! Every operation that is served, called once and more, with the members of its answers: none that AWS sends is lost, and
//! none is sent empty that AWS leaves out.
//!
//! The stories are files. A line that begins with `>` is a request, as its service writes it; the lines below it are the
//! members that the answer has, without their values and with lists as one of their items. `~Name~` in a request is the
//! value that the newest answer with a member `Name` had, and `$name` a text of `TEXTS`. What an answer should have was
//! compared with the output shapes and examples of the API references, and with answers recorded on AWS.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use md5::{Digest, Md5};
use quick_xml::events::Event;
use rolecall_emulator::{Peer, SamlStatement};
use serde_json::{Value, json};

use crate::place::{EVERYTHING, Place, TRUST, form, start};
use crate::run_command;
use crate::signer::{Key, Unsigned};

#[test]
fn iam_and_sts_send_the_members_that_aws_sends() {
    check("iam.txt", include_str!("members/iam.txt"));
}

#[test]
fn s3_sends_the_members_that_aws_sends() {
    check("s3.txt", include_str!("members/s3.txt"));
}

#[test]
fn organizations_send_the_members_that_aws_sends() {
    check("organizations.txt", include_str!("members/organizations.txt"));
}

#[test]
fn kms_and_run_command_send_the_members_that_aws_sends() {
    let mut teller = Teller::new();
    let instance = teller.place.instance(EVERYTHING);
    teller.values.insert("InstanceId".to_owned(), instance);
    tell(teller, "kms_and_ssm.txt", include_str!("members/kms_and_ssm.txt"));
}

/// What the model of a service has and no story asks for must be answered that it is not emulated.
#[test]
fn every_operation_that_is_served_is_in_a_story() {
    let elsewhere = [
        // It needs a denial of EC2: `authorization_messages.rs`.
        "DecodeAuthorizationMessage",
        // It is only decided: `operations.rs`.
        "SelectObjectContent",
        // Their host names tell them from other requests.
        "ListDirectoryBuckets",
        "WriteGetObjectResponse",
    ];
    let stories = [
        include_str!("members/iam.txt"),
        include_str!("members/organizations.txt"),
        include_str!("members/kms_and_ssm.txt"),
        include_str!("members/s3.txt"),
    ];
    let asked = stories.iter().flat_map(|story| story.lines()).filter_map(|line| line.strip_prefix("> "));
    let told: BTreeSet<&str> = asked.filter_map(|request| request.split(' ').nth(1)).collect();
    let teller = Teller::new();
    for (service, model) in [
        ("iam", include_str!("../../models/iam.json")),
        ("sts", include_str!("../../models/sts.json")),
        ("organizations", include_str!("../../models/organizations.json")),
        ("ssm", include_str!("../../models/ssm.json")),
        ("s3", include_str!("../../models/s3.json")),
    ] {
        let model: Value = serde_json::from_str(model).unwrap();
        for (operation, about) in model["operations"].as_object().unwrap() {
            if told.contains(operation.as_str()) || elsewhere.contains(&operation.as_str()) {
                continue;
            }
            let http = |member: &str| about["http"][member].as_str().unwrap();
            let uri = http("requestUri").replace("{Bucket}", "bucket").replace("{Key+}", "key");
            let input = match service {
                "s3" => format!("{} {uri}", http("method")),
                _ => String::new(),
            };
            let request = teller.request(service, operation, &input).signed(&teller.place.admin);
            let (status, body) = teller.place.answer(request);
            assert_eq!(status, 501, "{operation} is served, and in no story: {body}");
        }
    }
}

#[track_caller]
fn check(file: &str, story: &str) {
    tell(Teller::new(), file, story);
}

#[track_caller]
fn tell(mut teller: Teller, file: &str, story: &str) {
    let told: String = story.lines().map(|line| teller.tell(line)).collect();
    let mut request = "";
    for (expected, found) in story.lines().zip(told.lines()) {
        if expected.starts_with('>') {
            request = expected;
        }
        assert_eq!(found, expected, "in {file}, the answer of {request}");
    }
    assert_eq!(told.lines().count(), story.lines().count(), "lines of {file}");
}

/// Who makes a story's requests.
struct Teller {
    place: Place,
    keys: BTreeMap<String, Key>,
    values: BTreeMap<String, String>,
}

impl Teller {
    fn new() -> Self {
        let place = run_command::place();
        let (admin, other) = (place.admin.clone(), place.administrator("444455556666"));
        let keys = [("nobody", Key::default()), ("admin", admin), ("other", other)];
        let keys = keys.into_iter().map(|(name, key)| (name.to_owned(), key)).collect();
        Self { place, keys, values: BTreeMap::new() }
    }

    /// The line as it should stand in the story; after a request, with what was answered. Lines of answers are left out,
    /// because they come with their requests.
    #[track_caller]
    fn tell(&mut self, line: &str) -> String {
        if let Some(request) = line.strip_prefix("> ") {
            return format!("{line}\n{}", self.ask(request));
        }
        if let Some(name) = line.strip_prefix("keep ") {
            let value = |name: &str| self.values.get(name).cloned();
            let (id, secret) = (value("AccessKeyId").unwrap(), value("SecretAccessKey").unwrap());
            self.keys.insert(name.to_owned(), Key { id, secret, token: value("SessionToken") });
        }
        if let Some((name, member)) = line.strip_prefix("keep-as ").and_then(|rest| rest.split_once(' ')) {
            self.values.insert(name.to_owned(), self.values[member].clone());
        }
        if let Some(seconds) = line.strip_prefix("wait ") {
            self.place.emulator.clock().advance(Duration::from_secs(seconds.parse().unwrap()));
        }
        if line.starts_with(' ') { String::new() } else { format!("{line}\n") }
    }

    #[track_caller]
    fn ask(&mut self, request: &str) -> String {
        let (who, rest) = request.split_once(' ').unwrap();
        let (service, who) = who.split_once('@').unwrap_or((who, "admin"));
        let (operation, input) = rest.split_once(' ').unwrap_or((rest, ""));
        let unsigned = self.request(service, operation, input);
        let key = &self.keys[who];
        let signed = if key.id.is_empty() { unsigned.bare() } else { unsigned.signed(key) };
        let response = self.place.emulator.handle(signed, Peer::in_process());
        let body = String::from_utf8(response.body().to_vec()).unwrap();
        assert!(response.status().is_success(), "{request}: {} {body}", response.status());
        let answer = Answer::read(response.headers(), &body);
        self.values.remove("SessionToken");
        self.values.extend(answer.values.clone());
        answer.to_string()
    }

    fn request(&self, service: &str, operation: &str, input: &str) -> Unsigned {
        let json = |service, target: &str| {
            Unsigned::json(service, &format!("{target}.{operation}"), &self.filled(input), start())
        };
        match service {
            "iam" => self.form("iam", "2010-05-08", operation, input),
            "sts" => self.form("sts", "2011-06-15", operation, input),
            "ec2" => self.form("ec2", "2016-11-15", operation, input),
            "organizations" => json("organizations", "AWSOrganizationsV20161128"),
            "kms" => json("kms", "TrentService"),
            "ssm" => json("ssm", "AmazonSSM"),
            "s3" => self.s3(input),
            other => panic!("no service has the name `{other}`"),
        }
    }

    /// `Name=value` apart by spaces, as a form.
    fn form(&self, service: &'static str, version: &str, operation: &str, input: &str) -> Unsigned {
        let pairs = input.split_whitespace().map(|pair| {
            let (name, value) = pair.split_once('=').unwrap();
            format!("&{name}={}", form(&self.filled(value)))
        });
        let body = format!("Action={operation}&Version={version}{}", pairs.collect::<String>());
        Unsigned::form(service, body, start())
    }

    /// Method, path with its query, headers as `name:value` (that of MD5 is computed), and whatever follows as the body.
    fn s3(&self, input: &str) -> Unsigned {
        let input = self.filled(input);
        let (method, rest) = input.split_once(' ').unwrap();
        let (target, mut rest) = rest.split_once(' ').unwrap_or((rest, ""));
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let pair = |text: &str, between| {
            let (name, value) = text.split_once(between).unwrap_or((text, ""));
            (name.to_owned(), value.to_owned())
        };
        let mut more = Vec::new();
        while !rest.starts_with(['<', '{']) && rest.split(' ').next().unwrap_or_default().contains(':') {
            let (header, after) = rest.split_once(' ').unwrap_or((rest, ""));
            more.push(pair(header, ':'));
            rest = after;
        }
        for (_, value) in more.iter_mut().filter(|(name, _)| name == "content-md5") {
            *value = STANDARD.encode(Md5::digest(rest));
        }
        let is_control = path.starts_with("/v20180820/");
        Unsigned {
            query: query.split('&').filter(|text| !text.is_empty()).map(|text| pair(text, '=')).collect(),
            more,
            account: is_control.then_some("111122223333"),
            ..Unsigned::s3(method.to_owned().leak(), path.to_owned().leak(), rest, start())
        }
    }

    /// The text with what `~Name~` and `$name` stand for.
    #[track_caller]
    fn filled(&self, text: &str) -> String {
        let mut filled = text.to_owned();
        while let Some((before, (name, after))) =
            filled.split_once('~').and_then(|(before, rest)| Some((before, rest.split_once('~')?)))
        {
            let value = self.values.get(name).unwrap_or_else(|| panic!("no answer had `{name}`"));
            filled = format!("{before}{value}{after}");
        }
        match filled.strip_prefix('$') {
            Some(name) => self.text(name),
            None => filled,
        }
    }

    fn text(&self, name: &str) -> String {
        let emulator = &self.place.emulator;
        let claims = json!({ "aud": "sts.amazonaws.com", "sub": "someone" });
        match name {
            "everything" => EVERYTHING.to_owned(),
            "trust" => TRUST.to_owned(),
            "ec2-trust" => {
                TRUST.replace(r#""AWS":"arn:aws:iam::111122223333:root""#, r#""Service":"ec2.amazonaws.com""#)
            }
            "web-trust" => web_trust(),
            "certificate" => CERTIFICATE.to_owned(),
            "private-key" => PRIVATE_KEY.to_owned(),
            "ssh-key" => SSH_KEY.to_owned(),
            "saml-metadata" => emulator.saml_metadata(IDP),
            "saml-assertion" => emulator.saml_response(&statement()).unwrap(),
            "web-token" => emulator.web_identity_token(ISSUER, claims.as_object().unwrap().clone()),
            // A device's codes are good once, and for half a minute.
            "code" => {
                emulator.clock().advance(Duration::from_secs(30));
                emulator.mfa_code(&self.values["SerialNumber"]).unwrap()
            }
            other => panic!("no text has the name `{other}`"),
        }
    }
}

/// What an answer is made of, and the values that are kept of it.
#[derive(Default)]
struct Answer {
    members: BTreeSet<String>,
    values: BTreeMap<String, String>,
}

impl Answer {
    fn read(headers: &HeaderMap, body: &str) -> Self {
        let mut answer = Self::default();
        let told = |name: &str| {
            name.starts_with("x-amz-") && !name.ends_with("request-id") && name != "x-amz-id-2"
                || matches!(name, "accept-ranges" | "etag" | "last-modified" | "location")
        };
        for (name, value) in headers.iter().filter(|(name, _)| told(name.as_str())) {
            answer.add(&[format!("@{name}")], value.to_str().unwrap());
        }
        match body.as_bytes().first() {
            Some(b'<') => answer.read_xml(body),
            Some(b'{') => answer.read_json(&mut Vec::new(), &serde_json::from_str(body).unwrap()),
            _ => {}
        }
        answer
    }

    fn add(&mut self, path: &[String], text: &str) {
        let Some(name) = path.last() else { return };
        self.members.insert(path.join("."));
        self.values.insert(name.clone(), text.to_owned());
        self.values.insert(path.join("."), text.to_owned());
    }

    fn read_xml(&mut self, body: &str) {
        let mut reader = quick_xml::Reader::from_str(body);
        let (mut path, mut text, mut is_leaf) = (Vec::<String>::new(), String::new(), true);
        loop {
            match reader.read_event().unwrap() {
                Event::Start(start) => {
                    let name = start.name().as_ref().to_owned();
                    path.push(name);
                    (text, is_leaf) = (String::new(), true);
                }
                Event::Empty(empty) => {
                    path.push(empty.name().as_ref().to_owned());
                    self.add(path.get(1..).unwrap_or_default(), "");
                    path.pop();
                    is_leaf = false;
                }
                Event::Text(found) => text.push_str(found.as_ref()),
                Event::End(_) => {
                    if is_leaf && path.len() > 1 {
                        self.add(&path[1..], &text);
                    }
                    path.pop();
                    is_leaf = false;
                }
                Event::Eof => break,
                _ => {}
            }
        }
    }

    fn read_json(&mut self, path: &mut Vec<String>, value: &Value) {
        match value {
            Value::Object(members) if !members.is_empty() => {
                for (name, value) in members {
                    path.push(name.clone());
                    self.read_json(path, value);
                    path.pop();
                }
            }
            Value::Array(items) if !items.is_empty() => {
                for item in items {
                    self.read_json(path, item);
                }
            }
            Value::String(text) => self.add(path, text),
            other => self.add(path, &other.to_string()),
        }
    }
}

/// A line for each structure: where it is, and the members in it.
impl std::fmt::Display for Answer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut structures = BTreeMap::<&str, Vec<&str>>::new();
        for member in self.members.iter().filter(|member| !member.starts_with("ResponseMetadata")) {
            let (place, name) = member.rsplit_once('.').unwrap_or(("", member));
            structures.entry(place).or_default().push(name);
        }
        for (place, names) in structures {
            // The name of the operation is around all that an answer of IAM or STS has.
            let place = match place.split_once('.') {
                Some((first, rest)) if first.ends_with("Result") => rest,
                None if place.ends_with("Result") => "",
                _ => place,
            };
            let colon = if place.is_empty() { "" } else { ": " };
            writeln!(formatter, "  {place}{colon}{}", names.join(" "))?;
        }
        Ok(())
    }
}

const ISSUER: &str = "https://token.actions.githubusercontent.com";
const IDP: &str = "https://idp.example.com/metadata";
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----
MIIBBjCBraADAgECAgEBMAoGCCqGSM49BAMCMA0xCzAJBgNVBAMMAmVjMB4XDTIw
MDEwMTAwMDAwMFoXDTQ5MTIzMTAwMDAwMFowDTELMAkGA1UEAwwCZWMwWTATBgcq
hkjOPQIBBggqhkjOPQMBBwNCAATsJrhDxFPDCmmUvmC9rgJLaMr+Gh5l5y47KEN4
nh9ChRT9L9HzB/VPEih3GEUhu9lZYK47WpNMQ/pPUni0WrY/MAoGCCqGSM49BAMC
A0gAMEUCIC7+lOq3enTNJST3EVJcb7bjywI/+V/4gLEqIjWM3wH0AiEAmdUa1sk4
Tb68gsGLpSpdchMU1f26Up7J199HHzy01zA=
-----END CERTIFICATE-----";
const PRIVATE_KEY: &str = "-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIORix88p1vfXWIh40k5LyrsUyKJTgWP2SSDG/8zAp23ooAoGCCqGSM49
AwEHoUQDQgAE7Ca4Q8RTwwpplL5gva4CS2jK/hoeZecuOyhDeJ4fQoUU/S/R8wf1
TxIodxhFIbvZWWCuO1qTTEP6T1J4tFq2Pw==
-----END EC PRIVATE KEY-----";
const SSH_KEY: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDAZKBHAKYWr0UtrcBILzeR8NmckPoziZrbuHUZuhJlLt2ikzpJnRPQJd2a8/Fo8Ykw7Enjslklx2las6unjbfYuk759ckPqn/O4GdYTO0fmcNEDybaD3+f8tQBHQTJtyV6BJX+PneH1SBjTnvHDBVOPbLn+vHOzTf4uZYxGdjAUwJzqlrU8jqxd6oAs7LUimXw5zVG7RZ5NM7AGTlUuG6Y5W14C6kJ/A3DNjS63+gKarpMp20OYJxSE03PvOIAz/GCRHcXaIBAtX9szzRmzxAiBib+WyLy6jwFBF3OWToRruNmb3YtQc/ojHfqkSgBarvd+NsGcvg1ocasJpu7ukl/";

/// Whom a role with this trust policy lets in: who has a token of the issuer or an assertion of the provider.
fn web_trust() -> String {
    let provider = |kind: &str| format!("arn:aws:iam::111122223333:{kind}");
    let statement = json!({
        "Effect": "Allow",
        "Principal": { "Federated": [
            provider("oidc-provider/token.actions.githubusercontent.com"), provider("saml-provider/idp"),
        ] },
        "Action": ["sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML"],
    });
    json!({ "Version": "2012-10-17", "Statement": statement }).to_string()
}

fn statement() -> SamlStatement {
    let arn = |kind: &str| format!("arn:aws:iam::111122223333:{kind}");
    SamlStatement {
        issuer: IDP.to_owned(),
        subject: "ann".to_owned(),
        roles: vec![(arn("role/federated"), arn("saml-provider/idp"))],
        session_name: "ann@example.com".to_owned(),
        attributes: Vec::new(),
    }
}
