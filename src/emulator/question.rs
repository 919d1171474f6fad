//! What would be decided, asked without a call: for actions of services that are not emulated, and for those that nobody
//! wants to do only to see whether they may be done.
//!
//! A real request brings condition keys that a question does not know. Where the decision hangs on one of them, it is not
//! decided until the question tells it.

use std::collections::BTreeMap;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use policy::{AccountId, Context, Principal, ResourcePolicy, Unknown, reference};
use serde_json::Value;

use crate::authorize::{DecidedAccess, decision};
use crate::emulator::Emulator;
use crate::operation::{Access, Call, Caller, CredentialKind, Service, Transport};
use crate::partition::Partition;
use crate::s3;

/// May this be done?
#[derive(Clone, Debug)]
pub struct Question {
    /// By whom.
    pub asker: Asker,
    /// `service:Action`, of any service.
    pub action: String,
    /// The resource's ARN, or `*`.
    pub resource: String,
    /// Condition keys of the request, beside the global ones; `None`: the request does not have that one.
    pub context: BTreeMap<String, Option<String>>,
}

/// Who would do it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asker {
    /// Somebody who signs nothing.
    Anonymous,
    /// The holder of the access key of this id.
    Key(String),
    /// A session of the role of this ARN, whoever took it: nothing is known of it but the role.
    Role(String),
    /// An AWS service by its principal: `cloudtrail.amazonaws.com`.
    Service(String),
}

/// Why a question has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotDecided {
    /// The policy engine does not know something.
    #[error("{0}")]
    Undecidable(String),
    /// The action is about other resources.
    #[error("`{action}` is not about `{resource}`, but about {kinds}")]
    OtherResource {
        /// The action.
        action: String,
        /// The resource of the question.
        resource: String,
        /// What the action is about.
        kinds: String,
    },
    /// A resource with a policy of its own is not there.
    #[error("there is no `{0}`")]
    NoSuchResource(String),
    /// The key is unknown, not active, or its session is over.
    #[error("the credentials are not good (any more)")]
    Credentials,
    /// There is no role of this ARN.
    #[error("there is no role `{0}`")]
    NoSuchRole(String),
    /// It hangs on a condition key that the question does not tell.
    #[error("it hangs on `{0}`, which the question does not tell")]
    MissingKey(String),
}

impl Emulator {
    /// Decides as a call would be decided now.
    ///
    /// # Errors
    /// Where it can't be told.
    pub fn decide(&self, question: &Question) -> Result<DecidedAccess, NotDecided> {
        answer(&self.partition(), self.region(), self.clock().now(), question)
    }
}

fn answer(
    partition: &Partition,
    region: &str,
    now: DateTime<Utc>,
    question: &Question,
) -> Result<DecidedAccess, NotDecided> {
    let action = known_action(question)?;
    let call = Call {
        // Of a service that is not emulated nothing in the decision hangs on which one it is.
        service: Service::named(action.service().prefix).unwrap_or(Service::Lambda),
        operation: "",
        caller: caller(partition, question, now)?,
        region: region.to_owned(),
        now,
        transport: Transport::inside(),
        input: Value::Null,
        body: Bytes::new(),
        granted: Vec::new(),
    };
    let mut access = access(partition, &call, question)?;
    if matches!(question.asker, Asker::Role(_)) {
        OF_SESSIONS.iter().for_each(|key| access.context.hide(key));
    }
    tell(&mut access, &action, &question.context);
    let (name, resource) = (access.action.clone(), access.resource.clone());
    let decided = decision(partition, &call, access, |context| tell_surroundings(context, question));
    let decision = decided.map_err(|undecidable| match undecidable.unknown {
        Unknown::ConditionKey(key) if is_of(&action, &key) || is_to_be_told(&key) => {
            NotDecided::MissingKey(key)
        }
        _ => NotDecided::Undecidable(undecidable.to_string()),
    })?;
    let principal = call.caller.principal.arn();
    Ok(DecidedAccess { action: name, resource, principal, required: true, decision })
}

/// # Errors
/// Where no service has the action, or it is about other resources.
fn known_action(question: &Question) -> Result<reference::Action, NotDecided> {
    let Some(action) = reference::action(&question.action) else {
        let near = reference::nearest_actions(&question.action);
        let near = near.first().map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        let message = format!("`{}` is no action of any service{near}", question.action);
        return Err(NotDecided::Undecidable(message));
    };
    if action.fits(&question.resource) {
        return Ok(action);
    }
    let kinds: Vec<&str> = action.resources.iter().map(|resource| resource.kind.name).collect();
    Err(NotDecided::OtherResource {
        action: question.action.clone(),
        resource: question.resource.clone(),
        kinds: if kinds.is_empty() { "no resource, which is `*`".to_owned() } else { kinds.join(" or ") },
    })
}

fn caller(partition: &Partition, question: &Question, now: DateTime<Utc>) -> Result<Caller, NotDecided> {
    let id = match &question.asker {
        Asker::Anonymous => return Ok(Caller::anonymous()),
        Asker::Role(arn) => return session_of(partition, arn),
        Asker::Service(name) => {
            return Ok(Caller {
                principal: Principal::Service { name: name.clone() },
                ..Caller::anonymous()
            });
        }
        Asker::Key(id) => id,
    };
    let credential = partition.credential(id).filter(|credential| credential.active);
    let credential = credential.filter(|credential| credential.expires.is_none_or(|expires| now < expires));
    let credential = credential.ok_or(NotDecided::Credentials)?;
    Ok(Caller {
        principal: credential.principal,
        account: Some(credential.account),
        access_key_id: Some(id.clone()),
        credential: credential.kind,
    })
}

fn session_of(partition: &Partition, arn: &str) -> Result<Caller, NotDecided> {
    let role = partition.iam.role_by_arn(arn);
    let account = arn.split(':').nth(4).and_then(AccountId::new);
    let (Some(role), Some(account)) = (role, account) else {
        return Err(NotDecided::NoSuchRole(arn.to_owned()));
    };
    let principal = Principal::AssumedRole {
        account: account.clone(),
        path: role.path,
        name: role.name,
        id: role.id,
        session: String::new(),
    };
    let credential = CredentialKind::RoleSession;
    Ok(Caller { principal, account: Some(account), access_key_id: None, credential })
}

/// Keys whose values hang on how a session was made, lower-cased.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>
const OF_SESSIONS: [&str; 6] = [
    "aws:federatedprovider",
    "aws:multifactorauthage",
    "aws:multifactorauthpresent",
    "aws:principaltag/",
    "aws:sourceidentity",
    "aws:tokenissuetime",
];

/// Keys of which only the question can tell the values, lower-cased.
fn is_to_be_told(key: &str) -> bool {
    let family = family(key);
    [SOURCE_IP, CURRENT_TIME, EPOCH_TIME].contains(&family.as_str())
        || OF_SESSIONS.contains(&family.as_str())
        || OF_SERVICES.contains(&family.as_str())
}

const SOURCE_IP: &str = "aws:sourceip";
const CURRENT_TIME: &str = "aws:currenttime";
const EPOCH_TIME: &str = "aws:epochtime";

/// Keys that tell for whom a service asks, lower-cased.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html>
const OF_SERVICES: [&str; 4] =
    ["aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths"];

/// What the question says of where the request comes from goes before what it would be of a call from here. From which
/// address nobody calls is told by the question alone, and a service's own calls come from none.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourceip>
fn tell_surroundings(context: &mut Context, question: &Question) {
    context.retain(|key| key != SOURCE_IP);
    let told: Vec<String> = question.context.keys().map(|key| key.to_lowercase()).collect();
    let is_told = |key: &str| told.iter().any(|told| told == key);
    match question.asker {
        Asker::Service(_) => {
            OF_SERVICES.into_iter().filter(|key| !is_told(key)).for_each(|key| context.hide(key));
        }
        _ if is_told(SOURCE_IP) => {}
        _ => context.hide(SOURCE_IP),
    }
    for (one, other) in [(CURRENT_TIME, EPOCH_TIME), (EPOCH_TIME, CURRENT_TIME)] {
        if is_told(one) && !is_told(other) {
            context.retain(|key| key != other);
            context.hide(other);
        }
    }
    for (key, value) in &question.context {
        let lower = key.to_lowercase();
        match value {
            Some(value) if lower.starts_with("aws:") => context.set(key, value.clone()),
            Some(_) => {}
            None => context.retain(|known| known != lower),
        }
    }
}

/// The permission with the policy that the resource has here.
fn access(partition: &Partition, call: &Call, question: &Question) -> Result<Access, NotDecided> {
    let arn = question.resource.as_str();
    let no_such = || NotDecided::NoSuchResource(arn.to_owned());
    if arn.starts_with("arn:aws:s3:::") {
        return s3::access_to(partition, call, &question.action, arn).ok_or_else(no_such);
    }
    let mut access = Access::new(question.action.clone(), arn);
    access.resource_account = arn.split(':').nth(4).and_then(AccountId::new);
    if question.action.starts_with("sts:") && arn.contains(":role/") {
        let role = partition.iam.role_by_arn(arn).ok_or_else(no_such)?;
        access.resource_policy = ResourcePolicy::Trust(Some(role.trust));
        for (key, value) in partition.iam.role_tags(arn) {
            access.context.set(&format!("aws:ResourceTag/{key}"), &value);
            access.context.set(&format!("iam:ResourceTag/{key}"), value);
        }
    } else if arn.starts_with("arn:aws:kms:") {
        let account = access.resource_account.clone().ok_or_else(no_such)?;
        let key = partition.kms.key(&account, &call.region, arn).map_err(|_| no_such())?;
        access.resource_policy = key.resource_policy();
    }
    Ok(access)
}

/// Fills in what the question tells, and hides what neither it nor the resource tells: of a family of keys, such as tags,
/// it tells all or none.
fn tell(access: &mut Access, action: &reference::Action, told: &BTreeMap<String, Option<String>>) {
    let mut known: Vec<String> = told.keys().map(|key| family(key)).collect();
    if access.resource.starts_with("arn:aws:s3:::")
        || matches!(access.resource_policy, ResourcePolicy::Trust(_))
    {
        known.extend(["aws:resourcetag/", "s3:buckettag/", "iam:resourcetag/"].map(str::to_owned));
    }
    for key in action.condition_keys().map(family).filter(|key| !known.contains(key)) {
        access.context.hide(&key);
    }
    for (key, value) in told {
        if let Some(value) = value {
            access.context.set(key, value.clone());
        }
    }
}

/// Whether requests for the action can have a key.
fn is_of(action: &reference::Action, key: &str) -> bool {
    action.condition_keys().any(|known| family(known) == family(key))
}

/// The part of a key that does not vary, lower-cased: `aws:resourcetag/`.
fn family(key: &str) -> String {
    match key.split_once(['/', '$', '<']) {
        Some((start, _)) => format!("{start}/").to_lowercase(),
        None => key.to_lowercase(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
mod tests {
    use policy::Outcome;
    use serde_json::json;

    use super::*;
    use crate::iam::lab::Lab;

    /// An account with a user of one inline policy, and the id of that user's key.
    fn with_policy(statement: Value) -> (Lab, String) {
        let mut lab = Lab::new();
        let id = lab.user("alice");
        let document = json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string();
        let put = json!({ "UserName": "alice", "PolicyName": "p", "PolicyDocument": document });
        lab.ok("PutUserPolicy", &put);
        (lab, id)
    }

    fn asked(lab: &Lab, question: &Question) -> Result<Outcome, NotDecided> {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        answer(&lab.partition, "us-east-1", now, question).map(|decided| decided.decision.outcome)
    }

    fn question(id: &str, action: &str, resource: &str) -> Question {
        Question {
            asker: Asker::Key(id.to_owned()),
            action: action.to_owned(),
            resource: resource.to_owned(),
            context: BTreeMap::new(),
        }
    }

    const TABLE: &str = "arn:aws:dynamodb:us-east-1:111122223333:table/orders";

    #[test]
    fn an_action_of_any_service_is_decided() {
        let (lab, id) =
            with_policy(json!({ "Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "*" }));
        assert_eq!(asked(&lab, &question(&id, "dynamodb:GetItem", TABLE)), Ok(Outcome::Allowed));
        assert_eq!(asked(&lab, &question(&id, "dynamodb:DeleteTable", TABLE)), Ok(Outcome::ImplicitDeny));
    }

    #[test]
    fn what_can_not_be_meant_is_told() {
        let (lab, id) = with_policy(json!({ "Effect": "Allow", "Action": "*", "Resource": "*" }));
        let told = asked(&lab, &question(&id, "dynamodb:DeleteTables", TABLE)).unwrap_err().to_string();
        let expected =
            "`dynamodb:DeleteTables` is no action of any service; did you mean `dynamodb:DeleteTable`?";
        assert_eq!(told, expected);
        let asked = |id, action, resource| asked(&lab, &question(id, action, resource));
        let other = asked(&id, "dynamodb:DeleteTable", "arn:aws:s3:::orders");
        assert!(matches!(other, Err(NotDecided::OtherResource { .. })));
        assert!(matches!(asked("AKIANOBODY", "dynamodb:DeleteTable", TABLE), Err(NotDecided::Credentials)));
        let nowhere = asked(&id, "s3:GetObject", "arn:aws:s3:::nowhere/a");
        assert!(matches!(nowhere, Err(NotDecided::NoSuchResource(_))));
    }

    #[test]
    fn a_key_on_which_it_hangs_has_to_be_told() {
        let condition = json!({ "StringEquals": { "aws:ResourceTag/team": "blue" } });
        let statement =
            json!({ "Effect": "Allow", "Action": "dynamodb:*", "Resource": "*", "Condition": condition });
        let (lab, id) = with_policy(statement);
        let mut question = question(&id, "dynamodb:DeleteTable", TABLE);
        let hangs = asked(&lab, &question);
        assert!(matches!(hangs, Err(NotDecided::MissingKey(key)) if key == "aws:ResourceTag/team"));
        for (value, outcome) in [
            (Some("blue"), Outcome::Allowed),
            (Some("red"), Outcome::ImplicitDeny),
            (None, Outcome::ImplicitDeny),
        ] {
            question.context.insert("aws:ResourceTag/team".to_owned(), value.map(str::to_owned));
            assert_eq!(asked(&lab, &question), Ok(outcome), "{value:?}");
        }
    }

    #[test]
    fn where_a_request_comes_from_is_told_by_the_question() {
        let from = |key: &str, operator: &str, value: &str| {
            with_policy(json!({ "Effect": "Allow", "Action": "dynamodb:*", "Resource": "*",
                "Condition": { operator: { key: value } } }))
        };
        let told = |lab: &Lab, id: &str, key: &str, value: Option<&str>| {
            let mut question = question(id, "dynamodb:DeleteTable", TABLE);
            question.context.insert(key.to_owned(), value.map(str::to_owned));
            asked(lab, &question)
        };
        let (lab, id) = from("aws:SourceIp", "IpAddress", "203.0.113.0/24");
        let hangs = asked(&lab, &question(&id, "dynamodb:DeleteTable", TABLE));
        assert_eq!(hangs, Err(NotDecided::MissingKey("aws:SourceIp".to_owned())));
        for (value, outcome) in [
            (Some("203.0.113.7"), Outcome::Allowed),
            (Some("127.0.0.1"), Outcome::ImplicitDeny),
            (None, Outcome::ImplicitDeny),
        ] {
            assert_eq!(told(&lab, &id, "AWS:SourceIp", value), Ok(outcome), "{value:?}");
        }
        let (lab, id) = from("aws:CurrentTime", "DateLessThan", "2026-01-01T00:00:00Z");
        assert_eq!(asked(&lab, &question(&id, "dynamodb:DeleteTable", TABLE)), Ok(Outcome::ImplicitDeny));
        let before = Some("2025-12-31T00:00:00Z");
        assert_eq!(told(&lab, &id, "aws:CurrentTime", before), Ok(Outcome::Allowed));
    }

    #[test]
    fn a_service_is_asked_for_whom() {
        let mut lab = Lab::new();
        let trust = json!({ "Statement": [{ "Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": { "Service": "ec2.amazonaws.com" },
            "Condition": { "StringEquals": { "aws:SourceAccount": "111122223333" } } }] });
        lab.ok("CreateRole", &json!({ "RoleName": "r", "AssumeRolePolicyDocument": trust.to_string() }));
        let by = |service: &str, account: Option<&str>| {
            let mut question = question("", "sts:AssumeRole", "arn:aws:iam::111122223333:role/r");
            question.asker = Asker::Service(service.to_owned());
            let account = account.map(|account| ("aws:SourceAccount".to_owned(), Some(account.to_owned())));
            question.context.extend(account);
            asked(&lab, &question)
        };
        let missing = NotDecided::MissingKey("aws:SourceAccount".to_owned());
        assert_eq!(by("ec2.amazonaws.com", None), Err(missing));
        assert_eq!(by("ec2.amazonaws.com", Some("111122223333")), Ok(Outcome::Allowed));
        assert_eq!(by("ec2.amazonaws.com", Some("444455556666")), Ok(Outcome::ImplicitDeny));
        assert_eq!(by("lambda.amazonaws.com", Some("111122223333")), Ok(Outcome::ImplicitDeny));
    }

    #[test]
    fn a_session_of_a_role_is_asked_without_one() {
        let mut lab = Lab::new();
        let trust = json!({ "Statement": [{ "Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": { "Service": "ec2.amazonaws.com" } }] });
        lab.ok("CreateRole", &json!({ "RoleName": "r", "AssumeRolePolicyDocument": trust.to_string() }));
        let with_mfa = json!({ "Effect": "Allow", "Action": "dynamodb:DeleteTable", "Resource": "*",
            "Condition": { "Bool": { "aws:MultiFactorAuthPresent": "true" } } });
        let plain = json!({ "Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "*" });
        let document = json!({ "Version": "2012-10-17", "Statement": [plain, with_mfa] }).to_string();
        lab.ok("PutRolePolicy", &json!({ "RoleName": "r", "PolicyName": "p", "PolicyDocument": document }));
        let of = |name: &str, action: &str| Question {
            asker: Asker::Role(format!("arn:aws:iam::111122223333:role/{name}")),
            ..question("", action, TABLE)
        };
        assert_eq!(asked(&lab, &of("r", "dynamodb:GetItem")), Ok(Outcome::Allowed));
        assert_eq!(asked(&lab, &of("r", "dynamodb:PutItem")), Ok(Outcome::ImplicitDeny));
        let mut hangs = of("r", "dynamodb:DeleteTable");
        let missing = NotDecided::MissingKey("aws:MultiFactorAuthPresent".to_owned());
        assert_eq!(asked(&lab, &hangs), Err(missing));
        hangs.context.insert("aws:MultiFactorAuthPresent".to_owned(), Some("true".to_owned()));
        assert_eq!(asked(&lab, &hangs), Ok(Outcome::Allowed));
        let nobody = asked(&lab, &of("s", "dynamodb:GetItem")).unwrap_err().to_string();
        assert_eq!(nobody, "there is no role `arn:aws:iam::111122223333:role/s`");
    }
}
