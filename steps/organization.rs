//! What an organization lets its accounts do, and be done to their resources: service and resource control policies.
//!
//! The scenario's account is a member, and the other account manages the organization: control policies never limit the
//! account that manages it.
//! <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html>

use aws_sdk_organizations::types::{HandshakeParty, HandshakePartyType, OrganizationFeatureSet, PolicyType};
use cucumber::gherkin::Step;
use cucumber::{given, when};
use harness::check::{PolicyUse, Rehearsal};
use harness::parameters::{ControlPolicy, NewControlPolicy, Path};
use harness::{Actor, CallRef, Stage, StepError, World, rehearse, unknown};
use target::PolicyKind;

use crate::policy_text::Written;
use crate::principals::other_account;

/// The account and the other one are in an organization, which the other one manages. Its id is `<YOUR_ORGANIZATION_ID>` in
/// policies, such as for `aws:PrincipalOrgID`.
#[given(expr = "the account is in an organization")]
#[when(expr = "the account joins an organization")]
async fn in_organization(world: &mut World) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.turn()?;
    let manager = manager(stage)?;
    organize(stage, &manager).await
}

rehearse!(
    "the account is in an organization",
    "the account joins an organization",
    => |step| step.joins_organization()
);

/// Attaches a service control policy, which limits what those of the account may do, its root user among them; or a resource
/// control policy, which limits what anybody may do with its resources. It is the one in the doc string. The account is in
/// an organization from then on, which the other account manages.
#[given(expr = "the account has the service/resource control policy {new-control-policy}:")]
#[when(expr = "the account is given the service/resource control policy {new-control-policy}:")]
async fn control_policy(world: &mut World, step: &Step, name: NewControlPolicy) -> Result<(), StepError> {
    limit(world.stage()?, step, &name.0, &Written::below(step)?).await
}

/// Attaches a service or resource control policy that a file beside the feature holds.
#[given(expr = "the account has the service/resource control policy {new-control-policy} in {path}")]
#[when(expr = "the account is given the service/resource control policy {new-control-policy} in {path}")]
async fn control_policy_in_file(
    world: &mut World,
    step: &Step,
    name: NewControlPolicy,
    path: Path,
) -> Result<(), StepError> {
    let stage = world.stage()?;
    let written = Written::in_file(stage, &path)?;
    limit(stage, step, &name.0, &written).await
}

/// Detaches a control policy from the account. `FullAWSAccess` is the service control policy that every account has at
/// first, and that allows all: without it, only what others allow may be done.
#[when(expr = "the control policy {control-policy} of the account is removed")]
async fn detached(world: &mut World, name: ControlPolicy) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.turn()?;
    let policies = &stage.cast.control_policies;
    let id = match name.0.as_str() {
        "FullAWSAccess" => "p-FullAWSAccess".to_owned(),
        name => {
            policies.get(name).cloned().ok_or_else(|| unknown("control policy", name, policies.keys()))?
        }
    };
    let manager = manager(stage)?;
    let account = stage.place.account().to_string();
    let detach = client(&manager).detach_policy().policy_id(id).target_id(account).send();
    stage.must(&manager, CallRef::new("Organizations", "DetachPolicy"), detach).await.map(drop)
}

rehearse!(
    "the account has the service/resource control policy {new-control-policy}:",
    "the account is given the service/resource control policy {new-control-policy}:",
    => |step| {
        step.joins_organization();
        step.has_policy(purpose(step));
    }
);
rehearse!(
    "the account has the service/resource control policy {new-control-policy} in {path}",
    "the account is given the service/resource control policy {new-control-policy} in {path}",
    => |step| {
        step.joins_organization();
        step.has_policy_in_file(purpose(step));
    }
);

fn purpose(step: &Rehearsal<'_, '_>) -> PolicyUse {
    match step.says("resource control policy") {
        true => PolicyUse::ResourceControl,
        false => PolicyUse::ServiceControl,
    }
}

async fn limit(stage: &mut Stage, step: &Step, name: &str, written: &Written) -> Result<(), StepError> {
    stage.turn()?;
    let (kind, policy_type) = match step.value.contains("resource control policy") {
        true => (PolicyKind::ResourceControl, PolicyType::ResourceControlPolicy),
        false => (PolicyKind::ServiceControl, PolicyType::ServiceControlPolicy),
    };
    let manager = manager(stage)?;
    organize(stage, &manager).await?;
    let document = written.document(stage, kind)?;
    let organizations = client(&manager);
    let create = organizations.create_policy().name(name).description("").content(document);
    let create = create.r#type(policy_type).send();
    let made = stage.must(&manager, CallRef::new("Organizations", "CreatePolicy"), create).await?;
    let id = made.policy().and_then(|policy| policy.policy_summary()).and_then(|summary| summary.id());
    let id = id.ok_or_else(|| nothing("the policy's id"))?.to_owned();
    let account = stage.place.account().to_string();
    let attach = organizations.attach_policy().policy_id(&id).target_id(account).send();
    stage.must(&manager, CallRef::new("Organizations", "AttachPolicy"), attach).await?;
    stage.cast.control_policies.insert(name.to_owned(), id);
    Ok(())
}

/// Who manages the organization.
///
/// # Errors
/// Where an organization would be of others, too.
fn manager(stage: &Stage) -> Result<Actor, StepError> {
    if !stage.place.may_be_organized() {
        let message = "policies of an organization would limit others in the account, too";
        let error = StepError::inconclusive("can't be tried here", message);
        return Err(error.help("tag the scenario `@needs:organization`, and it is skipped here"));
    }
    stage.administrator_of(&format!("arn:aws:iam::{}:root", other_account(stage)?))
}

/// Makes the organization, and the scenario's account a member of it, where that is not so yet.
async fn organize(stage: &mut Stage, manager: &Actor) -> Result<(), StepError> {
    if stage.cast.organization.is_some() {
        return Ok(());
    }
    let organizations = client(manager);
    let call = |operation| CallRef::new("Organizations", operation);
    let create = organizations.create_organization().feature_set(OrganizationFeatureSet::All).send();
    let made = stage.must(manager, call("CreateOrganization"), create).await?;
    let made = made.organization().and_then(|organization| organization.id());
    let made = made.ok_or_else(|| nothing("the organization's id"))?.to_owned();
    let roots = stage.must(manager, call("ListRoots"), organizations.list_roots().send()).await?;
    let root = roots.roots().first().ok_or_else(|| nothing("its root"))?;
    let is_enabled = |wanted: &PolicyType| root.policy_types().iter().any(|one| one.r#type() == Some(wanted));
    let wanted = [PolicyType::ServiceControlPolicy, PolicyType::ResourceControlPolicy];
    for policy_type in wanted.into_iter().filter(|wanted| !is_enabled(wanted)) {
        let enable = organizations.enable_policy_type().set_root_id(root.id().map(str::to_owned));
        stage.must(manager, call("EnablePolicyType"), enable.policy_type(policy_type).send()).await?;
    }
    let party =
        HandshakeParty::builder().id(stage.place.account().as_str()).r#type(HandshakePartyType::Account);
    let party =
        party.build().map_err(|error| StepError::inconclusive("can't be invited", error.to_string()))?;
    let invite = organizations.invite_account_to_organization().target(party).send();
    let invited = stage.must(manager, call("InviteAccountToOrganization"), invite).await?;
    let id =
        invited.handshake().and_then(|handshake| handshake.id()).ok_or_else(|| nothing("an invitation"))?;
    let administrator = stage.administrator();
    let accept = client(&administrator).accept_handshake().handshake_id(id).send();
    stage.must(&administrator, call("AcceptHandshake"), accept).await?;
    stage.cast.organization = Some(made);
    Ok(())
}

fn nothing(what: &str) -> StepError {
    StepError::inconclusive("got no answer", format!("Organizations answered without {what}"))
}

fn client(actor: &Actor) -> aws_sdk_organizations::Client {
    aws_sdk_organizations::Client::new(&actor.configuration)
}
