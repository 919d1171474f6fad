//! Access control lists: what a bucket or an object grants beside its bucket policy.
//!
//! A list is compiled into the statements that its permissions stand for, so that one engine decides it together with
//! the policies. A grant to an account lets that account's own policies speak, as a bucket policy's does.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html>

use std::sync::Arc;

use policy::{AccountId, PolicyDocument, PolicyKind};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::store::{ANONYMOUS, ObjectOwner, canonical_user_id};

/// What a list is of: the same permission stands for other actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    Bucket,
    Object,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Permission {
    FullControl,
    Read,
    Write,
    ReadAcp,
    WriteAcp,
}

/// The predefined groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    AllUsers,
    AuthenticatedUsers,
    LogDelivery,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Grantee {
    /// An account, by its canonical user id.
    CanonicalUser {
        id: String,
        account: Option<AccountId>,
    },
    Group(Group),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Grant {
    pub(super) grantee: Grantee,
    pub(super) permission: Permission,
}

/// A list of grants, with the statements that it stands for.
#[derive(Clone)]
pub(super) struct Acl {
    grants: Vec<Grant>,
    /// `None`: it grants nothing to anyone but the owner.
    document: Option<Arc<PolicyDocument>>,
}

impl Group {
    const ALL: [Self; 3] = [Self::AllUsers, Self::AuthenticatedUsers, Self::LogDelivery];

    pub(super) fn uri(self) -> &'static str {
        match self {
            Self::AllUsers => "http://acs.amazonaws.com/groups/global/AllUsers",
            Self::AuthenticatedUsers => "http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
            Self::LogDelivery => "http://acs.amazonaws.com/groups/s3/LogDelivery",
        }
    }

    pub(super) fn of_uri(uri: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.uri() == uri)
    }
}

impl Grantee {
    pub(super) fn account(account: &AccountId) -> Self {
        Self::CanonicalUser { id: canonical_user_id(account), account: Some(account.clone()) }
    }

    pub(super) fn owner(owner: &ObjectOwner) -> Self {
        match owner {
            ObjectOwner::Account(account) => Self::account(account),
            ObjectOwner::Anonymous => Self::anonymous(),
        }
    }

    /// Whoever sends requests without a signature.
    pub(super) fn anonymous() -> Self {
        Self::CanonicalUser { id: ANONYMOUS.to_owned(), account: None }
    }

    fn is_public(&self) -> bool {
        matches!(self, Self::Group(Group::AllUsers | Group::AuthenticatedUsers))
    }

    fn shown(&self) -> Value {
        match self {
            Self::CanonicalUser { id, .. } => json!({ "ID": id, "Type": "CanonicalUser" }),
            Self::Group(group) => json!({ "URI": group.uri(), "Type": "Group" }),
        }
    }
}

impl Acl {
    /// Everything to the owner, nothing to others.
    pub(super) fn private(owner: &ObjectOwner) -> Self {
        let grant = Grant { grantee: Grantee::owner(owner), permission: Permission::FullControl };
        Self::new(vec![grant], Subject::Object, owner)
    }

    /// An owner's account needs no statement of its own.
    pub(super) fn new(grants: Vec<Grant>, subject: Subject, owner: &ObjectOwner) -> Self {
        let statements: Vec<Value> = grants
            .iter()
            .filter(|grant| *owner == ObjectOwner::Anonymous || grant.grantee != Grantee::owner(owner))
            .filter_map(|grant| statement(grant, subject))
            .collect();
        let document = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
        // Without statements it is no policy, and grants nothing.
        let document = PolicyDocument::parse(&document, PolicyKind::Resource).ok().map(Arc::new);
        Self { grants, document }
    }

    /// What a bucket's list says of the objects that are not there: it lets those look for them who may list it.
    pub(super) fn of_missing(&self, owner: &AccountId) -> Self {
        let is_read = |grant: &&Grant| grant.permission == Permission::Read;
        let grants = self.grants.iter().filter(is_read).cloned().collect();
        Self::new(grants, Subject::Object, &ObjectOwner::from(owner))
    }

    /// The statements that the grants to others stand for.
    pub(super) fn document(&self) -> Option<Arc<PolicyDocument>> {
        self.document.clone()
    }

    /// Whether it grants anything to the groups of everyone.
    pub(super) fn is_public(&self) -> bool {
        self.grants.iter().any(|grant| grant.grantee.is_public())
    }

    /// Whether it is what a list is where there are none: everything to the owner and nothing else.
    pub(super) fn is_private(&self, owner: &ObjectOwner) -> bool {
        self.grants == Self::private(owner).grants
    }

    pub(super) fn shown(&self, owner: &ObjectOwner) -> Value {
        let grant =
            |grant: &Grant| json!({ "Grantee": grant.grantee.shown(), "Permission": grant.permission });
        json!({
            "Owner": { "ID": owner.canonical_id() },
            "Grants": self.grants.iter().map(grant).collect::<Vec<_>>(),
        })
    }
}

/// `None`: the permission means nothing there, or the grantee is nobody who could call.
fn statement(grant: &Grant, subject: Subject) -> Option<Value> {
    let actions = actions(grant.permission, subject);
    if actions.is_empty() {
        return None;
    }
    let principal = match &grant.grantee {
        Grantee::CanonicalUser { id, .. } if id == ANONYMOUS => json!("*"),
        Grantee::CanonicalUser { account, .. } => json!({ "AWS": account.as_ref()?.as_str() }),
        Grantee::Group(Group::AllUsers | Group::AuthenticatedUsers) => json!("*"),
        Grantee::Group(Group::LogDelivery) => return None,
    };
    let mut statement =
        json!({ "Effect": "Allow", "Principal": principal, "Action": actions, "Resource": "*" });
    let operator = match &grant.grantee {
        Grantee::Group(Group::AuthenticatedUsers) => Some("StringNotEquals"),
        Grantee::CanonicalUser { id, .. } if id == ANONYMOUS => Some("StringEquals"),
        _ => None,
    };
    if let (Some(operator), Value::Object(elements)) = (operator, &mut statement) {
        let condition = json!({ operator: { "aws:PrincipalType": "Anonymous" } });
        elements.insert("Condition".to_owned(), condition);
    }
    Some(statement)
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#acl-access-policy-permission-mapping>
fn actions(permission: Permission, subject: Subject) -> Vec<&'static str> {
    match (permission, subject) {
        (Permission::FullControl, _) => {
            [Permission::Read, Permission::Write, Permission::ReadAcp, Permission::WriteAcp]
                .into_iter()
                .flat_map(|permission| actions(permission, subject))
                .collect()
        }
        (Permission::Read, Subject::Bucket) => {
            vec!["s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"]
        }
        // Deleting is for the owners of objects only, which whoever asks has looked at.
        (Permission::Write, Subject::Bucket) => vec!["s3:PutObject", "s3:DeleteObject"],
        (Permission::ReadAcp, Subject::Bucket) => vec!["s3:GetBucketAcl"],
        (Permission::WriteAcp, Subject::Bucket) => vec!["s3:PutBucketAcl"],
        (Permission::Read, Subject::Object) => vec!["s3:GetObject", "s3:GetObjectVersion"],
        (Permission::Write, Subject::Object) => Vec::new(),
        (Permission::ReadAcp, Subject::Object) => vec!["s3:GetObjectAcl", "s3:GetObjectVersionAcl"],
        (Permission::WriteAcp, Subject::Object) => vec!["s3:PutObjectAcl", "s3:PutObjectVersionAcl"],
    }
}
