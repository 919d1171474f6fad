//! The parts of a step that vary. Every step expression uses these: a name is written the same way everywhere, and its type
//! says whom or what the step names, or to whom or what it gives the name. By that `check` knows without a run which names
//! a scenario has.

mod values;

use std::convert::Infallible;
use std::str::FromStr;

use cucumber::Parameter as _;

pub use values::{Action, Address, Count, KindOfPolicy, Moment, Path, Resource, Span, Text, Time};

/// What a parameter says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sense {
    /// A name that the step gives.
    Gives(Kind),
    /// Somebody or something that has its name from a step before.
    Names(Named),
    /// Anything else.
    Free,
}

/// What has a name in a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An IAM user.
    User,
    /// A role.
    Role,
    /// A group of users.
    Group,
    /// A policy that is embedded in a user, role or group.
    InlinePolicy,
    /// A managed policy of the account.
    ManagedPolicy,
    /// A session of a role.
    Session,
    /// A bucket.
    Bucket,
    /// An instance.
    Instance,
    /// An instance profile.
    InstanceProfile,
    /// A service or resource control policy of the organization.
    ControlPolicy,
    /// An OpenID Connect or SAML provider.
    IdentityProvider,
    /// The MFA device of the user of this name.
    MfaDevice,
    /// A key pair of EC2.
    KeyPair,
    /// A security group of EC2.
    SecurityGroup,
}

impl Kind {
    /// What people call it.
    pub fn words(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Role => "role",
            Self::Group => "group",
            Self::InlinePolicy => "inline policy",
            Self::ManagedPolicy => "managed policy",
            Self::Session => "session",
            Self::Bucket => "bucket",
            Self::Instance => "instance",
            Self::InstanceProfile => "instance profile",
            Self::ControlPolicy => "control policy",
            Self::IdentityProvider => "identity provider",
            Self::MfaDevice => "MFA device",
            Self::KeyPair => "key pair",
            Self::SecurityGroup => "security group",
        }
    }
}

/// Who or what may be meant by a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    /// What it may be.
    pub kinds: &'static [Kind],
    /// Words that mean somebody whom no step gives.
    pub words: &'static [&'static str],
    /// Whether an ARN will do, too.
    pub arns: bool,
    /// Whether a service (`ec2.amazonaws.com`) will do, too.
    pub services: bool,
}

impl Named {
    pub(crate) const fn one_of(kinds: &'static [Kind]) -> Self {
        Self { kinds, words: &[], arns: false, services: false }
    }
}

/// A name in a step, or in a cell of its table.
pub trait Name {
    /// What it says.
    const SENSE: Sense;
}

/// A parameter, as the generated regular expressions have it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Parameter {
    /// As expressions have it: `{role}`.
    pub(crate) written: &'static str,
    pub(crate) regex: &'static str,
    pub(crate) sense: Sense,
    /// What people can write for it.
    meaning: &'static str,
}

const fn free(written: &'static str, regex: &'static str, meaning: &'static str) -> Parameter {
    Parameter { written, regex, sense: Sense::Free, meaning }
}

/// All parameters.
pub(crate) fn parameters() -> impl Iterator<Item = &'static Parameter> {
    NAMES.iter().chain(OTHERS)
}

/// What a parameter may say, and how that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// As expressions have it: `{role}`.
    pub name: &'static str,
    /// What it says.
    pub sense: Sense,
    /// What people can write for it.
    pub meaning: &'static str,
    /// A regular expression of that, as cucumber expressions take it.
    pub regex: &'static str,
}

/// All parameters.
pub fn written() -> impl Iterator<Item = Written> {
    parameters().map(|parameter| Written {
        name: parameter.written,
        sense: parameter.sense,
        meaning: parameter.meaning.trim_end_matches('.'),
        regex: parameter.regex,
    })
}

/// What stands in braces in an expression, and what people can write for it.
pub fn documented() -> impl Iterator<Item = (&'static str, &'static str)> {
    parameters().map(|parameter| (parameter.written, parameter.meaning.trim_end_matches('.')))
}

const OTHERS: &[Parameter] = &[
    free("{action}", Action::REGEX, "An action of a service: s3:GetObject"),
    free(
        "{resource}",
        Resource::REGEX,
        "Something of the scenario, a file in a bucket (reports/q1.txt), an ARN, or *",
    ),
    free("{text}", Text::REGEX, "Any text in double quotes"),
    free(
        "{path}",
        Path::REGEX,
        "A file, by its path from the folder of the feature: \"policies/upload.json\"",
    ),
    free(
        "{kind-of-policy}",
        KindOfPolicy::REGEX,
        "An identity-based policy, a resource-based policy, the role trust policy, a permissions boundary, a session policy, \
         a service control policy or a resource control policy",
    ),
    free("{address}", Address::REGEX, "An address of the network: 203.0.113.7, 2001:db8::7"),
    free(
        "{time}",
        Time::REGEX,
        "A time in UTC: 2030-01-31, 2030-01-31 09:30, or 09:30, which is the next one",
    ),
    free("{count}", Count::REGEX, "A whole number"),
    free("{span}", Span::REGEX, "A span of time: 1 hour, 90 minutes, 3600 seconds"),
];

/// Names, bare or in double quotes: `main-user`, `"main-user"`. An ARN is one, too. All are written the same way; by the
/// placeholder at the end, which no step of a run can have, a regular expression tells which one it was made of.
macro_rules! names {
    ($($(#[doc = $meaning:literal])* $type:ident, $name:literal, $sense:expr;)*) => {
        $(
            $(#[doc = $meaning])*
            #[derive(Clone, Debug, PartialEq, Eq)]
            pub struct $type(pub String);

            impl cucumber::Parameter for $type {
                const REGEX: &'static str =
                    concat!(r#""[^"]+"|arn:[^\s"]+|[A-Za-z0-9][A-Za-z0-9_+=,.@/-]*|<"#, $name, ">");
                const NAME: &'static str = $name;
            }

            impl Name for $type {
                const SENSE: Sense = $sense;
            }

            impl FromStr for $type {
                type Err = Infallible;

                fn from_str(text: &str) -> Result<Self, Self::Err> {
                    Ok(Self(text.trim_matches('"').to_owned()))
                }
            }
        )*

        const NAMES: &[Parameter] = &[$(Parameter {
            written: concat!("{", $name, "}"),
            regex: <$type as cucumber::Parameter>::REGEX,
            sense: $sense,
            meaning: concat!($($meaning),*).trim_ascii(),
        }),*];
    };
}

names! {
    /// Who makes calls: a user, an instance, a session, the `administrator`, the account's `root` user, or `anonymous`.
    Who, "who", Sense::Names(Named {
        words: &["administrator", "anonymous", "nobody", "root"],
        ..Named::one_of(&[Kind::User, Kind::Instance, Kind::Session])
    });
    /// Who would do something: as `{who}`; a role, of which it is decided what any session of it may do; or an AWS service (`cloudtrail.amazonaws.com`).
    WhoOrRole, "who-or-role", Sense::Names(Named {
        words: &["administrator", "anonymous", "nobody", "root"],
        services: true,
        ..Named::one_of(&[Kind::User, Kind::Instance, Kind::Session, Kind::Role])
    });
    /// A user that the step makes.
    NewUser, "new-user", Sense::Gives(Kind::User);
    /// A user of the scenario.
    UserName, "user", Sense::Names(Named::one_of(&[Kind::User]));
    /// A role that the step makes.
    NewRole, "new-role", Sense::Gives(Kind::Role);
    /// A role of the scenario.
    RoleName, "role", Sense::Names(Named::one_of(&[Kind::Role]));
    /// A group that the step makes.
    NewGroup, "new-group", Sense::Gives(Kind::Group);
    /// A group of the scenario.
    GroupName, "group", Sense::Names(Named::one_of(&[Kind::Group]));
    /// A user, role or group of the scenario: who has policies. `"the group readers"` where a user has the name, too.
    Identity, "identity", Sense::Names(Named::one_of(&[Kind::User, Kind::Role, Kind::Group]));
    /// What can have tags: a user, role, bucket or instance of the scenario.
    TaggedName, "tagged", Sense::Names(Named::one_of(&[Kind::User, Kind::Role, Kind::Bucket, Kind::Instance]));
    /// Whom a trust policy names: a service, a user or role of the scenario, an ARN, `"the account"` or `"the other account"`.
    Trusted, "principal", Sense::Names(Named {
        words: &["the account", "the other account"],
        arns: true,
        services: true,
        ..Named::one_of(&[Kind::User, Kind::Role])
    });
    /// An inline policy that the step makes.
    NewInlinePolicy, "new-inline-policy", Sense::Gives(Kind::InlinePolicy);
    /// An inline policy of the scenario.
    InlinePolicy, "inline-policy", Sense::Names(Named::one_of(&[Kind::InlinePolicy]));
    /// A managed policy that the step makes.
    NewManagedPolicy, "new-managed-policy", Sense::Gives(Kind::ManagedPolicy);
    /// A managed policy: of the scenario, of AWS by its name, or any by its ARN.
    ManagedPolicy, "managed-policy", Sense::Names(Named { arns: true, ..Named::one_of(&[Kind::ManagedPolicy]) });
    /// A service or resource control policy that the step makes.
    NewControlPolicy, "new-control-policy", Sense::Gives(Kind::ControlPolicy);
    /// A service or resource control policy: of the scenario, or AWS's own `FullAWSAccess`.
    ControlPolicy, "control-policy", Sense::Names(Named {
        words: &["FullAWSAccess"],
        ..Named::one_of(&[Kind::ControlPolicy])
    });
    /// An identity provider that the step makes, of OpenID Connect by its URL without `https://`.
    NewIdentityProvider, "new-identity-provider", Sense::Gives(Kind::IdentityProvider);
    /// An identity provider of the scenario.
    IdentityProvider, "identity-provider", Sense::Names(Named::one_of(&[Kind::IdentityProvider]));
    /// What a session is called from the step on.
    NewSession, "new-session", Sense::Gives(Kind::Session);
    /// A bucket that the step makes.
    NewBucket, "new-bucket", Sense::Gives(Kind::Bucket);
    /// A bucket of the scenario.
    BucketName, "bucket", Sense::Names(Named::one_of(&[Kind::Bucket]));
    /// A file in a bucket, by its key.
    FileName, "file", Sense::Free;
    /// An instance that the step launches.
    NewInstance, "new-instance", Sense::Gives(Kind::Instance);
    /// An instance of the scenario.
    InstanceName, "instance", Sense::Names(Named::one_of(&[Kind::Instance]));
    /// An instance profile that the step makes.
    NewInstanceProfile, "new-instance-profile", Sense::Gives(Kind::InstanceProfile);
    /// A key pair that the step makes.
    NewKeyPair, "new-key-pair", Sense::Gives(Kind::KeyPair);
    /// A key pair of the scenario.
    KeyPairName, "key-pair", Sense::Names(Named::one_of(&[Kind::KeyPair]));
    /// A security group that the step makes.
    NewSecurityGroup, "new-security-group", Sense::Gives(Kind::SecurityGroup);
    /// A security group of the scenario.
    SecurityGroupName, "security-group", Sense::Names(Named::one_of(&[Kind::SecurityGroup]));
    /// A service's error code, such as `ExpiredToken`.
    ErrorCode, "code", Sense::Free;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_quotes() {
        assert_eq!("\"main-user\"".parse(), Ok(Who("main-user".to_owned())));
        assert_eq!("main-user".parse(), Ok(Who("main-user".to_owned())));
    }
}
