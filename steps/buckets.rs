//! Buckets and their policies.

use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration, Tag, Tagging};
use cucumber::{given, when};
use harness::check::PolicyUse;
use harness::parameters::{BucketName, NewBucket, Path};
use harness::{Actor, CallRef, NewThing, Stage, StepError, World, rehearse, unknown};
use target::{AccountId, Named, PolicyKind, ThingKind};

use crate::policy_text::Written;
use crate::principals::other_account;

/// An empty bucket of the scenario's account.
#[given(expr = "a bucket {new-bucket}")]
async fn a_bucket(world: &mut World, name: NewBucket) -> Result<(), StepError> {
    make_bucket(world.stage()?, &name.0).await
}

/// An empty bucket of another account, that of `<OTHER_ACCOUNT_ID>`.
#[given(expr = "a bucket {new-bucket} of the other account")]
async fn a_foreign_bucket(world: &mut World, name: NewBucket) -> Result<(), StepError> {
    let stage = world.stage()?;
    let account = other_account(stage)?;
    make_bucket_in(stage, &account, &name.0).await
}

/// Replaces a bucket's policy by the doc string.
#[given(expr = "the bucket {bucket} has the policy:")]
#[when(expr = "the bucket {bucket} is given the policy:")]
async fn bucket_policy(
    world: &mut World,
    step: &cucumber::gherkin::Step,
    name: BucketName,
) -> Result<(), StepError> {
    replace_policy(world.stage()?, &name.0, &Written::below(step)?).await
}

/// Replaces a bucket's policy by that in a file beside the feature.
#[given(expr = "the bucket {bucket} has the policy in {path}")]
#[when(expr = "the bucket {bucket} is given the policy in {path}")]
async fn bucket_policy_in_file(world: &mut World, name: BucketName, path: Path) -> Result<(), StepError> {
    let stage = world.stage()?;
    let written = Written::in_file(stage, &path)?;
    replace_policy(stage, &name.0, &written).await
}

async fn replace_policy(stage: &mut Stage, name: &str, written: &Written) -> Result<(), StepError> {
    stage.turn()?;
    let bucket = known_bucket(stage, name)?;
    let document = written.document(stage, PolicyKind::Resource)?;
    let administrator = owner(stage, &bucket)?;
    let s3 = s3(&administrator);
    let call = CallRef::on("S3", "PutBucketPolicy", "s3:PutBucketPolicy", format!("arn:aws:s3:::{bucket}"));
    let put = s3.put_bucket_policy().bucket(bucket).policy(document).send();
    let put = stage.must(&administrator, call, put).await;
    put.map(drop).map_err(|error| written.blaming_bucket_policy(stage, name, error))
}

rehearse!(
    "the bucket {bucket} has the policy:",
    "the bucket {bucket} is given the policy:",
    => |step| step.has_policy(PolicyUse::Bucket)
);
rehearse!(
    "the bucket {bucket} has the policy in {path}",
    "the bucket {bucket} is given the policy in {path}",
    => |step| step.has_policy_in_file(PolicyUse::Bucket)
);

/// Switches off the bucket's Block Public Access, without which no bucket policy may name everybody.
#[given(expr = "public access to {bucket} is allowed")]
#[when(expr = "public access to {bucket} is allowed")]
async fn public_access(world: &mut World, name: BucketName) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.turn()?;
    let bucket = known_bucket(stage, &name.0)?;
    let administrator = owner(stage, &bucket)?;
    let s3 = s3(&administrator);
    let arn = format!("arn:aws:s3:::{bucket}");
    let call = CallRef::on("S3", "DeletePublicAccessBlock", "s3:PutBucketPublicAccessBlock", arn);
    stage.must(&administrator, call, s3.delete_public_access_block().bucket(bucket).send()).await.map(drop)
}

rehearse!("public access to {bucket} is allowed" => |step| {
    step.parameter("{bucket}").iter().for_each(|bucket| step.opens_to_public(bucket));
});

/// Makes a bucket.
///
/// # Errors
/// Where S3 refuses it.
pub(crate) async fn make_bucket(stage: &mut Stage, name: &str) -> Result<(), StepError> {
    let account = stage.place.account().clone();
    make_bucket_in(stage, &account, name).await
}

async fn make_bucket_in(stage: &mut Stage, account: &AccountId, name: &str) -> Result<(), StepError> {
    if account != stage.place.account() {
        stage.cast.foreign_buckets.insert(name.to_owned());
    }
    let bucket = stage.place.names().of(Named::Bucket, name);
    let administrator = owner(stage, &bucket)?;
    let s3 = s3(&administrator);
    let arn = format!("arn:aws:s3:::{bucket}");
    let thing = NewThing { account, kind: ThingKind::Bucket, name: &bucket };
    let call = CallRef::on("S3", "CreateBucket", "s3:CreateBucket", arn);
    let create =
        s3.create_bucket().bucket(&bucket).set_create_bucket_configuration(elsewhere(stage.place.region()));
    stage.create(&administrator, thing, call, create.send()).await?;
    stage.cast.buckets.push(name.to_owned());
    tag_bucket(stage, &bucket, Vec::new()).await
}

/// The administrator of the account that a bucket is in, by the place's name of it.
///
/// # Errors
/// Where it is the other account's, and the place has none.
pub(crate) fn owner(stage: &Stage, bucket: &str) -> Result<Actor, StepError> {
    if !stage.cast.foreign_buckets.contains(stage.place.names().back(bucket)) {
        return Ok(stage.administrator());
    }
    stage.administrator_of(&format!("arn:aws:iam::{}:root", other_account(stage)?))
}

/// Outside of us-east-1 a bucket must be told its region.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html>
fn elsewhere(region: &str) -> Option<CreateBucketConfiguration> {
    let constraint = BucketLocationConstraint::from(region);
    (region != "us-east-1")
        .then(|| CreateBucketConfiguration::builder().location_constraint(constraint).build())
}

/// Replaces a bucket's tags, and tags it as the place wants everything tagged that is made there.
///
/// # Errors
/// Where S3 refuses it.
pub(crate) async fn tag_bucket(
    stage: &Stage,
    bucket: &str,
    tags: Vec<(String, String)>,
) -> Result<(), StepError> {
    let tags = stage.place.tags().iter().cloned().chain(tags);
    let tags: Vec<Tag> =
        tags.filter_map(|(key, value)| Tag::builder().key(key).value(value).build().ok()).collect();
    if tags.is_empty() {
        return Ok(());
    }
    let tagging = Tagging::builder().set_tag_set(Some(tags)).build();
    let tagging =
        tagging.map_err(|error| StepError::inconclusive("could not be tagged", error.to_string()))?;
    let administrator = owner(stage, bucket)?;
    let call = CallRef::on("S3", "PutBucketTagging", "s3:PutBucketTagging", format!("arn:aws:s3:::{bucket}"));
    let put = s3(&administrator).put_bucket_tagging().bucket(bucket).tagging(tagging).send();
    stage.must(&administrator, call, put).await.map(drop)
}

/// The place's name of a bucket of the scenario.
///
/// # Errors
/// Where the scenario has no such bucket, with those that it has.
pub(crate) fn known_bucket(stage: &Stage, name: &str) -> Result<String, StepError> {
    let buckets = &stage.cast.buckets;
    if buckets.iter().any(|bucket| bucket == name) {
        return Ok(stage.place.names().of(Named::Bucket, name));
    }
    Err(unknown("bucket", name, buckets.iter()))
}

/// A client of S3 that calls as `actor`.
pub(crate) fn s3(actor: &Actor) -> aws_sdk_s3::Client {
    let configuration = aws_sdk_s3::config::Builder::from(&actor.configuration);
    aws_sdk_s3::Client::from_conf(configuration.force_path_style(actor.buckets_in_path).build())
}

/// The bucket of a step that does not name one.
///
/// # Errors
/// Where the scenario has none, or several.
pub(crate) fn only_bucket(stage: &Stage) -> Result<String, StepError> {
    match stage.cast.buckets.as_slice() {
        [bucket] => Ok(bucket.clone()),
        [] => Err(StepError::failed("there is no bucket", "the scenario has no bucket to upload to")
            .help("add the step `Given a bucket NAME`")),
        several => {
            Err(StepError::failed("which bucket?", format!("the scenario has {}", several.join(", ")))
                .help("name it, for instance `Then upload to NAME succeeds`"))
        }
    }
}
