//! What the front and the services agree on: an operation is its name, the permissions it needs, and what it does.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use policy::{AccountId, Context, Principal, ResourcePolicy};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::authenticate::{Signing, Version};
use crate::partition::{Credential, Partition};

/// The services that are emulated, and those of which calls are only decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Service {
    Iam,
    Sts,
    S3,
    /// What S3 has for whole accounts, with a host name and a model of its own.
    S3Control,
    Ec2,
    Organizations,
    Kms,
    Ssm,
    SecretsManager,
    DynamoDb,
    Sqs,
    /// SQS in the older one of its two protocols.
    SqsQuery,
    Sns,
    Lambda,
}

/// How a service's requests and answers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// awsQuery.
    Query,
    /// ec2Query.
    Ec2,
    /// restXml, as S3 has it.
    S3,
    /// restXml, as S3 Control has it.
    RestXml,
    /// awsJson: the operation is in the header `X-Amz-Target`, after `target` and a dot.
    Json {
        /// `1.0` or `1.1`, which stands in the content type.
        version: &'static str,
        target: &'static str,
    },
    /// restJson: the operation is in method and path.
    RestJson,
}

impl Service {
    /// All of them.
    pub(crate) const ALL: &[Self] = &[
        Self::Iam,
        Self::Sts,
        Self::S3,
        Self::S3Control,
        Self::Ec2,
        Self::Organizations,
        Self::Kms,
        Self::Ssm,
        Self::SecretsManager,
        Self::DynamoDb,
        Self::Sqs,
        Self::SqsQuery,
        Self::Sns,
        Self::Lambda,
    ];

    /// Its name in the scope of signatures, in host names and before the colon of its actions.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Iam => "iam",
            Self::Sts => "sts",
            Self::S3 | Self::S3Control => "s3",
            Self::Ec2 => "ec2",
            Self::Organizations => "organizations",
            Self::Kms => "kms",
            Self::Ssm => "ssm",
            Self::SecretsManager => "secretsmanager",
            Self::DynamoDb => "dynamodb",
            Self::Sqs | Self::SqsQuery => "sqs",
            Self::Sns => "sns",
            Self::Lambda => "lambda",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|service| service.name() == name)
    }

    pub(crate) fn protocol(self) -> Protocol {
        match self {
            Self::Iam | Self::Sts | Self::Sns | Self::SqsQuery => Protocol::Query,
            Self::Ec2 => Protocol::Ec2,
            Self::S3 => Protocol::S3,
            Self::S3Control => Protocol::RestXml,
            Self::Organizations => Protocol::Json { version: "1.1", target: "AWSOrganizationsV20161128" },
            Self::Kms => Protocol::Json { version: "1.1", target: "TrentService" },
            Self::Ssm => Protocol::Json { version: "1.1", target: "AmazonSSM" },
            Self::SecretsManager => Protocol::Json { version: "1.1", target: "secretsmanager" },
            Self::DynamoDb => Protocol::Json { version: "1.0", target: "DynamoDB_20120810" },
            Self::Sqs => Protocol::Json { version: "1.0", target: "AmazonSQS" },
            Self::Lambda => Protocol::RestJson,
        }
    }

    /// Whether its requests are signed and refused as S3's are.
    pub(crate) fn is_s3(self) -> bool {
        matches!(self, Self::S3 | Self::S3Control)
    }

    /// Whether it has one endpoint, in us-east-1, whatever region its clients sign for.
    pub(crate) fn is_global(self) -> bool {
        matches!(self, Self::Iam | Self::Organizations)
    }
}

/// One row of a service's table.
pub(crate) struct Operation {
    /// Its name in the service's API model, such as `CreateRole`.
    pub(crate) name: &'static str,
    /// The permissions that it needs, before anything is done. All must be granted, but for those
    /// that only inform. `NO_PERMISSION_NEEDED` for the few that AWS documents as always allowed.
    pub(crate) access: fn(&Partition, &Call) -> Result<Vec<Access>, ServiceError>,
    /// What it does. It changes nothing where it returns an error.
    pub(crate) act: fn(&mut Partition, &Call) -> Result<Reply, ServiceError>,
}

/// For operations that AWS documents as needing no permission, such as `GetCallerIdentity`.
pub(crate) const NO_PERMISSION_NEEDED: fn(&Partition, &Call) -> Result<Vec<Access>, ServiceError> =
    |_, _| Ok(Vec::new());

/// An authenticated, parsed and validated request.
pub(crate) struct Call {
    pub(crate) service: Service,
    pub(crate) operation: &'static str,
    pub(crate) caller: Caller,
    /// The region of the request (`us-east-1` for the global services).
    pub(crate) region: String,
    /// Virtual time.
    pub(crate) now: DateTime<Utc>,
    /// How the request came.
    pub(crate) transport: Transport,
    /// The request's members by their names in the API model: numbers and booleans typed, lists and
    /// maps plain, blobs in base64, timestamps in RFC 3339.
    pub(crate) input: Value,
    /// The body of an operation whose payload is a blob (S3 objects), decoded from chunks and verified.
    pub(crate) body: Bytes,
    /// For each access that was asked for, in order, whether it was granted: what the informing ones said.
    pub(crate) granted: Vec<bool>,
}

impl Call {
    /// The input as a type of the operation's own (`#[serde(rename_all = "PascalCase")]`).
    pub(crate) fn parse<T: DeserializeOwned>(&self) -> Result<T, ServiceError> {
        T::deserialize(&self.input)
            .map_err(|error| ServiceError::new(400, "ValidationError", format!("invalid input: {error}")))
    }

    /// The account of the caller; an anonymous caller has none.
    pub(crate) fn account(&self) -> Result<&AccountId, ServiceError> {
        self.caller.account.as_ref().ok_or_else(|| ServiceError::new(403, "AccessDenied", "Access Denied"))
    }
}

/// What the condition keys of a request's transport tell.
#[derive(Clone, Debug)]
pub(crate) struct Transport {
    pub(crate) source_ip: std::net::IpAddr,
    /// Over TLS (or in the same process, which nobody listens to).
    pub(crate) secure: bool,
    pub(crate) user_agent: Option<String>,
    pub(crate) referer: Option<String>,
    pub(crate) signing: Signing,
    /// S3's `x-amz-content-sha256`.
    pub(crate) content_sha256: Option<String>,
}

impl Transport {
    #[cfg(test)]
    pub(crate) fn of_tests() -> Self {
        Self::inside()
    }

    /// Of a call that comes from inside AWS.
    pub(crate) fn inside() -> Self {
        Self {
            source_ip: std::net::Ipv4Addr::LOCALHOST.into(),
            secure: true,
            user_agent: None,
            referer: None,
            signing: Signing::Header(Version::Four),
            content_sha256: None,
        }
    }
}

/// Who calls, as authentication found it.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) principal: Principal,
    /// `None`: anonymous.
    pub(crate) account: Option<AccountId>,
    /// `None`: anonymous.
    pub(crate) access_key_id: Option<String>,
    /// Whether the key is temporary, and of which kind.
    pub(crate) credential: CredentialKind,
}

impl Caller {
    /// Nobody in particular.
    pub(crate) fn anonymous() -> Self {
        Self {
            principal: Principal::Anonymous,
            account: None,
            access_key_id: None,
            credential: CredentialKind::Anonymous,
        }
    }

    /// Whoever holds a credential.
    pub(crate) fn of(credential: Credential, access_key_id: String) -> Self {
        Self {
            principal: credential.principal,
            account: Some(credential.account),
            access_key_id: Some(access_key_id),
            credential: credential.kind,
        }
    }
}

/// The kinds of credentials that differ in what they may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CredentialKind {
    /// None: an unsigned request.
    Anonymous,
    /// A user's or root's access key.
    LongTerm,
    /// From `AssumeRole`, or an instance's.
    RoleSession,
    /// From `AssumeRoot`.
    RootSession,
    /// From `GetSessionToken`.
    SessionToken,
    /// From `GetFederationToken`.
    Federation,
}

/// One permission that an operation needs.
pub(crate) struct Access {
    /// `service:Action`, for instance `s3:PutObject`.
    pub(crate) action: String,
    /// The resource's ARN, or `*`.
    pub(crate) resource: String,
    /// The account that owns the resource; `None`: the caller's.
    pub(crate) resource_account: Option<AccountId>,
    /// The resource's own policy.
    pub(crate) resource_policy: ResourcePolicy,
    /// The service's and the resource's condition keys; the global ones are added by `authorize`.
    pub(crate) context: Context,
    /// Who asks; `None`: the caller. An identity provider vouches for somebody else.
    pub(crate) principal: Option<Principal>,
    /// False: a denial does not refuse the call, it only shows in `Call::granted`.
    pub(crate) required: bool,
    /// The service asks another one on the caller's behalf.
    pub(crate) forwarded: bool,
    /// Another action: an explicit Deny of it in the resource's own policy is one of this permission as well.
    pub(crate) denied_with: Option<&'static str>,
}

impl Access {
    /// A required permission without a resource policy or keys of its own.
    pub(crate) fn new(action: impl Into<String>, resource: impl Into<String>) -> Self {
        Self {
            action: action.into(),
            resource: resource.into(),
            resource_account: None,
            resource_policy: ResourcePolicy::None,
            context: Context::default(),
            principal: None,
            required: true,
            forwarded: false,
            denied_with: None,
        }
    }

    /// The same, but a denial only shows in `Call::granted`.
    pub(crate) fn informing(mut self) -> Self {
        self.required = false;
        self
    }

    /// The same, asked of another service on the caller's behalf.
    pub(crate) fn forwarded(mut self) -> Self {
        self.forwarded = true;
        self
    }

    /// The same with a single-valued condition key.
    pub(crate) fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.context.set(key, value);
        self
    }
}

/// What an operation answers.
#[derive(Debug, Default)]
pub(crate) struct Reply {
    /// Members by their names in the API model, in the same form as `Call::input`; absent ones are not sent.
    pub(crate) output: Value,
    /// The payload of an operation whose payload is a blob.
    pub(crate) body: Option<Bytes>,
    /// `None`: as the model says (200 where it is silent).
    pub(crate) status: Option<u16>,
    /// Headers of S3 that the model does not have, in lower case.
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Reply {
    /// Nothing but success.
    pub(crate) fn empty() -> Self {
        Self { output: Value::Object(serde_json::Map::new()), body: None, status: None, headers: Vec::new() }
    }

    /// `output` by serde (`#[serde(rename_all = "PascalCase")]`, `None` fields skipped or null).
    pub(crate) fn of<T: Serialize>(output: &T) -> Result<Self, ServiceError> {
        let output = serde_json::to_value(output)
            .map_err(|error| ServiceError::new(500, "InternalFailure", error.to_string()))?;
        Ok(Self { output, body: None, status: None, headers: Vec::new() })
    }

    /// The same with one more header.
    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// A documented error of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServiceError {
    pub(crate) status: u16,
    /// Its code on the wire, such as `NoSuchEntity`.
    pub(crate) code: &'static str,
    pub(crate) message: String,
    /// More elements of an S3 error, such as `BucketName`.
    pub(crate) fields: Vec<(&'static str, String)>,
    /// Headers that S3 sends with the error.
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl ServiceError {
    pub(crate) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), fields: Vec::new(), headers: Vec::new() }
    }

    /// The same with one more element.
    pub(crate) fn with(mut self, field: &'static str, value: impl Into<String>) -> Self {
        self.fields.push((field, value.into()));
        self
    }

    /// The same with one more header, in lower case.
    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}
