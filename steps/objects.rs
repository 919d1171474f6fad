//! Objects: uploading, downloading, listing and deleting, and what is expected of it.

use aws_sdk_s3::primitives::ByteStream;
use cucumber::{given, then, when};
use harness::parameters::{BucketName, FileName, Who};
use harness::{Actor, CallRef, Control, Request, Stage, StepError, World, rehearse};

use crate::buckets::{known_bucket, only_bucket, owner, s3};
use crate::decisions::{denied, succeeded};
use crate::principals::named;

/// The file of the walkthrough.
const FILE: &str = "testfile.txt";

/// An object, put there by the administrator.
#[given(expr = "the bucket {bucket} holds {file}")]
async fn holds(world: &mut World, bucket: BucketName, key: FileName) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.turn()?;
    let bucket = known_bucket(stage, &bucket.0)?;
    let administrator = owner(stage, &bucket)?;
    let call = object_call("PutObject", "s3:PutObject", &bucket, &key.0);
    let put = s3(&administrator).put_object().bucket(&bucket).key(&key.0).body(content(&key.0)).send();
    stage.must(&administrator, call, put).await.map(drop)
}

/// Uploads `testfile.txt` to the scenario's bucket.
#[when(expr = "uploading")]
async fn uploading(world: &mut World) -> Result<(), StepError> {
    upload(world.stage()?, None, None).await
}

rehearse!("uploading", "upload succeeds", "upload is denied" => |step| {
    step.needs_actor();
    step.needs_one_bucket();
});
rehearse!(
    "uploading to {bucket}",
    "upload to {bucket} succeeds",
    "upload to {bucket} is denied",
    => |step| step.needs_actor()
);

/// Uploads `testfile.txt` to a bucket.
#[when(expr = "uploading to {bucket}")]
async fn uploading_to(world: &mut World, bucket: BucketName) -> Result<(), StepError> {
    upload(world.stage()?, None, Some(&bucket.0)).await
}

/// Somebody uploads a file to a bucket.
#[when(expr = "{who} uploads {file} to {bucket}")]
async fn uploads(world: &mut World, who: Who, key: FileName, bucket: BucketName) -> Result<(), StepError> {
    let stage = world.stage()?;
    let actor = named(stage, &who.0).await?;
    put(stage, &actor, &bucket.0, &key.0).await
}

/// Somebody downloads a file from a bucket.
#[when(expr = "{who} downloads {file} from {bucket}")]
async fn downloads(world: &mut World, who: Who, key: FileName, bucket: BucketName) -> Result<(), StepError> {
    let stage = world.stage()?;
    let actor = named(stage, &who.0).await?;
    get(stage, &actor, &bucket.0, &key.0).await
}

/// Somebody lists a bucket.
#[when(expr = "{who} lists {bucket}")]
async fn lists(world: &mut World, who: Who, bucket: BucketName) -> Result<(), StepError> {
    let stage = world.stage()?;
    let actor = named(stage, &who.0).await?;
    list(stage, &actor, &bucket.0).await
}

/// Somebody deletes a file from a bucket.
#[when(expr = "{who} deletes {file} from {bucket}")]
async fn deletes(world: &mut World, who: Who, key: FileName, bucket: BucketName) -> Result<(), StepError> {
    let stage = world.stage()?;
    let actor = named(stage, &who.0).await?;
    delete(stage, &actor, &bucket.0, &key.0).await
}

/// Uploading `testfile.txt` to the scenario's bucket succeeds.
#[then(expr = "upload succeeds")]
async fn upload_succeeds(world: &mut World) -> Result<(), StepError> {
    let stage = world.stage()?;
    upload(stage, None, None).await?;
    succeeded(stage).await
}

/// Uploading `testfile.txt` to the scenario's bucket is denied.
#[then(expr = "upload is denied")]
async fn upload_is_denied(world: &mut World) -> Result<(), StepError> {
    let stage = world.stage()?;
    upload(stage, None, None).await?;
    denied(stage).await
}

/// Uploading `testfile.txt` to a bucket succeeds.
#[then(expr = "upload to {bucket} succeeds")]
async fn upload_to_succeeds(world: &mut World, bucket: BucketName) -> Result<(), StepError> {
    let stage = world.stage()?;
    upload(stage, None, Some(&bucket.0)).await?;
    succeeded(stage).await
}

/// Uploading `testfile.txt` to a bucket is denied.
#[then(expr = "upload to {bucket} is denied")]
async fn upload_to_is_denied(world: &mut World, bucket: BucketName) -> Result<(), StepError> {
    let stage = world.stage()?;
    upload(stage, None, Some(&bucket.0)).await?;
    denied(stage).await
}

/// Somebody may upload to a bucket: it is tried.
#[then(expr = "{who} can upload to {bucket}")]
async fn can_upload(world: &mut World, who: Who, bucket: BucketName) -> Result<(), StepError> {
    let stage = world.stage()?;
    upload(stage, Some(&who.0), Some(&bucket.0)).await?;
    succeeded(stage).await
}

/// Somebody may not upload to a bucket: it is tried, and so is the same upload by somebody entitled.
#[then(expr = "{who} can't/cannot upload to {bucket}")]
async fn can_not_upload(world: &mut World, who: Who, bucket: BucketName) -> Result<(), StepError> {
    let stage = world.stage()?;
    upload(stage, Some(&who.0), Some(&bucket.0)).await?;
    denied(stage).await
}

/// Somebody may download a file from a bucket: it is tried.
#[then(expr = "{who} can download {file} from {bucket}")]
async fn can_download(
    world: &mut World,
    who: Who,
    key: FileName,
    bucket: BucketName,
) -> Result<(), StepError> {
    let stage = world.stage()?;
    let actor = named(stage, &who.0).await?;
    get(stage, &actor, &bucket.0, &key.0).await?;
    succeeded(stage).await
}

/// Somebody may not download a file that is there: it is tried.
#[then(expr = "{who} can't/cannot download {file} from {bucket}")]
async fn can_not_download(
    world: &mut World,
    who: Who,
    key: FileName,
    bucket: BucketName,
) -> Result<(), StepError> {
    let stage = world.stage()?;
    let actor = named(stage, &who.0).await?;
    get(stage, &actor, &bucket.0, &key.0).await?;
    denied(stage).await
}

/// Somebody may list a bucket: it is tried.
#[then(expr = "{who} can list {bucket}")]
async fn can_list(world: &mut World, who: Who, bucket: BucketName) -> Result<(), StepError> {
    let stage = world.stage()?;
    let actor = named(stage, &who.0).await?;
    list(stage, &actor, &bucket.0).await?;
    succeeded(stage).await
}

/// Somebody may not list a bucket: it is tried.
#[then(expr = "{who} can't/cannot list {bucket}")]
async fn can_not_list(world: &mut World, who: Who, bucket: BucketName) -> Result<(), StepError> {
    let stage = world.stage()?;
    let actor = named(stage, &who.0).await?;
    list(stage, &actor, &bucket.0).await?;
    denied(stage).await
}

/// Somebody may upload a file of another name than the walkthrough's: it is tried.
#[then(expr = "{who} can upload {file} to {bucket}")]
async fn can_upload_file(
    world: &mut World,
    who: Who,
    key: FileName,
    bucket: BucketName,
) -> Result<(), StepError> {
    let stage = world.stage()?;
    let actor = named(stage, &who.0).await?;
    put(stage, &actor, &bucket.0, &key.0).await?;
    succeeded(stage).await
}

/// Somebody may not upload a file of another name than the walkthrough's: it is tried.
#[then(expr = "{who} can't/cannot upload {file} to {bucket}")]
async fn can_not_upload_file(
    world: &mut World,
    who: Who,
    key: FileName,
    bucket: BucketName,
) -> Result<(), StepError> {
    let stage = world.stage()?;
    let actor = named(stage, &who.0).await?;
    put(stage, &actor, &bucket.0, &key.0).await?;
    denied(stage).await
}

/// Somebody may delete a file from a bucket: it is tried, and the file is gone.
#[then(expr = "{who} can delete {file} from {bucket}")]
async fn can_delete(world: &mut World, who: Who, key: FileName, bucket: BucketName) -> Result<(), StepError> {
    let stage = world.stage()?;
    let actor = named(stage, &who.0).await?;
    delete(stage, &actor, &bucket.0, &key.0).await?;
    succeeded(stage).await
}

/// Somebody may not delete a file that is there: it is tried.
#[then(expr = "{who} can't/cannot delete {file} from {bucket}")]
async fn can_not_delete(
    world: &mut World,
    who: Who,
    key: FileName,
    bucket: BucketName,
) -> Result<(), StepError> {
    let stage = world.stage()?;
    let actor = named(stage, &who.0).await?;
    delete(stage, &actor, &bucket.0, &key.0).await?;
    denied(stage).await
}

/// The bucket holds a file, as the administrator sees it.
#[then(expr = "the bucket {bucket} holds {file}")]
async fn is_held(world: &mut World, bucket: BucketName, key: FileName) -> Result<(), StepError> {
    if keys(world.stage()?, &bucket.0).await?.contains(&key.0) {
        return Ok(());
    }
    Err(StepError::failed("is not there", format!("`{}` holds no `{}`", bucket.0, key.0)))
}

/// The bucket does not hold a file, as the administrator sees it, though something was tried before.
#[then(expr = "the bucket {bucket} does not hold {file}")]
async fn is_not_held(world: &mut World, bucket: BucketName, key: FileName) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.something_was_tried()?;
    if keys(stage, &bucket.0).await?.contains(&key.0) {
        return Err(StepError::failed("is there", format!("`{}` holds `{}`", bucket.0, key.0)));
    }
    Ok(())
}

async fn upload(stage: &mut Stage, who: Option<&str>, bucket: Option<&str>) -> Result<(), StepError> {
    stage.no_surprise()?;
    let actor = match who {
        Some(name) => named(stage, name).await?,
        None => stage.current_actor()?,
    };
    let bucket = match bucket {
        Some(bucket) => bucket.to_owned(),
        None => only_bucket(stage)?,
    };
    put(stage, &actor, &bucket, FILE).await
}

pub(crate) async fn put(stage: &mut Stage, actor: &Actor, bucket: &str, key: &str) -> Result<(), StepError> {
    let bucket = known_bucket(stage, bucket)?;
    let (s3, key) = (s3(actor), key.to_owned());
    let control = Control::Upload { bucket: bucket.clone(), key: key.clone() };
    let call = object_call("PutObject", "s3:PutObject", &bucket, &key).controlled_by(control);
    let put = move || s3.put_object().bucket(&bucket).key(&key).body(content(&key)).send();
    stage.attempt_repeatedly(actor, call, put).await
}

pub(crate) async fn get(stage: &mut Stage, actor: &Actor, bucket: &str, key: &str) -> Result<(), StepError> {
    let bucket = known_bucket(stage, bucket)?;
    let request = reading(&bucket, key);
    let entitled = owner(stage, &bucket)?.principal;
    let control = Control::Same { request: request.clone(), entitled };
    stage.attempt_request(actor, request, Some(control)).await
}

fn reading(bucket: &str, key: &str) -> Request {
    let call = object_call("GetObject", "s3:GetObject", bucket, key);
    let (bucket, key) = (bucket.to_owned(), key.to_owned());
    Request::new(call, move |actor| s3(actor).get_object().bucket(&bucket).key(&key).send())
}

pub(crate) async fn delete(
    stage: &mut Stage,
    actor: &Actor,
    bucket: &str,
    key: &str,
) -> Result<(), StepError> {
    let bucket = known_bucket(stage, bucket)?;
    let entitled = owner(stage, &bucket)?.principal;
    let control = Control::Seen { request: reading(&bucket, key), entitled };
    let (s3, key) = (s3(actor), key.to_owned());
    let call = object_call("DeleteObject", "s3:DeleteObject", &bucket, &key).controlled_by(control);
    let delete = move || s3.delete_object().bucket(&bucket).key(&key).send();
    stage.attempt_repeatedly(actor, call, delete).await
}

pub(crate) async fn list(stage: &mut Stage, actor: &Actor, bucket: &str) -> Result<(), StepError> {
    let bucket = known_bucket(stage, bucket)?;
    let entitled = owner(stage, &bucket)?.principal;
    let call = CallRef::on("S3", "ListObjectsV2", "s3:ListBucket", format!("arn:aws:s3:::{bucket}"));
    let request = Request::new(call, move |actor| s3(actor).list_objects_v2().bucket(&bucket).send());
    let control = Control::Same { request: request.clone(), entitled };
    stage.attempt_request(actor, request, Some(control)).await
}

async fn keys(stage: &Stage, bucket: &str) -> Result<Vec<String>, StepError> {
    let bucket = known_bucket(stage, bucket)?;
    let administrator = owner(stage, &bucket)?;
    let call = CallRef::on("S3", "ListObjectsV2", "s3:ListBucket", format!("arn:aws:s3:::{bucket}"));
    let list = s3(&administrator).list_objects_v2().bucket(bucket).send();
    let listed = stage.must(&administrator, call, list).await?;
    Ok(listed.contents().iter().filter_map(|object| object.key().map(str::to_owned)).collect())
}

fn content(key: &str) -> ByteStream {
    ByteStream::from(format!("{key}: test file content\n").into_bytes())
}

fn object_call(operation: &'static str, action: &'static str, bucket: &str, key: &str) -> CallRef {
    CallRef::on("S3", operation, action, format!("arn:aws:s3:::{bucket}/{key}"))
}
