//! What is expected of the last attempt, and the controls without which a denial proves nothing.

use aws_sdk_s3::primitives::ByteStream;
use cucumber::then;
use harness::parameters::{ErrorCode, KindOfPolicy, Text};
use harness::{Call, CallRef, Control, Purpose, Request, Stage, StepError, Verdict, World, rehearse};
use target::{DeniedBy, Layer};

use crate::buckets::{owner, s3};

rehearse!(
    "it succeeds",
    "it is denied",
    "it is denied explicitly",
    "it is denied because no policy allows it",
    "it is denied by {kind-of-policy}",
    "it is denied by the statement {text}",
    "it is refused with {code}",
    "it is refused because the session has expired",
    => |step| step.needs_attempt()
);

/// The last attempt was done.
#[then(expr = "it succeeds")]
async fn it_succeeds(world: &mut World) -> Result<(), StepError> {
    succeeded(world.stage()?).await
}

/// The last attempt was refused for lack of permission: not for an unknown key, an expired session or a
/// missing bucket. Where there is one, the same call by somebody entitled is made to prove it.
#[then(expr = "it is denied")]
async fn it_is_denied(world: &mut World) -> Result<(), StepError> {
    denied(world.stage()?).await
}

/// The last attempt was denied by a Deny statement, whichever policy it is in.
#[then(expr = "it is denied explicitly")]
async fn it_is_denied_explicitly(world: &mut World) -> Result<(), StepError> {
    let stage = world.stage()?;
    denied(stage).await?;
    let (call, by) = grounds(stage)?;
    if by.explicit {
        return Ok(());
    }
    let message = "expected a Deny statement to decide, and nothing allows it";
    Err(StepError::failed("is denied, but by no Deny", message).on(&call))
}

/// The last attempt was denied because no policy allows it: no Deny statement stands against it, and no boundary or the like
/// limits it.
#[then(expr = "it is denied because no policy allows it")]
async fn nothing_allows_it(world: &mut World) -> Result<(), StepError> {
    let stage = world.stage()?;
    denied(stage).await?;
    let (call, by) = grounds(stage)?;
    if !by.explicit && matches!(by.layer, Layer::Identity | Layer::Resource) {
        return Ok(());
    }
    Err(StepError::failed(format!("is denied by {}", words(&by)), "expected that no policy allows it")
        .on(&call))
}

/// The last attempt was denied by a kind of policy: by a Deny statement in it, or, of what limits, such as a permissions
/// boundary, because it does not allow it.
#[then(expr = "it is denied by {kind-of-policy}")]
async fn it_is_denied_by(world: &mut World, kind: KindOfPolicy) -> Result<(), StepError> {
    let stage = world.stage()?;
    denied(stage).await?;
    let (call, by) = grounds(stage)?;
    let limits = by.explicit || !matches!(by.layer, Layer::Identity | Layer::Resource);
    if by.layer == kind.0 && limits {
        return Ok(());
    }
    let expected = format!("expected {} to decide", name(kind.0));
    Err(match limits {
        true => StepError::failed(format!("is denied by {}", words(&by)), expected),
        false => StepError::failed("is denied because no policy allows it", expected),
    }
    .on(&call))
}

/// The last attempt was denied by the Deny statement of this Sid.
#[then(expr = "it is denied by the statement {text}")]
async fn it_is_denied_by_statement(world: &mut World, sid: Text) -> Result<(), StepError> {
    let stage = world.stage()?;
    denied(stage).await?;
    let (call, by) = grounds(stage)?;
    let expected = format!("expected the statement `{}` to decide", sid.0);
    match by.statements.as_deref() {
        None => Err(StepError::inconclusive("the target does not say which statement", expected).on(&call)),
        Some(sids) if by.explicit && sids.contains(&sid.0) => Ok(()),
        Some(sids) if by.explicit => {
            let others = sids.join("`, `");
            let label = match sids {
                [] => "is denied by a statement without Sid".to_owned(),
                _ => format!("is denied by the statement `{others}`"),
            };
            Err(StepError::failed(label, expected).on(&call))
        }
        Some(_) => Err(StepError::failed("is denied, but by no Deny", expected).on(&call)),
    }
}

/// What denied the last attempt, which was denied.
///
/// # Errors
/// Where the target does not tell.
pub(crate) fn grounds(stage: &mut Stage) -> Result<(Call, DeniedBy), StepError> {
    let outcome = stage.last_outcome()?;
    match stage.denied_by(&outcome) {
        Some(by) => Ok((outcome.call, by)),
        None => Err(StepError::inconclusive("the target does not say why", "").on(&outcome.call)),
    }
}

fn words(by: &DeniedBy) -> String {
    let name = name(by.layer);
    if by.explicit { format!("a Deny in {name}") } else { name.to_owned() }
}

fn name(layer: Layer) -> &'static str {
    match layer {
        Layer::Identity => "an identity-based policy",
        Layer::Resource => "a resource-based policy",
        Layer::Trust => "the role trust policy",
        Layer::Boundary => "a permissions boundary",
        Layer::Session => "a session policy",
        Layer::ServiceControl => "a service control policy",
        Layer::ResourceControl => "a resource control policy",
    }
}

/// The last attempt was refused with the service's error code, for instance `ExpiredToken`.
#[then(expr = "it is refused with {code}")]
async fn it_is_refused(world: &mut World, code: ErrorCode) -> Result<(), StepError> {
    refused(world.stage()?, &[&code.0], &code.0).await
}

/// The last attempt was refused because the session that made it is over. Services have different codes for that.
#[then(expr = "it is refused because the session has expired")]
async fn it_is_refused_as_expired(world: &mut World) -> Result<(), StepError> {
    refused(world.stage()?, &EXPIRED, "that the session has expired").await
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html>,
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>
const EXPIRED: [&str; 3] = ["ExpiredToken", "ExpiredTokenException", "RequestExpired"];

async fn refused(stage: &mut Stage, codes: &[&str], expected: &str) -> Result<(), StepError> {
    let has_code = |call: &Call| call.code.as_deref().is_some_and(|code| codes.contains(&code));
    let outcome = stage.outcome_that(has_code).await?;
    let call = &outcome.call;
    if has_code(call) {
        return Ok(());
    }
    proven(stage, call)?;
    Err(match (&call.code, call.verdict) {
        (Some(found), _) => {
            StepError::failed(format!("was refused with {found}"), format!("expected {expected}")).on(call)
        }
        (None, Verdict::Allowed) => {
            StepError::failed("was allowed", format!("expected a refusal with {expected}")).on(call)
        }
        (None, _) => StepError::inconclusive("could not tell", format!("expected {expected}")).on(call),
    })
}

/// The explanation of the last decision has this text in it: a policy's name, a Sid, an ARN.
#[then(expr = "the reason mentions {text}")]
async fn reason_mentions(world: &mut World, text: Text) -> Result<(), StepError> {
    let outcome = world.stage()?.last_outcome()?;
    let Some(explanation) = &outcome.call.explanation else {
        return Err(StepError::inconclusive("the target does not say why", "").on(&outcome.call));
    };
    let words = std::iter::once(&explanation.why).chain(&explanation.near);
    if words.clone().any(|line| line.contains(&text.0)) {
        return Ok(());
    }
    Err(StepError::failed("is not mentioned", format!("`{}` is not in the reason", text.0)).on(&outcome.call))
}

/// Whether the last attempt was done.
///
/// # Errors
/// A failure where it was refused, or could not be told.
pub(crate) async fn succeeded(stage: &mut Stage) -> Result<(), StepError> {
    let outcome = stage.outcome_that(|call| call.verdict == Verdict::Allowed).await?;
    let call = &outcome.call;
    match call.verdict {
        Verdict::Allowed => proven(stage, call),
        Verdict::Denied => {
            proven(stage, call)?;
            Err(StepError::failed("denied by policy", "").on(call))
        }
        Verdict::Unauthenticated => Err(StepError::failed("refused at authentication", "").on(call)),
        Verdict::Unknown if call.code.is_some() => Err(StepError::failed("did not succeed", "").on(call)),
        Verdict::Unknown => Err(StepError::inconclusive("could not tell", "").on(call)),
    }
}

/// Whether the last attempt was refused for lack of permission.
///
/// # Errors
/// A failure where it was not; inconclusive where its control does not hold.
pub(crate) async fn denied(stage: &mut Stage) -> Result<(), StepError> {
    let outcome = stage.outcome_that(|call| call.verdict == Verdict::Denied).await?;
    let outcome = match &outcome.control {
        Some(control) if outcome.call.verdict == Verdict::Denied => {
            proven(stage, &outcome.call)?;
            stage.made_for(Purpose::Control, holds(stage, control)).await?;
            stage.outcome_once_more().await?
        }
        _ => outcome,
    };
    let call = &outcome.call;
    match call.verdict {
        Verdict::Denied => proven(stage, call),
        Verdict::Allowed => {
            proven(stage, call)?;
            Err(StepError::failed("was allowed", "expected a denial, and the call went through").on(call))
        }
        Verdict::Unauthenticated => Err(StepError::failed(
            "refused at authentication",
            "expected a denial by policy; this refusal says nothing about permissions",
        )
        .on(call)),
        Verdict::Unknown => Err(StepError::inconclusive(
            "could not tell",
            "expected a denial by policy; this answer says nothing about permissions",
        )
        .on(call)),
    }
}

/// # Errors
/// Where the target has not shown that the service enforces IAM.
fn proven(stage: &Stage, call: &Call) -> Result<(), StepError> {
    stage.doubt(call).map_or(Ok(()), |reason| {
        Err(StepError::inconclusive("unproven", format!("the answer proves nothing: the target {reason}"))
            .on(call))
    })
}

/// Makes the refused call as somebody entitled. A Deny that hits everybody hits the control too: an object must then be seen
/// to be there; all else that is refused was made by the scenario.
async fn holds(stage: &Stage, control: &Control) -> Result<(), StepError> {
    let (request, entitled, is_same) = match control {
        Control::Upload { bucket, key } => return Box::pin(upload_control(stage, bucket, key)).await,
        Control::Same { request, entitled } => (request, entitled, true),
        Control::Seen { request, entitled } => (request, entitled, false),
    };
    let administrator = stage.administrator_of(entitled)?;
    let Err(error) = stage.must_answer(&administrator, request).await else { return Ok(()) };
    let hits_everybody = error.is_denial()
        && match object(request) {
            Some((bucket, key)) => Box::pin(is_there(stage, bucket, key)).await?,
            None => is_same,
        };
    if hits_everybody { Ok(()) } else { Err(without_control(error)) }
}

/// The bucket and key of the object that a request is about.
fn object(request: &Request) -> Option<(&str, &str)> {
    request.call().resource.as_deref()?.strip_prefix("arn:aws:s3:::")?.split_once('/')
}

/// An object that is already there shows as well that the bucket takes uploads. What the control wrote is removed
/// again. A Deny that hits everybody hits the control too: then it has to do that the bucket is there.
async fn upload_control(stage: &Stage, bucket: &str, key: &str) -> Result<(), StepError> {
    if is_there(stage, bucket, key).await? {
        return Ok(());
    }
    let administrator = owner(stage, bucket)?;
    let s3 = s3(&administrator);
    let arn = format!("arn:aws:s3:::{bucket}/{key}");
    let put = s3.put_object().bucket(bucket).key(key).body(ByteStream::from_static(b"control\n")).send();
    let call = CallRef::on("S3", "PutObject", "s3:PutObject", arn.clone());
    match stage.must(&administrator, call, put).await {
        Err(error) if error.is_denial() => return Ok(()),
        put => put.map_err(without_control)?,
    };
    let call = CallRef::on("S3", "DeleteObject", "s3:DeleteObject", arn);
    stage.must(&administrator, call, s3.delete_object().bucket(bucket).key(key).send()).await.map(drop)
}

/// Whether the bucket holds the object, as the administrator sees it.
async fn is_there(stage: &Stage, bucket: &str, key: &str) -> Result<bool, StepError> {
    let administrator = owner(stage, bucket)?;
    let s3 = s3(&administrator);
    let call = CallRef::on("S3", "ListObjectsV2", "s3:ListBucket", format!("arn:aws:s3:::{bucket}"));
    let list = s3.list_objects_v2().bucket(bucket).prefix(key).send();
    let there = stage.must(&administrator, call, list).await.map_err(without_control)?;
    Ok(there.contents().iter().any(|object| object.key() == Some(key)))
}

fn without_control(error: StepError) -> StepError {
    error.undermines("the denial proves nothing", "the administrator, who is entitled, is refused as well")
}
