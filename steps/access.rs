//! Any action of any AWS service, and who may do what as one table.
//!
//! What changes nothing is really called, where the resource tells what to call for. All else is decided by the model of IAM
//! without a call, where the target has one, and told as such.

mod calls;
mod resource;
mod table;

use std::collections::BTreeMap;

use cucumber::gherkin::Step;
use cucumber::{then, when};
use harness::check::Rehearsal;
use harness::parameters::{Action, Resource, WhoOrRole};
use harness::{Stage, StepError, Verdict, World, rehearse};
use target::{Asker, Question};

use self::calls::tried;
use self::resource::{arn, fits};
use crate::decisions::{denied, succeeded};
use crate::holders::several;
use crate::policy_text::{for_account, has_accounts, rows};
use crate::principals::named;

pub use self::calls::On;
pub use self::table::{Called, called};

/// Somebody tries an action of any AWS service on something: a bucket, an object (`reports/q1.txt`, or `reports/*` for one of
/// which no policy speaks), a user, role or group of the scenario, an ARN, or `*` for actions that are about no resource. Really called
/// is what reads from IAM, S3 and EC2 and takes no more than that, starting, stopping, rebooting and terminating an instance as a
/// dry run, and `s3:PutObject`, `s3:DeleteObject` and `sts:AssumeRole` (all of it: `rolecall steps --called`). All else is decided without
/// a call by the target's model of IAM; a target that has none could not tell.
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
    rows.iter().flatten().try_for_each(|cell| has_accounts(stage, cell))?;
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
    let arn = arn(stage, action, resource)?;
    let asker = match taken_by_nobody(stage, who) {
        _ if who.ends_with(".amazonaws.com") => Asker::Service(who.to_owned()),
        Some(role) => Asker::Role(role),
        None => {
            let actor = named(stage, who).await?;
            if context.is_empty() && tried(stage, &actor, action, &arn).await? {
                return Ok(());
            }
            if let Some(address) = actor.address.filter(|_| !tells_address(&context)) {
                context.insert(SOURCE_IP.to_owned(), Some(address.to_string()));
            }
            actor.key.map_or(Asker::Anonymous, |key| Asker::Key(key.id))
        }
    };
    let question = Question { asker, action: action.to_owned(), resource: arn, context };
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
