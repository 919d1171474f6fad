//! SSH public keys of users, which are for AWS CodeCommit.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_ssh-keys.html>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use md5::{Digest, Md5};
use serde_json::{Map, Value, json};

use crate::der::{Reader, SEQUENCE};
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;
use crate::rsa::RsaPublicKey;
use crate::{pem, ssh};

use super::access::named_or_caller;
use super::errors::{no_such_entity, quota};
use super::input::{status, text};
use super::noun::timestamp;
use super::pages::page;
use super::quotas;
use super::users::User;

/// An SSH public key.
#[derive(Clone)]
pub(super) struct SshPublicKey {
    id: String,
    key: RsaPublicKey,
    active: bool,
    uploaded: DateTime<Utc>,
}

impl SshPublicKey {
    /// What lists show.
    fn listed(&self, user: &str) -> Map<String, Value> {
        let status = if self.active { "Active" } else { "Inactive" };
        Map::from_iter([
            ("UserName".to_owned(), json!(user)),
            ("SSHPublicKeyId".to_owned(), json!(self.id)),
            ("Status".to_owned(), json!(status)),
            ("UploadDate".to_owned(), json!(timestamp(self.uploaded))),
        ])
    }

    fn reply(&self, user: &str, body: &str) -> Result<Reply, ServiceError> {
        let fingerprint = ssh::colons(&Md5::digest(ssh::rsa_blob(&self.key)));
        let mut view = self.listed(user);
        view.insert("Fingerprint".to_owned(), json!(fingerprint));
        view.insert("SSHPublicKeyBody".to_owned(), json!(body));
        Reply::of(&json!({ "SSHPublicKey": view }))
    }
}

/// Keys are RSA of 2048 bits or more.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UploadSSHPublicKey.html>
fn parse(body: &str) -> Result<RsaPublicKey, ServiceError> {
    let key = if body.trim_start().starts_with("-----BEGIN ") { of_pem(body) } else { of_line(body) };
    let key = key.ok_or_else(|| {
        ServiceError::new(400, "UnrecognizedPublicKeyEncoding", "Invalid public key uploaded.")
    })?;
    if !(2048..=16384).contains(&key.modulus.bits()) {
        return Err(ServiceError::new(400, "InvalidPublicKey", "Invalid body for public key"));
    }
    Ok(key)
}

fn of_pem(body: &str) -> Option<RsaPublicKey> {
    let blocks = pem::blocks(body)?;
    let [block] = blocks.as_slice() else { return None };
    let content = Reader(&block.der).expect(SEQUENCE)?;
    match block.label.as_str() {
        "PUBLIC KEY" => RsaPublicKey::of_info(content),
        "RSA PUBLIC KEY" => RsaPublicKey::of_pkcs1(content),
        _ => None,
    }
}

fn of_line(body: &str) -> Option<RsaPublicKey> {
    let mut words = body.split_whitespace();
    words.next().filter(|name| *name == "ssh-rsa")?;
    ssh::rsa_of_blob(&STANDARD.decode(words.next()?).ok()?)
}

fn no_such_key(id: &str) -> ServiceError {
    no_such_entity(format!("User has no Public Key with id {id}."))
}

fn key_mut<'user>(user: &'user mut User, id: &str) -> Result<&'user mut SshPublicKey, ServiceError> {
    user.ssh_public_keys.iter_mut().find(|key| key.id == id).ok_or_else(|| no_such_key(id))
}

pub(super) fn upload(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let user = partition.iam.account_mut(call)?.user_mut(text(call, "UserName")?)?;
    let body = text(call, "SSHPublicKeyBody")?;
    let key = parse(body)?;
    if user.ssh_public_keys.iter().any(|known| known.key == key) {
        return Err(ServiceError::new(400, "DuplicateSSHPublicKey", "Duplicate SSH public key uploaded."));
    }
    if user.ssh_public_keys.len() >= quotas::SSH_PUBLIC_KEYS_PER_USER {
        return Err(quota("SSHPublicKeysPerUser", quotas::SSH_PUBLIC_KEYS_PER_USER));
    }
    let id = partition.ids.access_key_id("APKA");
    let key = SshPublicKey { id, key, active: true, uploaded: call.now };
    let reply = key.reply(&user.identity.name, body);
    user.ssh_public_keys.push(key);
    reply
}

pub(super) fn get(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let user = partition.iam.account_mut(call)?.user_mut(text(call, "UserName")?)?;
    let name = user.identity.name.clone();
    let key = key_mut(user, text(call, "SSHPublicKeyId")?)?;
    let body = match text(call, "Encoding")? {
        "PEM" => format!("{}\n", pem::encode("PUBLIC KEY", &key.key.info())),
        _ => format!("ssh-rsa {}", STANDARD.encode(ssh::rsa_blob(&key.key))),
    };
    key.reply(&name, &body)
}

/// The root user has none.
pub(super) fn list(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let account = partition.iam.account(call)?;
    let user = named_or_caller(&partition.iam, call)?.map(|name| account.user(&name)).transpose()?;
    let keys = user.into_iter().flat_map(|user| {
        let view = |key: &SshPublicKey| (key.id.clone(), Value::Object(key.listed(&user.identity.name)));
        user.ssh_public_keys.iter().map(view).collect::<std::collections::BTreeMap<_, _>>()
    });
    Ok(page(call, keys)?.reply("SSHPublicKeys"))
}

pub(super) fn update(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let user = partition.iam.account_mut(call)?.user_mut(text(call, "UserName")?)?;
    let key = key_mut(user, text(call, "SSHPublicKeyId")?)?;
    key.active = status(call)?;
    Ok(Reply::empty())
}

pub(super) fn delete(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let user = partition.iam.account_mut(call)?.user_mut(text(call, "UserName")?)?;
    let id = text(call, "SSHPublicKeyId")?;
    key_mut(user, id)?;
    user.ssh_public_keys.retain(|key| key.id != id);
    Ok(Reply::empty())
}
