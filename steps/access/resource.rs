//! What a step calls a resource, by its ARN: in a run that of what is there, in a rehearsal one that stands for any.
//!
//! A bucket, a policy and somebody may have the same name. The action tells which is meant.

use harness::check::{Rehearsal, Word, filled, is_about};
use harness::parameters::Kind;
use harness::{Stage, StepError, unknown};
use target::Named;

use crate::holders::several;
use crate::policy_text::for_account;

/// What has names that steps say, in the order in which they mean it where the action is about none of it.
const KINDS: [Kind; 6] =
    [Kind::Bucket, Kind::User, Kind::Role, Kind::Group, Kind::ManagedPolicy, Kind::Instance];

/// Of the ARNs of all that has a name those that the action is about; the first where it is about none.
fn meant(action: &str, mut arns: Vec<String>) -> Vec<String> {
    match arns.iter().any(|arn| is_about(action, arn)) {
        true => arns.retain(|arn| is_about(action, arn)),
        false => arns.truncate(1),
    }
    arns
}

/// The bucket that words name, and an object in it.
fn bucket_and_key(words: &str) -> (&str, Option<&str>) {
    words.split_once('/').map_or((words, None), |(bucket, key)| (bucket, Some(key)))
}

fn bucket_arn(bucket: &str, key: Option<&str>) -> String {
    let key = key.map(|key| format!("/{key}")).unwrap_or_default();
    format!("arn:aws:s3:::{bucket}{key}")
}

/// What a `*` in the name of an object stands for: neither its beginning nor its end is that of a pattern that people write.
pub(super) const ANY: &str = "~any~";

/// The ARN of what a step calls a resource.
///
/// # Errors
/// Where nothing has the name, or several have that the action may be about.
pub(super) fn arn(stage: &Stage, action: &str, words: &str) -> Result<String, StepError> {
    let words = for_account(stage, words);
    if words == "*" {
        return Ok(words);
    }
    if words.starts_with("arn:") {
        return Ok(stage.place.names().arn(&words));
    }
    let called = KINDS.into_iter().filter_map(|kind| arn_there(stage, kind, &words)).collect();
    match meant(action, called).as_slice() {
        [arn] => Ok(arn.clone()),
        [] => {
            let cast = &stage.cast;
            let known = cast.buckets.iter().chain(cast.users.keys()).chain(cast.roles.keys());
            let known = known.chain(cast.groups.keys()).chain(cast.policies.keys());
            let known: Vec<String> = known.chain(cast.instances.keys()).cloned().collect();
            let service = action.split(':').next().unwrap_or_default();
            Err(unknown("resource", &words, known.iter()).help(format!(
                "name something of the scenario, or an ARN such as arn:aws:{service}:REGION:ACCOUNT:…"
            )))
        }
        _ => Err(several(stage, &words)),
    }
}

fn arn_there(stage: &Stage, kind: Kind, words: &str) -> Option<String> {
    let cast = &stage.cast;
    match kind {
        Kind::Bucket => {
            let (bucket, key) = bucket_and_key(words);
            let key = key.map(|key| key.replace('*', ANY));
            let there = || bucket_arn(&stage.place.names().of(Named::Bucket, bucket), key.as_deref());
            cast.buckets.iter().any(|known| known == bucket).then(there)
        }
        Kind::User => cast.users.get(words).map(|user| user.arn.clone()),
        Kind::Role => cast.roles.get(words).cloned(),
        Kind::Group => cast.groups.get(words).cloned(),
        Kind::ManagedPolicy => cast.policies.get(words).cloned(),
        _ => {
            let (region, account) = (stage.place.region(), stage.place.account());
            let instance = cast.instances.get(words)?;
            Some(format!("arn:aws:ec2:{region}:{account}:instance/{}", instance.id))
        }
    }
}

/// Whether the action may be about what a step calls a resource, as far as its names tell.
pub(super) fn fits(step: &mut Rehearsal<'_, '_>, action: &Word, resource: &Word) {
    let name = resource.text.as_str();
    let arns = match name == "*" || name.starts_with("arn:") {
        true => vec![filled(name)],
        false => KINDS.into_iter().filter_map(|kind| any_arn(step, kind, name)).collect(),
    };
    if arns.is_empty() {
        step.is_there(resource, &KINDS);
    }
    if step.is_action(action)
        && let Some(arn) = meant(&action.text, arns).first()
    {
        step.is_about(action, resource, arn);
    }
}

fn any_arn(step: &Rehearsal<'_, '_>, kind: Kind, name: &str) -> Option<String> {
    let (bucket, key) = bucket_and_key(name);
    let called = if kind == Kind::Bucket { bucket } else { name };
    let in_iam = |part: &str| format!("arn:aws:iam::{ANY_ACCOUNT}:{part}/{name}");
    step.given(&[kind]).contains(&called).then(|| match kind {
        Kind::Bucket => bucket_arn(bucket, key),
        Kind::User => in_iam("user"),
        Kind::Role => in_iam("role"),
        Kind::Group => in_iam("group"),
        Kind::ManagedPolicy => in_iam("policy"),
        _ => format!("arn:aws:ec2:us-east-1:{ANY_ACCOUNT}:instance/i-0123456789abcdef0"),
    })
}

const ANY_ACCOUNT: &str = "111122223333";
