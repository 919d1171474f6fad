//! The permissions that IAM's operations need: action, resource and condition keys.
//!
//! An ARN is computed for an entity that does not exist, too, so that a caller without permission is
//! refused before it learns that.
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html>

use policy::Principal;
use serde_json::Value;

use crate::operation::{Access, Call, CredentialKind, ServiceError};
use crate::partition::Partition;

use super::errors::validation;
use super::input::{flag, optional, path, text};
use super::noun::{Identity, Noun};
use super::service_linked_roles;
use super::store::Store;
use super::tags::{Tags, sent, sent_keys};

type Accesses = Result<Vec<Access>, ServiceError>;

/// What an operation is about.
struct Target<'partition> {
    arn: String,
    tags: Option<&'partition Tags>,
    boundary: Option<&'partition str>,
}

impl Target<'_> {
    fn of_arn(arn: String) -> Self {
        Target { arn, tags: None, boundary: None }
    }
}

/// Operations without a resource of their own.
pub(super) fn account_wide(partition: &Partition, call: &Call) -> Accesses {
    accesses(partition, call, &Target::of_arn("*".to_owned()))
}

pub(super) fn user(partition: &Partition, call: &Call) -> Accesses {
    let target = match named_or_caller(&partition.iam, call)? {
        Some(name) => existing(partition, call, Noun::User, &name)?,
        None => Target::of_arn(format!("arn:aws:iam::{}:root", call.account()?)),
    };
    accesses(partition, call, &target)
}

pub(super) fn role(partition: &Partition, call: &Call) -> Accesses {
    accesses(partition, call, &existing(partition, call, Noun::Role, text(call, "RoleName")?)?)
}

pub(super) fn group(partition: &Partition, call: &Call) -> Accesses {
    accesses(partition, call, &existing(partition, call, Noun::Group, text(call, "GroupName")?)?)
}

pub(super) fn policy(partition: &Partition, call: &Call) -> Accesses {
    accesses(partition, call, &existing(partition, call, Noun::Policy, text(call, "PolicyArn")?)?)
}

pub(super) fn instance_profile(partition: &Partition, call: &Call) -> Accesses {
    let name = text(call, "InstanceProfileName")?;
    accesses(partition, call, &existing(partition, call, Noun::InstanceProfile, name)?)
}

pub(super) fn server_certificate(partition: &Partition, call: &Call) -> Accesses {
    let name = text(call, "ServerCertificateName")?;
    accesses(partition, call, &existing(partition, call, Noun::ServerCertificate, name)?)
}

pub(super) fn new_server_certificate(partition: &Partition, call: &Call) -> Accesses {
    created(partition, call, Noun::ServerCertificate)
}

/// As with users, the old and the new ARN.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateServerCertificate.html>
pub(super) fn renamed_server_certificate(partition: &Partition, call: &Call) -> Accesses {
    renamed(partition, call, Noun::ServerCertificate, server_certificate(partition, call)?)
}

/// An age that is not sent is no age.
pub(super) fn new_service_credential(partition: &Partition, call: &Call) -> Accesses {
    let mut needed = user(partition, call)?;
    let age = call.input.get("CredentialAgeDays").and_then(Value::as_i64);
    for access in &mut needed {
        let service = text(call, "ServiceName")?.to_lowercase();
        access.context.set("iam:ServiceSpecificCredentialServiceName", service);
        if let Some(age) = age {
            access.context.set("iam:ServiceSpecificCredentialAgeDays", age.to_string());
        }
    }
    Ok(needed)
}

pub(super) fn service_credential(partition: &Partition, call: &Call) -> Accesses {
    let mut needed = user(partition, call)?;
    let id = text(call, "ServiceSpecificCredentialId")?;
    let service = partition.iam.account(call)?.service_of_credential(id);
    for (access, service) in needed.iter_mut().zip(service) {
        access.context.set("iam:ServiceSpecificCredentialServiceName", service);
    }
    Ok(needed)
}

/// Those of all users are asked for with the permission for all users.
pub(super) fn service_credentials(partition: &Partition, call: &Call) -> Accesses {
    match flag(call, "AllUsers") {
        Some(true) => {
            let target = Target::of_arn(Noun::User.arn(call.account()?, "/", "*"));
            accesses(partition, call, &target)
        }
        _ => user(partition, call),
    }
}

/// Putting a role into an instance profile passes it to EC2.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddRoleToInstanceProfile.html>
pub(super) fn role_into_instance_profile(partition: &Partition, call: &Call) -> Accesses {
    let mut needed = instance_profile(partition, call)?;
    let role = existing(partition, call, Noun::Role, text(call, "RoleName")?)?;
    let mut pass = Access::new("iam:PassRole", &role.arn).with("iam:PassedToService", "ec2.amazonaws.com");
    add_resource_tags(&mut pass, &role);
    needed.push(pass);
    Ok(needed)
}

pub(super) fn new_service_linked_role(partition: &Partition, call: &Call) -> Accesses {
    let target = Target::of_arn(service_linked_roles::new_arn(call.account()?, call)?);
    let mut needed = accesses(partition, call, &target)?;
    if let Some(create) = needed.first_mut() {
        create.context.set("iam:AWSServiceName", text(call, "AWSServiceName")?);
    }
    Ok(needed)
}

/// The role that was to be deleted, by then without tags.
pub(super) fn role_of_deletion_task(partition: &Partition, call: &Call) -> Accesses {
    let task = text(call, "DeletionTaskId")?;
    let place =
        task.strip_prefix("task").and_then(|rest| rest.rsplit_once('/')).map_or("/*", |(role, _)| role);
    let target = Target::of_arn(format!("arn:aws:iam::{}:role{place}", call.account()?));
    accesses(partition, call, &target)
}

pub(super) fn mfa_device(partition: &Partition, call: &Call) -> Accesses {
    accesses(partition, call, &named_by_arn(partition, call, Noun::MfaDevice)?)
}

pub(super) fn oidc_provider(partition: &Partition, call: &Call) -> Accesses {
    accesses(partition, call, &named_by_arn(partition, call, Noun::OidcProvider)?)
}

pub(super) fn saml_provider(partition: &Partition, call: &Call) -> Accesses {
    accesses(partition, call, &named_by_arn(partition, call, Noun::SamlProvider)?)
}

pub(super) fn new_mfa_device(partition: &Partition, call: &Call) -> Accesses {
    created(partition, call, Noun::MfaDevice)
}

pub(super) fn new_oidc_provider(partition: &Partition, call: &Call) -> Accesses {
    created(partition, call, Noun::OidcProvider)
}

pub(super) fn new_saml_provider(partition: &Partition, call: &Call) -> Accesses {
    created(partition, call, Noun::SamlProvider)
}

fn named_by_arn<'p>(partition: &'p Partition, call: &Call, noun: Noun) -> Result<Target<'p>, ServiceError> {
    existing(partition, call, noun, text(call, noun.member())?)
}

pub(super) fn new_user(partition: &Partition, call: &Call) -> Accesses {
    created(partition, call, Noun::User)
}

pub(super) fn new_role(partition: &Partition, call: &Call) -> Accesses {
    created(partition, call, Noun::Role)
}

pub(super) fn new_group(partition: &Partition, call: &Call) -> Accesses {
    created(partition, call, Noun::Group)
}

pub(super) fn new_policy(partition: &Partition, call: &Call) -> Accesses {
    created(partition, call, Noun::Policy)
}

pub(super) fn new_instance_profile(partition: &Partition, call: &Call) -> Accesses {
    created(partition, call, Noun::InstanceProfile)
}

/// Renaming needs the permission for the old and for the new ARN.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateUser.html>
pub(super) fn renamed_user(partition: &Partition, call: &Call) -> Accesses {
    renamed(partition, call, Noun::User, user(partition, call)?)
}

/// Likewise.
pub(super) fn renamed_group(partition: &Partition, call: &Call) -> Accesses {
    renamed(partition, call, Noun::Group, group(partition, call)?)
}

/// The user that owns the key; an unknown key has none.
pub(super) fn key_owner(partition: &Partition, call: &Call) -> Accesses {
    let owner = partition.iam.key_owners.get(text(call, "AccessKeyId")?);
    let user = owner.filter(|owner| call.account().is_ok_and(|account| *account == owner.account));
    let target = match user.and_then(|owner| owner.user.as_deref()) {
        Some(name) => existing(partition, call, Noun::User, name)?,
        None => Target::of_arn("*".to_owned()),
    };
    accesses(partition, call, &target)
}

/// The user, group or role whose policies are simulated.
pub(super) fn policy_source(partition: &Partition, call: &Call) -> Accesses {
    accesses(partition, call, &of_entity_arn(partition, call, text(call, "PolicySourceArn")?)?)
}

/// The user, group, role or policy whose use is asked for.
pub(super) fn used_entity(partition: &Partition, call: &Call) -> Accesses {
    accesses(partition, call, &of_entity_arn(partition, call, text(call, "Arn")?)?)
}

fn of_entity_arn<'p>(partition: &'p Partition, call: &Call, arn: &str) -> Result<Target<'p>, ServiceError> {
    let resource = arn.split(':').nth(5).unwrap_or_default();
    let kind = resource.split('/').next();
    let nouns = [Noun::User, Noun::Group, Noun::Role, Noun::Policy];
    let Some(noun) = nouns.into_iter().find(|noun| kind == Some(noun.arn_type())) else {
        return Ok(Target::of_arn(arn.to_owned()));
    };
    let name = if noun == Noun::Policy { arn } else { resource.rsplit('/').next().unwrap_or_default() };
    let found = existing(partition, call, noun, name)?;
    Ok(if found.arn == arn { found } else { Target::of_arn(arn.to_owned()) })
}

/// The user that the request names, or the one that calls; `None`: the root user calls.
pub(super) fn named_or_caller(store: &Store, call: &Call) -> Result<Option<String>, ServiceError> {
    if let Some(name) = optional(call, "UserName") {
        return Ok(Some(name.to_owned()));
    }
    match &call.caller.principal {
        Principal::Root { .. } => Ok(None),
        Principal::User { name, id, .. } => {
            let current = store.account(call)?.user_by_id(name, id);
            Ok(Some(current.map_or(name, |user| &user.identity.name).clone()))
        }
        _ => Err(validation("Must specify userName when calling with non-User credentials")),
    }
}

fn existing<'partition>(
    partition: &'partition Partition,
    call: &Call,
    noun: Noun,
    name: &str,
) -> Result<Target<'partition>, ServiceError> {
    let account = partition.iam.account(call)?;
    let assumed = || {
        let arn = if noun.is_named_by_arn() { name.to_owned() } else { noun.arn(&account.id, "/", name) };
        Target::of_arn(arn)
    };
    let target = |identity: &Identity, tags, boundary| Target { arn: identity.arn.clone(), tags, boundary };
    let found = match noun {
        Noun::User => account
            .user(name)
            .ok()
            .map(|user| target(&user.identity, Some(&user.tags), user.boundary.as_deref())),
        Noun::Role => account
            .role(name)
            .ok()
            .map(|role| target(&role.identity, Some(&role.tags), role.boundary.as_deref())),
        Noun::Group => account.group(name).ok().map(|group| target(&group.identity, None, None)),
        Noun::Policy => {
            account.policy(name).ok().map(|policy| target(&policy.identity, Some(&policy.tags), None))
        }
        Noun::InstanceProfile => {
            let profile = account.instance_profile(name).ok();
            profile.map(|profile| target(&profile.identity, Some(&profile.tags), None))
        }
        Noun::ServerCertificate => {
            let certificate = account.server_certificate(name).ok();
            certificate.map(|certificate| target(&certificate.identity, Some(&certificate.tags), None))
        }
        Noun::MfaDevice | Noun::OidcProvider | Noun::SamlProvider => {
            let tags = account.tags(noun, name).ok();
            tags.map(|tags| Target { arn: name.to_owned(), tags: Some(tags), boundary: None })
        }
    };
    Ok(found.unwrap_or_else(assumed))
}

/// A creation with tags needs the permission to tag as well.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html>
fn created(partition: &Partition, call: &Call, noun: Noun) -> Accesses {
    let name = text(call, noun.name_member())?;
    let arn = noun.arn(call.account()?, path(call), name.strip_prefix("https://").unwrap_or(name));
    let target = Target::of_arn(arn);
    let mut needed = accesses(partition, call, &target)?;
    if !sent(call)?.is_empty() {
        needed.push(access(call, format!("iam:Tag{}", noun.title()), &target)?);
    }
    Ok(needed)
}

fn renamed(partition: &Partition, call: &Call, noun: Noun, mut needed: Vec<Access>) -> Accesses {
    let (new_path, new_name) = (optional(call, "NewPath"), optional(call, &format!("New{}", noun.member())));
    if new_path.is_none() && new_name.is_none() {
        return Ok(needed);
    }
    let account = partition.iam.account(call)?;
    let name = text(call, noun.member())?;
    let identity = match noun {
        Noun::Group => account.group(name).ok().map(|group| &group.identity),
        Noun::ServerCertificate => account.server_certificate(name).ok().map(|known| &known.identity),
        _ => account.user(name).ok().map(|user| &user.identity),
    };
    let path = new_path.or(identity.map(|identity| identity.path.as_str())).unwrap_or("/");
    let arn = noun.arn(&account.id, path, new_name.unwrap_or(name));
    needed.push(access(call, format!("iam:{}", call.operation), &Target::of_arn(arn))?);
    Ok(needed)
}

fn accesses(partition: &Partition, call: &Call, target: &Target<'_>) -> Accesses {
    refuse_unsuited_credentials(partition, call)?;
    Ok(vec![access(call, format!("iam:{}", call.operation), target)?])
}

fn access(call: &Call, action: String, target: &Target<'_>) -> Result<Access, ServiceError> {
    // Some actions on users and roles have the key, others, such as `CreateAccessKey`, have not:
    // https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
    let bounded = policy::reference::action(&action)
        .is_some_and(|action| action.has_condition_key("iam:PermissionsBoundary"));
    let mut access = Access::new(action, &target.arn);
    add_resource_tags(&mut access, target);
    let boundary = optional(call, "PermissionsBoundary").or(target.boundary);
    if let Some(boundary) = boundary.filter(|_| bounded) {
        access.context.set("iam:PermissionsBoundary", boundary);
    }
    if call.operation.starts_with("Attach") || call.operation.starts_with("Detach") {
        access.context.set("iam:PolicyARN", text(call, "PolicyArn")?);
    }
    let mut keys = sent_keys(call);
    for tag in sent(call)? {
        access.context.set(&format!("aws:RequestTag/{}", tag.key), tag.value);
        keys.push(tag.key);
    }
    if !keys.is_empty() {
        access.context.set_all("aws:TagKeys", keys);
    }
    Ok(access)
}

fn add_resource_tags(access: &mut Access, target: &Target<'_>) {
    let own = policy::reference::action(&access.action)
        .is_some_and(|action| action.has_condition_key("iam:ResourceTag/${TagKey}"));
    for (key, value) in target.tags.into_iter().flat_map(Tags::iter) {
        access.context.set(&format!("aws:ResourceTag/{key}"), value);
        if own {
            access.context.set(&format!("iam:ResourceTag/{key}"), value);
        }
    }
}

/// Credentials of `GetSessionToken` call IAM only where they carry MFA, those of `GetFederationToken` never.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_sts-comparison.html>
fn refuse_unsuited_credentials(partition: &Partition, call: &Call) -> Result<(), ServiceError> {
    let key = call.caller.access_key_id.as_deref();
    let session = key.and_then(|key| partition.sts.session(key));
    let refused = match call.caller.credential {
        CredentialKind::SessionToken => session.is_none_or(|session| session.mfa != Some(true)),
        CredentialKind::Federation => true,
        _ => false,
    };
    if refused {
        let message = "The security token included in the request is invalid";
        return Err(ServiceError::new(403, "InvalidClientTokenId", message));
    }
    Ok(())
}
