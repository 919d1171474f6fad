//! Tags, on which permissions can hang.

use aws_sdk_iam::types::Tag;
use cucumber::{given, when};
use harness::parameters::{Identity, TaggedName, Text};
use harness::{CallRef, Stage, StepError, World, means_several, rehearse, unknown};

use crate::buckets::{known_bucket, tag_bucket};
use crate::holders::{Holder, name_in_iam};
use crate::policy_text::rows;

/// Tags a user, role, bucket or instance with the table `| key | value |`. Its other tags stay; only a bucket's are
/// replaced, as S3 does it.
#[given(expr = "{tagged} has the tags:")]
#[when(expr = "{tagged} is tagged with:")]
async fn tagged(
    world: &mut World,
    step: &cucumber::gherkin::Step,
    name: TaggedName,
) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.turn()?;
    let rows = rows(step, &["key", "value"])?;
    let tags = rows.into_iter().filter_map(|row| match <[String; 2]>::try_from(row) {
        Ok([key, value]) => Some((key, value)),
        Err(_) => None,
    });
    tag(stage, &name.0, tags.collect()).await
}

rehearse!("{tagged} has the tags:", "{tagged} is tagged with:" => |step| {
    step.rows(&["key", "value"], &[]);
    step.parameter("{tagged}").iter().for_each(|name| step.is_one_thing::<TaggedName>(name));
});

/// Takes a tag away from a user or role.
#[when(expr = "the tag {text} of {identity} is removed")]
async fn untagged(world: &mut World, key: Text, name: Identity) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.turn()?;
    let there = name_in_iam(stage, &name.0);
    let held = Holder::of(stage, &name.0)?;
    let administrator = stage.administrator_of(held.arn())?;
    let iam = aws_sdk_iam::Client::new(&administrator.configuration);
    match held {
        Holder::User(arn) => {
            let call = CallRef::on("IAM", "UntagUser", "iam:UntagUser", arn);
            let untag = iam.untag_user().user_name(there).tag_keys(key.0).send();
            stage.must(&administrator, call, untag).await.map(drop)
        }
        Holder::Role(arn) => {
            let call = CallRef::on("IAM", "UntagRole", "iam:UntagRole", arn);
            let untag = iam.untag_role().role_name(there).tag_keys(key.0).send();
            stage.must(&administrator, call, untag).await.map(drop)
        }
        Holder::Group(_) => Err(StepError::failed("is a group", "groups have no tags in IAM")),
    }
}

/// What can have tags.
enum Tagged {
    User(String),
    Role(String),
    Bucket(String),
    Instance(String),
}

impl Tagged {
    fn of(stage: &Stage, name: &str) -> Result<Tagged, StepError> {
        let cast = &stage.cast;
        let mut kinds = cast.identities_called(name);
        kinds.retain(|kind| *kind != "group");
        kinds.extend(cast.buckets.iter().any(|bucket| bucket == name).then_some("bucket"));
        if kinds.len() > 1 {
            let error = StepError::failed("means several", means_several(name, &kinds));
            return Err(error.help("give one of them another name"));
        }
        let user = cast.users.get(name).map(|user| Tagged::User(user.arn.clone()));
        let role = || cast.roles.get(name).cloned().map(Tagged::Role);
        let bucket = || known_bucket(stage, name).ok().map(Tagged::Bucket);
        let instance = || cast.instances.get(name).map(|instance| Tagged::Instance(instance.id.clone()));
        user.or_else(role).or_else(bucket).or_else(instance).ok_or_else(|| {
            let known =
                cast.users.keys().chain(cast.roles.keys()).chain(&cast.buckets).chain(cast.instances.keys());
            unknown("user, role, bucket or instance", name, known)
        })
    }
}

async fn tag(stage: &Stage, name: &str, tags: Vec<(String, String)>) -> Result<(), StepError> {
    let there = name_in_iam(stage, name);
    let in_iam = || {
        let tag = |(key, value): &(String, String)| Tag::builder().key(key).value(value).build().ok();
        Some(tags.iter().filter_map(tag).collect::<Vec<_>>())
    };
    match Tagged::of(stage, name)? {
        Tagged::User(arn) => {
            let administrator = stage.administrator_of(&arn)?;
            let iam = aws_sdk_iam::Client::new(&administrator.configuration);
            let call = CallRef::on("IAM", "TagUser", "iam:TagUser", arn);
            stage
                .must(&administrator, call, iam.tag_user().user_name(there).set_tags(in_iam()).send())
                .await
                .map(drop)
        }
        Tagged::Role(arn) => {
            let administrator = stage.administrator_of(&arn)?;
            let iam = aws_sdk_iam::Client::new(&administrator.configuration);
            let call = CallRef::on("IAM", "TagRole", "iam:TagRole", arn);
            stage
                .must(&administrator, call, iam.tag_role().role_name(there).set_tags(in_iam()).send())
                .await
                .map(drop)
        }
        Tagged::Bucket(bucket) => {
            tag_bucket(stage, &bucket, tags).await?;
            // Other than the tags that every bucket gets, these may decide.
            stage.place.changed();
            Ok(())
        }
        Tagged::Instance(id) => {
            let administrator = stage.administrator();
            let ec2 = aws_sdk_ec2::Client::new(&administrator.configuration);
            let tag = |(key, value): (String, String)| {
                aws_sdk_ec2::types::Tag::builder().key(key).value(value).build()
            };
            let create =
                ec2.create_tags().resources(id).set_tags(Some(tags.into_iter().map(tag).collect())).send();
            stage.must(&administrator, CallRef::new("EC2", "CreateTags"), create).await.map(drop)
        }
    }
}
