//! Any action of any AWS service, and who may do what as one table.
//!
//! What S3 and STS are asked often is really called. All else is decided by the model of IAM without a call, where the
//! target has one, and told as such.

use std::collections::BTreeMap;

use cucumber::gherkin::Step;
use cucumber::{then, when};
use harness::check::{Rehearsal, Word};
use harness::parameters::{Action, Kind, Resource, WhoOrRole};
use harness::{Actor, Stage, StepError, Verdict, World, rehearse, unknown};
use target::{Asker, Named, Question};

use crate::assuming::try_to_assume;
use crate::decisions::{denied, succeeded};
use crate::holders::several;
use crate::objects;
use crate::policy_text::{for_account, rows};
use crate::principals::named;

/// Somebody tries an action of any AWS service on something: a bucket, an object (`reports/q1.txt`, or `reports/*` for one of
/// which no policy speaks), a user, role or group of the scenario, an ARN, or `*` for actions that are about no resource. `s3:GetObject`, `s3:PutObject`, `s3:DeleteObject`,
/// `s3:ListBucket` and `sts:AssumeRole` are really done; others are decided without a call.
#[when(expr = "{who-or-role} tries {action} on {resource}")]
async fn tries(
    world: &mut World,
    who: WhoOrRole,
    action: Action,
    resource: Resource,
) -> Result<(), StepError> {
    attempt(world.stage()?, &who.0, &action.0, &resource.0, BTreeMap::new()).await
}

/// Somebody tries an action of any AWS service with condition keys of the request in the table `| key | value |`, such as `aws:ResourceTag/team`; an empty value
/// says that the request has no such key. Nothing is called then: it is decided as such a request would be.
#[when(expr = "{who-or-role} tries {action} on {resource} with:")]
async fn tries_with(
    world: &mut World,
    step: &Step,
    who: WhoOrRole,
    action: Action,
    resource: Resource,
) -> Result<(), StepError> {
    let stage = world.stage()?;
    let context = context(stage, step)?;
    attempt(stage, &who.0, &action.0, &resource.0, context).await
}

/// Somebody may do an action of any AWS service: it is tried.
#[then(expr = "{who-or-role} can do {action} on {resource}")]
async fn can_do(
    world: &mut World,
    who: WhoOrRole,
    action: Action,
    resource: Resource,
) -> Result<(), StepError> {
    let stage = world.stage()?;
    attempt(stage, &who.0, &action.0, &resource.0, BTreeMap::new()).await?;
    succeeded(stage).await
}

/// Somebody may not do an action of any AWS service: it is tried.
#[then(expr = "{who-or-role} can't/cannot do {action} on {resource}")]
async fn can_not_do(
    world: &mut World,
    who: WhoOrRole,
    action: Action,
    resource: Resource,
) -> Result<(), StepError> {
    let stage = world.stage()?;
    attempt(stage, &who.0, &action.0, &resource.0, BTreeMap::new()).await?;
    denied(stage).await
}

/// Who may do what, in the table `| who | action | resource | verdict |`, to which a column `because` may be added. Each
/// row is tried, and has a result of its own; of a role it is decided what any session of it may do. The verdict is `allowed`, `denied` or `denied explicitly` (by a Deny); the reason
/// has the words of `because` in it, such as a policy's name or a Sid, or is that `no policy` allows it.
#[then(expr = "access is:")]
async fn access_is(world: &mut World, step: &Step) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.no_surprise()?;
    let header = step.table.as_ref().and_then(|table| table.rows.first());
    let because = header.is_some_and(|header| header.iter().any(|column| column == "because"));
    let columns = ["who", "action", "resource", "verdict", "because"];
    let rows = rows(step, if because { &columns } else { &columns[..4] })?;
    if rows.is_empty() {
        return Err(StepError::failed("has no rows", "a table without rows would check nothing"));
    }
    for row in rows {
        let found = holds(stage, &row).await;
        stage.row(found).await;
    }
    Ok(())
}

async fn holds(stage: &mut Stage, row: &[String]) -> Result<(), StepError> {
    let [who, action, resource, verdict, because @ ..] = row else { return Ok(()) };
    let wanted = Wanted::of(verdict)?;
    attempt(stage, who, action, resource, BTreeMap::new()).await?;
    match wanted {
        Wanted::Allowed => succeeded(stage).await?,
        Wanted::Denied | Wanted::DeniedExplicitly => denied(stage).await?,
    }
    let outcome = stage.last_outcome()?;
    let call = &outcome.call;
    let why =
        call.explanation.as_ref().map(|explanation| explanation.why.as_str()).or(call.message.as_deref());
    let why = why.unwrap_or_default();
    let by = stage.denied_by(&outcome);
    let explicitly = by.as_ref().is_some_and(|by| by.explicit);
    if wanted == Wanted::DeniedExplicitly && by.is_none() {
        return Err(StepError::inconclusive("the target does not say why", "").on(call));
    }
    if wanted == Wanted::DeniedExplicitly && !explicitly {
        return Err(
            StepError::failed("is denied, but by no Deny", "expected a Deny statement to decide").on(call)
        );
    }
    let Some(because) = because.first().filter(|because| !because.is_empty()) else { return Ok(()) };
    let mentioned = match because.as_str() {
        "no policy" => call.verdict == Verdict::Denied && by.as_ref().is_some_and(|by| !by.explicit),
        words => why.to_lowercase().contains(&words.to_lowercase()),
    };
    if mentioned {
        return Ok(());
    }
    Err(match why {
        "" => StepError::inconclusive("the target does not say why", "").on(call),
        _ => StepError::failed("has another reason", format!("`{because}` is not in the reason")).on(call),
    })
}

rehearse!("{who-or-role} tries {action} on {resource}", "{who-or-role} can do {action} on {resource}", "{who-or-role} can't/cannot do {action} on {resource}" => try_it);
rehearse!("{who-or-role} tries {action} on {resource} with:" => |step| {
    try_it(step);
    for row in step.rows(&["key", "value"], &[]) {
        row.cell("key").into_iter().for_each(|key| step.has_condition_key(key));
    }
});
rehearse!("access is:" => |step| {
    for row in step.rows(&["who", "action", "resource", "verdict"], &["because"]) {
        row.cell("who").into_iter().for_each(|who| step.names::<WhoOrRole>(who));
        row.cell("verdict").into_iter().for_each(|verdict| step.is_one_of(verdict, "verdict", &Wanted::WORDS));
        if let (Some(action), Some(resource)) = (row.cell("action"), row.cell("resource")) {
            fits(step, action, resource);
        }
    }
});

fn try_it(step: &mut Rehearsal<'_, '_>) {
    if let (Some(action), Some(resource)) = (step.parameter("{action}"), step.parameter("{resource}")) {
        fits(step, &action, &resource);
    }
}

/// As `arn` finds what a resource is, by an account and ids that stand for any.
fn fits(step: &mut Rehearsal<'_, '_>, action: &Word, resource: &Word) {
    let name = resource.text.as_str();
    let (bucket, key) = name.split_once('/').map_or((name, None), |(bucket, key)| (bucket, Some(key)));
    let has = |kind| step.given(&[kind]).contains(&name);
    let arn = if name == "*" || name.starts_with("arn:") {
        name.replace("<YOUR_ACCOUNT_ID>", ANY_ACCOUNT).replace("<OTHER_ACCOUNT_ID>", ANY_ACCOUNT)
    } else if step.given(&[Kind::Bucket]).contains(&bucket) {
        format!("arn:aws:s3:::{bucket}{}", key.map(|key| format!("/{key}")).unwrap_or_default())
    } else if let Some((_, part)) = IN_IAM.into_iter().find(|(kind, _)| has(*kind)) {
        format!("arn:aws:iam::{ANY_ACCOUNT}:{part}/{name}")
    } else if has(Kind::Instance) {
        format!("arn:aws:ec2:us-east-1:{ANY_ACCOUNT}:instance/i-0123456789abcdef0")
    } else {
        step.is_there(
            resource,
            &[Kind::Bucket, Kind::User, Kind::Role, Kind::Group, Kind::ManagedPolicy, Kind::Instance],
        );
        step.is_action(action);
        return;
    };
    if step.is_action(action) {
        step.is_about(action, resource, &arn);
    }
}

const ANY_ACCOUNT: &str = "111122223333";

/// What stands before the names in ARNs of IAM.
const IN_IAM: [(Kind, &str); 4] =
    [(Kind::User, "user"), (Kind::Role, "role"), (Kind::Group, "group"), (Kind::ManagedPolicy, "policy")];

/// What a row expects.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Allowed,
    Denied,
    DeniedExplicitly,
}

impl Wanted {
    const WORDS: [&str; 3] = ["allowed", "denied", "denied explicitly"];

    fn of(word: &str) -> Result<Wanted, StepError> {
        match word {
            "allowed" => Ok(Wanted::Allowed),
            "denied" => Ok(Wanted::Denied),
            "denied explicitly" => Ok(Wanted::DeniedExplicitly),
            other => {
                let error = StepError::failed("is no verdict", format!("`{other}` is no verdict"));
                Err(error.help("it is `allowed`, `denied` or `denied explicitly`"))
            }
        }
    }
}

fn context(stage: &Stage, step: &Step) -> Result<BTreeMap<String, Option<String>>, StepError> {
    let rows = rows(step, &["key", "value"])?;
    let pairs = rows.into_iter().filter_map(|row| <[String; 2]>::try_from(row).ok());
    let value = |value: String| Some(for_account(stage, &value)).filter(|value| !value.is_empty());
    Ok(pairs.map(|[key, told]| (key, value(told))).collect())
}

async fn attempt(
    stage: &mut Stage,
    who: &str,
    action: &str,
    resource: &str,
    mut context: BTreeMap<String, Option<String>>,
) -> Result<(), StepError> {
    let act = stage.cast.identities_called(who).into_iter().filter(|kind| *kind != "group").count();
    if act > 1 && !stage.cast.sessions.contains_key(who) {
        return Err(several(stage, who));
    }
    let asker = match taken_by_nobody(stage, who) {
        _ if who.ends_with(".amazonaws.com") => Asker::Service(who.to_owned()),
        Some(role) => Asker::Role(role),
        None => {
            let actor = named(stage, who).await?;
            if context.is_empty() && really(stage, &actor, action, resource).await? {
                return Ok(());
            }
            if let Some(address) = actor.address.filter(|_| !tells_address(&context)) {
                context.insert(SOURCE_IP.to_owned(), Some(address.to_string()));
            }
            actor.key.map_or(Asker::Anonymous, |key| Asker::Key(key.id))
        }
    };
    let question =
        Question { asker, action: action.to_owned(), resource: arn(stage, action, resource)?, context };
    stage.attempt_by_model(&question).await
}

const SOURCE_IP: &str = "aws:SourceIp";

fn tells_address(context: &BTreeMap<String, Option<String>>) -> bool {
    context.keys().any(|key| key.eq_ignore_ascii_case(SOURCE_IP))
}

/// The ARN of a role that no session shares its name with: what any session of it may do is asked.
fn taken_by_nobody(stage: &Stage, who: &str) -> Option<String> {
    let cast = &stage.cast;
    let other =
        cast.users.contains_key(who) || cast.instances.contains_key(who) || cast.sessions.contains_key(who);
    cast.roles.get(who).filter(|_| !other).cloned()
}

/// Makes the call, where it is one of those that are; whether it was.
async fn really(stage: &mut Stage, actor: &Actor, action: &str, resource: &str) -> Result<bool, StepError> {
    let (bucket, key) =
        resource.split_once('/').map_or((resource, None), |(bucket, key)| (bucket, Some(key)));
    let in_bucket = stage.cast.buckets.iter().any(|known| known == bucket) && !resource.contains('*');
    match (action, key) {
        ("s3:GetObject", Some(key)) if in_bucket => objects::get(stage, actor, bucket, key).await?,
        ("s3:PutObject", Some(key)) if in_bucket => objects::put(stage, actor, bucket, key).await?,
        ("s3:DeleteObject", Some(key)) if in_bucket => objects::delete(stage, actor, bucket, key).await?,
        ("s3:ListBucket", None) if in_bucket => objects::list(stage, actor, bucket).await?,
        ("sts:AssumeRole", None) if stage.cast.roles.contains_key(resource) => {
            try_to_assume(stage, actor, resource).await?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// What a `*` in the name of an object stands for: neither its beginning nor its end is that of a pattern that people write.
const ANY: &str = "~any~";

/// The ARN of what a step calls a resource.
fn arn(stage: &Stage, action: &str, words: &str) -> Result<String, StepError> {
    let names = stage.place.names();
    let words = for_account(stage, words);
    if words == "*" {
        return Ok(words);
    }
    if words.starts_with("arn:") {
        return Ok(names.arn(&words));
    }
    let cast = &stage.cast;
    let identities = cast.identities_called(&words).len();
    if identities > 1 || identities == 1 && cast.buckets.contains(&words) {
        return Err(several(stage, &words));
    }
    let (bucket, key) =
        words.split_once('/').map_or((words.as_str(), None), |(bucket, key)| (bucket, Some(key)));
    if cast.buckets.iter().any(|known| known == bucket) {
        let there = names.of(Named::Bucket, bucket);
        let key = key.map(|key| format!("/{}", key.replace('*', ANY))).unwrap_or_default();
        return Ok(format!("arn:aws:s3:::{there}{key}"));
    }
    let in_iam = cast.users.get(&words).map(|user| user.arn.clone());
    let in_iam =
        in_iam.or_else(|| cast.roles.get(&words).cloned()).or_else(|| cast.groups.get(&words).cloned());
    let account = stage.place.account();
    let instance = || {
        let instance = cast.instances.get(&words)?;
        Some(format!("arn:aws:ec2:{}:{account}:instance/{}", stage.place.region(), instance.id))
    };
    in_iam.or_else(|| cast.policies.get(&words).cloned()).or_else(instance).ok_or_else(|| {
        let known =
            cast.buckets.iter().chain(cast.users.keys()).chain(cast.roles.keys()).chain(cast.groups.keys());
        let known: Vec<String> = known.chain(cast.instances.keys()).cloned().collect();
        let service = action.split(':').next().unwrap_or_default();
        unknown("resource", &words, known.iter()).help(format!(
            "name something of the scenario, or an ARN such as arn:aws:{service}:REGION:ACCOUNT:…"
        ))
    })
}
