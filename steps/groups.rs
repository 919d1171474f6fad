//! Groups of users.

use cucumber::{given, when};
use harness::parameters::{GroupName, NewGroup, UserName};
use harness::{CallRef, NewThing, StepError, World, unknown};
use target::ThingKind;

use crate::holders::name_in_iam;
use crate::principals::known_user;

/// A group without members and without permissions.
#[given(expr = "a group {new-group}")]
async fn a_group(world: &mut World, name: NewGroup) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.cast.tells_apart("group", &name.0)?;
    let administrator = stage.administrator();
    let iam = aws_sdk_iam::Client::new(&administrator.configuration);
    let names = stage.place.names();
    let arn = names.arn(&format!("arn:aws:iam::{}:group/{}", stage.place.account(), name.0));
    let there = name_in_iam(stage, &name.0);
    let thing = NewThing { account: stage.place.account(), kind: ThingKind::Group, name: &there };
    let call = CallRef::on("IAM", "CreateGroup", "iam:CreateGroup", arn.clone());
    let create = iam.create_group().group_name(&there).set_path(names.iam_path().map(str::to_owned)).send();
    let made = stage.create(&administrator, thing, call, create).await?;
    let arn = made.group().map_or(arn, |group| group.arn().to_owned());
    stage.cast.groups.insert(name.0, arn);
    Ok(())
}

/// Makes a user a member of a group, whose policies are then the user's, too.
#[given(expr = "{user} is in the group {group}")]
#[when(expr = "{user} joins the group {group}")]
async fn joins(world: &mut World, user: UserName, group: GroupName) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.turn()?;
    let arn = known_group(stage, &group.0)?;
    known_user(stage, &user.0)?;
    let administrator = stage.administrator();
    let iam = aws_sdk_iam::Client::new(&administrator.configuration);
    let call = CallRef::on("IAM", "AddUserToGroup", "iam:AddUserToGroup", arn);
    let add = iam.add_user_to_group().user_name(name_in_iam(stage, &user.0));
    let add = add.group_name(name_in_iam(stage, &group.0)).send();
    stage.must(&administrator, call, add).await.map(drop)
}

/// Takes a user out of a group.
#[when(expr = "{user} leaves the group {group}")]
async fn leaves(world: &mut World, user: UserName, group: GroupName) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.turn()?;
    let arn = known_group(stage, &group.0)?;
    known_user(stage, &user.0)?;
    let administrator = stage.administrator();
    let iam = aws_sdk_iam::Client::new(&administrator.configuration);
    let call = CallRef::on("IAM", "RemoveUserFromGroup", "iam:RemoveUserFromGroup", arn);
    let remove = iam.remove_user_from_group().user_name(name_in_iam(stage, &user.0));
    let remove = remove.group_name(name_in_iam(stage, &group.0)).send();
    stage.must(&administrator, call, remove).await.map(drop)
}

fn known_group(stage: &harness::Stage, name: &str) -> Result<String, StepError> {
    let groups = &stage.cast.groups;
    groups.get(name).cloned().ok_or_else(|| unknown("group", name, groups.keys()))
}
