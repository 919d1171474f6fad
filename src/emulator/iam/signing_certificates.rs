//! X.509 certificates of users and of the root user, which verify signed requests to some services.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UploadSigningCertificate.html>

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sha1::{Digest, Sha1};

use crate::certificate::Certificate;
use crate::ids;
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;
use crate::pem;

use super::access::named_or_caller;
use super::account::Account;
use super::errors::{malformed_certificate, no_such_entity, quota};
use super::input::{status, text};
use super::noun::timestamp;
use super::pages::page;
use super::quotas;

/// A signing certificate.
#[derive(Clone)]
pub(super) struct SigningCertificate {
    /// The digest of the certificate.
    pub(super) id: String,
    body: String,
    pub(super) active: bool,
    pub(super) uploaded: DateTime<Utc>,
}

impl SigningCertificate {
    fn view(&self, user: Option<&str>, active: bool) -> Value {
        json!({
            "UserName": user,
            "CertificateId": self.id,
            "CertificateBody": self.body,
            "Status": if active { "Active" } else { "Inactive" },
            "UploadDate": timestamp(self.uploaded),
        })
    }
}

/// The certificates of a user, or (`None`) of the root user, and the name as it was given.
fn certificates_of<'account>(
    account: &'account mut Account,
    user: Option<&str>,
) -> Result<(&'account mut Vec<SigningCertificate>, Option<String>), ServiceError> {
    match user {
        None => Ok((&mut account.root_certificates, None)),
        Some(name) => {
            let user = account.user_mut(name)?;
            Ok((&mut user.signing_certificates, Some(user.identity.name.clone())))
        }
    }
}

/// The id of a certificate that is valid now.
fn id_of(body: &str, now: DateTime<Utc>) -> Option<String> {
    let blocks = pem::blocks(body)?;
    let [block] = blocks.as_slice() else { return None };
    let certificate = Certificate::parse(&block.der).filter(|_| block.label == "CERTIFICATE")?;
    certificate.is_valid_at(now).then(|| ids::base32(&Sha1::digest(&block.der)))
}

fn no_such_certificate(id: &str) -> ServiceError {
    no_such_entity(format!("The Certificate with id {id} cannot be found."))
}

/// The same certificate again is not an error, and changes nothing.
pub(super) fn upload(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let user = named_or_caller(&partition.iam, call)?;
    let account = partition.iam.account_mut(call)?;
    let (own, _) = certificates_of(account, user.as_deref())?;
    let body = text(call, "CertificateBody")?;
    let id = id_of(body, call.now);
    let id = id.ok_or_else(|| malformed_certificate(format!("Certificate {body} is malformed.")))?;
    let owned = own.iter().any(|certificate| certificate.id == id);
    if !owned && account.signing_certificates().any(|certificate| certificate.id == id) {
        return Err(ServiceError::new(409, "DuplicateCertificate", "Duplicate certificate uploaded."));
    }
    let (own, name) = certificates_of(account, user.as_deref())?;
    if let Some(certificate) = own.iter().find(|certificate| certificate.id == id) {
        return Reply::of(&json!({ "Certificate": certificate.view(name.as_deref(), true) }));
    }
    if own.len() >= quotas::SIGNING_CERTIFICATES_PER_USER {
        return Err(quota("CertificatesPerUser", quotas::SIGNING_CERTIFICATES_PER_USER));
    }
    let certificate = SigningCertificate { id, body: body.to_owned(), active: true, uploaded: call.now };
    let reply = Reply::of(&json!({ "Certificate": certificate.view(name.as_deref(), true) }));
    own.push(certificate);
    reply
}

pub(super) fn list(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let user = named_or_caller(&partition.iam, call)?;
    let (own, name) = certificates_of(partition.iam.account_mut(call)?, user.as_deref())?;
    let view = |certificate: &SigningCertificate| {
        (certificate.id.clone(), certificate.view(name.as_deref(), certificate.active))
    };
    let views: BTreeMap<String, Value> = own.iter().map(view).collect();
    Ok(page(call, views)?.reply("Certificates"))
}

pub(super) fn update(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let user = named_or_caller(&partition.iam, call)?;
    let (own, _) = certificates_of(partition.iam.account_mut(call)?, user.as_deref())?;
    let id = text(call, "CertificateId")?;
    let certificate = own.iter_mut().find(|certificate| certificate.id == id);
    certificate.ok_or_else(|| no_such_certificate(id))?.active = status(call)?;
    Ok(Reply::empty())
}

pub(super) fn delete(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let user = named_or_caller(&partition.iam, call)?;
    let (own, _) = certificates_of(partition.iam.account_mut(call)?, user.as_deref())?;
    let id = text(call, "CertificateId")?;
    let place = own.iter().position(|certificate| certificate.id == id);
    own.remove(place.ok_or_else(|| no_such_certificate(id))?);
    Ok(Reply::empty())
}

impl Account {
    /// All signing certificates of the account.
    fn signing_certificates(&self) -> impl Iterator<Item = &SigningCertificate> {
        let of_users = self.users.values().flat_map(|user| &user.signing_certificates);
        self.root_certificates.iter().chain(of_users)
    }
}
