//! The corpus of decisions as real calls: the users, roles, boundaries, sessions and buckets of a case are made in an
//! emulator of its own, the call is made, and its answer compared.
//!
//! A case is left out where a call cannot be made to be what it says: where its action is none of those here, or where it
//! or its policies have condition keys that the call does not set or does not leave out.

#![allow(clippy::disallowed_methods, clippy::panic, reason = "tests")]

#[path = "../../../policy/tests/short_form/mod.rs"]
mod short_form;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::place::{EVERYTHING, Place, TRUST, element, form, start};
use crate::signer::{Key, Unsigned};
use short_form::{ACCOUNT, OTHER, document, expand, text};

const BUCKET: &str = "arn:aws:s3:::testing-s3";

#[test]
fn the_corpus_is_decided_so_in_real_calls() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../policy/corpus");
    let (mut made, mut outcomes, mut failures) = (0, BTreeSet::new(), Vec::new());
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let groups: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        for group in &groups {
            for ask in group["asks"].as_array().unwrap() {
                let Some(call) = Call::of(group, ask) else { continue };
                made += 1;
                let found = call.make(group);
                let expected = ask["is"] == "allowed";
                outcomes.insert((call.action.clone(), expected));
                if found != Ok(expected) {
                    failures.push(format!("{}: {ask}: {found:?}", text(&group["about"])));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{} of {made}:\n{}", failures.len(), failures.join("\n"));
    assert!(made >= 200, "only {made} cases were made");
    for action in ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket", "sts:AssumeRole"] {
        for expected in [true, false] {
            assert!(outcomes.contains(&(action.to_owned(), expected)), "{action} {expected}");
        }
    }
}

/// A case that can be made.
struct Call {
    caller: String,
    action: String,
    /// The object's key, where the action has one.
    key: String,
    /// Condition keys, lower-cased, with their values.
    context: Vec<(String, String)>,
}

impl Call {
    fn of(group: &Value, ask: &Value) -> Option<Self> {
        let caller = text(if ask["as"].is_null() { &group["as"] } else { &ask["as"] });
        let action = text(&ask["do"]);
        let resource = expand(&text(&ask["on"]));
        let key = match action.as_str() {
            "s3:GetObject" | "s3:PutObject" | "s3:DeleteObject" => {
                resource.strip_prefix(BUCKET)?.strip_prefix('/')?.to_owned()
            }
            "s3:ListBucket" if resource == BUCKET => String::new(),
            "sts:AssumeRole" if resource == expand("$r") && group["trust"].is_array() => String::new(),
            _ => return None,
        };
        let callers = [
            "user",
            "other user",
            "outside user",
            "role",
            "other session",
            "root",
            "outside root",
            "federated user",
            "anonymous",
        ];
        let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
        let known = callers.contains(&caller.as_str()) && key.chars().all(plain);
        // Nobody has a stored unique id from before, somebody else's canonical user id or an organization here.
        let words = group.to_string();
        let strange = ["AIDA", "AROA", "\"scp\"", "\"rcp\"", "\"key\"", "79a59d"]
            .iter()
            .any(|word| words.contains(word));
        // The root sessions that session policies limit are made in an organization only.
        let of_root = caller == "root" && group["session"].is_array();
        if !known || strange || of_root || (caller == "anonymous" && action == "sts:AssumeRole") {
            return None;
        }
        let mut context = Vec::new();
        for source in [&group["context"], &ask["with"]] {
            for (key, value) in source.as_object().into_iter().flatten() {
                context.push((key.to_lowercase(), expand(value.as_str()?)));
            }
        }
        let call = Self { caller, action, key, context };
        (call.sets(group) && !text(&ask["is"]).starts_with("undecidable")).then_some(call)
    }

    fn value(&self, key: &str) -> Option<&str> {
        self.context.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// Whether the call carries each key that its case has, and none that its case has not but its policies look at.
    fn sets(&self, group: &Value) -> bool {
        let mut keys: BTreeSet<String> = self.context.iter().map(|(key, _)| key.clone()).collect();
        for layer in ["identity", "more", "boundary", "session", "bucket", "trust"] {
            if group[layer].is_array() {
                let document: Value = serde_json::from_str(&document(group, &group[layer])).unwrap();
                for statement in document["Statement"].as_array().unwrap() {
                    for keys_of_operator in statement["Condition"].as_object().into_iter().flatten() {
                        keys.extend(
                            keys_of_operator.1.as_object().unwrap().keys().map(|key| key.to_lowercase()),
                        );
                    }
                    let words = statement.to_string();
                    keys.extend(words.split("${").skip(1).filter_map(|rest| {
                        let name = rest.split(['}', ',']).next()?.trim().to_lowercase();
                        name.contains(':').then_some(name)
                    }));
                }
            }
        }
        keys.iter().all(|key| self.is_set(key))
    }

    /// Whether the real call has just this value of the key, or lacks it as the case does.
    fn is_set(&self, key: &str) -> bool {
        let value = self.value(key);
        let lists = self.action == "s3:ListBucket";
        match key {
            "s3:prefix" | "s3:delimiter" => lists || value.is_none(),
            "s3:max-keys" => {
                value.is_none()
                    || lists && value.is_some_and(|value| value.parse::<u16>().is_ok_and(|n| n <= 1000))
            }
            "sts:externalid" => self.action == "sts:AssumeRole" || value.is_none(),
            "aws:username" => match self.caller.as_str() {
                "user" => value == Some("main-user"),
                "other user" => value == Some("other"),
                "role" | "other session" | "root" | "outside root" | "anonymous" | "federated user" => {
                    value.is_none()
                }
                _ => false,
            },
            "aws:principalarn" => match self.caller.as_str() {
                "user" => value == Some(&expand("$u")),
                "role" | "other session" => value == Some(&expand("$r")),
                "root" => value == Some(&expand("$root")),
                _ => false,
            },
            "aws:principalaccount" => {
                matches!(self.caller.as_str(), "user" | "role" | "root") && value == Some(ACCOUNT)
            }
            _ => match key.strip_prefix("aws:principaltag/") {
                Some(_) => value.is_none() || matches!(self.caller.as_str(), "user" | "role"),
                None => false,
            },
        }
    }

    /// Whether the call is allowed, or what else it was answered.
    fn make(&self, group: &Value) -> Result<bool, String> {
        let scene = Scene { place: Place::new(), group };
        let key = scene.set(self);
        let request = match self.action.as_str() {
            "sts:AssumeRole" => {
                let id = self
                    .value("sts:externalid")
                    .map_or(String::new(), |id| format!("&ExternalId={}", form(id)));
                let body = format!("RoleArn={}&RoleSessionName=taken{id}", form(&expand("$r")));
                sts("AssumeRole", &body)
            }
            "s3:ListBucket" => {
                let names = ["prefix", "delimiter", "max-keys"];
                let query = names.iter().filter_map(|name| {
                    Some(((*name).to_owned(), self.value(&format!("s3:{name}"))?.to_owned()))
                });
                Unsigned { query: query.collect(), ..Unsigned::s3("GET", "/testing-s3", "", start()) }
            }
            action => {
                let method = match action {
                    "s3:GetObject" => "GET",
                    "s3:PutObject" => "PUT",
                    _ => "DELETE",
                };
                object(method, &self.key)
            }
        };
        let (status, body) =
            scene.place.answer(key.map_or_else(|| request.bare(), |key| request.signed(&key)));
        match status {
            200..300 => Ok(true),
            403 if element(&body, "Code") == "AccessDenied" => Ok(false),
            _ => Err(format!("{status} {body}")),
        }
    }
}

/// An emulator in which the principals and resources of a group are made.
struct Scene<'a> {
    place: Place,
    group: &'a Value,
}

impl Scene<'_> {
    fn ok(&self, request: &Unsigned, key: &Key) -> String {
        let (status, body) = self.place.answer(request.signed(key));
        assert!(status < 300, "{}: {status} {body}", self.group);
        body
    }

    fn policy(&self, layer: &str) -> Option<String> {
        self.group[layer].is_array().then(|| form(&document(self.group, &self.group[layer])))
    }

    /// Makes everything, and returns the caller's key. Credentials are taken before the policies are there.
    fn set(&self, call: &Call) -> Option<Key> {
        let admin = &self.place.admin;
        let other = self.place.administrator(OTHER);
        for (name, account) in [("main-user", admin), ("other", admin), ("helper", admin), ("guest", &other)]
        {
            self.ok(&iam("CreateUser", &format!("UserName={name}")), account);
        }
        self.ok(
            &iam("CreateRole", &format!("RoleName=main-role1&AssumeRolePolicyDocument={}", form(TRUST))),
            admin,
        );
        let caller = match call.caller.as_str() {
            "user" | "federated user" => Some(("User", "main-user", admin)),
            "other user" => Some(("User", "other", admin)),
            "outside user" => Some(("User", "guest", &other)),
            "role" | "other session" => Some(("Role", "main-role1", admin)),
            _ => None,
        };
        let key = match call.caller.as_str() {
            "root" => Some(admin.clone()),
            "outside root" => Some(other.clone()),
            "anonymous" => None,
            "role" => Some(self.session("testSession")),
            "other session" => Some(self.session("otherSession")),
            _ => caller.map(|(_, name, account)| self.access_key(name, account)),
        };
        let key = if call.caller == "federated user" { key.map(|key| self.federated(&key)) } else { key };
        if let Some((kind, name, account)) = caller {
            self.entitle(kind, name, account, call);
        }
        if self.group["bucket"].is_array() || self.group["trust"].is_null() {
            self.bucket(call, if self.group["owner"] == OTHER { &other } else { admin });
        }
        if let Some(trust) = self.policy("trust") {
            self.ok(
                &iam("UpdateAssumeRolePolicy", &format!("RoleName=main-role1&PolicyDocument={trust}")),
                admin,
            );
        }
        key
    }

    fn access_key(&self, user: &str, account: &Key) -> Key {
        let made = self.ok(&iam("CreateAccessKey", &format!("UserName={user}")), account);
        Key { id: element(&made, "AccessKeyId"), secret: element(&made, "SecretAccessKey"), token: None }
    }

    /// A session of the role, with the group's session policy.
    fn session(&self, name: &str) -> Key {
        let admin = &self.place.admin;
        let everything = format!("UserName=helper&PolicyName=p&PolicyDocument={}", form(EVERYTHING));
        self.ok(&iam("PutUserPolicy", &everything), admin);
        let policy = self.policy("session").map_or(String::new(), |policy| format!("&Policy={policy}"));
        let body = format!("RoleArn={}&RoleSessionName={name}{policy}", form(&expand("$r")));
        temporary(&self.ok(&sts("AssumeRole", &body), &self.access_key("helper", admin)))
    }

    /// A session of the user `fed`, who may do nothing yet but this.
    fn federated(&self, maker: &Key) -> Key {
        let may = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:GetFederationToken","Resource":"*"}}"#;
        let body = format!("UserName=main-user&PolicyName=may-federate&PolicyDocument={}", form(may));
        self.ok(&iam("PutUserPolicy", &body), &self.place.admin);
        let policy = self.policy("session").map_or(String::new(), |policy| format!("&Policy={policy}"));
        temporary(&self.ok(&sts("GetFederationToken", &format!("Name=fed{policy}")), maker))
    }

    /// Identity policies, boundary and tags.
    fn entitle(&self, kind: &str, name: &str, account: &Key, call: &Call) {
        for (layer, policy) in [("identity", "p"), ("more", "q")] {
            if let Some(document) = self.policy(layer) {
                let body = format!("{kind}Name={name}&PolicyName={policy}&PolicyDocument={document}");
                self.ok(&iam(&format!("Put{kind}Policy"), &body), account);
            }
        }
        if let Some(document) = self.policy("boundary") {
            let made =
                self.ok(&iam("CreatePolicy", &format!("PolicyName=bp&PolicyDocument={document}")), account);
            let body = format!("{kind}Name={name}&PermissionsBoundary={}", form(&element(&made, "Arn")));
            self.ok(&iam(&format!("Put{kind}PermissionsBoundary"), &body), account);
        }
        for (key, value) in &call.context {
            if let Some(tag) = key.strip_prefix("aws:principaltag/") {
                let body =
                    format!("{kind}Name={name}&Tags.member.1.Key={tag}&Tags.member.1.Value={}", form(value));
                self.ok(&iam(&format!("Tag{kind}"), &body), account);
            }
        }
    }

    /// The bucket with the object that is asked for, and its policy.
    fn bucket(&self, call: &Call, owner: &Key) {
        self.ok(&Unsigned::s3("PUT", "/testing-s3", "", start()), owner);
        let about = |method, name: &str, body: &str| Unsigned {
            query: vec![(name.to_owned(), String::new())],
            ..Unsigned::s3(method, "/testing-s3", body, start())
        };
        self.ok(&about("DELETE", "publicAccessBlock", ""), owner);
        if !call.key.is_empty() {
            self.ok(&object("PUT", &call.key), owner);
        }
        if self.group["bucket"].is_array() {
            self.ok(&about("PUT", "policy", &document(self.group, &self.group["bucket"])), owner);
        }
    }
}

fn object(method: &'static str, key: &str) -> Unsigned {
    Unsigned::s3(method, format!("/testing-s3/{key}").leak(), "", start())
}

fn iam(action: &str, body: &str) -> Unsigned {
    Unsigned::form("iam", format!("Action={action}&Version=2010-05-08&{body}"), start())
}

fn sts(action: &str, body: &str) -> Unsigned {
    Unsigned::form("sts", format!("Action={action}&Version=2011-06-15&{body}"), start())
}

fn temporary(body: &str) -> Key {
    Key {
        id: element(body, "AccessKeyId"),
        secret: element(body, "SecretAccessKey"),
        token: Some(element(body, "SessionToken")),
    }
}
