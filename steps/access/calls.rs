//! What is really called for an action, where it is tried on something that the call is then about.

use harness::{Actor, CallRef, Control, Request, Stage, StepError};
use target::Named;

use super::resource::ANY;
use super::table::{Called, called};
use crate::assuming::try_to_assume;
use crate::buckets::owner;
use crate::objects;

/// What an action is tried on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    /// Nothing in particular: `*`.
    Everything,
    /// A user of the scenario.
    User,
    /// A role of the scenario.
    Role,
    /// A group of the scenario.
    Group,
    /// A managed policy, of the scenario or of AWS.
    ManagedPolicy,
    /// A bucket of the scenario.
    Bucket,
    /// An object in one.
    Object,
    /// An instance of the scenario.
    Instance,
}

impl On {
    /// What people call it, with its article.
    pub fn words(self) -> &'static str {
        match self {
            On::Everything => "*",
            On::User => "a user",
            On::Role => "a role",
            On::Group => "a group",
            On::ManagedPolicy => "a managed policy",
            On::Bucket => "a bucket",
            On::Object => "an object",
            On::Instance => "an instance",
        }
    }
}

/// Something that is there.
pub(super) struct Thing {
    on: On,
    pub(super) arn: String,
    /// Whose name that is, or the id of an instance.
    pub(super) name: String,
    /// An object's key.
    pub(super) key: String,
}

/// Makes the call that tells whether an action may be done, where there is one; whether there is.
///
/// # Errors
/// Where nobody could show that a denial means something.
pub(super) async fn tried(
    stage: &mut Stage,
    actor: &Actor,
    action: &str,
    arn: &str,
) -> Result<bool, StepError> {
    let Some(thing) = Thing::of(stage, actor, arn) else { return Ok(false) };
    let mut all = called();
    let Some(called) = all.find(|called| called.action == action && called.on == thing.on) else {
        return Ok(false);
    };
    match called.request {
        Some(request) => ask(stage, actor, called, request, thing).await?,
        None => as_a_step(stage, actor, called, &thing).await?,
    }
    Ok(true)
}

async fn ask(
    stage: &mut Stage,
    actor: &Actor,
    called: &Called,
    request: fn(CallRef, Thing) -> Request,
    thing: Thing,
) -> Result<(), StepError> {
    let entitled = match thing.on {
        On::Bucket | On::Object => owner(stage, &thing.name)?.principal,
        _ => actor.principal.clone(),
    };
    let call = CallRef::on(called.service, called.operation, called.action, thing.arn.clone());
    let request = request(call.let_through(called.let_through), thing);
    let control = Control::Same { request: request.clone(), entitled };
    stage.attempt_request(actor, request, Some(control)).await
}

/// What there is a step for, too.
async fn as_a_step(
    stage: &mut Stage,
    actor: &Actor,
    called: &Called,
    thing: &Thing,
) -> Result<(), StepError> {
    let name = stage.place.names().back(&thing.name).to_owned();
    match called.operation {
        "PutObject" => objects::put(stage, actor, &name, &thing.key).await,
        "GetObject" => objects::get(stage, actor, &name, &thing.key).await,
        "DeleteObject" => objects::delete(stage, actor, &name, &thing.key).await,
        "ListObjectsV2" => objects::list(stage, actor, &name).await,
        _ => try_to_assume(stage, actor, &name).await,
    }
}

impl Thing {
    /// What an ARN of the place names, and a call by `actor` is about; `None`: it is nothing that is certainly there, or
    /// that a call can't name.
    fn of(stage: &Stage, actor: &Actor, arn: &str) -> Option<Thing> {
        let thing =
            |on: On, name: &str| Thing { on, arn: arn.to_owned(), name: name.to_owned(), key: String::new() };
        if arn.contains(ANY) {
            return None;
        }
        if let Some(object) = arn.strip_prefix("arn:aws:s3:::") {
            let (name, key) = object.split_once('/').unwrap_or((object, ""));
            let names = stage.place.names();
            let there = stage.cast.buckets.iter().any(|bucket| names.of(Named::Bucket, bucket) == name);
            let on = if key.is_empty() { On::Bucket } else { On::Object };
            return there.then(|| Thing { key: key.to_owned(), ..thing(on, name) });
        }
        // IAM and EC2 look for a name in the account of the caller.
        let own = account(&actor.principal)?;
        if arn == "*" {
            return Some(thing(On::Everything, ""));
        }
        let name = arn.rsplit('/').next()?;
        if arn.starts_with("arn:aws:iam::aws:policy/") {
            return Some(thing(On::ManagedPolicy, name));
        }
        kind(stage, arn, name).filter(|_| account(arn) == Some(own)).map(|on| thing(on, name))
    }
}

/// Of which kind something of the scenario is, by its ARN.
fn kind(stage: &Stage, arn: &str, name: &str) -> Option<On> {
    let cast = &stage.cast;
    let kinds = [
        (On::User, cast.users.values().any(|user| user.arn == arn)),
        (On::Role, cast.roles.values().any(|role| role == arn)),
        (On::Group, cast.groups.values().any(|group| group == arn)),
        (On::ManagedPolicy, cast.policies.values().any(|policy| policy == arn)),
        (On::Instance, cast.instances.values().any(|instance| instance.id == name)),
    ];
    kinds.into_iter().find(|(_, is)| *is).map(|(on, _)| on)
}

fn account(arn: &str) -> Option<&str> {
    arn.split(':').nth(4)
}
