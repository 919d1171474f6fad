//! The one place that asks `policy`: turns a call into IAM requests, gathers the policies that apply, and keeps what
//! was decided.
//!
//! Global condition keys: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>

use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use policy::{
    AccountId, Context, Decision, Outcome, Policies, Policy, PolicyDocument, Principal, Request,
    ResourcePolicy, Undecidable,
};

use crate::authenticate::{Signing, Version};
use crate::authorization_message::described;
use crate::iam::RoleView;
use crate::operation::{Access, Call, CredentialKind, Protocol, Service, ServiceError, Transport};
use crate::partition::Partition;
use crate::s3::canonical_user_id;

/// One permission that a call needed, and what was decided.
#[derive(Clone, Debug)]
pub struct DecidedAccess {
    /// `service:Action`.
    pub action: String,
    /// The resource's ARN, or `*`.
    pub resource: String,
    /// The caller's ARN, or `anonymous`.
    pub principal: String,
    /// False: its denial did not refuse the call.
    pub required: bool,
    /// The decision with its trace.
    pub decision: Decision,
}

/// What was decided for a call, permission by permission; the first required one that is not granted ends it.
pub(crate) struct Verdicts {
    pub(crate) decided: Vec<DecidedAccess>,
    pub(crate) refusal: Option<ServiceError>,
}

/// Decides every permission that a call needs.
pub(crate) fn authorize(partition: &Partition, call: &Call, accesses: Vec<Access>) -> Verdicts {
    let mut verdicts = Verdicts { decided: Vec::new(), refusal: None };
    for access in accesses {
        let principal = access.principal.as_ref().unwrap_or(&call.caller.principal).arn();
        let (asked, resource, required) = (access.action.clone(), access.resource.clone(), access.required);
        match decide(partition, call, access) {
            Ok(decided) => {
                let action = decided.request.action.clone();
                let refused = required && !decided.decision.is_allowed();
                if refused {
                    verdicts.refusal = Some(denial(partition, call, &decided));
                }
                let decision = decided.decision;
                verdicts.decided.push(DecidedAccess { action, resource, principal, required, decision });
                if refused {
                    break;
                }
            }
            // What can't be decided is neither a silent allow nor a silent deny.
            Err(undecidable) => {
                let message = format!("rolecall can't decide {asked} on {resource}: {undecidable}");
                verdicts.refusal = Some(ServiceError::new(501, "NotImplemented", message));
                break;
            }
        }
    }
    verdicts
}

/// A decision with what it was taken from.
struct Decided {
    request: Request,
    policies: Policies,
    decision: Decision,
}

/// Fills in the condition keys that do not hang on the operation.
pub(crate) fn complete(partition: &Partition, call: &Call, access: &mut Access) {
    let context = &mut access.context;
    if call.service.is_s3() {
        listed_keys(&access.action, context);
    }
    global_keys(partition, call, access.resource_account.as_ref(), context);
    place_keys(call, access.forwarded, context);
    // Whoever an identity provider vouches for has nothing of the keys that may have signed the request.
    if access.principal.is_none() {
        principal_keys(partition, call, context);
        session_keys(partition, call, context);
        instance_keys(partition, call, context);
    }
}

/// The decision on one permission, of a request of which `tell` may say otherwise than its surroundings do.
///
/// # Errors
/// Where something that might decide is not known.
pub(crate) fn decision(
    partition: &Partition,
    call: &Call,
    mut access: Access,
    tell: impl FnOnce(&mut Context),
) -> Result<Decision, Undecidable> {
    complete(partition, call, &mut access);
    tell(&mut access.context);
    decide_complete(partition, call, access).map(|decided| decided.decision)
}

fn decide(partition: &Partition, call: &Call, mut access: Access) -> Result<Decided, Undecidable> {
    complete(partition, call, &mut access);
    decide_complete(partition, call, access)
}

fn decide_complete(partition: &Partition, call: &Call, access: Access) -> Result<Decided, Undecidable> {
    let caller = access.principal.is_none();
    let principal = access.principal.unwrap_or_else(|| call.caller.principal.clone());
    let entity = partition.iam.entity(&principal).unwrap_or_default();
    let denied_with = access.denied_with;
    let key = call.caller.access_key_id.as_deref().filter(|_| caller);
    let session = key.and_then(|id| partition.sts.session(id));
    let request = Request {
        canonical_user: principal.account().map(canonical_user_id),
        principal,
        action: access.action,
        resource: access.resource,
        resource_account: access.resource_account.or_else(|| call.caller.account.clone()),
        context: access.context,
    };
    let organizations = &partition.organizations;
    let service_control = request.principal.account().map(|account| organizations.service_control(account));
    let owner = request.resource_account.as_ref();
    let resource_control = owner.map(|owner| organizations.resource_control(owner));
    let policies = Policies {
        identity: entity.identity,
        boundary: entity.boundary,
        session: session.and_then(|session| session.policies.clone()),
        resource: access.resource_policy,
        service_control: service_control.unwrap_or_default(),
        resource_control: resource_control.unwrap_or_default(),
    };
    let decision = policy::decide(&request, &policies)?;
    let decided = Decided { request, policies, decision };
    match denied_with {
        Some(action) if decided.decision.is_allowed() => denied_with_another(decided, action),
        _ => Ok(decided),
    }
}

/// The decision, unless the resource's own policy denies the other action.
fn denied_with_another(decided: Decided, action: &str) -> Result<Decided, Undecidable> {
    let request = Request { action: action.to_owned(), ..decided.request.clone() };
    let policies = Policies { resource: decided.policies.resource.clone(), ..Policies::default() };
    let decision = policy::decide(&request, &policies)?;
    match decision.outcome {
        Outcome::ExplicitDeny => Ok(Decided { request, policies, decision }),
        _ => Ok(decided),
    }
}

/// Leaves the keys that the reference lists for the action: what a request says is no key of all the actions that it
/// needs, and a condition on a key that an action does not have does not hold.
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html>
fn listed_keys(action: &str, context: &mut Context) {
    let Some(action) = policy::reference::action(action) else { return };
    let listed: Vec<String> = action.condition_keys().map(str::to_lowercase).collect();
    context.retain(|key| {
        listed.iter().any(|listed| match listed.split_once(['$', '<']) {
            Some((start, _)) => key.starts_with(start),
            None => key == listed,
        })
    });
}

/// Fills in the keys that every request has.
fn global_keys(
    partition: &Partition,
    call: &Call,
    resource_account: Option<&AccountId>,
    context: &mut Context,
) {
    time_keys(call.now, context);
    context.set("aws:SecureTransport", call.transport.secure.to_string());
    context.set("aws:RequestedRegion", call.region.clone());
    let by_service = matches!(call.caller.principal, Principal::Service { .. });
    context.set("aws:PrincipalIsAWSService", by_service.to_string());
    let optional = [("aws:UserAgent", &call.transport.user_agent), ("aws:Referer", &call.transport.referer)];
    for (key, value) in optional {
        if let Some(value) = value {
            context.set(key, value.clone());
        }
    }
    // What belongs to nobody who could have a say, such as a public image, tells its owner itself.
    let told = context.get("aws:ResourceAccount").is_some();
    if let Some(account) = resource_account.or(call.caller.account.as_ref()).filter(|_| !told) {
        context.set("aws:ResourceAccount", account.as_str());
        organization_keys(partition, account, "aws:Resource", context);
    }
    if call.service.is_s3() {
        // A caller in the process is answered as one who speaks the newest TLS.
        if call.transport.secure {
            context.set("s3:TlsVersion", "1.3");
        }
        signing_keys(&call.transport, context);
    }
}

/// What a service asks on the caller's behalf does not tell from where the caller came.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html>
fn place_keys(call: &Call, forwarded: bool, context: &mut Context) {
    context.set("aws:ViaAWSService", forwarded.to_string());
    if forwarded {
        context.hide("aws:SourceIp");
    } else {
        context.set("aws:SourceIp", call.transport.source_ip.to_string());
    }
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/API/bucket-policy-s3-sigv4-conditions.html>
fn signing_keys(transport: &Transport, context: &mut Context) {
    let Some(version) = transport.signing.version() else { return };
    let kind = match transport.signing {
        Signing::Unsigned => return,
        Signing::Header(_) => "REST-HEADER",
        Signing::Form(_) => "POST",
        Signing::Query(age) => {
            match age {
                Some(age) => context.set("s3:signatureAge", age.num_milliseconds().max(0).to_string()),
                // Version 2 does not tell when it was made.
                None => context.hide("s3:signatureAge"),
            }
            "REST-QUERY-STRING"
        }
    };
    context.set("s3:authType", kind);
    let version = if version == Version::Two { "AWS" } else { "AWS4-HMAC-SHA256" };
    context.set("s3:signatureversion", version);
    if let Some(hash) = &transport.content_sha256 {
        context.set("s3:x-amz-content-sha256", hash.clone());
    }
}

fn time_keys(now: DateTime<Utc>, context: &mut Context) {
    context.set("aws:CurrentTime", now.to_rfc3339_opts(SecondsFormat::Secs, true));
    context.set("aws:EpochTime", now.timestamp().to_string());
}

fn principal_keys(partition: &Partition, call: &Call, context: &mut Context) {
    let principal = &call.caller.principal;
    if let Some(account) = principal.account() {
        context.set("aws:PrincipalAccount", account.as_str());
        organization_keys(partition, account, "aws:Principal", context);
    }
    let (kind, arn) = match principal {
        Principal::Anonymous => {
            context.set("aws:PrincipalType", "Anonymous");
            context.set("aws:userid", "anonymous");
            return;
        }
        Principal::Root { account } => {
            context.set("aws:userid", account.as_str());
            ("Account", principal.arn())
        }
        Principal::User { name, id, .. } => {
            context.set("aws:username", name.clone());
            context.set("aws:userid", id.clone());
            ("User", principal.arn())
        }
        // The role's ARN, with its path, and not the session's.
        Principal::AssumedRole { account, path, name, id, session } => {
            context.set("aws:userid", format!("{id}:{session}"));
            ("AssumedRole", format!("arn:aws:iam::{account}:role{path}{name}"))
        }
        Principal::FederatedUser { account, name, .. } => {
            context.set("aws:userid", format!("{account}:{name}"));
            ("FederatedUser", principal.arn())
        }
        Principal::Service { name } => {
            context.set("aws:PrincipalServiceName", name.clone());
            return;
        }
        _ => return,
    };
    context.set("aws:PrincipalType", kind);
    context.set("aws:PrincipalArn", arn);
    for (key, value) in partition.iam.entity(principal).unwrap_or_default().tags {
        context.set(&format!("aws:PrincipalTag/{key}"), value);
    }
}

/// The organization of an account, and its place there; an account outside of any has no such keys.
fn organization_keys(partition: &Partition, account: &AccountId, whose: &str, context: &mut Context) {
    if let Some(membership) = partition.organizations.membership(account) {
        context.set(&format!("{whose}OrgID"), membership.organization);
        context.set_all(&format!("{whose}OrgPaths"), vec![membership.path]);
    }
}

/// Keys that only temporary credentials have, and session tags, which go before the tags of the role.
fn session_keys(partition: &Partition, call: &Call, context: &mut Context) {
    let Some(session) = call.caller.access_key_id.as_deref().and_then(|id| partition.sts.session(id)) else {
        return;
    };
    context.set("aws:TokenIssueTime", session.issued.to_rfc3339_opts(SecondsFormat::Secs, true));
    // A long-term key has no such key, a temporary one has it even where MFA was not used.
    if call.caller.credential != CredentialKind::LongTerm {
        // A code in the request itself goes before what its session has.
        if context.get("aws:MultiFactorAuthPresent").is_none() {
            context.set("aws:MultiFactorAuthPresent", session.mfa.unwrap_or(false).to_string());
            if session.mfa == Some(true) {
                let age = (call.now - session.issued).num_seconds().max(0);
                context.set("aws:MultiFactorAuthAge", age.to_string());
            }
        }
    }
    if call.caller.credential == CredentialKind::RootSession {
        context.set("aws:AssumedRoot", "true");
    }
    if let Some(identity) = &session.source_identity {
        context.set("aws:SourceIdentity", identity.clone());
    }
    for (key, values) in &session.federated {
        context.set_all(key, values.clone());
    }
    for (key, value) in &session.tags {
        context.set(&format!("aws:PrincipalTag/{key}"), value.clone());
    }
}

/// Keys that only the credentials of an instance have.
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html#amazonec2-policy-keys>
fn instance_keys(partition: &Partition, call: &Call, context: &mut Context) {
    let id = call.caller.access_key_id.as_deref();
    let Some(delivered) = id.and_then(|id| partition.ec2.imds.delivered(id)) else { return };
    context.set("ec2:RoleDelivery", delivered.version.number());
    context.set("ec2:SourceInstanceARN", delivered.instance_arn.clone());
    context.set("aws:EC2InstanceSourceVPC", delivered.vpc_id.clone());
    if let Some(address) = &delivered.private_ip_address {
        context.set("aws:EC2InstanceSourcePrivateIPv4", address.clone());
    }
}

/// Each service's refusal for lack of permission.
fn denial(partition: &Partition, call: &Call, decided: &Decided) -> ServiceError {
    let message = decided.decision.denial_message();
    match (call.service, &decided.request.principal) {
        // https://docs.aws.amazon.com/sns/latest/api/API_Publish.html#API_Publish_Errors
        (Service::Sns, _) => ServiceError::new(403, "AuthorizationError", message),
        (Service::Lambda, _) => ServiceError::new(403, "AccessDeniedException", message),
        (service, _) if matches!(service.protocol(), Protocol::Json { .. }) => {
            ServiceError::new(400, "AccessDeniedException", message)
        }
        (Service::Ec2, _) => {
            ServiceError::new(403, "UnauthorizedOperation", ec2_denial(partition, call, decided))
        }
        (_, Principal::Federated { .. }) => {
            let message = format!("Not authorized to perform {}", decided.request.action);
            ServiceError::new(403, "AccessDenied", message)
        }
        (service, _) if service.is_s3() && !is_told_why(partition, call, decided) => {
            ServiceError::new(403, "AccessDenied", "Access Denied")
        }
        _ => ServiceError::new(403, "AccessDenied", message),
    }
}

/// S3 says why to those of the resource's account and of its organization, and to others nothing.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html#access-denied-message-examples>
fn is_told_why(partition: &Partition, call: &Call, decided: &Decided) -> bool {
    let organization =
        |account: &AccountId| partition.organizations.membership(account).map(|of| of.organization);
    match (&call.caller.account, &decided.request.resource_account) {
        (Some(caller), Some(owner)) if caller != owner => {
            organization(caller).is_some_and(|of_caller| organization(owner) == Some(of_caller))
        }
        (caller, _) => caller.is_some(),
    }
}

/// EC2 encodes the details of what would change something; those of a `Describe` operation it does not.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>
fn ec2_denial(partition: &Partition, call: &Call, decided: &Decided) -> String {
    let Decided { request, policies, decision } = decided;
    let message = format!("You are not authorized to perform this operation. {}", decision.denial_message());
    match &call.caller.account {
        Some(account) if !call.operation.starts_with("Describe") => {
            let details = partition.messages.encode(account, &described(request, policies, decision));
            format!("{message}. Encoded authorization failure message: {details}")
        }
        _ => message,
    }
}

/// Whether the role's trust policy lets an AWS service assume it.
pub(crate) fn service_may_assume(
    partition: &Partition,
    service: &str,
    role: &RoleView,
    now: DateTime<Utc>,
) -> bool {
    let owner = role.arn.split(':').nth(4).and_then(AccountId::new);
    let resource_control = owner.map(|owner| partition.organizations.resource_control(&owner));
    let policies = Policies {
        resource: ResourcePolicy::Trust(Some(role.trust.clone())),
        resource_control: resource_control.unwrap_or_default(),
        ..Policies::default()
    };
    may_assume(service, &role.arn, &policies, now)
}

/// Whether a trust policy lets an AWS service assume the role of this ARN, which lives on another AWS.
pub fn trusts_service(service: &str, role_arn: &str, trust: PolicyDocument, now: DateTime<Utc>) -> bool {
    let trust = Policy { name: "trust policy".to_owned(), document: Arc::new(trust) };
    let resource = ResourcePolicy::Trust(Some(trust));
    may_assume(service, role_arn, &Policies { resource, ..Policies::default() }, now)
}

fn may_assume(service: &str, role_arn: &str, policies: &Policies, now: DateTime<Utc>) -> bool {
    let mut context = Context::default();
    time_keys(now, &mut context);
    context.set("aws:PrincipalIsAWSService", "true");
    context.set("aws:PrincipalServiceName", service);
    context.set("aws:SecureTransport", "true");
    let request = Request {
        principal: Principal::Service { name: service.to_owned() },
        action: "sts:AssumeRole".to_owned(),
        resource: role_arn.to_owned(),
        resource_account: role_arn.split(':').nth(4).and_then(AccountId::new),
        context,
        canonical_user: None,
    };
    policy::decide(&request, policies).is_ok_and(|decision| decision.is_allowed())
}

/// What policies would decide, for the simulator.
pub(crate) fn simulated(request: &Request, policies: &Policies) -> Result<Decision, Undecidable> {
    policy::decide(request, policies)
}
