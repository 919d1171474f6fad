//! Users and their access keys, and who acts.

use aws_sdk_iam::types::{StatusType, Tag};
use cucumber::{given, then, when};
use harness::parameters::{Count, Kind, NewUser, UserName, Who};
use harness::{Actor, CallRef, NewThing, Stage, StepError, User, World, rehearse, unknown};
use secrecy::{ExposeSecret, SecretString};
use target::{AccessKey, AccountId, Named, ThingKind};

use crate::account::{WALKTHROUGH, give_the_walkthrough, is_empty, set_the_walkthrough};

/// From here on, `{who}` makes the calls of steps that name nobody: a user, an instance, a named session,
/// or somebody of the walkthrough.
#[given(expr = "{who}")]
async fn acts(world: &mut World, name: Who) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.turn()?;
    set_the_walkthrough(stage, &name.0).await?;
    (stage.actor, stage.session) = (Some(named(stage, &name.0).await?), None);
    Ok(())
}

rehearse!("{who}" => |step| {
    let is_of_it = step.parameter("{who}").is_some_and(|who| WALKTHROUGH.contains(&who.text.as_str()));
    if is_of_it && step.given(&[Kind::User, Kind::Role, Kind::Bucket, Kind::Instance]).is_empty() {
        give_the_walkthrough(step);
    }
    step.lets_act();
});

/// A user with one access key and no permissions.
#[given(expr = "a user {new-user}")]
async fn a_user(world: &mut World, name: NewUser) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.cast.tells_apart("user", &name.0)?;
    make_user_with_key(stage, &name.0).await
}

/// A user with one access key and no permissions in another account, that of `<OTHER_ACCOUNT_ID>`.
#[given(expr = "a user {new-user} of the other account")]
async fn a_foreign_user(world: &mut World, name: NewUser) -> Result<(), StepError> {
    let stage = world.stage()?;
    let other = other_account(stage)?;
    stage.cast.tells_apart("user", &name.0)?;
    make_user(stage, &name.0, &other).await?;
    let key = make_key(stage, &name.0).await?;
    add_key(stage, &name.0, key);
    Ok(())
}

/// A user who can't make calls yet.
#[given(expr = "a user {new-user} without access keys")]
async fn a_user_without_keys(world: &mut World, name: NewUser) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.cast.tells_apart("user", &name.0)?;
    let account = stage.place.account().clone();
    make_user(stage, &name.0, &account).await
}

/// One more access key for a user.
#[given(expr = "{user} has an/another access key")]
async fn has_a_key(world: &mut World, name: UserName) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.turn()?;
    known_user(stage, &name.0)?;
    let key = make_key(stage, &name.0).await?;
    add_key(stage, &name.0, key);
    Ok(())
}

/// The administrator asks for one more access key for a user, which may be refused.
#[when(expr = "{user} gets an/another access key")]
async fn gets_a_key(world: &mut World, name: UserName) -> Result<(), StepError> {
    let stage = world.stage()?;
    let arn = known_user(stage, &name.0)?;
    let administrator = stage.administrator_of(&arn)?;
    let iam = aws_sdk_iam::Client::new(&administrator.configuration);
    let made = stage
        .attempt(
            &administrator,
            key_call(arn),
            iam.create_access_key().user_name(user_name(stage, &name.0)).send(),
        )
        .await?;
    if let Some(key) = made.as_ref().and_then(|made| made.access_key()) {
        let key = access_key(key);
        add_key(stage, &name.0, key);
    }
    Ok(())
}

/// Turns off every access key of a user.
#[given(expr = "the access keys of {user} are deactivated")]
#[when(expr = "the access keys of {user} are deactivated")]
async fn deactivated(world: &mut World, name: UserName) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.turn()?;
    set_status(stage, &name.0, StatusType::Inactive).await
}

/// Turns every access key of a user on again.
#[given(expr = "the access keys of {user} are activated")]
#[when(expr = "the access keys of {user} are activated")]
async fn activated(world: &mut World, name: UserName) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.turn()?;
    set_status(stage, &name.0, StatusType::Active).await
}

/// From here on the calls are signed with the user's key id, but not with its secret key.
#[given(expr = "{who} with a wrong secret key")]
#[when(expr = "{who} signs with a wrong secret key")]
async fn wrong_secret(world: &mut World, name: Who) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.turn()?;
    let actor = named(stage, &name.0).await?;
    let Some(mut key) = actor.key else {
        return Err(StepError::failed("has no access key", format!("`{}` signs nothing", name.0)));
    };
    key.secret = SecretString::from(format!(
        "wrong/{}",
        key.secret.expose_secret().chars().skip(6).collect::<String>()
    ));
    stage.actor =
        Some(stage.actor_with(&format!("{} with a wrong secret key", name.0), actor.principal, Some(key)));
    Ok(())
}

rehearse!("{who} with a wrong secret key", "{who} signs with a wrong secret key" => |step| step.lets_act());

/// How many access keys the user has, as IAM lists them.
#[then(expr = "{user} has {count} access key(s)")]
async fn key_count(world: &mut World, name: UserName, count: Count) -> Result<(), StepError> {
    let stage = world.stage()?;
    let arn = known_user(stage, &name.0)?;
    let administrator = stage.administrator_of(&arn)?;
    let iam = aws_sdk_iam::Client::new(&administrator.configuration);
    let call = CallRef::on("IAM", "ListAccessKeys", "iam:ListAccessKeys", arn);
    let list = iam.list_access_keys().user_name(user_name(stage, &name.0)).send();
    let listed = stage.must(&administrator, call, list).await?;
    let found = listed.access_key_metadata().len();
    if i32::try_from(found).is_ok_and(|found| found == count.0) {
        return Ok(());
    }
    Err(StepError::failed(
        format!("has {found}"),
        format!("expected {} access keys, IAM lists {found}", count.0),
    ))
}

/// Everybody who can act, by name.
///
/// # Errors
/// Where nobody has that name.
pub(crate) async fn named(stage: &Stage, name: &str) -> Result<Actor, StepError> {
    let actor = anywhere(stage, name).await?;
    match stage.cast.addresses.get(name) {
        Some(address) => stage.at(actor, *address),
        None => Ok(actor),
    }
}

async fn anywhere(stage: &Stage, name: &str) -> Result<Actor, StepError> {
    let cast = &stage.cast;
    if let Some(session) = cast.sessions.get(name) {
        return Ok(session.clone());
    }
    if cast.users.contains_key(name) {
        return stage.user(name);
    }
    if let Some(instance) = cast.instances.get(name) {
        return stage.instance(name, &instance.id).await;
    }
    match name {
        "administrator" => Ok(stage.administrator()),
        "root" => root(stage),
        "anonymous" | "nobody" => Ok(stage.actor_with("anonymous", "anonymous".to_owned(), None)),
        _ if cast.roles.contains_key(name) => Err(StepError::failed(
            "nobody has assumed it",
            format!("`{name}` is a role; a call is made by a session of it"),
        )
        .help(format!("add the step `When assuming {name}`"))),
        _ => {
            let mut known: Vec<String> =
                cast.users.keys().chain(cast.instances.keys()).chain(cast.sessions.keys()).cloned().collect();
            if is_empty(stage) {
                known = WALKTHROUGH.map(str::to_owned).to_vec();
            }
            Err(unknown("user, instance or session", name, known.iter()))
        }
    }
}

/// Not every administrator is the root user.
fn root(stage: &Stage) -> Result<Actor, StepError> {
    let administrator = stage.administrator();
    if administrator.principal.ends_with(":root") {
        return Ok(Actor { name: "root".to_owned(), ..administrator });
    }
    let error = StepError::inconclusive("can't be tried", "nobody here has a key of the root user");
    Err(error.help("tag the scenario `@needs:root`, and it is skipped here"))
}

/// Makes a user with one access key.
///
/// # Errors
/// Where IAM refuses it.
pub(crate) async fn make_user_with_key(stage: &mut Stage, name: &str) -> Result<(), StepError> {
    let account = stage.place.account().clone();
    make_user(stage, name, &account).await?;
    let key = make_key(stage, name).await?;
    add_key(stage, name, key);
    Ok(())
}

async fn make_user(stage: &mut Stage, name: &str, account: &AccountId) -> Result<(), StepError> {
    stage.cast.free_for("user", name)?;
    let arn = stage.place.names().arn(&format!("arn:aws:iam::{account}:user/{name}"));
    let administrator = stage.administrator_of(&arn)?;
    let iam = aws_sdk_iam::Client::new(&administrator.configuration);
    let call = CallRef::on("IAM", "CreateUser", "iam:CreateUser", arn.clone());
    let there = user_name(stage, name);
    let thing = NewThing { account, kind: ThingKind::User, name: &there };
    let create = iam
        .create_user()
        .user_name(&there)
        .set_path(stage.place.names().iam_path().map(str::to_owned))
        .set_permissions_boundary(stage.place.permissions_boundary().map(str::to_owned))
        .set_tags(iam_tags(stage));
    let made = stage.create(&administrator, thing, call, create.send()).await?;
    let arn = made.user().map_or(arn, |user| user.arn().to_owned());
    stage.cast.users.insert(name.to_owned(), User { arn, keys: Vec::new() });
    Ok(())
}

pub(crate) async fn make_key(stage: &Stage, name: &str) -> Result<AccessKey, StepError> {
    let arn = known_user(stage, name)?;
    let administrator = stage.administrator_of(&arn)?;
    let iam = aws_sdk_iam::Client::new(&administrator.configuration);
    let made = stage
        .must(&administrator, key_call(arn), iam.create_access_key().user_name(user_name(stage, name)).send())
        .await?;
    made.access_key()
        .map(access_key)
        .ok_or_else(|| StepError::inconclusive("got no access key", "IAM answered without one"))
}

/// The account of somebody else.
///
/// # Errors
/// Where the place has none.
pub(crate) fn other_account(stage: &Stage) -> Result<AccountId, StepError> {
    let other = stage.place.other_account().cloned();
    other.ok_or_else(|| StepError::inconclusive("can't be tried", "there is no other account here"))
}

/// The place's name of a user.
fn user_name(stage: &Stage, name: &str) -> String {
    stage.place.names().of(Named::InIam, name)
}

/// What the place wants everything tagged with that is made in IAM.
pub(crate) fn iam_tags(stage: &Stage) -> Option<Vec<Tag>> {
    let tags = stage.place.tags().iter();
    let tags: Vec<Tag> =
        tags.filter_map(|(key, value)| Tag::builder().key(key).value(value).build().ok()).collect();
    (!tags.is_empty()).then_some(tags)
}

fn key_call(arn: String) -> CallRef {
    CallRef::on("IAM", "CreateAccessKey", "iam:CreateAccessKey", arn)
}

fn access_key(key: &aws_sdk_iam::types::AccessKey) -> AccessKey {
    AccessKey {
        id: key.access_key_id().to_owned(),
        secret: SecretString::from(key.secret_access_key().to_owned()),
        session_token: None,
    }
}

pub(crate) fn add_key(stage: &mut Stage, name: &str, key: AccessKey) {
    if let Some(user) = stage.cast.users.get_mut(name) {
        user.keys.push(key);
    }
}

/// The ARN of a user of the cast.
///
/// # Errors
/// Where the scenario has no such user.
pub(crate) fn known_user(stage: &Stage, name: &str) -> Result<String, StepError> {
    let users = &stage.cast.users;
    users.get(name).map(|user| user.arn.clone()).ok_or_else(|| unknown("user", name, users.keys()))
}

async fn set_status(stage: &Stage, name: &str, status: StatusType) -> Result<(), StepError> {
    let arn = known_user(stage, name)?;
    let administrator = stage.administrator_of(&arn)?;
    let iam = aws_sdk_iam::Client::new(&administrator.configuration);
    let keys: Vec<String> = stage
        .cast
        .users
        .get(name)
        .into_iter()
        .flat_map(|user| &user.keys)
        .map(|key| key.id.clone())
        .collect();
    for id in keys {
        let call = CallRef::on("IAM", "UpdateAccessKey", "iam:UpdateAccessKey", arn.clone());
        let update = iam
            .update_access_key()
            .user_name(user_name(stage, name))
            .access_key_id(id)
            .status(status.clone())
            .send();
        stage.must(&administrator, call, update).await?;
    }
    Ok(())
}
