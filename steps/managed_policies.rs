//! Managed policies, of the account and of AWS, and permissions boundaries.

use cucumber::{given, when};
use harness::check::PolicyUse;
use harness::parameters::{Identity, ManagedPolicy, NewManagedPolicy, Path};
use harness::{CallRef, NewThing, Stage, StepError, World, nearest, rehearse, unknown};
use target::{PolicyKind, ThingKind, aws_managed_policy_arns};

use crate::holders::{Holder, name_in_iam};
use crate::policy_text::{Written, for_account};
use crate::principals::iam_tags;

/// A managed policy of the account, as the doc string says. Nobody has it yet.
#[given(expr = "a managed policy {new-managed-policy}:")]
async fn a_managed_policy(
    world: &mut World,
    step: &cucumber::gherkin::Step,
    name: NewManagedPolicy,
) -> Result<(), StepError> {
    make_written(world.stage()?, &name.0, &Written::below(step)?).await
}

/// A managed policy of the account, as a file beside the feature says. Nobody has it yet.
#[given(expr = "a managed policy {new-managed-policy} in {path}")]
async fn a_managed_policy_in_file(
    world: &mut World,
    name: NewManagedPolicy,
    path: Path,
) -> Result<(), StepError> {
    let stage = world.stage()?;
    let written = Written::in_file(stage, &path)?;
    make_written(stage, &name.0, &written).await
}

async fn make_written(stage: &mut Stage, name: &str, written: &Written) -> Result<(), StepError> {
    let document = written.document(stage, PolicyKind::Identity)?;
    let path = stage.place.names().iam_path().map(str::to_owned);
    make_policy(stage, name, path, document).await
}

/// Makes a managed policy.
///
/// # Errors
/// Where IAM refuses it.
pub(crate) async fn make_policy(
    stage: &mut Stage,
    name: &str,
    path: Option<String>,
    document: String,
) -> Result<(), StepError> {
    let administrator = stage.administrator();
    let iam = aws_sdk_iam::Client::new(&administrator.configuration);
    let arn = format!("arn:aws:iam::{}:policy/{name}", stage.place.account());
    let arn = stage.place.names().arn(&arn);
    let there = name_in_iam(stage, name);
    let thing = NewThing { account: stage.place.account(), kind: ThingKind::ManagedPolicy, name: &there };
    let call = CallRef::on("IAM", "CreatePolicy", "iam:CreatePolicy", arn.clone());
    let create = iam.create_policy().policy_name(&there).policy_document(document);
    let create = create.set_path(path).set_tags(iam_tags(stage)).send();
    let made = stage.create(&administrator, thing, call, create).await?;
    let arn = made.policy().and_then(|policy| policy.arn()).map_or(arn, str::to_owned);
    stage.cast.policies.insert(name.to_owned(), arn);
    Ok(())
}

/// Replaces a managed policy of the account by the doc string: a new version of it, which is the default from then on.
#[when(expr = "the managed policy {managed-policy} becomes:")]
async fn becomes(
    world: &mut World,
    step: &cucumber::gherkin::Step,
    name: ManagedPolicy,
) -> Result<(), StepError> {
    replace(world.stage()?, &name.0, &Written::below(step)?).await
}

/// Replaces a managed policy of the account by what a file beside the feature says: a new version of it, which is the
/// default from then on.
#[when(expr = "the managed policy {managed-policy} becomes that in {path}")]
async fn becomes_that_in_file(world: &mut World, name: ManagedPolicy, path: Path) -> Result<(), StepError> {
    let stage = world.stage()?;
    let written = Written::in_file(stage, &path)?;
    replace(stage, &name.0, &written).await
}

async fn replace(stage: &mut Stage, name: &str, written: &Written) -> Result<(), StepError> {
    stage.turn()?;
    let policies = &stage.cast.policies;
    let arn = policies.get(name).ok_or_else(|| unknown("managed policy", name, policies.keys()))?;
    let document = written.document(stage, PolicyKind::Identity)?;
    let administrator = stage.administrator();
    let iam = aws_sdk_iam::Client::new(&administrator.configuration);
    let call = CallRef::on("IAM", "CreatePolicyVersion", "iam:CreatePolicyVersion", arn.clone());
    let create = iam.create_policy_version().policy_arn(arn).policy_document(document).set_as_default(true);
    stage.must(&administrator, call, create.send()).await.map(drop)
}

rehearse!(
    "a managed policy {new-managed-policy}:",
    "the managed policy {managed-policy} becomes:",
    => |step| step.has_policy(PolicyUse::Managed)
);
rehearse!(
    "a managed policy {new-managed-policy} in {path}",
    "the managed policy {managed-policy} becomes that in {path}",
    => |step| step.has_policy_in_file(PolicyUse::Managed)
);

/// Attaches a managed policy to a user, role or group: one of the scenario, one of AWS by its name
/// (`AmazonS3ReadOnlyAccess`), or any by its ARN.
#[given(expr = "{identity} has the managed policy {managed-policy}")]
#[when(expr = "{identity} is given the managed policy {managed-policy}")]
async fn attached(world: &mut World, holder: Identity, policy: ManagedPolicy) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.turn()?;
    let policy = policy_arn(stage, &policy.0)?;
    attach(stage, &Holder::of(stage, &holder.0)?, &holder.0, policy).await
}

/// Attaches the managed policy of an ARN to a user, role or group of the cast.
///
/// # Errors
/// Where IAM refuses it.
pub(crate) async fn attach(
    stage: &Stage,
    held: &Holder,
    holder: &str,
    policy: String,
) -> Result<(), StepError> {
    let name = name_in_iam(stage, holder);
    let administrator = stage.administrator_of(held.arn())?;
    let iam = aws_sdk_iam::Client::new(&administrator.configuration);
    match held {
        Holder::User(arn) => {
            let call = CallRef::on("IAM", "AttachUserPolicy", "iam:AttachUserPolicy", arn.clone());
            let attach = iam.attach_user_policy().user_name(name).policy_arn(policy).send();
            stage.must(&administrator, call, attach).await.map(drop)
        }
        Holder::Role(arn) => {
            let call = CallRef::on("IAM", "AttachRolePolicy", "iam:AttachRolePolicy", arn.clone());
            let attach = iam.attach_role_policy().role_name(name).policy_arn(policy).send();
            stage.must(&administrator, call, attach).await.map(drop)
        }
        Holder::Group(arn) => {
            let call = CallRef::on("IAM", "AttachGroupPolicy", "iam:AttachGroupPolicy", arn.clone());
            let attach = iam.attach_group_policy().group_name(name).policy_arn(policy).send();
            stage.must(&administrator, call, attach).await.map(drop)
        }
    }
}

/// Detaches a managed policy from a user, role or group.
#[when(expr = "the managed policy {managed-policy} of {identity} is removed")]
async fn detached(world: &mut World, policy: ManagedPolicy, holder: Identity) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.turn()?;
    let policy = policy_arn(stage, &policy.0)?;
    let held = Holder::of(stage, &holder.0)?;
    let name = name_in_iam(stage, &holder.0);
    let administrator = stage.administrator_of(held.arn())?;
    let iam = aws_sdk_iam::Client::new(&administrator.configuration);
    match held {
        Holder::User(arn) => {
            let call = CallRef::on("IAM", "DetachUserPolicy", "iam:DetachUserPolicy", arn);
            let detach = iam.detach_user_policy().user_name(name).policy_arn(policy).send();
            stage.must(&administrator, call, detach).await.map(drop)
        }
        Holder::Role(arn) => {
            let call = CallRef::on("IAM", "DetachRolePolicy", "iam:DetachRolePolicy", arn);
            let detach = iam.detach_role_policy().role_name(name).policy_arn(policy).send();
            stage.must(&administrator, call, detach).await.map(drop)
        }
        Holder::Group(arn) => {
            let call = CallRef::on("IAM", "DetachGroupPolicy", "iam:DetachGroupPolicy", arn);
            let detach = iam.detach_group_policy().group_name(name).policy_arn(policy).send();
            stage.must(&administrator, call, detach).await.map(drop)
        }
    }
}

/// Sets the permissions boundary of a user or role: a managed policy, which limits what its other policies can allow.
#[given(expr = "the permissions boundary of {identity} is {managed-policy}")]
#[when(expr = "the permissions boundary of {identity} becomes {managed-policy}")]
async fn bounded(world: &mut World, holder: Identity, policy: ManagedPolicy) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.turn()?;
    let policy = policy_arn(stage, &policy.0)?;
    let held = Holder::of(stage, &holder.0)?;
    let name = name_in_iam(stage, &holder.0);
    let administrator = stage.administrator_of(held.arn())?;
    let iam = aws_sdk_iam::Client::new(&administrator.configuration);
    match held {
        Holder::User(arn) => {
            let action = "iam:PutUserPermissionsBoundary";
            let call = CallRef::on("IAM", "PutUserPermissionsBoundary", action, arn);
            let put = iam.put_user_permissions_boundary().user_name(name).permissions_boundary(policy).send();
            stage.must(&administrator, call, put).await.map(drop)
        }
        Holder::Role(arn) => {
            let action = "iam:PutRolePermissionsBoundary";
            let call = CallRef::on("IAM", "PutRolePermissionsBoundary", action, arn);
            let put = iam.put_role_permissions_boundary().role_name(name).permissions_boundary(policy).send();
            stage.must(&administrator, call, put).await.map(drop)
        }
        Holder::Group(_) => Err(unbounded(&holder.0)),
    }
}

/// Takes the permissions boundary of a user or role away.
#[when(expr = "the permissions boundary of {identity} is removed")]
async fn boundary_removed(world: &mut World, holder: Identity) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.turn()?;
    let held = Holder::of(stage, &holder.0)?;
    let name = name_in_iam(stage, &holder.0);
    let administrator = stage.administrator_of(held.arn())?;
    let iam = aws_sdk_iam::Client::new(&administrator.configuration);
    match held {
        Holder::User(arn) => {
            let action = "iam:DeleteUserPermissionsBoundary";
            let call = CallRef::on("IAM", "DeleteUserPermissionsBoundary", action, arn);
            let delete = iam.delete_user_permissions_boundary().user_name(name).send();
            stage.must(&administrator, call, delete).await.map(drop)
        }
        Holder::Role(arn) => {
            let action = "iam:DeleteRolePermissionsBoundary";
            let call = CallRef::on("IAM", "DeleteRolePermissionsBoundary", action, arn);
            let delete = iam.delete_role_permissions_boundary().role_name(name).send();
            stage.must(&administrator, call, delete).await.map(drop)
        }
        Holder::Group(_) => Err(unbounded(&holder.0)),
    }
}

fn unbounded(group: &str) -> StepError {
    StepError::failed(
        "is a group",
        format!("`{group}` is a group, and only users and roles have permissions boundaries"),
    )
}

/// The ARN of a managed policy: of the scenario, of AWS by its name, or any by its ARN.
///
/// # Errors
/// Where there is none of that name.
pub(crate) fn policy_arn(stage: &Stage, words: &str) -> Result<String, StepError> {
    if words.starts_with("arn:") {
        return Ok(stage.place.names().arn(&for_account(stage, words)));
    }
    if let Some(arn) = stage.cast.policies.get(words) {
        return Ok(arn.clone());
    }
    if let Some(arn) = aws_managed_policy_arns().find(|arn| arn.rsplit('/').next() == Some(words)) {
        return Ok(arn);
    }
    let of_aws = aws_managed_policy_arns().filter_map(|arn| arn.rsplit('/').next().map(str::to_owned));
    let known: Vec<String> = stage.cast.policies.keys().cloned().chain(of_aws).collect();
    let help = match nearest(words, known.iter().map(String::as_str)).first() {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!(
            "add `Given a managed policy {words}:` with its document, or name one of AWS, such as AmazonS3ReadOnlyAccess"
        ),
    };
    Err(StepError::failed(format!("there is no managed policy `{words}`"), "").help(help))
}
