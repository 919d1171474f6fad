//! The kinds of entities that IAM names: what is alike in all of them.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>

use chrono::{DateTime, SecondsFormat, Utc};
use policy::AccountId;

use crate::ids::Ids;

/// A kind of entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Noun {
    User,
    Role,
    Group,
    Policy,
    InstanceProfile,
    ServerCertificate,
    MfaDevice,
    OidcProvider,
    SamlProvider,
}

impl Noun {
    /// The member of a request that names an existing one.
    pub(super) fn member(self) -> &'static str {
        match self {
            Self::User => "UserName",
            Self::Role => "RoleName",
            Self::Group => "GroupName",
            Self::Policy => "PolicyArn",
            Self::InstanceProfile => "InstanceProfileName",
            Self::ServerCertificate => "ServerCertificateName",
            Self::MfaDevice => "SerialNumber",
            Self::OidcProvider => "OpenIDConnectProviderArn",
            Self::SamlProvider => "SAMLProviderArn",
        }
    }

    /// The member of a request that names a new one.
    pub(super) fn name_member(self) -> &'static str {
        match self {
            Self::Policy => "PolicyName",
            Self::MfaDevice => "VirtualMFADeviceName",
            Self::OidcProvider => "Url",
            Self::SamlProvider => "Name",
            _ => self.member(),
        }
    }

    /// The resource type in the ARN.
    pub(super) fn arn_type(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Role => "role",
            Self::Group => "group",
            Self::Policy => "policy",
            Self::InstanceProfile => "instance-profile",
            Self::ServerCertificate => "server-certificate",
            Self::MfaDevice => "mfa",
            Self::OidcProvider => "oidc-provider",
            Self::SamlProvider => "saml-provider",
        }
    }

    /// The name as it stands in the names of operations and quotas.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Role => "Role",
            Self::Group => "Group",
            Self::Policy => "Policy",
            Self::InstanceProfile => "InstanceProfile",
            Self::ServerCertificate => "ServerCertificate",
            Self::MfaDevice => "MFADevice",
            Self::OidcProvider => "OpenIDConnectProvider",
            Self::SamlProvider => "SAMLProvider",
        }
    }

    fn id_prefix(self) -> &'static str {
        match self {
            Self::User => "AIDA",
            Self::Role => "AROA",
            Self::Group => "AGPA",
            Self::Policy => "ANPA",
            Self::InstanceProfile => "AIPA",
            Self::ServerCertificate => "ASCA",
            // These have no unique id that one sees, but for a SAML provider's.
            Self::MfaDevice | Self::OidcProvider | Self::SamlProvider => "ASMLP",
        }
    }

    /// Whether requests name an existing one by its ARN.
    pub(super) fn is_named_by_arn(self) -> bool {
        matches!(self, Self::Policy | Self::MfaDevice | Self::OidcProvider | Self::SamlProvider)
    }

    /// The ARN; `path` has both slashes.
    pub(super) fn arn(self, account: &AccountId, path: &str, name: &str) -> String {
        format!("arn:aws:iam::{account}:{}{path}{name}", self.arn_type())
    }

    /// The identity of a new one.
    pub(super) fn named(
        self,
        ids: &mut Ids,
        account: &AccountId,
        path: &str,
        name: &str,
        now: DateTime<Utc>,
    ) -> Identity {
        Identity {
            path: path.to_owned(),
            name: name.to_owned(),
            id: ids.unique_id(self.id_prefix()),
            arn: self.arn(account, path, name),
            created: now,
        }
    }
}

/// What every entity has.
#[derive(Clone, Debug)]
pub(super) struct Identity {
    /// With both slashes.
    pub(super) path: String,
    pub(super) name: String,
    /// The unique id, which no later entity has.
    pub(super) id: String,
    pub(super) arn: String,
    pub(super) created: DateTime<Utc>,
}

/// Names that differ only by case are the same name.
pub(super) fn folded(name: &str) -> String {
    name.to_lowercase()
}

/// A time as IAM writes it, in whole seconds.
pub(crate) fn timestamp(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
