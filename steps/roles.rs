//! Roles: who may take them, and for how long.

use cucumber::{given, then, when};
use harness::check::PolicyUse;
use harness::parameters::{NewRole, Path, RoleName, Span, Trusted};
use harness::{CallRef, NewThing, Stage, StepError, World, rehearse, unknown};
use serde_json::{Value, json};
use target::{AccountId, Named, PolicyKind, ThingKind};

use crate::holders::several;
use crate::policy_text::{Written, for_account, rows};
use crate::principals::{iam_tags, other_account};

/// A role trusted by a service (`ec2.amazonaws.com`), a user of the scenario, or `"the account"`.
#[given(expr = "a role {new-role} trusted by {principal}")]
async fn a_role(world: &mut World, name: NewRole, trusted: Trusted) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.cast.tells_apart("role", &name.0)?;
    let principal = principal(stage, &trusted.0)?;
    make_role(stage, &name.0, &trust(&[principal])).await
}

/// A role of another account, that of `<OTHER_ACCOUNT_ID>`, trusted as a role of one's own is.
#[given(expr = "a role {new-role} of the other account trusted by {principal}")]
async fn a_foreign_role(world: &mut World, name: NewRole, trusted: Trusted) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.cast.tells_apart("role", &name.0)?;
    let (principal, account) = (principal(stage, &trusted.0)?, other_account(stage)?);
    make_role_in(stage, &account, &name.0, &trust(&[principal])).await
}

/// A role with the trust policy in the doc string.
#[given(expr = "a role {new-role} with the trust policy:")]
async fn a_role_with_trust(
    world: &mut World,
    step: &cucumber::gherkin::Step,
    name: NewRole,
) -> Result<(), StepError> {
    make_written(world.stage()?, &name.0, &Written::below(step)?).await
}

/// A role with the trust policy in a file beside the feature.
#[given(expr = "a role {new-role} with the trust policy in {path}")]
async fn a_role_with_trust_in_file(world: &mut World, name: NewRole, path: Path) -> Result<(), StepError> {
    let stage = world.stage()?;
    let written = Written::in_file(stage, &path)?;
    make_written(stage, &name.0, &written).await
}

async fn make_written(stage: &mut Stage, name: &str, written: &Written) -> Result<(), StepError> {
    stage.cast.tells_apart("role", name)?;
    let document = written.document(stage, PolicyKind::Trust)?;
    make_role(stage, name, &document).await.map_err(|error| written.blaming_principal(stage, error))
}

/// Replaces a role's trust policy by the doc string.
#[given(expr = "the trust policy of {role} is:")]
#[when(expr = "the trust policy of {role} becomes:")]
async fn trust_policy(
    world: &mut World,
    step: &cucumber::gherkin::Step,
    name: RoleName,
) -> Result<(), StepError> {
    replace_trust(world.stage()?, &name.0, &Written::below(step)?).await
}

/// Replaces a role's trust policy by that in a file beside the feature.
#[given(expr = "the trust policy of {role} is that in {path}")]
#[when(expr = "the trust policy of {role} becomes that in {path}")]
async fn trust_policy_in_file(world: &mut World, name: RoleName, path: Path) -> Result<(), StepError> {
    let stage = world.stage()?;
    let written = Written::in_file(stage, &path)?;
    replace_trust(stage, &name.0, &written).await
}

async fn replace_trust(stage: &mut Stage, name: &str, written: &Written) -> Result<(), StepError> {
    stage.turn()?;
    let document = written.document(stage, PolicyKind::Trust)?;
    set_trust(stage, name, &document).await.map_err(|error| written.blaming_principal(stage, error))
}

/// Replaces a role's trust policy by one that names the principals of the table `| principal |`.
#[given(expr = "{role} trusts:")]
#[when(expr = "{role} trusts:")]
async fn trusts(world: &mut World, step: &cucumber::gherkin::Step, name: RoleName) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.turn()?;
    let mut principals = Vec::new();
    for row in rows(step, &["principal"])? {
        principals.push(principal(stage, row.first().map_or("", String::as_str))?);
    }
    set_trust(stage, &name.0, &trust(&principals)).await
}

rehearse!(
    "a role {new-role} with the trust policy:",
    "the trust policy of {role} is:",
    "the trust policy of {role} becomes:",
    => |step| step.has_policy(PolicyUse::Trust)
);
rehearse!(
    "a role {new-role} with the trust policy in {path}",
    "the trust policy of {role} is that in {path}",
    "the trust policy of {role} becomes that in {path}",
    => |step| step.has_policy_in_file(PolicyUse::Trust)
);
rehearse!("{role} trusts:" => |step| {
    for row in step.rows(&["principal"], &[]) {
        row.cell("principal").into_iter().for_each(|cell| step.names::<Trusted>(cell));
    }
});

/// Sets how long sessions of a role may last; it must be accepted.
#[given(expr = "the maximum session duration of {role} is {span}")]
async fn maximum_is(world: &mut World, name: RoleName, span: Span) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.turn()?;
    let arn = known_role(stage, &name.0)?;
    let administrator = stage.administrator_of(&arn)?;
    let iam = aws_sdk_iam::Client::new(&administrator.configuration);
    let update =
        iam.update_role().role_name(role_name(stage, &name.0)).max_session_duration(span.seconds()).send();
    stage.must(&administrator, CallRef::on("IAM", "UpdateRole", "iam:UpdateRole", arn), update).await?;
    Ok(())
}

/// Tries to set how long sessions of a role may last.
#[when(expr = "the maximum session duration of {role} is set to {span}")]
async fn maximum_is_set(world: &mut World, name: RoleName, span: Span) -> Result<(), StepError> {
    let stage = world.stage()?;
    let arn = known_role(stage, &name.0)?;
    let administrator = stage.administrator_of(&arn)?;
    let iam = aws_sdk_iam::Client::new(&administrator.configuration);
    let update =
        iam.update_role().role_name(role_name(stage, &name.0)).max_session_duration(span.seconds()).send();
    let call = CallRef::on("IAM", "UpdateRole", "iam:UpdateRole", arn);
    stage.attempt(&administrator, call, update).await?;
    Ok(())
}

/// How long sessions of a role may last, as `get-role` tells.
#[then(expr = "the maximum session duration of {role} is {span}")]
async fn maximum_reads(world: &mut World, name: RoleName, span: Span) -> Result<(), StepError> {
    let stage = world.stage()?;
    let arn = known_role(stage, &name.0)?;
    let administrator = stage.administrator_of(&arn)?;
    let iam = aws_sdk_iam::Client::new(&administrator.configuration);
    let call = CallRef::on("IAM", "GetRole", "iam:GetRole", arn);
    let get = iam.get_role().role_name(role_name(stage, &name.0)).send();
    let read = stage.must(&administrator, call, get).await?;
    let found = read.role().and_then(|role| role.max_session_duration());
    if found == Some(span.seconds()) {
        return Ok(());
    }
    let found = found.map_or("nothing".to_owned(), |found| format!("{found} seconds"));
    Err(StepError::failed(
        format!("is {found}"),
        format!("expected {} seconds, get-role says {found}", span.seconds()),
    ))
}

/// Who a trust policy names: a service, the scenario's account, or a user or role of the cast.
fn principal(stage: &Stage, words: &str) -> Result<Value, StepError> {
    let words = for_account(stage, words);
    let cast = &stage.cast;
    if words == "the account" {
        return Ok(json!({"AWS": format!("arn:aws:iam::{}:root", stage.place.account())}));
    }
    if words == "the other account" {
        return Ok(json!({"AWS": format!("arn:aws:iam::{}:root", other_account(stage)?)}));
    }
    if words.ends_with(".amazonaws.com") {
        return Ok(json!({"Service": words}));
    }
    if words.starts_with("arn:") {
        return Ok(json!({"AWS": stage.place.names().arn(&words)}));
    }
    if cast.users.contains_key(&words) && cast.roles.contains_key(&words) {
        return Err(several(stage, &words));
    }
    let arn = cast.users.get(&words).map(|user| &user.arn).or_else(|| cast.roles.get(&words));
    arn.map(|arn| json!({"AWS": arn})).ok_or_else(|| {
        let known: Vec<String> = cast.users.keys().chain(cast.roles.keys()).cloned().collect();
        unknown("user", &words, known.iter())
            .help("a principal is a service (ec2.amazonaws.com), a user or role of the scenario, an ARN, \"the account\" or \"the other account\"")
    })
}

fn trust(principals: &[Value]) -> String {
    let statement =
        |principal: &Value| json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"});
    let statements: Vec<Value> = principals.iter().map(statement).collect();
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

/// Makes a role with a trust policy in the scenario's account.
///
/// # Errors
/// Where IAM refuses it.
pub(crate) async fn make_role(stage: &mut Stage, name: &str, document: &str) -> Result<(), StepError> {
    let account = stage.place.account().clone();
    make_role_in(stage, &account, name, document).await
}

async fn make_role_in(
    stage: &mut Stage,
    account: &AccountId,
    name: &str,
    document: &str,
) -> Result<(), StepError> {
    let arn = stage.place.names().arn(&format!("arn:aws:iam::{account}:role/{name}"));
    let administrator = stage.administrator_of(&arn)?;
    let iam = aws_sdk_iam::Client::new(&administrator.configuration);
    let there = role_name(stage, name);
    let thing = NewThing { account, kind: ThingKind::Role, name: &there };
    let create = iam
        .create_role()
        .role_name(&there)
        .assume_role_policy_document(document)
        .set_path(stage.place.names().iam_path().map(str::to_owned))
        .set_permissions_boundary(stage.place.permissions_boundary().map(str::to_owned))
        .set_tags(iam_tags(stage));
    let call = CallRef::on("IAM", "CreateRole", "iam:CreateRole", arn.clone());
    let made = stage.create(&administrator, thing, call, create.send()).await?;
    let arn = made.role().map_or(arn, |role| role.arn().to_owned());
    stage.cast.roles.insert(name.to_owned(), arn);
    Ok(())
}

/// Replaces a role's trust policy.
///
/// # Errors
/// Where there is no such role, or IAM refuses the document.
pub(crate) async fn set_trust(stage: &Stage, name: &str, document: &str) -> Result<(), StepError> {
    let arn = known_role(stage, name)?;
    let administrator = stage.administrator_of(&arn)?;
    let iam = aws_sdk_iam::Client::new(&administrator.configuration);
    let update =
        iam.update_assume_role_policy().role_name(role_name(stage, name)).policy_document(document).send();
    let call = CallRef::on("IAM", "UpdateAssumeRolePolicy", "iam:UpdateAssumeRolePolicy", arn);
    stage.must(&administrator, call, update).await?;
    Ok(())
}

/// The ARN of a role of the cast.
///
/// # Errors
/// Where the scenario has no such role.
pub(crate) fn known_role(stage: &Stage, name: &str) -> Result<String, StepError> {
    let roles = &stage.cast.roles;
    roles.get(name).cloned().ok_or_else(|| unknown("role", name, roles.keys()))
}

/// The place's name of a role.
pub(crate) fn role_name(stage: &Stage, name: &str) -> String {
    stage.place.names().of(Named::InIam, name)
}
