//! How a request gives an access control list: canned, by headers, or as a document.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl>

use policy::AccountId;
use serde::Deserialize;

use super::access::with_present;
use super::acl::{Acl, Grant, Grantee, Group, Permission, Subject};
use super::errors;
use super::store::{ANONYMOUS, ObjectOwner, canonical_user_id};
use crate::iam;
use crate::operation::{Access, ServiceError};

/// The canonical user of Amazon EC2 that `aws-exec-read` lets read.
const EC2: &str = "6aa5a366c34c1cbe25dc49211496e913e0351eb0e8c37aa3477e40942ec6b97c";

/// The members by which a request gives an ACL.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AclMembers {
    #[serde(rename = "ACL")]
    canned: Option<String>,
    grant_full_control: Option<String>,
    grant_read: Option<String>,
    #[serde(rename = "GrantReadACP")]
    grant_read_acp: Option<String>,
    grant_write: Option<String>,
    #[serde(rename = "GrantWriteACP")]
    grant_write_acp: Option<String>,
    access_control_policy: Option<AccessControlPolicy>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AccessControlPolicy {
    owner: Option<Named>,
    grants: Option<Vec<GrantElement>>,
}

#[derive(Clone, Deserialize)]
struct Named {
    #[serde(rename = "ID")]
    id: Option<String>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GrantElement {
    grantee: Option<GranteeElement>,
    permission: Option<Permission>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GranteeElement {
    #[serde(rename = "Type")]
    kind: Option<String>,
    #[serde(rename = "ID")]
    id: Option<String>,
    #[serde(rename = "URI")]
    uri: Option<String>,
    email_address: Option<String>,
}

/// Whose what is: a canned list is made for both owners.
#[derive(Clone, Copy)]
pub(super) struct Owners<'a> {
    /// Of the bucket or object that the list is for.
    pub(super) own: &'a ObjectOwner,
    pub(super) bucket: &'a AccountId,
}

impl AclMembers {
    pub(super) fn is_sent(&self) -> bool {
        self.canned.is_some() || self.has_grants() || self.access_control_policy.is_some()
    }

    /// Whether it is more than what a bucket has without.
    pub(super) fn is_more_than_private(&self) -> bool {
        self.has_grants() || self.canned.as_deref().is_some_and(|canned| canned != "private")
    }

    fn has_grants(&self) -> bool {
        self.grants().iter().any(|(_, _, grant)| grant.is_some())
    }

    fn grants(&self) -> [(&'static str, Permission, Option<&str>); 5] {
        [
            ("x-amz-grant-read", Permission::Read, self.grant_read.as_deref()),
            ("x-amz-grant-write", Permission::Write, self.grant_write.as_deref()),
            ("x-amz-grant-read-acp", Permission::ReadAcp, self.grant_read_acp.as_deref()),
            ("x-amz-grant-write-acp", Permission::WriteAcp, self.grant_write_acp.as_deref()),
            ("x-amz-grant-full-control", Permission::FullControl, self.grant_full_control.as_deref()),
        ]
    }

    /// Adds the condition keys of the ACL headers.
    pub(super) fn with_keys(&self, access: Access) -> Access {
        let access = with_present(access, "s3:x-amz-acl", self.canned.as_deref());
        self.grants()
            .into_iter()
            .fold(access, |access, (header, _, value)| with_present(access, &format!("s3:{header}"), value))
    }

    /// Whether the list is the canned one that gives the bucket's owner control.
    pub(super) fn gives_bucket_owner_control(&self) -> bool {
        self.canned.as_deref() == Some("bucket-owner-full-control")
    }

    /// Whether nothing is said, or only what holds where ACLs are switched off: that the bucket's owner has control,
    /// by the canned list of that name or by a document.
    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html>
    pub(super) fn fits_no_acls(&self, given: &Acl, owner: &ObjectOwner) -> bool {
        let by_document = self.access_control_policy.is_some() && given.is_private(owner);
        !self.is_sent() || self.gives_bucket_owner_control() || by_document
    }

    /// The list that the request gives; `None`: it gives none.
    ///
    /// # Errors
    /// Where it gives one in two ways, or names a grantee that does not exist.
    pub(super) fn acl(
        &self,
        iam: &iam::Store,
        subject: Subject,
        owners: Owners<'_>,
    ) -> Result<Option<Acl>, ServiceError> {
        if self.canned.is_some() && self.has_grants() {
            return Err(errors::invalid_request(
                "Specifying both Canned ACLs and Header Grants is not allowed",
            ));
        }
        let by_headers = self.canned.is_some() || self.has_grants();
        if by_headers && self.access_control_policy.is_some() {
            let message = "This request does not support content";
            return Err(ServiceError::new(400, "UnexpectedContent", message));
        }
        let grants = if let Some(policy) = &self.access_control_policy {
            policy.grants(iam, owners)?
        } else if let Some(name) = &self.canned {
            canned(name, owners)?
        } else if self.has_grants() {
            self.header_grants(iam)?
        } else {
            return Ok(None);
        };
        Ok(Some(Acl::new(grants, subject, owners.own)))
    }

    fn header_grants(&self, iam: &iam::Store) -> Result<Vec<Grant>, ServiceError> {
        let mut grants = Vec::new();
        for (header, permission, value) in self.grants() {
            let Some(value) = value else { continue };
            for part in value.split(',').map(str::trim).filter(|part| !part.is_empty()) {
                grants.push(Grant { grantee: named_grantee(iam, header, part)?, permission });
            }
        }
        Ok(grants)
    }
}

fn canned(name: &str, owners: Owners<'_>) -> Result<Vec<Grant>, ServiceError> {
    let everyone = Grantee::Group(Group::AllUsers);
    let bucket_owner = Grantee::account(owners.bucket);
    let foreign = *owners.own != ObjectOwner::from(owners.bucket);
    let more = match name {
        "private" => Vec::new(),
        "public-read" => vec![(everyone, Permission::Read)],
        "public-read-write" => vec![(everyone.clone(), Permission::Read), (everyone, Permission::Write)],
        "authenticated-read" => vec![(Grantee::Group(Group::AuthenticatedUsers), Permission::Read)],
        "aws-exec-read" => {
            vec![(Grantee::CanonicalUser { id: EC2.to_owned(), account: None }, Permission::Read)]
        }
        "bucket-owner-read" if foreign => vec![(bucket_owner, Permission::Read)],
        "bucket-owner-full-control" if foreign => vec![(bucket_owner, Permission::FullControl)],
        "bucket-owner-read" | "bucket-owner-full-control" => Vec::new(),
        "log-delivery-write" => {
            let group = Grantee::Group(Group::LogDelivery);
            vec![(group.clone(), Permission::Write), (group, Permission::ReadAcp)]
        }
        _ => return Err(errors::invalid_argument("", "x-amz-acl", name)),
    };
    let owner = (Grantee::owner(owners.own), Permission::FullControl);
    let grants = std::iter::once(owner).chain(more);
    Ok(grants.map(|(grantee, permission)| Grant { grantee, permission }).collect())
}

/// A grantee of a header: `id="…"`, `uri="…"` or `emailAddress="…"`.
fn named_grantee(iam: &iam::Store, header: &str, part: &str) -> Result<Grantee, ServiceError> {
    let unreadable = || errors::invalid_argument("Argument format not recognized", header, part);
    let (kind, value) = part.split_once('=').ok_or_else(unreadable)?;
    let value = value.trim().trim_matches('"');
    match kind.trim() {
        "id" => canonical_user(iam, value, "id"),
        "uri" => group(value, "uri"),
        "emailAddress" => Err(no_such_email(value)),
        _ => Err(unreadable()),
    }
}

fn canonical_user(iam: &iam::Store, id: &str, argument: &str) -> Result<Grantee, ServiceError> {
    let account = iam.account_ids().find(|account| canonical_user_id(account) == id);
    match account {
        Some(account) => Ok(Grantee::account(account)),
        None if id == ANONYMOUS => Ok(Grantee::anonymous()),
        None if id == EC2 => Ok(Grantee::CanonicalUser { id: id.to_owned(), account: None }),
        None => Err(errors::invalid_argument("Invalid id", argument, id)),
    }
}

fn group(uri: &str, argument: &str) -> Result<Grantee, ServiceError> {
    let group = Group::of_uri(uri);
    group.map(Grantee::Group).ok_or_else(|| errors::invalid_argument("Invalid group uri", argument, uri))
}

/// Accounts here have no e-mail addresses.
fn no_such_email(address: &str) -> ServiceError {
    let message = "The e-mail address you provided does not match any account on record.";
    ServiceError::new(400, "UnresolvableGrantByEmailAddress", message).with("Email", address)
}

impl AccessControlPolicy {
    fn grants(&self, iam: &iam::Store, owners: Owners<'_>) -> Result<Vec<Grant>, ServiceError> {
        let owner = self.owner.as_ref().and_then(|owner| owner.id.as_deref());
        let owner = owner.ok_or_else(errors::malformed_acl)?;
        let elements = self.grants.as_ref().ok_or_else(errors::malformed_acl)?;
        let grants = elements.iter().map(|element| element.grant(iam)).collect::<Result<Vec<_>, _>>()?;
        let named = canonical_user(iam, owner, "CanonicalUser/ID")?;
        // The owner can't be changed: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectAcl.html
        if named != Grantee::owner(owners.own) {
            return Err(errors::access_denied());
        }
        Ok(grants)
    }
}

impl GrantElement {
    fn grant(&self, iam: &iam::Store) -> Result<Grant, ServiceError> {
        let grantee = self.grantee.as_ref().ok_or_else(errors::malformed_acl)?;
        let permission = self.permission.ok_or_else(errors::malformed_acl)?;
        let grantee = match (grantee.kind.as_deref(), &grantee.id, &grantee.uri, &grantee.email_address) {
            (Some("CanonicalUser"), Some(id), _, _) => canonical_user(iam, id, "CanonicalUser/ID"),
            (Some("Group"), _, Some(uri), _) => group(uri, "Group/URI"),
            (Some("AmazonCustomerByEmail"), _, _, Some(address)) => Err(no_such_email(address)),
            _ => Err(errors::malformed_acl()),
        }?;
        Ok(Grant { grantee, permission })
    }
}
