//! Groups and users.

use account::{Account, Entity, User};
use harness::{CallRef, Doubtful, NewThing, Stage, StepError};
use target::ThingKind;

use super::names::{path_there, placed, tags_there};
use super::policies::Made;
use crate::holders::{Holder, name_in_iam};
use crate::managed_policies::attach;
use crate::policies::put_on;
use crate::principals::{add_key, make_key};

/// # Errors
/// Where IAM refuses a group, or a policy of one.
pub(super) async fn groups(stage: &mut Stage, account: &Account, policies: &Made) -> Result<(), StepError> {
    for group in &account.groups {
        let entity = &group.entity;
        let administrator = stage.administrator();
        let iam = aws_sdk_iam::Client::new(&administrator.configuration);
        let there = name_in_iam(stage, &entity.name);
        let arn = arn_there(stage, "group", entity);
        let thing = NewThing { account: stage.place.account(), kind: ThingKind::Group, name: &there };
        let call = CallRef::on("IAM", "CreateGroup", "iam:CreateGroup", arn.clone());
        let create = iam.create_group().group_name(&there).set_path(path_there(stage, &entity.path));
        let made = stage.create(&administrator, thing, call, create.send()).await?;
        let arn = made.group().map_or(arn, |group| group.arn().to_owned());
        stage.cast.groups.insert(entity.name.clone(), arn.clone());
        // Its members are doubtful where it is.
        let members = account.users.iter().filter(|user| user.groups.contains(&entity.name));
        let about = members.map(|user| Doubtful::Identity(user.entity.name.clone())).collect();
        give(stage, entity, &Holder::Group(arn), policies, about).await?;
    }
    Ok(())
}

/// # Errors
/// Where IAM refuses a user, a policy of one, or a membership.
pub(super) async fn users(stage: &mut Stage, account: &Account, policies: &Made) -> Result<(), StepError> {
    for user in &account.users {
        let entity = &user.entity;
        let arn = make_user(stage, entity, policies).await?;
        let about = vec![Doubtful::Identity(entity.name.clone())];
        give(stage, entity, &Holder::User(arn), policies, about).await?;
        join(stage, user).await?;
        let key = make_key(stage, &entity.name).await?;
        add_key(stage, &entity.name, key);
    }
    Ok(())
}

async fn make_user(stage: &mut Stage, entity: &Entity, policies: &Made) -> Result<String, StepError> {
    stage.cast.free_for("user", &entity.name)?;
    let administrator = stage.administrator();
    let iam = aws_sdk_iam::Client::new(&administrator.configuration);
    let there = name_in_iam(stage, &entity.name);
    let arn = arn_there(stage, "user", entity);
    let thing = NewThing { account: stage.place.account(), kind: ThingKind::User, name: &there };
    let call = CallRef::on("IAM", "CreateUser", "iam:CreateUser", arn.clone());
    let create = iam.create_user().user_name(&there).set_path(path_there(stage, &entity.path));
    let create = create
        .set_permissions_boundary(boundary_there(stage, entity, policies))
        .set_tags(tags_there(stage, &entity.tags));
    let made = stage.create(&administrator, thing, call, create.send()).await?;
    let arn = made.user().map_or(arn, |user| user.arn().to_owned());
    stage.cast.users.insert(entity.name.clone(), harness::User { arn: arn.clone(), keys: Vec::new() });
    Ok(arn)
}

async fn join(stage: &Stage, user: &User) -> Result<(), StepError> {
    let administrator = stage.administrator();
    let iam = aws_sdk_iam::Client::new(&administrator.configuration);
    // A group that the file does not hold is a gap already.
    for (group, arn) in user.groups.iter().filter_map(|name| Some((name, stage.cast.groups.get(name)?))) {
        let call = CallRef::on("IAM", "AddUserToGroup", "iam:AddUserToGroup", arn.clone());
        let add = iam.add_user_to_group().user_name(name_in_iam(stage, &user.entity.name));
        stage.must(&administrator, call, add.group_name(name_in_iam(stage, group)).send()).await?;
    }
    Ok(())
}

/// Gives somebody their inline policies and attaches the managed ones; `about` is whose permissions hang on them.
///
/// # Errors
/// Where IAM refuses one.
pub(super) async fn give(
    stage: &mut Stage,
    entity: &Entity,
    holder: &Holder,
    policies: &Made,
    about: Vec<Doubtful>,
) -> Result<(), StepError> {
    for policy in &entity.inline {
        let document = placed(stage, &policy.text, &about);
        if let Some(document) = document {
            put_on(stage, holder, &entity.name, &policy.name, &document).await?;
        }
    }
    // What is nowhere is a doubt already.
    for arn in entity.attached.iter().filter_map(|arn| policies.get(arn)) {
        attach(stage, holder, &entity.name, arn.clone()).await?;
    }
    Ok(())
}

/// The boundary of a description, or that of the place.
pub(super) fn boundary_there(stage: &Stage, entity: &Entity, policies: &Made) -> Option<String> {
    let own = entity.boundary.as_ref().and_then(|arn| policies.get(arn).cloned());
    own.or_else(|| stage.place.permissions_boundary().map(str::to_owned))
}

pub(super) fn arn_there(stage: &Stage, kind: &str, entity: &Entity) -> String {
    let arn = format!("arn:aws:iam::{}:{kind}{}{}", stage.place.account(), entity.path, entity.name);
    stage.place.names().arn(&arn)
}
