//! Instance profiles and buckets.

use account::{Account, Bucket, Present, present_only};
use harness::{CallRef, Doubt, Doubtful, Stage, StepError};
use target::Named;

use super::names::placed;
use super::roles::is_here;
use crate::buckets::{make_bucket, s3, tag_bucket};
use crate::instances::make_profile;

/// # Errors
/// Where one is refused.
pub(super) async fn make(stage: &mut Stage, account: &Account) -> Result<(), StepError> {
    for profile in &account.instance_profiles {
        // An empty one gives nobody anything.
        if let Some(role) = &profile.role {
            make_profile(stage, &profile.name, role).await?;
        }
    }
    for bucket in &account.buckets {
        make_bucket(stage, &bucket.name).await?;
        let there = stage.place.names().of(Named::Bucket, &bucket.name);
        let tags = bucket.tags.iter().filter(|(key, _)| !key.starts_with("aws:")).cloned().collect();
        tag_bucket(stage, &there, tags).await?;
        set_policy(stage, account, bucket, there).await?;
    }
    Ok(())
}

async fn set_policy(
    stage: &mut Stage,
    account: &Account,
    bucket: &Bucket,
    there: String,
) -> Result<(), StepError> {
    let Some(text) = &bucket.policy else { return Ok(()) };
    let about = [Doubtful::Resource(bucket.name.clone())];
    let present = present_only(text, &|principal| is_here(stage, account, principal));
    let document = match present {
        Ok(Present::Same) => placed(stage, text, &about),
        Ok(Present::Without(text)) => placed(stage, &text, &about),
        Ok(Present::Nobody) => None,
        Err(reason) => {
            let reason = format!("its policy can't be said here: {reason}");
            stage.cast.doubts.extend(about.map(|about| Doubt { about, reason: reason.clone() }));
            None
        }
    };
    let Some(document) = document else { return Ok(()) };
    let administrator = stage.administrator();
    let s3 = s3(&administrator);
    let arn = format!("arn:aws:s3:::{there}");
    if !bucket.blocks_public_policy {
        let action = "s3:PutBucketPublicAccessBlock";
        let call = CallRef::on("S3", "DeletePublicAccessBlock", action, arn.clone());
        stage.must(&administrator, call, s3.delete_public_access_block().bucket(&there).send()).await?;
    }
    let call = CallRef::on("S3", "PutBucketPolicy", "s3:PutBucketPolicy", arn);
    let put = s3.put_bucket_policy().bucket(there).policy(document).send();
    stage.must(&administrator, call, put).await.map(drop)
}
