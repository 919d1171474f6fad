//! Buckets and their policies.

use cucumber::{given, when};
use harness::parameters::Name;
use harness::{CallRef, Stage, StepError, World, unknown};
use target::PolicyKind;

use crate::policy_text::{blaming_bucket_policy, from_doc_string};

/// An empty bucket of the scenario's account.
#[given(expr = "a bucket {name}")]
async fn a_bucket(world: &mut World, name: Name) -> Result<(), StepError> {
    make_bucket(world.stage()?, &name.0).await
}

/// Replaces a bucket's policy by the doc string.
#[given(expr = "the bucket {name} has the policy:")]
#[when(expr = "the bucket {name} is given the policy:")]
async fn bucket_policy(
    world: &mut World,
    step: &cucumber::gherkin::Step,
    name: Name,
) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.turn()?;
    known_bucket(stage, &name.0)?;
    let document = from_doc_string(stage, step, PolicyKind::Resource)?;
    let administrator = stage.administrator();
    let s3 = aws_sdk_s3::Client::new(&administrator.configuration);
    let call = CallRef::on("S3", "PutBucketPolicy", "s3:PutBucketPolicy", format!("arn:aws:s3:::{}", name.0));
    let put = s3.put_bucket_policy().bucket(&name.0).policy(document).send();
    let put = stage.must(&administrator, call, put).await;
    put.map(drop).map_err(|error| blaming_bucket_policy(stage, step, &name.0, error))
}

/// Switches off the bucket's Block Public Access, without which no bucket policy may name everybody.
#[given(expr = "public access to {name} is allowed")]
#[when(expr = "public access to {name} is allowed")]
async fn public_access(world: &mut World, name: Name) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.turn()?;
    known_bucket(stage, &name.0)?;
    let administrator = stage.administrator();
    let s3 = aws_sdk_s3::Client::new(&administrator.configuration);
    let arn = format!("arn:aws:s3:::{}", name.0);
    let call = CallRef::on("S3", "DeletePublicAccessBlock", "s3:PutBucketPublicAccessBlock", arn);
    stage.must(&administrator, call, s3.delete_public_access_block().bucket(&name.0).send()).await.map(drop)
}

/// Makes a bucket.
///
/// # Errors
/// Where S3 refuses it.
pub(crate) async fn make_bucket(stage: &mut Stage, name: &str) -> Result<(), StepError> {
    let administrator = stage.administrator();
    let s3 = aws_sdk_s3::Client::new(&administrator.configuration);
    let call = CallRef::on("S3", "CreateBucket", "s3:CreateBucket", format!("arn:aws:s3:::{name}"));
    stage.must(&administrator, call, s3.create_bucket().bucket(name).send()).await?;
    stage.cast.buckets.push(name.to_owned());
    Ok(())
}

/// Whether the scenario has such a bucket.
///
/// # Errors
/// Where it has not, with those that it has.
pub(crate) fn known_bucket(stage: &Stage, name: &str) -> Result<(), StepError> {
    let buckets = &stage.cast.buckets;
    buckets
        .iter()
        .any(|bucket| bucket == name)
        .then_some(())
        .ok_or_else(|| unknown("bucket", name, buckets.iter()))
}

/// The bucket of a step that does not name one.
///
/// # Errors
/// Where the scenario has none, or several.
pub(crate) fn only_bucket(stage: &Stage) -> Result<String, StepError> {
    match stage.cast.buckets.as_slice() {
        [bucket] => Ok(bucket.clone()),
        [] => Err(StepError::failed("there is no bucket", "the scenario has no bucket to upload to")
            .help("add the step: Given a bucket NAME")),
        several => {
            Err(StepError::failed("which bucket?", format!("the scenario has {}", several.join(", ")))
                .help("name it, for instance `Then upload to NAME succeeds`"))
        }
    }
}
