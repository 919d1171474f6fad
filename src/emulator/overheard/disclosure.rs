//! What may be written down of the members of a call. A value is kept where something says that it is harmless: a
//! number, a word of an enumeration, an id, a name, an ARN, a policy. A value is secret where the API's model marks it
//! as sensitive, or where it is on the list below; everything else is left out, with its name.

use bytes::Bytes;
use secrecy::SecretString;
use serde_json::Value;

use crate::model::{Kind, Model, Shape};

/// A member of a request or an answer, by its path: `Tags.1.Key`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its path.
    pub name: String,
    /// What may be known of it.
    pub value: Heard,
}

/// What may be known of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// All of it.
    Text(String),
    /// All of it: it is a policy document.
    Policy(String),
    /// Contents of an object, of which only a digest may be written down; `None`: they could not be read.
    Contents(Option<Bytes>),
    /// It is a secret.
    Secret,
    /// Nothing says that it is harmless.
    NotKnown,
    /// It is harmless, and too long.
    TooLong,
}

/// Members whose values are secret though their models don't say so, in small letters.
///
/// Session tokens and the answers of identity providers are credentials as much as keys are:
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_Credentials.html>; codes of MFA devices and what they follow
/// from: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_VirtualMFADevice.html>; keys of key pairs:
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateKeyPair.html>; the password of an instance:
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetPasswordData.html>.
const SECRET: [&str; 21] = [
    "authenticationcode1",
    "authenticationcode2",
    "base64stringseed",
    "copysourcessecustomerkey",
    "copysourcessecustomerkeymd5",
    "decodedmessage",
    "encodedmessage",
    "keymaterial",
    "password",
    "passworddata",
    "privatekey",
    "qrcodepng",
    "samlassertion",
    "secretaccesskey",
    "secretstring",
    "sessiontoken",
    "ssecustomerkey",
    "ssecustomerkeymd5",
    "tokencode",
    "userdata",
    "webidentitytoken",
];

/// How the names of members end that say what something is called or where it is.
const HARMLESS_ENDS: [&str; 13] = [
    "Account",
    "AccountId",
    "Arn",
    "Arns",
    "Bucket",
    "Id",
    "Ids",
    "Name",
    "Names",
    "Path",
    "PathPrefix",
    "Prefix",
    "Region",
];

/// Other members that are harmless.
const HARMLESS: [&str; 22] = [
    "ARN",
    "CidrIp",
    "CidrIpv6",
    "CopySource",
    "DeviceIndex",
    "Delimiter",
    "ETag",
    "Effect",
    "Engine",
    "GroupSet",
    "HostType",
    "ID",
    "IpProtocol",
    "Key",
    "LocationConstraint",
    "Owner",
    "Resource",
    "ServerSideEncryption",
    "SourceIdentity",
    "TagKeys",
    "Url",
    "Version",
];

/// A tag or another pair whose key has one of these in it, in small letters, may hold a secret.
const SECRET_KEYS: [&str; 9] =
    ["apikey", "auth", "credential", "key", "passphrase", "passwd", "password", "secret", "token"];

/// More of a text than this is not kept, in bytes; policies have limits of their own.
const LONGEST: usize = 2048;

/// Collects members and secrets.
pub(super) struct Listener {
    model: &'static Model,
    members: Vec<Member>,
    secrets: Vec<SecretString>,
}

impl Listener {
    pub(super) fn new(model: &'static Model) -> Self {
        Self { model, members: Vec::new(), secrets: Vec::new() }
    }

    pub(super) fn into_parts(self) -> (Vec<Member>, Vec<SecretString>) {
        (self.members, self.secrets)
    }

    /// Whether the body is the contents of an object.
    pub(super) fn has_contents(&self, shape: &Shape) -> bool {
        self.payload(shape).is_some_and(|(_, shape)| shape.kind == Kind::Blob)
    }

    pub(super) fn contents(&mut self, shape: &Shape, contents: Option<Bytes>) {
        let name = self.payload(shape).map_or_else(|| "Body".to_owned(), |(name, _)| name.to_owned());
        self.members.push(Member { name, value: Heard::Contents(contents) });
    }

    fn payload<'a>(&self, shape: &'a Shape) -> Option<(&'a str, &'static Shape)> {
        let payload = shape.payload.as_deref()?;
        let (name, member) = shape.members.0.iter().find(|(name, _)| name == payload)?;
        Some((name, self.model.shape(&member.shape)?))
    }

    /// The members of a structure, whose path is `path` with a dot behind it.
    pub(super) fn structure(&mut self, shape: &Shape, value: &Value, path: &str) {
        let pair_is_secret = is_secret_pair(value);
        for (name, member) in &shape.members.0 {
            let Some(value) = value.get(name).filter(|value| !value.is_null()) else { continue };
            let Some(target) = self.model.shape(&member.shape) else { continue };
            let place = Place { path: format!("{path}{name}"), name, of_pair: name == "Value" };
            if place.of_pair && pair_is_secret {
                self.secret(place.path, value);
            } else {
                self.member(target, value, place);
            }
        }
    }

    fn member(&mut self, shape: &Shape, value: &Value, place: Place<'_>) {
        if shape.sensitive || SECRET.iter().any(|name| name.eq_ignore_ascii_case(place.name)) {
            return self.secret(place.path, value);
        }
        let value = match (shape.kind, value) {
            (Kind::Structure, _) => return self.structure(shape, value, &(place.path + ".")),
            (Kind::List, Value::Array(items)) => {
                let target = shape.member.as_ref().and_then(|item| self.model.shape(&item.shape));
                let Some(target) = target else { return };
                for (index, item) in items.iter().enumerate() {
                    let path = format!("{}.{}", place.path, index + 1);
                    self.member(target, item, Place { path, ..place });
                }
                return;
            }
            (Kind::String | Kind::Character, Value::String(text)) => heard(shape, text, &place),
            (Kind::Blob | Kind::Map, _) => Heard::NotKnown,
            (_, Value::String(text)) => Heard::Text(text.clone()),
            (_, Value::Number(_) | Value::Bool(_)) => Heard::Text(value.to_string()),
            _ => Heard::NotKnown,
        };
        self.keep(place.path, value);
    }

    fn keep(&mut self, name: String, value: Heard) {
        self.members.push(Member { name, value });
    }

    fn secret(&mut self, path: String, value: &Value) {
        self.keep(path, Heard::Secret);
        self.remember(value);
    }

    fn remember(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.secrets.push(SecretString::from(text.clone())),
            Value::Array(items) => items.iter().for_each(|item| self.remember(item)),
            Value::Object(members) => members.values().for_each(|member| self.remember(member)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// Where a value stands.
struct Place<'a> {
    path: String,
    name: &'a str,
    /// Whether it is the value of a pair, such as a tag, whose key is harmless.
    of_pair: bool,
}

fn heard(shape: &Shape, text: &str, place: &Place<'_>) -> Heard {
    if shape.values.iter().any(|value| value == text) {
        return Heard::Text(text.to_owned());
    }
    if let Some(policy) = policy(text) {
        return Heard::Policy(policy);
    }
    let name = place.name;
    let is_harmless = place.of_pair
        || HARMLESS.contains(&name)
        || HARMLESS_ENDS.iter().any(|end| name.ends_with(end) && !name.ends_with("Token"));
    match is_harmless {
        true if text.len() > LONGEST => Heard::TooLong,
        true => Heard::Text(text.to_owned()),
        false => Heard::NotKnown,
    }
}

/// The text of a policy document, which answers of IAM have percent-encoded.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRolePolicy.html>
fn policy(text: &str) -> Option<String> {
    let start = text.trim_start();
    let decoded = match start.get(..3) {
        Some(three) if three.eq_ignore_ascii_case("%7b") => {
            percent_encoding::percent_decode_str(start).decode_utf8().ok()?.into_owned()
        }
        _ if start.starts_with('{') => text.to_owned(),
        _ => return None,
    };
    let document: Value = serde_json::from_str(&decoded).ok()?;
    document.get("Statement").is_some().then_some(decoded)
}

/// Whether something is a pair of a key and a value, and the key says that the value may be a secret.
fn is_secret_pair(value: &Value) -> bool {
    let key = value.get("Key").or_else(|| value.get("TagKey")).and_then(Value::as_str);
    let Some(key) = key.filter(|_| value.get("Value").is_some()) else { return false };
    let plain: String = key.to_ascii_lowercase().replace(['-', '_', ' ', ':', '.'], "");
    SECRET_KEYS.iter().any(|word| plain.contains(word))
}
