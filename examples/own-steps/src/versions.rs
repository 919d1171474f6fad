//! The versions of files in buckets, of which Rolecall has no steps.

use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use cucumber::when;
use rolecall::Named;
use rolecall::harness::parameters::{BucketName, UserName};
use rolecall::harness::{CallRef, StepError, World};

/// A user looks at the versions of all files in a bucket. What is expected of it is said by steps of Rolecall: `Then it
/// succeeds`, `Then it is denied`.
#[when(expr = "{user} looks at the versions in {bucket}")]
async fn looks_at_versions(world: &mut World, user: UserName, bucket: BucketName) -> Result<(), StepError> {
    let stage = world.stage()?;
    let actor = stage.user(&user.0)?;
    // On a target that others use, the bucket has another name.
    let bucket = stage.place.names().of(Named::Bucket, &bucket.0);
    let resource = format!("arn:aws:s3:::{bucket}");
    let call = CallRef::on("S3", "ListObjectVersions", "s3:ListBucketVersions", resource);
    let s3 = Client::from_conf(
        Builder::from(&actor.configuration).force_path_style(actor.buckets_in_path).build(),
    );
    stage.attempt(&actor, call, s3.list_object_versions().bucket(bucket).send()).await?;
    Ok(())
}
