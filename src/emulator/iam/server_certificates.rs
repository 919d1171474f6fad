//! Server certificates, which services such as Elastic Load Balancing use. The private keys are not kept: no operation
//! tells them.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_server-certs.html>

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::certificate::Certificate;
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;
use crate::pem::{self, Block};
use crate::private_key::{self, Useless};

use super::errors::{malformed_certificate, name_taken, quota};
use super::input::{has_prefix, optional, path, text};
use super::noun::{Identity, Noun, folded, timestamp};
use super::pages::page;
use super::quotas;
use super::tags::Tags;

/// A server certificate.
#[derive(Clone)]
pub(super) struct ServerCertificate {
    pub(super) identity: Identity,
    body: String,
    chain: Option<String>,
    expires: DateTime<Utc>,
    pub(super) tags: Tags,
}

impl ServerCertificate {
    fn metadata(&self) -> Value {
        let Identity { path, name, id, arn, created } = &self.identity;
        json!({
            "Path": path,
            "ServerCertificateName": name,
            "ServerCertificateId": id,
            "Arn": arn,
            "UploadDate": timestamp(*created),
            "Expiration": timestamp(self.expires),
        })
    }
}

/// When the certificate of a request expires, whose private key and chain have been found to belong to it.
fn expiry(call: &Call) -> Result<DateTime<Utc>, ServiceError> {
    let unreadable = || {
        malformed_certificate("Unable to parse certificate. Please ensure the certificate is in PEM format.")
    };
    let body = certificates(text(call, "CertificateBody")?).ok_or_else(unreadable)?;
    let [block] = body.as_slice() else { return Err(unreadable()) };
    let certificate = Certificate::parse(&block.der).ok_or_else(unreadable)?;
    if certificate.not_after < call.now {
        return Err(malformed_certificate(
            "Certificate is no longer valid. The 'Not After' date restriction on the certificate has passed.",
        ));
    }
    if call.now < certificate.not_before {
        return Err(malformed_certificate(
            "Certificate is not yet valid. The 'Not Before' date restriction on the certificate has not passed.",
        ));
    }
    match private_key::belongs_to(text(call, "PrivateKey")?, certificate.key_info) {
        Ok(true) => {}
        Ok(false) => return Err(ServiceError::new(400, "KeyPairMismatch", MISMATCH)),
        Err(Useless::Unreadable) => return Err(malformed_certificate("Invalid Private Key.")),
        Err(Useless::WithoutPoint) => {
            return Err(not_emulated("a private key of an elliptic curve without its public key"));
        }
    }
    if let Some(chain) = optional(call, "CertificateChain") {
        check_chain(&certificate, chain)?;
    }
    Ok(certificate.not_after)
}

const MISMATCH: &str =
    "The private key did not match the public key provided. Please verify the key material and try again.";

fn not_emulated(what: &str) -> ServiceError {
    ServiceError::new(501, "NotImplemented", format!("{what} is not emulated by rolecall"))
}

/// `None`: the text is not PEM, or has other blocks.
fn certificates(text: &str) -> Option<Vec<Block>> {
    let blocks = pem::blocks(text)?;
    (!blocks.is_empty() && blocks.iter().all(|block| block.label == "CERTIFICATE")).then_some(blocks)
}

/// Each certificate of a chain must have issued the one before it. AWS counts from the leaf's issuer: -1 where no
/// certificate is that.
fn check_chain(leaf: &Certificate<'_>, chain: &str) -> Result<(), ServiceError> {
    let unreadable = || malformed_certificate("");
    let blocks = certificates(chain).ok_or_else(unreadable)?;
    let chain: Option<Vec<_>> = blocks.iter().map(|block| Certificate::parse(&block.der)).collect();
    let chain = chain.ok_or_else(unreadable)?;
    let issued = |certificate: &Certificate<'_>, issuer: &Certificate<'_>| {
        let unknown = || not_emulated("the algorithm of a signature in the certificate chain");
        certificate.is_issued_by(issuer).ok_or_else(unknown)
    };
    let mut before = leaf;
    for (index, certificate) in chain.iter().enumerate() {
        if !issued(before, certificate)? {
            let mut place = i64::try_from(index).unwrap_or_default();
            if index == 0 {
                let found = chain.iter().position(|other| leaf.is_issued_by(other) == Some(true));
                place = found.and_then(|found| i64::try_from(found).ok()).unwrap_or(-1);
            }
            return Err(malformed_certificate(format!(
                "Unable to validate certificate chain. The certificate chain must start with the immediate signing \
                 certificate, followed by any intermediaries in order. The index within the chain of the invalid \
                 certificate is: {place}"
            )));
        }
        before = certificate;
    }
    Ok(())
}

pub(super) fn upload(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let name = text(call, "ServerCertificateName")?;
    let expires = expiry(call)?;
    let tags = Tags::of_new(Noun::ServerCertificate, call)?;
    let account = partition.iam.account_mut(call)?;
    if account.has(Noun::ServerCertificate, name) {
        return Err(name_taken(Noun::ServerCertificate, name));
    }
    if account.server_certificates.len() >= quotas::SERVER_CERTIFICATES {
        return Err(quota("ServerCertificatesPerAccount", quotas::SERVER_CERTIFICATES));
    }
    let trimmed = |text: &str| text.trim_end().to_owned();
    let certificate = ServerCertificate {
        identity: Noun::ServerCertificate.named(&mut partition.ids, &account.id, path(call), name, call.now),
        body: trimmed(text(call, "CertificateBody")?),
        chain: optional(call, "CertificateChain").map(trimmed),
        expires,
        tags,
    };
    let view =
        json!({ "ServerCertificateMetadata": certificate.metadata(), "Tags": certificate.tags.view() });
    account.server_certificates.insert(folded(name), certificate);
    Reply::of(&view)
}

pub(super) fn get(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let account = partition.iam.account(call)?;
    let certificate = account.server_certificate(text(call, "ServerCertificateName")?)?;
    Reply::of(&json!({ "ServerCertificate": {
        "ServerCertificateMetadata": certificate.metadata(),
        "CertificateBody": certificate.body,
        "CertificateChain": certificate.chain,
        "Tags": certificate.tags.view(),
    }}))
}

pub(super) fn list(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let certificates = partition.iam.account(call)?.server_certificates.iter();
    let matching = certificates.filter(|(_, certificate)| has_prefix(call, &certificate.identity.path));
    let views = matching.map(|(name, certificate)| (name.clone(), certificate.metadata()));
    Ok(page(call, views)?.reply("ServerCertificateMetadataList"))
}

pub(super) fn update(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let name = text(call, "ServerCertificateName")?;
    let account = partition.iam.account_mut(call)?;
    account.server_certificate(name)?;
    let new_name = optional(call, "NewServerCertificateName");
    if let Some(new_name) = new_name.filter(|new_name| folded(new_name) != folded(name))
        && account.has(Noun::ServerCertificate, new_name)
    {
        return Err(name_taken(Noun::ServerCertificate, new_name));
    }
    let Some(mut certificate) = account.server_certificates.remove(&folded(name)) else {
        return Ok(Reply::empty());
    };
    let identity = &mut certificate.identity;
    identity.path = optional(call, "NewPath").unwrap_or(&identity.path).to_owned();
    identity.name = new_name.unwrap_or(&identity.name).to_owned();
    identity.arn = Noun::ServerCertificate.arn(&account.id, &identity.path, &identity.name);
    account.server_certificates.insert(folded(&identity.name), certificate);
    Ok(Reply::empty())
}

pub(super) fn delete(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let name = text(call, "ServerCertificateName")?;
    let account = partition.iam.account_mut(call)?;
    account.server_certificate(name)?;
    account.server_certificates.remove(&folded(name));
    Ok(Reply::empty())
}
