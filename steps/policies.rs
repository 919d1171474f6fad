//! Inline policies of users, roles and groups.

use cucumber::{given, when};
use harness::check::PolicyUse;
use harness::parameters::{Identity, InlinePolicy, NewInlinePolicy, Path};
use harness::{CallRef, Stage, StepError, World, rehearse};
use target::PolicyKind;

use crate::holders::{Holder, name_in_iam};
use crate::policy_text::{Written, from_table};

/// Gives a user, role or group the inline policy in the doc string.
#[given(expr = "{identity} has the inline policy {new-inline-policy}:")]
#[when(expr = "{identity} is given the inline policy {new-inline-policy}:")]
async fn inline_policy(
    world: &mut World,
    step: &cucumber::gherkin::Step,
    holder: Identity,
    policy: NewInlinePolicy,
) -> Result<(), StepError> {
    give(world.stage()?, &holder.0, &policy.0, &Written::below(step)?).await
}

/// Gives a user, role or group the inline policy in a file beside the feature.
#[given(expr = "{identity} has the inline policy {new-inline-policy} in {path}")]
#[when(expr = "{identity} is given the inline policy {new-inline-policy} in {path}")]
async fn inline_policy_in_file(
    world: &mut World,
    holder: Identity,
    policy: NewInlinePolicy,
    path: Path,
) -> Result<(), StepError> {
    let stage = world.stage()?;
    let written = Written::in_file(stage, &path)?;
    give(stage, &holder.0, &policy.0, &written).await
}

/// Gives a user, role or group an inline policy with the statements of the table `| effect | action | resource |`;
/// several actions or resources are separated by commas.
#[given(expr = "{identity} has the inline policy {new-inline-policy} with the statements:")]
#[when(expr = "{identity} is given the inline policy {new-inline-policy} with the statements:")]
async fn inline_statements(
    world: &mut World,
    step: &cucumber::gherkin::Step,
    holder: Identity,
    policy: NewInlinePolicy,
) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.turn()?;
    let document = from_table(stage, step)?;
    put(stage, &holder.0, &policy.0, &document).await
}

rehearse!(
    "{identity} has the inline policy {new-inline-policy}:",
    "{identity} is given the inline policy {new-inline-policy}:",
    => |step| step.has_policy(PolicyUse::Inline)
);
rehearse!(
    "{identity} has the inline policy {new-inline-policy} in {path}",
    "{identity} is given the inline policy {new-inline-policy} in {path}",
    => |step| step.has_policy_in_file(PolicyUse::Inline)
);
rehearse!(
    "{identity} has the inline policy {new-inline-policy} with the statements:",
    "{identity} is given the inline policy {new-inline-policy} with the statements:",
    => |step| step.has_statements()
);

/// Takes an inline policy away from a user, role or group.
#[given(expr = "the inline policy {inline-policy} of {identity} is removed")]
#[when(expr = "the inline policy {inline-policy} of {identity} is removed")]
async fn removed(world: &mut World, policy: InlinePolicy, holder: Identity) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.turn()?;
    let held = Holder::of(stage, &holder.0)?;
    let name = name_in_iam(stage, &holder.0);
    let administrator = stage.administrator_of(held.arn())?;
    let iam = aws_sdk_iam::Client::new(&administrator.configuration);
    match held {
        Holder::User(arn) => {
            let call = CallRef::on("IAM", "DeleteUserPolicy", "iam:DeleteUserPolicy", arn);
            let delete = iam.delete_user_policy().user_name(name).policy_name(&policy.0).send();
            stage.must(&administrator, call, delete).await.map(drop)
        }
        Holder::Role(arn) => {
            let call = CallRef::on("IAM", "DeleteRolePolicy", "iam:DeleteRolePolicy", arn);
            let delete = iam.delete_role_policy().role_name(name).policy_name(&policy.0).send();
            stage.must(&administrator, call, delete).await.map(drop)
        }
        Holder::Group(arn) => {
            let call = CallRef::on("IAM", "DeleteGroupPolicy", "iam:DeleteGroupPolicy", arn);
            let delete = iam.delete_group_policy().group_name(name).policy_name(&policy.0).send();
            stage.must(&administrator, call, delete).await.map(drop)
        }
    }
}

async fn give(stage: &mut Stage, holder: &str, policy: &str, written: &Written) -> Result<(), StepError> {
    stage.turn()?;
    let document = written.document(stage, PolicyKind::Identity)?;
    put(stage, holder, policy, &document).await
}

/// Puts an inline policy on a user, role or group of the cast.
///
/// # Errors
/// Where nobody has that name, or IAM refuses the document.
pub(crate) async fn put(stage: &Stage, holder: &str, policy: &str, document: &str) -> Result<(), StepError> {
    put_on(stage, &Holder::of(stage, holder)?, holder, policy, document).await
}

/// The same on one of whom it is known what they are.
///
/// # Errors
/// Where IAM refuses the document.
pub(crate) async fn put_on(
    stage: &Stage,
    held: &Holder,
    holder: &str,
    policy: &str,
    document: &str,
) -> Result<(), StepError> {
    let name = name_in_iam(stage, holder);
    let administrator = stage.administrator_of(held.arn())?;
    let iam = aws_sdk_iam::Client::new(&administrator.configuration);
    match held {
        Holder::User(arn) => {
            let call = CallRef::on("IAM", "PutUserPolicy", "iam:PutUserPolicy", arn.clone());
            let put =
                iam.put_user_policy().user_name(name).policy_name(policy).policy_document(document).send();
            stage.must(&administrator, call, put).await.map(drop)
        }
        Holder::Role(arn) => {
            let call = CallRef::on("IAM", "PutRolePolicy", "iam:PutRolePolicy", arn.clone());
            let put =
                iam.put_role_policy().role_name(name).policy_name(policy).policy_document(document).send();
            stage.must(&administrator, call, put).await.map(drop)
        }
        Holder::Group(arn) => {
            let call = CallRef::on("IAM", "PutGroupPolicy", "iam:PutGroupPolicy", arn.clone());
            let put =
                iam.put_group_policy().group_name(name).policy_name(policy).policy_document(document).send();
            stage.must(&administrator, call, put).await.map(drop)
        }
    }
}
