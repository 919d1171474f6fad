//! What an account holds, as far as it says who may do what.

use std::fmt;

use policy::AccountId;

/// An account, or the part of one that a file describes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Account {
    /// `None`: the file does not tell it, as a template does not.
    pub id: Option<AccountId>,
    /// IAM users.
    pub users: Vec<User>,
    /// Groups of users.
    pub groups: Vec<Group>,
    /// Roles, but for those that are linked to services.
    pub roles: Vec<Role>,
    /// The names of roles that are linked to services, which nobody else can take.
    pub service_linked: Vec<String>,
    /// Managed policies, those of AWS among them where the file has their documents.
    pub policies: Vec<ManagedPolicy>,
    /// Instance profiles.
    pub instance_profiles: Vec<InstanceProfile>,
    /// Buckets.
    pub buckets: Vec<Bucket>,
    /// What could not be understood.
    pub gaps: Vec<Gap>,
}

/// What users, groups and roles have in common.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entity {
    /// The friendly name.
    pub name: String,
    /// With both slashes: `/` or `/dev/team/`.
    pub path: String,
    /// Its unique id (`AIDA…`, `AROA…`), by which policies name it where it was deleted and made anew. `None`: not told.
    pub id: Option<String>,
    /// Inline policies.
    pub inline: Vec<Document>,
    /// The ARNs of attached managed policies.
    pub attached: Vec<String>,
    /// The ARN of the permissions boundary.
    pub boundary: Option<String>,
    /// Key and value.
    pub tags: Vec<(String, String)>,
}

/// A policy document that parses as what it is for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// The name of an inline policy.
    pub name: String,
    /// JSON.
    pub text: String,
}

/// A user.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct User {
    /// Who it is, and what it has itself.
    pub entity: Entity,
    /// The names of its groups.
    pub groups: Vec<String>,
}

/// A group.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    /// What it is called, and what its members have by it.
    pub entity: Entity,
}

/// A role.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Role {
    /// What it is called, and what it may do.
    pub entity: Entity,
    /// The trust policy; `None`: it can't be told, and a gap says why.
    pub trust: Option<String>,
    /// In seconds; `None`: not told, which is one hour.
    pub max_session_duration: Option<i32>,
}

/// A managed policy with the document of its default version.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ManagedPolicy {
    /// Its ARN.
    pub arn: String,
    /// JSON.
    pub text: String,
    /// Key and value.
    pub tags: Vec<(String, String)>,
}

/// An instance profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceProfile {
    /// Its name.
    pub name: String,
    /// With both slashes.
    pub path: String,
    /// The name of the role in it; `None`: it is empty.
    pub role: Option<String>,
}

/// A bucket.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// The bucket policy.
    pub policy: Option<String>,
    /// Whether Block Public Access keeps out policies that let in everybody.
    pub blocks_public_policy: bool,
    /// Key and value.
    pub tags: Vec<(String, String)>,
}

/// Something that a file says and that can't be told from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Where it stands: a path such as `RoleDetailList[2].RolePolicyList[0]`.
    pub place: String,
    /// From 1; `None`: the place has none.
    pub line: Option<usize>,
    /// Why it can't be told.
    pub reason: String,
    /// What must not be decided for it.
    pub subject: Subject,
}

/// What a gap makes untellable.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// Whatever is asked.
    Everything,
    /// What a user, group or role of this name may do.
    Identity(String),
    /// Who may use a bucket or role of this name, or what else the file calls so.
    Resource(String),
    /// Whatever is asked of the service whose actions begin so: policies of its resources are not read.
    Service(String),
    /// Nothing that anybody of the account may do: it is told, and no more.
    Nothing,
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}, {}: {}", self.place, self.reason),
            None => write!(f, "{}: {}", self.place, self.reason),
        }
    }
}

/// Why a text is not what a reader reads.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ReadError {
    /// What is wrong, with the place in the document where there is one.
    pub message: String,
    /// Line, from 1; `None`: it is about the whole.
    pub line: Option<usize>,
    /// Column, from 1.
    pub column: Option<usize>,
}

impl ReadError {
    /// About the whole, or about the place that `message` names.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), line: None, column: None }
    }

    /// Of a text that is not JSON.
    pub(crate) fn of_json(error: &serde_json::Error) -> Self {
        let words = error.to_string();
        let reason = words.split(" at line ").next().unwrap_or(&words);
        Self {
            message: format!("is not JSON: {reason}"),
            line: Some(error.line()),
            column: Some(error.column()),
        }
    }
}

impl Account {
    /// The ARN of a user, group or role (`kind`) of the account.
    pub fn arn_of(&self, kind: &str, entity: &Entity) -> String {
        let account = self.id.as_ref().map_or("", AccountId::as_str);
        format!("arn:aws:iam::{account}:{kind}{}{}", entity.path, entity.name)
    }

    /// A managed policy by its ARN.
    pub fn policy(&self, arn: &str) -> Option<&ManagedPolicy> {
        self.policies.iter().find(|policy| policy.arn == arn)
    }

    /// Why what an identity of this name may do can't be told.
    pub fn doubt_about_identity(&self, name: &str) -> Option<&Gap> {
        let groups = self.users.iter().filter(|user| user.entity.name == name).flat_map(|user| &user.groups);
        let named: Vec<&str> = groups.map(String::as_str).chain([name]).collect();
        self.gaps.iter().find(|gap| match &gap.subject {
            Subject::Everything => true,
            Subject::Identity(of) => named.contains(&of.as_str()),
            Subject::Resource(_) | Subject::Service(_) | Subject::Nothing => false,
        })
    }

    /// Why who may use a resource of this name can't be told.
    pub fn doubt_about_resource(&self, name: &str) -> Option<&Gap> {
        self.gaps.iter().find(|gap| match &gap.subject {
            Subject::Everything => true,
            Subject::Resource(of) => of == name,
            Subject::Identity(_) | Subject::Service(_) | Subject::Nothing => false,
        })
    }

    /// Why what is asked by an action can't be told.
    pub fn doubt_about_action(&self, action: &str) -> Option<&Gap> {
        let service = action.split(':').next().unwrap_or(action);
        self.gaps.iter().find(|gap| matches!(&gap.subject, Subject::Service(of) if of == service))
    }
}
